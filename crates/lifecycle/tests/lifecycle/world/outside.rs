//! Time, chance, people and processes of a world.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use galen_ledger::{PrivateKey, PublicKey, Signer};
use galen_lifecycle::{Clock, Entropy, Identity, IdentityError, Purpose};
use galen_pipeline::{Command, Ended, Runner};
use galen_store::Digest;
use jiff::Timestamp;
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

/// A clock that goes on by a second whenever it is asked.
#[derive(Default)]
pub struct Ticks(pub AtomicI64);

impl Clock for Ticks {
    fn now(&self) -> Timestamp {
        let second = self.0.fetch_add(1, Ordering::Relaxed);
        Timestamp::from_second(1_900_000_000 + second).expect("a second of this century")
    }
}

/// Chance under a seed.
pub struct Chance(Mutex<ChaCha8Rng>);

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance(Mutex::new(ChaCha8Rng::seed_from_u64(seed)))
    }
}

impl Entropy for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        self.0
            .lock()
            .expect("no test panics in here")
            .fill_bytes(bytes);
    }
}

/// The key of a person follows from the name; there are no passphrases.
pub fn key_of(person: &str) -> PrivateKey {
    PrivateKey::from_seed(Digest::of(person.as_bytes()).as_bytes())
}

/// Everybody's key folder: what a person keeps survives the project's machine.
#[derive(Default)]
pub struct People(pub Mutex<BTreeSet<String>>);

/// One for all worlds: `age` draws it from the machine, so that a sealed artifact is the only thing no seed replays.
static CUSTODIAN: LazyLock<age::x25519::Identity> = LazyLock::new(age::x25519::Identity::generate);

impl Identity for People {
    fn create(&self, person: &str, _: &dyn Entropy) -> Result<PublicKey, IdentityError> {
        let mut people = self.0.lock().expect("no test panics in here");
        if people.insert(person.to_owned()) {
            return Ok(key_of(person).public());
        }
        Err(IdentityError::Exists {
            person: person.to_owned(),
            place: "memory".to_owned(),
        })
    }

    fn signer(&self, person: &str, _: Purpose) -> Result<Arc<dyn Signer>, IdentityError> {
        let people = self.0.lock().expect("no test panics in here");
        if people.contains(person) {
            return Ok(Arc::new(key_of(person)));
        }
        Err(IdentityError::NoKey {
            person: person.to_owned(),
            place: "memory".to_owned(),
        })
    }

    fn custodian(&self, _: &str, _: &dyn Entropy) -> Result<age::x25519::Identity, IdentityError> {
        Ok(CUSTODIAN.clone())
    }
}

/// No stage of these worlds is a command.
pub struct NoProcess;

impl Runner for NoProcess {
    fn run(&self, command: &Command) -> std::io::Result<Ended> {
        Err(std::io::Error::other(format!(
            "no process runs {}",
            command.line
        )))
    }
}
