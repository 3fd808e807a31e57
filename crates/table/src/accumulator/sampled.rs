use arrow_array::Array;
use arrow_array::cast::AsArray;
use galen_stats::sketch::spread;
use serde::{Deserialize, Serialize};

use super::{Accumulator, Chunk, Precision};
use crate::values::Values;
use crate::{Cell, ColumnError};

/// Some columns of rows that are drawn by a seed: whether a row is drawn follows from its number alone.
pub struct SampleOf {
    pub columns: Vec<String>,
    pub seed: u64,
    /// The share of rows that are drawn, in 0..=1.
    pub share: f64,
}

/// The drawn rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sampled {
    pub rows: u64,
    /// In the order of the columns.
    pub columns: Vec<SampledColumn>,
}

/// The values of a column in the drawn rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SampledColumn {
    /// Numbers; missing ones are NaN. Days and moments count in seconds since 1970.
    Numbers(#[serde(with = "or_missing")] Vec<f64>),
    Categories(Categories),
}

/// Numbers of which some are missing: JSON writes NaN as null, and does not read it back.
mod or_missing {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(numbers: &[f64], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(numbers.iter().map(|n| (!n.is_nan()).then_some(*n)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f64>, D::Error> {
        let numbers = Vec::<Option<f64>>::deserialize(from)?;
        let number = |n: Option<f64>| n.unwrap_or(f64::NAN);
        Ok(numbers.into_iter().map(number).collect())
    }
}

/// The code of each row, and what the codes mean.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Categories {
    pub codes: Vec<u32>,
    pub words: Vec<String>,
}

impl Categories {
    /// The code of a missing value.
    pub const MISSING: u32 = u32::MAX;
    /// More words are not told apart; see [`Categories::too_many`].
    pub const MOST: usize = 1_000;
}

impl Accumulator for SampleOf {
    type State = Sampled;

    fn columns(&self) -> Vec<String> {
        self.columns.clone()
    }

    fn precision(&self) -> Precision {
        Precision::ExactGrows
    }

    fn update(&self, state: &mut Sampled, chunk: &Chunk) -> Result<(), ColumnError> {
        let rows: Vec<usize> = (0..chunk.table.rows())
            .filter(|row| self.draws(chunk.row_number(*row)))
            .collect();
        state.rows += rows.len() as u64;
        if state.columns.is_empty() {
            state.columns = self.empty(chunk)?;
        }
        for (name, column) in self.columns.iter().zip(&mut state.columns) {
            column.take(chunk.table.values(name)?, &rows);
        }
        Ok(())
    }

    fn merge(&self, state: &mut Sampled, later: Sampled) {
        state.rows += later.rows;
        if state.columns.is_empty() {
            state.columns = later.columns;
            return;
        }
        for (column, later) in state.columns.iter_mut().zip(later.columns) {
            column.merge(later);
        }
    }
}

impl SampleOf {
    fn draws(&self, row: u64) -> bool {
        let draw = spread(self.seed.rotate_left(32) ^ spread(row)) >> 11;
        (draw as f64) < self.share * (1_u64 << 53) as f64
    }

    fn empty(&self, chunk: &Chunk) -> Result<Vec<SampledColumn>, ColumnError> {
        let columns = self.columns.iter().map(|name| {
            let kind = chunk.table.kind(name)?;
            Ok(if kind.is_numeric() || kind.is_time() {
                SampledColumn::Numbers(Vec::new())
            } else {
                SampledColumn::Categories(Categories::default())
            })
        });
        columns.collect()
    }
}

impl SampledColumn {
    fn take(&mut self, values: Values, rows: &[usize]) {
        match self {
            SampledColumn::Numbers(numbers) => {
                let number = |&row: &usize| match values.cell(row) {
                    Some(Cell::Date(day)) => f64::from(day) * 86_400.0,
                    Some(Cell::DateTime(micros)) => micros as f64 / 1e6,
                    cell => cell.and_then(Cell::number).unwrap_or(f64::NAN),
                };
                numbers.extend(rows.iter().map(number));
            }
            SampledColumn::Categories(categories) => categories.take(values, rows),
        }
    }

    fn merge(&mut self, later: Self) {
        match (self, later) {
            (SampledColumn::Numbers(a), SampledColumn::Numbers(b)) => a.extend(b),
            (SampledColumn::Categories(a), SampledColumn::Categories(b)) => a.merge(b),
            _ => unreachable!("parts of one table have columns of one kind"),
        }
    }
}

impl Categories {
    fn take(&mut self, values: Values, rows: &[usize]) {
        if let Values::Coded(coded) = values {
            let words = coded.values().as_string::<i32>();
            let mut known = vec![None; words.len()];
            let codes: Vec<u32> = rows
                .iter()
                .map(|&row| match coded.key(row) {
                    Some(code) if words.is_valid(code) => {
                        *known[code].get_or_insert_with(|| self.code(words.value(code)))
                    }
                    _ => Self::MISSING,
                })
                .collect();
            self.codes.extend(codes);
            return;
        }
        for &row in rows {
            let code = match values.cell(row) {
                None => Self::MISSING,
                Some(Cell::Text(text)) => self.code(text),
                Some(other) => self.code(&other.to_string()),
            };
            self.codes.push(code);
        }
    }

    fn merge(&mut self, later: Self) {
        let known: Vec<u32> = later.words.iter().map(|word| self.code(word)).collect();
        let codes = later.codes.iter();
        let code = |code: &u32| known.get(*code as usize).copied().unwrap_or(Self::MISSING);
        self.codes.extend(codes.map(code));
    }

    /// The code of a word; a new one has the next.
    fn code(&mut self, word: &str) -> u32 {
        if self.too_many() {
            return Self::MISSING;
        }
        match self.words.iter().position(|known| known == word) {
            Some(code) => code as u32,
            None => {
                self.words.push(word.to_owned());
                (self.words.len() - 1) as u32
            }
        }
    }

    /// Whether there are more words than are told apart; the codes then say nothing.
    pub fn too_many(&self) -> bool {
        self.words.len() > Self::MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accumulator::finished;
    use crate::scan::{Pace, gather};
    use crate::{ReadOptions, Table};

    fn drawn(text: &str, share: f64) -> Sampled {
        let table = Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table");
        let columns = table.names().into_iter().map(str::to_owned).collect();
        let sample = SampleOf {
            columns,
            seed: 1,
            share,
        };
        let mut states = gather(&table, &[&sample], Pace::ALONE).expect("the columns are there");
        finished::<SampleOf>(states.remove(0))
    }

    #[test]
    fn the_drawn_share_is_the_asked_one_and_rows_stay_together() {
        let rows: String = (0..20_000).map(|i| format!("{i},w{}\n", i % 7)).collect();
        let sample = drawn(&format!("n,word\n{rows}"), 0.1);
        assert!((1_850..2_150).contains(&sample.rows), "{}", sample.rows);
        let [SampledColumn::Numbers(n), SampledColumn::Categories(words)] = &sample.columns[..]
        else {
            panic!("one column of numbers and one of words");
        };
        assert_eq!(n.len() as u64, sample.rows);
        for (n, code) in n.iter().zip(&words.codes) {
            assert_eq!(words.words[*code as usize], format!("w{}", *n as u64 % 7));
        }
    }

    #[test]
    fn words_without_number_are_not_told_apart() {
        let rows: String = (0..2_000).map(|i| format!("w{i}\n")).collect();
        let sample = drawn(&format!("word\n{rows}"), 1.0);
        let SampledColumn::Categories(words) = &sample.columns[0] else {
            panic!("a column of words");
        };
        assert!(words.too_many() && words.codes.len() == 2_000);
    }

    #[test]
    fn parts_are_merged_word_by_word() {
        let mut a = Categories {
            codes: vec![0, 1, Categories::MISSING],
            words: vec!["f".into(), "m".into()],
        };
        a.merge(Categories {
            codes: vec![0, 1, 0],
            words: vec!["m".into(), "x".into()],
        });
        assert_eq!(
            (a.codes, a.words.len()),
            (vec![0, 1, Categories::MISSING, 1, 2, 1], 3)
        );
    }
}
