//! A project: its folder, its store, its ledger, and the one way in which a record comes to be.

use std::sync::Arc;

use galen_control::act::found::Found;
use galen_control::{Act, Actor, Ask, InForce, Record, State, decide};
use galen_ledger::{Ledger, PrivateKey, Signer};
use galen_spec::Name;
use galen_spec::galen::Project as Settings;
use galen_store::{Artifacts, Digest, Disk, DiskError};
use jiff::civil::Date;

use crate::error::ActError;
use crate::frozen;
use crate::ports::{Ports, Purpose};
use crate::predictions::PSEUDONYM_KEY;
use crate::snapshot;
use crate::statement::{envelope_of, record_of};

/// Where the project's own key lies in the store. Its holder can sign checkpoints and automatic acts, nothing else.
const SYSTEM_KEY: &str = "secret/system.key";

/// Entries that are held in memory together when a long log is folded.
const AT_ONCE: u64 = 4096;

/// An open project.
#[derive(Clone)]
pub struct Project {
    pub settings: Settings,
    /// The project's folder: declared files, data, models.
    pub files: Arc<dyn Disk>,
    /// Artifacts, ledger, journals, caches.
    pub store: Arc<dyn Disk>,
    pub artifacts: Artifacts,
    pub ports: Ports,
}

/// A record with its place on the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub index: u64,
    pub record: Record,
}

impl Project {
    /// Opens a project whose `galen.yaml` was read.
    pub fn open(
        settings: Settings,
        files: Arc<dyn Disk>,
        store: Arc<dyn Disk>,
        ports: Ports,
    ) -> Project {
        let artifacts = Artifacts::new(store.clone());
        Project {
            settings,
            files,
            store,
            artifacts,
            ports,
        }
    }

    /// Founds a project: makes the system key, the log, and its first record.
    ///
    /// A founding that was cut short leaves a log without records, and is done again.
    ///
    /// # Errors
    /// [`ActError::Input`] if the project was founded already.
    pub fn found(&self) -> Result<Entry, ActError> {
        let _lock = self
            .store
            .lock(galen_ledger::LOCK, self.ports.wait, &self.ports.who)?;
        let begun = match Ledger::open(self.store.clone()) {
            Ok(ledger) if ledger.size() > 0 => {
                return Err(ActError::input(
                    "project_exists",
                    format!("there is a ledger in {} already", self.settings.store),
                    "work in this project, or begin another in an empty folder",
                ));
            }
            Ok(ledger) => Some(ledger),
            Err(galen_ledger::ReadError::NoLedger) => None,
            Err(error) => return Err(error.into()),
        };
        let (mut ledger, system) = match begun {
            Some(ledger) => (ledger, self.system_key()?),
            None => {
                self.new_secret(PSEUDONYM_KEY)?;
                self.new_secret(SYSTEM_KEY)?;
                let system = self.system_key()?;
                (
                    Ledger::create(self.store.clone(), &self.settings.name, &system)?,
                    system,
                )
            }
        };
        let ask = Ask::Found(Found {
            project: self.settings.name.clone(),
            device: self.settings.device.clone(),
            notice: self.settings.notice.clone(),
            system_key: system.public().to_string(),
        });
        let act = Act {
            by: Actor::System,
            as_of: None,
            specs: InForce::default(),
            ask,
        };
        let records = decide(&State::default(), &act, self.ports.clock.now())?;
        let entries: Vec<Vec<u8>> = records
            .iter()
            .map(|record| envelope_of(record, &system).to_bytes())
            .collect();
        ledger.append(&entries, &system)?;
        let record = records
            .into_iter()
            .next()
            .expect("founding gives one record");
        Ok(Entry { index: 0, record })
    }

    fn new_secret(&self, path: &str) -> Result<(), ActError> {
        let mut secret = [0; 32];
        self.ports.entropy.fill(&mut secret);
        Ok(self
            .store
            .write(path, Digest::from_bytes(secret).hex().as_bytes())?)
    }

    /// 32 secret bytes of the project.
    pub(crate) fn secret(&self, path: &str) -> Result<[u8; 32], ActError> {
        let text = self.store.read(path)?;
        let text = String::from_utf8_lossy(&text);
        let secret = format!("sha256:{}", text.trim())
            .parse::<Digest>()
            .map_err(|_| {
                ActError::input(
                    "secret",
                    format!("{path} in the store is damaged"),
                    "put it back from a backup; without the system key nothing can be appended",
                )
            })?;
        Ok(*secret.as_bytes())
    }

    /// Whether there is a ledger.
    ///
    /// # Errors
    /// [`ActError::Disk`].
    pub fn is_founded(&self) -> Result<bool, ActError> {
        Ok(self.store.len(galen_ledger::CHECKPOINT)?.is_some())
    }

    /// The ledger of the project.
    ///
    /// # Errors
    /// [`ActError::Input`] if the project was not founded.
    pub fn ledger(&self) -> Result<Ledger, ActError> {
        if !self.is_founded()? {
            return Err(ActError::input(
                "no_ledger",
                format!("there is no ledger in {}", self.settings.store),
                "found the project first: galen init",
            ));
        }
        Ok(Ledger::open(self.store.clone())?)
    }

    /// The log's root when it held `size` records.
    pub(crate) fn root_at(&self, size: u64) -> Result<String, ActError> {
        Ok(self.ledger()?.root_at(size)?.to_string())
    }

    /// What holds now: the snapshot, and the records since.
    ///
    /// # Errors
    /// [`ActError`] if the ledger cannot be read.
    pub fn state(&self) -> Result<State, ActError> {
        Ok(self.fold()?.0)
    }

    fn fold(&self) -> Result<(State, Ledger), ActError> {
        let ledger = self.ledger()?;
        let mut state = snapshot::load(self.store.as_ref(), &ledger).unwrap_or_default();
        let from = state.entries;
        while state.entries < ledger.size() {
            let first = state.entries;
            let next = ledger.size().min(first + AT_ONCE);
            for (entry, bytes) in (first..).zip(ledger.entries(first..next)?) {
                let (_, record) =
                    record_of(&bytes).map_err(|source| ActError::Record { entry, source })?;
                state.apply(&record);
            }
        }
        if state.entries != from {
            // Only a cache: a snapshot that cannot be kept costs time, not truth.
            let _ = snapshot::save(self.store.as_ref(), &ledger, &state);
        }
        Ok((state, ledger))
    }

    /// The records from an entry on.
    ///
    /// # Errors
    /// [`ActError`] if an entry cannot be read.
    pub fn records(&self, from: u64, to: u64) -> Result<Vec<Entry>, ActError> {
        let ledger = self.ledger()?;
        let to = to.min(ledger.size());
        let entries = ledger.entries(from.min(to)..to)?;
        let read = |(index, bytes): (u64, Vec<u8>)| {
            let (_, record) = record_of(&bytes).map_err(|source| ActError::Record {
                entry: index,
                source,
            })?;
            Ok(Entry { index, record })
        };
        (from..).zip(entries).map(read).collect()
    }

    /// The frozen files in force that `names` names.
    ///
    /// # Errors
    /// [`ActError::Frozen`] if one cannot be read.
    pub fn in_force(&self, state: &State, names: &[Name]) -> Result<InForce, ActError> {
        frozen::in_force(&self.artifacts, state, names)
    }

    /// Does an act: decides, signs, appends. Either all its records are on the ledger afterwards, or none.
    ///
    /// The signer is asked before the lock is taken, so that nobody waits for somebody's passphrase.
    ///
    /// # Errors
    /// [`ActError::Refused`] if the state does not allow it; any other if it could not be done.
    pub fn perform(
        &self,
        by: &Actor,
        as_of: Option<Date>,
        ask: Ask,
    ) -> Result<Vec<Entry>, ActError> {
        let purpose = if matches!(ask, Ask::Sign(_) | Ask::Authorise(_)) {
            Purpose::Signature
        } else {
            Purpose::Record
        };
        let system = Arc::new(self.system_key()?);
        let signer: Arc<dyn Signer> = match by {
            Actor::Person(person) => self.ports.identity.signer(person, purpose)?,
            Actor::System => system.clone(),
        };
        let _lock = self
            .store
            .lock(galen_ledger::LOCK, self.ports.wait, &self.ports.who)?;
        let (mut state, mut ledger) = self.fold()?;
        if let Ask::Enrol(_) = &ask {
            // The one record whose key is not known yet: it proves that its signer holds the key.
        } else {
            self.signer_is_enrolled(&state, by, signer.as_ref())?;
        }
        let specs = self.in_force(&state, ask.reads())?;
        let act = Act {
            by: by.clone(),
            as_of,
            specs,
            ask,
        };
        let records = decide(&state, &act, self.ports.clock.now())?;
        let entries: Vec<Vec<u8>> = records
            .iter()
            .map(|record| {
                let key = if record.by == *by {
                    signer.as_ref()
                } else {
                    system.as_ref()
                };
                envelope_of(record, key).to_bytes()
            })
            .collect();
        let first = ledger.size();
        ledger.append(&entries, system.as_ref())?;
        for record in &records {
            state.apply(record);
        }
        let _ = snapshot::save(self.store.as_ref(), &ledger, &state);
        Ok((first..)
            .zip(records)
            .map(|(index, record)| Entry { index, record })
            .collect())
    }

    /// Does an act that gives one record.
    pub(crate) fn one(&self, by: &Actor, as_of: Option<Date>, ask: Ask) -> Result<Entry, ActError> {
        let entries = self.perform(by, as_of, ask)?;
        Ok(entries
            .into_iter()
            .next()
            .expect("a decided act gives a record"))
    }

    /// Asks whether an act would be allowed, without doing it: the records that it would lead to.
    ///
    /// # Errors
    /// [`ActError::Refused`] if it would not.
    pub fn ask(&self, by: &Actor, as_of: Option<Date>, ask: Ask) -> Result<Vec<Record>, ActError> {
        let state = self.state()?;
        let specs = self.in_force(&state, ask.reads())?;
        let act = Act {
            by: by.clone(),
            as_of,
            specs,
            ask,
        };
        Ok(decide(&state, &act, self.ports.clock.now())?)
    }

    fn signer_is_enrolled(
        &self,
        state: &State,
        by: &Actor,
        signer: &dyn Signer,
    ) -> Result<(), ActError> {
        let Some(person) = by.person() else {
            return Ok(());
        };
        let known = state.keys.get(&signer.public().id().to_string());
        if known.is_some_and(|key| key.person == person) {
            return Ok(());
        }
        Err(ActError::input(
            "key_not_enrolled",
            format!("the key of {person} is not enrolled in this project"),
            format!("enrol it: galen key new {person}"),
        ))
    }

    /// The length of the file of the system key, if there is one.
    pub(crate) fn has_system_key(&self) -> Result<Option<u64>, ActError> {
        Ok(self.store.len(SYSTEM_KEY)?)
    }

    pub(crate) fn system_key(&self) -> Result<PrivateKey, ActError> {
        Ok(PrivateKey::from_seed(&self.secret(SYSTEM_KEY)?))
    }

    /// Stores an artifact.
    ///
    /// # Errors
    /// [`ActError::Artifact`] if the disk fails.
    pub fn keep(&self, bytes: &[u8]) -> Result<Digest, ActError> {
        Ok(self.artifacts.put(bytes)?)
    }

    /// Reads a file of the project's folder.
    ///
    /// # Errors
    /// [`ActError::Input`] if it is not there.
    pub fn read_file(&self, path: &str) -> Result<Vec<u8>, ActError> {
        self.files.read(path).map_err(|error| match error {
            DiskError::NotFound { path } => ActError::input(
                "file_not_found",
                format!("there is no file {path} in the project's folder"),
                "name a file that is there",
            ),
            other => other.into(),
        })
    }
}
