use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::memory::{MemoryDisk, Stored};
use super::{Disk, DiskError, Lock, check_path};
use crate::digest::Digest;

/// What happens at one elementary step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The machine stops: this step and all that follow fail until [`FaultyDisk::restart`]. Bytes that were not synced are
    /// lost or torn; a rename or removal that was under way has happened or not.
    Crash,
    /// No space is left for this step; the next may succeed.
    Full,
    /// The step reports success: bytes were written in part or not at all, a sync made nothing durable, a rename or a
    /// removal did not happen.
    Lie,
}

/// A disk in memory that crashes, fills and lies where the test says.
///
/// Elementary steps are counted from 0. A [`write`](Disk::write) has three: temporary file written, synced, renamed (with
/// its folder synced). An [`append`](Disk::append) has two: written, synced. A [`remove`](Disk::remove) has one. Reading,
/// listing and locking have none. What a fault leaves behind follows from the seed and the step, so a failing test can
/// be played again.
pub struct FaultyDisk {
    memory: MemoryDisk,
    seed: u64,
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    steps: u64,
    plan: BTreeMap<u64, Fault>,
    is_crashed: bool,
}

/// How a step goes that does not fail.
#[derive(PartialEq)]
enum Outcome {
    Done,
    Lied,
}

impl FaultyDisk {
    /// Makes an empty disk without any fault planned.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            memory: MemoryDisk::new(),
            seed,
            progress: Mutex::default(),
        }
    }

    /// Plans a fault at the step of that number, counted from 0 since the disk was made.
    pub fn plan(&self, step: u64, fault: Fault) {
        self.progress().plan.insert(step, fault);
    }

    /// Forgets the faults that are still to come.
    pub fn forget_plan(&self) {
        self.progress().plan.clear();
    }

    /// Says how many elementary steps were tried; also the number of the next one.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.progress().steps
    }

    /// Says whether the machine stands still.
    #[must_use]
    pub fn is_crashed(&self) -> bool {
        self.progress().is_crashed
    }

    /// Switches the machine off (if a crash has not) and on again: what was not durable is lost or torn, locks are free.
    pub fn restart(&self) {
        let mut progress = self.progress();
        progress.is_crashed = false;
        let steps = progress.steps;
        self.memory
            .crash(|path, unsure| self.draw(path, steps, unsure));
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws a number in `0..=max` that depends on nothing but seed, path and step.
    fn draw(&self, path: &str, step: u64, max: usize) -> usize {
        let digest = Digest::of(format!("{} {step} {path}", self.seed).as_bytes());
        let word = u64::from_le_bytes(digest.as_bytes()[..8].try_into().expect("8 of 32 bytes"));
        usize::try_from(word % (max as u64 + 1)).expect("at most `max`, which is a usize")
    }

    /// Counts one step. At a crash `half_done` leaves what a machine that stops in the middle leaves.
    fn step(&self, path: &str, half_done: impl FnOnce(u64)) -> Result<Outcome, DiskError> {
        self.alive(path)?;
        let mut progress = self.progress();
        let step = progress.steps;
        progress.steps += 1;
        match progress.plan.remove(&step) {
            None => Ok(Outcome::Done),
            Some(Fault::Lie) => Ok(Outcome::Lied),
            Some(Fault::Full) => Err(DiskError::Full {
                path: path.to_owned(),
            }),
            Some(Fault::Crash) => {
                progress.is_crashed = true;
                half_done(step);
                Err(stopped(path))
            }
        }
    }

    fn alive(&self, path: &str) -> Result<(), DiskError> {
        if self.is_crashed() {
            Err(stopped(path))
        } else {
            Ok(())
        }
    }

    /// The number of the step that was tried last.
    fn last_step(&self) -> u64 {
        self.steps().saturating_sub(1)
    }
}

fn stopped(path: &str) -> DiskError {
    DiskError::Other {
        path: path.to_owned(),
        source: io::Error::other("the machine has stopped"),
    }
}

impl Disk for FaultyDisk {
    fn read(&self, path: &str) -> Result<Vec<u8>, DiskError> {
        self.alive(path)?;
        self.memory.read(path)
    }

    fn len(&self, path: &str) -> Result<Option<u64>, DiskError> {
        self.alive(path)?;
        self.memory.len(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), DiskError> {
        check_path(path)?;
        let mut temp = Stored {
            bytes: bytes.to_vec(),
            durable: 0,
        };
        if self.step(path, |_| {})? == Outcome::Lied {
            temp.bytes
                .truncate(self.draw(path, self.last_step(), bytes.len().saturating_sub(1)));
        }
        if self.step(path, |_| {})? == Outcome::Done {
            temp.durable = temp.bytes.len();
        }
        let renamed_before_the_crash = |step| {
            if self.draw(path, step, 1) == 1 {
                self.memory.put(path, temp.clone());
            }
        };
        if self.step(path, renamed_before_the_crash)? == Outcome::Done {
            self.memory.put(path, temp);
        }
        Ok(())
    }

    fn append(&self, path: &str, bytes: &[u8]) -> Result<(), DiskError> {
        check_path(path)?;
        let old = self.memory.stored(path).unwrap_or_default();
        let with = |added: &[u8]| Stored {
            bytes: [&old.bytes, added].concat(),
            durable: old.durable,
        };
        let mut file = with(bytes);
        match self.step(path, |_| self.memory.put(path, with(bytes))) {
            Ok(Outcome::Done) => self.memory.put(path, file.clone()),
            Ok(Outcome::Lied) => {
                let kept = self.draw(path, self.last_step(), bytes.len().saturating_sub(1));
                file = with(&bytes[..kept]);
                self.memory.put(path, file.clone());
            }
            Err(error) => {
                if let DiskError::Full { .. } = error {
                    let kept = self.draw(path, self.last_step(), bytes.len());
                    self.memory.put(path, with(&bytes[..kept]));
                }
                return Err(error);
            }
        }
        if self.step(path, |_| {})? == Outcome::Done {
            file.durable = file.bytes.len();
            self.memory.put(path, file);
        }
        Ok(())
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, DiskError> {
        self.alive(folder)?;
        self.memory.list(folder)
    }

    fn remove(&self, path: &str) -> Result<(), DiskError> {
        check_path(path)?;
        let removed_before_the_crash = |step| {
            if self.draw(path, step, 1) == 1 {
                let _ = self.memory.remove(path);
            }
        };
        match self.step(path, removed_before_the_crash)? {
            Outcome::Done => self.memory.remove(path),
            Outcome::Lied => Ok(()),
        }
    }

    fn lock(&self, name: &str, wait: Duration, who: &str) -> Result<Box<dyn Lock>, DiskError> {
        self.alive(name)?;
        self.memory.lock(name, wait, who)
    }

    fn path(&self) -> Option<&Path> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::conformance;

    /// A disk on which `a` holds `old`.
    fn disk(seed: u64) -> FaultyDisk {
        let disk = FaultyDisk::new(seed);
        disk.write("a", b"old").unwrap();
        disk.append("journal", b"one\n").unwrap();
        disk
    }

    #[test]
    fn without_a_plan_it_keeps_the_promises_of_a_disk() {
        conformance::check(&FaultyDisk::new(1));
    }

    #[test]
    fn after_a_crash_a_file_is_the_old_or_the_new_one() {
        let (mut old, mut new) = (0, 0);
        for seed in 0..20 {
            for step in 0..3 {
                let disk = disk(seed);
                disk.plan(disk.steps() + step, Fault::Crash);
                disk.write("a", b"new").unwrap_err();
                assert!(
                    disk.is_crashed() && disk.read("a").is_err() && disk.write("b", b"").is_err()
                );
                disk.restart();
                match disk.read("a").unwrap().as_slice() {
                    b"old" => old += 1,
                    b"new" if step == 2 => new += 1,
                    other => panic!("step {step} left {other:?}"),
                }
            }
        }
        assert!(
            old > 40 && new > 4,
            "both ends of a rename occur: {old} old, {new} new"
        );
    }

    #[test]
    fn a_crash_tears_what_was_appended_and_keeps_what_was_synced() {
        let mut left = std::collections::BTreeSet::new();
        for seed in 0..40 {
            for step in 0..2 {
                let disk = disk(seed);
                disk.plan(disk.steps() + step, Fault::Crash);
                disk.append("journal", b"two\n").unwrap_err();
                disk.restart();
                let bytes = disk.read("journal").unwrap();
                assert!(
                    b"one\ntwo\n".starts_with(&bytes) && bytes.starts_with(b"one\n"),
                    "{bytes:?}"
                );
                left.insert(bytes.len());
            }
        }
        assert_eq!(left, (4..=8).collect(), "every tear occurs");
    }

    #[test]
    fn a_full_disk_refuses_one_step_and_leaves_the_file() {
        for step in 0..3 {
            let disk = disk(1);
            disk.plan(disk.steps() + step, Fault::Full);
            assert!(
                matches!(disk.write("a", b"new"), Err(DiskError::Full { path }) if path == "a")
            );
            assert_eq!(disk.read("a").unwrap(), b"old");
            disk.write("a", b"new").unwrap();
            assert_eq!(disk.read("a").unwrap(), b"new");
        }
    }

    #[test]
    fn a_lie_reports_success_and_stores_less() {
        for seed in 0..10 {
            let disk = disk(seed);
            disk.plan(disk.steps(), Fault::Lie);
            disk.write("a", b"newer").unwrap();
            let stored = disk.read("a").unwrap();
            assert!(
                stored.len() < 5 && b"newer".starts_with(&stored),
                "{stored:?}"
            );
            disk.plan(disk.steps(), Fault::Lie);
            disk.append("journal", b"two\n").unwrap();
            assert!(disk.read("journal").unwrap().len() < 8);
        }
    }

    #[test]
    fn a_lying_rename_leaves_the_old_file() {
        let disk = disk(1);
        disk.plan(disk.steps() + 2, Fault::Lie);
        disk.write("a", b"new").unwrap();
        assert_eq!(disk.read("a").unwrap(), b"old");
    }

    #[test]
    fn a_lying_sync_is_seen_after_a_crash_only() {
        let torn = (0..20).filter(|&seed| {
            let disk = disk(seed);
            disk.plan(disk.steps() + 1, Fault::Lie);
            disk.write("a", b"new").unwrap();
            assert_eq!(disk.read("a").unwrap(), b"new");
            disk.restart();
            disk.read("a").unwrap().len() < 3
        });
        assert!(torn.count() > 5);
    }

    #[test]
    fn the_same_seed_tears_the_same_way() {
        let torn = |seed| {
            let disk = disk(seed);
            disk.plan(disk.steps(), Fault::Crash);
            disk.append("journal", &[7; 1000]).unwrap_err();
            disk.restart();
            disk.read("journal").unwrap().len()
        };
        assert_eq!(torn(5), torn(5));
        assert_ne!(torn(5), torn(6));
    }
}
