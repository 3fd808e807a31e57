//! Cutting a text into parts of whole records.

use bytes::Bytes;

use super::records::{Records, line_ends};
use super::{ReadError, ReadOptions, disk};
use crate::source::Source;

/// Bytes of a part, about.
const PART: usize = 1 << 20;
/// Bytes before the end of a part in which a record is looked for.
const WINDOW: usize = 1 << 16;

/// Whole records that follow each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub offset: u64,
    pub length: usize,
    pub first_row: u64,
}

impl Part {
    pub fn bytes(&self, source: &dyn Source) -> Result<Bytes, ReadError> {
        source.bytes(self.offset, self.length).map_err(disk)
    }
}

/// Cuts lines into parts.
pub(super) fn cut_at_lines(
    source: &dyn Source,
    options: &ReadOptions,
) -> Result<Vec<Part>, ReadError> {
    cut(source, 0, options, last_line_end)
}

/// Cuts delimited text into parts, from `begin` on: where no quote is in sight a record ends at any LF; otherwise, and with
/// line ends of CR alone, the records themselves are walked over.
pub(super) fn cut_at_records(
    source: &dyn Source,
    begin: u64,
    options: &ReadOptions,
) -> Result<Vec<Part>, ReadError> {
    cut(source, begin, options, |bytes| {
        let plain = memchr::memchr(b'"', bytes).is_none();
        let end = last_line_end(bytes).filter(|_| plain);
        end.or_else(|| last_record_end(bytes, options))
    })
}

/// Cuts delimited text without quotes into parts, from `begin` on, without reading it all: only where a part shall end. `None`
/// if a record does not end there. Whether there are quotes is for the caller to find out: with one, a record may end
/// elsewhere, and [`cut_at_records`] must be asked.
pub(super) fn cut_unquoted(
    source: &dyn Source,
    begin: u64,
    options: &ReadOptions,
) -> Result<Option<Vec<Part>>, ReadError> {
    let (mut parts, mut offset) = (Vec::new(), begin);
    while offset < source.len() {
        let left = source.len() - offset;
        let length = if left <= PART as u64 {
            left as usize
        } else {
            let window = WINDOW.min(options.limits.record_bytes);
            let from = PART - window;
            let bytes = source.bytes(offset + from as u64, window).map_err(disk)?;
            match last_line_end(&bytes) {
                Some(end) => from + end,
                None => return Ok(None),
            }
        };
        parts.push(Part {
            offset,
            length,
            first_row: 0,
        });
        offset += length as u64;
    }
    Ok(Some(parts))
}

fn cut(
    source: &dyn Source,
    begin: u64,
    options: &ReadOptions,
    last_end: impl Fn(&[u8]) -> Option<usize>,
) -> Result<Vec<Part>, ReadError> {
    let mut parts = Vec::new();
    let mut offset = begin;
    while offset < source.len() {
        let mut length = PART;
        // A piece in which no record ends grows; a record beyond the limit is refused when it is read.
        let length = loop {
            let left = source.len() - offset;
            if left <= length as u64 || length > options.limits.record_bytes + PART {
                break left.min(2 * length as u64) as usize;
            }
            let bytes = source.bytes(offset, length).map_err(disk)?;
            match last_end(&bytes) {
                Some(end) => break end,
                None => length *= 2,
            }
        };
        parts.push(Part {
            offset,
            length,
            first_row: 0,
        });
        offset += length as u64;
    }
    Ok(parts)
}

fn last_line_end(bytes: &[u8]) -> Option<usize> {
    memchr::memrchr(b'\n', bytes).map(|at| at + 1)
}

/// The end of the last record but one: the last may go on behind these bytes.
fn last_record_end(bytes: &[u8], options: &ReadOptions) -> Option<usize> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()?,
    };
    let mut records = Records::new(text, options.delimiter, &options.limits);
    let (mut fields, mut end, mut last) = (Vec::new(), None, None);
    while let Ok(Some(_)) = records.next(&mut fields) {
        (last, end) = (end, Some(records.at()));
    }
    last
}

/// The line ends before a byte.
pub(super) fn lines_before(source: &dyn Source, offset: u64) -> Result<u64, ReadError> {
    let (mut at, mut lines, mut after_cr) = (0, 0, false);
    while at < offset {
        let length = (offset - at).min(PART as u64) as usize;
        let bytes = source.bytes(at, length).map_err(disk)?;
        // A CRLF that is cut in two is one line end.
        lines += line_ends(&bytes) - u64::from(after_cr && bytes.first() == Some(&b'\n'));
        after_cr = bytes.last() == Some(&b'\r');
        at += length as u64;
    }
    Ok(lines)
}
