//! Laws over every document, on a project with a release, an update, a rejected change, a rollback and a finding.

mod world;

use std::collections::BTreeMap;

use galen_control::InForce;
use galen_control::judge::{self, Outcome};

use super::{DOCUMENTS, by_id};
use crate::book::agrees;
use crate::page::{Block, Links, NoteKind, Page, Span};
use world::{World, digest, lived};

fn text_of(page: &Page) -> String {
    serde_json::to_string(page).expect("a page has only finite numbers")
}

#[test]
fn every_document_links_every_number_and_is_drawn() {
    lived().book_of(|book| {
        for document in DOCUMENTS {
            let page = document.page(book);
            assert_eq!(
                page.numbers_without_evidence(),
                Vec::<&str>::new(),
                "{}",
                document.id()
            );
            let html = crate::html::document(&page, &Links::Appendix);
            assert!(html.contains("Retrospective replay"), "{}", document.id());
            assert!(!page.exhibits.is_empty(), "{}", document.id());
            let unknown = page
                .exhibits
                .iter()
                .filter(|exhibit| exhibit.title.contains("not at hand"));
            assert_eq!(unknown.count(), 0, "{}", document.id());
        }
    });
}

#[test]
fn a_project_without_any_record_gets_every_document_and_none_is_silent() {
    let world = World {
        specs: InForce::default(),
        ..World::new()
    };
    world.book_of(|book| {
        for document in DOCUMENTS {
            let page = document.page(book);
            crate::html::document(&page, &Links::Appendix);
            let stop = |block: &Block| {
                matches!(
                    block,
                    Block::Note {
                        kind: NoteKind::Stop,
                        ..
                    }
                )
            };
            assert!(page.blocks.iter().any(stop), "{}", document.id());
            let mut blocks = page.blocks.iter().peekable();
            while let Some(block) = blocks.next() {
                let Block::Heading { level, text, .. } = block else {
                    continue;
                };
                let deeper = |next: &&&Block| match next {
                    Block::Heading { level: next, .. } => next > level,
                    _ => true,
                };
                assert!(
                    blocks.peek().filter(deeper).is_some(),
                    "{}: {text} is empty",
                    document.id()
                );
            }
        }
    });
}

#[test]
fn missing_evidence_is_said_and_nothing_panics() {
    let world = World {
        artifacts: BTreeMap::new(),
        ..lived()
    };
    world.book_of(|book| {
        for document in DOCUMENTS {
            let page = document.page(book);
            crate::html::document(&page, &Links::Appendix);
            assert_eq!(
                page.numbers_without_evidence(),
                Vec::<&str>::new(),
                "{}",
                document.id()
            );
        }
        let page = by_id("labelling").expect("listed").page(book);
        assert!(text_of(&page).contains("not at hand"));
    });
}

#[test]
fn no_two_documents_have_one_id() {
    for document in DOCUMENTS {
        let id = document.id();
        assert_eq!(
            DOCUMENTS.iter().filter(|other| other.id() == id).count(),
            1,
            "{id}"
        );
        assert_eq!(by_id(id).map(|found| found.title()), Some(document.title()));
        assert!(!document.source().is_empty());
    }
}

#[test]
fn results_stay_those_of_the_verdict_after_a_rollback() {
    let world = lived();
    let first = &world.state.changes["change-1"];
    let recorded = first.judged.as_ref().expect("judged");
    world.book_of(|book| {
        for change in world.state.changes.values() {
            let judged = change.judged.as_ref().expect("judged");
            assert!(agrees(
                &book.results(change).expect("at hand"),
                &judged.judge
            ));
        }
        let results = book.results(first).expect("at hand");
        let update = results
            .iter()
            .find(|result| result.id == "update_not_inferior")
            .expect("declared");
        assert_eq!(update.result, Outcome::NotApplicable);
    });
    // Judged by what is live today, the first release would have had to compare with a release that did not exist.
    let today = judge::criteria(
        &world.state,
        world.protocol(),
        &world.artifacts[&recorded.judge.evidence],
    );
    assert!(!agrees(&today, &recorded.judge));
}

#[test]
fn a_verdict_that_does_not_follow_from_its_evidence_stops_the_document() {
    let mut world = lived();
    let change = world.state.changes.get_mut("change-3").expect("proposed");
    change
        .judged
        .as_mut()
        .expect("judged")
        .judge
        .blocking
        .clear();
    world.book_of(|book| {
        let page = by_id("validation-report").expect("listed").page(book);
        assert!(text_of(&page).contains("do not follow from the recorded verdict"));
    });
}

#[test]
fn the_rollback_names_its_policy_and_who_froze_it_and_is_no_signature() {
    lived().book_of(|book| {
        let text = text_of(&by_id("pms-report").expect("listed").page(book));
        assert!(text.contains("release-2 was rolled back to release-1."));
        assert!(text.contains(&digest("monitor").to_string()));
        assert!(text.contains("Cleo Placeholder (cleo)"));
        assert!(text.contains("no electronic signature"));
    });
}

#[test]
fn a_rejected_change_is_told_with_its_class() {
    lived().book_of(|book| {
        let text = text_of(&by_id("pccp").expect("listed").page(book));
        assert!(
            text.contains("not permitted, rule R6") && text.contains("change-3, rejected"),
            "{text}"
        );
    });
}

#[test]
fn a_signature_shows_printed_name_meaning_and_time() {
    lived().book_of(|book| {
        let text = text_of(&by_id("technical-file").expect("listed").page(book));
        for part in [
            "Ben Specimen (ben)",
            "approval",
            "2026-11-24T10:00:00Z",
            "the verdict and its limitations were read",
        ] {
            assert!(text.contains(part), "{part}");
        }
    });
}

/// The rows of the table of limitations in the instructions for use, as text.
fn limitations(world: &World) -> Vec<String> {
    world.book_of(|book| {
        let page = by_id("labelling").expect("listed").page(book);
        let is_heading =
            |block: &&Block, name: &str| matches!(block, Block::Heading { text, .. } if text == name);
        let section = page
            .blocks
            .iter()
            .skip_while(|block| !is_heading(block, "Limitations"))
            .take_while(|block| !is_heading(block, "How the device is watched"));
        let rows = section.filter_map(|block| match block {
            Block::Table(table) => Some(&table.rows),
            _ => None,
        });
        let text = |row| serde_json::to_string(row).expect("cells are JSON");
        rows.flatten().map(text).collect()
    })
}

#[test]
fn a_descriptive_criterion_that_is_not_met_is_a_limitation() {
    let mut world = lived();
    let undecided = limitations(&world);
    assert_eq!(undecided.len(), 1, "{undecided:#?}");
    for part in [
        "in people with a known monoclonal gammopathy",
        "not reported: There is no diseased case.",
        "lower >= 0.75",
        "inconclusive",
        "could not decide it",
    ] {
        assert!(undecided[0].contains(part), "{part}: {undecided:#?}");
    }

    // One descriptive criterion is shown not to be met as well; what passes and what is required stays away.
    let live = world.state.live_release().expect("is live").change.clone();
    let judged = &world.state.changes[&live].judged;
    let evidence = judged.as_ref().expect("judged").judge.evidence;
    let evaluation = world.artifacts.get_mut(&evidence).expect("is kept");
    for row in &mut evaluation.rows {
        if row.quantity == "oe_under_70" {
            row.estimate.value = Some(0.5);
            row.estimate.low = Some(0.4);
            row.estimate.high = Some(0.6);
        }
    }
    let results = world.book_of(|book| book.results(&world.state.changes[&live]));
    let limited = judge::ids(&results.expect("at hand"), judge::limits);
    assert_eq!(limited, ["calibration_under_70", "discrimination_mgus"]);
    let change = world.state.changes.get_mut(&live).expect("proposed");
    change.judged.as_mut().expect("judged").judge.limitations = limited;
    let both = limitations(&world);
    assert_eq!(both.len(), 2, "{both:#?}");
    for part in [
        "deaths under 70 years",
        "0.50 (0.40–0.60)",
        "inside (0.7, 1.43)",
        "fail",
        "Shown not to reach the bound.",
    ] {
        assert!(both[0].contains(part), "{part}: {both:#?}");
    }
    assert_eq!(both[1], undecided[0]);
}

#[test]
fn without_a_user_study_the_human_ai_team_is_not_addressed() {
    lived().book_of(|book| {
        let page = by_id("gmlp").expect("listed").page(book);
        let found = page.blocks.iter().find_map(|block| match block {
            Block::KeyValues(pairs) => pairs
                .iter()
                .find(|(name, _)| name == "Not addressed")
                .map(|(_, cell)| cell.clone()),
            _ => None,
        });
        assert_eq!(found.expect("the conclusion").0, [Span::text("7")]);
    });
}

#[test]
fn a_release_without_authorisation_is_not_for_clinical_use() {
    let mut world = lived();
    for release in &mut world.state.releases {
        release.authorisation = None;
    }
    world.book_of(|book| {
        let Block::Note { kind, text } = book.standing() else {
            panic!("a note")
        };
        assert_eq!(kind, NoteKind::Stop);
        assert!(
            matches!(&text[0], Span::Text(text) if text.contains("not authorised for clinical use"))
        );
    });
}
