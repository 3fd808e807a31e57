use super::calibrated::CrossFitted;
use super::correlation::{self, correlation};
use super::{Assumption, Measure, share};
use crate::boosting::{BoostedTrees, Boosting, Feature};
use crate::draw::Draw;
use crate::estimate::Level;
use crate::without_labels::Scored;
use crate::without_labels::folds::folds;
use crate::without_labels::observed::Features;
use std::collections::BTreeSet;

/// The share of cases that may lie where the reference has none, beside what chance puts there.
const OUTSIDE_MAX: f64 = 0.05;
const FOLDS: usize = 5;

/// Where the values of a column of the reference lie.
enum Domain {
    Numbers {
        least: f64,
        most: f64,
        missing: bool,
    },
    Codes(BTreeSet<Option<u32>>),
}

impl Domain {
    fn of(column: &Feature) -> Domain {
        match column {
            Feature::Number(values) => {
                let known = || values.iter().copied().filter(|value| value.is_finite());
                Domain::Numbers {
                    least: known().fold(f64::INFINITY, f64::min),
                    most: known().fold(f64::NEG_INFINITY, f64::max),
                    missing: known().count() < values.len(),
                }
            }
            Feature::Category(codes) => Domain::Codes(codes.iter().copied().collect()),
        }
    }

    fn holds(&self, column: &Feature, row: usize) -> bool {
        match (self, column) {
            (
                Domain::Numbers {
                    least,
                    most,
                    missing,
                },
                Feature::Number(values),
            ) => {
                let value = values[row];
                if value.is_finite() {
                    (*least..=*most).contains(&value)
                } else {
                    *missing
                }
            }
            (Domain::Codes(known), Feature::Category(codes)) => known.contains(&codes[row]),
            _ => false,
        }
    }
}

/// Whether the cases of now lie, column by column, where the reference has cases.
pub(super) fn same_domain(
    id: &'static str,
    reference: &Features,
    current: &Features,
    level: Level,
) -> Assumption {
    let n = current.columns.first().map_or(0, Feature::len);
    let domains: Vec<Domain> = reference.columns.iter().map(Domain::of).collect();
    let mut outside_of = vec![0; domains.len()];
    let mut outside = 0;
    for row in 0..n {
        let mut is_outside = false;
        for (at, domain) in domains.iter().enumerate() {
            if !domain.holds(&current.columns[at], row) {
                outside_of[at] += 1;
                is_outside = true;
            }
        }
        outside += usize::from(is_outside);
    }
    if n == 0 {
        return Assumption {
            id,
            holds: None,
            why: "The features of new cases lie where the reference has cases. No feature was named, so nobody knows."
                .to_owned(),
            measures: Vec::new(),
        };
    }
    // Of as many new cases from the same cohort two in n + 1 lie beyond the least and the largest of a column.
    let numbers = domains
        .iter()
        .filter(|d| matches!(d, Domain::Numbers { .. }))
        .count();
    let rows = reference.columns.first().map_or(0, Feature::len);
    let allowed = OUTSIDE_MAX + (2 * numbers) as f64 / (rows + 1) as f64;
    let measured = share(outside, n, level);
    let holds = match measured.interval() {
        Some((_, high)) if high < allowed => Some(true),
        Some((low, _)) if low > allowed => Some(false),
        _ => None,
    };
    let most = outside_of
        .iter()
        .enumerate()
        .max_by_key(|&(at, &count)| (count, usize::MAX - at));
    let found = match most {
        Some((at, &count)) if count > 0 => {
            format!(
                "{outside} of {n} do not, most often by `{}` ({count}).",
                reference.names[at]
            )
        }
        _ => format!("All {n} do."),
    };
    Assumption {
        id,
        holds,
        why: format!(
            "New cases lie where the reference has cases, or it says nothing about them. {found}"
        ),
        measures: vec![Measure::new("outside", measured)],
    }
}

/// Whether the score says all about the truth that the features say. If it does not, then a shift of the features changes
/// what a score means, with no change of the concept.
///
/// What the calibrated score leaves open is learned from the features by boosted trees, on other cases than it is asked of.
///
/// # Source
/// Hébert-Johnson, Kim, Reingold and Rothblum 2018, ICML, PMLR 80:1939-1948 (calibration within all groups that can be
/// computed); Fisher 1921, Metron 1:3-32 (interval of a correlation).
pub(super) fn score_suffices(
    features: &Features,
    cases: &Scored,
    fitted: &CrossFitted,
    level: Level,
    seed: u64,
) -> Assumption {
    let assumed = "Cases of one score are diseased equally often whatever their features, so that the score's meaning \
                   stays when the features shift.";
    if features.columns.is_empty() {
        return Assumption {
            id: "score_suffices",
            holds: None,
            why: format!("{assumed} No feature was named, so nobody knows."),
            measures: Vec::new(),
        };
    }
    let left: Vec<f64> = (fitted.truth.iter().zip(&fitted.probability))
        .map(|(&truth, p)| f64::from(u8::from(truth)) - p)
        .collect();
    let fold = folds(
        left.len(),
        cases.patient.as_deref(),
        FOLDS,
        &mut Draw::new(seed, 1),
    );
    let mut predicted = vec![0.0; left.len()];
    for out in 0..FOLDS {
        let rows = |is_out: bool| -> Vec<usize> {
            (0..left.len())
                .filter(|&row| (fold[row] == out) == is_out)
                .collect()
        };
        let (kept, asked) = (rows(false), rows(true));
        let target: Vec<f64> = kept.iter().map(|&row| left[row]).collect();
        let trees = BoostedTrees::fit(&features.pick(&kept).columns, &target, &Boosting::default());
        if let Ok(trees) = trees {
            let found = trees.predict(&features.pick(&asked).columns);
            asked
                .iter()
                .zip(found)
                .for_each(|(&row, found)| predicted[row] = found);
        }
    }
    let clusters = cases
        .patient
        .as_ref()
        .map(|patient| patient.iter().collect::<BTreeSet<_>>().len());
    let measured = correlation(&left, &predicted, clusters, level);
    let holds = match (measured.value, measured.interval()) {
        (None, _) => Some(true),
        (_, Some((_, high))) if high < correlation::NEXT_TO_NONE => Some(true),
        (_, Some((low, _))) if low > correlation::NEXT_TO_NONE => Some(false),
        _ => None,
    };
    let found = match holds {
        Some(true) => "The features say next to nothing that the score does not say.",
        Some(false) => {
            "The features say more: a shift in them moves the estimates in a way that is not seen here."
        }
        None => "The features may say more; there are too few cases to tell.",
    };
    Assumption {
        id: "score_suffices",
        holds,
        why: format!("{assumed} {found}"),
        measures: vec![Measure::new("correlation_left", measured)],
    }
}
