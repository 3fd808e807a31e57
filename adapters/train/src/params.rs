use std::collections::{BTreeMap, BTreeSet};

use galen_pipeline::NativeError;
use galen_spec::nearest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most inputs of a model.
const INPUTS_MAX: usize = 1000;

/// The parameters of the stage.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Params {
    pub inputs: Vec<String>,
    /// Inputs whose natural logarithm is learned from.
    pub logs: BTreeSet<String>,
    /// Inputs that may be missing; each gets an indicator.
    pub missing_indicator: BTreeSet<String>,
    pub truth: String,
    pub class_weight: ClassWeight,
    /// Half of it times the sum of squared coefficients, on standardised inputs, is added to the summed log-loss.
    pub l2: f64,
}

/// How much the rows of each class weigh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClassWeight {
    /// Each row the same.
    None,
    /// Each class about the same: the rows of the smaller class are repeated, as often as brings it nearest to the larger.
    Balanced,
}

impl Params {
    /// Reads what `pipeline.yaml` says.
    pub fn read(params: &BTreeMap<String, Value>) -> Result<Self, NativeError> {
        const KNOWN: [&str; 6] = [
            "inputs",
            "transforms",
            "missing_indicator",
            "truth",
            "class_weight",
            "l2",
        ];
        if let Some(param) = params.keys().find(|param| !KNOWN.contains(&param.as_str())) {
            let help = match nearest(param, KNOWN) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known are {}", KNOWN.join(", ")),
            };
            return Err(wrong(param, "this stage does not know it", &help));
        }
        let read = Self {
            inputs: required(params, "inputs", "a list of column names")?,
            logs: transforms(params)?,
            missing_indicator: optional(params, "missing_indicator", "a list of inputs")?
                .unwrap_or_default(),
            truth: required(params, "truth", "the name of the column with the truth")?,
            class_weight: optional(params, "class_weight", "`none` or `balanced`")?
                .unwrap_or(ClassWeight::None),
            l2: required(params, "l2", "a number, 0 or above")?,
        };
        read.check()?;
        Ok(read)
    }

    fn check(&self) -> Result<(), NativeError> {
        if self.inputs.is_empty() || self.inputs.len() > INPUTS_MAX {
            let help = format!("name 1 to {INPUTS_MAX} columns");
            return Err(wrong(
                "inputs",
                &format!("it names {}", self.inputs.len()),
                &help,
            ));
        }
        if self.inputs.contains(&self.truth) {
            let what = format!("it names the truth `{}`", self.truth);
            return Err(wrong(
                "inputs",
                &what,
                "a model that is told the truth learns nothing",
            ));
        }
        for (param, names) in [
            ("transforms", &self.logs),
            ("missing_indicator", &self.missing_indicator),
        ] {
            if let Some(name) = names.iter().find(|name| !self.inputs.contains(name)) {
                let what = format!("`{name}` is not among the inputs");
                let inputs = self.inputs.iter().map(String::as_str);
                let help = match nearest(name, inputs) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "name an input".to_owned(),
                };
                return Err(wrong(param, &what, &help));
            }
        }
        if !(self.l2.is_finite() && self.l2 >= 0.0) {
            return Err(wrong(
                "l2",
                &format!("it is {}", self.l2),
                "give 0 or a number above",
            ));
        }
        Ok(())
    }
}

/// Only the logarithm is known.
fn transforms(params: &BTreeMap<String, Value>) -> Result<BTreeSet<String>, NativeError> {
    let expected = "a map from an input to `log`";
    let transforms: BTreeMap<String, String> =
        optional(params, "transforms", expected)?.unwrap_or_default();
    match transforms.iter().find(|(_, transform)| *transform != "log") {
        None => Ok(transforms.into_keys().collect()),
        Some((input, transform)) => {
            let what = format!("`{input}` shall be transformed by `{transform}`");
            Err(wrong("transforms", &what, "`log` is the only transform"))
        }
    }
}

fn required<T: for<'de> Deserialize<'de>>(
    params: &BTreeMap<String, Value>,
    param: &str,
    expected: &str,
) -> Result<T, NativeError> {
    optional(params, param, expected)?
        .ok_or_else(|| wrong(param, "it is not given", &format!("give {expected}")))
}

fn optional<T: for<'de> Deserialize<'de>>(
    params: &BTreeMap<String, Value>,
    param: &str,
    expected: &str,
) -> Result<Option<T>, NativeError> {
    let read = |value: &Value| {
        T::deserialize(value).map_err(|_| {
            wrong(
                param,
                &format!("it is {value}"),
                &format!("give {expected}"),
            )
        })
    };
    params.get(param).map(read).transpose()
}

/// A parameter that is not as it must be.
pub(crate) fn wrong(param: &str, what: &str, help: &str) -> NativeError {
    NativeError::Param {
        param: param.to_owned(),
        what: what.to_owned(),
        help: help.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(change: Value) -> Result<Params, NativeError> {
        let mut params = json!({"inputs": ["age", "kappa"], "truth": "dead", "l2": 0.0001});
        for (param, value) in change.as_object().expect("an object") {
            params[param] = value.clone();
        }
        Params::read(&serde_json::from_value(params).expect("an object"))
    }

    #[test]
    fn what_is_not_given_is_plain() {
        let params = read(json!({})).expect("is read");
        assert_eq!(params.class_weight, ClassWeight::None);
        assert!(params.logs.is_empty() && params.missing_indicator.is_empty());
        let params = read(json!({"transforms": {"kappa": "log"}, "class_weight": "balanced"}));
        let params = params.expect("is read");
        assert_eq!(params.class_weight, ClassWeight::Balanced);
        assert!(params.logs.contains("kappa"));
    }

    #[test]
    fn a_parameter_that_is_wrong_is_named_with_what_to_do() {
        let cases = [
            (
                json!({"missing_indicators": []}),
                "did you mean `missing_indicator`?",
            ),
            (
                json!({"transforms": {"kapa": "log"}}),
                "did you mean `kappa`?",
            ),
            (
                json!({"transforms": {"kappa": "sqrt"}}),
                "`log` is the only transform",
            ),
            (
                json!({"missing_indicator": ["creatinine"]}),
                "not among the inputs",
            ),
            (json!({"inputs": ["age", "dead"]}), "it names the truth"),
            (json!({"inputs": []}), "it names 0"),
            (json!({"inputs": "age"}), "give a list of column names"),
            (json!({"class_weight": "even"}), "`none` or `balanced`"),
            (json!({"l2": -1}), "it is -1"),
            (json!({"l2": "much"}), "0 or above"),
        ];
        for (change, text) in cases {
            let message = read(change).expect_err(text).to_string();
            assert!(message.contains(text), "{message}");
        }
    }
}
