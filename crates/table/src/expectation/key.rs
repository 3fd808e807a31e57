use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cell::{self, Cell};

/// A value that can be looked up and ordered, equal where Python's are: 1, 1.0 and true are one value, "1" is another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Key {
    /// A whole number, or truth as 0 and 1.
    Whole(i64),
    /// Any other number.
    Fraction(f64),
    Text(String),
    /// Microseconds since 1970 in UTC.
    Moment(i64),
}

const DAY: i64 = 86_400_000_000;

impl Key {
    pub fn of(cell: Cell) -> Self {
        match cell {
            Cell::Integer(value) => Self::Whole(value),
            Cell::Number(value) => Self::number(value),
            Cell::Boolean(value) => Self::Whole(i64::from(value)),
            Cell::Date(days) => Self::Moment(i64::from(days) * DAY),
            Cell::DateTime(micros) => Self::Moment(micros),
            Cell::Text(text) => Self::Text(text.to_owned()),
        }
    }

    pub fn number(value: f64) -> Self {
        let is_whole = value.fract() == 0.0 && value.abs() < 9.0e18;
        if is_whole { Self::Whole(value as i64) } else { Self::Fraction(value) }
    }

    /// The value that a file of expectations writes; none for what is not a single value. `moments` says that it is looked
    /// up in a column of days or moments, which JSON writes as texts.
    pub fn declared(value: &Value, moments: bool) -> Option<Self> {
        match value {
            Value::Number(number) => match number.as_i64() {
                Some(whole) => Some(Self::Whole(whole)),
                None => number.as_f64().map(Self::number),
            },
            Value::Bool(value) => Some(Self::Whole(i64::from(*value))),
            Value::String(text) => {
                let micros = moments.then(|| cell::moment(text)).flatten();
                Some(micros.map_or_else(|| Self::Text(text.clone()), Self::Moment))
            }
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Whole(_) | Self::Fraction(_) => 0,
            Self::Moment(_) => 1,
            Self::Text(_) => 2,
        }
    }

    fn as_number(&self) -> f64 {
        match self {
            Self::Whole(value) => *value as f64,
            Self::Fraction(value) => *value,
            Self::Moment(_) | Self::Text(_) => f64::NAN,
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Numbers, then moments, then texts by their code points.
impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) | (Self::Moment(a), Self::Moment(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ if self.rank() != other.rank() => self.rank().cmp(&other.rank()),
            _ => self.as_number().total_cmp(&other.as_number()),
        }
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rank().hash(state);
        match self {
            Self::Whole(value) | Self::Moment(value) => value.hash(state),
            Self::Fraction(value) => value.to_bits().hash(state),
            Self::Text(text) => text.hash(state),
        }
    }
}

/// As a report shows it.
impl From<&Key> for Value {
    fn from(key: &Key) -> Self {
        match key {
            Key::Whole(value) => json!(value),
            Key::Fraction(value) => json!(value),
            Key::Text(text) => json!(text),
            Key::Moment(micros) if micros % DAY == 0 => {
                let days = i32::try_from(micros / DAY).unwrap_or_default();
                json!(Cell::Date(days).to_string())
            }
            Key::Moment(micros) => json!(Cell::DateTime(*micros).to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_equal_where_pythons_are() {
        let declared = |value: Value| Key::declared(&value, false);
        assert_eq!(declared(json!(1.0)), declared(json!(1)));
        assert_eq!(declared(json!(true)), declared(json!(1)));
        assert_ne!(declared(json!("1")), declared(json!(1)));
        assert_eq!(Key::of(Cell::Number(0.5)), Key::Fraction(0.5));
        assert_eq!(Key::of(Cell::Number(-0.0)), Key::of(Cell::Integer(0)));
        assert_eq!(declared(json!(null)), None);
    }

    #[test]
    fn a_day_is_looked_up_as_its_text() {
        let day = Key::of(Cell::Date(19_723));
        assert_eq!(Key::declared(&json!("2024-01-01"), true), Some(day.clone()));
        assert_ne!(Key::declared(&json!("2024-01-01"), false), Some(day.clone()));
        assert_eq!(Value::from(&day), json!("2024-01-01"));
    }
}
