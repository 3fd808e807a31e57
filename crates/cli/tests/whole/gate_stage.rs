//! Gates as stages of the pipeline.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::project::{copy, text, young};
use crate::typed::{Ended, galen};

/// Adds a gate behind each of two models, and a stage behind each gate.
fn with_gates(project: &Path, params: &str) {
    let file = project.join("pipeline.yaml");
    let mut pipeline = fs::read_to_string(&file).expect("the pipeline");
    for model in ["release1", "careless_balanced"] {
        pipeline.push_str(&format!(
            "  - name: gate_{model}\n    title: Development gate\n    native: gate.development\n    deps: [models/{model}]\n{params}    \
             outs: [gates/{model}]\n  - name: after_{model}\n    title: What comes after the gate\n    cmd: cp gates/{model}/verdict.json after_{model}.json\n    \
             deps: [gates/{model}/verdict.json]\n    outs: [after_{model}.json]\n"
        ));
    }
    fs::write(file, pipeline).expect("the pipeline is written");
}

fn freeze(project: &Path) -> Ended {
    galen(project, &["freeze", "pipeline", "--as", "dora"])
}

fn run(project: &Path, stage: &str) -> Ended {
    galen(project, &["run", stage, "--as", "ada", "--json"])
}

fn verdict(project: &Path, file: &str) -> Value {
    let text = fs::read_to_string(project.join(file)).expect("a verdict");
    serde_json::from_str(&text).expect("it is JSON")
}

#[test]
fn what_comes_after_a_gate_runs_if_the_model_passes() {
    let project = copy(young());
    with_gates(project.path(), "");
    freeze(project.path()).exits(0);
    let done = run(project.path(), "after_release1").exits(0).json();
    assert_eq!(done["runs"][0]["stopped"], Value::Null);
    let written = verdict(project.path(), "after_release1.json");
    assert_eq!(
        (&written["verdict"], &written["outcome"]),
        (&"development".into(), &"pass".into())
    );
    assert!(
        written["criteria"]
            .as_array()
            .is_some_and(|all| all.len() > 5)
    );
    // The gate is asked again, and what comes after it is cached, since its verdict is the same file.
    let again = run(project.path(), "after_release1").exits(0).json();
    assert_eq!(again["stages"][0]["status"], "cached");
    let explained = galen(project.path(), &["run", "after_release1", "--explain"]).exits(0);
    assert!(
        explained
            .out
            .contains("gate_release1: runs, because a gate is asked each time"),
        "{}",
        explained.out
    );
}

#[test]
fn a_gate_that_fails_stops_the_run_and_its_verdict_is_recorded() {
    let project = copy(young());
    with_gates(project.path(), "");
    freeze(project.path()).exits(0);
    let stopped = run(project.path(), "after_careless_balanced")
        .exits(1)
        .json();
    let gate = &stopped["runs"][0]["stopped"];
    assert_eq!(
        (&gate["stage"], &gate["verdict"]),
        (&"gate_careless_balanced".into(), &"fail".into())
    );
    assert_eq!(gate["criteria"][0], "calibration");
    assert!(!project.path().join("after_careless_balanced.json").exists());
    let shown = galen(
        project.path(),
        &["gate", text(&stopped["runs"][0]["run"]), "--json"],
    )
    .exits(1)
    .json();
    assert_eq!(shown["verdict"], "fail");
    galen(project.path(), &["verify"]).exits(0);
}

#[test]
fn a_gate_that_lets_everything_through_says_the_verdict() {
    let project = copy(young());
    with_gates(project.path(), "    params: {go_on: always}\n");
    freeze(project.path()).exits(0);
    run(project.path(), "after_careless_balanced").exits(0);
    assert_eq!(
        verdict(project.path(), "gates/careless_balanced/verdict.json")["outcome"],
        "fail"
    );
}

#[test]
fn a_gate_without_a_model_or_with_another_parameter_is_an_error_of_the_pipeline() {
    let project = copy(young());
    with_gates(project.path(), "    params: {go_on: maybe}\n");
    let ended = freeze(project.path()).exits(2);
    assert!(
        ended
            .err
            .contains("a gate has one parameter, `go_on`: pass, inconclusive, always"),
        "{}",
        ended.err
    );
    let project = copy(young());
    with_gates(project.path(), "");
    let file = project.path().join("pipeline.yaml");
    let pipeline = fs::read_to_string(&file).expect("the pipeline");
    fs::write(
        &file,
        pipeline.replace("deps: [models/release1]", "deps: [data.yaml]"),
    )
    .expect("it is changed");
    let ended = freeze(project.path()).exits(2);
    assert!(
        ended.err.contains("a gate reads the folder of a model"),
        "{}",
        ended.err
    );
}
