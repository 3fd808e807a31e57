use crate::boosting::{BoostedTrees, Boosting, Feature, FitError};

/// Something that learns the mean of a number from features.
pub trait Regressor: Sync {
    /// Learns a target, one value a row.
    ///
    /// # Errors
    /// [`FitError`].
    fn fit(&self, features: &[Feature], target: &[f64]) -> Result<Box<dyn Fitted>, FitError>;
}

/// What a [`Regressor`] learned.
pub trait Fitted: Send + Sync {
    /// The predicted mean of each row of the same columns.
    fn predict(&self, features: &[Feature]) -> Vec<f64>;
}

impl Regressor for Boosting {
    fn fit(&self, features: &[Feature], target: &[f64]) -> Result<Box<dyn Fitted>, FitError> {
        Ok(Box::new(BoostedTrees::fit(features, target, self)?))
    }
}

impl Fitted for BoostedTrees {
    fn predict(&self, features: &[Feature]) -> Vec<f64> {
        BoostedTrees::predict(self, features)
    }
}
