use super::{About, Better, Metric, drawn_anew};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::tally::Tally;

/// Partial area under the ROC curve up to a false positive rate, standardised so that 0.5 is chance and 1 perfect.
///
/// Takes truth, score and patient; the rate is 0.1 where nothing is said. The interval is
/// the percentile interval of 2,000 draws of patients, seed 0.
///
/// # Errors
/// [`Undefined::NoCase`], [`Undefined::NoDiseasedCase`], [`Undefined::NoHealthyCase`].
///
/// # Source
/// McClish 1989, Med Decis Making 9:190-195; Efron and Tibshirani 1993, section 13.3.
pub struct PartialAuroc {
    /// In 0..=1, above 0.
    pub false_positive_rate: f64,
}

impl Metric for PartialAuroc {
    fn about(&self) -> About {
        About {
            id: "partial_auroc",
            title: "Partial area under the ROC curve",
            range: [0.0, 1.0],
            better: Better::Higher,
            needs_threshold: false,
            needs_probability: false,
            method: "bootstrap_percentile",
            source: "McClish 1989; Efron and Tibshirani 1993",
            what: "The area under the ROC curve up to a false positive rate of 0.1, standardised.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        drawn_anew(self, cases, level)
    }

    fn value(&self, tally: &Tally, _threshold: Option<f64>) -> Option<f64> {
        let most = self.false_positive_rate;
        let points = tally.roc()?;
        let mut area = 0.0;
        for pair in points.windows(2) {
            let ([x0, y0], [x1, y1]) = (pair[0], pair[1]);
            if x0 >= most {
                break;
            }
            let end = x1.min(most);
            let height = if x1 > x0 {
                y0 + (y1 - y0) * (end - x0) / (x1 - x0)
            } else {
                y1
            };
            area += (end - x0) * (y0 + height) / 2.0;
        }
        let by_chance = most * most / 2.0;
        Some(0.5 * (1.0 + (area - by_chance) / (most - by_chance)))
    }
}
