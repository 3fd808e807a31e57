//! Several yes-or-no questions of each case, and how they are answered together.
//!
//! A question is a label; its answer for a case is a [`Cell`]. A case of which a label is not reported has no cell there. What is made of
//! single cells counts those that there are; what looks at a whole case counts the cases of which every label is reported.

use crate::cases::Cases;
use crate::metric::by_id;
use crate::tally::Tally;

/// A case and a label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    pub truth: bool,
    /// Finite; higher for more likely. None if the label has no scores.
    pub score: Option<f64>,
    /// Whether the model says yes. None if the label has no threshold.
    pub flag: Option<bool>,
}

/// The labels of a case, in one order; none where the truth is not reported.
pub type Labels = Vec<Option<Cell>>;

/// The cells of a label.
fn of_label<'a>(cases: &'a [&Labels], label: usize) -> impl Iterator<Item = &'a Cell> + Clone {
    let own = move |case: &&'a Labels| case.get(label)?.as_ref();
    cases.iter().filter_map(own)
}

fn labels(cases: &[&Labels]) -> usize {
    cases.first().map_or(0, |case| case.len())
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0.0);
    for value in values {
        sum += value;
        n += 1.0;
    }
    (n > 0.0).then(|| sum / n)
}

/// A metric of scores of these cells; none if one has no score.
fn of_scores<'a>(id: &str, cells: impl Iterator<Item = &'a Cell> + Clone) -> Option<f64> {
    let score = cells.clone().map(|cell| cell.score);
    let score: Vec<f64> = score.collect::<Option<_>>()?;
    let truth = cells.map(|cell| cell.truth).collect();
    let cases = Cases::new(truth, score, None, None).ok()?;
    by_id(id)?.value(&Tally::of(&cases), None)
}

/// The mean over the labels of a metric of scores; none if it is not defined of one of them.
fn mean_of_scores(id: &str, cases: &[&Labels]) -> Option<f64> {
    let each = (0..labels(cases)).map(|label| of_scores(id, of_label(cases, label)));
    mean(each.collect::<Option<Vec<f64>>>()?.into_iter())
}

/// The mean area under the ROC curve of the labels, in 0..=1. None where a label has no diseased or no healthy case, or no scores.
///
/// # Source
/// scikit-learn's `roc_auc_score(average="macro")`.
pub fn auroc_macro(cases: &[&Labels]) -> Option<f64> {
    mean_of_scores("auroc", cases)
}

/// The area under the ROC curve of all cells together, in 0..=1. None where all have one truth, or one has no score.
///
/// # Source
/// scikit-learn's `roc_auc_score(average="micro")`.
pub fn auroc_micro(cases: &[&Labels]) -> Option<f64> {
    of_scores("auroc", cases.iter().copied().flatten().flatten())
}

/// The mean average precision of the labels, in 0..=1. None where a label has no diseased case, or no scores.
///
/// # Source
/// scikit-learn's `average_precision_score(average="macro")`.
pub fn auprc_macro(cases: &[&Labels]) -> Option<f64> {
    mean_of_scores("auprc", cases)
}

/// Right yes, and all yes of truth and of flags; none if a cell has no flag.
fn agreed<'a>(cells: impl Iterator<Item = &'a Cell>) -> Option<[f64; 2]> {
    let mut sums = [0.0; 2];
    for cell in cells {
        let flag = cell.flag?;
        sums[0] += f64::from(u8::from(cell.truth && flag));
        sums[1] += f64::from(u8::from(cell.truth) + u8::from(flag));
    }
    Some(sums)
}

/// The mean F1 of the labels, in 0..=1, of those with a diseased or a flagged case. None without one, or without flags.
///
/// # Source
/// scikit-learn's `f1_score(average="macro", zero_division=nan)`.
pub fn f1_macro(cases: &[&Labels]) -> Option<f64> {
    let each = (0..labels(cases)).map(|label| agreed(of_label(cases, label)));
    let each: Vec<[f64; 2]> = each.collect::<Option<_>>()?;
    let there = each.iter().filter(|[_, all]| *all > 0.0);
    mean(there.map(|[right, all]| 2.0 * right / all))
}

/// The F1 of all cells together, in 0..=1. None where no cell is diseased or flagged, or one has no flag.
///
/// # Source
/// scikit-learn's `f1_score(average="micro")`.
pub fn f1_micro(cases: &[&Labels]) -> Option<f64> {
    let [right, all] = agreed(cases.iter().copied().flatten().flatten())?;
    (all > 0.0).then(|| 2.0 * right / all)
}

/// The share of cells whose flag is wrong, in 0..=1. None without a cell, or without flags.
///
/// # Source
/// scikit-learn's `hamming_loss`; Schapire and Singer 1999, Mach Learn 37:297-336.
pub fn hamming_loss(cases: &[&Labels]) -> Option<f64> {
    let cells = cases.iter().copied().flatten().flatten();
    let wrong = cells.map(|cell| Some(f64::from(u8::from(cell.flag? != cell.truth))));
    mean(wrong.collect::<Option<Vec<f64>>>()?.into_iter())
}

/// The cells of the cases of which every label is reported.
pub fn complete(cases: &[&Labels]) -> Vec<Vec<Cell>> {
    let whole = cases.iter().map(|case| case.iter().copied().collect());
    whole.flat_map(|case: Option<Vec<Cell>>| case).collect()
}

/// The share of complete cases of which every flag is right, in 0..=1. None without one, or without flags.
///
/// # Source
/// scikit-learn's `accuracy_score` of several labels.
pub fn subset_accuracy(cases: &[&Labels]) -> Option<f64> {
    let is_right = |case: Vec<Cell>| {
        let each = case.iter().map(|cell| Some(cell.flag? == cell.truth));
        let each: Vec<bool> = each.collect::<Option<_>>()?;
        Some(f64::from(u8::from(each.iter().all(|right| *right))))
    };
    let each = complete(cases).into_iter().map(is_right);
    mean(each.collect::<Option<Vec<f64>>>()?.into_iter())
}

/// A number of the labels of each complete case by (truth, score), and the mean of these.
fn mean_by_case(cases: &[&Labels], of: fn(&[(bool, f64)]) -> f64) -> Option<f64> {
    let of_case = |case: Vec<Cell>| {
        let scored = case.iter().map(|cell| Some((cell.truth, cell.score?)));
        Some(of(&scored.collect::<Option<Vec<_>>>()?))
    };
    let each = complete(cases).into_iter().map(of_case);
    mean(each.collect::<Option<Vec<f64>>>()?.into_iter())
}

/// How many of these labels score at least so much.
fn at_least(labels: &[(bool, f64)], score: f64, of: impl Fn(bool) -> bool) -> f64 {
    labels
        .iter()
        .filter(|(truth, own)| of(*truth) && *own >= score)
        .count() as f64
}

/// For each true label of a complete case the share of true ones among those that score as high, in 0..=1; the mean over these labels and
/// over cases. A case in which all labels are true or none is counts 1. None without a complete case, or without scores.
///
/// # Source
/// scikit-learn's `label_ranking_average_precision_score`; Tsoumakas, Katakis and Vlahavas 2010, Data Mining and Knowledge Discovery
/// Handbook:667-685.
pub fn label_ranking_average_precision(cases: &[&Labels]) -> Option<f64> {
    mean_by_case(cases, |labels| {
        let own = labels.iter().filter(|(truth, _)| *truth);
        let shares = own.map(|(_, score)| {
            at_least(labels, *score, |truth| truth) / at_least(labels, *score, |_| true)
        });
        mean(shares).unwrap_or(1.0)
    })
}

/// How many labels of a complete case, from the highest score on, one must take to have all true ones, on average; 0 for a case without a
/// true label. At best it is the mean number of true labels. None without a complete case, or without scores.
///
/// # Source
/// scikit-learn's `coverage_error`; Tsoumakas, Katakis and Vlahavas 2010.
pub fn coverage_error(cases: &[&Labels]) -> Option<f64> {
    mean_by_case(cases, |labels| {
        let own = labels.iter().filter(|(truth, _)| *truth);
        let lowest = own.map(|(_, score)| *score).reduce(f64::min);
        lowest.map_or(0.0, |score| at_least(labels, score, |_| true))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(cells: &[Option<(bool, f64)>]) -> Labels {
        let cell = |(truth, score): (bool, f64)| Cell {
            truth,
            score: Some(score),
            flag: Some(score >= 0.5),
        };
        cells.iter().map(|one| one.map(cell)).collect()
    }

    #[test]
    fn a_label_that_is_not_reported_is_no_error_and_takes_its_case_out_of_whole_ones() {
        let a = case(&[Some((true, 0.9)), None]);
        let b = case(&[Some((false, 0.1)), Some((true, 0.2))]);
        let cases = [&a, &b];
        assert_eq!(hamming_loss(&cases), Some(1.0 / 3.0));
        assert_eq!(complete(&cases).len(), 1);
        assert_eq!(subset_accuracy(&cases), Some(0.0));
        assert_eq!(coverage_error(&cases), Some(1.0));
        assert_eq!(auroc_macro(&cases), None);
        assert_eq!(subset_accuracy(&[&a]), None);
    }

    #[test]
    fn a_case_with_all_labels_or_none_ranks_as_well_as_can_be() {
        let all = case(&[Some((true, 0.1)), Some((true, 0.2))]);
        let none = case(&[Some((false, 0.1)), Some((false, 0.2))]);
        assert_eq!(label_ranking_average_precision(&[&all]), Some(1.0));
        assert_eq!(label_ranking_average_precision(&[&none]), Some(1.0));
        assert_eq!(coverage_error(&[&none]), Some(0.0));
    }

    #[test]
    fn labels_without_scores_or_flags_have_no_metrics_of_them() {
        let bare = vec![Some(Cell {
            truth: true,
            score: None,
            flag: None,
        })];
        type Of = fn(&[&Labels]) -> Option<f64>;
        let all: [Of; 9] = [
            auroc_macro,
            auroc_micro,
            auprc_macro,
            f1_macro,
            f1_micro,
            hamming_loss,
            subset_accuracy,
            label_ranking_average_precision,
            coverage_error,
        ];
        for of in all {
            assert_eq!(of(&[&bare]), None);
            assert_eq!(of(&[]), None);
        }
    }
}
