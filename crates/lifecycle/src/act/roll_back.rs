//! Rolling back by hand.

use galen_control::act::roll_back::Ask as RollBackAsk;
use galen_control::{Actor, Ask};
use jiff::civil::Date;

use crate::error::ActError;
use crate::project::{Entry, Project};

impl Project {
    /// Returns to an earlier release, the latest superseded one if none is named.
    ///
    /// # Errors
    /// [`ActError::Refused`] if nothing is live, or the target is not fit.
    pub fn roll_back(
        &self,
        by: &Actor,
        as_of: Option<Date>,
        to: Option<&str>,
        reason: &str,
    ) -> Result<Entry, ActError> {
        self.one(
            by,
            as_of,
            Ask::RollBack(RollBackAsk {
                to: to.map(str::to_owned),
                reason: reason.to_owned(),
            }),
        )
    }
}
