use super::{CrossCheck, Problem, Vocabulary};
use crate::file::data::KnownAt;
use crate::file::pccp::Modification;
use crate::file::protocol::CriterionKind;
use crate::file::{Name, Specs};

/// A planned modification is bounded and verified by what other files declare.
///
/// # Source
/// FDA, Marketing Submission Recommendations for a PCCP for AI-Enabled Device Software Functions, August 2025:
/// traceability from each modification to its verification.
pub struct Modifications;

impl CrossCheck for Modifications {
    fn id(&self) -> &'static str {
        "pccp.modification"
    }

    fn holds(&self) -> &'static str {
        "Every planned modification allows something, names required criteria and hazards that exist, adds only inputs known when the score is made, and learns from parts for learning."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let modifications = specs.pccp.modifications.iter().enumerate();
        modifications
            .flat_map(|(m, modification)| {
                let path = format!("modifications[{m}]");
                let mut problems = named(specs, &path, modification);
                problems.extend(inputs(specs, &path, modification));
                problems.extend(data(specs, &path, modification));
                problems
            })
            .collect()
    }
}

/// Criteria and hazards that a modification names.
fn named(specs: &Specs, path: &str, modification: &Modification) -> Vec<Problem> {
    let mut problems = Vec::new();
    let criteria = &specs.protocol.criteria;
    for (c, word) in modification.protocol.criteria.iter().enumerate() {
        let there = criteria.iter().map(|criterion| criterion.id.as_str());
        let at = format!("{path}.protocol.criteria[{c}]");
        problems.extend(Problem::unless_named(
            Name::Pccp,
            &at,
            "criterion",
            word,
            there,
        ));
        let criterion = criteria.iter().find(|criterion| criterion.id == *word);
        if criterion.is_some_and(|c| c.kind == CriterionKind::Descriptive) {
            let message = format!("`{word}` is descriptive and cannot verify a modification");
            problems.push(Problem::error(Name::Pccp, at, message));
        }
    }
    if modification.protocol.criteria.is_empty() {
        let message = "a modification that nothing verifies";
        let at = format!("{path}.protocol.criteria");
        problems.push(Problem::error(Name::Pccp, at, message));
    }
    for (h, word) in modification.impact.hazards.iter().enumerate() {
        let there = specs.risk.hazards.iter().map(|hazard| hazard.id.as_str());
        let at = format!("{path}.impact.hazards[{h}]");
        problems.extend(Problem::unless_named(Name::Pccp, at, "hazard", word, there));
    }
    problems
}

/// Inputs that a modification adds or takes away.
fn inputs(specs: &Specs, path: &str, modification: &Modification) -> Vec<Problem> {
    let allows = &modification.allows;
    let added = ("inputs_added", &allows.inputs_added);
    let removed = ("inputs_removed", &allows.inputs_removed);
    let mut problems = Vec::new();
    for (key, names) in [added, removed] {
        for (i, name) in names.iter().enumerate() {
            let at = format!("{path}.allows.{key}[{i}]");
            match specs.data.column(name) {
                Some(column) if column.known_at == KnownAt::Score => {}
                Some(_) => {
                    let message = format!("`{name}` is not known when the score is made");
                    problems.push(Problem::error(Name::Pccp, at, message));
                }
                None => {
                    let there = specs.data.columns.iter().map(|column| column.name.as_str());
                    problems.extend(Problem::unless_named(Name::Pccp, at, "column", name, there));
                }
            }
        }
    }
    problems
}

/// What a modification may learn from, and whether it allows anything at all.
fn data(specs: &Specs, path: &str, modification: &Modification) -> Vec<Problem> {
    let allows = &modification.allows;
    let mut problems = Vec::new();
    for (d, pattern) in allows.training_data.iter().enumerate() {
        let at = format!("{path}.allows.training_data[{d}]");
        let datasets = specs.data.datasets();
        let matches: Vec<&String> = datasets
            .iter()
            .filter(|name| match pattern.strip_suffix('*') {
                Some(start) => name.starts_with(start),
                None => *name == pattern,
            })
            .collect();
        if matches.is_empty() {
            let message = format!("no dataset of the data plan is called `{pattern}`");
            problems.push(Problem::error(Name::Pccp, &at, message));
        }
        let judged = &specs.protocol.reference_set.dataset;
        let whole = |name: &String| specs.data.sources.iter().any(|source| source.id == *name);
        if matches.iter().any(|name| *name == judged || whole(name)) {
            let message = format!("`{pattern}` would allow learning from the reference set");
            problems.push(Problem::error(Name::Pccp, at, message));
        }
    }
    let nothing = allows.training_data.is_empty()
        && allows.inputs_added.is_empty()
        && allows.inputs_removed.is_empty()
        && allows.params.is_empty();
    if nothing {
        let message = "a modification that allows nothing covers no change";
        problems.push(Problem::error(
            Name::Pccp,
            format!("{path}.allows"),
            message,
        ));
    }
    problems
}
