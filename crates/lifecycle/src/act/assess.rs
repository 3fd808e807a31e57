//! Assessing a change.

use galen_control::act::assess::Ask as AssessAsk;
use galen_control::change::Answers;
use galen_control::{Actor, Ask};

use crate::error::ActError;
use crate::project::{Entry, Project};

impl Project {
    /// Classifies a judged change by the decision tables.
    ///
    /// # Errors
    /// [`ActError::Refused`] if it was not judged.
    pub fn assess(&self, by: &Actor, change: &str, answers: Answers) -> Result<Entry, ActError> {
        self.one(
            by,
            None,
            Ask::Assess(AssessAsk {
                change: change.to_owned(),
                answers,
            }),
        )
    }
}
