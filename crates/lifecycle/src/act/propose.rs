//! Proposing a change.

use galen_control::act::propose::Ask as ProposeAsk;
use galen_control::{Actor, Ask};
use jiff::civil::Date;

use crate::error::ActError;
use crate::project::{Entry, Project};

impl Project {
    /// Proposes a run's model for release.
    ///
    /// # Errors
    /// [`ActError::Refused`], among others if the model uses what is not known when its score is made.
    pub fn propose(
        &self,
        by: &Actor,
        as_of: Option<Date>,
        run: &str,
        modification: Option<&str>,
        summary: &str,
    ) -> Result<Entry, ActError> {
        let ask = ProposeAsk {
            run: run.to_owned(),
            modification: modification.map(str::to_owned),
            summary: summary.to_owned(),
        };
        self.one(by, as_of, Ask::Propose(ask))
    }
}
