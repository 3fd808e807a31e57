//! The metrics that can be estimated without labels, as functions of how probable it is that each case is diseased.
//!
//! With probabilities of 0 and 1 they are the metrics themselves. To add one: a file in `estimable/` and a line in
//! [`ESTIMABLE`]; the laws below then hold it.

mod accuracy;
mod average_precision;
mod count;
mod f1;
mod precision;
mod recall;
mod roc_auc;
mod specificity;

use super::ranked::Ranked;
use crate::estimate::Undefined;

/// Every metric that can be estimated without labels, in the order of the manual.
pub const ESTIMABLE: &[&dyn Estimable] = &[
    &roc_auc::RocAuc,
    &average_precision::AveragePrecision,
    &f1::F1,
    &precision::Precision,
    &recall::Recall,
    &specificity::Specificity,
    &accuracy::Accuracy,
    &count::TRUE_POSITIVE,
    &count::FALSE_POSITIVE,
    &count::FALSE_NEGATIVE,
    &count::TRUE_NEGATIVE,
];

/// A metric of flags or of the order of scores. All columns are in the order of the ranks.
pub trait Estimable: Sync {
    /// What it is.
    fn about(&self) -> EstimableAbout;

    /// The value where a case is diseased with a probability.
    ///
    /// # Errors
    /// [`Undefined`] when the cases give no value.
    fn expected(&self, cases: &Ranked, diseased: &[f64]) -> Result<f64, Undefined>;

    /// The value where the truth is known: each probability is 0 or 1.
    ///
    /// # Errors
    /// [`Undefined`] when the cases give no value.
    fn realized(&self, cases: &Ranked, truth: &[f64]) -> Result<f64, Undefined> {
        self.expected(cases, truth)
    }

    /// NannyML's sampling error as it would be of a single case: how much the metric varies between samples that are drawn
    /// as the reference was. Absent where the reference does not say.
    fn error_of_one(&self, reference: &Ranked, truth: &[f64], seed: u64) -> Option<f64>;

    /// The value over several classes, each against the rest: the mean of the classes' values. Truths are known or probable.
    ///
    /// # Errors
    /// [`Undefined`] when a class gives no value.
    fn across(&self, classes: &[(&Ranked, &[f64])], known: bool) -> Result<f64, Undefined> {
        let mut sum = 0.0;
        for (cases, diseased) in classes {
            sum += if known {
                self.realized(cases, diseased)?
            } else {
                self.expected(cases, diseased)?
            };
        }
        Ok(sum / classes.len() as f64)
    }

    /// NannyML's sampling error of a single case over several classes, as if their errors had nothing to do with each other.
    fn error_across(&self, classes: &[(&Ranked, &[f64])], seed: u64) -> Option<f64> {
        let mut squares = 0.0;
        for (reference, truth) in classes {
            squares += self.error_of_one(reference, truth, seed)?.powi(2);
        }
        Some(squares.sqrt() / classes.len() as f64)
    }

    /// The sampling error of `size` cases.
    fn sampling_error(&self, error_of_one: f64, size: usize) -> f64 {
        error_of_one / (size as f64).sqrt()
    }
}

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EstimableAbout {
    /// The name in files and on the command line; NannyML's.
    pub id: &'static str,
    /// The same metric's name in a protocol, where it has one.
    pub also: Option<&'static str>,
    /// The name on a page.
    pub title: &'static str,
    /// The largest value, where there is one; the least is 0.
    pub max: Option<f64>,
    /// Whether it asks what the model flagged.
    pub needs_flags: bool,
    /// The paper of the metric, and the definition of its expectation that is followed.
    pub source: &'static str,
}

/// The metric of this id, or of the name that a protocol has for it.
pub fn by_id(id: &str) -> Option<&'static dyn Estimable> {
    let named = |about: EstimableAbout| about.id == id || about.also == Some(id);
    ESTIMABLE.iter().copied().find(|one| named(one.about()))
}

#[cfg(test)]
mod laws;
