use std::collections::BTreeMap;

use galen_model::Encoded;
use galen_pipeline::{NativeError, NativeStage, StageInput, StageOutput};
use serde::Serialize;

use crate::design::Design;
use crate::fit::{Convergence, fit};
use crate::formula::{Formula, Term};
use crate::graph;
use crate::learning::{Learning, Source};
use crate::params::{ClassWeight, Params};

/// `train.logistic_regression`: learns a logistic regression from tables and writes it as ONNX.
///
/// Deps: CSV tables of the same inputs and truth, learned from together; and, if wanted, the data plan (`data.yaml`), from
/// which units, ranges and categories go into the contract. Params: `inputs`, `transforms` (`log`), `missing_indicator`
/// (inputs that may be missing: the median stands for them, an indicator tells), `truth` (a column of 0 and 1),
/// `class_weight` (`none`, `balanced`), `l2` (at least 0). There is no chance in it: the seed changes nothing.
///
/// `balanced` gives each class about the same weight by repeating the rows of the smaller one, because the library knows no
/// weights. Such a model's scores are no longer the risks of the people it learned from.
///
/// Writes `model.onnx`, `contract.json` and `training.json`.
///
/// # Source
/// Hastie, Tibshirani and Friedman 2009, The Elements of Statistical Learning, section 4.4 (logistic regression) and
/// 3.4.1 (the ridge penalty on standardised inputs).
pub struct LogisticRegression;

/// Goes up when the same input would give another model.
const VERSION: &str = "1";

/// `training.json`: how the model came to its numbers.
#[derive(Serialize)]
struct TrainingFile<'a> {
    algorithm: &'static str,
    version: &'static str,
    n: usize,
    events: usize,
    truth: &'a str,
    tables: &'a [Source],
    /// Log-odds where every transformed input is 0.
    intercept: f64,
    terms: &'a [Term],
    /// What stands for an absent value.
    medians: BTreeMap<&'a str, f64>,
    log_loss_apparent: f64,
    convergence: &'a Convergence,
    settings: Settings,
}

#[derive(Serialize)]
struct Settings {
    l2: f64,
    class_weight: ClassWeight,
    seed: u64,
}

impl NativeStage for LogisticRegression {
    fn name(&self) -> &str {
        "train.logistic_regression"
    }

    fn version(&self) -> &str {
        VERSION
    }

    fn run(&self, input: &StageInput) -> Result<StageOutput, NativeError> {
        let Learned {
            params,
            learning,
            convergence,
            formula,
        } = learn(input)?;
        let (n, events) = (learning.truth.len(), learning.events());
        let log_loss_apparent = log_loss(&formula, &learning.encoded, &learning.truth);
        let filled = formula.terms.iter().filter_map(|term| {
            let (_, median) = term.fill?;
            Some((term.name.as_str(), median))
        });
        let training = TrainingFile {
            algorithm: "logistic_regression",
            version: VERSION,
            n,
            events,
            truth: &params.truth,
            tables: &learning.tables,
            intercept: formula.intercept(),
            terms: &formula.terms,
            medians: filled.collect(),
            log_loss_apparent,
            convergence: &convergence,
            settings: Settings {
                l2: params.l2,
                class_weight: params.class_weight,
                seed: input.seed,
            },
        };
        let mut training_json =
            serde_json::to_vec_pretty(&training).expect("text and finite numbers");
        training_json.push(b'\n');
        Ok(StageOutput {
            files: vec![
                ("contract.json".into(), learning.contract.to_json()),
                ("model.onnx".into(), graph::model(&formula)),
                ("training.json".into(), training_json),
            ],
            metrics: BTreeMap::from([
                ("n".into(), n as f64),
                ("events".into(), events as f64),
                ("log_loss_apparent".into(), log_loss_apparent),
            ]),
            log: log(&training),
        })
    }
}

/// What was learned, before it is written.
struct Learned {
    params: Params,
    learning: Learning,
    convergence: Convergence,
    formula: Formula,
}

fn learn(input: &StageInput) -> Result<Learned, NativeError> {
    let params = Params::read(input.params)?;
    let learning = Learning::read(input, &params)?;
    let design = Design::new(&learning, &params)?;
    if (input.cancelled)() {
        return Err(NativeError::Cancelled);
    }
    let fit = fit(&design, &learning.truth, &params)?;
    if (input.cancelled)() {
        return Err(NativeError::Cancelled);
    }
    Ok(Learned {
        formula: Formula::new(&design, &fit),
        convergence: fit.convergence,
        params,
        learning,
    })
}

/// The mean log-loss on the cases that were learned from, with the scores kept off 0 and 1 by the precision of a double.
fn log_loss(formula: &Formula, tables: &[Encoded], truth: &[bool]) -> f64 {
    let scores = tables.iter().flat_map(|table| formula.scores(table));
    let loss = |(score, &truth): (f64, &bool)| {
        let right = if truth { score } else { 1.0 - score };
        -right.max(f64::EPSILON).ln()
    };
    scores.zip(truth).map(loss).sum::<f64>() / truth.len() as f64
}

fn log(training: &TrainingFile) -> String {
    let mut lines = Vec::new();
    for table in training.tables {
        lines.push(format!(
            "{}: {} cases, {} with `{}`.",
            table.name, table.rows, table.events, training.truth
        ));
    }
    lines.push(format!("intercept {:.6}", training.intercept));
    for term in training.terms {
        let log = if term.log { "log " } else { "" };
        lines.push(format!("{log}{} {:.6}", term.name, term.coefficient));
    }
    let convergence = training.convergence;
    lines.push(format!(
        "Largest slope left, a case: {:.1e}.",
        convergence.gradient_max
    ));
    if convergence.separated {
        lines.push(
            "The inputs tell all events from all others: ask whether one of them is known only afterwards."
                .to_owned(),
        );
    }
    lines.push(String::new());
    lines.join("\n")
}
