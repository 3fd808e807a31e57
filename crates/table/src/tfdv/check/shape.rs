use galen_spec::tfdv::Amendment;

use super::{FeatureCheck, Scene};
use crate::tfdv::{AnomalyType, Reason};

/// A feature of a fixed shape has a value in every row, and as many values as the shape has places: one.
pub struct Shape;

impl FeatureCheck for Shape {
    fn key(&self) -> &'static str {
        "shape"
    }

    fn look(&self, scene: &Scene) -> Vec<Reason> {
        let Some(shape) = &scene.feature.shape else {
            return Vec::new();
        };
        let sizes = shape.dim.iter().map(|dim| dim.size.unwrap_or(0));
        let places = sizes.fold(1_i64, i64::saturating_mul);
        let what = if scene.column.missing > 0 {
            let missing = scene.column.missing;
            format!("A fixed shape needs a value in every row, and {missing} have none.")
        } else if places != 1 {
            format!("A cell holds one value, and the shape has places for {places}.")
        } else {
            return Vec::new();
        };
        let kind = AnomalyType::InvalidFeatureShape;
        let reason = Reason::new(kind, "Feature shape dropped", what);
        vec![reason.amended_by(Amendment::NoShape)]
    }
}
