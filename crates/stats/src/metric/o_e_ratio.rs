use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval;
use crate::tally::Tally;

/// O/E ratio: diseased cases observed, over the sum of the probabilities that the model gave.
///
/// Takes truth, score (a probability) and patient. Above 1 the model expects too few events. The interval is symmetric
/// on the log scale, with the variance (1 - O/n) / O, with patients that of a ratio of patients' sums. With no event, or
/// nothing but events, there is a value and no interval.
///
/// # Errors
/// [`Undefined::NoCase`], [`Undefined::NotProbability`], [`Undefined::NoExpectedEvent`].
///
/// # Source
/// Debray et al. 2017, BMJ 356:i6460, appendix; Cochran 1977, Sampling Techniques, section 2.11 (patients).
pub struct OeRatio;

impl Metric for OeRatio {
    fn about(&self) -> About {
        About {
            id: "o_e_ratio",
            title: "Observed to expected ratio",
            range: [0.0, f64::INFINITY],
            better: Better::Target(1.0),
            needs_threshold: false,
            needs_probability: true,
            method: "debray",
            source: "Debray et al. 2017",
            what: "The number of diseased cases over the number that the model expected.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        if cases.n() == 0 {
            return Err(Undefined::NoCase);
        }
        let probability = cases.probabilities()?;
        let [_, observed] = Tally::of(cases).sums();
        let expected: f64 = (0..cases.n())
            .map(|i| cases.weight_of(i) * probability[i])
            .sum();
        let value = observed / expected;
        if !value.is_finite() {
            return Err(Undefined::NoExpectedEvent);
        }
        let method = if !cases.is_row_wise() {
            "debray_clustered"
        } else {
            "debray"
        };
        let interval = log_variance(cases, probability)
            .and_then(|variance| {
                interval::normal(value.ln(), variance, (f64::MIN, f64::MAX), level)
            })
            .map(|(low, high)| (low.exp(), high.exp()));
        let estimate = Estimate::with_interval(value, interval, cases.n() as u64, level, method);
        Ok(estimate
            .events(cases.diseased() as u64)
            .clusters(cases.patients()))
    }

    fn value(&self, tally: &Tally, _threshold: Option<f64>) -> Option<f64> {
        let cells = tally.scores.iter().zip(&tally.cells);
        let expected: f64 = cells.map(|(score, cell)| score * (cell[0] + cell[1])).sum();
        (expected > 0.0).then(|| tally.sums()[1] / expected)
    }
}

/// The variance of ln(O/E).
fn log_variance(cases: &Cases, probability: &[f64]) -> Result<f64, Undefined> {
    if cases.diseased() == 0 {
        return Err(Undefined::NoDiseasedCase);
    }
    if cases.healthy() == 0 {
        return Err(Undefined::NoHealthyCase);
    }
    let (observed, n) = (cases.diseased() as f64, cases.n() as f64);
    if cases.is_row_wise() {
        return Ok((1.0 - observed / n) / observed);
    }
    let totals = cases.totals(|i| [f64::from(u8::from(cases.truth()[i])), probability[i]]);
    let sum = |at: usize| totals.iter().map(|total| total[at]).sum::<f64>();
    let variance = interval::ratio_variance(&totals).ok_or(Undefined::TooFewPatients)?;
    Ok(variance / (sum(0) / sum(1)).powi(2))
}
