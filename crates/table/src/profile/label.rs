use galen_stats::association::lift;
use galen_stats::{Estimate, Level};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::gather::frequent;
use super::state::ProfileState;
use super::values::Sorted;
use super::{Label, ProfileError};
use crate::Kind;
use crate::accumulator::finished;
use crate::accumulator::outcomes::{By, Classes, Outcomes, OutcomesOf};
use crate::scan::{Pace, Scan, gather};

/// Values of a column whose lift is told.
const VALUES: usize = 10;

/// How often an outcome is seen with the values of each column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelProfile {
    pub column: String,
    pub positive: String,
    /// Rows with a label.
    pub n: u64,
    pub positives: u64,
    /// For each column its most frequent values, or the quarters of its numbers, and that it is missing.
    pub lifts: Vec<Lifted>,
}

/// How much more often the outcome is seen with a value than at all.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lifted {
    pub column: String,
    /// Absent for a missing value, and where there is a range.
    pub value: Option<Value>,
    /// The range of numbers, from the first on and below the second; absent beyond the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<[Option<f64>; 2]>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub missing: bool,
    pub positives: u64,
    pub lift: Estimate,
}

/// The counts behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct LabelState {
    column: String,
    positive: String,
    all: Outcomes,
    classes: Vec<ClassState>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct ClassState {
    column: String,
    class: Class,
    outcomes: Outcomes,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Class {
    Value(Value),
    Range([Option<f64>; 2]),
    Missing,
}

impl LabelState {
    /// Counts the outcomes with each value that the profile has found to be frequent.
    pub fn gather(
        scan: &dyn Scan,
        label: &Label,
        profile: &ProfileState,
        pace: Pace,
    ) -> Result<Self, ProfileError> {
        let (mut columns, mut classes) = (Vec::new(), Vec::new());
        let named = profile.names_patients();
        for column in &profile.columns {
            let varies = column.seen.different().1 > 1 || column.seen.missing > 0;
            if column.name == label.column || named.contains(&column.name) || !varies {
                continue;
            }
            let (by, told) = classes_of(&column.seen);
            columns.push(Classes {
                column: column.name.clone(),
                by,
            });
            classes.push(told);
        }
        let outcomes = OutcomesOf {
            label: label.column.clone(),
            positive: label.positive.clone(),
            columns,
        };
        let mut states = gather(scan, &[&outcomes], pace)?;
        let seen = finished::<OutcomesOf>(states.swap_remove(0));
        if seen.all.k == 0 {
            let known = profile.columns.iter().find(|c| c.name == label.column);
            let known = known
                .map(|column| frequent(&column.seen))
                .unwrap_or_default();
            return Err(ProfileError::NoOutcome {
                column: label.column.clone(),
                positive: label.positive.clone(),
                known: known
                    .iter()
                    .take(VALUES)
                    .map(|(_, word)| word.to_string())
                    .collect(),
            });
        }
        let told = outcomes.columns.iter().zip(classes).zip(seen.columns);
        let classes = told.flat_map(|((column, classes), seen)| {
            let classes = classes.into_iter().chain([Class::Missing]).zip(seen);
            classes.map(|(class, outcomes)| ClassState {
                column: column.column.clone(),
                class,
                outcomes,
            })
        });
        Ok(Self {
            column: label.column.clone(),
            positive: label.positive.clone(),
            all: seen.all,
            classes: classes.filter(|class| class.outcomes.n > 0).collect(),
        })
    }

    pub fn describe(&self) -> LabelProfile {
        let lifts = self.classes.iter().map(|one| {
            let Outcomes { n, k } = one.outcomes;
            let (value, range) = match &one.class {
                Class::Value(value) => (Some(value.clone()), None),
                Class::Range(range) => (None, Some(*range)),
                Class::Missing => (None, None),
            };
            Lifted {
                column: one.column.clone(),
                value,
                range,
                missing: one.class == Class::Missing,
                positives: k,
                lift: lift(k, n, self.all.k, self.all.n, Level::DEFAULT),
            }
        });
        LabelProfile {
            column: self.column.clone(),
            positive: self.positive.clone(),
            n: self.all.n,
            positives: self.all.k,
            lifts: lifts.collect(),
        }
    }

    /// Whether no class has more rows or outcomes than there are.
    pub fn fits(&self) -> bool {
        let all = self.all;
        all.k <= all.n
            && self.classes.iter().all(|one| {
                let Outcomes { n, k } = one.outcomes;
                // The rows without the outcome are at most all of those.
                k <= n && n <= all.n && k <= all.k && n - k <= all.n - all.k
            })
    }

    /// The same of other rows; classes that only one of them has are dropped. `None` if they are of different outcomes.
    pub fn merged(mut self, other: Self) -> Option<Self> {
        if (&self.column, &self.positive) != (&other.column, &other.positive) {
            return None;
        }
        self.all.merge(other.all);
        let mut classes = Vec::new();
        for mut class in self.classes {
            let same = |o: &&ClassState| o.column == class.column && o.class == class.class;
            if let Some(later) = other.classes.iter().find(same) {
                class.outcomes.merge(later.outcomes);
                classes.push(class);
            }
        }
        self.classes = classes;
        Some(self)
    }

    /// Forgets classes in which fewer than `least` rows have the outcome, or have it not.
    pub fn withhold(&mut self, least: u64, told: &[String]) {
        self.classes.retain(|one| {
            let Outcomes { n, k } = one.outcomes;
            let few = |count: u64| count > 0 && count < least;
            n >= least && !few(k) && !few(n - k) && !told.contains(&one.column)
        });
    }
}

/// The frequent values of a column, or quarters of its numbers.
fn classes_of(seen: &crate::accumulator::column::ColumnSeen) -> (By, Vec<Class>) {
    let (_, different) = seen.different();
    if different <= VALUES as u64 || matches!(seen.kind, Kind::Text | Kind::Boolean) {
        let (values, words) = frequent(seen)
            .into_iter()
            .take(VALUES)
            .unzip::<_, _, Vec<_>, Vec<_>>();
        return (
            By::Words(words),
            values.into_iter().map(Class::Value).collect(),
        );
    }
    let values = seen.values();
    let sorted = Sorted::new(&values);
    let mut edges: Vec<f64> = [0.25, 0.5, 0.75]
        .iter()
        .filter_map(|p| sorted.quantile(*p))
        .collect();
    edges.dedup();
    let ends: Vec<Option<f64>> = edges.iter().copied().map(Some).collect();
    let from = [None].into_iter().chain(ends.clone());
    let to = ends.into_iter().chain([None]);
    let ranges = from.zip(to).map(|(from, to)| Class::Range([from, to]));
    (By::Edges(edges), ranges.collect())
}

impl Lifted {
    /// The value, range or lack of one in words.
    pub fn class(&self) -> String {
        let number = crate::cell::render;
        match (&self.value, self.range) {
            (Some(Value::String(text)), _) => text.clone(),
            (Some(value), _) => value.to_string(),
            (None, Some([None, Some(to)])) => format!("< {}", number(to)),
            (None, Some([Some(from), Some(to)])) => format!("{} to < {}", number(from), number(to)),
            (None, Some([Some(from), None])) => format!("≥ {}", number(from)),
            _ => "missing".to_owned(),
        }
    }
}
