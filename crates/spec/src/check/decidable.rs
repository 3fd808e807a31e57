use galen_stats::Level;
use galen_stats::power::{auroc_power, auroc_size, wilson_power, wilson_size};

use super::{CrossCheck, Problem, Vocabulary};
use crate::file::protocol::{Criterion, CriterionKind, Endpoint, Protocol};
use crate::file::{Name, Specs};
use crate::rule::Rule;

/// The least probability with which a required criterion is to be met if the team's expectation is true.
const POWER: f64 = 0.80;
/// Cases beyond this change no answer and are not computed with.
const CASES_MAX: u64 = 1_000_000;

/// A required criterion that the reference set can hardly decide is a coin, and known to be one beforehand.
///
/// Asked where a formula holds: lower bounds of sensitivity, specificity, accuracy and the AUROC in all cases. A subgroup
/// has no declared size, a difference no declared correlation: there the check says nothing.
///
/// # Source
/// [`galen_stats::power`]: Wilson 1927, Hanley and McNeil 1982.
pub struct Decidable;

impl CrossCheck for Decidable {
    fn id(&self) -> &'static str {
        "protocol.criterion.undecidable"
    }

    fn holds(&self) -> &'static str {
        "A required lower bound of sensitivity, specificity, accuracy or AUROC is met with probability 0.80 or more by the expected cases, if the expected value is true."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let protocol = &specs.protocol;
        let criteria = protocol.criteria.iter().enumerate();
        criteria
            .filter(|(_, criterion)| criterion.kind == CriterionKind::Required)
            .filter_map(|(c, criterion)| {
                let question = Question::of(protocol, criterion)?;
                let path = format!("criteria[{c}]");
                match criterion.expected {
                    Some(expected) => question.problem(&format!("{path}.rule"), expected),
                    None => {
                        let message = "whether the reference set can decide this is not known";
                        let help = "add `expected`: the value that the team expects";
                        Some(Problem::warning(Name::Protocol, path, message).help(help))
                    }
                }
            })
            .collect()
    }
}

/// A lower bound and the cases that are expected to decide it.
struct Question<'a> {
    metric: &'a str,
    bound: f64,
    level: Level,
    diseased: u64,
    healthy: u64,
}

impl<'a> Question<'a> {
    /// The question of a criterion; none where no formula holds.
    fn of(protocol: &'a Protocol, criterion: &Criterion) -> Option<Question<'a>> {
        let endpoint: &Endpoint = protocol.endpoint(&criterion.endpoint)?;
        let formula = ["sensitivity", "specificity", "accuracy", "auroc"];
        if endpoint.subgroup.is_some()
            || endpoint.difference.is_some()
            || !formula.contains(&endpoint.metric.as_str())
        {
            return None;
        }
        let Rule::LowerAtLeast(bound) = criterion.rule else {
            return None;
        };
        let set = &protocol.reference_set;
        let diseased = set.expected_diseased.min(CASES_MAX);
        Some(Question {
            metric: &endpoint.metric,
            bound,
            level: Level::new(*protocol.levels_of(criterion).first()?).ok()?,
            diseased,
            healthy: set.expected_cases.saturating_sub(diseased).min(CASES_MAX),
        })
    }

    /// What is wrong if the expected value is true.
    fn problem(&self, path: &str, expected: f64) -> Option<Problem> {
        let Question {
            metric,
            bound,
            level,
            ..
        } = *self;
        let (power, cases, needed) = if metric == "auroc" {
            let (diseased, healthy) = (self.diseased, self.healthy);
            let prevalence = diseased as f64 / (diseased + healthy).max(1) as f64;
            let needed = auroc_size(expected, bound, POWER, prevalence, level);
            (
                auroc_power(expected, bound, diseased, healthy, level),
                format!("{diseased} diseased and {healthy} healthy cases"),
                needed.map(|(d, h)| format!("{d} diseased and {h} healthy cases")),
            )
        } else {
            let (n, kind) = match metric {
                "sensitivity" => (self.diseased, "diseased cases"),
                "specificity" => (self.healthy, "healthy cases"),
                _ => (self.diseased + self.healthy, "cases"),
            };
            let power = wilson_power(expected, bound, n, level);
            // The search is long and needed only where there is something to say.
            let search = power < POWER;
            let needed = search
                .then(|| wilson_size(expected, bound, POWER, level))
                .flatten();
            (
                power,
                format!("{n} {kind}"),
                needed.map(|n| format!("{n} {kind}")),
            )
        };
        if power >= POWER {
            return None;
        }
        let message = format!(
            "{cases} decide this with probability {power:.2} if the {metric} is {expected}"
        );
        let help = match needed {
            Some(needed) => format!(
                "{needed} decide it with probability {POWER:.2} or more; or lower the bound and say why"
            ),
            None => "no set is large enough: lower the bound and say why".to_owned(),
        };
        Some(Problem::error(Name::Protocol, path, message).help(help))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sensitivity(diseased: u64) -> Question<'static> {
        Question {
            metric: "sensitivity",
            bound: 0.90,
            level: Level::DEFAULT,
            diseased,
            healthy: 400,
        }
    }

    #[test]
    fn too_few_diseased_cases_are_told_with_the_number_that_is_needed() {
        let problem = sensitivity(41)
            .problem("criteria[0].rule", 0.95)
            .expect("too few");
        let message =
            "41 diseased cases decide this with probability 0.12 if the sensitivity is 0.95";
        assert_eq!(problem.message, message);
        let help = problem.help.expect("help");
        assert!(
            help.starts_with("254 diseased cases decide it with probability 0.80"),
            "{help}"
        );
    }

    #[test]
    fn enough_diseased_cases_are_no_problem() {
        assert_eq!(sensitivity(254).problem("criteria[0].rule", 0.95), None);
    }

    #[test]
    fn an_expectation_at_the_bound_is_decided_by_no_set() {
        let problem = sensitivity(1_000)
            .problem("criteria[0].rule", 0.90)
            .expect("a coin");
        assert!(
            problem
                .help
                .expect("help")
                .starts_with("no set is large enough")
        );
    }
}
