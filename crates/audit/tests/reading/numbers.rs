//! What is true raises no remark, however it is written, and no text is too odd to be read.

use galen_audit::judging::Passage;
use galen_audit::judging::section::Section;
use galen_audit::numbers::{Numbers, check};
use galen_stats::Level;
use galen_stats::interval::{clopper_pearson, wilson};
use proptest::prelude::*;

/// Cases by truth and flag.
#[derive(Clone, Copy, Debug)]
struct Table {
    hits: u32,
    misses: u32,
    false_flags: u32,
    passed: u32,
}

/// How numbers are written.
#[derive(Clone, Copy, Debug)]
struct Spelling {
    decimals: usize,
    percent: bool,
    dash: &'static str,
    open: &'static str,
    close: &'static str,
    label: &'static str,
    fraction: usize,
    exact: bool,
    middle_dot: bool,
}

fn tables() -> impl Strategy<Value = Table> {
    (1u32..150, 0u32..80, 0u32..80, 1u32..400).prop_map(|(hits, misses, false_flags, passed)| {
        Table {
            hits,
            misses,
            false_flags,
            passed,
        }
    })
}

fn spellings() -> impl Strategy<Value = Spelling> {
    (
        0usize..4,
        any::<bool>(),
        prop::sample::select(vec!["–", "-", " to ", ", ", " – ", "; "]),
        prop::sample::select(vec![("(", ")"), ("[", "]"), (", ", "")]),
        prop::sample::select(vec![
            "95% CI ",
            "95% CI: ",
            "95% CI, ",
            "95% confidence interval, ",
            "CI 95%: ",
        ]),
        0usize..6,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(decimals, percent, dash, (open, close), label, fraction, exact, middle_dot)| {
                Spelling {
                    decimals: if percent { decimals } else { decimals.max(2) },
                    percent,
                    dash,
                    open,
                    close,
                    label,
                    fraction,
                    exact,
                    middle_dot,
                }
            },
        )
}

impl Spelling {
    fn number(self, share: f64) -> String {
        let decimals = self.decimals;
        let text = match self.percent {
            true => format!("{:.decimals$}", share * 100.0),
            false => format!("{share:.decimals$}"),
        };
        if self.middle_dot {
            text.replace('.', "·")
        } else {
            text
        }
    }

    fn sign(self) -> &'static str {
        if self.percent { "%" } else { "" }
    }

    /// A share with what tells where it comes from, with or without its interval.
    fn share(self, part: u32, whole: u32) -> String {
        let (k, n) = (f64::from(part), f64::from(whole));
        let value = format!("{}{}", self.number(k / n), self.sign());
        let bounds = |interval: (f64, f64)| {
            format!(
                "{}{}{}",
                self.number(interval.0),
                self.dash,
                self.number(interval.1)
            )
        };
        let interval = match self.exact {
            true => clopper_pearson(u64::from(part), u64::from(whole), Level::DEFAULT),
            false => wilson(k, n, Level::DEFAULT),
        };
        let (open, close, label) = (self.open, self.close, self.label);
        let interval = bounds(interval);
        match self.fraction {
            0 => format!("{value} {open}{label}{interval}{close}"),
            1 => format!("{value} ({part}/{whole}; {label}{interval})"),
            2 if self.percent => format!("{part}/{whole} ({value}; {label}{interval})"),
            3 if self.percent => format!("{part} of {whole} ({value})"),
            4 => format!("{value} ({part} of {whole})"),
            _ => value,
        }
    }
}

fn passages<'a>(texts: &'a [(Section, usize, String)]) -> Vec<Passage<'a>> {
    let passage = |(section, paragraph, text): &'a (Section, usize, String)| Passage {
        text,
        section: *section,
        paragraph: *paragraph,
        is_table: text.contains('\t'),
        is_parted: false,
    };
    texts.iter().map(passage).collect()
}

fn checked(texts: &[(Section, usize, String)]) -> Numbers {
    check(&passages(texts))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_true_table_raises_nothing_in_any_spelling(table in tables(), spelling in spellings(), order in 0usize..4) {
        let Table { hits, misses, false_flags, passed } = table;
        let (diseased, healthy) = (hits + misses, false_flags + passed);
        let n = diseased + healthy;
        let ratio = |up: u32, down: u32| f64::from(up) / f64::from(down);
        let sensitivity = spelling.share(hits, diseased);
        let specificity = spelling.share(passed, healthy);
        let ppv = spelling.share(hits, hits + false_flags);
        let npv = spelling.share(passed, passed + misses);
        let accuracy = spelling.share(hits + passed, n);
        let number = |share: f64| format!("{}{}", spelling.number(share), spelling.sign());
        let f1 = number(ratio(2 * hits, 2 * hits + false_flags + misses));
        let jaccard = number(ratio(hits, hits + false_flags + misses));
        let area = number(f64::midpoint(ratio(hits, diseased), ratio(passed, healthy)));
        let sentence = match order {
            0 => format!("In {n} patients, sensitivity was {sensitivity}, specificity was {specificity}, and accuracy was {accuracy}."),
            1 => format!("The AUROC was {area}, with a sensitivity of {sensitivity} and a specificity of {specificity}, a PPV of {ppv} and an NPV of {npv}."),
            2 => format!("Sensitivity, specificity, PPV and NPV were {sensitivity}, {specificity}, {ppv}, and {npv}, respectively."),
            _ => format!("Precision was {ppv}, recall was {sensitivity}, and the F1 score was {f1}, with an IoU of {jaccard}."),
        };
        let counts = format!("Of the {n} patients, {diseased} ({:.1}%) had the disease.", 100.0 * ratio(diseased, n));
        let whole = format!("We used {n} images ({diseased} positive and {healthy} negative).");
        let header = "Model\tSensitivity\tSpecificity\tPPV\tNPV\tAccuracy\tF1\tJaccard\tAUC".to_owned();
        let cells = [
            ratio(hits, diseased),
            ratio(passed, healthy),
            ratio(hits, hits + false_flags),
            ratio(passed, passed + misses),
            ratio(hits + passed, n),
        ]
        .map(number);
        let row = format!("Ours\t{}\t{f1}\t{jaccard}\t{area}", cells.join("\t"));
        let texts = [
            (Section::Abstract, 0, sentence.clone()),
            (Section::Results, 1, sentence),
            (Section::Results, 1, counts),
            (Section::Methods, 2, whole),
            (Section::Results, 3, header),
            (Section::Results, 3, row),
        ];
        let numbers = checked(&texts);
        prop_assert!(numbers.remarks.is_empty(), "{texts:#?} {:#?}", numbers.remarks);
        prop_assert!(numbers.metrics.len() >= 8, "{texts:#?} {:#?}", numbers.metrics);
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}", row in "[0-9a-z%(),.\\t–·/=±<\u{a0}\u{2009}-]{0,120}") {
        checked(&[(Section::Abstract, 0, text), (Section::Results, 1, row.clone()), (Section::Results, 1, row)]);
    }

    #[test]
    fn any_words_of_papers_are_read(words in prop::collection::vec(prop::sample::select(vec![
        "AUC", "sensitivity", "was", "of", "0.91", "(95% CI", "0.88–0.94)", "91.2%", "(31/34)", "and", "n = 34", "patients", "test set",
        "training", "1,234", "F1", "IoU", "κ", "·", "[", "]", ")", ",", ";", "±", "–", "12 of", "0", "99999999999999999999999", "1e9", "%",
        "split", "total", "\t", "true alarms", "in the", "3 of 0 (5%)", "0/0 (0%)", "é", "\u{a0}",
    ]), 0..40)) {
        let text = words.join(" ");
        checked(&[(Section::Abstract, 0, text.clone()), (Section::Results, 1, text.clone()), (Section::Results, 1, text)]);
    }
}
