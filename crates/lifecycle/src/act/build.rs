//! Building a document from the ledger.

use galen_control::act::document::Document;
use galen_control::{Actor, Ask, Evidence, InForce, State, Subject};
use galen_dossier::book::Book;
use galen_dossier::{Links, Page, document, html};
use galen_spec::Name;
use galen_store::Digest;

use crate::error::ActError;
use crate::project::{Entry, Project};

/// A document that was built.
#[derive(Clone, Debug)]
pub struct Built {
    pub entry: Entry,
    pub document: Document,
    pub page: Page,
    /// The rendered bytes by extension: `html`, `json`, `pdf`.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Project {
    /// Renders a document from what the ledger says now, keeps it, and records it.
    ///
    /// # Errors
    /// [`ActError::Input`] for a kind that does not exist, or a PDF without a printer.
    pub fn build(&self, by: &Actor, kind: &str, extensions: &[&str]) -> Result<Built, ActError> {
        let state = self.state()?;
        let ledger = self.ledger()?;
        if ledger.size() != state.entries {
            return Err(ActError::input(
                "moved",
                "the ledger grew while the document was made",
                "build it again",
            ));
        }
        let checkpoint = ledger.checkpoint().render();
        let page = self.page(&state, kind, &ledger.root().to_string(), Some(&checkpoint))?;
        let tree = serde_json::to_vec(&page).expect("a page holds only text and finite numbers");
        let mut files = Vec::new();
        for extension in extensions {
            let bytes = match *extension {
                "json" => tree.clone(),
                "html" => html_of(&page),
                "pdf" => self.print(&page)?,
                other => {
                    return Err(ActError::input(
                        "extension",
                        format!("a document cannot be written as .{other}"),
                        "use .html, .pdf or .json",
                    ));
                }
            };
            files.push(((*extension).to_owned(), bytes));
        }
        let mut subjects = Vec::new();
        for (extension, bytes) in &files {
            subjects.push(Subject::new(extension, self.keep(bytes)?));
        }
        let document = Document {
            kind: kind.to_owned(),
            size: state.entries,
            checkpoint,
            page: self.keep(&tree)?,
            files: subjects,
        };
        let entry = self.one(by, None, Ask::Document(document.clone()))?;
        Ok(Built {
            entry,
            document,
            page,
            files,
        })
    }

    /// The page of a document at a state of the ledger: the same state gives the same page.
    ///
    /// # Errors
    /// [`ActError::Input`] for a kind that does not exist.
    pub fn page(
        &self,
        state: &State,
        kind: &str,
        root: &str,
        checkpoint: Option<&str>,
    ) -> Result<Page, ActError> {
        let Some(document) = document::by_id(kind) else {
            let known: Vec<&str> = document::DOCUMENTS
                .iter()
                .map(|document| document.id())
                .collect();
            return Err(ActError::input(
                "unknown_document",
                format!("there is no document {kind}"),
                format!("there are: {}", known.join(", ")),
            ));
        };
        let specs: InForce = self.in_force(state, &Name::ALL)?;
        let evidence = |digest: &Digest| -> Option<Evidence> { self.evidence(digest).ok() };
        let at = match state.entries {
            0 => None,
            entries => self
                .records(entries - 1, entries)?
                .first()
                .map(|entry| second(entry.record.at)),
        };
        Ok(document.page(&Book {
            state,
            specs: &specs,
            evidence: &evidence,
            size: state.entries,
            root: Some(root.to_owned()),
            checkpoint: checkpoint.map(str::to_owned),
            at,
        }))
    }

    /// The page as PDF.
    ///
    /// # Errors
    /// [`ActError::Input`] if this galen was built without a printer.
    pub fn print(&self, page: &Page) -> Result<Vec<u8>, ActError> {
        let Some(printer) = &self.ports.printer else {
            return Err(ActError::input(
                "no_printer",
                "this galen was built without PDF",
                "write .html instead",
            ));
        };
        printer
            .pdf(page)
            .map_err(|error| ActError::input("pdf", error.to_string(), "write .html instead"))
    }
}

/// The page as one HTML file.
pub(crate) fn html_of(page: &Page) -> Vec<u8> {
    html::document(page, &Links::Appendix).into_bytes()
}

/// RFC 3339 in UTC, to the second.
fn second(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
