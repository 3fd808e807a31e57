//! Windows, the frozen policy, and where a rollback leads.

use galen_control::act::finding::{AnalyseFinding, CloseFinding, OpenAsk};
use galen_control::act::roll_back::{Ask as RollBack, Trigger};
use galen_control::judge::Crossing;
use galen_control::{Actor, Ask, Deed, FindingState, ReleaseState, Subject};
use galen_spec::Name;
use serde_json::{Value, json};

use crate::world::*;

const MANY: (f64, f64) = (0.5, 0.9);
const FEW: (f64, f64) = (0.1, 0.2);

fn missing((low, high): (f64, f64)) -> galen_stats::Estimate {
    estimate(low, high)
}

fn live(world: &World) -> Option<&str> {
    world.state.live.as_deref()
}

#[test]
fn a_quiet_window_is_recorded_and_nothing_follows() {
    let mut world = World::with_two_releases();
    let records = world
        .window("2005", "release-2", missing(FEW), 0.5)
        .unwrap();
    assert_eq!(records.len(), 1);
    assert!(world.state.alerts.is_empty());
    let checks = &world.state.windows["2005/release-2"].window.checks;
    assert!(checks.iter().all(|check| check.crossing == Crossing::Ok));
}

#[test]
fn drift_that_only_notifies_raises_one_alert_for_all_its_windows() {
    let mut world = World::with_two_releases();
    for window in ["2005", "2006", "2006"] {
        world
            .window(window, "release-2", missing(FEW), 1e-11)
            .unwrap();
    }
    assert_eq!(live(&world), Some("release-2"));
    assert_eq!(world.state.alerts.len(), 1);
    assert_eq!(world.state.alerts[0].windows, ["2005", "2006"]);
}

#[test]
fn an_alert_closes_with_its_finding_and_another_crossing_is_another_alert() {
    let mut world = World::with_two_releases();
    let drifted = |world: &mut World, window: &str| {
        world
            .window(window, "release-2", missing(FEW), 1e-11)
            .unwrap();
    };
    drifted(&mut world, "2005");
    let alert = world.state.alerts[0].id.clone();
    let open = OpenAsk {
        alert: Some(alert.clone()),
        title: "Drift of age".to_owned(),
        containment: "Flags are read by two.".to_owned(),
    };
    world.ask("ben", Ask::OpenFinding(open)).unwrap();
    let finding = "finding-1".to_owned();
    let analyse = AnalyseFinding {
        finding: finding.clone(),
        cause: "recruitment".to_owned(),
        evidence: digest("e"),
    };
    world.ask("ben", Ask::AnalyseFinding(analyse)).unwrap();
    assert_eq!(world.state.open_alerts().count(), 1);
    let correction = "the intended use was restricted".to_owned();
    let close = CloseFinding {
        finding,
        correction,
    };
    world.ask("ben", Ask::CloseFinding(close)).unwrap();
    assert_eq!(world.state.open_alerts().count(), 0);
    drifted(&mut world, "2006");
    let again: Vec<&String> = world.state.open_alerts().map(|alert| &alert.id).collect();
    assert_eq!(again, [&format!("{alert}-2")]);
}

#[test]
fn a_crossed_check_rolls_back_by_itself_and_opens_a_finding() {
    let mut world = World::with_two_releases();
    let records = world
        .window("2008", "release-2", missing(MANY), 0.5)
        .unwrap();
    let by: Vec<&Actor> = records.iter().map(|record| &record.by).collect();
    assert_eq!(by, [&person("dora"), &Actor::System, &Actor::System]);
    let Deed::RollBack(rollback) = &records[1].deed else {
        panic!("{:?}", records[1])
    };
    let Trigger::Policy {
        check,
        policy,
        signers,
        ..
    } = &rollback.trigger
    else {
        panic!()
    };
    assert_eq!(
        (check.as_str(), signers.as_slice()),
        ("creatinine_missing", &["cleo".to_owned()][..])
    );
    assert_eq!(*policy, world.state.frozen[&Name::Monitor].digest);
    assert_eq!(live(&world), Some("release-1"));
    assert_eq!(
        world.state.release("release-2").unwrap().state,
        ReleaseState::RolledBack
    );
    let finding = world.state.finding("finding-1").unwrap();
    assert_eq!(
        (finding.state, finding.alert.as_deref()),
        (FindingState::Open, Some(world.state.alerts[0].id.as_str()))
    );
    assert!(
        finding
            .containment
            .contains("release-2 was rolled back to release-1")
    );
}

#[test]
fn a_check_of_a_column_that_the_live_release_does_not_use_rolls_nothing_back() {
    let mut world = World::with_release();
    assert_eq!(
        world
            .window("2005", "release-1", missing(MANY), 0.5)
            .unwrap()
            .len(),
        1
    );
    assert_eq!(live(&world), Some("release-1"));
}

#[test]
fn a_window_of_a_release_that_is_not_live_rolls_nothing_back() {
    let mut world = World::with_two_releases();
    let mut plan = monitor();
    plan["checks"][0]["column"] = json!("kappa");
    world.freeze(&[(Name::Monitor, plan)]).unwrap();
    assert_eq!(
        world
            .window("2005", "release-1", missing(MANY), 0.5)
            .unwrap()
            .len(),
        1
    );
    assert_eq!(live(&world), Some("release-2"));
}

#[test]
fn a_window_is_of_its_release_its_plan_and_its_predictions() {
    let mut world = World::with_two_releases();
    refused(
        world.window("2005", "release-9", missing(FEW), 0.5),
        "unknown",
    );
    let good = world.window_ask("2005", "release-2", missing(FEW), 0.5);
    refused(world.ask("ada", Ask::Window(good.clone())), "role");
    let mut other = good.clone();
    other.predictions = digest("other");
    refused(world.ask("dora", Ask::Window(other)), "wrong_evidence");
    for name in ["monitor", "model"] {
        let mut other = good.clone();
        let mut subjects = other.evidence.value.subjects.iter_mut();
        subjects
            .find(|subject| subject.name == name)
            .unwrap()
            .digest = digest("other");
        refused(world.ask("dora", Ask::Window(other)), "wrong_evidence");
    }
    let mut other = good.clone();
    other.evidence.value.what = "evaluation".to_owned();
    refused(world.ask("dora", Ask::Window(other)), "wrong_evidence");
    let mut other = good.clone();
    other
        .evidence
        .value
        .subjects
        .push(Subject::new("model", digest("second")));
    refused(world.ask("dora", Ask::Window(other)), "wrong_evidence");
    world
        .freeze(&[(Name::Monitor, {
            let mut plan = monitor();
            plan["checks"][0]["limit"] = json!({"lower_above": 0.99});
            plan
        })])
        .unwrap();
    refused(world.ask("dora", Ask::Window(good)), "wrong_evidence");
}

#[test]
fn a_second_row_does_not_hide_a_crossing() {
    let mut world = World::with_two_releases();
    let rows = vec![
        row("creatinine_missing", missing(FEW)),
        row("creatinine_missing", missing(MANY)),
    ];
    let ask = world.window_with("2008", "release-2", rows);
    refused(world.ask("dora", Ask::Window(ask)), "wrong_evidence");
}

#[test]
fn without_a_frozen_plan_no_window_is_closed() {
    let mut world = World::with_two_releases();
    let ask = world.window_ask("2008", "release-2", missing(MANY), 0.5);
    world.state.frozen.remove(&Name::Monitor);
    refused(world.ask("dora", Ask::Window(ask)), "not_frozen");
}

/// Three releases: age and kappa; with creatinine; with creatinine and mgus.
fn three_releases(plan: Value) -> World {
    let mut world = World::with_two_releases();
    let mut wide = pccp();
    wide["modifications"][0]["allows"]["inputs_added"] = json!(["mgus"]);
    world
        .freeze(&[(Name::Pccp, wide), (Name::Monitor, plan)])
        .unwrap();
    world
        .ask("cleo", Ask::Authorise(world.authorisation()))
        .unwrap();
    let inputs = ["age", "kappa", "creatinine", "mgus"];
    let change = world.signed(model("third", &inputs, &["learn-1995"]), Some("retrain"));
    world.release(&change).unwrap();
    world
}

/// The world's plan, and a check of mgus that rolls back.
fn plan_of_two() -> Value {
    let mut plan = monitor();
    let mut mgus = plan["checks"][0].clone();
    mgus["id"] = json!("mgus_missing");
    mgus["column"] = json!("mgus");
    plan["checks"].as_array_mut().unwrap().insert(0, mgus);
    plan
}

#[test]
fn a_rollback_leads_to_the_latest_release_without_the_column() {
    let mut world = three_releases(plan_of_two());
    let rows = vec![
        row("mgus_missing", missing(MANY)),
        row("creatinine_missing", missing(FEW)),
    ];
    let ask = world.window_with("2008", "release-3", rows);
    world.ask("dora", Ask::Window(ask)).unwrap();
    assert_eq!(live(&world), Some("release-2"));
}

#[test]
fn a_rollback_leads_to_no_release_that_another_crossed_check_concerns() {
    let mut world = three_releases(plan_of_two());
    let rows = vec![
        row("mgus_missing", missing(MANY)),
        row("creatinine_missing", missing(MANY)),
    ];
    let ask = world.window_with("2008", "release-3", rows);
    world.ask("dora", Ask::Window(ask)).unwrap();
    assert_eq!(live(&world), Some("release-1"));
}

#[test]
fn a_rollback_leads_to_no_release_with_such_an_alert_of_its_own() {
    let mut world = three_releases(plan_of_two());
    world
        .window("2007", "release-2", missing(MANY), 0.5)
        .unwrap();
    let ask = world.window_with(
        "2008",
        "release-3",
        vec![row("mgus_missing", missing(MANY))],
    );
    world.ask("dora", Ask::Window(ask)).unwrap();
    assert_eq!(live(&world), Some("release-1"));
}

#[test]
fn a_rollback_by_hand_leads_to_no_release_in_doubt_either() {
    let mut world = three_releases(plan_of_two());
    world
        .window("2007", "release-2", missing(MANY), 0.5)
        .unwrap();
    refused(world.roll_back(Some("release-2")), "not_fit");
    world.roll_back(None).unwrap();
    assert_eq!(live(&world), Some("release-1"));
}

#[test]
fn the_policy_can_say_the_release_before() {
    let mut plan = plan_of_two();
    plan["rollback"]["to"] = json!("previous");
    let mut world = three_releases(plan);
    let ask = world.window_with(
        "2008",
        "release-3",
        vec![row("creatinine_missing", missing(MANY))],
    );
    world.ask("dora", Ask::Window(ask)).unwrap();
    assert_eq!(live(&world), Some("release-2"));
}

#[test]
fn without_a_fit_release_no_model_is_live() {
    let mut world = World::with_two_releases();
    let mut plan = monitor();
    plan["checks"][0]["column"] = json!("kappa");
    world.freeze(&[(Name::Monitor, plan.clone())]).unwrap();
    let mut anything = world.clone();
    world
        .window("2008", "release-2", missing(MANY), 0.5)
        .unwrap();
    assert_eq!(live(&world), None);
    assert!(world.state.findings[0].containment.contains("no model"));
    // A check without a column concerns every release.
    plan["checks"][0].as_object_mut().unwrap().remove("column");
    anything.freeze(&[(Name::Monitor, plan)]).unwrap();
    anything
        .window("2008", "release-2", missing(MANY), 0.5)
        .unwrap();
    assert_eq!(live(&anything), None);
}

#[test]
fn a_person_rolls_back_with_a_reason_to_a_release_before() {
    let mut world = World::with_two_releases();
    let ask = |to: Option<&str>, reason: &str| {
        Ask::RollBack(RollBack {
            to: to.map(str::to_owned),
            reason: reason.to_owned(),
        })
    };
    refused(world.ask("ada", ask(None, "r")), "role");
    refused(world.ask("dora", ask(None, " ")), "no_reason");
    refused(world.roll_back(Some("release-9")), "unknown");
    refused(world.roll_back(Some("release-2")), "not_fit");
    world.roll_back(None).unwrap();
    assert_eq!(live(&world), Some("release-1"));
    refused(world.roll_back(Some("release-2")), "not_fit");
    world.roll_back(None).unwrap();
    assert_eq!(live(&world), None);
    refused(world.roll_back(None), "nothing_live");
    assert_eq!(world.state.rollbacks.len(), 2);
}

#[test]
fn a_rollback_goes_back_and_never_forward() {
    let mut world = three_releases(monitor());
    world.roll_back(Some("release-1")).unwrap();
    assert_eq!(
        world.state.release("release-2").unwrap().state,
        ReleaseState::Superseded
    );
    refused(world.roll_back(Some("release-2")), "not_fit");
    world.roll_back(None).unwrap();
    assert_eq!(live(&world), None);
}

#[test]
fn a_rollback_needs_no_monitoring_plan() {
    let mut world = World::with_two_releases();
    world.state.frozen.remove(&Name::Monitor);
    world.roll_back(None).unwrap();
    assert_eq!(live(&world), Some("release-1"));
}
