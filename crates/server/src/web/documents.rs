//! Documents, rendered from what the ledger says now.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use galen_dossier::document::DOCUMENTS;
use galen_dossier::{Block, Cell, Column, Links, NoteKind, Page, Span, Table, html};

use super::desk::Desk;
use super::runs::entry;
use super::{Shared, framed, show};
use crate::failure::Failure;
use crate::site::Site;

/// `/documents`.
pub(super) fn list(desk: &Desk) -> Page {
    let mut page = Page::new("Documents");
    page.subtitle =
        "Rendered from the ledger, never typed: every number leads to its evidence.".to_owned();
    let prints = desk.project.ports.printer.is_some();
    let rows = DOCUMENTS.iter().map(|document| {
        let id = document.id();
        let mut files = vec![
            Span::link("HTML file", format!("/documents/{id}.html")),
            Span::text("  "),
        ];
        if prints {
            files.extend([
                Span::link("PDF", format!("/documents/{id}.pdf")),
                Span::text("  "),
            ]);
        }
        files.push(Span::link("JSON", format!("/documents/{id}.json")));
        let built = match desk.state.documents.get(id) {
            Some((at, _)) => entry(*at),
            None => "not recorded".into(),
        };
        vec![
            Cell::from(Span::link(document.title(), format!("/documents/{id}"))),
            document.source().into(),
            files.into(),
            built,
        ]
    });
    page.push(Block::Table(Table {
        caption: String::new(),
        columns: vec![
            Column::name("Document"),
            Column::text("After"),
            Column::text("As a file"),
            Column::text("Last recorded"),
        ],
        rows: rows.collect(),
    }));
    page.push(Block::note(
        NoteKind::Info,
        "These are of the present state. To record one, so that galen verify renders it again: galen dossier build KIND.",
    ));
    page
}

/// `/documents/{kind}`, and `.html`, `.json`, `.pdf` of it.
pub(super) async fn one(
    State(site): Shared,
    Path(kind): Path<String>,
) -> Result<Response, Failure> {
    let (id, extension) = kind.rsplit_once('.').unwrap_or((&kind, ""));
    let id = id.to_owned();
    let content = match extension {
        "" => {
            return show(&site, "/documents", move |desk| {
                Ok(framed(&rendered(desk.site, &id)?))
            })
            .await;
        }
        "html" => "text/html; charset=utf-8",
        "json" => "application/json",
        "pdf" => "application/pdf",
        _ => {
            return Err(Failure::not_found(
                "a document is to be had as .html, .json or .pdf",
            ));
        }
    };
    let extension = extension.to_owned();
    let name = format!(
        "attachment; filename=\"{}.{extension}\"",
        id.replace(|c: char| !c.is_ascii_alphanumeric(), "-")
    );
    let bytes = site
        .work(move |site| {
            let page = rendered(site, &id)?;
            match extension.as_str() {
                "html" => Ok(html::document(&page, &Links::Appendix).into_bytes()),
                "json" => {
                    serde_json::to_vec(&page).map_err(|error| Failure::broken(error.to_string()))
                }
                _ if site.project.ports.printer.is_none() => Err(Failure::not_found(
                    "this galen was built without PDF; take .html instead",
                )),
                _ => Ok(site.project.print(&page)?),
            }
        })
        .await?;
    Ok((
        [
            (header::CONTENT_TYPE, content.to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        bytes,
    )
        .into_response())
}

fn rendered(site: &Site, id: &str) -> Result<Page, Failure> {
    if galen_dossier::document::by_id(id).is_none() {
        return Err(Failure::not_found(format!("there is no document {id}")));
    }
    let view = site.see()?.view;
    Ok(site.project.page(&view.state, id, &view.root, None)?)
}
