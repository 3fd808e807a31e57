//! Planted bugs: records that no decision gives, which the checker of promises must find.

use galen_control::act::roll_back::{RollBack, Trigger};
use galen_control::{Actor, Deed, Record};

use crate::promises::promises;
use crate::world::*;

/// The records of a sound lifecycle with releases, a crossed check and its rollback, after a change by hand.
fn planted(bug: impl Fn(&mut Vec<Record>)) -> Result<(), String> {
    let mut world = World::with_two_releases();
    world
        .window("2008", "release-2", estimate(0.5, 0.9), 0.5)
        .unwrap();
    bug(&mut world.records);
    promises(&world.records, &world.shelf)
}

fn finds(broken: &str, bug: impl Fn(&mut Vec<Record>)) {
    let found = planted(bug).expect_err("the planted bug was not found");
    assert!(found.contains(broken), "{found}");
}

fn each(records: &mut [Record], change: impl Fn(&mut Record)) {
    records.iter_mut().for_each(change);
}

#[test]
fn a_sound_lifecycle_keeps_its_promises() {
    assert_eq!(planted(|_| {}), Ok(()));
}

#[test]
fn a_release_without_its_signatures_is_found() {
    finds("different people sign", |records| {
        records.retain(|record| !matches!(record.deed, Deed::Sign(_)));
    });
    finds("without its signatures", |records| {
        each(records, |record| {
            if let Deed::Sign(sign) = &mut record.deed {
                sign.role = format!("{} of another house", sign.role);
            }
        });
    });
}

#[test]
fn two_signatures_of_one_person_are_found() {
    finds("different people sign", |records| {
        each(records, |record| {
            if matches!(record.deed, Deed::Sign(_)) {
                record.by = person("ben");
            }
        });
    });
}

#[test]
fn an_approval_of_ones_own_proposal_is_found() {
    finds("who proposed does not sign", |records| {
        each(records, |record| {
            if matches!(record.deed, Deed::Propose(_)) {
                record.by = person("ben");
            }
        });
    });
}

#[test]
fn a_signature_by_the_system_is_found() {
    finds("only the system acts by itself", |records| {
        each(records, |record| {
            if matches!(record.deed, Deed::Sign(_)) {
                record.by = Actor::System;
            }
        });
    });
}

#[test]
fn a_look_beyond_the_budget_is_found() {
    finds("within the budget", |records| {
        let look = records
            .iter()
            .position(|record| matches!(record.deed, Deed::Open(_)));
        let look = records[look.unwrap()].clone();
        let of = |change: &str| {
            let mut look = look.clone();
            if let Deed::Open(open) = &mut look.deed {
                open.change = change.to_owned();
            }
            look
        };
        records.extend([of("change-8"), of("change-9")]);
    });
}

#[test]
fn a_verdict_whose_look_was_not_counted_is_found() {
    finds("counted before it is had", |records| {
        records.retain(|record| !matches!(record.deed, Deed::Open(_)));
    });
}

#[test]
fn a_second_look_for_one_change_is_found() {
    finds("gets one look", |records| {
        let look = records
            .iter()
            .find(|record| matches!(record.deed, Deed::Open(_)));
        records.push(look.unwrap().clone());
    });
}

#[test]
fn a_verdict_by_an_unfrozen_protocol_is_found() {
    finds("frozen before", |records| {
        each(records, |record| {
            if let Deed::Judge(judge) = &mut record.deed {
                judge.protocol = digest("invented afterwards");
            }
        });
    });
}

#[test]
fn a_second_release_of_one_name_is_found() {
    finds("made once", |records| {
        let release = |record: &&Record| matches!(record.deed, Deed::Release(_));
        records.push(records.iter().find(release).unwrap().clone());
    });
}

fn roll_back(from: &str, to: &str) -> Deed {
    Deed::RollBack(RollBack {
        from: from.to_owned(),
        to: Some(to.to_owned()),
        trigger: Trigger::Person {
            reason: "r".to_owned(),
        },
    })
}

#[test]
fn a_rollback_that_leaves_two_releases_live_is_found() {
    finds("was live", |records| {
        let last = records
            .iter()
            .rposition(|record| matches!(record.deed, Deed::Window(_)));
        records.truncate(last.unwrap());
        records.push(Record {
            by: person("dora"),
            deed: roll_back("release-9", "release-1"),
            ..records[0].clone()
        });
    });
}

#[test]
fn a_release_of_a_change_that_was_never_proposed_is_found() {
    // The state cannot fold it, so it names another live release than the records do.
    finds("the state names", |records| {
        let proposal = records
            .iter()
            .position(|record| matches!(record.deed, Deed::Propose(_)));
        records.remove(proposal.unwrap());
    });
}

#[test]
fn a_rollback_to_a_withdrawn_release_is_found() {
    finds("never withdrawn", |records| {
        records.push(Record {
            by: person("dora"),
            deed: roll_back("release-1", "release-2"),
            ..records[0].clone()
        });
    });
}

#[test]
fn an_automatic_act_without_the_policys_signer_is_found() {
    finds("names the frozen policy", |records| {
        each(records, |record| {
            if let Deed::RollBack(RollBack {
                trigger: Trigger::Policy { signers, .. },
                ..
            }) = &mut record.deed
            {
                signers.clear();
            }
        });
    });
}

#[test]
fn a_crossed_check_that_nothing_follows_is_found() {
    let forget = |records: &mut Vec<Record>| {
        let window = records
            .iter()
            .rposition(|record| matches!(record.deed, Deed::Window(_)));
        records.truncate(window.unwrap() + 1);
    };
    finds("action that its frozen policy names", forget);
    finds("action that its frozen policy names", |records| {
        forget(records);
        records.push(records[1].clone());
    });
}
