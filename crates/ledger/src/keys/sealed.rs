use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::KeypairBytes;
use pkcs8::der::pem::PemLabel as _;
use pkcs8::pkcs5::{EncryptionScheme, pbes2, scrypt};
use pkcs8::{
    EncodePrivateKey as _, EncryptedPrivateKeyInfo, LineEnding, PrivateKeyInfo, SecretDocument,
};

use super::PrivateKey;

/// What a guess at the passphrase costs: scrypt's parameters.
///
/// # Source
/// RFC 7914, section 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyCost {
    /// log2 of the cost N.
    pub log_n: u8,
    /// The block size.
    pub r: u16,
    /// The parallelisation.
    pub p: u16,
}

/// A file that asks for more memory than this (128 N r bytes) is refused rather than tried.
const MEMORY_BYTES_MAX: u64 = 512 << 20;
/// A file that asks for more passes than this is refused rather than tried.
const PASSES_MAX: u16 = 64;

impl KeyCost {
    /// What the keys of people are sealed with: 16 MiB and five passes.
    ///
    /// As dear to who guesses as N = 2^17 with one pass, which OpenSSL cannot read: it refuses more than 32 MiB.
    ///
    /// # Source
    /// OWASP Password Storage Cheat Sheet, scrypt, the equivalent settings.
    pub const PERSON: Self = Self {
        log_n: 14,
        r: 8,
        p: 5,
    };

    fn is_bearable(self) -> bool {
        let memory = (128 * u64::from(self.r)).checked_shl(self.log_n.into());
        (1..=40).contains(&self.log_n)
            && self.r > 0
            && memory.is_some_and(|memory| memory <= MEMORY_BYTES_MAX)
            && (1..=PASSES_MAX).contains(&self.p)
    }
}

/// Why a key could not be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealKeyError {
    #[error("the key was not sealed: {0:?} is no cost that can be paid back when it is opened")]
    Cost(KeyCost),
    #[error("the key was not sealed: {0}")]
    Encode(pkcs8::Error),
}

/// Why a sealed key did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenKeyError {
    #[error(
        "the passphrase does not open this key; type it again (or, if it is right, the file was changed)"
    )]
    WrongPassphrase,
    #[error(
        "the key file is damaged ({why}); put it back from a backup, or make a new key and revoke this one"
    )]
    Damaged { why: String },
}

/// Seals a private key under a passphrase: a PEM file of PKCS#8 `EncryptedPrivateKeyInfo` with PBES2, scrypt and
/// AES-256-CBC, that OpenSSL reads as well. `salt` and `iv` must be fresh random bytes.
///
/// # Errors
/// [`SealKeyError::Cost`] for a cost that [`open_key`] would refuse.
///
/// # Source
/// RFC 5958 (PKCS#8), RFC 8018 section 6.2 (PBES2), RFC 7914 section 7 (scrypt in PBES2), RFC 8410 (ed25519).
pub fn seal_key(
    key: &PrivateKey,
    passphrase: &str,
    cost: KeyCost,
    salt: &[u8; 16],
    iv: &[u8; 16],
) -> Result<String, SealKeyError> {
    if !cost.is_bearable() {
        return Err(SealKeyError::Cost(cost));
    }
    let params = scrypt::Params::new(cost.log_n, cost.r.into(), cost.p.into(), 32)
        .map_err(|_| SealKeyError::Cost(cost))?;
    let encode = || -> Result<String, pkcs8::Error> {
        // Without the public key this is version 1 of PKCS#8, which older programs read too.
        let plain = KeypairBytes {
            secret_key: key.0.to_bytes(),
            public_key: None,
        }
        .to_pkcs8_der()?;
        let scheme = pbes2::Parameters::scrypt_aes256cbc(params, salt, iv)?;
        let sealed =
            PrivateKeyInfo::try_from(plain.as_bytes())?.encrypt_with_params(scheme, passphrase)?;
        let pem = sealed.to_pem(EncryptedPrivateKeyInfo::PEM_LABEL, LineEnding::LF)?;
        Ok(pem.as_str().to_owned())
    };
    encode().map_err(SealKeyError::Encode)
}

/// Opens what [`seal_key`] sealed.
///
/// The format has no checksum: damage inside of the encrypted part looks like a wrong passphrase. Compare the public key
/// with the one that is expected.
///
/// # Errors
/// [`OpenKeyError`].
pub fn open_key(pem: &str, passphrase: &str) -> Result<PrivateKey, OpenKeyError> {
    let damaged = |why: String| OpenKeyError::Damaged { why };
    let (label, document) =
        SecretDocument::from_pem(pem).map_err(|error| damaged(error.to_string()))?;
    if label != EncryptedPrivateKeyInfo::PEM_LABEL {
        return Err(damaged(format!(
            "it holds a {label}, not an {}",
            EncryptedPrivateKeyInfo::PEM_LABEL
        )));
    }
    let sealed = EncryptedPrivateKeyInfo::try_from(document.as_bytes())
        .map_err(|error| damaged(error.to_string()))?;
    // The parameters are checked before the passphrase is tried: they say how much memory that takes.
    if !cost_of(&sealed.encryption_algorithm).is_some_and(KeyCost::is_bearable) {
        return Err(damaged(
            "it is not sealed with scrypt, or at a cost beyond all measure".to_owned(),
        ));
    }
    let plain = sealed
        .decrypt(passphrase)
        .map_err(|_| OpenKeyError::WrongPassphrase)?;
    let pair = KeypairBytes::try_from(
        PrivateKeyInfo::try_from(plain.as_bytes()).map_err(|_| OpenKeyError::WrongPassphrase)?,
    )
    .map_err(|_| damaged("it holds a key that is not ed25519".to_owned()))?;
    Ok(PrivateKey(SigningKey::from_bytes(&pair.secret_key)))
}

fn cost_of(scheme: &EncryptionScheme<'_>) -> Option<KeyCost> {
    let scrypt = scheme.pbes2()?.kdf.scrypt()?;
    let n = scrypt.cost_parameter;
    let log_n = n.is_power_of_two().then(|| n.ilog2())?;
    Some(KeyCost {
        log_n: log_n.try_into().ok()?,
        r: scrypt.block_size,
        p: scrypt.parallelization,
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::keys::Signer as _;

    const CHEAP: KeyCost = KeyCost {
        log_n: 4,
        r: 8,
        p: 1,
    };

    fn sealed(cost: KeyCost) -> (PrivateKey, String) {
        let key = PrivateKey::from_seed(&[5; 32]);
        let pem = seal_key(&key, "correct horse", cost, &[1; 16], &[2; 16]).unwrap();
        (key, pem)
    }

    #[test]
    fn a_key_opens_with_its_passphrase_only() {
        let (key, pem) = sealed(CHEAP);
        assert!(
            pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"),
            "{pem}"
        );
        assert_eq!(
            open_key(&pem, "correct horse").unwrap().public(),
            key.public()
        );
        for wrong in ["", "correct", "Correct horse", "correct horse "] {
            assert!(
                matches!(open_key(&pem, wrong), Err(OpenKeyError::WrongPassphrase)),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_damaged_key_file_is_said_to_be_damaged() {
        let (_, pem) = sealed(CHEAP);
        let cut = &pem[..pem.len() - 60];
        let other = crate::keys::PublicKey::to_pem(&sealed(CHEAP).0.public());
        for bad in ["", "hello", cut, &other, &pem.replace("MI", "NI")] {
            assert!(
                matches!(
                    open_key(bad, "correct horse"),
                    Err(OpenKeyError::Damaged { .. })
                ),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_cost_beyond_measure_is_not_tried() {
        let key = PrivateKey::from_seed(&[5; 32]);
        for cost in [
            KeyCost { log_n: 30, ..CHEAP },
            KeyCost { log_n: 63, ..CHEAP },
            KeyCost { log_n: 0, ..CHEAP },
            KeyCost { r: 0, ..CHEAP },
            KeyCost { p: 1000, ..CHEAP },
        ] {
            let error = seal_key(&key, "x", cost, &[1; 16], &[2; 16]).unwrap_err();
            assert!(matches!(error, SealKeyError::Cost(_)), "{cost:?}");
        }
    }

    #[test]
    fn openssl_opens_the_same_key() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key.pem");
        for cost in [CHEAP, KeyCost::PERSON] {
            let (key, pem) = sealed(cost);
            std::fs::write(&path, pem).unwrap();
            let mut openssl = Command::new("openssl");
            openssl
                .args(["pkey", "-passin", "pass:correct horse", "-pubout", "-in"])
                .arg(&path);
            let Ok(output) = openssl.output() else {
                eprintln!("openssl is not installed: not compared");
                return;
            };
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            assert_eq!(
                String::from_utf8_lossy(&output.stdout),
                key.public().to_pem()
            );
        }
    }
}
