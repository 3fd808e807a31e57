//! From founding to a proposal, and what stands beside the way to a release: explanations, findings, documents.

use galen_control::act::add_data::Ask as AddData;
use galen_control::act::document::Document;
use galen_control::act::enrol::Enrol;
use galen_control::act::examine::{Examination, Examine};
use galen_control::act::explain::Explain;
use galen_control::act::finding::{AnalyseFinding, CloseFinding, OpenAsk};
use galen_control::act::found::Found;
use galen_control::act::run::{Ask as Run, StageStatus};
use galen_control::act::seal::Seal;
use galen_control::act::split::Split;
use galen_control::{Actor, Ask, Deed, FindingState, State, Subject, decide};
use galen_spec::Name;
use serde_json::{Value, json};

use crate::world::*;

fn found() -> Ask {
    Ask::Found(Found {
        project: "p".to_owned(),
        device: "d".to_owned(),
        notice: None,
        system_key: "00".to_owned(),
    })
}

fn enrol(id: &str, change: impl Fn(&mut Enrol)) -> Ask {
    let mut enrol = key(id);
    change(&mut enrol);
    Ask::Enrol(enrol)
}

#[test]
fn a_project_is_founded_once_by_its_system_key_before_anything_else() {
    let mut world = World::default();
    refused(world.ask("ada", enrol("ada", |_| {})), "wrong_order");
    refused(world.ask("ada", found()), "wrong_order");
    world.ask("system", found()).unwrap();
    assert_eq!(
        (world.state.project.as_str(), world.state.entries),
        ("p", 1)
    );
    refused(world.ask("system", found()), "wrong_order");
}

#[test]
fn a_key_is_one_persons_for_ever() {
    let mut world = World::founded();
    refused(world.ask("eve", enrol("ben", |_| {})), "not_yours");
    refused(world.ask("ben", enrol("ben", |_| {})), "key_exists");
    refused(world.ask("Ben", enrol("Ben", |_| {})), "key_exists");
    let taken = key("ben");
    refused(
        world.ask("eve", enrol("eve", |eve| eve.keyid = taken.keyid.clone())),
        "key_reused",
    );
    refused(
        world.ask("eve", enrol("eve", |eve| eve.public = taken.public.clone())),
        "key_reused",
    );
    refused(
        world.ask("eve", enrol("eve", |eve| eve.public = "00".to_owned())),
        "key_reused",
    );
    world.ask("eve", enrol("eve", |_| {})).unwrap();
    assert_eq!(world.state.keys.len(), 5);
}

#[test]
fn who_is_not_in_the_frozen_team_enrols_no_key() {
    let mut world = World::declared();
    refused(world.ask("eve", enrol("eve", |_| {})), "not_in_team");
}

#[test]
fn nobody_is_called_system() {
    let mut world = World::founded();
    for id in ["system", "System", ""] {
        refused(world.ask_as(person(id), enrol(id, |_| {})), "needs_person");
    }
    let mut named = team();
    named["people"][3]["id"] = json!("system");
    refused(world.freeze(&[(Name::Team, named)]), "wrong_file");
}

#[test]
fn the_first_team_decides_on_itself_and_later_ones_are_decided_by_the_team_in_force() {
    let mut world = World::founded();
    refused(world.freeze(&[(Name::Intent, json!("i"))]), "not_frozen");
    let ask = world.freeze_ask(&[(Name::Team, team())]);
    refused(world.ask("ada", Ask::Freeze(ask)), "role");
    world.freeze(&[(Name::Team, team())]).unwrap();
    let mut coup = team();
    coup["duties"]["freeze"] = json!(["engineer"]);
    let ask = world.freeze_ask(&[(Name::Team, coup)]);
    refused(world.ask("ada", Ask::Freeze(ask)), "role");
}

#[test]
fn a_freeze_of_nothing_or_of_nothing_new_is_refused() {
    let mut world = World::declared();
    refused(world.freeze(&[]), "nothing");
    refused(
        world.freeze(&[(Name::Team, team()), (Name::Data, data())]),
        "unchanged",
    );
}

#[test]
fn a_file_that_is_frozen_again_unchanged_keeps_its_version() {
    let mut world = World::declared();
    let before = world.state.frozen[&Name::Monitor].clone();
    world
        .freeze(&[(Name::Monitor, monitor()), (Name::Risk, json!("risk 2"))])
        .unwrap();
    assert_eq!(world.state.frozen[&Name::Monitor], before);
    assert_eq!(world.state.frozen[&Name::Risk].version, 2);
}

#[test]
fn a_team_or_protocol_that_is_not_the_file_to_freeze_is_refused() {
    let mut world = World::founded();
    let mut coup = team();
    coup["duties"]["freeze"] = json!(["engineer"]);
    let mut ask = world.freeze_ask(&[(Name::Team, team())]);
    ask.team = world.freeze_ask(&[(Name::Team, coup)]).team;
    refused(world.ask("ada", Ask::Freeze(ask)), "wrong_file");
    let mut unread = world.freeze_ask(&[(Name::Team, team()), (Name::Protocol, protocol())]);
    unread.protocol = None;
    refused(world.ask("cleo", Ask::Freeze(unread)), "wrong_file");
    let mut unnamed = world.freeze_ask(&[(Name::Team, team()), (Name::Protocol, protocol())]);
    unnamed.specs.pop();
    refused(world.ask("cleo", Ask::Freeze(unnamed)), "wrong_file");
    let twice = world.freeze_ask(&[(Name::Team, team()), (Name::Team, data())]);
    refused(world.ask("cleo", Ask::Freeze(twice)), "wrong_file");
}

#[test]
fn a_team_that_asks_for_fewer_than_two_signatures_is_not_frozen() {
    for roles in [
        json!([]),
        json!(["clinician"]),
        json!(["clinician", "clinician"]),
    ] {
        let mut lax = team();
        lax["release_signatures"] = roles;
        refused(World::founded().freeze(&[(Name::Team, lax)]), "wrong_file");
    }
}

#[test]
fn two_people_of_one_id_are_not_frozen() {
    let mut double = team();
    double["people"][1]["id"] = json!("ADA");
    refused(
        World::founded().freeze(&[(Name::Team, double)]),
        "wrong_file",
    );
}

#[test]
fn a_protocol_in_which_an_id_names_two_things_is_not_frozen() {
    for list in ["criteria", "endpoints", "subgroups"] {
        let mut double = protocol();
        let first = double[list][0].clone();
        double[list].as_array_mut().unwrap().push(first);
        refused(
            World::declared().freeze(&[(Name::Protocol, double)]),
            "wrong_file",
        );
    }
}

#[test]
fn a_file_that_was_frozen_again_while_an_act_was_prepared_is_stale() {
    let mut world = World::sealed();
    let mut act = world.act(person("ada"), Ask::Run(world.run_ask(first_model())));
    let mut other = team();
    other["people"][0]["roles"] = json!(["clinician"]);
    world.freeze(&[(Name::Team, other)]).unwrap();
    let at = jiff::Timestamp::UNIX_EPOCH;
    refused(decide(&world.state, &act, at), "stale");
    act.specs = world.in_force(act.ask.reads());
    refused(decide(&world.state, &act, at), "role");
}

#[test]
fn an_authorisation_covers_the_frozen_intent_and_pccp_only_while_they_are_in_force() {
    let mut world = World::declared();
    assert!(world.state.authorisation().is_some());
    refused(
        world.ask("ada", Ask::Authorise(world.authorisation())),
        "role",
    );
    let mut other = world.authorisation();
    other.covers[1].digest = digest("another PCCP");
    refused(world.ask("cleo", Ask::Authorise(other)), "not_frozen");
    let mut part = world.authorisation();
    part.covers.pop();
    refused(world.ask("cleo", Ask::Authorise(part)), "not_frozen");
    let mut wider = pccp();
    wider["modifications"][0]["allows"]["inputs_added"] = json!(["mgus"]);
    world.freeze(&[(Name::Pccp, wider)]).unwrap();
    assert!(world.state.authorisation().is_none());
}

#[test]
fn datasets_have_versions_until_they_are_drawn_or_sealed() {
    let mut world = World::sealed();
    refused(
        world.ask("ben", Ask::AddData(dataset("cohort", "x"))),
        "role",
    );
    refused(
        world.ask("ada", Ask::AddData(dataset("cohort", "cohort"))),
        "unchanged",
    );
    world
        .ask("ada", Ask::AddData(dataset("cohort", "more")))
        .unwrap();
    assert_eq!(world.state.dataset("cohort").unwrap().version, 2);
    for drawn in ["reference", "development", "learn-1995"] {
        refused(
            world.ask("ada", Ask::AddData(dataset(drawn, "swapped"))),
            "drawn",
        );
    }
    world
        .ask("ada", Ask::AddData(dataset("fresh", "fresh")))
        .unwrap();
    let seal = Seal {
        sealed: digest("sealed too"),
        ..world.seal("fresh")
    };
    world.ask("dora", Ask::Seal(seal)).unwrap();
    refused(
        world.ask("ada", Ask::AddData(dataset("fresh", "swapped"))),
        "drawn",
    );
}

#[test]
fn an_examination_is_of_a_datasets_content_and_never_of_a_sealed_one() {
    let mut world = World::sealed();
    let examine = |dataset: &str, data: &str| {
        Ask::Examine(Examine {
            dataset: dataset.to_owned(),
            data: digest(data),
            examination: Examination::Check,
            stops: 0,
            warns: 1,
            notes: 2,
            accepted: Vec::new(),
            evidence: digest("evidence"),
        })
    };
    refused(world.ask("ada", examine("nowhere", "cohort")), "unknown");
    refused(world.ask("ada", examine("cohort", "other")), "stale");
    refused(
        world.ask("ada", examine("reference", "reference")),
        "sealed",
    );
    world.ask("ada", examine("cohort", "cohort")).unwrap();
    assert_eq!(world.state.examined["cohort/check"].examine.warns, 1);
}

#[test]
fn a_dataset_is_divided_once_by_the_declared_seed() {
    let mut world = World::declared();
    world
        .ask("ada", Ask::AddData(dataset("cohort", "cohort")))
        .unwrap();
    let split = world.split("cohort");
    refused(
        world.ask(
            "ada",
            Ask::Split(Split {
                seed: 8,
                ..split.clone()
            }),
        ),
        "not_declared",
    );
    refused(
        world.ask(
            "ada",
            Ask::Split(Split {
                plan: digest("p"),
                ..split.clone()
            }),
        ),
        "not_declared",
    );
    world.ask("ada", Ask::Split(split.clone())).unwrap();
    assert_eq!(
        world.state.dataset("reference").unwrap().drawn_from,
        Some(digest("cohort"))
    );
    refused(world.ask("ada", Ask::Split(split)), "seed_tried_twice");
}

#[test]
fn a_new_version_of_a_dataset_is_no_second_draw() {
    let mut world = World::sealed();
    world
        .ask("ada", Ask::AddData(dataset("cohort", "cohort and a space")))
        .unwrap();
    refused(
        world.ask("ada", Ask::Split(world.split("cohort"))),
        "seed_tried_twice",
    );
}

#[test]
fn a_part_takes_no_name_that_a_dataset_has() {
    let mut world = World::declared();
    world
        .ask("ada", Ask::AddData(dataset("cohort", "cohort")))
        .unwrap();
    let mut twice = world.split("cohort");
    twice.parts[1].name = "reference".to_owned();
    refused(world.ask("ada", Ask::Split(twice)), "name_taken");
    world
        .ask("ada", Ask::AddData(dataset("reference", "chosen")))
        .unwrap();
    refused(
        world.ask("ada", Ask::Split(world.split("cohort"))),
        "name_taken",
    );
}

#[test]
fn nothing_is_drawn_after_a_model_was_trained() {
    let mut world = World::declared();
    world
        .ask("ada", Ask::AddData(dataset("cohort", "cohort")))
        .unwrap();
    let run = world.run_ask(first_model());
    world.ask("ada", Ask::Run(run)).unwrap();
    refused(
        world.ask("ada", Ask::Split(world.split("cohort"))),
        "wrong_order",
    );
}

#[test]
fn a_dataset_is_sealed_once_to_a_custodian() {
    let mut world = World::sealed();
    refused(world.ask("ada", Ask::Seal(world.seal("cohort"))), "role");
    refused(
        world.ask("dora", Ask::Seal(world.seal("reference"))),
        "sealed",
    );
    let other = Seal {
        custodian: "ada".to_owned(),
        ..world.seal("cohort")
    };
    refused(world.ask("dora", Ask::Seal(other)), "role");
    let other = Seal {
        plain: digest("other"),
        ..world.seal("cohort")
    };
    refused(world.ask("dora", Ask::Seal(other)), "stale");
}

#[test]
fn a_run_is_of_declared_stages_and_is_cached_only_if_all_of_them_are() {
    let mut world = World::sealed();
    let good = world.run_ask(first_model());
    let with = |change: &dyn Fn(&mut Run)| {
        let mut run = good.clone();
        change(&mut run);
        Ask::Run(run)
    };
    refused(world.ask("ben", with(&|_| {})), "role");
    refused(
        world.ask("ada", with(&|run| run.stages.clear())),
        "not_declared",
    );
    refused(
        world.ask("ada", with(&|run| run.stages[0].name = "secret".to_owned())),
        "not_declared",
    );
    refused(
        world.ask("ada", with(&|run| run.stages.push(run.stages[0].clone()))),
        "not_declared",
    );
    let elsewhere = |run: &mut Run| run.model.as_mut().unwrap().stage = "second".to_owned();
    refused(world.ask("ada", with(&elsewhere)), "not_declared");
    world.ask("ada", with(&|_| {})).unwrap();
    world
        .ask(
            "ada",
            with(&|run| run.stages[0].status = StageStatus::Cached),
        )
        .unwrap();
    assert!(!world.state.runs["run-1"].cached);
    assert!(world.state.runs["run-2"].cached);
}

#[test]
fn the_development_gate_is_of_the_runs_model_and_never_of_the_sealed_set() {
    let mut world = World::sealed();
    let mut run = world.run_ask(first_model());
    let subjects = |model, set: &str| {
        vec![
            Subject::new("model", model),
            Subject::new("dataset", digest(set)),
        ]
    };
    let of = first_model().digest;
    run.development = Some(world.evidence(
        "evaluation",
        subjects(digest("other"), "development"),
        good_rows(),
    ));
    refused(world.ask("ada", Ask::Run(run.clone())), "wrong_evidence");
    run.development = Some(world.evidence("evaluation", subjects(of, "development"), good_rows()));
    world.ask("ada", Ask::Run(run.clone())).unwrap();
    assert!(world.state.runs["run-1"].development.is_some());
    assert_eq!(world.state.looks, 0);
    let mut peeking = protocol();
    peeking["development_set"]["dataset"] = json!("reference");
    world.freeze(&[(Name::Protocol, peeking)]).unwrap();
    run.development = Some(world.evidence("evaluation", subjects(of, "reference"), good_rows()));
    refused(world.ask("ada", Ask::Run(run)), "sealed");
}

#[test]
fn a_model_that_needs_what_is_not_known_at_the_score_is_not_proposed() {
    let mut world = World::sealed();
    for input in ["futime", "year", "undeclared"] {
        let run = world.run_ask(model("careless", &["age", input], &["learn-1995"]));
        world.ask("ada", Ask::Run(run)).unwrap();
        let id = format!("run-{}", world.state.runs.len());
        refused(world.ask("ada", propose_ask(&id, None)), "input_not_known");
    }
}

#[test]
fn a_proposal_is_of_a_run_with_a_model_that_is_neither_live_nor_proposed() {
    let mut world = World::with_release();
    refused(world.ask("ada", propose_ask("run-9", None)), "unknown");
    refused(world.ask("cleo", propose_ask("run-1", None)), "role");
    refused(world.ask("ada", propose_ask("run-1", None)), "unchanged");
    let run = Run {
        model: None,
        ..world.run_ask(first_model())
    };
    world.ask("ada", Ask::Run(run)).unwrap();
    refused(world.ask("ada", propose_ask("run-2", None)), "no_model");
    world.propose(second_model(), None);
    refused(
        world.ask("ada", propose_ask("run-3", Some("anything"))),
        "not_in_pccp",
    );
    refused(world.ask("ben", propose_ask("run-3", None)), "proposed");
    // The same bytes under other claims are the same model.
    let mut renamed = world.run_ask(second_model());
    renamed.model.as_mut().unwrap().training = vec!["learn-1995".to_owned()];
    world.ask("ada", Ask::Run(renamed)).unwrap();
    refused(world.ask("ada", propose_ask("run-4", None)), "proposed");
}

#[test]
fn an_explanation_is_of_the_released_model_and_opens_no_sealed_set() {
    let mut world = World::with_release();
    let explain = |release: &str, model, dataset: &str| {
        Ask::Explain(Explain {
            release: release.to_owned(),
            model,
            dataset: digest(dataset),
            method: "shap".to_owned(),
            evidence: digest("evidence"),
        })
    };
    let of = first_model().digest;
    refused(
        world.ask("ada", explain("release-7", of, "development")),
        "unknown",
    );
    refused(
        world.ask("ada", explain("release-1", digest("other"), "development")),
        "wrong_model",
    );
    refused(
        world.ask("ada", explain("release-1", of, "reference")),
        "sealed",
    );
    world
        .ask("ada", explain("release-1", of, "development"))
        .unwrap();
    assert!(world.state.explained.contains_key("release-1"));
}

#[test]
fn a_finding_closes_after_its_cause_is_known() {
    let mut world = World::with_release();
    let open = |alert: Option<&str>| {
        Ask::OpenFinding(OpenAsk {
            alert: alert.map(str::to_owned),
            title: "t".to_owned(),
            containment: "c".to_owned(),
        })
    };
    let id = "finding-1".to_owned();
    let analyse = Ask::AnalyseFinding(AnalyseFinding {
        finding: id.clone(),
        cause: "recruitment".to_owned(),
        evidence: digest("e"),
    });
    let close = Ask::CloseFinding(CloseFinding {
        finding: id,
        correction: "measured".to_owned(),
    });
    refused(world.ask("ada", open(None)), "role");
    refused(world.ask("ben", open(Some("alert-x"))), "unknown");
    refused(world.ask("ben", analyse.clone()), "unknown");
    world.ask("ben", open(None)).unwrap();
    refused(world.ask("ben", close.clone()), "wrong_order");
    world.ask("ben", analyse.clone()).unwrap();
    world.ask("ben", close.clone()).unwrap();
    assert_eq!(
        world.state.finding("finding-1").unwrap().state,
        FindingState::Closed
    );
    refused(world.ask("ben", analyse), "wrong_order");
    refused(world.ask("ben", close), "wrong_order");
}

#[test]
fn a_document_is_of_records_that_exist() {
    let mut world = World::with_release();
    let document = |size| {
        Ask::Document(Document {
            checkpoint: String::new(),
            kind: "technical_file".to_owned(),
            size,
            page: digest("page"),
            files: vec![Subject::new("html", digest("html"))],
        })
    };
    let entries = world.state.entries;
    refused(world.ask("cleo", document(entries + 1)), "wrong_order");
    refused(world.ask("ada", document(entries)), "role");
    world.ask("cleo", document(entries)).unwrap();
    assert_eq!(world.state.documents["technical_file"].0, entries);
}

#[test]
fn what_was_decided_reads_back_as_it_was_written() {
    let mut world = World::with_two_releases();
    world
        .window("2008", "release-2", estimate(0.5, 0.9), 0.0001)
        .unwrap();
    for record in &world.records {
        let text = serde_json::to_string(record).unwrap();
        assert_eq!(
            &serde_json::from_str::<galen_control::Record>(&text).unwrap(),
            record
        );
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["deed"]["act"], record.deed.word());
    }
    let text = serde_json::to_string(&world.state).unwrap();
    assert_eq!(serde_json::from_str::<State>(&text).unwrap(), world.state);
    let system = world
        .records
        .iter()
        .filter(|record| record.by == Actor::System);
    let acts: Vec<&str> = system.map(|record| record.deed.word()).collect();
    assert_eq!(acts, ["found", "roll_back", "open_finding"]);
    let last = &world.records.last().unwrap().deed;
    assert!(matches!(last, Deed::OpenFinding(_)));
}

#[test]
fn ask_kinds_that_add_data_take_their_version_from_the_ledger() {
    let mut world = World::declared();
    let ask = AddData {
        files: 2,
        ..dataset("cohort", "a")
    };
    world.ask("ada", Ask::AddData(ask)).unwrap();
    world
        .ask("ada", Ask::AddData(dataset("cohort", "b")))
        .unwrap();
    let versions: Vec<u32> = world.state.datasets["cohort"]
        .iter()
        .map(|it| it.version)
        .collect();
    assert_eq!(versions, [1, 2]);
}

#[test]
fn a_synthetic_dataset_is_neither_divided_nor_sealed() {
    let mut world = World::declared();
    let ask = AddData {
        synthetic: true,
        ..dataset("made", "made")
    };
    world.ask("ada", Ask::AddData(ask)).unwrap();
    assert!(world.state.dataset("made").unwrap().synthetic);
    refused(
        world.ask("ada", Ask::Split(world.split("made"))),
        "synthetic",
    );
    refused(
        world.ask("dora", Ask::Seal(world.seal("made"))),
        "synthetic",
    );
}

#[test]
fn words_that_say_nothing_are_refused() {
    let mut world = World::with_release();
    let open = |title: &str, containment: &str| {
        Ask::OpenFinding(OpenAsk {
            alert: None,
            title: title.to_owned(),
            containment: containment.to_owned(),
        })
    };
    refused(world.ask("ben", open(" ", "c")), "nothing_said");
    refused(world.ask("ben", open("t", "")), "nothing_said");
    world.ask("ben", open("t", "c")).unwrap();
    let finding = "finding-1".to_owned();
    let analyse = |cause: &str| {
        Ask::AnalyseFinding(AnalyseFinding {
            finding: finding.clone(),
            cause: cause.to_owned(),
            evidence: digest("e"),
        })
    };
    refused(world.ask("ben", analyse("")), "nothing_said");
    world.ask("ben", analyse("recruitment")).unwrap();
    let close = Ask::CloseFinding(CloseFinding {
        finding: finding.clone(),
        correction: String::new(),
    });
    refused(world.ask("ben", close), "nothing_said");
}

#[test]
fn a_letter_that_grants_nothing_is_no_authorisation() {
    let mut world = World::declared();
    let good = world.authorisation();
    let with = |alter: &dyn Fn(&mut galen_control::act::authorise::Authorise)| {
        let mut other = good.clone();
        alter(&mut other);
        Ask::Authorise(other)
    };
    refused(
        world.ask("cleo", with(&|it| it.kind = "refusal".to_owned())),
        "kind",
    );
    refused(
        world.ask("cleo", with(&|it| it.number = String::new())),
        "nothing_said",
    );
    refused(
        world.ask("cleo", with(&|it| it.scope = " ".to_owned())),
        "nothing_said",
    );
    let future = jiff::civil::date(2999, 1, 1);
    refused(world.ask("cleo", with(&|it| it.date = future)), "date");
    world.ask("cleo", Ask::Authorise(good)).unwrap();
}
