//! Evidence: what a number leads to.

use galen_dossier::book::{counted, p_written, table};
use galen_dossier::{Block, Cell, Column, NoteKind, Page, Source, Span};
use galen_store::Digest;

use super::desk::Desk;
use super::picture;
use crate::failure::Failure;

/// `/evidence/{digest}`. Only evidence is shown, which never holds a person; other artifacts are only named.
pub(super) fn page(desk: &Desk, digest: &str) -> Result<Page, Failure> {
    let digest: Digest = digest
        .parse()
        .map_err(|_| Failure::not_found("a digest is sha256: and 64 hexadecimal digits"))?;
    if desk
        .state
        .sealed
        .values()
        .any(|sealed| sealed.seal.plain == digest)
    {
        return Ok(without_rows(
            &digest,
            "This is a sealed dataset; its plain bytes are not kept here.".to_owned(),
        ));
    }
    if !desk
        .project
        .artifacts
        .has(&digest)
        .map_err(|error| Failure::broken(error.to_string()))?
    {
        return Err(Failure::not_found(format!("there is no artifact {digest}")));
    }
    let bytes = desk
        .project
        .artifacts
        .get(&digest)
        .map_err(galen_lifecycle::ActError::from)?;
    let Ok(evidence) = desk.project.evidence(&digest) else {
        let what = format!(
            "This artifact has {} bytes and is no evidence. Pages show evidence only, since other artifacts may hold people.",
            counted(bytes.len() as u64)
        );
        return Ok(without_rows(&digest, what));
    };
    let mut page = Page::new(format!("Evidence: {}", evidence.what));
    page.subtitle = digest.to_string();
    let mut facts: Vec<(String, Cell)> = evidence
        .subjects
        .iter()
        .map(|subject| {
            (
                subject.name.clone(),
                Span::code(subject.digest.to_string()).into(),
            )
        })
        .collect();
    facts.extend(
        evidence
            .settings
            .iter()
            .map(|(name, value)| (name.clone(), Span::code(value.to_string()).into())),
    );
    page.push(Block::KeyValues(facts));
    let number =
        |text: String| Cell::from(Span::number(text, Source::Artifact(digest.to_string())));
    let rows = desk.with_book(|book| {
        evidence
            .rows
            .iter()
            .map(|row| {
                vec![
                    Cell::from(row.title.clone()),
                    row.subgroup
                        .clone()
                        .unwrap_or_else(|| "all".to_owned())
                        .into(),
                    book.estimate(&row.estimate, &digest, &[]),
                    row.estimate
                        .events
                        .map_or("–".into(), |events| number(counted(events))),
                    row.p_value.map_or("–".into(), |p| number(p_written(p))),
                    row.estimate.method.replace('_', " ").into(),
                ]
            })
            .collect()
    });
    let columns = vec![
        Column::name("Quantity"),
        Column::text("Of whom"),
        Column::number("Estimate"),
        Column::number("Events"),
        Column::number("Test"),
        Column::text("Method"),
    ];
    page.blocks.extend(table("", columns, rows));
    page.blocks.extend(picture::roc(&evidence, "this model"));
    page.blocks
        .extend(picture::calibration(&evidence, "events"));
    page.blocks.extend(picture::importance(&evidence));
    page.push(Block::heading(1, "As it is stored"));
    page.push(Block::text(
        "The digest above is the SHA-256 of the stored bytes; here they are indented.",
    ));
    page.push(Block::Code(
        serde_json::to_string_pretty(&evidence).unwrap_or_default(),
    ));
    Ok(page)
}

/// An artifact that is named and not shown.
fn without_rows(digest: &Digest, what: String) -> Page {
    let mut page = Page::new("Artifact");
    page.subtitle = digest.to_string();
    page.push(Block::note(NoteKind::Info, what));
    page
}
