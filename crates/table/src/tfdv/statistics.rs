//! What TFDV would see in each column of a table.

use std::collections::{BTreeMap, HashMap};

use arrow_array::Array;
use arrow_array::cast::AsArray;
use galen_spec::data::{ColumnKind, KnownAt};
use galen_spec::tfdv::{Comparator, Feature, FeatureType, Schema};
use serde::{Deserialize, Serialize};

use super::histogram::Histogram;
use super::{cell, known};
use crate::accumulator::{Accumulator, AnyAccumulator, Chunk, Precision, finished};
use crate::scan::{Pace, Scan, ScanError, gather};
use crate::{ColumnError, Kind, Values};

/// Different texts of a column that TFDV keeps, the most frequent first.
const VALUES_MAX: usize = 1_000;

/// What is to be known of a table to judge it by a schema.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    pub rows: u64,
    /// In the order of the table.
    pub features: Vec<FeatureStatistics>,
    places: HashMap<String, usize>,
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

impl Type {
    /// The type by which a schema calls it.
    pub fn in_schema(self) -> FeatureType {
        match self {
            Type::Int => FeatureType::Int,
            Type::Float => FeatureType::Float,
            Type::String => FeatureType::Bytes,
        }
    }
}

impl Statistics {
    /// Looks at a table in one pass. Histograms are made where the schema needs them, of the previous data as of the
    /// present ones.
    ///
    /// # Errors
    /// [`ScanError`] of the reading.
    pub fn of(scan: &dyn Scan, schema: &Schema, pace: Pace) -> Result<Self, ScanError> {
        let known = known(schema);
        let columns = scan.heads().list().iter().map(|head| Column {
            name: head.name.clone(),
            kind: head.kind,
            counts_numbers: known
                .get(head.name.as_str())
                .is_some_and(|one| needs_histogram(one)),
        });
        let columns: Vec<Column> = columns.collect();
        let gathered: Vec<&dyn AnyAccumulator> = columns
            .iter()
            .map(|one| one as &dyn AnyAccumulator)
            .collect();
        let states = gather(scan, &gathered, pace)?;
        let finish = |(column, state): (&Column, _)| column.finish(finished::<Column>(state));
        let places = columns.iter().enumerate();
        Ok(Self {
            rows: scan.rows(),
            places: places.map(|(at, one)| (one.name.clone(), at)).collect(),
            features: columns.iter().zip(states).map(finish).collect(),
        })
    }

    /// The column of that name.
    pub fn feature(&self, name: &str) -> Option<&FeatureStatistics> {
        self.features.get(*self.places.get(name)?)
    }
}

/// How a file is to be read so that its columns are what they are to TFDV: only an empty cell has no value, and texts stay
/// as they stand in the file.
pub fn columns_of_texts(schema: &Schema) -> Vec<galen_spec::data::Column> {
    let of_texts = |feature: &&Feature| {
        matches!(feature.kind, None | Some(FeatureType::Bytes)) || feature.bool_domain.is_some()
    };
    let features = schema.feature.iter().filter(of_texts);
    let column = |feature: &Feature| galen_spec::data::Column {
        name: feature.name.clone(),
        kind: ColumnKind::Category,
        meaning: String::new(),
        unit: None,
        range: None,
        values: None,
        may_be_missing: true,
        known_at: KnownAt::Collection,
    };
    features.map(column).collect()
}

/// What is gathered of one column.
struct Column {
    name: String,
    kind: Kind,
    /// Whether each number is counted, for a histogram.
    counts_numbers: bool,
}

/// What is known of a column so far.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Gathered {
    present: u64,
    missing: u64,
    /// The lowest and the highest number, if the column is of numbers.
    bounds: Option<(f64, f64)>,
    /// How often each number occurs, by [`ordered`].
    numbers: BTreeMap<i64, u64>,
    /// How often each text occurs.
    texts: HashMap<String, u64>,
}

impl Accumulator for Column {
    type State = Gathered;

    fn columns(&self) -> Vec<String> {
        vec![self.name.clone()]
    }

    fn precision(&self) -> Precision {
        if self.kind.is_numeric() && !self.counts_numbers {
            Precision::Exact
        } else {
            Precision::ExactGrows
        }
    }

    fn update(&self, state: &mut Gathered, chunk: &Chunk) -> Result<(), ColumnError> {
        let values = chunk.table.values(&self.name)?;
        state.missing += values.missing() as u64;
        state.present += (values.len() - values.missing()) as u64;
        match values {
            Values::Integer(_) => values.each_number(|_, number| self.number(state, number)),
            // TFDV holds numbers with a point in 32 bits.
            Values::Number(_) => {
                values.each_number(|_, number| self.number(state, f64::from(number as f32)));
            }
            Values::Coded(coded) => {
                let words = coded.values().as_string::<i32>();
                let mut counts = vec![0; words.len()];
                coded
                    .keys()
                    .iter()
                    .flatten()
                    .for_each(|code| counts[code as usize] += 1);
                for (code, n) in counts.into_iter().enumerate().filter(|(_, n)| *n > 0) {
                    state.text(words.value(code), n);
                }
            }
            Values::Text(texts) => texts.iter().flatten().for_each(|text| state.text(text, 1)),
            other => {
                let cells = other.cells().flatten();
                cells.for_each(|cell| state.text(&cell.to_string(), 1));
            }
        }
        Ok(())
    }

    fn merge(&self, state: &mut Gathered, later: Gathered) {
        state.present += later.present;
        state.missing += later.missing;
        if let Some((low, high)) = later.bounds {
            state.widen(low);
            state.widen(high);
        }
        for (number, n) in later.numbers {
            *state.numbers.entry(number).or_default() += n;
        }
        for (text, n) in later.texts {
            *state.texts.entry(text).or_default() += n;
        }
    }
}

impl Gathered {
    fn text(&mut self, text: &str, n: u64) {
        match self.texts.get_mut(text) {
            Some(count) => *count += n,
            None => {
                self.texts.insert(text.to_owned(), n);
            }
        }
    }

    fn widen(&mut self, number: f64) {
        let (low, high) = self.bounds.unwrap_or((number, number));
        self.bounds = Some((low.min(number), high.max(number)));
    }
}

impl Column {
    fn number(&self, state: &mut Gathered, number: f64) {
        state.widen(number);
        if self.counts_numbers {
            *state.numbers.entry(ordered(number)).or_default() += 1;
        }
    }

    fn finish(&self, mut gathered: Gathered) -> FeatureStatistics {
        let kind = match self.kind {
            Kind::Integer => Type::Int,
            Kind::Number => Type::Float,
            // A column without any value is one of texts to TFDV.
            _ => {
                let kinds = gathered.texts.keys().map(|text| cell::kind(text));
                kinds.max().unwrap_or(Type::String)
            }
        };
        let mut statistics = FeatureStatistics {
            name: self.name.clone(),
            kind,
            present: gathered.present,
            missing: gathered.missing,
            values: BTreeMap::new(),
            unique: None,
            min: 0.0,
            max: 0.0,
            nan: 0,
            standard: None,
            quantiles: None,
        };
        if kind == Type::String {
            statistics.unique = Some(gathered.texts.len() as u64);
            statistics.values = most_frequent(gathered.texts);
            return statistics;
        }
        // Codes with leading zeros, `1_000` and `nan` are texts to galen and numbers to TFDV.
        for (text, n) in std::mem::take(&mut gathered.texts) {
            match cell::number(&text, kind) {
                Some(number) if number.is_nan() => statistics.nan += n,
                Some(number) => {
                    gathered.widen(number);
                    *gathered.numbers.entry(ordered(number)).or_default() += n;
                }
                None => {}
            }
        }
        if let Some((min, max)) = gathered.bounds {
            (statistics.min, statistics.max) = (min, max);
        }
        if self.counts_numbers {
            let numbers = gathered.numbers.into_iter();
            let numbers = numbers.map(|(number, n)| (unordered(number), n)).collect();
            let (standard, quantiles) = Histogram::both(numbers, statistics.nan);
            statistics.standard = Some(standard);
            statistics.quantiles = Some(quantiles);
        }
        statistics
    }
}

/// Bits of a number in an order that is that of the numbers; both zeros are one.
fn ordered(number: f64) -> i64 {
    let number = if number == 0.0 { 0.0 } else { number };
    let bits = number.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

fn unordered(bits: i64) -> f64 {
    f64::from_bits((bits ^ (((bits >> 63) as u64) >> 1) as i64) as u64)
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
fn most_frequent(counts: HashMap<String, u64>) -> BTreeMap<String, u64> {
    let mut counts: Vec<(u64, String)> = counts.into_iter().map(|(text, n)| (n, text)).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let kept = counts.into_iter().take(VALUES_MAX);
    kept.map(|(n, text)| (text, n)).collect()
}
