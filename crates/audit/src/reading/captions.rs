//! How captions of figures and tables begin, whatever the format.

use std::sync::LazyLock;

use regex::Regex;

use crate::paper::Piece;

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^
        (?<label>
            (?:(?i:supplementary|supplemental|supporting|extended\ data|appendix|online|additional)\s)?
            (?:(?<figure>(?i:e?figure)|(?i:fig)\b\.?|FIG\.?)|(?<table>(?i:e?table)|(?i:tab)\.))
            \s?
            (?:(?:[A-Z]{1,2}[-.\x20]?)?\d{1,3}(?:[.\-]\d{1,2})?[A-Za-z]?|[IVXL]{1,5})
        )
        (?<rest>\W.*)?$",
    )
    .expect("the pattern is well formed")
});

/// The beginning of a caption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) of: Piece,
    /// As printed: `Table 2`.
    pub(super) label: String,
    pub(super) mark: Mark,
}

/// What stands behind the label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Nothing: the caption goes on below.
    Alone,
    /// A stop, colon or dash.
    Stop,
    /// A word with a capital letter: perhaps a caption.
    Capital,
    /// A small letter: a sentence about the figure.
    Small,
}

/// The label with which a text begins.
pub(super) fn label(text: &str) -> Option<Label> {
    let found = LABEL.captures(text)?;
    let rest = found.name("rest").map_or("", |rest| rest.as_str());
    let mark = match rest.trim_start().chars().next() {
        None => Mark::Alone,
        Some('.' | ':' | '|' | '–' | '—' | '-' | '│' | '¦') => Mark::Stop,
        Some(c) if c.is_uppercase() && rest.starts_with(char::is_whitespace) => Mark::Capital,
        Some(_) => Mark::Small,
    };
    Some(Label {
        of: if found.name("table").is_some() {
            Piece::Table
        } else {
            Piece::Figure
        },
        label: found["label"]
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
        mark,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_captions_are_told_from_sentences_about_them() {
        let mark = |text| label(text).map(|l| (l.of, l.label, l.mark));
        let expected = |of, label: &str, mark| Some((of, label.to_owned(), mark));
        assert_eq!(
            mark("Table 2: Results"),
            expected(Piece::Table, "Table 2", Mark::Stop)
        );
        assert_eq!(
            mark("Fig. 3. ROC"),
            expected(Piece::Figure, "Fig. 3", Mark::Stop)
        );
        assert_eq!(
            mark("TABLE IV"),
            expected(Piece::Table, "TABLE IV", Mark::Alone)
        );
        assert_eq!(
            mark("Supplementary Figure S1 | Flow"),
            expected(Piece::Figure, "Supplementary Figure S1", Mark::Stop)
        );
        assert_eq!(
            mark("eTable 5. Codes"),
            expected(Piece::Table, "eTable 5", Mark::Stop)
        );
        assert_eq!(
            mark("Table 1 Characteristics"),
            expected(Piece::Table, "Table 1", Mark::Capital)
        );
        assert_eq!(
            mark("Figure 3 shows that"),
            expected(Piece::Figure, "Figure 3", Mark::Small)
        );
        assert_eq!(mark("Figures 3 and 4"), None);
        assert_eq!(mark("Figure out what"), None);
        assert_eq!(mark("Tableau 3.1"), None);
    }
}
