//! Delimited text, read in parts.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::building::Building;
use super::markers::{Markers, UNKNOWN};
use super::parts::{Part, cut_at_records, lines_before};
use super::records::{Field, Records, line_ends};
use super::{ReadError, ReadOptions, disk};
use crate::scan::{Pace, Scan, ScanError, Take};
use crate::source::Source;
use crate::table::{Head, Heads};
use crate::{Kind, Table, cell};

/// Delimited text with a header, as a table in parts.
pub struct Delimited {
    source: Arc<dyn Source>,
    options: ReadOptions,
    heads: Arc<Heads>,
    columns: Vec<ColumnPlan>,
    parts: Vec<Part>,
    rows: u64,
}

/// How the cells of a column are read.
struct ColumnPlan {
    markers: Markers,
    /// Whether `?` is no value.
    unknown_is_missing: bool,
    has_values: bool,
}

impl Delimited {
    /// Goes over the text once, to know its columns, their types and its parts. A byte order mark is skipped, empty lines are
    /// no rows. Names and markers are compared without the blanks around them; cells keep theirs.
    ///
    /// # Errors
    /// The first thing wrong with the text, as a [`ReadError`]; nothing is guessed.
    pub fn open(
        source: Arc<dyn Source>,
        options: &ReadOptions,
        pace: Pace,
    ) -> Result<Self, ReadError> {
        if matches!(options.delimiter, b'"' | b'\n' | b'\r' | 0 | 128..) {
            return Err(ReadError::Delimiter);
        }
        let (names, begin) = header(source.as_ref(), options)?;
        let mut parts = cut_at_records(source.as_ref(), begin, options)?;
        let plans = names.iter().map(|name| markers_of(name, options));
        let plans: Vec<Markers> = plans.collect();
        let look = |part: &Part| look(source.as_ref(), part, &names, &plans, options);
        let seen: Vec<Result<Seen, ReadError>> = if pace.jobs > 1 && parts.len() > 1 {
            pace.on_threads(|| parts.par_iter().map(look).collect())
        } else {
            parts.iter().map(look).collect()
        };
        let mut all = Seen::of(names.len());
        for (part, seen) in parts.iter_mut().zip(seen) {
            let placed = |error: ReadError| located(error, source.as_ref(), part.offset, all.rows);
            let seen = seen.map_err(placed)?;
            part.first_row = all.rows;
            all.add(seen, || lines_before(source.as_ref(), part.offset))?;
        }
        if all.rows == 0 {
            return Err(ReadError::HeaderOnly);
        }
        all.refuse_wrong(&names)?;
        let mut list = Vec::with_capacity(names.len());
        let mut columns = Vec::with_capacity(names.len());
        for ((name, markers), seen) in names.into_iter().zip(plans).zip(all.columns) {
            let declared = options.column(&name).map(|c| cell::declared_kind(c.kind));
            let unknown_is_missing = seen.unknown
                && declared
                    .or(seen.kind)
                    .is_some_and(|kind| kind != Kind::Text);
            // A column of nothing but `?` has words.
            let kind = declared.or(seen.kind).unwrap_or(Kind::Text);
            list.push(Head { name, kind });
            columns.push(ColumnPlan {
                markers,
                unknown_is_missing,
                has_values: seen.kind.is_some() || (seen.unknown && !unknown_is_missing),
            });
        }
        Ok(Self {
            source,
            options: options.clone(),
            heads: Arc::new(Heads::new(list)),
            columns,
            parts,
            rows: all.rows,
        })
    }
}

impl Scan for Delimited {
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
        self.columns[place].has_values
    }

    fn line(&self, row: u64) -> Option<u64> {
        let part = self.parts.partition_point(|part| part.first_row <= row);
        let part = self.parts.get(part.checked_sub(1)?)?;
        let bytes = part.bytes(self.source.as_ref()).ok()?;
        let text = text_of(&bytes).ok()?;
        let mut records = Records::new(text, self.options.delimiter, &self.options.limits);
        let mut fields = Vec::new();
        let mut line = None;
        for _ in part.first_row..=row {
            line = records.next(&mut fields).ok()?;
        }
        Some(line? + lines_before(self.source.as_ref(), part.offset).ok()?)
    }

    fn read(&self, part: usize, columns: &[usize], take: Take) -> Result<(), ScanError> {
        let part = &self.parts[part];
        let bytes = part.bytes(self.source.as_ref())?;
        // The text and its shape were seen to be right when the file was opened.
        let text = text_of(&bytes)?;
        let mut records = Records::new(text, self.options.delimiter, &self.options.limits);
        let mut fields: Vec<Field> = Vec::with_capacity(self.columns.len());
        let list = self.heads.list();
        let mut builders: Vec<Building> = columns
            .iter()
            .map(|&place| Building::new(&list[place], &self.options.keep_texts))
            .collect();
        let mut rows = 0;
        while records.next(&mut fields)?.is_some() {
            for (builder, &place) in builders.iter_mut().zip(columns) {
                let Some(field) = fields.get(place) else {
                    return Err(ReadError::Changed.into());
                };
                let text = records.get(*field);
                let trimmed = cell::trimmed(&text);
                let plan = &self.columns[place];
                let missing = plan.markers.mean_missing(trimmed)
                    || (plan.unknown_is_missing && trimmed == UNKNOWN);
                if !builder.push((!missing).then_some(text.as_ref())) {
                    return Err(ReadError::Changed.into());
                }
            }
            rows += 1;
        }
        let heads = columns.iter().map(|&place| list[place].clone());
        let heads = Arc::new(Heads::new(heads.collect()));
        let (arrays, texts) = builders.into_iter().map(Building::finish).unzip();
        take(&Table::of_arrays(heads, arrays, rows).with_file_texts(texts))
    }
}

/// What was seen of a part, or of all parts so far.
struct Seen {
    rows: u64,
    columns: Vec<SeenColumn>,
}

#[derive(Clone, Default)]
struct SeenColumn {
    /// The narrowest kind of the values, `?` not counted; absent without any.
    kind: Option<Kind>,
    /// Whether there is a `?`.
    unknown: bool,
    wrong: Option<Wrong>,
}

/// Cells that are not as declared.
#[derive(Clone)]
struct Wrong {
    line: u64,
    row: u64,
    value: String,
    cells: usize,
    expected: &'static str,
}

impl Seen {
    fn of(columns: usize) -> Self {
        let columns = vec![SeenColumn::default(); columns];
        Self { rows: 0, columns }
    }

    /// Takes in a later part; `lines` are the line ends before it.
    fn add(
        &mut self,
        later: Seen,
        lines: impl Fn() -> Result<u64, ReadError>,
    ) -> Result<(), ReadError> {
        for (so_far, later) in self.columns.iter_mut().zip(later.columns) {
            so_far.kind = match (so_far.kind, later.kind) {
                (Some(a), Some(b)) => Some(Kind::joined(a, b)),
                (a, b) => a.or(b),
            };
            so_far.unknown |= later.unknown;
            match (&mut so_far.wrong, later.wrong) {
                (Some(wrong), Some(later)) => wrong.cells += later.cells,
                (none, Some(mut later)) => {
                    later.line += lines()?;
                    later.row += self.rows;
                    *none = Some(later);
                }
                _ => {}
            }
        }
        self.rows += later.rows;
        Ok(())
    }

    /// The first column, in the order of the file, with a cell that is not as declared.
    fn refuse_wrong(&self, names: &[String]) -> Result<(), ReadError> {
        let mut wrong = names.iter().zip(&self.columns);
        match wrong.find_map(|(name, column)| Some((name, column.wrong.as_ref()?))) {
            None => Ok(()),
            Some((name, wrong)) => Err(ReadError::Cell {
                line: wrong.line,
                row: wrong.row as usize,
                column: name.clone(),
                value: wrong.value.clone(),
                expected: wrong.expected,
                cells: wrong.cells,
            }),
        }
    }
}

/// Looks at every cell of a part.
fn look(
    source: &dyn Source,
    part: &Part,
    names: &[String],
    markers: &[Markers],
    options: &ReadOptions,
) -> Result<Seen, ReadError> {
    let bytes = part.bytes(source)?;
    let text = text_of(&bytes)?;
    let declared: Vec<Option<(Kind, &str)>> = names
        .iter()
        .map(|name| {
            let kind = cell::declared_kind(options.column(name)?.kind);
            Some((kind, super::expected(kind)?))
        })
        .collect();
    let mut seen = Seen::of(names.len());
    // Nearly all cells of numbers need no more than a look at their digits.
    let any = |at: usize| declared[at].is_some() || markers[at].are_like_numbers();
    let is_quick: Vec<bool> = (0..names.len()).map(|at| !any(at)).collect();
    let mut records = Records::new(text, options.delimiter, &options.limits);
    let mut fields = Vec::with_capacity(names.len());
    while let Some(line) = records.next(&mut fields)? {
        if fields.len() != names.len() {
            return Err(ReadError::Ragged {
                line,
                row: seen.rows as usize,
                fields: fields.len(),
                header: names.len(),
            });
        }
        for (at, field) in fields.iter().enumerate() {
            let column = &mut seen.columns[at];
            if column.kind == Some(Kind::Text) && declared[at].is_none() {
                continue;
            }
            if let (true, Some(kind)) = (is_quick[at], column.kind)
                && let Some(bytes) = records.plain(*field)
                && cell::plainly_fits(kind, bytes)
            {
                continue;
            }
            let text = records.get(*field);
            let trimmed = cell::trimmed(&text);
            if markers[at].mean_missing(trimmed) {
                continue;
            }
            if options.common_na && trimmed == UNKNOWN {
                column.unknown = true;
                continue;
            }
            match declared[at] {
                None => column.kind = Some(cell::widened(column.kind, trimmed)),
                Some((kind, expected)) => {
                    column.kind = Some(kind);
                    if !cell::fits(kind, trimmed) {
                        let wrong = column.wrong.get_or_insert_with(|| Wrong {
                            line,
                            row: seen.rows,
                            value: text.to_string(),
                            cells: 0,
                            expected,
                        });
                        wrong.cells += 1;
                    }
                }
            }
        }
        seen.rows += 1;
    }
    Ok(seen)
}

/// The names of the columns, and the byte at which the rows begin.
fn header(source: &dyn Source, options: &ReadOptions) -> Result<(Vec<String>, u64), ReadError> {
    // The record may be as long as the limit, and the one behind it is not needed.
    let length = source.len().min(options.limits.record_bytes as u64 + 4096) as usize;
    let bytes = source.bytes(0, length).map_err(disk)?;
    let whole = length as u64 == source.len();
    let mark = if bytes.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    // A letter of several bytes may be cut at the end of what was read.
    let text = match std::str::from_utf8(&bytes[mark..]) {
        Ok(text) => text,
        Err(error) if !whole && error.error_len().is_none() => {
            std::str::from_utf8(&bytes[mark..mark + error.valid_up_to()])
                .map_err(|_| ReadError::Empty)?
        }
        // What is wrong in a later record is found there, with its line.
        Err(error) => {
            let valid = &bytes[mark..mark + error.valid_up_to()];
            let text = std::str::from_utf8(valid).map_err(|_| ReadError::Empty)?;
            let blank = |c: char| c == '\n' || c == '\r';
            if !text.trim_start_matches(blank).contains(blank) {
                return Err(not_utf8(&bytes, mark + error.valid_up_to()));
            }
            text
        }
    };
    let mut records = Records::new(text, options.delimiter, &options.limits);
    let mut fields = Vec::new();
    if records.next(&mut fields)?.is_none() {
        return Err(ReadError::Empty);
    }
    let mut seen = HashMap::new();
    let mut names = Vec::with_capacity(fields.len());
    for (index, field) in fields.iter().enumerate() {
        let second = index + 1;
        let name = records.get(*field).trim().to_owned();
        if name.is_empty() {
            return Err(ReadError::UnnamedColumn { position: second });
        }
        if let Some(first) = seen.insert(name.clone(), second) {
            return Err(ReadError::DuplicateColumn {
                name,
                first,
                second,
            });
        }
        names.push(name);
    }
    Ok((names, (mark + records.at()) as u64))
}

fn markers_of(name: &str, options: &ReadOptions) -> Markers {
    let markers = Markers::new(&options.na, options.common_na);
    match options
        .column(name)
        .and_then(|column| column.values.as_ref())
    {
        Some(values) => markers.except(values),
        None => markers,
    }
}

fn text_of(bytes: &[u8]) -> Result<&str, ReadError> {
    std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to()))
}

fn not_utf8(bytes: &[u8], offset: usize) -> ReadError {
    let line = 1 + line_ends(&bytes[..offset]);
    let offset = offset as u64;
    ReadError::NotUtf8 { line, offset }
}

/// An error of a part, with the line and row of the file.
fn located(error: ReadError, source: &dyn Source, part: u64, rows: u64) -> ReadError {
    match lines_before(source, part) {
        Ok(lines) => error.moved(lines, part, rows),
        Err(error) => error,
    }
}
