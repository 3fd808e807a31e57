use galen_stats::Level;

use super::{CrossCheck, Problem, Vocabulary};
use crate::file::protocol::{CriterionKind, Difference, Endpoint};
use crate::file::{Name, Specs};
use crate::rule::Rule;

/// Looks above which a set is hardly sealed any more: a convention of galen.
const LOOKS_MANY: u32 = 20;

/// What is wrong with a bound that every value meets, or none.
fn beyond(
    rule: Rule,
    endpoint: &Endpoint,
    vocabulary: &Vocabulary,
) -> Option<(&'static str, &'static str)> {
    let [least, most] = *vocabulary.ranges.get(&endpoint.metric)?;
    let (least, most) = match endpoint.difference {
        Some(_) => (least - most, most - least),
        None => (least, most),
    };
    let (excludes_nothing, excludes_all) = match rule {
        Rule::LowerAtLeast(bound) => (bound <= least, bound > most),
        Rule::UpperAtMost(bound) => (bound >= most, bound < least),
        Rule::Inside(from, to) => (from < least && to > most, from >= most || to <= least),
        Rule::Report => (false, false),
    };
    if excludes_nothing {
        Some((
            "every value meets this bound",
            "give a bound within what the metric can be",
        ))
    } else if excludes_all {
        Some((
            "no value meets this bound",
            "give a bound within what the metric can be",
        ))
    } else {
        None
    }
}

/// A criterion judges an endpoint that exists, at a level that means something, and one that binds asks something.
pub struct Criteria;

impl CrossCheck for Criteria {
    fn id(&self) -> &'static str {
        "protocol.criterion"
    }

    fn holds(&self) -> &'static str {
        "Every criterion names an endpoint, a level between 0.5 and 1 and a rationale; a required one asks something, and what compares with the released model is for updates only."
    }

    fn problems(&self, specs: &Specs, vocabulary: &Vocabulary) -> Vec<Problem> {
        let protocol = &specs.protocol;
        let mut problems = Vec::new();
        for (c, criterion) in protocol.criteria.iter().enumerate() {
            let mut push = |key: &str, message: &str, help: &str| {
                let path = format!("criteria[{c}].{key}");
                problems.push(Problem::error(Name::Protocol, path, message).help(help));
            };
            if Level::new(criterion.level).is_err() {
                let message = format!("{} is not a confidence level", criterion.level);
                push("level", &message, "write 0.95, or 0.90 for equivalence");
            }
            if criterion.kind == CriterionKind::Required && criterion.rule == Rule::Report {
                let help = "give a bound, or make the criterion descriptive";
                push("rule", "a required criterion asks nothing", help);
            }
            if criterion.rationale.trim().is_empty() {
                push(
                    "rationale",
                    "a bound without a reason",
                    "say why this bound",
                );
            }
            let endpoint = protocol.endpoint(&criterion.endpoint);
            if let Some((message, help)) =
                endpoint.and_then(|endpoint| beyond(criterion.rule, endpoint, vocabulary))
            {
                push("rule", message, help);
            }
            let compares = endpoint.is_some_and(|e| e.difference == Some(Difference::ToReleased));
            if compares && !criterion.updates_only {
                let message = "the first release has no released model to compare with";
                push("endpoint", message, "add `updates_only: true`");
            }
            if endpoint.is_none() {
                let there = protocol
                    .endpoints
                    .iter()
                    .map(|endpoint| endpoint.id.as_str());
                let path = format!("criteria[{c}].endpoint");
                let word = &criterion.endpoint;
                let unknown = Problem::unless_named(Name::Protocol, path, "endpoint", word, there);
                problems.extend(unknown);
            }
        }
        let set = &protocol.reference_set;
        if set.looks > LOOKS_MANY && set.spending.is_none() {
            let message = format!(
                "{} looks at one set: with so many, luck passes some candidate",
                set.looks
            );
            let problem = Problem::warning(Name::Protocol, "reference_set.looks", message);
            problems.push(problem.help(
                "plan fewer, let the looks share the error (`spending: equal`), or collect a fresh set for later candidates",
            ));
        }
        if !protocol
            .criteria
            .iter()
            .any(|c| c.kind == CriterionKind::Required)
        {
            let message = "no criterion is required, so no gate could ever refuse a change";
            problems.push(Problem::error(Name::Protocol, "criteria", message));
        }
        problems
    }
}
