//! What TFDV would see in each column of a table.

use std::collections::{BTreeMap, HashMap};

use galen_spec::tfdv::{Comparator, Feature, Schema};

use super::cell;
use super::histogram::Histogram;
use crate::{Kind, Table};

/// Different texts of a column that TFDV keeps, the most frequent first.
const VALUES_MAX: usize = 1_000;

/// What is to be known of a table to judge it by a schema.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    pub rows: u64,
    /// In the order of the table.
    pub features: Vec<FeatureStatistics>,
}

/// What is to be known of one column.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureStatistics {
    pub name: String,
    pub kind: Type,
    /// Rows that have a value.
    pub present: u64,
    /// Rows that have none.
    pub missing: u64,
    /// How often each text occurs, of the 1,000 most frequent ones; none of a column of numbers.
    pub values: BTreeMap<String, u64>,
    /// Different texts; unknown of a column of numbers.
    pub unique: Option<u64>,
    /// Of the values that are numbers; 0 of a column without any, as in TFDV.
    pub min: f64,
    pub max: f64,
    pub nan: u64,
    /// The histograms of a column of numbers, if the schema asks for one.
    pub(super) standard: Option<Histogram>,
    pub(super) quantiles: Option<Histogram>,
}

/// The type of a column, as TFDV infers it from a CSV file; a later one takes in an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    Int,
    Float,
    String,
}

impl Statistics {
    /// Looks at a table; histograms are made where the schema needs them.
    pub fn of(table: &Table, schema: &Schema) -> Self {
        let names = table.names().into_iter();
        Self {
            rows: table.rows() as u64,
            features: names.map(|name| of_column(table, name, schema)).collect(),
        }
    }

    /// The column of that name.
    pub fn feature(&self, name: &str) -> Option<&FeatureStatistics> {
        self.features.iter().find(|feature| feature.name == name)
    }
}

fn of_column(table: &Table, name: &str, schema: &Schema) -> FeatureStatistics {
    let texts = table.texts(name).unwrap_or_default();
    let values = || texts.iter().flatten().map(String::as_str);
    let present = values().count() as u64;
    let kind = match table.kind(name) {
        Ok(Kind::Integer) => Type::Int,
        Ok(Kind::Number) => Type::Float,
        // A column without any value is one of texts to TFDV.
        _ => values().map(cell::kind).max().unwrap_or(Type::String),
    };
    let mut statistics = FeatureStatistics {
        name: name.to_owned(),
        kind,
        present,
        missing: texts.len() as u64 - present,
        values: BTreeMap::new(),
        unique: None,
        min: 0.0,
        max: 0.0,
        nan: 0,
        standard: None,
        quantiles: None,
    };
    if kind == Type::String {
        let mut counts: HashMap<&str, u64> = HashMap::new();
        values().for_each(|value| *counts.entry(value).or_default() += 1);
        statistics.unique = Some(counts.len() as u64);
        statistics.values = most_frequent(counts);
        return statistics;
    }
    let numbers = || values().filter_map(|text| cell::number(text, kind));
    let known = || numbers().filter(|number| !number.is_nan());
    statistics.nan = numbers().filter(|number| number.is_nan()).count() as u64;
    if let Some(first) = known().next() {
        statistics.min = known().fold(first, f64::min);
        statistics.max = known().fold(first, f64::max);
    }
    if schema
        .feature
        .iter()
        .any(|one| one.name == name && needs_histogram(one))
    {
        let (standard, quantiles) = Histogram::both(known(), statistics.nan);
        statistics.standard = Some(standard);
        statistics.quantiles = Some(quantiles);
    }
    statistics
}

fn needs_histogram(feature: &Feature) -> bool {
    let compares = |comparator: &Option<Comparator>| {
        let comparator = comparator.as_ref();
        comparator.is_some_and(|one| one.jensen_shannon_divergence.is_some())
    };
    feature.bool_domain.is_some()
        || compares(&feature.drift_comparator)
        || compares(&feature.skew_comparator)
}

/// The most frequent texts; of two as frequent the one that sorts last.
fn most_frequent(counts: HashMap<&str, u64>) -> BTreeMap<String, u64> {
    let mut counts: Vec<(u64, &str)> = counts.into_iter().map(|(text, n)| (n, text)).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let kept = counts.into_iter().take(VALUES_MAX);
    kept.map(|(n, text)| (text.to_owned(), n)).collect()
}
