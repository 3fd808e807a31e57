use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::keys::{KeyId, Keyring, Signature, Signer};

/// The only type of payload that galen writes and reads: an in-toto statement.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// Signed bytes: a payload with its type and the signatures over both.
///
/// # Source
/// Dead Simple Signing Envelope, version 1.0 (secure-systems-lab/dsse, `envelope.md` and `protocol.md`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    #[serde(serialize_with = "to_base64", deserialize_with = "from_base64")]
    payload: Vec<u8>,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<EnvelopeSignature>,
}

/// One signature of an envelope, and the name of the key that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvelopeSignature {
    pub keyid: KeyId,
    pub sig: Signature,
}

/// Why bytes are not an envelope that galen accepts.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    #[error("this is not a DSSE envelope: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the envelope holds `{found}`; galen reads `{PAYLOAD_TYPE}` only")]
    PayloadType { found: String },
    #[error("the envelope has no signature")]
    Unsigned,
    #[error("the envelope holds two signatures of the key {keyid}")]
    SignedTwice { keyid: KeyId },
}

/// What is wrong with a signature of an envelope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureProblem {
    #[error("signed by the key {keyid}, which is not known here")]
    UnknownKey { keyid: KeyId },
    #[error(
        "the signature of the key {keyid} does not fit: the record was changed, or the signature belongs to another"
    )]
    BadSignature { keyid: KeyId },
}

impl Envelope {
    /// Wraps an in-toto statement and signs it.
    #[must_use]
    pub fn sign(payload: Vec<u8>, signer: &dyn Signer) -> Self {
        let mut envelope = Self {
            payload,
            payload_type: PAYLOAD_TYPE.to_owned(),
            signatures: vec![],
        };
        envelope.add_signature(signer);
        envelope
    }

    /// Signs it again with another key; a key that has signed does not sign twice.
    pub fn add_signature(&mut self, signer: &dyn Signer) {
        let keyid = signer.public().id();
        if self
            .signatures
            .iter()
            .all(|signature| signature.keyid != keyid)
        {
            let sig = signer.sign(&pae(&self.payload_type, &self.payload));
            self.signatures.push(EnvelopeSignature { keyid, sig });
        }
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// [`EnvelopeError`]. Signatures are not checked here, see [`check`](Self::check).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let envelope: Self = serde_json::from_slice(bytes)?;
        if envelope.payload_type != PAYLOAD_TYPE {
            return Err(EnvelopeError::PayloadType {
                found: envelope.payload_type,
            });
        }
        if envelope.signatures.is_empty() {
            return Err(EnvelopeError::Unsigned);
        }
        let mut keyids: Vec<KeyId> = envelope
            .signatures
            .iter()
            .map(|signature| signature.keyid)
            .collect();
        keyids.sort();
        match keyids.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(EnvelopeError::SignedTwice { keyid: pair[0] }),
            None => Ok(envelope),
        }
    }

    /// Gives the JSON form: compact, fields in the order payload, payloadType, signatures.
    ///
    /// # Panics
    /// Never: strings always have a JSON form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings have a JSON form")
    }

    /// The bytes that were signed, without their type.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The signatures, in the order in which they were made.
    #[must_use]
    pub fn signatures(&self) -> &[EnvelopeSignature] {
        &self.signatures
    }

    /// Checks every signature against the keys of a keyring. No problem means: all signatures are by known keys over
    /// exactly this payload. Whether those keys were allowed to sign is the caller's matter.
    #[must_use]
    pub fn check(&self, keyring: &Keyring) -> Vec<SignatureProblem> {
        let message = pae(&self.payload_type, &self.payload);
        let problem = |signature: &EnvelopeSignature| match keyring.key(&signature.keyid) {
            None => Some(SignatureProblem::UnknownKey {
                keyid: signature.keyid,
            }),
            Some(key) if key.verify(&message, &signature.sig) => None,
            Some(_) => Some(SignatureProblem::BadSignature {
                keyid: signature.keyid,
            }),
        };
        self.signatures.iter().filter_map(problem).collect()
    }
}

/// The bytes that a signature of an envelope is over: type and payload with their lengths, so that neither can be read
/// as a part of the other.
///
/// # Source
/// DSSE `protocol.md`: `PAE(type, body) = "DSSEv1" + SP + LEN(type) + SP + type + SP + LEN(body) + SP + body`.
#[must_use]
pub fn pae(payload_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "DSSEv1 {} {payload_type} {} ",
        payload_type.len(),
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn to_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
}

/// The standard lets a writer choose either alphabet, so both are read.
fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    BASE64_STANDARD
        .decode(&text)
        .or_else(|_| BASE64_URL_SAFE.decode(&text))
        .map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::keys::PrivateKey;

    fn key(seed: u8) -> PrivateKey {
        PrivateKey::from_seed(&[seed; 32])
    }

    /// The example of DSSE's `protocol.md`.
    #[test]
    fn the_signed_bytes_are_those_of_the_standard() {
        assert_eq!(
            pae("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
        assert_eq!(pae("", b""), b"DSSEv1 0  0 ");
    }

    #[test]
    fn an_envelope_of_two_signers_is_checked_whole() {
        let mut envelope = Envelope::sign(b"{}".to_vec(), &key(1));
        envelope.add_signature(&key(2));
        envelope.add_signature(&key(2));
        assert_eq!(envelope.signatures().len(), 2);
        let both: Keyring = [key(1).public(), key(2).public()].into_iter().collect();
        assert_eq!(envelope.check(&both), []);
        let one: Keyring = [key(1).public()].into_iter().collect();
        assert_eq!(
            envelope.check(&one),
            [SignatureProblem::UnknownKey {
                keyid: key(2).public().id()
            }]
        );
    }

    #[test]
    fn a_signature_moved_to_another_record_is_named() {
        let keyring: Keyring = [key(1).public()].into_iter().collect();
        let mut one = Envelope::sign(br#"{"act":"release"}"#.to_vec(), &key(1));
        let other = Envelope::sign(br#"{"act":"propose"}"#.to_vec(), &key(1));
        one.signatures = other.signatures;
        assert_eq!(
            one.check(&keyring),
            [SignatureProblem::BadSignature {
                keyid: key(1).public().id()
            }]
        );
    }

    #[test]
    fn an_envelope_hides_nothing_and_is_signed_once_by_each() {
        let text = String::from_utf8(Envelope::sign(b"{}".to_vec(), &key(1)).to_bytes()).unwrap();
        let start = format!(
            r#"{{"payload":"e30=","payloadType":"{PAYLOAD_TYPE}","signatures":[{{"keyid":"sha256:"#
        );
        assert!(text.starts_with(&start), "{text}");
        let read = |text: &str| Envelope::from_bytes(text.as_bytes());
        assert!(read(&text).is_ok());
        assert!(matches!(
            read(&text.replace("in-toto", "other")),
            Err(EnvelopeError::PayloadType { .. })
        ));
        assert!(matches!(
            read(&text.replace("\"payload\"", "\"note\":1,\"payload\"")),
            Err(EnvelopeError::Json(_))
        ));
        let (head, tail) = text.split_once('[').unwrap();
        assert!(matches!(
            read(&format!("{head}[]}}")),
            Err(EnvelopeError::Unsigned)
        ));
        let signature = tail.strip_suffix("]}").unwrap();
        let twice = format!("{head}[{signature},{signature}]}}");
        assert!(matches!(
            read(&twice),
            Err(EnvelopeError::SignedTwice { .. })
        ));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(payload: Vec<u8>, seeds in proptest::collection::vec(0u8.., 1..4)) {
            let mut envelope = Envelope::sign(payload.clone(), &key(seeds[0]));
            seeds.iter().for_each(|&seed| envelope.add_signature(&key(seed)));
            let read = Envelope::from_bytes(&envelope.to_bytes()).unwrap();
            prop_assert_eq!(read.payload(), payload);
            prop_assert_eq!(&read, &envelope);
            let keyring: Keyring = seeds.iter().map(|&seed| key(seed).public()).collect();
            prop_assert_eq!(read.check(&keyring), []);
        }

        #[test]
        fn any_bytes_are_an_envelope_or_an_error(bytes: Vec<u8>) {
            let _ = Envelope::from_bytes(&bytes);
        }
    }
}
