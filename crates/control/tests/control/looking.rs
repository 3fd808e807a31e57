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
