//! Opening a sealed set for a purpose.

use galen_control::act::look::{Ask as LookAsk, Look};
use galen_control::{Actor, Ask, Deed};

use super::judge::plain_of;
use crate::error::ActError;
use crate::project::{Entry, Project};

/// A sealed set that somebody asked to open.
#[derive(Debug)]
pub struct Asked {
    pub entry: Entry,
    pub look: Look,
    /// The plain bytes, if enough people have asked.
    pub plain: Option<Vec<u8>>,
}

impl Project {
    /// Asks to open a sealed set for a purpose. With the last who is needed the look is recorded, and then the custodian's
    /// passphrase opens it.
    ///
    /// # Errors
    /// [`ActError::Refused`] without the duty, beyond the budget, or for who has asked before; [`ActError::Input`] if the set
    /// cannot be decrypted, which is found out before the look is counted.
    pub fn open_sealed(&self, by: &Actor, dataset: &str, purpose: &str) -> Result<Asked, ActError> {
        let ask = Ask::Look(LookAsk {
            dataset: dataset.to_owned(),
            purpose: purpose.to_owned(),
        });
        let state = self.state()?;
        let decided = self.ask(by, None, ask.clone())?;
        let opens = decided
            .iter()
            .any(|record| matches!(&record.deed, Deed::Look(look) if look.opened.is_some()));
        let plain = match opens {
            true => {
                let sealed = state.sealed.get(dataset);
                sealed
                    .map(|sealed| plain_of(self, &sealed.seal))
                    .transpose()?
            }
            false => None,
        };
        let entry = self.one(by, None, ask)?;
        let Deed::Look(look) = entry.record.deed.clone() else {
            unreachable!("looking records a look")
        };
        let plain = plain.filter(|_| look.opened.is_some());
        Ok(Asked { entry, look, plain })
    }
}
