use super::{Estimable, EstimableAbout};
use crate::estimate::Undefined;
use crate::without_labels::ranked::{Ranked, share_error};

/// Accuracy: the expected share of cases that are flagged if diseased and not if healthy. In 0..=1.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`].
///
/// # Source
/// NannyML 0.13.1, `estimate_accuracy`.
pub struct Accuracy;

impl Estimable for Accuracy {
    fn about(&self) -> EstimableAbout {
        EstimableAbout {
            id: "accuracy",
            also: Some("accuracy"),
            title: "Accuracy",
            max: Some(1.0),
            needs_flags: true,
            source: "NannyML 0.13.1, estimate_accuracy",
        }
    }

    fn expected(&self, cases: &Ranked, diseased: &[f64]) -> Result<f64, Undefined> {
        let counts = cases.confusion(diseased)?;
        let counted = counts.n();
        if counted <= 0.0 {
            return Err(Undefined::NoCase);
        }
        Ok((counts.true_positive + counts.true_negative) / counted)
    }

    fn error_of_one(&self, reference: &Ranked, truth: &[f64], _: u64) -> Option<f64> {
        let counts = reference.confusion(truth).ok()?;
        let counted = counts.n();
        share_error(
            counts.true_positive + counts.true_negative,
            counted,
            counts.n(),
        )
    }

    /// Over several classes the share of cases whose named class is true: of each class those that are flagged and diseased.
    fn across(&self, classes: &[(&Ranked, &[f64])], _: bool) -> Result<f64, Undefined> {
        let (mut right, mut n) = (0.0, 0.0);
        for (cases, diseased) in classes {
            let counts = cases.confusion(diseased)?;
            right += counts.true_positive;
            n = counts.n();
        }
        Ok(right / n)
    }

    fn error_across(&self, classes: &[(&Ranked, &[f64])], _: u64) -> Option<f64> {
        let share = self.across(classes, true).ok()?;
        Some((share * (1.0 - share)).max(0.0).sqrt())
    }
}
