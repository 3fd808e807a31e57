use super::{FeatureCheck, Scene};
use crate::tfdv::{AnomalyType, Reason, is_in_environment};

/// A feature with values belongs to the environment of the table: a label that comes with serving data is one too many.
pub struct Environment;

impl FeatureCheck for Environment {
    fn key(&self) -> &'static str {
        "not_in_environment"
    }

    fn look(&self, scene: &Scene) -> Vec<Reason> {
        let environment = scene.setting.environment;
        if is_in_environment(scene.schema, scene.feature, environment) {
            return Vec::new();
        }
        let environment = environment.unwrap_or_default();
        let what = format!(
            "The table has this column, and the schema does not expect it in {environment}."
        );
        let short = "Column missing in environment";
        vec![Reason::new(AnomalyType::SchemaNewColumn, short, what)]
    }
}
