//! The story: twelve chapters, each a list of commands.

use std::path::Path;

use crate::args::Template;
use crate::command::template_files;
use crate::outside::{read_file, write_file};
use crate::report::Failure;

use super::{Telling, serve};

/// Tells the whole story.
pub fn tell(told: &mut Telling) -> Result<(), Failure> {
    told.print(
        "A retrospective replay of a research cohort (flchain: Dispenzieri 2012, R package survival, LGPL). People,\n\
         signatures and authorisation are fictitious; the data and every number below are not. What a user types:",
    );
    told.print(&format!(
        "\n$ cd {}\n$ export GALEN_KEYS=keys GALEN_PASSPHRASES=keys/passphrases",
        told.dir().display()
    ));
    declare(told)?;
    freeze(told)?;
    data(told)?;
    run(told)?;
    careless(told)?;
    first_release(told)?;
    learn_on(told)?;
    explain(told)?;
    watch(told)?;
    finding(told)?;
    show(told)?;
    verify(told)
}

fn declare(told: &mut Telling) -> Result<(), Failure> {
    told.chapter("1. Declare");
    told.run(&["init", "--template", "laboratory"])?;
    told.run(&["check"])?;
    told.print("\nA copy in which a hazard names a risk control that does not exist:");
    let broken = told.dir().join("broken");
    for (name, text) in template_files(Template::Laboratory) {
        let text = if *name == "risk.yaml" {
            break_reference(text)
        } else {
            (*text).to_owned()
        };
        write_file(&broken.join(name), text.as_bytes())?;
    }
    told.refused(&["-C", "broken", "check"])?;
    for person in ["ada", "ben", "cleo", "dora", "emil", "fay", "gil"] {
        told.run(&["key", "new", person])?;
    }
    Ok(())
}

/// Misspells the first risk control that a hazard names.
fn break_reference(text: &str) -> String {
    let Some(start) = text.find("risk_controls: [") else {
        return text.to_owned();
    };
    let at = start + "risk_controls: [".len();
    format!("{}x{}", &text[..at], &text[at..])
}

fn freeze(told: &mut Telling) -> Result<(), Failure> {
    told.chapter("2. Freeze");
    let names = [
        "intent", "risk", "data", "protocol", "pipeline", "pccp", "monitor", "team",
    ];
    let mut command = vec!["freeze"];
    command.extend(names);
    command.extend(["--as", "dora"]);
    told.run(&command)?;
    told.run(&[
        "authorise",
        "clearance",
        "--authority",
        "Imaginary Device Authority",
        "--number",
        "IDA-2000-0042",
        "--date",
        "2000-12-15",
        "--scope",
        "intended use and PCCP as frozen",
        "--letter",
        "letter.txt",
        "--as",
        "cleo",
    ])?;
    Ok(())
}

fn data(told: &mut Telling) -> Result<(), Failure> {
    told.chapter("3. Data");
    told.run(&["data", "add", "flchain.csv", "--as", "gil"])?;
    told.judge(&["data", "validate", "flchain", "--as", "gil"])?;
    told.judge(&["data", "check", "flchain", "--as", "gil"])?;
    told.run(&["data", "split", "flchain", "--out", "data", "--as", "gil"])?;
    told.run(&["data", "seal", "reference", "--as", "fay"])?;
    told.print("  In this demo the plain file lies beside it, in data/reference.csv: look at it, and no seal will tell.");
    Ok(())
}

fn run(told: &mut Telling) -> Result<(), Failure> {
    told.chapter("4. Run");
    told.run(&["run", "release1", "--as", "ada"])?;
    told.print("\nThe same again computes nothing:");
    told.run(&["run", "release1", "--as", "ada"])?;
    Ok(())
}

fn careless(told: &mut Telling) -> Result<(), Failure> {
    told.chapter("5. Judge: two careless candidates");
    told.print("Trained with the follow-up time, which nobody knows when the score is made:");
    told.run(&["run", "careless_futime", "--as", "ada"])?;
    told.refused(&[
        "change",
        "propose",
        "run-3",
        "--summary",
        "A far better score",
        "--as",
        "ada",
    ])?;
    told.print("\nTrained with balanced class weights:");
    told.run(&["run", "careless_balanced", "--as", "ada"])?;
    told.run(&[
        "change",
        "propose",
        "run-4",
        "--summary",
        "Balanced classes",
        "--as",
        "ada",
    ])?;
    told.refused(&["gate", "change-1", "--as", "dora"])?;
    Ok(())
}

fn first_release(told: &mut Telling) -> Result<(), Failure> {
    told.chapter("6. Release 1");
    told.run(&[
        "change",
        "propose",
        "run-1",
        "--summary",
        "Age, sex and light chains",
        "--as-of",
        "2000-12-20",
        "--as",
        "ada",
    ])?;
    told.run(&["gate", "change-2", "--as-of", "2000-12-20", "--as", "dora"])?;
    told.run(&[
        "change",
        "assess",
        "change-2",
        "--intended-use-same",
        "yes",
        "--rationale",
        "First release, as authorised",
        "--as",
        "cleo",
    ])?;
    told.refused(&[
        "change",
        "sign",
        "change-2",
        "--role",
        "ml_engineer",
        "--reason",
        "It is mine",
        "--as",
        "ada",
    ])?;
    told.refused(&["release", "change-2", "--as", "emil"])?;
    sign_and_release(told, "change-2", "2001-01-01")
}

fn sign_and_release(told: &mut Telling, change: &str, as_of: &str) -> Result<(), Failure> {
    told.run(&[
        "change",
        "sign",
        change,
        "--role",
        "clinician",
        "--reason",
        "Endpoints and limitations reviewed",
        "--as",
        "ben",
    ])?;
    told.run(&[
        "change",
        "sign",
        change,
        "--role",
        "regulatory",
        "--reason",
        "Class and authorisation reviewed",
        "--as",
        "cleo",
    ])?;
    told.run(&["release", change, "--as-of", as_of, "--as", "emil"])?;
    Ok(())
}

fn learn_on(told: &mut Telling) -> Result<(), Failure> {
    told.chapter("7. Learn on");
    for stage in ["people_only", "creatinine_only", "release2"] {
        told.run(&["run", stage, "--as", "ada"])?;
    }
    told.print("\nWhat more people give, what creatinine gives, and both (on the development set, which binds nothing):");
    for run in ["run-5", "run-6", "run-7"] {
        told.run(&["compare", run, "run-1"])?;
    }
    told.run(&[
        "change",
        "propose",
        "run-7",
        "--modification",
        "add_creatinine",
        "--summary",
        "Creatinine with a missing indicator, and the people of 1996",
        "--as-of",
        "2001-12-20",
        "--as",
        "ada",
    ])?;
    told.run(&["gate", "change-3", "--as-of", "2001-12-20", "--as", "dora"])?;
    told.run(&[
        "change",
        "assess",
        "change-3",
        "--intended-use-same",
        "yes",
        "--new-hazard",
        "no",
        "--protocol-followed",
        "yes",
        "--rationale",
        "Modification add_creatinine of the authorised PCCP; its hazard is in the risk file",
        "--as",
        "cleo",
    ])?;
    sign_and_release(told, "change-3", "2002-01-01")?;
    told.print("\nAn input that the PCCP does not name:");
    told.run(&["run", "unplanned_mgus", "--as", "ada"])?;
    told.run(&[
        "change",
        "propose",
        "run-8",
        "--summary",
        "Known gammopathy as an input",
        "--as",
        "ada",
    ])?;
    told.judge(&["gate", "change-4", "--as", "dora"])?;
    told.refused(&[
        "change",
        "assess",
        "change-4",
        "--intended-use-same",
        "yes",
        "--new-hazard",
        "no",
        "--restores-spec",
        "no",
        "--safety-effect-possible",
        "yes",
        "--rationale",
        "A new clinical input",
        "--as",
        "cleo",
    ])?;
    told.refused(&["release", "change-4", "--as", "emil"])?;
    Ok(())
}

fn explain(told: &mut Telling) -> Result<(), Failure> {
    told.chapter("8. Explain and serve");
    told.run(&["explain", "shap", "--as", "ada"])?;
    told.run(&["explain", "shap", "--row", "0"])?;
    serve::answer(told)
}

fn watch(told: &mut Telling) -> Result<(), Failure> {
    told.chapter("9. Watch");
    told.print("The calendar is shifted by six years: the people of 1997 to 2003 arrive in 2003 to 2009, outcomes ripen after five.");
    for year in 2003..=2014 {
        let as_of = format!("{year}-12-31");
        if year <= 2009 {
            told.run(&[
                "monitor",
                "ingest",
                &format!("data/arrivals-{}.csv", year - 6),
                "--as-of",
                &as_of,
            ])?;
        }
        if year >= 2008 {
            let window = (year - 5).to_string();
            told.run(&[
                "monitor",
                "label",
                &format!("data/arrivals-{}.csv", year - 11),
                "--window",
                &window,
            ])?;
        }
        told.judge(&["monitor", "run", "--as-of", &as_of, "--as", "emil"])?;
    }
    told.run(&["releases"])?;
    Ok(())
}

fn finding(told: &mut Telling) -> Result<(), Failure> {
    told.chapter("10. Finding");
    told.run(&["finding", "show", "finding-1"])?;
    told.run(&[
        "finding",
        "analyse",
        "finding-1",
        "--cause",
        "Recruitment changed: people without a clinic visit are younger, die less, and nobody measured their creatinine on the \
         way. A workflow, not an assay. The model had learned that not measured means healthier.",
        "--as",
        "dora",
    ])?;
    Ok(())
}

fn show(told: &mut Telling) -> Result<(), Failure> {
    told.chapter("11. Show");
    for kind in ["technical-file", "gmlp", "labelling"] {
        let (html, pdf) = (format!("{kind}.html"), format!("{kind}.pdf"));
        told.run(&[
            "dossier", "build", kind, "--out", &html, "--out", &pdf, "--as", "cleo",
        ])?;
    }
    Ok(())
}

fn verify(told: &mut Telling) -> Result<(), Failure> {
    told.chapter("12. Verify");
    told.print("A checkpoint kept elsewhere, as an auditor would:");
    let kept = read_file(&told.dir().join(".galen/ledger/checkpoint"))?;
    write_file(&told.dir().join(Path::new("kept-elsewhere.txt")), &kept)?;
    told.run(&["verify", "--checkpoint", "kept-elsewhere.txt"])?;
    told.run(&["status"])?;
    Ok(())
}
