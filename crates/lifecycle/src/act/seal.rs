//! Sealing a reference set to a custodian's key.

use galen_control::act::seal::Seal;
use galen_control::{Actor, Ask, Refusal};
use galen_spec::Name;
use galen_spec::data::Data;
use galen_table::cohort::synthetic_rows;

use crate::error::ActError;
use crate::models::read_table;
use crate::project::{Entry, Project};

impl Project {
    /// Encrypts a dataset to the custodian's key (age, X25519), keeps the encrypted artifact, and removes the plain one.
    ///
    /// Other copies of the plain file are not reached; who has one can look without being counted.
    ///
    /// # Errors
    /// [`ActError::Refused`] if it is sealed already.
    pub fn seal(&self, by: &Actor, dataset: &str, custodian: &str) -> Result<Entry, ActError> {
        let state = self.state()?;
        let found = state.dataset(dataset)?;
        let plain_digest = found.digest;
        let seal = |sealed, recipient: String| {
            Ask::Seal(Seal {
                dataset: dataset.to_owned(),
                plain: plain_digest,
                sealed,
                custodian: custodian.to_owned(),
                recipient,
            })
        };
        // Asked first with an empty artifact, so that a refused seal writes nothing.
        self.ask(by, None, seal(plain_digest, String::new()))?;
        let plain = self.artifacts.get(&plain_digest)?;
        if state.frozen.contains_key(&Name::Data) {
            no_synthetic_row(dataset, &plain, &self.data_plan(&state)?.value)?;
        }
        let (sealed, recipient) = sealed_to(self, custodian, &plain)?;
        let entry = self.one(by, None, seal(self.keep(&sealed)?, recipient))?;
        self.store
            .remove(&galen_store::Artifacts::path(&plain_digest))?;
        Ok(entry)
    }
}

/// Refuses a set with rows that the data plan says are synthetic.
fn no_synthetic_row(dataset: &str, plain: &[u8], plan: &Data) -> Result<(), ActError> {
    // A folder of files has no rows that an expression could be asked about.
    let (Some(_), Ok(table)) = (&plan.synthetic, read_table(plain)) else {
        return Ok(());
    };
    let synthetic = synthetic_rows(&table, plan).map_err(|error| {
        let help = "correct the table, or `synthetic` in data.yaml";
        ActError::input("seal", error.to_string(), help)
    })?;
    let count = synthetic.iter().filter(|one| **one).count();
    if count == 0 {
        return Ok(());
    }
    Err(ActError::Refused(Refusal::new(
        "synthetic",
        format!(
            "{count} rows of {dataset} are synthetic, and no reference set holds what was generated"
        ),
        "take these rows out, and add the rest as a new version",
    )))
}

/// Bytes encrypted to a custodian's key, and its public recipient.
pub(crate) fn sealed_to(
    project: &Project,
    custodian: &str,
    plain: &[u8],
) -> Result<(Vec<u8>, String), ActError> {
    let ports = &project.ports;
    let recipient = ports
        .identity
        .custodian(custodian, ports.entropy.as_ref())?
        .to_public();
    let sealed = age::encrypt(&recipient, plain).map_err(|error| {
        ActError::input("seal", error.to_string(), "look at the custodian's key")
    })?;
    Ok((sealed, recipient.to_string()))
}
