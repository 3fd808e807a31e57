use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use galen_spec::pipeline::Stage;
use galen_store::Digest;
use serde::Serialize;
use serde_json::Value;

use crate::graph::Graph;
use crate::native::NativeStage;
use crate::provenance::Provenance;
use crate::recipe::{Recipe, RecipeError, StageKey, Step};

/// One stage of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    pub stage: Stage,
    /// `None` while a stage upstream must run: its outs have no digest yet.
    pub recipe: Option<Recipe>,
    pub status: Status,
}

/// Whether a stage has a result already.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    Cached(Box<Provenance>),
    /// It must run, and why.
    Run(Vec<Why>),
}

/// Why a stage must run: what differs from the last time it ran.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    NeverRun,
    /// A stage that it reads from must run first.
    Upstream {
        stage: String,
    },
    /// A dependency is not there, so there is no digest of it.
    DepAbsent {
        dep: String,
    },
    DepAdded {
        dep: String,
    },
    DepRemoved {
        dep: String,
    },
    DepChanged {
        dep: String,
        before: Digest,
        now: Digest,
    },
    /// The same dependencies in another order.
    DepsReordered,
    /// `None` where the parameter was not given.
    ParamChanged {
        param: String,
        before: Option<Value>,
        now: Option<Value>,
    },
    SeedChanged {
        before: u64,
        now: u64,
    },
    /// Another command, or another native stage or version of it.
    StepChanged {
        before: Step,
        now: Step,
    },
    OutsChanged {
        before: Vec<String>,
        now: Vec<String>,
    },
    /// Nothing differs, but the result was not kept.
    NotKept,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_absent = |value: &Option<Value>| {
            value
                .as_ref()
                .map_or_else(|| "not given".to_owned(), Value::to_string)
        };
        match self {
            Self::NeverRun => write!(f, "It has not run before."),
            Self::Upstream { stage } => write!(f, "Stage `{stage}` runs before it."),
            Self::DepAbsent { dep } => write!(f, "Its dep `{dep}` is not there."),
            Self::DepAdded { dep } => write!(f, "The dep `{dep}` is new."),
            Self::DepRemoved { dep } => write!(f, "The dep `{dep}` is no longer read."),
            Self::DepChanged { dep, before, now } => {
                write!(f, "The dep `{dep}` was {before} and is {now} .")
            }
            Self::DepsReordered => write!(f, "The deps are in another order."),
            Self::ParamChanged { param, before, now } => {
                let (before, now) = (or_absent(before), or_absent(now));
                write!(f, "The param `{param}` was {before} and is {now}.")
            }
            Self::SeedChanged { before, now } => write!(f, "The seed was {before} and is {now}."),
            Self::StepChanged { before, now } => write!(f, "It was {before} and is {now}."),
            Self::OutsChanged { before, now } => {
                let (before, now) = (before.join(", "), now.join(", "));
                write!(f, "The outs were {before} and are {now}.")
            }
            Self::NotKept => write!(f, "Its result was not kept."),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cmd(line) => write!(f, "the command `{line}`"),
            Self::Native { name, version } => write!(f, "`{name}` version {version}"),
        }
    }
}

/// Says for each stage of a selection whether its result exists, and why not.
///
/// `digest` names a dataset or a file of the project that no stage writes; `kept` finds a result by key, and gives it
/// only if its outs are still kept; `last` is the latest run of a stage of that name, for telling what changed. A stage
/// whose upstream must run has no key yet: plan again when that is done, planning costs nothing.
///
/// # Errors
/// [`RecipeError`] of the first stage that cannot run as declared.
pub fn plan(
    graph: &Graph,
    selection: &[&Stage],
    natives: &[&dyn NativeStage],
    digest: &dyn Fn(&str) -> Option<Digest>,
    kept: &dyn Fn(&StageKey) -> Option<Provenance>,
    last: &dyn Fn(&str) -> Option<Provenance>,
) -> Result<Vec<Planned>, RecipeError> {
    let mut results: BTreeMap<&str, Provenance> = BTreeMap::new();
    let mut planned = Vec::new();
    for stage in selection {
        let step = Step::of(stage, natives)?;
        let mut digests = Vec::new();
        let mut unknown = BTreeSet::new();
        for dep in &stage.deps {
            let (found, upstream) = match graph.producer(dep) {
                Some(producer) => (
                    results
                        .get(producer.name.as_str())
                        .and_then(|result| result.digest_of(dep)),
                    Some(&producer.name).filter(|name| !results.contains_key(name.as_str())),
                ),
                None => (digest(dep), None),
            };
            match (found, upstream) {
                (Some(found), _) => digests.push(found),
                (None, Some(stage)) => drop(unknown.insert((true, stage))),
                (None, None) => drop(unknown.insert((false, dep))),
            }
        }
        let recipe = unknown
            .is_empty()
            .then(|| Recipe::new(stage, step, &digests));
        let result = recipe.as_ref().and_then(|recipe| {
            let key = recipe.key();
            // A result under a key that is not its own was not made from this recipe, whoever says so.
            kept(&key).filter(|result| result.key == key && result.is_consistent())
        });
        let status = match (result, &recipe) {
            (Some(result), _) => {
                results.insert(&stage.name, result.clone());
                Status::Cached(Box::new(result))
            }
            (None, Some(recipe)) => Status::Run(match last(&stage.name) {
                Some(last) => differences(&last.recipe, recipe),
                None => vec![Why::NeverRun],
            }),
            (None, None) => {
                let why = |(upstream, name): (bool, &String)| match upstream {
                    true => Why::Upstream {
                        stage: name.clone(),
                    },
                    false => Why::DepAbsent { dep: name.clone() },
                };
                Status::Run(unknown.into_iter().map(why).collect())
            }
        };
        let stage = (*stage).clone();
        planned.push(Planned {
            stage,
            recipe,
            status,
        });
    }
    Ok(planned)
}

/// What differs between two recipes of one stage; never empty.
fn differences(before: &Recipe, now: &Recipe) -> Vec<Why> {
    let mut whys = Vec::new();
    if before.step != now.step {
        whys.push(Why::StepChanged {
            before: before.step.clone(),
            now: now.step.clone(),
        });
    }
    for dep in &now.deps {
        match before.deps.iter().find(|other| other.name == dep.name) {
            None => whys.push(Why::DepAdded {
                dep: dep.name.clone(),
            }),
            Some(other) if other.digest != dep.digest => whys.push(Why::DepChanged {
                dep: dep.name.clone(),
                before: other.digest,
                now: dep.digest,
            }),
            Some(_) => {}
        }
    }
    for dep in &before.deps {
        if !now.deps.iter().any(|other| other.name == dep.name) {
            whys.push(Why::DepRemoved {
                dep: dep.name.clone(),
            });
        }
    }
    let params: BTreeSet<_> = before.params.keys().chain(now.params.keys()).collect();
    for param in params {
        let (was, is) = (before.params.get(param), now.params.get(param));
        if was != is {
            let (before, now) = (was.cloned(), is.cloned());
            whys.push(Why::ParamChanged {
                param: param.clone(),
                before,
                now,
            });
        }
    }
    if before.seed != now.seed {
        whys.push(Why::SeedChanged {
            before: before.seed,
            now: now.seed,
        });
    }
    if before.outs != now.outs {
        whys.push(Why::OutsChanged {
            before: before.outs.clone(),
            now: now.outs.clone(),
        });
    }
    if whys.is_empty() {
        let same = before.deps == now.deps;
        whys.push(if same {
            Why::NotKept
        } else {
            Why::DepsReordered
        });
    }
    whys
}

#[cfg(test)]
mod tests {
    use galen_spec::pipeline::Pipeline;
    use serde_json::json;

    use super::*;
    use crate::graph::tests::stage;
    use crate::provenance::Out;
    use crate::provenance::tests::provenance;

    fn stages() -> Vec<Stage> {
        vec![
            stage("clean", &["raw.csv"], &["clean.csv"]),
            stage("train", &["clean.csv", "dataset:learn"], &["models/a"]),
        ]
    }

    /// The result of a stage that wrote its outs as single files.
    fn result(recipe: &Recipe) -> Provenance {
        let out = |path: &String| Out {
            path: path.clone(),
            digest: Digest::of(b"made"),
            bytes: 4,
        };
        Provenance {
            outs: recipe.outs.iter().map(out).collect(),
            ..provenance(recipe.clone())
        }
    }

    fn planned(stages: Vec<Stage>, raw: &[u8], kept: &[Provenance]) -> Vec<Planned> {
        let graph = Graph::new(&Pipeline { stages }).expect("has an order");
        let selection = graph.selection(&[]).expect("all");
        plan(
            &graph,
            &selection,
            &[],
            &|name| match name {
                "raw.csv" => Some(Digest::of(raw)),
                "dataset:learn" => Some(Digest::of(b"learn")),
                _ => None,
            },
            &|key| kept.iter().find(|result| result.key == *key).cloned(),
            &|stage| {
                kept.iter()
                    .find(|result| result.recipe.stage == stage)
                    .cloned()
            },
        )
        .expect("all are commands")
    }

    /// Both results, as two runs one after the other leave them.
    fn both() -> Vec<Provenance> {
        let first = planned(stages(), b"raw", &[]);
        let clean = result(first[0].recipe.as_ref().expect("nothing is before it"));
        let second = planned(stages(), b"raw", std::slice::from_ref(&clean));
        let train = result(second[1].recipe.as_ref().expect("clean is done"));
        vec![clean, train]
    }

    fn why(planned: &Planned) -> &[Why] {
        match &planned.status {
            Status::Run(whys) => whys,
            Status::Cached(_) => &[],
        }
    }

    #[test]
    fn a_stage_behind_one_that_must_run_has_no_key_yet() {
        let plan = planned(stages(), b"raw", &[]);
        assert_eq!(why(&plan[0]), [Why::NeverRun]);
        assert_eq!(plan[1].recipe, None);
        assert_eq!(
            why(&plan[1]),
            [Why::Upstream {
                stage: "clean".into()
            }]
        );
    }

    #[test]
    fn the_same_again_computes_nothing() {
        for stage in planned(stages(), b"raw", &both()) {
            assert!(matches!(stage.status, Status::Cached(_)), "{stage:?}");
        }
    }

    #[test]
    fn a_changed_file_is_named_and_downstream_follows() {
        let plan = planned(stages(), b"RAW", &both());
        let changed = Why::DepChanged {
            dep: "raw.csv".into(),
            before: Digest::of(b"raw"),
            now: Digest::of(b"RAW"),
        };
        assert_eq!(why(&plan[0]), [changed]);
        assert_eq!(
            why(&plan[1]),
            [Why::Upstream {
                stage: "clean".into()
            }]
        );
    }

    #[test]
    fn a_changed_parameter_is_named_with_both_values() {
        let mut stages = stages();
        stages[1].params.insert("l2".into(), json!(1));
        let plan = planned(stages, b"raw", &both());
        assert_eq!(why(&plan[0]), []);
        assert_eq!(
            why(&plan[1])[0].to_string(),
            "The param `l2` was not given and is 1."
        );
    }

    #[test]
    fn a_result_that_was_not_made_from_this_recipe_is_not_used() {
        let mut kept = both();
        kept[1].recipe.seed = 9;
        let plan = planned(stages(), b"raw", &kept);
        assert_eq!(why(&plan[1]), [Why::SeedChanged { before: 9, now: 0 }]);
    }

    #[test]
    fn a_file_that_is_not_there_is_told() {
        let plan = planned(vec![stage("a", &["absent.csv"], &["a"])], b"", &[]);
        assert_eq!(
            why(&plan[0]),
            [Why::DepAbsent {
                dep: "absent.csv".into()
            }]
        );
    }

    #[test]
    fn a_native_stage_that_is_not_built_in_is_refused() {
        let mut train = stage("train", &[], &["a"]);
        train.cmd = None;
        train.native = Some("train.forest".into());
        let refusal = Step::of(&train, &[]).expect_err("there is none");
        assert!(refusal.to_string().contains("train.forest"), "{refusal}");
    }
}
