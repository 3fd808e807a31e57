//! Expectations that a profile suggests: a first draft for somebody who knows the data.

use std::collections::{BTreeMap, HashSet};

use galen_spec::data::{Expectation, Severity};
use galen_stats::{Level, interval};
use serde_json::{Value, json};

use super::note::without_markers;
use super::state::{Named, ProfileState};
use crate::Kind;
use crate::accumulator::column::shown;

/// A text column of more different values is no category.
const CATEGORIES: usize = 50;
/// A category is seen so often in the mean, or nothing is said of the set.
const SEEN_EACH: u64 = 5;
/// Fewer cells say little of what others will be.
const ENOUGH: u64 = 20;

/// Expectations that the profiled table meets, in the order of its columns: somebody reviews them, and freezes what stays.
///
/// Suggested are, for each column: that it is there, its type, that no value is missing or about how many may be, that it is unique where
/// every value was another one, the set of its categories, and the range of its numbers with a tenth of air on either side, rounded
/// outwards, never across zero, and without what looks like a mark for missing. A column that is not there, or a missing
/// identifier, stops; the rest warns.
pub fn suggest(profile: &ProfileState) -> Vec<Expectation> {
    let mut draft = Draft::default();
    draft.add(
        "rows",
        "expect_table_row_count_to_be_between",
        None,
        vec![("min_value", json!(1))],
        Severity::Stop,
    );
    let names_patients: HashSet<String> = profile.names_patients().into_iter().collect();
    for column in &profile.columns {
        draft.column(column, names_patients.contains(&column.name));
    }
    draft.expectations
}

#[derive(Default)]
struct Draft {
    expectations: Vec<Expectation>,
    ids: HashSet<String>,
}

impl Draft {
    fn add(
        &mut self,
        id: &str,
        expectation: &str,
        column: Option<&str>,
        params: Vec<(&str, Value)>,
        severity: Severity,
    ) {
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        };
        let first: String = id.chars().map(plain).collect();
        let mut id = first.clone();
        let mut again = 2;
        while !self.ids.insert(id.clone()) {
            id = format!("{first}_{again}");
            again += 1;
        }
        let params = params
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        self.expectations.push(Expectation {
            id,
            expectation: expectation.to_owned(),
            column: column.map(str::to_owned),
            params: params.collect::<BTreeMap<_, _>>(),
            severity,
            suggested: true,
        });
    }

    fn column(&mut self, column: &Named, names_patients: bool) {
        let (name, seen) = (column.name.as_str(), &column.seen);
        let id = |what: &str| format!("{name} {what}");
        let on = Some(name);
        self.add(
            &id("there"),
            "expect_column_to_exist",
            on,
            Vec::new(),
            Severity::Stop,
        );
        if seen.n == 0 {
            return;
        }
        let kind = match seen.kind {
            Kind::Integer => Some("integer"),
            Kind::Number => Some("number"),
            _ => None,
        };
        if let Some(kind) = kind {
            let params = vec![("type_", json!(kind))];
            self.add(
                &id("type"),
                "expect_column_values_to_be_of_type",
                on,
                params,
                Severity::Warn,
            );
        }
        let severity = if names_patients {
            Severity::Stop
        } else {
            Severity::Warn
        };
        let not_null = "expect_column_values_to_not_be_null";
        match seen.missing {
            0 => self.add(&id("present"), not_null, on, Vec::new(), severity),
            missing => {
                let (n, all) = (seen.n as f64, (seen.n + missing) as f64);
                // Other tables of this size come from the same source: 1 of 100 has fewer.
                let level = Level::new(0.98).unwrap_or(Level::DEFAULT);
                let (least, _) = interval::wilson(n, all, level);
                let mostly = (least * 100.0).floor() / 100.0;
                if mostly > 0.0 {
                    let params = vec![("mostly", json!(mostly))];
                    self.add(&id("present"), not_null, on, params, Severity::Warn);
                }
            }
        }
        let (least, most) = seen.different();
        if seen.sketch.is_none() && least == seen.n && seen.n >= ENOUGH && names_patients {
            self.add(
                &id("unique"),
                "expect_column_values_to_be_unique",
                on,
                Vec::new(),
                Severity::Warn,
            );
        }
        if names_patients {
            return;
        }
        match seen.kind {
            Kind::Integer | Kind::Number => self.range(column),
            Kind::Text | Kind::Boolean
                if most <= CATEGORIES as u64
                    && seen.n >= most * SEEN_EACH
                    // Of a profile for others rare values are not known, and would be refused.
                    && (seen.sketch.is_none() || seen.counts.len() as u64 == least) =>
            {
                self.set(column);
            }
            _ => {}
        }
    }

    fn set(&mut self, column: &Named) {
        let seen = &column.seen;
        let mut values: Vec<_> = seen
            .counts
            .all()
            .map(|(key, text, _)| (text, key))
            .collect();
        values.sort_unstable();
        let values = values
            .into_iter()
            .map(|(text, key)| shown(seen.kind, key, text));
        let params = vec![("value_set", Value::Array(values.collect()))];
        let id = format!("{} known", column.name);
        self.add(
            &id,
            "expect_column_values_to_be_in_set",
            Some(&column.name),
            params,
            Severity::Warn,
        );
    }

    fn range(&mut self, column: &Named) {
        let all = column.seen.values();
        let values = without_markers(&all);
        let (Some(low), Some(high)) = (values.first(), values.last()) else {
            return;
        };
        let (min, max) = aired(low.0, high.0);
        if !(min.is_finite() && max.is_finite()) {
            return;
        }
        let number = |value: f64| match column.seen.kind {
            Kind::Integer => json!(value as i64),
            _ => json!(value),
        };
        let mut bounds = vec![("min_value", number(min)), ("max_value", number(max))];
        let within: u64 = values.iter().map(|(_, times)| times).sum();
        if values.len() < all.len() {
            let share = within as f64 / column.seen.n as f64;
            bounds.push(("mostly", json!((share * 100.0).floor() / 100.0)));
        }
        self.add(
            &format!("{} plausible", column.name),
            "expect_column_values_to_be_between",
            Some(&column.name),
            bounds,
            Severity::Warn,
        );
    }
}

/// A range with a tenth of its width on either side, rounded outwards; it does not cross zero if it did not before.
fn aired(low: f64, high: f64) -> (f64, f64) {
    let width = if high > low {
        high - low
    } else {
        high.abs().max(1.0)
    };
    // Tenths of a power of ten are written shortly when they are divided by a whole number.
    let digits = 1 - (0.1 * width).log10().floor() as i32;
    let unit = 10_f64.powi(digits.abs());
    let round = |value: f64, to: fn(f64) -> f64| match digits > 0 {
        true => to(value * unit) / unit,
        false => to(value / unit) * unit,
    };
    let min = round(low - 0.1 * width, f64::floor);
    let max = round(high + 0.1 * width, f64::ceil);
    (
        if low >= 0.0 { min.max(0.0) } else { min },
        if high <= 0.0 { max.min(0.0) } else { max },
    )
}
