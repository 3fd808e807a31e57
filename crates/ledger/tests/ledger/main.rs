//! The log as a whole: how it grows, what forgeries are found, what a bad disk leaves, and what other programs say of it.

mod faults;
mod forgeries;
mod growth;
mod reference;

use std::sync::Arc;

use galen_ledger::{Ledger, LedgerProblemKind, PrivateKey, Report, Signer, verify};
use galen_store::Disk;

const ORIGIN: &str = "galen.example/lab";

/// The project's key that signs checkpoints.
fn system() -> PrivateKey {
    PrivateKey::from_seed(&[42; 32])
}

/// The bytes of entry `n` in these tests; their length varies.
fn entry(n: u64) -> Vec<u8> {
    format!("entry {n} {}", "x".repeat(n as usize % 50)).into_bytes()
}

/// Appends entries `from..to` in one go.
fn append(ledger: &mut Ledger, from: u64, to: u64) {
    let entries: Vec<Vec<u8>> = (from..to).map(entry).collect();
    assert_eq!(ledger.append(&entries, &system()).unwrap(), from..to);
}

/// A log of `size` entries.
fn log(disk: &Arc<impl Disk + 'static>, size: u64) -> Ledger {
    let mut ledger = Ledger::create(disk.clone(), ORIGIN, &system()).unwrap();
    append(&mut ledger, 0, size);
    ledger
}

fn report(disk: &Arc<impl Disk>) -> Report {
    verify(&**disk, &system().public()).unwrap()
}

/// What a verification finds, without the messages.
fn found(disk: &Arc<impl Disk>) -> Vec<(LedgerProblemKind, Option<u64>)> {
    report(disk)
        .problems
        .into_iter()
        .map(|problem| (problem.what, problem.entry))
        .collect()
}
