//! What one cell of a CSV file is to TFDV, whose reader takes what Python's `int` and `float` take.
//!
//! # Source
//! tfx-bsl 1.16.1, `tfx_bsl/coders/csv_decoder.py`.

use super::Type;

/// The type of a text that is not empty.
pub(super) fn kind(text: &str) -> Type {
    match python(text) {
        Some(digits) if is_whole(&digits) => match digits.parse::<i64>() {
            Ok(_) => Type::Int,
            // A whole number beyond 64 bits stays a text.
            Err(_) => Type::String,
        },
        Some(digits) if digits.parse::<f64>().is_ok() => Type::Float,
        _ => Type::String,
    }
}

/// The number that a text of type [`Type::Int`] or [`Type::Float`] is. TFDV holds the latter in 32 bits.
pub(super) fn number(text: &str, kind: Type) -> Option<f64> {
    let digits = python(text)?;
    match kind {
        Type::Int => digits.parse::<i64>().ok().map(|value| value as f64),
        Type::Float => digits.parse::<f64>().ok().map(|v| f64::from(v as f32)),
        Type::String => None,
    }
}

/// The text without the white space around it and the underscores between digits; none if it has other underscores.
fn python(text: &str) -> Option<String> {
    let text = text.trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_digit)
    };
    let mut underscores = (0..bytes.len()).filter(|&at| bytes[at] == b'_');
    let between = underscores.all(|at| digit(at.checked_sub(1)) && digit(Some(at + 1)));
    between.then(|| text.replace('_', ""))
}

fn is_whole(digits: &str) -> bool {
    let plain = digits.strip_prefix(['-', '+']).unwrap_or(digits);
    !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_what_python_would_make_of_it() {
        for whole in [
            "7",
            "007",
            " 7 ",
            "-0",
            "+7",
            "1_000",
            "9223372036854775807",
        ] {
            assert_eq!(kind(whole), Type::Int, "{whole}");
        }
        for float in [
            "7.", ".5", "1e5", "nan", "-INF", "Infinity", "1_0.5", "1e1_0",
        ] {
            assert_eq!(kind(float), Type::Float, "{float}");
        }
        for text in [
            "_7",
            "7_",
            "1__0",
            "0x10",
            "e5",
            ".",
            "7 8",
            "9223372036854775808",
            "NA",
        ] {
            assert_eq!(kind(text), Type::String, "{text}");
        }
    }

    #[test]
    fn a_number_with_a_point_is_held_in_32_bits() {
        assert_eq!(number("0.1", Type::Float), Some(f64::from(0.1_f32)));
        assert_eq!(number("16777217", Type::Int), Some(16_777_217.0));
    }
}
