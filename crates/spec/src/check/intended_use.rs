use super::{CrossCheck, Problem, Vocabulary};
use crate::file::{Name, Specs};

/// A device that is for everybody in every state has not been thought about.
pub struct IntendedUse;

impl CrossCheck for IntendedUse {
    fn id(&self) -> &'static str {
        "intent.complete"
    }

    fn holds(&self) -> &'static str {
        "The intended use names indications, contraindications, users and claims, and no text of it is empty."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let intent = &specs.intent;
        let lists = [
            ("indications", intent.indications.is_empty()),
            ("contraindications", intent.contraindications.is_empty()),
            ("users", intent.users.is_empty()),
            ("claims", intent.claims.is_empty()),
        ];
        let texts = [
            ("device", &intent.device),
            ("manufacturer", &intent.manufacturer),
            ("intended_use", &intent.intended_use),
            ("population", &intent.population),
            ("environment", &intent.environment),
            ("output", &intent.output),
            ("workflow", &intent.workflow),
        ];
        let lists = lists.into_iter().filter(|(_, empty)| *empty);
        let texts = texts.into_iter().filter(|(_, text)| text.trim().is_empty());
        let names = lists.map(|(key, _)| key).chain(texts.map(|(key, _)| key));
        names
            .map(|key| {
                Problem::error(Name::Intent, key, format!("`{key}` says nothing"))
                    .help("an intended use without it cannot be checked against anything")
            })
            .collect()
    }
}
