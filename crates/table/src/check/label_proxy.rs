use std::collections::BTreeMap;

use galen_spec::data::Severity;
use galen_stats::Estimate;
use galen_stats::association::{Ordered, spearman};
use serde_json::json;

use super::inputs::Inputs;
use super::study::{NEARLY_THE_LABEL, TwoByTwo};
use super::{About, Check, CheckHead, Finding, Measure, Study, percent};
use crate::Kind;

/// A column that nearly is the label.
///
/// Three ways are looked at. The column's values separate diseased from healthy cases: an AUC of 0.98 and more stops (if
/// its interval does not reach below 0.95), of 0.95 warns, of 0.85 is noted, since an honest predictor may be that good. Where
/// the other columns tell the label as well (a forest of random trees without this column, without those that stop and without
/// those whose ranks are nearly the same loses at most 0.02 against it), and where it goes with one of them among cases of one
/// label (a rank correlation of 0.3, as measurements of one disease do and a copy of the label does not), the label is that
/// easy and the column is only noted, unless its interval lies above 0.99.
/// Whether the column has a value at all tells the label: the shares with a value differ by more than 0.5 with the whole
/// interval, which stops. A frequent category occurs under one label only: it warns.
///
/// The AUC of a category is that of the share of diseased among the other cases of the category, so that an identifier
/// separates nothing. At least ten diseased and ten healthy cases must have a value. The limits are conventions of
/// galen.
///
/// # Source
/// Kaufman, Rosset, Perlich and Stitelman 2012, ACM TKDD 6:15 (leakage in data mining); Kapoor and Narayanan 2023,
/// Patterns 4:100804, L2 (illegitimate features).
pub struct LabelProxy;

const STOP: f64 = NEARLY_THE_LABEL;
const WARN: f64 = 0.95;
const NOTE: f64 = 0.85;
/// Fewer cases of a label than this separate by chance.
const CASES: usize = 10;
/// An area whose lower bound is above this needs no comparison: nothing honest is so good.
const CERTAIN: f64 = 0.99;
/// What the other columns may lose against the column.
const AS_WELL: f64 = 0.02;
/// The rank correlation at which another column says the same.
const SAME: f64 = 0.98;
/// The rank correlation of measurements of one disease among cases of one label.
const RELATED: f64 = 0.3;

impl Check for LabelProxy {
    fn about(&self) -> About {
        About {
            id: "label_proxy",
            head: CheckHead::Relevance,
            what: "Does one column alone nearly tell the label?",
            source: "Kaufman et al. 2012; Kapoor and Narayanan 2023",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        let columns = study.candidates().into_iter();
        let mut others = Others { study, known: None };
        columns
            .filter_map(|column| {
                // The worst of the three ways is enough.
                let ways = [
                    by_presence(study, column),
                    by_value(study, column, &mut others),
                    by_category(study, column),
                ];
                ways.into_iter()
                    .flatten()
                    .max_by_key(|finding| finding.severity)
            })
            .collect()
    }
}

/// Whether a column is the label, or part of it, by one of the three ways and without a comparison with the others.
pub(super) fn is_one(study: &Study, column: &str) -> bool {
    let area = study.separation(column).and_then(|found| found.value);
    area.is_some_and(|area| area >= NEARLY_THE_LABEL)
        || by_presence(study, column).is_some()
        || by_category(study, column).is_some()
}

fn by_value(study: &Study, column: &str, others: &mut Others) -> Option<Finding> {
    let missing = study.table.missing(column).ok()?;
    let with = study.count(|row| !missing[row]);
    let auc = study.separation(column)?;
    if with.diseased_with < CASES || with.healthy_with < CASES {
        return None;
    }
    let value = auc.value?;
    let severity = if value >= STOP && auc.low.is_none_or(|low| low >= WARN) {
        Severity::Stop
    } else if value >= WARN {
        Severity::Warn
    } else if value >= NOTE {
        Severity::Note
    } else {
        return None;
    };
    let is_certain = auc.low.is_none_or(|low| low >= CERTAIN);
    let severity =
        if severity != Severity::Note && !is_certain && others.tell_as_well(column, value) {
            Severity::Note
        } else {
            severity
        };
    let how = if severity == Severity::Note {
        "well"
    } else {
        "almost perfectly"
    };
    let message = format!("`{column}` alone tells diseased from healthy {how} (AUC {value:.3}).");
    Some(finding(severity, column, message, "auroc", auc, with))
}

/// What the columns but one tell of the label.
struct Others<'a> {
    study: &'a Study<'a>,
    known: Option<Known<'a>>,
}

struct Known<'a> {
    inputs: Inputs<'a>,
    /// Name, values of the drawn rows, and how well they separate alone.
    columns: Vec<(&'a str, Vec<f64>, f64)>,
}

impl Known<'_> {
    /// Whether two columns go together among the healthy or among the diseased.
    fn are_related(&self, one: &[f64], other: &[f64]) -> bool {
        [false, true].into_iter().any(|kind| {
            let rows = (0..one.len()).filter(|&row| {
                self.inputs.truth[row] == kind && !one[row].is_nan() && !other[row].is_nan()
            });
            let (a, b): (Vec<f64>, Vec<f64>) = rows.map(|row| (one[row], other[row])).unzip();
            a.len() >= CASES && rank_correlation(&Ordered::new(a), &Ordered::new(b)) >= RELATED
        })
    }
}

/// How closely two columns follow one order, either way: 0..=1, and 0 if one does not vary.
fn rank_correlation(one: &Ordered, other: &Ordered) -> f64 {
    spearman(one, other).map_or(0.0, f64::abs)
}

impl<'a> Others<'a> {
    fn tell_as_well(&mut self, column: &str, area: f64) -> bool {
        let study = self.study;
        let known = self.known.get_or_insert_with(|| {
            let inputs = Inputs::of(study);
            let columns = study.candidates().into_iter().filter_map(|name| {
                let area = study.separation(name)?.value?;
                Some((name, inputs.column(name)?, area))
            });
            Known {
                columns: columns.collect(),
                inputs,
            }
        });
        let Some((_, own, _)) = known.columns.iter().find(|(name, ..)| *name == column) else {
            return false;
        };
        let ordered = Ordered::new(own.clone());
        let others = known.columns.iter().filter(|(name, values, area)| {
            *name != column
                && *area < STOP
                && rank_correlation(&ordered, &Ordered::new(values.clone())) < SAME
        });
        let others: Vec<Vec<f64>> = others.map(|(_, values, _)| values.clone()).collect();
        if !others.iter().any(|other| known.are_related(own, other)) {
            return false;
        }
        let told = known.inputs.told_apart(&others, &known.inputs.truth);
        told.and_then(|told| told.auc.value)
            .is_some_and(|other| other >= area - AS_WELL)
    }
}

fn by_presence(study: &Study, column: &str) -> Option<Finding> {
    let missing = study.table.missing(column).ok()?;
    let with = study.count(|row| !missing[row]);
    let difference = with.difference(study.roles.level);
    let (low, high) = (difference.low?, difference.high?);
    if (low <= 0.5 && high >= -0.5) || with.diseased < CASES || with.healthy < CASES {
        return None;
    }
    let diseased = percent(with.diseased_with as f64 / with.diseased as f64);
    let healthy = percent(with.healthy_with as f64 / with.healthy as f64);
    let message = format!(
        "Whether `{column}` has a value nearly tells the label: {diseased} of the diseased have one and {healthy} of the healthy."
    );
    Some(finding(
        Severity::Stop,
        column,
        message,
        "difference_in_share_with_value",
        difference,
        with,
    ))
}

fn by_category(study: &Study, column: &str) -> Option<Finding> {
    if study.table.kind(column).ok()? != Kind::Text {
        return None;
    }
    let texts = study.table.texts(column).ok()?;
    let mut categories: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (text, truth) in texts.iter().zip(&study.truth) {
        if let (Some(text), Some(truth)) = (text, truth) {
            let count = categories.entry(text).or_default();
            if *truth { count.0 += 1 } else { count.1 += 1 }
        }
    }
    let all = study.count(|_| true);
    let diseased_share = all.diseased as f64 / (all.diseased + all.healthy) as f64;
    // Twenty cases of the absent label would be expected by chance, so that its absence is none.
    let only_healthy = |d: usize, h: usize| d == 0 && h as f64 * diseased_share >= 20.0;
    let only_diseased = |d: usize, h: usize| h == 0 && d as f64 * (1.0 - diseased_share) >= 20.0;
    let (category, &(d, h)) = categories
        .iter()
        .find(|&(_, &(d, h))| only_healthy(d, h) || only_diseased(d, h))?;
    let (n, label) = if d == 0 {
        (h, "healthy")
    } else {
        (d, "diseased")
    };
    let message = format!("All {n} cases with {category:?} in `{column}` are {label}.");
    let with = study.count(|row| texts[row].as_deref() == Some(category));
    let difference = with.difference(study.roles.level);
    Some(finding(
        Severity::Warn,
        column,
        message,
        "difference_in_share_with_category",
        difference,
        with,
    ))
}

fn finding(
    severity: Severity,
    column: &str,
    message: String,
    name: &'static str,
    estimate: Estimate,
    with: TwoByTwo,
) -> Finding {
    let help = match severity {
        Severity::Note => {
            "Make sure that it is known when the score is made, and not a consequence of the disease."
        }
        _ => {
            "Do not use it as an input, unless it is known when the score is made and is no part of how the truth is found."
        }
    };
    Finding {
        check: "label_proxy",
        severity,
        columns: vec![column.to_owned()],
        message,
        measure: Some(Measure { name, estimate }),
        evidence: json!({ "counts": with.evidence() }),
        help: help.to_owned(),
    }
}
