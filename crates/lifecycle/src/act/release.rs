//! Releasing a change.

use galen_control::act::release::Ask as ReleaseAsk;
use galen_control::{Actor, Ask};
use jiff::civil::Date;

use crate::error::ActError;
use crate::project::{Entry, Project};

impl Project {
    /// Makes a signed change live.
    ///
    /// # Errors
    /// [`ActError::Refused`], among others for a missing signature.
    pub fn release(
        &self,
        by: &Actor,
        as_of: Option<Date>,
        change: &str,
    ) -> Result<Entry, ActError> {
        self.one(
            by,
            as_of,
            Ask::Release(ReleaseAsk {
                change: change.to_owned(),
            }),
        )
    }
}
