//! Content that is replaced: people who withdraw, labels that were wrong.

use std::collections::BTreeSet;

use galen_control::act::correct::Ask as CorrectAsk;
use galen_control::act::rewrite::Rewritten;
use galen_control::act::withdraw::{Ask as WithdrawAsk, RewrittenWindow};
use galen_control::{Ask, ChangeState, Deed, Record, Refusal};

use crate::world::*;

/// A dataset whose latest content is replaced.
fn rewritten(world: &World, dataset: &str, to: &str) -> Rewritten {
    let sealed = world.state.sealed.contains_key(dataset);
    Rewritten {
        dataset: dataset.to_owned(),
        from: world.state.dataset(dataset).unwrap().digest,
        to: digest(to),
        files: 1,
        bytes: 90,
        rows: 1,
        sealed: sealed.then(|| digest(&format!("{to} sealed"))),
    }
}

/// A person leaves these datasets.
pub fn withdraw_ask(world: &World, datasets: &[&str]) -> WithdrawAsk {
    let rewritten: Vec<Rewritten> = datasets
        .iter()
        .map(|name| {
            rewritten(
                world,
                name,
                &format!("{name} of entry {}", world.records.len()),
            )
        })
        .collect();
    let sealed = |name: &&str| {
        world
            .state
            .sealed
            .get(*name)
            .map(|sealed| sealed.seal.sealed)
    };
    let mut destroyed: BTreeSet<_> = rewritten.iter().map(|one| one.from).collect();
    destroyed.extend(datasets.iter().filter_map(sealed));
    WithdrawAsk {
        person: "4f1c".to_owned(),
        column: "patient_id".to_owned(),
        reason: "asked in writing".to_owned(),
        rewritten,
        windows: Vec::new(),
        destroyed,
        journal_lines: 0,
    }
}

pub fn withdraw(world: &mut World, ask: WithdrawAsk) -> Result<Vec<Record>, Refusal> {
    world.ask("ada", Ask::Withdraw(ask))
}

pub fn correct(world: &mut World, datasets: &[&str], label: &str) -> Result<Vec<Record>, Refusal> {
    let entry = world.records.len();
    let rewritten = datasets
        .iter()
        .map(|name| rewritten(world, name, &format!("{name} right {entry}")));
    let ask = CorrectAsk {
        id: "patient_id".to_owned(),
        label: label.to_owned(),
        reason: "read again by two".to_owned(),
        corrections: digest("corrections"),
        rewritten: rewritten.collect(),
    };
    world.ask("ada", Ask::Correct(ask))
}

#[test]
fn a_withdrawal_gives_versions_and_lists_what_had_used_the_old_ones() {
    let mut world = World::with_release();
    let mut model = first_model();
    model.read.insert(digest("learn-1995"));
    let run = world.run_ask(model);
    world.ask("ada", Ask::Run(run)).unwrap();
    let ask = withdraw_ask(&world, &["cohort", "learn-1995", "reference"]);
    let records = withdraw(&mut world, ask).unwrap();
    let Deed::Withdraw(deed) = &records[0].deed else {
        panic!("{records:?}")
    };
    assert_eq!(deed.affected.runs, ["run-2"]);
    assert_eq!(
        deed.affected.changes,
        ["change-1"],
        "it was judged on the reference set"
    );
    assert_eq!(deed.affected.releases, ["release-1"]);
    let state = &world.state;
    let reference = state.dataset("reference").unwrap();
    assert_eq!(reference.version, 2);
    assert_eq!(
        reference.drawn_from,
        Some(state.dataset("cohort").unwrap().digest)
    );
    assert_eq!(state.sealed["reference"].seal.plain, reference.digest);
    assert!(state.is_destroyed(&digest("reference")));
    assert!(state.withdrawn("4f1c").is_some() && state.withdrawn("4f1d").is_none());
    refused(
        world.ask("ada", Ask::AddData(dataset("again", "cohort"))),
        "withdrawn",
    );
}

#[test]
fn a_withdrawal_gives_no_look_back_and_hides_nothing_that_was_learned() {
    let mut world = World::with_release();
    let before = world.state.looked.values().next().unwrap().looks;
    let ask = withdraw_ask(&world, &["cohort", "reference"]);
    withdraw(&mut world, ask).unwrap();
    let plain = world.state.sealed["reference"].seal.plain;
    assert_eq!(world.state.looked[&plain].looks, before);
    // A model that learned from the whole or the set before somebody withdrew, or between two who did, is not independent.
    for content in ["cohort", "reference", "the cohort without one"] {
        let mut world = World::sealed();
        let read = match content {
            "the cohort without one" => {
                let ask = withdraw_ask(&world, &["cohort"]);
                withdraw(&mut world, ask).unwrap();
                world.state.dataset("cohort").unwrap().digest
            }
            other => digest(other),
        };
        let mut model = model("third", &["age"], &["learn-1995"]);
        model.read.insert(read);
        if content == "reference" {
            let run = world.run_ask(model);
            refused(world.ask("ada", Ask::Run(run)), "sealed");
            continue;
        }
        let change = world.propose(model.clone(), None);
        let ask = withdraw_ask(&world, &["cohort", "reference"]);
        withdraw(&mut world, ask).unwrap();
        refused(
            world.ask("dora", open_ask(&change)),
            "learned_from_reference",
        );
        let run = world.run_ask(model);
        refused(world.ask("ada", Ask::Run(run)), "withdrawn");
    }
}

#[test]
fn a_look_that_was_counted_before_a_withdrawal_is_had_after_it() {
    let mut world = World::sealed();
    let change = world.propose(first_model(), None);
    world.ask("dora", open_ask(&change)).unwrap();
    let ask = withdraw_ask(&world, &["cohort", "reference"]);
    withdraw(&mut world, ask).unwrap();
    world.judge(&change, good_rows()).unwrap();
    assert_eq!(world.state.looks, 1);
    assert_eq!(world.state.changes[&change].state, ChangeState::Judged);
}

#[test]
fn a_withdrawal_destroys_no_evidence_and_leaves_no_dataset_without_content() {
    let mut world = World::with_release();
    let good = withdraw_ask(&world, &["cohort", "reference"]);
    let judged = world.state.changes["change-1"].judged.clone().unwrap();
    let mut ask = good.clone();
    ask.destroyed.insert(judged.judge.evidence);
    refused(withdraw(&mut world, ask), "evidence");
    let mut ask = good.clone();
    ask.destroyed
        .insert(world.state.frozen[&galen_spec::Name::Protocol].digest);
    refused(withdraw(&mut world, ask), "evidence");
    let mut ask = good.clone();
    ask.rewritten.pop();
    refused(withdraw(&mut world, ask), "stale");
    let mut ask = good.clone();
    ask.rewritten[1].sealed = None;
    refused(withdraw(&mut world, ask), "stale");
    let mut ask = good.clone();
    ask.rewritten[0].from = digest("an older version");
    refused(withdraw(&mut world, ask), "stale");
    let mut ask = good.clone();
    ask.reason = " ".to_owned();
    refused(withdraw(&mut world, ask), "nothing_said");
    let nothing = WithdrawAsk {
        rewritten: Vec::new(),
        destroyed: BTreeSet::new(),
        ..good.clone()
    };
    refused(withdraw(&mut world, nothing), "unchanged");
    refused(world.ask("ben", Ask::Withdraw(good.clone())), "role");
    let window = RewrittenWindow {
        window: "2001/release-1".to_owned(),
        from: digest("x"),
        to: digest("y"),
    };
    let ask = WithdrawAsk {
        windows: vec![window],
        ..good
    };
    refused(withdraw(&mut world, ask), "stale");
}

#[test]
fn a_corrected_label_reopens_what_is_not_released_and_marks_what_is() {
    let mut world = World::with_release();
    let second = world.assessed(second_model(), Some("add_creatinine"));
    let records = correct(&mut world, &["reference"], "dead").unwrap();
    let Deed::Correct(deed) = &records[0].deed else {
        panic!("{records:?}")
    };
    assert_eq!(deed.stale.changes, ["change-1", "change-2"]);
    assert_eq!(deed.stale.releases, ["release-1"]);
    let entry = world.state.entries - 1;
    let first = &world.state.changes["change-1"];
    assert_eq!(
        (first.state, first.stale_since),
        (ChangeState::Released, Some(entry))
    );
    let reopened = &world.state.changes[&second];
    assert_eq!(reopened.state, ChangeState::Proposed);
    assert!(reopened.judged.is_none() && reopened.assessed.is_none());
    refused(world.sign("ben", &second, "clinician"), "wrong_order");
    // Judged by the right labels, at the cost of a look, it goes on and is not stale.
    world.judge(&second, good_rows()).unwrap();
    assert_eq!(world.state.looks, 3);
    assert_eq!(world.state.changes[&second].stale_since, None);
    // The released model may be judged again as another change.
    let run = world.run_ask(first_model());
    world.ask("ada", Ask::Run(run)).unwrap();
    world.ask("ada", propose_ask("run-3", None)).unwrap();
}

#[test]
fn only_the_truth_is_corrected_and_only_where_it_changes() {
    let mut world = World::with_release();
    refused(
        correct(&mut world, &["reference"], "death"),
        "not_the_truth",
    );
    refused(
        correct(&mut world, &["reference"], "futime"),
        "not_the_truth",
    );
    refused(correct(&mut world, &[], "dead"), "unchanged");
    refused(
        correct(&mut world, &["reference", "reference"], "dead"),
        "unchanged",
    );
    // A label of something else may be another column.
    correct(&mut world, &["development"], "mgus").unwrap();
    assert_eq!(
        world.state.changes["change-1"].stale_since, None,
        "it was judged on other data"
    );
}
