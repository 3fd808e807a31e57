//! Questions about two columns.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::{AskError, Asked, Question, literal};
use crate::accumulator::Word;
use crate::{Cell, Kind};

/// Judges each row by the cells of `column_A` and `column_B`.
///
/// # Errors
/// [`AskError`] if a column is not declared or not there.
pub fn each(
    question: &Question,
    rule: impl Fn(Option<Cell>, Option<Cell>) -> bool + Send + Sync + 'static,
) -> Result<Asked, AskError> {
    let columns = columns(question)?;
    let ignore = question.params.ignore_pairs()?;
    Ok(Asked::each_cells(
        question,
        columns.to_vec(),
        move |cells| (!ignore.ignores(cells)).then(|| rule(cells[0], cells[1])),
    ))
}

fn columns(question: &Question) -> Result<[String; 2], AskError> {
    let column = |name| -> Result<String, AskError> {
        let column = question.params.needed_text(name)?;
        question.heads.place(column)?;
        Ok(column.to_owned())
    };
    Ok([column("column_A")?, column("column_B")?])
}

/// Whether `column_A` is greater than `column_B`.
///
/// # Errors
/// As [`each`], and if the two cannot be compared.
pub fn greater(question: &Question) -> Result<Asked, AskError> {
    let or_equal = question.params.flag("or_equal")?;
    let [a, b] = columns(question)?;
    if let (Some(a), Some(b)) = (question.kind(&a)?, question.kind(&b)?)
        && is_number(a) != is_number(b)
    {
        return Err(AskError::NotComparable { a, b });
    }
    each(question, move |a, b| match order(a, b) {
        Some(Ordering::Greater) => true,
        Some(Ordering::Equal) => or_equal,
        _ => false,
    })
}

/// Whether the two columns have the same value.
///
/// # Errors
/// As [`each`].
pub fn equal(question: &Question) -> Result<Asked, AskError> {
    each(question, |a, b| order(a, b) == Some(Ordering::Equal))
}

fn is_number(kind: Kind) -> bool {
    kind.is_numeric() || kind == Kind::Boolean
}

/// The order of two values; a day beside a text is compared as it is written, a number beside a text not at all.
pub fn order(a: Option<Cell>, b: Option<Cell>) -> Option<Ordering> {
    let (a, b) = (a?, b?);
    match (a, b) {
        (Cell::Integer(a), Cell::Integer(b)) => return Some(a.cmp(&b)),
        (Cell::Date(a), Cell::Date(b)) => return Some(a.cmp(&b)),
        (Cell::DateTime(a), Cell::DateTime(b)) => return Some(a.cmp(&b)),
        (Cell::Text(a), Cell::Text(b)) => return Some(a.cmp(b)),
        _ => {}
    }
    match (literal::number(a), literal::number(b)) {
        (Some(a), Some(b)) => a.partial_cmp(&b),
        (None, None) => Some(a.to_string().cmp(&b.to_string())),
        _ => None,
    }
}

/// Whether the two values are one of the declared pairs.
///
/// # Errors
/// As [`each`], and if the pairs are none.
pub fn in_set(question: &Question) -> Result<Asked, AskError> {
    let [a, b] = columns(question)?;
    let kinds = [question.kind(&a)?, question.kind(&b)?];
    let mut pairs = HashSet::new();
    for pair in question.params.needed_list("value_pairs_set")? {
        let Some([a, b]) = pair.as_array().map(Vec::as_slice) else {
            return Err(question.params.wrong("value_pairs_set", "a list of pairs"));
        };
        pairs.insert((literal::word(a, kinds[0]), literal::word(b, kinds[1])));
    }
    each(question, move |a, b| {
        pairs.contains(&(a.map(Word::of), b.map(Word::of)))
    })
}
