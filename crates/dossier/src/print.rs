use thiserror::Error;

use crate::Page;

/// Makes paged documents; the adapter that knows a typesetter implements it and only the binary names the adapter.
pub trait Printer {
    /// The page as the bytes of a PDF file; the same page gives the same bytes.
    ///
    /// # Errors
    /// [`PrintError`] if the page cannot be typeset; nothing is half made.
    fn pdf(&self, page: &Page) -> Result<Vec<u8>, PrintError>;
}

/// Why a page could not be printed.
#[derive(Debug, Error)]
pub enum PrintError {
    /// The date of the page is no RFC 3339 time in UTC.
    #[error("the page says it is of `{0}`, which is no time like 2026-11-24T10:00:00Z")]
    Time(String),
    /// The typesetter refused the page.
    #[error("the page `{title}` cannot be typeset: {why}")]
    Typeset {
        /// The title of the page.
        title: String,
        /// What the typesetter said, one complaint a line.
        why: String,
    },
}
