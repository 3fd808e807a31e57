//! Reading the latest content of a dataset, sealed or not, and giving it another one.

use galen_control::State;
use galen_control::act::rewrite::Rewritten;
use galen_store::Digest;

use crate::act::{plain_of, sealed_to};
use crate::error::ActError;
use crate::project::Project;

/// The bytes of the latest version. Of a sealed set they are decrypted in memory, for which its custodian gives the passphrase.
pub(crate) fn latest(project: &Project, state: &State, name: &str) -> Result<Vec<u8>, ActError> {
    match state.sealed.get(name) {
        Some(sealed) => plain_of(project, &sealed.seal),
        None => Ok(project.artifacts.get(&state.dataset(name)?.digest)?),
    }
}

/// What takes the place of a content.
#[derive(Clone)]
pub(crate) struct Content {
    pub bytes: Vec<u8>,
    /// Files of the version, and the bytes of all of them.
    pub files: u64,
    pub size: u64,
    /// Rows or files that were taken out or altered.
    pub rows: u64,
}

/// The dataset with its content before and after, and the bytes to keep: encrypted anew, if it is sealed.
pub(crate) fn rewritten(
    project: &Project,
    state: &State,
    name: &str,
    content: Content,
) -> Result<(Rewritten, Vec<u8>), ActError> {
    let encrypted = match state.sealed.get(name) {
        Some(sealed) => Some(sealed_to(project, &sealed.seal.custodian, &content.bytes)?.0),
        None => None,
    };
    let rewritten = Rewritten {
        dataset: name.to_owned(),
        from: state.dataset(name)?.digest,
        to: Digest::of(&content.bytes),
        files: content.files,
        bytes: content.size,
        rows: content.rows,
        sealed: encrypted.as_deref().map(Digest::of),
    };
    Ok((rewritten, encrypted.unwrap_or(content.bytes)))
}
