//! The least and the greatest value of a column.

use serde_json::{Value, json};

use super::{AskError, Asked, Bounds, Observed, Question, numbers};
use crate::accumulator::MomentsOf;
use crate::{Cell, Kind};

/// Asks whether the greatest, or the least, value lies within the declared bounds.
///
/// # Errors
/// [`AskError`] if there is no column, or it is of texts.
pub fn question(question: &Question, greatest: bool) -> Result<Asked, AskError> {
    let column = question.column()?.to_owned();
    let kind = question.kind(&column)?;
    let (Some(kind @ (Kind::Date | Kind::DateTime)), bounds) =
        (kind, Bounds::of_kind(&question.params, kind)?)
    else {
        let bounds = Bounds::of_statistic(&question.params)?;
        return numbers::of_all(question, move |sorted| {
            bounds.judge(
                if greatest {
                    sorted.last()
                } else {
                    sorted.first()
                }
                .copied(),
            )
        });
    };
    Ok(Asked::of(MomentsOf { column }, move |moments| {
        let seconds = if greatest { moments.max } else { moments.min };
        let Some(micros) = seconds.map(|seconds| (seconds * 1e6).round() as i64) else {
            return Observed::Whole {
                holds: false,
                value: Value::Null,
            };
        };
        let cell = match kind {
            Kind::Date => {
                Cell::Date(i32::try_from(micros.div_euclid(86_400_000_000)).unwrap_or(i32::MAX))
            }
            _ => Cell::DateTime(micros),
        };
        Observed::Whole {
            holds: bounds.contain_moment(micros),
            value: json!(cell.to_string()),
        }
    }))
}
