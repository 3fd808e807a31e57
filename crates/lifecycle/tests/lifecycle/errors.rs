//! What goes wrong around an act: one clear message, and nothing is lost.

use std::sync::Arc;

use galen_control::Ask;
use galen_lifecycle::{ActError, Project};
use galen_store::{DiskError, Fault};

use crate::story::{self, told_up_to};
use crate::world::{World, csv, person};

/// Nothing was recorded, and the project verifies.
#[track_caller]
fn nothing_happened(world: &World, before: usize) {
    assert_eq!(world.records().len(), before);
    assert_eq!(world.verify().problems, []);
}

/// The code, message and help of an error about what was given.
#[track_caller]
fn input(result: Result<(), ActError>) -> (&'static str, String, String) {
    match result {
        Err(ActError::Input {
            code,
            message,
            help,
        }) => (code, message, help),
        other => panic!("not an error about the input: {other:?}"),
    }
}

#[test]
fn who_waits_too_long_is_told_for_whom() {
    let world = told_up_to(5, "freeze");
    let before = world.records().len();
    let store = world.project().store;
    let held = store
        .lock(
            galen_ledger::LOCK,
            std::time::Duration::ZERO,
            "galen run, process 4711",
        )
        .expect("nobody holds it");
    let error = world
        .project()
        .freeze(&person("dora"), &crate::world::FREEZABLE)
        .expect_err("it is held");
    assert!(
        matches!(error, ActError::Disk(DiskError::Held { .. })),
        "{error:?}"
    );
    assert!(
        error.to_string().contains("galen run, process 4711"),
        "{error}"
    );
    drop(held);
    nothing_happened(&world, before);
    world
        .project()
        .freeze(&person("dora"), &crate::world::FREEZABLE)
        .expect("it is free");
}

#[test]
fn a_full_disk_is_named_and_nothing_is_recorded() {
    let world = told_up_to(5, "add data");
    let before = world.records().len();
    world.disk.plan(world.disk.steps(), Fault::Full);
    let error = story::add_data(&world.project(), csv()).expect_err("it is full");
    assert!(error.to_string().contains("no space"), "{error}");
    nothing_happened(&world, before);
    story::add_data(&world.project(), csv()).expect("there is space again");
}

#[test]
fn a_run_that_is_stopped_records_nothing_and_can_be_done_again() {
    let world = told_up_to(5, "run release1");
    let before = world.records().len();
    let mut stopped: Project = world.project();
    stopped.ports.cancelled = Arc::new(|| true);
    let error = story::run(&stopped, "release1").expect_err("it was stopped");
    assert!(matches!(error, ActError::Cancelled), "{error:?}");
    nothing_happened(&world, before);
    story::run(&world.project(), "release1").expect("nobody stops it");
}

/// The model file as the store keeps it, damaged.
#[test]
fn a_damaged_model_is_named_before_anything_is_judged() {
    let world = told_up_to(5, "judge change-1");
    let before = world.records().len();
    let project = world.project();
    let model = project
        .state()
        .expect("it was founded")
        .change("change-1")
        .expect("proposed")
        .model
        .digest;
    let path = galen_store::Artifacts::path(&model);
    let bytes = project.store.read(&path).expect("it was kept");
    project
        .store
        .write(&path, &bytes[..bytes.len() / 2])
        .expect("the disk is well");
    let error = story::judge(&project, "change-1").expect_err("the model is damaged");
    assert!(error.to_string().contains(&model.to_string()), "{error}");
    assert_eq!(world.records().len(), before, "no look was had");
    let problems = world.verify().problems;
    assert!(
        problems
            .iter()
            .any(|problem| problem.what == "artifact_changed"),
        "{problems:#?}"
    );
}

#[test]
fn an_evaluation_that_is_broken_off_has_had_its_look() {
    let world = told_up_to(5, "judge change-1");
    let before = world.records().len();
    // The same first record, made alone, says how many steps on the disk it takes.
    let twin = world.copy();
    let first = twin.disk.steps();
    let open = Ask::Open(galen_control::act::open::Ask {
        change: "change-1".to_owned(),
    });
    twin.project()
        .perform(&person("dora"), None, open)
        .expect("it may");
    let one_record = twin.disk.steps() - first;
    world
        .disk
        .plan(world.disk.steps() + one_record, Fault::Crash);
    story::judge(&world.project(), "change-1").expect_err("the machine stops");
    world.restart();
    assert_eq!(world.folded().looks, 1, "the look counts");
    nothing_happened(&world, before + 1);
    story::judge(&world.project(), "change-1").expect("it goes on with that look");
    assert_eq!(world.folded().looks, 1);
    nothing_happened(&world, before + 2);
}

#[test]
fn a_table_with_ragged_rows_is_refused_where_it_is_read() {
    let world = told_up_to(5, "validate");
    let before = world.records().len();
    let mut ragged = csv();
    ragged.extend_from_slice(b"63,F\n");
    story::add_data(&world.project(), ragged).expect("bytes are bytes");
    let split = world.project().split(&person("gil"), "cohort").map(drop);
    let (_, message, help) = input(split);
    assert!(message.starts_with("Line 942 "), "{message}");
    assert!(!help.is_empty());
    nothing_happened(&world, before + 1);
}

#[test]
fn a_pipeline_that_differs_from_the_frozen_one_is_not_run() {
    let world = told_up_to(5, "run release1");
    let before = world.records().len();
    let project = world.project();
    let text = project.read_file("pipeline.yaml").expect("it is there");
    project
        .files
        .write("pipeline.yaml", &[&text[..], b"# later\n"].concat())
        .expect("the disk is well");
    let (code, _, help) = input(story::run(&project, "release1"));
    assert_eq!(code, "differs");
    assert!(help.contains("galen freeze pipeline"), "{help}");
    nothing_happened(&world, before);
}

#[test]
fn a_missing_file_is_named() {
    let world = told_up_to(5, "freeze");
    let project = world.project();
    project.files.remove("team.yaml").expect("the disk is well");
    let (code, message, _) = input(project.read_file("team.yaml").map(drop));
    assert_eq!(code, "file_not_found");
    assert!(message.contains("team.yaml"), "{message}");
}

#[test]
fn two_at_once_in_one_project_both_work() {
    let world = told_up_to(5, "add data");
    let before = world.records().len();
    std::thread::scope(|scope| {
        let both = [0, 1].map(|at| {
            let mut project = world.project();
            project.ports.wait = std::time::Duration::from_secs(10);
            scope.spawn(move || {
                let mut bytes = csv();
                bytes
                    .extend_from_slice(format!("6{at},F,1999,1,1,5,1,no,2000,alive,\n").as_bytes());
                story::add_data(&project, bytes)
            })
        });
        for one in both {
            one.join().expect("it does not panic").expect("it is done");
        }
    });
    nothing_happened(&world, before + 2);
}

#[test]
fn a_check_that_would_watch_in_vain_is_named_with_its_place() {
    let world = World::new(5);
    let project = world.project();
    let text = project.read_file("monitor.yaml").expect("it is there");
    let text = String::from_utf8(text).expect("it is text");
    let vain = text.replacen(
        "    params: {test: ks}\n    limit: {p_below: 0.001}",
        "    params: {test: ks}\n    limit: {lower_above: 0.001}",
        1,
    );
    assert_ne!(vain, text);
    project
        .files
        .write("monitor.yaml", vain.as_bytes())
        .expect("the disk is well");
    let found = project.check().expect("it can be read");
    let found: Vec<_> = found
        .iter()
        .filter(|one| one.at.file == "monitor.yaml")
        .collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].id, "monitor.check");
    assert!(
        found[0].at.line > Some(1) && found[0].message.contains("p_below"),
        "{found:#?}"
    );
}
