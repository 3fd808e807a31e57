//! Documents: one file each, rendered from the ledger and never typed.
//!
//! To add one: a file in `document/` and a line in [`DOCUMENTS`]; the laws in `document/laws.rs` then hold it. A section whose facts
//! do not exist yet says `Not reported`, and the command that makes them.

mod approval;
mod datasheet;
mod design;
mod gmlp;
mod labelling;
#[cfg(test)]
mod laws;
mod model_card;
mod pccp;
mod pms_report;
mod protocol;
mod regulation;
mod risk_file;
mod technical_file;
mod validation_report;

use crate::book::Book;
use crate::page::Page;

/// Every document, in the order in which they are listed.
pub const DOCUMENTS: &[&dyn Document] = &[
    &technical_file::TechnicalFile,
    &protocol::Protocol,
    &validation_report::ValidationReport,
    &risk_file::RiskFile,
    &pccp::Pccp,
    &datasheet::Datasheet,
    &labelling::Labelling,
    &model_card::ModelCard,
    &pms_report::PmsReport,
    &gmlp::Gmlp,
];

/// A text that is made from a book.
pub trait Document: Sync {
    /// The word on the command line.
    fn id(&self) -> &'static str;

    /// The name on the page.
    fn title(&self) -> &'static str;

    /// The regulation, standard or guidance that it follows, with its section.
    fn source(&self) -> &'static str;

    /// The source for the device of this book; it differs where the regulation that the device is declared under counts its
    /// sections otherwise.
    fn source_of(&self, _book: &Book) -> &'static str {
        self.source()
    }

    /// The page; the same book gives the same page.
    fn page(&self, book: &Book) -> Page;
}

/// The document of that id.
pub fn by_id(id: &str) -> Option<&'static dyn Document> {
    DOCUMENTS
        .iter()
        .copied()
        .find(|document| document.id() == id)
}
