//! Opening and closing a finding by hand.

use galen_control::act::finding::{CloseFinding, OpenAsk};
use galen_control::{Actor, Ask};
use jiff::civil::Date;

use crate::error::ActError;
use crate::project::{Entry, Project};

impl Project {
    /// Opens a finding with its containment.
    ///
    /// # Errors
    /// [`ActError::Refused`].
    pub fn open_finding(
        &self,
        by: &Actor,
        as_of: Option<Date>,
        alert: Option<&str>,
        title: &str,
        containment: &str,
    ) -> Result<Entry, ActError> {
        let ask = OpenAsk {
            alert: alert.map(str::to_owned),
            title: title.to_owned(),
            containment: containment.to_owned(),
        };
        self.one(by, as_of, Ask::OpenFinding(ask))
    }

    /// Closes a finding whose cause is known.
    ///
    /// # Errors
    /// [`ActError::Refused`] if it was not analysed.
    pub fn close_finding(
        &self,
        by: &Actor,
        finding: &str,
        correction: &str,
    ) -> Result<Entry, ActError> {
        let ask = CloseFinding {
            finding: finding.to_owned(),
            correction: correction.to_owned(),
        };
        self.one(by, None, Ask::CloseFinding(ask))
    }
}
