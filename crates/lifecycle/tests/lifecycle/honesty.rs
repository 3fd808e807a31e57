//! Ways around the sealed set and the watch that look like honest work.

use galen_lifecycle::ActError;
use galen_spec::Name;
use galen_table::{ReadOptions, Table};

use crate::story::{self, told_up_to};
use crate::world::{World, person};

#[track_caller]
fn refused(result: Result<(), ActError>, code: &str) {
    match result {
        Err(ActError::Refused(refusal)) => assert_eq!(refusal.code, format!("refused.{code}")),
        other => panic!("not refused: {other:?}"),
    }
}

/// The pipeline with one more dependency of its first stage, frozen.
fn reads_also(world: &World, dep: &str) {
    let project = world.project();
    let text = project.read_file("pipeline.yaml").expect("it is there");
    let text = String::from_utf8(text).expect("it is text");
    let deps = "deps: [\"dataset:learn-1995\", \"data.yaml\"]";
    let other = text.replacen(
        deps,
        &format!("deps: [\"dataset:learn-1995\", \"{dep}\", \"data.yaml\"]"),
        1,
    );
    assert_ne!(other, text);
    project
        .files
        .write("pipeline.yaml", other.as_bytes())
        .expect("the disk is well");
    project
        .freeze(&person("dora"), &[Name::Pipeline])
        .expect("it may");
}

fn reference(world: &World) -> Vec<u8> {
    let project = world.project();
    let digest = project
        .state()
        .expect("founded")
        .dataset("reference")
        .expect("drawn")
        .digest;
    project
        .artifacts
        .get(&digest)
        .expect("it is not sealed yet")
}

#[test]
fn a_stage_does_not_read_the_sealed_set_as_a_file() {
    let open = told_up_to(6, "seal");
    let plain = reference(&open);
    let world = told_up_to(6, "run release1");
    world
        .project()
        .files
        .write("notes.csv", &plain)
        .expect("the disk is well");
    reads_also(&world, "notes.csv");
    refused(story::run(&world.project(), "release1"), "sealed");
    assert_eq!(world.verify().problems, []);
}

#[test]
fn a_model_that_read_the_set_before_it_was_sealed_is_not_judged_on_it() {
    let world = told_up_to(6, "seal");
    let plain = reference(&world);
    world
        .project()
        .files
        .write("notes.csv", &plain)
        .expect("the disk is well");
    reads_also(&world, "notes.csv");
    story::run(&world.project(), "release1").expect("nothing is sealed");
    world
        .project()
        .seal(&person("fay"), "reference", "fay")
        .expect("it may");
    story::propose(&world.project(), "run-1", None).expect("its inputs are known");
    refused(
        story::judge(&world.project(), "change-1"),
        "learned_from_reference",
    );
    assert_eq!(world.folded().looks, 0);
}

#[test]
fn a_sealed_set_is_opened_for_a_purpose_and_the_look_is_proven() {
    let plain = reference(&told_up_to(6, "seal"));
    let world = told_up_to(6, "propose change-1");
    let open = |purpose: &str| {
        world
            .project()
            .open_sealed(&person("fay"), "reference", purpose)
    };
    let asked = open("an audit").expect("there is a look");
    assert_eq!(asked.plain, Some(plain));
    assert_eq!(world.folded().looks, 1);
    let more = (2..100).take_while(|look| open(&format!("audit {look}")).is_ok());
    assert!(more.count() < 20, "the budget ends");
    refused(open("another audit").map(drop), "budget");
    story::propose(&world.project(), "run-1", None).expect("its inputs are known");
    refused(story::judge(&world.project(), "change-1"), "budget");
    let report = world
        .project()
        .verify(&galen_lifecycle::verify::Outside::default());
    let report = report.expect("the disk is well");
    assert!(report.ok, "{:?}", report.problems);
}

#[test]
fn the_sealed_set_is_not_added_again_under_another_name() {
    let open = told_up_to(6, "seal");
    let plain = reference(&open);
    let world = told_up_to(6, "run release1");
    refused(story::add_data(&world.project(), plain.clone()), "sealed");
    let digest = galen_store::Digest::of(&plain);
    assert!(
        !world
            .project()
            .artifacts
            .has(&digest)
            .expect("the disk is well")
    );
}

#[test]
fn a_file_that_a_stage_read_is_kept_so_that_the_run_verifies_when_it_is_another() {
    let world = told_up_to(6, "run release1");
    let files = world.project().files;
    files
        .write("notes.csv", b"a\n1\n")
        .expect("the disk is well");
    reads_also(&world, "notes.csv");
    story::run(&world.project(), "release1").expect("it may read a file");
    files
        .write("notes.csv", b"a\n2\n")
        .expect("the disk is well");
    let model = world.folded().runs["run-1"]
        .model
        .clone()
        .expect("it made one");
    assert_eq!(model.training, ["learn-1995", "notes.csv"]);
    assert_eq!(world.verify().problems, []);
}

#[test]
fn one_bad_cell_rejects_its_own_row_and_no_other() {
    let world = told_up_to(6, "ingest 2001");
    let text = b"age,sex,kappa,lambda,creatinine\n70,F,1,1,1\n30,F,1,1,1\nx,M,1,1,1\n60,Q,1,1,\n";
    let table = Table::read_csv(text, &ReadOptions::default()).expect("a table");
    let day = jiff::civil::date(2007, 6, 30);
    let ingested = world
        .project()
        .ingest(&table, "few", None, day)
        .expect("release 2 is live");
    let reasons: Vec<(&str, u64)> = ingested
        .reasons
        .iter()
        .map(|(why, n)| (why.as_str(), *n))
        .collect();
    assert_eq!(
        (ingested.accepted, ingested.rejected),
        (2, 2),
        "{reasons:?}"
    );
    assert_eq!(
        reasons,
        [
            ("`age` is no number", 1),
            ("`sex` is none of the words that the model knows", 1),
        ]
    );
}

#[test]
fn an_identifier_that_stands_twice_is_rejected_the_second_time() {
    let world = told_up_to(6, "ingest 2001");
    let text = b"id,age,sex,kappa,lambda,creatinine\na,70,F,1,1,1\na,71,F,1,1,1\n";
    let table = Table::read_csv(text, &ReadOptions::default()).expect("a table");
    let day = jiff::civil::date(2007, 6, 30);
    let ingested = world
        .project()
        .ingest(&table, "few", Some("id"), day)
        .expect("release 2 is live");
    assert_eq!(
        (ingested.accepted, ingested.rejected),
        (1, 1),
        "{:?}",
        ingested.reasons
    );
}
