//! One JSON object a line, read in parts.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::Value;

use super::building::Building;
use super::markers::Markers;
use super::parts::{Part, cut_at_lines, lines_before};
use super::{ReadError, ReadOptions, disk, expected};
use crate::scan::{Pace, Scan, ScanError, Take};
use crate::source::Source;
use crate::table::{Head, Heads};
use crate::{Kind, Table, cell};

/// One JSON object a line, as a table in parts. A column is a key of any of them, in the order in which they first appear.
/// Absent keys and `null` are missing values, `true` and `false` are truth values; a text stays one, whatever it holds.
pub struct Ndjson {
    source: Arc<dyn Source>,
    options: ReadOptions,
    heads: Arc<Heads>,
    has_values: Vec<bool>,
    parts: Vec<Part>,
    rows: u64,
}

/// What was seen of a column.
#[derive(Clone, Copy, Default)]
struct Seen {
    kind: Option<Kind>,
}

impl Ndjson {
    /// Goes over the lines once, to know the columns, their types and the parts.
    ///
    /// # Errors
    /// [`ReadError::Json`] for a line that is no object of plain values, and those of a delimited file.
    pub fn open(
        source: Arc<dyn Source>,
        options: &ReadOptions,
        pace: Pace,
    ) -> Result<Self, ReadError> {
        let mut parts = cut_at_lines(source.as_ref(), options)?;
        let look = |part: &Part| look(source.as_ref(), part, options);
        let found: Vec<_> = if pace.jobs > 1 && parts.len() > 1 {
            pace.on_threads(|| parts.par_iter().map(look).collect())
        } else {
            parts.iter().map(look).collect()
        };
        let mut all = Columns::default();
        let mut rows = 0;
        for (part, found) in parts.iter_mut().zip(found) {
            let (columns, part_rows) =
                found.map_err(|error| located(error, source.as_ref(), part.offset, rows))?;
            part.first_row = rows;
            rows += part_rows;
            for (name, seen) in columns.list {
                let at = all.place(&name);
                let so_far = &mut all.list[at].1;
                so_far.kind = match (so_far.kind, seen.kind) {
                    (Some(a), Some(b)) => Some(Kind::joined(a, b)),
                    (a, b) => a.or(b),
                };
            }
            if all.list.len() > options.limits.columns {
                let limit = options.limits.columns;
                return Err(ReadError::TooManyColumns { line: 1, limit });
            }
        }
        if rows == 0 {
            return Err(ReadError::Empty);
        }
        let has_values = all.list.iter().map(|(_, seen)| seen.kind.is_some());
        let has_values = has_values.collect();
        let heads = all.list.into_iter().map(|(name, seen)| {
            let declared = options.column(&name).map(|c| cell::declared_kind(c.kind));
            let kind = declared.or(seen.kind).unwrap_or(Kind::Text);
            Head { name, kind }
        });
        Ok(Self {
            heads: Arc::new(Heads::new(heads.collect())),
            source,
            options: options.clone(),
            has_values,
            parts,
            rows,
        })
    }
}

impl Scan for Ndjson {
    fn heads(&self) -> &Arc<Heads> {
        &self.heads
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn parts(&self) -> usize {
        self.parts.len()
    }

    fn first_row(&self, part: usize) -> u64 {
        self.parts[part].first_row
    }

    fn has_values(&self, place: usize) -> bool {
        self.has_values[place]
    }

    fn read(&self, part: usize, columns: &[usize], take: Take) -> Result<(), ScanError> {
        let part = &self.parts[part];
        let list = self.heads.list();
        let mut builders: Vec<Building> = columns
            .iter()
            .map(|&place| Building::new(&list[place], &self.options.keep_texts))
            .collect();
        let markers = Markers::new(&self.options.na, false);
        let mut rows = 0;
        each_object(self.source.as_ref(), part, &self.options, |line, object| {
            for (builder, &place) in builders.iter_mut().zip(columns) {
                let name = &list[place].name;
                let value = object.get(name).cloned().unwrap_or(Value::Null);
                let text = plain(value, line, name)?;
                let text = text.filter(|text| !markers.mean_missing(text.trim()));
                if !builder.push(text.as_deref()) {
                    return Err(ReadError::Changed);
                }
            }
            rows += 1;
            Ok(())
        })?;
        let heads = columns.iter().map(|&place| list[place].clone());
        let heads = Arc::new(Heads::new(heads.collect()));
        let (arrays, texts) = builders.into_iter().map(Building::finish).unzip();
        take(&Table::of_arrays(heads, arrays, rows).with_file_texts(texts))
    }
}

/// Columns in the order in which they appear.
#[derive(Default)]
struct Columns {
    list: Vec<(String, Seen)>,
    places: HashMap<String, usize>,
}

impl Columns {
    fn place(&mut self, name: &str) -> usize {
        if let Some(&at) = self.places.get(name) {
            return at;
        }
        let at = self.list.len();
        self.places.insert(name.to_owned(), at);
        self.list.push((name.to_owned(), Seen::default()));
        at
    }
}

/// The columns and the number of rows of a part.
fn look(
    source: &dyn Source,
    part: &Part,
    options: &ReadOptions,
) -> Result<(Columns, u64), ReadError> {
    let mut columns = Columns::default();
    let mut rows = 0;
    let markers = Markers::new(&options.na, false);
    each_object(source, part, options, |line, object| {
        for (name, value) in object {
            let at = columns.place(name);
            let is_text = value.is_string();
            let Some(text) = plain(value.clone(), line, name)? else {
                continue;
            };
            if markers.mean_missing(text.trim()) {
                continue;
            }
            let seen = &mut columns.list[at].1;
            seen.kind = Some(match options.column(name) {
                Some(column) => {
                    let kind = cell::declared_kind(column.kind);
                    if let (false, Some(expected)) = (cell::fits(kind, &text), expected(kind)) {
                        return Err(ReadError::Cell {
                            line,
                            row: rows as usize,
                            column: name.clone(),
                            value: text,
                            expected,
                            cells: 1,
                        });
                    }
                    kind
                }
                None if is_text => Kind::Text,
                None => cell::widened(seen.kind, &text),
            });
        }
        if columns.list.len() > options.limits.columns {
            let limit = options.limits.columns;
            return Err(ReadError::TooManyColumns { line, limit });
        }
        rows += 1;
        Ok(())
    })?;
    Ok((columns, rows))
}

/// Calls `see` with the line, counted within the part, and the object of each row.
fn each_object(
    source: &dyn Source,
    part: &Part,
    options: &ReadOptions,
    mut see: impl FnMut(u64, &serde_json::Map<String, Value>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let bytes = source.bytes(part.offset, part.length).map_err(disk)?;
    for (line, text) in (1_u64..).zip(bytes.split(|&byte| byte == b'\n')) {
        if text.trim_ascii().is_empty() {
            continue;
        }
        let (bytes, limit) = (text.len(), options.limits.record_bytes);
        if bytes > limit {
            return Err(ReadError::LineTooLong { line, bytes, limit });
        }
        see(line, &object(text, line)?)?;
    }
    Ok(())
}

/// An error of a part, with the line and row of the file.
fn located(error: ReadError, source: &dyn Source, offset: u64, rows: u64) -> ReadError {
    match lines_before(source, offset) {
        Ok(lines) => error.moved(lines, offset, rows),
        Err(error) => error,
    }
}

fn object(text: &[u8], line: u64) -> Result<serde_json::Map<String, Value>, ReadError> {
    let wrong = |why: String| ReadError::Json { line, why };
    match serde_json::from_slice(text).map_err(|error| wrong(error.to_string()))? {
        Value::Object(object) => Ok(object),
        other => Err(wrong(format!("{other} is no object"))),
    }
}

fn plain(value: Value, line: u64, name: &str) -> Result<Option<String>, ReadError> {
    Ok(match value {
        Value::Null => None,
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text),
        Value::Array(_) | Value::Object(_) => {
            let why = format!("`{name}` holds a list or an object: write its parts as columns");
            return Err(ReadError::Json { line, why });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Table, ReadError> {
        Table::read(
            text.as_bytes(),
            Some(super::super::Format::Ndjson),
            &ReadOptions::default(),
        )
    }

    #[test]
    fn keys_may_come_and_go() {
        let table =
            read("{\"a\":1}\n\n{\"b\":\"x\",\"a\":null}\n{\"b\":\"7\"}\n").expect("a table");
        assert_eq!(table.names(), ["a", "b"]);
        assert_eq!(table.numbers("a"), Ok(vec![Some(1.0), None, None]));
        assert_eq!(table.kind("b"), Ok(Kind::Text));
        assert_eq!(table.rows(), 3);
    }

    #[test]
    fn what_is_no_row_is_named_by_its_line() {
        for (text, line, said) in [
            ("{\"a\":1}\n[1]\n", 2, "no object"),
            ("{\"a\":1\n", 1, "EOF"),
            ("\n{\"a\":{\"b\":1}}\n", 2, "`a` holds a list or an object"),
        ] {
            let Err(ReadError::Json { line: found, why }) = read(text) else {
                panic!("{text} was read");
            };
            assert_eq!(found, line);
            assert!(why.contains(said), "{why}");
        }
        assert_eq!(read("\n"), Err(ReadError::Empty));
    }
}
