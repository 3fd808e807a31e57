use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use galen_store::Digest;
use pkcs8::EncodePublicKey as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub mod sealed;

/// The name of a public key: `sha256:` and the SHA-256 of its 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(pub Digest);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An ed25519 public key, written as 64 hexadecimal digits.
///
/// # Source
/// RFC 8032, section 5.1.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey(VerifyingKey);

/// Why something is not a key or a signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("`{text}` is not a public key; one is 64 lower-case hexadecimal digits")]
    Text { text: String },
    #[error(
        "these 32 bytes are not an ed25519 public key, or one that everybody's signature would fit"
    )]
    Point,
    #[error("this is not a signature; one is 64 bytes in base64")]
    Signature,
}

impl PublicKey {
    /// Reads the 32 bytes of RFC 8032.
    ///
    /// # Errors
    /// [`KeyError::Point`], also for a key of small order: under it one signature fits many texts.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Point)?;
        if key.is_weak() {
            Err(KeyError::Point)
        } else {
            Ok(Self(key))
        }
    }

    /// Gives the 32 bytes of RFC 8032.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Names the key.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId(Digest::of(self.as_bytes()))
    }

    /// Says whether `signature` was made over exactly `message` with the private half of this key.
    ///
    /// Strict as RFC 8032 section 8.4 allows: a signature has one spelling, so that nobody can make a second one of it.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(message, &signature).is_ok()
    }

    /// Gives the key as a PEM file (SubjectPublicKeyInfo), for other programs.
    ///
    /// # Panics
    /// Never: 32 bytes always have this form.
    #[must_use]
    pub fn to_pem(&self) -> String {
        self.0
            .to_public_key_pem(pkcs8::LineEnding::LF)
            .expect("32 bytes always have a PEM form")
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Digest::from_bytes(*self.as_bytes()).hex())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        // A digest has the same size and spelling, and its reader refuses all others.
        let bytes = Digest::from_hex(text).map_err(|_| KeyError::Text {
            text: text.chars().take(100).collect(),
        })?;
        Self::from_bytes(bytes.as_bytes())
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// An ed25519 signature, written in base64.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signature(pub [u8; 64]);

impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64_STANDARD
            .decode(text)
            .ok()
            .and_then(|bytes| bytes.try_into().ok());
        bytes
            .map(Self)
            .ok_or_else(|| de::Error::custom(KeyError::Signature))
    }
}

/// Who can sign: a private key in memory, or a token that holds one.
pub trait Signer {
    /// The public half of the key.
    fn public(&self) -> PublicKey;

    /// Signs a message with ed25519.
    fn sign(&self, message: &[u8]) -> Signature;
}

/// An ed25519 private key in memory; it is wiped when dropped, and never printed.
#[derive(Clone)]
pub struct PrivateKey(SigningKey);

impl PrivateKey {
    /// Makes the key of a seed: 32 bytes that nobody else can guess.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey of {}", self.public())
    }
}

impl Signer for PrivateKey {
    fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

/// The public keys that a caller knows, by name. Whose they are is the caller's matter.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct Keyring {
    keys: BTreeMap<KeyId, PublicKey>,
}

impl Keyring {
    /// Adds a key and gives its name.
    pub fn add(&mut self, key: PublicKey) -> KeyId {
        let id = key.id();
        self.keys.insert(id, key);
        id
    }

    /// Finds a key by its name.
    #[must_use]
    pub fn key(&self, id: &KeyId) -> Option<&PublicKey> {
        self.keys.get(id)
    }
}

impl FromIterator<PublicKey> for Keyring {
    fn from_iter<I: IntoIterator<Item = PublicKey>>(keys: I) -> Self {
        Self {
            keys: keys.into_iter().map(|key| (key.id(), key)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.1, test 2.
    #[test]
    fn a_signature_is_that_of_rfc_8032() {
        let seed =
            Digest::from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
                .unwrap();
        let key = PrivateKey::from_seed(seed.as_bytes());
        assert_eq!(
            key.public().to_string(),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        );
        let hex: String = key
            .sign(&[0x72])
            .0
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(
            hex,
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
        assert!(key.public().verify(&[0x72], &key.sign(&[0x72])));
        assert!(!key.public().verify(&[0x73], &key.sign(&[0x72])));
    }

    #[test]
    fn a_key_under_which_everything_is_signed_is_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(PublicKey::from_bytes(&identity), Err(KeyError::Point));
    }

    #[test]
    fn a_private_key_does_not_print_itself() {
        let key = PrivateKey::from_seed(&[7; 32]);
        assert_eq!(
            format!("{key:?}"),
            format!("PrivateKey of {}", key.public())
        );
    }
}
