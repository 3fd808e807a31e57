//! Questions about values as texts.

use super::{AskError, Asked, Observed, Question, shown};
use crate::accumulator::Cells;
use crate::{Kind, Table};

/// Judges the text of each value, as pandas shows it; days and moments by the text of the file, where it is at hand.
///
/// # Errors
/// [`AskError`] without a column that the table has.
pub fn each(
    question: &Question,
    rule: impl Fn(&str) -> bool + Send + Sync + Clone + 'static,
) -> Result<Asked, AskError> {
    let column = question.column()?.to_owned();
    match question.kind(&column)? {
        Some(Kind::Integer) => Ok(whole_numbers(question, column, rule)),
        Some(Kind::Date | Kind::DateTime) => {
            let of = column.clone();
            Ok(Asked::each_row(
                question,
                vec![column],
                move |table: &Table| {
                    let texts = table.texts(&of)?;
                    Ok(texts
                        .iter()
                        .map(|text| text.as_deref().map(&rule))
                        .collect())
                },
            ))
        }
        _ => Asked::each_value(question, move |cell| {
            rule(shown::text(cell, false, &mut String::new()))
        }),
    }
}

/// Whole numbers are shown as fractions if the column lacks a value, which is known only at the end.
fn whole_numbers(
    question: &Question,
    column: String,
    rule: impl Fn(&str) -> bool + Send + Sync + Clone + 'static,
) -> Asked {
    let keep = question.keep;
    let judged = |as_fraction: bool| {
        let (of, rule) = (column.clone(), rule.clone());
        let judge = move |table: &Table| {
            let values = table.values(&of)?;
            Ok(values.judge(|cell| rule(shown::text(cell, as_fraction, &mut String::new()))))
        };
        Cells::new(vec![column.clone()], judge).keeping(keep)
    };
    Asked::of_two(judged(false), judged(true), |as_written, as_fractions| {
        let lacks = as_written.left_out > 0;
        Observed::Cells(if lacks { as_fractions } else { as_written })
    })
}
