use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::delong::{covariance, placements};
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval;
use crate::tally::Tally;

/// Area under the ROC curve: the probability that a diseased case scores higher than a healthy one, ties half.
///
/// Takes truth, score and patient, in O(n log n). The value is in 0..=1. The interval is normal with DeLong's variance,
/// with patients Obuchowski's, cut at 0 and 1. Where every diseased case scores above every healthy one the variance is
/// 0 and there is no interval: a few perfectly separated cases prove little.
///
/// # Errors
/// [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`], [`Undefined::NoHealthyCase`].
///
/// # Source
/// DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44:837-845; Obuchowski 1997, Biometrics 53:567-578.
pub struct Auroc;

impl Metric for Auroc {
    fn about(&self) -> About {
        About {
            id: "auroc",
            title: "Area under the ROC curve",
            range: [0.0, 1.0],
            better: Better::Higher,
            needs_threshold: false,
            needs_probability: false,
            method: "delong",
            source: "DeLong, DeLong and Clarke-Pearson 1988; Obuchowski 1997",
            what: "The probability that a diseased case scores higher than a healthy one, ties counted half.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        if let (true, Some((area, variance))) = (cases.is_row_wise(), Tally::of(cases).delong()) {
            let interval = interval::normal(area, variance, (0.0, 1.0), level);
            let n = cases.n() as u64;
            let estimate = Estimate::with_interval(area, interval, n, level, "delong");
            return Ok(estimate.events(cases.diseased() as u64));
        }
        let placements = placements(cases)?;
        let area = placements.area;
        let interval = covariance(cases, &placements, &placements)
            .and_then(|variance| interval::normal(area, variance, (0.0, 1.0), level));
        let method = if !cases.is_row_wise() {
            "delong_clustered"
        } else {
            "delong"
        };
        let estimate = Estimate::with_interval(area, interval, cases.n() as u64, level, method);
        Ok(estimate
            .events(cases.diseased() as u64)
            .clusters(cases.patients()))
    }

    fn value(&self, tally: &Tally, _threshold: Option<f64>) -> Option<f64> {
        let [healthy, diseased] = tally.sums();
        let (mut below, mut won) = (0.0, 0.0);
        for cell in &tally.cells {
            won += cell[1] * (below + cell[0] / 2.0);
            below += cell[0];
        }
        (healthy > 0.0 && diseased > 0.0).then(|| won / (healthy * diseased))
    }
}
