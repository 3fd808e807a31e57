use serde_json::{Map, Value};

use super::ImportError;

/// What a checkpoint says of suites: their names, or the validation definitions that name them, and values for their
/// parameters. What else it does (batches, actions) is not of the expectations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checkpoint {
    pub name: String,
    pub suites: Vec<String>,
    /// Names of validation definitions (1.x), whose files name the suites.
    pub definitions: Vec<String>,
    pub parameters: Map<String, Value>,
}

/// Reads a checkpoint, or a validation definition of 1.x: JSON, or YAML as 0.18 writes it. None if it is something else.
///
/// # Errors
/// [`ImportError::Syntax`].
pub fn checkpoint(file: &str, text: &str) -> Result<Option<Checkpoint>, ImportError> {
    let value = read(file, text)?;
    let name = |value: &Value| match value {
        Value::String(name) => Some(name.clone()),
        other => Some(other.get("name")?.as_str()?.to_owned()),
    };
    let mut checkpoint = Checkpoint {
        name: value.get("name").and_then(name).unwrap_or_default(),
        ..Checkpoint::default()
    };
    for key in ["evaluation_parameters", "suite_parameters"] {
        if let Some(Value::Object(parameters)) = value.get(key) {
            checkpoint.parameters.extend(parameters.clone());
        }
    }
    let list = |key: &str| {
        value
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    let mut suites: Vec<Option<String>> = Vec::new();
    for key in ["expectation_suite_name", "suite"] {
        suites.extend(value.get(key).filter(|v| !v.is_null()).map(name));
    }
    for validation in list("validations") {
        suites.extend(validation.get("expectation_suite_name").map(name));
    }
    checkpoint.definitions = list("validation_definitions").filter_map(name).collect();
    for suite in suites.into_iter().flatten() {
        if !checkpoint.suites.contains(&suite) {
            checkpoint.suites.push(suite);
        }
    }
    let is_one = !checkpoint.suites.is_empty() || !checkpoint.definitions.is_empty();
    Ok(is_one.then_some(checkpoint))
}

/// JSON, or YAML.
pub(super) fn read(file: &str, text: &str) -> Result<Value, ImportError> {
    if text.trim_start().starts_with('{') {
        return crate::expectation::json::read(text).ok_or_else(|| ImportError::json(file, text));
    }
    galen_spec::read::value(text).map_err(|(line, why)| ImportError::Syntax {
        file: file.to_owned(),
        line,
        why,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Checkpoint {
        checkpoint("c", text)
            .expect("it can be read")
            .expect("it is one")
    }

    #[test]
    fn a_checkpoint_of_0_18_names_its_suites() {
        let got = read(
            "name: nightly\nconfig_version: 1.0\nclass_name: Checkpoint\nevaluation_parameters:\n  lowest: 3\nvalidations:\n  - batch_request: {datasource_name: d}\n    expectation_suite_name: people.core\n  - expectation_suite_name: people.core\n",
        );
        assert_eq!(
            (got.name.as_str(), got.suites),
            ("nightly", vec!["people.core".to_owned()])
        );
        assert_eq!(got.parameters["lowest"], json!(3));
    }

    #[test]
    fn a_checkpoint_of_1_names_validation_definitions_and_they_name_suites() {
        let got = read(
            r#"{"name": "c", "validation_definitions": [{"id": "1", "name": "v"}], "actions": [], "id": "2"}"#,
        );
        assert_eq!(got.definitions, ["v"]);
        let got = read(r#"{"name": "v", "data": {}, "suite": {"name": "s", "id": "3"}}"#);
        assert_eq!(got.suites, ["s"]);
    }

    #[test]
    fn what_names_no_suite_is_no_checkpoint() {
        assert_eq!(checkpoint("c", r#"{"expectations": []}"#), Ok(None));
        assert!(checkpoint("c", "{").is_err() && checkpoint("c", "a: [").is_err());
    }
}
