use super::{CrossCheck, Problem, Vocabulary};
use crate::file::data::KnownAt;
use crate::file::{Name, Specs};

/// A perturbation is one that galen knows, of columns that a model may use.
pub struct Perturbations;

impl CrossCheck for Perturbations {
    fn id(&self) -> &'static str {
        "protocol.perturbation"
    }

    fn holds(&self) -> &'static str {
        "Every perturbation is one of the manual and disturbs declared columns that are known when the score is made."
    }

    fn problems(&self, specs: &Specs, vocabulary: &Vocabulary) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (p, perturbation) in specs.protocol.perturbations.iter().enumerate() {
            let path = |key: &str| format!("perturbations[{p}].{key}");
            let known = vocabulary.perturbations.iter().map(String::as_str);
            let kind = &perturbation.perturbation;
            let at = path("perturbation");
            let unknown = Problem::unless_named(Name::Protocol, at, "perturbation", kind, known);
            problems.extend(unknown);
            if perturbation.columns.is_empty() {
                let message = "a perturbation disturbs at least one column";
                problems.push(Problem::error(Name::Protocol, path("columns"), message));
            }
            for (c, name) in perturbation.columns.iter().enumerate() {
                let path = path(&format!("columns[{c}]"));
                match specs.data.column(name) {
                    Some(column) if column.known_at == KnownAt::Score => {}
                    Some(_) => {
                        let message = format!("`{name}` is no input, as the data plan says");
                        problems.push(Problem::error(Name::Protocol, path, message));
                    }
                    None => {
                        let there = specs.data.columns.iter().map(|column| column.name.as_str());
                        let unknown =
                            Problem::unless_named(Name::Protocol, path, "column", name, there);
                        problems.extend(unknown);
                    }
                }
            }
        }
        problems
    }
}
