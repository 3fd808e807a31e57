//! Forgeries on a copy of the demo's project, made on disk by somebody who has the folder, and even the system key.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use galen_ledger::{Envelope, Ledger, PrivateKey};
use galen_store::FolderDisk;
use serde_json::Value;
use tempfile::TempDir;

use crate::project::{copy, demo, text};
use crate::typed::{Ended, galen};

fn forged() -> TempDir {
    copy(&demo().folder)
}

fn store(project: &Path) -> Arc<FolderDisk> {
    Arc::new(FolderDisk::open(project.join(".galen")).expect("the store is there"))
}

fn entries(project: &Path) -> Vec<Vec<u8>> {
    let ledger = Ledger::open(store(project)).expect("the ledger is there");
    ledger
        .entries(0..ledger.size())
        .expect("the ledger is whole")
}

/// Where the records of an act stand.
fn places_of(entries: &[Vec<u8>], act: &str) -> Vec<usize> {
    let says = format!("\"act\":\"{act}\"");
    let is_act = |entry: &Vec<u8>| {
        let envelope = Envelope::from_bytes(entry).expect("an envelope");
        String::from_utf8_lossy(envelope.payload()).contains(&says)
    };
    (0..entries.len())
        .filter(|at| is_act(&entries[*at]))
        .collect()
}

/// How many records there are up to release 2: what is proven of them takes a second, and of all with the documents ten.
fn up_to_release_2(entries: &[Vec<u8>]) -> usize {
    places_of(entries, "release")[1] + 1
}

/// Where somebody's approval of a change stands, and another one.
fn signed(entries: &[Vec<u8>]) -> [usize; 2] {
    let places = places_of(entries, "sign");
    [places[0], places[1]]
}

/// Writes the whole log anew with these entries, tiles and checkpoint, signed by the key that lies in the folder.
fn rewrite(project: &Path, entries: &[Vec<u8>]) {
    let hex =
        fs::read_to_string(project.join(".galen/secret/system.key")).expect("the key is there");
    let mut seed = [0; 32];
    for (at, byte) in seed.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hexadecimal");
    }
    let system = PrivateKey::from_seed(&seed);
    fs::remove_dir_all(project.join(".galen/ledger")).expect("the ledger is removed");
    let mut ledger = Ledger::create(store(project), "galen-demo", &system).expect("a new ledger");
    ledger
        .append(entries, &system)
        .expect("entries are appended");
}

/// The words of the problems that `galen verify` names, which must be some.
#[track_caller]
fn problems(project: &Path, more: &[&str]) -> Vec<(Option<u64>, String)> {
    let arguments = [&["verify", "--json"], more].concat();
    let document = galen(project, &arguments).exits(1).json();
    assert_eq!(document["ok"], false);
    let found = document["problems"].as_array().expect("problems");
    assert!(!found.is_empty(), "{document:#}");
    found
        .iter()
        .map(|one| (one["entry"].as_u64(), text(&one["what"]).to_owned()))
        .collect()
}

#[track_caller]
fn assert_named(found: &[(Option<u64>, String)], entry: Option<u64>, what: &str) {
    let named = (entry, what.to_owned());
    assert!(found.contains(&named), "{named:?} is not in {found:?}");
}

#[test]
fn an_edited_artifact_is_named() {
    let project = forged();
    let run = &demo().step("galen run release1")["document"];
    let digest = text(&run["stages"][0]["outs"][0]["digest"]).trim_start_matches("sha256:");
    let path = format!(".galen/artifacts/sha256/{}/{digest}", &digest[..2]);
    let path = project.path().join(path);
    let mut bytes = fs::read(&path).expect("the artifact is there");
    bytes[10] ^= 1;
    fs::write(path, bytes).expect("it is changed");
    let ended = galen(project.path(), &["verify"]).exits(1);
    assert!(ended.out.contains("artifact_changed"), "{}", ended.out);
    assert!(ended.out.contains(digest), "{}", ended.out);
    assert!(ended.out.contains("not consistent"), "{}", ended.out);
}

/// The one file of the demo's entries.
fn bundle(project: &Path) -> std::path::PathBuf {
    let folder = project.join(".galen/ledger/tile/entries/000.p");
    let mut files = fs::read_dir(folder).expect("the log is there");
    files.next().expect("a bundle").expect("a bundle").path()
}

#[test]
fn an_edited_entry_is_named() {
    let project = forged();
    let path = bundle(project.path());
    let mut bytes = fs::read(&path).expect("the entries are there");
    let all = entries(project.path());
    let [edited, _] = signed(&all);
    let entry = &all[edited];
    let at = bytes
        .windows(entry.len())
        .position(|window| window == entry);
    let at = at.expect("the entry is in the bundle") + entry.len() / 2;
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    fs::write(path, bytes).expect("it is changed");
    let found = problems(project.path(), &[]);
    assert_named(&found, Some(edited as u64), "entry_edited");
}

#[test]
fn two_entries_that_changed_places_are_named() {
    let project = forged();
    let mut all = entries(project.path());
    let [one, other] = signed(&all);
    all.swap(one, other);
    let bytes: Vec<u8> = all
        .iter()
        .flat_map(|entry| {
            let length = u16::try_from(entry.len()).expect("an entry is short");
            [&length.to_be_bytes()[..], entry].concat()
        })
        .collect();
    fs::write(bundle(project.path()), bytes).expect("it is changed");
    let found = problems(project.path(), &[]);
    let reordered = found.iter().any(|(_, what)| what == "entry_reordered");
    assert!(reordered, "{found:?}");
}

#[test]
fn a_record_that_an_unknown_key_signed_is_named_though_the_log_was_made_anew() {
    let project = forged();
    let mut all = entries(project.path());
    all.truncate(up_to_release_2(&all));
    let [at, _] = signed(&all);
    let envelope = Envelope::from_bytes(&all[at]).expect("an envelope");
    let stranger = PrivateKey::from_seed(&[7; 32]);
    all[at] = Envelope::sign(envelope.payload().to_vec(), &stranger).to_bytes();
    rewrite(project.path(), &all);
    let found = problems(project.path(), &[]);
    assert_named(&found, Some(at as u64), "unknown_key");
}

#[test]
fn a_signature_that_was_moved_from_another_record_is_named_though_the_log_was_made_anew() {
    let project = forged();
    let mut all = entries(project.path());
    all.truncate(up_to_release_2(&all));
    let read = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).expect("an envelope is JSON");
    // Ben signed change-2 and change-3: his signature of the one is put below the other.
    let by_ben = |at: &usize| {
        let envelope = Envelope::from_bytes(&all[*at]).expect("an envelope");
        String::from_utf8_lossy(envelope.payload()).contains("\"by\":\"ben\"")
    };
    let his: Vec<usize> = places_of(&all, "sign").into_iter().filter(by_ben).collect();
    let (from, to) = (read(&all[his[0]]), read(&all[his[1]]));
    let mut moved = to;
    moved["signatures"] = from["signatures"].clone();
    all[his[1]] = serde_json::to_vec(&moved).expect("an envelope");
    rewrite(project.path(), &all);
    let found = problems(project.path(), &[]);
    assert_named(&found, Some(his[1] as u64), "bad_signature");
}

#[test]
fn entries_that_were_dropped_from_the_end_are_found_against_a_kept_checkpoint_only() {
    let project = forged();
    let mut all = entries(project.path());
    all.truncate(up_to_release_2(&all));
    rewrite(project.path(), &all);
    let alone = galen(project.path(), &["verify", "--json"]).exits(0).json();
    assert_eq!(alone["checkpoint_compared"], false);
    assert!(
        text(&alone["says"]).contains("not compared with a checkpoint"),
        "{alone:#}"
    );
    let found = problems(project.path(), &["--checkpoint", "kept-elsewhere.txt"]);
    assert_named(&found, None, "entries_dropped");
}

#[test]
fn an_old_copy_that_was_put_back_is_found_against_a_kept_checkpoint_only() {
    let project = forged();
    let mut all = entries(project.path());
    all.truncate(up_to_release_2(&all));
    rewrite(project.path(), &all);
    let old = copy(project.path());
    let add = ["data", "add", "letter.txt", "--as", "gil"];
    galen(project.path(), &add).exits(0);
    let kept = project.path().join(".galen/ledger/checkpoint");
    fs::copy(kept, old.path().join("kept.txt")).expect("the checkpoint is kept");
    galen(old.path(), &["verify"]).exits(0);
    let found = problems(old.path(), &["--checkpoint", "kept.txt"]);
    assert_named(&found, None, "entries_dropped");
}

#[test]
fn history_that_was_written_anew_is_found_against_a_kept_checkpoint() {
    let project = forged();
    let all = entries(project.path());
    let released = up_to_release_2(&all);
    rewrite(project.path(), &all[..released]);
    let kept = project.path().join(".galen/ledger/checkpoint");
    fs::copy(kept, project.path().join("kept.txt")).expect("the checkpoint is kept");
    // One record is left out, and later ones make up for the length.
    let (before, after) = all.split_at(released - 2);
    rewrite(project.path(), &[before, &after[1..4]].concat());
    let found = problems(project.path(), &["--checkpoint", "kept.txt"]);
    assert_named(&found, None, "history_rewritten");
}

#[test]
fn a_key_that_was_got_elsewhere_and_is_another_one_is_named() {
    let project = forged();
    let mut all = entries(project.path());
    all.truncate(up_to_release_2(&all));
    rewrite(project.path(), &all);
    let listed = galen(project.path(), &["key", "list"]).exits(0).out;
    fs::write(project.path().join("trusted.txt"), &listed).expect("a file");
    let trusting = ["verify", "--trust", "trusted.txt", "--json"];
    let proof = galen(project.path(), &trusting).exits(0).json();
    assert_eq!(proof["keys_trusted"], true);
    let other = listed
        .lines()
        .map(|line| match line.strip_prefix("ben sha256:") {
            Some(digits) => format!("ben sha256:{}\n", digits.chars().rev().collect::<String>()),
            None => format!("{line}\n"),
        });
    fs::write(
        project.path().join("trusted.txt"),
        other.collect::<String>(),
    )
    .expect("a file");
    galen(project.path(), &trusting).exits(1);
}

#[test]
fn sha256sum_gives_every_artifact_its_own_name() {
    let artifacts = demo().folder.join(".galen/artifacts/sha256");
    let line = "for f in */*; do echo \"$(basename $f)  $f\"; done | sha256sum --check --quiet";
    let checked = Command::new("sh")
        .args(["-c", line])
        .current_dir(artifacts)
        .output();
    let ended = Ended::of(&checked.expect("sh is there")).exits(0);
    assert!(ended.out.is_empty(), "{}", ended.out);
}
