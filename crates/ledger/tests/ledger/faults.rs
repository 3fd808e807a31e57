use std::sync::Arc;

use galen_ledger::{AppendError, Ledger};
use galen_store::{Disk, Fault, FaultyDisk};

use crate::{append, entry, found, log, system};

/// Sizes of a log and of what is appended: in one tile, across the end of one, filling one, across two.
const CASES: [(u64, u64); 6] = [(0, 1), (3, 2), (255, 1), (254, 5), (256, 1), (300, 300)];

/// Plans `fault` at step `step` of an append, tries it, and hands over the disk and the result.
fn try_append(
    case: (u64, u64),
    seed: u64,
    step: u64,
    fault: Fault,
) -> (Arc<FaultyDisk>, Result<(), AppendError>) {
    let (size, more) = case;
    let disk = Arc::new(FaultyDisk::new(seed));
    let mut ledger = log(&disk, size);
    disk.plan(disk.steps() + step, fault);
    let entries: Vec<Vec<u8>> = (size..size + more).map(entry).collect();
    let result = ledger.append(&entries, &system()).map(drop);
    (disk, result)
}

/// How many elementary steps an append has.
fn steps(case: (u64, u64)) -> u64 {
    let disk = Arc::new(FaultyDisk::new(0));
    let mut ledger = log(&disk, case.0);
    let before = disk.steps();
    append(&mut ledger, case.0, case.0 + case.1);
    disk.steps() - before
}

/// Asserts that the log is whole, and goes on from where it is to `end`.
fn goes_on(disk: &Arc<FaultyDisk>, end: u64) {
    let mut ledger = Ledger::open(disk.clone()).unwrap();
    let size = ledger.size();
    assert_eq!(
        ledger.entries(0..size).unwrap(),
        (0..size).map(entry).collect::<Vec<_>>()
    );
    assert_eq!(found(disk), []);
    append(&mut ledger, size, end);
    assert_eq!(found(disk), []);
}

#[test]
fn after_a_crash_at_any_step_the_log_is_the_old_or_the_new_one() {
    for case in CASES {
        let (old, new) = (case.0, case.0 + case.1);
        for step in 0..steps(case) {
            for seed in 0..4 {
                let (disk, result) = try_append(case, seed, step, Fault::Crash);
                disk.restart();
                let size = Ledger::open(disk.clone()).unwrap().size();
                assert!(
                    size == new || (size == old && result.is_err()),
                    "{case:?} step {step}: {size} entries"
                );
                goes_on(&disk, new + 2);
            }
        }
    }
}

#[test]
fn a_full_disk_appends_nothing_and_says_so() {
    for case in CASES {
        for step in 0..steps(case) {
            let (disk, result) = try_append(case, 1, step, Fault::Full);
            let size = Ledger::open(disk.clone()).unwrap().size();
            match result {
                Err(error) => {
                    assert_eq!(size, case.0);
                    assert!(error.to_string().contains("no space is left"), "{error}");
                }
                // No space to remove a file that is not needed any more, after the append.
                Ok(()) => assert_eq!(size, case.0 + case.1),
            }
            goes_on(&disk, case.0 + case.1 + 2);
        }
    }
}

#[test]
fn a_lying_disk_is_found_out_before_anything_is_appended() {
    let mut lies_found = 0;
    for case in CASES {
        for step in 0..steps(case) {
            for seed in 0..4 {
                let (disk, result) = try_append(case, seed, step, Fault::Lie);
                let size = Ledger::open(disk.clone()).unwrap().size();
                match result {
                    Err(AppendError::NotStored { .. }) => {
                        lies_found += 1;
                        assert_eq!(size, case.0);
                    }
                    Err(error) => panic!("{case:?} step {step}: {error}"),
                    // A sync that did nothing is seen after a crash only.
                    Ok(()) => assert_eq!(size, case.0 + case.1),
                }
                goes_on(&disk, case.0 + case.1 + 2);
            }
        }
    }
    assert!(lies_found > 100, "{lies_found}");
}

#[test]
fn what_an_interrupted_append_left_is_no_part_of_the_log() {
    let disk = Arc::new(FaultyDisk::new(1));
    let mut ledger = log(&disk, 250);
    // Ten other entries reach the disk, and their checkpoint does not.
    let others: Vec<Vec<u8>> = (0..10).map(|n| format!("other {n}").into_bytes()).collect();
    let last_rename = steps((250, 10)) - 1;
    let crash = (0..=last_rename).rev().find(|step| {
        let disk = Arc::new(FaultyDisk::new(1));
        let mut ledger = log(&disk, 250);
        disk.plan(disk.steps() + step, Fault::Crash);
        let result = ledger.append(&others, &system());
        disk.restart();
        result.is_err() && Ledger::open(disk).unwrap().size() == 250
    });
    disk.plan(disk.steps() + crash.unwrap(), Fault::Crash);
    ledger.append(&others, &system()).unwrap_err();
    disk.restart();
    let full = "ledger/tile/entries/000";
    assert!(disk.len(full).unwrap().is_some());
    goes_on(&disk, 251);
    assert_eq!(disk.len(full).unwrap(), None);
    goes_on(&disk, 252);
    let reader = Ledger::open(disk.clone()).unwrap();
    goes_on(&disk, 300);
    assert_eq!(
        reader.entries(0..252).unwrap(),
        (0..252).map(entry).collect::<Vec<_>>()
    );
}
