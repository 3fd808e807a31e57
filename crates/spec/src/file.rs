//! The nine declared files, the set of them, and the suite of expectations that stands outside it.

pub mod data;
pub mod galen;
pub mod intent;
pub mod monitor;
pub mod pccp;
pub mod pipeline;
pub mod protocol;
pub mod risk;
pub mod suite;
pub mod team;
pub mod tfdv;

use serde::{Deserialize, Serialize};

/// A declared file of a project. `galen.yaml` holds only paths and is not among those that are frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Name {
    Intent,
    Risk,
    Data,
    Protocol,
    Pipeline,
    Pccp,
    Monitor,
    Team,
}

impl Name {
    /// Every declared file that can be frozen, in the order of the manual.
    pub const ALL: [Name; 8] = [
        Name::Intent,
        Name::Risk,
        Name::Data,
        Name::Protocol,
        Name::Pipeline,
        Name::Pccp,
        Name::Monitor,
        Name::Team,
    ];

    /// The word used on the command line: `intent`, `risk`, …
    pub fn word(self) -> &'static str {
        match self {
            Name::Intent => "intent",
            Name::Risk => "risk",
            Name::Data => "data",
            Name::Protocol => "protocol",
            Name::Pipeline => "pipeline",
            Name::Pccp => "pccp",
            Name::Monitor => "monitor",
            Name::Team => "team",
        }
    }

    /// The file's name in a project folder: `intent.yaml`, …
    pub fn file(self) -> String {
        format!("{}.yaml", self.word())
    }

    /// The name behind a word, with or without `.yaml`.
    pub fn from_word(word: &str) -> Option<Name> {
        let word = word.strip_suffix(".yaml").unwrap_or(word);
        Name::ALL.into_iter().find(|name| name.word() == word)
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// All declared files of one project, read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Specs {
    pub intent: intent::Intent,
    pub risk: risk::Risk,
    pub data: data::Data,
    pub protocol: protocol::Protocol,
    pub pipeline: pipeline::Pipeline,
    pub pccp: pccp::Pccp,
    pub monitor: monitor::Monitor,
    pub team: team::Team,
}
