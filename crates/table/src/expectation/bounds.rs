use std::cmp::Ordering;

use serde_json::{Value, json};

use super::{AskError, Observed, Params, dateutil, literal};
use crate::cell;
use crate::{Cell, Kind};

/// A lowest and a highest allowed value, each allowed itself unless declared strict.
#[derive(Clone, Debug)]
pub struct Bounds {
    low: Option<Limit>,
    high: Option<Limit>,
    strict_low: bool,
    strict_high: bool,
}

/// One end of the bounds, and what is compared with it.
#[derive(Clone, Debug, PartialEq)]
enum Limit {
    Number(f64),
    /// Microseconds since 1970 in UTC.
    Moment(i64),
    Text(String),
}

const DAY: i64 = 86_400_000_000;

impl Bounds {
    /// Bounds of numbers, one at least.
    ///
    /// # Errors
    /// [`AskError`] if none is declared, one is no number, or the lower lies above the upper.
    pub fn of_numbers(params: &Params) -> Result<Self, AskError> {
        Self::of_statistic(params)?.ordered(params)
    }

    /// Bounds of values of a kind, one at least; days and moments are declared as texts.
    ///
    /// # Errors
    /// As [`Bounds::of_numbers`].
    pub fn of_values(params: &Params, kind: Option<Kind>) -> Result<Self, AskError> {
        Self::of_kind(params, kind)?.ordered(params)
    }

    /// Bounds of a statistic, which may both be absent.
    ///
    /// # Errors
    /// [`AskError`] if one is no number.
    pub fn of_statistic(params: &Params) -> Result<Self, AskError> {
        Self::of_kind(params, Some(Kind::Number))
    }

    /// Bounds of a count, which may both be absent; the lower is not above the upper.
    ///
    /// # Errors
    /// [`AskError`] if one is no number, or the lower lies above the upper.
    pub fn of_count(params: &Params) -> Result<Self, AskError> {
        let bounds = Self::of_statistic(params)?;
        if bounds.low.is_none() && bounds.high.is_none() {
            return Ok(bounds);
        }
        bounds.ordered(params)
    }

    /// Bounds of values of a kind, which may both be absent.
    ///
    /// # Errors
    /// [`AskError`] if one is no value of that kind.
    pub fn of_kind(params: &Params, kind: Option<Kind>) -> Result<Self, AskError> {
        let limit = |name: &'static str| -> Result<Option<Limit>, AskError> {
            let Some(value) = params.value(name) else {
                return Ok(None);
            };
            let text = value.as_str();
            let (limit, expected) = match kind {
                Some(Kind::Date | Kind::DateTime) => {
                    let moment = text.and_then(dateutil::moment).map(Limit::Moment);
                    (moment, "a day or moment, such as 2026-11-25")
                }
                // A text writes a number in a column of mixed cells.
                Some(Kind::Text) | None => {
                    let number = value.as_f64().map(Limit::Number);
                    let text = text.map(|text| Limit::Text(text.to_owned()));
                    (number.or(text), "a number or a text")
                }
                Some(_) => (params.number(name)?.map(Limit::Number), "a number"),
            };
            limit.map(Some).ok_or_else(|| params.wrong(name, expected))
        };
        Ok(Self {
            low: limit("min_value")?,
            high: limit("max_value")?,
            strict_low: params.flag("strict_min")?,
            strict_high: params.flag("strict_max")?,
        })
    }

    fn ordered(self, params: &Params) -> Result<Self, AskError> {
        match (&self.low, &self.high) {
            (None, None) => Err(AskError::Needs("`min_value` or `max_value`")),
            (Some(low), Some(high)) if low.order(high) == Some(Ordering::Greater) => {
                Err(params.wrong("min_value", "at most `max_value`"))
            }
            _ => Ok(self),
        }
    }

    /// Whether a number lies within.
    pub fn contain(&self, value: f64) -> bool {
        self.hold(&Limit::Number(value))
    }

    /// Whether a cell lies within; between numbers, a text is taken for the number that it writes.
    pub fn contain_cell(&self, cell: Cell) -> bool {
        let of_texts = matches!(
            self.low.as_ref().or(self.high.as_ref()),
            Some(Limit::Text(_))
        );
        let value = match cell {
            Cell::Text(text) if of_texts => Some(Limit::Text(text.to_owned())),
            Cell::Text(text) => cell::number(text).map(Limit::Number),
            Cell::Date(days) => Some(Limit::Moment(i64::from(days) * DAY)),
            Cell::DateTime(micros) => Some(Limit::Moment(micros)),
            other => literal::number(other).map(Limit::Number),
        };
        value.is_some_and(|value| self.hold(&value))
    }

    /// Whether a moment, in microseconds since 1970, lies within.
    pub fn contain_moment(&self, micros: i64) -> bool {
        self.hold(&Limit::Moment(micros))
    }

    fn hold(&self, value: &Limit) -> bool {
        let beside = |limit: &Option<Limit>, side: Ordering, strict: bool| match limit {
            None => true,
            Some(limit) => match value.order(limit) {
                Some(Ordering::Equal) => !strict,
                order => order == Some(side),
            },
        };
        beside(&self.low, Ordering::Greater, self.strict_low)
            && beside(&self.high, Ordering::Less, self.strict_high)
    }

    /// Whether a statistic lies within; one that does not exist does not.
    pub fn judge(&self, value: Option<f64>) -> Observed {
        Observed::Whole {
            holds: value.is_some_and(|value| self.contain(value)),
            value: value.map_or(Value::Null, |value| json!(value)),
        }
    }

    /// Whether a count lies within.
    pub fn judge_count(&self, count: u64) -> Observed {
        Observed::Whole {
            holds: self.contain(count as f64),
            value: json!(count),
        }
    }
}

impl Limit {
    /// None between values of different sorts.
    fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b),
            (Self::Moment(a), Self::Moment(b)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}
