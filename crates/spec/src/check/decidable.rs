use galen_stats::Level;
use galen_stats::power::{
    HalfWidths, auroc_power, auroc_size, normal_power, normal_times, wilson_power, wilson_size,
};

use super::{CrossCheck, Problem, Vocabulary};
use crate::file::protocol::{Criterion, CriterionKind, Endpoint, ExpectedClusters, Protocol};
use crate::file::{Name, Specs};
use crate::rule::Rule;

/// The least probability with which a required criterion is to be met if the team's expectation is true.
const POWER: f64 = 0.80;
/// Cases beyond this change no answer and are not computed with.
const CASES_MAX: u64 = 1_000_000;

/// A required criterion that the reference set can hardly decide is a coin, and known to be one beforehand.
///
/// By a formula where one holds: lower bounds of sensitivity, specificity, accuracy and the AUROC, in all cases and in subgroups whose
/// expected cases are declared, at the strictest level that a criterion may be asked at, and with cases of one patient worth as much less as
/// their design effect says. Everything else (differences, ranges, other metrics) by the standard error that the team expects, which a
/// pilot tells.
///
/// # Source
/// [`galen_stats::power`]: Wilson 1927, Hanley and McNeil 1982, Julious 2004.
pub struct Decidable;

impl CrossCheck for Decidable {
    fn id(&self) -> &'static str {
        "protocol.criterion.undecidable"
    }

    fn holds(&self) -> &'static str {
        "A required criterion is met with probability 0.80 or more if the expected value is true: by the expected cases where a formula holds (lower bounds of sensitivity, specificity, accuracy and AUROC, in all and in subgroups whose cases are declared), else by the expected standard error."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let protocol = &specs.protocol;
        let mut problems: Vec<Problem> = declared_wrongly(protocol).into_iter().collect();
        let criteria = protocol.criteria.iter().enumerate();
        let undecidable = criteria
            .filter(|(_, criterion)| criterion.kind == CriterionKind::Required)
            .filter_map(|(c, criterion)| {
                let path = format!("criteria[{c}]");
                if let Some(error) = criterion.expected_error {
                    return by_error(protocol, criterion, &path, error);
                }
                let Some(question) = Question::of(protocol, criterion) else {
                    return unknown(criterion, path);
                };
                match criterion.expected {
                    Some(expected) => question.problem(&format!("{path}.rule"), expected),
                    None => {
                        let message = "whether the reference set can decide this is not known";
                        let help = "add `expected`: the value that the team expects";
                        Some(Problem::warning(Name::Protocol, path, message).help(help))
                    }
                }
            });
        problems.extend(undecidable);
        problems
    }
}

/// What is wrong with a criterion whose estimate is expected to have this standard error.
fn by_error(protocol: &Protocol, criterion: &Criterion, path: &str, error: f64) -> Option<Problem> {
    let bounds = criterion.rule.bounds()?;
    let path_of_error = format!("{path}.expected_error");
    if !(error > 0.0 && error.is_finite()) {
        let message = "a standard error is a number above 0";
        return Some(Problem::error(Name::Protocol, path_of_error, message));
    }
    let Some(expected) = criterion.expected else {
        let message = "a standard error decides nothing without the value that the team expects";
        let help = "add `expected`";
        return Some(Problem::warning(Name::Protocol, path_of_error, message).help(help));
    };
    let level = Level::new(*protocol.levels_of(criterion).first()?).ok()?;
    let halves = HalfWidths::of_error(error, level);
    let power = normal_power(expected, halves, bounds, level);
    if power >= POWER {
        return None;
    }
    let message = format!(
        "this is decided with probability {power:.2} if {expected} is true and the standard error {error}"
    );
    let help = match normal_times(expected, halves, bounds, POWER, level) {
        Some(times) => format!(
            "{times:.1} times as many cases decide it with probability {POWER:.2} or more; or move the bound and say why"
        ),
        None => "no set is large enough: move the bound and say why".to_owned(),
    };
    Some(Problem::error(Name::Protocol, format!("{path}.rule"), message).help(help))
}

/// A criterion of which nobody said what tells whether it can be decided.
fn unknown(criterion: &Criterion, path: String) -> Option<Problem> {
    criterion.rule.bounds()?;
    let message = "whether the reference set can decide this is not known";
    let help = "add `expected` and `expected_error`: the value and the standard error that a pilot tells (galen eval size --pilot)";
    Some(Problem::warning(Name::Protocol, path, message).help(help))
}

/// Clusters that cannot be.
fn declared_wrongly(protocol: &Protocol) -> Option<Problem> {
    let clusters = protocol.reference_set.expected_clusters?;
    let is_sound =
        clusters.cases >= 1.0 && clusters.cases.is_finite() && (0.0..=1.0).contains(&clusters.icc);
    let message = "a patient has at least one case, and cases are alike from 0 to 1";
    (!is_sound).then(|| Problem::error(Name::Protocol, "reference_set.expected_clusters", message))
}

/// A lower bound and the cases that are expected to decide it.
struct Question<'a> {
    metric: &'a str,
    bound: f64,
    level: Level,
    diseased: u64,
    healthy: u64,
    /// By how much cases are worth less than those of different patients.
    effect: f64,
}

impl<'a> Question<'a> {
    /// The question of a criterion; none where no formula holds.
    fn of(protocol: &'a Protocol, criterion: &Criterion) -> Option<Question<'a>> {
        let endpoint: &Endpoint = protocol.endpoint(&criterion.endpoint)?;
        let formula = ["sensitivity", "specificity", "accuracy", "auroc"];
        if endpoint.difference.is_some() || !formula.contains(&endpoint.metric.as_str()) {
            return None;
        }
        let Rule::LowerAtLeast(bound) = criterion.rule else {
            return None;
        };
        let set = &protocol.reference_set;
        let (cases, diseased) = match &endpoint.subgroup {
            None => (set.expected_cases, set.expected_diseased),
            Some(id) => {
                let subgroup = protocol.subgroup(id)?;
                (subgroup.expected_cases?, subgroup.expected_diseased?)
            }
        };
        let clusters = set.expected_clusters;
        let effect = clusters
            .map_or(1.0, ExpectedClusters::design_effect)
            .max(1.0);
        let diseased = diseased.min(CASES_MAX);
        Some(Question {
            effect,
            metric: &endpoint.metric,
            bound,
            level: Level::new(*protocol.levels_of(criterion).first()?).ok()?,
            diseased,
            healthy: cases.saturating_sub(diseased).min(CASES_MAX),
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
        // Cases that are worth so many independent ones, and the other way round.
        let worth = |n: u64| (n as f64 / self.effect).floor() as u64;
        let cases_of = |n: u64| (n as f64 * self.effect).ceil() as u64;
        let (power, cases, needed) = if metric == "auroc" {
            let (diseased, healthy) = (self.diseased, self.healthy);
            let prevalence = diseased as f64 / (diseased + healthy).max(1) as f64;
            let needed = auroc_size(expected, bound, POWER, prevalence, level);
            (
                auroc_power(expected, bound, worth(diseased), worth(healthy), level),
                format!("{diseased} diseased and {healthy} healthy cases"),
                needed.map(|(d, h)| {
                    format!("{} diseased and {} healthy cases", cases_of(d), cases_of(h))
                }),
            )
        } else {
            let (n, kind) = match metric {
                "sensitivity" => (self.diseased, "diseased cases"),
                "specificity" => (self.healthy, "healthy cases"),
                _ => (self.diseased + self.healthy, "cases"),
            };
            let power = wilson_power(expected, bound, worth(n), level);
            // The search is long and needed only where there is something to say.
            let search = power < POWER;
            let needed = search
                .then(|| wilson_size(expected, bound, POWER, level))
                .flatten();
            (
                power,
                format!("{n} {kind}"),
                needed.map(|n| format!("{} {kind}", cases_of(n))),
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
            effect: 1.0,
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
    fn cases_of_one_patient_are_worth_less() {
        // Three cases of a patient that are half alike are worth one and a half.
        let question = Question {
            effect: 2.0,
            ..sensitivity(254)
        };
        let problem = question.problem("criteria[0].rule", 0.95).expect("too few");
        assert!(
            problem
                .message
                .starts_with("254 diseased cases decide this")
        );
        let help = problem.help.expect("help");
        assert!(help.starts_with("508 diseased cases decide it"), "{help}");
        let question = Question {
            effect: 2.0,
            ..sensitivity(508)
        };
        assert_eq!(question.problem("criteria[0].rule", 0.95), None);
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
