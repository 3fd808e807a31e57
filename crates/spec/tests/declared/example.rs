//! The example project as texts, whole or with one text replaced.

use std::path::PathBuf;

use galen_spec::{Diagnostic, Name, Places, Specs, Vocabulary, check};

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The text of a file of the example.
pub fn text(name: Name) -> Option<String> {
    std::fs::read_to_string(root().join("examples/flchain").join(name.file())).ok()
}

/// The text of a file of the example in which `from` became `to`, once.
pub fn broken(name: Name, from: &str, to: &str) -> String {
    let text = text(name).unwrap();
    assert!(text.contains(from), "{name} has no `{from}`");
    text.replacen(from, to, 1)
}

/// What reading and checking find.
pub fn diagnostics(text: &dyn Fn(Name) -> Option<String>) -> Vec<Diagnostic> {
    match Specs::read(text) {
        Ok(specs) => check(&specs, &Places::of(text), &vocabulary()),
        Err(found) => found,
    }
}

fn vocabulary() -> Vocabulary {
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Vocabulary {
        metrics: list(&["auroc", "sensitivity", "specificity", "o_e_ratio"]),
        ranges: [("auroc", [0.0, 1.0]), ("o_e_ratio", [0.0, f64::INFINITY])]
            .map(|(metric, range)| (metric.to_owned(), range))
            .into(),
        perturbations: list(&["multiplicative_error", "set_missing"]),
        expectations: list(&[
            "expect_column_to_exist",
            "expect_column_values_to_be_between",
            "expect_column_values_to_be_in_set",
            "expect_column_values_to_not_be_null",
            "expect_table_row_count_to_be_between",
        ]),
        monitor_checks: list(&["missing_share", "drift", "alert_rate", "performance"]),
        natives: list(&["train.logistic_regression"]),
    }
}
