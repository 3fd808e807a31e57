//! A project that was lived through: a release, an update, a rejected change, a rollback and a finding.

use std::collections::BTreeMap;

use galen_control::act::{
    accept::Accept, add_data::AddData, assess::Assess, authorise::Authorise, enrol::Enrol,
    examine::Examination, examine::Examine, explain::Explain, finding::AnalyseFinding,
    finding::OpenFinding, found::Found, freeze, judge::Judge, open::Open, propose::Propose,
    release::Release, roll_back::RollBack, roll_back::Trigger, run, seal::Seal, sign::Meaning,
    sign::Sign, split, window::CheckOutcome, window::Window,
};
use galen_control::change::{
    AiActClass, Answers, Classification, Difference, EuClass, MdrClass, UsClass, UsOutcome,
};
use galen_control::judge::{self, Crossing};
use galen_control::{Actor, Deed, Evidence, Held, InForce, Record, Row, State, Subject};
use galen_spec::monitor::Action;
use galen_spec::protocol::Protocol;
use galen_spec::tfdv::Amendment;
use galen_spec::{Name, Specs};
use galen_stats::Estimate;
use galen_store::Digest;

use crate::book::Book;

/// A project that was lived through.
pub(super) struct World {
    pub state: State,
    pub specs: InForce,
    pub artifacts: BTreeMap<Digest, Evidence>,
}

pub(super) fn digest(name: &str) -> Digest {
    Digest::of(name.as_bytes())
}

fn measured(value: f64, low: f64, high: f64, level: f64, n: u64) -> Estimate {
    Estimate {
        value: Some(value),
        low: Some(low),
        high: Some(high),
        level,
        n,
        events: Some(n / 8),
        clusters: None,
        method: "delong".into(),
        seed: None,
        why: None,
    }
}

fn none(level: f64) -> Estimate {
    let why = Some("There is no diseased case.".into());
    Estimate {
        value: None,
        low: None,
        high: None,
        events: None,
        why,
        ..measured(0.0, 0.0, 0.0, level, 23)
    }
}

fn row(quantity: &str, estimate: Estimate) -> Row {
    let title = format!("What {quantity} is");
    Row {
        quantity: quantity.into(),
        title,
        subgroup: None,
        p_value: None,
        estimate,
    }
}

impl World {
    pub fn new() -> World {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/flchain");
        let text = |name: Name| std::fs::read_to_string(format!("{folder}/{}", name.file())).ok();
        let Specs {
            intent,
            risk,
            data,
            protocol,
            pipeline,
            pccp,
            monitor,
            team,
        } = Specs::read(&text).expect("the example reads");
        fn held<T>(name: Name, value: T) -> Option<Held<T>> {
            Some(Held {
                digest: digest(name.word()),
                value,
            })
        }
        let specs = InForce {
            intent: held(Name::Intent, intent),
            risk: held(Name::Risk, risk),
            data: held(Name::Data, data),
            protocol: held(Name::Protocol, protocol),
            pipeline: held(Name::Pipeline, pipeline),
            pccp: held(Name::Pccp, pccp),
            monitor: held(Name::Monitor, monitor),
            team: held(Name::Team, team),
        };
        World {
            state: State::default(),
            specs,
            artifacts: BTreeMap::new(),
        }
    }

    pub fn protocol(&self) -> &Protocol {
        &self.specs.protocol.as_ref().expect("held above").value
    }

    fn fold(&mut self, by: &str, deed: Deed) {
        let at = "2026-11-24T10:00:00.5Z".parse().expect("a time");
        let as_of = Some("2009-12-31".parse().expect("a date"));
        self.state.apply(&Record {
            by: Actor::from(by.to_owned()),
            at,
            as_of,
            deed,
        });
    }

    fn keep(&mut self, evidence: Evidence) -> Digest {
        let digest = Digest::of(&evidence.bytes());
        self.artifacts.insert(digest, evidence);
        digest
    }

    pub fn book_of<T>(&self, then: impl FnOnce(&Book) -> T) -> T {
        let find = |digest: &Digest| self.artifacts.get(digest).cloned();
        then(&Book {
            state: &self.state,
            specs: &self.specs,
            evidence: &find,
            size: self.state.entries,
            checkpoint: None,
            root: Some("hT6b9cK0jE0m1lX2QeZ3b8f7aY5wR4uV6nS1dPqLkJg=".into()),
            at: Some("2026-11-24T10:00:00Z".into()),
        })
    }

    fn declare(&mut self) {
        self.fold(
            "system",
            Deed::Found(Found {
                project: "galen-demo".into(),
                device: "FLC-Review".into(),
                notice: Some("Retrospective replay. Not for clinical use.".into()),
                system_key: "00".into(),
            }),
        );
        self.fold(
            "ada",
            Deed::Enrol(Enrol {
                person: "ada".into(),
                keyid: "k".into(),
                public: "01".into(),
            }),
        );
        let specs = Name::ALL
            .map(|name| freeze::Frozen {
                name,
                digest: digest(name.word()),
            })
            .to_vec();
        let protocol = self.protocol();
        let print = |criterion: &galen_spec::protocol::Criterion| freeze::Fingerprint {
            criterion: criterion.id.clone(),
            digest: freeze::fingerprint(protocol, criterion),
        };
        let criteria = protocol.criteria.iter().map(print).collect();
        self.fold(
            "cleo",
            Deed::Freeze(freeze::Freeze {
                specs,
                criteria,
                reference_set: Some("reference".into()),
            }),
        );
        let covers = [Name::Intent, Name::Pccp].map(|name| freeze::Frozen {
            name,
            digest: digest(name.word()),
        });
        self.fold(
            "cleo",
            Deed::Authorise(Authorise {
                kind: "clearance".into(),
                authority: "Authority (fictitious)".into(),
                number: "K000000".into(),
                date: "2000-06-01".parse().expect("a date"),
                scope: "The device and its plan of changes".into(),
                letter: digest("letter"),
                covers: covers.to_vec(),
            }),
        );
    }

    fn data(&mut self) {
        let source = digest("flchain.csv");
        self.fold(
            "gil",
            Deed::AddData(AddData {
                name: "flchain".into(),
                version: 1,
                digest: source,
                files: 1,
                bytes: 400_000,
                synthetic: false,
            }),
        );
        let mut check = Evidence::of("check", vec![Subject::new("dataset", source)]);
        check.rows.push(Row {
            title: "chapter alone gives the truth away, AUC 0.990, as 18.3 % of it is empty".into(),
            ..row("label_proxy/chapter", measured(0.99, 0.98, 1.0, 0.95, 7874))
        });
        check.details = Some(serde_json::json!({"found": [
            {"check": "label_proxy", "columns": ["chapter"], "severity": "stop", "message": "chapter gives the truth away"}]}));
        let mut validation = Evidence::of("validation", vec![Subject::new("dataset", source)]);
        validation
            .rows
            .push(row("age_present", measured(0.0, 0.0, 0.001, 0.95, 7874)));
        validation
            .rows
            .push(row("creatinine_mostly_measured", none(0.95)));
        validation.details = Some(serde_json::json!({
            "found": [{"id": "creatinine_mostly_measured", "severity": "warn"}],
            "results": [{"id": "age_present", "ok": true}, {"id": "creatinine_mostly_measured", "ok": false}]}));
        for (examination, evidence) in [
            (Examination::Check, check),
            (Examination::Validate, validation),
        ] {
            let evidence = self.keep(evidence);
            let (dataset, data) = ("flchain".into(), source);
            self.fold(
                "gil",
                Deed::Examine(Examine {
                    dataset,
                    data,
                    examination,
                    stops: 1,
                    warns: 1,
                    notes: 0,
                    accepted: Vec::new(),
                    evidence,
                }),
            );
        }
        self.fold(
            "gil",
            Deed::Accept(Accept {
                dataset: "flchain".into(),
                data: source,
                plan: digest("data"),
                column: "age".into(),
                kind: "INT_TYPE_BIG_INT".into(),
                amendments: vec![Amendment::HighestWhole { max: 101 }],
                reason: "The study took in people of any age over 50.".into(),
                evidence: digest("validation"),
            }),
        );
        let mut flow = Evidence::of("flow", vec![Subject::new("dataset", source)]);
        let bare = |value: f64, n: u64| Estimate {
            low: None,
            high: None,
            ..measured(value, 0.0, 0.0, 0.95, n)
        };
        let count = |value: f64, n: u64| Estimate {
            method: "count".into(),
            ..measured(value, value, value, 0.95, n)
        };
        flow.rows.push(row("included", count(7_000.0, 7_874)));
        flow.rows
            .push(row("excluded_censored", count(874.0, 7_874)));
        flow.rows.push(row("excluded/1995", count(120.0, 1_000)));
        flow.rows
            .push(row("prevalence", measured(0.13, 0.12, 0.14, 0.95, 7_000)));
        flow.rows
            .push(row("prevalence_if_all_dead", bare(0.22, 7_874)));
        flow.rows
            .push(row("prevalence_if_all_alive", bare(0.11, 7_874)));
        let flow = self.keep(flow);
        let part = |name: &str| split::Part {
            name: name.into(),
            digest: digest(name),
            cases: 1_870,
            diseased: 237,
            bytes: 9,
            synthetic: 0,
        };
        let parts = ["reference", "development", "learn-1995", "learn-1996"]
            .map(part)
            .to_vec();
        self.fold(
            "gil",
            Deed::Split(split::Split {
                dataset: "flchain".into(),
                source,
                plan: digest("data"),
                seed: 19950101,
                parts,
                flow,
            }),
        );
        self.fold(
            "fay",
            Deed::Seal(Seal {
                dataset: "reference".into(),
                plain: digest("reference"),
                sealed: digest("sealed"),
                custodian: "fay".into(),
                recipient: "age1".into(),
            }),
        );
    }

    /// An evaluation in which everything passes but ratios of observed to expected, which are `ratio`, and `mgus`.
    fn evaluation(&self, model: Digest, ratio: f64, updates: bool) -> Evidence {
        let protocol = self.protocol();
        let mut evidence = Evidence::of("evaluation", vec![Subject::new("model", model)]);
        let live = self.state.live_release().map(|live| live.model.digest);
        let released = live.map(|digest| Subject::new("released", digest));
        evidence.subjects.extend(released);
        for endpoint in &protocol.endpoints {
            let mut levels: Vec<f64> = protocol
                .criteria
                .iter()
                .filter(|one| one.endpoint == endpoint.id)
                .map(|one| one.level)
                .collect();
            levels.dedup();
            for level in levels {
                let estimate = match endpoint.id.as_str() {
                    "auroc_mgus" => none(level),
                    "auroc_update_difference" if !updates => none(level),
                    _ if endpoint.difference.is_some() => {
                        measured(0.004, -0.008, 0.016, level, 1_870)
                    }
                    _ if endpoint.metric == "o_e_ratio" => {
                        measured(ratio, ratio - 0.1, ratio + 0.1, level, 1_870)
                    }
                    _ => measured(0.81, 0.78, 0.84, level, 1_870),
                };
                evidence.rows.push(Row {
                    subgroup: endpoint.subgroup.clone(),
                    ..row(&endpoint.id, estimate)
                });
            }
        }
        evidence.details = Some(serde_json::json!({
            "roc": [{"fpr": 0.0, "tpr": 0.0}, {"fpr": 0.2, "tpr": 0.7}, {"fpr": 1.0, "tpr": 1.0}],
            "calibration": [{"mean_score": 0.1, "observed": 0.12, "low": 0.08, "high": 0.16, "n": 187}],
            "counts": {"n": 1870, "diseased": 237, "flagged": 480, "by": {"women": {"n": 1000, "diseased": 110}}},
            "operating_point": {"fpr": 0.2, "tpr": 0.7, "threshold": 0.15}}));
        evidence
    }

    fn change(&mut self, number: usize, inputs: &[&str], ratio: f64, class: UsClass) {
        let (run, change) = (format!("run-{number}"), format!("change-{number}"));
        let model = run::ModelFacts {
            stage: format!("release{number}"),
            digest: digest(&format!("model-{number}")),
            algorithm: "logistic_regression".into(),
            inputs: inputs.iter().map(|input| (*input).to_owned()).collect(),
            truth: "dead_5y".into(),
            training: vec!["learn-1995".into()],
            read: std::collections::BTreeSet::new(),
            params: BTreeMap::new(),
        };
        let evaluation = self.evaluation(model.digest, ratio, self.state.live.is_some());
        let evidence = self.keep(evaluation.clone());
        let results = judge::criteria(&self.state, self.protocol(), &evaluation);
        self.fold(
            "ada",
            Deed::Run(run::Run {
                id: run.clone(),
                pipeline: digest("pipeline"),
                stages: vec![run::StageRun {
                    name: model.stage.clone(),
                    status: run::StageStatus::Done,
                    key: digest("key"),
                    provenance: digest("provenance"),
                }],
                model: Some(model.clone()),
                development: Some(run::Development {
                    dataset: digest("development"),
                    evidence,
                    verdict: judge::verdict(&results),
                }),
            }),
        );
        let follows = self.state.live.clone();
        let initial = follows.is_none();
        self.fold(
            "ada",
            Deed::Propose(Propose {
                change: change.clone(),
                run,
                model: model.digest,
                modification: (!initial).then(|| "add_creatinine".into()),
                summary: format!("Candidate {number}"),
                follows,
            }),
        );
        let look = self.state.looks + 1;
        self.fold(
            "dora",
            Deed::Open(Open {
                change: change.clone(),
                dataset: digest("reference"),
                protocol: digest("protocol"),
                look,
                looks_allowed: 6,
            }),
        );
        self.fold(
            "dora",
            Deed::Judge(Judge {
                change: change.clone(),
                model: model.digest,
                dataset: digest("reference"),
                protocol: digest("protocol"),
                evidence,
                verdict: judge::verdict(&results),
                look,
                looks_allowed: 6,
                blocking: judge::ids(&results, judge::blocks),
                limitations: judge::ids(&results, judge::limits),
            }),
        );
        let classification = Classification {
            us: UsOutcome {
                class,
                rule: "R6".into(),
            },
            eu: EuClass {
                mdr: MdrClass::Significant,
                ai_act: AiActClass::PreDetermined,
                rule: "EU-2, EU-7".into(),
            },
            differences: vec![Difference::InputAdded("creatinine".into())],
            reasons: vec!["a reason".into()],
            initial,
        };
        let answers = Answers {
            rationale: "as planned".into(),
            ..Answers::default()
        };
        self.fold(
            "cleo",
            Deed::Assess(Assess {
                change,
                model: model.digest,
                answers,
                classification,
            }),
        );
    }

    fn release(&mut self, number: usize) {
        let (change, model) = (
            format!("change-{number}"),
            digest(&format!("model-{number}")),
        );
        for (person, role) in [("ben", "clinician"), ("cleo", "regulatory")] {
            self.fold(
                person,
                Deed::Sign(Sign {
                    change: change.clone(),
                    role: role.into(),
                    meaning: Meaning::Approval,
                    reason: "the verdict and its limitations were read".into(),
                    model,
                    evidence: digest("e"),
                    team: digest("team"),
                }),
            );
        }
        let release = format!("release-{number}");
        self.fold(
            "dora",
            Deed::Release(Release {
                release: release.clone(),
                change,
                model,
                authorisation: Some("K000000".into()),
            }),
        );
        let mut evidence = Evidence::of("explanation", vec![Subject::new("model", model)]);
        evidence
            .rows
            .push(row("shap/age", measured(0.8, 0.7, 0.9, 0.95, 500)));
        evidence
            .rows
            .push(row("shap/kappa", measured(0.2, 0.1, 0.3, 0.95, 500)));
        evidence.details =
            Some(serde_json::json!({"base": -2.0, "scale": "log odds", "method": "exact"}));
        let evidence = self.keep(evidence);
        let dataset = digest("development");
        self.fold(
            "ada",
            Deed::Explain(Explain {
                release,
                model,
                dataset,
                method: "exact".into(),
                evidence,
            }),
        );
    }

    fn use_it(&mut self) {
        let policy = digest("monitor");
        for (window, share) in [("2007", 0.2), ("2008", 0.9)] {
            let estimate = measured(share, share - 0.08, share + 0.08, 0.99, 48);
            let mut evidence = Evidence::of("window", vec![Subject::new("monitor", policy)]);
            evidence
                .rows
                .push(row("creatinine_missing", estimate.clone()));
            evidence.rows.push(Row {
                p_value: Some(1e-11),
                ..row("age_drift", none(0.95))
            });
            let evidence = self.keep(evidence);
            let outcome = |check: &str, crossing, action, estimate, p_value| CheckOutcome {
                check: check.into(),
                crossing,
                action,
                estimate,
                p_value,
            };
            let crossing = if share > 0.5 {
                Crossing::Crossed
            } else {
                Crossing::Ok
            };
            let checks = vec![
                outcome(
                    "creatinine_missing",
                    crossing,
                    Action::RollBack,
                    estimate,
                    None,
                ),
                outcome(
                    "age_drift",
                    Crossing::Crossed,
                    Action::Notify,
                    none(0.95),
                    Some(1e-11),
                ),
                outcome(
                    "outcome_discrimination",
                    Crossing::Ok,
                    Action::Notify,
                    measured(0.84, 0.78, 0.9, 0.95, 5),
                    None,
                ),
            ];
            self.fold(
                "emil",
                Deed::Window(Window {
                    window: window.into(),
                    release: "release-2".into(),
                    n: 48,
                    labelled: 5,
                    policy,
                    predictions: digest("p"),
                    evidence,
                    checks,
                }),
            );
            if crossing == Crossing::Crossed {
                let (check, window) = ("creatinine_missing".to_owned(), window.to_owned());
                let trigger = Trigger::Policy {
                    check,
                    window,
                    policy,
                    signers: vec!["cleo".into()],
                    evidence,
                };
                let (from, to) = ("release-2".into(), Some("release-1".into()));
                self.fold("system", Deed::RollBack(RollBack { from, to, trigger }));
            }
        }
        self.fold(
            "system",
            Deed::OpenFinding(OpenFinding {
                finding: "finding-1".into(),
                alert: None,
                title: "creatinine was not measured".into(),
                containment: "release-2 was rolled back".into(),
            }),
        );
        let mut analysis = Evidence::of("analysis", Vec::new());
        analysis.rows.push(row(
            "missing/creatinine/crossed",
            measured(0.9, 0.8, 0.95, 0.95, 48),
        ));
        let evidence = self.keep(analysis);
        let (finding, cause) = ("finding-1".into(), "recruitment changed".into());
        self.fold(
            "dora",
            Deed::AnalyseFinding(AnalyseFinding {
                finding,
                cause,
                evidence,
            }),
        );
    }
}

/// The same life with other numbers and not another word: each estimate, count and number of things differs.
pub(super) fn lived_with_other_numbers() -> World {
    let mut world = lived();
    let other = |estimate: &mut Estimate| {
        for end in [&mut estimate.value, &mut estimate.low, &mut estimate.high] {
            *end = end.map(|value| {
                if value < 2.0 {
                    value * 0.9
                } else {
                    value + 1.0
                }
            });
        }
        estimate.n += 11;
        estimate.events = estimate.events.map(|events| events + 1);
    };
    for evidence in world.artifacts.values_mut() {
        for row in &mut evidence.rows {
            other(&mut row.estimate);
            row.title = row.title.replace("0.990", "0.980").replace("18.3", "17.2");
            row.p_value = row.p_value.map(|p| p * 2e9);
        }
        let counts = evidence
            .details
            .as_mut()
            .and_then(|details| details["counts"].as_object_mut());
        for count in counts.into_iter().flat_map(|counts| counts.values_mut()) {
            if let Some(n) = count.as_u64() {
                *count = (n + 1).into();
            }
        }
    }
    let specs = &mut world.specs;
    if let (Some(intent), Some(protocol), Some(monitor)) =
        (&mut specs.intent, &mut specs.protocol, &mut specs.monitor)
    {
        let (claims, criteria) = (&mut intent.value.claims, &mut protocol.value.criteria);
        claims.push(claims[0].clone());
        criteria.push(criteria[0].clone());
        monitor.value.checks.push(monitor.value.checks[0].clone());
    }
    let state = &mut world.state;
    let key = state.keys["k"].clone();
    state.keys.insert("k2".into(), key);
    for frozen in state.frozen.values_mut() {
        frozen.version += 1;
    }
    for judged in state
        .changes
        .values_mut()
        .filter_map(|it| it.judged.as_mut())
    {
        judged.judge.look += 1;
        judged.judge.looks_allowed += 1;
    }
    for examined in state.examined.values_mut() {
        examined.examine.stops += 1;
        examined.examine.warns += 1;
        examined.examine.notes += 1;
    }
    for split in state.splits.values_mut() {
        split.seed += 1;
        for part in &mut split.parts {
            (part.cases, part.diseased) = (part.cases + 1, part.diseased + 1);
        }
    }
    for version in state.datasets.values_mut().flatten() {
        (version.version, version.bytes) = (version.version + 1, version.bytes + 1);
    }
    for post_hoc in state.criteria.values_mut().take(3) {
        *post_hoc = true;
    }
    for facts in state.windows.values_mut() {
        (facts.window.n, facts.window.labelled) = (facts.window.n + 1, facts.window.labelled + 1);
        for outcome in &mut facts.window.checks {
            other(&mut outcome.estimate);
            outcome.p_value = outcome.p_value.map(|p| p * 2e9);
        }
    }
    let run = state.runs["run-1"].clone();
    state.runs.insert("run-1b".into(), run);
    let window = state.windows["2007/release-2"].clone();
    state.windows.insert("2007b/release-2".into(), window);
    state.alerts.extend(state.alerts.clone());
    state.findings.extend(state.findings.clone());
    state.rollbacks.extend(state.rollbacks.clone());
    world
}

/// The whole life.
pub(super) fn lived() -> World {
    let mut world = World::new();
    world.declare();
    world.data();
    world.change(
        1,
        &["age", "sex", "kappa", "lambda"],
        1.0,
        UsClass::NewSubmission,
    );
    world.release(1);
    world.change(
        2,
        &["age", "sex", "kappa", "lambda", "creatinine"],
        1.05,
        UsClass::WithinPccp,
    );
    world.release(2);
    world.change(
        3,
        &["age", "sex", "kappa", "lambda"],
        0.3,
        UsClass::NotPermitted,
    );
    world.use_it();
    world
}
