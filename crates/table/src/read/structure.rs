//! Where the records of a delimited file begin and whether they are of one length.

use super::{Limits, ReadError};

/// What is known of a file before its cells are decoded.
pub(super) struct Structure {
    /// Fields of the header.
    pub fields: usize,
    /// The line, counted from 1, on which each record begins; the header first.
    pub lines: Vec<u64>,
}

/// Walks over the bytes once, with the rules of RFC 4180 as `csv-core` reads them: a quote opens a field only at its
/// beginning, two quotes within are one, a record ends at LF, CRLF or CR, empty lines are no records.
///
/// The decoder itself cannot do this: it takes an unclosed quote for the end of the file and counts records, not lines.
///
/// # Errors
/// Those variants of [`ReadError`] that are about the shape of the file.
pub(super) fn structure(
    bytes: &[u8],
    delimiter: u8,
    limits: &Limits,
) -> Result<Structure, ReadError> {
    let mut walk = Walk {
        limits,
        state: State::Between,
        line: 1,
        begin: (0, 1),
        quote_line: 1,
        fields: 0,
        structure: Structure {
            fields: 0,
            lines: Vec::new(),
        },
    };
    let mut previous = 0;
    for (offset, &byte) in bytes.iter().enumerate() {
        walk.step(byte, offset, delimiter)?;
        if byte == b'\r' || (byte == b'\n' && previous != b'\r') {
            walk.line += 1;
        }
        previous = byte;
    }
    walk.finish(bytes.len())
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// No byte of the next record was seen.
    Between,
    FieldStart,
    Plain,
    Quoted,
    /// A quote was seen within a quoted field: the end, or the first half of an escaped quote.
    QuoteSeen,
}

struct Walk<'a> {
    limits: &'a Limits,
    state: State,
    line: u64,
    /// Offset and line of the record's first byte.
    begin: (usize, u64),
    quote_line: u64,
    fields: usize,
    structure: Structure,
}

impl Walk<'_> {
    fn step(&mut self, byte: u8, offset: usize, delimiter: u8) -> Result<(), ReadError> {
        if byte == 0 {
            return Err(ReadError::NotText { line: self.line });
        }
        let ends = byte == b'\n' || byte == b'\r';
        if self.state == State::Between {
            if ends {
                return Ok(());
            }
            self.begin = (offset, self.line);
            self.fields = 1;
            self.state = State::FieldStart;
        }
        self.state = match (self.state, byte) {
            (State::Quoted, b'"') => State::QuoteSeen,
            (State::Quoted, _) => State::Quoted,
            (State::QuoteSeen, b'"') => State::Quoted,
            (_, _) if byte == delimiter => {
                self.fields += 1;
                self.check_width()?;
                State::FieldStart
            }
            (_, _) if ends => {
                self.end_record(offset)?;
                State::Between
            }
            (State::FieldStart, b'"') => {
                self.quote_line = self.line;
                State::Quoted
            }
            _ => State::Plain,
        };
        Ok(())
    }

    fn check_width(&self) -> Result<(), ReadError> {
        if self.fields > self.limits.columns {
            return Err(ReadError::TooManyColumns {
                line: self.begin.1,
                limit: self.limits.columns,
            });
        }
        Ok(())
    }

    fn end_record(&mut self, offset: usize) -> Result<(), ReadError> {
        let (begin, line) = self.begin;
        if offset - begin > self.limits.record_bytes {
            return Err(ReadError::LineTooLong {
                line,
                bytes: offset - begin,
                limit: self.limits.record_bytes,
            });
        }
        if self.structure.lines.is_empty() {
            self.structure.fields = self.fields;
        } else if self.fields != self.structure.fields {
            return Err(ReadError::Ragged {
                line,
                row: self.structure.lines.len() - 1,
                fields: self.fields,
                header: self.structure.fields,
            });
        }
        self.structure.lines.push(line);
        Ok(())
    }

    fn finish(mut self, length: usize) -> Result<Structure, ReadError> {
        match self.state {
            State::Between => {}
            State::Quoted => {
                return Err(ReadError::UnclosedQuote {
                    line: self.quote_line,
                });
            }
            _ => self.end_record(length)?,
        }
        Ok(self.structure)
    }
}
