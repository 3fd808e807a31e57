use galen_store::Digest;
use serde::{Deserialize, Serialize};
use tlog_tiles::Hash;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::keys::PublicKey;
use crate::log::{Ledger, ReadError};
use crate::note::NoteError;

/// Why the log is not a continuation of a checkpoint that was kept elsewhere.
#[derive(Debug, thiserror::Error)]
pub enum ConsistencyError {
    #[error("the checkpoint that was kept cannot be read: {0}")]
    Unreadable(#[from] CheckpointError),
    #[error("the checkpoint that was kept is of the log `{kept}`, and this log is `{found}`")]
    OtherLog { kept: String, found: String },
    #[error(
        "the checkpoint that was kept is not signed by this log's key ({0}); one of the two is not genuine"
    )]
    NotSigned(NoteError),
    #[error(
        "the log has {found} entries, the checkpoint that was kept has {kept}: the last {} were dropped, or an old copy was put back",
        kept - found
    )]
    Shorter { kept: u64, found: u64 },
    #[error(
        "the first {kept} entries are not those that the checkpoint was kept of: history was rewritten"
    )]
    Rewritten { kept: u64 },
    #[error("the log itself is broken: {0}")]
    Broken(#[from] ReadError),
}

/// Proves that the log begins with the entries that an older checkpoint names, and gives their number.
///
/// The tiles that are read are proven against the log's present root; call [`verify`](crate::verify()) for the rest.
///
/// # Errors
/// [`ConsistencyError`]
///
/// # Source
/// RFC 6962, section 2.1.2; here the old root is computed anew from the tiles instead of by a proof.
pub fn consistency(
    kept: &str,
    ledger: &Ledger,
    system: &PublicKey,
) -> Result<u64, ConsistencyError> {
    let kept = Checkpoint::read(kept)?;
    let found = ledger.checkpoint();
    if kept.origin() != found.origin() {
        return Err(ConsistencyError::OtherLog {
            kept: kept.origin().into(),
            found: found.origin().into(),
        });
    }
    kept.verify(system).map_err(ConsistencyError::NotSigned)?;
    if kept.size() > found.size() {
        return Err(ConsistencyError::Shorter {
            kept: kept.size(),
            found: found.size(),
        });
    }
    if ledger.root_at(kept.size())? == kept.root() {
        Ok(kept.size())
    } else {
        Err(ConsistencyError::Rewritten { kept: kept.size() })
    }
}

/// What shows that an entry is in a log: the hashes beside its path to the root, from the leaf up.
///
/// # Source
/// RFC 6962, section 2.1.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InclusionProof {
    /// The entry's number, from 0.
    pub entry: u64,
    /// How many entries the log had.
    pub size: u64,
    pub hashes: Vec<Digest>,
}

/// The entry is not the one that the proof and the root speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not entry {entry} of the log with the root {root}")]
pub struct InclusionError {
    pub entry: u64,
    pub root: Digest,
}

impl InclusionProof {
    /// Makes the proof for an entry of a log.
    ///
    /// # Errors
    /// [`ReadError::NoEntry`], or what is wrong with the tiles.
    pub fn of(ledger: &Ledger, entry: u64) -> Result<Self, ReadError> {
        let size = ledger.size();
        if entry >= size {
            return Err(ReadError::NoEntry { entry, size });
        }
        let proof = ledger
            .read_hashes(|tiles| tlog_tiles::prove_record(size, entry, tiles))?
            .unwrap_or_default();
        let hashes = proof
            .into_iter()
            .map(|hash| Digest::from_bytes(hash.0))
            .collect();
        Ok(Self {
            entry,
            size,
            hashes,
        })
    }

    /// Checks the proof: these bytes are that entry of the log with that root.
    ///
    /// # Errors
    /// [`InclusionError`]
    pub fn check(&self, bytes: &[u8], root: &Digest) -> Result<(), InclusionError> {
        let wrong = InclusionError {
            entry: self.entry,
            root: *root,
        };
        // A tree of 2^64 leaves has proofs of 64 hashes; a longer one is not worth the walk.
        if self.hashes.len() > 64 {
            return Err(wrong);
        }
        let hashes = self
            .hashes
            .iter()
            .map(|hash| Hash(*hash.as_bytes()))
            .collect();
        let leaf = tlog_tiles::record_hash(bytes);
        tlog_tiles::check_record(&hashes, self.size, Hash(*root.as_bytes()), self.entry, leaf)
            .map_err(|_| wrong)
    }
}
