//! Accepting an anomaly into the frozen schema.

use galen_control::act::accept::Ask as AcceptAsk;
use galen_control::act::examine::Examination;
use galen_control::{Accepted, Actor, Ask, Deed, Held};
use galen_store::Digest;

use super::examination;
use crate::error::ActError;
use crate::project::Project;

impl Project {
    /// Accepts an anomaly of a column, by the name of TensorFlow Data Validation: the dataset is validated again, and what
    /// was found there is let pass from now on.
    ///
    /// # Errors
    /// [`ActError::Refused`], among others if the dataset has no such anomaly; nothing is kept then.
    pub fn accept(
        &self,
        by: &Actor,
        dataset: &str,
        column: &str,
        kind: &str,
        reason: &str,
    ) -> Result<Accepted, ActError> {
        let state = self.state()?;
        let plan = self.data_plan(&state)?;
        let data = state.dataset(dataset)?.digest;
        state.not_sealed(data)?;
        let bytes = self.artifacts.get(&data)?;
        let evidence = examination(&bytes, data, &plan, None, &state, Examination::Validate)?;
        let kept = evidence.bytes();
        let ask = Ask::Accept(AcceptAsk {
            dataset: dataset.to_owned(),
            column: column.to_owned(),
            kind: kind.to_owned(),
            reason: reason.to_owned(),
            evidence: Held {
                digest: Digest::of(&kept),
                value: evidence,
            },
        });
        self.ask(by, None, ask.clone())?;
        self.keep(&kept)?;
        let entry = self.one(by, None, ask)?;
        let Deed::Accept(accept) = entry.record.deed else {
            unreachable!("an acceptance records itself")
        };
        Ok(Accepted {
            accept,
            entry: entry.index,
            by: entry.record.by,
            at: entry.record.at,
        })
    }
}
