//! Freezing declared files.

use galen_control::act::freeze::{Ask as FreezeAsk, Frozen};
use galen_control::{Actor, Ask, Held};
use galen_spec::Name;
use galen_spec::Severity;
use galen_store::Digest;

use crate::error::ActError;
use crate::project::{Entry, Project};

impl Project {
    /// Puts the digests of declared files on the ledger, after all files were checked together.
    ///
    /// # Errors
    /// [`ActError::Declared`] if a check finds an error; [`ActError::Refused`].
    pub fn freeze(&self, by: &Actor, names: &[Name]) -> Result<Entry, ActError> {
        let mut found = self.check()?;
        found.retain(|diagnostic| diagnostic.severity == Severity::Error);
        if !found.is_empty() {
            return Err(ActError::Declared(found));
        }
        let mut ask = FreezeAsk {
            specs: Vec::new(),
            team: None,
            protocol: None,
        };
        for &name in names {
            let text = self.text_of(name)?;
            let digest = self.keep(text.as_bytes())?;
            ask.specs.push(Frozen { name, digest });
            match name {
                Name::Team => ask.team = Some(parsed(name, digest, &text)?),
                Name::Protocol => ask.protocol = Some(parsed(name, digest, &text)?),
                _ => {}
            }
        }
        self.one(by, None, Ask::Freeze(ask))
    }
}

fn parsed<T: serde::de::DeserializeOwned + serde::Serialize>(
    name: Name,
    digest: Digest,
    text: &str,
) -> Result<Held<T>, ActError> {
    let value = galen_spec::read::read(&name.file(), text).map_err(ActError::Declared)?;
    Ok(Held { digest, value })
}
