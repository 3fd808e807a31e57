use std::fmt::Write;

use crate::cell::Cell;

/// The text of a value as pandas shows it, which is what patterns and lengths are about: `True`, `0.5`, `1e-05`, and `3.0`
/// for a whole number in a column that lacks values, because pandas holds such a column as fractions.
///
/// # Source
/// Python 3.11, `repr(float)`; pandas 2.3, `read_csv` and `Series.astype(str)`.
pub fn text<'a>(cell: Cell<'a>, as_fraction: bool, buffer: &'a mut String) -> &'a str {
    buffer.clear();
    match cell {
        Cell::Text(text) => return text,
        Cell::Integer(value) if as_fraction => fraction(value as f64, buffer),
        Cell::Number(value) => fraction(value, buffer),
        Cell::Boolean(true) => buffer.push_str("True"),
        Cell::Boolean(false) => buffer.push_str("False"),
        other => write!(buffer, "{other}").expect("a string takes all"),
    }
    buffer
}

/// As Python writes it: shortest, with an exponent of two digits below 1e-4 and from 1e16 on.
fn fraction(value: f64, buffer: &mut String) {
    // Debug writes the shortest text that reads as the same number, with an exponent in the same range as Python.
    let text = format!("{value:?}");
    match text.split_once('e') {
        None => buffer.push_str(&text),
        Some((digits, exponent)) => {
            let (sign, exponent) = match exponent.strip_prefix('-') {
                Some(exponent) => ('-', exponent),
                None => ('+', exponent),
            };
            let digits = digits.strip_suffix(".0").unwrap_or(digits);
            write!(buffer, "{digits}e{sign}{exponent:0>2}").expect("a string takes all");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_python_writes_them() {
        for (value, expected) in [
            (0.5, "0.5"),
            (3.0, "3.0"),
            (1e16, "1e+16"),
            (123_456_789_012_345.0, "123456789012345.0"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (-2.5e120, "-2.5e+120"),
        ] {
            assert_eq!(
                text(Cell::Number(value), false, &mut String::new()),
                expected
            );
        }
        assert_eq!(text(Cell::Integer(3), false, &mut String::new()), "3");
        assert_eq!(text(Cell::Integer(3), true, &mut String::new()), "3.0");
        assert_eq!(text(Cell::Boolean(true), false, &mut String::new()), "True");
    }
}
