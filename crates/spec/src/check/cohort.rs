use super::{CrossCheck, Problem, Vocabulary};
use crate::file::{Name, Specs};

/// A rule of the cohort either includes or excludes, and says whom.
pub struct Cohort;

impl CrossCheck for Cohort {
    fn id(&self) -> &'static str {
        "data.cohort"
    }

    fn holds(&self) -> &'static str {
        "Every rule of the cohort has a title and either includes or excludes."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (at, rule) in specs.data.cohort.iter().enumerate() {
            let error = |key: &str, message: &str| {
                Problem::error(Name::Data, format!("cohort[{at}].{key}"), message)
            };
            match (&rule.include, &rule.exclude) {
                (Some(_), None) | (None, Some(_)) => {}
                (Some(_), Some(_)) => problems.push(
                    error("exclude", "this rule both includes and excludes")
                        .help("make two rules of it, so that each is counted"),
                ),
                (None, None) => problems.push(
                    error("id", "this rule neither includes nor excludes")
                        .help("write `include: age >= 18` or `exclude: age < 18`"),
                ),
            }
            if rule.title.trim().is_empty() {
                problems.push(error("title", "nobody can read why people are left out"));
            }
        }
        problems
    }
}
