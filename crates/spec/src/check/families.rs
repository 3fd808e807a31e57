use super::{CrossCheck, Problem, Vocabulary};
use crate::file::{Name, Specs};

/// Criteria that share an error are those of the protocol, each once, of one level.
pub struct Families;

impl CrossCheck for Families {
    fn id(&self) -> &'static str {
        "protocol.family"
    }

    fn holds(&self) -> &'static str {
        "A family names criteria of the protocol that ask something, each in one family only and all of one level; the weights and transitions of a graph are shares of its criteria that sum to at most 1."
    }

    fn problems(&self, specs: &Specs, _: &Vocabulary) -> Vec<Problem> {
        let protocol = &specs.protocol;
        let families = protocol.families.iter().enumerate();
        families
            .filter_map(|(at, family)| {
                let (key, message) = family.problem(protocol)?;
                let path = format!("families[{at}].{key}");
                Some(Problem::error(Name::Protocol, path, message))
            })
            .collect()
    }
}
