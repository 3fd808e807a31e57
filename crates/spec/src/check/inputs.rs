use super::{CrossCheck, Problem, Vocabulary};
use crate::file::data::KnownAt;
use crate::file::pipeline::Stage;
use crate::file::{Name, Specs};

/// A model learns from declared columns. One that is not known when the score is made is only a warning here: a team may
/// want to see what it does, and a change with such a model is refused by itself.
pub struct Inputs;

impl CrossCheck for Inputs {
    fn id(&self) -> &'static str {
        "pipeline.input"
    }

    fn holds(&self) -> &'static str {
        "Every input of a stage is a declared column; a warning says which of them are not known when the score is made."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (s, stage) in specs.pipeline.stages.iter().enumerate() {
            for (i, name) in inputs(stage) {
                let path = format!("stages[{s}].params.inputs[{i}]");
                match specs.data.column(name) {
                    Some(column) if column.known_at == KnownAt::Score => {}
                    Some(_) => {
                        let message = format!("`{name}` is not known when the score is made");
                        let help = "a change with this model will be refused";
                        problems.push(Problem::warning(Name::Pipeline, path, message).help(help));
                    }
                    None => {
                        let there = specs.data.columns.iter().map(|column| column.name.as_str());
                        let unknown =
                            Problem::unless_named(Name::Pipeline, path, "column", name, there);
                        problems.extend(unknown);
                    }
                }
            }
        }
        problems
    }
}

fn inputs(stage: &Stage) -> impl Iterator<Item = (usize, &str)> {
    let list = stage
        .params
        .get("inputs")
        .and_then(|inputs| inputs.as_array());
    let entries = list.into_iter().flatten().enumerate();
    entries.filter_map(|(i, value)| Some((i, value.as_str()?)))
}
