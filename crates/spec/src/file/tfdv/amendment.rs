use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Feature, FeatureType, LifecycleStage, Schema};

/// What a schema has to let pass so that an anomaly is none: the least change, as TFDV would make it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum Amendment {
    /// These texts belong to the domain. Of a domain that features share, to that of all of them.
    Texts { values: Vec<String> },
    /// A lowest whole number.
    LowestWhole { min: i64 },
    /// A highest whole number.
    HighestWhole { max: i64 },
    /// A lowest number.
    Lowest { min: f32 },
    /// A highest number.
    Highest { max: f32 },
    /// NaN is a value.
    Nan,
    /// Infinities are values.
    Infinity,
    /// A lowest share of rows with a value.
    Share { min_fraction: f64 },
    /// A lowest number of rows with a value.
    Count { min_count: i64 },
    /// A lowest number of different texts.
    FewestTexts { min: i64 },
    /// A highest number of different texts.
    MostTexts { max: i64 },
    /// No fixed shape.
    NoShape,
    /// The column is of the schema, with this type.
    Column {
        #[serde(rename = "type")]
        kind: FeatureType,
    },
    /// The column is judged no more.
    Retired,
}

/// Why a schema cannot be amended.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AmendError {
    #[error("The schema has no feature `{0}`.")]
    NoFeature(String),
    #[error("The schema has a feature `{0}` already.")]
    Known(String),
    #[error("The feature `{0}` has no such constraint.")]
    NoConstraint(String),
}

impl Schema {
    /// This schema with one amendment of a column.
    ///
    /// # Errors
    /// [`AmendError`] if there is nothing that the amendment could change.
    pub fn amended(&self, column: &str, amendment: &Amendment) -> Result<Schema, AmendError> {
        let mut schema = self.clone();
        let place = schema.feature.iter().position(|one| one.name == column);
        if let Amendment::Column { kind } = amendment {
            if place.is_some() {
                return Err(AmendError::Known(column.to_owned()));
            }
            schema.feature.push(Feature {
                name: column.to_owned(),
                kind: Some(*kind),
                ..Feature::default()
            });
            return Ok(schema);
        }
        let place = place.ok_or_else(|| AmendError::NoFeature(column.to_owned()))?;
        let changed = match amendment {
            Amendment::Texts { values } => schema.add_texts(place, values),
            other => schema.feature[place].amend(other),
        };
        changed.ok_or_else(|| AmendError::NoConstraint(column.to_owned()))?;
        Ok(schema)
    }

    fn add_texts(&mut self, place: usize, values: &[String]) -> Option<()> {
        let feature = &mut self.feature[place];
        let domain = match (&feature.domain, &mut feature.string_domain) {
            (_, Some(own)) => own,
            (named, None) => {
                let mut domains = self.string_domain.iter_mut();
                domains.find(|domain| named.is_some() && domain.name == *named)?
            }
        };
        for value in values {
            if !domain.value.contains(value) {
                domain.value.push(value.clone());
            }
        }
        Some(())
    }
}

impl Feature {
    /// Changes a constraint that the feature has.
    fn amend(&mut self, amendment: &Amendment) -> Option<()> {
        match amendment {
            Amendment::LowestWhole { min } => self.int_domain.as_mut()?.min = Some(*min),
            Amendment::HighestWhole { max } => self.int_domain.as_mut()?.max = Some(*max),
            Amendment::Lowest { min } => self.float_domain.as_mut()?.min = Some(*min),
            Amendment::Highest { max } => self.float_domain.as_mut()?.max = Some(*max),
            Amendment::Nan => self.float_domain.as_mut()?.disallow_nan = Some(false),
            Amendment::Infinity => self.float_domain.as_mut()?.disallow_inf = Some(false),
            Amendment::Share { min_fraction } => {
                self.presence.as_mut()?.min_fraction = Some(*min_fraction);
            }
            Amendment::Count { min_count } => {
                self.presence.as_mut()?.min_count = Some(*min_count);
            }
            Amendment::FewestTexts { min } => {
                self.unique_constraints.as_mut()?.min = Some(*min);
            }
            Amendment::MostTexts { max } => self.unique_constraints.as_mut()?.max = Some(*max),
            Amendment::NoShape => {
                self.shape.take()?;
            }
            Amendment::Retired => self.lifecycle_stage = Some(LifecycleStage::Deprecated),
            Amendment::Texts { .. } | Amendment::Column { .. } => return None,
        }
        Some(())
    }
}

/// What the amendment does, after the name of the column.
impl fmt::Display for Amendment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Amendment::Texts { values } => {
                let values: Vec<String> = values.iter().map(|one| format!("`{one}`")).collect();
                write!(f, "may be {}", values.join(", "))
            }
            Amendment::LowestWhole { min } => write!(f, "may be as low as {min}"),
            Amendment::HighestWhole { max } => write!(f, "may be as high as {max}"),
            Amendment::Lowest { min } => write!(f, "may be as low as {min}"),
            Amendment::Highest { max } => write!(f, "may be as high as {max}"),
            Amendment::Nan => f.write_str("may be NaN"),
            Amendment::Infinity => f.write_str("may be infinite"),
            Amendment::Share { min_fraction } => {
                write!(
                    f,
                    "may have a value in a share of {min_fraction} of the rows"
                )
            }
            Amendment::Count { min_count } => write!(f, "may have a value in {min_count} rows"),
            Amendment::FewestTexts { min } => write!(f, "may have as few as {min} different texts"),
            Amendment::MostTexts { max } => write!(f, "may have as many as {max} different texts"),
            Amendment::NoShape => f.write_str("has no fixed shape"),
            Amendment::Column { .. } => f.write_str("is a column of the schema"),
            Amendment::Retired => f.write_str("is judged no more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        let text = "
feature:
  - {name: grade, type: BYTES, domain: grades}
  - {name: grade_before, type: BYTES, domain: grades}
  - {name: age, type: INT, int_domain: {min: 18, max: 90}}
string_domain: [{name: grades, value: [I, II]}]
";
        crate::read("suite.yaml", text).expect("it is a schema")
    }

    #[test]
    fn an_amendment_lets_pass_what_it_says_and_nothing_else() {
        let texts = Amendment::Texts {
            values: vec!["II".into(), "III".into()],
        };
        let amended = schema()
            .amended("grade_before", &texts)
            .expect("it has a domain");
        assert_eq!(amended.string_domain[0].value, ["I", "II", "III"]);
        assert_eq!(amended.feature, schema().feature);
        let higher = Amendment::HighestWhole { max: 97 };
        let amended = schema().amended("age", &higher).expect("it has bounds");
        let domain = amended.feature[2].int_domain.clone().expect("still");
        assert_eq!((domain.min, domain.max), (Some(18), Some(97)));
        assert_eq!(higher.to_string(), "may be as high as 97");
    }

    #[test]
    fn a_constraint_that_is_not_there_cannot_be_amended() {
        let none = |column: &str| AmendError::NoConstraint(column.to_owned());
        assert_eq!(schema().amended("age", &Amendment::Nan), Err(none("age")));
        let texts = Amendment::Texts {
            values: vec!["I".into()],
        };
        assert_eq!(schema().amended("age", &texts), Err(none("age")));
        let missing = AmendError::NoFeature("weight".into());
        assert_eq!(
            schema().amended("weight", &Amendment::Retired),
            Err(missing)
        );
        let known = Amendment::Column {
            kind: FeatureType::Int,
        };
        assert_eq!(
            schema().amended("age", &known),
            Err(AmendError::Known("age".into()))
        );
    }

    #[test]
    fn a_column_comes_and_goes() {
        let new = Amendment::Column {
            kind: FeatureType::Float,
        };
        let amended = schema().amended("weight", &new).expect("it is new");
        let retired = amended
            .amended("weight", &Amendment::Retired)
            .expect("it is known");
        assert_eq!(
            retired.feature[3].lifecycle_stage,
            Some(LifecycleStage::Deprecated)
        );
    }
}
