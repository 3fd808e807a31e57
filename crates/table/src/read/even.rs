//! Text whose records are all of plain fields, as many in each: the fields are found 64 bytes at a time.

use wide::u8x16;

use super::Limits;

/// Rows of a block.
const ROWS: usize = 128;

/// Records of as many plain fields each: no quote, no zero byte, no empty line, no CR but before LF. Most files are like this.
/// Others are for [`Records`](super::records::Records), which knows all rules and names what is wrong.
pub(super) struct Even<'a> {
    text: &'a str,
    columns: usize,
    /// Where each field ends, in the order of the file.
    ends: Vec<u32>,
}

impl<'a> Even<'a> {
    /// `None` if the text is not of that shape.
    ///
    /// # Source
    /// Langdale and Lemire 2019, VLDB Journal 28: 941-960, 3.1.1 and 3.1.4 (bit masks of 64 bytes, and their places eight at a
    /// time, so that no branch hangs on the text).
    pub fn of(text: &'a str, delimiter: u8, columns: usize, limits: &Limits) -> Option<Self> {
        let bytes = text.as_bytes();
        if columns == 0 || bytes.len() > limits.record_bytes.min(u32::MAX as usize - 64) {
            return None;
        }
        let mut ends = Ends::new(bytes.len());
        let (mut lines, mut after_cr, mut at) = (0, 0, 0);
        while at < bytes.len() {
            let mut padded = [b' '; 64];
            let block = match bytes[at..].first_chunk::<64>() {
                Some(block) => block,
                None => {
                    padded[..bytes.len() - at].copy_from_slice(&bytes[at..]);
                    &padded
                }
            };
            let marks = Marks::of(block, delimiter);
            let follows_cr = marks.cr << 1 | after_cr;
            if marks.foreign | (follows_cr & !marks.lf) != 0 {
                return None;
            }
            after_cr = marks.cr >> 63;
            lines += marks.lf.count_ones() as usize;
            ends.push(marks.delimiter | marks.lf, at as u32);
            at += 64;
        }
        let mut ends = ends.finish();
        if bytes.last().is_some_and(|&byte| byte != b'\n') {
            lines += 1;
            ends.push(bytes.len() as u32);
        }
        let even = Self {
            text,
            columns,
            ends,
        };
        (after_cr == 0 && even.is_even(lines)).then_some(even)
    }

    pub fn rows(&self) -> usize {
        self.ends.len() / self.columns
    }

    /// The rows in blocks that a processor's nearest cache holds, so that they can be gone over column by column.
    pub fn blocks(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let rows = self.rows();
        (0..rows)
            .step_by(ROWS)
            .map(move |from| from..rows.min(from + ROWS))
    }

    /// The text of a field.
    pub fn get(&self, row: usize, column: usize) -> &'a str {
        let at = row * self.columns + column;
        let from = match at {
            0 => 0,
            _ => self.ends[at - 1] as usize + 1,
        };
        let field = &self.text[from..self.ends[at] as usize];
        if column + 1 == self.columns {
            field.strip_suffix('\r').unwrap_or(field)
        } else {
            field
        }
    }

    /// Whether each line has that many fields and holds something.
    fn is_even(&self, lines: usize) -> bool {
        let bytes = self.text.as_bytes();
        let ends_line = |end: &u32| bytes.get(*end as usize).is_none_or(|&byte| byte == b'\n');
        let last = self.ends.iter().skip(self.columns - 1);
        self.ends.len() == lines * self.columns
            && last.step_by(self.columns).all(ends_line)
            // An empty line is no record, and a line of one field may be empty.
            && (self.columns > 1 || (0..lines).all(|row| !self.get(row, 0).is_empty()))
    }
}

/// Bits of 64 bytes, the first byte the lowest.
struct Marks {
    delimiter: u64,
    lf: u64,
    cr: u64,
    /// Quotes and zero bytes.
    foreign: u64,
}

impl Marks {
    fn of(block: &[u8; 64], delimiter: u8) -> Self {
        let mut marks = Self {
            delimiter: 0,
            lf: 0,
            cr: 0,
            foreign: 0,
        };
        let (quarters, _) = block.as_chunks::<16>();
        for (at, quarter) in quarters.iter().enumerate() {
            let quarter = u8x16::new(*quarter);
            let equal = |byte: u8| quarter.simd_eq(u8x16::splat(byte));
            let bits = |found: u8x16| u64::from(found.to_bitmask()) << (16 * at);
            marks.delimiter |= bits(equal(delimiter));
            marks.lf |= bits(equal(b'\n'));
            marks.cr |= bits(equal(b'\r'));
            marks.foreign |= bits(equal(b'"') | equal(0));
        }
        marks
    }
}

/// Places that grow 64 at a time at most.
struct Ends {
    places: Vec<u32>,
    count: usize,
}

impl Ends {
    fn new(bytes: usize) -> Self {
        let places = vec![0; bytes / 8 + 64];
        Self { places, count: 0 }
    }

    fn push(&mut self, mut bits: u64, base: u32) {
        if self.places.len() < self.count + 64 {
            self.places.resize(2 * self.places.len() + 64, 0);
        }
        let found = bits.count_ones() as usize;
        let free = &mut self.places[self.count..self.count + 64];
        // Eight are written whether or not there are as many: what is too many is written over.
        for eight in free.chunks_exact_mut(8).take(found.div_ceil(8)) {
            for place in eight {
                *place = base + bits.trailing_zeros();
                bits &= bits.wrapping_sub(1);
            }
        }
        self.count += found;
    }

    fn finish(mut self) -> Vec<u32> {
        self.places.truncate(self.count);
        self.places
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::records::Records;
    use super::*;

    proptest! {
        #[test]
        fn even_text_has_the_fields_that_any_reader_finds(
            text in "([a-c\u{e9} .1-3]{0,9},[a-c]{0,3},[0-9]{0,30}\r?\n){0,30}[a,\"\r\n\0]{0,3}",
            columns in 1..4_usize,
        ) {
            let limits = Limits::default();
            let mut records = Records::new(&text, b',', &limits);
            let mut rows: Vec<Vec<String>> = Vec::new();
            let (mut fields, mut is_right) = (Vec::new(), true);
            loop {
                match records.next(&mut fields) {
                    Ok(Some(_)) => rows.push(fields.iter().map(|f| records.get(*f).into()).collect()),
                    Ok(None) => break,
                    Err(_) => {
                        is_right = false;
                        break;
                    }
                }
            }
            let Some(even) = Even::of(&text, b',', columns, &limits) else {
                let odd = text.contains(['"', '\0']) || text.starts_with(['\n', '\r'])
                    || ["\n\n", "\n\r", "\r\r", "\ra"].iter().any(|odd| text.contains(odd))
                    || text.ends_with('\r') || text.contains("\r,")
                    || rows.iter().any(|row| row.len() != columns);
                prop_assert!(odd, "an even text was not seen as one");
                return Ok(());
            };
            prop_assert!(is_right);
            prop_assert_eq!(even.rows(), rows.len());
            for (at, row) in rows.iter().enumerate() {
                let found: Vec<_> = (0..columns).map(|column| even.get(at, column)).collect();
                prop_assert_eq!(&found, row);
            }
        }
    }
}
