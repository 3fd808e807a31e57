//! A small logistic regression: a stage that learns it, and a reader that runs it. Its file is JSON under the name
//! `model.onnx`, since nothing above the reader looks into a model.

use std::collections::BTreeMap;

use galen_lifecycle::ModelReader;
use galen_model::contract::{Input, InputContract, Output, Training};
use galen_model::{Encoded, Predict, PredictError};
use galen_pipeline::{NativeError, NativeStage, StageInput, StageOutput};
use galen_table::{ReadOptions, Table};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const STEPS: usize = 12;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Formula {
    intercept: f64,
    terms: Vec<Term>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Term {
    name: String,
    log: bool,
    coefficient: f64,
}

pub struct Learner;

impl NativeStage for Learner {
    fn name(&self) -> &str {
        "train.logistic_regression"
    }

    fn version(&self) -> &str {
        "in a test"
    }

    fn run(&self, input: &StageInput) -> Result<StageOutput, NativeError> {
        if (input.cancelled)() {
            return Err(NativeError::Cancelled);
        }
        let params = input.params;
        let truth = params["truth"].as_str().unwrap_or_default();
        let names = words(&params["inputs"]);
        let may_be_missing = params
            .get("missing_indicator")
            .map(words)
            .unwrap_or_default();
        let is_log = |name: &str| params["transforms"].get(name).is_some();
        let inputs: Vec<Input> = names
            .iter()
            .map(|name| match name.as_str() {
                "sex" => Input::category("sex", &["F", "M"]),
                "mgus" => Input::category("mgus", &["no", "yes"]),
                other => Input {
                    positive: is_log(other),
                    may_be_missing: may_be_missing.contains(name),
                    ..Input::number(other)
                },
            })
            .collect();
        let sets: Vec<&(String, Vec<u8>)> = input
            .deps
            .iter()
            .filter(|(name, _)| name.starts_with("dataset:"))
            .collect();
        let tables = sets
            .iter()
            .map(|(name, bytes)| {
                Table::read_csv(bytes, &ReadOptions::default()).map_err(|error| wrong(name, error))
            })
            .collect::<Result<Vec<Table>, NativeError>>()?;
        let table = Table::concat(&tables).map_err(|error| wrong("tables", error))?;
        let diseased: Vec<bool> = table
            .numbers(truth)
            .map_err(|error| wrong(truth, error))?
            .into_iter()
            .map(|value| value == Some(1.0))
            .collect();
        let events = diseased.iter().filter(|event| **event).count();
        let mut settings = params.clone();
        settings.remove("inputs");
        settings.remove("truth");
        let contract = InputContract::new(
            inputs,
            Output {
                name: "risk".to_owned(),
                meaning: "probability of death".to_owned(),
            },
            truth.to_owned(),
            "logistic_regression".to_owned(),
            Training {
                datasets: sets.iter().map(|(name, _)| name.clone()).collect(),
                n: diseased.len() as u64,
                events: events as u64,
                params: settings,
            },
        )
        .map_err(|error| wrong("contract", error))?;
        let terms: Vec<Term> = contract
            .encoded_names()
            .into_iter()
            .map(|name| Term {
                log: is_log(&name),
                name,
                coefficient: 0.0,
            })
            .collect();
        let encoded = contract
            .encode(&table)
            .map_err(|error| wrong("tables", error))?;
        let balanced = params["class_weight"] == "balanced";
        let times = diseased.len() as f64 / events.max(1) as f64 - 1.0;
        let weight = |event: bool| if balanced && event { times } else { 1.0 };
        let formula = fit(&encoded, &diseased, terms, &weight);
        Ok(StageOutput {
            files: vec![
                ("contract.json".to_owned(), contract.to_json()),
                (
                    "model.onnx".to_owned(),
                    serde_json::to_vec(&formula).expect("finite numbers"),
                ),
            ],
            metrics: BTreeMap::from([("n".to_owned(), diseased.len() as f64)]),
            log: format!("learned from {} people\n", diseased.len()),
        })
    }
}

fn words(value: &Value) -> Vec<String> {
    let all = value.as_array().into_iter().flatten();
    all.filter_map(|word| word.as_str().map(str::to_owned))
        .collect()
}

fn wrong(what: &str, error: impl std::fmt::Display) -> NativeError {
    NativeError::Computation {
        what: format!("{what}: {error}"),
        help: "look at the test".to_owned(),
    }
}

impl Term {
    fn value(&self, number: f32) -> f64 {
        if self.log {
            f64::from(number).ln()
        } else {
            f64::from(number)
        }
    }
}

impl Formula {
    fn score(&self, row: &[f32]) -> f64 {
        let terms = self
            .terms
            .iter()
            .zip(row)
            .map(|(term, value)| term.coefficient * term.value(*value));
        1.0 / (1.0 + (-self.intercept - terms.sum::<f64>()).exp())
    }
}

/// Newton's method on inputs of mean 0 and spread 1, with a ridge that keeps separable data finite.
fn fit(
    encoded: &Encoded,
    diseased: &[bool],
    terms: Vec<Term>,
    weight: &dyn Fn(bool) -> f64,
) -> Formula {
    let (width, n) = (terms.len(), diseased.len() as f64);
    let raw = |row: usize, at: usize| terms[at].value(encoded.row(row)[at]);
    let rows = || 0..diseased.len();
    let means: Vec<f64> = (0..width)
        .map(|at| rows().map(|row| raw(row, at)).sum::<f64>() / n)
        .collect();
    let spreads: Vec<f64> = (0..width)
        .map(|at| {
            (rows()
                .map(|row| (raw(row, at) - means[at]).powi(2))
                .sum::<f64>()
                / n)
                .sqrt()
                .max(1e-9)
        })
        .collect();
    let scaled: Vec<Vec<f64>> = rows()
        .map(|row| {
            let values = (0..width).map(|at| (raw(row, at) - means[at]) / spreads[at]);
            std::iter::once(1.0).chain(values).collect()
        })
        .collect();
    let mut b = vec![0.0; width + 1];
    for _ in 0..STEPS {
        // The information with the gradient as its last column.
        let mut system = vec![vec![0.0; width + 2]; width + 1];
        for at in 0..=width {
            system[at][at] = 0.01;
            system[at][width + 1] = -0.01 * b[at];
        }
        for (x, &event) in scaled.iter().zip(diseased) {
            let z: f64 = x.iter().zip(&b).map(|(x, b)| x * b).sum();
            let (p, w) = (1.0 / (1.0 + (-z).exp()), weight(event));
            for i in 0..=width {
                for j in 0..=width {
                    system[i][j] += w * p * (1.0 - p) * x[i] * x[j];
                }
                system[i][width + 1] += w * (f64::from(u8::from(event)) - p) * x[i];
            }
        }
        for (b, step) in b.iter_mut().zip(solved(system)) {
            *b += step.clamp(-3.0, 3.0);
        }
    }
    let mut formula = Formula {
        intercept: b[0],
        terms,
    };
    for (at, term) in formula.terms.iter_mut().enumerate() {
        term.coefficient = b[at + 1] / spreads[at];
        formula.intercept -= b[at + 1] * means[at] / spreads[at];
    }
    formula
}

/// Gauss's elimination; the ridge keeps every pivot above 0.
fn solved(mut system: Vec<Vec<f64>>) -> Vec<f64> {
    let size = system.len();
    for pivot in 0..size {
        let row = system[pivot].clone();
        for (at, other) in system.iter_mut().enumerate() {
            let times = if at == pivot {
                0.0
            } else {
                other[pivot] / row[pivot]
            };
            other
                .iter_mut()
                .zip(&row)
                .for_each(|(value, above)| *value -= times * above);
        }
    }
    (0..size)
        .map(|at| system[at][size] / system[at][at])
        .collect()
}

pub struct Reader;

struct Model {
    contract: InputContract,
    formula: Formula,
}

impl ModelReader for Reader {
    fn read(&self, bytes: &[u8], contract: InputContract) -> Result<Box<dyn Predict>, String> {
        let formula: Formula = serde_json::from_slice(bytes)
            .map_err(|error| format!("model.onnx is no model: {error}"))?;
        let names: Vec<String> = formula.terms.iter().map(|term| term.name.clone()).collect();
        if names != contract.encoded_names() {
            return Err("model.onnx and contract.json are of two models".to_owned());
        }
        Ok(Box::new(Model { contract, formula }))
    }
}

impl Predict for Model {
    fn contract(&self) -> &InputContract {
        &self.contract
    }

    fn scores(&self, rows: &Encoded) -> Result<Vec<f64>, PredictError> {
        PredictError::check_inputs(&self.contract, rows)?;
        let scores: Vec<f64> = (0..rows.rows())
            .map(|row| self.formula.score(rows.row(row)))
            .collect();
        PredictError::check_scores(rows, &scores)?;
        Ok(scores)
    }
}
