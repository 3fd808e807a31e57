//! Forgeries by somebody who has the project's own key and people's keys: the log is sound, and what it says is not true.

use galen_control::act::accept::Accept;
use galen_control::act::document::Document;
use galen_control::act::release::Release;
use galen_control::{Actor, Deed, Record, Subject};
use galen_ledger::{Ledger, PrivateKey};
use galen_lifecycle::statement::envelope_of;
use galen_spec::tfdv::Amendment;
use jiff::civil::date;

use crate::story::{told, told_up_to};
use crate::world::{World, key_of, person};

/// Appends a record that nobody decided, signed by a key.
fn append(world: &World, by: Actor, deed: Deed, key: &PrivateKey) {
    let mut ledger = Ledger::open(world.project().store).expect("it was founded");
    let last = world.records().pop().expect("it was founded");
    let record = Record { by, deed, ..last };
    let entry = envelope_of(&record, key).to_bytes();
    ledger
        .append(&[entry], &world.system_key())
        .expect("the disk is well");
}

/// The last deed of a kind.
fn last<T>(world: &World, of: impl Fn(Deed) -> Option<T>) -> T {
    let deeds = world.records().into_iter().rev().map(|record| record.deed);
    deeds.filter_map(of).next().expect("the story has one")
}

fn problems(world: &World) -> Vec<(Option<u64>, String)> {
    let problems = world.verify().problems.into_iter();
    problems
        .map(|problem| (problem.entry, problem.what))
        .collect()
}

fn document(world: &World) -> Document {
    last(world, |deed| match deed {
        Deed::Document(document) => Some(document),
        _ => None,
    })
}

#[test]
fn a_document_whose_number_was_changed_does_not_verify() {
    let world = told_up_to(1, "build gmlp");
    let twin = told(1);
    let mut forged = document(&twin);
    let artifacts = twin.project().artifacts;
    for (name, digest) in [
        ("html", forged.files[0].digest),
        ("json", forged.files[1].digest),
    ] {
        let bytes = artifacts.get(&digest).expect("it was kept");
        let text = String::from_utf8(bytes).expect("a document is text");
        let changed = text.replace("0.7", "0.9");
        assert_ne!(changed, text, "the document has such a number");
        let put = world
            .project()
            .artifacts
            .put(changed.as_bytes())
            .expect("the disk is well");
        forged.files.retain(|file| file.name != name);
        forged.files.push(Subject::new(name, put));
        if name == "json" {
            forged.page = put;
        }
    }
    let entry = world.records().len() as u64;
    append(
        &world,
        person("cleo"),
        Deed::Document(forged),
        &key_of("cleo"),
    );
    assert_eq!(
        problems(&world),
        [(Some(entry), "evidence_differs".to_owned())]
    );
}

#[test]
fn a_rendering_that_shows_another_number_than_its_page_does_not_verify() {
    let (world, twin) = (told_up_to(1, "build gmlp"), told(1));
    let mut forged = document(&twin);
    let artifacts = twin.project().artifacts;
    let page = artifacts.get(&forged.page).expect("it was kept");
    world
        .project()
        .artifacts
        .put(&page)
        .expect("the disk is well");
    let html = artifacts.get(&forged.files[0].digest).expect("it was kept");
    let changed = String::from_utf8(html)
        .expect("a document is text")
        .replace("0.7", "0.9");
    let put = world
        .project()
        .artifacts
        .put(changed.as_bytes())
        .expect("the disk is well");
    forged.files = vec![Subject::new("html", put)];
    let entry = world.records().len() as u64;
    append(
        &world,
        person("cleo"),
        Deed::Document(forged),
        &key_of("cleo"),
    );
    assert_eq!(
        problems(&world),
        [(Some(entry), "evidence_differs".to_owned())]
    );
}

#[test]
fn evidence_of_an_explanation_that_was_changed_does_not_verify() {
    let world = told_up_to(1, "ingest 2001");
    let mut forged = last(&world, |deed| match deed {
        Deed::Explain(explain) => Some(explain),
        _ => None,
    });
    let artifacts = world.project().artifacts;
    let mut evidence = world
        .project()
        .evidence(&forged.evidence)
        .expect("it was kept");
    evidence.rows[0].estimate.value = Some(0.5);
    forged.evidence = artifacts.put(&evidence.bytes()).expect("the disk is well");
    let entry = world.records().len() as u64;
    append(&world, person("ada"), Deed::Explain(forged), &key_of("ada"));
    assert_eq!(
        problems(&world),
        [(Some(entry), "evidence_differs".to_owned())]
    );
}

/// The story up to the acceptance of an anomaly, and what is recorded of it in another world.
fn an_acceptance() -> (World, Accept) {
    let (world, twin) = (told_up_to(1, "accept"), told_up_to(1, "validate again"));
    let accept = last(&twin, |deed| match deed {
        Deed::Accept(accept) => Some(accept),
        _ => None,
    });
    let evidence = twin
        .project()
        .artifacts
        .get(&accept.evidence)
        .expect("it was kept");
    let put = world.project().artifacts.put(&evidence);
    assert_eq!(put.expect("the disk is well"), accept.evidence);
    (world, accept)
}

#[test]
fn an_acceptance_of_more_than_was_found_does_not_verify() {
    let (world, mut forged) = an_acceptance();
    forged.amendments = vec![Amendment::HighestWhole { max: 120 }];
    let entry = world.records().len() as u64;
    append(&world, person("gil"), Deed::Accept(forged), &key_of("gil"));
    assert_eq!(
        problems(&world),
        [(Some(entry), "decision_differs".to_owned())]
    );
}

#[test]
fn an_acceptance_of_what_no_validation_finds_does_not_verify() {
    let (world, mut forged) = an_acceptance();
    let project = world.project();
    let mut evidence = project.evidence(&forged.evidence).expect("it was kept");
    let text = serde_json::to_string(&evidence.details).expect("it is JSON");
    let highest = serde_json::to_string(&forged.amendments[0]).expect("it is JSON");
    let higher = serde_json::json!({"change": "highest_whole", "max": 120}).to_string();
    let changed = text.replace(&highest, &higher);
    assert_ne!(changed, text, "the evidence names the amendment");
    evidence.details = serde_json::from_str(&changed).expect("it is JSON");
    forged.evidence = project
        .artifacts
        .put(&evidence.bytes())
        .expect("the disk is well");
    forged.amendments = vec![Amendment::HighestWhole { max: 120 }];
    let entry = world.records().len() as u64;
    append(&world, person("gil"), Deed::Accept(forged), &key_of("gil"));
    assert_eq!(
        problems(&world),
        [(Some(entry), "evidence_differs".to_owned())]
    );
}

#[test]
fn an_acceptance_by_somebody_who_may_not_does_not_verify() {
    let (world, accept) = an_acceptance();
    let entry = world.records().len() as u64;
    append(&world, person("ada"), Deed::Accept(accept), &key_of("ada"));
    assert_eq!(
        problems(&world),
        [(Some(entry), "decision_differs".to_owned())]
    );
}

#[test]
fn a_release_that_nobody_signed_for_does_not_verify() {
    let world = told_up_to(1, "sign change-2 as ben");
    let model = world
        .folded()
        .change("change-2")
        .expect("it was proposed")
        .model
        .digest;
    let release = Deed::Release(Release {
        release: "release-2".to_owned(),
        change: "change-2".to_owned(),
        model,
        authorisation: None,
    });
    let entry = world.records().len() as u64;
    append(&world, person("emil"), release, &key_of("emil"));
    assert_eq!(
        problems(&world),
        [(Some(entry), "decision_differs".to_owned())]
    );
}

#[test]
fn an_automatic_act_without_a_cause_does_not_verify() {
    let world = told(1);
    let rollback = last(&world, |deed| match deed {
        Deed::RollBack(deed) => Some(deed),
        _ => None,
    });
    let entry = world.records().len() as u64;
    append(
        &world,
        Actor::System,
        Deed::RollBack(rollback),
        &world.system_key(),
    );
    assert_eq!(problems(&world), [(Some(entry), "no_cause".to_owned())]);
}

#[test]
fn a_record_in_the_name_of_another_does_not_verify() {
    let world = told_up_to(1, "release change-1");
    let sign = last(&world, |deed| match deed {
        Deed::Sign(deed) => Some(deed),
        _ => None,
    });
    let entry = world.records().len() as u64;
    append(&world, person("ben"), Deed::Sign(sign), &key_of("ada"));
    let found = problems(&world);
    assert!(
        found.contains(&(Some(entry), "unknown_key".to_owned())),
        "{found:?}"
    );
}

#[test]
fn entries_that_were_dropped_are_seen_by_a_checkpoint_kept_elsewhere() {
    let world = told_up_to(1, "judge change-2");
    let old = world.copy();
    crate::story::judge(&world.project(), "change-2").expect("it is proposed");
    let kept = world.checkpoint();
    let outside = galen_lifecycle::verify::Outside {
        checkpoint: Some(&kept),
        ..Default::default()
    };
    assert_eq!(world.verify_against(&outside).problems, []);
    assert_eq!(old.verify().problems, [], "a folder alone does not show it");
    let problems = old.verify_against(&outside).problems;
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert_eq!(problems[0].what, "entries_dropped");
}

#[test]
fn a_state_that_was_cached_for_less_than_the_whole_log_is_compared_too() {
    let world = told_up_to(1, "ingest 2001");
    let store = world.project().store;
    let cached = store.read("cache/state.json").expect("it is kept");
    crate::story::ingest(&world.project(), 2001).expect("release 2 is live");
    crate::story::close(&world.project(), date(2007, 12, 31)).expect("it ended");
    let text = String::from_utf8(cached).expect("it is text");
    let forged = text.replace("\"live\":\"release-2\"", "\"live\":\"release-1\"");
    assert_ne!(forged, text);
    store
        .write("cache/state.json", forged.as_bytes())
        .expect("the disk is well");
    assert_eq!(problems(&world), [(None, "snapshot_changed".to_owned())]);
}

#[test]
fn another_system_key_is_found_and_a_copy_without_one_is_none() {
    let world = told_up_to(1, "run release1");
    let store = world.project().store;
    store.remove("secret/system.key").expect("the disk is well");
    assert_eq!(problems(&world), []);
    store
        .write("secret/system.key", &[b'7'; 64])
        .expect("the disk is well");
    assert_eq!(problems(&world), [(None, "system_key_differs".to_owned())]);
}

#[test]
fn a_lost_file_of_a_model_and_the_log_of_a_stage_are_missed() {
    let world = told_up_to(1, "release change-1");
    let project = world.project();
    let run = last(&world, |deed| match deed {
        Deed::Run(run) => Some(run),
        _ => None,
    });
    let provenance = project
        .artifacts
        .get(&run.stages[0].provenance)
        .expect("it was kept");
    let provenance: serde_json::Value = serde_json::from_slice(&provenance).expect("JSON");
    for lost in [&provenance["log"], &provenance["outs"][0]["digest"]] {
        let digest: galen_store::Digest = serde_json::from_value(lost.clone()).expect("a digest");
        let path = galen_store::Artifacts::path(&digest);
        let bytes = project.store.read(&path).expect("it is there");
        project.store.remove(&path).expect("the disk is well");
        let found = problems(&world);
        assert!(
            found.iter().any(|(_, what)| what == "artifact_missing"),
            "{found:?}"
        );
        project
            .store
            .write(&path, &bytes)
            .expect("the disk is well");
    }
    assert_eq!(problems(&world), []);
}

#[test]
fn a_journal_that_no_longer_holds_what_was_sealed_is_found() {
    let world = told(1);
    let store = world.project().store;
    let path = "journals/predictions/2008/release-2.ndjson";
    let kept = store.read(path).expect("it is there");
    let text = String::from_utf8(kept.clone()).expect("it is text");
    let emptied = b"\n".to_vec();
    let changed = text
        .replacen("\"score\":0.", "\"score\":0.0", 1)
        .into_bytes();
    assert_ne!(changed, kept);
    for forged in [changed, emptied] {
        store.write(path, &forged).expect("the disk is well");
        let found = problems(&world);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].1, "journal_changed");
    }
    store.write(path, &kept).expect("the disk is well");
    assert_eq!(problems(&world), []);
}

/// Whoever has the disk puts another model's files under the key of a stage.
#[test]
fn a_forged_result_in_the_cache_does_not_verify() {
    let world = told_up_to(1, "run release1 again");
    let project = world.project();
    crate::story::run(&project, "careless_balanced").expect("it runs");
    let runs: Vec<galen_control::act::run::Run> = world
        .records()
        .into_iter()
        .filter_map(|record| match record.deed {
            Deed::Run(run) => Some(run),
            _ => None,
        })
        .collect();
    let read = |at: usize| -> serde_json::Value {
        let bytes = project
            .artifacts
            .get(&runs[at].stages[0].provenance)
            .expect("it was kept");
        serde_json::from_slice(&bytes).expect("JSON")
    };
    let (mut forged, other) = (read(0), read(1));
    let text = other["outs"]
        .to_string()
        .replace("careless_balanced", "release1");
    forged["outs"] = serde_json::from_str(&text).expect("JSON");
    let provenance: galen_pipeline::Provenance =
        serde_json::from_value(forged).expect("a provenance");
    let bytes = serde_json::to_vec(&provenance).expect("JSON");
    let digest = project.artifacts.put(&bytes).expect("the disk is well");
    let cache = format!("cache/results/{}", runs[0].stages[0].key.hex());
    project
        .store
        .write(&cache, digest.to_string().as_bytes())
        .expect("the disk is well");
    let entry = world.records().len() as u64;
    crate::story::run(&world.project(), "release1").expect("the cache holds it");
    assert_eq!(
        problems(&world),
        [(Some(entry), "evidence_differs".to_owned())]
    );
}

/// `docs/formats.md` names every field of every kind of record, so that a stranger can read them.
#[test]
fn every_kind_of_record_stands_in_the_formats() {
    let formats = include_str!("../../../../docs/formats.md");
    let mut seen = std::collections::BTreeSet::new();
    for record in told(1).records() {
        let word = record.deed.word();
        let of_word = |line: &&str| {
            let first = line
                .strip_prefix("| `")
                .and_then(|line| line.split(" | ").next());
            first.is_some_and(|names| names.split(['`', ',', ' ']).any(|name| name == word))
        };
        let row = formats
            .lines()
            .find(of_word)
            .unwrap_or_else(|| panic!("{word} has no row"));
        let deed = serde_json::to_value(&record.deed).expect("a deed is JSON");
        for field in deed
            .as_object()
            .expect("a deed is an object")
            .keys()
            .filter(|key| *key != "act")
        {
            let named = row
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|name| name == field);
            assert!(named, "the row of {word} does not name {field}: {row}");
        }
        seen.insert(word);
    }
    let rows = formats.lines().filter(|line| line.starts_with("| `"));
    let acts = rows
        .skip_while(|row| !row.starts_with("| `found`"))
        .take_while(|row| !row.contains("ledger/"));
    let names = acts
        .filter_map(|row| row.split(" | ").next())
        .flat_map(|names| names.split(", "));
    assert_eq!(
        names.count(),
        seen.len(),
        "the story has every kind of record: {seen:?}"
    );
}
