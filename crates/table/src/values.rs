use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int64Array, StringArray,
    TimestampMicrosecondArray,
};

use crate::Kind;
use crate::cell::Cell;

/// The typed values of a column; an absent value is null.
#[derive(Clone, Copy, Debug)]
pub enum Values<'a> {
    Integer(&'a Int64Array),
    /// Finite.
    Number(&'a Float64Array),
    Boolean(&'a BooleanArray),
    /// Days since 1970-01-01.
    Date(&'a Date32Array),
    /// Microseconds since 1970-01-01 in UTC.
    DateTime(&'a TimestampMicrosecondArray),
    Text(&'a StringArray),
    /// Text that is repeated often: a code a row, and each word once.
    Coded(&'a DictionaryArray<Int32Type>),
}

impl<'a> Values<'a> {
    /// The values of an array that this crate made.
    pub(crate) fn of(array: &'a dyn Array) -> Self {
        use arrow_schema::DataType::*;
        match array.data_type() {
            Int64 => Values::Integer(array.as_primitive::<Int64Type>()),
            Float64 => Values::Number(array.as_primitive::<Float64Type>()),
            Boolean => Values::Boolean(array.as_boolean()),
            Date32 => Values::Date(array.as_primitive::<Date32Type>()),
            Timestamp(..) => Values::DateTime(array.as_primitive::<TimestampMicrosecondType>()),
            Dictionary(..) => Values::Coded(array.as_dictionary::<Int32Type>()),
            _ => Values::Text(array.as_string::<i32>()),
        }
    }

    /// Whether an array of this type can hold a column of that kind.
    pub(crate) fn holds(held: &arrow_schema::DataType, kind: Kind) -> bool {
        use arrow_schema::{DataType::*, TimeUnit::Microsecond};
        match kind {
            Kind::Integer => *held == Int64,
            Kind::Number => *held == Float64,
            Kind::Boolean => *held == Boolean,
            Kind::Date => *held == Date32,
            Kind::DateTime => matches!(held, Timestamp(Microsecond, _)),
            Kind::Text => match held {
                Dictionary(code, word) => **code == Int32 && **word == Utf8,
                held => *held == Utf8,
            },
        }
    }

    /// The column as an array of Arrow.
    pub fn array(self) -> &'a dyn Array {
        match self {
            Values::Integer(array) => array,
            Values::Number(array) => array,
            Values::Boolean(array) => array,
            Values::Date(array) => array,
            Values::DateTime(array) => array,
            Values::Text(array) => array,
            Values::Coded(array) => array,
        }
    }

    pub fn len(self) -> usize {
        self.array().len()
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// How many rows have no value.
    pub fn missing(self) -> usize {
        self.array().null_count()
    }

    pub fn is_missing(self, row: usize) -> bool {
        self.array().is_null(row)
    }

    /// The value of a row, if it has one.
    pub fn cell(self, row: usize) -> Option<Cell<'a>> {
        if self.is_missing(row) {
            return None;
        }
        Some(match self {
            Values::Integer(array) => Cell::Integer(array.value(row)),
            Values::Number(array) => Cell::Number(array.value(row)),
            Values::Boolean(array) => Cell::Boolean(array.value(row)),
            Values::Date(array) => Cell::Date(array.value(row)),
            Values::DateTime(array) => Cell::DateTime(array.value(row)),
            Values::Text(array) => Cell::Text(array.value(row)),
            Values::Coded(array) => {
                let code = array.keys().value(row) as usize;
                Cell::Text(array.values().as_string::<i32>().value(code))
            }
        })
    }

    /// The value of each row.
    pub fn cells(self) -> impl Iterator<Item = Option<Cell<'a>>> {
        (0..self.len()).map(move |row| self.cell(row))
    }

    /// Calls `see` with the row and number of each row that has one; days and moments count in seconds since 1970, and
    /// texts are no numbers.
    pub fn each_number(self, mut see: impl FnMut(usize, f64)) {
        fn each<T: Copy>(
            values: &[T],
            missing: Option<&arrow_buffer::NullBuffer>,
            mut see: impl FnMut(usize, T),
        ) {
            match missing {
                None => values.iter().enumerate().for_each(|(row, &v)| see(row, v)),
                Some(nulls) => nulls.valid_indices().for_each(|row| see(row, values[row])),
            }
        }
        match self {
            Values::Integer(array) => {
                each(array.values(), array.nulls(), |row, v| see(row, v as f64))
            }
            Values::Number(array) => each(array.values(), array.nulls(), see),
            Values::Date(array) => each(array.values(), array.nulls(), |row, v| {
                see(row, f64::from(v) * 86_400.0)
            }),
            Values::DateTime(array) => each(array.values(), array.nulls(), |row, v| {
                see(row, v as f64 / 1e6)
            }),
            Values::Boolean(_) | Values::Text(_) | Values::Coded(_) => {}
        }
    }

    /// The class of each row by its value, `missing` without one. Of repeated texts each is looked at once.
    pub(crate) fn each_class(self, missing: usize, class: impl Fn(Cell) -> usize) -> Vec<usize> {
        match self {
            Values::Coded(array) => {
                let words = array.values().as_string::<i32>();
                let classes: Vec<usize> = words
                    .iter()
                    .map(|word| word.map_or(missing, |word| class(Cell::Text(word))))
                    .collect();
                let codes = array.keys().iter();
                codes
                    .map(|c| c.map_or(missing, |code| classes[code as usize]))
                    .collect()
            }
            _ => self
                .cells()
                .map(|cell| cell.map_or(missing, &class))
                .collect(),
        }
    }

    /// For each row whether its value is as `rule` asks; `None` for a row without one. Of repeated texts each is judged
    /// once.
    pub fn judge(self, rule: impl Fn(Cell) -> bool) -> Vec<Option<bool>> {
        match self {
            Values::Coded(array) => {
                let words = array.values().as_string::<i32>();
                let judged: Vec<bool> = (0..words.len())
                    .map(|code| words.is_valid(code) && rule(Cell::Text(words.value(code))))
                    .collect();
                let codes = array.keys().iter();
                codes.map(|c| c.map(|code| judged[code as usize])).collect()
            }
            _ => self.cells().map(|cell| cell.map(&rule)).collect(),
        }
    }
}
