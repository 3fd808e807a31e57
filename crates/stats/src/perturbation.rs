//! Perturbations: a declared measurement error, applied to a column under a seed.
//!
//! To add one: a file in `perturbation/` and a line in [`PERTURBATIONS`].

mod additive_bias_percent;
mod multiplicative_error;
mod set_missing;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Every perturbation that a risk file or a protocol may name.
pub const PERTURBATIONS: &[&dyn Perturbation] = &[
    &multiplicative_error::MultiplicativeError,
    &additive_bias_percent::AdditiveBiasPercent,
    &set_missing::SetMissing,
];

/// A change of a column that stands for an error of measurement or of a workflow.
pub trait Perturbation: Sync {
    /// What the perturbation is.
    fn about(&self) -> PerturbationAbout;

    /// Changes the column in place; `None` is a missing value and stays missing. The same seed gives the same column.
    /// The column is unchanged when it is refused.
    ///
    /// # Errors
    /// [`PerturbationError`] when a parameter is absent or out of range.
    fn apply(
        &self,
        column: &mut [Option<f64>],
        params: &Params,
        seed: u64,
    ) -> Result<(), PerturbationError>;
}

/// What a perturbation is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PerturbationAbout {
    /// The name in files and on the command line.
    pub id: &'static str,
    /// The name on a page.
    pub title: &'static str,
    /// Where the model of the error comes from.
    pub source: &'static str,
    /// What it does, in one sentence.
    pub what: &'static str,
    /// The parameters of [`Params`] that it reads.
    pub parameters: &'static [&'static str],
}

/// The declared size of an error. Each perturbation reads its own parameters and ignores the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The coefficient of variation of the measurement, as a proportion: 0.1 for 10 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cv: Option<f64>,
    /// The bias in percent of the value: 5 reads every value 5 % too high.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bias_percent: Option<f64>,
    /// The share of the values that it strikes, in 0..=1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
}

/// A perturbation that cannot be applied.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PerturbationError {
    /// A parameter that is needed and not given.
    #[error("`{perturbation}` needs `{parameter}`")]
    Absent {
        /// The perturbation.
        perturbation: &'static str,
        /// The parameter.
        parameter: &'static str,
    },
    /// A parameter outside its range.
    #[error("`{parameter}` of `{perturbation}` is {found}; it must be {range}")]
    Range {
        /// The perturbation.
        perturbation: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// The value given.
        found: f64,
        /// The values allowed, in words.
        range: &'static str,
    },
}

/// The perturbation of this id.
pub fn by_id(id: &str) -> Option<&'static dyn Perturbation> {
    PERTURBATIONS
        .iter()
        .copied()
        .find(|perturbation| perturbation.about().id == id)
}

/// A parameter that `fits`, or the error that names it.
fn parameter(
    perturbation: &dyn Perturbation,
    parameter: &'static str,
    value: Option<f64>,
    fits: impl Fn(f64) -> bool,
    range: &'static str,
) -> Result<f64, PerturbationError> {
    let perturbation = perturbation.about().id;
    let found = value.ok_or(PerturbationError::Absent {
        perturbation,
        parameter,
    })?;
    if fits(found) {
        Ok(found)
    } else {
        Err(PerturbationError::Range {
            perturbation,
            parameter,
            found,
            range,
        })
    }
}

#[cfg(test)]
mod laws {
    use super::*;
    use std::collections::BTreeSet;

    const PARAMS: Params = Params {
        cv: Some(0.1),
        bias_percent: Some(5.0),
        share: Some(0.3),
    };

    fn column() -> Vec<Option<f64>> {
        (0..400)
            .map(|i| (i % 7 != 0).then_some(1.0 + f64::from(i) / 10.0))
            .collect()
    }

    fn applied(perturbation: &dyn Perturbation, seed: u64) -> Vec<Option<f64>> {
        let mut column = column();
        perturbation
            .apply(&mut column, &PARAMS, seed)
            .expect("the parameters are in range");
        column
    }

    #[test]
    fn every_perturbation_has_an_id_of_its_own_and_says_what_it_does() {
        let ids: BTreeSet<&str> = PERTURBATIONS
            .iter()
            .map(|perturbation| perturbation.about().id)
            .collect();
        assert_eq!(ids.len(), PERTURBATIONS.len());
        for perturbation in PERTURBATIONS {
            let about = perturbation.about();
            assert!(
                about.what.ends_with('.')
                    && !about.source.is_empty()
                    && !about.parameters.is_empty()
            );
            assert!(by_id(about.id).is_some());
        }
    }

    #[test]
    fn one_seed_gives_one_column_and_something_changes() {
        for perturbation in PERTURBATIONS {
            let once = applied(*perturbation, 4);
            assert_eq!(
                once,
                applied(*perturbation, 4),
                "{}",
                perturbation.about().id
            );
            assert_ne!(once, column(), "{}", perturbation.about().id);
        }
    }

    #[test]
    fn a_missing_value_stays_missing_and_a_positive_one_positive() {
        for perturbation in PERTURBATIONS {
            for (before, after) in column().iter().zip(applied(*perturbation, 9)) {
                assert!(
                    before.is_some() || after.is_none(),
                    "{}",
                    perturbation.about().id
                );
                assert!(
                    after.is_none_or(|after| after > 0.0 && after.is_finite()),
                    "{}",
                    perturbation.about().id
                );
            }
        }
    }

    #[test]
    fn an_absent_or_absurd_parameter_is_refused_and_changes_nothing() {
        let absurd = Params {
            cv: Some(-1.0),
            bias_percent: Some(-100.0),
            share: Some(1.5),
        };
        for perturbation in PERTURBATIONS {
            let mut found = column();
            let refused = perturbation.apply(&mut found, &absurd, 1);
            assert!(
                matches!(refused, Err(PerturbationError::Range { .. })),
                "{}",
                perturbation.about().id
            );
            assert_eq!(found, column());
        }
        for id in ["multiplicative_error", "additive_bias_percent"] {
            let refused = by_id(id)
                .expect("listed")
                .apply(&mut column(), &Params::default(), 1);
            assert!(
                matches!(refused, Err(PerturbationError::Absent { .. })),
                "{id}"
            );
        }
    }

    #[test]
    fn nothing_is_changed_by_an_error_of_nothing() {
        let nothing = Params {
            cv: Some(0.0),
            bias_percent: Some(0.0),
            share: Some(0.0),
        };
        for perturbation in PERTURBATIONS {
            let mut found = column();
            perturbation
                .apply(&mut found, &nothing, 3)
                .expect("zero is in range");
            assert_eq!(found, column(), "{}", perturbation.about().id);
        }
    }
}
