//! What holds now, and the model that is live: folded from the ledger, and folded on when it grows.
//!
//! The server trusts neither the cached state nor the file system: it folds every record itself, from entries that the
//! signed checkpoint's root covers, each signed by the key of who is said to have done it. When the checkpoint changes,
//! by a release or a rollback in any process, the next request sees it: a new checkpoint must continue the old one.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use galen_control::{Actor, Deed, Record, Release, State};
use galen_ledger::{Envelope, Keyring, Ledger, PublicKey, consistency};
use galen_lifecycle::Project;
use galen_lifecycle::statement::record_of;
use galen_model::{Encoded, Predict};
use jiff::Timestamp;

/// How long the last verified state serves when the ledger cannot be read: long enough to bring a disk back, short enough
/// that a rollback which cannot be seen does not stay unseen for a session of work.
pub const LAST_VERIFIED_FOR: Duration = Duration::from_secs(15 * 60);

/// Rows of the training data that stand for an absent input, as in the recorded explanation.
const BACKGROUND: usize = 64;

/// A verified state of the ledger.
pub struct View {
    /// The signed checkpoint, as it stands in the file.
    pub checkpoint: String,
    /// The root of the log.
    pub root: String,
    pub state: State,
    pub standing: Standing,
}

/// Whether there is a model to ask.
pub enum Standing {
    Live(Arc<Live>),
    /// No release is live.
    Nothing,
    /// The ledger names a model that cannot be used, and why.
    Unusable(String),
}

/// The model of the live release.
pub struct Live {
    pub release: Release,
    pub model: Box<dyn Predict>,
    /// The threshold of the protocol that the release was judged by.
    pub threshold: f64,
    background: OnceLock<Result<Encoded, String>>,
}

/// What was seen of the ledger, and what is wrong with it now.
pub struct Seen {
    pub view: Arc<View>,
    /// Since when, and why, the ledger cannot be verified; the view is the last that could.
    pub trouble: Option<(Timestamp, String)>,
}

/// The ledger is not to be had, and was not for longer than the last verified state may serve.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the ledger cannot be verified: {why}; run galen verify")]
pub struct Unseen {
    pub why: String,
}

/// Watches the ledger of a project.
pub struct Watch {
    project: Arc<Project>,
    last_verified_for: Duration,
    held: Mutex<Option<(Arc<View>, Timestamp)>>,
}

impl Watch {
    pub fn new(project: Arc<Project>, last_verified_for: Duration) -> Watch {
        Watch {
            project,
            last_verified_for,
            held: Mutex::new(None),
        }
    }

    /// What holds now. Reads one small file where nothing changed.
    ///
    /// # Errors
    /// [`Unseen`] if the ledger cannot be verified and the last verified state is too old, or there is none.
    pub fn see(&self) -> Result<Seen, Unseen> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.project.ports.clock.now();
        let before = held.as_ref().map(|(view, _)| view.clone());
        match self.verified(before) {
            Ok(view) => {
                *held = Some((view.clone(), now));
                Ok(Seen {
                    view,
                    trouble: None,
                })
            }
            Err(why) => match held.as_ref() {
                // Compared in whole seconds; a clock that was set back makes the state no older.
                Some((view, verified))
                    if now.as_second() - verified.as_second()
                        < self.last_verified_for.as_secs().cast_signed() =>
                {
                    Ok(Seen {
                        view: view.clone(),
                        trouble: Some((*verified, why)),
                    })
                }
                _ => Err(Unseen { why }),
            },
        }
    }

    fn verified(&self, before: Option<Arc<View>>) -> Result<Arc<View>, String> {
        let project = &self.project;
        let file = project
            .store
            .read(galen_ledger::CHECKPOINT)
            .map_err(|error| error.to_string())?;
        if let Some(before) = before
            .as_ref()
            .filter(|before| before.checkpoint.as_bytes() == file)
        {
            return Ok(before.clone());
        }
        let ledger = project.ledger().map_err(|error| error.to_string())?;
        let mut state = match &before {
            Some(before) => before.state.clone(),
            None => State::default(),
        };
        let entries = ledger.entries(state.entries.min(ledger.size())..ledger.size());
        let mut records = Vec::new();
        for (index, bytes) in (state.entries..).zip(entries.map_err(|error| error.to_string())?) {
            records.push((
                index,
                record_of(&bytes).map_err(|error| format!("entry {index}: {error}"))?,
            ));
        }
        let system = system_key(&state, records.first().map(|(_, (_, record))| record))?;
        is_genuine(&ledger, &system, before.as_deref())?;
        for (index, (envelope, record)) in &records {
            is_signed(&state, &system, envelope, record)
                .map_err(|why| format!("entry {index} {why}"))?;
            state.apply(record);
        }
        let standing = self.standing(&state, before.as_deref());
        let view = View {
            checkpoint: ledger.checkpoint().render(),
            root: ledger.root().to_string(),
            state,
            standing,
        };
        Ok(Arc::new(view))
    }

    fn standing(&self, state: &State, before: Option<&View>) -> Standing {
        let Some(release) = state.live_release() else {
            return Standing::Nothing;
        };
        if let Some(View {
            standing: Standing::Live(live),
            ..
        }) = before
            && live.release == *release
        {
            return Standing::Live(live.clone());
        }
        match self.load(state, release) {
            Ok(live) => Standing::Live(Arc::new(live)),
            Err(why) => {
                Standing::Unusable(format!("the model of {} cannot be used: {why}", release.id))
            }
        }
    }

    /// Loads the model that the ledger names; its bytes are compared with their digests on the way.
    fn load(&self, state: &State, release: &Release) -> Result<Live, String> {
        let model = self
            .project
            .model(&release.model.digest)
            .map_err(|error| error.to_string())?;
        let protocol = self.project.judged_by(state, &release.id);
        Ok(Live {
            release: release.clone(),
            model,
            threshold: protocol.map_err(|error| error.to_string())?.threshold,
            background: OnceLock::new(),
        })
    }
}

impl Live {
    /// Rows that the model learned from, for comparing one person with; read once.
    pub(crate) fn background(&self, project: &Project, state: &State) -> Result<&Encoded, String> {
        let load = || {
            let name = self
                .release
                .model
                .training
                .first()
                .ok_or("the model names no training data")?;
            let digest = state
                .dataset(name)
                .map_err(|refusal| refusal.message)?
                .digest;
            let table = project.table(&digest).map_err(|error| error.to_string())?;
            let encoded = self
                .model
                .contract()
                .encode(&table)
                .map_err(|error| error.to_string())?;
            let step = (encoded.rows() / BACKGROUND).max(1);
            let rows: Vec<usize> = (0..encoded.rows()).step_by(step).take(BACKGROUND).collect();
            Ok(encoded.take(&rows))
        };
        self.background
            .get_or_init(load)
            .as_ref()
            .map_err(Clone::clone)
    }
}

/// The system key: the one that the first record names.
fn system_key(state: &State, first: Option<&Record>) -> Result<PublicKey, String> {
    let text = match first.map(|record| &record.deed) {
        Some(Deed::Found(found)) if state.entries == 0 => &found.system_key,
        _ => &state.system_key,
    };
    text.parse()
        .map_err(|_| "the first record names no system key".to_owned())
}

/// Whether the checkpoint is signed by the system key and continues the one before.
fn is_genuine(ledger: &Ledger, system: &PublicKey, before: Option<&View>) -> Result<(), String> {
    ledger
        .checkpoint()
        .verify(system)
        .map_err(|error| format!("the checkpoint is not genuine: {error}"))?;
    if let Some(before) = before {
        consistency(&before.checkpoint, ledger, system).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Whether a record is signed by the key of who is said to have done it. An enrolment is signed by the key that it names.
fn is_signed(
    state: &State,
    system: &PublicKey,
    envelope: &Envelope,
    record: &Record,
) -> Result<(), String> {
    let mut keyring = Keyring::default();
    match (&record.by, &record.deed) {
        (Actor::System, _) => {
            keyring.add(*system);
        }
        (Actor::Person(_), Deed::Enrol(enrol)) => {
            keyring.add(
                enrol
                    .public
                    .parse()
                    .map_err(|_| "enrols no key".to_owned())?,
            );
        }
        (Actor::Person(person), _) => {
            let keys = state.keys.values().filter(|key| key.person == *person);
            keys.filter_map(|key| key.public.parse().ok())
                .for_each(|key| {
                    keyring.add(key);
                });
        }
    }
    match envelope.check(&keyring).first() {
        None => Ok(()),
        Some(problem) => Err(format!("is not signed by {}: {problem}", record.by)),
    }
}
