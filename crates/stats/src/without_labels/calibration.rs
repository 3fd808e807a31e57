use super::Scored;
use super::isotonic::{Isotonic, Places};
use crate::cases::Cases;
use crate::delong::placements;
use crate::draw::Draw;
use serde::Serialize;

/// Bins of the calibration error, splits that judge a recalibration, and the share of each that is held out.
const BINS: usize = 10;
const SPLITS: u64 = 10;
const HELD_OUT: f64 = 0.1;
/// Scores that separate the classes better than this gain nothing from a curve.
const AREA_MAX: f64 = 0.999;

/// When scores are recalibrated on the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recalibration {
    /// When it lowers the calibration error on held-out cases, as in NannyML.
    IfBetter,
    /// In any case.
    Always,
    /// In no case: scores are taken as probabilities.
    Never,
}

/// Whether scores were recalibrated, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recalibrated {
    /// Whether the isotonic curve of the reference stands between a score and a probability.
    pub isotonic: bool,
    /// The expected calibration error on held-out cases of the scores themselves, where it was asked.
    pub error_of_scores: Option<f64>,
    /// The same of the recalibrated scores.
    pub error_recalibrated: Option<f64>,
    /// The reason, as a sentence.
    pub why: &'static str,
}

/// From a score to the probability that a case is diseased.
#[derive(Clone, Debug)]
pub(super) enum Calibration {
    /// The score itself.
    Score,
    /// What the reference says of the score.
    Curve(Isotonic),
}

impl Calibration {
    pub(super) fn probability(&self, score: f64) -> f64 {
        match self {
            Calibration::Score => score,
            Calibration::Curve(curve) => curve.at(score),
        }
    }
}

/// The calibration of cases whose truth is known; there are both diseased and healthy ones.
///
/// # Source
/// NannyML 0.13.1, `needs_calibration`: ten stratified splits, of which a tenth is held out; the curve is taken when over
/// all held-out cases together its calibration error is smaller. The splits are drawn by our seed, so where both errors
/// are nearly the same NannyML may decide otherwise.
pub(super) fn choose(cases: &Scored, how: Recalibration, seed: u64) -> (Calibration, Recalibrated) {
    let truth: Vec<bool> = cases.truth.iter().map(|t| *t == Some(true)).collect();
    let (isotonic, errors, why) = match how {
        Recalibration::Never => (false, None, "The scores were asked to stand as they are."),
        Recalibration::Always => (true, None, "A recalibration was asked for."),
        Recalibration::IfBetter if separates(&cases.score, &truth) => (
            false,
            None,
            "The scores separate diseased from healthy cases.",
        ),
        Recalibration::IfBetter => match held_out_errors(&cases.score, &truth, seed) {
            None => (
                false,
                None,
                "There are too few cases to judge a recalibration.",
            ),
            Some((before, after)) if before > after => (
                true,
                Some((before, after)),
                "It lowers the calibration error on held-out cases.",
            ),
            errors => (
                false,
                errors,
                "It does not lower the calibration error on held-out cases.",
            ),
        },
    };
    let calibration = if isotonic {
        Calibration::Curve(curve(&cases.score, &truth))
    } else {
        Calibration::Score
    };
    let report = Recalibrated {
        isotonic,
        error_of_scores: errors.map(|errors| errors.0),
        error_recalibrated: errors.map(|errors| errors.1),
        why,
    };
    (calibration, report)
}

/// The isotonic curve of truth on scores.
pub(super) fn curve(score: &[f64], truth: &[bool]) -> Isotonic {
    let truth = truth.iter().map(|&truth| f64::from(u8::from(truth)));
    Isotonic::fit(&Places::of(score), truth)
}

fn separates(score: &[f64], truth: &[bool]) -> bool {
    let cases = Cases::new(truth.to_vec(), score.to_vec(), None, None);
    let area = cases.ok().and_then(|cases| placements(&cases).ok());
    area.is_none_or(|placements| placements.area > AREA_MAX)
}

/// The calibration errors before and after, over all held-out cases.
fn held_out_errors(score: &[f64], truth: &[bool], seed: u64) -> Option<(f64, f64)> {
    let (mut before, mut after, mut held_out_truth) = (vec![], vec![], vec![]);
    for split in 0..SPLITS {
        let is_held_out = stratified(truth, &mut Draw::new(seed, split));
        let part = |held_out: bool| -> (Vec<f64>, Vec<bool>) {
            let rows = (0..truth.len()).filter(|&row| is_held_out[row] == held_out);
            rows.map(|row| (score[row], truth[row])).unzip()
        };
        let (kept_score, kept_truth) = part(false);
        let (scores, truths) = part(true);
        if kept_score.is_empty() {
            return None;
        }
        let curve = curve(&kept_score, &kept_truth);
        after.extend(scores.iter().map(|&score| curve.at(score)));
        before.extend(scores);
        held_out_truth.extend(truths);
    }
    Some((
        calibration_error(&held_out_truth, &before)?,
        calibration_error(&held_out_truth, &after)?,
    ))
}

/// A tenth of the cases, drawn within each class so that both keep their share.
fn stratified(truth: &[bool], draw: &mut Draw) -> Vec<bool> {
    let mut is_drawn = vec![false; truth.len()];
    for class in [true, false] {
        let mut rows: Vec<usize> = (0..truth.len())
            .filter(|&row| truth[row] == class)
            .collect();
        let drawn = (HELD_OUT * rows.len() as f64).round() as usize;
        draw.shuffle_front(&mut rows, drawn);
        for &row in &rows[..drawn] {
            is_drawn[row] = true;
        }
    }
    is_drawn
}

/// Expected calibration error over bins of equally many cases: how far the mean probability of a bin lies from its share
/// of diseased, on average over the cases. In 0..=1; chance makes it larger than 0. `None` with fewer than four cases.
///
/// # Source
/// Naeini, Cooper and Hauskrecht 2015, AAAI, 2901-2907; bins as in NannyML 0.13.1.
pub(super) fn calibration_error(truth: &[bool], probability: &[f64]) -> Option<f64> {
    let n = truth.len();
    let bins = if n <= 2 * BINS { n / 2 } else { BINS };
    if bins < 2 {
        return None;
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| probability[i].total_cmp(&probability[j]));
    // Of what is left over by equal bins a whole width is a bin, and the rest belongs to the last one.
    let width = n / bins;
    let bins = n / width;
    let gap = |bin: usize| {
        let end = if bin + 1 == bins {
            n
        } else {
            (bin + 1) * width
        };
        let gaps = order[bin * width..end]
            .iter()
            .map(|&i| probability[i] - f64::from(u8::from(truth[i])));
        gaps.sum::<f64>().abs()
    };
    Some((0..bins).map(gap).sum::<f64>() / n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cases whose scores are the probability of being diseased, seen through `distort`.
    fn cases(n: usize, seed: u64, distort: impl Fn(f64) -> f64) -> Scored {
        let mut draw = Draw::new(seed, 0);
        let (score, truth) = (0..n)
            .map(|_| {
                let p = 1.0 / (1.0 + (-1.5 * draw.normal()).exp());
                (distort(p), Some(draw.uniform() < p))
            })
            .unzip();
        Scored::new(score, truth).expect("probabilities")
    }

    #[test]
    fn scores_that_say_twice_too_much_are_recalibrated_and_calibrated_ones_are_not() {
        let (calibration, report) =
            choose(&cases(2_000, 1, |p| p.powi(3)), Recalibration::IfBetter, 0);
        assert!(report.isotonic && report.error_of_scores > report.error_recalibrated);
        let p = calibration.probability(0.5_f64.powi(3));
        assert!((p - 0.5).abs() < 0.1, "{p}");
        let (calibration, report) = choose(&cases(400, 2, |p| p), Recalibration::IfBetter, 0);
        assert!(!report.isotonic, "{report:?}");
        assert_eq!(calibration.probability(0.3), 0.3);
    }

    #[test]
    fn separated_scores_and_a_handful_of_cases_stand_as_they_are() {
        let few = Scored::new(vec![0.1, 0.9], vec![Some(true), Some(false)]).expect("scores");
        let apart = Scored::new(
            (0..100).map(|i| f64::from(i) / 100.0).collect(),
            (0..100).map(|i| Some(i > 50)).collect(),
        );
        for cases in [few, apart.expect("scores")] {
            let (_, report) = choose(&cases, Recalibration::IfBetter, 0);
            assert!(
                !report.isotonic && report.error_of_scores.is_none(),
                "{report:?}"
            );
        }
    }

    #[test]
    fn the_calibration_error_is_the_mean_gap_of_its_bins() {
        // Two bins: mean 0.2 and 1 of 2 diseased; mean 0.8 and 2 of 3.
        let truth = [true, false, true, true, false];
        let found = calibration_error(&truth, &[0.3, 0.1, 0.7, 0.8, 0.9]).expect("enough cases");
        let wanted = (2.0 * 0.3 + 3.0 * (0.8 - 2.0 / 3.0)) / 5.0;
        assert!((found - wanted).abs() < 1e-15, "{found} {wanted}");
        assert_eq!(calibration_error(&truth[..3], &[0.1, 0.2, 0.3]), None);
    }
}
