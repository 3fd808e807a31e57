//! Whether the declared files fit together: one file a cross-check, and the list of them.

mod claims;
mod cohort;
mod columns;
mod criteria;
mod decidable;
mod dependencies;
mod duties;
mod endpoints;
mod events;
mod expectations;
mod families;
mod hazards;
mod ids;
mod inputs;
mod intended_use;
mod matrix;
mod modifications;
mod monitoring;
mod parts;
mod perturbations;
mod residual;
mod reviewed;
mod risk_controls;
mod rollback;
mod sets;
mod signatures;
mod stages;
mod subgroups;
mod units;

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::file::{Name, Specs};
use crate::nearest::advice;
use crate::position::Places;

/// Every cross-check, in the order of the manual.
pub const CHECKS: &[&dyn CrossCheck] = &[
    &ids::Ids,
    &intended_use::IntendedUse,
    &claims::Claims,
    &matrix::Matrix,
    &hazards::Hazards,
    &risk_controls::RiskControls,
    &residual::Residual,
    &cohort::Cohort,
    &columns::Columns,
    &units::Units,
    &events::Events,
    &expectations::Expectations,
    &reviewed::Reviewed,
    &parts::Parts,
    &sets::Sets,
    &subgroups::Subgroups,
    &perturbations::Perturbations,
    &endpoints::Endpoints,
    &criteria::Criteria,
    &families::Families,
    &decidable::Decidable,
    &stages::Stages,
    &dependencies::Dependencies,
    &inputs::Inputs,
    &modifications::Modifications,
    &monitoring::Monitoring,
    &rollback::Rollback,
    &duties::Duties,
    &signatures::Signatures,
];

/// A question to all declared files together.
pub trait CrossCheck: Sync {
    /// The id of its diagnostics, such as `protocol.criterion.undecidable`.
    fn id(&self) -> &'static str;
    /// What must hold, as a sentence of the manual.
    fn holds(&self) -> &'static str;
    /// What does not hold.
    fn problems(&self, specs: &Specs, vocabulary: &Vocabulary) -> Vec<Problem>;
}

/// The words that declared files may use for what galen computes; given by the caller, since this crate computes nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vocabulary {
    pub metrics: Vec<String>,
    /// The least and the largest value of a metric, by its name.
    pub ranges: BTreeMap<String, [f64; 2]>,
    pub perturbations: Vec<String>,
    pub expectations: Vec<String>,
    pub monitor_checks: Vec<String>,
    /// Native stages, such as `train.logistic_regression`.
    pub natives: Vec<String>,
}

/// Something that does not hold, at a path of a file: `criteria[2].endpoint`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub file: Name,
    pub path: String,
    pub severity: Severity,
    pub message: String,
    pub help: Option<String>,
}

impl Problem {
    fn error(file: Name, path: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem {
            file,
            path: path.into(),
            severity: Severity::Error,
            message: message.into(),
            help: None,
        }
    }

    fn warning(file: Name, path: impl Into<String>, message: impl Into<String>) -> Problem {
        let problem = Problem::error(file, path, message);
        Problem {
            severity: Severity::Warning,
            ..problem
        }
    }

    fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }

    /// A word that should name one of `there` and does not; nothing if it does.
    fn unless_named<'a>(
        file: Name,
        path: impl Into<String>,
        what: &str,
        word: &str,
        there: impl IntoIterator<Item = &'a str>,
    ) -> Option<Problem> {
        let there: Vec<&str> = there.into_iter().collect();
        if there.contains(&word) {
            return None;
        }
        let problem = Problem::error(file, path, format!("there is no {what} `{word}`"));
        Some(problem.help(advice(word, there)))
    }
}

/// Asks every cross-check, and says where each problem stands. Errors and warnings come in the order of [`CHECKS`].
pub fn check(specs: &Specs, places: &Places, vocabulary: &Vocabulary) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for check in CHECKS {
        for problem in check.problems(specs, vocabulary) {
            let place = places.find(problem.file, &problem.path);
            let file = problem.file.file();
            found.push(Diagnostic {
                severity: problem.severity,
                help: problem.help,
                ..Diagnostic::error(check.id(), &file, place, problem.message)
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cross_check_has_an_id_of_its_own_and_a_sentence() {
        for (position, check) in CHECKS.iter().enumerate() {
            let file = check.id().split('.').next().and_then(Name::from_word);
            assert!(
                file.is_some() || check.id() == "ids.unique",
                "{}",
                check.id()
            );
            assert!(check.holds().ends_with('.'), "{}", check.id());
            assert!(
                CHECKS[..position]
                    .iter()
                    .all(|other| other.id() != check.id())
            );
        }
    }
}
