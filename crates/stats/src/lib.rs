//! Numbers with their doubt: the road from cases (truth, score, patient) to an [`Estimate`].
//!
//! A statistic here measures; it does not decide, read files, know a clock or draw an unseeded number. What cannot be
//! measured is [`Undefined`], with a sentence that says why, never NaN.
//!
//! In reading order: [`estimate`] (the value that leaves this crate), [`cases`] (what is judged), [`metric`] (what a
//! protocol may name), [`interval`], [`compare`] (two models, two subgroups), [`power`] (how many cases decide), [`operating`] (where a score flags), [`segmentation`] (masks), [`detection`] (boxes), [`multilabel`] and [`ordinal`] (several questions, or grades), [`survival`] and [`alarm`] (times),
//! [`verification`] and [`imperfect`] (a reference standard that is absent or errs), [`triage`], [`goals`] and [`adaptive`] (what follows for a list,
//! for decisions, for versions),
//! [`sample`] (the values of a column, counted once), [`drift`] (whether two samples of it differ), [`effect`] (by how much),
//! [`multiplicity`] (many columns), [`multivariate`] (whole rows), [`association`] (two columns), [`sketch`] (summaries that merge),
//! [`perturbation`] (a declared measurement error, applied), then the numerics underneath: the placement values of DeLong, logistic regression, pairs of cases, distributions.

pub mod adaptive;
pub mod adjusted;
pub mod agreement;
pub mod alarm;
pub mod association;
pub mod attribution;
pub mod binomial;
pub mod boosting;
pub mod calibration;
pub mod cases;
pub mod compare;
mod delong;
pub mod detection;
mod draw;
pub mod drift;
pub mod effect;
pub mod estimate;
pub mod goals;
pub mod imperfect;
pub mod interval;
mod logistic;
mod matrix;
pub mod mcar;
pub mod metric;
pub mod multilabel;
pub mod multiplicity;
pub mod multivariate;
mod noncentral;
mod normal;
pub mod operating;
pub mod ordinal;
mod pairwise;
pub mod perturbation;
pub mod power;
mod proportion;
pub mod readers;
pub mod sample;
pub mod segmentation;
pub mod simultaneous;
pub mod sketch;
pub mod survival;
pub mod tally;
pub mod triage;
pub mod verification;
pub mod without_labels;

pub use cases::{Cases, CasesError};
pub use compare::Difference;
pub use drift::{DRIFT_TESTS, Drawn, DriftAbout, DriftResult, DriftTest};
pub use effect::{AgainstMargin, EFFECTS, Effect, EffectAbout, against_margin};
pub use estimate::{Estimate, Level, LevelError, Undefined};
pub use metric::{About, Better, METRICS, Metric};
pub use multiplicity::Multiplicity;
pub use perturbation::{PERTURBATIONS, Params, Perturbation, PerturbationAbout, PerturbationError};
pub use sample::{CategoryCounts, Sample, SortedNumbers};
