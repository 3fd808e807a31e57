//! Whole lifecycles under faults: a machine that stops, a disk that fills up, a disk that lies.

use std::collections::BTreeSet;

use galen_control::{Deed, Record};
use galen_store::Fault;

use crate::story::{STORY, Step, told_up_to};
use crate::world::{World, comparable};

mod actors;

/// How many of the broken-off acts are verified whole; each is folded and its log is checked. A full verification computes
/// everything again.
const VERIFIED_EVERY: u64 = 7;

/// A step of the story with the world before it and the one in which it was done.
struct Scene {
    step: &'static Step,
    before: World,
    after: World,
    /// Elementary steps on the disk.
    steps: u64,
}

/// The scenes of the story, one after the other.
fn scenes(seed: u64, mut each: impl FnMut(Scene)) {
    let world = World::new(seed);
    for step in STORY {
        let (before, first) = (world.copy(), world.disk.steps());
        step.take(&world)
            .unwrap_or_else(|error| panic!("{}: {error}", step.name));
        each(Scene {
            step,
            before,
            steps: world.disk.steps() - first,
            after: world.copy(),
        });
    }
}

/// What is done to a scene: a fault at one elementary step.
struct Broken<'a> {
    scene: &'a Scene,
    world: World,
    fault: Fault,
    /// Whether somebody was told that the act is done.
    acknowledged: bool,
}

impl<'a> Broken<'a> {
    fn off(scene: &'a Scene, at: u64, fault: Fault) -> Broken<'a> {
        Broken::off_in(scene.before.copy(), scene, at, fault)
    }

    fn off_in(world: World, scene: &'a Scene, at: u64, fault: Fault) -> Broken<'a> {
        world.disk.plan(world.disk.steps() + at, fault);
        let acknowledged = scene.step.take(&world).is_ok();
        world.restart();
        Broken {
            scene,
            world,
            fault,
            acknowledged,
        }
    }

    /// The act is undone or complete, complete if somebody was told so, and can be done (again).
    fn is_undone_or_complete(&self) -> Result<(), String> {
        let (before, after) = (self.scene.before.records(), self.scene.after.records());
        let found = self.world.try_records()?;
        let undone = comparable(found.clone()) == comparable(before);
        let complete = comparable(found.clone()) == comparable(after.clone());
        if !undone && !complete && !self.has_only_looked(&found) {
            return Err(format!(
                "neither as before nor complete: {} records",
                found.len()
            ));
        }
        if self.acknowledged && !complete {
            return Err("what was acknowledged is lost".to_owned());
        }
        let state = self.world.project().state();
        if !found.is_empty() && state.map_err(|error| error.to_string())? != self.world.folded() {
            return Err("the state is not what the records fold to".to_owned());
        }
        // Once more: whoever did not get an answer does it again, or is told that it was done.
        let again = self.scene.step.take(&self.world);
        let words = |records: &[Record]| -> Vec<&'static str> {
            records.iter().map(|record| record.deed.word()).collect()
        };
        let (found, wanted) = (words(&self.world.records()), words(&after));
        match again {
            Err(error) if !complete => Err(format!("cannot be done again: {error}")),
            _ if found.starts_with(&wanted) => Ok(()),
            _ => Err(format!(
                "done again it leaves {found:?} instead of {wanted:?}"
            )),
        }
    }

    /// A judgement counts its look before it opens the set: broken off after that it has had its look.
    fn has_only_looked(&self, found: &[Record]) -> bool {
        let looked = found
            .last()
            .is_some_and(|record| matches!(record.deed, Deed::Open(_)));
        looked && comparable(self.scene.after.records()).starts_with(&comparable(found.to_vec()))
    }

    fn verifies(&self) -> Result<(), String> {
        if self.world.records().is_empty() {
            return Ok(());
        }
        let problems = self.world.verify().problems;
        if problems.is_empty() {
            return Ok(());
        }
        Err(format!("does not verify: {problems:#?}"))
    }

    fn named(&self, at: u64, broken: String) -> String {
        let Broken { scene, fault, .. } = self;
        format!(
            "{}, {fault:?} at {at} of {}: {broken}",
            scene.step.name, scene.steps
        )
    }
}

/// Breaks off every act of the story at every elementary step; the first broken promise.
fn broken_off(seed: u64, fault: Fault, world: impl Fn(&World) -> World) -> Result<u64, String> {
    let mut broken = Vec::new();
    let mut count = 0;
    scenes(seed, |scene| {
        for at in 0..scene.steps {
            let off = Broken::off_in(world(&scene.before), &scene, at, fault);
            count += 1;
            let mut found = off.is_undone_or_complete();
            if count % VERIFIED_EVERY == seed % VERIFIED_EVERY {
                found = found.and_then(|()| off.verifies());
            }
            broken.extend(found.err().map(|what| off.named(at, what)));
        }
    });
    broken.into_iter().next().map_or(Ok(count), Err)
}

#[test]
fn after_a_crash_at_any_step_an_act_is_undone_or_complete() {
    let count = broken_off(1, Fault::Crash, World::copy);
    assert!(count.as_ref().is_ok_and(|count| *count > 300), "{count:?}");
}

#[test]
fn on_a_disk_that_fills_up_at_any_step_an_act_is_undone_or_complete() {
    let count = broken_off(2, Fault::Full, World::copy);
    assert!(count.as_ref().is_ok_and(|count| *count > 300), "{count:?}");
}

/// A lie that destroys something cannot be undone by anybody; it may not pass for the truth.
#[test]
fn what_a_disk_lies_about_is_as_before_complete_or_named() {
    let mut seen = BTreeSet::new();
    scenes(3, |scene| {
        let (before, after) = (
            comparable(scene.before.records()),
            comparable(scene.after.records()),
        );
        for at in 0..scene.steps {
            let off = Broken::off(&scene, at, Fault::Lie);
            let found = off.world.try_records().map(comparable);
            let outcome = match &found {
                Ok(found) if *found == after => "complete",
                Ok(found) if *found == before || off.has_only_looked(found) => "as before",
                _ => "damaged",
            };
            seen.insert(outcome);
            if outcome == "damaged" {
                let problems = off.world.verify().problems;
                assert!(
                    !problems.is_empty(),
                    "{}",
                    off.named(at, format!("nobody says so: {found:#?}"))
                );
            }
        }
    });
    assert_eq!(seen.len(), 3, "{seen:?}");
}

/// The canary: a disk that writes files where they lie instead of beside them loses what a crash tears.
#[test]
fn a_planted_bug_fails_the_simulation() {
    let found = broken_off(1, Fault::Crash, |before| before.copy().writing_in_place());
    assert!(found.is_err(), "{found:?}");
}

#[test]
fn a_state_that_was_dropped_is_folded_again() {
    let world = told_up_to(4, "explain");
    let project = world.project();
    let state = project.state().expect("the project was founded");
    for cached in project.store.list("cache").expect("the disk is well") {
        project.store.remove(&cached).expect("the disk is well");
    }
    assert_eq!(world.project().state().expect("it is folded"), state);
    assert_eq!(state, world.folded());
}
