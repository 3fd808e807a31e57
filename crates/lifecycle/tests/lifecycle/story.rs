//! One lifecycle from founding to the finding after a rollback, as a list of steps that can each be done, broken off and
//! done again.

use galen_control::act::examine::Examination;
use galen_control::act::sign::Meaning;
use galen_control::change::Answers;
use galen_control::{Actor, Deed};
use galen_lifecycle::{ActError, DataFile, Labels, Letter, Project, Who, read_table};
use jiff::civil::{Date, date};

use crate::world::{FREEZABLE, World, csv, person};

/// One act of the story.
pub struct Step {
    pub name: &'static str,
    act: fn(&Project) -> Result<(), ActError>,
}

impl Step {
    /// Does the step as somebody who just opened the project.
    pub fn take(&self, world: &World) -> Result<(), ActError> {
        (self.act)(&world.project())
    }
}

const fn step(name: &'static str, act: fn(&Project) -> Result<(), ActError>) -> Step {
    Step { name, act }
}

/// The story in order.
pub const STORY: &[Step] = &[
    step("found", |p| p.found().map(drop)),
    step("enrol dora", |p| p.enrol("dora").map(drop)),
    step("enrol ada", |p| p.enrol("ada").map(drop)),
    step("enrol ben", |p| p.enrol("ben").map(drop)),
    step("enrol cleo", |p| p.enrol("cleo").map(drop)),
    step("enrol emil", |p| p.enrol("emil").map(drop)),
    step("enrol fay", |p| p.enrol("fay").map(drop)),
    step("enrol gil", |p| p.enrol("gil").map(drop)),
    step("freeze", |p| {
        p.freeze(&person("dora"), &FREEZABLE).map(drop)
    }),
    step("authorise", authorise),
    step("add data", |p| add_data(p, csv())),
    step("validate", |p| examine(p, Examination::Validate)),
    step("accept", accept),
    step("validate again", |p| examine(p, Examination::Validate)),
    step("check", |p| examine(p, Examination::Check)),
    step("split", |p| p.split(&person("gil"), "cohort").map(drop)),
    step("seal", |p| {
        p.seal(&person("fay"), "reference", "fay").map(drop)
    }),
    step("run release1", |p| run(p, "release1")),
    step("run release1 again", |p| run(p, "release1")),
    step("propose change-1", |p| propose(p, "run-1", None)),
    step("judge change-1", |p| judge(p, "change-1")),
    step("assess change-1", |p| assess(p, "change-1")),
    step("sign change-1 as ben", |p| {
        sign(p, "ben", "change-1", "clinician")
    }),
    step("sign change-1 as cleo", |p| {
        sign(p, "cleo", "change-1", "regulatory")
    }),
    step("release change-1", |p| release(p, "change-1")),
    step("run release2", |p| run(p, "release2")),
    step("propose change-2", |p| {
        propose(p, "run-3", Some("add_creatinine"))
    }),
    step("judge change-2", |p| judge(p, "change-2")),
    step("assess change-2", |p| assess(p, "change-2")),
    step("sign change-2 as ben", |p| {
        sign(p, "ben", "change-2", "clinician")
    }),
    step("sign change-2 as cleo", |p| {
        sign(p, "cleo", "change-2", "regulatory")
    }),
    step("release change-2", |p| release(p, "change-2")),
    step("explain", |p| {
        p.explain(&person("ada"), None, "release-2", "exact")
            .map(drop)
    }),
    step("ingest 2001", |p| ingest(p, 2001)),
    step("close 2007", |p| close(p, date(2007, 12, 31))),
    step("ingest 2002", |p| ingest(p, 2002)),
    step("close 2008", |p| close(p, date(2008, 12, 31))),
    step("label 2007", label),
    step("close 2007 again", |p| close(p, date(2012, 12, 31))),
    step("analyse finding-1", |p| {
        let cause = "People without a clinic visit, whose creatinine nobody measured.";
        p.analyse_finding(&person("dora"), "finding-1", cause)
            .map(drop)
    }),
    step("close finding-1", |p| {
        p.close_finding(&person("dora"), "finding-1", "Release 1 answers.")
            .map(drop)
    }),
    step("build gmlp", |p| {
        p.build(&person("cleo"), "gmlp", &["html", "json"])
            .map(drop)
    }),
    step("look", |p| {
        p.open_sealed(&person("fay"), "reference", "an audit")
            .map(drop)
    }),
    step("correct", correct),
    step("withdraw", withdraw),
];

/// Two people of the cohort, by their free light chains, which nobody else has.
fn two_people() -> [String; 2] {
    let text = String::from_utf8(csv()).expect("the cohort is text");
    let of_row = |row: usize| {
        let line = text.lines().nth(row).expect("there are people");
        line.split(',').nth(3).expect("a value").to_owned()
    };
    [of_row(1), of_row(2)]
}

fn correct(project: &Project) -> Result<(), ActError> {
    let [one, other] = two_people();
    let labels = Labels {
        id: "kappa".to_owned(),
        label: "mgus".to_owned(),
    };
    // Neither `yes` nor `no`, so that both are other than they were.
    let corrections = format!("kappa,mgus\n{one},unclear\n{other},unclear\n");
    let why = "The bone marrow was read again.";
    project
        .correct(&person("gil"), &labels, corrections.as_bytes(), why, false)
        .map(drop)
}

fn withdraw(project: &Project) -> Result<(), ActError> {
    let [person_id, _] = two_people();
    let who = Who {
        person: person_id,
        column: "kappa".to_owned(),
    };
    project
        .withdraw(&person("gil"), &who, "Asked in writing.")
        .map(drop)
}

fn authorise(project: &Project) -> Result<(), ActError> {
    let letter = Letter {
        kind: "clearance",
        authority: "Imaginary Device Authority",
        number: "IDA-2000-0042",
        date: date(2000, 12, 15),
        scope: "intended use and PCCP as frozen",
        bytes: b"You may.",
    };
    project.authorise(&person("cleo"), &letter).map(drop)
}

pub fn add_data(project: &Project, bytes: Vec<u8>) -> Result<(), ActError> {
    let file = DataFile {
        path: "cohort.csv".to_owned(),
        bytes,
    };
    project
        .add_data(&person("gil"), "cohort", &[file], false, false)
        .map(drop)
}

fn examine(project: &Project, how: Examination) -> Result<(), ActError> {
    project.examine(&person("gil"), "cohort", how).map(drop)
}

fn accept(project: &Project) -> Result<(), ActError> {
    let (kind, reason) = (
        "INT_TYPE_BIG_INT",
        "The study took in people of any age over 50.",
    );
    project
        .accept(&person("gil"), "cohort", "age", kind, reason)
        .map(drop)
}

pub fn run(project: &Project, stage: &str) -> Result<(), ActError> {
    project.run(&person("ada"), None, stage).map(drop)
}

pub fn propose(project: &Project, run: &str, modification: Option<&str>) -> Result<(), ActError> {
    project
        .propose(&person("ada"), None, run, modification, "A candidate")
        .map(drop)
}

pub fn judge(project: &Project, change: &str) -> Result<(), ActError> {
    project.judge(&person("dora"), None, change).map(drop)
}

pub fn assess(project: &Project, change: &str) -> Result<(), ActError> {
    let answers = Answers {
        intended_use_same: Some(true),
        new_hazard: Some(false),
        protocol_followed: Some(true),
        restores_spec: None,
        safety_effect_possible: None,
        rationale: "As planned.".to_owned(),
    };
    project.assess(&person("cleo"), change, answers).map(drop)
}

pub fn sign(project: &Project, who: &str, change: &str, role: &str) -> Result<(), ActError> {
    project
        .sign(&person(who), change, role, Meaning::Approval, "Reviewed.")
        .map(drop)
}

pub fn release(project: &Project, change: &str) -> Result<(), ActError> {
    project.release(&person("emil"), None, change).map(drop)
}

/// The people of a year of the cohort; they arrive six years later.
fn arrivals(project: &Project, year: i16) -> Result<galen_table::Table, ActError> {
    let name = format!("arrivals-{year}");
    let digest = project.state()?.dataset(&name)?.digest;
    read_table(&project.artifacts.get(&digest)?)
}

pub fn ingest(project: &Project, year: i16) -> Result<(), ActError> {
    let (people, stem) = (arrivals(project, year)?, format!("arrivals-{year}"));
    project
        .ingest(&people, &stem, None, date(year + 6, 6, 30))
        .map(drop)
}

fn label(project: &Project) -> Result<(), ActError> {
    project
        .label(&arrivals(project, 2001)?, "arrivals-2001", None, "2007")
        .map(drop)
}

pub fn close(project: &Project, as_of: Date) -> Result<(), ActError> {
    project.close_windows(&person("emil"), as_of).map(drop)
}

/// A world in which the story was told up to a step; up to its end if there is no such step.
pub fn told_up_to(seed: u64, name: &str) -> World {
    let world = World::new(seed);
    for step in STORY.iter().take_while(|step| step.name != name) {
        step.take(&world)
            .unwrap_or_else(|error| panic!("{}: {error}", step.name));
    }
    world
}

/// A world in which the whole story was told.
pub fn told(seed: u64) -> World {
    told_up_to(seed, "")
}

#[test]
fn the_story_ends_with_a_rollback_by_the_system_and_verifies() {
    let world = told(1);
    let report = world.verify();
    assert_eq!(report.problems, []);
    assert!(report.rederived > 20, "{report:#?}");
    let records = world.records();
    let rolled = records
        .iter()
        .filter(|record| matches!(record.deed, Deed::RollBack(_)));
    assert_eq!(
        rolled.map(|record| &record.by).collect::<Vec<_>>(),
        [&Actor::System]
    );
    assert_eq!(world.folded().live.as_deref(), Some("release-1"));
}

#[test]
fn what_was_accepted_is_let_pass_and_the_validation_says_so() {
    let world = told_up_to(1, "check");
    let records = world.records();
    let examined = records.iter().filter_map(|record| match &record.deed {
        Deed::Examine(examine) => Some(examine),
        _ => None,
    });
    let [before, after] = examined.collect::<Vec<_>>()[..] else {
        panic!("the cohort was validated twice");
    };
    assert_eq!(before.stops, after.stops + 1);
    assert_eq!((before.accepted.len(), after.accepted.len()), (0, 1));
    let entry = usize::try_from(after.accepted[0]).expect("it is small");
    let Deed::Accept(accept) = &records[entry].deed else {
        panic!("{:?} is no acceptance", records[entry]);
    };
    assert_eq!(accept.evidence, before.evidence, "what was found was seen");
    assert_eq!(world.verify().problems, []);
}

#[test]
fn a_refused_acceptance_keeps_nothing() {
    let world = told_up_to(1, "validate");
    let project = world.project();
    let kept = |project: &Project| project.artifacts.list().expect("the disk is well");
    let before = kept(&project);
    for (who, column) in [("gil", "sex"), ("ada", "age"), ("gil", "nothing")] {
        let refused = project.accept(
            &person(who),
            "cohort",
            column,
            "INT_TYPE_BIG_INT",
            "It is so.",
        );
        assert!(matches!(refused, Err(ActError::Refused(_))), "{refused:?}");
    }
    assert_eq!(kept(&project), before);
}

#[test]
fn a_record_carries_the_real_clock_and_the_date_of_the_replay() {
    let world = told(1);
    for record in world.records() {
        assert!(record.at.as_second() >= 1_900_000_000, "{record:?}");
        if let Deed::Window(window) = &record.deed {
            let as_of = record.as_of.expect("a window of a replay has its date");
            assert!(
                as_of.to_string() >= format!("{}-12-31", window.window),
                "{as_of}"
            );
        }
    }
}

/// A window is asked by the threshold that users were given, also if another protocol was frozen since.
#[test]
fn a_window_is_asked_by_the_threshold_that_its_release_was_judged_by() {
    let world = told_up_to(1, "close 2007");
    let project = world.project();
    let text = project.read_file("protocol.yaml").expect("it is there");
    let text = String::from_utf8(text).expect("it is text");
    let other = text.replace("\nthreshold: 0.15", "\nthreshold: 0.99");
    assert_ne!(other, text);
    project
        .files
        .write("protocol.yaml", other.as_bytes())
        .expect("the disk is well");
    project
        .freeze(&person("dora"), &[galen_spec::Name::Protocol])
        .expect("it may");
    let closed = project
        .close_windows(&person("emil"), date(2007, 12, 31))
        .expect("it ended");
    assert_eq!(closed[0].evidence.settings["threshold"], 0.15);
    assert_eq!(world.verify().problems, []);
}
