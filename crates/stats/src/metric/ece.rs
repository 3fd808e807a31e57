use super::{About, Better, Metric};
use crate::cases::Cases;
use crate::estimate::{Estimate, Level, Undefined};
use crate::interval;
use crate::tally::Tally;

/// Expected calibration error: the mean distance of the observed from the expected share of events in 15 bins of equal width of the score,
/// weighed by how many cases a bin has.
///
/// Takes truth, score (a probability) and patient. The value is in 0..=1, lower is better. It is never 0 of a finite sample: what a
/// perfectly calibrated model of these scores would show stands beside it in the calibration curve. The
/// interval is of the error without its noise, by 2,000 draws of patients, seed 0: it begins at 0 where the cases do not show that the scores
/// are not calibrated.
///
/// # Errors
/// [`Undefined::NoCase`], [`Undefined::NotProbability`].
///
/// # Source
/// Naeini, Cooper and Hauskrecht 2015, AAAI:2901-2907; Guo et al. 2017, ICML:1321-1330 (15 bins); Kumar, Liang and Ma 2019, NeurIPS 32:3792-3803 (without noise).
pub struct Ece;

impl Metric for Ece {
    fn about(&self) -> About {
        About {
            id: "ece",
            title: "Expected calibration error",
            range: [0.0, 1.0],
            better: Better::Lower,
            needs_threshold: false,
            needs_probability: true,
            method: "bootstrap_debiased",
            source: "Naeini et al. 2015; Guo et al. 2017; Kumar et al. 2019",
            what: "The mean distance of observed from expected events in 15 bins of the score.",
        }
    }

    fn estimate(&self, cases: &Cases, level: Level) -> Result<Estimate, Undefined> {
        cases.probabilities()?;
        let value = self
            .value(&Tally::of(cases), None)
            .ok_or(Undefined::NoCase)?;
        let values =
            interval::resampled(cases, &[self], interval::RESAMPLES, interval::SEED).remove(0);
        let bounds = interval::debiased(value, values, interval::RESAMPLES, level)
            .map(|(low, high)| (low.max(0.0), high.min(1.0)));
        let method = ("bootstrap_debiased", interval::SEED);
        Ok(interval::drawn(value, cases, bounds, method, level))
    }

    fn value(&self, tally: &Tally, _threshold: Option<f64>) -> Option<f64> {
        let mut bins = [[0.0; 3]; BINS];
        for (score, cell) in tally.scores.iter().zip(&tally.cells) {
            let bin = &mut bins[((score * BINS as f64) as usize).min(BINS - 1)];
            bin[0] += cell[0] + cell[1];
            bin[1] += cell[1];
            bin[2] += score * (cell[0] + cell[1]);
        }
        let all: f64 = bins.iter().map(|bin| bin[0]).sum();
        let apart: f64 = bins.iter().map(|bin| (bin[1] - bin[2]).abs()).sum();
        (all > 0.0).then(|| apart / all)
    }
}

/// Bins of equal width.
const BINS: usize = 15;
