use std::sync::Arc;

use galen_ledger::LedgerProblemKind::{
    BundleEdited, CheckpointEdited, CheckpointMissing, EntryEdited, EntryMissing, EntryReordered,
    HistoryRewritten, TileEdited, TileMissing,
};
use galen_ledger::{
    AppendError, CHECKPOINT, Checkpoint, ConsistencyError, Envelope, Keyring, Ledger, PrivateKey,
    SignatureProblem, Signer, consistency,
};
use galen_store::{Artifacts, Disk, MemoryDisk};

use crate::{ORIGIN, append, entry, found, log, system};

/// Applies an edit to a file of the log.
fn edit(disk: &MemoryDisk, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = disk.read(path).unwrap();
    change(&mut bytes);
    disk.write(path, &bytes).unwrap();
}

/// Where an entry's bytes begin in its bundle.
fn start_of(n: u64) -> usize {
    (n / 256 * 256..n)
        .map(|n| entry(n).len() + 2)
        .sum::<usize>()
        + 2
}

/// Writes the entries of a bundle anew.
fn bundle(entries: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    entries
        .into_iter()
        .flat_map(|entry| [(entry.len() as u16).to_be_bytes().to_vec(), entry].concat())
        .collect()
}

fn a_log() -> (Arc<MemoryDisk>, Ledger) {
    let disk = Arc::new(MemoryDisk::new());
    let ledger = log(&disk, 700);
    assert_eq!(found(&disk), []);
    (disk, ledger)
}

#[test]
fn an_edited_artifact_is_found() {
    let disk = Arc::new(MemoryDisk::new());
    let artifacts = Artifacts::new(disk.clone());
    let digest = artifacts.put(b"AUROC 0.78").unwrap();
    edit(&disk, &Artifacts::path(&digest), |bytes| bytes[9] = b'9');
    let problems = artifacts.verify().unwrap();
    assert_eq!(
        problems
            .iter()
            .map(|problem| problem.digest)
            .collect::<Vec<_>>(),
        [Some(digest)]
    );
}

#[test]
fn an_edited_entry_is_named() {
    // In the first full bundle, in the last full one, in the one at the edge.
    for (n, path) in [
        (0, "000"),
        (300, "001"),
        (511, "001"),
        (512, "002.p/188"),
        (699, "002.p/188"),
    ] {
        let (disk, ledger) = a_log();
        edit(&disk, &format!("ledger/tile/entries/{path}"), |bytes| {
            bytes[start_of(n)] ^= 1
        });
        assert_eq!(found(&disk), [(EntryEdited, Some(n))]);
        assert!(
            ledger
                .entry(n)
                .unwrap_err()
                .to_string()
                .contains(&format!("entry {n} was changed"))
        );
        assert!(ledger.entry((n + 256) % 700).is_ok());
    }
}

#[test]
fn reordered_entries_are_named() {
    let (disk, _) = a_log();
    let mut order: Vec<u64> = (256..512).collect();
    order.swap(3, 200);
    disk.write(
        "ledger/tile/entries/001",
        &bundle(order.into_iter().map(entry)),
    )
    .unwrap();
    assert_eq!(
        found(&disk),
        [(EntryReordered, Some(259)), (EntryReordered, Some(456))]
    );
}

#[test]
fn an_entry_cut_out_of_the_middle_is_found() {
    let (disk, _) = a_log();
    disk.write(
        "ledger/tile/entries/002.p/188",
        &bundle((512..700).filter(|&n| n != 697).map(entry)),
    )
    .unwrap();
    let expected = [
        (EntryMissing, Some(699)),
        (EntryReordered, Some(697)),
        (EntryReordered, Some(698)),
    ];
    assert_eq!(found(&disk), expected);
}

#[test]
fn a_record_signed_by_an_unknown_key_is_named() {
    let known: Keyring = [PrivateKey::from_seed(&[1; 32]).public()]
        .into_iter()
        .collect();
    let stranger = PrivateKey::from_seed(&[2; 32]);
    let disk = Arc::new(MemoryDisk::new());
    let mut ledger = log(&disk, 0);
    ledger
        .append(
            &[Envelope::sign(b"{}".to_vec(), &stranger).to_bytes()],
            &system(),
        )
        .unwrap();
    let envelope = Envelope::from_bytes(&ledger.entry(0).unwrap()).unwrap();
    assert_eq!(
        envelope.check(&known),
        [SignatureProblem::UnknownKey {
            keyid: stranger.public().id()
        }]
    );
}

#[test]
fn a_signature_moved_to_another_record_is_found_twice() {
    let signer = PrivateKey::from_seed(&[1; 32]);
    let known: Keyring = [signer.public()].into_iter().collect();
    let records =
        [&b"{\"a\":1}"[..], b"{\"b\":2}"].map(|payload| Envelope::sign(payload.to_vec(), &signer));
    let disk = Arc::new(MemoryDisk::new());
    let mut ledger = log(&disk, 0);
    ledger
        .append(&records.clone().map(|record| record.to_bytes()), &system())
        .unwrap();
    let signatures = records
        .clone()
        .map(|record| serde_json::to_string(record.signatures()).unwrap());
    let text = String::from_utf8(records[0].to_bytes()).unwrap();
    let forged = text.replace(&signatures[0], &signatures[1]).into_bytes();
    assert_ne!(forged, text.as_bytes());
    disk.write(
        "ledger/tile/entries/000.p/2",
        &bundle([forged.clone(), records[1].to_bytes()]),
    )
    .unwrap();
    assert_eq!(found(&disk), [(EntryEdited, Some(0))]);
    let problems = Envelope::from_bytes(&forged).unwrap().check(&known);
    assert_eq!(
        problems,
        [SignatureProblem::BadSignature {
            keyid: signer.public().id()
        }]
    );
}

#[test]
fn an_edited_tile_is_named() {
    for path in ["0/000", "0/001", "0/002.p/188", "1/000.p/2"] {
        for change in [
            |bytes: &mut Vec<u8>| bytes[40] ^= 1,
            |bytes: &mut Vec<u8>| bytes.truncate(33),
            |bytes: &mut Vec<u8>| bytes.push(0),
        ] {
            let (disk, _) = a_log();
            let path = format!("ledger/tile/{path}");
            edit(&disk, &path, change);
            assert_eq!(found(&disk), [(TileEdited, None)], "{path}");
            assert!(crate::report(&disk).problems[0].message.contains(&path));
        }
    }
}

#[test]
fn an_entry_edited_together_with_its_tile_is_found() {
    for (n, path, tile) in [
        (300, "entries/001", "0/001"),
        (600, "entries/002.p/188", "0/002.p/188"),
    ] {
        let (disk, _) = a_log();
        let forged = Arc::new(MemoryDisk::new());
        let mut other = Ledger::create(forged.clone(), ORIGIN, &system()).unwrap();
        let forge = |at| {
            if at == n {
                b"forged".to_vec()
            } else {
                entry(at)
            }
        };
        other
            .append(&(0..700).map(forge).collect::<Vec<_>>(), &system())
            .unwrap();
        for path in [path, tile] {
            let path = format!("ledger/tile/{path}");
            disk.write(&path, &forged.read(&path).unwrap()).unwrap();
        }
        let expected = if n == 300 {
            (EntryEdited, Some(256))
        } else {
            (HistoryRewritten, None)
        };
        assert_eq!(found(&disk), [expected]);
        // With all tiles forged, only the signature is left to be wrong.
        for path in forged.list("ledger/tile").unwrap() {
            disk.write(&path, &forged.read(&path).unwrap()).unwrap();
        }
        assert_eq!(found(&disk), [(HistoryRewritten, None)]);
        // And with a checkpoint that the forger signs with a key of their own.
        let own =
            Checkpoint::sign(ORIGIN, 700, other.root(), &PrivateKey::from_seed(&[3; 32])).unwrap();
        disk.write(CHECKPOINT, own.render().as_bytes()).unwrap();
        assert_eq!(found(&disk), [(CheckpointEdited, None)]);
    }
}

#[test]
fn an_edited_checkpoint_is_found() {
    for (old, new) in [
        ("700", "699"),
        ("700", "300"),
        ("700", "701"),
        ("700", "99999999"),
        ("galen", "nelag"),
    ] {
        let (disk, _) = a_log();
        let text = String::from_utf8(disk.read(CHECKPOINT).unwrap()).unwrap();
        disk.write(CHECKPOINT, text.replacen(old, new, 1).as_bytes())
            .unwrap();
        assert_eq!(found(&disk)[0], (CheckpointEdited, None), "{old} to {new}");
    }
    let (disk, _) = a_log();
    edit(&disk, CHECKPOINT, |bytes| bytes.truncate(30));
    assert_eq!(found(&disk), [(CheckpointEdited, None)]);
    disk.remove(CHECKPOINT).unwrap();
    assert_eq!(found(&disk), [(CheckpointMissing, None)]);
}

#[test]
fn an_edited_checkpoint_is_not_signed_anew() {
    let (disk, _) = a_log();
    let text = String::from_utf8(disk.read(CHECKPOINT).unwrap()).unwrap();
    disk.write(CHECKPOINT, text.replacen("700", "600", 1).as_bytes())
        .unwrap();
    let mut ledger = Ledger::open(disk).unwrap();
    assert!(matches!(
        ledger.append(&[entry(600)], &system()),
        Err(AppendError::OtherKey)
    ));
}

#[test]
fn a_broken_edge_is_not_built_upon() {
    for (path, at) in [
        ("0/002.p/188", 5),
        ("1/000.p/2", 5),
        ("entries/002.p/188", 5),
    ] {
        let (disk, mut ledger) = a_log();
        edit(&disk, &format!("ledger/tile/{path}"), |bytes| {
            bytes[at] ^= 1
        });
        assert!(
            matches!(
                ledger.append(&[entry(700)], &system()),
                Err(AppendError::Read(_))
            ),
            "{path}"
        );
    }
}

#[test]
fn missing_and_cut_files_are_named() {
    let (disk, _) = a_log();
    disk.remove("ledger/tile/entries/001").unwrap();
    disk.remove("ledger/tile/0/000").unwrap();
    assert_eq!(
        found(&disk),
        [(EntryMissing, Some(256)), (TileMissing, None)]
    );
    let (disk, _) = a_log();
    edit(&disk, "ledger/tile/entries/002.p/188", |bytes| {
        bytes.truncate(start_of(600))
    });
    assert_eq!(found(&disk), [(EntryMissing, Some(600))]);
    let (disk, _) = a_log();
    edit(&disk, "ledger/tile/entries/000", |bytes| {
        bytes.extend([0, 1, b'x'])
    });
    assert_eq!(found(&disk), [(BundleEdited, None)]);
}

#[test]
fn several_forgeries_are_all_named() {
    let (disk, _) = a_log();
    edit(&disk, "ledger/tile/entries/000", |bytes| {
        bytes[start_of(7)] ^= 1
    });
    edit(&disk, "ledger/tile/entries/002.p/188", |bytes| {
        bytes[start_of(650)] ^= 1
    });
    edit(&disk, "ledger/tile/0/001", |bytes| bytes[0] ^= 1);
    edit(&disk, "ledger/tile/1/000.p/2", |bytes| bytes[0] ^= 1);
    let mut kinds = found(&disk);
    kinds.sort_by_key(|(_, entry)| *entry);
    assert_eq!(
        kinds[kinds.len() - 2..],
        [(EntryEdited, Some(7)), (EntryEdited, Some(650))]
    );
    assert!(kinds.len() >= 4, "{kinds:?}");
}

#[test]
fn dropped_last_entries_are_found_against_a_kept_checkpoint() {
    let disk = Arc::new(MemoryDisk::new());
    let mut ledger = log(&disk, 690);
    let old = disk.read(CHECKPOINT).unwrap();
    append(&mut ledger, 690, 700);
    let kept = ledger.checkpoint().render();
    // The forger puts the old checkpoint back; the wider files hold all that it needs.
    disk.write(CHECKPOINT, &old).unwrap();
    assert_eq!(found(&disk), []);
    let ledger = Ledger::open(disk).unwrap();
    let error = consistency(&kept, &ledger, &system().public()).unwrap_err();
    assert!(
        matches!(
            error,
            ConsistencyError::Shorter {
                kept: 700,
                found: 690
            }
        ),
        "{error}"
    );
}

#[test]
fn an_old_copy_that_went_on_differently_is_found_against_a_kept_checkpoint() {
    let (_, ledger) = a_log();
    let kept = ledger.checkpoint().render();
    let copy = Arc::new(MemoryDisk::new());
    let mut ledger = log(&copy, 690);
    ledger
        .append(&(0..30).map(|n| vec![n]).collect::<Vec<_>>(), &system())
        .unwrap();
    assert_eq!(found(&copy), []);
    let error = consistency(&kept, &ledger, &system().public()).unwrap_err();
    assert!(
        matches!(error, ConsistencyError::Rewritten { kept: 700 }),
        "{error}"
    );
}

#[test]
fn a_kept_checkpoint_of_another_log_or_key_proves_nothing() {
    let (_, ledger) = a_log();
    let check = |kept: &str| consistency(kept, &ledger, &system().public()).unwrap_err();
    let sign = |origin, key: &PrivateKey| {
        Checkpoint::sign(origin, 700, ledger.root(), key)
            .unwrap()
            .render()
    };
    let other = PrivateKey::from_seed(&[3; 32]);
    assert!(matches!(
        check(&sign(ORIGIN, &other)),
        ConsistencyError::NotSigned(_)
    ));
    assert!(matches!(
        check(&sign("galen.example/other", &system())),
        ConsistencyError::OtherLog { .. }
    ));
    assert!(matches!(check("hello"), ConsistencyError::Unreadable(_)));
    let edited = ledger.checkpoint().render().replacen("700", "600", 1);
    assert!(matches!(check(&edited), ConsistencyError::NotSigned(_)));
}
