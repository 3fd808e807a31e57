//! Random acts by random people: most are refused, and whatever is decided keeps the promises.

use galen_control::act::finding::{AnalyseFinding, CloseFinding, OpenAsk};
use galen_control::act::roll_back::Ask as RollBack;
use galen_control::{Ask, ChangeState, Record, State, Subject};
use galen_spec::Name;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Value, json};

use crate::promises::promises;
use crate::replacing::{correct, withdraw_ask};
use crate::world::*;

/// What to try: a kind of act, by whom, and two choices within it.
type Try = (u8, u8, u8, u8);

const PEOPLE: [&str; 6] = ["ada", "ben", "cleo", "dora", "eve", "system"];
const STAGES: [&str; 4] = ["first", "second", "third", "careless"];
const INPUTS: [&[&str]; 4] = [
    &["age", "kappa"],
    &["age", "kappa", "creatinine"],
    &["age", "mgus"],
    &["futime"],
];

fn nth(word: &str, n: u8) -> String {
    format!("{word}-{}", n % 5 + 1)
}

/// Who has the duty of an act, most of the time, or else nothing would ever get far.
fn who(usual: &'static str, by: u8) -> &'static str {
    PEOPLE.get(usize::from(by)).copied().unwrap_or(usual)
}

fn low_or_high(choice: u8) -> galen_stats::Estimate {
    if choice.is_multiple_of(3) {
        estimate(0.1, 0.2)
    } else {
        estimate(0.78, 0.9)
    }
}

/// Another text of a declared file; the first is the one in force at the beginning.
fn variant(name: Name, choice: u8) -> Value {
    let choice = choice % 3;
    match name {
        Name::Team => {
            let mut team = team();
            if choice > 0 {
                team["people"][1]["roles"] = json!(["clinician", "regulatory", "engineer"]);
            }
            if choice > 1 {
                team["release_signatures"] = json!(["clinician"]);
            }
            team
        }
        Name::Protocol => {
            let mut protocol = protocol();
            protocol["reference_set"]["looks"] = json!(3 + 4 * choice);
            if choice == 2 {
                protocol["criteria"].as_array_mut().unwrap().remove(0);
            }
            protocol
        }
        Name::Pccp => {
            let mut pccp = pccp();
            pccp["scope"] = json!(format!("scope {choice}"));
            pccp
        }
        Name::Monitor => {
            let mut monitor = monitor();
            let column = ["creatinine", "kappa", "age"][usize::from(choice)];
            monitor["checks"][0]["column"] = json!(column);
            monitor
        }
        _ => json!(format!("{name} {choice}")),
    }
}

fn attempt(world: &mut World, (kind, by, a, b): Try) {
    let changes = world.state.changes.len().max(1);
    let change = format!("change-{}", usize::from(a) % changes + 1);
    let known = world.state.changes.contains_key(&change);
    match kind % 20 {
        0 => {
            let model = model(
                STAGES[usize::from(a % 4)],
                INPUTS[usize::from(b % 4)],
                &["learn-1995"],
            );
            let run = world.run_ask(model);
            let _ = world.ask(who("ada", by), Ask::Run(run));
        }
        1 => {
            let modification = [None, Some("retrain"), Some("add_creatinine")][usize::from(b % 3)];
            let run = format!("run-{}", world.state.runs.len());
            let _ = world.ask(who("ada", by), propose_ask(&run, modification));
        }
        2 if known => {
            let mut rows = good_rows();
            rows[0] = row("auroc", low_or_high(b));
            let evidence = world.evaluation(&change, rows);
            if !b.is_multiple_of(8) {
                let _ = world.ask(who("dora", by), open_ask(&change));
            }
            let _ = world.ask(who("dora", by), judge_ask(&change, evidence));
        }
        3 => {
            let mut answers = answers();
            answers.new_hazard = [Some(false), Some(true), None, Some(false)][usize::from(b % 4)];
            answers.safety_effect_possible = Some(b >= 128);
            let ask = galen_control::act::assess::Ask { change, answers };
            let _ = world.ask(who("cleo", by), Ask::Assess(ask));
        }
        4 | 5 => {
            let (usual, role) = [
                ("ben", "clinician"),
                ("cleo", "regulatory"),
                ("dora", "clinician"),
            ][usize::from(b % 3)];
            let _ = world.ask(who(usual, by), sign_ask(&change, role));
        }
        6 => {
            let ask = galen_control::act::release::Ask { change };
            let _ = world.ask(who("dora", by), Ask::Release(ask));
        }
        7 => {
            let to = b.is_multiple_of(2).then(|| nth("release", a));
            let ask = RollBack {
                to,
                reason: "r".to_owned(),
            };
            let _ = world.ask(who("dora", by), Ask::RollBack(ask));
        }
        8 | 9 => {
            let p = if b.is_multiple_of(5) { 1e-9 } else { 0.5 };
            let release = nth("release", a);
            let ask = world.window_ask(&nth("window", b), &release, low_or_high(b), p);
            let _ = world.ask(who("dora", by), Ask::Window(ask));
        }
        10 => {
            let names = [
                Name::Team,
                Name::Protocol,
                Name::Pccp,
                Name::Monitor,
                Name::Intent,
            ];
            let name = names[usize::from(a) % names.len()];
            let ask = world.freeze_ask(&[(name, variant(name, b))]);
            let _ = world.ask(who("cleo", by), Ask::Freeze(ask));
        }
        11 => {
            let authorise = world.authorisation();
            let _ = world.ask(who("cleo", by), Ask::Authorise(authorise));
        }
        // Somebody takes the next step of a change, as in an orderly project.
        12..=15 if known => next_step(world, &change, b),
        16 => {
            let name = ["cohort", "reference", "learn-1995"][usize::from(a % 3)];
            let _ = world.ask(who("ada", by), Ask::AddData(dataset(name, &b.to_string())));
        }
        18 => {
            let all: &[&str] =
                [&["cohort", "reference"][..], &["cohort"], &["learn-1995"]][usize::from(b % 3)];
            let ask = withdraw_ask(world, all);
            let _ = world.ask(who("ada", by), Ask::Withdraw(ask));
        }
        19 => {
            let _ = correct(world, &["reference"], "dead");
        }
        _ => {
            let finding = nth("finding", a);
            let (cause, correction) = ("c".to_owned(), "c".to_owned());
            let ask = match b % 3 {
                0 => Ask::OpenFinding(OpenAsk {
                    alert: None,
                    title: "t".to_owned(),
                    containment: "c".to_owned(),
                }),
                1 => Ask::AnalyseFinding(AnalyseFinding {
                    finding,
                    cause,
                    evidence: digest("e"),
                }),
                _ => Ask::CloseFinding(CloseFinding {
                    finding,
                    correction,
                }),
            };
            let _ = world.ask(who("ben", by), ask);
        }
    }
}

fn next_step(world: &mut World, change: &str, choice: u8) {
    let signed = world.state.changes[change].signatures.len();
    let _ = match (world.state.changes[change].state, signed) {
        (ChangeState::Proposed, _) => world.judge(change, good_rows()),
        (ChangeState::Judged, _) => {
            let mut answers = answers();
            answers.safety_effect_possible = Some(choice.is_multiple_of(4));
            world.assess(change, answers)
        }
        (ChangeState::Assessed, 0) => world.sign("ben", change, "clinician"),
        (ChangeState::Assessed, 1) => world.sign("cleo", change, "regulatory"),
        _ => world.release(change),
    };
}

fn tries(many: usize) -> impl Strategy<Value = Vec<Try>> {
    // Two in three times the person who has the duty acts.
    proptest::collection::vec((any::<u8>(), 0..18_u8, 0..6_u8, any::<u8>()), 1..many)
}

fn begin(choice: bool) -> World {
    if choice {
        World::sealed()
    } else {
        World::with_two_releases()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_acts_keeps_its_promises(early in any::<bool>(), tries in tries(120)) {
        let mut world = begin(early);
        for it in tries {
            attempt(&mut world, it);
        }
        prop_assert_eq!(promises(&world.records, &world.shelf), Ok(()));
    }

    #[test]
    fn a_state_and_its_records_read_back_as_they_were_written(tries in tries(40)) {
        let mut world = begin(false);
        for it in tries {
            attempt(&mut world, it);
        }
        let text = serde_json::to_string(&world.state).unwrap();
        prop_assert_eq!(&serde_json::from_str::<State>(&text).unwrap(), &world.state);
        let mut folded = State::default();
        for record in &world.records {
            let text = serde_json::to_string(record).unwrap();
            let read: Record = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&read, record);
            folded.apply(&read);
        }
        prop_assert_eq!(folded, world.state);
    }

    #[test]
    fn records_in_any_order_with_any_left_out_fold_without_a_panic(order in proptest::collection::vec(any::<prop::sample::Index>(), 0..60)) {
        let mut world = World::with_two_releases();
        world.window("2008", "release-2", estimate(0.5, 0.9), 1e-9).unwrap();
        let mut state = State::default();
        for index in order {
            let record = index.get(&world.records);
            let _ = record.subjects();
            state.apply(record);
            let _ = (state.live_release(), state.authorisation());
        }
    }
}

#[test]
fn random_acts_get_as_far_as_releases_and_rollbacks() {
    // Otherwise the promises would hold because nothing happens.
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut releases, mut rollbacks, mut automatic) = (0, 0, 0);
    for _ in 0..64 {
        let tree = tries(120).new_tree(&mut runner).unwrap();
        let mut world = World::sealed();
        let before = world.records.len();
        for it in tree.current() {
            attempt(&mut world, it);
        }
        let words = world.records[before..]
            .iter()
            .map(|record| (record.deed.word(), record.by.to_string()));
        for (word, by) in words {
            releases += usize::from(word == "release");
            rollbacks += usize::from(word == "roll_back" && by != "system");
            automatic += usize::from(word == "roll_back" && by == "system");
        }
    }
    assert!(
        releases > 0 && rollbacks > 0 && automatic > 0,
        "{releases} {rollbacks} {automatic}"
    );
}

#[test]
fn evidence_with_two_subjects_of_one_role_names_neither() {
    let subjects = vec![
        Subject::new("model", digest("a")),
        Subject::new("model", digest("b")),
    ];
    let evidence = galen_control::Evidence::of("evaluation", subjects);
    assert_eq!(evidence.subject("model"), None);
}
