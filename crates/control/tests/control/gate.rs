//! From a look at the reference set to a release.

use galen_control::act::sign::{Ask as Sign, Meaning};
use galen_control::change::{Answers, Difference, UsClass};
use galen_control::judge::{Declared, Outcome, Verdict};
use galen_control::{Ask, ChangeState, Held, ReleaseState, Subject, judge};
use galen_spec::Name;
use serde_json::json;

use crate::world::*;

#[test]
fn a_good_first_change_goes_live_with_two_signatures() {
    let mut world = World::sealed();
    let change = world.signed(first_model(), None);
    let classification = world.state.changes[&change]
        .assessed
        .clone()
        .unwrap()
        .assess
        .classification;
    assert_eq!(
        (classification.us.rule.as_str(), classification.initial),
        ("R0", true)
    );
    world.release(&change).unwrap();
    let live = world.state.live_release().unwrap();
    assert_eq!(
        (live.id.as_str(), live.state),
        ("release-1", ReleaseState::Live)
    );
    assert_eq!(live.authorisation.as_deref(), Some("K1"));
    assert_eq!(world.state.changes[&change].state, ChangeState::Released);
    assert_eq!(world.state.looks, 1);
}

#[test]
fn a_planned_modification_is_released_within_the_pccp() {
    let world = World::with_two_releases();
    let class = &world.state.changes["change-2"]
        .assessed
        .as_ref()
        .unwrap()
        .assess
        .classification;
    assert_eq!(
        (class.us.class, class.us.rule.as_str()),
        (UsClass::WithinPccp, "R6")
    );
    let differences = [
        Difference::InputAdded("creatinine".to_owned()),
        Difference::TrainingData("learn-1996".to_owned()),
    ];
    assert_eq!(class.differences, differences);
    assert_eq!(world.state.live.as_deref(), Some("release-2"));
    assert_eq!(world.state.releases[0].state, ReleaseState::Superseded);
}

#[test]
fn an_input_that_the_pccp_does_not_name_is_a_new_submission_and_cannot_be_released() {
    let mut world = World::with_release();
    let mgus = model("third", &["age", "kappa", "mgus"], &["learn-1995"]);
    let change = world.assessed(mgus, Some("add_creatinine"));
    assert_eq!(world.state.changes[&change].state, ChangeState::Rejected);
    refused(world.sign("ben", &change, "clinician"), "wrong_order");
    refused(world.release(&change), "new_submission");
}

#[test]
fn a_failed_verdict_is_neither_signed_nor_released() {
    let mut world = World::sealed();
    let change = world.propose(first_model(), None);
    let mut rows = good_rows();
    rows[0] = row("auroc", estimate(0.6, 0.7));
    world.judge(&change, rows).unwrap();
    refused(world.sign("ben", &change, "clinician"), "wrong_order");
    refused(world.assess(&change, answers()), "wrong_order");
    assert_eq!(world.state.changes[&change].state, ChangeState::Rejected);
    refused(world.release(&change), "verdict");
}

#[test]
fn an_undecided_change_waits_for_a_person_who_knows() {
    let mut world = World::with_release();
    let change = world.propose(second_model(), Some("add_creatinine"));
    world.judge(&change, good_rows()).unwrap();
    world
        .assess(
            &change,
            Answers {
                new_hazard: None,
                ..answers()
            },
        )
        .unwrap();
    assert_eq!(world.state.changes[&change].state, ChangeState::Judged);
    refused(world.sign("ben", &change, "clinician"), "wrong_order");
    refused(world.release(&change), "undecided");
    world.assess(&change, answers()).unwrap();
    assert_eq!(world.state.changes[&change].state, ChangeState::Assessed);
}

// Looks.

#[test]
fn a_change_gets_one_look_and_looks_end_with_the_budget() {
    let mut world = World::sealed();
    let first = world.propose(first_model(), None);
    world.judge(&first, good_rows()).unwrap();
    refused(world.judge(&first, good_rows()), "wrong_order");
    for stage in ["second", "third"] {
        let change = world.propose(model(stage, &["age"], &["learn-1995"]), None);
        world.judge(&change, good_rows()).unwrap();
    }
    let change = world.propose(model("careless", &["age"], &["learn-1995"]), None);
    refused(world.judge(&change, good_rows()), "budget");
    assert_eq!(world.state.looks, 3);
}

#[test]
fn nothing_is_judged_before_its_look_is_counted() {
    let mut world = World::sealed();
    let change = world.propose(first_model(), None);
    let evidence = world.evaluation(&change, good_rows());
    refused(
        world.ask("dora", judge_ask(&change, evidence)),
        "not_opened",
    );
    assert_eq!(world.state.looks, 0);
}

#[test]
fn a_look_that_was_broken_off_is_counted_once_and_goes_on() {
    let mut world = World::sealed();
    let change = world.propose(first_model(), None);
    world.ask("dora", open_ask(&change)).unwrap();
    assert_eq!(world.state.looks, 1);
    refused(world.ask("dora", open_ask(&change)), "opened");
    world.judge(&change, good_rows()).unwrap();
    assert_eq!(world.state.looks, 1);
    assert_eq!(world.state.changes[&change].state, ChangeState::Judged);
}

#[test]
fn a_protocol_frozen_between_a_look_and_its_verdict_ends_the_change() {
    let mut world = World::sealed();
    let change = world.propose(first_model(), None);
    world.ask("dora", open_ask(&change)).unwrap();
    let mut other = protocol();
    other["reference_set"]["looks"] = json!(2);
    world.freeze(&[(Name::Protocol, other)]).unwrap();
    refused(world.judge(&change, good_rows()), "stale");
    // The model is proposed anew, and that is another look.
    let change = world.propose(first_model(), None);
    world.judge(&change, good_rows()).unwrap();
    assert_eq!(world.state.looks, 2);
}

#[test]
fn a_protocol_frozen_after_a_look_adds_no_looks() {
    let mut world = World::sealed();
    let change = world.propose(first_model(), None);
    world.judge(&change, good_rows()).unwrap();
    let mut generous = protocol();
    generous["reference_set"]["looks"] = json!(50);
    world.freeze(&[(Name::Protocol, generous)]).unwrap();
    for stage in ["second", "third"] {
        let change = world.propose(model(stage, &["age"], &["learn-1995"]), None);
        let records = world.judge(&change, good_rows()).unwrap();
        let galen_control::Deed::Judge(judge) = &records[0].deed else {
            panic!()
        };
        assert_eq!(judge.looks_allowed, 3);
    }
    let change = world.propose(model("careless", &["age"], &["learn-1995"]), None);
    refused(world.judge(&change, good_rows()), "budget");
}

#[test]
fn a_protocol_frozen_after_a_look_drops_and_eases_no_criterion() {
    let mut dropped = protocol();
    dropped["criteria"].as_array_mut().unwrap().remove(0);
    let mut eased = protocol();
    eased["criteria"][0]["rule"] = json!("lower >= 0.5");
    let mut moved = protocol();
    moved["threshold"] = json!(0.4);
    let mut demoted = protocol();
    demoted["criteria"][0]["kind"] = json!("descriptive");
    for other in [dropped, eased, moved, demoted] {
        // Frozen beforehand as well, so that none of its criteria is post hoc.
        let mut world = World::sealed();
        world.freeze(&[(Name::Protocol, other.clone())]).unwrap();
        world.freeze(&[(Name::Protocol, protocol())]).unwrap();
        let change = world.propose(first_model(), None);
        world.judge(&change, good_rows()).unwrap();
        world.freeze(&[(Name::Protocol, other)]).unwrap();
        let change = world.propose(second_model(), None);
        refused(world.judge(&change, good_rows()), "criteria_dropped");
        world.freeze(&[(Name::Protocol, protocol())]).unwrap();
        world.judge(&change, good_rows()).unwrap();
    }
}

#[test]
fn a_required_criterion_declared_after_a_look_is_post_hoc_and_blocks() {
    let mut world = World::sealed();
    let change = world.propose(first_model(), None);
    world.judge(&change, good_rows()).unwrap();
    let mut more = protocol();
    let mut extra = more["criteria"][0].clone();
    extra["id"] = json!("easy");
    extra["rule"] = json!("lower >= 0.6");
    more["criteria"].as_array_mut().unwrap().push(extra);
    world.freeze(&[(Name::Protocol, more)]).unwrap();
    let change = world.propose(second_model(), None);
    let evidence = world.evaluation(&change, good_rows());
    let frozen = world.in_force(&[Name::Protocol]).protocol.unwrap().value;
    let results = judge::criteria(&world.state, &frozen, &evidence.value);
    let declared: Vec<Declared> = results.iter().map(|result| result.declared).collect();
    assert_eq!(
        declared,
        [
            Declared::Frozen,
            Declared::Frozen,
            Declared::Frozen,
            Declared::PostHoc
        ]
    );
    assert_eq!(results[3].result, Outcome::Pass);
    world.judge(&change, good_rows()).unwrap();
    let judged = world.state.changes[&change].judged.clone().unwrap().judge;
    assert_eq!(
        (judged.verdict, judged.blocking),
        (Verdict::Inconclusive, vec!["easy".to_owned()])
    );
}

#[test]
fn a_fresh_reference_set_has_its_own_looks_and_criteria() {
    let mut world = World::sealed();
    let change = world.propose(first_model(), None);
    world.judge(&change, good_rows()).unwrap();
    world
        .ask("ada", Ask::AddData(dataset("fresh", "fresh")))
        .unwrap();
    world.ask("dora", Ask::Seal(world.seal("fresh"))).unwrap();
    let mut anew = protocol();
    anew["reference_set"] =
        json!({"dataset": "fresh", "looks": 1, "expected_cases": 9, "expected_diseased": 3});
    world.freeze(&[(Name::Protocol, anew)]).unwrap();
    let change = world.propose(second_model(), None);
    world.judge(&change, good_rows()).unwrap();
    let judged = world.state.changes[&change].judged.clone().unwrap().judge;
    assert_eq!((judged.verdict, judged.look), (Verdict::Pass, 1));
    let change = world.propose(model("third", &["age"], &["learn-1995"]), None);
    refused(world.judge(&change, good_rows()), "budget");
}

#[test]
fn a_looked_at_set_under_a_new_name_is_no_fresh_set() {
    let mut world = World::divided();
    let mut renamed = protocol();
    renamed["reference_set"]["dataset"] = json!("copy");
    renamed["criteria"].as_array_mut().unwrap().truncate(2);
    world
        .ask("ada", Ask::AddData(dataset("copy", "reference")))
        .unwrap();
    let seal = world.seal("reference");
    world.ask("dora", Ask::Seal(seal)).unwrap();
    let change = world.propose(first_model(), None);
    world.judge(&change, good_rows()).unwrap();
    world.freeze(&[(Name::Protocol, renamed)]).unwrap();
    world.ask("dora", Ask::Seal(world.seal("copy"))).unwrap();
    let change = world.propose(second_model(), None);
    refused(world.judge(&change, good_rows()), "criteria_dropped");
}

#[test]
fn only_a_sealed_set_is_looked_at() {
    let mut world = World::divided();
    let change = world.propose(first_model(), None);
    refused(world.judge(&change, good_rows()), "not_sealed");
}

#[test]
fn a_sealed_set_is_not_added_again_under_another_name() {
    let mut world = World::sealed();
    refused(
        world.ask("ada", Ask::AddData(dataset("copy", "reference"))),
        "sealed",
    );
}

#[test]
fn a_model_of_a_stage_that_read_the_reference_set_as_a_file_gets_no_look() {
    let mut world = World::divided();
    let mut sly = first_model();
    sly.read.insert(digest("reference"));
    let change = world.propose(sly, None);
    let seal = world.seal("reference");
    world.ask("dora", Ask::Seal(seal)).unwrap();
    refused(world.judge(&change, good_rows()), "learned_from_reference");
    // Once it is sealed, no run reads it.
    let mut later = second_model();
    later.read.insert(digest("reference"));
    let run = world.run_ask(later);
    refused(world.ask("ada", Ask::Run(run)), "sealed");
}

#[test]
fn a_model_that_learned_from_the_reference_set_gets_no_look() {
    let mut world = World::divided();
    world
        .ask("ada", Ask::AddData(dataset("copy", "reference")))
        .unwrap();
    let seal = world.seal("reference");
    world.ask("dora", Ask::Seal(seal)).unwrap();
    for (stage, learned) in [
        ("first", "reference"),
        ("second", "cohort"),
        ("third", "copy"),
    ] {
        let change = world.propose(model(stage, &["age"], &["learn-1995", learned]), None);
        refused(world.judge(&change, good_rows()), "learned_from_reference");
    }
}

#[test]
fn evidence_of_something_else_is_refused() {
    let mut world = World::sealed();
    let change = world.propose(first_model(), None);
    let good = world.evaluation(&change, good_rows());
    let with = |alter: &dyn Fn(&mut galen_control::Evidence)| {
        let mut value = good.value.clone();
        alter(&mut value);
        judge_ask(
            &change,
            Held {
                digest: good.digest,
                value,
            },
        )
    };
    let other = |name: &'static str| {
        move |evidence: &mut galen_control::Evidence| {
            let mut subjects = evidence.subjects.iter_mut();
            subjects
                .find(|subject| subject.name == name)
                .unwrap()
                .digest = digest("other");
        }
    };
    world.ask("dora", open_ask(&change)).unwrap();
    refused(world.ask("ada", with(&|_| {})), "role");
    refused(
        world.ask("dora", with(&|it| it.what = "window".to_owned())),
        "wrong_evidence",
    );
    refused(world.ask("dora", with(&other("model"))), "wrong_evidence");
    refused(world.ask("dora", with(&other("dataset"))), "wrong_evidence");
    refused(world.ask("dora", with(&other("protocol"))), "stale");
    refused(
        world.ask(
            "dora",
            with(&|it| it.subjects.push(Subject::new("released", digest("r")))),
        ),
        "stale",
    );
    let second_model = Subject::new("model", digest("other"));
    refused(
        world.ask("dora", with(&|it| it.subjects.push(second_model.clone()))),
        "wrong_evidence",
    );
}

#[test]
fn a_change_that_was_proposed_under_another_release_gets_no_look() {
    let mut world = World::sealed();
    let late = world.propose(second_model(), None);
    let change = world.signed(first_model(), None);
    world.release(&change).unwrap();
    refused(world.judge(&late, good_rows()), "stale");
}

// Assessments.

#[test]
fn an_assessment_needs_a_verdict_and_a_rationale() {
    let mut world = World::sealed();
    let change = world.propose(first_model(), None);
    refused(world.assess(&change, answers()), "wrong_order");
    world.judge(&change, good_rows()).unwrap();
    refused(
        world.assess(
            &change,
            Answers {
                rationale: " ".to_owned(),
                ..answers()
            },
        ),
        "no_reason",
    );
    refused(world.assess("change-9", answers()), "unknown");
}

#[test]
fn an_assessment_that_was_signed_is_not_replaced() {
    let mut world = World::sealed();
    let change = world.assessed(first_model(), None);
    world
        .assess(
            &change,
            Answers {
                new_hazard: Some(true),
                ..answers()
            },
        )
        .unwrap();
    world.sign("ben", &change, "clinician").unwrap();
    refused(world.assess(&change, answers()), "signed");
}

#[test]
fn a_verdict_of_a_protocol_that_is_no_longer_in_force_is_not_assessed() {
    let mut world = World::sealed();
    let change = world.propose(first_model(), None);
    world.judge(&change, good_rows()).unwrap();
    let mut other = protocol();
    other["threshold_rationale"] = json!("another");
    world.freeze(&[(Name::Protocol, other)]).unwrap();
    refused(world.assess(&change, answers()), "stale");
}

// Signatures.

#[test]
fn who_proposed_does_not_sign() {
    let mut world = World::sealed();
    let run = world.run_ask(first_model());
    world.ask("ada", Ask::Run(run)).unwrap();
    world.ask("ben", propose_ask("run-1", None)).unwrap();
    world.judge("change-1", good_rows()).unwrap();
    world.assess("change-1", answers()).unwrap();
    refused(world.sign("ben", "change-1", "clinician"), "own_proposal");
    world.sign("dora", "change-1", "clinician").unwrap();
}

#[test]
fn a_signature_is_a_persons_in_a_role_they_hold_once_with_a_reason() {
    let mut world = World::sealed();
    let change = world.assessed(first_model(), None);
    refused(world.sign("system", &change, "clinician"), "needs_person");
    refused(world.sign("ben", &change, "regulatory"), "role");
    refused(world.sign("eve", &change, "clinician"), "role");
    refused(world.sign("ben", "change-9", "clinician"), "unknown");
    let silent = Sign {
        change: change.clone(),
        role: "clinician".to_owned(),
        meaning: Meaning::Approval,
        reason: " ".to_owned(),
    };
    refused(world.ask("ben", Ask::Sign(silent)), "no_reason");
    world.sign("dora", &change, "clinician").unwrap();
    refused(world.sign("dora", &change, "quality"), "signed");
    refused(world.sign("ben", &change, "clinician"), "signed");
    let signature = &world.state.changes[&change].signatures[0];
    assert_eq!(
        (signature.person.as_str(), signature.role.as_str()),
        ("dora", "clinician")
    );
}

#[test]
fn one_person_cannot_fill_both_roles() {
    let mut world = World::sealed();
    let mut both = team();
    both["people"][3]["roles"] = json!(["quality", "clinician", "regulatory"]);
    world.freeze(&[(Name::Team, both)]).unwrap();
    let change = world.assessed(first_model(), None);
    world.sign("dora", &change, "clinician").unwrap();
    refused(world.sign("dora", &change, "regulatory"), "signed");
    refused(world.release(&change), "signature_missing");
}

#[test]
fn a_review_is_no_approval() {
    let mut world = World::sealed();
    let change = world.assessed(first_model(), None);
    let review = Ask::Sign(Sign {
        change: change.clone(),
        role: "clinician".to_owned(),
        meaning: Meaning::Review,
        reason: "read it".to_owned(),
    });
    world.ask("ben", review.clone()).unwrap();
    refused(world.ask("ben", review), "signed");
    world.sign("cleo", &change, "regulatory").unwrap();
    refused(world.release(&change), "signature_missing");
    world.sign("ben", &change, "clinician").unwrap();
    world.release(&change).unwrap();
}

// Releases.

#[test]
fn a_release_needs_every_step_and_every_signature_before_it() {
    let mut world = World::sealed();
    refused(world.release("change-1"), "unknown");
    let change = world.propose(first_model(), None);
    refused(world.release(&change), "wrong_order");
    world.judge(&change, good_rows()).unwrap();
    refused(world.release(&change), "wrong_order");
    world.assess(&change, answers()).unwrap();
    refused(world.release(&change), "signature_missing");
    world.sign("ben", &change, "clinician").unwrap();
    refused(world.release(&change), "signature_missing");
    world.sign("dora", &change, "quality").unwrap();
    refused(world.release(&change), "signature_missing");
    world.sign("cleo", &change, "regulatory").unwrap();
    let ask = Ask::Release(galen_control::act::release::Ask {
        change: change.clone(),
    });
    refused(world.ask("ada", ask), "role");
    world.release(&change).unwrap();
    refused(world.release(&change), "wrong_order");
}

#[test]
fn a_signature_counts_only_while_its_signer_holds_the_role() {
    let mut world = World::sealed();
    let change = world.signed(first_model(), None);
    let mut without = team();
    without["people"][1]["roles"] = json!(["engineer"]);
    world.freeze(&[(Name::Team, without)]).unwrap();
    refused(world.release(&change), "role");
}

#[test]
fn what_is_frozen_again_after_the_assessment_makes_it_stale() {
    let mut wider = pccp();
    wider["modifications"][0]["allows"]["inputs_added"] = json!(["mgus"]);
    let mut later = data();
    later["columns"][1]["known_at"] = json!("later");
    let mut other = protocol();
    other["threshold_rationale"] = json!("another");
    let files = [
        (Name::Intent, json!("intent 2")),
        (Name::Risk, json!("risk 2")),
        (Name::Data, later),
        (Name::Protocol, other),
        (Name::Pccp, wider),
    ];
    for (name, file) in files {
        let mut world = World::sealed();
        let change = world.assessed(first_model(), None);
        world.sign("ben", &change, "clinician").unwrap();
        let mut signed = world.clone();
        signed.sign("cleo", &change, "regulatory").unwrap();
        for world in [&mut world, &mut signed] {
            world.freeze(&[(name, file.clone())]).unwrap();
        }
        refused(world.sign("cleo", &change, "regulatory"), "stale");
        refused(signed.release(&change), "stale");
    }
}

#[test]
fn a_monitoring_plan_frozen_after_the_assessment_stops_no_release() {
    let mut world = World::sealed();
    let change = world.signed(first_model(), None);
    let mut plan = monitor();
    plan["rollback"]["rationale"] = json!("another");
    world.freeze(&[(Name::Monitor, plan)]).unwrap();
    world.release(&change).unwrap();
}

#[test]
fn a_change_is_released_only_after_the_release_it_was_judged_against() {
    let mut world = World::sealed();
    let early = world.signed(second_model(), None);
    let change = world.signed(first_model(), None);
    world.release(&change).unwrap();
    refused(world.release(&early), "stale");
}

#[test]
fn a_change_assessed_as_the_first_release_is_not_released_after_another_was_rolled_back() {
    let mut world = World::sealed();
    let waiting = world.signed(second_model(), None);
    let change = world.signed(first_model(), None);
    world.release(&change).unwrap();
    world.roll_back(None).unwrap();
    assert_eq!(world.state.live, None);
    refused(world.release(&waiting), "stale");
}

// Classes.

fn class_of(world: &World, change: &str) -> (UsClass, String) {
    let us = &world.state.changes[change]
        .assessed
        .as_ref()
        .unwrap()
        .assess
        .classification
        .us;
    (us.class, us.rule.clone())
}

#[test]
fn nothing_is_within_a_pccp_that_no_authorisation_covers() {
    let mut world = World::with_release();
    let mut other = pccp();
    other["scope"] = json!("another");
    world.freeze(&[(Name::Pccp, other)]).unwrap();
    let change = world.assessed(second_model(), Some("add_creatinine"));
    assert_eq!(
        class_of(&world, &change),
        (UsClass::NewSubmission, "R8".to_owned())
    );
}

#[test]
fn a_planned_criterion_that_the_protocol_does_not_ask_is_not_met() {
    let mut silent = protocol();
    silent["criteria"][2]["rule"] = json!("report");
    let mut without = protocol();
    without["criteria"].as_array_mut().unwrap().pop();
    for other in [silent, without] {
        let mut world = World::declared();
        world.freeze(&[(Name::Protocol, other)]).unwrap();
        world
            .ask("ada", Ask::AddData(dataset("cohort", "cohort")))
            .unwrap();
        world.ask("ada", Ask::Split(world.split("cohort"))).unwrap();
        world
            .ask("dora", Ask::Seal(world.seal("reference")))
            .unwrap();
        let change = world.signed(first_model(), None);
        world.release(&change).unwrap();
        let change = world.assessed(second_model(), Some("add_creatinine"));
        assert_eq!(
            class_of(&world, &change),
            (UsClass::NotPermitted, "R2".to_owned())
        );
    }
}

#[test]
fn data_of_the_same_name_with_another_content_is_a_difference() {
    let mut world = World::sealed();
    world
        .ask("ada", Ask::AddData(dataset("elsewhere", "before")))
        .unwrap();
    let change = world.signed(model("first", &["age"], &["elsewhere"]), None);
    world.release(&change).unwrap();
    world
        .ask("ada", Ask::AddData(dataset("elsewhere", "after")))
        .unwrap();
    let mut again = model("second", &["age"], &["elsewhere"]);
    again.params.insert("l2".to_owned(), json!(1));
    let change = world.assessed(again, Some("retrain"));
    let class = &world.state.changes[&change]
        .assessed
        .as_ref()
        .unwrap()
        .assess
        .classification;
    assert!(
        class
            .differences
            .contains(&Difference::TrainingData("elsewhere".to_owned()))
    );
    assert_eq!(class.us.class, UsClass::NewSubmission);
}

#[test]
fn a_model_that_differs_for_no_recorded_reason_is_outside_the_pccp() {
    let mut world = World::with_release();
    let mut twin = first_model();
    twin.stage = "second".to_owned();
    twin.digest = digest("twin");
    let change = world.assessed(twin, Some("retrain"));
    assert_eq!(
        class_of(&world, &change),
        (UsClass::NewSubmission, "R8".to_owned())
    );
}

#[test]
fn a_new_input_does_not_only_restore_the_specification() {
    let mut world = World::with_release();
    let change = world.propose(second_model(), None);
    world.judge(&change, good_rows()).unwrap();
    let bug_fix = Answers {
        restores_spec: Some(true),
        ..answers()
    };
    world.assess(&change, bug_fix).unwrap();
    assert_eq!(
        class_of(&world, &change),
        (UsClass::NewSubmission, "R8".to_owned())
    );
}

#[test]
fn a_parameter_of_an_input_is_planned_only_with_the_input() {
    let mut world = World::with_two_releases();
    let mut tuned = second_model();
    tuned.stage = "third".to_owned();
    tuned.digest = digest("tuned");
    tuned
        .params
        .insert("transforms".to_owned(), json!({"creatinine": "log"}));
    let change = world.assessed(tuned, Some("add_creatinine"));
    assert_eq!(
        class_of(&world, &change),
        (UsClass::NewSubmission, "R8".to_owned())
    );
}

#[test]
fn without_a_live_release_nothing_is_within_the_pccp() {
    let mut world = World::with_release();
    world.roll_back(None).unwrap();
    let change = world.assessed(second_model(), Some("add_creatinine"));
    let class = &world.state.changes[&change]
        .assessed
        .as_ref()
        .unwrap()
        .assess
        .classification;
    assert!(!class.initial && !class.differences.is_empty());
    assert_eq!(class.us.class, UsClass::NewSubmission);
}

#[test]
fn a_team_that_asks_for_one_signature_releases_nothing() {
    // No freeze lets such a team through; a release does not rely on that.
    let mut world = World::sealed();
    let change = world.assessed(first_model(), None);
    world.sign("cleo", &change, "regulatory").unwrap();
    let mut lax = team();
    lax["release_signatures"] = json!(["regulatory"]);
    let digest = world.shelf.put(lax.to_string().into_bytes());
    world.state.frozen.get_mut(&Name::Team).unwrap().digest = digest;
    refused(world.release(&change), "signature_missing");
}
