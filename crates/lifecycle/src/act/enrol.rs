//! A person's key: made, kept by its owner, enrolled in the project.

use galen_control::act::enrol::Enrol;
use galen_control::{Actor, Ask};

use crate::error::ActError;
use crate::ports::Purpose;
use crate::project::{Entry, Project};

impl Project {
    /// Makes a key for a person, unless there is one, and enrols it. The record is signed by the key itself.
    ///
    /// # Errors
    /// [`ActError::Identity`] if the key cannot be made or opened; [`ActError::Refused`] if the person has one here.
    pub fn enrol(&self, person: &str) -> Result<Entry, ActError> {
        let public = match self
            .ports
            .identity
            .create(person, self.ports.entropy.as_ref())
        {
            Ok(public) => public,
            Err(crate::ports::IdentityError::Exists { .. }) => self
                .ports
                .identity
                .signer(person, Purpose::Record)?
                .public(),
            Err(error) => return Err(error.into()),
        };
        let ask = Ask::Enrol(Enrol {
            person: person.to_owned(),
            keyid: public.id().to_string(),
            public: public.to_string(),
        });
        self.one(&Actor::Person(person.to_owned()), None, ask)
    }
}
