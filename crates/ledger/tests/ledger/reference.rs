use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use galen_ledger::Signer;
use galen_store::FolderDisk;

use crate::{append, log, system};

/// Runs the verifier in Python on a project's folder; `None` where there is no Python.
fn run(folder: &Path) -> Option<Output> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/verify.py");
    let output = Command::new("python3")
        .arg(script)
        .arg(folder.join("ledger"))
        .arg(system().public().to_string())
        .output();
    if output.is_err() {
        eprintln!("python3 is not installed: not compared");
    }
    output.ok()
}

#[test]
fn a_verifier_in_another_language_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Arc::new(FolderDisk::open(folder.path()).unwrap());
    for (from, to) in [(0, 5), (5, 256), (256, 700)] {
        match from {
            0 => drop(log(&disk, to)),
            _ => append(
                &mut galen_ledger::Ledger::open(disk.clone()).unwrap(),
                from,
                to,
            ),
        }
        let Some(output) = run(folder.path()) else {
            return;
        };
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains(&format!("{to} entries")),
            "{said}"
        );
    }
    for path in [
        "tile/entries/001",
        "tile/0/002.p/188",
        "tile/1/000.p/2",
        "checkpoint",
    ] {
        let path = folder.path().join("ledger").join(path);
        let bytes = fs::read(&path).unwrap();
        let mut edited = bytes.clone();
        edited[30] ^= 1;
        fs::write(&path, edited).unwrap();
        assert_eq!(
            run(folder.path()).unwrap().status.code(),
            Some(1),
            "{}",
            path.display()
        );
        fs::write(&path, bytes).unwrap();
    }
}
