use std::collections::{BTreeMap, BTreeSet};

use galen_spec::nearest;
use galen_spec::pipeline::{Pipeline, Stage};
use galen_store::disk::check_path;
use thiserror::Error;

/// The prefix of a dependency on a dataset that was added by name.
const DATASET: &str = "dataset:";

/// The stages of a pipeline, each after those whose outs it reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    stages: Vec<Stage>,
    /// For each stage the places of those it reads from, all before its own.
    upstream: Vec<Vec<usize>>,
}

/// Why stages cannot be put in an order.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GraphError {
    #[error("two stages are called `{stage}`; give one of them another name")]
    Repeated { stage: String },
    #[error("stage `{stage}` must have exactly one of `cmd` and `native`; it has {has}")]
    Step { stage: String, has: &'static str },
    #[error("stage `{stage}` has no `outs`; name the files or folders that it writes")]
    NoOuts { stage: String },
    #[error(
        "stage `{stage}` is native and must have exactly one out, the folder that it writes; it has {outs}"
    )]
    NativeOuts { stage: String, outs: usize },
    #[error(
        "stage `{stage}` names the path `{path}`; use a path within the project, without `..`, parts joined by `/`"
    )]
    BadPath { stage: String, path: String },
    #[error(
        "the out `{a_out}` of stage `{a}` and the out `{b_out}` of stage `{b}` overlap; each file may be written by one stage only"
    )]
    Overlap {
        a: String,
        a_out: String,
        b: String,
        b_out: String,
    },
    #[error(
        "stage `{stage}` reads the folder `{dep}`, which holds the out `{out}` of stage `{of}` and perhaps more; name `{out}` itself"
    )]
    TooWide {
        stage: String,
        dep: String,
        of: String,
        out: String,
    },
    #[error("stages read each other's outs in a circle: {}; break it", .0.join(" -> "))]
    Cycle(Vec<String>),
    #[error("there is no stage `{stage}`; {advice}")]
    Unknown { stage: String, advice: String },
}

impl Graph {
    /// Orders the stages; those that do not depend on each other keep the order of the file.
    ///
    /// # Errors
    /// The first [`GraphError`] in the order of the file.
    pub fn new(pipeline: &Pipeline) -> Result<Self, GraphError> {
        let stages = &pipeline.stages;
        let mut names = BTreeSet::new();
        for stage in stages {
            if !names.insert(&stage.name) {
                let stage = stage.name.clone();
                return Err(GraphError::Repeated { stage });
            }
            check_stage(stage)?;
        }
        check_overlap(stages)?;
        let upstream = stages
            .iter()
            .map(|stage| upstream(stage, stages))
            .collect::<Result<Vec<_>, _>>()?;
        let order = order(stages, &upstream)?;
        let place: BTreeMap<usize, usize> = order
            .iter()
            .enumerate()
            .map(|(at, &was)| (was, at))
            .collect();
        Ok(Self {
            stages: order.iter().map(|&was| stages[was].clone()).collect(),
            upstream: order
                .iter()
                .map(|&was| upstream[was].iter().map(|dep| place[dep]).collect())
                .collect(),
        })
    }

    /// All stages in running order.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The named stages and those that they read from, in running order; without a name all stages.
    ///
    /// # Errors
    /// [`GraphError::Unknown`].
    pub fn selection(&self, names: &[&str]) -> Result<Vec<&Stage>, GraphError> {
        let mut wanted = vec![names.is_empty(); self.stages.len()];
        for name in names {
            let at = self.stages.iter().position(|stage| stage.name == *name);
            let at = at.ok_or_else(|| GraphError::Unknown {
                stage: (*name).to_owned(),
                advice: advice(name, self.stages.iter().map(|stage| stage.name.as_str())),
            })?;
            wanted[at] = true;
        }
        // Upstream stages come before, so going backwards once reaches all.
        for at in (0..self.stages.len()).rev() {
            if wanted[at] {
                for &dep in &self.upstream[at] {
                    wanted[dep] = true;
                }
            }
        }
        let chosen = self.stages.iter().zip(wanted).filter(|(_, wanted)| *wanted);
        Ok(chosen.map(|(stage, _)| stage).collect())
    }

    /// The stage that writes `dep`, or the out that `dep` lies in; `None` for datasets and files that nobody writes.
    pub fn producer(&self, dep: &str) -> Option<&Stage> {
        self.stages
            .iter()
            .find(|stage| stage.outs.iter().any(|out| within(dep, out)))
    }
}

fn check_stage(stage: &Stage) -> Result<(), GraphError> {
    let name = || stage.name.clone();
    let has = match (&stage.cmd, &stage.native) {
        (Some(_), Some(_)) => Some("both"),
        (None, None) => Some("neither"),
        _ => None,
    };
    if let Some(has) = has {
        return Err(GraphError::Step { stage: name(), has });
    }
    if stage.outs.is_empty() {
        return Err(GraphError::NoOuts { stage: name() });
    }
    if stage.native.is_some() && stage.outs.len() != 1 {
        let outs = stage.outs.len();
        return Err(GraphError::NativeOuts {
            stage: name(),
            outs,
        });
    }
    let files = stage.deps.iter().filter(|dep| !dep.starts_with(DATASET));
    match files
        .chain(&stage.outs)
        .find(|path| check_path(path).is_err())
    {
        None => Ok(()),
        Some(path) => Err(GraphError::BadPath {
            stage: name(),
            path: path.clone(),
        }),
    }
}

fn check_overlap(stages: &[Stage]) -> Result<(), GraphError> {
    let outs: Vec<_> = stages
        .iter()
        .flat_map(|stage| stage.outs.iter().map(move |out| (&stage.name, out)))
        .collect();
    for (i, &(b, b_out)) in outs.iter().enumerate() {
        for &(a, a_out) in &outs[..i] {
            if within(a_out, b_out) || within(b_out, a_out) {
                let [a, a_out, b, b_out] = [a, a_out, b, b_out].map(String::clone);
                return Err(GraphError::Overlap { a, a_out, b, b_out });
            }
        }
    }
    Ok(())
}

/// The places of the stages whose outs `stage` reads.
fn upstream(stage: &Stage, stages: &[Stage]) -> Result<Vec<usize>, GraphError> {
    let mut found = BTreeSet::new();
    for dep in stage.deps.iter().filter(|dep| !dep.starts_with(DATASET)) {
        for (at, other) in stages.iter().enumerate() {
            for out in &other.outs {
                if within(dep, out) {
                    found.insert(at);
                } else if within(out, dep) {
                    let [stage, dep, of, out] =
                        [&stage.name, dep, &other.name, out].map(String::clone);
                    return Err(GraphError::TooWide {
                        stage,
                        dep,
                        of,
                        out,
                    });
                }
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// Takes again and again the first stage of the file whose upstream is done.
fn order(stages: &[Stage], upstream: &[Vec<usize>]) -> Result<Vec<usize>, GraphError> {
    let mut order = Vec::new();
    let mut done = vec![false; stages.len()];
    while order.len() < stages.len() {
        let ready = |&at: &usize| !done[at] && upstream[at].iter().all(|&dep| done[dep]);
        let Some(next) = (0..stages.len()).find(ready) else {
            return Err(GraphError::Cycle(cycle(stages, upstream, &done)));
        };
        done[next] = true;
        order.push(next);
    }
    Ok(order)
}

/// One circle among the stages that are not done, its first name repeated at the end.
fn cycle(stages: &[Stage], upstream: &[Vec<usize>], done: &[bool]) -> Vec<String> {
    let mut path: Vec<usize> = Vec::new();
    let mut at = done.iter().position(|done| !done).unwrap_or(0);
    // Every stage that is left reads from one that is left, so walking on must come back.
    while !path.contains(&at) {
        path.push(at);
        at = upstream[at]
            .iter()
            .copied()
            .find(|&dep| !done[dep])
            .unwrap_or(at);
    }
    let begin = path.iter().position(|&seen| seen == at).unwrap_or(0);
    let mut circle = path[begin..].to_vec();
    circle.push(at);
    // Walked from reader to writer; told from writer to reader.
    circle
        .iter()
        .rev()
        .map(|&at| stages[at].name.clone())
        .collect()
}

/// What to do about a name that names nothing.
pub(crate) fn advice<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", known.collect::<Vec<_>>().join(", ")),
    }
}

/// Whether `path` is `folder` or lies in it.
fn within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A stage of the command `true`.
    pub(crate) fn stage(name: &str, deps: &[&str], outs: &[&str]) -> Stage {
        Stage {
            name: name.into(),
            title: String::new(),
            cmd: Some("true".into()),
            native: None,
            deps: deps.iter().map(|dep| (*dep).to_owned()).collect(),
            params: BTreeMap::new(),
            outs: outs.iter().map(|out| (*out).to_owned()).collect(),
            seed: 0,
        }
    }

    fn graph(stages: &[Stage]) -> Result<Graph, GraphError> {
        let stages = stages.to_vec();
        Graph::new(&Pipeline { stages })
    }

    fn names(stages: &[&Stage]) -> Vec<String> {
        stages.iter().map(|stage| stage.name.clone()).collect()
    }

    #[test]
    fn a_stage_comes_after_those_whose_outs_it_reads() {
        let graph = graph(&[
            stage("judge", &["models/a/model.onnx"], &["report.json"]),
            stage("train", &["clean.csv", "dataset:learn"], &["models/a"]),
            stage("other", &["raw.csv"], &["other.csv"]),
            stage("clean", &["raw.csv"], &["clean.csv"]),
        ])
        .expect("has an order");
        let all = graph.selection(&[]).expect("all");
        assert_eq!(names(&all), ["other", "clean", "train", "judge"]);
        let chosen = graph.selection(&["train"]).expect("is known");
        assert_eq!(names(&chosen), ["clean", "train"]);
        let producer = graph
            .producer("models/a/card.json")
            .map(|s| s.name.as_str());
        assert_eq!(producer, Some("train"));
        assert_eq!(graph.producer("models/ab"), None);
    }

    #[test]
    fn a_circle_is_refused_and_told() {
        let refusal = graph(&[
            stage("a", &["c.csv"], &["a.csv"]),
            stage("b", &["a.csv"], &["b.csv"]),
            stage("c", &["b.csv"], &["c.csv"]),
            stage("after", &["c.csv"], &["d.csv"]),
        ]);
        let circle = ["a", "b", "c", "a"].map(String::from).to_vec();
        assert_eq!(refusal, Err(GraphError::Cycle(circle)));
        let alone = graph(&[stage("a", &["a.csv"], &["a.csv"])]);
        assert_eq!(alone, Err(GraphError::Cycle(vec!["a".into(), "a".into()])));
    }

    #[test]
    fn two_stages_may_not_write_the_same_file() {
        let refusal = graph(&[
            stage("a", &[], &["models/a/x.json"]),
            stage("b", &[], &["models/a"]),
        ]);
        assert!(
            matches!(refusal, Err(GraphError::Overlap { .. })),
            "{refusal:?}"
        );
    }

    #[test]
    fn a_stage_that_cannot_run_as_declared_is_refused() {
        let mut both = stage("a", &[], &["a"]);
        both.native = Some("n".into());
        let mut two = both.clone();
        two.cmd = None;
        two.outs.push("b".into());
        let cases = [
            (vec![both], "has both"),
            (vec![two], "it has 2"),
            (vec![stage("a", &[], &[])], "has no `outs`"),
            (vec![stage("a", &["../x"], &["a"])], "`../x`"),
            (vec![stage("a", &[], &["/etc"])], "`/etc`"),
            (
                vec![stage("a", &[], &["a"]), stage("a", &[], &["b"])],
                "two stages",
            ),
            (
                vec![stage("a", &[], &["m/a"]), stage("b", &["m"], &["b"])],
                "name `m/a`",
            ),
        ];
        for (stages, text) in cases {
            let message = graph(&stages).expect_err(text).to_string();
            assert!(message.contains(text), "{message}");
        }
    }

    #[test]
    fn a_stage_that_is_not_there_is_told_with_the_one_that_was_meant() {
        let graph = graph(&[stage("release1", &[], &["a"])]).expect("has an order");
        let message = graph
            .selection(&["relaese1"])
            .expect_err("unknown")
            .to_string();
        assert!(message.contains("did you mean `release1`"), "{message}");
    }
}
