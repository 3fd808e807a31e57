use std::collections::BTreeMap;

use galen_table::Table;
use serde::Serialize;

use crate::EvalError;
use crate::columns::numbers;

/// Different values up to which a column is one of categories.
const CATEGORIES_MAX: usize = 20;

/// A condition on a column: equal to a value, within a range, or not reported.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Condition {
    pub column: String,
    #[serde(flatten)]
    pub is: Is,
}

/// What a condition asks.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Is {
    Equals(String),
    /// From the first number on and below the second; an absent one is no bound.
    Within([Option<f64>; 2]),
    NotReported(bool),
}

impl Condition {
    /// `age from 60 below 75`.
    pub fn in_words(&self) -> String {
        let column = &self.column;
        match &self.is {
            Is::Equals(value) => format!("{column} {value}"),
            Is::Within([Some(from), Some(to)]) => format!("{column} from {from} below {to}"),
            Is::Within([Some(from), None]) => format!("{column} from {from}"),
            Is::Within([None, Some(to)]) => format!("{column} below {to}"),
            Is::Within([None, None]) => format!("{column} reported"),
            Is::NotReported(_) => format!("{column} not reported"),
        }
    }

    fn holds(&self, text: Option<&str>, number: Option<f64>) -> bool {
        match &self.is {
            Is::Equals(value) => text.map(str::trim) == Some(value),
            Is::Within([from, to]) => number.is_some_and(|number| {
                from.is_none_or(|from| number >= from) && to.is_none_or(|to| number < to)
            }),
            Is::NotReported(_) => text.is_none(),
        }
    }
}

/// The conditions that the values of columns allow, and whether each of the chosen rows has each. Numbers of more than twenty
/// different values are cut at their quartiles.
pub(super) fn conditions(
    table: &Table,
    columns: &[String],
    rows: &[usize],
) -> Result<Vec<(Condition, Vec<bool>)>, EvalError> {
    let mut found = Vec::new();
    for column in columns {
        let texts = table.texts(column)?;
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for text in rows.iter().filter_map(|&row| texts[row].as_deref()) {
            *counts.entry(text.trim()).or_default() += 1;
        }
        let mut own: Vec<Is> = Vec::new();
        let mut values = None;
        if counts.len() <= CATEGORIES_MAX {
            own.extend(counts.keys().map(|value| Is::Equals((*value).to_owned())));
        } else {
            let read = numbers(table, column).map_err(|_| {
                EvalError::Other(format!(
                    "`{column}` has {} different values that are no numbers, which make no subgroups; leave it out.",
                    counts.len()
                ))
            })?;
            let mut known: Vec<f64> = rows.iter().filter_map(|&row| read[row]).collect();
            known.sort_by(f64::total_cmp);
            let mut edges: Vec<f64> = [1, 2, 3]
                .map(|quarter| known[known.len() * quarter / 4])
                .to_vec();
            edges.dedup();
            let mut from = None;
            for edge in edges {
                own.push(Is::Within([from, Some(edge)]));
                from = Some(edge);
            }
            own.push(Is::Within([from, None]));
            values = Some(read);
        }
        if rows.iter().any(|&row| texts[row].is_none()) {
            own.push(Is::NotReported(true));
        }
        for is in own {
            let condition = Condition {
                column: column.clone(),
                is,
            };
            let number = |row: usize| values.as_ref().and_then(|values| values[row]);
            let inside = rows
                .iter()
                .map(|&row| condition.holds(texts[row].as_deref(), number(row)));
            let inside = inside.collect();
            found.push((condition, inside));
        }
    }
    Ok(found)
}

/// Whether each of the chosen rows of a table has all conditions.
pub(super) fn holds(
    table: &Table,
    conditions: &[&Condition],
    rows: &[usize],
) -> Result<Vec<bool>, EvalError> {
    let mut inside = vec![true; rows.len()];
    for condition in conditions {
        let texts = table.texts(&condition.column)?;
        let values = match condition.is {
            Is::Within(_) => Some(numbers(table, &condition.column)?),
            _ => None,
        };
        for (is, &row) in inside.iter_mut().zip(rows) {
            let number = values.as_ref().and_then(|values| values[row]);
            *is &= condition.holds(texts[row].as_deref(), number);
        }
    }
    Ok(inside)
}
