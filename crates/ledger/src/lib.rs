//! The signed log: what was done, by whom, in an order that nobody can change unseen.
//!
//! A record is an in-toto [`Statement`] in a DSSE [`Envelope`], signed by a [`Signer`], and an entry of the [`Ledger`]: a
//! Merkle log in plain files, whose root a signed [`Checkpoint`] names. [`verify()`] proves the log from its folder alone,
//! [`consistency`] against a checkpoint that was kept elsewhere. `docs/formats.md` says enough to write another verifier.
//! This crate knows bytes, envelopes and keys; it does not know acts, people or roles.

mod bundle;
mod tile;

pub mod checkpoint;
pub mod envelope;
pub mod keys;
pub mod log;
pub mod note;
pub mod proof;
pub mod statement;
pub mod verify;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use envelope::{Envelope, EnvelopeError, EnvelopeSignature, PAYLOAD_TYPE, SignatureProblem};
pub use keys::sealed::{KeyCost, OpenKeyError, SealKeyError, open_key, seal_key};
pub use keys::{KeyError, KeyId, Keyring, PrivateKey, PublicKey, Signature, Signer};
pub use log::{AppendError, CHECKPOINT, ENTRY_BYTES_MAX, LOCK, Ledger, ReadError};
pub use note::NoteError;
pub use proof::{ConsistencyError, InclusionError, InclusionProof, consistency};
pub use statement::{STATEMENT_TYPE, Statement, StatementError, Subject};
pub use verify::{LedgerProblem, LedgerProblemKind, Report, verify};
