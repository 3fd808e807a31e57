//! A profile as a file: what people read, and the state that merges.

use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

use super::ProfileState;

/// The version of the state; another one is not read.
const VERSION: u64 = 1;

/// Why a file is no stored profile.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum StoredError {
    #[error("This is no JSON: {0}")]
    Json(String),
    #[error("This profile holds no state, so it cannot be merged: write it with --out.")]
    NoState,
    #[error(
        "The state of this profile has version {found}, and this galen reads version {VERSION}."
    )]
    Version { found: Value },
    #[error("The state of this profile is broken: {0}")]
    State(String),
}

impl ProfileState {
    /// The description, with the state beside it.
    ///
    /// # Errors
    /// [`StoredError::State`] for numbers that JSON cannot write.
    pub fn document(&self) -> Result<Value, StoredError> {
        let failed = |error: serde_json::Error| StoredError::State(error.to_string());
        let mut document = serde_json::to_value(self.describe()).map_err(failed)?;
        document["state_version"] = json!(VERSION);
        document["state"] = serde_json::to_value(self).map_err(failed)?;
        Ok(document)
    }

    /// Reads such a document.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn read(bytes: &[u8]) -> Result<Self, StoredError> {
        #[derive(Deserialize)]
        struct Document {
            #[serde(default)]
            state_version: Value,
            #[serde(default)]
            state: Value,
        }
        let document: Document =
            serde_json::from_slice(bytes).map_err(|error| StoredError::Json(error.to_string()))?;
        if document.state.is_null() {
            return Err(StoredError::NoState);
        }
        if document.state_version != json!(VERSION) {
            return Err(StoredError::Version {
                found: document.state_version,
            });
        }
        let state: Self = serde_json::from_value(document.state)
            .map_err(|error| StoredError::State(error.to_string()))?;
        state.check().map_err(StoredError::State)?;
        Ok(state)
    }
}
