use super::{About, Better, Metric, drawn_anew};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::tally::Tally;

/// Average precision: the area under the precision-recall curve, by steps and not by lines.
///
/// Takes truth, score and patient. The value is in 0..=1; a score by chance has the prevalence, so sets of different prevalence cannot be
/// compared. The interval is
/// the percentile interval of 2,000 draws of patients, seed 0.
///
/// # Errors
/// [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`].
///
/// # Source
/// Davis and Goadrich 2006, ICML:233-240; Boyd, Eng and Page 2013, ECML PKDD:451-466 (intervals); Efron and Tibshirani 1993, section 13.3.
pub struct Auprc;

impl Metric for Auprc {
    fn about(&self) -> About {
        About {
            id: "auprc",
            title: "Average precision",
            range: [0.0, 1.0],
            better: Better::Higher,
            needs_threshold: false,
            needs_probability: false,
            method: "bootstrap_percentile",
            source: "Davis and Goadrich 2006; Efron and Tibshirani 1993",
            what: "The area under the precision-recall curve, by steps.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        if cases.n() > 0 && cases.diseased() == 0 {
            return Err(Undefined::NoDiseasedCase);
        }
        drawn_anew(self, cases, level)
    }

    fn value(&self, tally: &Tally, _threshold: Option<f64>) -> Option<f64> {
        let diseased = tally.sums()[1];
        if diseased <= 0.0 {
            return None;
        }
        let (mut flagged, mut right, mut area) = (0.0, 0.0, 0.0);
        for cell in tally.cells.iter().rev() {
            flagged += cell[0] + cell[1];
            right += cell[1];
            if cell[1] > 0.0 {
                area += cell[1] / diseased * (right / flagged);
            }
        }
        Some(area)
    }
}
