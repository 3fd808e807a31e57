//! The parts of a paper, as its headings open them.

use super::headings::{self, Name};
use crate::paper::Kind;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Before the title.
    Before,
    /// Between the title and the text.
    Authors,
    Abstract,
    Body,
    References,
}

impl Part {
    /// The part that a heading opens.
    pub(super) fn under(heading: &str) -> Self {
        let bare = headings::number(heading).map_or(heading, |(_, rest)| rest);
        match headings::name(bare) {
            Some(Name::Abstract) => Self::Abstract,
            Some(Name::References) => Self::References,
            _ => Self::Body,
        }
    }

    /// What running text in it is.
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Abstract => Kind::Abstract,
            Self::References => Kind::Reference,
            Self::Before | Self::Authors | Self::Body => Kind::Paragraph,
        }
    }
}
