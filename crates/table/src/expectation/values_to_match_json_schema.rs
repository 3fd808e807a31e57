use super::{About, AskError, Asked, Expectation, Question, json};
use crate::Cell;

/// Every value is a text of JSON that `json_schema` allows. A text that is no JSON is not as expected. References to other
/// documents are not followed.
///
/// # Source
/// Great Expectations 1.24, `ExpectColumnValuesToMatchJsonSchema`; JSON Schema 2020-12 and the drafts that `$schema` names.
pub struct ValuesToMatchJsonSchema;

impl Expectation for ValuesToMatchJsonSchema {
    fn about(&self) -> About {
        About {
            id: "expect_column_values_to_match_json_schema",
            params: &["json_schema", "mostly"],
            of_rows: true,
            of_texts: false,
            what: "Every value is a text of JSON that a schema allows.",
        }
    }

    fn ask(&self, question: &Question) -> Result<Asked, AskError> {
        let schema = question
            .params
            .value("json_schema")
            .ok_or(AskError::NeedsParam("json_schema"))?;
        let schema = jsonschema::validator_for(schema).map_err(|error| {
            question
                .params
                .wrong("json_schema", format!("a JSON Schema: {error}"))
        })?;
        Asked::each_value(question, move |cell| match cell {
            Cell::Text(text) => json::read(text).is_some_and(|value| schema.is_valid(&value)),
            _ => false,
        })
    }
}
