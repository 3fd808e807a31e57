use std::borrow::Cow;
use std::cmp::Ordering;

use super::Comparison;
use crate::Kind;
use crate::cell::{self, Cell};

/// A value that is compared or computed with.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand<'a> {
    Null,
    Number(f64),
    Truth(bool),
    Text(Cow<'a, str>),
    /// Microseconds since 1970 in UTC.
    Moment(i64),
}

/// A value that stands in a condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Word {
    Number(f64),
    Truth(bool),
    Text(String),
}

/// What values can be compared with each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sort {
    Number,
    Truth,
    Text,
    Moment,
    /// Of a column without values.
    Unknown,
}

const DAY: i64 = 86_400_000_000;

impl<'a> Operand<'a> {
    pub fn of(cell: Cell<'a>) -> Self {
        match cell {
            Cell::Integer(value) => Self::Number(value as f64),
            Cell::Number(value) => Self::Number(value),
            Cell::Boolean(value) => Self::Truth(value),
            Cell::Date(days) => Self::Moment(i64::from(days) * DAY),
            Cell::DateTime(micros) => Self::Moment(micros),
            Cell::Text(text) => Self::Text(Cow::Borrowed(text)),
        }
    }

    /// The number; true is 1 and false 0, as in Python.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(value) => Some(*value),
            Self::Truth(value) => Some(f64::from(u8::from(*value))),
            _ => None,
        }
    }

    fn moment(&self) -> Option<i64> {
        match self {
            Self::Moment(micros) => Some(*micros),
            Self::Text(text) => moment(text),
            _ => None,
        }
    }

    fn order(&self, other: &Operand<'_>) -> Option<Ordering> {
        match (self, other) {
            (Operand::Text(a), Operand::Text(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
            (Operand::Moment(_), _) | (_, Operand::Moment(_)) => {
                Some(self.moment()?.cmp(&other.moment()?))
            }
            _ => self.number()?.partial_cmp(&other.number()?),
        }
    }
}

impl Word {
    pub fn operand(&self) -> Operand<'_> {
        match self {
            Self::Number(value) => Operand::Number(*value),
            Self::Truth(value) => Operand::Truth(*value),
            Self::Text(text) => Operand::Text(Cow::Borrowed(text)),
        }
    }

    pub fn sort(&self) -> Sort {
        match self {
            Self::Number(_) => Sort::Number,
            Self::Truth(_) => Sort::Truth,
            Self::Text(_) => Sort::Text,
        }
    }
}

impl Sort {
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::Integer | Kind::Number => Self::Number,
            Kind::Boolean => Self::Truth,
            Kind::Date | Kind::DateTime => Self::Moment,
            Kind::Text => Self::Text,
        }
    }

    pub fn plural(self) -> &'static str {
        match self {
            Self::Number => "numbers",
            Self::Truth => "true or false",
            Self::Text => "texts",
            Self::Moment => "moments",
            Self::Unknown => "nothing",
        }
    }

    /// Whether one can be less than the other.
    pub fn can_be_ordered_with(self, other: Self) -> bool {
        use Sort::*;
        matches!(
            (self, other),
            (Unknown, _)
                | (_, Unknown)
                | (Number | Truth, Number | Truth)
                | (Text | Moment, Text | Moment)
        )
    }
}

impl Comparison {
    /// Whether two values compare so. One that is absent, or of another sort, is not equal and in no order.
    pub fn holds(self, a: &Operand, b: &Operand) -> bool {
        let order = a.order(b);
        match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::NotEqual => order != Some(Ordering::Equal),
            Self::Less => order == Some(Ordering::Less),
            Self::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Self::Greater => order == Some(Ordering::Greater),
            Self::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}

/// The day or moment that a text writes.
fn moment(text: &str) -> Option<i64> {
    cell::date(text)
        .map(|days| i64::from(days) * DAY)
        .or_else(|| cell::moment(text))
}
