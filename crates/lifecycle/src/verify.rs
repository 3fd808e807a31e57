//! Proving a project: the log, every signature, every decision made a second time, every artifact, every number derived
//! again where its evidence is at hand.

mod derive;
mod journals;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use galen_control::again::{Again, Library, again};
use galen_control::{Act, Deed, InForce, Record, State, decide};
use galen_ledger::{Keyring, Ledger, PublicKey, SignatureProblem, Signer, consistency};
use galen_pipeline::Provenance;
use galen_spec::Name;
use galen_store::{ArtifactError, Digest, Manifest};
use serde::Serialize;

use crate::error::ActError;
use crate::frozen;
use crate::project::Project;
use crate::snapshot;
use crate::statement::record_of;
use derive::Derived;

/// What was proven, and what was not.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    pub ok: bool,
    pub entries: u64,
    pub artifacts: u64,
    pub signatures: u64,
    /// Records whose decision, and evidence or document where that can be, came out the same a second time.
    pub rederived: u64,
    pub not_rederived: Vec<NotRederived>,
    /// Whether an outside checkpoint was compared.
    pub checkpoint_compared: bool,
    /// Whether keys were compared with fingerprints got elsewhere.
    pub keys_trusted: bool,
    pub root: Option<String>,
    pub problems: Vec<Problem>,
    /// What the comparison was with, in a sentence.
    pub says: String,
}

/// Evidence that could not be computed again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotRederived {
    pub entry: u64,
    pub why: String,
}

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub entry: Option<u64>,
    /// A stable word such as `artifact_changed` or `bad_signature`.
    pub what: String,
    pub message: String,
}

/// What was got elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Outside<'a> {
    /// The text of a checkpoint that was kept.
    pub checkpoint: Option<&'a str>,
    /// Fingerprints of keys: key id to person.
    pub trusted: Option<&'a BTreeMap<String, String>>,
}

impl Project {
    /// Proves the whole project.
    ///
    /// # Errors
    /// [`ActError`] only if the disk cannot be read; everything else is a problem in the report.
    pub fn verify(&self, outside: &Outside) -> Result<Report, ActError> {
        let mut proof = Proof {
            project: self,
            report: Report::default(),
            state: State::default(),
            named: BTreeSet::new(),
            withdrawn: BTreeSet::new(),
            not_kept: BTreeSet::new(),
            trained: RefCell::default(),
            cached: None,
        };
        proof.log(outside)?;
        proof.artifacts()?;
        proof.journals()?;
        let mut report = proof.report;
        report.ok = report.problems.is_empty();
        report.says = says(&report);
        Ok(report)
    }
}

fn says(report: &Report) -> String {
    let compared = match (report.checkpoint_compared, report.keys_trusted) {
        (true, true) => "compared with a checkpoint and with fingerprints kept elsewhere",
        (true, false) => {
            "compared with a checkpoint kept elsewhere; not compared with fingerprints of keys"
        }
        (false, true) => {
            "compared with fingerprints kept elsewhere; not compared with a checkpoint kept elsewhere"
        }
        (false, false) => "not compared with a checkpoint or fingerprints kept elsewhere",
    };
    if report.ok {
        format!("consistent with itself; {compared}")
    } else {
        format!("not consistent; {compared}")
    }
}

struct Proof<'a> {
    project: &'a Project,
    report: Report,
    state: State,
    /// Artifacts that records name.
    named: BTreeSet<Digest>,
    /// The plain bytes of sealed sets, of which only what is encrypted is kept.
    not_kept: BTreeSet<Digest>,
    /// Artifacts that some record destroyed, also one that comes later than what is looked at.
    withdrawn: BTreeSet<Digest>,
    /// Provenances whose stages were run again.
    trained: RefCell<BTreeSet<Digest>>,
    /// The kept state that commands would go on from.
    cached: Option<State>,
}

impl Proof<'_> {
    fn problem(&mut self, entry: Option<u64>, what: &str, message: impl Into<String>) {
        self.report.problems.push(Problem {
            entry,
            what: what.to_owned(),
            message: message.into(),
        });
    }

    /// The log by itself and against a kept checkpoint, then record by record.
    fn log(&mut self, outside: &Outside) -> Result<(), ActError> {
        let ledger = match Ledger::open(self.project.store.clone()) {
            Ok(ledger) => ledger,
            Err(error) => {
                self.problem(None, "ledger_unreadable", error.to_string());
                return Ok(());
            }
        };
        self.report.entries = ledger.size();
        self.report.root = Some(ledger.root().to_string());
        let entries = match ledger.entries(0..ledger.size()) {
            Ok(entries) => entries,
            Err(error) => {
                self.log_problems()?;
                if self.report.problems.is_empty() {
                    self.problem(None, "ledger_unreadable", error.to_string());
                }
                Vec::new()
            }
        };
        // Compared on the way, when as many records are folded as it claims to hold.
        self.cached = snapshot::load(self.project.store.as_ref(), &ledger);
        let system = self.founder(&entries);
        self.system_key(system.as_ref());
        if let Some(system) = system {
            let found = galen_ledger::verify(self.project.store.as_ref(), &system)?;
            for problem in found.problems {
                let what = word(&problem.what);
                if !self
                    .report
                    .problems
                    .iter()
                    .any(|known| known.message == problem.message)
                {
                    self.problem(problem.entry, &what, problem.message);
                }
            }
            if let Some(kept) = outside.checkpoint {
                self.report.checkpoint_compared = true;
                if let Err(error) = consistency(kept, &ledger, &system) {
                    let what = match error {
                        galen_ledger::ConsistencyError::Shorter { .. } => "entries_dropped",
                        galen_ledger::ConsistencyError::Rewritten { .. } => "history_rewritten",
                        _ => "checkpoint_differs",
                    };
                    self.problem(None, what, error.to_string());
                }
            }
        } else if !entries.is_empty() {
            self.problem(
                Some(0),
                "no_founding",
                "the first entry does not found a project",
            );
        }
        self.records(&entries);
        self.trust(outside);
        Ok(())
    }

    /// The log's problems when not even its entries can be read, so that the system key is not known from them.
    fn log_problems(&mut self) -> Result<(), ActError> {
        let Ok(bytes) = self.project.store.read("cache/state.json") else {
            return Ok(());
        };
        let system = serde_json::from_slice::<serde_json::Value>(&bytes)
            .ok()
            .and_then(|value| {
                value["state"]["system_key"]
                    .as_str()
                    .and_then(|text| text.parse::<PublicKey>().ok())
            });
        let Some(system) = system else { return Ok(()) };
        for problem in galen_ledger::verify(self.project.store.as_ref(), &system)?.problems {
            let what = word(&problem.what);
            self.problem(problem.entry, &what, problem.message);
        }
        Ok(())
    }

    /// Folds a record, and compares with the kept state where that stands.
    fn fold(&mut self, record: &Record) {
        self.state.apply(record);
        let same_size = |cached: &mut State| cached.entries == self.state.entries;
        if let Some(cached) = self.cached.take_if(same_size)
            && cached != self.state
        {
            self.problem(
                None,
                "snapshot_changed",
                "the cached state is not what the records fold to; delete .galen/cache/state.json",
            );
        }
    }

    /// The project's own key is the one that founded it. A copy for an auditor has none.
    fn system_key(&mut self, founder: Option<&PublicKey>) {
        let (Some(founder), Ok(Some(_))) = (founder, self.project.has_system_key()) else {
            return;
        };
        let is_founder = self
            .project
            .system_key()
            .is_ok_and(|own| own.public() == *founder);
        if !is_founder {
            self.problem(
                None,
                "system_key_differs",
                "the key in .galen/secret/system.key did not found this project; put it back from a backup",
            );
        }
    }

    /// The system key that the first record names.
    fn founder(&self, entries: &[Vec<u8>]) -> Option<PublicKey> {
        match record_of(entries.first()?).ok()?.1.deed {
            Deed::Found(found) => found.system_key.parse().ok(),
            _ => None,
        }
    }

    fn records(&mut self, entries: &[Vec<u8>]) {
        let mut records: Vec<Option<Record>> = Vec::new();
        for (index, bytes) in (0..).zip(entries) {
            match record_of(bytes) {
                Ok((envelope, record)) => {
                    self.signature(index, &envelope, &record);
                    self.named
                        .extend(record.subjects().iter().map(|subject| subject.digest));
                    records.push(Some(record));
                }
                Err(error) => {
                    self.problem(Some(index), "entry_unreadable", error.to_string());
                    records.push(None);
                }
            }
            if let Some(Some(record)) = records.last() {
                self.not_kept.extend(not_kept(&record.deed));
                if let Deed::Withdraw(withdraw) = &record.deed {
                    self.withdrawn.extend(&withdraw.destroyed);
                }
            }
            // Signatures are checked against the keys that earlier records enrolled, so the fold goes along.
            if let Some(Some(record)) = records.last() {
                if let Deed::Found(_) | Deed::Enrol(_) = record.deed {
                    self.state.apply(&record.clone());
                } else {
                    self.state.entries += 1;
                }
            }
        }
        self.state = State::default();
        let mut index = 0;
        while index < records.len() {
            let Some(record) = &records[index] else {
                return;
            };
            index += self.decide_again(index, &record.clone(), &records);
        }
    }

    fn signature(&mut self, index: u64, envelope: &galen_ledger::Envelope, record: &Record) {
        let mut keyring = Keyring::default();
        let owner = match (&record.by.person(), &record.deed) {
            // The founding names the system key, an enrolment the person's: each is signed by the key it names.
            (None, Deed::Found(found)) => Some(found.system_key.clone()),
            (Some(_), Deed::Enrol(enrol)) => Some(enrol.public.clone()),
            (None, _) => Some(self.state.system_key.clone()),
            (Some(person), _) => self
                .state
                .keys
                .values()
                .find(|key| key.person == **person)
                .map(|key| key.public.clone()),
        };
        if let Some(key) = owner.and_then(|text| text.parse::<PublicKey>().ok()) {
            keyring.add(key);
        }
        let problems = envelope.check(&keyring);
        if problems.is_empty() && envelope.signatures().len() == 1 {
            self.report.signatures += 1;
        }
        for problem in problems {
            let what = match problem {
                SignatureProblem::UnknownKey { .. } => "unknown_key",
                SignatureProblem::BadSignature { .. } => "bad_signature",
            };
            self.problem(
                Some(index),
                what,
                format!(
                    "entry {index}, {} by {}: {problem}",
                    record.deed.word(),
                    record.by
                ),
            );
        }
    }

    /// Decides an act again and compares all records that it led to; returns how many.
    fn decide_again(&mut self, index: usize, record: &Record, records: &[Option<Record>]) -> usize {
        let entry = index as u64;
        let ask = match again(
            record,
            &Shelf {
                project: self.project,
            },
        ) {
            Again::Ask(ask) => *ask,
            Again::Automatic => {
                self.problem(
                    Some(entry),
                    "no_cause",
                    format!("entry {entry} is an automatic act, and no act before it leads to it"),
                );
                self.fold(record);
                return 1;
            }
            Again::Missing(digest) => {
                self.problem(
                    Some(entry),
                    "evidence_missing",
                    format!("entry {entry} stands on {digest}, which is missing or damaged"),
                );
                self.fold(record);
                return 1;
            }
        };
        let specs = match self.project.in_force(&self.state, ask.reads()) {
            Ok(specs) => specs,
            Err(error) => {
                self.problem(Some(entry), "frozen_file", error.to_string());
                InForce::default()
            }
        };
        let act = Act {
            by: record.by.clone(),
            as_of: record.as_of,
            specs,
            ask,
        };
        match decide(&self.state, &act, record.at) {
            Ok(decided) => {
                let same = decided.iter().enumerate().all(|(offset, decided)| {
                    records
                        .get(index + offset)
                        .is_some_and(|found| found.as_ref() == Some(decided))
                });
                if !same {
                    self.problem(
                        Some(entry),
                        "decision_differs",
                        format!("entry {entry}: deciding again on {} gives something else than what is recorded", record.deed.word()),
                    );
                    self.fold(record);
                    return 1;
                }
                self.derive(entry, record);
                for decided in &decided {
                    self.fold(decided);
                }
                decided.len()
            }
            Err(refusal) => {
                self.problem(
                    Some(entry),
                    "decision_differs",
                    format!("entry {entry} would be refused: {refusal}"),
                );
                self.fold(record);
                1
            }
        }
    }

    /// Computes the evidence of a record again from the artifacts that it names, at the state before the record.
    fn derive(&mut self, entry: u64, record: &Record) {
        match self.derived(record) {
            Ok(Derived::Same) => self.report.rederived += 1,
            Ok(Derived::Differs(message)) => self.problem(
                Some(entry),
                "evidence_differs",
                format!("entry {entry}: {message}"),
            ),
            Ok(Derived::Not(why)) => self.report.not_rederived.push(NotRederived { entry, why }),
            Err(ActError::Artifact(ArtifactError::Missing { digest }))
                if self.withdrawn.contains(&digest) =>
            {
                let why = "withdrawn".to_owned();
                self.report.not_rederived.push(NotRederived { entry, why });
            }
            Err(error) => self.problem(
                Some(entry),
                "evidence_missing",
                format!("entry {entry}: {error}"),
            ),
        }
    }

    /// Every artifact has its digest, and every one that a record names is there.
    fn artifacts(&mut self) -> Result<(), ActError> {
        let all = self.project.artifacts.list()?;
        self.report.artifacts = all.len() as u64;
        for problem in self.project.artifacts.verify()? {
            let what = word(&problem.what);
            self.problem(None, &what, problem.message);
        }
        let there: BTreeSet<Digest> = all.into_iter().collect();
        let within: Vec<Digest> = self
            .named
            .iter()
            .filter_map(|digest| self.project.artifacts.get(digest).ok())
            .flat_map(|bytes| named_within(&bytes))
            .collect();
        self.named.extend(within);
        let left: Vec<Digest> = self.withdrawn.intersection(&there).copied().collect();
        for digest in left {
            self.problem(
                None,
                "withdrawn_is_there",
                format!("{digest} holds a person who withdrew, and is in the store; galen data withdraw removes it"),
            );
        }
        let lost: Vec<Digest> = self
            .named
            .iter()
            .filter(|digest| !there.contains(digest))
            .filter(|digest| !self.not_kept.contains(digest) && !self.withdrawn.contains(digest))
            .copied()
            .collect();
        for digest in lost {
            self.problem(
                None,
                "artifact_missing",
                format!("{digest} is named by a record, or by what a record names, and is not in the store"),
            );
        }
        Ok(())
    }

    fn trust(&mut self, outside: &Outside) {
        let Some(trusted) = outside.trusted else {
            return;
        };
        self.report.keys_trusted = true;
        let keys: Vec<(String, String)> = self
            .state
            .keys
            .iter()
            .map(|(id, key)| (id.clone(), key.person.clone()))
            .collect();
        for (id, person) in keys {
            if trusted.get(&id) != Some(&person) {
                self.problem(
                    None,
                    "key_not_trusted",
                    format!("the key {id} of {person} is not among the trusted fingerprints"),
                );
            }
        }
    }
}

/// Contents that a deed names and that are kept encrypted only.
fn not_kept(deed: &Deed) -> Vec<Digest> {
    let rewritten = match deed {
        Deed::Seal(seal) => return vec![seal.plain],
        Deed::Withdraw(deed) => &deed.rewritten,
        Deed::Correct(deed) => &deed.rewritten,
        _ => return Vec::new(),
    };
    let sealed = rewritten.iter().filter(|one| one.sealed.is_some());
    sealed.map(|one| one.to).collect()
}

/// What an artifact names in its turn: the files of a folder, or what a stage read, wrote and said.
fn named_within(bytes: &[u8]) -> Vec<Digest> {
    if let Ok(manifest) = Manifest::from_bytes(bytes) {
        return manifest.entries().iter().map(|file| file.digest).collect();
    }
    let Ok(provenance) = serde_json::from_slice::<Provenance>(bytes) else {
        return Vec::new();
    };
    let outs = provenance.outs.iter().map(|out| out.digest);
    let deps = provenance.recipe.deps.iter().map(|dep| dep.digest);
    outs.chain(deps).chain([provenance.log]).collect()
}

fn word(what: &impl Serialize) -> String {
    serde_json::to_value(what)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// Artifacts and frozen files, for deciding again.
struct Shelf<'a> {
    project: &'a Project,
}

impl Library for Shelf<'_> {
    fn bytes(&self, digest: &Digest) -> Option<Vec<u8>> {
        self.project.artifacts.get(digest).ok()
    }

    fn team(&self, digest: &Digest) -> Option<galen_spec::team::Team> {
        frozen::held(&self.project.artifacts, Name::Team, *digest)
            .ok()
            .map(|held| held.value)
    }

    fn protocol(&self, digest: &Digest) -> Option<galen_spec::protocol::Protocol> {
        frozen::held(&self.project.artifacts, Name::Protocol, *digest)
            .ok()
            .map(|held| held.value)
    }
}
