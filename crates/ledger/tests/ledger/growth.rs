use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use galen_ledger::{
    AppendError, ENTRY_BYTES_MAX, InclusionProof, Ledger, PrivateKey, ReadError, Signer,
    consistency,
};
use galen_store::{Digest, Disk, DiskError, Lock, MemoryDisk};
use proptest::prelude::*;

use crate::{ORIGIN, append, entry, found, log, system};

/// RFC 6962, section 2.1, as it stands there: slow, and independent of the tiles.
fn root(entries: &[Vec<u8>]) -> Digest {
    match entries {
        [] => Digest::of(b""),
        [one] => Digest::of(&[&[0], &one[..]].concat()),
        more => {
            let (left, right) = more.split_at(more.len().next_power_of_two() / 2);
            Digest::of(&[&[1], &root(left).as_bytes()[..], root(right).as_bytes()].concat())
        }
    }
}

/// The vectors of the Certificate Transparency reference implementation (`merkle_tree_test.cc`).
#[test]
fn roots_are_those_of_certificate_transparency() {
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b" !",
        b"01",
        b"@ABC",
        b"PQRSTUVW",
        b"`abcdefghijklmno",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let disk = Arc::new(MemoryDisk::new());
    let mut ledger = log(&disk, 0);
    assert_eq!(ledger.root(), Digest::of(b""));
    for (leaf, root) in leaves.iter().zip(roots) {
        ledger.append(&[leaf.to_vec()], &system()).unwrap();
        assert_eq!(ledger.root().hex(), root);
    }
}

#[test]
fn a_log_that_grows_entry_by_entry_has_the_root_of_rfc_6962() {
    let disk = Arc::new(MemoryDisk::new());
    let mut ledger = log(&disk, 0);
    let entries: Vec<Vec<u8>> = (0..600).map(entry).collect();
    for n in 0..600 {
        append(&mut ledger, n, n + 1);
        assert_eq!(ledger.root(), root(&entries[..=n as usize]));
    }
    assert_eq!(ledger.entries(0..600).unwrap(), entries);
    assert_eq!(ledger.entries(250..260).unwrap(), entries[250..260]);
    assert_eq!(ledger.entry(599).unwrap(), entries[599]);
    assert!(matches!(
        ledger.entry(600),
        Err(ReadError::NoEntry {
            entry: 600,
            size: 600
        })
    ));
    assert!(matches!(
        ledger.entry(u64::MAX),
        Err(ReadError::NoEntry { .. })
    ));
    assert_eq!(found(&disk), []);
}

#[test]
fn ten_thousand_entries_are_appended_and_verified() {
    let disk = Arc::new(MemoryDisk::new());
    let ledger = log(&disk, 10_000);
    assert_eq!(
        ledger.root(),
        root(&(0..10_000).map(entry).collect::<Vec<_>>())
    );
    assert_eq!(found(&disk), []);
}

#[test]
fn nothing_but_what_the_log_needs_lies_on_the_disk() {
    let disk = Arc::new(MemoryDisk::new());
    let mut ledger = log(&disk, 250);
    for n in 250..260 {
        append(&mut ledger, n, n + 1);
    }
    assert_eq!(
        disk.list("").unwrap(),
        [
            "ledger/checkpoint",
            "ledger/tile/0/000",
            "ledger/tile/0/001.p/4",
            "ledger/tile/1/000.p/1",
            "ledger/tile/entries/000",
            "ledger/tile/entries/001.p/4"
        ]
    );
}

#[test]
fn every_entry_has_a_proof_that_fits_no_other() {
    let disk = Arc::new(MemoryDisk::new());
    let ledger = log(&disk, 300);
    for n in [0, 1, 127, 255, 256, 299] {
        let proof = InclusionProof::of(&ledger, n).unwrap();
        proof.check(&entry(n), &ledger.root()).unwrap();
        proof.check(&entry(n + 1), &ledger.root()).unwrap_err();
        proof.check(&entry(n), &Digest::of(b"")).unwrap_err();
        InclusionProof {
            entry: n ^ 1,
            ..proof.clone()
        }
        .check(&entry(n), &ledger.root())
        .unwrap_err();
        InclusionProof { size: 1, ..proof }
            .check(&entry(n), &ledger.root())
            .unwrap_err();
    }
    assert!(InclusionProof::of(&ledger, 300).is_err());
}

#[test]
fn every_earlier_checkpoint_is_a_prefix() {
    let disk = Arc::new(MemoryDisk::new());
    let mut ledger = log(&disk, 0);
    let mut kept = vec![ledger.checkpoint().render()];
    let mut size = 0;
    for step in [1, 1, 3, 250, 1, 1, 100, 160, 3] {
        append(&mut ledger, size, size + step);
        size += step;
        kept.push(ledger.checkpoint().render());
        for text in &kept {
            consistency(text, &ledger, &system().public()).unwrap();
        }
    }
}

#[test]
fn an_entry_that_is_too_long_is_refused_and_the_longest_is_not() {
    let disk = Arc::new(MemoryDisk::new());
    let mut ledger = log(&disk, 0);
    let error = ledger
        .append(&[vec![], vec![0; ENTRY_BYTES_MAX + 1]], &system())
        .unwrap_err();
    assert!(matches!(
        error,
        AppendError::TooLong {
            position: 1,
            length: 65_536
        }
    ));
    assert_eq!(
        ledger
            .append(&[vec![], vec![7; ENTRY_BYTES_MAX]], &system())
            .unwrap(),
        0..2
    );
    assert_eq!(ledger.entry(1).unwrap(), vec![7; ENTRY_BYTES_MAX]);
    assert_eq!(found(&disk), []);
}

#[test]
fn who_has_not_seen_the_last_append_does_not_write() {
    let disk = Arc::new(MemoryDisk::new());
    let mut first = log(&disk, 3);
    let mut second = Ledger::open(disk.clone()).unwrap();
    append(&mut first, 3, 4);
    assert!(matches!(
        second.append(&[entry(3)], &system()),
        Err(AppendError::Moved)
    ));
}

#[test]
fn another_key_does_not_continue_the_log() {
    let disk = Arc::new(MemoryDisk::new());
    let mut ledger = log(&disk, 3);
    let other = PrivateKey::from_seed(&[9; 32]);
    assert!(matches!(
        ledger.append(&[entry(3)], &other),
        Err(AppendError::OtherKey)
    ));
}

#[test]
fn a_log_is_made_once() {
    let disk = Arc::new(MemoryDisk::new());
    assert!(matches!(
        Ledger::open(disk.clone()),
        Err(ReadError::NoLedger)
    ));
    assert!(matches!(
        Ledger::create(disk.clone(), "a b", &system()),
        Err(AppendError::Checkpoint(_))
    ));
    log(&disk, 3);
    assert!(matches!(
        Ledger::create(disk, ORIGIN, &system()),
        Err(AppendError::Exists { .. })
    ));
}

#[test]
fn a_reader_goes_on_while_the_log_grows() {
    let disk = Arc::new(MemoryDisk::new());
    let mut writer = log(&disk, 10);
    let reader = Ledger::open(disk.clone()).unwrap();
    for n in 10..300 {
        append(&mut writer, n, n + 1);
        assert_eq!(
            reader.entries(0..10).unwrap(),
            (0..10).map(entry).collect::<Vec<_>>()
        );
    }
}

#[test]
fn who_waits_for_the_lock_is_told_for_whom() {
    let disk: Arc<dyn Disk> = Arc::new(MemoryDisk::new());
    Ledger::create(disk.clone(), ORIGIN, &system()).unwrap();
    let wait = Duration::from_millis(5);
    Ledger::with_lock(&disk, wait, "galen gate, process 7", |ledger| {
        let second = Ledger::with_lock(&disk, wait, "galen run", |_| Ok::<_, ReadError>(()));
        let message = second.unwrap_err().to_string();
        assert!(message.contains("galen gate, process 7"), "{message}");
        ledger.append(&[entry(0)], &system())
    })
    .unwrap();
    assert_eq!(Ledger::open(disk).unwrap().size(), 1);
}

/// Counts what is read through it.
struct Counting {
    memory: MemoryDisk,
    reads: AtomicU64,
}

impl Disk for Counting {
    fn read(&self, path: &str) -> Result<Vec<u8>, DiskError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.memory.read(path)
    }
    fn len(&self, path: &str) -> Result<Option<u64>, DiskError> {
        self.memory.len(path)
    }
    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), DiskError> {
        self.memory.write(path, bytes)
    }
    fn append(&self, path: &str, bytes: &[u8]) -> Result<(), DiskError> {
        self.memory.append(path, bytes)
    }
    fn list(&self, folder: &str) -> Result<Vec<String>, DiskError> {
        self.memory.list(folder)
    }
    fn remove(&self, path: &str) -> Result<(), DiskError> {
        self.memory.remove(path)
    }
    fn lock(&self, name: &str, wait: Duration, who: &str) -> Result<Box<dyn Lock>, DiskError> {
        self.memory.lock(name, wait, who)
    }
    fn path(&self) -> Option<&Path> {
        None
    }
}

#[test]
fn an_append_to_seventy_thousand_entries_reads_the_right_edge_only() {
    let disk = Arc::new(Counting {
        memory: MemoryDisk::new(),
        reads: AtomicU64::new(0),
    });
    let mut ledger = log(&disk, 70_000);
    let before = disk.reads.load(Ordering::Relaxed);
    append(&mut ledger, 70_000, 70_001);
    let reads = disk.reads.load(Ordering::Relaxed) - before;
    // The checkpoint, three tiles and a bundle; then what was written is read back: tile, bundle, checkpoint.
    assert_eq!(reads, 8);
    assert_eq!(found(&disk), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn how_entries_were_parted_into_appends_leaves_no_trace(parts in proptest::collection::vec(0u64..200, 0..8)) {
        let in_parts = Arc::new(MemoryDisk::new());
        let mut ledger = log(&in_parts, 0);
        let mut size = 0;
        for part in parts {
            append(&mut ledger, size, size + part);
            size += part;
        }
        let at_once = Arc::new(MemoryDisk::new());
        log(&at_once, size);
        prop_assert_eq!(in_parts.list("").unwrap(), at_once.list("").unwrap());
        for path in at_once.list("").unwrap() {
            prop_assert_eq!(in_parts.read(&path).unwrap(), at_once.read(&path).unwrap(), "{}", path);
        }
    }
}
