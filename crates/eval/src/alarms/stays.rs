//! Rows of a patient and a time, read into stays.

use galen_stats::Undefined;
use galen_stats::alarm::{Alarmed, Rule, Stay};
use galen_table::Table;

use super::Asked;
use crate::columns::{numbers, yes_or_no};
use crate::{Columns, EvalError, LeftOut};

/// Patients with a row before the event or without one, in the order in which they are first met.
pub(super) struct Watched {
    pub(super) stays: Vec<Stay>,
    /// The scores behind the flags, row by row, if there are some.
    pub(super) scores: Option<Vec<Vec<f64>>>,
    /// A row of each patient, for groups.
    pub(super) rows: Vec<usize>,
    pub(super) rule: Rule,
    pub(super) patients_left_out: usize,
    /// Rows with an answer, also those after the event.
    pub(super) answered: usize,
    pub(super) left_out: LeftOut,
}

pub(super) fn read(table: &Table, columns: &Columns, asked: &Asked) -> Result<Watched, EvalError> {
    let rows = by_patient(table, columns)?;
    for column in columns.groups.iter().chain(&columns.exploratory) {
        one_of_each(&table.texts(column)?, column, &rows)?;
    }
    let event = numbers(table, &columns.truth)?;
    one_of_each(&event, &columns.truth, &rows)?;
    let (flags, scores) = answers(table, columns)?;
    let time = numbers(table, &asked.time)?;
    let mut left_out = LeftOut::default();
    let has_answer = |row: usize| {
        flags[row].is_some() && scores.as_ref().is_none_or(|scores| scores[row].is_some())
    };
    left_out.no_answer = (0..table.rows()).filter(|row| !has_answer(*row)).count();
    columns.may_leave_out(&left_out)?;
    let mut each = Vec::new();
    let mut patients_left_out = 0;
    for own in rows {
        let first = own[0];
        let judged: Vec<usize> = own.into_iter().filter(|row| has_answer(*row)).collect();
        let sorted = in_time(&judged, &time, &asked.time)?;
        let stay = Stay {
            times: sorted.iter().map(|(_, time)| *time).collect(),
            flags: sorted.iter().filter_map(|(row, _)| flags[*row]).collect(),
            event: event[first],
        };
        let score = scores.as_ref().map(|scores| {
            let own = sorted.iter().filter_map(|(row, _)| scores[*row]);
            own.collect::<Vec<f64>>()
        });
        each.push((first, stay, score));
    }
    let step = asked.step.or_else(|| step(each.iter().map(|one| &one.1)));
    let rule = Rule {
        silence: asked.silence,
        horizon: asked.horizon,
        lead_min: asked.lead_min,
        step: step.ok_or_else(|| {
            EvalError::Other(
                "No patient has two rows, so nothing says how long one lasts: declare the step."
                    .to_owned(),
            )
        })?,
        day: asked.day,
    };
    each.retain(|(_, stay, _)| {
        let is_watched = Alarmed::of(stay, &rule).is_some();
        patients_left_out += usize::from(!is_watched);
        is_watched
    });
    if each.is_empty() {
        return Err(EvalError::Other(
            "No patient has a row before the event.".to_owned(),
        ));
    }
    let rows = each.iter().map(|one| one.0).collect();
    let scores = each.iter().map(|one| one.2.clone()).collect();
    Ok(Watched {
        stays: each.into_iter().map(|one| one.1).collect(),
        scores,
        rows,
        rule,
        patients_left_out,
        answered: table.rows() - left_out.no_answer,
        left_out,
    })
}

/// The rows of each patient.
fn by_patient(table: &Table, columns: &Columns) -> Result<Vec<Vec<usize>>, EvalError> {
    let all: Vec<usize> = (0..table.rows()).collect();
    let patients = columns.patients(table, &all)?.ok_or_else(|| {
        EvalError::Other(
            "Alarms are counted by patient, and no column is named as the patient.".to_owned(),
        )
    })?;
    Ok(galen_stats::interval::by_patient(
        all.len(),
        Some(&patients),
    ))
}

/// Refuses a column that is not the same in all rows of a patient.
fn one_of_each<V: PartialEq>(
    values: &[V],
    column: &str,
    patients: &[Vec<usize>],
) -> Result<(), EvalError> {
    let wrong = patients.iter().find_map(|rows| {
        let first = rows[0];
        let other = rows.iter().find(|row| values[**row] != values[first])?;
        Some((first, *other))
    });
    match wrong {
        None => Ok(()),
        Some((first, other)) => Err(EvalError::Other(format!(
            "Rows {first} and {other} (counted from 0) are of one patient and differ in `{column}`, which is the same in all rows of a patient."
        ))),
    }
}

type Flags = Vec<Option<bool>>;
type Scores = Option<Vec<Option<f64>>>;

/// The flag of each row, and its score if there is one.
fn answers(table: &Table, columns: &Columns) -> Result<(Flags, Scores), EvalError> {
    let scores = columns
        .score
        .as_deref()
        .map(|column| numbers(table, column));
    let scores = scores.transpose()?;
    let flags = match (&columns.predicted, &scores, columns.threshold) {
        (Some(column), _, _) => yes_or_no(table, column, columns.positive.as_deref())?,
        (None, Some(scores), Some(threshold)) => {
            let flag = |score: &Option<f64>| score.map(|score| score >= threshold);
            scores.iter().map(flag).collect()
        }
        (None, Some(_), None) => return Err(Undefined::NoThreshold.into()),
        (None, None, _) => return Err(EvalError::NothingToJudge),
    };
    Ok((flags, scores))
}

/// These rows of a patient with their times, which rise.
fn in_time(
    rows: &[usize],
    time: &[Option<f64>],
    column: &str,
) -> Result<Vec<(usize, f64)>, EvalError> {
    let timed = rows.iter().map(|&row| {
        let time = time[row].ok_or_else(|| EvalError::Missing {
            row,
            column: column.to_owned(),
        });
        Ok((row, time?))
    });
    let mut timed = timed.collect::<Result<Vec<_>, EvalError>>()?;
    timed.sort_by(|a, b| a.1.total_cmp(&b.1));
    match timed.windows(2).find(|pair| pair[0].1 == pair[1].1) {
        None => Ok(timed),
        Some(pair) => Err(EvalError::Other(format!(
            "Rows {} and {} (counted from 0) are of one patient and have the same time {}.",
            pair[0].0, pair[1].0, pair[0].1
        ))),
    }
}

/// The median distance of a row from the one before; none if no patient has two.
fn step<'a>(stays: impl Iterator<Item = &'a Stay>) -> Option<f64> {
    let between = stays.flat_map(|stay| stay.times.windows(2).map(|pair| pair[1] - pair[0]));
    let mut between: Vec<f64> = between.collect();
    between.sort_unstable_by(f64::total_cmp);
    let upper = *between.get(between.len() / 2)?;
    let lower = between[(between.len() - 1) / 2];
    Some((lower + upper) / 2.0)
}
