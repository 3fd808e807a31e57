use galen_pipeline::NativeStage;

use crate::logistic::LogisticRegression;

/// Every training stage that is built in, by the word that `native:` in `pipeline.yaml` names it with.
pub const STAGES: &[&dyn NativeStage] = &[&LogisticRegression];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_has_a_name_of_its_own() {
        let names: Vec<_> = STAGES.iter().map(|stage| stage.name()).collect();
        assert_eq!(names, ["train.logistic_regression"]);
    }
}
