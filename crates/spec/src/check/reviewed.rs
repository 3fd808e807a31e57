use super::{CrossCheck, Problem, Vocabulary};
use crate::file::{Name, Specs};

/// What a profile suggests holds of the rows that were profiled; whether it should of others, only a person knows.
pub struct Reviewed;

impl CrossCheck for Reviewed {
    fn id(&self) -> &'static str {
        "data.reviewed"
    }

    fn holds(&self) -> &'static str {
        "Every expectation that a profile suggested was reviewed: none is marked `suggested`."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let all = specs.data.expectations.iter().enumerate();
        all.filter(|(_, one)| one.suggested)
            .map(|(e, one)| {
                let message = format!("a profile suggested `{}`, and nobody has reviewed it", one.id);
                let path = format!("expectations[{e}].suggested");
                Problem::error(Name::Data, path, message)
                    .help("if it should hold of other data as well, take this line out; if not, change or remove the entry")
            })
            .collect()
    }
}
