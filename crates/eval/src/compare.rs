//! Two models on the same patients.

use std::collections::BTreeMap;

use galen_stats::compare::{auroc_paired, mcnemar, paired_bootstrap};
use galen_stats::metric::{Better, Metric};
use galen_stats::{Cases, Difference, Estimate};
use galen_table::Table;
use serde::Serialize;

use crate::binary::chosen;
use crate::{Columns, EvalError, Settings};

/// A metric of both models, and their difference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    pub metric: String,
    pub a: Estimate,
    pub b: Estimate,
    /// a less b.
    pub difference: DifferenceOf,
    pub method: String,
    /// `superior` or `inferior` (by any amount), else by the margin `equivalent`, `non_inferior`, `worse_than_margin`, else `inconclusive`:
    /// of a against b.
    pub verdict: &'static str,
}

/// A difference with its interval and the p-value of "there is none".
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DifferenceOf {
    #[serde(flatten)]
    pub estimate: Estimate,
    pub p_value: Option<f64>,
}

/// Two models on the cases that both have judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    pub positives: usize,
    /// Cases of one file only, which are not compared.
    pub only_in_a: usize,
    pub only_in_b: usize,
    pub comparisons: Vec<Comparison>,
}

/// Compares two tables, joined by `id`.
///
/// The area under the ROC curve by DeLong's paired variance, with patients Obuchowski's; sensitivity, specificity and accuracy with
/// McNemar's p-value; every interval that has no such formula by drawing patients anew, both models on the same draws.
///
/// # Errors
/// [`EvalError`]; among others if an id repeats in a file, or if the two files differ in the truth of a case.
pub fn compare(
    a: &Table,
    b: &Table,
    columns: &Columns,
    id: &str,
    settings: &Settings,
) -> Result<Compared, EvalError> {
    let (place_a, place_b) = (places(a, id)?, places(b, id)?);
    // In the order of the ids, so that draws do not depend on how a file is sorted.
    let both: Vec<(usize, usize)> = place_a
        .iter()
        .filter_map(|(id, &row)| Some((row, *place_b.get(id)?)))
        .collect();
    if both.is_empty() {
        return Err(EvalError::NotPaired(format!(
            "no value of `{id}` is in both"
        )));
    }
    let (rows_a, rows_b): (Vec<usize>, Vec<usize>) = both.iter().copied().unzip();
    // The id is one case's, and patients are said by the cluster.
    let columns = Columns {
        id: None,
        groups: Vec::new(),
        ..columns.clone()
    };
    let read_a = columns.read(&a.take(&rows_a)?)?;
    let read_b = columns.read(&b.take(&rows_b)?)?;
    if read_a.rows != read_b.rows {
        return Err(EvalError::NotPaired(
            "truths or answers are missing of different cases".to_owned(),
        ));
    }
    let (first, second) = (read_a.any(), read_b.any());
    if let Some(place) = (0..first.n()).find(|&i| first.truth()[i] != second.truth()[i]) {
        let row = rows_a[read_a.rows[place]];
        let name = a.text(id, row).unwrap_or_default();
        return Err(EvalError::NotPaired(format!(
            "the truth of `{name}` is another in the second file"
        )));
    }
    if first.cluster() != second.cluster() {
        return Err(EvalError::NotPaired(
            "cases belong to other patients in the second file".to_owned(),
        ));
    }
    let metrics = chosen(settings)?;
    let mut comparisons = Vec::new();
    for one in &metrics {
        let metric = one.metric();
        let of_flags = metric.about().needs_threshold && metric.about().id != "net_benefit";
        let pair = match of_flags {
            true => read_a.flagged.as_ref().zip(read_b.flagged.as_ref()),
            false => read_a.scored.as_ref().zip(read_b.scored.as_ref()),
        };
        let Some((a, b)) = pair else { continue };
        // What describes the cases and not the model is the same on both sides.
        if metric.about().id == "prevalence" || of_flags && a.threshold().is_none() {
            continue;
        }
        comparisons.push(one_metric(metric, a, b, settings));
    }
    Ok(Compared {
        n: first.n(),
        clusters: first.patients(),
        positives: first.diseased(),
        only_in_a: place_a.len() - both.len(),
        only_in_b: place_b.len() - both.len(),
        comparisons,
    })
}

/// The row of each id.
fn places(table: &Table, id: &str) -> Result<BTreeMap<String, usize>, EvalError> {
    let mut places = BTreeMap::new();
    for (row, text) in table.texts(id)?.into_iter().enumerate() {
        let text = text.ok_or_else(|| EvalError::Missing {
            row,
            column: id.to_owned(),
        })?;
        if let Some(earlier) = places.insert(text.clone(), row) {
            return Err(EvalError::NotPaired(format!(
                "`{text}` stands in rows {earlier} and {row} of one file; an id names one case, and --cluster its patient"
            )));
        }
    }
    Ok(places)
}

fn one_metric(metric: &dyn Metric, a: &Cases, b: &Cases, settings: &Settings) -> Comparison {
    let id = metric.about().id;
    let level = settings.level;
    let of = |cases: &Cases| galen_stats::metric::measure(metric, cases, level);
    let (of_a, of_b) = (of(a), of(b));
    let drawn = || paired_bootstrap(metric, a, b, (settings.resamples, settings.seed), level);
    let found = match id {
        "auroc" => auroc_paired(a, b, level),
        _ => drawn().map(|difference| Difference {
            // By row, McNemar's exact test says more than the draws.
            p_value: match a.is_row_wise() {
                true => mcnemar(id, a, b).or(difference.p_value),
                false => difference.p_value,
            },
            ..difference
        }),
    };
    let difference = found.unwrap_or_else(|why| Difference {
        estimate: Estimate::undefined(why, a.n() as u64, level, "bootstrap_paired"),
        p_value: None,
    });
    let method = difference.estimate.method.clone();
    let has_mcnemar = id != "auroc" && a.is_row_wise() && mcnemar(id, a, b).is_some();
    Comparison {
        metric: id.to_owned(),
        a: of_a,
        b: of_b,
        verdict: verdict(metric.about().better, &difference.estimate, settings.margin),
        method: if has_mcnemar {
            format!("{method}; mcnemar")
        } else {
            method
        },
        difference: DifferenceOf {
            p_value: difference.p_value,
            estimate: difference.estimate,
        },
    }
}

/// What the interval of the difference says of a against b.
///
/// # Source
/// ICH E9 1998, section 3.3.2 (equivalence and non-inferiority by the interval).
fn verdict(better: Better, difference: &Estimate, margin: Option<f64>) -> &'static str {
    let Some((low, high)) = difference.interval() else {
        return "inconclusive";
    };
    // How much better a is.
    let (low, high) = match better {
        Better::Higher => (low, high),
        Better::Lower => (-high, -low),
        Better::Target(_) | Better::Neither => {
            return match margin {
                Some(margin) if low > -margin && high < margin => "equivalent",
                _ => "inconclusive",
            };
        }
    };
    if low > 0.0 {
        return "superior";
    }
    match margin {
        Some(margin) if low > -margin && high < margin => "equivalent",
        Some(margin) if low > -margin => "non_inferior",
        Some(margin) if high < -margin => "worse_than_margin",
        _ if high < 0.0 => "inferior",
        _ => "inconclusive",
    }
}

#[cfg(test)]
mod tests {
    use galen_stats::Level;

    use super::*;

    #[test]
    fn the_verdict_follows_from_the_interval_and_the_margin() {
        let of = |low: f64, high: f64| {
            Estimate::new((low + high) / 2.0, (low, high), 10, Level::DEFAULT, "x")
        };
        let say = |low, high, margin| verdict(Better::Higher, &of(low, high), margin);
        assert_eq!(say(0.01, 0.1, None), "superior");
        assert_eq!(say(-0.03, 0.02, None), "inconclusive");
        assert_eq!(say(-0.03, 0.02, Some(0.05)), "equivalent");
        assert_eq!(say(-0.03, 0.2, Some(0.05)), "non_inferior");
        assert_eq!(say(-0.2, -0.06, Some(0.05)), "worse_than_margin");
        assert_eq!(say(-0.2, -0.01, Some(0.05)), "inferior");
        // Of a loss less is better.
        assert_eq!(verdict(Better::Lower, &of(-0.1, -0.01), None), "superior");
        assert_eq!(
            verdict(Better::Target(1.0), &of(0.01, 0.1), None),
            "inconclusive"
        );
    }
}
