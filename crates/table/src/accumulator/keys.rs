use std::hash::{Hash, Hasher};

use rustc_hash::FxHashSet;
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

/// The keys of rows in their order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KeysSeen {
    keys: KeyList,
    rows: RowList,
    /// Rows that were left out.
    pub left_out: u64,
}

/// The keys themselves: whole numbers as they are, in half the space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeyList {
    Whole(Vec<i64>),
    #[serde(with = "hex")]
    Hashed(Vec<u128>),
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

/// The numbers of rows, as runs of rows that follow each other: the first one and how many.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct RowList(Vec<(u64, u64)>);

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
            match columns.as_slice() {
                [one] => match whole(*one, row) {
                    Some(key) => state.keys.push(key),
                    None => state
                        .keys
                        .hashed()
                        .push(together([one.cell(row)].into_iter())),
                },
                several => {
                    let key = together(several.iter().map(|values| values.cell(row)));
                    state.keys.hashed().push(key);
                }
            }
            state.rows.push(chunk.row_number(row), 1);
        }
        Ok(())
    }

    fn merge(&self, state: &mut KeysSeen, later: KeysSeen) {
        state.keys.append(later.keys);
        for (first, count) in later.rows.0 {
            state.rows.push(first, count);
        }
        state.left_out += later.left_out;
    }
}

impl KeysSeen {
    /// The rows that were seen.
    pub fn n(&self) -> u64 {
        self.rows.0.iter().map(|(_, count)| count).sum()
    }

    /// The number of different keys.
    pub fn distinct(&self) -> u64 {
        match &self.keys {
            KeyList::Whole(keys) => match Marks::of(keys) {
                Some(marks) => marks.distinct(),
                None => distinct(keys),
            },
            KeyList::Hashed(keys) => distinct(keys),
        }
    }

    /// The number of each row whose key another row has too, in their order.
    pub fn repeated(&self) -> Vec<u64> {
        match &self.keys {
            KeyList::Whole(keys) => match Marks::of(keys) {
                Some(marks) if marks.distinct() == keys.len() as u64 => Vec::new(),
                Some(marks) => self.rows.of(keys, |key| marks.is_repeated(*key)),
                None => self.rows.of_repeated(keys),
            },
            KeyList::Hashed(keys) => self.rows.of_repeated(keys),
        }
    }
}

impl Default for KeyList {
    fn default() -> Self {
        KeyList::Whole(Vec::new())
    }
}

impl KeyList {
    fn push(&mut self, whole: i64) {
        match self {
            KeyList::Whole(keys) => keys.push(whole),
            KeyList::Hashed(keys) => keys.push(as_hashed(whole)),
        }
    }

    /// The keys as those of any values.
    fn hashed(&mut self) -> &mut Vec<u128> {
        if let KeyList::Whole(keys) = self {
            *self = KeyList::Hashed(keys.iter().map(|key| as_hashed(*key)).collect());
        }
        match self {
            KeyList::Hashed(keys) => keys,
            KeyList::Whole(_) => unreachable!("it was made so"),
        }
    }

    fn append(&mut self, later: KeyList) {
        match (&mut *self, later) {
            (KeyList::Whole(keys), KeyList::Whole(later)) if keys.is_empty() => *keys = later,
            (KeyList::Whole(keys), KeyList::Whole(later)) => keys.extend(later),
            (_, KeyList::Hashed(later)) => self.hashed().extend(later),
            (KeyList::Hashed(keys), KeyList::Whole(later)) => {
                keys.extend(later.into_iter().map(as_hashed));
            }
        }
    }
}

impl RowList {
    fn push(&mut self, first: u64, count: u64) {
        match self.0.last_mut() {
            Some((last, n)) if *last + *n == first => *n += count,
            _ => self.0.push((first, count)),
        }
    }

    fn all(&self) -> impl Iterator<Item = u64> {
        self.0
            .iter()
            .flat_map(|&(first, count)| first..first + count)
    }

    /// The rows whose key is so.
    fn of<K>(&self, keys: &[K], is: impl Fn(&K) -> bool) -> Vec<u64> {
        let rows = keys.iter().zip(self.all());
        rows.filter(|(key, _)| is(key))
            .map(|(_, row)| row)
            .collect()
    }

    fn of_repeated<K: Copy + Ord + Hash>(&self, keys: &[K]) -> Vec<u64> {
        let mut sorted = keys.to_vec();
        sorted.sort_unstable();
        let pairs = sorted.windows(2).filter(|pair| pair[0] == pair[1]);
        let twice: FxHashSet<K> = pairs.map(|pair| pair[0]).collect();
        if twice.is_empty() {
            return Vec::new();
        }
        self.of(keys, |key| twice.contains(key))
    }
}

fn distinct<K: Copy + Ord>(keys: &[K]) -> u64 {
    let mut sorted = keys.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.len() as u64
}

/// Two bits for each whole number between the lowest and the highest: whether it was seen, and whether twice.
struct Marks {
    lowest: i64,
    seen: Vec<u64>,
    twice: Vec<u64>,
}

impl Marks {
    /// `None` if the keys lie so far apart that sorting them takes less space.
    fn of(keys: &[i64]) -> Option<Self> {
        let (lowest, highest) = (*keys.iter().min()?, *keys.iter().max()?);
        let range = lowest.abs_diff(highest);
        if range / 32 > keys.len() as u64 {
            return None;
        }
        let words = (range / 64 + 1) as usize;
        let (mut seen, mut twice) = (vec![0; words], vec![0; words]);
        for key in keys {
            let at = lowest.abs_diff(*key);
            let (word, bit) = ((at / 64) as usize, 1 << (at % 64));
            twice[word] |= seen[word] & bit;
            seen[word] |= bit;
        }
        Some(Self {
            lowest,
            seen,
            twice,
        })
    }

    fn distinct(&self) -> u64 {
        let ones = self.seen.iter().map(|word| u64::from(word.count_ones()));
        ones.sum()
    }

    fn is_repeated(&self, key: i64) -> bool {
        let at = self.lowest.abs_diff(key);
        self.twice[(at / 64) as usize] & (1 << (at % 64)) != 0
    }
}

/// The key of a value that is a whole number: a day or a moment as well.
fn whole(values: Values, row: usize) -> Option<i64> {
    match values.cell(row)? {
        Cell::Integer(value) | Cell::DateTime(value) => Some(value),
        Cell::Date(value) => Some(value.into()),
        _ => None,
    }
}

/// The same key among those of any values.
fn as_hashed(whole: i64) -> u128 {
    u128::from(whole as u64)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accumulator::{AnyAccumulator, finished};
    use crate::scan::{Pace, gather};
    use crate::{ReadOptions, Table};

    fn of(text: &str, columns: &[&str], missing: Missing) -> KeysSeen {
        let table = Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table");
        let keys = Keys {
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            missing,
        };
        let mut states = gather(&table, &[&keys], Pace::ALONE).expect("the columns are there");
        let state = states.remove(0);
        let written = keys.state(&state).expect("JSON can write it");
        let read = finished::<Keys>(keys.restore(&written).expect("it was written so"));
        assert_eq!(read, finished::<Keys>(state));
        read
    }

    #[test]
    fn near_and_far_whole_numbers_and_texts_repeat_in_the_same_rows() {
        for step in [1_i64, 7_000_000_000_000] {
            let rows: String = [0, 1, 2, 1, -3, 0, 1]
                .iter()
                .map(|i| format!("{},t{i}\n", i * step))
                .collect();
            let text = format!("n,word\n{rows}");
            for column in ["n", "word"] {
                let seen = of(&text, &[column], Missing::Any);
                assert_eq!(seen.repeated(), [0, 1, 3, 5, 6], "{column} {step}");
                assert_eq!((seen.distinct(), seen.n()), (4, 7), "{column} {step}");
            }
            assert_eq!(of(&text, &["n", "word"], Missing::Any).distinct(), 4);
        }
    }

    #[test]
    fn absent_whole_numbers_are_left_out_or_one_value() {
        let text = "n,x\n1,a\n,a\n1,a\n,a\n";
        let without = of(text, &["n"], Missing::Any);
        assert_eq!((without.repeated(), without.left_out), (vec![0, 2], 2));
        let with = of(text, &["n"], Missing::Never);
        assert_eq!((with.repeated(), with.distinct()), (vec![0, 1, 2, 3], 2));
    }

    #[test]
    fn the_ends_of_the_whole_numbers_are_far_apart() {
        let text = format!("n\n{}\n{}\n{}\n", i64::MIN + 1, i64::MAX, i64::MAX);
        assert_eq!(of(&text, &["n"], Missing::Any).repeated(), [1, 2]);
    }
}
