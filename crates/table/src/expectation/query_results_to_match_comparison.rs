use std::collections::HashMap;

use serde_json::{Value, json};

use super::{About, AskError, Asked, Expectation, Extent, Found, Observed, Query, Question};
use crate::accumulator::EXAMPLES;

/// The queries of SQL `base_query`, of this table, and `comparison_query`, of others, find the same rows, in any order. It
/// needs a galen with a query engine: see `adapters/cluster`.
///
/// At most 200 rows of each are compared. The share that matches is of the longer of the two. Names of columns do not matter.
///
/// # Source
/// Great Expectations 1.24, `ExpectQueryResultsToMatchComparison`.
pub struct QueryResultsToMatchComparison;

/// Rows of each query that are compared: `MAX_RESULT_RECORDS` of Great Expectations.
const COMPARED: usize = 200;

impl Expectation for QueryResultsToMatchComparison {
    fn about(&self) -> About {
        About {
            id: "expect_query_results_to_match_comparison",
            params: &[
                "base_query",
                "comparison_data_source_name",
                "comparison_query",
                "mostly",
            ],
            of_rows: false,
            of_texts: false,
            what: "Two queries of SQL find the same rows.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let params = question.params;
        let base = Query::read(params.needed_text("base_query")?)?;
        // The other source is the files that the command names, whatever it is called there.
        params.needed_text("comparison_data_source_name")?;
        let comparison = Query::verbatim(params.needed_text("comparison_query")?)?;
        let mostly = params.mostly()?;
        let queries = question.queries()?;
        let base = queries.find(&base, Extent::First(COMPARED))?;
        let comparison = queries.find(&comparison, Extent::First(COMPARED))?;
        Ok(Asked::at_once(compared(&base, &comparison, mostly)))
    }
}

fn compared(base: &Found, comparison: &Found, mostly: f64) -> Observed {
    let (only_base, only_comparison) = (only_in(base, comparison), only_in(comparison, base));
    let judged = base.first.len().max(comparison.first.len());
    let matched = base.first.len() - only_base.len();
    // In percent and in this order, as Great Expectations rounds.
    let unexpected_percent = if judged == 0 {
        0.0
    } else {
        (1.0 - matched as f64 / judged as f64) * 100.0
    };
    let rows = |found: &Found, only: &[usize], side: &str| -> Vec<Value> {
        let named = found.named();
        let shown = only.iter().take(EXAMPLES / 2);
        shown
            .map(|&row| json!({"only_in": side, "row": named[row]}))
            .collect()
    };
    let mut shown = rows(base, &only_base, "base_query");
    shown.extend(rows(comparison, &only_comparison, "comparison_query"));
    Observed::Found {
        holds: 100.0 - unexpected_percent >= mostly * 100.0,
        value: json!({"base": base.first.len(), "comparison": comparison.first.len(), "matched": matched}),
        unexpected: (judged - matched) as u64,
        share: Some(unexpected_percent / 100.0),
        rows: shown,
    }
}

/// The rows of one that another has not, or not as often.
fn only_in(one: &Found, other: &Found) -> Vec<usize> {
    let mut left: HashMap<Vec<Key>, usize> = HashMap::new();
    for row in &other.first {
        *left.entry(keys(row)).or_default() += 1;
    }
    let is_left = |row: &Vec<Value>| match left.get_mut(&keys(row)) {
        Some(times) if *times > 0 => {
            *times -= 1;
            false
        }
        _ => true,
    };
    let is_left: Vec<bool> = one.first.iter().map(is_left).collect();
    (0..one.first.len()).filter(|&row| is_left[row]).collect()
}

fn keys(row: &[Value]) -> Vec<Key> {
    row.iter().map(Key::of).collect()
}

/// A value as Python tells whether it equals another: `1`, `1.0` and true are one.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    None,
    Whole(i128),
    /// The bits of a number that is not whole.
    Fraction(u64),
    Text(String),
}

impl Key {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::None,
            Value::Bool(truth) => Self::Whole(i128::from(*truth)),
            Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
                (Some(whole), ..) => Self::Whole(i128::from(whole)),
                (_, Some(whole), _) => Self::Whole(i128::from(whole)),
                (.., Some(number)) if number.fract() == 0.0 && number.abs() < 1e38 => {
                    Self::Whole(number as i128)
                }
                (.., number) => Self::Fraction(number.unwrap_or_default().to_bits()),
            },
            Value::String(text) => Self::Text(text.clone()),
            other => Self::Text(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rows: Value) -> Found {
        let first: Vec<Vec<Value>> = serde_json::from_value(rows).expect("the test writes rows");
        Found {
            columns: vec!["a".into(), "b".into()],
            rows: first.len() as u64,
            first,
        }
    }

    fn verdict(base: Value, comparison: Value, mostly: f64) -> (bool, u64, Option<f64>) {
        match compared(&found(base), &found(comparison), mostly) {
            Observed::Found {
                holds,
                unexpected,
                share,
                ..
            } => (holds, unexpected, share),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn rows_match_in_any_order_as_often_as_both_have_them() {
        let base = json!([[1, "x"], [1, "x"], [2, null]]);
        let other = json!([[2, null], [1.0, "x"], [3, "y"], [true, "x"]]);
        assert_eq!(verdict(base.clone(), other, 1.0), (false, 1, Some(0.25)));
        let fewer = json!([[1, "x"]]);
        let (holds, unexpected, _) = verdict(base, fewer, 0.5);
        assert_eq!((holds, unexpected), (false, 2));
    }

    #[test]
    fn without_any_row_they_match() {
        assert_eq!(verdict(json!([]), json!([]), 1.0), (true, 0, Some(0.0)));
    }

    #[test]
    fn a_text_is_no_number_and_an_absent_value_no_text() {
        for (a, b) in [
            (json!("1"), json!(1)),
            (json!(""), json!(null)),
            (json!(0.5), json!("0.5")),
        ] {
            let row = |value: &Value| json!([[value]]);
            assert_eq!(verdict(row(&a), row(&b), 1.0).1, 1, "{a} {b}");
        }
    }

    #[test]
    fn what_only_one_has_is_shown_with_its_names() {
        let observed = compared(&found(json!([[1, 2]])), &found(json!([[3, 4]])), 1.0);
        let Observed::Found { rows, .. } = observed else {
            panic!("{observed:?}")
        };
        let row = |side: &str, a: u8, b: u8| json!({"only_in": side, "row": {"a": a, "b": b}});
        assert_eq!(
            rows,
            [row("base_query", 1, 2), row("comparison_query", 3, 4)]
        );
    }
}
