use std::collections::BTreeMap;
use std::path::{Component, Path};

use super::{CrossCheck, Problem, Vocabulary};
use crate::file::pipeline::{GATE, GoOn};
use crate::file::{Name, Specs};

/// A stage is one thing to do, and what it writes is its own and lies in the project.
pub struct Stages;

impl CrossCheck for Stages {
    fn id(&self) -> &'static str {
        "pipeline.stage"
    }

    fn holds(&self) -> &'static str {
        "Every stage has either a command or a native stage of the manual, and outs inside the project that no other stage writes; a gate reads a model."
    }

    fn problems(&self, specs: &Specs, vocabulary: &Vocabulary) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut writers: BTreeMap<&str, &str> = BTreeMap::new();
        for (s, stage) in specs.pipeline.stages.iter().enumerate() {
            let path = |key: &str| format!("stages[{s}].{key}");
            let mut push = |key: &str, message: String| {
                problems.push(Problem::error(Name::Pipeline, path(key), message));
            };
            match (&stage.cmd, &stage.native) {
                (Some(_), Some(_)) => push("cmd", "either `cmd` or `native`, not both".to_owned()),
                (None, None) => push("name", "add `cmd` or `native`".to_owned()),
                _ => {}
            }
            if stage.outs.is_empty() {
                push(
                    "outs",
                    "a stage that writes nothing cannot be used".to_owned(),
                );
            }
            for (o, out) in stage.outs.iter().enumerate() {
                let key = format!("outs[{o}]");
                if !inside(out) {
                    push(
                        &key,
                        format!("`{out}` is not a relative path inside the project"),
                    );
                }
                if let Some(other) = writers.insert(out, &stage.name) {
                    push(&key, format!("`{other}` writes `{out}` already"));
                }
            }
            if stage.is_gate() {
                let reads = |dep: &String| {
                    let mut outs = specs
                        .pipeline
                        .stages
                        .iter()
                        .filter(|other| !other.is_gate())
                        .flat_map(|other| &other.outs);
                    outs.any(|out| dep == out || dep.starts_with(&format!("{out}/")))
                };
                if !stage.deps.iter().any(reads) {
                    push(
                        "deps",
                        "a gate reads the folder of a model that another stage writes".to_owned(),
                    );
                }
                for (key, value) in &stage.params {
                    let words = GoOn::ALL.map(|(word, _)| word);
                    if key != "go_on" || !value.as_str().is_some_and(|value| words.contains(&value))
                    {
                        let message =
                            format!("a gate has one parameter, `go_on`: {}", words.join(", "));
                        push("params", message);
                    }
                }
            } else if let Some(native) = &stage.native {
                let known = vocabulary.natives.iter().map(String::as_str).chain([GATE]);
                let at = path("native");
                let unknown =
                    Problem::unless_named(Name::Pipeline, at, "native stage", native, known);
                problems.extend(unknown);
            }
        }
        problems
    }
}

/// Whether a path stays inside the project folder and out of galen's own.
fn inside(out: &str) -> bool {
    let mut parts = Path::new(out).components();
    !out.is_empty()
        && !out.contains('\\')
        && !out.starts_with(".galen")
        && parts.all(|part| matches!(part, Component::Normal(_)))
}
