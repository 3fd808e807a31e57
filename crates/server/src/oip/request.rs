//! A request for inference, read against the contract of the live model.

use std::collections::{BTreeMap, BTreeSet};

use galen_model::{Encoded, Input, InputColumn, InputContract, InputKind};
use serde_json::{Map, Value};

use super::tensor::{Values, values};

/// What was asked, ready for the model.
pub struct Request {
    /// The caller's name for the request, given back as it is.
    pub id: Option<String>,
    pub rows: Encoded,
    /// In the order in which they were asked for.
    pub outputs: Vec<Output>,
}

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Output {
    Score,
    Flagged,
}

/// Reads the body of a request. Rows are counted from 0.
///
/// # Errors
/// A sentence that says what is wrong, naming the input and, where it is one, the row.
pub fn read(body: &[u8], contract: &InputContract) -> Result<Request, String> {
    let body: Value =
        serde_json::from_slice(body).map_err(|error| format!("the body is not JSON: {error}"))?;
    let body = body
        .as_object()
        .ok_or("the body must be an object with `inputs`")?;
    let id = match body.get("id") {
        None => None,
        Some(Value::String(id)) => Some(id.clone()),
        Some(_) => return Err("`id` must be a text".to_owned()),
    };
    if body
        .get("parameters")
        .is_some_and(|parameters| !parameters.is_object())
    {
        return Err("`parameters` must be an object".to_owned());
    }
    let outputs = outputs(body.get("outputs"))?;
    let tensors = tensors(body.get("inputs"), contract)?;
    let count = rows(&tensors)?;
    let columns = contract
        .inputs()
        .iter()
        .map(|input| Ok((input.name.clone(), column(input, &tensors, count)?)))
        .collect::<Result<Vec<_>, String>>()?;
    let rows = contract
        .encode_columns(&columns)
        .and_then(Encoded::within_range)
        .map_err(|error| error.to_string())?;
    Ok(Request { id, rows, outputs })
}

fn outputs(asked: Option<&Value>) -> Result<Vec<Output>, String> {
    let all = vec![Output::Score, Output::Flagged];
    let Some(asked) = asked else { return Ok(all) };
    let asked = asked.as_array().ok_or("`outputs` must be a list")?;
    if asked.is_empty() {
        return Ok(all);
    }
    let mut seen = BTreeSet::new();
    asked
        .iter()
        .map(|output| {
            let name = output
                .get("name")
                .and_then(Value::as_str)
                .ok_or("an output needs a `name`, a text")?;
            let output = match name {
                "score" => Output::Score,
                "flagged" => Output::Flagged,
                _ => {
                    return Err(format!(
                        "there is no output {name:.60?}; there are `score` and `flagged`"
                    ));
                }
            };
            if seen.insert(output) {
                Ok(output)
            } else {
                Err(format!("output `{name}` is asked for twice"))
            }
        })
        .collect()
}

/// The tensors by name, each once, each one that the model takes.
fn tensors(
    inputs: Option<&Value>,
    contract: &InputContract,
) -> Result<BTreeMap<String, Values>, String> {
    let inputs = inputs
        .and_then(Value::as_array)
        .ok_or("`inputs` must be a list of tensors")?;
    let mut tensors = BTreeMap::new();
    for tensor in inputs {
        let (name, tensor) = named(tensor)?;
        let Some(wanted) = datatype(contract, name) else {
            let known = contract.encoded_names().join(", ");
            return Err(format!(
                "the model takes no input {name:.60?}; it takes {known}"
            ));
        };
        let values = values(name, tensor, wanted)?;
        if tensors.insert(name.to_owned(), values).is_some() {
            return Err(format!("input `{name}` is given twice"));
        }
    }
    Ok(tensors)
}

fn named(tensor: &Value) -> Result<(&str, &Map<String, Value>), String> {
    let object = tensor.as_object().ok_or("an input must be an object")?;
    let name = object
        .get("name")
        .and_then(Value::as_str)
        .ok_or("an input needs a `name`, a text")?;
    if object
        .get("parameters")
        .is_some_and(|parameters| !parameters.is_object())
    {
        return Err(format!(
            "the `parameters` of input {name:.60?} must be an object"
        ));
    }
    Ok((name, object))
}

/// The datatype of an input or of what says where it is missing.
fn datatype(contract: &InputContract, name: &str) -> Option<&'static str> {
    contract.inputs().iter().find_map(|input| match input.kind {
        _ if input.may_be_missing && input.indicator() == name => Some("BOOL"),
        InputKind::Number if input.name == name => Some("FP32"),
        InputKind::Category { .. } if input.name == name => Some("BYTES"),
        _ => None,
    })
}

fn rows(tensors: &BTreeMap<String, Values>) -> Result<usize, String> {
    let Some((first, values)) = tensors.iter().next() else {
        return Err("no input is given".to_owned());
    };
    let rows = values.len();
    if let Some((name, values)) = tensors.iter().find(|(_, values)| values.len() != rows) {
        return Err(format!(
            "input `{name}` has {} rows and input `{first}` has {rows}",
            values.len()
        ));
    }
    if rows == 0 {
        Err("the inputs have no row; give at least one".to_owned())
    } else {
        Ok(rows)
    }
}

/// The values of an input; where it says that it is missing, what else it holds is not looked at.
fn column(
    input: &Input,
    tensors: &BTreeMap<String, Values>,
    rows: usize,
) -> Result<InputColumn, String> {
    let name = &input.name;
    let flags = match tensors
        .get(&input.indicator())
        .filter(|_| input.may_be_missing)
    {
        Some(Values::Flags(flags)) => Some(flags.clone()),
        _ => None,
    };
    let Some(values) = tensors.get(name) else {
        if !input.may_be_missing {
            return Err(format!(
                "input `{name}` is not there; this model was not made for that"
            ));
        }
        if let Some(row) = flags.iter().flatten().position(|missing| !missing) {
            return Err(format!(
                "input `{name}` is left out, and `{}` says that row {row} has it",
                input.indicator()
            ));
        }
        return Ok(match input.kind {
            InputKind::Number => InputColumn::Numbers(vec![None; rows]),
            InputKind::Category { .. } => InputColumn::Texts(vec![None; rows]),
        });
    };
    let missing = flags.unwrap_or_else(|| vec![false; rows]);
    Ok(match values {
        Values::Numbers(values) => InputColumn::Numbers(present(values, &missing)),
        Values::Texts(values) => InputColumn::Texts(present(values, &missing)),
        Values::Flags(_) => return Err(format!("input `{name}` cannot be BOOL")),
    })
}

fn present<T: Clone>(values: &[T], missing: &[bool]) -> Vec<Option<T>> {
    values
        .iter()
        .zip(missing)
        .map(|(value, missing)| (!missing).then(|| value.clone()))
        .collect()
}
