use super::{Estimable, EstimableAbout};
use crate::estimate::Undefined;
use crate::without_labels::ranked::{Ranked, share_error};

/// Recall, or sensitivity: the expected share of flagged among diseased cases. In 0..=1.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`] when none is expected.
///
/// # Source
/// Altman and Bland 1994, BMJ 308:1552; NannyML 0.13.1, `estimate_recall`.
pub struct Recall;

impl Estimable for Recall {
    fn about(&self) -> EstimableAbout {
        EstimableAbout {
            id: "recall",
            also: Some("sensitivity"),
            title: "Sensitivity",
            max: Some(1.0),
            needs_flags: true,
            source: "Altman and Bland 1994, BMJ 308:1552; NannyML 0.13.1",
        }
    }

    fn expected(&self, cases: &Ranked, diseased: &[f64]) -> Result<f64, Undefined> {
        let counts = cases.confusion(diseased)?;
        let counted = counts.true_positive + counts.false_negative;
        if counted <= 0.0 {
            return Err(Undefined::NoDiseasedCase);
        }
        Ok(counts.true_positive / counted)
    }

    fn error_of_one(&self, reference: &Ranked, truth: &[f64], _: u64) -> Option<f64> {
        let counts = reference.confusion(truth).ok()?;
        let counted = counts.true_positive + counts.false_negative;
        share_error(counts.true_positive, counted, counts.n())
    }
}
