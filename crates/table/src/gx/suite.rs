use std::collections::BTreeMap;

use galen_spec::data::{Expectation as Declared, Severity};
use serde::Serialize;
use serde_json::{Map, Value};
use thiserror::Error;

use super::lines;
use crate::expectation;

/// A suite of Great Expectations, in galen's words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Suite {
    pub name: String,
    pub expectations: Vec<Declared>,
    /// What galen does not know, and so does not take over.
    pub skipped: Vec<Remark>,
    /// What is taken over and can never hold, of any table: a regular expression that is none, bounds in the wrong order.
    pub warnings: Vec<Remark>,
}

/// What is to be said of an expectation of the suite.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Remark {
    pub file: String,
    /// The line on which it begins, from 1.
    pub line: Option<u32>,
    pub expectation: String,
    pub why: String,
    /// The ids that are written almost so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nearest: Vec<&'static str>,
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ImportError {
    #[error("{file}:{line}: {why}")]
    Syntax {
        file: String,
        line: u64,
        why: String,
    },
    #[error(
        "{file} is no suite of Great Expectations: it has no list `expectations`, and it names no suite as a checkpoint does."
    )]
    NoSuite { file: String },
}

impl ImportError {
    pub(super) fn json(file: &str, text: &str) -> Self {
        let error = serde_json::from_str::<serde::de::IgnoredAny>(text).err();
        Self::Syntax {
            file: file.to_owned(),
            line: error.as_ref().map_or(1, |error| error.line() as u64),
            why: error.map_or_else(|| "this is no JSON".to_owned(), |error| error.to_string()),
        }
    }
}

/// Keys of `kwargs` that say how Great Expectations runs or shows an expectation, and nothing of the data.
const OF_THE_RUN: [&str; 10] = [
    "batch_id",
    "result_format",
    "catch_exceptions",
    "include_config",
    "meta",
    "notes",
    "description",
    "rendered_content",
    "id",
    "severity",
];
/// Names that Great Expectations gave up.
const RENAMED: [(&str, &str); 1] = [(
    "expect_multicolumn_values_to_be_unique",
    "expect_select_column_values_to_be_unique_within_record",
)];

/// Reads a suite: `expectation_type` and `evaluation_parameters` are of 0.18, `type` and `suite_parameters` of 1.x.
/// `parameters` are values for `$PARAMETER` that come from elsewhere, such as a checkpoint.
///
/// # Errors
/// [`ImportError`].
pub fn suite(
    file: &str,
    text: &str,
    parameters: &Map<String, Value>,
) -> Result<Suite, ImportError> {
    let value = expectation::json::read(text).ok_or_else(|| ImportError::json(file, text))?;
    let items = value.get("expectations").and_then(Value::as_array);
    let items = items.ok_or_else(|| ImportError::NoSuite {
        file: file.to_owned(),
    })?;
    let name = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut known = Map::new();
    for key in ["evaluation_parameters", "suite_parameters"] {
        if let Some(Value::Object(own)) = value.get(key) {
            known.extend(own.clone());
        }
    }
    known.extend(parameters.clone());
    let mut suite = Suite {
        name: name("name")
            .or_else(|| name("expectation_suite_name"))
            .unwrap_or_default(),
        ..Suite::default()
    };
    let lines = lines::of_items(text);
    let mut ids = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        let remark = |expectation: String, why: String, nearest| Remark {
            file: file.to_owned(),
            line: lines.get(at).copied(),
            expectation,
            why,
            nearest,
        };
        match declared(item, &known) {
            Ok(mut one) => {
                if let Err(error) = expectation::check(&one) {
                    let named = one.expectation.clone();
                    suite
                        .warnings
                        .push(remark(named, error.to_string(), Vec::new()));
                }
                let count = ids.entry(one.id.clone()).or_insert(0);
                *count += 1;
                if *count > 1 {
                    one.id = format!("{}_{count}", one.id);
                }
                suite.expectations.push(one);
            }
            Err((expectation, why, nearest)) => {
                suite.skipped.push(remark(expectation, why, nearest));
            }
        }
    }
    Ok(suite)
}

/// What is not taken over: the name, why, and what is written almost so.
type Not = (String, String, Vec<&'static str>);

fn declared(item: &Value, known: &Map<String, Value>) -> Result<Declared, Not> {
    let kind = item.get("type").or_else(|| item.get("expectation_type"));
    let kind = kind.and_then(Value::as_str).unwrap_or_default();
    let not = |why: String| (kind.to_owned(), why, Vec::new());
    let id = RENAMED
        .iter()
        .find(|(old, _)| *old == kind)
        .map_or(kind, |(_, new)| new);
    if expectation::by_id(id).is_none() {
        let near = expectation::near(id);
        let why = match kind {
            "" => "It names no `type`.".to_owned(),
            _ => format!("galen has no expectation `{kind}`."),
        };
        return Err((kind.to_owned(), why, near));
    }
    let Some(Value::Object(kwargs)) = item.get("kwargs") else {
        return Err(not("It has no map `kwargs`.".to_owned()));
    };
    if item
        .get("windows")
        .is_some_and(|windows| windows.as_array().is_some_and(|w| !w.is_empty()))
    {
        return Err(not(
            "Its bounds are computed from earlier runs (`windows`), which galen does not keep."
                .to_owned(),
        ));
    }
    let mut column = None;
    let mut params = BTreeMap::new();
    for (key, value) in kwargs {
        let value = with_values(value, known).map_err(not)?;
        match (key.as_str(), value) {
            ("column", Value::String(name)) => column = Some(name),
            (key, _) if OF_THE_RUN.contains(&key) => {}
            // Great Expectations writes null for what was not declared.
            (_, Value::Null) => {}
            (_, value) => {
                params.insert(key.clone(), value);
            }
        }
    }
    let severity = match item.get("severity").and_then(Value::as_str) {
        None | Some("critical") => Severity::Stop,
        Some("warning") => Severity::Warn,
        Some("info") => Severity::Note,
        Some(other) => {
            return Err(not(format!(
                "Its severity `{other}` is none of critical, warning, info."
            )));
        }
    };
    let declared = Declared {
        id: name_of(column.as_deref(), id),
        expectation: id.to_owned(),
        column,
        params,
        severity,
        suggested: false,
    };
    expectation::check_names(&declared).map_err(|error| not(error.to_string()))?;
    Ok(declared)
}

/// A value with each `{"$PARAMETER": NAME}` in it replaced.
fn with_values(value: &Value, known: &Map<String, Value>) -> Result<Value, String> {
    match value {
        Value::Object(map) => {
            if let Some(name) = map.get("$PARAMETER") {
                let name = name.as_str().unwrap_or_default();
                // 0.18 could keep the last value beside the name.
                let value = known
                    .get(name)
                    .or_else(|| map.get(&format!("$PARAMETER.{name}")));
                return value.cloned().ok_or_else(|| format!("It needs a value for the parameter `{name}`: give it with `--set {name}=VALUE`."));
            }
            let entries = map
                .iter()
                .map(|(key, value)| Ok((key.clone(), with_values(value, known)?)));
            entries
                .collect::<Result<Map<_, _>, String>>()
                .map(Value::Object)
        }
        Value::Array(items) => {
            let items = items.iter().map(|item| with_values(item, known));
            items.collect::<Result<Vec<_>, String>>().map(Value::Array)
        }
        other => Ok(other.clone()),
    }
}

/// An id that a risk control can refer to: `age_values_to_be_between`.
fn name_of(column: Option<&str>, expectation: &str) -> String {
    let short = expectation.strip_prefix("expect_").unwrap_or(expectation);
    let short = match column {
        Some(column) => format!(
            "{column}_{}",
            short.strip_prefix("column_").unwrap_or(short)
        ),
        None => short.to_owned(),
    };
    let letters = short.chars().map(|c| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Suite {
        suite("s.json", text, &Map::new()).expect("it is a suite")
    }

    #[test]
    fn a_suite_of_0_18_and_the_same_of_1_give_the_same() {
        let old = read(
            r#"{"expectation_suite_name": "s", "ge_cloud_id": null, "data_asset_type": null, "meta": {}, "expectations": [
            {"expectation_type": "expect_column_values_to_be_between", "ge_cloud_id": null, "meta": {}, "kwargs": {"column": "age", "min_value": {"$PARAMETER": "lowest", "$PARAMETER.lowest": 18}, "max_value": null, "result_format": "COMPLETE"}}]}"#,
        );
        let new = read(
            r#"{"name": "s", "id": null, "expectations": [
            {"type": "expect_column_values_to_be_between", "id": "4", "kwargs": {"column": "age", "min_value": {"$PARAMETER": "lowest"}}, "severity": "critical"}],
            "suite_parameters": {"lowest": 18}}"#,
        );
        assert_eq!(old, new);
        let one = &new.expectations[0];
        assert_eq!(
            (one.id.as_str(), one.column.as_deref()),
            ("age_values_to_be_between", Some("age"))
        );
        assert_eq!(
            one.params,
            BTreeMap::from([("min_value".to_owned(), json!(18))])
        );
        assert_eq!(one.severity, Severity::Stop);
    }

    #[test]
    fn what_galen_cannot_judge_is_named_with_its_line_and_near_misses() {
        let got = read(
            "{\"name\": \"s\", \"expectations\": [\n{\"type\": \"expect_column_to_exist\", \"kwargs\": {\"column\": \"a\"}},\n{\"type\": \"expect_column_values_to_be_betwen\", \"kwargs\": {}},\n{\"type\": \"expect_column_to_exist\", \"kwargs\": {\"column\": \"b\", \"colum_index\": 3}},\n{\"type\": \"expect_table_row_count_to_equal\", \"kwargs\": {\"value\": {\"$PARAMETER\": \"rows\"}}}\n]}",
        );
        assert_eq!(got.expectations.len(), 1);
        let lines: Vec<_> = got.skipped.iter().map(|skipped| skipped.line).collect();
        assert_eq!(lines, [Some(3), Some(4), Some(5)]);
        assert_eq!(
            got.skipped[0].nearest[0],
            "expect_column_values_to_be_between"
        );
        assert!(
            got.skipped[1].why.contains("`colum_index`"),
            "{}",
            got.skipped[1].why
        );
        assert!(got.skipped[2].why.contains("--set rows="));
    }

    #[test]
    fn what_can_never_hold_is_taken_over_and_named() {
        let got = read(
            "{\"name\": \"s\", \"expectations\": [\n{\"type\": \"expect_column_values_to_match_regex\", \"kwargs\": {\"column\": \"a\", \"regex\": \"(\"}}]}",
        );
        assert_eq!((got.expectations.len(), got.skipped.len()), (1, 0));
        assert_eq!(got.warnings[0].line, Some(2));
        assert!(
            got.warnings[0].why.contains("`regex`"),
            "{}",
            got.warnings[0].why
        );
    }

    #[test]
    fn equal_questions_have_different_ids_and_severities_are_translated() {
        let item = |severity: &str| json!({"type": "expect_table_row_count_to_equal", "kwargs": {"value": 3}, "severity": severity});
        let text =
            json!({"name": "s", "expectations": [item("info"), item("warning"), item("loud")]})
                .to_string();
        let got = read(&text);
        let ids: Vec<_> = got.expectations.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(
            ids,
            ["table_row_count_to_equal", "table_row_count_to_equal_2"]
        );
        assert_eq!(got.expectations[0].severity, Severity::Note);
        assert_eq!(got.skipped.len(), 1);
    }

    #[test]
    fn a_broken_file_is_told_by_its_line() {
        let error =
            suite("s.json", "{\"expectations\": [\n{]", &Map::new()).expect_err("it is broken");
        assert!(error.to_string().starts_with("s.json:2:"), "{error}");
        let none = suite("s.json", "{}", &Map::new()).expect_err("it is none");
        assert!(matches!(none, ImportError::NoSuite { .. }));
    }
}
