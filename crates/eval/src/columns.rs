//! The columns of an evaluation, read and checked: a wrong value is named with its row.

use std::collections::{BTreeMap, BTreeSet};

use galen_stats::{Cases, CasesError, Undefined};
use galen_table::patient::{PatientError, patients, repeating};
use galen_table::{ColumnError, Table};
use serde::Serialize;
use thiserror::Error;

/// Which columns play which part.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    pub truth: String,
    pub score: Option<String>,
    /// The model's own answer, where it is not that of a threshold.
    pub predicted: Option<String>,
    pub threshold: Option<f64>,
    /// The value that means diseased; 1, true or yes if nothing is said.
    pub positive: Option<String>,
    pub groups: Vec<String>,
    /// Columns of groups that nobody declared beforehand.
    pub exploratory: Vec<String>,
    /// Whether groups of several columns are crossed as well.
    pub cross: bool,
    /// The patient, of whom there may be several rows.
    pub cluster: Option<String>,
    /// The column by which a row is one patient's, to see whether rows repeat.
    pub id: Option<String>,
    pub weight: Option<String>,
    pub indeterminate: Indeterminate,
}

/// What becomes of a case that the model gave no answer to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Indeterminate {
    /// The evaluation is refused, and how many there are is told.
    #[default]
    Refuse,
    /// The case is left out, and counted.
    Exclude,
    /// The case counts as wrong: of the lowest score if it is diseased, of the highest if it is healthy.
    Wrong,
}

/// Rows that are not judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Without a truth.
    pub no_truth: usize,
    /// Without an answer of the model, and excluded.
    pub no_answer: usize,
    /// Without an answer of the model, and counted as wrong.
    pub counted_as_wrong: usize,
}

/// Why an evaluation is not possible. Rows count from 0, without the header.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EvalError {
    #[error(transparent)]
    Column(#[from] ColumnError),
    #[error("No row has a truth in `{0}`.")]
    NoTruth(String),
    #[error("The truth `{column}` has the values {}, of which none is known to mean diseased.", found.join(", "))]
    NoPositive { column: String, found: Vec<String> },
    #[error("`{value}` is not among the values of `{column}`: {}.", found.join(", "))]
    UnknownValue {
        column: String,
        value: String,
        found: Vec<String>,
    },
    #[error("`{column}` has more than two values ({}), and yes or no has two.", found.join(", "))]
    ManyValues { column: String, found: Vec<String> },
    #[error("Row {row} (counted from 0) has `{value}` in `{column}`, which is no finite number.")]
    NotNumber {
        row: usize,
        column: String,
        value: String,
    },
    #[error(
        "{count} of {rows} rows have no answer of the model in `{column}`, the first is row {row} (counted from 0)."
    )]
    NoAnswer {
        count: usize,
        rows: usize,
        row: usize,
        column: String,
    },
    #[error("Row {row} (counted from 0) has no `{column}`.")]
    Missing { row: usize, column: String },
    #[error("Neither a column of scores nor one of answers is named.")]
    NothingToJudge,
    #[error("There is no metric `{name}`{}.", near.map(|near| format!("; did you mean `{near}`")).unwrap_or_default())]
    UnknownMetric {
        name: String,
        near: Option<&'static str>,
    },
    #[error("`{0}` is no value that a metric can be asked at: it is a share between 0 and 1.")]
    BadParameter(String),
    #[error("The method `{method}` gives no interval of {metric}; those that do: {}.", known.join(", "))]
    Method {
        method: &'static str,
        metric: String,
        known: Vec<&'static str>,
    },
    #[error(
        "`{column}` repeats ({patients} patients in {rows} rows), and the method `{method}` takes each row for a patient of its own."
    )]
    RowWise {
        column: String,
        patients: usize,
        rows: usize,
        method: &'static str,
    },
    #[error(
        "`{column}` repeats ({patients} patients in {rows} rows), so an interval that takes each row for a patient of its own would be too narrow."
    )]
    Repeats {
        column: String,
        patients: usize,
        rows: usize,
    },
    #[error("The two files do not hold the same cases: {0}")]
    NotPaired(String),
    #[error(transparent)]
    Cases(#[from] CasesError),
    #[error("{0}")]
    Undefined(#[from] Undefined),
    #[error("{0}")]
    Other(String),
}

/// Columns that were read: rows that are judged, in the order of the file.
pub struct Read {
    /// Of the scores, where there is a column of them.
    pub scored: Option<Cases>,
    /// Of the flags: the scores at the threshold, or the model's own answers.
    pub flagged: Option<Cases>,
    /// Rows of the table.
    pub rows: Vec<usize>,
    pub left_out: LeftOut,
    /// What is to be said besides.
    pub warnings: Vec<String>,
}

impl Read {
    /// The same cases, flagged by their scores from this threshold on.
    ///
    /// # Errors
    /// [`EvalError`] for a threshold that is not finite.
    pub fn at(self, threshold: f64) -> Result<Self, EvalError> {
        let scored = self.scored.map(|cases| cases.with_threshold(threshold));
        let scored = scored.transpose()?;
        Ok(Self {
            flagged: scored.clone(),
            scored,
            ..self
        })
    }

    /// The cases that everybody has: truth and patients.
    pub fn any(&self) -> &Cases {
        let any = self.scored.as_ref().or(self.flagged.as_ref());
        any.expect("scores or answers were read")
    }
}

/// The values of a column of truths or answers as yes or no; none where there is none.
pub fn yes_or_no(
    table: &Table,
    column: &str,
    positive: Option<&str>,
) -> Result<Vec<Option<bool>>, EvalError> {
    let texts = table.texts(column)?;
    let found: BTreeSet<&str> = texts.iter().flatten().map(|text| text.trim()).collect();
    let listed = || {
        let shown = found.iter().take(8).map(|text| (*text).to_owned());
        shown.collect::<Vec<_>>()
    };
    if found.is_empty() {
        return Err(EvalError::NoTruth(column.to_owned()));
    }
    if found.len() > 2 {
        return Err(EvalError::ManyValues {
            column: column.to_owned(),
            found: listed(),
        });
    }
    let is_yes: Box<dyn Fn(&str) -> bool> = match positive {
        Some(value) => {
            let same = |text: &str| same_value(text, value);
            // A file whose cases are all healthy has no such value, and is judged with the reason.
            if found.len() == 2 && !found.iter().any(|text| same(text)) {
                return Err(EvalError::UnknownValue {
                    column: column.to_owned(),
                    value: value.to_owned(),
                    found: listed(),
                });
            }
            let value = value.to_owned();
            Box::new(move |text: &str| same_value(text, &value))
        }
        None => {
            if !found.iter().all(|text| said(text).is_some()) {
                return Err(EvalError::NoPositive {
                    column: column.to_owned(),
                    found: listed(),
                });
            }
            Box::new(|text: &str| said(text) == Some(true))
        }
    };
    let values = texts
        .iter()
        .map(|text| text.as_ref().map(|text| is_yes(text.trim())));
    Ok(values.collect())
}

/// What words and numbers for yes and no mean.
fn said(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "1.0" | "true" | "t" | "yes" | "y" => Some(true),
        "0" | "0.0" | "false" | "f" | "no" | "n" => Some(false),
        _ => None,
    }
}

/// Equal as text or as number.
pub fn same_value(a: &str, b: &str) -> bool {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    a.trim() == b.trim() || number(a).is_some_and(|own| number(b) == Some(own))
}

/// The finite numbers of a column; none where there is none.
pub fn numbers(table: &Table, column: &str) -> Result<Vec<Option<f64>>, EvalError> {
    let kind = table.kind(column)?;
    let wrong = |row: usize, value: String| EvalError::NotNumber {
        row,
        column: column.to_owned(),
        value,
    };
    if !kind.is_numeric() {
        let texts = table.texts(column)?;
        let parsed = texts.iter().enumerate().map(|(row, text)| match text {
            None => Ok(None),
            Some(text) => match text.trim().parse::<f64>() {
                Ok(value) if value.is_finite() => Ok(Some(value)),
                _ => Err(wrong(row, text.clone())),
            },
        });
        return parsed.collect();
    }
    let values = table.numbers(column)?;
    if let Some(row) = values
        .iter()
        .position(|value| value.is_some_and(|value| !value.is_finite()))
    {
        return Err(wrong(row, table.text(column, row).unwrap_or_default()));
    }
    Ok(values)
}

/// The texts of a column without an absent one.
pub(crate) fn names(table: &Table, column: &str) -> Result<Vec<String>, EvalError> {
    let texts = table.texts(column)?.into_iter().enumerate();
    let text = |(row, text): (usize, Option<String>)| {
        text.ok_or_else(|| EvalError::Missing {
            row,
            column: column.to_owned(),
        })
    };
    texts.map(text).collect()
}

impl From<PatientError> for EvalError {
    fn from(error: PatientError) -> Self {
        match error {
            PatientError::Column(error) => Self::Column(error),
            PatientError::Missing { row, column } => Self::Missing { row, column },
        }
    }
}

impl Columns {
    /// Reads the columns of yes-or-no cases.
    ///
    /// # Errors
    /// [`EvalError`].
    pub fn read(&self, table: &Table) -> Result<Read, EvalError> {
        let truth = yes_or_no(table, &self.truth, self.positive.as_deref())?;
        let score = self
            .score
            .as_deref()
            .map(|column| numbers(table, column))
            .transpose()?;
        let predicted = self
            .predicted
            .as_deref()
            .map(|column| yes_or_no(table, column, self.positive.as_deref()))
            .transpose()?;
        let answer = self.score.as_ref().or(self.predicted.as_ref());
        let answer = answer.ok_or(EvalError::NothingToJudge)?;
        let has_answer = |row: usize| {
            score.as_ref().is_none_or(|score| score[row].is_some())
                && predicted.as_ref().is_none_or(|flags| flags[row].is_some())
        };
        let mut left_out = LeftOut::default();
        let mut rows = Vec::with_capacity(truth.len());
        let mut first = None;
        for (row, truth) in truth.iter().enumerate() {
            if truth.is_none() {
                left_out.no_truth += 1;
                continue;
            }
            if !has_answer(row) {
                first.get_or_insert(row);
                match self.indeterminate {
                    Indeterminate::Refuse | Indeterminate::Exclude => {
                        left_out.no_answer += 1;
                        continue;
                    }
                    Indeterminate::Wrong => left_out.counted_as_wrong += 1,
                }
            }
            rows.push(row);
        }
        if let (Some(row), Indeterminate::Refuse) = (first, self.indeterminate) {
            return Err(EvalError::NoAnswer {
                count: left_out.no_answer,
                rows: truth.len(),
                row,
                column: answer.clone(),
            });
        }
        if rows.is_empty() {
            return Err(EvalError::NoTruth(self.truth.clone()));
        }
        let truth: Vec<bool> = rows.iter().map(|&row| truth[row] == Some(true)).collect();
        let cluster = self.patients(table, &rows)?;
        let weight = self
            .weight
            .as_deref()
            .map(|column| self.weights(table, column, &rows));
        let weight = weight.transpose()?;
        let cases = |score: Vec<f64>, threshold: Option<f64>| {
            let cases = Cases::new(truth.clone(), score, threshold, cluster.clone())?;
            match &weight {
                Some(weight) => cases.weighted(weight.clone()),
                None => Ok(cases),
            }
        };
        let scored = score.map(|score| {
            let score = complete(&score, &rows, &truth);
            cases(score, self.threshold)
        });
        let scored = scored.transpose()?;
        let flagged = match predicted {
            Some(flags) => {
                let both = rows.iter().zip(&truth);
                // Who gave no answer is wrong.
                let flags = both.map(|(&row, truth)| flags[row].unwrap_or(!truth));
                let score = flags.map(|flag| f64::from(u8::from(flag))).collect();
                Some(cases(score, Some(0.5))?)
            }
            None => scored.clone(),
        };
        let warnings = self.repeats(table, &rows)?;
        Ok(Read {
            scored,
            flagged,
            rows,
            left_out,
            warnings,
        })
    }

    /// The rows that have a truth and an answer, in an order that does not depend on that of the table, and how many have not; `answers`
    /// are columns of answers besides those of `self`.
    ///
    /// # Errors
    /// [`EvalError`] for rows without an answer unless they are to be left out, and if no row is left.
    pub(crate) fn judged(
        &self,
        table: &Table,
        answers: &[&str],
        has_truth: impl Fn(usize) -> bool,
        has_answer: impl Fn(usize) -> bool,
    ) -> Result<(Vec<usize>, LeftOut), EvalError> {
        let mut left_out = LeftOut::default();
        let mut rows = Vec::new();
        for row in 0..table.rows() {
            match (has_truth(row), has_answer(row)) {
                (false, _) => left_out.no_truth += 1,
                (_, false) => left_out.no_answer += 1,
                _ => rows.push(row),
            }
        }
        self.may_leave_out(&left_out)?;
        if rows.is_empty() {
            return Err(EvalError::NoTruth(self.truth.clone()));
        }
        let own = [&self.cluster, &self.score, &self.predicted, &self.weight];
        let own = own.into_iter().filter_map(|column| column.as_deref());
        let truth = table.has(&self.truth).then_some(self.truth.as_str());
        let all: Vec<&str> = own.chain(truth).chain(answers.iter().copied()).collect();
        in_order(table, &all, &mut rows)?;
        Ok((rows, left_out))
    }

    /// Refuses rows without an answer unless they are to be left out, as [`Self::read`] does.
    pub(crate) fn may_leave_out(&self, left_out: &LeftOut) -> Result<(), EvalError> {
        match (self.indeterminate, left_out.no_answer) {
            (Indeterminate::Exclude, _) | (_, 0) => Ok(()),
            (_, count) => Err(EvalError::Other(format!(
                "{count} rows have no answer of the model; `--indeterminate exclude` leaves them out and counts them."
            ))),
        }
    }

    /// Numbers for the patients of the chosen rows, where patients are named.
    pub(crate) fn patients(
        &self,
        table: &Table,
        rows: &[usize],
    ) -> Result<Option<Vec<u32>>, EvalError> {
        let column = self.cluster.as_deref();
        column
            .map(|column| Ok(patients(table, column, rows)?))
            .transpose()
    }

    fn weights(&self, table: &Table, column: &str, rows: &[usize]) -> Result<Vec<f64>, EvalError> {
        let values = numbers(table, column)?;
        let weight = |&row: &usize| {
            values[row].ok_or_else(|| EvalError::Missing {
                row,
                column: column.to_owned(),
            })
        };
        rows.iter().map(weight).collect()
    }

    /// Refuses rows that repeat a patient without saying so; of a column that only looks like a patient's, warns.
    fn repeats(&self, table: &Table, rows: &[usize]) -> Result<Vec<String>, EvalError> {
        if self.cluster.is_some() {
            return Ok(Vec::new());
        }
        let count = |column: &str| -> Result<usize, EvalError> {
            let numbers = patients(table, column, rows)?;
            Ok(numbers.iter().max().map_or(0, |most| *most as usize + 1))
        };
        if let Some(column) = &self.id {
            let patients = count(column)?;
            return match patients < rows.len() {
                true => Err(EvalError::Repeats {
                    column: column.clone(),
                    patients,
                    rows: rows.len(),
                }),
                false => Ok(Vec::new()),
            };
        }
        let warned = |(name, patients): (&str, usize)| {
            format!(
                "`{name}` repeats ({patients} in {} rows): if it is the patient, say --cluster {name}, or the intervals are too narrow",
                rows.len()
            )
        };
        let found = repeating(table, rows).into_iter();
        Ok(found.map(warned).collect())
    }
}

/// Puts rows into the order of what stands in these columns, so that draws are the same whatever the order of the table.
pub(crate) fn in_order(
    table: &Table,
    columns: &[&str],
    rows: &mut [usize],
) -> Result<(), EvalError> {
    enum Values {
        Numbers(Vec<Option<f64>>),
        Texts(Vec<Option<String>>),
    }
    let mut held = Vec::new();
    for column in columns {
        held.push(match table.kind(column)?.is_numeric() {
            true => Values::Numbers(table.numbers(column)?),
            false => Values::Texts(table.texts(column)?),
        });
    }
    let by = |values: &Values, a: usize, b: usize| match values {
        Values::Numbers(values) => match (values[a], values[b]) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        },
        Values::Texts(values) => values[a].cmp(&values[b]),
    };
    rows.sort_by(|&a, &b| {
        let each = held.iter().map(|values| by(values, a, b));
        each.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    });
    Ok(())
}

/// The scores of the chosen rows; one that is absent is worse than every other for the case's truth.
fn complete(score: &[Option<f64>], rows: &[usize], truth: &[bool]) -> Vec<f64> {
    let known = || rows.iter().filter_map(|&row| score[row]);
    let are_shares = known().all(|value| (0.0..=1.0).contains(&value));
    let (least, most) = match are_shares {
        true => (0.0, 1.0),
        false => (
            known().fold(f64::MAX, f64::min) - 1.0,
            known().fold(f64::MIN, f64::max) + 1.0,
        ),
    };
    let both = rows.iter().zip(truth);
    both.map(|(&row, truth)| score[row].unwrap_or(if *truth { least } else { most }))
        .collect()
}

/// The values of a column by group, and which of the chosen rows have each; absent values are a group of their own.
pub fn groups_of(
    table: &Table,
    columns: &[&str],
    rows: &[usize],
) -> Result<BTreeMap<Vec<String>, Vec<usize>>, EvalError> {
    let mut texts = Vec::new();
    for column in columns {
        texts.push(table.texts(column)?);
    }
    let mut groups: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    for (place, &row) in rows.iter().enumerate() {
        let key = texts.iter().map(|texts| match &texts[row] {
            Some(text) => text.trim().to_owned(),
            None => "not reported".to_owned(),
        });
        groups.entry(key.collect()).or_default().push(place);
    }
    Ok(groups)
}
