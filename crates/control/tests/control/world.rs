//! A small project in memory: four people, one protocol, a plan with two modifications, monitoring with two checks.

use std::collections::BTreeMap;

use galen_control::act::add_data::Ask as AddData;
use galen_control::act::authorise::Authorise;
use galen_control::act::enrol::Enrol;
use galen_control::act::found::Found;
use galen_control::act::freeze::{Ask as Freeze, Frozen};
use galen_control::act::run::{Ask as Run, ModelFacts, StageRun, StageStatus};
use galen_control::act::seal::Seal;
use galen_control::act::sign::Meaning;
use galen_control::act::split::{Part, Split};
use galen_control::act::{assess, judge, open, propose, release, roll_back, sign, window};
use galen_control::change::Answers;
use galen_control::{
    Act, Actor, Again, Ask, Evidence, Held, InForce, Library, Record, Refusal, Row, State, Subject,
    again, decide,
};
use galen_spec::Name;
use galen_stats::Estimate;
use galen_store::Digest;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Bytes by digest; every file and every evidence of a test lies here.
#[derive(Clone, Debug, Default)]
pub struct Shelf(BTreeMap<Digest, Vec<u8>>);

impl Shelf {
    pub fn put(&mut self, bytes: Vec<u8>) -> Digest {
        let digest = Digest::of(&bytes);
        self.0.insert(digest, bytes);
        digest
    }

    pub fn held<T: DeserializeOwned>(&self, digest: Digest) -> Option<Held<T>> {
        let value = serde_json::from_slice(self.0.get(&digest)?).ok()?;
        Some(Held { digest, value })
    }
}

impl Library for Shelf {
    fn bytes(&self, digest: &Digest) -> Option<Vec<u8>> {
        self.0.get(digest).cloned()
    }
    fn team(&self, digest: &Digest) -> Option<galen_spec::team::Team> {
        Some(self.held(*digest)?.value)
    }
    fn protocol(&self, digest: &Digest) -> Option<galen_spec::protocol::Protocol> {
        Some(self.held(*digest)?.value)
    }
}

#[derive(Clone, Debug, Default)]
pub struct World {
    pub state: State,
    pub records: Vec<Record>,
    pub shelf: Shelf,
}

pub fn person(id: &str) -> Actor {
    Actor::Person(id.to_owned())
}

pub fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

pub fn team() -> Value {
    json!({
        "people": [
            {"id": "ada", "name": "Ada", "roles": ["engineer"], "competence": "trains"},
            {"id": "ben", "name": "Ben", "roles": ["clinician"], "competence": "reviews"},
            {"id": "cleo", "name": "Cleo", "roles": ["regulatory"], "competence": "submits"},
            {"id": "dora", "name": "Dora", "roles": ["quality", "clinician"], "competence": "releases"},
        ],
        "duties": {
            "freeze": ["regulatory"], "authorise": ["regulatory"], "data": ["engineer"],
            "seal": ["quality"], "run": ["engineer"], "judge": ["quality"],
            "propose": ["engineer", "clinician"], "release": ["quality"], "monitor": ["quality"],
            "finding": ["clinician"], "document": ["regulatory"],
        },
        "release_signatures": ["clinician", "regulatory"],
    })
}

pub fn data() -> Value {
    let column = |name: &str, known_at: &str| json!({"name": name, "type": "number", "meaning": name, "known_at": known_at});
    json!({
        "sources": [], "inclusion": [], "exclusion": [],
        "reference_standard": {
            "name": "dead", "method": "follow-up", "limits": "none",
            "event": {"column": "death", "value": "1", "time": "futime", "within_days": 1826},
        },
        "columns": [
            column("age", "score"), column("kappa", "score"), column("creatinine", "score"),
            column("mgus", "score"), column("futime", "later"), column("year", "collection"),
        ],
        "parts": {
            "seed": 7, "by": "year", "drawn_from": [1995], "reference": 0.4, "development": 0.2,
            "learn": "learn", "arrivals": "arrivals",
        },
    })
}

pub fn protocol() -> Value {
    json!({
        "reference_set": {"dataset": "reference", "looks": 3, "expected_cases": 100, "expected_diseased": 30},
        "development_set": {"dataset": "development"},
        "threshold": 0.5, "threshold_rationale": "declared",
        "subgroups": [{"id": "women", "title": "Women", "column": "sex", "equals": "F"}],
        "endpoints": [
            {"id": "auroc", "title": "Ranking", "metric": "auroc"},
            {"id": "auroc_women", "title": "Ranking in women", "metric": "auroc", "subgroup": "women"},
            {"id": "auroc_update", "title": "Against the release", "metric": "auroc", "difference": "to_released"},
        ],
        "criteria": [
            {"id": "discrimination", "endpoint": "auroc", "kind": "required", "rule": "lower >= 0.75", "rationale": "r"},
            {"id": "women", "endpoint": "auroc_women", "kind": "descriptive", "rule": "lower >= 0.7", "rationale": "r"},
            {"id": "not_inferior", "endpoint": "auroc_update", "kind": "required", "rule": "lower >= -0.02",
             "updates_only": true, "rationale": "r"},
        ],
    })
}

pub fn pccp() -> Value {
    let modification = |id: &str, inputs: Value| {
        json!({
            "id": id, "what": id, "rationale": "r",
            "allows": {"training_data": ["learn-*"], "inputs_added": inputs},
            "protocol": {"data_management": "d", "retraining": "t", "update_procedure": "u",
                "criteria": ["discrimination", "not_inferior"]},
            "impact": {"benefits": "b", "risks": "r", "hazards": []},
            "implementation": "manual",
        })
    };
    json!({
        "scope": "two modifications", "cumulative_impact": "none",
        "modifications": [modification("retrain", json!([])), modification("add_creatinine", json!(["creatinine"]))],
    })
}

pub fn monitor() -> Value {
    json!({
        "window": "year", "reference": "learn-1995",
        "checks": [
            {"id": "creatinine_missing", "check": "missing_share", "column": "creatinine",
             "limit": {"lower_above": 0.3}, "action": "roll_back", "rationale": "r"},
            {"id": "age_drift", "check": "drift", "column": "age",
             "limit": {"p_below": 0.001}, "action": "notify", "rationale": "r"},
        ],
        "rollback": {"to": "previous_without_column", "rationale": "r"},
    })
}

pub fn pipeline() -> Value {
    let stages: Vec<Value> = ["first", "second", "third", "careless"]
        .iter()
        .map(|name| json!({"name": name, "title": name, "cmd": "true", "outs": [name]}))
        .collect();
    json!({ "stages": stages })
}

/// What the assessor of an honest change within the plan answers.
pub fn answers() -> Answers {
    Answers {
        intended_use_same: Some(true),
        new_hazard: Some(false),
        protocol_followed: Some(true),
        restores_spec: Some(false),
        safety_effect_possible: Some(true),
        rationale: "as planned".to_owned(),
    }
}

pub fn model(stage: &str, inputs: &[&str], training: &[&str]) -> ModelFacts {
    let texts = |list: &[&str]| list.iter().map(ToString::to_string).collect();
    ModelFacts {
        stage: stage.to_owned(),
        digest: digest(&format!("model {stage} {inputs:?} {training:?}")),
        algorithm: "logistic_regression".to_owned(),
        inputs: texts(inputs),
        truth: "dead".to_owned(),
        training: texts(training),
        read: std::collections::BTreeSet::new(),
        params: BTreeMap::new(),
    }
}

/// Release 1 of the world uses age and kappa; release 2 adds creatinine and the people of 1996.
pub fn first_model() -> ModelFacts {
    model("first", &["age", "kappa"], &["learn-1995"])
}

pub fn second_model() -> ModelFacts {
    model(
        "second",
        &["age", "kappa", "creatinine"],
        &["learn-1995", "learn-1996"],
    )
}

pub fn estimate(low: f64, high: f64) -> Estimate {
    Estimate {
        value: Some((low + high) / 2.0),
        low: Some(low),
        high: Some(high),
        level: 0.95,
        n: 100,
        events: None,
        clusters: None,
        method: "test".to_owned(),
        seed: None,
        why: None,
    }
}

pub fn row(quantity: &str, estimate: Estimate) -> Row {
    Row {
        quantity: quantity.to_owned(),
        title: quantity.to_owned(),
        subgroup: (quantity == "auroc_women").then(|| "women".to_owned()),
        p_value: None,
        estimate,
    }
}

/// The rows of a good model.
pub fn good_rows() -> Vec<Row> {
    vec![
        row("auroc", estimate(0.78, 0.84)),
        row("auroc_women", estimate(0.72, 0.86)),
        row("auroc_update", estimate(-0.01, 0.02)),
    ]
}

impl World {
    /// Asks for an act. What is decided is decided a second time from its record, folded and kept.
    pub fn ask(&mut self, by: &str, ask: Ask) -> Result<Vec<Record>, Refusal> {
        let by = Actor::from(by.to_owned());
        self.ask_as(by, ask)
    }

    pub fn ask_as(&mut self, by: Actor, ask: Ask) -> Result<Vec<Record>, Refusal> {
        let at = Timestamp::from_second(1_000_000 + self.records.len() as i64).unwrap();
        let act = self.act(by, ask);
        let records = decide(&self.state, &act, at)?;
        self.decides_again(&records);
        for record in &records {
            self.state.apply(record);
            self.records.push(record.clone());
        }
        Ok(records)
    }

    pub fn act(&self, by: Actor, ask: Ask) -> Act {
        let specs = self.in_force(ask.reads());
        let as_of = None;
        Act {
            by,
            as_of,
            specs,
            ask,
        }
    }

    /// `verify` gets the same records from the first of them; the others follow from it by themselves.
    fn decides_again(&self, records: &[Record]) {
        let (first, automatic) = records.split_first().unwrap();
        let Again::Ask(ask) = again::again(first, &self.shelf) else {
            panic!("no act is behind {first:?}");
        };
        let act = self.act(first.by.clone(), *ask);
        assert_eq!(decide(&self.state, &act, first.at).as_deref(), Ok(records));
        for record in automatic {
            assert!(matches!(
                again::again(record, &self.shelf),
                Again::Automatic
            ));
        }
    }

    pub fn in_force(&self, names: &[Name]) -> InForce {
        let mut specs = InForce::default();
        for name in names {
            let Some(frozen) = self.state.frozen.get(name) else {
                continue;
            };
            let digest = frozen.digest;
            match name {
                Name::Data => specs.data = self.shelf.held(digest),
                Name::Protocol => specs.protocol = self.shelf.held(digest),
                Name::Pipeline => specs.pipeline = self.shelf.held(digest),
                Name::Pccp => specs.pccp = self.shelf.held(digest),
                Name::Monitor => specs.monitor = self.shelf.held(digest),
                Name::Team => specs.team = self.shelf.held(digest),
                Name::Intent | Name::Risk => {}
            }
        }
        specs
    }

    pub fn freeze_ask(&mut self, files: &[(Name, Value)]) -> Freeze {
        let mut ask = Freeze {
            specs: Vec::new(),
            team: None,
            protocol: None,
        };
        for (name, file) in files {
            let digest = self.shelf.put(file.to_string().into_bytes());
            ask.specs.push(Frozen {
                name: *name,
                digest,
            });
            match name {
                Name::Team => ask.team = self.shelf.held(digest),
                Name::Protocol => ask.protocol = self.shelf.held(digest),
                _ => {}
            }
        }
        ask
    }

    pub fn freeze(&mut self, files: &[(Name, Value)]) -> Result<Vec<Record>, Refusal> {
        let ask = self.freeze_ask(files);
        self.ask("cleo", Ask::Freeze(ask))
    }

    /// Founded, with the keys of four people.
    pub fn founded() -> World {
        let mut world = World::default();
        let found = Found {
            project: "p".to_owned(),
            device: "d".to_owned(),
            notice: None,
            system_key: "00".to_owned(),
        };
        world.ask("system", Ask::Found(found)).unwrap();
        for id in ["ada", "ben", "cleo", "dora"] {
            world.ask(id, Ask::Enrol(key(id))).unwrap();
        }
        world
    }

    /// Founded, everything frozen, and authorised.
    pub fn declared() -> World {
        let mut world = World::founded();
        let text = |name: &str| Value::String(name.to_owned());
        world
            .freeze(&[
                (Name::Team, team()),
                (Name::Intent, text("intent")),
                (Name::Risk, text("risk")),
                (Name::Data, data()),
                (Name::Protocol, protocol()),
                (Name::Pipeline, pipeline()),
                (Name::Pccp, pccp()),
                (Name::Monitor, monitor()),
            ])
            .unwrap();
        let authorise = world.authorisation();
        world.ask("cleo", Ask::Authorise(authorise)).unwrap();
        world
    }

    /// An authorisation of the intent and the PCCP in force.
    pub fn authorisation(&self) -> Authorise {
        let frozen = |name| Frozen {
            name,
            digest: self.state.frozen[&name].digest,
        };
        Authorise {
            kind: "clearance".to_owned(),
            authority: "an authority".to_owned(),
            number: "K1".to_owned(),
            date: jiff::civil::date(1970, 1, 1),
            scope: "all".to_owned(),
            letter: digest("letter"),
            covers: vec![frozen(Name::Intent), frozen(Name::Pccp)],
        }
    }

    /// Declared, with the cohort divided and the reference set sealed.
    pub fn sealed() -> World {
        let mut world = World::divided();
        let seal = world.seal("reference");
        world.ask("dora", Ask::Seal(seal)).unwrap();
        world
    }

    /// Declared, with the cohort divided and nothing sealed.
    pub fn divided() -> World {
        let mut world = World::declared();
        world
            .ask("ada", Ask::AddData(dataset("cohort", "cohort")))
            .unwrap();
        let split = world.split("cohort");
        world.ask("ada", Ask::Split(split)).unwrap();
        world
    }

    pub fn split(&self, dataset: &str) -> Split {
        let part = |name: &str| Part {
            name: name.to_owned(),
            digest: digest(name),
            cases: 10,
            diseased: 3,
            bytes: 100,
            synthetic: 0,
        };
        Split {
            dataset: dataset.to_owned(),
            source: self.state.dataset(dataset).unwrap().digest,
            plan: self.state.frozen[&Name::Data].digest,
            seed: 7,
            parts: ["reference", "development", "learn-1995", "learn-1996"]
                .map(part)
                .to_vec(),
            flow: digest("flow"),
        }
    }

    pub fn seal(&self, dataset: &str) -> Seal {
        Seal {
            dataset: dataset.to_owned(),
            plain: self.state.dataset(dataset).unwrap().digest,
            sealed: digest("encrypted"),
            custodian: "dora".to_owned(),
            recipient: "age1".to_owned(),
        }
    }

    pub fn run_ask(&self, model: ModelFacts) -> Run {
        let stage = StageRun {
            name: model.stage.clone(),
            status: StageStatus::Done,
            key: digest("key"),
            provenance: digest("provenance"),
        };
        Run {
            stages: vec![stage],
            model: Some(model),
            development: None,
        }
    }

    /// A run and a proposal by ada; the change's id.
    pub fn propose(&mut self, model: ModelFacts, modification: Option<&str>) -> String {
        let run = self.run_ask(model);
        self.ask("ada", Ask::Run(run)).unwrap();
        let run = format!("run-{}", self.state.runs.len());
        self.ask("ada", propose_ask(&run, modification)).unwrap();
        format!("change-{}", self.state.changes.len())
    }

    /// An evaluation of a change on the sealed set, as an honest shell makes it.
    pub fn evaluation(&mut self, change: &str, rows: Vec<Row>) -> Held<Evidence> {
        let reference = self
            .in_force(&[Name::Protocol])
            .protocol
            .unwrap()
            .value
            .reference_set
            .dataset;
        let mut subjects = vec![
            Subject::new("model", self.state.changes[change].model.digest),
            Subject::new("dataset", self.state.dataset(&reference).unwrap().digest),
            Subject::new("protocol", self.state.frozen[&Name::Protocol].digest),
        ];
        let live = self.state.live_release();
        subjects.extend(live.map(|live| Subject::new("released", live.model.digest)));
        self.evidence("evaluation", subjects, rows)
    }

    pub fn evidence(
        &mut self,
        what: &str,
        subjects: Vec<Subject>,
        rows: Vec<Row>,
    ) -> Held<Evidence> {
        let mut value = Evidence::of(what, subjects);
        value.rows = rows;
        let digest = self.shelf.put(value.bytes());
        Held { digest, value }
    }

    pub fn judge(&mut self, change: &str, rows: Vec<Row>) -> Result<Vec<Record>, Refusal> {
        let opened = self.state.changes.get(change);
        if opened.is_none_or(|change| change.opened.is_none()) {
            self.ask("dora", open_ask(change))?;
        }
        let evidence = self.evaluation(change, rows);
        self.ask("dora", judge_ask(change, evidence))
    }

    pub fn assess(&mut self, change: &str, answers: Answers) -> Result<Vec<Record>, Refusal> {
        let change = change.to_owned();
        self.ask("cleo", Ask::Assess(assess::Ask { change, answers }))
    }

    pub fn sign(&mut self, by: &str, change: &str, role: &str) -> Result<Vec<Record>, Refusal> {
        self.ask(by, sign_ask(change, role))
    }

    pub fn release(&mut self, change: &str) -> Result<Vec<Record>, Refusal> {
        let change = change.to_owned();
        self.ask("dora", Ask::Release(release::Ask { change }))
    }

    /// Judged good and assessed as an honest change.
    pub fn assessed(&mut self, model: ModelFacts, modification: Option<&str>) -> String {
        let change = self.propose(model, modification);
        self.judge(&change, good_rows()).unwrap();
        self.assess(&change, answers()).unwrap();
        change
    }

    /// Assessed and signed by a clinician and regulatory affairs.
    pub fn signed(&mut self, model: ModelFacts, modification: Option<&str>) -> String {
        let change = self.assessed(model, modification);
        self.sign("ben", &change, "clinician").unwrap();
        self.sign("cleo", &change, "regulatory").unwrap();
        change
    }

    /// Sealed, with release 1 live.
    pub fn with_release() -> World {
        let mut world = World::sealed();
        let change = world.signed(first_model(), None);
        world.release(&change).unwrap();
        world
    }

    /// Release 2, which uses creatinine, followed release 1.
    pub fn with_two_releases() -> World {
        let mut world = World::with_release();
        let change = world.signed(second_model(), Some("add_creatinine"));
        world.release(&change).unwrap();
        world
    }

    pub fn roll_back(&mut self, to: Option<&str>) -> Result<Vec<Record>, Refusal> {
        let (to, reason) = (to.map(str::to_owned), "unsafe".to_owned());
        self.ask("dora", Ask::RollBack(roll_back::Ask { to, reason }))
    }

    /// A window of a release: its missing share of creatinine, and the p-value of the drift of age.
    pub fn window_ask(
        &mut self,
        name: &str,
        release: &str,
        missing: Estimate,
        p: f64,
    ) -> window::Ask {
        let mut drift = row("age_drift", estimate(0.1, 0.2));
        drift.p_value = Some(p);
        let rows = vec![row("creatinine_missing", missing), drift];
        self.window_with(name, release, rows)
    }

    pub fn window_with(&mut self, name: &str, release: &str, rows: Vec<Row>) -> window::Ask {
        let predictions = digest(&format!("predictions {name} {release}"));
        let model = self
            .state
            .release(release)
            .map(|release| release.model.digest);
        let subjects = vec![
            Subject::new("predictions", predictions),
            Subject::new("monitor", self.state.frozen[&Name::Monitor].digest),
            Subject::new("model", model.unwrap_or(digest("none"))),
        ];
        let evidence = self.evidence("window", subjects, rows);
        let (window, release) = (name.to_owned(), release.to_owned());
        window::Ask {
            window,
            release,
            n: 100,
            labelled: 0,
            predictions,
            evidence,
        }
    }

    pub fn window(
        &mut self,
        name: &str,
        release: &str,
        missing: Estimate,
        p: f64,
    ) -> Result<Vec<Record>, Refusal> {
        let ask = self.window_ask(name, release, missing, p);
        self.ask("dora", Ask::Window(ask))
    }
}

pub fn key(id: &str) -> Enrol {
    Enrol {
        person: id.to_owned(),
        keyid: digest(&format!("key of {id}")).to_string(),
        public: digest(&format!("public of {id}")).hex(),
    }
}

pub fn dataset(name: &str, content: &str) -> AddData {
    AddData {
        name: name.to_owned(),
        digest: digest(content),
        files: 1,
        bytes: 10,
        synthetic: false,
    }
}

pub fn propose_ask(run: &str, modification: Option<&str>) -> Ask {
    Ask::Propose(propose::Ask {
        run: run.to_owned(),
        modification: modification.map(str::to_owned),
        summary: "s".to_owned(),
    })
}

pub fn open_ask(change: &str) -> Ask {
    Ask::Open(open::Ask {
        change: change.to_owned(),
    })
}

pub fn judge_ask(change: &str, evidence: Held<Evidence>) -> Ask {
    Ask::Judge(judge::Ask {
        change: change.to_owned(),
        evidence,
    })
}

pub fn sign_ask(change: &str, role: &str) -> Ask {
    Ask::Sign(sign::Ask {
        change: change.to_owned(),
        role: role.to_owned(),
        meaning: Meaning::Approval,
        reason: "read it".to_owned(),
    })
}

/// Asserts that an act was refused, and why.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(result: Result<T, Refusal>, why: &str) {
    let refusal = result.expect_err("the act was allowed");
    assert_eq!(
        refusal.code,
        format!("refused.{why}"),
        "{}",
        refusal.message
    );
    assert!(!refusal.message.is_empty() && !refusal.help.is_empty());
}
