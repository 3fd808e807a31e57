//! The machine fails: damaged files, a second galen, an interruption, a write that does not go through.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::errors::{entries, nothing_is_lost};
use crate::project::{copy, flchain, text, young};
use crate::typed::{Ended, GALEN, command, galen};

/// The artifact of the model of run-1, from what the run left in the folder.
fn model_artifact(project: &Path) -> PathBuf {
    let bytes = fs::read(project.join("models/release1/model.onnx")).expect("the run wrote it");
    let digest = galen_store::Digest::of(&bytes);
    let hex = digest.hex();
    let path = format!(".galen/artifacts/sha256/{}/{hex}", &hex[..2]);
    project.join(path)
}

#[test]
fn an_artifact_that_was_changed_or_removed_is_named_and_not_used() {
    let project = copy(young());
    let artifact = model_artifact(project.path());
    let digest = artifact
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    fs::write(&artifact, "not what was learned").expect("the artifact is changed");
    for damaged in ["was changed", "is not in the store"] {
        let error = galen(project.path(), &["compare", "run-1", "run-1", "--json"]);
        let error = error.fails(1, "artifact");
        assert!(text(&error["message"]).contains(&digest), "{error:#}");
        assert!(text(&error["message"]).contains(damaged), "{error:#}");
        assert!(text(&error["help"]).contains("galen verify"), "{error:#}");
        let proof = galen(project.path(), &["verify", "--json"]).exits(1).json();
        assert!(proof["problems"].to_string().contains(&digest), "{proof:#}");
        let _ = fs::remove_file(&artifact);
    }
    // What a stage made can be made again.
    galen(project.path(), &["run", "release1", "--as", "ada"]).exits(0);
    galen(project.path(), &["verify"]).exits(0);
}

/// The young project with one more frozen stage.
fn with_stage(stage: &str) -> TempDir {
    let project = copy(young());
    let path = project.path().join("pipeline.yaml");
    let text = fs::read_to_string(&path).expect("it is there");
    fs::write(path, text + stage).expect("a file");
    galen(project.path(), &["freeze", "pipeline", "--as", "dora"]).exits(0);
    project
}

#[test]
fn a_stage_that_writes_no_onnx_model_fails_and_is_not_recorded() {
    let project = with_stage(concat!(
        "  - name: garbage\n    title: Copies a model and spoils it\n",
        "    cmd: mkdir -p models/garbage; cp models/release1/* models/garbage; echo x > models/garbage/model.onnx\n",
        "    outs: [models/garbage]\n    seed: 1\n",
    ));
    let before = entries(project.path());
    let error = galen(project.path(), &["run", "garbage", "--as", "ada", "--json"]);
    let error = error.fails(2, "model");
    assert!(
        text(&error["message"]).contains("no ONNX model"),
        "{error:#}"
    );
    nothing_is_lost(project.path(), before);
}

#[test]
fn a_stage_that_fails_shows_what_it_said_and_is_not_recorded() {
    let project = with_stage(concat!(
        "  - name: fails\n    title: Fails\n",
        "    cmd: echo the scanner is on fire; exit 7\n",
        "    outs: [models/fails]\n    seed: 1\n",
    ));
    let before = entries(project.path());
    let error = galen(project.path(), &["run", "fails", "--as", "ada", "--json"]);
    let error = error.fails(2, "stage");
    let message = text(&error["message"]);
    assert!(message.contains("the scanner is on fire"), "{error:#}");
    assert!(message.contains('7'), "{error:#}");
    nothing_is_lost(project.path(), before);
}

#[test]
fn ctrl_c_ends_a_run_with_all_that_it_started_and_records_nothing() {
    let project = with_stage(concat!(
        "  - name: slow\n    title: Sleeps\n",
        "    cmd: echo $$ > started.part; mv started.part started; exec sleep 600\n",
        "    outs: [models/slow]\n    seed: 1\n",
    ));
    let before = entries(project.path());
    let galen = command(project.path(), &["run", "slow", "--as", "ada", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("galen is started");
    let started = project.path().join("started");
    let until = Instant::now() + Duration::from_secs(30);
    while !started.is_file() {
        assert!(Instant::now() < until, "the stage did not start");
        thread::sleep(Duration::from_millis(10));
    }
    let child = fs::read_to_string(started).expect("the stage's process is named");
    let signalled = Command::new("kill")
        .args(["-s", "INT", &galen.id().to_string()])
        .status();
    assert!(signalled.expect("kill is there").success());
    let ended = Ended::of(&galen.wait_with_output().expect("galen ends"));
    let error = ended.fails(130, "cancelled");
    assert!(
        text(&error["message"]).contains("before anything was recorded"),
        "{error:#}"
    );
    let alive = Command::new("kill")
        .args(["-s", "0", child.trim()])
        .stderr(Stdio::null())
        .status();
    assert!(
        !alive.expect("kill is there").success(),
        "the stage's process lives on"
    );
    nothing_is_lost(project.path(), before);
}

#[test]
fn who_waits_over_ten_seconds_for_another_galen_is_told_for_whom() {
    let project = copy(young());
    let before = entries(project.path());
    let path = project.path().join(".galen/ledger/lock");
    let mut lock = File::options()
        .write(true)
        .open(path)
        .expect("the lock is there");
    lock.lock().expect("nobody else holds it");
    lock.write_all(b"galen run, process 7")
        .expect("who holds it is written");

    fs::write(project.path().join("more.csv"), "x\n1\n").expect("a file");
    let waiting = command(
        project.path(),
        &["data", "add", "more.csv", "--as", "gil", "--json"],
    )
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .expect("galen is started");
    // Who only reads waits for nobody.
    assert_eq!(entries(project.path()), before);
    let ended = Ended::of(&waiting.wait_with_output().expect("galen ends"));
    let error = ended.fails(3, "locked");
    assert!(
        text(&error["message"]).contains("galen run, process 7"),
        "{error:#}"
    );
    lock.unlock().expect("the lock is let go");
    nothing_is_lost(project.path(), before);
}

#[test]
fn two_galens_in_one_project_both_finish() {
    let project = copy(young());
    let before = entries(project.path());
    let started: Vec<_> = ["a.csv", "b.csv", "c.csv"]
        .map(|file| {
            fs::write(project.path().join(file), format!("x\n{file}\n")).expect("a file");
            command(
                project.path(),
                &["data", "add", file, "--as", "gil", "--json"],
            )
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("galen is started")
        })
        .into_iter()
        .collect();
    let mut written: Vec<u64> = started
        .into_iter()
        .map(|one| {
            Ended::of(&one.wait_with_output().expect("galen ends"))
                .exits(0)
                .json()
        })
        .map(|document| document["entry"].as_u64().expect("an entry"))
        .collect();
    written.sort_unstable();
    assert_eq!(written, [before, before + 1, before + 2]);
    nothing_is_lost(project.path(), before + 3);
}

#[test]
fn a_write_that_the_system_cuts_off_records_nothing() {
    let project = copy(young());
    let before = entries(project.path());
    // Files may grow to 100 KiB and the cohort has 330: as on a full disk, the write ends in the middle.
    let cohort = fs::read_to_string(flchain()).expect("the cohort is there");
    fs::write(project.path().join("again.csv"), cohort + "\n").expect("a file");
    let line =
        format!("trap '' XFSZ; ulimit -f 200; exec '{GALEN}' data add again.csv --as gil --json");
    let mut shell = Command::new("sh");
    shell.args(["-c", &line]).current_dir(project.path());
    shell
        .env("GALEN_KEYS", "keys")
        .env("GALEN_PASSPHRASES", "keys/passphrases");
    let ended = Ended::of(&shell.output().expect("sh is there")).exits(3);
    assert_eq!(ended.json()["kind"], "error");
    assert!(!ended.err.is_empty());
    nothing_is_lost(project.path(), before);
    galen(project.path(), &["data", "add", "again.csv", "--as", "gil"]).exits(0);
}

#[test]
fn a_document_whose_file_cannot_be_written_is_not_recorded() {
    let project = copy(young());
    let before = entries(project.path());
    for out in ["team.yaml/gmlp.html", "team.yaml/below/gmlp.pdf"] {
        let arguments = ["dossier", "build", "gmlp", "--as", "dora", "--json"];
        let arguments = [&arguments[..], &["--out", "good.html", "--out", out]].concat();
        let error = galen(project.path(), &arguments).fails(3, "not_written");
        let message = text(&error["message"]);
        assert!(message.contains(out), "{error:#}");
        assert!(message.contains("cannot be written"), "{error:#}");
        assert!(!message.contains("backup"), "{error:#}");
    }
    fs::create_dir(project.path().join("folder.html")).expect("a folder");
    let arguments = ["dossier", "build", "gmlp", "--as", "dora", "--json"];
    let arguments = [&arguments[..], &["--out", "folder.html"]].concat();
    galen(project.path(), &arguments).fails(2, "is_a_folder");
    nothing_is_lost(project.path(), before);
    assert!(!project.path().join("good.html").exists());

    // Nothing of the trial stays, and folders are made.
    let arguments = ["dossier", "build", "gmlp", "--as", "dora"];
    let arguments = [&arguments[..], &["--out", "deep/below/gmlp.html"]].concat();
    galen(project.path(), &arguments).exits(0);
    let written = fs::read_dir(project.path().join("deep/below")).expect("it was made");
    assert_eq!(written.count(), 1);
}

#[test]
fn a_division_whose_files_cannot_be_written_is_not_recorded() {
    let project = copy(young());
    let before = entries(project.path());
    let arguments = ["data", "split", "flchain", "--as", "gil", "--json"];
    let arguments = [&arguments[..], &["--out", "team.yaml"]].concat();
    let error = galen(project.path(), &arguments).fails(3, "not_written");
    assert!(text(&error["message"]).contains("team.yaml"), "{error:#}");
    nothing_is_lost(project.path(), before);
}
