use std::collections::BTreeMap;
use std::io;

use galen_spec::pipeline::Stage;
use galen_store::{Digest, Disk, DiskError};
use thiserror::Error;

use crate::command::{Command, Runner};
use crate::graph::GraphError;
use crate::native::{NativeError, NativeStage, StageInput, StageOutput};
use crate::provenance::Out;
use crate::recipe::{RecipeError, find_native};

/// What a stage is run with.
pub struct Tools<'a> {
    pub natives: &'a [&'a dyn NativeStage],
    pub runner: &'a dyn Runner,
    /// The project folder. Commands need one with a real path.
    pub project: &'a dyn Disk,
    /// The environment of commands; nothing else is inherited.
    pub environment: &'a [(String, String)],
    pub cancelled: &'a dyn Fn() -> bool,
}

/// A dependency with its bytes, for a native stage. A command reads its dependencies from the project folder itself.
pub type Dep = (String, Vec<u8>);

/// What a stage left.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// Every file of its outs, sorted by path, which are in the project folder.
    pub outs: Vec<Out>,
    pub metrics: BTreeMap<String, f64>,
    pub log: String,
}

/// Why a stage was not done. Its outs are then not in the project folder; only a native stage that never came to writing
/// leaves those of an earlier run.
#[derive(Debug, Error)]
pub enum StageError {
    #[error("stage `{stage}`: {source}")]
    Native { stage: String, source: NativeError },
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    #[error(transparent)]
    Graph(#[from] GraphError),
    #[error(
        "stage `{stage}` wrote `{path}`, which does not lie in its out; report this as a fault of that stage"
    )]
    Outside { stage: String, path: String },
    #[error(
        "stage `{stage}` gave no finite number for the metric `{metric}`; look at its params and data"
    )]
    NotFinite { stage: String, metric: String },
    #[error(
        "stage `{stage}`: `{path}` is not there as it was written; look at the disk, let nothing else write to the outs of a stage, then run it again"
    )]
    NotKept { stage: String, path: String },
    #[error("stage `{stage}`: the command ended with {how}; its last words were:\n{log}")]
    Failed {
        stage: String,
        /// "exit code 3" or "a signal".
        how: String,
        /// The last lines of what it wrote.
        log: String,
    },
    #[error(
        "stage `{stage}`: the command succeeded and did not write its out `{out}`; correct the command or `outs`"
    )]
    OutAbsent { stage: String, out: String },
    #[error("stage `{stage}` is a command and needs a project folder with a path on this machine")]
    NoFolder { stage: String },
    #[error(
        "stage `{stage}`: its command could not be run: {source}; see that /bin/sh can be started"
    )]
    Start { stage: String, source: io::Error },
    #[error("stage `{stage}`: {source}")]
    Disk { stage: String, source: DiskError },
    #[error("stage `{stage}` was cancelled; nothing of it was kept")]
    Cancelled { stage: String },
}

/// Runs one stage, and names what it left. `deps` are for a native stage, in the order of the declaration.
///
/// # Errors
/// [`StageError`].
pub fn execute(stage: &Stage, deps: &[Dep], tools: &Tools) -> Result<Done, StageError> {
    if (tools.cancelled)() {
        return Err(StageError::Cancelled {
            stage: stage.name.clone(),
        });
    }
    match (&stage.native, &stage.cmd) {
        (Some(native), _) => native_stage(stage, native, deps, tools),
        (None, line) => anew(stage, tools, || {
            command(stage, line.as_deref().unwrap_or_default(), tools)
        }),
    }
}

/// Makes the outs from nothing: those of an earlier run would pose as those of this one, and what a failed stage left
/// would pose as done.
fn anew(
    stage: &Stage,
    tools: &Tools,
    make: impl FnOnce() -> Result<Done, StageError>,
) -> Result<Done, StageError> {
    clear(stage, tools)?;
    make().inspect_err(|_| {
        // The error of the stage is told, not that of clearing after it: no result is kept either way.
        drop(clear(stage, tools));
    })
}

fn native_stage(
    stage: &Stage,
    wanted: &str,
    deps: &[Dep],
    tools: &Tools,
) -> Result<Done, StageError> {
    let name = || stage.name.clone();
    let native = find_native(stage, wanted, tools.natives)?;
    let [folder] = stage.outs.as_slice() else {
        let outs = stage.outs.len();
        return Err(GraphError::NativeOuts {
            stage: name(),
            outs,
        }
        .into());
    };
    let input = StageInput {
        params: &stage.params,
        deps,
        seed: stage.seed,
        cancelled: tools.cancelled,
    };
    let output = native.run(&input).map_err(|source| match source {
        NativeError::Cancelled => StageError::Cancelled { stage: name() },
        source => StageError::Native {
            stage: name(),
            source,
        },
    })?;
    check_metrics(stage, &output)?;
    if (tools.cancelled)() {
        return Err(StageError::Cancelled { stage: name() });
    }
    for (path, _) in &output.files {
        if galen_store::disk::check_path(path).is_err() {
            return Err(StageError::Outside {
                stage: name(),
                path: path.clone(),
            });
        }
    }
    anew(stage, tools, || {
        for (path, bytes) in &output.files {
            let written = tools.project.write(&format!("{folder}/{path}"), bytes);
            written.map_err(|source| StageError::Disk {
                stage: name(),
                source,
            })?;
        }
        let outs = collect(stage, tools).map_err(|error| match error {
            StageError::OutAbsent { stage, out } => StageError::NotKept { stage, path: out },
            other => other,
        })?;
        if let Some(path) = not_kept(folder, &output, &outs) {
            return Err(StageError::NotKept {
                stage: name(),
                path,
            });
        }
        Ok(Done {
            outs,
            metrics: output.metrics,
            log: output.log,
        })
    })
}

/// A file that lies in the outs otherwise than the stage gave it: a disk lied, or somebody else writes there.
fn not_kept(folder: &str, output: &StageOutput, outs: &[Out]) -> Option<String> {
    let given: BTreeMap<String, Digest> = output
        .files
        .iter()
        .map(|(path, bytes)| (format!("{folder}/{path}"), Digest::of(bytes)))
        .collect();
    let kept: BTreeMap<String, Digest> = outs
        .iter()
        .map(|out| (out.path.clone(), out.digest))
        .collect();
    given
        .keys()
        .chain(kept.keys())
        .find(|path| given.get(*path) != kept.get(*path))
        .cloned()
}

fn command(stage: &Stage, line: &str, tools: &Tools) -> Result<Done, StageError> {
    let name = || stage.name.clone();
    let folder = tools.project.path();
    let folder = folder.ok_or_else(|| StageError::NoFolder { stage: name() })?;
    let command = Command {
        line,
        folder,
        environment: tools.environment,
        cancelled: tools.cancelled,
    };
    let ended = tools.runner.run(&command);
    let ended = ended.map_err(|source| StageError::Start {
        stage: name(),
        source,
    })?;
    if ended.cancelled {
        return Err(StageError::Cancelled { stage: name() });
    }
    if ended.code != Some(0) {
        return Err(StageError::Failed {
            stage: name(),
            how: ended
                .code
                .map_or("a signal".to_owned(), |code| format!("exit code {code}")),
            log: last_lines(&ended.log, 20),
        });
    }
    Ok(Done {
        outs: collect(stage, tools)?,
        metrics: BTreeMap::new(),
        log: ended.log,
    })
}

fn check_metrics(stage: &Stage, output: &StageOutput) -> Result<(), StageError> {
    match output.metrics.iter().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some((metric, _)) => Err(StageError::NotFinite {
            stage: stage.name.clone(),
            metric: metric.clone(),
        }),
    }
}

/// Removes the outs.
fn clear(stage: &Stage, tools: &Tools) -> Result<(), StageError> {
    let clear = || {
        for out in &stage.outs {
            for path in files(out, tools)? {
                tools.project.remove(&path)?;
            }
        }
        Ok(())
    };
    clear().map_err(|source| StageError::Disk {
        stage: stage.name.clone(),
        source,
    })
}

/// Names every file of the outs; each out must be there.
fn collect(stage: &Stage, tools: &Tools) -> Result<Vec<Out>, StageError> {
    let name = || stage.name.clone();
    let mut outs = Vec::new();
    for out in &stage.outs {
        let disk = |source| StageError::Disk {
            stage: name(),
            source,
        };
        let paths = files(out, tools).map_err(disk)?;
        if paths.is_empty() {
            return Err(StageError::OutAbsent {
                stage: name(),
                out: out.clone(),
            });
        }
        for path in paths {
            let bytes = tools.project.read(&path).map_err(disk)?;
            outs.push(Out {
                digest: Digest::of(&bytes),
                bytes: bytes.len() as u64,
                path,
            });
        }
    }
    outs.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(outs)
}

/// The out itself if it is a file, or the files below it.
fn files(out: &str, tools: &Tools) -> Result<Vec<String>, DiskError> {
    match tools.project.len(out)? {
        Some(_) => Ok(vec![out.to_owned()]),
        None => tools.project.list(out),
    }
}

/// The last lines of a log, for an error.
fn last_lines(log: &str, lines: usize) -> String {
    let all: Vec<&str> = log.lines().collect();
    if all.is_empty() {
        return "(nothing)".to_owned();
    }
    all[all.len().saturating_sub(lines)..].join("\n")
}

#[cfg(test)]
mod tests {
    use galen_store::{Fault, FaultyDisk, FolderDisk, MemoryDisk};

    use super::*;
    use crate::command::ShellRunner;
    use crate::graph::tests::stage;

    /// Writes its first dependency in capitals.
    struct Capitals;

    impl NativeStage for Capitals {
        fn name(&self) -> &str {
            "text.capitals"
        }

        fn version(&self) -> &str {
            "1"
        }

        fn run(&self, input: &StageInput) -> Result<StageOutput, NativeError> {
            let Some((_, bytes)) = input.deps.first() else {
                return Err(NativeError::Computation {
                    what: "there is nothing to write in capitals".into(),
                    help: "name a dep".into(),
                });
            };
            Ok(StageOutput {
                files: vec![("text.txt".into(), bytes.to_ascii_uppercase())],
                metrics: BTreeMap::from([("letters".into(), bytes.len() as f64)]),
                log: "written".into(),
            })
        }
    }

    fn native() -> Stage {
        Stage {
            cmd: None,
            native: Some("text.capitals".into()),
            ..stage("shout", &["a.txt"], &["loud"])
        }
    }

    fn shell(line: &str, outs: &[&str]) -> Stage {
        Stage {
            cmd: Some(line.into()),
            ..stage("shell", &[], outs)
        }
    }

    fn run(stage: &Stage, deps: &[Dep], project: &dyn Disk) -> Result<Done, StageError> {
        let environment = [("PATH".to_owned(), "/usr/bin:/bin".to_owned())];
        let tools = Tools {
            natives: &[&Capitals],
            runner: &ShellRunner,
            project,
            environment: &environment,
            cancelled: &|| false,
        };
        execute(stage, deps, &tools)
    }

    fn folder() -> (tempfile::TempDir, FolderDisk) {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = FolderDisk::open(folder.path()).expect("opens");
        (folder, disk)
    }

    #[test]
    fn a_native_stage_writes_its_folder_anew() {
        let project = MemoryDisk::new();
        project.write("loud/old.txt", b"OLD").expect("is written");
        let done = run(&native(), &[("a.txt".into(), b"word".to_vec())], &project).expect("runs");
        assert_eq!(done.outs.len(), 1);
        assert_eq!(done.outs[0].path, "loud/text.txt");
        assert_eq!(done.outs[0].digest, Digest::of(b"WORD"));
        assert_eq!(project.list("").expect("is read"), ["loud/text.txt"]);
    }

    #[test]
    fn a_native_stage_that_computes_nothing_leaves_what_was_there() {
        let project = MemoryDisk::new();
        project.write("loud/old.txt", b"OLD").expect("is written");
        let error = run(&native(), &[], &project).expect_err("has no dep");
        assert_eq!(
            error.to_string(),
            "stage `shout`: there is nothing to write in capitals; name a dep"
        );
        assert_eq!(project.list("").expect("is read"), ["loud/old.txt"]);
    }

    #[test]
    fn a_command_leaves_its_outs_and_its_log() {
        let (_kept, project) = folder();
        let stage = shell(
            "echo hi; mkdir -p out/in; echo x > out/in/a; echo y > b",
            &["out", "b"],
        );
        let done = run(&stage, &[], &project).expect("runs");
        let paths: Vec<_> = done.outs.iter().map(|out| out.path.as_str()).collect();
        assert_eq!(paths, ["b", "out/in/a"]);
        assert_eq!(done.outs[0].digest, Digest::of(b"y\n"));
        assert_eq!(done.log, "hi\n");
    }

    #[test]
    fn outs_of_a_failed_command_are_not_kept() {
        let (_kept, project) = folder();
        let stage = shell("echo half > out; echo disk on fire >&2; exit 4", &["out"]);
        let error = run(&stage, &[], &project).expect_err("fails").to_string();
        assert!(
            error.contains("exit code 4") && error.contains("disk on fire"),
            "{error}"
        );
        assert_eq!(project.len("out").expect("is asked"), None);
    }

    #[test]
    fn an_out_of_an_earlier_run_does_not_pose_as_this_ones() {
        let (_kept, project) = folder();
        project.write("out", b"old").expect("is written");
        let error = run(&shell("true", &["out"]), &[], &project).expect_err("wrote nothing");
        assert!(matches!(error, StageError::OutAbsent { .. }), "{error}");
    }

    #[test]
    fn what_a_native_stage_wrote_and_a_disk_lost_is_no_result() {
        for step in 0..4 {
            let project = FaultyDisk::new(1);
            project.plan(step, Fault::Lie);
            let done = run(
                &native(),
                &[("a.txt".to_owned(), b"hello".to_vec())],
                &project,
            );
            match done {
                Err(StageError::NotKept { path, .. }) => {
                    assert!(path.starts_with("loud"), "{path}")
                }
                Ok(done) => assert_eq!(done.outs[0].digest, Digest::of(b"HELLO")),
                Err(other) => panic!("{other}"),
            }
        }
    }

    #[test]
    fn a_command_without_a_real_folder_is_refused() {
        let error = run(&shell("true", &["a"]), &[], &MemoryDisk::new()).expect_err("none");
        assert!(matches!(error, StageError::NoFolder { .. }), "{error}");
    }
}
