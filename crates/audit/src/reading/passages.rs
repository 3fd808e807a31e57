//! Passages in reading order become a paper.

use crate::paper::{Block, Format, Kind, Paper};

/// A passage as a format gives it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Passage {
    pub(super) kind: Kind,
    pub(super) page: Option<u32>,
    pub(super) text: String,
    /// The headings above it, of a format that says where their sections end. Otherwise their levels tell.
    pub(super) section: Option<Vec<String>>,
    /// Bytes of the text at which a page ends, or something else stands in between.
    pub(super) seams: Vec<usize>,
}

/// Where a passage that is still open is parted.
#[derive(Debug, Default)]
pub(super) struct Seams {
    /// The page of its last line.
    page: Option<u32>,
    /// How many passages waited for its end when it had its last line.
    waited: usize,
    at: Vec<usize>,
}

impl Seams {
    /// Of a passage that begins on a page.
    pub(super) fn on(page: Option<u32>) -> Self {
        Self {
            page,
            ..Self::default()
        }
    }

    /// Takes in that a line follows on a page behind so many bytes, while so many passages wait.
    pub(super) fn line(&mut self, bytes: usize, page: Option<u32>, waiting: usize) {
        if waiting > self.waited || page != self.page {
            self.at.push(bytes);
        }
        self.waited = waiting;
        self.page = page;
    }
}

impl Passage {
    /// The passage with its seams.
    pub(super) fn parted(self, seams: Seams) -> Self {
        Self {
            seams: seams.at,
            ..self
        }
    }

    pub(super) fn new(kind: Kind, page: Option<u32>, text: impl Into<String>) -> Self {
        Self {
            kind,
            page,
            text: text.into(),
            section: None,
            seams: Vec::new(),
        }
    }
}

/// Lays passages one a line, and says of each under which headings it stands.
pub(super) fn paper(
    format: Format,
    pages: Option<u32>,
    passages: Vec<Passage>,
    warnings: Vec<String>,
) -> Paper {
    let mut paper = Paper {
        format,
        title: None,
        pages,
        text: String::new(),
        blocks: Vec::new(),
        warnings,
    };
    let mut above: Vec<(u8, String)> = Vec::new();
    for passage in passages {
        let words = one_line(&passage.text, passage.kind == Kind::Row);
        if words.chars().all(char::is_whitespace) {
            continue;
        }
        if let Kind::Heading { level } = passage.kind {
            above.retain(|(upper, _)| *upper < level);
        }
        if passage.kind == Kind::Title && paper.title.is_none() {
            paper.title = Some(words.clone());
        }
        let start = paper.text.len();
        paper.text.push_str(&words);
        let range = start..paper.text.len();
        paper.text.push('\n');
        let section = passage
            .section
            .unwrap_or_else(|| above.iter().map(|(_, heading)| heading.clone()).collect());
        if let Kind::Heading { level } = passage.kind {
            above.push((level, words));
        }
        paper.blocks.push(Block {
            kind: passage.kind,
            section,
            page: passage.page,
            // Readers give text with single blanks, so that a seam stays where it is.
            seams: passage
                .seams
                .iter()
                .map(|at| (start + at).min(range.end))
                .collect(),
            range,
        });
    }
    paper
}

/// White space as one blank, except the tabs between the cells of a row.
fn one_line(text: &str, row: bool) -> String {
    let words = |part: &str| part.split_whitespace().collect::<Vec<_>>().join(" ");
    if row {
        let cells: Vec<String> = text.split('\t').map(words).collect();
        cells.join("\t")
    } else {
        words(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_knows_the_headings_above_it() {
        let heading = |level, text| Passage::new(Kind::Heading { level }, None, text);
        let words = |text| Passage::new(Kind::Paragraph, None, text);
        let made = paper(
            Format::Text,
            None,
            vec![
                heading(1, "4 Experiments"),
                heading(2, "4.2 Data\n Filtering"),
                words("We kept 570 cases."),
                heading(1, "5 Discussion"),
                Passage::new(Kind::Row, None, "Age\t67.2  ± 15.3\t"),
                words("   "),
            ],
            Vec::new(),
        );
        assert_eq!(
            made.blocks[2].section,
            ["4 Experiments", "4.2 Data Filtering"]
        );
        assert_eq!(made.blocks[3].section, [] as [&str; 0]);
        assert_eq!(made.blocks[4].section, ["5 Discussion"]);
        assert_eq!(made.words(&made.blocks[4]), "Age\t67.2 ± 15.3\t");
        assert_eq!(made.blocks.len(), 5);
    }
}
