//! What a paper is asked: one file an item of the rubric, with what tells of it and sentences that try it.

pub(crate) mod patterns;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::judging::Verdict;
use crate::judging::section::Section;

/// An item of the rubric, as it stands in its file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// `PROV-1`.
    pub id: String,
    /// The heading that it stands below: `Data provenance`.
    pub group: String,
    /// What is looked for.
    pub what: String,
    /// 3: a regulator would stop here; 2: important; 1: useful.
    pub weight: u8,
    /// Principles of Good Machine Learning Practice that it informs, from 1 to 10.
    pub gmlp: Vec<u8>,
    /// Items of reporting checklists that ask the same: `tripod_ai`, `claim`, `stard_ai`, `probast_ai`.
    #[serde(default)]
    pub maps: BTreeMap<String, Vec<String>>,
    /// What to ask the developers if it is missing.
    pub question: String,
    /// What to ask instead if it is told in part: the first whose need the paper does not meet.
    pub partly: Vec<Partly>,
    /// Why it matters for patients.
    pub why: String,
    /// What can be found, by name.
    pub facts: BTreeMap<String, Fact>,
    /// What must be found for the verdict `reported`.
    pub reported: Need,
    /// What must be found for the verdict `partial`.
    pub partial: Need,
    /// What takes a better verdict down, wherever the paper says it: a test set that chose the epoch is not used once.
    #[serde(default)]
    pub lowered: Vec<Lowered>,
    /// Sentences that say themselves that it was not done, not collected, not available.
    #[serde(default)]
    pub declared: Vec<String>,
    /// Sentences with the verdict of a paper that says nothing else; they are the item's tests.
    pub examples: Examples,
}

impl Item {
    /// Every pattern of the item.
    pub fn patterns(&self) -> impl Iterator<Item = &String> {
        let of = self.facts.values().flat_map(Fact::patterns);
        of.chain(&self.declared)
    }
}

impl Fact {
    fn patterns(&self) -> impl Iterator<Item = &String> {
        [&self.cues, &self.with, &self.near, &self.unless]
            .into_iter()
            .flatten()
    }
}

/// Something that a sentence can tell.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Patterns of which one must be found.
    pub cues: Vec<String>,
    /// Patterns of which, if there are any, one must be found in the same sentence too.
    #[serde(default)]
    pub with: Vec<String>,
    /// Patterns of which, if there are any, one must be found in the same paragraph too.
    #[serde(default)]
    pub near: Vec<String>,
    /// Patterns that unmake the sentence for this fact: traps.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Only in these sections; everywhere if there are none. Captions and tables count as wherever they stand.
    #[serde(default)]
    pub only_in: Vec<Section>,
    /// Never in these sections.
    #[serde(default)]
    pub never_in: Vec<Section>,
    /// A negated sentence tells it as well: `no patient was in two sets`.
    #[serde(default)]
    pub also_negated: bool,
    /// A sentence on what will, should or could be tells it as well.
    #[serde(default)]
    pub also_planned: bool,
    /// A sentence on the work of others, or in an introduction, tells it as well.
    #[serde(default)]
    pub also_cited: bool,
}

/// What must be found, by names of facts: `source`, `planned monitoring` (a plan or wish will do), `cited agreement` (other people's will
/// do), or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Need {
    One(String),
    All {
        all: Vec<Need>,
    },
    Any {
        any: Vec<Need>,
    },
    /// At least so many of these.
    Some {
        some: usize,
        of: Vec<Need>,
    },
}

/// What to ask of an item that is told in part.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partly {
    /// What the paper must lack; asked of every paper if there is none.
    #[serde(default)]
    pub lacks: Option<Need>,
    pub question: String,
}

/// A fact that spoils what else is told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lowered {
    pub by: Need,
    /// `partial` or `not_reported`.
    pub to: Verdict,
}

/// Sentences that try an item.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    pub reported: Vec<Text>,
    #[serde(default)]
    pub partial: Vec<Text>,
    /// With traps among them.
    pub not_reported: Vec<Text>,
    /// That themselves say that it was not done.
    #[serde(default)]
    pub declared: Vec<Text>,
}

/// A passage, of the methods unless it says where it stands.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Text {
    Plain(String),
    In { section: Section, text: String },
}

impl Text {
    pub fn parts(&self) -> (Section, &str) {
        match self {
            Text::Plain(text) => (Section::Methods, text),
            Text::In { section, text } => (*section, text),
        }
    }
}
