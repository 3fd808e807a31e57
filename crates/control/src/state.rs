//! The state: what holds after all records, folded.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use galen_spec::Name;
use galen_spec::monitor::Action;
use galen_store::Digest;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::act::{
    accept::Accept, assess::Assess, authorise::Authorise, document::Document, examine::Examine,
    explain::Explain, judge::Judge, open::Open, roll_back::RollBack, run::Development,
    run::ModelFacts, seal::Seal, sign::Meaning, split::Split, window::Window, withdraw::Withdrawn,
};
use crate::{Actor, Deed, Record, Refusal};

/// Everything that a decision or a page needs to know of the past.
///
/// It holds what is in force and what is named by later acts, not every record: windows of one period replace each
/// other, so that the state stays small while the ledger grows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Records folded so far; while a record is applied, its own index.
    pub entries: u64,
    pub project: String,
    pub device: String,
    pub notice: Option<String>,
    pub system_key: String,
    /// Enrolled keys by key id.
    pub keys: BTreeMap<String, Key>,
    pub frozen: BTreeMap<Name, FrozenSpec>,
    /// What every criterion ever frozen asks, and whether it was declared after a look.
    pub criteria: BTreeMap<Digest, bool>,
    pub authorisations: Vec<Authorisation>,
    /// Versions of every dataset, oldest first.
    pub datasets: BTreeMap<String, Vec<Dataset>>,
    /// The latest examination by `dataset/kind`.
    pub examined: BTreeMap<String, Examined>,
    /// Anomalies that were accepted since the data plan in force was frozen, oldest first.
    #[serde(default)]
    pub accepted: Vec<Accepted>,
    /// By the digest of the dataset that was divided.
    pub splits: BTreeMap<Digest, Split>,
    pub sealed: BTreeMap<String, Sealed>,
    /// Who withdrew, oldest first.
    #[serde(default)]
    pub withdrawn: Vec<Withdrawn>,
    /// Who asked to open a sealed set, by dataset and purpose, until it is opened for that.
    #[serde(default)]
    pub asked_looks: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Looks at the reference set that was judged on last.
    pub looks: u32,
    /// Fingerprints of the criteria of the protocol in force.
    pub asked: BTreeSet<Digest>,
    /// What the first look fixed, by the digest of a reference set's plain bytes.
    pub looked: BTreeMap<Digest, Looked>,
    pub runs: BTreeMap<String, RunFacts>,
    pub changes: BTreeMap<String, Change>,
    pub releases: Vec<Release>,
    pub live: Option<String>,
    pub rollbacks: Vec<(u64, RollBack)>,
    /// The latest explanation of each release, with its entry.
    pub explained: BTreeMap<String, (u64, Explain)>,
    /// The latest record of each window and release.
    pub windows: BTreeMap<String, WindowFacts>,
    pub alerts: Vec<Alert>,
    pub findings: Vec<Finding>,
    /// The latest document of each kind, with its entry.
    pub documents: BTreeMap<String, (u64, Document)>,
}

/// A person's enrolled key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Key {
    pub person: String,
    /// The public key, hexadecimal.
    pub public: String,
    pub entry: u64,
    pub at: Timestamp,
}

/// A frozen file in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrozenSpec {
    pub digest: Digest,
    pub version: u32,
    pub entry: u64,
    pub at: Timestamp,
    pub by: Actor,
}

/// A recorded authorisation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Authorisation {
    pub granted: Authorise,
    pub entry: u64,
    pub by: Actor,
    pub at: Timestamp,
}

/// One version of a dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dataset {
    pub version: u32,
    pub digest: Digest,
    pub files: u64,
    pub bytes: u64,
    pub entry: u64,
    pub at: Timestamp,
    pub by: Actor,
    /// The dataset that it is a part of.
    pub drawn_from: Option<Digest>,
    /// Whether it was generated and not observed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub synthetic: bool,
}

impl Dataset {
    /// What was generated shows nothing of people, and so is no set that a model is judged on.
    ///
    /// # Errors
    /// A refusal, if it was added as synthetic.
    pub fn observed(&self, name: &str) -> Result<(), Refusal> {
        if !self.synthetic {
            return Ok(());
        }
        Err(Refusal::new(
            "synthetic",
            format!("dataset {name} is synthetic, and no reference set holds what was generated"),
            "take data of people; synthetic rows beside them are told by `synthetic` in data.yaml and are for learning only",
        ))
    }
}

/// An examination with its entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Examined {
    pub examine: Examine,
    pub entry: u64,
}

/// An accepted anomaly with its entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Accepted {
    pub accept: Accept,
    pub entry: u64,
    pub by: Actor,
    pub at: Timestamp,
}

/// A sealed dataset with its entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sealed {
    pub seal: Seal,
    /// The encrypted artifacts of what it held before its content was replaced.
    #[serde(default)]
    pub earlier: Vec<Digest>,
    pub entry: u64,
}

/// A reference set that was looked at. What its first look found in force binds every later look, or a protocol could
/// be frozen until a model passes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Looked {
    /// Looks so far.
    pub looks: u32,
    /// Looks that the protocol of the first look allowed.
    pub allowed: u32,
    /// Fingerprints of the criteria of the protocol of the first look.
    pub criteria: BTreeSet<Digest>,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunFacts {
    pub model: Option<ModelFacts>,
    pub stages: Vec<String>,
    /// Whether nothing was computed.
    pub cached: bool,
    pub development: Option<Development>,
    pub entry: u64,
    pub at: Timestamp,
    pub by: Actor,
}

/// A proposed change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub run: String,
    pub model: ModelFacts,
    pub modification: Option<String>,
    pub summary: String,
    pub follows: Option<String>,
    pub proposer: Actor,
    pub state: ChangeState,
    /// The look that was counted for it.
    pub opened: Option<Open>,
    pub judged: Option<Judged>,
    /// The entry since which its verdict is stale: labels that it was judged by were corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_since: Option<u64>,
    pub assessed: Option<Assessed>,
    pub signatures: Vec<SignatureFacts>,
    pub release: Option<String>,
    pub entry: u64,
    pub at: Timestamp,
}

impl Change {
    /// Whether something can still become of it.
    pub fn is_open(&self) -> bool {
        matches!(
            self.state,
            ChangeState::Proposed | ChangeState::Judged | ChangeState::Assessed
        )
    }
}

/// How far a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeState {
    Proposed,
    Judged,
    /// Judged with a passing verdict, and of a class that may be released; it can be signed.
    Assessed,
    Rejected,
    Released,
}

impl fmt::Display for ChangeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ChangeState::Proposed => "proposed",
            ChangeState::Judged => "judged",
            ChangeState::Assessed => "assessed",
            ChangeState::Rejected => "rejected",
            ChangeState::Released => "released",
        })
    }
}

/// A verdict with its entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    pub judge: Judge,
    pub entry: u64,
}

/// An assessment with its entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assessed {
    pub assess: Assess,
    pub entry: u64,
}

/// A signature on a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignatureFacts {
    pub person: String,
    pub role: String,
    pub meaning: Meaning,
    pub reason: String,
    pub at: Timestamp,
    pub entry: u64,
}

/// A release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Release {
    pub id: String,
    pub change: String,
    pub model: ModelFacts,
    pub state: ReleaseState,
    /// When it went live for the last time.
    pub since: Timestamp,
    pub as_of: Option<Date>,
    pub by: Actor,
    pub authorisation: Option<String>,
    pub entry: u64,
}

/// Whether a release is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseState {
    Live,
    /// Another release followed; it can be rolled back to.
    Superseded,
    /// Taken out of use; it can not be rolled back to.
    RolledBack,
}

impl fmt::Display for ReleaseState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ReleaseState::Live => "live",
            ReleaseState::Superseded => "superseded",
            ReleaseState::RolledBack => "rolled back",
        })
    }
}

/// A closed window with its entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowFacts {
    pub window: Window,
    pub entry: u64,
    pub as_of: Option<Date>,
}

/// Somebody is told of a crossed check. One alert a check and release; later windows join it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    pub id: String,
    pub check: String,
    pub release: String,
    pub action: Action,
    pub state: AlertState,
    pub windows: Vec<String>,
    pub opened: Timestamp,
    pub as_of: Option<Date>,
    pub entry: u64,
}

impl Alert {
    pub(crate) fn is_of(&self, check: &str, release: &str) -> bool {
        self.check == check && self.release == release && self.state == AlertState::Open
    }
}

/// Whether an alert still waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    Open,
    /// The finding that was opened for it is closed. If the check crosses again, that is another alert.
    Closed,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub id: String,
    pub alert: Option<String>,
    pub title: String,
    pub containment: String,
    pub state: FindingState,
    pub cause: Option<String>,
    pub evidence: Option<Digest>,
    pub correction: Option<String>,
    pub opened: Timestamp,
    pub as_of: Option<Date>,
    pub by: Actor,
    pub entry: u64,
}

/// How far a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    Open,
    Analysed,
    Closed,
}

impl fmt::Display for FindingState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FindingState::Open => "open",
            FindingState::Analysed => "analysed",
            FindingState::Closed => "closed",
        })
    }
}

impl State {
    /// Folds a record. Records come from `decide`, so nothing is checked again here.
    pub fn apply(&mut self, record: &Record) {
        match &record.deed {
            Deed::Found(deed) => deed.apply(self, record),
            Deed::Enrol(deed) => deed.apply(self, record),
            Deed::Freeze(deed) => deed.apply(self, record),
            Deed::Authorise(deed) => deed.apply(self, record),
            Deed::AddData(deed) => deed.apply(self, record),
            Deed::Examine(deed) => deed.apply(self, record),
            Deed::Accept(deed) => deed.apply(self, record),
            Deed::Split(deed) => deed.apply(self, record),
            Deed::Seal(deed) => deed.apply(self, record),
            Deed::Withdraw(deed) => deed.apply(self, record),
            Deed::Correct(deed) => deed.apply(self, record),
            Deed::Run(deed) => deed.apply(self, record),
            Deed::Propose(deed) => deed.apply(self, record),
            Deed::Look(deed) => deed.apply(self, record),
            Deed::Open(deed) => deed.apply(self, record),
            Deed::Judge(deed) => deed.apply(self, record),
            Deed::Assess(deed) => deed.apply(self, record),
            Deed::Sign(deed) => deed.apply(self, record),
            Deed::Release(deed) => deed.apply(self, record),
            Deed::RollBack(deed) => deed.apply(self, record),
            Deed::Explain(deed) => deed.apply(self, record),
            Deed::Window(deed) => deed.apply(self, record),
            Deed::OpenFinding(deed) => deed.apply(self, record),
            Deed::AnalyseFinding(deed) => deed.apply(self, record),
            Deed::CloseFinding(deed) => deed.apply(self, record),
            Deed::Document(deed) => deed.apply(self, record),
        }
        self.entries += 1;
    }

    /// Alerts that still wait for somebody, oldest first.
    pub fn open_alerts(&self) -> impl DoubleEndedIterator<Item = &Alert> {
        self.alerts
            .iter()
            .filter(|alert| alert.state == AlertState::Open)
    }

    /// The latest version of a dataset.
    ///
    /// # Errors
    /// A refusal that names the datasets that exist.
    pub fn dataset(&self, name: &str) -> Result<&Dataset, Refusal> {
        self.datasets
            .get(name)
            .and_then(|versions| versions.last())
            .ok_or_else(|| {
                let known: Vec<&str> = self.datasets.keys().map(String::as_str).collect();
                unknown("dataset", name, &known, "galen data list")
            })
    }

    /// The latest version of a dataset, which must have this content.
    pub(crate) fn dataset_with(&self, name: &str, digest: Digest) -> Result<&Dataset, Refusal> {
        let dataset = self.dataset(name)?;
        if dataset.digest == digest {
            return Ok(dataset);
        }
        Err(Refusal::new(
            "stale",
            format!("dataset {name} has another content than the one that was used"),
            "run the command again",
        ))
    }

    /// A run.
    ///
    /// # Errors
    /// A refusal that names the runs that exist.
    pub fn run(&self, id: &str) -> Result<&RunFacts, Refusal> {
        let known: Vec<&str> = self.runs.keys().map(String::as_str).collect();
        self.runs
            .get(id)
            .ok_or_else(|| unknown("run", id, &known, "galen runs"))
    }

    /// A change.
    ///
    /// # Errors
    /// A refusal that names the changes that exist.
    pub fn change(&self, id: &str) -> Result<&Change, Refusal> {
        let known: Vec<&str> = self.changes.keys().map(String::as_str).collect();
        self.changes
            .get(id)
            .ok_or_else(|| unknown("change", id, &known, "galen change list"))
    }

    /// A release.
    ///
    /// # Errors
    /// A refusal that names the releases that exist.
    pub fn release(&self, id: &str) -> Result<&Release, Refusal> {
        let known: Vec<&str> = self
            .releases
            .iter()
            .map(|release| release.id.as_str())
            .collect();
        self.releases
            .iter()
            .find(|release| release.id == id)
            .ok_or_else(|| unknown("release", id, &known, "galen releases"))
    }

    /// A finding.
    ///
    /// # Errors
    /// A refusal that names the findings that exist.
    pub fn finding(&self, id: &str) -> Result<&Finding, Refusal> {
        let known: Vec<&str> = self
            .findings
            .iter()
            .map(|finding| finding.id.as_str())
            .collect();
        self.findings
            .iter()
            .find(|finding| finding.id == id)
            .ok_or_else(|| unknown("finding", id, &known, "galen finding list"))
    }

    /// The release that is live.
    pub fn live_release(&self) -> Option<&Release> {
        self.live.as_ref().and_then(|id| self.release(id).ok())
    }

    /// The latest authorisation that covers the intent and the PCCP that are in force.
    pub fn authorisation(&self) -> Option<&Authorisation> {
        self.authorisations.iter().rev().find(|authorisation| {
            authorisation.granted.covers.iter().all(|spec| {
                self.frozen
                    .get(&spec.name)
                    .is_some_and(|frozen| frozen.digest == spec.digest)
            })
        })
    }

    /// Where a rollback can lead: releases before the live one that were only superseded, latest first.
    ///
    /// A rollback that passed over a release leaves it superseded as well; it comes after the one that is live then, and
    /// going there would be no return.
    pub(crate) fn earlier(&self) -> impl Iterator<Item = &Release> {
        let live = self
            .releases
            .iter()
            .position(|release| release.state == ReleaseState::Live);
        self.releases[..live.unwrap_or(0)]
            .iter()
            .rev()
            .filter(|release| release.state == ReleaseState::Superseded)
    }

    /// Refuses a dataset that is sealed: a look at it is counted, whatever the act is called. What was destroyed is refused as
    /// well: it comes from a copy outside of the project.
    ///
    /// # Errors
    /// `refused.sealed`, `refused.withdrawn`.
    pub fn not_sealed(&self, data: Digest) -> Result<(), Refusal> {
        if self.is_destroyed(&data) {
            return Err(Refusal::new(
                "withdrawn",
                "this content holds a person who withdrew",
                "take the person out first; galen data list shows the version without them",
            ));
        }
        let sealed = self
            .sealed
            .values()
            .find(|sealed| sealed.seal.plain == data);
        match sealed {
            None => Ok(()),
            Some(sealed) => Err(Refusal::new(
                "sealed",
                format!(
                    "dataset {} is sealed; only a counted look may open it",
                    sealed.seal.dataset
                ),
                "use another dataset, or judge a change: galen gate",
            )),
        }
    }

    /// The content that a dataset had before an entry.
    pub(crate) fn content(&self, dataset: &str, before: u64) -> Option<Digest> {
        let versions = self.datasets.get(dataset)?;
        let then = versions.iter().rev().find(|version| version.entry < before);
        then.map(|version| version.digest)
    }
}

fn unknown(what: &str, name: &str, known: &[&str], command: &str) -> Refusal {
    let help = if known.is_empty() {
        format!("there is no {what} yet")
    } else {
        let shown: Vec<&str> = known.iter().rev().take(12).copied().collect();
        format!("there are: {}; see {command}", shown.join(", "))
    };
    Refusal::new("unknown", format!("there is no {what} {name}"), help)
}
