//! The counts of a window, without its cases: small, mergeable, and enough to draw how windows change.

mod histogram;

pub use histogram::{Edges, EdgesError, Histogram};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::window::WindowData;

/// Equal bins of the scores from 0 to 1.
const SCORE_BINS: usize = 20;

/// How the values of a column are counted. It is declared, never guessed from the values: otherwise the parts of a window
/// could be counted differently from the whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// Each different text is a category.
    Categories,
    /// Numbers fall between edges.
    Between(Edges),
}

/// The counts of a window.
///
/// Law: the merged summaries of the parts of a window are the summary of the whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowSummary {
    /// The first and the last period.
    pub from: String,
    pub to: String,
    /// Cases.
    pub n: u64,
    pub columns: BTreeMap<String, ColumnSummary>,
    /// The score at and above which a case was flagged.
    pub threshold: f64,
    /// Cases flagged.
    pub flagged: u64,
    pub scores: Histogram,
    /// Cases whose truth is known.
    pub labelled: u64,
    /// Diseased cases among them.
    pub events: u64,
}

/// The counts of one column; a column that the window does not have is missing in every case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnSummary {
    pub missing: u64,
    pub values: Values,
}

/// How often each value was there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Values {
    Categories(BTreeMap<String, u64>),
    Numbers(Histogram),
}

/// Why two summaries cannot be put together.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum MergeError {
    #[error("The summaries are of different columns: one has {a:?}, the other {b:?}.")]
    Columns { a: Vec<String>, b: Vec<String> },
    #[error("The summaries count the values of `{0}` in different ways.")]
    Counting(String),
    #[error("One summary flags at a score of {a}, the other at {b}.")]
    Threshold { a: f64, b: f64 },
}

impl WindowSummary {
    /// The counts of a window, of the named columns only.
    pub fn of(window: &WindowData, columns: &BTreeMap<String, Counting>) -> WindowSummary {
        let (truth, _) = window.labelled();
        let count = |(name, counting): (&String, &Counting)| {
            (name.clone(), ColumnSummary::of(window, name, counting))
        };
        let flagged = |score: &&f64| **score >= window.threshold;
        WindowSummary {
            from: window.from.clone(),
            to: window.to.clone(),
            n: window.table.rows() as u64,
            columns: columns.iter().map(count).collect(),
            threshold: window.threshold,
            flagged: window.scores.iter().filter(flagged).count() as u64,
            scores: Histogram::of(
                &Edges::unit(SCORE_BINS),
                window.scores.iter().copied().map(Some),
            ),
            labelled: truth.len() as u64,
            events: truth.into_iter().filter(|&truth| truth).count() as u64,
        }
    }

    /// The summary of the cases of both, which must be different cases.
    ///
    /// # Errors
    /// [`MergeError`] if they count different things.
    pub fn merge(self, other: WindowSummary) -> Result<WindowSummary, MergeError> {
        if self.threshold != other.threshold {
            let (a, b) = (self.threshold, other.threshold);
            return Err(MergeError::Threshold { a, b });
        }
        if !self.columns.keys().eq(other.columns.keys()) {
            let names = |summary: WindowSummary| summary.columns.into_keys().collect();
            let (a, b) = (names(self), names(other));
            return Err(MergeError::Columns { a, b });
        }
        let pairs = self.columns.into_iter().zip(other.columns.into_values());
        let columns = pairs.map(|((name, a), b)| match a.merge(b) {
            Some(column) => Ok((name, column)),
            None => Err(MergeError::Counting(name)),
        });
        let columns = columns.collect::<Result<_, _>>()?;
        let scores = self.scores.merge(other.scores);
        Ok(WindowSummary {
            from: self.from.min(other.from),
            to: self.to.max(other.to),
            n: self.n + other.n,
            columns,
            threshold: self.threshold,
            flagged: self.flagged + other.flagged,
            scores: scores.ok_or_else(|| MergeError::Counting("score".to_owned()))?,
            labelled: self.labelled + other.labelled,
            events: self.events + other.events,
        })
    }
}

impl ColumnSummary {
    fn of(window: &WindowData, name: &str, counting: &Counting) -> ColumnSummary {
        let missing = window.missing(name).into_iter().filter(|&m| m).count();
        let texts = window.table.texts(name).unwrap_or_default();
        let texts = texts.into_iter().flatten();
        ColumnSummary {
            missing: missing as u64,
            values: match counting {
                Counting::Categories => {
                    let mut counts = BTreeMap::new();
                    for text in texts {
                        *counts.entry(text).or_insert(0) += 1;
                    }
                    Values::Categories(counts)
                }
                // Cell by cell: the type of a column depends on all its cells, and a part has fewer.
                Counting::Between(edges) => {
                    let numbers = texts.map(|text| text.trim().parse().ok());
                    Values::Numbers(Histogram::of(edges, numbers))
                }
            },
        }
    }

    fn merge(self, other: ColumnSummary) -> Option<ColumnSummary> {
        Some(ColumnSummary {
            missing: self.missing + other.missing,
            values: match (self.values, other.values) {
                (Values::Categories(mut counts), Values::Categories(more)) => {
                    for (category, count) in more {
                        *counts.entry(category).or_insert(0) += count;
                    }
                    Values::Categories(counts)
                }
                (Values::Numbers(a), Values::Numbers(b)) => Values::Numbers(a.merge(b)?),
                _ => return None,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use galen_table::Table;
    use proptest::prelude::*;

    use super::*;

    type Case = (Option<String>, Option<String>, f64, Option<bool>);

    fn counting() -> BTreeMap<String, Counting> {
        let edges = Edges::new(vec![50.0, 60.0, 70.0, 80.0]).expect("they rise");
        BTreeMap::from([
            ("age".to_owned(), Counting::Between(edges)),
            ("sex".to_owned(), Counting::Categories),
            ("lost".to_owned(), Counting::Categories),
        ])
    }

    fn summary(cases: &[Case]) -> WindowSummary {
        let window = WindowData {
            from: "2008".to_owned(),
            to: "2008".to_owned(),
            table: Table::from_texts(vec![
                (
                    "age".to_owned(),
                    cases.iter().map(|c| c.0.clone()).collect(),
                ),
                (
                    "sex".to_owned(),
                    cases.iter().map(|c| c.1.clone()).collect(),
                ),
            ])
            .expect("two columns of equal length"),
            scores: cases.iter().map(|case| case.2).collect(),
            truth: Some(cases.iter().map(|case| case.3).collect()),
            threshold: 0.3,
        };
        WindowSummary::of(&window, &counting())
    }

    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_summary_counts_every_case_once() {
        let summary = summary(&[
            (text("50"), text("f"), 0.30, Some(true)),
            (text("80"), text("m"), 0.29, Some(false)),
            (text("81.5"), text("f"), 1.00, None),
            (text("old"), None, 0.00, None),
            (None, text("f"), 1.50, Some(false)),
        ]);
        assert_eq!((summary.n, summary.flagged), (5, 3));
        assert_eq!((summary.labelled, summary.events), (3, 1));
        let age = &summary.columns["age"];
        assert_eq!(age.missing, 1);
        let Values::Numbers(ages) = &age.values else {
            panic!("ages were declared to lie between edges");
        };
        assert_eq!(ages.counts, [1, 0, 1]);
        assert_eq!((ages.below, ages.above, ages.no_number), (0, 1, 1));
        let sex = BTreeMap::from([("f".to_owned(), 3), ("m".to_owned(), 1)]);
        assert_eq!(summary.columns["sex"].values, Values::Categories(sex));
        assert_eq!(summary.columns["lost"].missing, 5);
        assert_eq!(summary.scores.counts[6], 1);
        assert_eq!((summary.scores.counts[19], summary.scores.above), (1, 1));
    }

    #[test]
    fn summaries_of_different_things_are_not_put_together() {
        let one = summary(&[(text("50"), text("f"), 0.3, None)]);
        let mut other = one.clone();
        other.threshold = 0.5;
        assert_eq!(
            one.clone().merge(other),
            Err(MergeError::Threshold { a: 0.3, b: 0.5 })
        );
        let mut other = one.clone();
        other.columns.remove("sex");
        assert!(matches!(
            one.clone().merge(other),
            Err(MergeError::Columns { .. })
        ));
        let mut other = one.clone();
        let sex = other.columns["sex"].clone();
        other.columns.insert("age".to_owned(), sex);
        let counting = MergeError::Counting("age".to_owned());
        assert_eq!(one.merge(other), Err(counting));
    }

    fn cases() -> impl Strategy<Value = Vec<Case>> {
        let age = prop::option::of(prop_oneof![
            (40..100).prop_map(|age: i32| age.to_string()),
            (40.0..100.0).prop_map(|age: f64| format!("{age:.1}")),
            Just("old".to_owned()),
            Just("inf".to_owned()),
        ]);
        let sex = prop::option::of(prop_oneof![Just("f".to_owned()), Just("m".to_owned())]);
        let case = (age, sex, -0.1..1.1_f64, prop::option::of(any::<bool>()));
        prop::collection::vec(case, 0..30)
    }

    proptest! {
        #[test]
        fn the_merged_summaries_of_the_parts_are_the_summary_of_the_whole(a in cases(), b in cases(), c in cases()) {
            let whole = summary(&[a.clone(), b.clone(), c.clone()].concat());
            let [a, b, c] = [a, b, c].map(|part| summary(&part));
            let left = a.clone().merge(b.clone()).and_then(|ab| ab.merge(c.clone()));
            let right = c.merge(b).and_then(|cb| cb.merge(a));
            prop_assert_eq!(left.as_ref(), Ok(&whole));
            prop_assert_eq!(right.as_ref(), Ok(&whole));
            let json = serde_json::to_string(&whole).expect("counts are plain data");
            prop_assert_eq!(serde_json::from_str::<WindowSummary>(&json).expect("it was just written"), whole);
        }
    }
}
