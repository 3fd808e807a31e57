//! What one cell says: a whole number, a number, a truth value, a day, a moment, or only a text.

use std::fmt;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray,
    TimestampMicrosecondArray,
};
use galen_spec::data::ColumnKind;
use jiff::civil;

use crate::Kind;

/// The value of one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    Integer(i64),
    Number(f64),
    Boolean(bool),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01 in UTC.
    DateTime(i64),
    Text(&'a str),
}

impl Cell<'_> {
    /// The number that a cell holds or its text writes; integers beyond 2^53 lose their last digits.
    pub fn number(self) -> Option<f64> {
        match self {
            Cell::Integer(value) => Some(value as f64),
            Cell::Number(value) => Some(value),
            Cell::Text(text) => number(text),
            _ => None,
        }
    }

    /// The number that a cell holds on a scale: days since 1970 for days and moments; none for texts and truth values.
    pub fn on_a_scale(self) -> Option<f64> {
        match self {
            Cell::Date(days) => Some(f64::from(days)),
            Cell::DateTime(micros) => Some(micros as f64 / 86_400e6),
            Cell::Text(_) | Cell::Boolean(_) => None,
            Cell::Integer(_) | Cell::Number(_) => self.number(),
        }
    }

    /// The whole number that a cell holds or its text writes.
    pub fn whole_number(self) -> Option<i64> {
        match self {
            Cell::Integer(value) => Some(value),
            Cell::Text(text) => integer(text),
            _ => None,
        }
    }
}

/// As a file writes it, and as [`kind_of`] reads it back.
impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Cell::Integer(value) => write!(f, "{value}"),
            Cell::Number(value) => f.write_str(&render(value)),
            Cell::Boolean(value) => write!(f, "{value}"),
            Cell::Date(days) => match EPOCH.checked_add(jiff::Span::new().days(days)) {
                Ok(date) => write!(f, "{date}"),
                Err(_) => write!(f, "{days} days since 1970-01-01"),
            },
            Cell::DateTime(micros) => match jiff::Timestamp::from_microsecond(micros) {
                Ok(moment) => {
                    let civil = moment.to_zoned(jiff::tz::TimeZone::UTC).datetime();
                    write!(f, "{civil}")
                }
                Err(_) => write!(f, "{micros} µs since 1970-01-01"),
            },
            Cell::Text(text) => f.write_str(text),
        }
    }
}

const EPOCH: civil::Date = civil::date(1970, 1, 1);

/// The narrowest kind that holds every text; one without texts is of text.
///
/// One value with a leading zero (`007`), or a whole number beyond 64 bits, makes the column one of codes, hence of text.
pub(crate) fn kind_of<'a>(texts: impl Iterator<Item = &'a str>) -> Kind {
    let mut kind = None;
    for text in texts {
        kind = Some(widened(kind, text));
        if kind == Some(Kind::Text) {
            break;
        }
    }
    kind.unwrap_or(Kind::Text)
}

/// The narrowest kind that holds the texts so far, of that kind, and one more.
pub(crate) fn widened(kind: Option<Kind>, text: &str) -> Kind {
    let this = || {
        if integer(text).is_some() {
            Kind::Integer
        } else if number(text).is_some() {
            Kind::Number
        } else if boolean(text).is_some() {
            Kind::Boolean
        } else if date(text).is_some() {
            Kind::Date
        } else if moment(text).is_some() {
            Kind::DateTime
        } else {
            Kind::Text
        }
    };
    match kind {
        Some(Kind::Text) => Kind::Text,
        Some(kind) if fits(kind, text) => kind,
        Some(kind) => Kind::joined(kind, this()),
        None => this(),
    }
}

/// Whether bytes are plainly a number of that kind; `false` says nothing.
#[inline]
pub(crate) fn plainly_fits(kind: Kind, bytes: &[u8]) -> bool {
    match kind {
        Kind::Integer => Plain::of(bytes).is_some_and(|plain| plain.decimals == 0),
        Kind::Number => Plain::of(bytes).is_some(),
        _ => false,
    }
}

/// Whether a text says a value of that kind.
pub(crate) fn fits(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Integer => {
            matches!(Plain::of(text.as_bytes()), Some(Plain { decimals: 0, .. }))
                || integer(text).is_some()
        }
        Kind::Number => Plain::of(text.as_bytes()).is_some() || number(text).is_some(),
        Kind::Boolean => boolean(text).is_some(),
        Kind::Date => date(text).is_some(),
        Kind::DateTime => moment(text).is_some(),
        Kind::Text => true,
    }
}

/// The values of a column whose every text was found to be of that kind.
pub(crate) fn typed(kind: Kind, text: &StringArray) -> ArrayRef {
    fn all<'a, T, A: FromIterator<Option<T>>>(
        text: &'a StringArray,
        read: impl Fn(&'a str) -> Option<T>,
    ) -> A {
        text.iter().map(|cell| cell.and_then(&read)).collect()
    }
    match kind {
        Kind::Integer => Arc::new(all::<_, Int64Array>(text, integer)),
        Kind::Number => Arc::new(all::<_, Float64Array>(text, number)),
        Kind::Boolean => Arc::new(all::<_, BooleanArray>(text, boolean)),
        Kind::Date => Arc::new(all::<_, Date32Array>(text, date)),
        Kind::DateTime => Arc::new(all::<_, TimestampMicrosecondArray>(text, moment)),
        Kind::Text => Arc::new(text.clone()),
    }
}

/// The kind in which a declared column is held.
pub(crate) fn declared_kind(kind: ColumnKind) -> Kind {
    match kind {
        ColumnKind::Integer => Kind::Integer,
        ColumnKind::Number => Kind::Number,
        ColumnKind::Category => Kind::Text,
    }
}

/// The truth value that a text writes: `true`, `True`, `TRUE` and the same for false.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// The day that a text writes as `2026-11-25` (ISO 8601), in days since 1970-01-01. `11/25/2026` and its like are texts:
/// which of the two is the day cannot be known.
pub(crate) fn date(text: &str) -> Option<i32> {
    let text = text.trim().as_bytes();
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else {
        return None;
    };
    let year = digits(&[y1, y2, y3, y4])?;
    days(year, digits(&[m1, m2])?, digits(&[d1, d2])?)
}

fn days(year: i64, month: i64, day: i64) -> Option<i32> {
    let date = civil::Date::new(year as i16, month as i8, day as i8).ok()?;
    // Days from the civil calendar: Richards 2013, Explanatory Supplement to the Astronomical Almanac, 15.11.3.
    let (y, m) = (i64::from(date.year()), i64::from(date.month()));
    let shift = (m - 14) / 12;
    let julian = (1461 * (y + 4800 + shift)) / 4 + (367 * (m - 2 - 12 * shift)) / 12
        - (3 * ((y + 4900 + shift) / 100)) / 4
        + i64::from(date.day())
        - 32_075;
    i32::try_from(julian - 2_440_588).ok()
}

/// The moment that a text writes as `2026-11-25T08:30:00.5Z` (ISO 8601; a blank for the `T`, seconds, fraction and offset
/// may be left out), in microseconds since 1970-01-01 in UTC; without an offset it is taken as UTC.
pub(crate) fn moment(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.len() == 10 {
        return date(text).map(|days| i64::from(days) * DAY);
    }
    let (day, rest) = (text.get(..10)?, text.get(10..)?.as_bytes());
    let [b'T' | b' ', h1, h2, b':', m1, m2, rest @ ..] = rest else {
        return None;
    };
    let day = i64::from(date(day)?);
    let (hour, minute) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
    let (second, rest) = match rest {
        [b':', s1, s2, rest @ ..] => (digits(&[*s1, *s2])?, rest),
        rest => (0, rest),
    };
    let (micros, rest) = match rest {
        [b'.', rest @ ..] => {
            let width = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let (fraction, rest) = rest.split_at(width);
            // Nanoseconds are cut to microseconds.
            let kept = &fraction[..width.min(6)];
            if width == 0 || width > 9 {
                return None;
            }
            (digits(kept)? * 10_i64.pow(6 - kept.len() as u32), rest)
        }
        rest => (0, rest),
    };
    let offset = match rest {
        [] | [b'Z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] | [sign @ (b'+' | b'-'), h1, h2, m1, m2] => {
            let minutes = digits(&[*h1, *h2])? * 60 + digits(&[*m1, *m2])?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    if hour > 23 || minute > 59 || second > 59 || offset.abs() > 18 * 60 {
        return None;
    }
    let seconds = hour * 3600 + minute * 60 + second - offset * 60;
    Some(day * DAY + seconds * 1_000_000 + micros)
}

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |value, byte| {
        byte.is_ascii_digit()
            .then(|| value * 10 + i64::from(byte - b'0'))
    })
}

/// A number as nearly all are written: a sign perhaps, up to 15 digits, a point perhaps between two of them.
struct Plain {
    is_negative: bool,
    digits: u64,
    /// Digits behind the point; 0 of a whole number, since a point is followed by one.
    decimals: usize,
}

impl Plain {
    /// `None` for all other texts, numbers or not.
    #[inline]
    fn of(bytes: &[u8]) -> Option<Self> {
        let (is_negative, bytes) = match bytes {
            [b'-', rest @ ..] => (true, rest),
            _ => (false, bytes),
        };
        if bytes.is_empty() || bytes.len() > 16 || leading_zero(bytes) {
            return None;
        }
        if bytes.len() <= 8 {
            return Self::short(bytes, is_negative);
        }
        let (mut digits, mut point) = (0, None);
        for (at, &byte) in bytes.iter().enumerate() {
            match byte {
                b'0'..=b'9' => digits = digits * 10 + u64::from(byte - b'0'),
                b'.' if point.is_none() && at > 0 && at + 1 < bytes.len() => point = Some(at),
                _ => return None,
            }
        }
        if point.is_none() && bytes.len() > 15 {
            return None;
        }
        Some(Self {
            is_negative,
            digits,
            decimals: point.map_or(0, |at| bytes.len() - at - 1),
        })
    }

    /// One to eight bytes, looked at together in a word whose lowest byte is the first of eight digits.
    ///
    /// # Source
    /// Lemire 2022, Software: Practice and Experience 51: 1700-1727, 6 (eight digits in one word).
    #[inline]
    fn short(bytes: &[u8], is_negative: bool) -> Option<Self> {
        const ONES: u64 = u64::from_ne_bytes([1; 8]);
        const ZEROS: u64 = ONES * b'0' as u64;
        let width = 8 * bytes.len() as u32;
        let word = little_endian(bytes) << (64 - width) | ZEROS.unbounded_shr(width);
        // In each byte the value of its digit; the high half is set of what is none, also after six was added.
        let mut values = word ^ ZEROS;
        let odd = (((values & (ONES * 0x7f)) + ONES * 6) | values) & (ONES * 0xf0);
        let odd = (((odd & (ONES * 0x70)) + ONES * 0x70) | odd) & (ONES * 0x80);
        let mut decimals = 0;
        if odd != 0 {
            let place = odd.trailing_zeros() / 8;
            let is_point = (values >> (8 * place)) & 0xff == u64::from(b'.' ^ b'0');
            let is_between = place > 8 - width / 8 && place < 7;
            if odd & (odd - 1) != 0 || !is_point || !is_between {
                return None;
            }
            // The digits before the point take its place.
            let before = (1 << (8 * place)) - 1;
            values = (values & before) << 8 | (values & !(before << 8 | 0xff));
            decimals = 7 - place as usize;
        }
        let pairs = (values * 10 + (values >> 8)) & 0x00ff_00ff_00ff_00ff;
        let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
        Some(Self {
            is_negative,
            digits: (fours * 10_000 + (fours >> 32)) & 0xffff_ffff,
            decimals,
        })
    }

    /// The nearest floating number: both digits and power are exact ones, so that their quotient is rounded once.
    ///
    /// # Source
    /// Clinger 1990, PLDI: 92-101.
    fn number(&self) -> f64 {
        const POWERS: [f64; 16] = [
            1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
        ];
        let value = self.digits as f64 / POWERS[self.decimals];
        if self.is_negative { -value } else { value }
    }

    fn integer(&self) -> Option<i64> {
        let value = self.digits as i64;
        (self.decimals == 0).then_some(if self.is_negative { -value } else { value })
    }
}

/// The whole number that a text writes, without leading zeros.
pub(crate) fn integer(text: &str) -> Option<i64> {
    if let Some(plain) = Plain::of(text.as_bytes()) {
        return plain.integer();
    }
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !leading_zero(digits.as_bytes());
    if plain { text.parse().ok() } else { None }
}

/// The finite number that a text writes: digits, at most one point and one exponent. `NaN`, `inf`, codes with leading
/// zeros and whole numbers beyond 64 bits are texts.
pub(crate) fn number(text: &str) -> Option<f64> {
    if let Some(plain) = Plain::of(text.as_bytes()) {
        return Some(plain.number());
    }
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = digits.bytes().all(|b| b.is_ascii_digit());
    let of_numbers = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-');
    if leading_zero(digits.as_bytes())
        || !digits.bytes().all(of_numbers)
        || (whole && integer(text).is_none())
    {
        return None;
    }
    text.parse().ok().filter(|v: &f64| v.is_finite())
}

fn leading_zero(digits: &[u8]) -> bool {
    // Without a branch between the two: half the numbers of a column may begin with a zero.
    digits.len() > 1 && (digits[0] == b'0') & digits[1].is_ascii_digit()
}

/// One to eight bytes as a word, the first byte the lowest.
fn little_endian(bytes: &[u8]) -> u64 {
    let length = bytes.len();
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        // Where both hold a byte it is the same one.
        return u64::from(first) | u64::from(last) << (8 * (length - 4));
    }
    let byte = |at: usize| u64::from(bytes[at]) << (8 * at);
    byte(0) | byte(length / 2) | byte(length - 1)
}

/// A text without the blanks around it; most have none, which two bytes tell.
pub(crate) fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [b'!'..=b'~', .., b'!'..=b'~'] | [b'!'..=b'~'] | [] => text,
        _ => text.trim(),
    }
}

/// The shortest text that reads as the same finite number.
pub(crate) fn render(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{}", value as i64)
    } else {
        // Debug, unlike Display, writes an exponent where a plain number would be long.
        format!("{value:?}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_with_leading_zeros_stays_text() {
        assert_eq!(kind_of(["12", "007"].into_iter()), Kind::Text);
        assert_eq!(kind_of(["0", "10", "-3"].into_iter()), Kind::Integer);
        assert_eq!(kind_of(["0.5", "1", "1e-3"].into_iter()), Kind::Number);
    }

    #[test]
    fn words_that_floats_know_are_not_numbers() {
        for word in [
            "inf", "NaN", "infinity", "1e999", "", "-", ".", "e5", "0x10", "1_000",
        ] {
            assert_eq!(number(word), None, "{word}");
        }
    }

    #[test]
    fn an_identifier_beyond_64_bits_keeps_its_digits() {
        assert_eq!(kind_of(["12345678901234567890"].into_iter()), Kind::Text);
    }

    #[test]
    fn zero_keeps_its_sign_and_a_point_needs_digits() {
        assert!(number("-0").is_some_and(|zero| zero.is_sign_negative()));
        assert_eq!((integer("-0"), number("-0.5")), (Some(0), Some(-0.5)));
        assert_eq!((number("5."), number(".5")), (Some(5.0), Some(0.5)));
        assert_eq!(
            (integer("5."), integer("1.0"), number("--1")),
            (None, None, None)
        );
    }

    proptest! {
        #[test]
        fn a_plain_number_is_read_as_the_library_reads_it(text in "-?[0-9]{1,17}([.][0-9]{0,17})?") {
            let digits = text.strip_prefix('-').unwrap_or(&text);
            let is_code = leading_zero(digits.as_bytes());
            prop_assert_eq!(number(&text), text.parse().ok().filter(|_| !is_code));
            let whole = text.parse().ok().filter(|_| !is_code);
            prop_assert_eq!(integer(&text), whole);
            prop_assert_eq!(fits(Kind::Integer, &text), whole.is_some());
            prop_assert_eq!(fits(Kind::Number, &text), !is_code);
            for kind in [Kind::Integer, Kind::Number, Kind::Text] {
                prop_assert!(!plainly_fits(kind, text.as_bytes()) || fits(kind, &text));
            }
        }

        #[test]
        fn what_is_plainly_a_number_is_that_number(text in "[-.0-9/:e\u{80}\u{ff}]{1,17}|[0-9.]{1,9}") {
            if let Some(plain) = Plain::of(text.as_bytes()) {
                prop_assert_eq!(text.parse(), Ok(plain.number()));
                prop_assert_eq!(plain.integer(), text.parse().ok());
            }
        }

        #[test]
        fn a_number_is_rendered_so_that_it_reads_the_same(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            prop_assert_eq!(number(&render(value)), Some(value));
        }
    }
}
