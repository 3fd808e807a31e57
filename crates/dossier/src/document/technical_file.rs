//! The technical file: everything of a device in the order of the regulation.

use super::regulation::Section;
use super::{
    Document, approval, datasheet, design, labelling, model_card, pccp, pms_report, protocol,
    risk_file, validation_report,
};
use crate::book::{Book, not_reported, table};
use crate::page::{Badge, Block, Cell, Column, Page, Source, Span, Tone};
use galen_control::ReleaseState;

/// The technical documentation.
///
/// # Source
/// Regulation (EU) 2017/745 or, for in vitro diagnostics, 2017/746, Annexes II and III, which have one structure in both.
pub struct TechnicalFile;

const SECTION: Section = Section {
    devices: "Regulation (EU) 2017/745, Annexes II and III",
    diagnostics: "Regulation (EU) 2017/746, Annexes II and III",
    either: "Regulation (EU) 2017/745 or (EU) 2017/746, Annexes II and III",
};

impl Document for TechnicalFile {
    fn id(&self) -> &'static str {
        "technical-file"
    }

    fn title(&self) -> &'static str {
        "Technical file"
    }

    fn source(&self) -> &'static str {
        SECTION.either
    }

    fn source_of(&self, book: &Book) -> &'static str {
        SECTION.of(book)
    }

    fn page(&self, book: &Book) -> Page {
        let mut body = vec![Block::heading(1, "Summary")];
        body.extend(releases(book));
        body.extend(validation_report::conclusion(book));
        description(book, &mut body);
        body.push(Block::heading(
            1,
            "2 Information supplied by the manufacturer",
        ));
        body.push(Block::heading(2, "Contraindications"));
        body.extend(labelling::contraindications(book));
        body.push(Block::heading(2, "Performance of the live release"));
        body.extend(labelling::performance(book));
        body.push(Block::heading(2, "Limitations"));
        body.extend(labelling::limitations(book));
        body.push(Block::heading(1, "3 Design and manufacturing"));
        body.push(Block::heading(2, "Stages"));
        body.extend(design::stages(book));
        body.push(Block::heading(2, "Runs and lineage"));
        body.extend(design::lineage(book));
        body.extend(datasheet::data(book, 2));
        body.push(Block::heading(
            1,
            "4 General safety and performance requirements",
        ));
        body.push(Block::text(
            "Not reported: no checklist of the requirements of Annex I is kept in this project. Sections 5 and 6 hold what its entries would refer to.",
        ));
        body.push(Block::heading(1, "5 Benefit, risk and risk management"));
        body.extend(risk_file::risks(book, 2));
        validation(book, &mut body);
        changes(book, &mut body);
        body.push(Block::heading(1, "8 Post-market surveillance"));
        body.push(Block::heading(2, "Plan"));
        body.extend(pms_report::plan(book));
        body.extend(pms_report::surveillance(book, 2));
        body.push(Block::heading(1, "9 Frozen files and people"));
        body.extend(approval::frozen(book));
        body.extend(approval::team(book));
        book.page(self.title(), self.source_of(book), body)
    }
}

fn description(book: &Book, body: &mut Vec<Block>) {
    body.push(Block::heading(1, "1 Device description"));
    body.push(Block::heading(2, "Intended use"));
    body.extend(labelling::intended_use(book));
    body.push(Block::heading(2, "Classification and claims"));
    let Some(intent) = &book.specs.intent else {
        body.push(not_reported(
            "classification and claims are not frozen",
            "galen freeze intent",
        ));
        return;
    };
    let class = &intent.value.classification;
    body.push(Block::KeyValues(vec![
        ("IMDRF N12 category".into(), class.imdrf.clone().into()),
        ("European Union".into(), class.eu.clone().into()),
        ("United States".into(), class.us.clone().into()),
        (
            "Software safety class (IEC 62304)".into(),
            class.software_safety_class.clone().into(),
        ),
        ("Why".into(), class.rationale.clone().into()),
    ]));
    let claims = intent.value.claims.iter().map(|claim| {
        vec![
            claim.text.clone().into(),
            Cell::from(Span::code(claim.endpoints.join(", "))),
        ]
    });
    let columns = vec![
        Column::name("Claim"),
        Column::text("Endpoints that can refute it"),
    ];
    body.extend(table("", columns, claims.collect()));
    body.push(Block::heading(2, "Previous and similar generations"));
    body.push(Block::text(
        "Every release of this project stands in the summary. Generations from before this project and similar devices are not reported: no declared file names them.",
    ));
}

/// Every release with its state.
fn releases(book: &Book) -> Vec<Block> {
    let rows = book.state.releases.iter().map(|release| {
        let badge = match release.state {
            ReleaseState::Live => Badge::new(Tone::Good, "live"),
            ReleaseState::Superseded => Badge::neutral("superseded"),
            ReleaseState::RolledBack => Badge::new(Tone::Bad, "rolled back"),
        };
        vec![
            Span::number(release.id.as_str(), Source::Entry(release.entry)).into(),
            badge.into(),
            release.change.clone().into(),
            release.model.inputs.join(", ").into(),
            release.model.training.join(", ").into(),
            release
                .authorisation
                .clone()
                .unwrap_or_else(|| "not authorised for clinical use".into())
                .into(),
            book.actor(&release.by).into(),
            release
                .as_of
                .map_or_else(|| format!("{:.0}", release.since), |date| date.to_string())
                .into(),
        ]
    });
    let columns = vec![
        Column::name("Release"),
        Column::text("State"),
        Column::text("Change"),
        Column::text("Inputs"),
        Column::text("Learned from"),
        Column::text("Authorisation"),
        Column::text("Released by"),
        Column::text("Live since"),
    ];
    match table("", columns, rows.collect()) {
        Some(block) => vec![block],
        None => vec![not_reported("nothing was released", "galen release CHANGE")],
    }
}

fn validation(book: &Book, body: &mut Vec<Block>) {
    body.push(Block::heading(1, "6 Verification and validation"));
    body.push(Block::heading(2, "When the protocol was declared"));
    body.extend(protocol::declared(book));
    body.extend(protocol::plan(book, 2));
    let changes = validation_report::changes(book);
    if changes.is_empty() {
        body.push(not_reported("no change was judged", "galen gate CHANGE"));
    }
    for (id, change) in changes {
        body.push(Block::heading(
            2,
            format!("Results of {}", validation_report::named(id, change)),
        ));
        body.extend(validation_report::judged_change(book, id, change));
    }
    body.push(Block::heading(2, "Development gates"));
    body.extend(validation_report::development(book));
    body.push(Block::heading(2, "What the released models lean on"));
    body.extend(model_card::explanation(book));
}

fn changes(book: &Book, body: &mut Vec<Block>) {
    body.push(Block::heading(1, "7 Changes, signatures and authorisation"));
    body.push(Block::heading(2, "Authorisation"));
    body.extend(approval::authorisations(book));
    body.push(Block::heading(2, "Signatures"));
    body.extend(approval::signatures(book));
    body.push(Block::heading(2, "Changes"));
    body.push(Block::text(
        "Every change that was proposed is listed, also what was rejected. What was refused before it became a change left no record.",
    ));
    body.extend(pccp::history(book, 3));
    body.extend(pccp::plan(book, 2));
}
