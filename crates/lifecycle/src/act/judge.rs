//! Judging a change: the sealed reference set is opened in memory, for one counted look.

use std::io::Read;

use galen_control::act::judge::{Ask as JudgeAsk, Judge, may_look};
use galen_control::judge::CriterionResult;
use galen_control::{Actor, Ask, Deed, Evidence, Held, judge};
use galen_spec::Name;
use galen_store::Digest;
use jiff::civil::Date;

use crate::error::ActError;
use crate::models::{read_table, subjects};
use crate::project::{Entry, Project};

/// A change that was judged.
#[derive(Clone, Debug)]
pub struct Judged {
    pub entry: Entry,
    pub judge: Judge,
    pub evidence: Evidence,
    pub criteria: Vec<CriterionResult>,
}

impl Project {
    /// Judges a proposed change on the sealed reference set. The custodian gives the passphrase; the plain bytes never
    /// reach the disk.
    ///
    /// # Errors
    /// [`ActError::Refused`] before the set is opened, if there may be no look.
    pub fn judge(&self, by: &Actor, as_of: Option<Date>, change: &str) -> Result<Judged, ActError> {
        let state = self.state()?;
        let specs = self.in_force(&state, &[Name::Team, Name::Protocol])?;
        let Some(protocol) = &specs.protocol else {
            return Err(ActError::input(
                "not_frozen",
                "protocol.yaml is not frozen",
                "freeze it first: galen freeze protocol",
            ));
        };
        let found = may_look(&state, &protocol.value, change)?.clone();
        let seal = &state.sealed[&protocol.value.reference_set.dataset].seal;
        let plain = self.open_sealed(&seal.custodian, &self.artifacts.get(&seal.sealed)?)?;
        if Digest::of(&plain) != seal.plain {
            return Err(ActError::input(
                "sealed_differs",
                "the sealed reference set does not hold the bytes that were sealed",
                "run galen verify",
            ));
        }
        let released = state.live_release().map(|release| release.model.clone());
        let subjects = subjects(&found.model, seal.plain, protocol.digest, released.as_ref());
        let table = read_table(&plain)?;
        let evidence = self.evaluate(
            &found.model,
            released.as_ref(),
            &protocol.value,
            &table,
            subjects,
        )?;
        let criteria = judge::criteria(&state, &protocol.value, &evidence);
        let digest = self.keep(&evidence.bytes())?;
        let held = Held {
            digest,
            value: evidence.clone(),
        };
        let entry = self.one(
            by,
            as_of,
            Ask::Judge(JudgeAsk {
                change: change.to_owned(),
                evidence: held,
            }),
        )?;
        let Deed::Judge(judge) = entry.record.deed.clone() else {
            unreachable!("judging records a verdict")
        };
        Ok(Judged {
            entry,
            judge,
            evidence,
            criteria,
        })
    }

    fn open_sealed(&self, custodian: &str, sealed: &[u8]) -> Result<Vec<u8>, ActError> {
        let identity = self
            .ports
            .identity
            .custodian(custodian, self.ports.entropy.as_ref())?;
        let closed = |why: String| {
            ActError::input(
                "sealed",
                why,
                "ask the custodian; a damaged set shows in galen verify",
            )
        };
        let decryptor = age::Decryptor::new(sealed).map_err(|error| closed(error.to_string()))?;
        let identity: &dyn age::Identity = &identity;
        let mut reader = decryptor
            .decrypt(std::iter::once(identity))
            .map_err(|error| closed(error.to_string()))?;
        let mut plain = Vec::new();
        reader
            .read_to_end(&mut plain)
            .map_err(|error| closed(error.to_string()))?;
        Ok(plain)
    }
}
