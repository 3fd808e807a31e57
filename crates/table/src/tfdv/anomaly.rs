//! What is wrong with a column, in TFDV's names.

use galen_spec::tfdv::Amendment;
use serde::{Deserialize, Serialize};

/// A column that is not as declared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Anomaly {
    /// The column; empty for the table as a whole.
    pub column: String,
    /// Everything that is wrong, in the order in which it was found.
    pub reasons: Vec<Reason>,
}

impl Anomaly {
    /// The anomaly of these reasons, if there are any.
    pub(super) fn of(column: &str, reasons: Vec<Reason>) -> Option<Self> {
        if reasons.is_empty() {
            return None;
        }
        Some(Self {
            column: column.to_owned(),
            reasons,
        })
    }

    /// TFDV's one line for the column. It leaves reasons without a description out where others have one, and says
    /// `Multiple errors` of several that have one.
    pub fn short(&self) -> &str {
        let mut described = self.reasons.iter().filter(|reason| !reason.terse);
        match (described.next(), described.next()) {
            (Some(_), Some(_)) => "Multiple errors",
            (Some(only), None) => &only.short,
            (None, _) => self.reasons.last().map_or("", |last| &last.short),
        }
    }
}

/// One thing that is wrong with a column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason {
    #[serde(rename = "type")]
    pub kind: AnomalyType,
    /// TFDV's short description.
    pub short: String,
    /// What was seen and what was expected.
    pub message: String,
    /// Values that are not as expected, some of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// What the schema would have to let pass; none if a person has to say what is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amendment: Option<Amendment>,
    /// Whether TFDV gives this reason no long description; see [`Anomaly::short`].
    #[serde(skip)]
    pub(super) terse: bool,
}

impl Reason {
    pub(super) fn new(kind: AnomalyType, short: &str, message: impl Into<String>) -> Self {
        Self {
            kind,
            short: short.to_owned(),
            message: message.into(),
            values: Vec::new(),
            amendment: None,
            terse: false,
        }
    }

    /// A reason of which TFDV says no more than the short description.
    pub(super) fn terse(kind: AnomalyType, short: &str) -> Self {
        Self {
            terse: true,
            ..Self::new(kind, short, format!("The schema is wrong here: {short}"))
        }
    }

    pub(super) fn values(self, values: Vec<String>) -> Self {
        Self { values, ..self }
    }

    pub(super) fn amended_by(self, amendment: Amendment) -> Self {
        let amendment = Some(amendment);
        Self { amendment, ..self }
    }
}

/// TFDV's name for a kind of anomaly: those that a table can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AnomalyType {
    BoolTypeBigInt,
    BoolTypeSmallInt,
    BoolTypeUnexpectedFloat,
    BoolTypeUnexpectedString,
    ComparatorControlDataMissing,
    ComparatorHighNumExamples,
    ComparatorJensenShannonDivergenceHigh,
    #[serde(rename = "COMPARATOR_L_INFTY_HIGH")]
    ComparatorLInftyHigh,
    ComparatorLowNumExamples,
    ComparatorNormalizedAbsoluteDifferenceHigh,
    DatasetHighNumExamples,
    DatasetLowNumExamples,
    DerivedFeatureBadLifecycle,
    DomainInvalidForType,
    EnumTypeUnexpectedStringValues,
    FeatureMissingType,
    FeatureTypeHighNumberValues,
    FeatureTypeHighUnique,
    FeatureTypeLowFractionPresent,
    FeatureTypeLowNumberPresent,
    FeatureTypeLowNumberValues,
    FeatureTypeLowUnique,
    FeatureTypeNoUnique,
    FeatureTypeNotPresent,
    FloatTypeBigFloat,
    FloatTypeHasInf,
    FloatTypeHasNan,
    FloatTypeSmallFloat,
    FloatTypeStringNotFloat,
    IntTypeBigInt,
    IntTypeNotIntString,
    IntTypeSmallInt,
    InvalidDomainSpecification,
    InvalidFeatureShape,
    InvalidSchemaSpecification,
    SchemaMissingColumn,
    SchemaNewColumn,
    SparseFeatureNameCollision,
    UnexpectedDataType,
    ValueNestednessMismatch,
    WeightedFeatureNameCollision,
}

impl AnomalyType {
    /// The name as TFDV writes it.
    pub fn name(self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value.as_str().unwrap_or_default().to_owned()
    }
}

impl std::fmt::Display for AnomalyType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name())
    }
}
