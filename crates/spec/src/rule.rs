//! The bound that a criterion states, as a short sentence: `lower >= 0.75`, `upper <= 0.02`, `inside (0.70, 1.43)`.

use std::fmt;
use std::str::FromStr;

use galen_stats::power::Bounds;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The bound that an interval must clear, written `lower >= 0.75`, `upper <= 0.02`, `inside (0.70, 1.43)` or `report`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub enum Rule {
    /// The lower bound is at least this value.
    LowerAtLeast(f64),
    /// The upper bound is at most this value.
    UpperAtMost(f64),
    /// The whole interval lies inside the open range.
    Inside(f64, f64),
    /// Only reported; nothing is asked.
    Report,
}

/// A rule that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a rule; write `lower >= 0.75`, `upper <= 0.02`, `inside (0.70, 1.43)` or `report`"
)]
pub struct RuleError(String);

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Rule, RuleError> {
        let error = || RuleError(text.to_owned());
        let number = |part: &str| {
            part.trim()
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())
                .ok_or_else(error)
        };
        let text = text.trim();
        if text == "report" {
            Ok(Rule::Report)
        } else if let Some(rest) = text.strip_prefix("lower") {
            number(rest.trim().strip_prefix(">=").ok_or_else(error)?).map(Rule::LowerAtLeast)
        } else if let Some(rest) = text.strip_prefix("upper") {
            number(rest.trim().strip_prefix("<=").ok_or_else(error)?).map(Rule::UpperAtMost)
        } else if let Some(rest) = text.strip_prefix("inside") {
            let inner = rest
                .trim()
                .strip_prefix('(')
                .and_then(|rest| rest.strip_suffix(')'));
            let (low, high) = inner
                .and_then(|inner| inner.split_once(','))
                .ok_or_else(error)?;
            let (low, high) = (number(low)?, number(high)?);
            if low < high {
                Ok(Rule::Inside(low, high))
            } else {
                Err(error())
            }
        } else {
            Err(error())
        }
    }
}

impl Rule {
    /// What the rule asks of an interval, if it asks anything.
    pub fn bounds(self) -> Option<Bounds> {
        let (lower, upper) = match self {
            Rule::LowerAtLeast(bound) => (Some(bound), None),
            Rule::UpperAtMost(bound) => (None, Some(bound)),
            Rule::Inside(low, high) => (Some(low), Some(high)),
            Rule::Report => return None,
        };
        Some(Bounds { lower, upper })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::LowerAtLeast(bound) => write!(f, "lower >= {bound}"),
            Rule::UpperAtMost(bound) => write!(f, "upper <= {bound}"),
            Rule::Inside(low, high) => write!(f, "inside ({low}, {high})"),
            Rule::Report => f.write_str("report"),
        }
    }
}

impl TryFrom<String> for Rule {
    type Error = RuleError;

    fn try_from(text: String) -> Result<Rule, RuleError> {
        text.parse()
    }
}

impl From<Rule> for String {
    fn from(rule: Rule) -> String {
        rule.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_as_it_is_written() {
        for text in [
            "lower >= 0.75",
            "upper <= 0.02",
            "inside (0.7, 1.43)",
            "report",
        ] {
            assert_eq!(text.parse::<Rule>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_rule_without_a_bound_is_refused() {
        for text in [
            "lower",
            "lower > 0.75",
            "upper <= NaN",
            "inside (2, 1)",
            "inside 1, 2",
            "",
        ] {
            assert!(text.parse::<Rule>().is_err(), "{text}");
        }
    }
}
