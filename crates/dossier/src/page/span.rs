use serde::{Deserialize, Serialize};

/// A run of text inside a block. All text is plain: no renderer reads markup in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Plain words.
    Text(String),
    /// Words that carry weight.
    Strong(String),
    /// A name from a file or a command, in a fixed-width face.
    Code(String),
    /// Words that lead elsewhere. Only `http`, `https`, `mailto`, rooted, relative and `#` targets become links.
    Link {
        /// What is read.
        text: String,
        /// Where it leads; `#id` is a heading of this page.
        href: String,
    },
    /// A number, already formatted with its interval and n, that leads to its evidence.
    Number {
        /// What is read.
        text: String,
        /// What it follows from; `None` only for numbers that a person declared in the same document.
        evidence: Option<Source>,
    },
    /// A state, in a word with a symbol.
    Status(Badge),
}

impl Span {
    /// Plain words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Words that carry weight.
    pub fn strong(text: impl Into<String>) -> Self {
        Self::Strong(text.into())
    }

    /// A name from a file or a command.
    pub fn code(text: impl Into<String>) -> Self {
        Self::Code(text.into())
    }

    /// Words that lead elsewhere.
    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self::Link {
            text: text.into(),
            href: href.into(),
        }
    }

    /// A formatted number that follows from `evidence`.
    pub fn number(text: impl Into<String>, evidence: Source) -> Self {
        Self::Number {
            text: text.into(),
            evidence: Some(evidence),
        }
    }
}

/// Where a number comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// An artifact, by its digest as it is printed (`sha256:` and 64 hex digits).
    Artifact(String),
    /// A record, by its place on the ledger.
    Entry(u64),
}

impl Source {
    /// How it is printed in full: the digest, or `ledger entry 17`.
    pub fn name(&self) -> String {
        match self {
            Self::Artifact(digest) => digest.clone(),
            Self::Entry(entry) => format!("ledger entry {entry}"),
        }
    }

    /// An anchor that is the same in every rendering: letters, digits and `-` only.
    pub fn anchor(&self) -> String {
        match self {
            Self::Artifact(digest) => {
                let plain: String = digest
                    .chars()
                    .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
                    .collect();
                format!("evidence-{plain}")
            }
            Self::Entry(entry) => format!("entry-{entry}"),
        }
    }
}

/// A state in a word. The symbol comes from the tone, so that colour never carries meaning alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Badge {
    /// How it is to be taken.
    pub tone: Tone,
    /// The word that is read.
    pub label: String,
}

impl Badge {
    /// A badge with a word of its own.
    pub fn new(tone: Tone, label: impl Into<String>) -> Self {
        Self {
            tone,
            label: label.into(),
        }
    }

    /// The verdict `pass`.
    pub fn pass() -> Self {
        Self::new(Tone::Good, "pass")
    }

    /// The verdict `fail`.
    pub fn fail() -> Self {
        Self::new(Tone::Bad, "fail")
    }

    /// The verdict `inconclusive`.
    pub fn inconclusive() -> Self {
        Self::new(Tone::Doubt, "inconclusive")
    }

    /// A word that judges nothing.
    pub fn neutral(label: impl Into<String>) -> Self {
        Self::new(Tone::Neutral, label)
    }
}

/// How a badge is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
    /// Undecided, or to be looked at.
    Doubt,
    /// Neither.
    Neutral,
}

impl Tone {
    /// The sign before the word.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Bad => "✗",
            Self::Doubt => "?",
            Self::Neutral => "–",
        }
    }

    /// Its name, for classes of a style sheet.
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Doubt => "doubt",
            Self::Neutral => "neutral",
        }
    }
}

/// What stands in one cell of a table or beside one name.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cell(pub Vec<Span>);

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self(vec![Span::text(text)])
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self(vec![Span::Text(text)])
    }
}

impl From<Span> for Cell {
    fn from(span: Span) -> Self {
        Self(vec![span])
    }
}

impl From<Badge> for Cell {
    fn from(badge: Badge) -> Self {
        Self(vec![Span::Status(badge)])
    }
}

impl From<Vec<Span>> for Cell {
    fn from(spans: Vec<Span>) -> Self {
        Self(spans)
    }
}
