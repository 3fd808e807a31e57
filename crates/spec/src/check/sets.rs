use super::{CrossCheck, Problem, Vocabulary};
use crate::file::{Name, Specs};
use crate::protocol::Spending;
use crate::team::Duty;

/// Looks that can share the error over the tree of their answers.
const LOOKS_ADAPTIVE: u32 = 16;

/// The sets that gates judge against are parts of the division, and the numbers of the plan are possible.
pub struct Sets;

impl CrossCheck for Sets {
    fn id(&self) -> &'static str {
        "protocol.set"
    }

    fn holds(&self) -> &'static str {
        "Reference and development set are two datasets of the plan and no stage reads the reference set; there is at least one look, enough people may ask for it, the expected numbers are possible, the threshold lies in 0 to 1."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let protocol = &specs.protocol;
        let set = &protocol.reference_set;
        let mut problems = Vec::new();
        let names = specs.data.datasets();
        for (path, name) in [
            ("reference_set.dataset", &set.dataset),
            ("development_set.dataset", &protocol.development_set.dataset),
        ] {
            let there = names.iter().map(String::as_str);
            problems.extend(Problem::unless_named(
                Name::Protocol,
                path,
                "dataset",
                name,
                there,
            ));
        }
        let mut push = |path: &str, message: String| {
            problems.push(Problem::error(Name::Protocol, path, message));
        };
        if set.dataset == protocol.development_set.dataset {
            let message = "the development set is the reference set".to_owned();
            push("development_set.dataset", message);
        }
        if set.looks == 0 {
            push(
                "reference_set.looks",
                "without a look nothing can be judged".to_owned(),
            );
        }
        if set.spending == Some(Spending::Adaptive) && set.looks > LOOKS_ADAPTIVE {
            let message = format!(
                "{} looks that share the error as a tree leave nothing for one of them; at most {LOOKS_ADAPTIVE} are possible",
                set.looks
            );
            push("reference_set.looks", message);
        }
        let team = &specs.team;
        let may_ask = |person: &&crate::team::Person| {
            [Duty::Seal, Duty::Judge]
                .iter()
                .any(|duty| team.may(&person.id, *duty))
        };
        let people = team.people.iter().filter(may_ask).count();
        if set.quorum() == 0 || set.quorum() as usize > people {
            let message = format!(
                "{} people must ask before the set is opened, and {people} of the team have the duty `seal` or `judge`",
                set.quorum()
            );
            push("reference_set.quorum", message);
        }
        if set.expected_diseased == 0 || set.expected_diseased >= set.expected_cases {
            let message = format!(
                "{} diseased among {} cases leave no healthy or no diseased case",
                set.expected_diseased, set.expected_cases
            );
            push("reference_set.expected_diseased", message);
        }
        if !(0.0..=1.0).contains(&protocol.threshold) {
            push(
                "threshold",
                format!("{} is not a score between 0 and 1", protocol.threshold),
            );
        }
        for (s, stage) in specs.pipeline.stages.iter().enumerate() {
            for (d, dep) in stage.deps.iter().enumerate() {
                let Some(name) = dep.strip_prefix("dataset:") else {
                    continue;
                };
                let path = format!("stages[{s}].deps[{d}]");
                if specs.data.sources.iter().any(|source| source.id == name) {
                    let message = format!("`{name}` is not divided: it holds the reference set");
                    let help = "depend on the parts for learning";
                    problems.push(Problem::warning(Name::Pipeline, path, message).help(help));
                } else if name == set.dataset {
                    let message = "no stage may read the reference set; only a gate looks at it";
                    problems.push(Problem::error(Name::Pipeline, path, message));
                }
            }
        }
        problems
    }
}
