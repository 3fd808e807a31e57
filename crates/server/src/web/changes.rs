//! Changes: what was proposed, how it was judged and classified, who signed.

use galen_control::state::{Assessed, Change, Judged};
use galen_dossier::book::{Book, agrees, verdict_badge, word};
use galen_dossier::{Badge, Block, Cell, Column, NoteKind, Page, Span, Table, Tone, VerdictCard};

use super::desk::Desk;
use super::picture;
use super::runs::{criteria_table, empty, entry, source};
use super::words::{change_badge, dated};
use crate::failure::Failure;

/// `/changes`.
pub(super) fn list(desk: &Desk) -> Page {
    let mut page = Page::new("Changes");
    page.subtitle =
        "Every model that somebody wanted to release, and what became of it.".to_owned();
    let mut changes: Vec<(&String, &Change)> = desk.state.changes.iter().collect();
    changes.sort_by_key(|(_, change)| std::cmp::Reverse(change.entry));
    if changes.is_empty() {
        page.push(empty(
            "No change was proposed yet",
            "galen change propose RUN",
        ));
        return page;
    }
    let rows = changes.into_iter().map(|(id, change)| {
        let verdict = match &change.judged {
            Some(judged) => Cell::from(verdict_badge(judged.judge.verdict)),
            None => "not judged".into(),
        };
        let class = match &change.assessed {
            Some(assessed) => assessed
                .assess
                .classification
                .us
                .class
                .word()
                .replace('_', " "),
            None => "not assessed".to_owned(),
        };
        vec![
            Cell::from(Span::link(id, format!("/changes/{id}"))),
            change.summary.clone().into(),
            change_badge(change.state).into(),
            verdict,
            class.into(),
            change.signatures.len().to_string().into(),
            dated(change.at, None, change.entry),
        ]
    });
    page.push(Block::Table(Table {
        caption: String::new(),
        columns: vec![
            Column::name("Change"),
            Column::text("Summary"),
            Column::text("State"),
            Column::text("Verdict"),
            Column::text("Class (US)"),
            Column::number("Signatures"),
            Column::text("Proposed"),
        ],
        rows: rows.collect(),
    }));
    page.push(Block::note(
        NoteKind::Info,
        "Pages only show. Who signs does so by command, with the own key and passphrase: galen change sign.",
    ));
    page
}

/// `/changes/{id}`.
pub(super) fn one(desk: &Desk, id: &str) -> Result<Page, Failure> {
    let change = desk.state.change(id)?;
    let mut page = Page::new(id);
    page.subtitle = change.summary.clone();
    desk.with_book(|book| {
        page.push(Block::KeyValues(facts(book, change)));
        page.push(Block::heading(1, "Verdict"));
        page.blocks.extend(galen_dossier::book::stale(change));
        match &change.judged {
            Some(judged) => page.blocks.extend(verdict(desk, book, change, judged)),
            None => page.push(empty(
                "It was not judged on the reference set yet",
                &format!("galen gate {id}"),
            )),
        }
        page.push(Block::heading(1, "Assessment"));
        match &change.assessed {
            Some(assessed) => page.blocks.extend(assessment(assessed)),
            None => page.push(empty(
                "It was not assessed yet",
                &format!("galen change assess {id}"),
            )),
        }
        page.push(Block::heading(1, "Signatures"));
        page.push(signatures(book, id, change));
    });
    Ok(page)
}

fn facts(book: &Book, change: &Change) -> Vec<(String, Cell)> {
    let mut facts = vec![
        ("State".to_owned(), Cell::from(change_badge(change.state))),
        (
            "Run".to_owned(),
            Span::link(&change.run, format!("/runs/{}", change.run)).into(),
        ),
        (
            "Proposed by".to_owned(),
            book.actor(&change.proposer).into(),
        ),
        ("Record".to_owned(), entry(change.entry)),
        (
            "Model".to_owned(),
            Span::code(change.model.digest.to_string()).into(),
        ),
        ("Inputs".to_owned(), change.model.inputs.join(", ").into()),
        (
            "Modification of the PCCP".to_owned(),
            change
                .modification
                .clone()
                .unwrap_or_else(|| "none named".to_owned())
                .into(),
        ),
    ];
    if let Some(follows) = &change.follows {
        facts.push((
            "Would follow".to_owned(),
            Span::link(follows, format!("/releases/{follows}")).into(),
        ));
    }
    if let Some(release) = &change.release {
        facts.push((
            "Released as".to_owned(),
            Span::link(release, format!("/releases/{release}")).into(),
        ));
    }
    facts
}

fn verdict(desk: &Desk, book: &Book, change: &Change, judged: &Judged) -> Vec<Block> {
    let judge = &judged.judge;
    let named = |ids: &[String]| {
        if ids.is_empty() {
            "none".to_owned()
        } else {
            ids.join(", ")
        }
    };
    let mut blocks = vec![Block::VerdictCard(VerdictCard {
        title: "On the sealed reference set".to_owned(),
        badge: verdict_badge(judge.verdict),
        sentence: vec![Span::Text(match judge.verdict {
            galen_control::judge::Verdict::Pass => {
                "Every required criterion is met by its interval.".to_owned()
            }
            _ => format!("These required criteria block: {}.", named(&judge.blocking)),
        })],
        rows: vec![
            (
                "Look".into(),
                format!("{} of {} allowed", judge.look, judge.looks_allowed).into(),
            ),
            (
                "Limitations for the labelling".into(),
                named(&judge.limitations).into(),
            ),
            (
                "Protocol".into(),
                Span::code(judge.protocol.to_string()).into(),
            ),
            ("Evidence".into(), source(&judge.evidence)),
            ("Record".into(), entry(judged.entry)),
        ],
    })];
    match book.results(change) {
        Some(results) => {
            if !agrees(&results, judge) {
                blocks.push(Block::note(
                    NoteKind::Stop,
                    "Judging the evidence again gives another verdict than the recorded one. Run galen verify.",
                ));
            }
            blocks.push(criteria_table(book, &results, &judge.evidence));
            blocks.extend(picture::criteria(&results, &desk.specs));
        }
        None => blocks.push(Block::note(
            NoteKind::Info,
            "The protocol of this verdict is no longer in force, or its evidence is not at hand; the numbers stand in the evidence.",
        )),
    }
    blocks
}

fn assessment(assessed: &Assessed) -> Vec<Block> {
    let assess = &assessed.assess;
    let class = &assess.classification;
    let badge = if class.may_be_released() {
        Badge::new(Tone::Good, class.us.class.word().replace('_', " "))
    } else {
        Badge::new(Tone::Bad, class.us.class.word().replace('_', " "))
    };
    let answered = |answer: Option<bool>| match answer {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not answered",
    };
    let mut blocks = vec![Block::VerdictCard(VerdictCard {
        title: "What the change means for the authorisation".to_owned(),
        badge,
        sentence: vec![Span::text(if class.initial {
            "This is the first release; there is none to differ from."
        } else {
            "Classified by the decision tables from what differs from the live release."
        })],
        rows: vec![
            (
                "US".into(),
                format!(
                    "{}, rule {}",
                    class.us.class.word().replace('_', " "),
                    class.us.rule
                )
                .into(),
            ),
            ("EU, MDR".into(), word(&class.eu.mdr).into()),
            ("EU, AI Act".into(), word(&class.eu.ai_act).into()),
            ("Record".into(), entry(assessed.entry)),
        ],
    })];
    let differences: Vec<Vec<Span>> = class
        .differences
        .iter()
        .map(|difference| vec![Span::Text(difference.phrase())])
        .collect();
    if !differences.is_empty() {
        blocks.push(Block::heading(2, "What differs"));
        blocks.push(Block::List(differences));
    }
    if !class.reasons.is_empty() {
        blocks.push(Block::heading(2, "Reasons"));
        blocks.push(Block::List(
            class
                .reasons
                .iter()
                .map(|reason| vec![Span::text(reason)])
                .collect(),
        ));
    }
    blocks.push(Block::heading(2, "What the assessor answered"));
    let answers = &assess.answers;
    blocks.push(Block::KeyValues(vec![
        (
            "Intended use is the same".into(),
            answered(answers.intended_use_same).into(),
        ),
        (
            "There is a new hazard".into(),
            answered(answers.new_hazard).into(),
        ),
        (
            "The protocol was followed".into(),
            answered(answers.protocol_followed).into(),
        ),
        (
            "It restores what was specified".into(),
            answered(answers.restores_spec).into(),
        ),
        (
            "It could affect safety".into(),
            answered(answers.safety_effect_possible).into(),
        ),
        ("Rationale".into(), answers.rationale.clone().into()),
    ]));
    blocks
}

fn signatures(book: &Book, id: &str, change: &Change) -> Block {
    if change.signatures.is_empty() {
        return empty(
            "Nobody signed",
            &format!("galen change sign {id} --role ROLE"),
        );
    }
    let rows = change.signatures.iter().map(|signature| {
        vec![
            Cell::from(book.person(&signature.person)),
            signature.role.clone().into(),
            word(&signature.meaning).into(),
            signature.reason.clone().into(),
            dated(signature.at, None, signature.entry),
            entry(signature.entry),
        ]
    });
    Block::Table(Table {
        caption: String::new(),
        columns: vec![
            Column::name("Signed by"),
            Column::text("Role"),
            Column::text("Meaning"),
            Column::text("Reason"),
            Column::text("When"),
            Column::text("Record"),
        ],
        rows: rows.collect(),
    })
}
