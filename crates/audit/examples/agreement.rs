//! How far the audit agrees with annotated papers: `cargo run --release -p galen-audit --example agreement -- PAPER GOLD.yaml …`.
//!
//! Prints each paper's agreement, Cohen's kappa with its interval, recall by verdict, and beside it a reader who always gives the commonest
//! verdict. Quotes are looked for in the paper's text by letters and digits.

use galen_audit::{Verdict, audit, read};
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
}

const VERDICTS: [&str; 3] = ["reported", "partial", "not_reported"];

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reported => "reported",
        Verdict::Partial => "partial",
        Verdict::NotReported => "not_reported",
        Verdict::NotApplicable => "not_applicable",
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let verbose = arguments.iter().any(|argument| argument == "--items");
    let files: Vec<&String> = arguments
        .iter()
        .filter(|argument| *argument != "--items")
        .collect();
    let mut all: Vec<(String, String, bool)> = Vec::new();
    for pair in files.chunks(2) {
        let [paper, gold] = pair else {
            panic!("a paper and its annotation, in pairs")
        };
        let bytes = std::fs::read(paper).expect("the paper can be read");
        let found = audit(&read(&bytes, paper).expect("it is a paper"));
        let text = std::fs::read_to_string(gold).expect("the annotation can be read");
        let gold: Gold = serde_saphyr::from_str(&text).expect("it is an annotation");
        let mut pairs = Vec::new();
        for item in &found.items {
            let Some(wanted) = gold.items.iter().find(|one| one.id == item.asked.id) else {
                continue;
            };
            let own = word(item.verdict).to_owned();
            let accepted = own == wanted.verdict || wanted.accept.contains(&own);
            if verbose && own != wanted.verdict {
                println!(
                    "{} {own} [{}]{}",
                    item.asked.id,
                    wanted.verdict,
                    if accepted { " accepted" } else { "" }
                );
                for quote in &item.evidence {
                    println!(
                        "    {}: {}",
                        quote.tells,
                        quote.quote.chars().take(220).collect::<String>()
                    );
                }
            }
            pairs.push((own, wanted.verdict.clone(), accepted));
        }
        told(paper, &pairs);
        all.extend(pairs);
    }
    told("all", &all);
}

fn told(name: &str, pairs: &[(String, String, bool)]) {
    let n = pairs.len() as f64;
    let share = |count: usize| count as f64 / n;
    let same = share(
        pairs
            .iter()
            .filter(|(own, wanted, _)| own == wanted)
            .count(),
    );
    let accepted = share(pairs.iter().filter(|(.., accepted)| *accepted).count());
    let of = |own: bool, verdict: &str| {
        share(
            pairs
                .iter()
                .filter(|(a, b, _)| if own { a == verdict } else { b == verdict })
                .count(),
        )
    };
    let chance: f64 = VERDICTS
        .iter()
        .map(|verdict| of(true, verdict) * of(false, verdict))
        .sum();
    let kappa = (same - chance) / (1.0 - chance);
    // Fleiss, Cohen and Everitt 1969, in the simple form for a large sample.
    let error = (same * (1.0 - same) / n).sqrt() / (1.0 - chance);
    let recall = VERDICTS.map(|verdict| {
        let of = pairs.iter().filter(|(_, wanted, _)| wanted == verdict);
        let found = of.clone().filter(|(own, ..)| own == verdict).count();
        format!("{verdict} {found}/{}", of.count())
    });
    let common = VERDICTS
        .iter()
        .map(|verdict| of(false, verdict))
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
