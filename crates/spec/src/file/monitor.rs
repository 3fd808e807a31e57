//! `monitor.yaml`: the monitoring plan with its rollback policy.

use std::collections::BTreeMap;

use galen_stats::Estimate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Windows of real-world data, the checks asked of each, and what follows when one crosses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Monitor {
    /// How a window is cut.
    pub window: Window,
    /// The dataset that drift is measured against.
    pub reference: String,
    /// What is asked of each window.
    pub checks: Vec<Check>,
    /// Where an automatic rollback leads.
    pub rollback: RollbackPolicy,
}

/// The length of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    Year,
    Month,
}

/// One question to each window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Names the check, so that risk controls can refer to it.
    pub id: String,
    /// Id of the list in the manual: `missing_share`, `drift`, `alert_rate`, `performance`.
    pub check: String,
    /// The column that is asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Further settings, such as `test: ks` or `metric: o_e_ratio`.
    #[serde(default)]
    pub params: BTreeMap<String, serde_json::Value>,
    /// Confidence level of the two-sided interval; higher than usual where the stream is asked again and again.
    #[serde(default = "default_level")]
    pub level: f64,
    /// When the check crosses.
    pub limit: Limit,
    /// What follows.
    pub action: Action,
    /// Why this limit and this action.
    pub rationale: String,
}

fn default_level() -> f64 {
    0.95
}

/// When a check crosses; exactly one key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// The lower bound of the interval is above this value.
    LowerAbove(f64),
    /// The upper bound of the interval is below this value.
    UpperBelow(f64),
    /// The whole interval lies outside this range.
    Outside([f64; 2]),
    /// The p-value is below this value.
    PBelow(f64),
}

impl Limit {
    /// Whether an estimate crossed this limit: by its two-sided interval, which must be of the declared level, or by the
    /// p-value.
    pub fn crossing(&self, level: f64, estimate: &Estimate, p_value: Option<f64>) -> Crossing {
        if let Limit::PBelow(bound) = self {
            return match p_value {
                Some(p) if !(0.0..=1.0).contains(&p) => Crossing::NoData,
                Some(p) if p < *bound => Crossing::Crossed,
                Some(_) => Crossing::Ok,
                None => Crossing::NoData,
            };
        }
        let Some((low, high)) = estimate.interval() else {
            return Crossing::NoData;
        };
        if estimate.level != level {
            return Crossing::NoData;
        }
        let (crossed, clear) = match self {
            Limit::LowerAbove(bound) => (low > *bound, high <= *bound),
            Limit::UpperBelow(bound) => (high < *bound, low >= *bound),
            Limit::Outside([from, to]) => (high < *from || low > *to, low >= *from && high <= *to),
            Limit::PBelow(_) => (false, false),
        };
        if crossed {
            Crossing::Crossed
        } else if clear {
            Crossing::Ok
        } else {
            Crossing::Inconclusive
        }
    }
}

/// What became of a check on one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crossing {
    /// The interval is clear of the limit, or the p-value is not below it.
    Ok,
    Crossed,
    /// The interval straddles the limit.
    Inconclusive,
    /// There was nothing to measure, or nothing that this limit could judge.
    NoData,
}

/// What follows when a check crosses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Somebody is told.
    Notify,
    /// The release is rolled back by itself if it uses the column of the check, and a finding is opened.
    RollBack,
}

/// Where an automatic rollback leads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RollbackPolicy {
    /// Which release becomes live.
    pub to: RollbackTarget,
    /// Why that one is safe.
    pub rationale: String,
}

/// The release that an automatic rollback makes live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RollbackTarget {
    /// The latest earlier release that does not use the column of the crossed check; without one, no model is live.
    PreviousWithoutColumn,
    /// The release before; without one, no model is live.
    Previous,
}

#[cfg(test)]
mod tests {
    use galen_stats::Level;

    use super::*;

    fn between(low: f64, high: f64) -> Estimate {
        Estimate::new(
            (low + high) / 2.0,
            (low, high),
            48,
            Level::DEFAULT,
            "wilson",
        )
    }

    fn of(limit: Limit, low: f64, high: f64) -> Crossing {
        limit.crossing(0.95, &between(low, high), None)
    }

    #[test]
    fn a_limit_is_crossed_only_by_the_whole_interval() {
        let above = Limit::LowerAbove(0.3);
        assert_eq!(of(above.clone(), 0.31, 0.9), Crossing::Crossed);
        assert_eq!(of(above.clone(), 0.3, 0.9), Crossing::Inconclusive);
        assert_eq!(of(above, 0.1, 0.3), Crossing::Ok);
        let below = Limit::UpperBelow(0.75);
        assert_eq!(of(below.clone(), 0.5, 0.74), Crossing::Crossed);
        assert_eq!(of(below.clone(), 0.5, 0.75), Crossing::Inconclusive);
        assert_eq!(of(below, 0.75, 0.9), Crossing::Ok);
        let outside = Limit::Outside([0.7, 1.43]);
        assert_eq!(of(outside.clone(), 0.2, 0.69), Crossing::Crossed);
        assert_eq!(of(outside.clone(), 1.44, 2.0), Crossing::Crossed);
        assert_eq!(of(outside.clone(), 0.2, 2.0), Crossing::Inconclusive);
        assert_eq!(of(outside, 0.7, 1.43), Crossing::Ok);
    }

    #[test]
    fn an_interval_of_another_level_or_none_is_no_data() {
        let limit = Limit::LowerAbove(0.3);
        let estimate = between(0.5, 0.9);
        assert_eq!(limit.crossing(0.99, &estimate, None), Crossing::NoData);
        let open = Estimate {
            high: None,
            ..estimate
        };
        assert_eq!(limit.crossing(0.95, &open, Some(0.0)), Crossing::NoData);
    }

    #[test]
    fn a_p_value_crosses_only_below_its_limit_and_needs_no_interval() {
        let limit = Limit::PBelow(0.001);
        let estimate = between(0.5, 0.9);
        let crossing = |p| limit.crossing(0.99, &estimate, p);
        assert_eq!(crossing(Some(0.0009)), Crossing::Crossed);
        assert_eq!(crossing(Some(0.001)), Crossing::Ok);
        assert_eq!(crossing(None), Crossing::NoData);
    }
}
