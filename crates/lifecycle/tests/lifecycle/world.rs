//! A project in memory: a disk that can fail, a clock that ticks, people with keys, a model that is learned at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use galen_control::{Actor, Deed, Held, Library, Record, State};
use galen_ledger::{Ledger, PrivateKey};
use galen_lifecycle::statement::record_of;
use galen_lifecycle::verify::{Outside, Report};
use galen_lifecycle::{Ports, Project};
use galen_spec::Name;
use galen_store::{Artifacts, Digest, Disk, FaultyDisk};
use serde::Serialize;
use serde::de::DeserializeOwned;

mod below;
mod cohort;
mod learner;
mod outside;

use below::Below;
pub use cohort::csv;
pub use learner::{Learner, Reader};
pub use outside::{Chance, NoProcess, People, Ticks, key_of};

/// The declared files of the demo, as a user gets them; the data plan with a schema besides.
const DECLARED: [(&str, &str); 9] = [
    (
        "galen.yaml",
        include_str!("../../../../examples/flchain/galen.yaml"),
    ),
    (
        "intent.yaml",
        include_str!("../../../../examples/flchain/intent.yaml"),
    ),
    (
        "risk.yaml",
        include_str!("../../../../examples/flchain/risk.yaml"),
    ),
    (
        "data.yaml",
        concat!(
            include_str!("../../../../examples/flchain/data.yaml"),
            include_str!("world/schema.yaml")
        ),
    ),
    (
        "protocol.yaml",
        include_str!("../../../../examples/flchain/protocol.yaml"),
    ),
    (
        "pipeline.yaml",
        include_str!("../../../../examples/flchain/pipeline.yaml"),
    ),
    (
        "pccp.yaml",
        include_str!("../../../../examples/flchain/pccp.yaml"),
    ),
    (
        "monitor.yaml",
        include_str!("../../../../examples/flchain/monitor.yaml"),
    ),
    (
        "team.yaml",
        include_str!("../../../../examples/flchain/team.yaml"),
    ),
];

pub struct World {
    pub disk: Arc<FaultyDisk>,
    pub people: Arc<People>,
    pub clock: Arc<Ticks>,
    seed: u64,
    /// The planted bug: a file is written where it lies.
    in_place: bool,
}

pub fn person(id: &str) -> Actor {
    Actor::Person(id.to_owned())
}

impl World {
    /// A folder with the declared files and the data, and nothing done yet.
    pub fn new(seed: u64) -> World {
        let world = World {
            disk: Arc::new(FaultyDisk::new(seed)),
            people: Arc::default(),
            clock: Arc::default(),
            seed,
            in_place: false,
        };
        let project = world.project();
        for (name, text) in DECLARED {
            project
                .files
                .write(name, text.as_bytes())
                .expect("no fault is planned");
        }
        world
    }

    /// The same world a second time; what happens to one does not happen to the other.
    pub fn copy(&self) -> World {
        let copy = World {
            disk: Arc::new(FaultyDisk::new(self.seed + self.disk.steps())),
            people: Arc::default(),
            clock: Arc::new(Ticks(AtomicI64::new(self.clock.0.load(Ordering::Relaxed)))),
            seed: self.seed,
            in_place: self.in_place,
        };
        *copy.people.0.lock().expect("no test panics in here") = self
            .people
            .0
            .lock()
            .expect("no test panics in here")
            .clone();
        for (path, bytes) in self.files("project") {
            copy.disk.write(&path, &bytes).expect("no fault is planned");
        }
        copy
    }

    /// The same world with the planted bug.
    pub fn writing_in_place(self) -> World {
        World {
            in_place: true,
            ..self
        }
    }

    /// All files below a folder of the machine.
    pub fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let paths = self.disk.list(folder).expect("the machine runs");
        paths
            .into_iter()
            .map(|path| {
                let bytes = self.disk.read(&path).expect("it was listed");
                (path, bytes)
            })
            .collect()
    }

    /// The project as somebody who just came opens it.
    pub fn project(&self) -> Project {
        let settings = galen_spec::read("galen.yaml", DECLARED[0].1).expect("the demo's own");
        let below = |folder| Below::new(self.disk.clone(), folder, self.in_place);
        let (files, store) = (
            Arc::new(below("project")),
            Arc::new(below("project/.galen")),
        );
        Project::open(settings, files, store, self.ports())
    }

    fn ports(&self) -> Ports {
        Ports {
            clock: self.clock.clone(),
            entropy: Arc::new(Chance::new(self.seed)),
            identity: self.people.clone(),
            reader: Arc::new(Reader),
            natives: vec![Arc::new(Learner)],
            runner: Arc::new(NoProcess),
            printer: None,
            environment: Vec::new(),
            platform: "memory".to_owned(),
            wait: Duration::from_millis(50),
            who: "a test".to_owned(),
            cancelled: Arc::new(|| false),
        }
    }

    /// The machine is switched on again; faults that were still to come do not.
    pub fn restart(&self) {
        self.disk.forget_plan();
        self.disk.restart();
    }

    /// The entries of the log; none before the founding.
    pub fn entries(&self) -> Result<Vec<Vec<u8>>, String> {
        match Ledger::open(self.project().store) {
            Ok(ledger) => ledger
                .entries(0..ledger.size())
                .map_err(|error| error.to_string()),
            Err(galen_ledger::ReadError::NoLedger) => Ok(Vec::new()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The records of a log that may be damaged.
    pub fn try_records(&self) -> Result<Vec<Record>, String> {
        let read = |entry: &Vec<u8>| match record_of(entry) {
            Ok((_, record)) => Ok(record),
            Err(error) => Err(error.to_string()),
        };
        self.entries()?.iter().map(read).collect()
    }

    pub fn records(&self) -> Vec<Record> {
        self.try_records().expect("the log is sound")
    }

    /// What the records fold to, without any snapshot.
    pub fn folded(&self) -> State {
        let mut state = State::default();
        self.records().iter().for_each(|record| state.apply(record));
        state
    }

    pub fn verify(&self) -> Report {
        self.verify_against(&Outside::default())
    }

    pub fn verify_against(&self, outside: &Outside) -> Report {
        self.project()
            .verify(outside)
            .expect("the disk can be read")
    }

    pub fn checkpoint(&self) -> String {
        let bytes = self
            .project()
            .store
            .read(galen_ledger::CHECKPOINT)
            .expect("it was founded");
        String::from_utf8(bytes).expect("a checkpoint is text")
    }

    /// The project's own key, which whoever has the disk has.
    pub fn system_key(&self) -> PrivateKey {
        let text = self
            .project()
            .store
            .read("secret/system.key")
            .expect("it was founded");
        let text = format!("sha256:{}", String::from_utf8_lossy(&text).trim());
        PrivateKey::from_seed(text.parse::<Digest>().expect("64 digits").as_bytes())
    }

    pub fn shelf(&self) -> Shelf {
        Shelf(Artifacts::new(self.project().store))
    }
}

/// The records without what `age` draws from the machine: two worlds under one seed compare equal.
pub fn comparable(mut records: Vec<Record>) -> Vec<Record> {
    for record in &mut records {
        let rewritten = match &mut record.deed {
            Deed::Seal(seal) => {
                seal.sealed = seal.plain;
                continue;
            }
            Deed::Correct(deed) => &mut deed.rewritten,
            Deed::Withdraw(deed) => &mut deed.rewritten,
            _ => continue,
        };
        for one in rewritten {
            one.sealed = one.sealed.map(|_| one.to);
        }
    }
    records
}

/// The frozen files of a world, for the checker of promises.
pub struct Shelf(Artifacts);

impl Shelf {
    pub fn held<T: DeserializeOwned + Serialize>(&self, digest: Digest) -> Option<Held<T>> {
        let text = String::from_utf8(self.0.get(&digest).ok()?).ok()?;
        let value = galen_spec::read("a frozen file", &text).ok()?;
        Some(Held { digest, value })
    }
}

impl Library for Shelf {
    fn bytes(&self, digest: &Digest) -> Option<Vec<u8>> {
        self.0.get(digest).ok()
    }

    fn team(&self, digest: &Digest) -> Option<galen_spec::team::Team> {
        Some(self.held(*digest)?.value)
    }

    fn protocol(&self, digest: &Digest) -> Option<galen_spec::protocol::Protocol> {
        Some(self.held(*digest)?.value)
    }
}

/// Every declared file but `galen.yaml`.
pub const FREEZABLE: [Name; 8] = Name::ALL;
