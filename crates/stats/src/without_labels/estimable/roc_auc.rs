use super::{Estimable, EstimableAbout};
use crate::estimate::Undefined;
use crate::without_labels::ranked::Ranked;

/// Area under the ROC curve whose steps are the expected diseased and healthy cases at each score, ties half. In 0..=1.
///
/// # Errors
/// [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`] and [`Undefined::NoHealthyCase`] when none is expected.
///
/// # Source
/// NannyML 0.13.1, `estimate_roc_auc`, which rounds its counts to five decimals; Hanley and McNeil 1982, Radiology
/// 143:29-36 (area and order). The sampling error is that of a mean of the placement values of the rarer class (DeLong
/// 1988), tied ones half, where NannyML leaves the order of ties to its sort and drops the lowest case.
pub struct RocAuc;

impl Estimable for RocAuc {
    fn about(&self) -> EstimableAbout {
        EstimableAbout {
            id: "roc_auc",
            also: Some("auroc"),
            title: "Area under the ROC curve",
            max: Some(1.0),
            needs_flags: false,
            source: "Hanley and McNeil 1982; NannyML 0.13.1",
        }
    }

    fn expected(&self, cases: &Ranked, diseased: &[f64]) -> Result<f64, Undefined> {
        let (mut above, mut healthy, mut area) = (0.0, 0.0, 0.0);
        for (events, n) in cases.steps(diseased) {
            area += (n - events) * (above + events / 2.0);
            above += events;
            healthy += n - events;
        }
        if diseased.is_empty() {
            Err(Undefined::NoCase)
        } else if above <= 0.0 {
            Err(Undefined::NoDiseasedCase)
        } else if healthy <= 0.0 {
            Err(Undefined::NoHealthyCase)
        } else {
            Ok(area / (above * healthy))
        }
    }

    fn error_of_one(&self, reference: &Ranked, truth: &[f64], _: u64) -> Option<f64> {
        let n = truth.len() as f64;
        let diseased: f64 = truth.iter().sum();
        let rarer = diseased.min(n - diseased);
        let of_diseased = diseased <= n - diseased;
        // Of each run of ties the members of the rarer class, and the share of the other class above them.
        let (mut above, mut mean, mut square) = (0.0, 0.0, 0.0);
        for (events, cases) in reference.steps(truth) {
            let (own, other) = if of_diseased {
                (events, cases - events)
            } else {
                (cases - events, events)
            };
            let placement = (above + other / 2.0) / (n - rarer);
            mean += own * placement / rarer;
            square += own * placement * placement / rarer;
            above += other;
        }
        let error = (square - mean * mean).max(0.0).sqrt() / (rarer / n).sqrt();
        error.is_finite().then_some(error)
    }

    /// Areas of one class against the rest hang together; NannyML found this to be a fifth too small and adds it.
    fn error_across(&self, classes: &[(&Ranked, &[f64])], seed: u64) -> Option<f64> {
        let mut squares = 0.0;
        for (reference, truth) in classes {
            squares += self.error_of_one(reference, truth, seed)?.powi(2);
        }
        Some(1.2 * squares.sqrt() / classes.len() as f64)
    }
}
