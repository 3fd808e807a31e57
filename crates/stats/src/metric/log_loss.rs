use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval;
use crate::tally::Tally;

/// Log loss: the mean of -ln of the probability that the model gave to the truth.
///
/// Takes truth, score (a probability) and patient. The value is at least 0 (natural logarithm), lower is better.
/// Probabilities are kept 2.2e-16 away from 0 and 1, as scikit-learn does, so that one certain mistake costs 36 and not
/// infinity. The interval is normal, with patients by the variance between them.
///
/// # Errors
/// [`Undefined::NoCase`], [`Undefined::NotProbability`].
///
/// # Source
/// Good 1952, J R Stat Soc B 14:107-114; Cochran 1977, Sampling Techniques, section 2.11 (patients).
pub struct LogLoss;

impl Metric for LogLoss {
    fn about(&self) -> About {
        About {
            id: "log_loss",
            title: "Log loss",
            range: [0.0, f64::INFINITY],
            better: Better::Lower,
            needs_threshold: false,
            needs_probability: true,
            method: "normal",
            source: "Good 1952; Cochran 1977",
            what: "The mean of minus the logarithm of the probability given to the truth.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        let probability = cases.probabilities()?;
        let loss = |i: usize| {
            let p = probability[i].clamp(f64::EPSILON, 1.0 - f64::EPSILON);
            if cases.truth()[i] {
                -p.ln()
            } else {
                -(-p).ln_1p()
            }
        };
        let (value, interval) = interval::mean(cases, loss, (0.0, f64::MAX), level)?;
        let method = if !cases.is_row_wise() {
            "normal_clustered"
        } else {
            "normal"
        };
        let estimate = Estimate::with_interval(value, interval, cases.n() as u64, level, method);
        Ok(estimate
            .events(cases.diseased() as u64)
            .clusters(cases.patients()))
    }

    fn value(&self, tally: &Tally, _threshold: Option<f64>) -> Option<f64> {
        let [healthy, diseased] = tally.sums();
        let cells = tally.scores.iter().zip(&tally.cells);
        let sum: f64 = cells
            .map(|(score, cell)| {
                let p = score.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
                -cell[1] * p.ln() - cell[0] * (-p).ln_1p()
            })
            .sum();
        (healthy + diseased > 0.0).then(|| sum / (healthy + diseased))
    }
}
