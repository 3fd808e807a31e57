use super::confusion::{self, Scale, Slope};
use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::tally::{Confusion, Tally};

/// Matthews' correlation coefficient of flags and truth.
///
/// Takes truth, flag and patient; a case is flagged when its score is at least the threshold. The value is in -1..=1, and 0 where all cases
/// are of one class or of one flag, as scikit-learn has it. The interval is symmetric in Fisher's z; at the ends there is none.
///
/// # Errors
/// [`Undefined::NoThreshold`], [`Undefined::NoCase`].
///
/// # Source
/// Matthews 1975, Biochim Biophys Acta 405:442-451; Itaya et al. 2025, Stat Med 44:e10303 (delta method and Fisher's z).
pub struct Mcc;

impl Metric for Mcc {
    fn about(&self) -> About {
        About {
            id: "mcc",
            title: "Matthews' correlation coefficient",
            range: [-1.0, 1.0],
            better: Better::Higher,
            needs_threshold: true,
            needs_probability: false,
            method: "delta",
            source: "Matthews 1975; Itaya et al. 2025",
            what: "The correlation of flags and truth.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        confusion::estimate(cases, level, (-1.0, 1.0), Scale::Correlation, value, slope)
    }

    fn value(&self, tally: &Tally, threshold: Option<f64>) -> Option<f64> {
        value(&tally.at(threshold?)).ok()
    }
}

fn value(shares: &Confusion) -> Result<f64, Undefined> {
    let Confusion { tp, fp, fne, tn } = *shares;
    let product = (tp + fp) * (tp + fne) * (tn + fp) * (tn + fne);
    Ok(if product > 0.0 {
        (tp * tn - fp * fne) / product.sqrt()
    } else {
        0.0
    })
}

fn slope(shares: &Confusion) -> Option<Slope> {
    let Confusion { tp, fp, fne, tn } = *shares;
    let sums = [tp + fp, tp + fne, tn + fp, tn + fne];
    let product: f64 = sums.iter().product();
    let mcc = value(shares).ok()?;
    let stretch = 1.0 - mcc * mcc;
    if product <= 0.0 || stretch <= 1e-12 {
        return None;
    }
    let [flagged, diseased, healthy, left] = sums.map(|sum| mcc / (2.0 * sum));
    let root = product.sqrt();
    Some(Slope {
        value: mcc.atanh(),
        by: [
            tn / root - flagged - diseased,
            -fne / root - flagged - healthy,
            -fp / root - diseased - left,
            tp / root - healthy - left,
        ]
        .map(|by| by / stretch),
    })
}
