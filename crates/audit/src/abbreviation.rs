//! Dots that end no sentence.

/// Words that are written with a dot, in small letters.
const ABBREVIATIONS: &[&str] = &[
    "al", "approx", "appr", "art", "assoc", "ca", "cf", "chap", "dept", "dr", "ed", "eds", "e.g",
    "eq", "eqn", "eqns", "eqs", "esp", "est", "etc", "ex", "fig", "figs", "i.e", "incl", "inc",
    "ltd", "max", "min", "mr", "mrs", "ms", "no", "nos", "p", "pp", "prof", "ref", "refs", "resp",
    "sec", "sect", "st", "suppl", "supp", "tab", "u.s", "u.k", "v", "viz", "vol", "vs", "w.r.t",
    "s.d", "s.e", "i.v", "a.k.a", "ph.d", "m.d", "jr", "sr", "et", "vers", "ver", "corp", "univ",
    "hosp", "med", "clin", "inst", "int", "natl", "conf", "proc", "trans", "rev", "sci",
];

/// Whether the dot at the end of a text belongs to its last word, such as `et al.` or an initial.
pub(crate) fn ends(text: &str) -> bool {
    let Some(text) = text.strip_suffix('.') else {
        return false;
    };
    let word = text
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '[' | ',' | ';' | '–' | '/'))
        .next()
        .unwrap_or("");
    let mut letters = word.chars();
    let initial = matches!((letters.next(), letters.next()), (Some(c), None) if c.is_alphabetic());
    initial || ABBREVIATIONS.contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dot_of_an_abbreviation_or_initial_is_its_own() {
        for text in [
            "Moor et al.",
            "see Fig.",
            "(e.g.",
            "i.e.",
            "Smith J.",
            "AUC vs.",
        ] {
            assert!(ends(text), "{text}");
        }
        for text in ["the ICU.", "0.95.", "of patients.", "al"] {
            assert!(!ends(text), "{text}");
        }
    }
}
