//! Delimited text, read in parts.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::building::Building;
use super::even::Even;
use super::markers::{Markers, UNKNOWN};
use super::parts::{Part, cut_at_records, cut_unquoted, lines_before};
use super::records::{Field, Records, line_ends};
use super::{LookAt, ReadError, ReadOptions, disk};
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
    /// That only some of the parts were looked at.
    is_sampled: bool,
}

/// Parts that a sample is made of.
const SAMPLE: usize = 8;

/// How the cells of a column are read.
struct ColumnPlan {
    markers: Markers,
    /// Whether `?` is no value.
    unknown_is_missing: bool,
    has_values: bool,
}

impl ColumnPlan {
    /// Takes a cell into a column.
    ///
    /// # Errors
    /// [`ReadError::Changed`] if it does not say what it said when the file was opened.
    fn push(&self, text: &str, into: &mut Building) -> Result<(), ReadError> {
        let trimmed = cell::trimmed(text);
        let missing =
            self.markers.mean_missing(trimmed) || (self.unknown_is_missing && trimmed == UNKNOWN);
        if into.push((!missing).then_some(text)) {
            Ok(())
        } else {
            Err(ReadError::Changed)
        }
    }
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
        let plans = names.iter().map(|name| markers_of(name, options));
        let plans: Vec<Markers> = plans.collect();
        let look = |parts: &[Part], may_be_quoted: bool| -> Vec<Result<Seen, ReadError>> {
            let look = |part: &Part| {
                look(
                    source.as_ref(),
                    part,
                    &names,
                    &plans,
                    options,
                    may_be_quoted,
                )
            };
            if pace.jobs > 1 && parts.len() > 1 {
                pace.on_threads(|| parts.par_iter().map(look).collect())
            } else {
                parts.iter().map(look).collect()
            }
        };
        let sample = match options.look_at {
            LookAt::Sample => sampled(source.as_ref(), begin, options, pace, &look)?,
            LookAt::All => None,
        };
        let is_sampled = sample.is_some();
        let (all, parts) = match sample {
            Some(sample) => sample,
            None => looked_at(source.as_ref(), begin, names.len(), options, &look)?,
        };
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
            is_sampled,
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
        let list = self.heads.list();
        let mut builders: Vec<Building> = columns
            .iter()
            .map(|&place| Building::new(&list[place], &self.options.keep_texts))
            .collect();
        let (delimiter, limits) = (self.options.delimiter, &self.options.limits);
        let rows = if let Some(even) = Even::of(text, delimiter, list.len(), limits) {
            for rows in even.blocks() {
                for (builder, &place) in builders.iter_mut().zip(columns) {
                    let plan = &self.columns[place];
                    for row in rows.clone() {
                        plan.push(even.get(row, place), builder)?;
                    }
                }
            }
            even.rows()
        } else if self.is_sampled {
            return Err(ReadError::Changed.into());
        } else {
            let mut records = Records::new(text, delimiter, limits);
            let (mut fields, mut rows) = (Vec::<Field>::with_capacity(list.len()), 0);
            while records.next(&mut fields)?.is_some() {
                for (builder, &place) in builders.iter_mut().zip(columns) {
                    let field = fields.get(place).ok_or(ReadError::Changed)?;
                    self.columns[place].push(&records.get(*field), builder)?;
                }
                rows += 1;
            }
            rows
        };
        let heads = columns.iter().map(|&place| list[place].clone());
        let heads = Arc::new(Heads::new(heads.collect()));
        let (arrays, texts) = builders.into_iter().map(Building::finish).unzip();
        take(&Table::of_arrays(heads, arrays, rows).with_file_texts(texts))
    }
}

/// Looks at parts of a text, each by itself.
type Look<'a> = dyn Fn(&[Part], bool) -> Vec<Result<Seen, ReadError>> + 'a;

/// Looks at all of the text.
fn looked_at(
    source: &dyn Source,
    begin: u64,
    columns: usize,
    options: &ReadOptions,
    look: &Look,
) -> Result<(Seen, Vec<Part>), ReadError> {
    // Most files have no quotes. Then their ends of parts are found without reading all that is between.
    let unquoted = cut_unquoted(source, begin, options)?;
    let unquoted = unquoted.map(|parts| (look(&parts, false), parts));
    let is_quoted = |seen: &Result<Seen, ReadError>| matches!(seen, Ok(Seen { quoted: true, .. }));
    let (seen, mut parts) = match unquoted {
        Some((seen, parts)) if !seen.iter().any(is_quoted) => (seen, parts),
        _ => {
            let parts = cut_at_records(source, begin, options)?;
            (look(&parts, true), parts)
        }
    };
    let mut all = Seen::of(columns);
    for (part, seen) in parts.iter_mut().zip(seen) {
        let placed = |error: ReadError| located(error, source, part.offset, all.rows);
        let seen = seen.map_err(placed)?;
        part.first_row = all.rows;
        all.add(seen, || lines_before(source, part.offset))?;
    }
    Ok((all, parts))
}

/// Looks at some parts of the text and counts the lines of the others; `None` if that does not tell enough: of a small text, one
/// with quotes or declared columns, and where a column has no value in these parts.
fn sampled(
    source: &dyn Source,
    begin: u64,
    options: &ReadOptions,
    pace: Pace,
    look: &Look,
) -> Result<Option<(Seen, Vec<Part>)>, ReadError> {
    let Some(mut parts) = cut_unquoted(source, begin, options)? else {
        return Ok(None);
    };
    if parts.len() < 4 * SAMPLE || !options.columns.is_empty() {
        return Ok(None);
    }
    let step = parts.len().div_ceil(SAMPLE);
    let chosen: Vec<Part> = parts.iter().copied().step_by(step).collect();
    let mut all: Option<Seen> = None;
    for seen in look(&chosen, false) {
        let Ok(seen @ Seen { quoted: false, .. }) = seen else {
            return Ok(None);
        };
        match &mut all {
            None => all = Some(seen),
            Some(all) => all.add(seen, || Ok(0))?,
        }
    }
    let Some(mut all) = all.filter(|all| all.columns.iter().all(|one| one.kind.is_some())) else {
        return Ok(None);
    };
    let rows_of = |part: &Part| -> Result<Option<u64>, ReadError> {
        let bytes = part.bytes(source)?;
        let is_quoted = memchr::memchr(b'"', &bytes).is_some();
        let lines = memchr::memchr_iter(b'\n', &bytes).count() as u64;
        let last = u64::from(bytes.last().is_some_and(|&byte| byte != b'\n'));
        Ok((!is_quoted).then_some(lines + last))
    };
    let rows: Result<Option<Vec<u64>>, ReadError> =
        pace.on_threads(|| parts.par_iter().map(rows_of).collect());
    let Some(rows) = rows? else {
        return Ok(None);
    };
    all.rows = 0;
    for (part, rows) in parts.iter_mut().zip(rows) {
        part.first_row = all.rows;
        all.rows += rows;
    }
    Ok(Some((all, parts)))
}

/// What was seen of a part, or of all parts so far.
struct Seen {
    rows: u64,
    columns: Vec<SeenColumn>,
    /// That a quote is there, where none may be: then nothing else was looked at.
    quoted: bool,
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
        Self {
            rows: 0,
            columns,
            quoted: false,
        }
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

/// Looks at every cell of a part; or, if it may not be quoted and is, at none.
fn look(
    source: &dyn Source,
    part: &Part,
    names: &[String],
    markers: &[Markers],
    options: &ReadOptions,
    may_be_quoted: bool,
) -> Result<Seen, ReadError> {
    let bytes = part.bytes(source)?;
    if !may_be_quoted && memchr::memchr(b'"', &bytes).is_some() {
        return Ok(Seen {
            quoted: true,
            ..Seen::of(0)
        });
    }
    let text = text_of(&bytes)?;
    let mut looking = Looking::new(names, markers, options);
    if let Some(even) = Even::of(text, options.delimiter, names.len(), &options.limits) {
        for rows in even.blocks() {
            for at in 0..names.len() {
                if looking.is_decided(at) {
                    continue;
                }
                for row in rows.clone() {
                    let cell = even.get(row, at);
                    if looking.is_settled(at, cell.as_bytes()) {
                        continue;
                    }
                    looking.cell(at, cell, row as u64, 1 + row as u64);
                }
            }
        }
        looking.seen.rows = even.rows() as u64;
        return Ok(looking.seen);
    }
    let mut records = Records::new(text, options.delimiter, &options.limits);
    let mut fields = Vec::with_capacity(names.len());
    while let Some(line) = records.next(&mut fields)? {
        let row = looking.seen.rows;
        if fields.len() != names.len() {
            return Err(ReadError::Ragged {
                line,
                row: row as usize,
                fields: fields.len(),
                header: names.len(),
            });
        }
        for (at, field) in fields.iter().enumerate() {
            let plain = records.plain(*field).unwrap_or_default();
            if !looking.is_decided(at) && !looking.is_settled(at, plain) {
                looking.cell(at, &records.get(*field), row, line);
            }
        }
        looking.seen.rows += 1;
    }
    Ok(looking.seen)
}

/// What has been seen of a part, and how its cells are looked at.
struct Looking<'a> {
    markers: &'a [Markers],
    declared: Vec<Option<(Kind, &'static str)>>,
    /// For each column whether a number is one at a glance: no other kind is declared, no marker looks like a number.
    is_quick: Vec<bool>,
    common_na: bool,
    seen: Seen,
}

impl<'a> Looking<'a> {
    fn new(names: &[String], markers: &'a [Markers], options: &ReadOptions) -> Self {
        let declared = |name: &String| {
            let kind = cell::declared_kind(options.column(name)?.kind);
            Some((kind, super::expected(kind)?))
        };
        let declared: Vec<_> = names.iter().map(declared).collect();
        let is_quick = declared.iter().zip(markers);
        let mut seen = Seen::of(names.len());
        for ((name, declared), column) in names.iter().zip(&declared).zip(&mut seen.columns) {
            if declared.is_none() && !options.find_types.of(name) {
                column.kind = Some(Kind::Text);
            }
        }
        Self {
            is_quick: is_quick
                .map(|(declared, markers)| declared.is_none() && !markers.are_like_numbers())
                .collect(),
            markers,
            declared,
            common_na: options.common_na,
            seen,
        }
    }

    /// Whether no cell can change what was seen of a column.
    fn is_decided(&self, at: usize) -> bool {
        self.seen.columns[at].kind == Some(Kind::Text) && self.declared[at].is_none()
    }

    /// Whether a cell without quotes plainly is of the kind that was seen of its column; nearly all cells of numbers need no
    /// more than this.
    fn is_settled(&self, at: usize, plain: &[u8]) -> bool {
        let kind = self.seen.columns[at].kind;
        self.is_quick[at] && kind.is_some_and(|kind| cell::plainly_fits(kind, plain))
    }

    fn cell(&mut self, at: usize, text: &str, row: u64, line: u64) {
        let column = &mut self.seen.columns[at];
        let trimmed = cell::trimmed(text);
        if self.markers[at].mean_missing(trimmed) {
            return;
        }
        if self.common_na && trimmed == UNKNOWN {
            column.unknown = true;
            return;
        }
        match self.declared[at] {
            None => column.kind = Some(cell::widened(column.kind, trimmed)),
            Some((kind, expected)) => {
                column.kind = Some(kind);
                if !cell::fits(kind, trimmed) {
                    let wrong = column.wrong.get_or_insert_with(|| Wrong {
                        line,
                        row,
                        value: text.to_owned(),
                        cells: 0,
                        expected,
                    });
                    wrong.cells += 1;
                }
            }
        }
    }
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
