//! Who allowed what: authorisations, signatures, and the frozen files that they stand on.

use crate::book::{Book, not_reported, recorded, table, word};
use crate::page::{Block, Cell, Column, Source, Span};

use super::validation_report::{changes, named};

/// What authorities or notified bodies allowed.
pub(super) fn authorisations(book: &Book) -> Vec<Block> {
    if book.state.authorisations.is_empty() {
        return vec![not_reported(
            "no authorisation is recorded, so nothing is within a plan and no release is for clinical use",
            "galen authorise KIND --number N --date D --letter FILE",
        )];
    }
    let in_force = book
        .state
        .authorisation()
        .map(|authorisation| authorisation.entry);
    let mut blocks = Vec::new();
    for authorisation in &book.state.authorisations {
        let granted = &authorisation.granted;
        let covers: Vec<String> = granted
            .covers
            .iter()
            .map(|spec| format!("{} {}", spec.name.file(), spec.digest))
            .collect();
        let standing = if in_force == Some(authorisation.entry) {
            "covers the intent and PCCP that are in force"
        } else {
            "does not cover what is in force, or was replaced"
        };
        blocks.push(Block::KeyValues(vec![
            (
                "Number".into(),
                format!("{} ({})", granted.number, granted.kind).into(),
            ),
            ("Authority".into(), granted.authority.clone().into()),
            ("Date of the letter".into(), granted.date.to_string().into()),
            ("Scope".into(), granted.scope.clone().into()),
            ("Covers".into(), covers.join(", ").into()),
            (
                "Letter".into(),
                Cell::from(Span::code(granted.letter.to_string())),
            ),
            ("Recorded by".into(), book.actor(&authorisation.by).into()),
            (
                "Recorded at".into(),
                Span::number(
                    format!("{:.0}", authorisation.at),
                    Source::Entry(authorisation.entry),
                )
                .into(),
            ),
            ("Standing".into(), standing.into()),
        ]));
    }
    blocks
}

/// Every signature with printed name, role, meaning, reason and time.
///
/// # Source
/// 21 CFR 11.50(a): printed name, date and time, meaning.
pub(super) fn signatures(book: &Book) -> Vec<Block> {
    let rows = changes(book).into_iter().flat_map(|(id, change)| {
        change.signatures.iter().map(move |signature| {
            vec![
                named(id, change).into(),
                book.person(&signature.person).into(),
                signature.role.replace('_', " ").into(),
                word(&signature.meaning).into(),
                signature.reason.clone().into(),
                Span::number(
                    format!("{:.0}", signature.at),
                    Source::Entry(signature.entry),
                )
                .into(),
            ]
        })
    });
    let columns = vec![
        Column::name("Change"),
        Column::text("Printed name"),
        Column::text("Role"),
        Column::text("Meaning"),
        Column::text("Reason"),
        Column::text("Date and time"),
    ];
    match table("", columns, rows.collect()) {
        Some(block) => vec![
            Block::text(
                "Each signature is made with the signer's own key over the record itself; it cannot be moved to another record. Names are those of the frozen team.",
            ),
            block,
        ],
        None => vec![not_reported(
            "nothing was signed",
            "galen change sign CHANGE --role ROLE",
        )],
    }
}

/// The frozen files in force.
pub(super) fn frozen(book: &Book) -> Vec<Block> {
    let rows = book.state.frozen.iter().map(|(name, frozen)| {
        vec![
            Cell::from(Span::code(name.file())),
            Cell(vec![recorded(frozen.version.into(), frozen.entry)]),
            book.actor(&frozen.by).into(),
            format!("{:.0}", frozen.at).into(),
            Cell::from(Span::code(frozen.digest.to_string())),
        ]
    });
    let columns = vec![
        Column::name("File"),
        Column::number("Version"),
        Column::text("Frozen by"),
        Column::text("Frozen at"),
        Column::text("Digest"),
    ];
    match table("", columns, rows.collect()) {
        Some(block) => vec![block],
        None => vec![not_reported(
            "no declared file is frozen",
            "galen freeze NAME",
        )],
    }
}

/// The people, their roles and competence, and whose signatures a release needs.
pub(super) fn team(book: &Book) -> Vec<Block> {
    let Some(team) = &book.specs.team else {
        return vec![not_reported("the team is not frozen", "galen freeze team")];
    };
    let team = &team.value;
    let rows = team.people.iter().map(|person| {
        vec![
            format!("{} ({})", person.name, person.id).into(),
            person.roles.join(", ").replace('_', " ").into(),
            person.competence.clone().into(),
        ]
    });
    let columns = vec![
        Column::name("Person"),
        Column::text("Roles"),
        Column::text("Competence"),
    ];
    let mut blocks: Vec<Block> = table("", columns, rows.collect()).into_iter().collect();
    blocks.push(Block::text(format!(
        "A release needs the signatures of: {}. Each comes from a different person, and nobody signs what they proposed.",
        team.release_signatures.join(", ").replace('_', " ")
    )));
    blocks
}
