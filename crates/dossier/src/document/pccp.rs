//! The predetermined change control plan, and what became of each change.

use galen_control::{Change, ChangeState};
use galen_spec::pccp::{Allows, Modification};

use super::validation_report::{changes, named};
use super::{Document, approval};
use crate::book::{Book, not_reported, verdict_badge, word};
use crate::page::{Badge, Block, Cell, Column, Page, Source, Span, Tone};

/// The plan with its changes.
///
/// # Source
/// FDA, Marketing Submission Recommendations for a Predetermined Change Control Plan for Artificial Intelligence-Enabled Device
/// Software Functions (August 2025): description of modifications, modification protocol, impact assessment.
pub struct Pccp;

impl Document for Pccp {
    fn id(&self) -> &'static str {
        "pccp"
    }

    fn title(&self) -> &'static str {
        "Predetermined change control plan"
    }

    fn source(&self) -> &'static str {
        "FDA, PCCP for AI-enabled device software functions (August 2025)"
    }

    fn page(&self, book: &Book) -> Page {
        let mut body = vec![Block::heading(1, "Authorisation")];
        body.extend(approval::authorisations(book));
        body.push(Block::heading(1, "Changes so far"));
        body.extend(history(book, 2));
        body.extend(plan(book, 1));
        book.page(self.title(), self.source(), body)
    }
}

/// The plan as it was frozen.
pub(super) fn plan(book: &Book, level: u8) -> Vec<Block> {
    let Some(plan) = &book.specs.pccp else {
        return vec![not_reported(
            "the predetermined change control plan is not frozen",
            "galen freeze pccp",
        )];
    };
    let plan = &plan.value;
    let mut blocks = vec![
        Block::heading(level, "Scope of the plan"),
        Block::text(&plan.scope),
    ];
    for modification in &plan.modifications {
        blocks.push(Block::heading(
            level,
            format!("Modification {}", modification.id),
        ));
        blocks.extend(planned(modification));
    }
    blocks.push(Block::heading(level, "Cumulative impact"));
    blocks.push(Block::text(&plan.cumulative_impact));
    blocks
}

fn planned(modification: &Modification) -> Vec<Block> {
    let protocol = &modification.protocol;
    let impact = &modification.impact;
    vec![
        Block::text(&modification.what),
        Block::KeyValues(vec![
            ("Rationale".into(), modification.rationale.clone().into()),
            ("May differ".into(), allowed(&modification.allows).into()),
            (
                "Data management".into(),
                protocol.data_management.clone().into(),
            ),
            ("Retraining".into(), protocol.retraining.clone().into()),
            (
                "Criteria that must pass".into(),
                protocol.criteria.join(", ").into(),
            ),
            (
                "Update procedure".into(),
                protocol.update_procedure.clone().into(),
            ),
            ("Benefits".into(), impact.benefits.clone().into()),
            ("Risks".into(), impact.risks.clone().into()),
            ("Hazards touched".into(), impact.hazards.join(", ").into()),
            (
                "Implementation".into(),
                word(&modification.implementation).into(),
            ),
        ]),
    ]
}

fn allowed(allows: &Allows) -> String {
    let parts = [
        ("training data", &allows.training_data),
        ("inputs added", &allows.inputs_added),
        ("inputs removed", &allows.inputs_removed),
        ("parameters", &allows.params),
    ];
    let named: Vec<String> = parts
        .iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(what, names)| format!("{what}: {}", names.join(", ")))
        .collect();
    if named.is_empty() {
        "nothing".into()
    } else {
        named.join("; ")
    }
}

/// Every change with its class, rule and state; refused ones as well.
pub(super) fn history(book: &Book, level: u8) -> Vec<Block> {
    let changes = changes(book);
    if changes.is_empty() {
        return vec![not_reported(
            "no change was proposed",
            "galen change propose RUN",
        )];
    }
    let mut blocks = vec![summary(&changes)];
    for (id, change) in changes {
        blocks.push(Block::heading(level, named(id, change)));
        blocks.extend(told(book, change));
    }
    blocks
}

fn summary(changes: &[(&String, &Change)]) -> Block {
    let rows = changes.iter().map(|(id, change)| {
        let class = change
            .assessed
            .as_ref()
            .map(|assessed| &assessed.assess.classification);
        let us = class.map_or_else(
            || "not reported".to_owned(),
            |class| format!("{}, rule {}", word(&class.us.class), class.us.rule),
        );
        let eu = class.map_or_else(
            || "not reported".to_owned(),
            |class| {
                format!(
                    "MDR {}, AI Act {}, rules {}",
                    word(&class.eu.mdr),
                    word(&class.eu.ai_act),
                    class.eu.rule
                )
            },
        );
        let verdict = change
            .judged
            .as_ref()
            .map(|judged| Cell::from(verdict_badge(judged.judge.verdict)));
        vec![
            id.as_str().into(),
            change
                .modification
                .clone()
                .unwrap_or_else(|| "none named".into())
                .into(),
            verdict.unwrap_or_else(|| "not reported".into()),
            us.into(),
            eu.into(),
            state(change).into(),
        ]
    });
    Block::Table(crate::page::Table {
        caption: "Classes are computed by rule from the difference to the live release and the assessor's answers".into(),
        columns: vec![
            Column::name("Change"),
            Column::text("Modification"),
            Column::text("Verdict"),
            Column::text("United States"),
            Column::text("European Union"),
            Column::text("State"),
        ],
        rows: rows.collect(),
    })
}

fn state(change: &Change) -> Badge {
    match (change.state, &change.release) {
        (ChangeState::Released, Some(release)) => Badge::new(Tone::Good, release.clone()),
        (ChangeState::Rejected, _) => Badge::new(Tone::Bad, "rejected"),
        (other, _) => Badge::neutral(other.to_string()),
    }
}

fn told(book: &Book, change: &Change) -> Vec<Block> {
    let mut facts: Vec<(String, Cell)> = vec![
        ("What".into(), change.summary.clone().into()),
        ("Proposed by".into(), book.actor(&change.proposer).into()),
        (
            "Proposed at".into(),
            Span::number(format!("{:.0}", change.at), Source::Entry(change.entry)).into(),
        ),
        (
            "Follows".into(),
            change
                .follows
                .clone()
                .unwrap_or_else(|| "no release".into())
                .into(),
        ),
        ("Inputs".into(), change.model.inputs.join(", ").into()),
        (
            "Learned from".into(),
            change.model.training.join(", ").into(),
        ),
    ];
    let Some(assessed) = &change.assessed else {
        let mut blocks = vec![Block::KeyValues(facts)];
        blocks.push(not_reported(
            "the change was not assessed",
            "galen change assess CHANGE",
        ));
        return blocks;
    };
    let classification = &assessed.assess.classification;
    let differences: Vec<String> = classification
        .differences
        .iter()
        .map(|one| one.phrase())
        .collect();
    // What a change was compared with is the release that it follows; while none is live, the latest one.
    let (from, none) = match (&change.follows, classification.initial) {
        (_, true) => (
            "Differs from the live release",
            "no release was there to differ from",
        ),
        (Some(_), false) => ("Differs from the live release", "nothing that is tracked"),
        (None, false) => (
            "Differs from the latest release, as none was live",
            "nothing that is tracked",
        ),
    };
    let differences = match differences.is_empty() {
        true => none.to_owned(),
        false => differences.join("; "),
    };
    facts.push((from.into(), differences.into()));
    let answers = &assessed.assess.answers;
    let answered = |answer: Option<bool>| match answer {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    };
    facts.extend([
        (
            "Intended use stays the same".into(),
            answered(answers.intended_use_same).into(),
        ),
        (
            "New or raised hazard".into(),
            answered(answers.new_hazard).into(),
        ),
        (
            "Modification protocol followed".into(),
            answered(answers.protocol_followed).into(),
        ),
        (
            "Rationale of the assessor".into(),
            Cell::from(answers.rationale.clone()),
        ),
    ]);
    let reasons: Vec<Vec<Span>> = classification
        .reasons
        .iter()
        .map(|reason| vec![Span::text(reason)])
        .collect();
    let mut blocks = vec![Block::KeyValues(facts)];
    if !reasons.is_empty() {
        blocks.push(Block::text("Why it has this class:"));
        blocks.push(Block::List(reasons));
    }
    if !classification.may_be_released() {
        blocks.push(Block::text(
            "It may not be released under the authorisation that the project has.",
        ));
    }
    blocks
}
