use galen_store::Digest;
use tlog_tiles::Hash;

use crate::keys::{PublicKey, Signer};
use crate::note::{Note, NoteError};

/// More entries than this are refused, so that no number of a forged checkpoint overflows.
const ENTRIES_MAX: u64 = 1 << 40;

/// What the log held at one moment: its name, how many entries, their root. A signed note.
///
/// # Source
/// C2SP tlog-checkpoint (c2sp.org/tlog-checkpoint).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Digest,
    note: Note,
}

/// Why a text is not a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    #[error("this is not a checkpoint: {0}")]
    Note(#[from] NoteError),
    #[error("this is not a checkpoint: the text is not three lines of name, size and root")]
    Malformed,
    #[error("this checkpoint speaks of {size} entries, more than a log can hold here")]
    TooLarge { size: u64 },
}

impl Checkpoint {
    /// Signs the state of a log; the log's name is also the key's name in the note.
    ///
    /// # Errors
    /// [`NoteError::Name`] for a name that is none, [`CheckpointError::TooLarge`].
    pub fn sign(
        origin: &str,
        size: u64,
        root: Digest,
        signer: &dyn Signer,
    ) -> Result<Self, CheckpointError> {
        let body = tlog_tiles::Checkpoint::new(origin, size, Hash(*root.as_bytes()), "");
        let body = body.map_err(|_| CheckpointError::Malformed)?.to_bytes();
        let text = String::from_utf8(body).map_err(|_| CheckpointError::Malformed)?;
        Self::from_note(Note::sign(text, origin, signer)?)
    }

    /// Reads a checkpoint; no signature is checked here.
    ///
    /// # Errors
    /// [`CheckpointError`]. Lines after the third (extensions) are allowed, as the standard says.
    pub fn read(text: &str) -> Result<Self, CheckpointError> {
        Self::from_note(Note::read(text)?)
    }

    /// Reads the bytes of a checkpoint's file.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let text = str::from_utf8(bytes).map_err(|_| NoteError::Malformed {
            why: "it is not text",
        })?;
        Self::read(text)
    }

    fn from_note(note: Note) -> Result<Self, CheckpointError> {
        let body = tlog_tiles::Checkpoint::from_bytes(note.text.as_bytes());
        let body = body.map_err(|_| CheckpointError::Malformed)?;
        if body.to_bytes() != note.text.as_bytes() {
            return Err(CheckpointError::Malformed);
        }
        let (size, root) = (body.size(), Digest::from_bytes(body.hash().0));
        if size > ENTRIES_MAX {
            return Err(CheckpointError::TooLarge { size });
        }
        Ok(Self {
            origin: body.origin().to_owned(),
            size,
            root,
            note,
        })
    }

    /// The log's name.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many entries the log holds.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the Merkle tree over the entries.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.root
    }

    /// Gives the note as it is written, with its signatures.
    #[must_use]
    pub fn render(&self) -> String {
        self.note.render()
    }

    /// Proves that the key signed this under the log's name.
    ///
    /// # Errors
    /// [`NoteError::NotSigned`] or [`NoteError::BadSignature`].
    pub fn verify(&self, system: &PublicKey) -> Result<(), NoteError> {
        self.note.verify(&self.origin, system)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::PrivateKey;

    #[test]
    fn a_checkpoint_is_three_lines_and_a_signature() {
        let key = PrivateKey::from_seed(&[1; 32]);
        let checkpoint = Checkpoint::sign("galen.example/lab", 7, Digest::of(b""), &key).unwrap();
        let text = checkpoint.render();
        let start = "galen.example/lab\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u{2014} galen.example/lab ";
        assert!(text.starts_with(start), "{text}");
        assert_eq!(Checkpoint::read(&text).unwrap(), checkpoint);
        assert_eq!(checkpoint.verify(&key.public()), Ok(()));
    }

    #[test]
    fn a_checkpoint_has_one_spelling_and_a_bearable_size() {
        let key = PrivateKey::from_seed(&[1; 32]);
        let text = Checkpoint::sign("log", 7, Digest::of(b""), &key)
            .unwrap()
            .render();
        for (old, new) in [
            ("\n7\n", "\n07\n"),
            ("\n7\n", "\n-7\n"),
            ("\n7\n", "\n"),
            ("47DE", "47D"),
            ("log\n7", "\n7"),
        ] {
            assert!(
                Checkpoint::read(&text.replacen(old, new, 1)).is_err(),
                "{old} to {new}"
            );
        }
        let large = text.replacen("\n7\n", "\n18446744073709551615\n", 1);
        assert!(matches!(
            Checkpoint::read(&large),
            Err(CheckpointError::TooLarge { .. })
        ));
    }
}
