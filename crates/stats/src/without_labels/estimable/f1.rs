use super::{Estimable, EstimableAbout};
use crate::estimate::Undefined;
use crate::without_labels::ranked::{Ranked, share_error};

/// F1: twice the expected diseased and flagged cases, over the expected diseased and the flagged ones. In 0..=1.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`], [`Undefined::NoFlaggedCase`] when neither a flagged nor a diseased
/// case is expected, for which NannyML says 0.
///
/// # Source
/// van Rijsbergen 1979, Information Retrieval, chapter 7; NannyML 0.13.1, `estimate_f1`, also for the sampling error,
/// which takes F1 for a mean over the cases that are diseased or flagged.
pub struct F1;

impl Estimable for F1 {
    fn about(&self) -> EstimableAbout {
        EstimableAbout {
            id: "f1",
            also: None,
            title: "F1",
            max: Some(1.0),
            needs_flags: true,
            source: "van Rijsbergen 1979; NannyML 0.13.1",
        }
    }

    fn expected(&self, cases: &Ranked, diseased: &[f64]) -> Result<f64, Undefined> {
        let counts = cases.confusion(diseased)?;
        let wrong = counts.false_positive + counts.false_negative;
        let whole = counts.true_positive + wrong / 2.0;
        if whole <= 0.0 {
            return Err(Undefined::NoFlaggedCase);
        }
        Ok(counts.true_positive / whole)
    }

    fn error_of_one(&self, reference: &Ranked, truth: &[f64], _: u64) -> Option<f64> {
        let counts = reference.confusion(truth).ok()?;
        let right = counts.true_positive;
        let wrong = counts.false_positive + counts.false_negative;
        let share = share_error(right, right + wrong, counts.n())?;
        Some(share * (right + wrong) / (right + wrong / 2.0))
    }
}
