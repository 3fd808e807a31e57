use super::{CrossCheck, Problem, Vocabulary};
use crate::file::risk::Verification;
use crate::file::{Name, Specs};

/// A risk control is verified by something that will be carried out.
///
/// # Source
/// ISO 14971:2019 clause 7.2: implementation and effectiveness are both verified.
pub struct RiskControls;

impl CrossCheck for RiskControls {
    fn id(&self) -> &'static str {
        "risk.risk_control.verification"
    }

    fn holds(&self) -> &'static str {
        "Every risk control is verified by a criterion, expectation, monitor check, contraindication or release signature that exists."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (c, control) in specs.risk.risk_controls.iter().enumerate() {
            let path = format!("risk_controls[{c}].verified_by");
            if control.verified_by.is_empty() {
                let message = format!("nothing verifies the risk control `{}`", control.id);
                problems.push(Problem::error(Name::Risk, &path, message));
            }
            for (v, verification) in control.verified_by.iter().enumerate() {
                problems.extend(unknown(specs, &format!("{path}[{v}]"), verification));
            }
        }
        problems
    }
}

fn unknown(specs: &Specs, path: &str, verification: &Verification) -> Option<Problem> {
    let criteria = specs.protocol.criteria.iter().map(|entry| &entry.id);
    let expectations = specs.data.expectations.iter().map(|entry| &entry.id);
    let checks = specs.monitor.checks.iter().map(|entry| &entry.id);
    let contraindications = specs.intent.contraindications.iter().map(|entry| &entry.id);
    let (key, what, word, there): (_, _, _, Vec<&String>) = match verification {
        Verification::Criterion(word) => ("criterion", "criterion", word, criteria.collect()),
        Verification::Expectation(word) => {
            ("expectation", "expectation", word, expectations.collect())
        }
        Verification::Check(word) => ("check", "monitor check", word, checks.collect()),
        Verification::Contraindication(word) => (
            "contraindication",
            "contraindication",
            word,
            contraindications.collect(),
        ),
        Verification::Signature(word) => (
            "signature",
            "role among the release signatures,",
            word,
            specs.team.release_signatures.iter().collect(),
        ),
    };
    let there = there.into_iter().map(String::as_str);
    Problem::unless_named(Name::Risk, format!("{path}.{key}"), what, word, there)
}
