//! Laws over every document, on a project with a release, an update, a rejected change, a rollback and a finding.

mod world;

use std::collections::{BTreeMap, BTreeSet};

use galen_control::InForce;
use galen_control::judge::{self, Outcome};
use galen_spec::risk::Verification;

use super::{DOCUMENTS, by_id};
use crate::book::agrees;
use crate::page::{Block, Cell, Links, NoteKind, Page, Span};
use world::{World, digest, lived, lived_with_other_numbers};

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

/// The plain words of a page, without those that tell a piece of evidence in its own exhibit.
fn words(page: &Page) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for block in &page.blocks {
        block.each_span(&mut |span| match span {
            Span::Text(text) | Span::Strong(text) | Span::Code(text) => {
                words.insert(text.clone());
            }
            Span::Status(badge) => {
                words.insert(badge.label.clone());
            }
            Span::Number { .. } | Span::Link { .. } => {}
        });
    }
    words
}

/// Words with each number made alike.
fn without_numbers(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' | '.' | ',' if plain.ends_with('#') => {}
            '0'..='9' => plain.push('#'),
            _ => plain.push(c),
        }
    }
    plain
}

/// Two lives that differ in their numbers alone have the same words: where words differ in a number, it has no link. What is
/// declared, dated or part of a name is the same in both, so that nothing is suspected without a reason.
#[test]
fn no_number_that_follows_from_something_stands_in_plain_words() {
    let words_of = |world: World| {
        world.book_of(|book| {
            DOCUMENTS
                .iter()
                .map(|document| words(&document.page(book)))
                .collect::<Vec<_>>()
        })
    };
    let (one, other) = (words_of(lived()), words_of(lived_with_other_numbers()));
    for ((document, one), other) in DOCUMENTS.iter().zip(&one).zip(&other) {
        let alike: BTreeSet<String> = one.iter().map(|text| without_numbers(text)).collect();
        let hidden: Vec<&String> = other
            .difference(one)
            .filter(|text| text.contains(|c: char| c.is_ascii_digit()))
            .filter(|text| alike.contains(&without_numbers(text)))
            .collect();
        assert_eq!(hidden, Vec::<&String>::new(), "{}", document.id());
    }
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

/// The words that stand behind a number or instead of it, under a name in tables and lists of one document: each cell as
/// plain text.
fn cells(world: &World, id: &str) -> Vec<Vec<String>> {
    let plain = |cell: &Cell| {
        let words = cell.0.iter().map(|span| match span {
            Span::Text(text) | Span::Strong(text) | Span::Code(text) => text.as_str(),
            Span::Number { text, .. } | Span::Link { text, .. } => text.as_str(),
            Span::Status(badge) => badge.label.as_str(),
        });
        words.collect::<String>()
    };
    world.book_of(|book| {
        let page = by_id(id).expect("listed").page(book);
        let rows = page.blocks.iter().flat_map(|block| match block {
            Block::Table(table) => table
                .rows
                .iter()
                .map(|row| row.iter().map(plain).collect())
                .collect(),
            Block::KeyValues(pairs) => pairs
                .iter()
                .map(|(name, cell)| vec![name.clone(), plain(cell)])
                .collect(),
            Block::Paragraph(spans) | Block::Note { text: spans, .. } => {
                vec![vec![plain(&Cell(spans.clone()))]]
            }
            _ => Vec::new(),
        });
        rows.collect()
    })
}

/// The row of a document that begins with these words.
fn row_of(world: &World, id: &str, begins: &str) -> String {
    let rows = cells(world, id);
    let row = rows.iter().find(|row| row[0].starts_with(begins));
    row.unwrap_or_else(|| panic!("{id} has no row {begins}"))
        .join(" | ")
}

#[test]
fn a_document_follows_the_regulation_that_the_device_is_declared_under() {
    let sources = [
        ("labelling", "Annex I, 23.4", "Annex I, 20.4"),
        ("technical-file", "Annexes II and III", "Annexes II and III"),
        ("pms-report", "Articles 85 and 86", "Articles 80 and 81"),
        ("validation-report", "Annex II, 6.1", "Annex II"),
        ("protocol", "Annex II, 6.1", "Annex II"),
    ];
    let mut world = lived();
    let after = |world: &World, id: &str| {
        world.book_of(|book| {
            let page = by_id(id).expect("listed").page(book);
            let foot = page.foot.iter().find(|(name, _)| name == "After");
            foot.expect("every page has it").1.clone()
        })
    };
    for (eu, mine, other) in [
        ("IVDR 2017/746, class C", "2017/746", "2017/745"),
        ("MDR 2017/745, class IIa", "2017/745", "2017/746"),
    ] {
        let intent = world.specs.intent.as_mut().expect("held");
        intent.value.classification.eu = eu.into();
        for (id, devices, diagnostics) in sources {
            let section = match mine {
                "2017/745" => devices,
                _ => diagnostics,
            };
            let after = after(&world, id);
            assert!(
                after.contains(&format!("{mine}, {section}")),
                "{id}: {after}"
            );
        }
        for document in DOCUMENTS {
            let after = after(&world, document.id());
            assert!(!after.contains(other), "{}: {after}", document.id());
        }
    }
    let intent = world.specs.intent.as_mut().expect("held");
    intent.value.classification.eu = "not yet classified".into();
    for (id, ..) in sources {
        let after = after(&world, id);
        assert!(
            after.contains("2017/745") && after.contains("2017/746"),
            "{id}: {after}"
        );
    }
}

#[test]
fn the_labelling_says_of_the_judgement_only_what_its_record_says() {
    let told = row_of(&lived(), "labelling", "release-1 was judged");
    assert_eq!(
        told,
        "release-1 was judged on the reference set, at look 1 on that set. Intervals are at the level of 0.95 unless another is written."
    );
}

#[test]
fn performance_in_use_shows_another_time_and_no_other_place_and_names_its_release() {
    let mut world = lived();
    let time = "Performance shown after the time of training";
    let place = "Performance shown in another place";
    let shown = row_of(&world, "gmlp", time);
    assert!(
        shown.contains("Window 2008 of release-2 (rolled back, not live), performance (auroc): 0.84 (0.78–0.90)"),
        "{shown}"
    );
    let absent = row_of(&world, "gmlp", place);
    assert!(absent.contains("not found | not reported; the reference set of the live release comes from a source that it learned from"), "{absent}");

    // A window of the live release is preferred, also to a later one of another.
    let mut facts = world.state.windows["2007/release-2"].clone();
    facts.window.release = "release-1".into();
    world.state.windows.insert("2007/release-1".into(), facts);
    let shown = row_of(&world, "gmlp", time);
    assert!(shown.contains("Window 2007 of release-1 (live)"), "{shown}");

    // A reference set of a source that training did not touch is another place.
    let data = world.specs.data.as_mut().expect("held");
    let mut elsewhere = data.value.sources[0].clone();
    elsewhere.id = "elsewhere".into();
    data.value.sources.push(elsewhere);
    let mut other = world.state.datasets["flchain"][0].clone();
    other.digest = digest("elsewhere.csv");
    world.state.datasets.insert("elsewhere".into(), vec![other]);
    let reference = world.state.datasets.get_mut("reference").expect("drawn");
    reference[0].drawn_from = Some(digest("elsewhere.csv"));
    let shown = row_of(&world, "gmlp", place);
    assert!(
        shown.contains("found | release-1 learned from flchain and was judged on elsewhere"),
        "{shown}"
    );
}

#[test]
fn who_was_included_is_a_count_without_interval() {
    let shown = row_of(&lived(), "gmlp", "Cohort with inclusion and exclusion");
    assert!(
        shown.ends_with("flchain: included 7,000, n 7,874"),
        "{shown}"
    );
}

#[test]
fn the_datasheet_says_what_was_accepted_and_why() {
    let mut world = lived();
    let told = row_of(&world, "datasheet", "age may be as high as 101");
    let why = "INT_TYPE_BIG_INT | flchain | The study took in people of any age over 50. | ";
    assert!(told.contains(why) && told.ends_with("(gil)"), "{told}");
    world.state.accepted.clear();
    let all = cells(&world, "datasheet");
    assert!(!all.iter().any(|row| row[0].starts_with("age may")));
}

#[test]
fn one_frozen_source_of_data_is_told_to_declare_another() {
    let mut world = lived();
    let item = "Data of more than one site";
    let told = row_of(&world, "gmlp", item);
    assert!(
        told.contains("declare data of another site in data.yaml"),
        "{told}"
    );
    world.specs.data = None;
    let told = row_of(&world, "gmlp", item);
    assert!(told.ends_with("not reported; galen freeze data"), "{told}");
}

#[test]
fn a_change_without_a_live_release_is_not_said_to_differ_from_one() {
    let mut world = lived();
    let change = world.state.changes.get_mut("change-2").expect("proposed");
    change.follows = None;
    let assessed = change.assessed.as_mut().expect("assessed");
    let class = &mut assessed.assess.classification;
    (class.initial, class.differences) = (true, Vec::new());
    let differs = |world: &World| -> Vec<String> {
        let rows = cells(world, "pccp").into_iter();
        rows.filter(|row| row[0].starts_with("Differs from"))
            .map(|row| row.join(": "))
            .collect()
    };
    assert_eq!(
        differs(&world)[1],
        "Differs from the live release: no release was there to differ from"
    );
    let change = world.state.changes.get_mut("change-2").expect("proposed");
    let assessed = change.assessed.as_mut().expect("assessed");
    assessed.assess.classification.initial = false;
    assert_eq!(
        differs(&world)[1],
        "Differs from the latest release, as none was live: nothing that is tracked"
    );
}

#[test]
fn a_disturbance_of_what_the_model_does_not_use_verifies_nothing() {
    let mut world = lived();
    let risk = world.specs.risk.as_mut().expect("held");
    let control = &mut risk.value.risk_controls[0];
    control.text = "Withstands a missing creatinine".into();
    control.verified_by = vec![Verification::Criterion("stress_discrimination".into())];
    let shown = row_of(&world, "risk-file", "Withstands a missing creatinine");
    let unused = "shows nothing the model does not use creatinine: 0.81 (0.78–0.84)";
    assert!(shown.contains(unused), "{shown}");
    let told = "Ranking of risk if nobody's creatinine were measured";
    let performance = row_of(&world, "labelling", told);
    assert!(
        performance.ends_with("(the model does not use creatinine)"),
        "{performance}"
    );
    let report = cells(&world, "validation-report");
    let stress: Vec<bool> = report
        .iter()
        .filter(|row| row[0].ends_with("stress_discrimination"))
        .map(|row| row.join(" ").contains("the model does not use creatinine"))
        .collect();
    assert_eq!(stress, [true, false, true], "only release-2 uses it");
    let disturbed = row_of(&world, "gmlp", "Performance under declared disturbance");
    assert!(
        !disturbed.contains("creatinine") && disturbed.contains("assay"),
        "{disturbed}"
    );

    // A model that uses the column has withstood the disturbance.
    for release in &mut world.state.releases {
        release.model.inputs.push("creatinine".into());
    }
    let shown = row_of(&world, "risk-file", "Withstands a missing creatinine");
    assert!(shown.contains("pass 0.81 (0.78–0.84)"), "{shown}");
}

#[test]
fn a_release_without_an_explanation_is_not_passed_over() {
    let mut world = lived();
    world.state.explained.remove("release-1");
    let told = row_of(&world, "technical-file", "Not reported: no explanation of");
    assert_eq!(
        told,
        "Not reported: no explanation of release-1, live, was recorded. The command that makes it: galen explain shap --release release-1."
    );
}
