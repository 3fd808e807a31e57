use super::{Estimable, EstimableAbout};
use crate::estimate::Undefined;
use crate::without_labels::ranked::{Ranked, share_error};

/// Precision, or positive predictive value: the expected share of diseased among flagged cases. In 0..=1.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`], [`Undefined::NoFlaggedCase`], for which NannyML says 0.
///
/// # Source
/// Altman and Bland 1994, BMJ 309:102; NannyML 0.13.1, `estimate_precision`.
pub struct Precision;

impl Estimable for Precision {
    fn about(&self) -> EstimableAbout {
        EstimableAbout {
            id: "precision",
            also: Some("ppv"),
            title: "Positive predictive value",
            max: Some(1.0),
            needs_flags: true,
            source: "Altman and Bland 1994, BMJ 309:102; NannyML 0.13.1",
        }
    }

    fn expected(&self, cases: &Ranked, diseased: &[f64]) -> Result<f64, Undefined> {
        let counts = cases.confusion(diseased)?;
        let counted = counts.true_positive + counts.false_positive;
        if counted <= 0.0 {
            return Err(Undefined::NoFlaggedCase);
        }
        Ok(counts.true_positive / counted)
    }

    fn error_of_one(&self, reference: &Ranked, truth: &[f64], _: u64) -> Option<f64> {
        let counts = reference.confusion(truth).ok()?;
        let counted = counts.true_positive + counts.false_positive;
        share_error(counts.true_positive, counted, counts.n())
    }
}
