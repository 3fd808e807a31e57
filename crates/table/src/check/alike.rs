//! Rows that are nearly the same, although no key says so.

use std::collections::{BTreeMap, HashMap};

use galen_stats::sketch::spread;
use rayon::prelude::*;

use super::Study;
use crate::{Cell, Kind, Values};

/// Two rows, the earlier first, and in how many of the columns where either has a value they agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub rows: [usize; 2],
    pub agree: usize,
    pub of: usize,
}

/// The share of columns that must agree.
const AGREE: f64 = 0.9;
/// Numbers agree within this part of their standard deviation.
const TOLERANCE: f64 = 0.02;
/// What two rows must say alike beyond what one pair among all says by chance, in bits.
const BITS: f64 = 10.0;
/// The same for rows that are equal to the last digit.
const BITS_OF_EQUAL: f64 = 5.0;
/// Sets of columns by which rows are put together.
const BANDS: usize = 12;
/// Parts of a number's distribution.
const PARTS: usize = 16;
/// Rows that are compared with each other within one bucket.
const BUCKET: usize = 64;
/// The code of a missing value.
const NONE: u32 = u32::MAX;
/// Columns that are compared at least: fewer tell nobody from another.
const COLUMNS: usize = 5;

/// Pairs of rows that agree in nearly all columns, and in more than chance gives to any pair of the table. Rows of one patient
/// are no pair, nor are rows without a value in common.
///
/// Rows are put together by sets of columns that are each equal by chance for about one pair in eight times the rows; only
/// rows of one bucket are compared, so that the work grows with the rows and not with their square. What agreeing says is
/// counted as if the columns were independent; they are not, which the 10 bits more than needed stand for. Rows that are equal
/// to the last digit need 5.
///
/// # Source
/// Indyk and Motwani 1998, STOC: 604-613 (locality-sensitive hashing); Fellegi and Sunter 1969, JASA 64:1183-1210 (what an
/// agreement in a column says about being the same person).
pub(super) fn alike(study: &Study, names: &[&str]) -> Vec<Pair> {
    let columns: Vec<Column> = names
        .iter()
        .filter_map(|name| Column::of(study, name))
        .collect();
    let rows = study.table.rows();
    let by_chance = 2.0 * (rows.max(2) as f64).log2();
    let told: f64 = columns.iter().map(|column| column.exact_bits).sum();
    if columns.len() < COLUMNS || told < by_chance + BITS_OF_EQUAL {
        return Vec::new();
    }
    let mut found: BTreeMap<[usize; 2], Pair> = BTreeMap::new();
    for band in bands(&columns, rows) {
        let key = |row: usize| -> Option<(u64, u32)> {
            let codes = band.iter().map(|&at| columns[at].code(row));
            let mut key = 0;
            for code in codes {
                key = spread(key ^ u64::from(code?));
            }
            Some((key, row as u32))
        };
        let mut keys: Vec<(u64, u32)> = (0..rows).filter_map(key).collect();
        keys.par_sort_unstable();
        for bucket in keys.chunk_by(|a, b| a.0 == b.0) {
            // A bucket with more than this holds what is common, and not the same person.
            let bucket = &bucket[..bucket.len().min(BUCKET)];
            for (at, &(_, a)) in bucket.iter().enumerate() {
                for &(_, b) in &bucket[at + 1..] {
                    let (a, b) = (a as usize, b as usize);
                    let is_one = study.patients.as_ref().is_some_and(|p| p[a] == p[b]);
                    if is_one || found.contains_key(&[a, b]) {
                        continue;
                    }
                    if let Some(pair) = compared(&columns, [a, b], by_chance) {
                        found.insert([a, b], pair);
                    }
                }
            }
        }
    }
    found.into_values().collect()
}

/// Sets of columns, walked through in turn, that together tell rows apart.
fn bands(columns: &[Column], rows: usize) -> Vec<Vec<usize>> {
    let needed = (rows.max(2) as f64).log2() + 3.0;
    // The columns that say most come first, so that a band is short.
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by(|&a, &b| columns[b].code_bits.total_cmp(&columns[a].code_bits));
    let telling = order
        .iter()
        .filter(|&&at| columns[at].code_bits > 0.3)
        .count()
        .max(1);
    let band = |number: usize| {
        let mut band = Vec::new();
        let mut bits = 0.0;
        // Every band steps otherwise through the columns, so that two share few.
        let step = 1 + number % telling.max(2).saturating_sub(1).max(1);
        for place in 0..telling {
            let at = order[(number + place * step) % telling];
            if !band.contains(&at) {
                band.push(at);
                bits += columns[at].code_bits;
            }
            if bits >= needed {
                break;
            }
        }
        (bits >= needed).then_some(band)
    };
    let mut bands: Vec<Vec<usize>> = (0..BANDS).filter_map(band).collect();
    bands.iter_mut().for_each(|band| band.sort_unstable());
    bands.sort();
    bands.dedup();
    bands
}

fn compared(columns: &[Column], [a, b]: [usize; 2], by_chance: f64) -> Option<Pair> {
    let (mut agree, mut equal, mut of) = (0, 0, 0);
    let (mut bits, mut exact_bits) = (0.0, 0.0);
    for column in columns {
        let Some(agreement) = column.agreement(a, b) else {
            continue;
        };
        of += 1;
        if agreement != Agreement::None {
            agree += 1;
            bits += column.bits;
        }
        if agreement == Agreement::Equal {
            equal += 1;
            exact_bits += column.exact_bits;
        }
    }
    let says_enough =
        bits >= by_chance + BITS || (equal == of && exact_bits >= by_chance + BITS_OF_EQUAL);
    let is_alike = of >= COLUMNS && agree as f64 >= AGREE * of as f64 && says_enough;
    is_alike.then_some(Pair {
        rows: [a, b],
        agree,
        of,
    })
}

/// A column as rows are compared by it.
struct Column<'a> {
    values: Values<'a>,
    /// The category, or the part of the distribution, of each row; [`NONE`] without a value.
    codes: Vec<u32>,
    /// What an equal code says: the negated logarithm of how often two rows have one by chance.
    code_bits: f64,
    /// What agreeing says, likewise.
    bits: f64,
    /// What being equal to the last digit says, likewise.
    exact_bits: f64,
    /// How far two numbers that agree may lie apart; `None` for categories.
    tolerance: Option<f64>,
}

impl<'a> Column<'a> {
    fn of(study: &Study<'a>, name: &str) -> Option<Self> {
        let values = study.table.values(name).ok()?;
        let kind = study.table.kind(name).ok()?;
        let rows = study.table.rows();
        let number = |row| values.cell(row)?.on_a_scale();
        if matches!(kind, Kind::Text | Kind::Boolean) {
            let mut numbers: HashMap<String, u32> = HashMap::new();
            let mut code = |row| {
                let Some(cell) = values.cell(row) else {
                    return NONE;
                };
                let next = numbers.len() as u32;
                *numbers.entry(cell.to_string()).or_insert(next)
            };
            let codes: Vec<u32> = (0..rows).map(&mut code).collect();
            let bits = bits(&codes)?;
            return Some(Self {
                values,
                codes,
                code_bits: bits,
                bits,
                exact_bits: bits,
                tolerance: None,
            });
        }
        let mut sorted: Vec<f64> = (0..rows).filter_map(number).collect();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len() as f64;
        let mean = sorted.iter().sum::<f64>() / n;
        let variance = sorted.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        let tolerance = TOLERANCE * variance.sqrt();
        if sorted.len() < 2 || !tolerance.is_finite() || tolerance == 0.0 {
            return None;
        }
        let mut cuts: Vec<f64> = (1..PARTS)
            .map(|part| sorted[part * sorted.len() / PARTS])
            .collect();
        cuts.dedup();
        let code = |row| match number(row) {
            Some(value) => cuts.partition_point(|cut| *cut <= value) as u32,
            None => NONE,
        };
        let codes: Vec<u32> = (0..rows).map(code).collect();
        Some(Self {
            values,
            code_bits: bits(&codes)?,
            codes,
            bits: -within(&sorted, tolerance).log2(),
            exact_bits: -within(&sorted, 0.0).log2(),
            tolerance: Some(tolerance),
        })
    }

    fn code(&self, row: usize) -> Option<u32> {
        Some(self.codes[row]).filter(|code| *code != NONE)
    }

    /// Whether two rows agree; `None` if neither has a value, which says nothing.
    fn agreement(&self, a: usize, b: usize) -> Option<Agreement> {
        let (x, y) = match (self.values.cell(a), self.values.cell(b)) {
            (None, None) => return None,
            (None, _) | (_, None) => return Some(Agreement::None),
            (Some(x), Some(y)) => (x, y),
        };
        let number = |cell: Cell| cell.on_a_scale().unwrap_or(f64::NAN);
        Some(match self.tolerance {
            _ if x == y => Agreement::Equal,
            Some(tolerance) if (number(x) - number(y)).abs() <= tolerance => Agreement::Near,
            _ => Agreement::None,
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Agreement {
    Equal,
    Near,
    None,
}

/// The share of pairs of sorted values that lie within the tolerance of each other.
fn within(sorted: &[f64], tolerance: f64) -> f64 {
    let (mut from, mut pairs) = (0, 0.0);
    for (at, value) in sorted.iter().enumerate() {
        while value - sorted[from] > tolerance {
            from += 1;
        }
        pairs += (at - from) as f64;
    }
    let n = sorted.len() as f64;
    // One pair more than was seen, so that what never was is not impossible.
    (2.0 * (pairs + 1.0) / (n * (n - 1.0))).min(1.0)
}

/// How much an agreement in these codes says: none in a constant or a missing column.
fn bits(codes: &[u32]) -> Option<f64> {
    let mut counts: BTreeMap<u32, f64> = BTreeMap::new();
    for code in codes.iter().filter(|code| **code != NONE) {
        *counts.entry(*code).or_default() += 1.0;
    }
    let n: f64 = counts.values().sum();
    let by_chance: f64 = counts.values().map(|count| (count / n).powi(2)).sum();
    // What is missing in one of two rows cannot agree.
    let bits = -by_chance.log2();
    (n >= 2.0 && bits > 0.0).then_some(bits)
}
