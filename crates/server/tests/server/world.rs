//! A small project in memory: made-up people, a logistic model in a few lines, two releases, two years of use.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, header};
use galen_control::act::examine::Examination;
use galen_control::act::freeze::{Ask as Freeze, Frozen};
use galen_control::act::sign::{Ask as Sign, Meaning};
use galen_control::change::Answers;
use galen_control::{Actor, Ask, Held};
use galen_ledger::{PrivateKey, PublicKey, Signer};
use galen_lifecycle::{
    Clock, DataFile, Entropy, Identity, IdentityError, Letter, ModelReader, Ports, Project,
    Purpose, read_table,
};
use galen_model::{Encoded, Input, InputContract, Output, Predict, PredictError, Training};
use galen_pipeline::{NativeError, NativeStage, ShellRunner, StageInput, StageOutput};
use galen_server::{Options, first_token, router};
use galen_spec::Name;
use galen_spec::galen::Project as Settings;
use galen_store::{Disk, MemoryDisk};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use serde_json::{Value, json};
use tower::ServiceExt;

pub const NOTICE: &str = "Made-up people, for a test.";

/// A clock that moves only when told.
#[derive(Default)]
pub struct Hand(AtomicI64);

impl Hand {
    pub fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + self.0.load(Ordering::Relaxed)).expect("in range")
    }
}

#[derive(Default)]
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let seed = self.0.fetch_add(1, Ordering::Relaxed);
        for (at, chunk) in bytes.chunks_mut(8).enumerate() {
            let word = (seed + 1)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(at as u32 * 7);
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}

/// Keys in memory, without passphrases.
#[derive(Default)]
struct Keys(Mutex<BTreeMap<String, [u8; 32]>>);

impl Identity for Keys {
    fn create(&self, person: &str, entropy: &dyn Entropy) -> Result<PublicKey, IdentityError> {
        let mut seed = [0; 32];
        entropy.fill(&mut seed);
        self.0
            .lock()
            .expect("not poisoned")
            .insert(person.to_owned(), seed);
        Ok(PrivateKey::from_seed(&seed).public())
    }

    fn signer(&self, person: &str, _: Purpose) -> Result<Arc<dyn Signer>, IdentityError> {
        let seed = self.0.lock().expect("not poisoned").get(person).copied();
        let missing = || IdentityError::NoKey {
            person: person.to_owned(),
            place: "memory".to_owned(),
        };
        Ok(Arc::new(PrivateKey::from_seed(&seed.ok_or_else(missing)?)))
    }

    fn custodian(&self, _: &str, _: &dyn Entropy) -> Result<age::x25519::Identity, IdentityError> {
        let secret = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
        Ok(secret
            .parse()
            .expect("the identity of the x25519 test vectors"))
    }
}

/// `model.onnx` of this world: an intercept and weights as JSON.
struct Logistic {
    contract: InputContract,
    intercept: f64,
    weights: Vec<f64>,
}

impl Predict for Logistic {
    fn contract(&self) -> &InputContract {
        &self.contract
    }

    fn scores(&self, rows: &Encoded) -> Result<Vec<f64>, PredictError> {
        PredictError::check_inputs(&self.contract, rows)?;
        let score = |row: usize| {
            let terms = rows
                .row(row)
                .iter()
                .zip(&self.weights)
                .map(|(x, weight)| f64::from(*x) * weight);
            1.0 / (1.0 + (-(self.intercept + terms.sum::<f64>())).exp())
        };
        Ok((0..rows.rows()).map(score).collect())
    }
}

struct Reader;

impl ModelReader for Reader {
    fn read(&self, bytes: &[u8], contract: InputContract) -> Result<Box<dyn Predict>, String> {
        let (intercept, weights) =
            serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        Ok(Box::new(Logistic {
            contract,
            intercept,
            weights,
        }))
    }
}

/// A stage that "learns" the weights that its parameters name.
struct Told;

impl NativeStage for Told {
    fn name(&self) -> &str {
        "told"
    }

    fn version(&self) -> &str {
        "1"
    }

    fn run(&self, input: &StageInput) -> Result<StageOutput, NativeError> {
        let mut inputs = vec![
            Input {
                range: Some([18.0, 110.0]),
                unit: Some("a".to_owned()),
                ..Input::number("age")
            },
            Input::category("sex", &["F", "M"]),
            Input {
                positive: true,
                ..Input::number("kappa")
            },
        ];
        if input.params["inputs"]
            .as_array()
            .is_some_and(|inputs| inputs.len() > 3)
        {
            inputs.push(Input {
                may_be_missing: true,
                ..Input::number("creatinine")
            });
        }
        let training = Training {
            datasets: Vec::new(),
            n: 1,
            events: 1,
            params: BTreeMap::new(),
        };
        let output = Output {
            name: "risk".to_owned(),
            meaning: "probability of death within five years".to_owned(),
        };
        let contract = InputContract::new(
            inputs,
            output,
            "dead".to_owned(),
            "logistic_regression".to_owned(),
            training,
        )
        .expect("a contract");
        let weights = serde_json::to_vec(&input.params["weights"]).expect("JSON");
        let files = vec![
            ("contract.json".to_owned(), contract.to_json()),
            ("model.onnx".to_owned(), weights),
        ];
        Ok(StageOutput {
            files,
            metrics: BTreeMap::from([("log_loss".to_owned(), 0.5)]),
            log: String::new(),
        })
    }
}

/// The people of a year. Their risk is that of the second model; from 2003 on almost nobody has creatinine.
fn people(year: i64, n: u64) -> String {
    let mut text = String::new();
    let mut seed = year.unsigned_abs();
    let mut unit = || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 11) as f64 / (1_u64 << 53) as f64
    };
    for _ in 0..n {
        let (age, kappa) = (
            (50.0 + 45.0 * unit()).round(),
            (30.0 + 200.0 * unit()).round() / 100.0,
        );
        let male = unit() < 0.45;
        let creatinine = (60.0 + 90.0 * unit()).round() / 100.0;
        let missing = unit() < if year >= 2003 { 0.9 } else { 0.2 };
        let risk = -9.5 + 0.1 * age + 0.3 * f64::from(u8::from(male)) + 0.4 * kappa;
        let dead = unit() < 1.0 / (1.0 + (-risk).exp());
        let creatinine = if missing {
            String::new()
        } else {
            creatinine.to_string()
        };
        let (sex, futime) = (if male { "M" } else { "F" }, if dead { 900 } else { 2500 });
        text.push_str(&format!(
            "{year},{age},{sex},{kappa},{creatinine},{futime},{}\n",
            u8::from(dead)
        ));
    }
    text
}

const HEADER: &str = "year,age,sex,kappa,creatinine,futime,death\n";

fn files() -> Vec<(Name, String)> {
    let column = |name: &str, kind: &str, known_at: &str, missing: bool| json!({"name": name, "type": kind, "meaning": name, "known_at": known_at, "may_be_missing": missing});
    let mut year = column("year", "integer", "collection", false);
    year["range"] = json!([1995, 2003]);
    let mut sex = column("sex", "category", "score", false);
    sex["values"] = json!(["F", "M"]);
    let data = json!({
        "sources": [], "inclusion": [], "exclusion": [],
        "reference_standard": {"name": "dead", "method": "follow-up", "limits": "none",
            "event": {"column": "death", "value": "1", "time": "futime", "within_days": 1826}},
        "columns": [year, column("age", "number", "score", false), sex, column("kappa", "number", "score", false),
            column("creatinine", "number", "score", true), column("futime", "integer", "later", false),
            column("death", "integer", "later", false)],
        "parts": {"seed": 7, "by": "year", "drawn_from": [1995], "reference": 0.4, "development": 0.2,
            "learn": "learn", "arrivals": "arrivals"},
    });
    let criterion = |id: &str, endpoint: &str, kind: &str, rule: &str| json!({"id": id, "endpoint": endpoint, "kind": kind, "rule": rule, "rationale": "r"});
    let protocol = json!({
        "reference_set": {"dataset": "reference", "looks": 4, "expected_cases": 400, "expected_diseased": 100},
        "development_set": {"dataset": "development"},
        "threshold": 0.3, "threshold_rationale": "declared",
        "subgroups": [{"id": "women", "title": "Women", "column": "sex", "equals": "F"}],
        "endpoints": [
            {"id": "auroc", "title": "Ranking of all", "metric": "auroc"},
            {"id": "auroc_women", "title": "Ranking of women", "metric": "auroc", "subgroup": "women"},
            {"id": "oe", "title": "Observed to expected", "metric": "o_e_ratio"},
        ],
        "criteria": [
            criterion("discrimination", "auroc", "required", "lower >= 0.6"),
            criterion("women", "auroc_women", "descriptive", "lower >= 0.95"),
            criterion("calibration", "oe", "required", "inside (0.3, 3)"),
        ],
    });
    let stage = |name: &str, inputs: Value, weights: Value| {
        json!({"name": name, "title": name, "native": "told", "deps": ["dataset:learn-1995"],
            "params": {"inputs": inputs, "truth": "dead", "weights": weights}, "outs": [format!("models/{name}")]})
    };
    let pipeline = json!({"stages": [
        stage("first", json!(["age", "sex", "kappa"]), json!([-9.5, [0.1, 0.3, 0.4]])),
        stage("second", json!(["age", "sex", "kappa", "creatinine"]), json!([-10.0, [0.1, 0.3, 0.4, 0.5, 0.4]])),
    ]});
    let pccp = json!({"scope": "one", "cumulative_impact": "none", "modifications": [{
        "id": "add_creatinine", "what": "creatinine", "rationale": "r",
        "allows": {"training_data": ["learn-*"], "inputs_added": ["creatinine"], "params": ["weights"]},
        "protocol": {"data_management": "d", "retraining": "t", "update_procedure": "u",
            "criteria": ["discrimination", "calibration"]},
        "impact": {"benefits": "b", "risks": "r", "hazards": []}, "implementation": "manual",
    }]});
    let monitor = json!({
        "window": "year", "reference": "learn-1995",
        "checks": [
            {"id": "creatinine_missing", "check": "missing_share", "column": "creatinine",
             "limit": {"lower_above": 0.3}, "action": "roll_back", "rationale": "a missing value reads as health"},
            {"id": "alert_rate", "check": "alert_rate", "limit": {"outside": [0.0, 0.95]}, "action": "notify",
             "rationale": "the reviewers' time"},
        ],
        "rollback": {"to": "previous_without_column", "rationale": "it does not read creatinine"},
    });
    let person = |id: &str, name: &str, roles: Value| json!({"id": id, "name": name, "roles": roles, "competence": "c"});
    let team = json!({
        "people": [person("ada", "Ada Able", json!(["engineer"])), person("ben", "Ben Best", json!(["clinician"])),
            person("cleo", "Cleo Clear", json!(["regulatory"])), person("dora", "Dora Deed", json!(["quality"]))],
        "duties": {"freeze": ["regulatory"], "authorise": ["regulatory"], "data": ["engineer"], "seal": ["quality"],
            "run": ["engineer"], "judge": ["quality"], "propose": ["engineer"], "release": ["quality"],
            "monitor": ["quality"], "finding": ["clinician"], "document": ["regulatory"]},
        "release_signatures": ["clinician", "regulatory"],
    });
    // Two that only documents read are those of the example.
    let intent = include_str!("../../../../examples/flchain/intent.yaml");
    let risk = include_str!("../../../../examples/flchain/risk.yaml");
    let mut files = vec![
        (Name::Intent, intent.to_owned()),
        (Name::Risk, risk.to_owned()),
    ];
    let ours = [
        (Name::Team, team),
        (Name::Data, data),
        (Name::Protocol, protocol),
        (Name::Pipeline, pipeline),
        (Name::Pccp, pccp),
        (Name::Monitor, monitor),
    ];
    files.extend(ours.map(|(name, value)| (name, value.to_string())));
    files
}

pub fn person(id: &str) -> Actor {
    Actor::Person(id.to_owned())
}

/// The project, its server, and its admin token.
pub struct World {
    pub project: Arc<Project>,
    pub clock: Arc<Hand>,
    pub store: MemoryDisk,
    pub router: Router,
    pub token: String,
}

impl World {
    /// Founded, with frozen files and sealed data; no release.
    pub fn declared() -> World {
        let (clock, store, disk) = (
            Arc::new(Hand::default()),
            MemoryDisk::new(),
            MemoryDisk::new(),
        );
        let ports = Ports {
            clock: clock.clone(),
            entropy: Arc::new(Counting::default()),
            identity: Arc::new(Keys::default()),
            reader: Arc::new(Reader),
            natives: vec![Arc::new(Told)],
            runner: Arc::new(ShellRunner),
            printer: None,
            environment: Vec::new(),
            platform: "test".to_owned(),
            wait: Duration::from_secs(1),
            who: "test".to_owned(),
            cancelled: Arc::new(|| false),
        };
        let settings = Settings {
            name: "Galen_Test".to_owned(),
            device: "Test of risk".to_owned(),
            notice: Some(NOTICE.to_owned()),
            store: ".galen".to_owned(),
        };
        let project = Arc::new(Project::open(
            settings,
            Arc::new(disk.clone()),
            Arc::new(store.clone()),
            ports,
        ));
        project.found().expect("is founded");
        for id in ["ada", "ben", "cleo", "dora"] {
            project.enrol(id).expect("is enrolled");
        }
        freeze(&project, &disk);
        let letter = Letter {
            kind: "clearance",
            authority: "an authority",
            number: "K000001",
            date: date(2001, 1, 1),
            scope: "all",
            bytes: b"letter",
        };
        project
            .authorise(&person("cleo"), &letter)
            .expect("is authorised");
        let csv = format!("{HEADER}{}{}", people(1995, 1500), people(1997, 60));
        let file = DataFile {
            path: "cohort.csv".to_owned(),
            bytes: csv.into_bytes(),
        };
        project
            .add_data(&person("ada"), "cohort", &[file], false, false)
            .expect("is added");
        project
            .examine(&person("ada"), "cohort", Examination::Check)
            .expect("is checked");
        project.split(&person("ada"), "cohort").expect("is divided");
        project
            .seal(&person("dora"), "reference", "dora")
            .expect("is sealed");
        let token = first_token(&project)
            .expect("can be written")
            .expect("is the first")
            .reveal()
            .to_owned();
        let options = Options {
            slow_failures: Duration::ZERO,
            ..Options::new(([127, 0, 0, 1], 0).into())
        };
        let router = router(project.clone(), &options);
        World {
            project,
            clock,
            store,
            router,
            token,
        }
    }

    /// Two releases; the second one is live, takes creatinine, and was explained.
    pub fn released() -> World {
        let world = World::declared();
        world.release("first", None, date(2001, 1, 1));
        world.release("second", Some("add_creatinine"), date(2002, 1, 1));
        world
            .project
            .explain(&person("ada"), None, "release-2", "exact")
            .expect("is explained");
        world
    }

    pub fn release(&self, stage: &str, modification: Option<&str>, as_of: Date) {
        let (project, on) = (&self.project, Some(as_of));
        let run = project.run(&person("ada"), on, stage).expect("runs").run.id;
        project
            .propose(
                &person("ada"),
                on,
                &run,
                modification,
                &format!("the {stage} model"),
            )
            .expect("is proposed");
        let change = format!(
            "change-{}",
            project.state().expect("is folded").changes.len()
        );
        project
            .judge(&person("dora"), on, &change)
            .expect("is judged");
        let answers = Answers {
            intended_use_same: Some(true),
            new_hazard: Some(false),
            protocol_followed: Some(true),
            restores_spec: Some(false),
            safety_effect_possible: Some(true),
            rationale: "as planned".to_owned(),
        };
        project
            .assess(&person("cleo"), &change, answers)
            .expect("is assessed");
        for (who, role) in [("ben", "clinician"), ("cleo", "regulatory")] {
            let ask = Sign {
                change: change.clone(),
                role: role.to_owned(),
                meaning: Meaning::Approval,
                reason: "the numbers hold".to_owned(),
            };
            project
                .perform(&person(who), on, Ask::Sign(ask))
                .expect("is signed");
        }
        project
            .release(&person("dora"), on, &change)
            .expect("is released");
    }

    /// Closes the window of a year of use.
    pub fn use_for(&self, year: i16) {
        let table = read_table(format!("{HEADER}{}", people(year.into(), 150)).as_bytes())
            .expect("a table");
        let table = table.without(&["futime", "death", "year"]);
        self.project
            .ingest(&table, &format!("y{year}"), None, date(year, 6, 1))
            .expect("is logged");
        self.project
            .close_windows(&person("dora"), date(year, 12, 31))
            .expect("is closed");
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        Answer::of(
            self.router
                .clone()
                .oneshot(request)
                .await
                .expect("the router always answers"),
        )
        .await
    }

    /// Asks with the token.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path, Body::empty())).await
    }

    pub async fn infer(&self, body: impl Into<Body>) -> Answer {
        self.send(self.request("POST", "/v2/models/galen-test/infer", body.into()))
            .await
    }

    pub fn request(&self, method: &str, path: &str, body: Body) -> Request<Body> {
        let builder = Request::builder().method(method).uri(path);
        let builder = builder.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        builder.body(body).expect("a request")
    }
}

fn freeze(project: &Project, disk: &MemoryDisk) {
    let mut ask = Freeze {
        specs: Vec::new(),
        team: None,
        protocol: None,
    };
    for (name, text) in files() {
        let digest = project.keep(text.as_bytes()).expect("is kept");
        disk.write(&name.file(), text.as_bytes())
            .expect("is written");
        ask.specs.push(Frozen { name, digest });
        match name {
            Name::Team => {
                ask.team = Some(Held {
                    digest,
                    value: serde_json::from_str(&text).expect("a team"),
                })
            }
            Name::Protocol => {
                ask.protocol = Some(Held {
                    digest,
                    value: serde_json::from_str(&text).expect("a protocol"),
                });
            }
            _ => {}
        }
    }
    project
        .perform(&person("cleo"), None, Ask::Freeze(ask))
        .expect("is frozen");
}

pub struct Answer {
    pub status: u16,
    pub headers: axum::http::HeaderMap,
    pub text: String,
}

impl Answer {
    async fn of(response: Response<Body>) -> Answer {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 64 << 20).await.expect("a body");
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).expect("text"),
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The sentence of a refusal, which every one has.
    pub fn error(&self) -> String {
        let value = self.json();
        value["error"]
            .as_str()
            .unwrap_or_else(|| panic!("no sentence in {value}"))
            .to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}
