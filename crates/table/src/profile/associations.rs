use galen_stats::association::{CoMoments, Contingency, Ordered, spearman};
use serde::Serialize;

use super::values::Sorted;
use crate::accumulator::{Categories, Sampled, SampledColumn};

/// Categories of a column beyond which it is left out.
const CATEGORIES: usize = 100;
/// Bins into which numbers are put for mutual information: tenths of the cells.
const BINS: usize = 10;

/// How columns go together, two by two.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Associations {
    /// Rows that were looked at: all, or drawn ones.
    pub rows: u64,
    /// The seed of the draw, if rows were drawn.
    pub seed: Option<u64>,
    /// Columns that were looked at.
    pub columns: Vec<String>,
    pub left_out: Vec<LeftOut>,
    /// The strongest first.
    pub pairs: Vec<Association>,
}

/// A column that no other was compared with, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeftOut {
    pub column: String,
    pub why: &'static str,
}

/// How two columns go together, in the rows that have a value in both; what does not fit their values is absent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Association {
    pub a: String,
    pub b: String,
    pub n: u64,
    /// From 0 to 1: the size of Spearman's correlation of two columns of numbers, Cramér's V without chance of two categories, and
    /// otherwise the correlation that normal numbers of the same mutual information have.
    pub strength: Option<f64>,
    pub pearson: Option<f64>,
    /// The rows that Pearson's correlation is of, if they are not the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pearson_n: Option<u64>,
    pub spearman: Option<f64>,
    pub cramers_v: Option<f64>,
    pub cramers_v_corrected: Option<f64>,
    /// In nats; numbers count in tenths of the cells.
    pub mutual_information: Option<f64>,
    #[serde(skip)]
    pub(super) moments: CoMoments,
}

/// A column as pairs of it are looked at.
struct Side<'a> {
    name: &'a str,
    numbers: Option<Ordered>,
    codes: Vec<u32>,
    categories: usize,
}

/// Associations of all pairs of the sampled columns, whose names these are.
pub(super) fn associations(sampled: &Sampled, names: &[String], seed: Option<u64>) -> Associations {
    let (mut sides, mut left_out) = (Vec::new(), Vec::new());
    for (name, column) in names.iter().zip(&sampled.columns) {
        match Side::of(name, column) {
            Ok(side) => sides.push(side),
            Err(why) => left_out.push(LeftOut {
                column: name.clone(),
                why,
            }),
        }
    }
    let mut pairs = Vec::new();
    for (i, a) in sides.iter().enumerate() {
        pairs.extend(sides[i + 1..].iter().map(|b| a.with(b)));
    }
    strongest_first(&mut pairs);
    Associations {
        rows: sampled.rows,
        seed,
        columns: sides.iter().map(|side| side.name.to_owned()).collect(),
        left_out,
        pairs,
    }
}

pub(super) fn strongest_first(pairs: &mut [Association]) {
    let strength = |pair: &Association| pair.strength.unwrap_or(-1.0);
    pairs.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
}

impl<'a> Side<'a> {
    fn of(name: &'a str, column: &SampledColumn) -> Result<Self, &'static str> {
        match column {
            SampledColumn::Numbers(numbers) => {
                let numbers = Ordered::new(numbers.clone());
                let (codes, categories) = binned(&numbers);
                if categories < 2 {
                    return Err("it has one value");
                }
                Ok(Side {
                    name,
                    numbers: Some(numbers),
                    codes,
                    categories,
                })
            }
            SampledColumn::Categories(Categories { codes, words }) => match words.len() {
                0 | 1 => Err("it has one value"),
                2..=CATEGORIES => Ok(Side {
                    name,
                    numbers: None,
                    codes: codes.clone(),
                    categories: words.len(),
                }),
                _ => Err("it has more than a hundred categories"),
            },
        }
    }

    fn with(&self, other: &Self) -> Association {
        let table = Contingency::of(&self.codes, &other.codes, self.categories, other.categories);
        let mut pair = Association {
            a: self.name.to_owned(),
            b: other.name.to_owned(),
            n: table.n(),
            strength: None,
            pearson: None,
            pearson_n: None,
            spearman: None,
            cramers_v: None,
            cramers_v_corrected: None,
            mutual_information: table.mutual_information(),
            moments: CoMoments::default(),
        };
        pair.strength = match (&self.numbers, &other.numbers) {
            (Some(a), Some(b)) => {
                pair.moments = CoMoments::of(a.values(), b.values());
                pair.pearson = pair.moments.pearson();
                pair.spearman = spearman(a, b);
                pair.spearman.map(f64::abs)
            }
            (None, None) => {
                pair.cramers_v = table.cramers_v();
                pair.cramers_v_corrected = table.cramers_v_corrected();
                pair.cramers_v_corrected
            }
            _ => pair.mutual_information.map(as_correlation),
        };
        pair
    }
}

/// The correlation of two normal numbers that have this mutual information.
///
/// # Source
/// Linfoot 1957, Information and Control 1:85-89.
fn as_correlation(nats: f64) -> f64 {
    (1.0 - (-2.0 * nats).exp()).sqrt()
}

/// The tenth that each number lies in; each value is one of its own if there are not more.
fn binned(numbers: &Ordered) -> (Vec<u32>, usize) {
    let mut present: Vec<f64> = numbers
        .values()
        .iter()
        .copied()
        .filter(|v| !v.is_nan())
        .collect();
    present.sort_by(f64::total_cmp);
    let mut values: Vec<f64> = present.clone();
    values.dedup();
    let mut edges = values;
    if edges.len() > BINS {
        let counted: Vec<(f64, u64)> = present.iter().map(|v| (*v, 1)).collect();
        let sorted = Sorted::new(&counted);
        let tenth = |i: usize| sorted.quantile(i as f64 / BINS as f64);
        edges = (0..BINS).filter_map(tenth).collect();
        edges.dedup();
    }
    let code = |value: &f64| match value.is_nan() {
        true => Categories::MISSING,
        false => edges
            .partition_point(|edge| edge <= value)
            .saturating_sub(1) as u32,
    };
    (numbers.values().iter().map(code).collect(), edges.len())
}
