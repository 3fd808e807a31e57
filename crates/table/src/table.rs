use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StringArray, UInt64Array};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::cell;
use crate::values::Values;

/// Named columns of equal length: one row a case.
///
/// Each column is held typed, as an Arrow array, for computing. A column of a whole delimited file also keeps the text that
/// stood there, so that writing gives `0.870` back as `0.870`; without it the text is rendered from the value.
#[derive(Clone, Debug)]
pub struct Table {
    heads: Arc<Heads>,
    arrays: Vec<ArrayRef>,
    texts: Vec<Option<StringArray>>,
    rows: usize,
}

/// The names and kinds of columns, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heads {
    list: Vec<Head>,
    places: HashMap<String, usize>,
}

/// The name and the kind of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Head {
    pub name: String,
    pub kind: Kind,
}

impl Heads {
    /// Of equal names the first is found.
    pub fn new(list: Vec<Head>) -> Self {
        let mut places = HashMap::with_capacity(list.len());
        for (place, head) in list.iter().enumerate() {
            places.entry(head.name.clone()).or_insert(place);
        }
        Self { list, places }
    }

    pub fn list(&self) -> &[Head] {
        &self.list
    }

    /// The place of a column.
    ///
    /// # Errors
    /// [`ColumnError::Absent`].
    pub fn place(&self, name: &str) -> Result<usize, ColumnError> {
        self.places.get(name).copied().ok_or_else(|| {
            let known = self.list.iter().map(|head| head.name.clone());
            ColumnError::Absent {
                name: name.to_owned(),
                known: known.collect(),
            }
        })
    }

    /// The kind of a column.
    ///
    /// # Errors
    /// [`ColumnError::Absent`].
    pub fn kind(&self, name: &str) -> Result<Kind, ColumnError> {
        Ok(self.list[self.place(name)?].kind)
    }
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Whole numbers of 64 bits.
    Integer,
    /// Finite numbers with a decimal point or exponent.
    Number,
    /// `true` and `false`.
    Boolean,
    /// Days of the calendar, written `2026-11-25`.
    Date,
    /// Moments, written `2026-11-25T08:30:00`, with or without an offset from UTC; without one they are taken as UTC.
    #[serde(rename = "datetime")]
    DateTime,
    /// All else, and a column without any value.
    Text,
}

impl Kind {
    /// Whether the values are numbers.
    pub fn is_numeric(self) -> bool {
        matches!(self, Kind::Integer | Kind::Number)
    }

    /// Whether the values are days or moments.
    pub fn is_time(self) -> bool {
        matches!(self, Kind::Date | Kind::DateTime)
    }
}

/// As in files: `integer`, `datetime`.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Integer => "integer",
            Kind::Number => "number",
            Kind::Boolean => "boolean",
            Kind::Date => "date",
            Kind::DateTime => "datetime",
            Kind::Text => "text",
        })
    }
}

/// Why a column could not be given or taken.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ColumnError {
    #[error("There is no column `{name}`; the table has {}.", known.join(", "))]
    Absent { name: String, known: Vec<String> },
    #[error("Column `{name}` is not of numbers: row {row} (counted from 0) holds {value:?}.")]
    NotNumbers {
        name: String,
        row: usize,
        value: String,
    },
    #[error("The value for row {row} of column `{name}` is not a finite number.")]
    NotFinite { name: String, row: usize },
    #[error("There is already a column `{0}`.")]
    Exists(String),
    #[error("Column `{name}` would have {values} values and the table has {rows} rows.")]
    Length {
        name: String,
        values: usize,
        rows: usize,
    },
    #[error("Column `{name}` is of kind {kind} and cannot be held as {found}.")]
    Held {
        name: String,
        kind: Kind,
        found: String,
    },
    #[error("Tables of different columns cannot be put together: one has {a:?}, another {b:?}.")]
    Different { a: Vec<String>, b: Vec<String> },
    #[error("Row {row} was asked for and the table has {rows} rows, counted from 0.")]
    NoRow { row: usize, rows: usize },
}

impl Table {
    /// A table of text columns that are typed by what they hold; see [`Kind`].
    ///
    /// # Errors
    /// [`ColumnError::Exists`] for a name twice, [`ColumnError::Length`] for columns of different lengths.
    pub fn from_texts(columns: Vec<(String, Vec<Option<String>>)>) -> Result<Self, ColumnError> {
        let rows = columns.first().map_or(0, |(_, values)| values.len());
        let mut table = Self::build(Vec::new(), rows);
        for (name, values) in columns {
            table = table.with_texts(&name, &values)?;
        }
        Ok(table)
    }

    /// Types and joins columns whose names differ, whose lengths are `rows` and whose texts are of their kind; the caller
    /// has checked all three.
    pub(crate) fn build(columns: Vec<(String, Kind, StringArray)>, rows: usize) -> Self {
        let columns = columns.into_iter();
        let columns = columns.map(|(name, kind, text)| Column::new(name, kind, text));
        Self::join(columns.collect(), rows)
    }

    /// Columns whose arrays are of the type of their kind, see [`Values`], and of `rows` values.
    pub(crate) fn of_arrays(heads: Arc<Heads>, arrays: Vec<ArrayRef>, rows: usize) -> Self {
        debug_assert!(arrays.len() == heads.list.len() && arrays.iter().all(|a| a.len() == rows));
        let texts = vec![None; arrays.len()];
        Self {
            heads,
            arrays,
            texts,
            rows,
        }
    }

    /// The table of columns that are arrays of Arrow, each of the type in which [`Values`] holds its kind.
    ///
    /// # Errors
    /// [`ColumnError::Length`] if there is not one value a row, or not one array a column; [`ColumnError::Held`] for an array
    /// of another type.
    pub fn of_columns(
        heads: Arc<Heads>,
        arrays: Vec<ArrayRef>,
        rows: usize,
    ) -> Result<Self, ColumnError> {
        for (at, head) in heads.list.iter().enumerate() {
            let name = || head.name.clone();
            let length = arrays.get(at).map_or(0, |array| array.len());
            if length != rows || arrays.len() != heads.list.len() {
                return Err(ColumnError::Length {
                    name: name(),
                    values: length,
                    rows,
                });
            }
            if !Values::holds(arrays[at].data_type(), head.kind) {
                return Err(ColumnError::Held {
                    name: name(),
                    kind: head.kind,
                    found: arrays[at].data_type().to_string(),
                });
            }
        }
        Ok(Self::of_arrays(heads, arrays, rows))
    }

    /// No row of such columns.
    pub(crate) fn none(heads: &Arc<Heads>) -> Self {
        let none = |head: &Head| cell::typed(head.kind, &StringArray::new_null(0));
        let arrays = heads.list.iter().map(none).collect();
        Self::of_arrays(heads.clone(), arrays, 0)
    }

    /// The columns of these places, in this order; arrays are shared.
    pub(crate) fn of_places(&self, places: &[usize]) -> Self {
        let all = places.iter().copied().eq(0..self.arrays.len());
        if all {
            return self.clone();
        }
        let columns = places.iter().map(|&place| self.column(place));
        Self::join(columns.collect(), self.rows)
    }

    /// As [`Table::of_arrays`], with the texts that stood in the file.
    pub(crate) fn with_file_texts(mut self, texts: Vec<Option<StringArray>>) -> Self {
        debug_assert_eq!(texts.len(), self.arrays.len());
        self.texts = texts;
        self
    }

    fn join(columns: Vec<Column>, rows: usize) -> Self {
        let mut table = Self {
            heads: Arc::default(),
            arrays: Vec::with_capacity(columns.len()),
            texts: Vec::with_capacity(columns.len()),
            rows,
        };
        let mut heads = Vec::with_capacity(columns.len());
        for Column { head, array, text } in columns {
            heads.push(head);
            table.arrays.push(array);
            table.texts.push(text);
        }
        table.heads = Arc::new(Heads::new(heads));
        table
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The names and kinds of the columns, in the order of the file.
    pub fn heads(&self) -> &Arc<Heads> {
        &self.heads
    }

    /// The names of the columns, in the order of the file.
    pub fn names(&self) -> Vec<&str> {
        let heads = self.heads.list.iter();
        heads.map(|head| head.name.as_str()).collect()
    }

    /// Whether there is a column of that name.
    pub fn has(&self, name: &str) -> bool {
        self.heads.places.contains_key(name)
    }

    /// The type of a column.
    ///
    /// # Errors
    /// [`ColumnError::Absent`].
    pub fn kind(&self, name: &str) -> Result<Kind, ColumnError> {
        self.heads.kind(name)
    }

    /// The typed values of a column.
    ///
    /// # Errors
    /// [`ColumnError::Absent`].
    pub fn values(&self, name: &str) -> Result<Values<'_>, ColumnError> {
        Ok(Values::of(self.arrays[self.heads.place(name)?].as_ref()))
    }

    /// The values of a column as numbers; integers beyond 2^53 lose their last digits.
    ///
    /// A column without any value has no type, so it gives as many absent numbers.
    ///
    /// # Errors
    /// [`ColumnError::Absent`], [`ColumnError::NotNumbers`] with the first text that is no number.
    pub fn numbers(&self, name: &str) -> Result<Vec<Option<f64>>, ColumnError> {
        let index = self.heads.place(name)?;
        let values = Values::of(self.arrays[index].as_ref());
        match values {
            Values::Integer(integers) => {
                return Ok(integers.iter().map(|v| v.map(|v| v as f64)).collect());
            }
            Values::Number(numbers) => return Ok(numbers.iter().collect()),
            _ if values.missing() == self.rows => return Ok(vec![None; self.rows]),
            _ => {}
        }
        let present = (0..self.rows).filter_map(|row| Some((row, self.text_at(index, row)?)));
        let mut present = present.peekable();
        let first = present.peek().map_or(0, |(row, _)| *row);
        let wrong = present.find(|(_, text)| cell::number(text).is_none());
        let row = wrong.map_or(first, |(row, _)| row);
        Err(ColumnError::NotNumbers {
            name: name.to_owned(),
            row,
            value: self.text_at(index, row).unwrap_or_default(),
        })
    }

    /// The values of a column on one scale: numbers, and days since 1970 for days and moments; texts and truth values are absent.
    ///
    /// # Errors
    /// [`ColumnError::Absent`].
    pub fn on_a_scale(&self, name: &str) -> Result<Vec<Option<f64>>, ColumnError> {
        let cells = self.values(name)?.cells();
        Ok(cells.map(|cell| cell?.on_a_scale()).collect())
    }

    /// The values of any column as they stood in the file.
    ///
    /// # Errors
    /// [`ColumnError::Absent`].
    pub fn texts(&self, name: &str) -> Result<Vec<Option<String>>, ColumnError> {
        let index = self.heads.place(name)?;
        Ok((0..self.rows).map(|row| self.text_at(index, row)).collect())
    }

    /// The value of one cell as it stood in the file; absent without a value, column or row.
    pub fn text(&self, name: &str, row: usize) -> Option<String> {
        let index = self.heads.place(name).ok()?;
        (row < self.rows).then(|| self.text_at(index, row))?
    }

    /// For each row whether the column has no value.
    ///
    /// # Errors
    /// [`ColumnError::Absent`].
    pub fn missing(&self, name: &str) -> Result<Vec<bool>, ColumnError> {
        let values = self.values(name)?;
        Ok((0..self.rows).map(|row| values.is_missing(row)).collect())
    }

    /// The rows where `keep` holds, in their order.
    ///
    /// # Errors
    /// [`ColumnError::Length`] if there is not one answer a row.
    pub fn filter(&self, keep: &[bool]) -> Result<Self, ColumnError> {
        self.check_length("keep", keep.len())?;
        let rows = keep.iter().enumerate().filter(|&(_, &k)| k);
        self.take(&rows.map(|(row, _)| row).collect::<Vec<_>>())
    }

    /// The named rows, counted from 0, in the order and as often as they are named.
    ///
    /// # Errors
    /// [`ColumnError::NoRow`].
    pub fn take(&self, rows: &[usize]) -> Result<Self, ColumnError> {
        if let Some(&row) = rows.iter().find(|&&row| row >= self.rows()) {
            return Err(ColumnError::NoRow {
                row,
                rows: self.rows(),
            });
        }
        let indices = rows.iter().map(|&row| row as u64).collect::<UInt64Array>();
        let taken = |array: &dyn Array| {
            arrow_select::take::take(array, &indices, None).expect("the rows were checked")
        };
        let text = |text: &StringArray| taken(text).as_string::<i32>().clone();
        Ok(Self {
            heads: self.heads.clone(),
            arrays: self.arrays.iter().map(|a| taken(a.as_ref())).collect(),
            texts: self.texts.iter().map(|t| t.as_ref().map(text)).collect(),
            rows: rows.len(),
        })
    }

    /// One row by itself, its columns typed by what they hold there; see [`Kind`].
    ///
    /// # Errors
    /// [`ColumnError::NoRow`].
    pub fn alone(&self, row: usize) -> Result<Self, ColumnError> {
        let rows = self.rows();
        if row >= rows {
            return Err(ColumnError::NoRow { row, rows });
        }
        let names = self.names().into_iter().map(str::to_owned);
        let cells = (0..self.arrays.len()).map(|index| vec![self.text_at(index, row)]);
        Self::from_texts(names.zip(cells).collect())
    }

    /// This table with one more column of numbers at the end: integers if all are whole.
    ///
    /// # Errors
    /// [`ColumnError::Exists`], [`ColumnError::Length`], [`ColumnError::NotFinite`].
    pub fn with_column(&self, name: &str, values: &[Option<f64>]) -> Result<Self, ColumnError> {
        if let Some(row) = values
            .iter()
            .position(|v| v.is_some_and(|v| !v.is_finite()))
        {
            let name = name.to_owned();
            return Err(ColumnError::NotFinite { name, row });
        }
        let texts: Vec<_> = values.iter().map(|v| v.map(cell::render)).collect();
        self.with_texts(name, &texts)
    }

    /// This table with one more column at the end, typed by what it holds.
    ///
    /// # Errors
    /// [`ColumnError::Exists`], [`ColumnError::Length`].
    pub fn with_texts(&self, name: &str, values: &[Option<String>]) -> Result<Self, ColumnError> {
        if self.has(name) {
            return Err(ColumnError::Exists(name.to_owned()));
        }
        self.check_length(name, values.len())?;
        let text = values.iter().collect::<StringArray>();
        let mut columns = self.columns();
        let kind = cell::kind_of(text.iter().flatten());
        columns.push(Column::new(name.to_owned(), kind, text));
        Ok(Self::join(columns, self.rows()))
    }

    /// This table without the named columns; a name that it does not have is ignored.
    pub fn without(&self, names: &[&str]) -> Self {
        let gone: HashSet<_> = names.iter().collect();
        let columns = self.columns().into_iter();
        let kept = columns.filter(|column| !gone.contains(&column.head.name.as_str()));
        Self::join(kept.collect(), self.rows())
    }

    /// The named columns in the named order.
    ///
    /// # Errors
    /// [`ColumnError::Absent`], [`ColumnError::Exists`] for a name twice.
    pub fn select(&self, names: &[&str]) -> Result<Self, ColumnError> {
        let mut chosen: Vec<Column> = Vec::new();
        for &name in names {
            if chosen.iter().any(|column| column.head.name == name) {
                return Err(ColumnError::Exists(name.to_owned()));
            }
            chosen.push(self.column(self.heads.place(name)?));
        }
        Ok(Self::join(chosen, self.rows()))
    }

    /// The rows of all tables, one after the other. A column of integers and one of numbers make one of numbers; one
    /// without any value takes the other's type; else the text remains.
    ///
    /// # Errors
    /// [`ColumnError::Different`] if the names or their order differ.
    pub fn concat(tables: &[Self]) -> Result<Self, ColumnError> {
        let Some(first) = tables.first() else {
            return Ok(Self::build(Vec::new(), 0));
        };
        let owned = |table: &Self| table.names().into_iter().map(str::to_owned).collect();
        if let Some(other) = tables.iter().find(|table| table.names() != first.names()) {
            return Err(ColumnError::Different {
                a: owned(first),
                b: owned(other),
            });
        }
        let rows = tables.iter().map(Self::rows).sum();
        let columns = (0..first.arrays.len()).map(|index| Self::put_together(tables, index));
        Ok(Self::join(columns.collect(), rows))
    }

    /// One column of all tables.
    fn put_together(tables: &[Self], index: usize) -> Column {
        let head = &tables[0].heads.list[index];
        let kinds = tables
            .iter()
            .filter(|table| Values::of(table.arrays[index].as_ref()).missing() < table.rows);
        let kind = kinds
            .map(|table| table.heads.list[index].kind)
            .reduce(Kind::joined)
            .unwrap_or(Kind::Text);
        let same = tables
            .iter()
            .all(|table| table.heads.list[index].kind == kind);
        let arrays: Vec<&dyn Array> = tables.iter().map(|t| t.arrays[index].as_ref()).collect();
        let first = arrays[0].data_type();
        let name = head.name.clone();
        if same
            && tables.iter().all(|table| table.texts[index].is_none())
            && arrays.iter().all(|array| array.data_type() == first)
        {
            let array = arrow_select::concat::concat(&arrays).expect("arrays of one type");
            let head = Head { name, kind };
            let text = None;
            return Column { head, array, text };
        }
        let cells = tables
            .iter()
            .flat_map(|table| (0..table.rows).map(move |row| table.text_at(index, row)));
        Column::new(name, kind, cells.collect())
    }

    /// The columns as arrays of Arrow, typed as [`Values`] says.
    pub fn arrays(&self) -> &[ArrayRef] {
        &self.arrays
    }

    /// The text of a cell by the place of its column: as it stood in the file, or rendered.
    pub(crate) fn text_at(&self, index: usize, row: usize) -> Option<String> {
        match &self.texts[index] {
            Some(text) => text.is_valid(row).then(|| text.value(row).to_owned()),
            None => {
                let cell = Values::of(self.arrays[index].as_ref()).cell(row)?;
                Some(cell.to_string())
            }
        }
    }

    fn columns(&self) -> Vec<Column> {
        (0..self.texts.len())
            .map(|index| self.column(index))
            .collect()
    }

    /// Copies no value: arrays are shared.
    fn column(&self, index: usize) -> Column {
        Column {
            head: self.heads.list[index].clone(),
            array: self.arrays[index].clone(),
            text: self.texts[index].clone(),
        }
    }

    fn check_length(&self, name: &str, values: usize) -> Result<(), ColumnError> {
        // A table without columns has as many rows as its first column brings.
        if values == self.rows() {
            return Ok(());
        }
        Err(ColumnError::Length {
            name: name.to_owned(),
            values,
            rows: self.rows(),
        })
    }
}

/// Equal names, kinds and texts of cells.
impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        let same_cells = |index: usize| {
            (0..self.rows).all(|row| self.text_at(index, row) == other.text_at(index, row))
        };
        self.heads.list == other.heads.list
            && self.rows == other.rows
            && (0..self.arrays.len()).all(same_cells)
    }
}

/// One column on its own.
struct Column {
    head: Head,
    array: ArrayRef,
    text: Option<StringArray>,
}

impl Column {
    fn new(name: String, kind: Kind, text: StringArray) -> Self {
        let array = cell::typed(kind, &text);
        let head = Head { name, kind };
        // A column of text is its own text.
        let text = (kind != Kind::Text).then_some(text);
        Self { head, array, text }
    }
}

impl Kind {
    /// The kind that holds the values of both.
    pub(crate) fn joined(a: Kind, b: Kind) -> Kind {
        match (a, b) {
            (a, b) if a == b => a,
            (a, b) if a.is_numeric() && b.is_numeric() => Kind::Number,
            (a, b) if a.is_time() && b.is_time() => Kind::DateTime,
            _ => Kind::Text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReadOptions;

    fn table(text: &str) -> Table {
        Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("the test writes a table")
    }

    #[test]
    fn rows_and_columns_are_chosen_by_name_and_place() {
        let people = table("id,age,sex\nP1,50,F\nP2,61.0,M\nP3,,F\n");
        let women = people
            .filter(&[true, false, true])
            .expect("one answer a row");
        assert_eq!(women.to_csv(), b"id,age,sex\nP1,50,F\nP3,,F\n");
        let twice = people.take(&[1, 1]).expect("the row is there");
        assert_eq!(twice.to_csv(), b"id,age,sex\nP2,61.0,M\nP2,61.0,M\n");
        let ages = people
            .select(&["age", "id"])
            .expect("the columns are there");
        assert_eq!(ages.names(), ["age", "id"]);
        assert_eq!(
            people.without(&["id", "sex"]).to_csv(),
            b"age\n50\n61.0\n\"\"\n"
        );
        assert_eq!(people.filter(&[false; 3]).map(|t| t.rows()), Ok(0));
        assert!(people.take(&[3]).is_err());
        assert!(people.filter(&[true]).is_err());
    }

    #[test]
    fn a_new_column_is_typed_and_its_name_is_new() {
        let people = table("id\nP1\nP2\n");
        let with = people
            .with_column("truth", &[Some(1.0), None])
            .expect("it is new");
        assert_eq!(with.kind("truth"), Ok(Kind::Integer));
        assert_eq!(with.to_csv(), b"id,truth\nP1,1\nP2,\n");
        assert_eq!(
            with.with_column("id", &[None, None]),
            Err(ColumnError::Exists("id".into()))
        );
        assert!(
            people
                .with_column("score", &[Some(f64::NAN), None])
                .is_err()
        );
        assert!(people.with_column("score", &[None]).is_err());
    }

    #[test]
    fn tables_put_together_keep_their_text_and_widen_their_type() {
        let year = |text| table(text);
        let all = Table::concat(&[year("a,b\n1,\n"), year("a,b\n2.50,7\n")]);
        let all = all.expect("the columns are the same");
        assert_eq!(all.kind("a"), Ok(Kind::Number));
        assert_eq!(all.kind("b"), Ok(Kind::Integer));
        assert_eq!(all.to_csv(), b"a,b\n1,\n2.50,7\n");
        assert!(Table::concat(&[year("a\n1\n"), year("b\n1\n")]).is_err());
    }

    #[test]
    fn a_table_can_be_made_of_texts() {
        let column = |name: &str, value: &str| (name.to_owned(), vec![Some(value.to_owned())]);
        let table = Table::from_texts(vec![column("a", "1"), column("b", "x")]);
        assert_eq!(table.expect("two columns of one row").rows(), 1);
        assert!(Table::from_texts(vec![column("a", "1"), column("a", "2")]).is_err());
    }
}
