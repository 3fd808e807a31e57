use galen_control::State;
use serde_json::{Map, Value, json};

use super::metadata::model_name;
use super::request::{Output, Request};
use crate::watch::Live;

/// The answer to an inference: the outputs that were asked for, and what a caller must know of them.
pub fn answer(state: &State, live: &Live, request: &Request, scores: &[f64]) -> Value {
    let outputs: Vec<Value> = request
        .outputs
        .iter()
        .map(|output| match output {
            Output::Score => json!({"name": "score", "shape": [scores.len()], "datatype": "FP64", "data": scores}),
            Output::Flagged => {
                let flagged: Vec<bool> = scores.iter().map(|score| *score >= live.threshold).collect();
                json!({"name": "flagged", "shape": [flagged.len()], "datatype": "BOOL", "data": flagged})
            }
        })
        .collect();
    let mut parameters = Map::new();
    parameters.insert("release".to_owned(), json!(live.release.id));
    parameters.insert("model".to_owned(), json!(live.release.model.digest));
    parameters.insert("threshold".to_owned(), json!(live.threshold));
    parameters.insert("clinical_use".to_owned(), json!(clinical_use(state, live)));
    if let Some(notice) = &state.notice {
        parameters.insert("notice".to_owned(), json!(notice));
    }
    let mut answer = json!({
        "model_name": model_name(state),
        "model_version": live.release.id,
        "parameters": parameters,
        "outputs": outputs,
    });
    if let Some(id) = &request.id {
        answer["id"] = json!(id);
    }
    answer
}

/// Whether the release may be used on patients, in words.
pub(crate) fn clinical_use(state: &State, live: &Live) -> String {
    match (&live.release.authorisation, state.authorisation()) {
        (Some(number), Some(_)) => format!("authorised under {number}"),
        (Some(number), None) => format!(
            "not authorised for clinical use: {number} does not cover the intent and PCCP that are in force"
        ),
        (None, _) => "not authorised for clinical use".to_owned(),
    }
}
