//! `galen data split FILE`: any table divided by patient, with a receipt that shows that nobody is in two parts.

use std::collections::BTreeSet;
use std::path::Path;

use galen_store::Digest;
use galen_table::partition::{Partition, PartitionError, partition};
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;

use crate::args::DataSplit;
use crate::outside::{read_file, try_writing, write_file};
use crate::place::Place;
use crate::reading::{named_otherwise, table_in};
use crate::report::{Failure, Report};
use crate::words::table;

/// The file that a third party is given.
const RECEIPT: &str = "receipt.json";
/// The file that stays with whoever holds the identifiers.
const KEY: &str = "receipt.key";

pub fn split_file(file: &Path, args: &DataSplit, place: &Place) -> Result<Report, Failure> {
    let Some(out) = &args.out else {
        return Err(Failure::usage(
            "no_folder",
            "nothing says where the parts are to be written",
            "name a folder: --out DIR",
        ));
    };
    let Some(id) = &args.id else {
        return Err(Failure::usage(
            "no_id",
            "nothing says which column is the patient, and a split by rows puts one patient on both sides",
            "name it: --id COL; if every row is a patient, name a column that numbers the rows",
        ));
    };
    let how = Partition {
        id: id.clone(),
        stratify: args.stratify.clone(),
        site: args.site.clone(),
        time: args.time.clone(),
        parts: parts(args)?,
        seed: args.seed,
    };
    let folder = place.path(out);
    try_writing(&folder.join(RECEIPT))?;
    let whole = table_in(file, &args.reading)?;
    let parted = partition(&whole, &how).map_err(|error| failure(&error))?;
    let mut key = [0; 32];
    getrandom::fill(&mut key).expect("the operating system gives random bytes");
    let mut shown = Vec::new();
    for (number, (name, share)) in how.parts.iter().enumerate() {
        let rows = (0..whole.rows()).filter(|&row| parted.part_of[row] == number);
        let rows: Vec<usize> = rows.collect();
        let part = whole
            .take(&rows)
            .map_err(|error| named_otherwise("column", &error))?;
        let bytes = part.to_csv();
        let path = format!("{name}.csv");
        write_file(&folder.join(&path), &bytes)?;
        let mut tokens: Vec<String> = (parted.patients[number].iter())
            .map(|patient| token(&key, patient))
            .collect();
        tokens.sort_unstable();
        shown.push(json!({
            "name": name, "share": share, "patients": tokens.len(), "rows": rows.len(),
            "file": path, "digest": Digest::of(&bytes).to_string(), "tokens": tokens,
        }));
    }
    let receipt = json!({
        "kind": "split receipt", "version": 1, "tokens_are": "HMAC-SHA256 of the patient's identifier, in hexadecimal",
        "seed": how.seed, "id": how.id, "stratify": how.stratify, "site": how.site, "time": how.time, "parts": shown,
    });
    let text = format!("{receipt:#}\n");
    write_file(
        &folder.join(KEY),
        format!("{}\n", Digest::from_bytes(key).hex()).as_bytes(),
    )?;
    write_file(&folder.join(RECEIPT), text.as_bytes())?;
    let both = in_two_parts(&read_file(&folder.join(RECEIPT))?)?;
    let digest = Digest::of(text.as_bytes()).to_string();
    let rows: Vec<Vec<String>> = shown.iter().map(row).collect();
    let lines = [
        format!(
            "{} patients, by seed {}; {both} are in two parts.",
            parted.patients.iter().map(Vec::len).sum::<usize>(),
            how.seed
        ),
        table(&["part", "patients", "rows", "digest"], &rows),
        format!(
            "{RECEIPT} shows to anybody that no patient is in two parts, without an identifier; {KEY} stays with you."
        ),
    ];
    let parts: Vec<_> = shown
        .into_iter()
        .map(|mut part| {
            if let Some(part) = part.as_object_mut() {
                part.remove("tokens");
            }
            part
        })
        .collect();
    let document = json!({
        "parts": parts, "seed": how.seed, "patients_in_two_parts": both,
        "receipt": {"file": RECEIPT, "digest": digest, "key": KEY},
    });
    Ok(Report::new("data split", document, lines.join("\n")).judged(both == 0))
}

fn row(part: &serde_json::Value) -> Vec<String> {
    let text = |key: &str| match &part[key] {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    vec![
        text("name"),
        text("patients"),
        text("rows"),
        format!("{:.19}…", text("digest")),
    ]
}

/// The patients whose token stands in two parts of a receipt: read back from the disk, as anybody could.
fn in_two_parts(receipt: &[u8]) -> Result<usize, Failure> {
    let receipt: serde_json::Value = serde_json::from_slice(receipt).map_err(|error| {
        Failure::environment(
            "not_written",
            format!("{RECEIPT} does not say what was written: {error}"),
            "look after the disk, then split again",
        )
    })?;
    let parts = receipt["parts"].as_array().into_iter().flatten();
    let tokens: Vec<&str> = parts
        .flat_map(|part| part["tokens"].as_array().into_iter().flatten())
        .filter_map(|token| token.as_str())
        .collect();
    let different: BTreeSet<&str> = tokens.iter().copied().collect();
    Ok(tokens.len() - different.len())
}

/// What stands for a patient in the receipt: who has no key cannot find out of whom it is, nor try names.
fn token(key: &[u8; 32], patient: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length is right");
    mac.update(patient.as_bytes());
    Digest::from_bytes(mac.finalize().into_bytes().into()).hex()
}

/// The declared parts: `train=0.7,tune=0.1,test=0.2`, or equal folds.
fn parts(args: &DataSplit) -> Result<Vec<(String, f64)>, Failure> {
    if let Some(folds) = args.folds {
        if !(2..=1000).contains(&folds) {
            return Err(Failure::usage(
                "folds",
                format!("--folds {folds} divides nothing"),
                "ask for 2 to 1000; 5 and 10 are usual",
            ));
        }
        return Ok((1..=folds)
            .map(|fold| (format!("fold-{fold}"), 1.0 / f64::from(folds)))
            .collect());
    }
    let part = |text: &str| {
        let (name, share) = text.split_once('=')?;
        let is_name = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        let share: f64 = share.trim().parse().ok()?;
        is_name.then(|| (name.to_owned(), share))
    };
    args.parts
        .split(',')
        .map(|text| {
            part(text.trim()).ok_or_else(|| {
                Failure::usage(
                    "parts",
                    format!("`{text}` is no part with a share"),
                    "write --parts train=0.7,tune=0.1,test=0.2, with names of letters, digits, - and _",
                )
            })
        })
        .collect()
}

fn failure(error: &PartitionError) -> Failure {
    let help = match error {
        PartitionError::Column(_) => "name the columns as the file does",
        PartitionError::NoId { .. } => "give every row its patient, or leave these rows out",
        PartitionError::NoTime { .. } | PartitionError::NotTimes { .. } => {
            "write times as 2026-11-25, as 2026-11-25T08:30, or as numbers"
        }
        PartitionError::Shares { .. } => "write --parts train=0.7,tune=0.1,test=0.2",
        PartitionError::SameName(_) => "give each part its own name",
        PartitionError::TimeAndMore(_) => "say --time alone, or leave it out",
        PartitionError::TooFew { .. } => "ask for fewer parts",
    };
    Failure::usage("split", error.to_string(), help)
}
