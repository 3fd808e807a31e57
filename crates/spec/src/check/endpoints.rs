use super::{CrossCheck, Problem, Vocabulary};
use crate::file::protocol::{Difference, Endpoint};
use crate::file::{Name, Specs};

/// An endpoint can be computed, and somebody judges it.
pub struct Endpoints;

impl CrossCheck for Endpoints {
    fn id(&self) -> &'static str {
        "protocol.endpoint"
    }

    fn holds(&self) -> &'static str {
        "Every endpoint names a metric, subgroups and perturbations that exist, and has a criterion."
    }

    fn problems(&self, specs: &Specs, vocabulary: &Vocabulary) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (e, endpoint) in specs.protocol.endpoints.iter().enumerate() {
            let path = format!("endpoints[{e}]");
            let known = vocabulary.metrics.iter().map(String::as_str);
            let at = format!("{path}.metric");
            let metric = &endpoint.metric;
            problems.extend(Problem::unless_named(
                Name::Protocol,
                at,
                "metric",
                metric,
                known,
            ));
            problems.extend(unknown(specs, &path, endpoint));
            let mut criteria = specs.protocol.criteria.iter();
            if !criteria.any(|criterion| criterion.endpoint == endpoint.id) {
                let message = format!("no criterion judges the endpoint `{}`", endpoint.id);
                let help = "add a criterion; `rule: report` only reports it";
                let at = format!("{path}.id");
                problems.push(Problem::error(Name::Protocol, at, message).help(help));
            }
        }
        problems
    }
}

/// Subgroups and perturbations of an endpoint that do not exist.
fn unknown(specs: &Specs, path: &str, endpoint: &Endpoint) -> Vec<Problem> {
    let subgroup = |key: &str, word: &str| {
        let there = specs
            .protocol
            .subgroups
            .iter()
            .map(|group| group.id.as_str());
        Problem::unless_named(
            Name::Protocol,
            format!("{path}.{key}"),
            "subgroup",
            word,
            there,
        )
    };
    let perturbation = |key: &str, word: &str| {
        let there = specs.protocol.perturbations.iter().map(|p| p.id.as_str());
        let at = format!("{path}.{key}");
        Problem::unless_named(Name::Protocol, at, "perturbation", word, there)
    };
    let mut problems = Vec::new();
    if let Some(word) = &endpoint.subgroup {
        problems.extend(subgroup("subgroup", word));
    }
    if let Some(word) = &endpoint.under {
        problems.extend(perturbation("under", word));
    }
    match &endpoint.difference {
        Some(Difference::Between([first, second])) => {
            problems.extend(subgroup("difference.between[0]", first));
            problems.extend(subgroup("difference.between[1]", second));
            if first == second {
                let at = format!("{path}.difference.between[1]");
                let message = "a subgroup does not differ from itself";
                problems.push(Problem::error(Name::Protocol, at, message));
            }
        }
        Some(Difference::DropUnder(word)) => {
            problems.extend(perturbation("difference.drop_under", word));
        }
        Some(Difference::ToReleased) | None => {}
    }
    if endpoint.under.is_some() && endpoint.difference.is_some() {
        let at = format!("{path}.under");
        let message = "`under` and `difference` cannot both be asked of one endpoint";
        problems.push(Problem::error(Name::Protocol, at, message));
    }
    problems
}
