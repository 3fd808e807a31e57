//! Cases of which some have no reference standard, or one that errs.

use std::collections::BTreeMap;

use galen_stats::imperfect::{Imperfect, ReferenceStandard, correct};
use galen_stats::metric::{by_id, measure};
use galen_stats::verification::{Partly, Selection};
use galen_stats::{Difference, Estimate, Undefined};
use galen_table::Table;
use serde::Serialize;

use crate::columns::{groups_of, numbers, yes_or_no};
use crate::compare::DifferenceOf;
use crate::{Columns, EvalError, LeftOut, Settings};

/// What is corrected for who was verified.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartlyVerified {
    pub n: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    pub verified: usize,
    pub left_out: LeftOut,
    /// What, besides the flag, decided who was verified.
    pub verified_by: Vec<String>,
    /// The share verified of flagged cases less that of the others.
    pub by_flag: Option<DifferenceOf>,
    /// The probability that a verified case has a higher score than one that is not.
    pub by_score: Option<DifferenceOf>,
    /// `sensitivity`, `specificity`, `prevalence` and `auroc` as if every case were verified.
    pub corrected: BTreeMap<String, Estimate>,
    /// The same of the verified cases alone.
    pub verified_only: BTreeMap<String, Estimate>,
    pub warnings: Vec<String>,
}

/// Measures a table in which a case without a truth was not verified, if who was verified depends only on the model's answer and on `verified_by`.
///
/// # Errors
/// [`EvalError`]; weights are refused, and so is counting cases without an answer as wrong: without a truth nothing is right or wrong.
pub fn partly_verified(
    table: &Table,
    columns: &Columns,
    verified_by: &[String],
    settings: &Settings,
) -> Result<PartlyVerified, EvalError> {
    let read = read(table, columns, verified_by)?;
    let cases = &read.cases;
    let draws = (settings.resamples, settings.seed);
    let selection = cases.selection(settings.level);
    let mut corrected = BTreeMap::new();
    if read.has_flags {
        let found = cases.corrected(draws, settings.level);
        corrected.insert("sensitivity".to_owned(), found.sensitivity);
        corrected.insert("specificity".to_owned(), found.specificity);
        corrected.insert("prevalence".to_owned(), found.prevalence);
    }
    if read.has_scores {
        corrected.insert("auroc".to_owned(), cases.area(draws, settings.level));
    }
    let alone = columns.read(table)?;
    let mut verified_only = BTreeMap::new();
    for id in corrected.keys() {
        let of = match id.as_str() {
            "auroc" => &alone.scored,
            _ => &alone.flagged,
        };
        if let (Some(metric), Some(cases)) = (by_id(id), of) {
            verified_only.insert(id.clone(), measure(metric, cases, settings.level));
        }
    }
    let difference = |found: &Difference| DifferenceOf {
        estimate: found.estimate.clone(),
        p_value: found.p_value,
    };
    Ok(PartlyVerified {
        n: selection.n,
        clusters: read.clusters,
        verified: selection.verified,
        left_out: read.left_out,
        verified_by: verified_by.to_vec(),
        by_flag: selection.by_flag.as_ref().map(difference),
        by_score: selection.by_score.as_ref().map(difference),
        corrected,
        verified_only,
        warnings: selection.warning(settings.level).into_iter().collect(),
    })
}

/// A sentence where cases without a truth are left out and who has one depends on the model's answer; none where that is not seen.
///
/// # Errors
/// [`EvalError`].
pub fn warning(
    table: &Table,
    columns: &Columns,
    settings: &Settings,
) -> Result<Option<String>, EvalError> {
    let selection: Selection = read(table, columns, &[])?.cases.selection(settings.level);
    Ok(match selection.verified < selection.n {
        true => selection.warning(settings.level),
        false => None,
    })
}

/// Corrects for the errors of the reference standard that gave the truth.
///
/// # Errors
/// [`EvalError`]; without flags there is nothing to correct.
pub fn imperfect(
    table: &Table,
    columns: &Columns,
    reference: &ReferenceStandard,
    settings: &Settings,
) -> Result<Imperfect, EvalError> {
    let read = columns.read(table)?;
    let flagged = read.flagged.as_ref().ok_or(Undefined::NoThreshold)?;
    let draws = (settings.resamples, settings.seed);
    Ok(correct(flagged, reference, draws, settings.level)?)
}

struct Read {
    cases: Partly,
    left_out: LeftOut,
    clusters: Option<u64>,
    has_flags: bool,
    has_scores: bool,
}

fn read(table: &Table, columns: &Columns, verified_by: &[String]) -> Result<Read, EvalError> {
    if columns.weight.is_some() {
        return Err(EvalError::Other(
            "Weights are not counted where some cases are not verified.".to_owned(),
        ));
    }
    let positive = columns.positive.as_deref();
    let truth = yes_or_no(table, &columns.truth, positive)?;
    let score = columns
        .score
        .as_deref()
        .map(|column| numbers(table, column));
    let score = score.transpose()?;
    let predicted = columns.predicted.as_deref();
    let predicted = predicted
        .map(|column| yes_or_no(table, column, positive))
        .transpose()?;
    if score.is_none() && predicted.is_none() {
        return Err(EvalError::NothingToJudge);
    }
    let has_answer = |row: &usize| {
        score.as_ref().is_none_or(|score| score[*row].is_some())
            && predicted.as_ref().is_none_or(|flags| flags[*row].is_some())
    };
    let rows: Vec<usize> = (0..truth.len()).filter(has_answer).collect();
    let left_out = LeftOut {
        no_answer: truth.len() - rows.len(),
        ..LeftOut::default()
    };
    columns.may_leave_out(&left_out)?;
    if rows.is_empty() {
        return Err(EvalError::NothingToJudge);
    }
    let cluster = columns.patients(table, &rows)?;
    let own_score: Option<Vec<f64>> =
        score.map(|score| rows.iter().filter_map(|&row| score[row]).collect());
    let flag: Option<Vec<bool>> = match (predicted, &own_score, columns.threshold) {
        (Some(flags), _, _) => Some(rows.iter().filter_map(|&row| flags[row]).collect()),
        (None, Some(score), Some(threshold)) => {
            Some(score.iter().map(|score| *score >= threshold).collect())
        }
        _ => None,
    };
    let stratum = match verified_by {
        [] => None,
        names => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let mut stratum = vec![0; rows.len()];
            for (number, places) in (0..).zip(groups_of(table, &names, &rows)?.into_values()) {
                places.into_iter().for_each(|place| stratum[place] = number);
            }
            Some(stratum)
        }
    };
    let clusters = cluster.as_ref().map(|patients: &Vec<u32>| {
        let distinct: std::collections::BTreeSet<u32> = patients.iter().copied().collect();
        distinct.len() as u64
    });
    let (has_flags, has_scores) = (flag.is_some(), own_score.is_some());
    let truth = rows.iter().map(|&row| truth[row]).collect();
    Ok(Read {
        cases: Partly::new(truth, flag, own_score, stratum, cluster)?,
        left_out,
        clusters,
        has_flags,
        has_scores,
    })
}

#[cfg(test)]
mod tests {
    use galen_table::ReadOptions;

    use super::*;

    /// The liver scans of Drum and Christacopoulos 1972: flag, truth, how many. Every row names a ward that has nothing to do with it.
    fn scans(copies: usize) -> Table {
        let counts = [
            ("1", "1", 231),
            ("1", "0", 32),
            ("1", "", 166),
            ("0", "1", 27),
            ("0", "0", 54),
            ("0", "", 140),
        ];
        let mut csv = "patient,flag,truth,ward\n".to_owned();
        let mut patient = 0;
        for (flag, truth, count) in counts {
            for _ in 0..count {
                for _ in 0..copies {
                    csv += &format!("{patient},{flag},{truth},all\n");
                }
                patient += 1;
            }
        }
        Table::read_csv(csv.as_bytes(), &ReadOptions::default()).expect("a table")
    }

    fn columns(copies: usize) -> Columns {
        Columns {
            truth: "truth".to_owned(),
            predicted: Some("flag".to_owned()),
            cluster: (copies > 1).then(|| "patient".to_owned()),
            ..Columns::default()
        }
    }

    #[test]
    fn the_liver_scans_are_warned_of_and_corrected_and_copies_of_patients_narrow_nothing() {
        let settings = Settings {
            resamples: 1000,
            ..Settings::default()
        };
        let one = partly_verified(&scans(1), &columns(1), &[], &settings).expect("a table");
        assert_eq!((one.n, one.verified), (650, 344));
        let of = |found: &BTreeMap<String, Estimate>| found["sensitivity"].value.expect("defined");
        assert!((of(&one.corrected) - 0.8365).abs() < 1e-4);
        assert!((of(&one.verified_only) - 231.0 / 258.0).abs() < 1e-12);
        assert!(
            one.warnings[0].contains("flagged cases more often"),
            "{:?}",
            one.warnings
        );
        let said = warning(&scans(1), &columns(1), &settings).expect("a table");
        assert_eq!(said.as_ref(), one.warnings.first());
        let by = ["ward".to_owned()];
        let three = partly_verified(&scans(3), &columns(3), &by, &settings).expect("a table");
        let width = |found: &PartlyVerified| {
            let (low, high) = found.corrected["sensitivity"]
                .interval()
                .expect("an interval");
            high - low
        };
        assert_eq!(three.clusters, Some(650));
        assert!((of(&three.corrected) - of(&one.corrected)).abs() < 1e-12);
        assert!(
            (width(&three) / width(&one) - 1.0).abs() < 0.15,
            "{} {}",
            width(&three),
            width(&one)
        );
    }

    #[test]
    fn a_reference_standard_that_errs_is_corrected_on_the_verified_cases() {
        let reference = ReferenceStandard {
            sensitivity: 0.95,
            specificity: 0.9,
            diseased: None,
            healthy: None,
        };
        let found = imperfect(&scans(1), &columns(1), &reference, &Settings::default());
        let found = found.expect("a table");
        // ((231 + 32) 0.9 - 32) / (344 x 0.9 - 86), by hand.
        let by_hand = (263.0 * 0.9 - 32.0) / (344.0 * 0.9 - 86.0);
        assert!((found.sensitivity.value.expect("defined") - by_hand).abs() < 1e-12);
    }
}
