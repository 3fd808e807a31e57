//! `data.yaml`: the data plan.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where data come from, who is admitted, what is true, what each column is, and how the cases are divided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Where the data come from.
    pub sources: Vec<Source>,
    /// Who is admitted, one rule an entry.
    pub inclusion: Vec<String>,
    /// Who is left out, one rule an entry.
    pub exclusion: Vec<String>,
    /// Rules that galen applies to the rows and counts, in this order; none if the table holds the admitted only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cohort: Vec<CohortRule>,
    /// Which rows are synthetic, as an expression such as `origin == 'generated'`. They are for learning only: no part that is judged
    /// or watched holds one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synthetic: Option<String>,
    /// How the truth is found.
    pub reference_standard: ReferenceStandard,
    /// What each column of the raw table is.
    pub columns: Vec<Column>,
    /// The column that names the patient, if there may be several rows of one: the parts then share no patient, and every interval
    /// counts patients. If nothing is said, each row is one person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
    /// What must hold of the data before anybody learns from them.
    #[serde(default)]
    pub expectations: Vec<Expectation>,
    /// A schema of TensorFlow Data Validation, judged as a whole; `galen import tfdv` writes one. Once the plan is frozen,
    /// an anomaly is accepted by an act: `galen data accept`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tfdv: Option<super::tfdv::Schema>,
    /// How the cases are divided.
    pub parts: Parts,
}

impl Data {
    /// The declared column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The names of all datasets of the plan: the sources, then the parts that the division makes of them, such as
    /// `reference`, `development`, `learn-1995` and `arrivals-1997`. Arrivals are those values within the declared range
    /// of the dividing column from which nothing is drawn.
    pub fn datasets(&self) -> Vec<String> {
        let parts = &self.parts;
        let mut names: Vec<String> = self
            .sources
            .iter()
            .map(|source| source.id.clone())
            .collect();
        names.extend(["reference".to_owned(), "development".to_owned()]);
        let learn = parts.drawn_from.iter();
        names.extend(learn.map(|value| format!("{}-{value}", parts.learn)));
        if let Some([low, high]) = self.column(&parts.by).and_then(|column| column.range) {
            // A range of more values than a calendar has years is no list of parts.
            let values = (low.ceil() as i64)..=(high.floor() as i64);
            let values = values
                .take(1_000)
                .filter(|value| !parts.drawn_from.contains(value));
            names.extend(values.map(|value| format!("{}-{value}", parts.arrivals)));
        }
        names
    }
}

/// One origin of data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The dataset's name in `galen data add --name`.
    pub id: String,
    /// Publication, registry or system that the data come from.
    pub origin: String,
    /// Under which terms the data may be used.
    pub licence: String,
    /// When the data were collected.
    pub period: String,
    /// How and why these people and values were collected.
    pub collection: String,
    /// What is known to be wrong or unusual about it.
    #[serde(default)]
    pub limits: Vec<String>,
}

/// A rule of inclusion or of exclusion; exactly one of `include` and `exclude`. Expressions are those of pandas'
/// `DataFrame.query`: `age >= 18`, `sex in ['F', 'M'] and not weight.isnull()`. A row without a value fulfils no comparison but `!=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CohortRule {
    /// Names the rule.
    pub id: String,
    /// Why people are left out by it, in the words of a diagram: `Under 18 years`.
    pub title: String,
    /// Who does not fulfil it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include: Option<String>,
    /// Who fulfils it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<String>,
}

/// How the truth of a case is found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferenceStandard {
    /// The name that the truth gets as a column.
    pub name: String,
    /// How the truth was established, and by whom.
    pub method: String,
    /// What the method cannot know.
    pub limits: String,
    /// The event that is the truth.
    pub event: Event,
}

/// A truth that is an event within a time: cases that left earlier without it have no truth and are excluded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The column that says whether the event was seen.
    pub column: String,
    /// Its value when the event was seen.
    pub value: String,
    /// The column with the days to the event or to the end of follow-up.
    pub time: String,
    /// Days within which the event counts.
    pub within_days: u32,
}

/// A column of the raw table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The name in the header of the table.
    pub name: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: ColumnKind,
    /// What is measured, in the words of a clinician.
    pub meaning: String,
    /// UCUM unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Plausible lowest and highest value, both allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[f64; 2]>,
    /// The categories that may occur.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
    /// Whether a cell may be empty.
    #[serde(default)]
    pub may_be_missing: bool,
    /// When the value is known: a model may use only what is known when its score is made.
    pub known_at: KnownAt,
}

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    Integer,
    Number,
    Category,
}

/// When a value becomes known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KnownAt {
    /// Before or when the score is made.
    Score,
    /// Only later: outcome, follow-up, cause.
    Later,
    /// Known, but about how the data were collected, and so no input.
    Collection,
}

/// A declared property of the data; `expectation` is an id of the list in the manual.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Names the expectation, so that risk controls can refer to it.
    pub id: String,
    /// Id of the list in the manual, such as `expect_column_values_to_be_between`.
    pub expectation: String,
    /// The column that is asked about, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What the expectation asks for, such as `min_value`, `max_value`, `value_set`, `mostly` (the words of Great Expectations).
    #[serde(default)]
    pub params: std::collections::BTreeMap<String, serde_json::Value>,
    /// What follows when it does not hold: `stop` ends the command.
    #[serde(default)]
    pub severity: Severity,
    /// Whether a profile suggested it and nobody has reviewed it yet: who has takes this line out. A data plan with such
    /// an entry is not frozen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suggested: bool,
}

/// How much a failed expectation or a clinical check weighs.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Note,
    Warn,
    #[default]
    Stop,
}

/// How cases are divided, once, by a declared seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// The seed of the draw. A dataset is divided with one seed only.
    pub seed: u64,
    /// The column whose value decides where a case may go, such as the year of collection.
    pub by: String,
    /// Values of `by` from which the drawn parts are taken.
    pub drawn_from: Vec<i64>,
    /// Share of those cases that becomes the reference set.
    pub reference: f64,
    /// Share of those cases that becomes the development set.
    pub development: f64,
    /// What is left is for learning, one part a value of `by`: `learn-1995`. Other values arrive later: `arrivals-1997`.
    pub learn: String,
    /// Name of the parts that arrive later.
    pub arrivals: String,
}
