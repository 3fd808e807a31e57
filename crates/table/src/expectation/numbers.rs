//! Statistics of a column of numbers.

use super::{AskError, Asked, Bounds, Observed, Question, literal};
use crate::accumulator::{Accumulator, Chunk, MomentsOf, NumbersOf, Precision};
use crate::{ColumnError, Kind};

/// What the moments of a column tell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    pub sum: f64,
    /// Absent without numbers.
    pub mean: Option<f64>,
    /// Of the sample, with n - 1; absent for fewer than two numbers.
    pub deviation: Option<f64>,
}

impl Summary {
    /// Of numbers that are at hand, in two passes.
    pub fn of(numbers: &[f64]) -> Self {
        let n = numbers.len() as f64;
        let sum: f64 = numbers.iter().sum();
        let mean = sum / n;
        let squares: f64 = numbers
            .iter()
            .map(|value| (value - mean) * (value - mean))
            .sum();
        Self {
            sum,
            mean: (n > 0.0).then_some(mean),
            deviation: (n > 1.0).then_some((squares / (n - 1.0)).sqrt()),
        }
    }
}

/// Asks whether a statistic of the numbers of a column lies within the declared bounds.
///
/// # Errors
/// [`AskError`] if there is no column, or it is not of numbers.
pub fn of_summary(
    question: &Question,
    statistic: impl Fn(Summary) -> Option<f64> + Send + 'static,
) -> Result<Asked, AskError> {
    let (column, kind) = column(question)?;
    let bounds = Bounds::of_statistic(&question.params)?;
    if kind == Some(Kind::Boolean) {
        return of_all(question, move |sorted| {
            bounds.judge(statistic(Summary::of(sorted)))
        });
    }
    Ok(Asked::of(MomentsOf { column }, move |moments| {
        let summary = Summary {
            sum: moments.sum,
            mean: moments.mean(),
            deviation: moments.standard_deviation(),
        };
        bounds.judge(statistic(summary))
    }))
}

/// Asks something of the sorted numbers of a column.
///
/// # Errors
/// As [`of_summary`].
pub fn of_all(
    question: &Question,
    judge: impl FnOnce(&[f64]) -> Observed + Send + 'static,
) -> Result<Asked, AskError> {
    let (column, kind) = column(question)?;
    let sorted = |mut values: Vec<f64>| {
        values.sort_unstable_by(f64::total_cmp);
        values
    };
    if kind == Some(Kind::Boolean) {
        return Ok(Asked::of(Numbered { column }, move |seen| {
            judge(&sorted(seen.into_iter().map(|(_, value)| value).collect()))
        }));
    }
    Ok(Asked::of(NumbersOf { column }, move |seen| {
        judge(&sorted(seen.values))
    }))
}

/// Judges each number by what is known of all: `rule` is made of the sorted numbers.
///
/// # Errors
/// As [`of_summary`].
pub fn each_of_all<R: Fn(f64) -> bool>(
    question: &Question,
    rule: impl FnOnce(&[f64]) -> R + Send + 'static,
) -> Result<Asked, AskError> {
    let (column, _) = column(question)?;
    let columns = vec![column.clone()];
    Ok(Asked::of(Numbered { column }, move |seen| {
        let mut sorted: Vec<f64> = seen.iter().map(|(_, value)| *value).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let is_expected = rule(&sorted);
        let judged = seen.len() as u64;
        let unexpected = seen.into_iter().filter(|(_, value)| !is_expected(*value));
        Observed::Rows {
            columns,
            judged,
            left_out: 0,
            unexpected: unexpected.map(|(row, _)| row).collect(),
        }
    }))
}

/// The column, if it is of numbers, of truth values (0 and 1), or without any value.
fn column(question: &Question) -> Result<(String, Option<Kind>), AskError> {
    let column = question.column()?.to_owned();
    let kind = question.kind(&column)?;
    match kind {
        None | Some(Kind::Integer | Kind::Number | Kind::Boolean) => Ok((column, kind)),
        Some(kind) => Err(AskError::NotNumbers { column, kind }),
    }
}

/// Each number of a column, with its row.
struct Numbered {
    column: String,
}

impl Accumulator for Numbered {
    type State = Vec<(u64, f64)>;

    fn columns(&self) -> Vec<String> {
        vec![self.column.clone()]
    }

    fn precision(&self) -> Precision {
        Precision::ExactGrows
    }

    fn update(&self, state: &mut Self::State, chunk: &Chunk) -> Result<(), ColumnError> {
        let values = chunk.table.values(&self.column)?;
        for (row, cell) in values.cells().enumerate() {
            if let Some(value) = cell.and_then(literal::number) {
                state.push((chunk.row_number(row), value));
            }
        }
        Ok(())
    }

    fn merge(&self, state: &mut Self::State, later: Self::State) {
        state.extend(later);
    }
}

/// The number below which the share `q` of sorted numbers lies.
///
/// # Source
/// Hyndman and Fan 1996, American Statistician 50:361-365 (definition 7 for `linear`); numpy 2.4, `quantile`.
pub fn quantile(sorted: &[f64], q: f64, between: Between) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = q * last as f64;
    let at = |place: f64| sorted[(place as usize).min(last)];
    let (below, above) = (at(place.floor()), at(place.ceil()));
    Some(match between {
        Between::Linear => below + (above - below) * place.fract(),
        Between::Lower => below,
        Between::Higher => above,
        Between::Midpoint => below + (above - below) / 2.0,
        Between::Nearest => at(place.round_ties_even()),
    })
}

/// What a quantile between two numbers is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    Linear,
    Lower,
    Higher,
    Midpoint,
    Nearest,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_between_two_numbers_is_as_declared() {
        let numbers = [1.0, 2.0, 4.0, 8.0];
        for (between, expected) in [
            (Between::Linear, 3.0),
            (Between::Lower, 2.0),
            (Between::Higher, 4.0),
            (Between::Midpoint, 3.0),
            (Between::Nearest, 4.0),
        ] {
            assert_eq!(
                quantile(&numbers, 0.5, between),
                Some(expected),
                "{between:?}"
            );
        }
        assert_eq!(quantile(&[], 0.5, Between::Linear), None);
    }
}
