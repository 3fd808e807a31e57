use galen_stats::Level;
use galen_stats::interval::{Method, RESAMPLES, SEED};

use crate::EvalError;

/// How intervals are made.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub level: Level,
    /// A method other than each metric's own.
    pub method: Option<Method>,
    pub resamples: u32,
    pub seed: u64,
    /// Ids of metrics, as `id` or `id=VALUE`; all of the task if there are none.
    pub metrics: Vec<String>,
    /// What a group may be worse by.
    pub margin: Option<f64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            level: Level::DEFAULT,
            method: None,
            resamples: RESAMPLES,
            seed: SEED,
            metrics: Vec::new(),
            margin: None,
        }
    }
}

impl Settings {
    /// The same settings, with the area as the metric if none is named.
    pub(crate) fn or_area(&self) -> Self {
        let mut settings = self.clone();
        if settings.metrics.is_empty() {
            settings.metrics.push("auroc".to_owned());
        }
        settings
    }

    /// The metrics of a task that are asked for; all of it if none is named.
    ///
    /// # Errors
    /// [`EvalError::UnknownMetric`].
    pub(crate) fn among(
        &self,
        ids: impl Iterator<Item = &'static str> + Clone,
    ) -> Result<Vec<&'static str>, EvalError> {
        if self.metrics.is_empty() {
            return Ok(ids.collect());
        }
        let known = |name: &String| {
            ids.clone()
                .find(|id| id == name)
                .ok_or_else(|| EvalError::UnknownMetric {
                    name: name.clone(),
                    near: None,
                })
        };
        self.metrics.iter().map(known).collect()
    }
}
