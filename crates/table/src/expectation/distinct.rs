//! The different values of a column, and how often each is there.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{AskError, Asked, Observed, Question, literal};
use crate::accumulator::{Word, Words, WordsOf};

/// Values that are shown.
pub const SHOWN: usize = 50;

/// Asks something of the counts of the different values of a column.
///
/// # Errors
/// [`AskError`] without a column that the table has.
pub fn question(
    question: &Question,
    judge: impl FnOnce(&Words) -> Observed + Send + 'static,
) -> Result<Asked, AskError> {
    let column = question.column()?.to_owned();
    Ok(Asked::of(WordsOf { column }, move |words| judge(&words)))
}

/// Holds the different values against a declared set: `within` asks that no other is there, `complete` that none is absent.
///
/// # Errors
/// As [`question`], and [`AskError::Param`] for a set that is none.
pub fn of_set(of: &Question, within: bool, complete: bool) -> Result<Asked, AskError> {
    let set = of.params.needed_list("value_set")?;
    if set.is_empty() && within && !complete {
        return Err(of.params.wrong("value_set", "a list with a value at least"));
    }
    let kind = of.kind(of.column()?)?;
    let words = set
        .iter()
        .map(|value| (value.clone(), literal::word(value, kind)));
    let words: Vec<(Value, Option<Word>)> = words.collect();
    let known: HashSet<Word> = words.iter().filter_map(|(_, word)| word.clone()).collect();
    question(of, move |seen| {
        let others = seen
            .sorted()
            .into_iter()
            .filter(|(word, _)| !known.contains(word));
        let others: Vec<Value> = others.map(|(word, _)| literal::shown(word)).collect();
        let is_absent =
            |word: &Option<Word>| word.as_ref().is_none_or(|word| seen.count_of(word) == 0);
        let mut absent: Vec<&Value> = Vec::new();
        for (value, word) in &words {
            if is_absent(word) && !absent.contains(&value) {
                absent.push(value);
            }
        }
        let mut value = json!({"distinct": seen.distinct()});
        if within {
            value["unexpected"] = json!(others[..others.len().min(SHOWN)]);
        }
        if complete {
            value["missing"] = json!(absent[..absent.len().min(SHOWN)]);
        }
        Observed::Different {
            holds: (!within || others.is_empty()) && (!complete || absent.is_empty()),
            value,
            unexpected: within.then_some(others.len() as u64),
        }
    })
}
