use serde_json::Value;

use crate::accumulator::Word;
use crate::{Cell, Kind, cell};

/// The value that a file of expectations writes, as a column of a kind holds it; equal where Python's values are: 1, 1.0 and
/// true are one value, and a text is never a number. Days and moments are written as texts.
pub fn word(value: &Value, kind: Option<Kind>) -> Option<Word> {
    let number = |value: f64| match kind {
        Some(Kind::Boolean) if value == 0.0 || value == 1.0 => Word::Boolean(value == 1.0),
        _ => Word::of(Cell::Number(value)),
    };
    match value {
        Value::Number(written) => match written.as_i64() {
            Some(whole) if kind != Some(Kind::Boolean) => Some(Word::Integer(whole)),
            _ => written.as_f64().map(number),
        },
        Value::Bool(value) => Some(number(f64::from(u8::from(*value)))),
        Value::String(text) => {
            let time = match kind {
                Some(Kind::Date) => cell::date(text).map(Word::Date),
                Some(Kind::DateTime) => cell::moment(text).map(Word::DateTime),
                _ => None,
            };
            Some(time.unwrap_or_else(|| Word::Text(text.clone())))
        }
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A value as a report shows it.
pub fn shown(word: &Word) -> Value {
    match word.cell() {
        Cell::Integer(value) => value.into(),
        Cell::Number(value) => value.into(),
        Cell::Boolean(value) => value.into(),
        other => other.to_string().into(),
    }
}

/// The number of a cell; true is 1 and false 0.
pub fn number(cell: Cell) -> Option<f64> {
    match cell {
        Cell::Boolean(value) => Some(f64::from(u8::from(value))),
        other => other.number(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_equal_where_pythons_are() {
        let whole = |value: Value| word(&value, Some(Kind::Integer));
        assert_eq!(whole(json!(1.0)), whole(json!(1)));
        assert_eq!(whole(json!(true)), whole(json!(1)));
        assert_ne!(whole(json!("1")), whole(json!(1)));
        assert_eq!(
            word(&json!(1), Some(Kind::Boolean)),
            Some(Word::Boolean(true))
        );
        assert_eq!(word(&json!(null), None), None);
    }

    #[test]
    fn a_day_is_written_as_a_text() {
        let day = word(&json!("2024-01-01"), Some(Kind::Date));
        assert_eq!(day, Some(Word::Date(19_723)));
        assert_eq!(day.map(|day| shown(&day)), Some(json!("2024-01-01")));
        assert_eq!(
            word(&json!("2024-01-01"), Some(Kind::Text)),
            Some(Word::Text("2024-01-01".into()))
        );
    }
}
