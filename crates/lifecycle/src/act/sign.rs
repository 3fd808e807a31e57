//! Signing a change.

use galen_control::act::sign::{Ask as SignAsk, Meaning};
use galen_control::{Actor, Ask};

use crate::error::ActError;
use crate::project::{Entry, Project};

impl Project {
    /// Signs a change in a role; the signer gives the passphrase anew.
    ///
    /// # Errors
    /// [`ActError::Refused`], among others for one's own proposal.
    pub fn sign(
        &self,
        by: &Actor,
        change: &str,
        role: &str,
        meaning: Meaning,
        reason: &str,
    ) -> Result<Entry, ActError> {
        let ask = SignAsk {
            change: change.to_owned(),
            role: role.to_owned(),
            meaning,
            reason: reason.to_owned(),
        };
        self.one(by, None, Ask::Sign(ask))
    }
}
