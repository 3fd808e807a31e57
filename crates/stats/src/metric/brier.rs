use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval;
use crate::tally::Tally;

/// Brier score: the mean squared distance of the probability from the truth (1 diseased, 0 healthy).
///
/// Takes truth, score (a probability) and patient. The value is in 0..=1, lower is better. The interval is normal, with
/// patients by the variance between them.
///
/// # Errors
/// [`Undefined::NoCase`], [`Undefined::NotProbability`].
///
/// # Source
/// Brier 1950, Mon Weather Rev 78:1-3; Cochran 1977, Sampling Techniques, section 2.11 (patients).
pub struct Brier;

impl Metric for Brier {
    fn about(&self) -> About {
        About {
            id: "brier",
            title: "Brier score",
            range: [0.0, 1.0],
            better: Better::Lower,
            needs_threshold: false,
            needs_probability: true,
            method: "normal",
            source: "Brier 1950; Cochran 1977",
            what: "The mean squared distance of the probability from the truth.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        let probability = cases.probabilities()?;
        let loss = |i: usize| (probability[i] - f64::from(u8::from(cases.truth()[i]))).powi(2);
        let (value, interval) = interval::mean(cases, loss, (0.0, 1.0), level)?;
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
            .map(|(score, cell)| cell[0] * score * score + cell[1] * (1.0 - score) * (1.0 - score))
            .sum();
        (healthy + diseased > 0.0).then(|| sum / (healthy + diseased))
    }
}
