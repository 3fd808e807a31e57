use super::{Estimable, EstimableAbout};
use crate::estimate::Undefined;
use crate::without_labels::ranked::{Confusion, Ranked};

/// An element of the confusion matrix: the expected number of cases in it.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`].
///
/// # Source
/// NannyML 0.13.1, `confusion_matrix` that is not normalised.
pub struct Count {
    id: &'static str,
    title: &'static str,
    element: fn(&Confusion) -> f64,
}

/// Diseased and flagged.
pub const TRUE_POSITIVE: Count = Count {
    id: "true_positive",
    title: "True positives",
    element: |counts| counts.true_positive,
};
/// Healthy and flagged.
pub const FALSE_POSITIVE: Count = Count {
    id: "false_positive",
    title: "False positives",
    element: |counts| counts.false_positive,
};
/// Diseased and not flagged.
pub const FALSE_NEGATIVE: Count = Count {
    id: "false_negative",
    title: "False negatives",
    element: |counts| counts.false_negative,
};
/// Healthy and not flagged.
pub const TRUE_NEGATIVE: Count = Count {
    id: "true_negative",
    title: "True negatives",
    element: |counts| counts.true_negative,
};

impl Estimable for Count {
    fn about(&self) -> EstimableAbout {
        EstimableAbout {
            id: self.id,
            also: None,
            title: self.title,
            max: None,
            needs_flags: true,
            source: "NannyML 0.13.1, confusion_matrix",
        }
    }

    fn expected(&self, cases: &Ranked, diseased: &[f64]) -> Result<f64, Undefined> {
        cases
            .confusion(diseased)
            .map(|counts| (self.element)(&counts))
    }

    fn error_of_one(&self, reference: &Ranked, truth: &[f64], _: u64) -> Option<f64> {
        let counts = reference.confusion(truth).ok()?;
        let share = (self.element)(&counts) / counts.n();
        Some((share * (1.0 - share)).max(0.0).sqrt())
    }

    fn sampling_error(&self, error_of_one: f64, size: usize) -> f64 {
        error_of_one * (size as f64).sqrt()
    }
}
