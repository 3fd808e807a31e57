use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use galen_store::Digest;

use crate::keys::{KeyId, PublicKey, Signature, Signer};

/// The type of an ed25519 key in a signed note.
const ED25519: u8 = 0x01;
/// What begins a line with a signature: an em dash and a space.
const SIGNATURE_START: &str = "\u{2014} ";
/// A longer note is refused: a checkpoint has some hundreds of bytes.
const NOTE_BYTES_MAX: usize = 16 * 1024;

/// A text with signatures below it.
///
/// # Source
/// C2SP signed-note (c2sp.org/signed-note).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Ends with a newline.
    pub text: String,
    signatures: Vec<NoteSignature>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct NoteSignature {
    name: String,
    key: [u8; 4],
    signature: Vec<u8>,
}

/// Why a signed note is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    #[error("this is not a signed note: {why}")]
    Malformed { why: &'static str },
    #[error("`{name}` cannot name a key in a note; a name has no spaces, no `+` and is not empty")]
    Name { name: String },
    #[error("the note bears no signature of the key {key} under the name `{name}`")]
    NotSigned { name: String, key: KeyId },
    #[error("the signature of `{name}` does not fit the text; one of them was changed")]
    BadSignature { name: String },
}

impl Note {
    /// Signs a text under a name.
    ///
    /// # Errors
    /// [`NoteError::Name`], or [`NoteError::Malformed`] for a text that is no note's.
    pub fn sign(text: String, name: &str, signer: &dyn Signer) -> Result<Self, NoteError> {
        if !is_name(name) {
            return Err(NoteError::Name {
                name: name.to_owned(),
            });
        }
        let signature = NoteSignature {
            name: name.to_owned(),
            key: key_hash(name, &signer.public()),
            signature: signer.sign(text.as_bytes()).0.to_vec(),
        };
        Self::read(
            &Self {
                text,
                signatures: vec![signature],
            }
            .render(),
        )
    }

    /// Reads a note; no signature is checked here.
    ///
    /// # Errors
    /// [`NoteError::Malformed`].
    pub fn read(note: &str) -> Result<Self, NoteError> {
        let malformed = |why| NoteError::Malformed { why };
        if note.len() > NOTE_BYTES_MAX {
            return Err(malformed("it is longer than 16 KiB"));
        }
        if note
            .chars()
            .any(|letter| letter.is_ascii_control() && letter != '\n')
        {
            return Err(malformed("it holds control characters"));
        }
        let end = note
            .rfind("\n\n")
            .ok_or_else(|| malformed("no empty line parts text and signatures"))?;
        let text = note[..=end].to_owned();
        let lines = note[end + 2..]
            .strip_suffix('\n')
            .ok_or_else(|| malformed("it does not end with a newline"))?;
        let signatures: Option<Vec<NoteSignature>> =
            lines.split('\n').map(read_signature).collect();
        let signatures =
            signatures.ok_or_else(|| malformed("a line below the text is not a signature"))?;
        Ok(Self { text, signatures })
    }

    /// Gives the note as it is written.
    #[must_use]
    pub fn render(&self) -> String {
        let mut note = format!("{}\n", self.text);
        for line in &self.signatures {
            let signature = BASE64_STANDARD.encode([&line.key[..], &line.signature].concat());
            note.push_str(&format!("{SIGNATURE_START}{} {signature}\n", line.name));
        }
        note
    }

    /// Proves that the key signed the text under the name. Signatures of others are passed over.
    ///
    /// # Errors
    /// [`NoteError::NotSigned`] or [`NoteError::BadSignature`].
    pub fn verify(&self, name: &str, key: &PublicKey) -> Result<(), NoteError> {
        let hash = key_hash(name, key);
        let own = self
            .signatures
            .iter()
            .find(|signature| signature.name == name && signature.key == hash);
        let own = own.ok_or_else(|| NoteError::NotSigned {
            name: name.to_owned(),
            key: key.id(),
        })?;
        let signature = <[u8; 64]>::try_from(own.signature.as_slice());
        if signature.is_ok_and(|signature| key.verify(self.text.as_bytes(), &Signature(signature)))
        {
            Ok(())
        } else {
            Err(NoteError::BadSignature {
                name: name.to_owned(),
            })
        }
    }
}

/// Gives a verifier key as other programs for signed notes want it: `<name>+<hash>+<key>`.
#[must_use]
pub fn verifier_key(name: &str, key: &PublicKey) -> String {
    let hash: String = key_hash(name, key)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!(
        "{name}+{hash}+{}",
        BASE64_STANDARD.encode([&[ED25519], &key.as_bytes()[..]].concat())
    )
}

fn key_hash(name: &str, key: &PublicKey) -> [u8; 4] {
    let named = [name.as_bytes(), b"\n", &[ED25519], key.as_bytes()].concat();
    let digest = Digest::of(&named);
    [0, 1, 2, 3].map(|at| digest.as_bytes()[at])
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name
            .contains(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '+')
}

fn read_signature(line: &str) -> Option<NoteSignature> {
    let (name, base64) = line.strip_prefix(SIGNATURE_START)?.split_once(' ')?;
    let bytes = BASE64_STANDARD.decode(base64).ok()?;
    let (key, signature) = bytes.split_first_chunk::<4>()?;
    let is_good = is_name(name) && !signature.is_empty();
    is_good.then(|| NoteSignature {
        name: name.to_owned(),
        key: *key,
        signature: signature.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::PrivateKey;

    /// The example of Go's golang.org/x/mod/sumdb/note: its verifier key, text and signature.
    #[test]
    fn a_note_of_another_program_is_verified() {
        let key = BASE64_STANDARD
            .decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
            .unwrap();
        let key = PublicKey::from_bytes(key[1..].try_into().unwrap()).unwrap();
        assert_eq!(
            verifier_key("PeterNeumann", &key),
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        );
        let text = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n";
        let note = format!(
            "{text}\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
        );
        let note = Note::read(&note).unwrap();
        assert_eq!(note.verify("PeterNeumann", &key), Ok(()));
        assert_eq!(note.text, text);
    }

    #[test]
    fn an_edited_note_is_refused() {
        let key = PrivateKey::from_seed(&[1; 32]);
        let note = Note::sign("size 12\n".to_owned(), "log", &key)
            .unwrap()
            .render();
        assert_eq!(
            Note::read(&note).unwrap().verify("log", &key.public()),
            Ok(())
        );
        let edited = Note::read(&note.replace("12", "13")).unwrap();
        assert_eq!(
            edited.verify("log", &key.public()),
            Err(NoteError::BadSignature {
                name: "log".to_owned()
            })
        );
        let other = PrivateKey::from_seed(&[2; 32]).public();
        assert!(matches!(
            edited.verify("log", &other),
            Err(NoteError::NotSigned { .. })
        ));
        assert!(matches!(
            edited.verify("another", &key.public()),
            Err(NoteError::NotSigned { .. })
        ));
    }

    #[test]
    fn what_is_no_note_is_refused() {
        let line = "\u{2014} a AAAAAAA=\n";
        assert!(Note::read(&format!("text\n\n{line}{line}")).is_ok());
        for bad in [
            "",
            "text\n",
            "text\n\n",
            &format!("text\n{line}"),
            &format!("text\n\n{line}more\n"),
            &format!("te\rxt\n\n{line}"),
            &format!("text\n\n{}", line.trim_end()),
            &format!("{}\n\n{line}", "x".repeat(20_000)),
        ] {
            assert!(
                matches!(Note::read(bad), Err(NoteError::Malformed { .. })),
                "{bad}"
            );
        }
        let key = PrivateKey::from_seed(&[1; 32]);
        for name in ["", "a b", "a+b", "a\nb"] {
            assert!(matches!(
                Note::sign("x\n".to_owned(), name, &key),
                Err(NoteError::Name { .. })
            ));
        }
    }
}
