//! Sealed sets that are opened for a purpose: budget and quorum.

use galen_control::act::look::{Ask as LookAsk, Look};
use galen_control::{Ask, Deed, Record, Refusal};
use galen_spec::Name;
use serde_json::json;

use crate::world::*;

fn look(world: &mut World, by: &str, purpose: &str) -> Result<Vec<Record>, Refusal> {
    let ask = LookAsk {
        dataset: "reference".to_owned(),
        purpose: purpose.to_owned(),
    };
    world.ask(by, Ask::Look(ask))
}

fn recorded(records: &[Record]) -> Look {
    let Deed::Look(look) = &records[0].deed else {
        panic!("{records:?}")
    };
    look.clone()
}

/// A sealed world whose set needs `quorum` people and may be looked at twice; Cleo may judge as well.
fn world(quorum: u32) -> World {
    let mut world = World::sealed();
    let mut anew = protocol();
    anew["reference_set"]["looks"] = json!(2);
    anew["reference_set"]["quorum"] = json!(quorum);
    let mut people = team();
    people["duties"]["judge"] = json!(["quality", "regulatory"]);
    world
        .freeze(&[(Name::Protocol, anew), (Name::Team, people)])
        .unwrap();
    world
}

#[test]
fn every_look_for_a_purpose_counts_until_the_budget_is_spent() {
    let mut world = world(1);
    let first = recorded(&look(&mut world, "dora", "why women fail").unwrap())
        .opened
        .unwrap();
    assert_eq!((first.look, first.looks_allowed), (1, Some(2)));
    let change = world.propose(first_model(), None);
    world.judge(&change, good_rows()).unwrap();
    assert_eq!(world.state.looks, 2);
    refused(look(&mut world, "dora", "once more"), "budget");
    let change = world.propose(second_model(), None);
    refused(world.judge(&change, good_rows()), "budget");
}

#[test]
fn a_set_is_opened_when_as_many_have_asked_as_the_protocol_says() {
    let mut world = world(2);
    let one = recorded(&look(&mut world, "dora", "audit").unwrap());
    assert_eq!((one.opened, one.quorum), (None, 2));
    assert_eq!(world.state.looks, 0, "asking is no look");
    refused(look(&mut world, "dora", "audit"), "asked");
    let other = recorded(&look(&mut world, "cleo", "something else").unwrap());
    assert_eq!(other.opened, None, "another purpose is another question");
    let two = recorded(&look(&mut world, "cleo", "audit").unwrap());
    assert_eq!(two.asked, ["dora", "cleo"]);
    assert_eq!(two.opened.map(|opened| opened.look), Some(1));
    assert_eq!(world.state.asked_for("reference", "audit").len(), 0);
    // A gate needs as many, by the name of the change; asking twice is one person.
    let change = world.propose(first_model(), None);
    refused(world.judge(&change, good_rows()), "quorum");
    look(&mut world, "cleo", &change).unwrap();
    world.judge(&change, good_rows()).unwrap();
    assert_eq!(world.state.looks, 2);
    assert_eq!(world.state.asked_for("reference", &change).len(), 0);
}

#[test]
fn looks_are_for_a_purpose_and_for_those_who_may() {
    let mut world = world(1);
    refused(look(&mut world, "ada", "to tune"), "role");
    refused(look(&mut world, "dora", "  "), "nothing_said");
    let ask = LookAsk {
        dataset: "development".to_owned(),
        purpose: "audit".to_owned(),
    };
    refused(world.ask("dora", Ask::Look(ask)), "not_sealed");
}

#[test]
fn looks_that_share_the_error_are_judged_at_a_higher_level() {
    let protocol: galen_spec::protocol::Protocol = {
        let mut plan = protocol();
        plan["reference_set"]["looks"] = json!(3);
        plan["reference_set"]["spending"] = json!("equal");
        serde_json::from_value(plan).unwrap()
    };
    let criterion = &protocol.criteria[0];
    let equal = protocol.level_at(criterion, 1.0);
    assert!((equal - (1.0 - (1.0 - criterion.level) / 3.0)).abs() < 1e-12);
    let mut adaptive = protocol.clone();
    adaptive.reference_set.spending = Some(galen_spec::protocol::Spending::Adaptive);
    let level = adaptive.level_at(criterion, 1.0);
    assert!((level - (1.0 - (1.0 - criterion.level) / 7.0)).abs() < 1e-12);
    adaptive.reference_set.spending = None;
    assert_eq!(adaptive.levels_of(criterion), [criterion.level]);
}

#[test]
fn a_row_at_the_level_of_the_criterion_decides_nothing_when_looks_share_the_error() {
    let mut world = World::sealed();
    let mut anew = protocol();
    anew["reference_set"]["looks"] = json!(2);
    anew["reference_set"]["spending"] = json!("equal");
    world.freeze(&[(Name::Protocol, anew)]).unwrap();
    let change = world.propose(first_model(), None);
    let records = world.judge(&change, good_rows()).unwrap();
    let judged = records.iter().find_map(|record| match &record.deed {
        Deed::Judge(judge) => Some(judge),
        _ => None,
    });
    let verdict = judged.expect("it was judged").verdict;
    assert_eq!(verdict, galen_control::judge::Verdict::Inconclusive);
}

#[test]
fn another_budget_after_a_look_makes_the_criteria_post_hoc() {
    let asked = |spending: Option<&str>, looks: u32| {
        let mut plan = protocol();
        plan["reference_set"]["looks"] = json!(looks);
        if let Some(word) = spending {
            plan["reference_set"]["spending"] = json!(word);
        }
        let plan: galen_spec::protocol::Protocol = serde_json::from_value(plan).unwrap();
        galen_control::act::freeze::fingerprint(&plan, &plan.criteria[0])
    };
    assert_eq!(asked(None, 2), asked(None, 5));
    assert_ne!(asked(Some("equal"), 2), asked(Some("equal"), 5));
    assert_ne!(asked(Some("equal"), 2), asked(None, 2));
    assert_ne!(asked(Some("equal"), 2), asked(Some("adaptive"), 2));
}
