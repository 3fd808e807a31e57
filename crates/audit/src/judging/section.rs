use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::pattern::pattern;

/// What a section of a paper is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    Abstract,
    Introduction,
    /// What others did.
    Related,
    /// Data, models, evaluation.
    Methods,
    Results,
    Discussion,
    Limitations,
    Conclusion,
    /// Ethics, availability of data and code, funding, contributions.
    Statements,
    Appendix,
}

/// Words of headings, the first that fits.
static HEADINGS: LazyLock<Vec<(Regex, Section)>> = LazyLock::new(|| {
    let of = |text: &str, section| (pattern(text), section);
    vec![
        of(
            r"^\W*abstract|^\W*summary$|key points|plain language",
            Section::Abstract,
        ),
        of(
            r"related works?|prior work|previous work|state of the art|literature",
            Section::Related,
        ),
        of(r"limitation", Section::Limitations),
        of(
            r"ethic|availability|funding|acknowledg|conflict|competing|contribution|disclosure|declaration|consent|data sharing|code and data|broader impact",
            Section::Statements,
        ),
        of(
            r"appendi|supplement|^\W*[A-Z](\.\d+)*\.? ",
            Section::Appendix,
        ),
        of(
            r"introduction|^\W*(\d+\.?)?\s*background|motivation|objective",
            Section::Introduction,
        ),
        of(r"conclu", Section::Conclusion),
        of(
            r"discussion|future|clinical relevance|implication",
            Section::Discussion,
        ),
        of(
            r"result|finding|performance|comparison|ablation|error analysis",
            Section::Results,
        ),
        of(
            r"method|material|data|cohort|patient|participant|population|model|architecture|training|experiment|setup|evaluation|statistic|implementation|annotation|label|preprocess|study|setting|design|approach|algorithm|outcome|metric",
            Section::Methods,
        ),
    ]
});

impl Section {
    /// Of a passage below these headings, outermost first: the innermost one that says it decides, but what stands in an appendix, among
    /// the limitations or in statements stays there.
    pub fn of(headings: &[String]) -> Option<Section> {
        let of = |heading: &String| {
            let known = HEADINGS
                .iter()
                .find(|(regex, _)| regex.is_match(heading.trim()));
            known.map(|(_, section)| *section)
        };
        let found: Vec<Section> = headings.iter().filter_map(of).collect();
        let holds = |section: &&Section| {
            matches!(
                section,
                Section::Appendix | Section::Limitations | Section::Statements | Section::Related
            )
        };
        found.iter().find(holds).or(found.last()).copied()
    }
}
