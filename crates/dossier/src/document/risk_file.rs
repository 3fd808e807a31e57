//! The risk management file: hazards, risk controls, what verifies them and what that found.

use galen_control::act::examine::Examination;
use galen_control::judge::{Crossing, Outcome};
use galen_spec::risk::{
    Basis, Cell as Acceptability, Matrix, Probability, Risk, RiskControl, Severity, Verification,
};

use super::Document;
use super::labelling::{does_not_use, results_of, unused};
use crate::book::{Book, artifact, detail, not_reported, outcome_badge, table, word};
use crate::page::{Align, Badge, Block, Cell, Column, NoteKind, Page, Source, Span, Tone};

/// The risk management file.
///
/// # Source
/// ISO 14971:2019, clauses 4 to 10; Regulations (EU) 2017/745 and 2017/746, Annex II, 5.
pub struct RiskFile;

impl Document for RiskFile {
    fn id(&self) -> &'static str {
        "risk-file"
    }

    fn title(&self) -> &'static str {
        "Risk management file"
    }

    fn source(&self) -> &'static str {
        "ISO 14971:2019, clauses 4 to 10"
    }

    fn page(&self, book: &Book) -> Page {
        book.page(self.title(), self.source(), risks(book, 1))
    }
}

/// Overall residual risk first, then hazards, risk controls with their evidence, and the scales.
pub(super) fn risks(book: &Book, level: u8) -> Vec<Block> {
    let Some(risk) = &book.specs.risk else {
        return vec![not_reported(
            "the risk management file is not frozen",
            "galen freeze risk",
        )];
    };
    let risk = &risk.value;
    let mut blocks = vec![
        Block::heading(level, "Overall residual risk"),
        Block::text(&risk.overall_residual_risk),
        Block::heading(level, "Hazards"),
    ];
    blocks.extend(hazards(risk));
    blocks.extend(justified(risk));
    blocks.push(Block::heading(
        level,
        "Risk controls and their verification",
    ));
    blocks.push(Block::text(
        "Each risk control names what shows that it is there and works. The last column is what that showed for the live release, or in the latest window of use.",
    ));
    blocks.extend(controls(book, risk));
    blocks.push(Block::heading(level, "Plan and scales"));
    blocks.push(Block::text(&risk.plan.scope));
    blocks.push(Block::text(&risk.plan.review));
    blocks.push(matrix(&risk.plan.matrix));
    blocks
}

fn hazards(risk: &Risk) -> Vec<Block> {
    let rows = risk.hazards.iter().map(|hazard| {
        vec![
            Cell(vec![
                Span::strong(&hazard.hazard),
                Span::text(". "),
                Span::text(&hazard.situation),
            ]),
            format!("{} {}", word(&hazard.severity), hazard.harm).into(),
            level(risk, hazard.initial, hazard.severity),
            hazard.risk_controls.join(", ").replace('_', " ").into(),
            level(risk, hazard.residual, hazard.severity),
        ]
    });
    let columns = vec![
        Column::name("Hazard and situation"),
        Column::text("Severity and harm"),
        Column::text("Before"),
        Column::text("Risk controls"),
        Column::text("Residual"),
    ];
    let mut blocks: Vec<Block> = table("", columns, rows.collect()).into_iter().collect();
    let bases = risk.hazards.iter().map(|hazard| {
        vec![
            hazard.hazard.clone().into(),
            basis(&hazard.p1),
            basis(&hazard.p2),
        ]
    });
    let columns = vec![
        Column::name("Hazard"),
        Column::text("P1: the situation comes about"),
        Column::text("P2: it leads to harm"),
    ];
    let caption = "Where the probabilities come from";
    blocks.extend(table(caption, columns, bases.collect()));
    blocks
}

fn basis(basis: &Basis) -> Cell {
    Cell(vec![
        Span::strong(word(&basis.level)),
        Span::text(format!(" {}", basis.source)),
    ])
}

fn level(risk: &Risk, probability: Probability, severity: Severity) -> Cell {
    let (tone, means) = match risk.plan.matrix.cell(probability, severity) {
        Acceptability::A => (Tone::Good, "acceptable"),
        Acceptability::R => (Tone::Doubt, "reduce"),
        Acceptability::U => (Tone::Bad, "unacceptable"),
    };
    Cell::from(Badge::new(tone, format!("{}, {means}", word(&probability))))
}

fn justified(risk: &Risk) -> Vec<Block> {
    let weighed = risk.hazards.iter().filter_map(|hazard| {
        let why = hazard.benefit_risk.as_ref()?;
        Some(vec![
            Span::strong(format!("{}: ", hazard.hazard)),
            Span::text(why),
        ])
    });
    let weighed: Vec<Vec<Span>> = weighed.collect();
    if weighed.is_empty() {
        return Vec::new();
    }
    vec![
        Block::text("Residual risks that were weighed against the benefit:"),
        Block::List(weighed),
    ]
}

fn controls(book: &Book, risk: &Risk) -> Vec<Block> {
    let rows = risk.risk_controls.iter().flat_map(|control| {
        control
            .verified_by
            .iter()
            .enumerate()
            .map(move |(i, verification)| {
                let (name, kind) = if i == 0 {
                    named(control)
                } else {
                    (Cell::default(), Cell::default())
                };
                let (what, id) = reference(verification);
                vec![
                    name,
                    kind,
                    Cell(vec![Span::text(format!("{what} ")), Span::code(id)]),
                    shown(book, verification),
                ]
            })
    });
    let columns = vec![
        Column::name("Risk control"),
        Column::text("Rank (clause 7.1)"),
        Column::text("Verified by"),
        Column::text("What it showed"),
    ];
    match table("", columns, rows.collect()) {
        Some(block) => vec![block],
        None => vec![Block::note(
            NoteKind::Warn,
            "The frozen risk file names no risk control.",
        )],
    }
}

fn named(control: &RiskControl) -> (Cell, Cell) {
    (control.text.clone().into(), word(&control.kind).into())
}

fn reference(verification: &Verification) -> (&'static str, &String) {
    match verification {
        Verification::Criterion(id) => ("criterion", id),
        Verification::Expectation(id) => ("expectation", id),
        Verification::Check(id) => ("check", id),
        Verification::Contraindication(id) => ("contraindication", id),
        Verification::Signature(id) => ("signature", id),
    }
}

/// What a verification found, with its evidence.
fn shown(book: &Book, verification: &Verification) -> Cell {
    let found = match verification {
        Verification::Criterion(id) => criterion(book, id),
        Verification::Expectation(id) => expectation(book, id),
        Verification::Check(id) => check(book, id),
        Verification::Contraindication(id) => contraindication(book, id),
        Verification::Signature(role) => signature(book, role),
    };
    found.unwrap_or_else(|| "not reported".into())
}

fn criterion(book: &Book, id: &str) -> Option<Cell> {
    let live = book.state.live_release()?;
    let judged = book.state.changes.get(&live.change)?.judged.as_ref()?;
    let results = results_of(book, live)?;
    let result = results.iter().find(|result| result.id == id)?;
    let mut spans = vec![Span::Status(outcome_badge(result.result)), Span::text(" ")];
    if let Some(columns) = unused(book, &live.model, result) {
        // What a disturbance does not reach has withstood nothing.
        let said = format!(" {}: ", does_not_use(columns));
        spans = vec![
            Span::Status(Badge::neutral("shows nothing")),
            Span::text(said),
        ];
    }
    if result.result != Outcome::NotApplicable {
        spans.extend(
            book.estimate(
                &result.estimate,
                &judged.judge.evidence,
                &super::labelling::bounds(result),
            )
            .0,
        );
    }
    Some(Cell(spans))
}

fn expectation(book: &Book, id: &str) -> Option<Cell> {
    let validated = book
        .state
        .examined
        .values()
        .filter(|facts| facts.examine.examination == Examination::Validate);
    let latest = validated.max_by_key(|facts| facts.entry)?;
    let evidence = book.evidence_of(&latest.examine.evidence)?;
    let results: Vec<serde_json::Value> = detail(&evidence, "results")?;
    let result = results.iter().find(|result| result["id"] == id)?;
    let badge = match result["ok"].as_bool()? {
        true => Badge::new(Tone::Good, "holds"),
        false => Badge::new(Tone::Bad, "does not hold"),
    };
    let mut spans = vec![Span::Status(badge), Span::text(" ")];
    let row = evidence.row(id)?;
    match row.estimate.value {
        Some(_) => spans.extend(
            book.estimate(&row.estimate, &latest.examine.evidence, &[])
                .0,
        ),
        None => spans.push(Span::number(
            &latest.examine.dataset,
            artifact(&latest.examine.evidence),
        )),
    }
    Some(Cell(spans))
}

fn check(book: &Book, id: &str) -> Option<Cell> {
    let facts = book
        .state
        .windows
        .values()
        .max_by(|a, b| (&a.window.window, a.entry).cmp(&(&b.window.window, b.entry)))?;
    let outcome = facts
        .window
        .checks
        .iter()
        .find(|outcome| outcome.check == id)?;
    let badge = crossing_badge(outcome.crossing);
    let mut spans = vec![Span::Status(badge), Span::text(" ")];
    spans.extend(
        book.estimate(&outcome.estimate, &facts.window.evidence, &[])
            .0,
    );
    spans.push(Span::text(format!(", window {}", facts.window.window)));
    Some(Cell(spans))
}

/// The badge of a check.
pub(super) fn crossing_badge(crossing: Crossing) -> Badge {
    match crossing {
        Crossing::Ok => Badge::new(Tone::Good, "ok"),
        Crossing::Crossed => Badge::new(Tone::Bad, "crossed"),
        Crossing::Inconclusive => Badge::inconclusive(),
        Crossing::NoData => Badge::neutral("no data"),
    }
}

fn contraindication(book: &Book, id: &str) -> Option<Cell> {
    let intent = book.specs.intent.as_ref()?;
    let found = intent
        .value
        .contraindications
        .iter()
        .find(|one| one.id == id)?;
    Some(Cell(vec![
        Span::text("In the instructions for use: "),
        Span::text(&found.text),
    ]))
}

fn signature(book: &Book, role: &str) -> Option<Cell> {
    let live = book.state.live_release()?;
    let change = book.state.changes.get(&live.change)?;
    let signed = change
        .signatures
        .iter()
        .find(|signature| signature.role == role)?;
    Some(Cell(vec![
        Span::text(format!(
            "{} signed {} at ",
            book.person(&signed.person),
            live.id
        )),
        Span::number(format!("{:.0}", signed.at), Source::Entry(signed.entry)),
    ]))
}

fn matrix(matrix: &Matrix) -> Block {
    let rows = [
        ("O5 frequent", &matrix.o5),
        ("O4 probable", &matrix.o4),
        ("O3 occasional", &matrix.o3),
        ("O2 remote", &matrix.o2),
        ("O1 improbable", &matrix.o1),
    ];
    let mut columns = vec![Column::name("Probability of harm")];
    columns.extend(["S1", "S2", "S3", "S4", "S5"].map(|title| Column {
        align: Align::Center,
        ..Column::text(title)
    }));
    let rows = rows.map(|(name, cells)| {
        let mut row = vec![Cell::from(name)];
        row.extend(cells.iter().map(|cell| Cell::from(word(cell))));
        row
    });
    Block::Table(crate::page::Table {
        caption: "Acceptability: A acceptable, R reduce and justify, U unacceptable without a benefit-risk analysis".into(),
        columns,
        rows: rows.to_vec(),
    })
}
