//! Documents: what people read and sign, as one tree of values.
//!
//! A document is a [`Page`]: headings, tables, verdict cards, figures, and numbers that each name the evidence they come from. It is
//! rendered to HTML here, to JSON by serde, and to PDF by whoever implements [`Printer`]. Figures are values too ([`Plot`]) and are
//! drawn by one plotter, so that page, PDF and file show the same picture. Nothing here reads a file, a ledger or a clock:
//! a [`Document`] is a pure function of a [`Book`], which holds the folded state, the frozen files and the evidence.

pub mod book;
pub mod document;
pub mod html;
pub mod page;
pub mod plot;
pub mod print;
pub mod sentence;
pub mod specimen;

pub use book::Book;
pub use document::{DOCUMENTS, Document, by_id};
pub use page::{
    Align, Badge, Block, Cell, Column, Exhibit, Links, NoteKind, Page, Source, Span, Table, Tone,
    VerdictCard,
};
pub use plot::Plot;
pub use print::{PrintError, Printer};
