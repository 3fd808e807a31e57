//! The cohort: what is true of each case, and how many have no truth, by the value that divides the cases.
//!
//! A truth that is an event within a time is known of a person who had the event in that time, and of one who was
//! followed up for that time. Who left earlier without the event is censored: excluded from learning and judging, and
//! counted, because leaving may go with the outcome. Before that the declared rules of inclusion and exclusion are asked.

mod rules;

use std::collections::BTreeMap;

use galen_spec::data::{Data, Event};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::expectation::ConditionError;
use crate::{ColumnError, Table, cell};
pub use rules::{Step, synthetic_rows};

/// A raw table with its truth, and the flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Cohort {
    /// All raw rows and columns, and the truth as a last column under the name of the reference standard: 1, 0, or empty
    /// for the censored.
    pub table: Table,
    /// Whether the rules admit each row.
    pub admitted: Vec<bool>,
    /// Whether each row is synthetic: for learning only.
    pub synthetic: Vec<bool>,
    /// Whether each row's truth is known; of rows that are not admitted it is not asked.
    pub known: Vec<bool>,
    pub flow: Flow,
}

/// Inclusion and exclusion, counted.
///
/// # Source
/// STARD 2015, BMJ 351:h5527, items 19 and 20 (the flow of participants, with reasons).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// Rows of the raw table.
    pub read: u64,
    /// Of these, synthetic ones, which are counted nowhere below.
    pub synthetic: u64,
    /// Whom the rules left out, in their order.
    pub steps: Vec<Step>,
    /// Who was admitted.
    pub all: Count,
    /// Who was admitted, by the value of the column that divides the cases.
    pub by: BTreeMap<i64, Count>,
}

/// How many there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Rows that the rules admit.
    pub rows: u64,
    /// Rows whose truth is unknown.
    pub censored: u64,
    /// Rows with the event in time.
    pub diseased: u64,
}

impl Count {
    /// Rows whose truth is known.
    pub fn included(&self) -> u64 {
        self.rows - self.censored
    }

    /// The share of diseased among those whose truth is known; absent if there are none.
    pub fn prevalence(&self) -> Option<f64> {
        share(self.diseased, self.included())
    }

    /// The share of diseased of all rows if every censored one had had the event: the upper extreme.
    pub fn prevalence_if_all_diseased(&self) -> Option<f64> {
        share(self.diseased + self.censored, self.rows)
    }

    /// The share of diseased of all rows if no censored one had had the event: the lower extreme.
    pub fn prevalence_if_none_diseased(&self) -> Option<f64> {
        share(self.diseased, self.rows)
    }

    fn add(&mut self, truth: Option<bool>) {
        self.rows += 1;
        self.censored += u64::from(truth.is_none());
        self.diseased += u64::from(truth == Some(true));
    }
}

fn share(k: u64, n: u64) -> Option<f64> {
    (n > 0).then(|| k as f64 / n as f64)
}

/// Why there is no cohort. Rows count from 0, without the header.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum CohortError {
    #[error(transparent)]
    Column(#[from] ColumnError),
    #[error("The rule `{rule}` of the cohort cannot be asked. {error}")]
    Rule { rule: String, error: ConditionError },
    #[error("The rule `{0}` of the cohort needs either `include` or `exclude`.")]
    NoRule(String),
    #[error(
        "Row {row} (counted from 0) has no value in `{column}`, so nobody can say what is true of it: complete it or remove the row."
    )]
    Missing { row: usize, column: String },
    #[error(
        "Row {row} (counted from 0) has {value} days in `{column}`, and days are not negative: correct it."
    )]
    Negative {
        row: usize,
        column: String,
        value: f64,
    },
    #[error(
        "Row {row} (counted from 0) has {value} in `{column}`, which divides the cases and must be a whole number."
    )]
    NotWhole {
        row: usize,
        column: String,
        value: f64,
    },
}

/// Derives the truth of every row by the declared event.
///
/// Diseased is who had the event at `within_days` or before; healthy who was followed up for `within_days` or longer
/// without it, or had it later; of who left earlier without it the truth is unknown.
///
/// # Errors
/// [`CohortError`] for a column that is absent, or a row that cannot be judged: nobody is left out silently.
pub fn cohort(raw: &Table, plan: &Data) -> Result<Cohort, CohortError> {
    let rules::Admitted {
        admitted,
        synthetic,
        steps,
    } = rules::apply(raw, plan)?;
    let truths = truths(raw, &plan.reference_standard.event, &admitted)?;
    let mut flow = Flow {
        read: raw.rows() as u64,
        synthetic: synthetic.iter().filter(|one| **one).count() as u64,
        steps,
        ..Flow::default()
    };
    let values = whole_numbers(raw, &plan.parts.by, &admitted)?;
    for (row, value) in values.iter().enumerate() {
        if let (Some(value), false) = (value, synthetic[row]) {
            flow.all.add(truths[row]);
            flow.by.entry(*value).or_default().add(truths[row]);
        }
    }
    let column = truths
        .iter()
        .map(|truth| truth.map(|truth| f64::from(u8::from(truth))));
    let column: Vec<Option<f64>> = column.collect();
    Ok(Cohort {
        table: raw.with_column(&plan.reference_standard.name, &column)?,
        known: truths.iter().map(Option::is_some).collect(),
        admitted,
        synthetic,
        flow,
    })
}

/// The whole numbers of a column, of the rows that are asked; none is absent among them.
///
/// # Errors
/// [`CohortError::Missing`], [`CohortError::NotWhole`].
pub(crate) fn whole_numbers(
    table: &Table,
    column: &str,
    asked: &[bool],
) -> Result<Vec<Option<i64>>, CohortError> {
    let whole = |(row, value): (usize, Option<f64>)| {
        if !asked[row] {
            return Ok(None);
        }
        let column = || column.to_owned();
        let value = value.ok_or_else(|| CohortError::Missing {
            row,
            column: column(),
        })?;
        if value.fract() == 0.0 && value.abs() < 9e15 {
            Ok(Some(value as i64))
        } else {
            let column = column();
            Err(CohortError::NotWhole { row, column, value })
        }
    };
    table
        .numbers(column)?
        .into_iter()
        .enumerate()
        .map(whole)
        .collect()
}

/// For each row whether the event was seen in time; `None` if that is unknown or not asked.
fn truths(raw: &Table, event: &Event, asked: &[bool]) -> Result<Vec<Option<bool>>, CohortError> {
    let seen = raw.texts(&event.column)?;
    let days = raw.numbers(&event.time)?;
    let within = f64::from(event.within_days);
    let mut truths = Vec::with_capacity(raw.rows());
    for (row, (seen, days)) in seen.iter().zip(days).enumerate() {
        if !asked[row] {
            truths.push(None);
            continue;
        }
        let absent = |column: &str| CohortError::Missing {
            row,
            column: column.to_owned(),
        };
        let seen = is_value(
            seen.as_deref().ok_or_else(|| absent(&event.column))?,
            &event.value,
        );
        let days = days.ok_or_else(|| absent(&event.time))?;
        if days < 0.0 {
            return Err(CohortError::Negative {
                row,
                column: event.time.clone(),
                value: days,
            });
        }
        truths.push(match (seen, days) {
            (true, days) if days <= within => Some(true),
            (_, days) if days >= within => Some(false),
            _ => None,
        });
    }
    Ok(truths)
}

/// Whether a cell is the declared value, as text or as number (`1` and `1.0`).
fn is_value(text: &str, value: &str) -> bool {
    let equal_numbers = cell::number(text).is_some_and(|v| cell::number(value) == Some(v));
    text.trim() == value.trim() || equal_numbers
}

#[cfg(test)]
pub(crate) mod tests {
    use galen_spec::data::{Parts, ReferenceStandard};

    use super::*;
    use crate::ReadOptions;

    /// The part of the demo's data plan that makes the cohort and its parts.
    pub(crate) fn plan() -> Data {
        Data {
            patient: None,
            sources: Vec::new(),
            inclusion: Vec::new(),
            exclusion: Vec::new(),
            cohort: Vec::new(),
            synthetic: None,
            reference_standard: ReferenceStandard {
                name: "dead_5y".into(),
                method: String::new(),
                limits: String::new(),
                event: Event {
                    column: "death".into(),
                    value: "dead".into(),
                    time: "futime".into(),
                    within_days: 1826,
                },
            },
            columns: Vec::new(),
            expectations: Vec::new(),
            tfdv: None,
            parts: Parts {
                seed: 19950101,
                by: "sample.yr".into(),
                drawn_from: vec![1995, 1996],
                reference: 0.4,
                development: 0.15,
                learn: "learn".into(),
                arrivals: "arrivals".into(),
            },
        }
    }

    pub(crate) fn flchain() -> Table {
        let bytes = include_bytes!("../../../share/galen/flchain/flchain.csv");
        Table::read_csv(bytes, &ReadOptions::default()).expect("the demo reads it")
    }

    fn table(text: &str) -> Table {
        Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("the test writes a table")
    }

    #[test]
    fn who_left_before_five_years_without_the_event_has_no_truth() {
        let raw = table(
            "sample.yr,futime,death\n1995,1826,dead\n1995,1827,dead\n1995,1826,alive\n1996,1825,alive\n1996,0,dead\n",
        );
        let cohort = cohort(&raw, &plan()).expect("every row can be judged");
        assert_eq!(cohort.known, [true, true, true, false, true]);
        let truth = cohort.table.numbers("dead_5y").expect("it was added");
        assert_eq!(truth, [Some(1.0), Some(0.0), Some(0.0), None, Some(1.0)]);
        let late = cohort.flow.by[&1996];
        assert_eq!((late.rows, late.censored, late.diseased), (2, 1, 1));
        assert_eq!(late.prevalence(), Some(1.0));
        assert_eq!(late.prevalence_if_all_diseased(), Some(1.0));
        assert_eq!(late.prevalence_if_none_diseased(), Some(0.5));
        assert_eq!(Count::default().prevalence(), None);
    }

    #[test]
    fn of_the_demo_people_195_left_before_five_years() {
        // Counted with pandas; see tests/reference/flchain.py.
        let cohort = cohort(&flchain(), &plan()).expect("the demo derives it");
        let all = cohort.flow.all;
        assert_eq!((all.rows, all.censored, all.diseased), (7874, 195, 935));
        assert_eq!(cohort.table.rows(), 7874);
        let first = cohort.flow.by[&1995];
        assert_eq!((first.included(), first.diseased), (1256, 153));
    }

    #[test]
    fn a_row_that_cannot_be_judged_is_named() {
        let error =
            |rows: &str| cohort(&table(&format!("sample.yr,futime,death\n{rows}")), &plan()).err();
        let missing = |column: &str| {
            Some(CohortError::Missing {
                row: 1,
                column: column.into(),
            })
        };
        assert_eq!(error("1995,10,dead\n1995,2000,\n"), missing("death"));
        assert_eq!(error("1995,10,dead\n1995,,dead\n"), missing("futime"));
        assert_eq!(error("1995,10,dead\n,9,dead\n"), missing("sample.yr"));
        assert!(matches!(
            error("1995,-1,dead\n"),
            Some(CohortError::Negative { row: 0, .. })
        ));
        assert!(matches!(
            error("1995.5,1,dead\n"),
            Some(CohortError::NotWhole { row: 0, .. })
        ));
        assert!(cohort(&table("a\n1\n"), &plan()).is_err());
    }
}
