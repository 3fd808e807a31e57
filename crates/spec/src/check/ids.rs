use std::collections::BTreeSet;

use super::{CrossCheck, Problem, Vocabulary};
use crate::file::{Name, Specs};

/// Ids are unique within their kind; a name that means two things means nothing.
pub struct Ids;

impl CrossCheck for Ids {
    fn id(&self) -> &'static str {
        "ids.unique"
    }

    fn holds(&self) -> &'static str {
        "Every id is unique within its kind and has no spaces."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (file, list, key, ids) in lists(specs) {
            let mut seen = BTreeSet::new();
            for (position, id) in ids.into_iter().enumerate() {
                let path = format!("{list}[{position}].{key}");
                if id.is_empty() || id.contains(char::is_whitespace) {
                    let problem = Problem::error(file, &path, "an id is a word without spaces");
                    problems.push(problem);
                }
                if !seen.insert(id) {
                    let message = format!("`{id}` is already the {key} of another entry");
                    problems.push(Problem::error(file, path, message));
                }
            }
        }
        problems
    }
}

type List<'a> = (Name, &'static str, &'static str, Vec<&'a str>);

fn lists(specs: &Specs) -> Vec<List<'_>> {
    macro_rules! list {
        ($file:ident, $spec:ident . $list:ident, $key:ident) => {
            (
                Name::$file,
                stringify!($list),
                stringify!($key),
                specs
                    .$spec
                    .$list
                    .iter()
                    .map(|entry| entry.$key.as_str())
                    .collect(),
            )
        };
    }
    vec![
        list!(Intent, intent.indications, id),
        list!(Intent, intent.contraindications, id),
        list!(Intent, intent.users, id),
        list!(Intent, intent.claims, id),
        list!(Risk, risk.hazards, id),
        list!(Risk, risk.risk_controls, id),
        list!(Data, data.sources, id),
        list!(Data, data.cohort, id),
        list!(Data, data.columns, name),
        list!(Data, data.expectations, id),
        list!(Protocol, protocol.subgroups, id),
        list!(Protocol, protocol.perturbations, id),
        list!(Protocol, protocol.endpoints, id),
        list!(Protocol, protocol.criteria, id),
        list!(Pipeline, pipeline.stages, name),
        list!(Pccp, pccp.modifications, id),
        list!(Monitor, monitor.checks, id),
        list!(Team, team.people, id),
    ]
}
