//! What a project gets from outside: time, chance, people's keys, processes, model runtimes. `main` hands them in, or a
//! test does.

use std::sync::Arc;
use std::time::Duration;

use galen_dossier::Printer;
use galen_ledger::Signer;
use galen_model::{InputContract, Predict};
use galen_pipeline::{NativeStage, Runner};
use jiff::Timestamp;

/// The time now, in UTC.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Random bytes for keys and salts.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// Why a key is asked for. A signature asks its owner each time (21 CFR 11.200(a)(1)); other records of one session may
/// use what was unlocked before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Record,
    Signature,
}

/// People's private keys, which never enter the project.
pub trait Identity: Send + Sync {
    /// Makes a key for a person and gives its public half.
    ///
    /// # Errors
    /// [`IdentityError`] if there is one, or it cannot be kept.
    fn create(
        &self,
        person: &str,
        entropy: &dyn Entropy,
    ) -> Result<galen_ledger::PublicKey, IdentityError>;

    /// The person's signer, after the passphrase was given.
    ///
    /// # Errors
    /// [`IdentityError`] if there is no key, or the passphrase is wrong.
    fn signer(&self, person: &str, purpose: Purpose) -> Result<Arc<dyn Signer>, IdentityError>;

    /// The custodian's secret for sealed sets, after the passphrase was given; made at first use.
    ///
    /// # Errors
    /// [`IdentityError`] if the passphrase is wrong or the secret cannot be kept.
    fn custodian(
        &self,
        person: &str,
        entropy: &dyn Entropy,
    ) -> Result<age::x25519::Identity, IdentityError>;
}

/// Why a person's key could not be used.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error("there is no key of {person} in {place}; make one: galen key new {person}")]
    NoKey { person: String, place: String },
    #[error("{person} has a key in {place} already; it was left as it is")]
    Exists { person: String, place: String },
    #[error("the passphrase for the key of {person} is wrong")]
    WrongPassphrase { person: String },
    #[error("the key of {person} cannot be read: {why}")]
    Damaged { person: String, why: String },
    #[error("no passphrase was given for {person}: {why}")]
    NoPassphrase { person: String, why: String },
    #[error(transparent)]
    Disk(#[from] galen_store::DiskError),
}

/// A runtime that turns model bytes into something that predicts.
pub trait ModelReader: Send + Sync {
    /// Reads a model file of untrusted origin.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the file.
    fn read(&self, bytes: &[u8], contract: InputContract) -> Result<Box<dyn Predict>, String>;
}

/// Everything from outside, as values.
#[derive(Clone)]
pub struct Ports {
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub identity: Arc<dyn Identity>,
    pub reader: Arc<dyn ModelReader>,
    pub natives: Vec<Arc<dyn NativeStage>>,
    pub runner: Arc<dyn Runner>,
    pub printer: Option<Arc<dyn Printer + Send + Sync>>,
    /// The environment of commands of stages; nothing else is inherited.
    pub environment: Vec<(String, String)>,
    /// Operating system and processor, such as `linux-x86_64`.
    pub platform: String,
    /// How long an append waits for another galen.
    pub wait: Duration,
    /// What others who wait are told: command and process.
    pub who: String,
    /// Whether the user asked to stop.
    pub cancelled: Arc<dyn Fn() -> bool + Send + Sync>,
}
