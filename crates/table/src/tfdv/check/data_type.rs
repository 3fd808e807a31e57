use galen_spec::tfdv::FeatureType;

use super::{FeatureCheck, Scene};
use crate::tfdv::{AnomalyType, Reason, Type};

/// The values are of the declared type.
pub struct DataType;

impl FeatureCheck for DataType {
    fn key(&self) -> &'static str {
        "type"
    }

    fn look(&self, scene: &Scene) -> Vec<Reason> {
        let (found, word) = match scene.column.kind {
            Type::Int => (FeatureType::Int, "INT"),
            Type::Float => (FeatureType::Float, "FLOAT"),
            Type::String => (FeatureType::Bytes, "BYTES"),
        };
        if scene.feature.kind == Some(found) {
            return Vec::new();
        }
        let expected = match scene.feature.kind {
            Some(FeatureType::Bytes) => "BYTES",
            Some(FeatureType::Int) => "INT",
            Some(FeatureType::Float) => "FLOAT",
            Some(FeatureType::Struct) => "STRUCT",
            Some(FeatureType::TypeUnknown) | None => "TYPE_UNKNOWN",
        };
        let what = format!("The values are of type {word}, and {expected} is expected.");
        let kind = AnomalyType::UnexpectedDataType;
        vec![Reason::new(kind, "Unexpected data type", what)]
    }
}
