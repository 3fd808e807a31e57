//! Runs: what was trained from what, and the gate that followed by itself.

use galen_control::Deed;
use galen_control::act::run::{Run, StageRun};
use galen_control::judge::{self, CriterionResult};
use galen_control::state::RunFacts;
use galen_dossier::book::{Book, counted, outcome_badge, verdict_badge, word};
use galen_dossier::{Block, Cell, Column, NoteKind, Page, Span, Table, VerdictCard};

use super::desk::Desk;
use super::picture;
use super::words::{dated, minute, named, short};
use crate::failure::Failure;

/// `/runs`.
pub(super) fn list(desk: &Desk) -> Page {
    let mut page = Page::new("Runs");
    page.subtitle =
        "What was trained, from what, and what the development set said of it.".to_owned();
    let mut runs: Vec<(&String, &RunFacts)> = desk.state.runs.iter().collect();
    runs.sort_by_key(|(_, run)| std::cmp::Reverse(run.entry));
    if runs.is_empty() {
        page.push(empty("There is no run yet", "galen run"));
        return page;
    }
    let rows = runs.into_iter().map(|(id, run)| {
        let verdict = match &run.development {
            Some(gate) => Cell::from(verdict_badge(gate.verdict)),
            None => "no gate".into(),
        };
        let inputs = run
            .model
            .as_ref()
            .map_or("no model".to_owned(), |model| model.inputs.join(", "));
        vec![
            Cell::from(Span::link(id, format!("/runs/{id}"))),
            run.stages.join(", ").into(),
            inputs.into(),
            verdict,
            if run.cached {
                "nothing computed (cached)"
            } else {
                "computed"
            }
            .into(),
            desk.with_book(|book| book.actor(&run.by)).into(),
            dated(run.at, None, run.entry),
        ]
    });
    page.push(Block::Table(Table {
        caption: String::new(),
        columns: vec![
            Column::name("Run"),
            Column::text("Stages"),
            Column::text("Inputs of the model"),
            Column::text("Development gate"),
            Column::text("Work"),
            Column::text("By"),
            Column::text("When"),
        ],
        rows: rows.collect(),
    }));
    page
}

/// `/runs/{id}`.
pub(super) fn one(desk: &Desk, id: &str) -> Result<Page, Failure> {
    let facts = desk.state.run(id)?;
    let recorded = desk.project.records(facts.entry, facts.entry + 1)?;
    let Some(Deed::Run(run)) = recorded.first().map(|entry| &entry.record.deed) else {
        return Err(Failure::broken(format!(
            "entry {} is not the record of {id}",
            facts.entry
        )));
    };
    let mut page = Page::new(id);
    page.subtitle = format!("{}, recorded {}", facts.stages.join(", "), minute(facts.at));
    page.push(Block::KeyValues(vec![
        (
            "By".into(),
            desk.with_book(|book| book.actor(&facts.by)).into(),
        ),
        ("Record".into(), entry(facts.entry)),
        (
            "Pipeline".into(),
            Span::code(run.pipeline.to_string()).into(),
        ),
    ]));
    if let Some(gate) = &run.development {
        page.push(Block::heading(1, "Development gate"));
        desk.with_book(|book| page.blocks.extend(development(book, desk, facts, gate)));
    }
    page.blocks.extend(model(run));
    page.push(Block::heading(1, "Stages"));
    for stage in &run.stages {
        page.blocks.extend(provenance(desk, stage));
    }
    Ok(page)
}

fn development(
    book: &Book,
    desk: &Desk,
    facts: &RunFacts,
    gate: &galen_control::act::run::Development,
) -> Vec<Block> {
    let digest = gate.evidence;
    let Some(evidence) = desk.evidence(&digest) else {
        return vec![Block::note(
            NoteKind::Stop,
            format!("The evidence {digest} is missing or damaged. Run galen verify."),
        )];
    };
    let mut blocks = vec![Block::VerdictCard(VerdictCard {
        title: "On the development set".to_owned(),
        badge: verdict_badge(gate.verdict),
        sentence: vec![Span::text(
            "This gate ran by itself after the run and binds nothing: only a look at the sealed reference set does.",
        )],
        rows: vec![("Evidence".into(), source(&digest))],
    })];
    let Some(protocol) = &desk.specs.protocol else {
        return blocks;
    };
    if evidence.subject("protocol") == Some(protocol.digest) {
        let results = judge::criteria_then(desk.state, facts.entry, &protocol.value, &evidence);
        blocks.push(criteria_table(book, &results, &digest));
        blocks.extend(picture::criteria(&results, &desk.specs));
    } else {
        blocks.push(Block::note(
            NoteKind::Info,
            "The protocol of this gate is no longer in force; its numbers stand in the evidence.",
        ));
    }
    blocks.extend(picture::roc(&evidence, "development set"));
    blocks.extend(picture::calibration(
        &evidence,
        facts.model.as_ref().map_or("events", |model| &model.truth),
    ));
    blocks
}

/// Criteria with what was asked and what was found.
pub(super) fn criteria_table(
    book: &Book,
    results: &[CriterionResult],
    evidence: &galen_store::Digest,
) -> Block {
    let rows = results.iter().map(|result| {
        let bounds = match result.rule {
            galen_spec::Rule::LowerAtLeast(bound) | galen_spec::Rule::UpperAtMost(bound) => {
                vec![bound]
            }
            galen_spec::Rule::Inside(low, high) => vec![low, high],
            galen_spec::Rule::Report => Vec::new(),
        };
        let declared = match result.declared {
            judge::Declared::Frozen => "",
            judge::Declared::PostHoc => " (post hoc)",
        };
        vec![
            Cell::from(result.title.clone()),
            format!(
                "{}{declared}",
                if result.required {
                    "required"
                } else {
                    "descriptive"
                }
            )
            .into(),
            Cell::from(Span::code(result.rule.to_string())),
            book.estimate(&result.estimate, evidence, &bounds),
            outcome_badge(result.result).into(),
        ]
    });
    Block::Table(Table {
        caption: String::new(),
        columns: vec![
            Column::name("Criterion"),
            Column::text("Kind"),
            Column::text("Asked"),
            Column::number("Found"),
            Column::text("Result"),
        ],
        rows: rows.collect(),
    })
}

fn model(run: &Run) -> Vec<Block> {
    let Some(model) = &run.model else {
        return Vec::new();
    };
    let mut facts = vec![
        (
            "Model".into(),
            Cell::from(Span::code(model.digest.to_string())),
        ),
        ("Algorithm".into(), model.algorithm.replace('_', " ").into()),
        ("Inputs".into(), model.inputs.join(", ").into()),
        ("Truth learned".into(), Span::code(&model.truth).into()),
        ("Learned from".into(), model.training.join(", ").into()),
    ];
    facts.extend(
        model
            .params
            .iter()
            .map(|(name, value)| (name.clone(), Cell::from(Span::code(value.to_string())))),
    );
    vec![Block::heading(1, "Model"), Block::KeyValues(facts)]
}

fn provenance(desk: &Desk, stage: &StageRun) -> Vec<Block> {
    let mut blocks = vec![
        Block::heading(2, format!("{} ({})", stage.name, word(&stage.status))),
        Block::KeyValues(vec![
            (
                "Cache key".into(),
                Cell::from(Span::code(stage.key.to_string())),
            ),
            (
                "Provenance".into(),
                Cell::from(Span::code(stage.provenance.to_string())),
            ),
        ]),
    ];
    let bytes = desk.project.artifacts.get(&stage.provenance).ok();
    let value = bytes.and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    let Some(value) = value else {
        blocks.push(Block::note(
            NoteKind::Stop,
            "The provenance is missing or damaged. Run galen verify.",
        ));
        return blocks;
    };
    if let Some(metrics) = value["metrics"]
        .as_object()
        .filter(|metrics| !metrics.is_empty())
    {
        blocks.push(Block::KeyValues(
            metrics
                .iter()
                .map(|(name, value)| (name.replace('_', " "), Cell::from(value.to_string())))
                .collect(),
        ));
    }
    if let Some(outs) = value["outs"].as_array().filter(|outs| !outs.is_empty()) {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or("not reported").to_owned();
        blocks.push(Block::Table(Table {
            caption: "Files that the stage wrote".to_owned(),
            columns: vec![
                Column::name("File"),
                Column::number("Bytes"),
                Column::text("Digest"),
            ],
            rows: outs
                .iter()
                .map(|out| {
                    let bytes = out["bytes"]
                        .as_u64()
                        .map_or("not reported".to_owned(), counted);
                    vec![
                        Cell::from(text(&out["path"])),
                        bytes.into(),
                        text(&out["digest"])
                            .parse()
                            .map_or("not reported".into(), |digest| named(&digest)),
                    ]
                })
                .collect(),
        }));
    }
    blocks.push(Block::Code(
        serde_json::to_string_pretty(&value["recipe"]).unwrap_or_default(),
    ));
    let ran = ["galen", "platform", "started", "ended"];
    blocks.push(Block::KeyValues(
        ran.iter()
            .map(|name| {
                (
                    (*name).to_owned(),
                    Cell::from(value[*name].as_str().unwrap_or("not reported")),
                )
            })
            .collect(),
    ));
    blocks
}

/// A link to a record.
pub(super) fn entry(entry: u64) -> Cell {
    Cell::from(Span::link(
        format!("entry {entry}"),
        format!("/ledger/{entry}"),
    ))
}

/// A link to evidence.
pub(super) fn source(digest: &galen_store::Digest) -> Cell {
    Cell::from(Span::link(
        format!("{}…", short(digest)),
        format!("/evidence/{digest}"),
    ))
}

/// Nothing is there yet, and the command that changes that.
pub(super) fn empty(what: &str, command: &str) -> Block {
    Block::Note {
        kind: NoteKind::Info,
        text: vec![
            Span::text(format!("{what}. The command: ")),
            Span::code(command),
            Span::text("."),
        ],
    }
}
