use super::{CrossCheck, Problem, Vocabulary};
use crate::file::{Name, Specs};

/// A claim that no endpoint could refute is advertising.
pub struct Claims;

impl CrossCheck for Claims {
    fn id(&self) -> &'static str {
        "intent.claim.endpoint"
    }

    fn holds(&self) -> &'static str {
        "Every claim names endpoints of the protocol."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let mut problems = Vec::new();
        let there = || specs.protocol.endpoints.iter().map(|e| e.id.as_str());
        for (c, claim) in specs.intent.claims.iter().enumerate() {
            let path = format!("claims[{c}].endpoints");
            if claim.endpoints.is_empty() {
                let message = format!("the claim `{}` has no endpoint", claim.id);
                let help =
                    "name the endpoints of protocol.yaml that could refute it, or drop the claim";
                problems.push(Problem::error(Name::Intent, &path, message).help(help));
            }
            for (e, endpoint) in claim.endpoints.iter().enumerate() {
                let path = format!("{path}[{e}]");
                problems.extend(Problem::unless_named(
                    Name::Intent,
                    path,
                    "endpoint",
                    endpoint,
                    there(),
                ));
            }
        }
        problems
    }
}
