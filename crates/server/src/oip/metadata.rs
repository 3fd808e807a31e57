use galen_control::State;
use galen_model::InputKind;
use serde_json::{Value, json};

use crate::watch::Live;

/// The model's name in paths: the project's in lower case, with `-` for all that is not a letter or digit.
pub fn model_name(state: &State) -> String {
    let mut name = String::new();
    for c in state.project.chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-');
    if name.is_empty() {
        "model".to_owned()
    } else {
        name.to_owned()
    }
}

/// The model's metadata.
pub fn metadata(state: &State, live: &Live) -> Value {
    let mut inputs = Vec::new();
    for input in live.model.contract().inputs() {
        let datatype = match input.kind {
            InputKind::Number => "FP32",
            InputKind::Category { .. } => "BYTES",
        };
        inputs.push(json!({"name": input.name, "datatype": datatype, "shape": [-1]}));
        if input.may_be_missing {
            inputs.push(json!({"name": input.indicator(), "datatype": "BOOL", "shape": [-1]}));
        }
    }
    json!({
        "name": model_name(state),
        "versions": [live.release.id],
        "platform": "onnx_onnxv1",
        "inputs": inputs,
        "outputs": [
            {"name": "score", "datatype": "FP64", "shape": [-1]},
            {"name": "flagged", "datatype": "BOOL", "shape": [-1]},
        ],
    })
}
