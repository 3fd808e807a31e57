//! The cohort by rules: who is left out, what is synthetic, and how the datasheet draws it.

use std::fs;

use tempfile::TempDir;

use crate::project::flchain;
use crate::typed::galen;

#[test]
fn rules_of_the_cohort_are_counted_and_drawn() {
    let place = TempDir::new().expect("a folder");
    let folder = place.path();
    let typed = |line: &str| galen(folder, &line.split_whitespace().collect::<Vec<_>>());
    fs::create_dir(folder.join("keys")).expect("a folder is made");
    let people = ["cleo", "dora", "fay", "gil"];
    let passphrases = people
        .map(|one| format!("{one}: the passphrase of {one}\n"))
        .concat();
    fs::write(folder.join("keys/passphrases"), passphrases).expect("passphrases are written");
    typed("init --template laboratory").exits(0);
    for person in people {
        typed(&format!("key new {person}")).exits(0);
    }
    // 300 rows are copies that stand for generated ones.
    let text = fs::read_to_string(flchain()).expect("the data are there");
    let rows: Vec<&str> = text.lines().collect();
    let mut made = format!("{},origin\n", rows[0]);
    for row in &rows[1..] {
        made.push_str(&format!("{row},observed\n"));
    }
    for row in rows[1..]
        .iter()
        .filter(|row| row.contains(",1995,"))
        .take(300)
    {
        made.push_str(&format!("{row},generated\n"));
    }
    fs::write(folder.join("cohort.csv"), made).expect("the cohort");
    let plan = fs::read_to_string(folder.join("data.yaml")).expect("a plan");
    let plan = plan.replace(
        "reference_standard:\n",
        "cohort:\n  - id: old\n    title: Aged 90 or over\n    exclude: age >= 90\n  - id: measured\n    title: Creatinine not \
         measured\n    include: creatinine.notnull()\nsynthetic: origin == 'generated'\nreference_standard:\n",
    );
    let plan = plan.replace(
        "columns:\n  - name: age\n",
        "columns:\n  - name: origin\n    type: category\n    values: [observed, generated]\n    meaning: Whether a row was observed or generated\n    known_at: collection\n  \
         - name: age\n",
    );
    fs::write(folder.join("data.yaml"), plan).expect("the plan");
    typed("freeze intent risk data protocol pipeline pccp monitor team --as dora").exits(0);
    typed("data add cohort.csv --name flchain --as gil").exits(0);
    let parts = typed("data split flchain --out parts --as gil --json")
        .exits(0)
        .json();
    let flow = |quantity: &str| {
        let rows = parts["flow"]["rows"].as_array().expect("a flow").iter();
        let mut rows = rows.filter(|row| row["quantity"] == quantity);
        rows.next()
            .map(|row| row["estimate"]["value"].as_f64().expect("a count"))
    };
    assert_eq!(flow("read"), Some(8174.0));
    assert_eq!(flow("synthetic"), Some(300.0));
    let (old, measured) = (flow("left_out/old"), flow("left_out/measured"));
    assert_eq!(
        (old, measured),
        (
            Some(count(&rows, |age, _| age >= 90)),
            Some(count(&rows, |age, measured| age < 90 && !measured))
        )
    );
    for part in ["reference", "development", "arrivals-1997"] {
        let text = fs::read_to_string(folder.join(format!("parts/{part}.csv"))).expect("a part");
        assert!(!text.contains("generated"), "{part}");
    }
    let learn = fs::read_to_string(folder.join("parts/learn-1995.csv")).expect("a part");
    assert!(learn.contains("generated"));
    typed("data seal reference --as fay").exits(0);
    // Nothing is chosen or searched on the set that judges.
    let choose = |part: &str| {
        typed(&format!(
            "eval threshold parts/{part}.csv --truth dead_5y --score age --aim youden --resamples 100 --json"
        ))
    };
    assert_eq!(
        choose("reference").exits(1).json()["code"],
        "refused.reference_set"
    );
    choose("development").exits(0);
    let slices = "eval slices parts/reference.csv --confirm parts/development.csv --truth dead_5y --score age --threshold 70 --feature sex --json";
    assert_eq!(
        typed(slices).exits(1).json()["code"],
        "refused.reference_set"
    );
    typed("data add cohort.csv --name made --synthetic --as gil").exits(0);
    let refused = typed("data seal made --as fay --json").exits(1).json();
    assert_eq!(refused["code"], "refused.synthetic");
    fs::write(
        folder.join("small.csv"),
        "origin,age\nobserved,50\ngenerated,60\n",
    )
    .expect("a file");
    typed("data add small.csv --as gil").exits(0);
    let refused = typed("data seal small --as fay --json").exits(1).json();
    assert_eq!(refused["code"], "refused.synthetic");
    typed("dossier build datasheet --out sheet.html --as cleo").exits(0);
    let page = fs::read_to_string(folder.join("sheet.html")).expect("a page");
    for words in [
        "Aged 90 or over",
        "Creatinine not measured",
        "Synthetic rows, for learning only",
        "n = 8,174",
    ] {
        assert!(page.contains(words), "{words}");
    }
    typed("verify").exits(0);
    if let Ok(kept) = std::env::var("GALEN_KEEP") {
        fs::write(kept, page).expect("the page is kept");
    }
}

/// Rows by age and whether creatinine was measured.
fn count(rows: &[&str], is: impl Fn(u32, bool) -> bool) -> f64 {
    let heads: Vec<&str> = rows[0].split(',').collect();
    let place = |name: &str| {
        heads
            .iter()
            .position(|head| *head == name)
            .expect("a column")
    };
    let (age, creatinine) = (place("age"), place("creatinine"));
    let so = rows[1..].iter().filter(|row| {
        let cells: Vec<&str> = row.split(',').collect();
        let measured = !["", "NA"].contains(&cells[creatinine]);
        is(cells[age].parse().expect("an age"), measured)
    });
    so.count() as f64
}
