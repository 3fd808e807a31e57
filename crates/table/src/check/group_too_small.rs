use std::collections::BTreeMap;

use galen_spec::data::Severity;
use galen_stats::{Estimate, interval};
use serde_json::json;

use super::{About, Check, CheckHead, Finding, Measure, Study};

/// A declared subgroup with too few cases to be judged.
///
/// The rarer label of a subgroup decides how sure one can be of a share such as the sensitivity: the measure is the width
/// of Wilson's interval of a share of 0.8 among its cases (1 without a case). Wider than 0.4 (about 14 cases) warns,
/// wider than 0.25 (about 37) is noted. The limits are conventions of galen; whether a criterion can be decided is asked of
/// the protocol.
///
/// # Source
/// Wilson 1927, JASA 22:209-212; TRIPOD+AI 2024, BMJ 385:e078378, item 12e (subgroups) and item 10 (sample size).
pub struct GroupTooSmall;

/// More categories than this are no subgroups.
const CATEGORIES: usize = 50;

impl Check for GroupTooSmall {
    fn about(&self) -> About {
        About {
            id: "group_too_small",
            head: CheckHead::Representativeness,
            what: "Has a declared subgroup too few cases to be judged?",
            source: "Wilson 1927; TRIPOD+AI 2024",
        }
    }

    fn find(&self, study: &Study) -> Vec<Finding> {
        study
            .roles
            .groups
            .iter()
            .flat_map(|column| look(study, column))
            .collect()
    }
}

fn look(study: &Study, column: &str) -> Vec<Finding> {
    let Ok(texts) = study.table.texts(column) else {
        return Vec::new();
    };
    let mut groups: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (text, truth) in texts.iter().zip(&study.truth) {
        let count = groups
            .entry(text.as_deref().unwrap_or("not reported"))
            .or_default();
        match truth {
            Some(true) => count.0 += 1,
            Some(false) => count.1 += 1,
            None => {}
        }
    }
    if groups.len() > CATEGORIES {
        let message = format!(
            "`{column}` has {} values, which are too many to be subgroups.",
            groups.len()
        );
        return vec![finding(
            column,
            Severity::Note,
            message,
            None,
            json!({ "values": groups.len() }),
        )];
    }
    groups
        .iter()
        .filter_map(|(group, &(d, h))| judge(study, column, group, d, h))
        .collect()
}

fn judge(
    study: &Study,
    column: &str,
    group: &str,
    diseased: usize,
    healthy: usize,
) -> Option<Finding> {
    let fewer = diseased.min(healthy);
    let (n, level) = (fewer as f64, study.roles.level);
    let (low, high) = if fewer == 0 {
        (0.0, 1.0)
    } else {
        interval::wilson(0.8 * n, n, level)
    };
    let width = high - low;
    let severity = if width > 0.4 {
        Severity::Warn
    } else if width > 0.25 {
        Severity::Note
    } else {
        return None;
    };
    let message = format!(
        "The subgroup {group:?} of `{column}` has {diseased} diseased and {healthy} healthy cases: a share of 0.8 among the {fewer} would be known only from {low:.2} to {high:.2}."
    );
    let estimate = Estimate {
        value: Some(width),
        low: None,
        high: None,
        why: Some("The width is that of an interval and has none itself.".to_owned()),
        ..Estimate::new(0.8, (low, high), fewer as u64, level, "wilson")
    };
    let measure = Measure {
        name: "interval_width",
        estimate,
    };
    let evidence = json!({ "group": group, "diseased": diseased, "healthy": healthy });
    Some(finding(column, severity, message, Some(measure), evidence))
}

fn finding(
    column: &str,
    severity: Severity,
    message: String,
    measure: Option<Measure>,
    evidence: serde_json::Value,
) -> Finding {
    Finding {
        check: "group_too_small",
        severity,
        columns: vec![column.to_owned()],
        message,
        measure,
        evidence,
        help: "Collect more of these cases, join subgroups for a reason given before, or make no claim about them."
            .to_owned(),
    }
}
