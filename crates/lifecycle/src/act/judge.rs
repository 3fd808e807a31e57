//! Judging a change: the look is recorded, then the sealed reference set is opened in memory and the change judged.

use std::io::Read;

use galen_control::act::judge::{Ask as JudgeAsk, Judge};
use galen_control::act::open::Ask as OpenAsk;
use galen_control::act::seal::Seal;
use galen_control::judge::CriterionResult;
use galen_control::{Actor, Ask, Deed, Evidence, Held, judge};
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
    /// reach the disk. An evaluation that was broken off after its look was counted goes on with that look.
    ///
    /// # Errors
    /// [`ActError::Refused`] before the set is opened, if there may be no look.
    pub fn judge(&self, by: &Actor, as_of: Option<Date>, change: &str) -> Result<Judged, ActError> {
        let state = self.state()?;
        let protocol = self.protocol(&state)?;
        let found = state.change(change)?;
        let set = &protocol.value.reference_set.dataset;
        let open = Ask::Open(OpenAsk {
            change: change.to_owned(),
        });
        // Whatever can fail without the set fails before the look is counted.
        if found.opened.is_none() {
            self.ask(by, as_of, open.clone())?;
        }
        let Some(sealed) = state.sealed.get(set) else {
            return Err(ActError::input(
                "not_sealed",
                format!("the reference set {set} is not sealed"),
                format!("seal it first: galen data seal {set}"),
            ));
        };
        let seal = &sealed.seal;
        self.model(&found.model.digest)?;
        let plain = plain_of(self, seal)?;
        if found.opened.is_none() {
            self.one(by, as_of, open)?;
        }
        let released = state.live_release().map(|release| release.model.clone());
        let subjects = subjects(&found.model, seal.plain, protocol.digest, released.as_ref());
        let table = read_table(&plain)?;
        let evidence = self.evaluate(
            &found.model,
            released.as_ref(),
            &protocol.value,
            (&table, self.patient(&state)?.as_deref()),
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
}

/// The plain bytes of a sealed set, for which the custodian gives the passphrase. Nobody sees them before the look is recorded.
pub(crate) fn plain_of(project: &Project, seal: &Seal) -> Result<Vec<u8>, ActError> {
    let bytes = project.artifacts.get(&seal.sealed)?;
    let ports = &project.ports;
    let custodian = ports
        .identity
        .custodian(&seal.custodian, ports.entropy.as_ref())?;
    let plain = unsealed(&custodian, &bytes)?;
    if Digest::of(&plain) != seal.plain {
        return Err(ActError::input(
            "sealed_differs",
            "the sealed reference set does not hold the bytes that were sealed",
            "run galen verify",
        ));
    }
    Ok(plain)
}

fn unsealed(custodian: &age::x25519::Identity, sealed: &[u8]) -> Result<Vec<u8>, ActError> {
    let closed = |why: String| {
        ActError::input(
            "sealed",
            why,
            "ask the custodian; a damaged set shows in galen verify",
        )
    };
    let decryptor = age::Decryptor::new(sealed).map_err(|error| closed(error.to_string()))?;
    let mut reader = decryptor
        .decrypt(std::iter::once(custodian as &dyn age::Identity))
        .map_err(|error| closed(error.to_string()))?;
    let mut plain = Vec::new();
    reader
        .read_to_end(&mut plain)
        .map_err(|error| closed(error.to_string()))?;
    Ok(plain)
}
