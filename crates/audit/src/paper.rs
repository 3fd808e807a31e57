use std::ops::Range;

use serde::Serialize;

/// The file that a paper came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Pdf,
    /// Journal Article Tag Suite, the XML of PubMed Central.
    Jats,
    Html,
    Docx,
    Markdown,
    Text,
}

/// A paper as galen reads it: its words in reading order, and what each passage is.
#[derive(Debug, Clone, PartialEq)]
pub struct Paper {
    pub format: Format,
    pub title: Option<String>,
    /// How many pages the file has; formats that flow have none.
    pub pages: Option<u32>,
    /// All words in reading order, one block a line: words that a line break cut are joined, ligatures are letters,
    /// every white space is one blank. Cells of a table's row are separated by tabs.
    pub text: String,
    /// In the order of [`Paper::text`], without overlap.
    pub blocks: Vec<Block>,
    /// What reading could not do, each a sentence for the reader of the report: a page without text, a table that fell apart.
    pub warnings: Vec<String>,
}

/// A passage that belongs together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub kind: Kind,
    /// The headings above it, outermost first, as printed: `["4 Experiments", "4.2 Data Filtering"]`.
    pub section: Vec<String>,
    /// From 1.
    pub page: Option<u32>,
    /// Its bytes in [`Paper::text`].
    pub range: Range<usize>,
    /// Bytes in [`Paper::text`] at which a page ends within it, or a table or figure stands in between.
    pub seams: Vec<usize>,
}

/// What a block is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Title,
    /// From 1, outermost.
    Heading {
        level: u8,
    },
    /// A paragraph of the abstract.
    Abstract,
    Paragraph,
    ListItem,
    /// Of a figure or table, with its label as printed: `Table 2`.
    Caption {
        of: Piece,
        label: String,
    },
    /// A row of a table, cells separated by tabs.
    Row,
    Footnote,
    /// An entry of the reference list.
    Reference,
    /// Running heads, page numbers, licence lines, lists of authors and addresses: never evidence.
    Furniture,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    Figure,
    Table,
}

impl Paper {
    /// The words of a block.
    #[must_use]
    pub fn words(&self, block: &Block) -> &str {
        &self.text[block.range.clone()]
    }
}
