//! People's keys in a folder of their own: one file a person, encrypted under the person's passphrase.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use galen_ledger::{KeyCost, OpenKeyError, PrivateKey, PublicKey, Signer, open_key, seal_key};
use galen_store::{Disk, DiskError};

use crate::ports::{Entropy, Identity, IdentityError, Purpose};

/// Who is asked for a passphrase: a terminal, a file, a test.
pub trait Passphrases: Send + Sync {
    /// The passphrase of a person; `new` when a key is made, so that it can be asked twice.
    ///
    /// # Errors
    /// Why there is none.
    fn passphrase(&self, person: &str, new: bool) -> Result<String, String>;
}

/// Keys in a folder: `ID.pem` signs, `ID.sealed-sets.pem` opens sealed sets.
///
/// Both are PKCS#8 under the passphrase; the second holds the 32 bytes of an X25519 identity in the same form, since a
/// person has one passphrase and one way to be asked for it.
pub struct KeyFolder {
    disk: Arc<dyn Disk>,
    /// Where the folder is, for messages.
    place: String,
    passphrases: Arc<dyn Passphrases>,
    cost: KeyCost,
    /// Keys that were unlocked in this session; signatures do not use them.
    unlocked: Mutex<BTreeMap<String, PrivateKey>>,
}

impl KeyFolder {
    /// Keys on a disk.
    pub fn new(
        disk: Arc<dyn Disk>,
        place: String,
        passphrases: Arc<dyn Passphrases>,
        cost: KeyCost,
    ) -> KeyFolder {
        KeyFolder {
            disk,
            place,
            passphrases,
            cost,
            unlocked: Mutex::default(),
        }
    }

    /// The people who have a key here.
    ///
    /// # Errors
    /// [`IdentityError::Disk`].
    pub fn people(&self) -> Result<Vec<String>, IdentityError> {
        let files = self.disk.list("")?;
        Ok(files
            .iter()
            .filter_map(|file| file.strip_suffix(".pem"))
            .filter(|name| !name.contains('.') && !name.contains('/'))
            .map(str::to_owned)
            .collect())
    }

    fn make(
        &self,
        file: &str,
        person: &str,
        seed: &[u8; 32],
        entropy: &dyn Entropy,
    ) -> Result<PrivateKey, IdentityError> {
        let passphrase = self.ask(person, true)?;
        let key = PrivateKey::from_seed(seed);
        let (mut salt, mut iv) = ([0; 16], [0; 16]);
        entropy.fill(&mut salt);
        entropy.fill(&mut iv);
        let pem = seal_key(&key, &passphrase, self.cost, &salt, &iv).map_err(|error| {
            IdentityError::Damaged {
                person: person.to_owned(),
                why: error.to_string(),
            }
        })?;
        self.disk.write(file, pem.as_bytes())?;
        Ok(key)
    }

    fn open(&self, file: &str, person: &str) -> Result<PrivateKey, IdentityError> {
        let damaged = |why: String| IdentityError::Damaged {
            person: person.to_owned(),
            why,
        };
        let bytes = self.disk.read(file).map_err(|error| match error {
            DiskError::NotFound { .. } => IdentityError::NoKey {
                person: person.to_owned(),
                place: self.place.clone(),
            },
            other => other.into(),
        })?;
        let pem = String::from_utf8(bytes).map_err(|_| damaged("it is not text".to_owned()))?;
        open_key(&pem, &self.ask(person, false)?).map_err(|error| match error {
            OpenKeyError::WrongPassphrase => IdentityError::WrongPassphrase {
                person: person.to_owned(),
            },
            OpenKeyError::Damaged { why } => damaged(why),
        })
    }

    fn ask(&self, person: &str, new: bool) -> Result<String, IdentityError> {
        self.passphrases
            .passphrase(person, new)
            .map_err(|why| IdentityError::NoPassphrase {
                person: person.to_owned(),
                why,
            })
    }
}

impl Identity for KeyFolder {
    fn create(&self, person: &str, entropy: &dyn Entropy) -> Result<PublicKey, IdentityError> {
        let file = format!("{person}.pem");
        if self.disk.len(&file)?.is_some() {
            return Err(IdentityError::Exists {
                person: person.to_owned(),
                place: self.place.clone(),
            });
        }
        let mut seed = [0; 32];
        entropy.fill(&mut seed);
        let key = self.make(&file, person, &seed, entropy)?;
        let public = key.public();
        self.unlocked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(person.to_owned(), key);
        Ok(public)
    }

    fn signer(&self, person: &str, purpose: Purpose) -> Result<Arc<dyn Signer>, IdentityError> {
        let known = self
            .unlocked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(person)
            .cloned();
        if let (Some(key), Purpose::Record) = (known, purpose) {
            return Ok(Arc::new(key));
        }
        let key = self.open(&format!("{person}.pem"), person)?;
        self.unlocked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(person.to_owned(), key.clone());
        Ok(Arc::new(key))
    }

    fn custodian(
        &self,
        person: &str,
        entropy: &dyn Entropy,
    ) -> Result<age::x25519::Identity, IdentityError> {
        let file = format!("{person}.sealed-sets.age");
        let damaged = |why: String| IdentityError::Damaged {
            person: person.to_owned(),
            why,
        };
        if self.disk.len(&file)?.is_none() {
            let identity = age::x25519::Identity::generate();
            let passphrase = age::secrecy::SecretString::from(self.ask(person, true)?);
            let mut recipient = age::scrypt::Recipient::new(passphrase);
            recipient.set_work_factor(self.cost.log_n.min(18));
            let secret =
                age::secrecy::ExposeSecret::expose_secret(&identity.to_string()).to_owned();
            let sealed = age::encrypt(&recipient, secret.as_bytes())
                .map_err(|error| damaged(error.to_string()))?;
            self.disk.write(&file, &sealed)?;
            let _ = entropy;
            return Ok(identity);
        }
        let passphrase = age::secrecy::SecretString::from(self.ask(person, false)?);
        let opener = age::scrypt::Identity::new(passphrase);
        let text = age::decrypt(&opener, &self.disk.read(&file)?).map_err(|_| {
            IdentityError::WrongPassphrase {
                person: person.to_owned(),
            }
        })?;
        let text = String::from_utf8(text).map_err(|_| damaged("it is not text".to_owned()))?;
        text.parse().map_err(|why: &str| damaged(why.to_owned()))
    }
}
