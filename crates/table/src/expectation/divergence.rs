//! How far the values of a column are from a declared distribution.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::partition::{Holdout, Partition, divergence_of_bins, divergence_of_values};
use super::{AskError, Asked, Observed, Question, distinct, literal};
use crate::accumulator::{Accumulator, Chunk, Precision, Word};
use crate::{ColumnError, Kind};

/// Asks for the divergence from `partition_object`.
///
/// # Errors
/// [`AskError`] for a distribution that is none, or one of bins of a column that is not of numbers.
pub fn question(question: &Question) -> Result<Asked, AskError> {
    let params = &question.params;
    let threshold = params.number("threshold")?;
    if threshold.is_some_and(|threshold| threshold < 0.0) {
        return Err(params.wrong("threshold", "0 or more"));
    }
    let share = |name: &'static str| match params.number(name)?.unwrap_or(0.0) {
        share if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err(params.wrong(name, "between 0 and 1")),
    };
    let holdout = Holdout {
        tail: share("tail_weight_holdout")?,
        internal: share("internal_weight_holdout")?,
    };
    let in_bins = params
        .value("bucketize_data")
        .and_then(Value::as_bool)
        .unwrap_or(true);
    let answer = move |divergence: f64| {
        let holds = threshold.is_none_or(|threshold| divergence <= threshold);
        Observed::Whole {
            holds,
            value: if divergence.is_finite() {
                json!(divergence)
            } else {
                Value::Null
            },
        }
    };
    let Some(declared) = params.value("partition_object") else {
        // The distribution of the column itself: no value is outside it.
        return distinct::question(question, move |counted| {
            answer(if counted.distinct() == 0 {
                f64::NAN
            } else {
                0.0
            })
        });
    };
    let partition =
        Partition::read(declared).map_err(|expected| params.wrong("partition_object", expected))?;
    match partition {
        Partition::Values { .. } if holdout.internal > 0.0 => {
            Err(params.wrong("internal_weight_holdout", "0 for a distribution of values"))
        }
        Partition::Values { values, weights } => {
            let kind = question.kind(question.column()?)?;
            let words: Vec<_> = values
                .iter()
                .map(|value| literal::word(value, kind))
                .collect();
            distinct::question(question, move |counted| {
                let count =
                    |word: &Option<Word>| word.as_ref().map_or(0, |word| counted.count_of(word));
                let counts: Vec<u64> = words.iter().map(count).collect();
                let is_other =
                    |word: &Word| !words.iter().any(|known| known.as_ref() == Some(word));
                let others = counted
                    .sorted()
                    .into_iter()
                    .filter(|(word, _)| is_other(word));
                let others: Vec<u64> = others.map(|(_, count)| count).collect();
                answer(divergence_of_values(&weights, &counts, &others, holdout))
            })
        }
        Partition::Bins { .. } if !in_bins => {
            Err(params.wrong("bucketize_data", "true for a distribution of bins"))
        }
        Partition::Bins {
            edges,
            weights,
            tails,
        } => {
            let is_open = edges.iter().any(|edge| edge.is_infinite());
            let both_open = edges.first().is_some_and(|e| e.is_infinite())
                && edges.last().is_some_and(|e| e.is_infinite());
            if holdout.tail > 0.0 && (tails.is_some() || (is_open && both_open)) {
                return Err(params.wrong(
                    "tail_weight_holdout",
                    "0 for a distribution that covers its tails itself",
                ));
            }
            let column = question.column()?.to_owned();
            match question.kind(&column)? {
                None | Some(Kind::Integer | Kind::Number | Kind::Boolean) => {}
                Some(kind) => return Err(AskError::NotNumbers { column, kind }),
            }
            let bins = Bins {
                column,
                edges: edges.clone(),
            };
            Ok(Asked::of(bins, move |counts| {
                let mut bins = counts.bins;
                bins.resize(weights.len(), 0);
                let outside = [counts.below, counts.above];
                answer(divergence_of_bins(
                    &edges, &weights, tails, &bins, outside, holdout,
                ))
            }))
        }
    }
}

/// How many numbers lie in each bin, and beside them.
struct Bins {
    column: String,
    edges: Vec<f64>,
}

#[derive(Default, Serialize, Deserialize)]
struct Counts {
    /// Empty before the first row.
    bins: Vec<u64>,
    below: u64,
    above: u64,
}

impl Accumulator for Bins {
    type State = Counts;

    fn columns(&self) -> Vec<String> {
        vec![self.column.clone()]
    }

    fn precision(&self) -> Precision {
        Precision::Exact
    }

    fn update(&self, state: &mut Counts, chunk: &Chunk) -> Result<(), ColumnError> {
        let bins = self.edges.len() - 1;
        state.bins.resize(bins, 0);
        for value in chunk
            .table
            .values(&self.column)?
            .cells()
            .flatten()
            .filter_map(literal::number)
        {
            // The number of edges at or below the value; the last bin holds its upper edge.
            match self.edges.partition_point(|&edge| edge <= value) {
                0 => state.below += 1,
                passed if passed <= bins => state.bins[passed - 1] += 1,
                _ if value == self.edges[bins] => state.bins[bins - 1] += 1,
                _ => state.above += 1,
            }
        }
        Ok(())
    }

    fn merge(&self, state: &mut Counts, later: Counts) {
        state.bins.resize(self.edges.len() - 1, 0);
        state
            .bins
            .iter_mut()
            .zip(later.bins)
            .for_each(|(a, b)| *a += b);
        state.below += later.below;
        state.above += later.above;
    }
}
