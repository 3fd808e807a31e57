//! Quantiles within declared ranges.

use serde_json::{Value, json};

use super::numbers::{self, Between, quantile};
use super::{AskError, Asked, Observed, Question};

/// How far beside the end of a range still counts as within, relative and absolute.
const NEAR: (f64, f64) = (1e-4, 1e-8);

/// Asks whether each declared quantile lies in its range.
///
/// # Errors
/// [`AskError`] if there is no column of numbers, or the ranges are none.
pub fn question(question: &Question) -> Result<Asked, AskError> {
    let wrong = || {
        question.params.wrong("quantile_ranges", "a map of `quantiles` between 0 and 1 and as many `value_ranges`, pairs whose first is not above the second")
    };
    let declared = question
        .params
        .value("quantile_ranges")
        .ok_or(AskError::NeedsParam("quantile_ranges"))?;
    let list = |key: &str| {
        declared
            .get(key)
            .and_then(Value::as_array)
            .ok_or_else(wrong)
    };
    let shares: Option<Vec<f64>> = list("quantiles")?.iter().map(Value::as_f64).collect();
    let shares = shares.filter(|shares| shares.iter().all(|q| (0.0..=1.0).contains(q)));
    let ranges: Option<Vec<(f64, f64)>> = list("value_ranges")?.iter().map(range).collect();
    let (shares, ranges) = shares.zip(ranges).ok_or_else(wrong)?;
    if shares.len() != ranges.len() {
        return Err(wrong());
    }
    let between = between(question)?;
    let shown = declared["quantiles"].clone();
    numbers::of_all(question, move |sorted| {
        let values: Vec<_> = shares
            .iter()
            .map(|&q| quantile(sorted, q, between))
            .collect();
        let holds = values
            .iter()
            .zip(&ranges)
            .all(|(value, range)| value.is_some_and(|v| is_within(v, *range)));
        Observed::Whole {
            holds,
            value: json!({"quantiles": shown, "values": values}),
        }
    })
}

fn between(question: &Question) -> Result<Between, AskError> {
    let name = "allow_relative_error";
    match question.params.value(name) {
        None | Some(Value::Bool(false)) => Ok(Between::Nearest),
        Some(Value::String(word)) => match word.as_str() {
            "linear" => Ok(Between::Linear),
            "lower" => Ok(Between::Lower),
            "higher" => Ok(Between::Higher),
            "midpoint" => Ok(Between::Midpoint),
            "nearest" => Ok(Between::Nearest),
            _ => Err(question
                .params
                .wrong(name, "linear, lower, higher, midpoint or nearest")),
        },
        Some(_) => Err(question
            .params
            .wrong(name, "false, linear, lower, higher, midpoint or nearest")),
    }
}

/// A range; a side that is null is open.
fn range(value: &Value) -> Option<(f64, f64)> {
    let [low, high] = value.as_array()?.as_slice() else {
        return None;
    };
    let side = |value: &Value, open: f64| {
        if value.is_null() {
            Some(open)
        } else {
            value.as_f64()
        }
    };
    let (low, high) = (side(low, f64::NEG_INFINITY)?, side(high, f64::INFINITY)?);
    (low <= high).then_some((low, high))
}

fn is_within(value: f64, (low, high): (f64, f64)) -> bool {
    let is_near = |end: f64| end.is_finite() && (value - end).abs() <= NEAR.1 + NEAR.0 * end.abs();
    (low <= value && value <= high) || is_near(low) || is_near(high)
}
