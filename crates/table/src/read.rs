//! Files become tables, or an error that says where and what to do.

mod building;
mod columnar;
mod delimited;
mod even;
mod format;
mod guarded;
mod markers;
mod ndjson;
mod parts;
mod records;
mod rewrite;

use bytes::Bytes;
use galen_spec::data::Column;
use std::collections::BTreeSet;
use std::sync::Arc;
use thiserror::Error;

use crate::scan::{Pace, Scan, ScanError, whole};
use crate::{Kind, Table};
pub use format::{Format, Packing, open, unpack};
pub use guarded::is_guarded;
pub use rewrite::{Rewritten, with_cells, without_rows};

/// How a delimited file is read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadOptions {
    /// The byte between fields: `,`, tab, `|`, `;`.
    pub delimiter: u8,
    /// Texts that mean that there is no value, besides the empty one.
    pub na: Vec<String>,
    /// Whether what pandas writes where there is no value (`NA`, `NaN`, `null` …), and `?` among numbers and times, means so
    /// in a text file.
    pub common_na: bool,
    /// The encoding of a text file by its name of the web, such as `latin1`; without one it is UTF-8, or UTF-16 if a byte order
    /// mark says so.
    pub encoding: Option<String>,
    /// Of which columns chunks also hold the texts of the file, so that what is written is what was read.
    pub keep_texts: KeepTexts,
    /// Of which columns of delimited text the types are found out.
    pub find_types: FindTypes,
    /// How much of delimited text is looked at when it is opened.
    pub look_at: LookAt,
    pub limits: Limits,
    /// Declared columns: their type is not guessed, and a cell that does not fit is an error. A declared column that the
    /// file does not have is left to [`crate::expectation::declared`], a column that is not declared is typed by what it holds.
    pub columns: Vec<Column>,
}

/// The columns whose texts are kept beside their values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KeepTexts {
    #[default]
    None,
    All,
    Of(BTreeSet<String>),
}

impl KeepTexts {
    pub(crate) fn keeps(&self, column: &str) -> bool {
        match self {
            KeepTexts::None => false,
            KeepTexts::All => true,
            KeepTexts::Of(columns) => columns.contains(column),
        }
    }
}

/// The columns whose types are found out. The others are left as text, with all cells as they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FindTypes {
    #[default]
    All,
    /// Those that one of these texts names, and declared ones.
    NamedIn(Vec<String>),
}

/// How much of a text is looked at to know the types of its columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LookAt {
    /// All rows, before any is taken.
    #[default]
    All,
    /// Some parts of a large text, if that tells the type of each column; the types hold for all rows all the same, since reading
    /// ends with [`ReadError::Changed`] at the first cell or record that is not as in these parts. Then it is opened anew with
    /// [`LookAt::All`], which says what is wrong or finds other types. Text that is read to its end this way has the types that
    /// looking at all of it finds.
    Sample,
}

impl FindTypes {
    pub(crate) fn of(&self, column: &str) -> bool {
        match self {
            FindTypes::All => true,
            // In a condition a name with quotes can be written otherwise.
            FindTypes::NamedIn(_) if column.contains(['"', '\'', '\\']) => true,
            FindTypes::NamedIn(texts) => texts.iter().any(|text| text.contains(column)),
        }
    }
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            delimiter: b',',
            na: Vec::new(),
            common_na: true,
            encoding: None,
            keep_texts: KeepTexts::None,
            look_at: LookAt::All,
            find_types: FindTypes::All,
            limits: Limits::default(),
            columns: Vec::new(),
        }
    }
}

impl ReadOptions {
    fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// What a file may be at most; it is from somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub bytes: usize,
    pub columns: usize,
    /// Bytes of one record, which is a line unless a quoted cell holds line ends.
    pub record_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 512 << 20,
            columns: 200_000,
            record_bytes: 16 << 20,
        }
    }
}

/// Why bytes are no table. Lines count from 1 and include the header; rows count from 0 and do not.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ReadError {
    #[error(
        "The file has {bytes} bytes and the limit is {limit}: divide the file or raise the limit."
    )]
    TooLarge { bytes: usize, limit: usize },
    #[error("The file is empty: its first line must name the columns.")]
    Empty,
    #[error("The file has a header and no row below it.")]
    HeaderOnly,
    #[error(
        "Line {line} is not UTF-8 (byte {offset} of the file): save the file as UTF-8, or name its encoding."
    )]
    NotUtf8 { line: u64, offset: u64 },
    #[error(
        "Line {line} holds a zero byte, so this is no text file: export the table as CSV in UTF-8."
    )]
    NotText { line: u64 },
    #[error("Line {line} has more than {limit} fields: check the delimiter or raise the limit.")]
    TooManyColumns { line: u64, limit: usize },
    #[error(
        "The row that begins on line {line} has {bytes} bytes and the limit is {limit}: look for a quote that is not closed, or raise the limit."
    )]
    LineTooLong {
        line: u64,
        bytes: usize,
        limit: usize,
    },
    #[error(
        "The quote that opens on line {line} is never closed: close it, or write a quote within a cell twice."
    )]
    UnclosedQuote { line: u64 },
    #[error("Column {position} of the header has no name: name it or remove the column.")]
    UnnamedColumn { position: usize },
    #[error(
        "The header names `{name}` twice, in columns {first} and {second}: rename one of them."
    )]
    DuplicateColumn {
        name: String,
        first: usize,
        second: usize,
    },
    #[error(
        "Line {line} (row {row}) has {fields} fields and the header has {header}: add or remove delimiters, or quote a cell that holds one."
    )]
    Ragged {
        line: u64,
        row: usize,
        fields: usize,
        header: usize,
    },
    #[error(
        "Line {line} (row {row}), column `{column}`: {value:?} is not {expected} as declared ({cells} such cells in this column): correct the cell, name a missing marker, or declare another type."
    )]
    Cell {
        line: u64,
        row: usize,
        column: String,
        value: String,
        /// "an integer" or "a number".
        expected: &'static str,
        /// Cells of the column that do not fit, this one included.
        cells: usize,
    },
    #[error(
        "There is no encoding `{name}`: name one such as utf-8, utf-16le, latin1 or windows-1252."
    )]
    UnknownEncoding { name: String },
    #[error("The file is not in the encoding {name}: name the one it was written in.")]
    Encoding { name: &'static str },
    #[error(
        "The file has {bytes} bytes, and one in another encoding than UTF-8 is limited to {limit}: save the file as UTF-8."
    )]
    OtherEncodingTooLarge { bytes: u64, limit: usize },
    #[error("The delimiter must be a byte that is no quote and no line end.")]
    Delimiter,
    #[error("The file changed while it was read: read it when it is complete.")]
    Changed,
    #[error("The disk failed: {why}")]
    Disk { why: String },
    #[error("The file cannot be unpacked as {what}: {why}; get it anew.")]
    Packed { what: &'static str, why: String },
    #[error(
        "The file unpacks to more than the limit of {limit} bytes: divide the file or raise the limit."
    )]
    UnpacksTooLarge { limit: usize },
    #[error("Line {line} is no row: {why}. Write one JSON object a line.")]
    Json { line: u64, why: String },
    #[error("The file cannot be read as {what}: {why}")]
    Columnar { what: &'static str, why: String },
    #[error(
        "Row {row} (counted from 0) of column `{column}` holds an infinite number: correct the cell or make it missing."
    )]
    Infinite { column: String, row: usize },
}

impl ReadError {
    /// The error of a part of a file, with the line and row of the file.
    fn moved(self, lines: u64, bytes: u64, rows: u64) -> Self {
        use ReadError::*;
        let mut error = self;
        match &mut error {
            NotUtf8 { line, offset } => {
                *line += lines;
                *offset += bytes;
            }
            Ragged { line, row, .. } | Cell { line, row, .. } => {
                *line += lines;
                *row += rows as usize;
            }
            NotText { line }
            | TooManyColumns { line, .. }
            | LineTooLong { line, .. }
            | UnclosedQuote { line }
            | Json { line, .. } => *line += lines,
            _ => {}
        }
        error
    }
}

fn disk(error: std::io::Error) -> ReadError {
    ReadError::Disk {
        why: error.to_string(),
    }
}

/// What a cell of a declared kind must be; any text is one.
fn expected(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Integer => Some("an integer"),
        Kind::Number => Some("a number"),
        Kind::Boolean => Some("true or false"),
        Kind::Date => Some("a date such as 2026-11-25"),
        Kind::DateTime => Some("a moment such as 2026-11-25T08:30:00"),
        Kind::Text => None,
    }
}

impl Table {
    /// Reads a delimited file with a header into memory; see [`delimited::Delimited::open`].
    ///
    /// # Errors
    /// The first thing wrong with the file, as a [`ReadError`]; nothing is guessed.
    pub fn read_csv(bytes: &[u8], options: &ReadOptions) -> Result<Self, ReadError> {
        let limit = options.limits.bytes.min(i32::MAX as usize);
        if bytes.len() > limit {
            let bytes = bytes.len();
            return Err(ReadError::TooLarge { bytes, limit });
        }
        let source = Arc::new(Bytes::copy_from_slice(bytes));
        let options = ReadOptions {
            keep_texts: KeepTexts::All,
            ..options.clone()
        };
        in_memory(&delimited::Delimited::open(source, &options, Pace::ALONE)?)
    }
}

/// The whole table of a scan over bytes in memory.
fn in_memory(scan: &dyn Scan) -> Result<Table, ReadError> {
    whole(scan).map_err(|error| match error {
        ScanError::Read(error) | ScanError::File { error, .. } => error,
        ScanError::Column(_) | ScanError::Stopped => ReadError::Changed,
    })
}

#[cfg(test)]
mod tests {
    use galen_spec::data::{ColumnKind, KnownAt};
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Table, ReadError> {
        Table::read_csv(text.as_bytes(), &ReadOptions::default())
    }

    fn declared(name: &str, kind: ColumnKind) -> ReadOptions {
        ReadOptions {
            columns: vec![Column {
                name: name.into(),
                kind,
                meaning: String::new(),
                unit: None,
                range: None,
                values: None,
                may_be_missing: true,
                known_at: KnownAt::Score,
            }],
            ..ReadOptions::default()
        }
    }

    #[test]
    fn types_are_found_over_all_rows() {
        let table = read("a,b,c,d,e\n1,1,x,007,\n2,2.5,3,12,\n").expect("it is a table");
        let kinds = table.names().into_iter().map(|n| table.kind(n));
        let kinds: Vec<_> = kinds.map(|k| k.expect("it is a column")).collect();
        use Kind::*;
        assert_eq!(kinds, [Integer, Number, Text, Text, Text]);
        assert_eq!(table.numbers("b"), Ok(vec![Some(1.0), Some(2.5)]));
        assert_eq!(table.numbers("e"), Ok(vec![None, None]));
        let texts = table.texts("d").expect("it is a column");
        assert_eq!(texts, [Some("007".to_owned()), Some("12".to_owned())]);
    }

    #[test]
    fn asking_a_text_column_for_numbers_names_the_first_word() {
        let table = read("a\n1\nlow\n").expect("it is a table");
        assert_eq!(
            table.numbers("a"),
            Err(crate::ColumnError::NotNumbers {
                name: "a".into(),
                row: 1,
                value: "low".into()
            })
        );
    }

    #[test]
    fn a_ragged_row_is_named_by_its_line_even_after_a_cell_of_two_lines() {
        assert_eq!(
            read("a,b\n\"x\ny\",1\n\n2\n").expect_err("a field is missing"),
            ReadError::Ragged {
                line: 5,
                row: 1,
                fields: 1,
                header: 2
            }
        );
    }

    #[test]
    fn a_cell_that_is_not_as_declared_is_named() {
        let error = Table::read_csv(
            b"a,b\n1,2\n,3\nx,4\ny,5",
            &declared("a", ColumnKind::Integer),
        )
        .expect_err("x is no integer");
        assert_eq!(
            error.to_string(),
            "Line 4 (row 2), column `a`: \"x\" is not an integer as declared (2 such cells in this column): correct the \
             cell, name a missing marker, or declare another type."
        );
    }

    #[test]
    fn a_declared_category_of_digits_stays_text() {
        let table = Table::read_csv(b"a\n1\n2\n", &declared("a", ColumnKind::Category));
        assert_eq!(table.expect("it is a table").kind("a"), Ok(Kind::Text));
    }

    #[test]
    fn what_is_no_table_is_said() {
        let too_wide = ReadOptions {
            limits: Limits {
                columns: 2,
                record_bytes: 8,
                bytes: 40,
            },
            ..ReadOptions::default()
        };
        let limited = |text: &str| Table::read_csv(text.as_bytes(), &too_wide);
        assert_eq!(read(""), Err(ReadError::Empty));
        assert_eq!(read("\n\r\n"), Err(ReadError::Empty));
        assert_eq!(read("a,b\n\n"), Err(ReadError::HeaderOnly));
        assert_eq!(
            read("a,\"b\nc,d\n"),
            Err(ReadError::UnclosedQuote { line: 1 })
        );
        assert_eq!(read("a\n\0\n"), Err(ReadError::NotText { line: 2 }));
        assert_eq!(
            read("a,,c\n1,2,3\n"),
            Err(ReadError::UnnamedColumn { position: 2 })
        );
        assert_eq!(
            read("a,b,a\n1,2,3\n"),
            Err(ReadError::DuplicateColumn {
                name: "a".into(),
                first: 1,
                second: 3
            })
        );
        assert_eq!(
            Table::read_csv(b"a\n1\n\xff\n", &ReadOptions::default()),
            Err(ReadError::NotUtf8 { line: 3, offset: 4 })
        );
        assert_eq!(
            limited("a,b,c\n1,2,3"),
            Err(ReadError::TooManyColumns { line: 1, limit: 2 })
        );
        assert_eq!(
            limited("a,b\n123456,78\n"),
            Err(ReadError::LineTooLong {
                line: 2,
                bytes: 9,
                limit: 8
            })
        );
        assert_eq!(
            limited(&"a\n".repeat(21)),
            Err(ReadError::TooLarge {
                bytes: 42,
                limit: 40
            })
        );
    }

    #[test]
    fn named_markers_blanks_and_a_byte_order_mark_are_understood() {
        let options = ReadOptions {
            delimiter: b'\t',
            na: vec!["NA".into(), "?".into()],
            ..ReadOptions::default()
        };
        let table = Table::read_csv("\u{feff}a\tb\r\n1\tNA\r\n ? \t \r\n".as_bytes(), &options);
        let table = table.expect("it is a table");
        assert_eq!(table.names(), ["a", "b"]);
        assert_eq!(table.numbers("a"), Ok(vec![Some(1.0), None]));
        assert_eq!(table.missing("b"), Ok(vec![true, true]));
    }

    #[test]
    fn the_demo_cohort_is_written_as_it_was_read() {
        let bytes = include_bytes!("../../../share/galen/flchain/flchain.csv");
        let table = Table::read_csv(bytes, &ReadOptions::default()).expect("the demo reads it");
        assert_eq!(table.rows(), 7874);
        assert_eq!(
            table
                .missing("creatinine")
                .map(|m| m.iter().filter(|&&x| x).count()),
            Ok(1350)
        );
        let unquoted = String::from_utf8_lossy(bytes).replace(['"', '\r'], "");
        assert_eq!(String::from_utf8_lossy(&table.to_csv()), unquoted);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_table_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Table::read_csv(&bytes, &ReadOptions::default());
        }

        #[test]
        fn any_delimited_text_is_a_table_or_an_error_but_never_undecodable(text in "[a1.,\"\n\r\u{feff} ]{0,60}") {
            let read = read(&text);
            prop_assert!(!matches!(read, Err(ReadError::Changed)), "{:?}", read);
            if let Ok(table) = read {
                let again = Table::read_csv(&table.to_csv(), &ReadOptions::default());
                prop_assert_eq!(again, Ok(table));
            }
        }
    }
}
