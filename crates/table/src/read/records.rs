//! The records of delimited text, field by field.

use std::borrow::Cow;

use super::{Limits, ReadError};

/// Goes over text record by record, with the rules of RFC 4180: a quote opens a field only at its beginning, two quotes
/// within are one, what follows the closing quote belongs to the field, a record ends at LF, CRLF or CR, empty lines are no
/// records.
///
/// A general reader cannot do this: it takes an unclosed quote for the end of the file and counts records, not lines.
pub(super) struct Records<'a> {
    text: &'a str,
    at: usize,
    begin: usize,
    /// The line of `at`, counted from 1 at the beginning of the text.
    line: u64,
    /// For each byte whether a plain field ends at it, or it is no text.
    special: [bool; 256],
    delimiter: u8,
    limits: &'a Limits,
}

/// Where a field lies in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    from: usize,
    to: usize,
    quoted: bool,
}

impl Field {
    /// The bytes of the field in the text, its quotes among them.
    pub fn range(self) -> std::ops::Range<usize> {
        self.from..self.to
    }
}

impl<'a> Records<'a> {
    pub fn new(text: &'a str, delimiter: u8, limits: &'a Limits) -> Self {
        let mut special = [false; 256];
        for byte in [delimiter, b'\n', b'\r', 0] {
            special[usize::from(byte)] = true;
        }
        Self {
            text,
            at: 0,
            begin: 0,
            line: 1,
            special,
            delimiter,
            limits,
        }
    }

    /// The first byte of the record that was read last.
    pub fn begin(&self) -> usize {
        self.begin
    }

    /// The byte after the record that was read last.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Reads the next record into `fields` and gives the line on which it begins; `None` at the end.
    ///
    /// # Errors
    /// Those of [`ReadError`] about the shape of a record; lines count from the beginning of this text.
    pub fn next(&mut self, fields: &mut Vec<Field>) -> Result<Option<u64>, ReadError> {
        let bytes = self.text.as_bytes();
        fields.clear();
        while let Some(b'\n' | b'\r') = bytes.get(self.at) {
            self.line_end();
        }
        if self.at == bytes.len() {
            return Ok(None);
        }
        let (begin, line) = (self.at, self.line);
        self.begin = begin;
        loop {
            let field = self.field(begin, line)?;
            fields.push(field);
            if fields.len() > self.limits.columns {
                let limit = self.limits.columns;
                return Err(ReadError::TooManyColumns { line, limit });
            }
            if self.at - begin > self.limits.record_bytes {
                return Err(self.too_long(begin, line));
            }
            match bytes.get(self.at) {
                Some(&byte) if byte == self.delimiter => self.at += 1,
                Some(0) => return Err(ReadError::NotText { line: self.line }),
                Some(_) => {
                    self.line_end();
                    return Ok(Some(line));
                }
                None => return Ok(Some(line)),
            }
        }
    }

    /// The bytes of a field that has no quotes.
    pub fn plain(&self, field: Field) -> Option<&'a [u8]> {
        (!field.quoted).then(|| &self.text.as_bytes()[field.from..field.to])
    }

    /// The text of a field, without its quotes.
    pub fn get(&self, field: Field) -> Cow<'a, str> {
        let raw = &self.text[field.from..field.to];
        if !field.quoted {
            return Cow::Borrowed(raw);
        }
        let inner = &raw[1..];
        // Most quoted fields hold no quote and end with one.
        if let Some(inner) = inner.strip_suffix('"')
            && !inner.contains('"')
        {
            return Cow::Borrowed(inner);
        }
        let (mut text, mut rest) = (String::with_capacity(inner.len()), inner);
        while let Some(quote) = rest.find('"') {
            text.push_str(&rest[..quote]);
            rest = &rest[quote + 1..];
            match rest.strip_prefix('"') {
                Some(after) => {
                    text.push('"');
                    rest = after;
                }
                None => break,
            }
        }
        text.push_str(rest);
        Cow::Owned(text)
    }

    /// Moves over one field, to the delimiter, line end or zero byte behind it.
    fn field(&mut self, begin: usize, line: u64) -> Result<Field, ReadError> {
        let bytes = self.text.as_bytes();
        let from = self.at;
        let quoted = bytes.get(from) == Some(&b'"');
        if quoted {
            self.quoted(begin, line)?;
        }
        self.at = self.plain_end(self.at);
        let to = self.at;
        Ok(Field { from, to, quoted })
    }

    /// The first special byte from `at` on, or the end. Eight bytes are looked at together: those that equal the delimiter or
    /// are control characters; the lowest byte that is marked so is one, those above it may not be.
    ///
    /// # Source
    /// Mycroft 1987, in Warren 2013, Hacker's Delight, 6-1 (a zero byte in a word).
    fn plain_end(&self, mut at: usize) -> usize {
        const ONES: u64 = u64::from_ne_bytes([1; 8]);
        const HIGH: u64 = ONES << 7;
        let bytes = self.text.as_bytes();
        let delimiters = ONES * u64::from(self.delimiter);
        while let Some((word, _)) = bytes[at..].split_first_chunk::<8>() {
            let word = u64::from_le_bytes(*word);
            let other = word ^ delimiters;
            let delimiter = other.wrapping_sub(ONES) & !other;
            let control = word.wrapping_sub(ONES * 32) & !word;
            let marked = (delimiter | control) & HIGH;
            if marked == 0 {
                at += 8;
                continue;
            }
            at += marked.trailing_zeros() as usize / 8;
            if self.special[usize::from(bytes[at])] {
                return at;
            }
            at += 1;
        }
        let rest = &bytes[at..];
        let is_special = |byte: &u8| self.special[usize::from(*byte)];
        at + rest.iter().position(is_special).unwrap_or(rest.len())
    }

    /// Moves behind the closing quote.
    fn quoted(&mut self, begin: usize, record_line: u64) -> Result<(), ReadError> {
        let bytes = self.text.as_bytes();
        let opened = self.line;
        self.at += 1;
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'"' if bytes.get(self.at + 1) == Some(&b'"') => self.at += 2,
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\n' | b'\r' => self.line_end(),
                0 => return Err(ReadError::NotText { line: self.line }),
                _ => self.at += 1,
            }
            if self.at - begin > self.limits.record_bytes {
                return Err(self.too_long(begin, record_line));
            }
        }
        Err(ReadError::UnclosedQuote { line: opened })
    }

    /// Moves over LF, CRLF or CR.
    fn line_end(&mut self) {
        let bytes = self.text.as_bytes();
        let pair = bytes[self.at..].starts_with(b"\r\n");
        self.at += if pair { 2 } else { 1 };
        self.line += 1;
    }

    fn too_long(&self, begin: usize, line: u64) -> ReadError {
        ReadError::LineTooLong {
            line,
            bytes: self.at - begin,
            limit: self.limits.record_bytes,
        }
    }
}

/// The number of line ends: LF, CRLF and CR.
pub(super) fn line_ends(bytes: &[u8]) -> u64 {
    let mut ends = 0;
    let mut previous = 0;
    for &byte in bytes {
        ends += u64::from(byte == b'\r' || (byte == b'\n' && previous != b'\r'));
        previous = byte;
    }
    ends
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_plain_field_ends_where_a_byte_by_byte_reader_ends_it(
            text in "[a-z0-9,;\t\u{1}é€ .-]{0,40}[\n\r,]{0,3}[a-zé,]{0,20}",
            delimiter in prop::sample::select(&b",;\t|"[..]),
        ) {
            let limits = Limits::default();
            let records = Records::new(&text, delimiter, &limits);
            for at in 0..=text.len() {
                let special = |byte: &u8| [delimiter, b'\n', b'\r', 0].contains(byte);
                let end = text.as_bytes()[at..].iter().position(special);
                prop_assert_eq!(records.plain_end(at), end.map_or(text.len(), |end| at + end));
            }
        }
    }
}
