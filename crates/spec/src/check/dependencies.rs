use std::collections::BTreeMap;

use super::{CrossCheck, Problem, Vocabulary};
use crate::file::pipeline::Pipeline;
use crate::file::{Name, Specs};

/// What a stage needs exists or is made, and no stage waits for itself.
pub struct Dependencies;

impl CrossCheck for Dependencies {
    fn id(&self) -> &'static str {
        "pipeline.dependency"
    }

    fn holds(&self) -> &'static str {
        "Every `dataset:` of a stage is a source or a part of the data plan, and stages do not wait for one another in a circle."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let datasets = specs.data.datasets();
        let mut problems = Vec::new();
        for (s, stage) in specs.pipeline.stages.iter().enumerate() {
            for (d, dep) in stage.deps.iter().enumerate() {
                if let Some(name) = dep.strip_prefix("dataset:") {
                    let path = format!("stages[{s}].deps[{d}]");
                    let there = datasets.iter().map(String::as_str);
                    let unknown =
                        Problem::unless_named(Name::Pipeline, path, "dataset", name, there);
                    problems.extend(unknown);
                }
            }
        }
        problems.extend(circle(&specs.pipeline));
        problems
    }
}

/// Stages that are left when all whose dependencies are done have been done, again and again: those in a circle, and those
/// that wait for it.
fn circle(pipeline: &Pipeline) -> Option<Problem> {
    let stages = &pipeline.stages;
    let mut maker: BTreeMap<&str, usize> = BTreeMap::new();
    for (s, stage) in stages.iter().enumerate() {
        maker.extend(stage.outs.iter().map(|out| (out.as_str(), s)));
    }
    let needs: Vec<Vec<usize>> = stages
        .iter()
        .map(|stage| {
            let makers = stage.deps.iter().filter_map(|dep| made_by(&maker, dep));
            makers.collect()
        })
        .collect();
    let mut done = vec![false; stages.len()];
    loop {
        let ready = (0..stages.len()).find(|s| !done[*s] && needs[*s].iter().all(|n| done[*n]));
        match ready {
            Some(s) => done[s] = true,
            None => break,
        }
    }
    let first = done.iter().position(|done| !done)?;
    let left = stages.iter().zip(&done).filter(|(_, done)| !**done);
    let names: Vec<&str> = left.map(|(stage, _)| stage.name.as_str()).collect();
    let message = format!("these stages wait for one another: {}", names.join(", "));
    Some(Problem::error(
        Name::Pipeline,
        format!("stages[{first}].deps"),
        message,
    ))
}

/// The stage that writes a dependency: the file itself, or a folder above it.
fn made_by(maker: &BTreeMap<&str, usize>, dep: &str) -> Option<usize> {
    let mut path = dep;
    loop {
        if let Some(stage) = maker.get(path) {
            return Some(*stage);
        }
        path = &path[..path.rfind('/')?];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::read;

    fn pipeline(second_dep: &str) -> Pipeline {
        let text = format!(
            "stages:
  - {{name: clean, title: t, cmd: c, deps: [{second_dep}], outs: [data/clean]}}
  - {{name: learn, title: t, cmd: c, deps: [data/clean/table.csv], outs: [model]}}"
        );
        read("pipeline.yaml", &text).expect("a pipeline")
    }

    #[test]
    fn stages_that_wait_for_one_another_are_named() {
        let problem = circle(&pipeline("model")).expect("a circle");
        assert!(
            problem.message.ends_with("clean, learn"),
            "{}",
            problem.message
        );
    }

    #[test]
    fn a_stage_may_use_a_file_within_the_folder_of_another() {
        assert_eq!(circle(&pipeline("raw.csv")), None);
    }
}
