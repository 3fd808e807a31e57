//! What was found: each judged change with its verdict, criteria and pictures.

mod figures;

use galen_control::judge::{CriterionResult, Declared, Outcome};
use galen_control::{Change, ChangeState};

use super::labelling::{bounds, does_not_use, unused};
use super::regulation::Section;
use super::{Document, protocol};
use crate::book::{
    Book, agrees, artifact, not_reported, outcome_badge, recorded, stale, table, verdict_badge,
    written,
};
use crate::page::{Badge, Block, Cell, Column, NoteKind, Page, Span, Tone, VerdictCard};

/// The report of validation on the reference set.
///
/// # Source
/// Regulation (EU) 2017/745, Annex II, 6.1, or 2017/746, Annex II; FDA draft guidance on AI-enabled device software functions (January 2025), section on
/// performance validation; STARD 2015 for the results.
pub struct ValidationReport;

const SECTION: Section = Section {
    devices: "Regulation (EU) 2017/745, Annex II, 6.1",
    diagnostics: "Regulation (EU) 2017/746, Annex II",
    either: "Regulation (EU) 2017/745, Annex II, 6.1, or (EU) 2017/746, Annex II",
};

impl Document for ValidationReport {
    fn id(&self) -> &'static str {
        "validation-report"
    }

    fn title(&self) -> &'static str {
        "Validation report"
    }

    fn source(&self) -> &'static str {
        SECTION.either
    }

    fn source_of(&self, book: &Book) -> &'static str {
        SECTION.of(book)
    }

    fn page(&self, book: &Book) -> Page {
        let mut body = vec![Block::heading(1, "Conclusion")];
        body.extend(conclusion(book));
        body.push(Block::heading(1, "When the protocol was declared"));
        body.extend(protocol::declared(book));
        for (id, change) in changes(book) {
            body.push(Block::heading(1, named(id, change)));
            body.extend(judged_change(book, id, change));
        }
        body.push(Block::heading(1, "Development gates"));
        body.extend(development(book));
        book.page(self.title(), self.source_of(book), body)
    }
}

/// Changes in the order in which they were proposed.
pub(super) fn changes<'a>(book: &Book<'a>) -> Vec<(&'a String, &'a Change)> {
    let mut changes: Vec<_> = book.state.changes.iter().collect();
    changes.sort_by_key(|(_, change)| change.entry);
    changes
}

/// A change with the release that it became.
pub(super) fn named(id: &str, change: &Change) -> String {
    match (&change.release, change.state) {
        (Some(release), _) => format!("{id}, released as {release}"),
        (None, state) => format!("{id}, {state}"),
    }
}

/// One row a judged change: what it is, the verdict, and what it means.
pub(super) fn conclusion(book: &Book) -> Vec<Block> {
    let rows = changes(book).into_iter().map(|(id, change)| {
        let verdict = match &change.judged {
            Some(judged) => Cell::from(verdict_badge(judged.judge.verdict)),
            None => "not reported".into(),
        };
        let blocking = change
            .judged
            .as_ref()
            .map(|judged| judged.judge.blocking.join(", "))
            .unwrap_or_default();
        let state = match change.state {
            ChangeState::Released => Badge::new(Tone::Good, "released"),
            ChangeState::Rejected => Badge::new(Tone::Bad, "rejected"),
            other => Badge::neutral(other.to_string()),
        };
        vec![
            id.as_str().into(),
            change.summary.clone().into(),
            verdict,
            if blocking.is_empty() {
                "–".into()
            } else {
                blocking.into()
            },
            state.into(),
        ]
    });
    let columns = vec![
        Column::name("Change"),
        Column::text("What it is"),
        Column::text("Verdict"),
        Column::text("What blocks"),
        Column::text("State"),
    ];
    match table("", columns, rows.collect()) {
        Some(block) => vec![block],
        None => vec![not_reported(
            "no change was proposed",
            "galen change propose RUN",
        )],
    }
}

/// The verdict on a change: card, criteria, pictures, subgroups.
pub(super) fn judged_change(book: &Book, id: &str, change: &Change) -> Vec<Block> {
    let Some(judged) = &change.judged else {
        return vec![not_reported(
            &format!("{id} was not judged"),
            &format!("galen gate {id}"),
        )];
    };
    let judge = &judged.judge;
    let list = |ids: &[String]| {
        if ids.is_empty() {
            "none".to_owned()
        } else {
            ids.join(", ")
        }
    };
    let looks = vec![
        recorded(judge.look.into(), judged.entry),
        Span::text(" of "),
        recorded(judge.looks_allowed.into(), judged.entry),
    ];
    let sentence = match judge.verdict {
        galen_control::judge::Verdict::Pass => {
            "Every required criterion was met by its whole interval.".to_owned()
        }
        verdict => format!(
            "The verdict is {verdict}; these required criteria block: {}.",
            list(&judge.blocking)
        ),
    };
    let mut blocks: Vec<Block> = stale(change).into_iter().collect();
    blocks.push(Block::VerdictCard(VerdictCard {
        title: format!("{id}: {}", change.summary),
        badge: verdict_badge(judge.verdict),
        sentence: vec![Span::text(sentence)],
        rows: vec![
            ("Look at the reference set".into(), Cell(looks)),
            ("Blocking".into(), list(&judge.blocking).into()),
            (
                "Limitations for the labelling".into(),
                list(&judge.limitations).into(),
            ),
            ("Proposed by".into(), book.actor(&change.proposer).into()),
            (
                "Model".into(),
                Cell::from(Span::code(judge.model.to_string())),
            ),
            (
                "Reference set".into(),
                Cell::from(Span::code(judge.dataset.to_string())),
            ),
            (
                "Protocol".into(),
                Cell::from(Span::code(judge.protocol.to_string())),
            ),
            (
                "Evidence".into(),
                Cell::from(Span::number("rows and curves", artifact(&judge.evidence))),
            ),
        ],
    }));
    let Some(results) = book.results(change) else {
        blocks.push(Block::note(
            NoteKind::Warn,
            "The criteria of this verdict are not shown: its evidence is not at hand, or another protocol is in force now. The verdict above is the recorded one.",
        ));
        return blocks;
    };
    if !agrees(&results, judge) {
        blocks.push(Block::note(
            NoteKind::Stop,
            "The results below do not follow from the recorded verdict. Do not use this document; run galen verify.",
        ));
    }
    blocks.extend(criteria(book, change, &results));
    blocks.extend(figures::of_criteria(book, &results));
    match book.evidence_of(&judge.evidence) {
        Some(evidence) => {
            blocks.extend(figures::counts(book, &judge.evidence, &evidence));
            blocks.extend(figures::curves(&evidence, id));
        }
        None => blocks.push(not_reported(
            "the evidence of the verdict is not at hand",
            "galen verify",
        )),
    }
    blocks
}

fn criteria(book: &Book, change: &Change, results: &[CriterionResult]) -> Option<Block> {
    let judged = change.judged.as_ref()?;
    let rows = results.iter().map(|result| {
        let kind = if result.required {
            "required"
        } else {
            "descriptive"
        };
        let mut outcome = vec![Span::Status(outcome_badge(result.result))];
        if let Some(columns) = unused(book, &change.model, result) {
            outcome.push(Span::text(format!(" {}", does_not_use(columns))));
        }
        if result.declared == Declared::PostHoc {
            outcome.push(Span::strong(" post hoc"));
        }
        let estimate = match result.result {
            Outcome::NotApplicable => Cell::from("There was no release to compare with."),
            _ => book.estimate(&result.estimate, &judged.judge.evidence, &bounds(result)),
        };
        let asked = format!(", {kind}, level {}", written(result.estimate.level, 2));
        vec![
            Cell(vec![
                Span::text(format!("{} ", result.title)),
                Span::code(&result.id),
            ]),
            Cell(vec![Span::code(result.rule.to_string()), Span::text(asked)]),
            estimate,
            Cell(outcome),
        ]
    });
    let columns = vec![
        Column::name("Criterion"),
        Column::text("Asked"),
        Column::text("Result"),
        Column::text("Outcome"),
    ];
    table("Criteria", columns, rows.collect())
}

/// The gates after each run; they bind nothing.
pub(super) fn development(book: &Book) -> Vec<Block> {
    let mut runs: Vec<_> = book.state.runs.iter().collect();
    runs.retain(|(_, run)| run.development.is_some());
    runs.sort_by_key(|(_, run)| run.entry);
    let so_far = runs
        .last()
        .map(|(_, run)| recorded(runs.len() as u64, run.entry));
    let rows = runs.into_iter().filter_map(|(id, run)| {
        let gate = run.development.as_ref()?;
        let evidence = book.evidence_of(&gate.evidence);
        let first = book
            .specs
            .protocol
            .as_ref()
            .and_then(|held| held.value.endpoints.first());
        let headline = match first {
            Some(endpoint) => book.quantity(&gate.evidence, evidence.as_ref(), &endpoint.id),
            None => "not reported".into(),
        };
        Some(vec![
            id.as_str().into(),
            run.stages.join(", ").into(),
            headline,
            verdict_badge(gate.verdict).into(),
        ])
    });
    let first = book
        .specs
        .protocol
        .as_ref()
        .and_then(|held| held.value.endpoints.first());
    let title = first.map_or_else(
        || "First endpoint".to_owned(),
        |endpoint| endpoint.title.clone(),
    );
    let columns = vec![
        Column::name("Run"),
        Column::text("Stage"),
        Column::number(title),
        Column::text("Gate, binding nothing"),
    ];
    match table("", columns, rows.collect()) {
        Some(block) => vec![
            Block::Paragraph(vec![
                Span::text("After each run the criteria are tried on the development set, "),
                so_far.unwrap_or_else(|| Span::text("no")),
                Span::text(
                    " times so far. These verdicts choose what is proposed; they release nothing.",
                ),
            ]),
            block,
        ],
        None => vec![not_reported(
            "no run was judged on the development set",
            "galen run STAGE",
        )],
    }
}
