//! What a person wrote wrongly, where, and what to do about it.

use serde::{Deserialize, Serialize};

use crate::position::Place;

/// Something that is wrong, or worth a look, in a declared file.
///
/// As JSON it has the shape of every error of the command line: `code`, `message`, `help`, `at`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// A stable name such as `protocol.criterion.undecidable`.
    #[serde(rename = "code")]
    pub id: String,
    pub severity: Severity,
    pub message: String,
    pub help: Option<String>,
    pub at: At,
}

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The files hold, yet somebody should look.
    Warning,
    /// The files do not hold.
    Error,
}

impl Severity {
    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A place in a declared file. Without a line it is the file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// The file's name, such as `protocol.yaml`.
    pub file: String,
    /// Counted from 1.
    pub line: Option<u32>,
    /// Counted from 1, in characters.
    pub column: Option<u32>,
    /// Characters to underline.
    pub width: Option<u32>,
}

impl Diagnostic {
    /// An error at a place of a file.
    pub fn error(
        id: impl Into<String>,
        file: &str,
        place: Option<Place>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            id: id.into(),
            severity: Severity::Error,
            message: message.into(),
            help: None,
            at: At::new(file, place),
        }
    }

    /// The same with advice.
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// The diagnostic as text, with the line it is about if `source` is the text of its file.
    pub fn render(&self, source: Option<&str>) -> String {
        let mut text = format!("{}[{}] {}\n", self.severity.word(), self.id, self.at);
        match self.at.quoted(source) {
            Some((number, line)) => {
                let column = self.at.column.unwrap_or(1).max(1) as usize;
                let before: String = line
                    .chars()
                    .take(column - 1)
                    .map(|c| if c == '\t' { '\t' } else { ' ' })
                    .collect();
                let rest = line.chars().count().saturating_sub(column - 1);
                let width = (self.at.width.unwrap_or(1) as usize).clamp(1, rest.max(1));
                let carets = "^".repeat(width);
                text += &format!("{number:>5} | {line}\n");
                text += &format!("      | {before}{carets} {}\n", self.message);
            }
            None => text += &format!("      {}\n", self.message),
        }
        if let Some(help) = &self.help {
            text += &format!("help: {help}\n");
        }
        text
    }
}

impl At {
    fn new(file: &str, place: Option<Place>) -> At {
        At {
            file: file.to_owned(),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            width: place.map(|place| place.width),
        }
    }

    /// The line that is pointed at and its number, without control characters that could steer a terminal.
    fn quoted(&self, source: Option<&str>) -> Option<(u32, String)> {
        let number = self.line?;
        let line = source?
            .lines()
            .nth(usize::try_from(number).ok()?.checked_sub(1)?)?;
        let clean = line
            .chars()
            .take(400)
            .map(|c| {
                if c.is_control() && c != '\t' {
                    '\u{fffd}'
                } else {
                    c
                }
            })
            .collect();
        Some((number, clean))
    }
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undecidable() -> Diagnostic {
        let place = Place {
            line: 2,
            column: 10,
            width: 13,
        };
        Diagnostic::error(
            "protocol.criterion.undecidable",
            "protocol.yaml",
            Some(place),
            "41 diseased cases decide this with probability 0.12",
        )
        .help("254 diseased cases decide it with probability 0.80 or more")
    }

    #[test]
    fn a_diagnostic_quotes_its_line_and_underlines_the_place() {
        let text = undecidable().render(Some("  - id: x\n    rule: lower >= 0.90\n"));
        insta::assert_snapshot!(text, @r"
        error[protocol.criterion.undecidable] protocol.yaml:2:10
            2 |     rule: lower >= 0.90
              |          ^^^^^^^^^^^^^ 41 diseased cases decide this with probability 0.12
        help: 254 diseased cases decide it with probability 0.80 or more
        ");
    }

    #[test]
    fn a_diagnostic_without_its_source_still_says_where() {
        let text = undecidable().render(None);
        assert!(text.starts_with("error[protocol.criterion.undecidable] protocol.yaml:2:10\n"));
        assert!(text.contains("41 diseased cases"));
    }

    #[test]
    fn a_place_beyond_the_line_does_not_panic() {
        assert!(undecidable().render(Some("a\nb")).contains('^'));
        assert!(!undecidable().render(Some("a")).contains('^'));
    }

    #[test]
    fn the_json_has_the_shape_of_the_command_line() {
        let json = serde_json::to_value(undecidable()).unwrap();
        assert_eq!(json["code"], "protocol.criterion.undecidable");
        assert_eq!(json["at"]["file"], "protocol.yaml");
        assert_eq!(json["at"]["line"], 2);
        assert_eq!(json["at"]["column"], 10);
        assert!(json["message"].is_string() && json["help"].is_string());
    }
}
