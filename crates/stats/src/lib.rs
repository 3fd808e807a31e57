//! Numbers with their doubt: the road from cases (truth, score, patient) to an [`Estimate`].
//!
//! A statistic here measures; it does not decide, read files, know a clock or draw an unseeded number. What cannot be
//! measured is [`Undefined`], with a sentence that says why, never NaN.
//!
//! In reading order: [`estimate`] (the value that leaves this crate), [`cases`] (what is judged), [`metric`] (what a
//! protocol may name), [`interval`], [`compare`] (two models, two subgroups), [`power`] (how many cases decide),
//! [`drift`] (two samples of one column), [`association`] (two columns), [`sketch`] (summaries that merge), [`perturbation`]
//! (a declared measurement error, applied), then the numerics underneath: the placement values of DeLong, logistic regression, the normal and the binomial distribution.

pub mod association;
mod binomial;
pub mod cases;
pub mod compare;
mod delong;
mod draw;
pub mod drift;
pub mod estimate;
pub mod interval;
mod logistic;
pub mod metric;
mod normal;
pub mod perturbation;
pub mod power;
mod proportion;
pub mod sketch;

pub use cases::{Cases, CasesError};
pub use compare::Difference;
pub use drift::{DRIFT_TESTS, DriftAbout, DriftResult, DriftTest, Sample};
pub use estimate::{Estimate, Level, LevelError, Undefined};
pub use metric::{About, Better, METRICS, Metric};
pub use perturbation::{PERTURBATIONS, Params, Perturbation, PerturbationAbout, PerturbationError};
