//! Rows that go and labels that were wrong: what is destroyed or stale, what still verifies, what is refused afterwards.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::project::{copy, flchain, once};
use crate::typed::{Ended, galen};

const PEOPLE: [&str; 7] = ["ada", "ben", "cleo", "dora", "emil", "fay", "gil"];

fn typed(folder: &Path, line: &str) -> Ended {
    galen(folder, &shell_words(line))
}

/// The words of a line; those in quotes are one.
fn shell_words(line: &str) -> Vec<&str> {
    let pieces = line.split('"').enumerate();
    let words = pieces.flat_map(|(i, piece)| match i % 2 {
        0 => piece.split_whitespace().collect(),
        _ => vec![piece],
    });
    words.collect()
}

/// A project whose people have identifiers, from its data to a release and a closed window.
fn live() -> &'static Path {
    static LIVE: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    LIVE.get_or_init(|| {
        once("withdraw", |folder| {
            fs::create_dir(folder.join("keys")).expect("a folder is made");
            let passphrases = PEOPLE.map(|one| format!("{one}: the passphrase of {one}\n")).concat();
            fs::write(folder.join("keys/passphrases"), passphrases).expect("passphrases are written");
            let text = fs::read_to_string(flchain()).expect("the data are there");
            let lines = text.lines().enumerate().map(|(row, line)| match row {
                0 => format!("patient_id,{line}\n"),
                row => format!("p{row:05},{line}\n"),
            });
            fs::write(folder.join("cohort.csv"), lines.collect::<String>()).expect("the cohort");
            typed(folder, "init --template laboratory").exits(0);
            for person in PEOPLE {
                typed(folder, &format!("key new {person}")).exits(0);
            }
            fs::write(folder.join("letter.txt"), "invented").expect("a letter");
            for line in [
                "freeze intent risk data protocol pipeline pccp monitor team --as dora",
                "authorise clearance --authority A --number 1 --date 2000-12-15 --scope all --letter letter.txt --as cleo",
                "data add cohort.csv --name flchain --as gil",
                "data split flchain --out parts --as gil",
                "data seal reference --as fay",
                "run release1 --as ada",
                "change propose run-1 --summary first --as ada",
                "gate change-1 --as dora",
                "change assess change-1 --intended-use-same yes --rationale first --as cleo",
                "change sign change-1 --role clinician --reason reviewed --as ben",
                "change sign change-1 --role regulatory --reason reviewed --as cleo",
                "release change-1 --as-of 2000-12-20 --as emil",
                "monitor ingest parts/arrivals-2001.csv --id patient_id --as-of 2001-06-30 --as emil",
                "monitor run --as-of 2001-12-31 --as emil",
                "dossier build datasheet --as cleo",
            ] {
                // A crossed check of the window is a judgement, and no failure.
                let judged = i32::from(line.starts_with("monitor run"));
                typed(folder, line).exits(judged);
            }
        })
    })
}

/// The first identifier of a part.
fn first_of(folder: &Path, part: &str) -> String {
    let text = fs::read_to_string(folder.join(format!("parts/{part}.csv"))).expect("a part");
    let head = text.lines().next().expect("a header");
    let place = head
        .split(',')
        .position(|name| name == "patient_id")
        .expect("identifiers");
    let row = text.lines().nth(1).expect("a row");
    row.split(',').nth(place).expect("an identifier").to_owned()
}

/// Files of the store that hold a word.
fn holding(folder: &Path, word: &str) -> Vec<PathBuf> {
    let (mut folders, mut found) = (vec![folder.join(".galen")], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if memory(&fs::read(&path).expect("a file"), word.as_bytes()) {
                found.push(path);
            }
        }
    }
    found
}

fn memory(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

fn names_of(list: &Value) -> Vec<&str> {
    let list = list.as_array().expect("a list").iter();
    list.map(|one| one.as_str().or(one["dataset"].as_str()).expect("a name"))
        .collect()
}

#[test]
fn after_a_withdrawal_no_artifact_has_the_rows_and_everything_verifies() {
    let project = copy(live());
    let folder = project.path();
    let before = typed(folder, "verify --json").exits(0).json();
    for (part, used) in [
        ("learn-1995", true),
        ("reference", true),
        ("arrivals-2001", false),
    ] {
        let person = first_of(folder, part);
        let line = format!("data withdraw {person} --reason \"asked in writing\" --as gil --json");
        let asked = typed(folder, &format!("{line} --dry-run")).exits(0).json();
        assert_eq!(asked["entry"], Value::Null);
        let done = typed(folder, &line).exits(0).json();
        assert_eq!(done["withdraw"]["rewritten"][0]["rows"], 1);
        let mut rewritten = names_of(&done["withdraw"]["rewritten"]);
        rewritten.sort_by_key(|name| *name != "flchain");
        assert_eq!(rewritten, ["flchain", part]);
        assert_eq!(done["withdraw"]["affected"], asked["withdraw"]["affected"]);
        let affected = &done["withdraw"]["affected"];
        let releases = names_of(&affected["releases"]);
        assert_eq!(
            releases,
            if used { vec!["release-1"] } else { vec![] },
            "{part}: {affected:#}"
        );
        assert_eq!(
            names_of(&affected["windows"]).len(),
            usize::from(part == "arrivals-2001"),
            "{affected:#}"
        );
        assert_eq!(names_of(&affected["documents"]), ["datasheet"]);
        assert_eq!(holding(folder, &person), Vec::<PathBuf>::new(), "{part}");
        let copies = names_of(&done["copies"]);
        assert!(
            copies.contains(&"cohort.csv") && copies.len() == 2,
            "{copies:?}"
        );
        typed(folder, &line).fails(2, "nobody");
    }
    let after = typed(folder, "verify --json").exits(0).json();
    let number = |report: &Value, key: &str| report[key].as_u64().expect("a number");
    assert_eq!(number(&after, "entries"), number(&before, "entries") + 3);
    let not = after["not_rederived"].as_array().expect("a list");
    let withdrawn = not.iter().filter(|one| one["why"] == "withdrawn").count();
    // The split, the run, the window, three withdrawals; not what stands on evidence alone.
    assert!((5..=8).contains(&withdrawn), "{not:#?}");
    // A look that was had stays counted.
    let open = typed(
        folder,
        "data open reference --purpose audit --out audit.csv --as fay --json",
    );
    let open = open.exits(0).json();
    assert_eq!(open["budget"]["used"], 2, "{open:#}");
    let audit = fs::read_to_string(folder.join("audit.csv")).expect("it was opened");
    assert!(!audit.contains(&first_of(folder, "reference")));
}

#[test]
fn what_held_a_person_who_withdrew_is_not_added_again() {
    let project = copy(live());
    let folder = project.path();
    let person = first_of(folder, "learn-1995");
    let line = format!("data withdraw {person} --reason asked --as gil --json");
    typed(folder, &line.replace("gil", "ben")).fails(1, "refused.role");
    typed(folder, &line.replace("asked", &person)).fails(2, "names_person");
    typed(folder, &format!("{line} --id person")).fails(2, "id");
    typed(folder, &line.replace(&person, "p99999")).fails(2, "nobody");
    assert!(
        !holding(folder, &person).is_empty(),
        "what was refused destroys nothing"
    );
    typed(folder, &line).exits(0);
    // The same bytes, and other bytes with the same person.
    typed(folder, "data add cohort.csv --name again --as gil --json").fails(1, "refused.withdrawn");
    fs::write(
        folder.join("more.csv"),
        format!("patient_id,x\np1,1\n{person},2\n"),
    )
    .expect("a file");
    let error = typed(folder, "data add more.csv --as gil --json").fails(2, "withdrawn");
    assert!(!error.to_string().contains(&person), "{error:#}");
    // Training goes on without the person: the pipeline sees other data.
    let run = typed(folder, "run release1 --as ada --json")
        .exits(0)
        .json();
    assert_eq!(run["stages"][0]["status"], "done", "{run:#}");
}

#[test]
fn a_withdrawal_that_was_broken_off_is_found_and_goes_on() {
    let project = copy(live());
    let folder = project.path();
    let person = first_of(folder, "development");
    let artifacts = folder.join(".galen/artifacts/sha256");
    let held = holding(folder, &person);
    let kept: Vec<_> = held
        .iter()
        .map(|path| (path.clone(), fs::read(path).expect("a file")))
        .collect();
    let line = format!("data withdraw {person} --reason asked --as gil --json");
    typed(folder, &line).exits(0);
    // As if it had ended between the record and the destruction.
    for (path, bytes) in kept.iter().filter(|(path, _)| path.starts_with(&artifacts)) {
        fs::write(path, bytes).expect("a file");
    }
    let report = typed(folder, "verify --json").exits(1).json();
    assert!(
        report.to_string().contains("withdrawn_is_there"),
        "{report:#}"
    );
    typed(folder, &line).fails(2, "nobody");
    typed(folder, "verify --json").exits(0);
    assert_eq!(holding(folder, &person), Vec::<PathBuf>::new());
}

/// What the reference set holds, as an auditor sees it: a look.
fn reference_of(folder: &Path) -> String {
    let line = "data open reference --purpose reading --out reference.csv --as fay --json";
    typed(folder, line).exits(0);
    fs::read_to_string(folder.join("reference.csv")).expect("it was opened")
}

#[test]
fn a_corrected_label_makes_verdicts_stale_and_they_are_judged_again() {
    let project = copy(live());
    let folder = project.path();
    let before = reference_of(folder);
    let names: Vec<&str> = before
        .lines()
        .next()
        .expect("a header")
        .split(',')
        .collect();
    let at = |name: &str| names.iter().position(|one| *one == name).expect("a column");
    // Two people of the reference set are said to be dead or alive by mistake.
    let rows = before.lines().skip(1).take(2).map(|row| {
        let cells: Vec<&str> = row.split(',').collect();
        let other = if cells[at("dead_5y")] == "1" {
            "0"
        } else {
            "1"
        };
        format!("{},{other}\n", cells[at("patient_id")])
    });
    let corrections = format!("patient_id,dead_5y\n{}p99999,1\n", rows.collect::<String>());
    fs::write(folder.join("right.csv"), &corrections).expect("a file");
    let line =
        "data correct right.csv --label dead_5y --reason \"read again by two\" --as gil --json";
    // How many guesses are wrong would tell the labels of a sealed set, without a record.
    typed(folder, &format!("{line} --dry-run")).fails(2, "sealed");
    let done = typed(folder, line).exits(0).json();
    assert_eq!(names_of(&done["correct"]["stale"]["changes"]), ["change-1"]);
    assert_eq!(
        names_of(&done["correct"]["stale"]["releases"]),
        ["release-1"]
    );
    assert_eq!(done["correct"]["rewritten"][0]["rows"], 2, "{done:#}");
    assert_eq!(done["unknown"], 1);
    typed(folder, line).fails(1, "refused.unchanged");
    let status = typed(folder, "status --json").exits(0).json();
    assert_eq!(names_of(&status["stale"]), ["change-1"]);
    let change = typed(folder, "change show change-1 --json").exits(0).json();
    assert_eq!(change["stale_since"], done["entry"]);
    let after = reference_of(folder);
    let differ = before
        .lines()
        .zip(after.lines())
        .filter(|(a, b)| a != b)
        .count();
    assert_eq!((differ, before.lines().count()), (2, after.lines().count()));
    let open = format!(
        "patient_id,dead_5y\n{},unclear\n",
        first_of(folder, "development")
    );
    fs::write(folder.join("right.csv"), open).expect("a file");
    let asked = typed(folder, &format!("{line} --dry-run")).exits(0).json();
    assert_eq!(
        (&asked["entry"], names_of(&asked["not_looked_into"])),
        (&Value::Null, vec!["reference"])
    );
    assert_eq!(names_of(&asked["correct"]["rewritten"]), ["development"]);
    assert_eq!(
        names_of(&asked["correct"]["stale"]["runs"]),
        ["run-1"],
        "its development gate"
    );
    // The model that is live is proposed and judged again; its old verdict stays on the ledger.
    typed(folder, "change propose run-1 --summary again --as ada").exits(0);
    typed(folder, "gate change-2 --as dora --json").exits(0);
    let report = typed(folder, "verify --json").exits(0).json();
    assert_eq!(report["ok"], true, "{report:#}");
    // The documents say so too.
    typed(
        folder,
        "dossier build validation-report --out report.html --as cleo",
    )
    .exits(0);
    let html = fs::read_to_string(folder.join("report.html")).expect("the document");
    assert!(html.contains("This verdict is stale"));
}

#[test]
fn corrections_that_contradict_themselves_or_are_of_another_column_are_refused() {
    let project = copy(live());
    let folder = project.path();
    let correct = |text: &str, label: &str| {
        fs::write(folder.join("right.csv"), text).expect("a file");
        let line = format!("data correct right.csv --label {label} --reason read --as gil --json");
        typed(folder, &line)
    };
    correct("patient_id,dead_5y\np00001,1\np00001,0\n", "dead_5y").fails(2, "corrections");
    correct("patient_id,dead_5y\np00001,\np00002,1\n", "dead_5y").fails(2, "corrections");
    correct("patient,dead_5y\np00001,1\n", "dead_5y").fails(2, "corrections");
    correct("patient_id,dead_5y\np99999,1\n", "dead_5y").fails(1, "refused.unchanged");
    let error =
        correct("patient_id,death\np00001,alive\n", "death").fails(1, "refused.not_the_truth");
    assert!(
        error["help"]
            .as_str()
            .is_some_and(|help| help.contains("--label dead_5y")),
        "{error:#}"
    );
}

#[test]
fn a_withdrawal_after_a_correction_leaves_no_earlier_sealed_set() {
    let project = copy(live());
    let folder = project.path();
    let person = first_of(folder, "reference");
    let sealed = || holding(folder, "age-encryption.org/v1").len();
    assert_eq!(sealed(), 1);
    fs::write(
        folder.join("right.csv"),
        format!("patient_id,dead_5y\n{person},unclear\n"),
    )
    .expect("a file");
    typed(
        folder,
        "data correct right.csv --label dead_5y --reason read --as gil",
    )
    .exits(0);
    assert_eq!(sealed(), 2, "what was judged by is kept");
    typed(
        folder,
        &format!("data withdraw {person} --reason asked --as gil"),
    )
    .exits(0);
    assert_eq!(sealed(), 1, "both held the person");
    assert_eq!(holding(folder, &person), Vec::<PathBuf>::new());
    typed(folder, "verify --json").exits(0);
}
