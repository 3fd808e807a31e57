//! The data: where they come from, who was admitted, how they were divided, and what was found in them.

mod diagram;

use galen_control::act::examine::Examination;
use galen_control::{Evidence, Row};
use galen_spec::data::{KnownAt, Severity};
use galen_store::Digest;
use serde::Deserialize;

use super::{Document, design};
use crate::book::{
    Book, absent_number, artifact, counted, detail, not_reported, recorded, table, word,
};
use crate::page::{Badge, Block, Cell, Column, NoteKind, Page, Source, Span, Tone};

/// The datasheet of the project's data.
///
/// # Source
/// Gebru et al. 2021, Communications of the ACM 64(12):86-92 (datasheets for datasets); STARD 2015, items 19 and 20 (flow);
/// FDA draft guidance on AI-enabled device software functions (January 2025), section on data management.
pub struct Datasheet;

impl Document for Datasheet {
    fn id(&self) -> &'static str {
        "datasheet"
    }

    fn title(&self) -> &'static str {
        "Datasheet"
    }

    fn source(&self) -> &'static str {
        "Datasheets for datasets (Gebru et al. 2021); STARD 2015, items 19 and 20"
    }

    fn page(&self, book: &Book) -> Page {
        book.page(self.title(), self.source(), data(book, 1))
    }
}

/// What was found first, then origin, reference standard, flow, parts and columns.
pub(super) fn data(book: &Book, level: u8) -> Vec<Block> {
    let mut blocks = vec![Block::heading(level, "What was found in the data")];
    blocks.extend(found(book, Examination::Check));
    blocks.extend(found(book, Examination::Validate));
    blocks.extend(accepted(book));
    blocks.push(Block::heading(level, "Origin and cohort"));
    blocks.extend(origin(book));
    blocks.push(Block::heading(level, "Flow of inclusion and exclusion"));
    blocks.extend(flow(book));
    blocks.push(Block::heading(level, "Datasets and parts"));
    blocks.extend(design::datasets(book));
    blocks.extend(parts(book));
    blocks.extend(withdrawn(book));
    blocks.push(Block::heading(level, "Columns"));
    blocks.extend(columns(book));
    blocks
}

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    check: Option<String>,
    #[serde(default)]
    columns: Vec<String>,
    #[serde(default)]
    id: Option<String>,
    severity: Severity,
}

impl Found {
    /// The quantity of its row in the evidence.
    fn quantity(&self) -> String {
        match (&self.id, &self.check) {
            (Some(id), _) => id.clone(),
            (None, Some(check)) => format!("{check}/{}", self.columns.join("+")),
            (None, None) => String::new(),
        }
    }
}

fn found(book: &Book, how: Examination) -> Vec<Block> {
    let (what, command) = match how {
        Examination::Check => ("Clinical data checks", "galen data check NAME"),
        Examination::Validate => ("Expectations of the data plan", "galen data validate NAME"),
    };
    let examined: Vec<_> = book
        .state
        .examined
        .values()
        .filter(|facts| facts.examine.examination == how)
        .collect();
    if examined.is_empty() {
        return vec![not_reported(
            &format!("{} were not run", what.to_lowercase()),
            command,
        )];
    }
    let mut blocks = Vec::new();
    for facts in examined {
        let examine = &facts.examine;
        let count = |n: u32| recorded(n.into(), facts.entry);
        blocks.push(Block::Paragraph(vec![
            Span::strong(format!("{what} on {}: ", examine.dataset)),
            count(examine.stops),
            Span::text(" that stop, "),
            count(examine.warns),
            Span::text(" that warn, "),
            count(examine.notes),
            Span::text(" to note."),
        ]));
        match book.evidence_of(&examine.evidence) {
            Some(evidence) => blocks.extend(sentences(book, &examine.evidence, &evidence)),
            None => blocks.push(not_reported(
                "the evidence of this examination is not at hand",
                "galen verify",
            )),
        }
    }
    blocks
}

/// What was found, one row each: what needs attention for expectations, everything for checks.
fn sentences(book: &Book, digest: &Digest, evidence: &Evidence) -> Option<Block> {
    let found: Vec<Found> = detail(evidence, "found").unwrap_or_default();
    let severity = |row: &Row| {
        found
            .iter()
            .find(|one| one.quantity() == row.quantity)
            .map(|one| one.severity)
    };
    let all = evidence.what == "check" || found.is_empty() && evidence.what != "validation";
    let rows = evidence
        .rows
        .iter()
        .filter(|row| all || severity(row).is_some())
        .map(|row| {
            let badge = match severity(row) {
                Some(Severity::Stop) => Badge::new(Tone::Bad, "stop"),
                Some(Severity::Warn) => Badge::new(Tone::Doubt, "warn"),
                Some(Severity::Note) | None => Badge::neutral("note"),
            };
            let measured = match row.estimate.value {
                Some(_) => book.estimate(&row.estimate, digest, &[]),
                None => Cell::from(Span::number("see evidence", artifact(digest))),
            };
            let told = Span::number(&row.title, artifact(digest));
            vec![badge.into(), told.into(), measured]
        });
    let columns = vec![
        Column::text("Weight"),
        Column::text("What was found"),
        Column::text("Measured"),
    ];
    table("", columns, rows.collect())
}

/// The anomalies that the frozen schema lets pass because somebody said why; nothing if there are none.
fn accepted(book: &Book) -> Option<Block> {
    let rows = book.state.accepted.iter().map(|one| {
        let accept = &one.accept;
        vec![
            Cell::from(Span::number(accept.in_words(), Source::Entry(one.entry))),
            Cell::from(Span::code(&accept.kind)),
            accept.dataset.clone().into(),
            accept.reason.clone().into(),
            book.actor(&one.by).into(),
        ]
    });
    let columns = vec![
        Column::text("What passes"),
        Column::text("Anomaly"),
        Column::text("Found in"),
        Column::text("Why it was accepted"),
        Column::text("By"),
    ];
    table(
        "Accepted since the data plan was frozen",
        columns,
        rows.collect(),
    )
}

fn origin(book: &Book) -> Vec<Block> {
    let Some(plan) = &book.specs.data else {
        return vec![not_reported(
            "the data plan is not frozen",
            "galen freeze data",
        )];
    };
    let plan = &plan.value;
    let mut blocks = Vec::new();
    for source in &plan.sources {
        blocks.push(Block::KeyValues(vec![
            ("Dataset".into(), Cell::from(Span::code(&source.id))),
            ("Origin".into(), source.origin.clone().into()),
            ("Licence".into(), source.licence.clone().into()),
            ("Period".into(), source.period.clone().into()),
            (
                "How and why it was collected".into(),
                source.collection.clone().into(),
            ),
        ]));
        if !source.limits.is_empty() {
            blocks.push(Block::text("Known limits:"));
            blocks.push(Block::List(
                source
                    .limits
                    .iter()
                    .map(|limit| vec![Span::text(limit)])
                    .collect(),
            ));
        }
    }
    let standard = &plan.reference_standard;
    blocks.push(Block::KeyValues(vec![
        ("Included".into(), plan.inclusion.join("; ").into()),
        ("Excluded".into(), plan.exclusion.join("; ").into()),
        ("Reference standard".into(), standard.method.clone().into()),
        (
            "Limits of the reference standard".into(),
            standard.limits.clone().into(),
        ),
    ]));
    blocks
}

/// Who was admitted and who left, by year, and both extremes of the truth that is unknown.
fn flow(book: &Book) -> Vec<Block> {
    if book.state.splits.is_empty() {
        return vec![not_reported(
            "no dataset was divided",
            "galen data split NAME",
        )];
    }
    let mut blocks = Vec::new();
    for split in book.state.splits.values() {
        let Some(evidence) = book.evidence_of(&split.flow) else {
            blocks.push(not_reported(
                "the flow of this division is not at hand",
                "galen verify",
            ));
            continue;
        };
        blocks.push(diagram::diagram(split, &evidence));
        blocks.push(Block::KeyValues(vec![
            ("Dataset".into(), split.dataset.clone().into()),
            (
                "Seed of the draw".into(),
                Span::number(split.seed.to_string(), artifact(&split.flow)).into(),
            ),
            (
                "Included".into(),
                count_of(&split.flow, evidence.row("included")),
            ),
            (
                "Excluded, truth unknown".into(),
                count_of(&split.flow, evidence.row("excluded_censored")),
            ),
            (
                "Prevalence".into(),
                book.quantity(&split.flow, Some(&evidence), "prevalence"),
            ),
            (
                "If all excluded had the outcome".into(),
                book.quantity(&split.flow, Some(&evidence), "prevalence_if_all_dead"),
            ),
            (
                "If no excluded had the outcome".into(),
                book.quantity(&split.flow, Some(&evidence), "prevalence_if_all_alive"),
            ),
        ]));
        blocks.extend(by_rule(&split.flow, &evidence));
        let by_year = evidence.rows.iter().filter_map(|row| {
            let year = row.quantity.strip_prefix("excluded/")?;
            let n = Span::number(counted(row.estimate.n), artifact(&split.flow));
            Some(vec![
                year.into(),
                count_of(&split.flow, Some(row)),
                Cell::from(n),
            ])
        });
        let columns = vec![
            Column::name("Year"),
            Column::number("Excluded"),
            Column::number("Of"),
        ];
        blocks.extend(table(
            "Excluded because the truth is unknown",
            columns,
            by_year.collect(),
        ));
    }
    blocks
}

/// Whom the declared rules left out; nothing if there are none.
fn by_rule(digest: &Digest, evidence: &Evidence) -> Option<Block> {
    let rows = evidence.rows.iter().filter_map(|row| {
        let id = row.quantity.strip_prefix("left_out/")?;
        let without = evidence.row(&format!("without_value/{id}"));
        let asked = Span::number(counted(row.estimate.n), artifact(digest));
        Some(vec![
            Cell::from(row.title.as_str()),
            count_of(digest, Some(row)),
            Cell::from(asked),
            count_of(digest, without),
        ])
    });
    let columns = vec![
        Column::text("Rule"),
        Column::number("Left out"),
        Column::number("Of"),
        Column::number("Without a value"),
    ];
    table(
        "Left out by the rules, in their order",
        columns,
        rows.collect(),
    )
}

/// A count in evidence.
fn count_of(digest: &Digest, row: Option<&Row>) -> Cell {
    match row.and_then(|row| row.estimate.value) {
        Some(value) if value >= 0.0 => Cell::from(Span::number(
            counted(value.round() as u64),
            artifact(digest),
        )),
        _ => Cell(absent_number(None)),
    }
}

/// Whose rows were destroyed since: the counts above are of the draw.
fn withdrawn(book: &Book) -> Option<Block> {
    let rows = book.state.withdrawn.iter().flat_map(|one| {
        one.withdraw.rewritten.iter().map(|rewritten| {
            vec![
                rewritten.dataset.as_str().into(),
                Cell::from(recorded(rewritten.rows, one.entry)),
                one.withdraw.reason.as_str().into(),
            ]
        })
    });
    let columns = vec![
        Column::name("Dataset"),
        Column::number("Rows taken out since"),
        Column::text("Reason"),
    ];
    table(
        "People who withdrew; counts of the flow and of the parts are those of the draw",
        columns,
        rows.collect(),
    )
}

fn parts(book: &Book) -> Vec<Block> {
    let mut blocks = Vec::new();
    for split in book.state.splits.values() {
        let rows = split.parts.iter().map(|part| {
            let entry = book
                .state
                .datasets
                .get(&part.name)
                .and_then(|versions| {
                    versions
                        .iter()
                        .find(|version| version.digest == part.digest)
                })
                .map(|version| version.entry);
            let number = |n: u64| match entry {
                Some(entry) => Cell::from(recorded(n, entry)),
                None => Cell::from(Span::number(counted(n), artifact(&split.flow))),
            };
            vec![
                part.name.clone().into(),
                number(part.cases),
                number(part.diseased),
            ]
        });
        let columns = vec![
            Column::name("Part"),
            Column::number("Cases"),
            Column::number("Diseased"),
        ];
        blocks.extend(table(
            &format!("Parts of {}", split.dataset),
            columns,
            rows.collect(),
        ));
    }
    let sealed = book.state.sealed.values().map(|sealed| {
        let seal = &sealed.seal;
        vec![Span::text(format!(
            "{} is sealed to {}. Sealing shows tampering and counts looks; it hides nothing from who holds that key or the plain file.",
            seal.dataset,
            book.person(&seal.custodian)
        ))]
    });
    let sealed: Vec<Vec<Span>> = sealed.collect();
    if sealed.is_empty() {
        blocks.push(not_reported(
            "no reference set is sealed",
            "galen data seal NAME",
        ));
    } else {
        blocks.push(Block::List(sealed));
    }
    blocks
}

fn columns(book: &Book) -> Vec<Block> {
    let Some(plan) = &book.specs.data else {
        return vec![not_reported(
            "the columns are not declared",
            "galen freeze data",
        )];
    };
    let rows = plan.value.columns.iter().map(|column| {
        let known = match column.known_at {
            KnownAt::Score => "when the score is made",
            KnownAt::Later => "only later: no input",
            KnownAt::Collection => "about the collection: no input",
        };
        let range = match (&column.range, &column.values) {
            (Some([low, high]), _) => format!("{low} to {high}"),
            (None, Some(values)) => values.join(", "),
            (None, None) => "–".to_owned(),
        };
        vec![
            Cell::from(Span::code(&column.name)),
            column.meaning.clone().into(),
            word(&column.kind).into(),
            column.unit.clone().unwrap_or_else(|| "–".into()).into(),
            range.into(),
            if column.may_be_missing { "yes" } else { "no" }.into(),
            known.into(),
        ]
    });
    let titles = vec![
        Column::name("Column"),
        Column::text("Meaning"),
        Column::text("Type"),
        Column::text("Unit"),
        Column::text("Allowed"),
        Column::text("May be missing"),
        Column::text("Known"),
    ];
    match table("", titles, rows.collect()) {
        Some(block) => vec![block],
        None => vec![Block::note(
            NoteKind::Warn,
            "The frozen data plan declares no column.",
        )],
    }
}
