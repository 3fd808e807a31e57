use super::{Estimable, EstimableAbout};
use crate::estimate::Undefined;
use crate::without_labels::ranked::{Ranked, share_error};

/// Specificity: the expected share of unflagged among healthy cases. In 0..=1.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`], [`Undefined::NoHealthyCase`] when none is expected.
///
/// # Source
/// Altman and Bland 1994, BMJ 308:1552; NannyML 0.13.1, `estimate_specificity`.
pub struct Specificity;

impl Estimable for Specificity {
    fn about(&self) -> EstimableAbout {
        EstimableAbout {
            id: "specificity",
            also: Some("specificity"),
            title: "Specificity",
            max: Some(1.0),
            needs_flags: true,
            source: "Altman and Bland 1994, BMJ 308:1552; NannyML 0.13.1",
        }
    }

    fn expected(&self, cases: &Ranked, diseased: &[f64]) -> Result<f64, Undefined> {
        let counts = cases.confusion(diseased)?;
        let counted = counts.true_negative + counts.false_positive;
        if counted <= 0.0 {
            return Err(Undefined::NoHealthyCase);
        }
        Ok(counts.true_negative / counted)
    }

    fn error_of_one(&self, reference: &Ranked, truth: &[f64], _: u64) -> Option<f64> {
        let counts = reference.confusion(truth).ok()?;
        let counted = counts.true_negative + counts.false_positive;
        share_error(counts.true_negative, counted, counts.n())
    }
}
