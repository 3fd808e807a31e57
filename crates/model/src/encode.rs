//! From a table to the numbers that a model takes.

use galen_table::{ColumnError, Table};
use serde::Serialize;
use thiserror::Error;

use crate::contract::{Input, InputContract, InputKind};

/// Rows of numbers as a model takes them: row-major, `rows` times `names.len()`, all finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded {
    names: Vec<String>,
    rows: usize,
    values: Vec<f32>,
    outside: Vec<Outside>,
}

/// A value outside of the plausible range of its input. Whether that stops anything is not decided here: an evaluation
/// counts them, a server refuses them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outside {
    /// Counted from 0.
    pub row: usize,
    pub input: String,
    pub value: f64,
    pub range: [f64; 2],
}

/// The values of one input, one a case.
#[derive(Clone, Debug, PartialEq)]
pub enum InputColumn {
    Numbers(Vec<Option<f64>>),
    Texts(Vec<Option<String>>),
}

/// Why rows cannot be given to a model. Rows are counted from 0.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EncodeError {
    #[error("the model takes `{input}`, which cannot be had: {source}")]
    Column { input: String, source: ColumnError },
    #[error("the model takes `{input}`, which is not there; give it")]
    Absent { input: String },
    #[error("input `{input}` has {values} values and the first has {rows}; give each case one")]
    Length {
        input: String,
        values: usize,
        rows: usize,
    },
    #[error("input `{input}` must be {expected}; give it so")]
    Kind {
        input: String,
        /// "numbers" or "words".
        expected: &'static str,
    },
    #[error(
        "input `{input}` has no value in row {row}, and this model was not made for that; measure it or leave the case out"
    )]
    Missing { input: String, row: usize },
    #[error("input `{input}` is {value} in row {row}, which is not a finite number; correct it")]
    NotFinite {
        input: String,
        row: usize,
        value: f64,
    },
    #[error(
        "input `{input}` is {value} in row {row}, and the model takes its logarithm; it must be above 0"
    )]
    NotPositive {
        input: String,
        row: usize,
        value: f64,
    },
    #[error("input `{input}` is {value:?} in row {row}; {advice}")]
    UnknownCategory {
        input: String,
        row: usize,
        value: String,
        /// The value that was probably meant, or all.
        advice: String,
    },
    #[error(
        "input `{}` is {} in row {}, outside of {} to {}; check the value and its unit",
        .0.input, .0.value, .0.row, .0.range[0], .0.range[1]
    )]
    Outside(Outside),
}

impl Encoded {
    /// The names of the numbers of a row.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The number of cases.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// All numbers, row after row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The numbers of a row that is there.
    pub fn row(&self, row: usize) -> &[f32] {
        let width = self.names.len();
        &self.values[row * width..(row + 1) * width]
    }

    /// The values outside of their plausible range.
    pub fn outside(&self) -> &[Outside] {
        &self.outside
    }

    /// These rows, if all values are within their plausible range.
    ///
    /// # Errors
    /// [`EncodeError::Outside`] with the first that is not.
    pub fn within_range(self) -> Result<Self, EncodeError> {
        match self.outside.first() {
            None => Ok(self),
            Some(outside) => Err(EncodeError::Outside(outside.clone())),
        }
    }

    /// The named rows, which are there, in the order and as often as they are named.
    pub fn take(&self, rows: &[usize]) -> Self {
        let values = rows.iter().flat_map(|&row| self.row(row)).copied();
        Self::mixed(self.names.clone(), values.collect())
    }

    /// Rows mixed from rows that were encoded already.
    pub(crate) fn mixed(names: Vec<String>, values: Vec<f32>) -> Self {
        Self {
            rows: values.len() / names.len(),
            names,
            values,
            outside: Vec::new(),
        }
    }
}

impl InputContract {
    /// Encodes the rows of a table; columns that the model does not take are not looked at.
    ///
    /// # Errors
    /// [`EncodeError`] for the first value, input by input, that the model cannot take.
    pub fn encode(&self, table: &Table) -> Result<Encoded, EncodeError> {
        let column = |input: &Input| {
            match input.kind {
                InputKind::Number => table.numbers(&input.name).map(InputColumn::Numbers),
                InputKind::Category { .. } => table.texts(&input.name).map(InputColumn::Texts),
            }
            .map_err(|source| EncodeError::Column {
                input: input.name.clone(),
                source,
            })
        };
        let columns = self
            .inputs()
            .iter()
            .map(column)
            .collect::<Result<Vec<_>, _>>()?;
        self.encode_inputs(&columns.iter().collect::<Vec<_>>())
    }

    /// Encodes named columns in any order; others than the model takes are not looked at.
    ///
    /// # Errors
    /// [`EncodeError`] for the first value, input by input, that the model cannot take.
    pub fn encode_columns(
        &self,
        columns: &[(String, InputColumn)],
    ) -> Result<Encoded, EncodeError> {
        let column = |input: &Input| {
            let found = columns.iter().find(|(name, _)| *name == input.name);
            found
                .map(|(_, column)| column)
                .ok_or_else(|| EncodeError::Absent {
                    input: input.name.clone(),
                })
        };
        let columns = self
            .inputs()
            .iter()
            .map(column)
            .collect::<Result<Vec<_>, _>>()?;
        self.encode_inputs(&columns)
    }

    /// One column an input, in their order.
    fn encode_inputs(&self, columns: &[&InputColumn]) -> Result<Encoded, EncodeError> {
        let rows = columns.first().map_or(0, |column| column.len());
        let names = self.encoded_names();
        let mut values = vec![0.0; rows * names.len()];
        let mut outside = Vec::new();
        for ((input, column), places) in
            self.inputs().iter().zip(columns).zip(self.encoded_places())
        {
            if column.len() != rows {
                return Err(EncodeError::Length {
                    input: input.name.clone(),
                    values: column.len(),
                    rows,
                });
            }
            for row in 0..rows {
                let cell = &mut values[row * names.len()..][places.clone()];
                match input.number_of(column, row)? {
                    Some(value) => {
                        cell[0] = value as f32;
                        outside.extend(input.outside(row, value));
                    }
                    None if input.may_be_missing => cell[1] = 1.0,
                    None => {
                        let input = input.name.clone();
                        return Err(EncodeError::Missing { input, row });
                    }
                }
            }
        }
        outside.sort_by_key(|outside| outside.row);
        Ok(Encoded {
            names,
            rows,
            values,
            outside,
        })
    }
}

impl InputColumn {
    fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Texts(values) => values.len(),
        }
    }
}

impl Input {
    /// The number that stands for the value of a row; `None` where it is absent.
    fn number_of(&self, column: &InputColumn, row: usize) -> Result<Option<f64>, EncodeError> {
        let wrong = |expected| EncodeError::Kind {
            input: self.name.clone(),
            expected,
        };
        match (&self.kind, column) {
            (InputKind::Number, InputColumn::Numbers(values)) => values[row]
                .map(|value| self.checked(row, value))
                .transpose(),
            (InputKind::Category { values }, InputColumn::Texts(texts)) => {
                let code = |text: &String| self.code(values, row, text);
                texts[row].as_ref().map(code).transpose()
            }
            (InputKind::Number, InputColumn::Texts(_)) => Err(wrong("numbers")),
            (InputKind::Category { .. }, InputColumn::Numbers(_)) => Err(wrong("words")),
        }
    }

    fn checked(&self, row: usize, value: f64) -> Result<f64, EncodeError> {
        let input = self.name.clone();
        // What is finite here must be so for the model, which computes with half the digits.
        if !(value as f32).is_finite() {
            return Err(EncodeError::NotFinite { input, row, value });
        }
        if self.positive && value as f32 <= 0.0 {
            return Err(EncodeError::NotPositive { input, row, value });
        }
        Ok(value)
    }

    fn code(&self, values: &[String], row: usize, text: &str) -> Result<f64, EncodeError> {
        if let Some(code) = values.iter().position(|value| value == text) {
            return Ok(code as f64);
        }
        let same = |value: &&String| value.to_lowercase() == text.trim().to_lowercase();
        let advice = match values.iter().find(same) {
            Some(value) => format!("did you mean {value:?}?"),
            None => format!("the model knows {}", values.join(", ")),
        };
        Err(EncodeError::UnknownCategory {
            input: self.name.clone(),
            row,
            value: text.to_owned(),
            advice,
        })
    }

    fn outside(&self, row: usize, value: f64) -> Option<Outside> {
        let range = self.range?;
        (value < range[0] || value > range[1]).then(|| Outside {
            row,
            input: self.name.clone(),
            value,
            range,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::tests::contract;

    fn model() -> InputContract {
        let age = Input {
            range: Some([50.0, 110.0]),
            ..Input::number("age")
        };
        let kappa = Input {
            positive: true,
            ..Input::number("kappa")
        };
        let creatinine = Input {
            may_be_missing: true,
            ..Input::number("creatinine")
        };
        contract(vec![
            age,
            Input::category("sex", &["F", "M"]),
            kappa,
            creatinine,
        ])
        .expect("fits")
    }

    fn table(rows: &[[&str; 4]]) -> Table {
        let names = ["creatinine", "sex", "age", "kappa"];
        let column = |at: usize| {
            let cell = |row: &[&str; 4]| (!row[at].is_empty()).then(|| row[at].to_owned());
            (names[at].to_owned(), rows.iter().map(cell).collect())
        };
        Table::from_texts((0..4).map(column).collect()).expect("is a table")
    }

    #[test]
    fn a_row_becomes_numbers_in_the_order_of_the_model() {
        let encoded = model()
            .encode(&table(&[["0.9", "M", "61", "1.5"], ["", "F", "70", "2"]]))
            .expect("is encoded");
        assert_eq!(
            encoded.names(),
            ["age", "sex", "kappa", "creatinine", "creatinine_missing"]
        );
        assert_eq!(encoded.row(0), [61.0, 1.0, 1.5, 0.9, 0.0]);
        assert_eq!(encoded.row(1), [70.0, 0.0, 2.0, 0.0, 1.0]);
        assert_eq!(
            encoded.take(&[1, 1]).values(),
            [encoded.row(1), encoded.row(1)].concat()
        );
    }

    #[test]
    fn an_implausible_value_is_named_and_a_server_can_refuse_it() {
        let encoded = model()
            .encode(&table(&[["", "F", "50", "1"], ["", "F", "161", "1"]]))
            .expect("is encoded");
        assert_eq!(encoded.outside().len(), 1);
        assert_eq!(
            (encoded.outside()[0].row, encoded.outside()[0].value),
            (1, 161.0)
        );
        let message = encoded.within_range().expect_err("161 years").to_string();
        assert!(
            message.contains("`age` is 161 in row 1, outside of 50 to 110"),
            "{message}"
        );
    }

    #[test]
    fn what_the_model_cannot_take_is_told_with_row_and_input() {
        let cases = [
            (["", "F", "", "1"], "`age` has no value in row 1"),
            (
                ["", "m", "60", "1"],
                "`sex` is \"m\" in row 1; did you mean \"M\"?",
            ),
            (["", "X", "60", "1"], "the model knows F, M"),
            (["", "F", "60", "0"], "`kappa` is 0 in row 1"),
            (["", "F", "60", "1e-60"], "must be above 0"),
            (["", "F", "1e60", "1"], "not a finite number"),
            (["", "F", "old", "1"], "`age`, which cannot be had"),
        ];
        for (row, text) in cases {
            let refusal = model().encode(&table(&[["1", "F", "60", "1"], row]));
            let message = refusal.expect_err(text).to_string();
            assert!(message.contains(text), "{message}");
        }
    }

    #[test]
    fn columns_need_no_table_and_no_order() {
        let numbers = |values: &[f64]| {
            InputColumn::Numbers(values.iter().map(|value| Some(*value)).collect())
        };
        let sex = InputColumn::Texts(vec![Some("M".into()), Some("F".into())]);
        let mut columns = vec![
            (
                "creatinine".to_owned(),
                InputColumn::Numbers(vec![None, Some(1.0)]),
            ),
            ("kappa".to_owned(), numbers(&[1.0, 2.0])),
            ("age".to_owned(), numbers(&[60.0, 70.0])),
        ];
        let absent = model().encode_columns(&columns).expect_err("no sex");
        assert_eq!(
            absent,
            EncodeError::Absent {
                input: "sex".into()
            }
        );
        columns.push(("sex".into(), sex));
        let encoded = model().encode_columns(&columns).expect("is encoded");
        assert_eq!(encoded.row(0), [60.0, 1.0, 1.0, 0.0, 1.0]);
        columns[3].1 = numbers(&[1.0, 0.0]);
        let words = model()
            .encode_columns(&columns)
            .expect_err("codes are not words");
        assert!(words.to_string().contains("must be words"), "{words}");
    }
}
