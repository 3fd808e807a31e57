//! Recording an authorisation.

use galen_control::act::authorise::Authorise;
use galen_control::act::freeze::Frozen;
use galen_control::{Actor, Ask};
use galen_spec::Name;
use jiff::civil::Date;

use crate::error::ActError;
use crate::project::{Entry, Project};

/// What an authority wrote.
pub struct Letter<'a> {
    pub kind: &'a str,
    pub authority: &'a str,
    pub number: &'a str,
    pub date: Date,
    pub scope: &'a str,
    /// The bytes of the letter.
    pub bytes: &'a [u8],
}

impl Project {
    /// Records what an authority or notified body allowed, for the frozen intent and PCCP.
    ///
    /// # Errors
    /// [`ActError::Refused`] if one of them is not frozen.
    pub fn authorise(&self, by: &Actor, letter: &Letter) -> Result<Entry, ActError> {
        let state = self.state()?;
        let covers = [Name::Intent, Name::Pccp]
            .into_iter()
            .filter_map(|name| {
                state.frozen.get(&name).map(|frozen| Frozen {
                    name,
                    digest: frozen.digest,
                })
            })
            .collect();
        let ask = Ask::Authorise(Authorise {
            kind: letter.kind.to_owned(),
            authority: letter.authority.to_owned(),
            number: letter.number.to_owned(),
            date: letter.date,
            scope: letter.scope.to_owned(),
            letter: self.keep(letter.bytes)?,
            covers,
        });
        self.one(by, None, ask)
    }
}
