use std::collections::HashMap;
use std::hash::Hasher;

use serde::{Deserialize, Serialize};

use super::{Accumulator, Chunk, Precision};
use crate::values::Values;
use crate::{Cell, ColumnError};

/// The combination of values in some columns of each row, so that rows of the same one are found.
///
/// A combination is known by 128 bits: two different ones among n rows are taken for one with a probability below
/// n² / 2^129, which is 10^-25 for five million. A single column of whole numbers or moments is known exactly.
pub struct Keys {
    pub columns: Vec<String>,
    /// Which rows are left out.
    pub missing: Missing,
}

/// When a row without a value is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// When any column has none.
    Any,
    /// When no column has one.
    All,
    /// Never: an absent value is a value like others.
    Never,
}

/// Keys as texts of hexadecimal digits: JSON has no numbers of 128 bits.
mod hex {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(keys: &[u128], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(keys.iter().map(|key| format!("{key:x}")))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u128>, D::Error> {
        let keys = Vec::<String>::deserialize(from)?;
        let key = |text: String| u128::from_str_radix(&text, 16).map_err(D::Error::custom);
        keys.into_iter().map(key).collect()
    }
}

/// The keys of rows in their order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KeysSeen {
    #[serde(with = "hex")]
    keys: Vec<u128>,
    /// The number of each row, when they do not follow each other from 0.
    rows: Vec<u64>,
    /// Rows that were left out.
    pub left_out: u64,
}

impl Accumulator for Keys {
    type State = KeysSeen;

    fn columns(&self) -> Vec<String> {
        self.columns.clone()
    }

    fn precision(&self) -> Precision {
        Precision::ExactGrows
    }

    fn update(&self, state: &mut KeysSeen, chunk: &Chunk) -> Result<(), ColumnError> {
        let columns: Result<Vec<Values>, _> = self
            .columns
            .iter()
            .map(|name| chunk.table.values(name))
            .collect();
        let columns = columns?;
        for row in 0..chunk.table.rows() {
            let absent = columns
                .iter()
                .filter(|values| values.is_missing(row))
                .count();
            let left_out = match self.missing {
                Missing::Any => absent > 0,
                Missing::All => absent == columns.len(),
                Missing::Never => false,
            };
            if left_out {
                state.left_out += 1;
                continue;
            }
            let key = match columns.as_slice() {
                [one] => alone(one.cell(row)),
                several => together(several.iter().map(|values| values.cell(row))),
            };
            state.keys.push(key);
            state.rows.push(chunk.row_number(row));
        }
        Ok(())
    }

    fn merge(&self, state: &mut KeysSeen, later: KeysSeen) {
        state.keys.extend(later.keys);
        state.rows.extend(later.rows);
        state.left_out += later.left_out;
    }
}

impl KeysSeen {
    /// The rows that were seen.
    pub fn n(&self) -> u64 {
        self.keys.len() as u64
    }

    /// The number of different keys.
    pub fn distinct(&self) -> u64 {
        let mut sorted = self.keys.clone();
        sorted.sort_unstable();
        sorted.dedup();
        sorted.len() as u64
    }

    /// The number of each row whose key another row has too, in their order.
    pub fn repeated(&self) -> Vec<u64> {
        let mut sorted = self.keys.clone();
        sorted.sort_unstable();
        let twice: std::collections::HashSet<u128> = sorted
            .windows(2)
            .filter(|pair| pair[0] == pair[1])
            .map(|pair| pair[0])
            .collect();
        if twice.is_empty() {
            return Vec::new();
        }
        let rows = self.keys.iter().zip(&self.rows);
        rows.filter(|(key, _)| twice.contains(key))
            .map(|(_, row)| *row)
            .collect()
    }

    /// Each row whose key an earlier row has, with that earlier row.
    pub fn repeats(&self) -> Vec<(u64, u64)> {
        let mut first = HashMap::new();
        let mut repeats = Vec::new();
        for (key, &row) in self.keys.iter().zip(&self.rows) {
            let first = *first.entry(*key).or_insert(row);
            if first != row {
                repeats.push((row, first));
            }
        }
        repeats
    }
}

fn alone(cell: Option<Cell>) -> u128 {
    // Numbers that are equal have one key, whatever their kind.
    match cell {
        Some(Cell::Integer(value)) => value as u64 as u128,
        Some(Cell::Date(value)) => value as u64 as u128,
        Some(Cell::DateTime(value)) => value as u64 as u128,
        other => together([other].into_iter()),
    }
}

fn together<'a>(cells: impl Iterator<Item = Option<Cell<'a>>>) -> u128 {
    let mut halves = [siphasher(0), siphasher(1)];
    for cell in cells {
        for hasher in &mut halves {
            feed(hasher, cell);
        }
    }
    let [high, low] = halves.map(|hasher| hasher.finish());
    (u128::from(high) << 64) | u128::from(low)
}

/// SipHash with a fixed key: keys of two parts, or two sites, can be compared.
#[allow(
    deprecated,
    reason = "the hasher of HashMap has no fixed key that can be named"
)]
fn siphasher(which: u8) -> impl Hasher {
    let mut hasher = std::hash::SipHasher::new_with_keys(0x6761_6c65_6e00, u64::from(which));
    hasher.write_u8(which);
    hasher
}

fn feed(hasher: &mut impl Hasher, cell: Option<Cell>) {
    match cell {
        None => hasher.write_u8(0),
        Some(Cell::Integer(value)) => number(hasher, value as f64, Some(value)),
        Some(Cell::Number(value)) => number(hasher, value, None),
        Some(Cell::Boolean(value)) => hasher.write(&[2, u8::from(value)]),
        Some(Cell::Date(value)) => {
            hasher.write_u8(3);
            hasher.write_i32(value);
        }
        Some(Cell::DateTime(value)) => {
            hasher.write_u8(4);
            hasher.write_i64(value);
        }
        Some(Cell::Text(text)) => {
            hasher.write_u8(5);
            hasher.write_usize(text.len());
            hasher.write(text.as_bytes());
        }
    }
}

fn number(hasher: &mut impl Hasher, value: f64, whole: Option<i64>) {
    hasher.write_u8(1);
    // Zero has two signs.
    hasher.write_u64((value + 0.0).to_bits());
    // Beyond 2^53 several whole numbers share one floating number.
    if let Some(whole) = whole.filter(|whole| whole.unsigned_abs() > 1 << 53) {
        hasher.write_i64(whole);
    }
}
