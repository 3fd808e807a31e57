//! What one cell of a file says: a whole number, a number, or only a text.

use galen_spec::data::ColumnKind;

use crate::Kind;

/// The narrowest kind that holds every text; one without texts is of text.
///
/// One value with a leading zero (`007`), or a whole number beyond 64 bits, makes the column one of codes, hence of text.
pub(crate) fn kind_of<'a>(texts: impl Iterator<Item = &'a str>) -> Kind {
    let mut kind = None;
    for text in texts {
        let this = if integer(text).is_some() {
            Kind::Integer
        } else if number(text).is_some() {
            Kind::Number
        } else {
            return Kind::Text;
        };
        kind = match kind {
            Some(Kind::Number) => Some(Kind::Number),
            _ => Some(this),
        };
    }
    kind.unwrap_or(Kind::Text)
}

/// The kind in which a declared column is held.
pub(crate) fn declared_kind(kind: ColumnKind) -> Kind {
    match kind {
        ColumnKind::Integer => Kind::Integer,
        ColumnKind::Number => Kind::Number,
        ColumnKind::Category => Kind::Text,
    }
}

/// The whole number that a text writes, without leading zeros.
pub(crate) fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !leading_zero(digits);
    if plain { text.parse().ok() } else { None }
}

/// The finite number that a text writes: digits, at most one point and one exponent. `NaN`, `inf`, codes with leading
/// zeros and whole numbers beyond 64 bits are texts.
pub(crate) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = digits.bytes().all(|b| b.is_ascii_digit());
    let of_numbers = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-');
    if leading_zero(digits) || !digits.bytes().all(of_numbers) || (whole && integer(text).is_none())
    {
        return None;
    }
    text.parse().ok().filter(|v: &f64| v.is_finite())
}

fn leading_zero(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.len() > 1 && bytes[0] == b'0' && bytes[1].is_ascii_digit()
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

    proptest! {
        #[test]
        fn a_number_is_rendered_so_that_it_reads_the_same(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            prop_assert_eq!(number(&render(value)), Some(value));
        }
    }
}
