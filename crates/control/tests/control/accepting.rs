//! Accepting an anomaly into the frozen schema.

use galen_control::act::accept::Ask as Accept;
use galen_control::act::examine::{Examination, Examine};
use galen_control::{Ask, Evidence, Held, Record, Refusal, Subject};
use galen_spec::Name;
use galen_spec::tfdv::{Amendment, Schema};
use serde_json::{Value, json};

use crate::world::*;

const BIG: &str = "INT_TYPE_BIG_INT";
const STRANGE: &str = "ENUM_TYPE_UNEXPECTED_STRING_VALUES";

/// A data plan whose schema knows ages up to 90 and two wards.
fn plan() -> Value {
    let mut plan = data();
    plan["tfdv"] = json!({"feature": [
        {"name": "age", "type": "INT", "int_domain": {"min": 18, "max": 90}},
        {"name": "ward", "type": "BYTES", "string_domain": {"value": ["A", "B"]}},
    ]});
    plan
}

/// A cohort under that plan.
fn world() -> World {
    let mut world = World::declared();
    world.freeze(&[(Name::Data, plan())]).unwrap();
    world
        .ask("ada", Ask::AddData(dataset("cohort", "cohort")))
        .unwrap();
    world
}

fn anomaly(column: &str, kind: &str, amendment: Value) -> Value {
    json!({
        "expectation": "tfdv_schema", "column": column, "ok": false,
        "observed": {"types": [kind], "amendments": [amendment]},
    })
}

/// Ages up to a highest, and a ward that the schema does not know.
fn found(age_max: i64) -> Vec<Value> {
    let texts = json!({"change": "texts", "values": ["C"]});
    vec![
        json!({"expectation": "expect_column_to_exist", "column": "age", "observed": 7}),
        anomaly(
            "age",
            BIG,
            json!({"change": "highest_whole", "max": age_max}),
        ),
        anomaly("ward", STRANGE, texts),
        anomaly("ward", "UNEXPECTED_DATA_TYPE", Value::Null),
    ]
}

/// A validation of a dataset as it is now, as an honest shell makes it.
fn validation(world: &World, dataset: &str, found: &[Value]) -> Evidence {
    let subjects = vec![
        Subject::new("dataset", world.state.dataset(dataset).unwrap().digest),
        Subject::new("plan", world.state.frozen[&Name::Data].digest),
    ];
    let mut evidence = Evidence::of("validation", subjects);
    let accepted = world.state.accepted_entries();
    if !accepted.is_empty() {
        evidence
            .settings
            .insert("accepted".to_owned(), json!(accepted));
    }
    evidence.details = Some(json!({ "found": found }));
    evidence
}

fn asked(world: &mut World, evidence: Evidence, column: &str, kind: &str) -> Accept {
    let digest = world.shelf.put(evidence.bytes());
    Accept {
        dataset: "cohort".to_owned(),
        column: column.to_owned(),
        kind: kind.to_owned(),
        reason: "The registry takes in the very old.".to_owned(),
        evidence: Held {
            digest,
            value: evidence,
        },
    }
}

fn accept(
    world: &mut World,
    evidence: Evidence,
    column: &str,
    kind: &str,
) -> Result<Vec<Record>, Refusal> {
    let ask = asked(world, evidence, column, kind);
    world.ask("ada", Ask::Accept(ask))
}

fn schema(world: &World) -> Schema {
    let plan = world.in_force(&[Name::Data]).data.unwrap().value;
    world.state.amended(&plan.tfdv.unwrap()).unwrap()
}

fn highest_age(world: &World) -> Option<i64> {
    schema(world).feature[0].int_domain.as_ref().unwrap().max
}

#[test]
fn an_accepted_anomaly_opens_the_schema_by_that_much_and_the_frozen_file_stays() {
    let mut world = world();
    let frozen = world.state.frozen[&Name::Data].clone();
    let evidence = validation(&world, "cohort", &found(97));
    accept(&mut world, evidence, "age", BIG).unwrap();
    assert_eq!(highest_age(&world), Some(97));
    let evidence = validation(&world, "cohort", &found(97)[2..]);
    accept(&mut world, evidence, "ward", STRANGE).unwrap();
    assert_eq!(
        schema(&world).feature[1]
            .string_domain
            .as_ref()
            .unwrap()
            .value,
        ["A", "B", "C"]
    );
    assert_eq!(world.state.frozen[&Name::Data], frozen);
    let first = &world.state.accepted[0];
    assert_eq!(
        (first.by.person(), first.accept.plan),
        (Some("ada"), frozen.digest)
    );
    assert_eq!(
        first.accept.amendments,
        [Amendment::HighestWhole { max: 97 }]
    );
    assert_eq!(first.accept.in_words(), "age may be as high as 97");
    assert!(first.entry < world.state.accepted[1].entry);
    for record in &world.records {
        let text = serde_json::to_string(record).unwrap();
        assert_eq!(&serde_json::from_str::<Record>(&text).unwrap(), record);
    }
}

#[test]
fn who_may_neither_add_data_nor_freeze_accepts_nothing() {
    let mut world = world();
    let evidence = validation(&world, "cohort", &found(97));
    let ask = Ask::Accept(asked(&mut world, evidence, "age", BIG));
    for nobody in ["ben", "dora"] {
        refused(world.ask(nobody, ask.clone()), "role");
    }
    refused(world.ask("system", ask.clone()), "needs_person");
    world.ask("cleo", ask).unwrap();
}

#[test]
fn an_anomaly_is_not_accepted_without_a_reason() {
    let mut world = world();
    let evidence = validation(&world, "cohort", &found(97));
    let mut ask = asked(&mut world, evidence, "age", BIG);
    ask.reason = " ".to_owned();
    refused(world.ask("ada", Ask::Accept(ask)), "nothing_said");
}

#[test]
fn only_a_frozen_schema_can_be_opened() {
    let mut world = world();
    world.freeze(&[(Name::Data, data())]).unwrap();
    let evidence = validation(&world, "cohort", &found(97));
    refused(accept(&mut world, evidence, "age", BIG), "no_schema");
    let evidence = validation(&world, "cohort", &[]);
    let mut unfrozen = world;
    unfrozen.state.frozen.remove(&Name::Data);
    refused(accept(&mut unfrozen, evidence, "age", BIG), "not_frozen");
}

#[test]
fn an_anomaly_that_the_data_do_not_have_is_not_accepted() {
    let mut world = world();
    let evidence = validation(&world, "cohort", &found(97));
    for (column, kind) in [
        ("age", STRANGE),
        ("ward", BIG),
        ("weight", BIG),
        ("age", ""),
    ] {
        refused(
            accept(&mut world, evidence.clone(), column, kind),
            "not_found",
        );
    }
    let mut empty = evidence;
    for details in [
        None,
        Some(json!(7)),
        Some(json!({"found": [{"expectation": "tfdv_schema"}]})),
    ] {
        empty.details = details;
        refused(accept(&mut world, empty.clone(), "age", BIG), "not_found");
    }
}

#[test]
fn an_anomaly_is_accepted_once_and_a_wider_one_again() {
    let mut world = world();
    let evidence = validation(&world, "cohort", &found(97));
    accept(&mut world, evidence, "age", BIG).unwrap();
    let passes = validation(&world, "cohort", &found(97)[2..]);
    refused(accept(&mut world, passes, "age", BIG), "unchanged");
    let wider = validation(&world, "cohort", &found(103));
    accept(&mut world, wider, "age", BIG).unwrap();
    assert_eq!(highest_age(&world), Some(103));
}

#[test]
fn what_no_least_change_lets_pass_is_for_somebody_to_say() {
    let mut world = world();
    let evidence = validation(&world, "cohort", &found(97));
    let kind = "UNEXPECTED_DATA_TYPE";
    refused(accept(&mut world, evidence, "ward", kind), "not_amendable");
    // The ward has no bounds that could be widened.
    let impossible = anomaly("ward", BIG, json!({"change": "highest_whole", "max": 7}));
    let evidence = validation(&world, "cohort", &[impossible]);
    refused(accept(&mut world, evidence, "ward", BIG), "not_amendable");
}

#[test]
fn evidence_of_other_data_of_another_plan_or_of_another_schema_is_stale() {
    let mut world = world();
    world
        .ask("ada", Ask::AddData(dataset("other", "other")))
        .unwrap();
    let other = validation(&world, "other", &found(97));
    refused(accept(&mut world, other, "age", BIG), "stale");
    let mut plan_of_nobody = validation(&world, "cohort", &found(97));
    plan_of_nobody.subjects[1].digest = digest("plan");
    refused(accept(&mut world, plan_of_nobody, "age", BIG), "stale");
    // Two people accept the same at once: the second has not seen the first.
    let evidence = validation(&world, "cohort", &found(97));
    accept(&mut world, evidence.clone(), "age", BIG).unwrap();
    refused(accept(&mut world, evidence, "age", BIG), "stale");
}

#[test]
fn only_a_validation_finds_anomalies() {
    let mut world = world();
    let mut evidence = validation(&world, "cohort", &found(97));
    evidence.what = "check".to_owned();
    refused(accept(&mut world, evidence, "age", BIG), "wrong_evidence");
}

#[test]
fn nothing_is_accepted_that_was_seen_in_a_sealed_set() {
    let mut world = world();
    let split = world.split("cohort");
    world.ask("ada", Ask::Split(split)).unwrap();
    let seal = world.seal("reference");
    world.ask("dora", Ask::Seal(seal)).unwrap();
    let evidence = validation(&world, "reference", &found(97));
    let mut ask = asked(&mut world, evidence, "age", BIG);
    ask.dataset = "reference".to_owned();
    refused(world.ask("ada", Ask::Accept(ask.clone())), "sealed");
    ask.dataset = "nowhere".to_owned();
    refused(world.ask("ada", Ask::Accept(ask)), "unknown");
}

#[test]
fn another_data_plan_ends_what_was_accepted_into_the_one_before() {
    let mut world = world();
    let evidence = validation(&world, "cohort", &found(97));
    accept(&mut world, evidence, "age", BIG).unwrap();
    world
        .freeze(&[(Name::Data, plan()), (Name::Risk, json!("other"))])
        .unwrap();
    assert_eq!(highest_age(&world), Some(97), "the plan is the same");
    let mut other = plan();
    other["tfdv"]["feature"][0]["int_domain"]["max"] = json!(95);
    world.freeze(&[(Name::Data, other)]).unwrap();
    assert_eq!(highest_age(&world), Some(95));
    world.freeze(&[(Name::Data, plan())]).unwrap();
    assert_eq!(highest_age(&world), Some(90), "nothing comes back");
}

#[test]
fn a_validation_says_what_it_let_pass() {
    let mut world = world();
    let evidence = validation(&world, "cohort", &found(97));
    accept(&mut world, evidence, "age", BIG).unwrap();
    let examine = |examination, accepted: &[u64]| {
        Ask::Examine(Examine {
            dataset: "cohort".to_owned(),
            data: digest("cohort"),
            examination,
            stops: 0,
            warns: 0,
            notes: 0,
            accepted: accepted.to_vec(),
            evidence: digest("evidence"),
        })
    };
    let accepted = world.state.accepted_entries();
    refused(
        world.ask("ada", examine(Examination::Validate, &[])),
        "stale",
    );
    refused(
        world.ask("ada", examine(Examination::Check, &accepted)),
        "stale",
    );
    world
        .ask("ada", examine(Examination::Validate, &accepted))
        .unwrap();
    world.ask("ada", examine(Examination::Check, &[])).unwrap();
}
