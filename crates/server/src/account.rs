//! Who may ask: the admin token, kept only as a digest, and the sessions of browsers.
//!
//! A token is 32 bytes of the project's entropy, so its digest needs no salt and no slow hash: nobody can guess it. It is
//! printed once, when it is made.

mod attempt;
mod session;

use galen_lifecycle::{Entropy, Project};
use galen_store::{Digest, DiskError};
use serde::{Deserialize, Serialize};

pub(crate) use attempt::{Attempts, WAIT_SECONDS};
pub(crate) use session::{SESSION_SECONDS, Sessions, form_secret, is_form_of};

/// Where the digests of tokens lie in the store.
const TOKENS: &str = "accounts/tokens.json";

/// The secret that opens the server, before it is forgotten. It is not printed by accident: [`AdminToken::reveal`].
pub struct AdminToken(String);

impl AdminToken {
    /// Makes a token: `galen_` and 64 hexadecimal digits.
    pub fn from_entropy(entropy: &dyn Entropy) -> AdminToken {
        AdminToken(format!("galen_{}", random(entropy)))
    }

    /// The token as its owner must keep it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// 32 random bytes, hexadecimal.
pub(crate) fn random(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    Digest::from_bytes(bytes).hex()
}

/// `accounts/tokens.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tokens {
    /// The format, `tokens/1`.
    galen: String,
    tokens: Vec<Known>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    name: String,
    digest: Digest,
    /// RFC 3339 in UTC.
    made: String,
}

/// Why the accounts could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error(transparent)]
    Disk(#[from] DiskError),
    #[error(
        "{TOKENS} in the store is damaged ({why}); remove it, and the next start makes a new admin token"
    )]
    Damaged { why: String },
}

/// Makes the admin token of a project that has none; `None` if it has one.
///
/// # Errors
/// [`AccountError`].
pub fn first_token(project: &Project) -> Result<Option<AdminToken>, AccountError> {
    if known(project)?.is_empty() {
        new_token(project).map(Some)
    } else {
        Ok(None)
    }
}

/// Makes an admin token in place of the one that there was; sessions of the old one end.
///
/// # Errors
/// [`AccountError::Disk`].
pub fn new_token(project: &Project) -> Result<AdminToken, AccountError> {
    let token = AdminToken::from_entropy(project.ports.entropy.as_ref());
    let known = Known {
        name: "admin".to_owned(),
        digest: Digest::of(token.reveal().as_bytes()),
        made: project.ports.clock.now().to_string(),
    };
    let tokens = Tokens {
        galen: "tokens/1".to_owned(),
        tokens: vec![known],
    };
    let bytes = serde_json::to_vec_pretty(&tokens).expect("tokens hold only text");
    project.store.write(TOKENS, &bytes)?;
    Ok(token)
}

/// The digest of the token that this is, if it is one. Read anew each time, so that a replaced token is worth nothing at
/// once.
pub(crate) fn token_of(project: &Project, said: &str) -> Result<Option<Digest>, AccountError> {
    let said = Digest::of(said.as_bytes());
    let mut found = known(project)?.into_iter().map(|known| known.digest);
    Ok(found.find(|digest| same(digest, &said)))
}

/// Whether a token is still worth something.
pub(crate) fn is_token(project: &Project, digest: &Digest) -> Result<bool, AccountError> {
    Ok(known(project)?
        .iter()
        .any(|known| same(&known.digest, digest)))
}

fn known(project: &Project) -> Result<Vec<Known>, AccountError> {
    if project.store.len(TOKENS)?.is_none() {
        return Ok(Vec::new());
    }
    let tokens: Tokens = serde_json::from_slice(&project.store.read(TOKENS)?).map_err(|error| {
        AccountError::Damaged {
            why: error.to_string(),
        }
    })?;
    if tokens.galen != "tokens/1" {
        return Err(AccountError::Damaged {
            why: format!("format {}", tokens.galen),
        });
    }
    Ok(tokens.tokens)
}

/// Compares in a time that does not depend on where they differ.
pub(crate) fn same(a: &Digest, b: &Digest) -> bool {
    let differ = a
        .as_bytes()
        .iter()
        .zip(b.as_bytes())
        .fold(0, |differ, (a, b)| differ | (a ^ b));
    std::hint::black_box(differ) == 0
}
