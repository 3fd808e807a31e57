//! What the name of a column says about when it is known.

use galen_spec::data::{KnownAt, Severity};
use serde_json::json;

use super::super::{Finding, Measure, Study};
use crate::names::{without_number, words};

/// How well a column must separate, at least, before its name is spoken of.
const SEPARATES: f64 = 0.55;

/// Words for what is known at the end of a stay or of follow-up.
const LATER: &[&str] = &[
    "autopsy",
    "death",
    "dead",
    "deceased",
    "died",
    "disch",
    "discharge",
    "expired",
    "followup",
    "futime",
    "lenfol",
    "los",
    "mortality",
    "outcome",
    "readmission",
    "readmitted",
    "survival",
    "survived",
];

/// Pairs of words for the same.
const LATER_PAIRS: &[[&str; 2]] = &[
    ["follow", "up"],
    ["length", "stay"],
    ["cause", "death"],
    ["stay", "days"],
    ["final", "diagnosis"],
];

/// Words that turn these into history.
const HISTORY: &[&str] = &[
    "family", "history", "hx", "last", "past", "prev", "previous", "prior",
];

/// Words for what clinicians order or give because they suspect something.
const ORDERS: &[&str] = &[
    "abx",
    "antibiotic",
    "antibiotics",
    "biopsy",
    "bolus",
    "catheter",
    "consult",
    "ct",
    "culture",
    "cultures",
    "dialysis",
    "dose",
    "drug",
    "fluid",
    "fluids",
    "intubation",
    "lactate",
    "medication",
    "mri",
    "norepinephrine",
    "order",
    "ordered",
    "orders",
    "prescription",
    "procalcitonin",
    "procedure",
    "surgery",
    "therapy",
    "transfusion",
    "treatment",
    "troponin",
    "vasopressor",
    "vasopressors",
    "ventilation",
    "ventilator",
];

/// Whether a column is by its name something that clinicians order or give.
pub(super) fn is_order(name: &str) -> bool {
    let found = words(name);
    let is = |word: &String| ORDERS.contains(&without_number(word));
    found.iter().any(is)
}

/// Whether a name says that the column is known only at the end.
fn is_later(name: &str) -> bool {
    let found = words(name);
    let has = |word: &str| found.iter().any(|other| other == word);
    !HISTORY.iter().any(|word| has(word))
        && (LATER.iter().any(|word| has(word))
            || LATER_PAIRS
                .iter()
                .any(|pair| pair.iter().all(|word| has(word))))
}

/// A column whose name says that it is known at the end, and which tells the label.
pub(super) fn said_by_name(study: &Study, column: &str) -> Option<Finding> {
    let declared = study.plan.and_then(|plan| plan.column(column));
    if declared.is_some_and(|column| column.known_at == KnownAt::Score) || !is_later(column) {
        return None;
    }
    let auroc = study.separation(column)?;
    if auroc.low.or(auroc.value)? < SEPARATES {
        return None;
    }
    Some(Finding {
        check: "future_leakage",
        severity: Severity::Warn,
        columns: vec![column.to_owned()],
        message: format!(
            "`{column}` is by its name known only at the end of the stay or of follow-up, and tells the label (AUC {:.2}).",
            auroc.value.unwrap_or_default()
        ),
        measure: Some(Measure {
            name: "auroc",
            estimate: auroc,
        }),
        evidence: json!({ "why": "name" }),
        help: "Leave it out of the inputs, or declare in data.yaml that it is known when the score is made."
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_word_by_word() {
        for later in [
            "Length_of_stay",
            "LOS",
            "discharge_date",
            "causeOfDeath",
            "lenfol",
            "Survival",
        ] {
            assert!(is_later(later), "{later}");
        }
        for known in [
            "age",
            "prior_discharge",
            "glossary",
            "closed",
            "family_history_death",
            "stay",
        ] {
            assert!(!is_later(known), "{known}");
        }
        assert!(is_order("Lactate") && is_order("antibiotic_order") && is_order("troponinT1"));
        assert!(!is_order("active") && !is_order("HR") && !is_order("product"));
    }
}
