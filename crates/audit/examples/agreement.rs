//! How far the audit agrees with annotated papers: `cargo run --release -p galen-audit --example agreement -- PAPER GOLD.yaml …`.
//!
//! Prints each paper's agreement, Cohen's kappa with its interval, recall by verdict, and beside it a reader who always gives the commonest
//! verdict. `--each` prints what differs as well, item by item, with both quotes. `--items DIR` takes the items of a folder instead of those
//! that are built in, and first prints which of their example sentences they judge otherwise; `--only SUB,DIV-1` takes some of them.

use std::collections::BTreeMap;
use std::path::Path;

use galen_audit::{Judged, Verdict, audits_by, items, read};
use serde::Deserialize;

#[derive(Deserialize)]
struct Gold {
    items: Vec<Annotated>,
}

#[derive(Deserialize)]
struct Annotated {
    id: String,
    verdict: String,
    #[serde(default)]
    accept: Vec<String>,
    #[serde(default)]
    quote: Option<String>,
    #[serde(default)]
    note: Option<String>,
}

const VERDICTS: [&str; 3] = ["reported", "partial", "not_reported"];
/// Letters of a quote that are printed.
const SHOWN: usize = 400;

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reported => "reported",
        Verdict::Partial => "partial",
        Verdict::NotReported => "not_reported",
        Verdict::NotApplicable => "not_applicable",
    }
}

/// One item of one paper: the audit's verdict, the annotation's, and whether that accepts it.
struct Pair {
    own: String,
    wanted: String,
    accepted: bool,
}

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut taken = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.remove(at);
        Some(arguments.remove(at))
    };
    let folder = taken("--items");
    let only = taken("--only");
    let each = arguments.iter().any(|argument| argument == "--each");
    arguments.retain(|argument| argument != "--each");
    let own = folder.map(|folder| of_folder(Path::new(&folder)));
    let mut files: Vec<(&str, &str)> = match &own {
        Some(own) => own
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect(),
        None => items::files().to_vec(),
    };
    if let Some(only) = &only {
        let starts: Vec<String> = only.split(',').map(str::to_lowercase).collect();
        files.retain(|(name, _)| starts.iter().any(|start| name.starts_with(start)));
    }
    for wrong in items::each(&files, items::misjudged).concat() {
        println!("example {wrong}");
    }
    let (papers, golds): (Vec<_>, Vec<_>) = arguments
        .chunks(2)
        .map(|pair| {
            let [paper, gold] = pair else {
                panic!("a paper and its annotation, in pairs")
            };
            let bytes = std::fs::read(paper).expect("the paper can be read");
            let text = std::fs::read_to_string(gold).expect("the annotation can be read");
            let gold: Gold = serde_saphyr::from_str(&text).expect("it is an annotation");
            (read(&bytes, paper).expect("it is a paper"), (paper, gold))
        })
        .unzip();
    let mut differs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut all = Vec::new();
    for (audit, (paper, gold)) in audits_by(&papers, &files).iter().zip(golds) {
        let mut pairs = Vec::new();
        for item in &audit.items {
            let wanted = gold.items.iter().find(|one| one.id == item.asked.id);
            let Some(wanted) = wanted else { continue };
            let own = word(item.verdict).to_owned();
            let accepted = own == wanted.verdict || wanted.accept.contains(&own);
            if own != wanted.verdict {
                let told = difference(paper, item, wanted, accepted);
                differs.entry(item.asked.id.clone()).or_default().push(told);
            }
            pairs.push(Pair {
                own,
                wanted: wanted.verdict.clone(),
                accepted,
            });
        }
        told(paper, &pairs);
        all.extend(pairs);
    }
    if !all.is_empty() {
        told("all", &all);
    }
    if each {
        for (id, papers) in differs {
            println!("\n=== {id}\n{}", papers.join("\n"));
        }
    }
}

/// The items of a folder, by name.
fn of_folder(folder: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut files: Vec<(String, String)> = entries
        .filter_map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name()?.to_str()?.to_owned();
            let is_item = name.ends_with(".yaml") && name != "words.yaml";
            is_item.then(|| {
                let text = std::fs::read_to_string(&path).expect("the item can be read");
                (name, text)
            })
        })
        .collect();
    files.sort();
    files
}

fn difference(paper: &str, item: &Judged, wanted: &Annotated, accepted: bool) -> String {
    let cut = |text: &str| text.chars().take(SHOWN).collect::<String>();
    let mut lines = vec![format!(
        "- {paper}: audit {}, annotation {}{}",
        word(item.verdict),
        wanted.verdict,
        if accepted { " (accepts it)" } else { "" }
    )];
    let both = [("quote", &wanted.quote), ("note", &wanted.note)];
    for (name, text) in both {
        lines.extend(
            text.iter()
                .map(|text| format!("    annotation's {name}: {}", cut(text))),
        );
    }
    let quotes = item.evidence.iter();
    lines.extend(
        quotes.map(|quote| format!("    audit by `{}`: {}", quote.tells, cut(&quote.quote))),
    );
    lines.join("\n")
}

fn told(name: &str, pairs: &[Pair]) {
    let n = pairs.len() as f64;
    let share =
        |is: &dyn Fn(&Pair) -> bool| pairs.iter().filter(|pair| is(pair)).count() as f64 / n;
    let same = share(&|pair| pair.own == pair.wanted);
    let accepted = share(&|pair| pair.accepted);
    let chance: f64 = VERDICTS
        .iter()
        .map(|verdict| share(&|pair| pair.own == *verdict) * share(&|pair| pair.wanted == *verdict))
        .sum();
    let kappa = (same - chance) / (1.0 - chance);
    // Fleiss, Cohen and Everitt 1969, in the simple form for a large sample.
    let error = (same * (1.0 - same) / n).sqrt() / (1.0 - chance);
    let recall = VERDICTS.map(|verdict| {
        let of = pairs.iter().filter(|pair| pair.wanted == verdict);
        let found = of.clone().filter(|pair| pair.own == verdict).count();
        format!("{verdict} {found}/{}", of.count())
    });
    let common = VERDICTS
        .iter()
        .map(|verdict| share(&|pair| pair.wanted == *verdict))
        .fold(0.0, f64::max);
    println!(
        "{name}: same {:.1} %, accepted {:.1} %, kappa {kappa:.3} ({:.3} to {:.3}); {}; always the commonest: {:.1} %",
        100.0 * same,
        100.0 * accepted,
        kappa - 1.96 * error,
        kappa + 1.96 * error,
        recall.join(", "),
        100.0 * common
    );
}
