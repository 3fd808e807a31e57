//! Judging: whether an interval clears the bound that was declared before it was measured.

mod families;

use std::fmt;

use galen_spec::Rule;
use galen_spec::protocol::{Asked, Criterion, CriterionKind, Difference, Protocol};
use galen_stats::Estimate;
use galen_store::Digest;
use serde::{Deserialize, Serialize};

pub use galen_spec::monitor::Crossing;

use crate::act::freeze::fingerprint;
use crate::{Evidence, Refusal, State};

/// What a gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Pass,
    Fail,
    Inconclusive,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Inconclusive => "inconclusive",
        })
    }
}

/// What became of one criterion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Pass,
    Fail,
    Inconclusive,
    /// Nothing was asked; the number is reported.
    Reported,
    /// The criterion is for updates and there was no release, or it compares with the live release and none is live.
    NotApplicable,
}

/// A criterion with its estimate and its result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CriterionResult {
    pub id: String,
    pub required: bool,
    pub endpoint: String,
    pub title: String,
    pub metric: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Whether the estimate is a difference of two values of the metric.
    #[serde(default)]
    pub is_difference: bool,
    pub rule: Rule,
    /// The estimate at the level at which the criterion was asked last.
    pub estimate: Estimate,
    pub result: Outcome,
    pub declared: Declared,
    /// The family that it shares the error with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Why it was not asked at all, though it asks something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_asked: Option<String>,
}

/// Whether a criterion was declared before the reference set was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Declared {
    Frozen,
    PostHoc,
}

/// Whether the interval clears the bound. No interval, or one that straddles the bound, is inconclusive.
pub fn judge(rule: Rule, estimate: &Estimate) -> Outcome {
    if rule == Rule::Report {
        return Outcome::Reported;
    }
    let Some((low, high)) = estimate.interval() else {
        return Outcome::Inconclusive;
    };
    let (passes, fails) = match rule {
        Rule::LowerAtLeast(bound) => (low >= bound, high < bound),
        Rule::UpperAtMost(bound) => (high <= bound, low > bound),
        Rule::Inside(from, to) => (low > from && high < to, high <= from || low >= to),
        Rule::Report => return Outcome::Reported,
    };
    if passes {
        Outcome::Pass
    } else if fails {
        Outcome::Fail
    } else {
        Outcome::Inconclusive
    }
}

/// Every criterion of the protocol on the evidence.
///
/// A row counts for a criterion only if it has the level that is asked and its endpoint's subgroup, and is the only one;
/// otherwise the criterion is inconclusive. Criteria of a family are met as its procedure says, and those of a later family only if
/// all of the earlier ones were met.
pub fn criteria(state: &State, protocol: &Protocol, evidence: &Evidence) -> Vec<CriterionResult> {
    let asked = families::asked(state, protocol, evidence);
    protocol
        .criteria
        .iter()
        .map(|criterion| {
            one(
                state,
                protocol,
                evidence,
                criterion,
                asked.get(&criterion.id),
            )
        })
        .collect()
}

/// The same for a verdict that was made at an entry: what followed changes nothing of what was asked then.
pub fn criteria_then(
    state: &State,
    entry: u64,
    protocol: &Protocol,
    evidence: &Evidence,
) -> Vec<CriterionResult> {
    let earlier = state.releases.iter().filter(|it| it.entry < entry);
    let then = State {
        criteria: state.criteria.clone(),
        live: evidence.subject("released").map(|model| model.to_string()),
        releases: earlier.cloned().collect(),
        ..State::default()
    };
    criteria(&then, protocol, evidence)
}

/// Whether a criterion asks nothing of this change: it compares with the live release and none is live, or it is for
/// updates and nothing was ever released.
fn asks_nothing(state: &State, protocol: &Protocol, criterion: &Criterion) -> bool {
    let compares = protocol
        .endpoint(&criterion.endpoint)
        .is_some_and(|endpoint| endpoint.difference == Some(Difference::ToReleased));
    (compares && state.live.is_none()) || (criterion.updates_only && state.releases.is_empty())
}

fn row_of<'a>(
    protocol: &Protocol,
    criterion: &Criterion,
    evidence: &'a Evidence,
    level: f64,
) -> Result<&'a Estimate, String> {
    let id = &criterion.endpoint;
    let endpoint = protocol
        .endpoint(id)
        .ok_or_else(|| format!("the protocol has no endpoint {id}"))?;
    let mut rows = evidence.rows.iter().filter(|row| {
        row.quantity == *id && row.estimate.level == level && row.subgroup == endpoint.subgroup
    });
    match (rows.next(), rows.next()) {
        (Some(row), None) => Ok(&row.estimate),
        (None, _) => Err(format!(
            "the evidence has no row for endpoint {id} at this level"
        )),
        (Some(_), Some(_)) => Err(format!(
            "the evidence has two rows for endpoint {id} at this level"
        )),
    }
}

fn one(
    state: &State,
    protocol: &Protocol,
    evidence: &Evidence,
    criterion: &Criterion,
    asked: Option<&Asked>,
) -> CriterionResult {
    let endpoint = protocol.endpoint(&criterion.endpoint);
    let (share, not_asked) = match asked {
        Some(Asked::Met(share) | Asked::NotMet(share)) => (*share, None),
        Some(Asked::NotReached(before)) => (
            1.0,
            Some(format!("{before}, which comes before it, was not met")),
        ),
        None => (1.0, None),
    };
    let level = protocol.level_at(criterion, share);
    let estimate = row_of(protocol, criterion, evidence, level)
        .cloned()
        .unwrap_or_else(|why| absent(level, why));
    let result = if asks_nothing(state, protocol, criterion) {
        Outcome::NotApplicable
    } else {
        match (judge(criterion.rule, &estimate), asked) {
            // Its own interval clears the bound, but the error that it would be claimed with is spent.
            (Outcome::Pass, Some(Asked::NotMet(_) | Asked::NotReached(_))) => Outcome::Inconclusive,
            (alone, _) => alone,
        }
    };
    let by = endpoint.and_then(|endpoint| match &endpoint.difference {
        Some(Difference::Between(pair)) => Some(pair.join(" minus ")),
        _ => endpoint.subgroup.clone(),
    });
    let post_hoc = state
        .criteria
        .get(&fingerprint(protocol, criterion))
        .copied()
        .unwrap_or(true);
    CriterionResult {
        id: criterion.id.clone(),
        required: criterion.kind == CriterionKind::Required,
        endpoint: criterion.endpoint.clone(),
        title: endpoint
            .map(|endpoint| endpoint.title.clone())
            .unwrap_or_default(),
        metric: endpoint
            .map(|endpoint| endpoint.metric.clone())
            .unwrap_or_default(),
        by,
        is_difference: endpoint.is_some_and(|endpoint| endpoint.difference.is_some()),
        rule: criterion.rule,
        estimate,
        not_asked: not_asked.filter(|_| result != Outcome::NotApplicable),
        result,
        declared: if post_hoc {
            Declared::PostHoc
        } else {
            Declared::Frozen
        },
        family: protocol
            .family_of(criterion)
            .map(|family| family.id.clone()),
    }
}

/// An estimate that does not exist, and why.
pub(crate) fn absent(level: f64, why: String) -> Estimate {
    Estimate {
        value: None,
        low: None,
        high: None,
        level,
        n: 0,
        events: None,
        clusters: None,
        method: "none".to_owned(),
        seed: None,
        why: Some(why),
    }
}

/// Whether a result keeps a change from release. A required criterion that was declared after a look blocks as well:
/// it may have been chosen because it passes.
pub fn blocks(result: &CriterionResult) -> bool {
    let passed = match result.result {
        Outcome::Pass => result.declared == Declared::Frozen,
        Outcome::Reported | Outcome::NotApplicable => true,
        Outcome::Fail | Outcome::Inconclusive => false,
    };
    result.required && !passed
}

/// Whether a result becomes a limitation in the labelling.
pub fn limits(result: &CriterionResult) -> bool {
    !result.required && matches!(result.result, Outcome::Fail | Outcome::Inconclusive)
}

/// The ids of the results that are so.
pub fn ids(results: &[CriterionResult], so: fn(&CriterionResult) -> bool) -> Vec<String> {
    results
        .iter()
        .filter(|result| so(result))
        .map(|result| result.id.clone())
        .collect()
}

/// The verdict: fail if a required criterion fails, inconclusive if one cannot be decided, else pass. A protocol that
/// requires nothing decides nothing.
pub fn verdict(results: &[CriterionResult]) -> Verdict {
    let blocking: Vec<&CriterionResult> = results.iter().filter(|result| blocks(result)).collect();
    let decided = results
        .iter()
        .any(|result| result.required && result.result == Outcome::Pass);
    if blocking.iter().any(|result| result.result == Outcome::Fail) {
        Verdict::Fail
    } else if !blocking.is_empty() || !decided {
        Verdict::Inconclusive
    } else {
        Verdict::Pass
    }
}

/// Whether the evidence is an evaluation of this model on this dataset.
pub(crate) fn belongs(evidence: &Evidence, model: Digest, dataset: Digest) -> Result<(), Refusal> {
    let fits = evidence.what == "evaluation"
        && evidence.subject("model") == Some(model)
        && evidence.subject("dataset") == Some(dataset);
    if fits {
        return Ok(());
    }
    Err(Refusal::new(
        "wrong_evidence",
        "the evidence is not an evaluation of this model on this dataset",
        "evaluate again: galen gate",
    ))
}
