//! What a model takes and gives: its card for machines.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// The version of the format; a reader refuses what it does not know.
const FORMAT: &str = "galen.contract/1";

/// The largest file that is read.
const BYTES_MAX: usize = 1 << 20;

/// The inputs of a model in their order, its output, and what it learned from; `contract.json` beside `model.onnx`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputContract {
    format: String,
    inputs: Vec<Input>,
    pub output: Output,
    /// The column with the truth that the model learned.
    pub truth: String,
    /// Such as `logistic_regression`.
    pub algorithm: String,
    pub training: Training,
}

/// One input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pub name: String,
    pub kind: InputKind,
    /// UCUM unit, where declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Plausible lowest and highest value of a number, both allowed, where declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[f64; 2]>,
    /// Whether the value must be above 0, because the model takes its logarithm.
    #[serde(default)]
    pub positive: bool,
    /// Whether the value may be absent; the model is then told so by an indicator of its own.
    #[serde(default)]
    pub may_be_missing: bool,
}

/// What an input's values are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    Number,
    /// One of these words; the model gets its place in this list, counted from 0.
    Category {
        values: Vec<String>,
    },
}

/// What the model gives: a probability in 0..=1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    pub name: String,
    pub meaning: String,
}

/// What the model learned from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// As declared in the stage, such as `dataset:learn-1995`.
    pub datasets: Vec<String>,
    pub n: u64,
    pub events: u64,
    /// The parameters of the training without inputs and truth.
    pub params: BTreeMap<String, Value>,
}

/// Why something is no contract.
#[derive(Debug, Error)]
pub enum ContractError {
    #[error(
        "the contract has {bytes} bytes and the limit is {BYTES_MAX}; it cannot be one of galen's"
    )]
    TooLarge { bytes: usize },
    #[error(
        "the contract is not JSON of the right shape: {0}; train the model again or take its contract from a backup"
    )]
    Json(#[from] serde_json::Error),
    #[error(
        "the contract is of format `{format}` and this galen reads `{FORMAT}`; use the galen that wrote it"
    )]
    Format { format: String },
    #[error("the contract names no input")]
    NoInput,
    #[error(
        "the contract uses the name `{name}` twice (an input that may be missing also takes `<name>_missing`); rename one"
    )]
    Repeated { name: String },
    #[error("input `{input}`: {what}")]
    Input { input: String, what: &'static str },
}

impl InputContract {
    /// Joins what is known of a model.
    ///
    /// # Errors
    /// [`ContractError`] for inputs that contradict themselves or each other.
    pub fn new(
        inputs: Vec<Input>,
        output: Output,
        truth: String,
        algorithm: String,
        training: Training,
    ) -> Result<Self, ContractError> {
        let format = FORMAT.to_owned();
        let contract = Self {
            format,
            inputs,
            output,
            truth,
            algorithm,
            training,
        };
        contract.check()?;
        Ok(contract)
    }

    /// Reads `contract.json`.
    ///
    /// # Errors
    /// [`ContractError`].
    pub fn read(bytes: &[u8]) -> Result<Self, ContractError> {
        if bytes.len() > BYTES_MAX {
            return Err(ContractError::TooLarge { bytes: bytes.len() });
        }
        let contract: Self = serde_json::from_slice(bytes)?;
        if contract.format != FORMAT {
            let format = contract.format;
            return Err(ContractError::Format { format });
        }
        contract.check()?;
        Ok(contract)
    }

    /// Gives `contract.json`: indented JSON, the same bytes for the same contract.
    ///
    /// # Panics
    /// Never: a checked contract holds text and finite numbers.
    pub fn to_json(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("text and finite numbers");
        bytes.push(b'\n');
        bytes
    }

    /// The inputs in the order of the model.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// The names of the model's numbers: each input, and after one that may be missing its indicator.
    pub fn encoded_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for input in &self.inputs {
            names.push(input.name.clone());
            if input.may_be_missing {
                names.push(input.indicator());
            }
        }
        names
    }

    /// For each input the places of its numbers in [`Self::encoded_names`]: one, or two with the indicator.
    pub fn encoded_places(&self) -> Vec<std::ops::Range<usize>> {
        let mut begin = 0;
        let mut places = Vec::new();
        for input in &self.inputs {
            let end = begin + 1 + usize::from(input.may_be_missing);
            places.push(begin..end);
            begin = end;
        }
        places
    }

    fn check(&self) -> Result<(), ContractError> {
        if self.inputs.is_empty() {
            return Err(ContractError::NoInput);
        }
        let mut seen = BTreeSet::new();
        for name in self.encoded_names() {
            if !seen.insert(name.clone()) {
                return Err(ContractError::Repeated { name });
            }
        }
        for input in &self.inputs {
            if let Some(what) = input.contradiction() {
                let input = input.name.clone();
                return Err(ContractError::Input { input, what });
            }
        }
        Ok(())
    }
}

impl Input {
    /// A number without unit and range that is always there.
    pub fn number(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: InputKind::Number,
            unit: None,
            range: None,
            positive: false,
            may_be_missing: false,
        }
    }

    /// One of the words, always there.
    pub fn category(name: &str, values: &[&str]) -> Self {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Self {
            kind: InputKind::Category { values },
            ..Self::number(name)
        }
    }

    /// The name of the number that is 1 where the value is absent.
    pub fn indicator(&self) -> String {
        format!("{}_missing", self.name)
    }

    fn contradiction(&self) -> Option<&'static str> {
        if self.name.is_empty() {
            return Some("it has no name");
        }
        match (&self.kind, self.range) {
            (InputKind::Category { .. }, Some(_)) => Some("a category has no range"),
            (InputKind::Category { .. }, None) if self.positive => {
                Some("a category has no logarithm")
            }
            (InputKind::Category { values }, None) => {
                let distinct: BTreeSet<_> = values.iter().collect();
                if values.is_empty() {
                    Some("the category has no values")
                } else if distinct.len() < values.len() {
                    Some("the category names a value twice")
                } else {
                    None
                }
            }
            (InputKind::Number, Some([low, high])) => {
                let ordered = low.is_finite() && high.is_finite() && low <= high;
                (!ordered).then_some("the range does not go from a lower to a higher number")
            }
            (InputKind::Number, None) => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A contract over some inputs.
    pub(crate) fn contract(inputs: Vec<Input>) -> Result<InputContract, ContractError> {
        let output = Output {
            name: "risk".into(),
            meaning: "probability of death within five years".into(),
        };
        let training = Training {
            datasets: vec!["dataset:learn".into()],
            n: 100,
            events: 10,
            params: BTreeMap::from([("l2".into(), Value::from(0.0001))]),
        };
        InputContract::new(inputs, output, "dead".into(), "logistic".into(), training)
    }

    fn creatinine() -> Input {
        Input {
            may_be_missing: true,
            range: Some([0.1, 30.0]),
            ..Input::number("creatinine")
        }
    }

    #[test]
    fn a_contract_is_read_as_it_was_written() {
        let one = contract(vec![Input::category("sex", &["F", "M"]), creatinine()]).expect("fits");
        let read = InputContract::read(&one.to_json()).expect("is read");
        assert_eq!(read, one);
        assert_eq!(
            read.encoded_names(),
            ["sex", "creatinine", "creatinine_missing"]
        );
        assert_eq!(read.encoded_places(), [0..1, 1..3]);
    }

    #[test]
    fn inputs_that_contradict_each_other_are_refused() {
        let cases = [
            (vec![], "no input"),
            (
                vec![Input::number("age"), Input::number("age")],
                "`age` twice",
            ),
            (
                vec![creatinine(), Input::number("creatinine_missing")],
                "twice",
            ),
            (vec![Input::category("sex", &[])], "no values"),
            (vec![Input::category("sex", &["F", "F"])], "a value twice"),
            (
                vec![Input {
                    range: Some([2.0, 1.0]),
                    ..creatinine()
                }],
                "range",
            ),
            (
                vec![Input {
                    range: Some([f64::NAN, 1.0]),
                    ..creatinine()
                }],
                "range",
            ),
            (
                vec![Input {
                    positive: true,
                    ..Input::category("a", &["b"])
                }],
                "logarithm",
            ),
        ];
        for (inputs, text) in cases {
            let message = contract(inputs).expect_err(text).to_string();
            assert!(message.contains(text), "{message}");
        }
    }

    #[test]
    fn bytes_that_are_no_contract_are_refused() {
        let good = contract(vec![creatinine()]).expect("fits").to_json();
        let text = String::from_utf8(good.clone()).expect("is text");
        for wrong in [
            String::new(),
            "{}".into(),
            text.replace(FORMAT, "galen.contract/2"),
            text.replace("\"truth\"", "\"trut\""),
            text[..text.len() / 2].into(),
            " ".repeat(BYTES_MAX + 1),
        ] {
            assert!(
                InputContract::read(wrong.as_bytes()).is_err(),
                "{wrong:.60}"
            );
        }
    }
}
