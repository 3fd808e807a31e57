//! Seeded people who do what they like, allowed or not, on a machine that fails now and then.

use std::sync::OnceLock;

use galen_control::Record;
use galen_lifecycle::ActError;
use galen_store::Fault;
use jiff::civil::date;
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

use crate::promises::promises;
use crate::story::{self, STORY};
use crate::world::{FREEZABLE, World, person};

const LIFECYCLES: u64 = 8;
const ACTS: usize = 40;
const PEOPLE: [&str; 7] = ["ada", "ben", "cleo", "dora", "emil", "fay", "gil"];
const STAGES: [&str; 5] = [
    "release1",
    "careless_futime",
    "careless_balanced",
    "release2",
    "unplanned_mgus",
];

struct Actors(ChaCha8Rng);

impl Actors {
    fn below(&mut self, end: usize) -> usize {
        (self.0.next_u64() % end as u64) as usize
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn numbered(&mut self, what: &str, up_to: usize) -> String {
        format!("{what}-{}", 1 + self.below(up_to))
    }

    /// Somebody does something; mostly it is not theirs to do, or not its time.
    fn act(&mut self, world: &World) -> Result<(), ActError> {
        let project = world.project();
        let who = self.one(&PEOPLE);
        let change = self.numbered("change", 4);
        match self.below(13) {
            0 => story::run(&project, self.one(&STAGES)),
            1 => {
                let run = self.numbered("run", 6);
                let planned = [None, Some("add_creatinine")];
                story::propose(&project, &run, planned[self.below(2)])
            }
            2 => story::judge(&project, &change),
            3 => story::assess(&project, &change),
            4 | 5 => {
                let role = self.one(&["clinician", "regulatory", "ml_engineer"]);
                story::sign(&project, who, &change, role)
            }
            6 => story::release(&project, &change),
            7 => story::ingest(&project, 1997 + self.below(7) as i16),
            8 => story::close(&project, date(2003 + self.below(8) as i16, 12, 31)),
            9 => {
                let to = self.numbered("release", 3);
                let reason = "It is time.";
                project
                    .roll_back(&person(who), None, Some(&to), reason)
                    .map(drop)
            }
            10 => project.freeze(&person(who), &FREEZABLE).map(drop),
            11 => {
                let finding = self.numbered("finding", 2);
                project
                    .close_finding(&person(who), &finding, "Corrected.")
                    .map(drop)
            }
            _ => STORY[self.below(STORY.len())].take(world),
        }
    }
}

/// What the acts of one lifecycle came to.
struct Lived {
    records: Vec<Record>,
    done: usize,
    failed: usize,
}

/// A lifecycle from somewhere in the story on; the first promise that is broken.
fn lives(seed: u64, begun: &World, alter: fn(&mut Vec<Record>)) -> Result<Lived, String> {
    let world = begun.copy();
    let mut actors = Actors(ChaCha8Rng::seed_from_u64(seed));
    let mut before = world.records();
    let (mut done, mut failed) = (0, 0);
    for act in 0..ACTS {
        if actors.below(4) == 0 {
            let fault = [Fault::Crash, Fault::Full][actors.below(2)];
            world
                .disk
                .plan(world.disk.steps() + actors.below(9) as u64, fault);
        }
        match actors.act(&world) {
            Ok(()) => done += 1,
            Err(_) => failed += 1,
        }
        if world.disk.is_crashed() || actors.below(5) == 0 {
            world.restart();
        }
        world.disk.forget_plan();
        let after = world
            .try_records()
            .map_err(|error| format!("act {act}: {error}"))?;
        if !after.starts_with(&before) {
            return Err(format!("act {act} changed what was recorded"));
        }
        before = after;
    }
    alter(&mut before);
    promises(&before, &world.shelf())?;
    let state = world.project().state().map_err(|error| error.to_string())?;
    if state != world.folded() {
        return Err("the state is not what the records fold to".to_owned());
    }
    let problems = world.verify().problems;
    if !problems.is_empty() {
        return Err(format!("does not verify: {problems:#?}"));
    }
    Ok(Lived {
        records: before,
        done,
        failed,
    })
}

/// Three places of the story from which lifecycles begin.
fn beginnings() -> &'static [World] {
    static BEGINNINGS: OnceLock<Vec<World>> = OnceLock::new();
    BEGINNINGS.get_or_init(|| {
        ["run release1", "run release2", "close 2008"]
            .map(|name| story::told_up_to(7, name))
            .into()
    })
}

#[test]
fn any_lifecycle_keeps_its_promises() {
    let mut words = std::collections::BTreeSet::new();
    let (mut done, mut failed) = (0, 0);
    for seed in 0..LIFECYCLES {
        let begun = &beginnings()[(seed % 3) as usize];
        let lived =
            lives(seed, begun, |_| {}).unwrap_or_else(|broken| panic!("seed {seed}: {broken}"));
        words.extend(lived.records.iter().map(|record| record.deed.word()));
        done += lived.done;
        failed += lived.failed;
    }
    assert!(
        done > 40 && failed > 100,
        "{done} acts were done, {failed} were not"
    );
    for word in ["release", "roll_back", "open_finding", "judge", "window"] {
        assert!(
            words.contains(word),
            "no lifecycle came to {word}: {words:?}"
        );
    }
}

/// The canary of the checker: what the frozen policy did by itself is left out.
#[test]
fn a_lifecycle_whose_rollback_was_left_out_is_found() {
    let begun = &beginnings()[2];
    let broken = (0..4).find_map(|seed| {
        let forget = |records: &mut Vec<Record>| {
            records.retain(|record| record.deed.word() != "roll_back");
        };
        lives(seed, begun, forget).err()
    });
    assert!(
        broken.is_some(),
        "no lifecycle was found to have lost its rollback"
    );
}
