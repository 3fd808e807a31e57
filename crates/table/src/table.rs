use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, Float64Array, Int64Array, RecordBatch, RecordBatchOptions, StringArray,
    UInt64Array,
};
use arrow_schema::{DataType, Field, Schema};
use serde::Serialize;
use thiserror::Error;

use crate::cell;

/// Named columns of equal length: one row a case.
///
/// Each column is held twice: typed, as an Arrow array, for computing; and as the text that stood in the file, so that
/// writing gives `0.870` back as `0.870`. An absent value is null in both.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    batch: RecordBatch,
    texts: Vec<StringArray>,
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Whole numbers of 64 bits.
    Integer,
    /// Finite numbers with a decimal point or exponent.
    Number,
    /// All else, and a column without any value.
    Text,
}

impl Kind {
    /// Whether the values are numbers.
    pub fn is_numeric(self) -> bool {
        self != Kind::Text
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

    fn join(columns: Vec<Column>, rows: usize) -> Self {
        let fields = columns.iter().map(|column| {
            let kind = column.array.data_type().clone();
            Field::new(column.name.as_str(), kind, true)
        });
        let fields = fields.collect();
        let (arrays, texts) = columns.into_iter().map(|c| (c.array, c.text)).unzip();
        Self {
            batch: batch(fields, arrays, rows),
            texts,
        }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// The names of the columns, in the order of the file.
    pub fn names(&self) -> Vec<&str> {
        let schema = self.batch.schema_ref();
        schema.fields().iter().map(|f| f.name().as_str()).collect()
    }

    /// Whether there is a column of that name.
    pub fn has(&self, name: &str) -> bool {
        self.batch.schema_ref().index_of(name).is_ok()
    }

    /// The columns as Arrow arrays: `Int64`, `Float64` or `Utf8`.
    pub fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    /// The type of a column.
    ///
    /// # Errors
    /// [`ColumnError::Absent`].
    pub fn kind(&self, name: &str) -> Result<Kind, ColumnError> {
        Ok(self.kind_at(self.index(name)?))
    }

    /// The values of a column as numbers; integers beyond 2^53 lose their last digits.
    ///
    /// A column without any value has no type, so it gives as many absent numbers.
    ///
    /// # Errors
    /// [`ColumnError::Absent`], [`ColumnError::NotNumbers`] with the first text that is no number.
    pub fn numbers(&self, name: &str) -> Result<Vec<Option<f64>>, ColumnError> {
        let index = self.index(name)?;
        let text = &self.texts[index];
        let array = self.batch.column(index).as_any();
        if let Some(integers) = array.downcast_ref::<Int64Array>() {
            Ok(integers.iter().map(|v| v.map(|v| v as f64)).collect())
        } else if let Some(numbers) = array.downcast_ref::<Float64Array>() {
            Ok(numbers.iter().collect())
        } else if let Some(row) = (0..text.len()).find(|&row| text.is_valid(row)) {
            let not_number =
                |row: &usize| text.is_valid(*row) && cell::number(text.value(*row)).is_none();
            let row = (0..text.len()).find(not_number).unwrap_or(row);
            Err(ColumnError::NotNumbers {
                name: name.to_owned(),
                row,
                value: text.value(row).to_owned(),
            })
        } else {
            Ok(vec![None; text.len()])
        }
    }

    /// The values of any column as they stood in the file.
    ///
    /// # Errors
    /// [`ColumnError::Absent`].
    pub fn texts(&self, name: &str) -> Result<Vec<Option<String>>, ColumnError> {
        let text = &self.texts[self.index(name)?];
        Ok(text.iter().map(|v| v.map(str::to_owned)).collect())
    }

    /// For each row whether the column has no value.
    ///
    /// # Errors
    /// [`ColumnError::Absent`].
    pub fn missing(&self, name: &str) -> Result<Vec<bool>, ColumnError> {
        let text = &self.texts[self.index(name)?];
        Ok((0..text.len()).map(|row| text.is_null(row)).collect())
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
        let fields = self.batch.schema_ref().fields();
        let arrays = self.batch.columns().iter().map(|a| taken(a.as_ref()));
        let arrays = arrays.collect();
        let texts = self.texts.iter().map(|text| to_strings(&taken(text)));
        Ok(Self {
            texts: texts.collect(),
            batch: batch(
                fields.iter().map(|f| f.as_ref().clone()).collect(),
                arrays,
                rows.len(),
            ),
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
        let cell = |text: &StringArray| (!text.is_null(row)).then(|| text.value(row).to_owned());
        let names = self.names().into_iter().map(str::to_owned);
        let cells = self.texts.iter().map(|text| vec![cell(text)]);
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
        let kept = columns.filter(|column| !gone.contains(&column.name.as_str()));
        Self::join(kept.collect(), self.rows())
    }

    /// The named columns in the named order.
    ///
    /// # Errors
    /// [`ColumnError::Absent`], [`ColumnError::Exists`] for a name twice.
    pub fn select(&self, names: &[&str]) -> Result<Self, ColumnError> {
        let mut chosen: Vec<Column> = Vec::new();
        for &name in names {
            if chosen.iter().any(|column| column.name == name) {
                return Err(ColumnError::Exists(name.to_owned()));
            }
            chosen.push(self.column(self.index(name)?));
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
        let column = |(index, name): (usize, &str)| {
            let arrays: Vec<&dyn Array> = tables
                .iter()
                .map(|t| &t.texts[index] as &dyn Array)
                .collect();
            let all = arrow_select::concat::concat(&arrays).expect("all are text of at most 2 GiB");
            let with_values = tables
                .iter()
                .filter(|t| t.texts[index].null_count() < t.rows());
            let kind = with_values.map(|t| t.kind_at(index)).reduce(joined);
            (
                name.to_owned(),
                kind.unwrap_or(Kind::Text),
                to_strings(&all),
            )
        };
        let rows = tables.iter().map(Self::rows).sum();
        Ok(Self::build(
            first.names().into_iter().enumerate().map(column).collect(),
            rows,
        ))
    }

    pub(crate) fn text_arrays(&self) -> &[StringArray] {
        &self.texts
    }

    fn columns(&self) -> Vec<Column> {
        (0..self.texts.len())
            .map(|index| self.column(index))
            .collect()
    }

    /// Copies no value: arrays are shared.
    fn column(&self, index: usize) -> Column {
        Column {
            name: self.batch.schema_ref().field(index).name().clone(),
            array: self.batch.column(index).clone(),
            text: self.texts[index].clone(),
        }
    }

    fn index(&self, name: &str) -> Result<usize, ColumnError> {
        self.batch
            .schema_ref()
            .index_of(name)
            .map_err(|_| ColumnError::Absent {
                name: name.to_owned(),
                known: self.names().into_iter().map(str::to_owned).collect(),
            })
    }

    fn kind_at(&self, index: usize) -> Kind {
        match self.batch.column(index).data_type() {
            DataType::Int64 => Kind::Integer,
            DataType::Float64 => Kind::Number,
            _ => Kind::Text,
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

/// One column on its own.
struct Column {
    name: String,
    array: ArrayRef,
    text: StringArray,
}

impl Column {
    fn new(name: String, kind: Kind, text: StringArray) -> Self {
        let array = typed(kind, &text);
        Self { name, array, text }
    }
}

fn joined(a: Kind, b: Kind) -> Kind {
    match (a, b) {
        _ if a == b => a,
        (Kind::Text, _) | (_, Kind::Text) => Kind::Text,
        _ => Kind::Number,
    }
}

/// The values of a column whose every text was found to be of that kind.
fn typed(kind: Kind, text: &StringArray) -> ArrayRef {
    match kind {
        Kind::Integer => Arc::new(
            text.iter()
                .map(|v| v.and_then(cell::integer))
                .collect::<Int64Array>(),
        ),
        Kind::Number => Arc::new(
            text.iter()
                .map(|v| v.and_then(cell::number))
                .collect::<Float64Array>(),
        ),
        Kind::Text => Arc::new(text.clone()),
    }
}

fn to_strings(array: &dyn Array) -> StringArray {
    let strings = array.as_any().downcast_ref::<StringArray>();
    strings.expect("an array of text stays one").clone()
}

fn batch(fields: Vec<Field>, arrays: Vec<ArrayRef>, rows: usize) -> RecordBatch {
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
        .expect("the columns are of one length and of their type")
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
