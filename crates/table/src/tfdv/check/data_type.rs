use galen_spec::tfdv::FeatureType;

use super::{FeatureCheck, Scene};
use crate::tfdv::{AnomalyType, Reason};

/// The values are of the declared type.
pub struct DataType;

impl FeatureCheck for DataType {
    fn key(&self) -> &'static str {
        "type"
    }

    fn look(&self, scene: &Scene) -> Vec<Reason> {
        let found = scene.column.kind.in_schema();
        if scene.feature.kind == Some(found) {
            return Vec::new();
        }
        let expected = scene.feature.kind.unwrap_or(FeatureType::TypeUnknown);
        let (found, expected) = (word(found), word(expected));
        let what = format!("The values are of type {found}, and {expected} is expected.");
        let kind = AnomalyType::UnexpectedDataType;
        vec![Reason::new(kind, "Unexpected data type", what)]
    }
}

fn word(kind: FeatureType) -> &'static str {
    match kind {
        FeatureType::Bytes => "BYTES",
        FeatureType::Int => "INT",
        FeatureType::Float => "FLOAT",
        FeatureType::Struct => "STRUCT",
        FeatureType::TypeUnknown => "TYPE_UNKNOWN",
    }
}
