use galen_model::{Encoded, InputContract, Predict, PredictError};
use rten::{DataType, Dimension, Model, ModelOptions, NodeId, Value, ValueOrView, ValueType};
use rten_tensor::NdTensorView;
use rten_tensor::prelude::*;
use thiserror::Error;

use crate::frame::check_frame;

/// The largest file that is read: a table model is far smaller.
const BYTES_MAX: usize = 64 << 20;

/// The name of the output with the score, where a model has several.
const OUTPUT: &str = "probability";

/// An ONNX model with one FP32 input of shape [N, k], `k` numbers as its contract encodes them, and one probability a row.
///
/// May be used from several threads at once.
pub struct OnnxModel {
    contract: InputContract,
    model: Model,
    input: NodeId,
    output: NodeId,
}

/// Why bytes are no model that can be used with a contract.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum OnnxError {
    #[error(
        "the model has {bytes} bytes and the limit is {BYTES_MAX}; a model of a table is far smaller"
    )]
    TooLarge { bytes: usize },
    #[error(
        "this is no ONNX model that can be run: {what}; take the file from a backup, or train the model again"
    )]
    Unreadable { what: String },
    #[error("the model must have one input, of numbers (FP32) in {numbers} columns ({}); it has {has}; it does not belong to this contract", .names.join(", "))]
    Input {
        numbers: usize,
        names: Vec<String>,
        has: String,
    },
    #[error(
        "the model must have one output, or one named `{OUTPUT}`, with one number (FP32) a row; it has {has}"
    )]
    Output { has: String },
    #[error("the model does not score a trial row: {0}")]
    Trial(#[from] PredictError),
}

impl OnnxModel {
    /// Reads a model, holds it against its contract, and scores a trial row.
    ///
    /// # Errors
    /// [`OnnxError`].
    pub fn read(bytes: &[u8], contract: InputContract) -> Result<Self, OnnxError> {
        if bytes.len() > BYTES_MAX {
            return Err(OnnxError::TooLarge { bytes: bytes.len() });
        }
        let unreadable = |what: String| OnnxError::Unreadable { what };
        check_frame(bytes).map_err(unreadable)?;
        let mut options = ModelOptions::with_all_ops();
        // A model computes what its file says, node by node; and what is not rewritten cannot be rewritten wrongly.
        options.enable_optimization(false);
        let model = options
            .load(bytes.to_vec())
            .map_err(|error| unreadable(error.to_string()))?;
        let names = contract.encoded_names();
        let input = input(&model, names.len()).map_err(|has| OnnxError::Input {
            numbers: names.len(),
            names: names.clone(),
            has,
        })?;
        let output = output(&model).map_err(|has| OnnxError::Output { has })?;
        let model = Self {
            contract,
            model,
            input,
            output,
        };
        // Two rows, so that a model that gives one number for all is found. Their scores need not be probabilities.
        let trial = model.run(&vec![1.0; 2 * names.len()], 2)?;
        if trial.len() != 2 {
            let (rows, scores) = (2, trial.len());
            return Err(PredictError::Count { rows, scores }.into());
        }
        Ok(model)
    }

    /// The raw output for row-major numbers.
    fn run(&self, values: &[f32], rows: usize) -> Result<Vec<f64>, PredictError> {
        let run = |what: String| PredictError::Run { what };
        let width = self.contract.encoded_names().len();
        let x = NdTensorView::from_data([rows, width], values);
        let inputs = vec![(self.input, ValueOrView::from(x))];
        let outputs = self.model.run(inputs, &[self.output], None);
        let outputs = outputs.map_err(|error| run(error.to_string()))?;
        match outputs.into_iter().next() {
            Some(Value::FloatTensor(tensor)) => Ok(tensor.iter().map(|&p| f64::from(p)).collect()),
            _ => Err(run("its output is not of FP32 numbers".to_owned())),
        }
    }
}

impl Predict for OnnxModel {
    fn contract(&self) -> &InputContract {
        &self.contract
    }

    fn scores(&self, rows: &Encoded) -> Result<Vec<f64>, PredictError> {
        PredictError::check_inputs(&self.contract, rows)?;
        if rows.rows() == 0 {
            return Ok(Vec::new());
        }
        let scores = self.run(rows.values(), rows.rows())?;
        PredictError::check_scores(rows, &scores)?;
        Ok(scores)
    }
}

/// The input, or what there is instead.
fn input(model: &Model, numbers: usize) -> Result<NodeId, String> {
    let &[input] = model.input_ids() else {
        return Err(format!("{} inputs", model.input_ids().len()));
    };
    let info = model.node_info(input);
    let (dtype, shape) = info.map_or((None, None), |info| (info.dtype(), info.shape()));
    let shape = shape.unwrap_or_default();
    let fits = dtype == Some(ValueType::Tensor(DataType::Float))
        && matches!(shape.as_slice(), [Dimension::Symbolic(_), Dimension::Fixed(k)] if *k == numbers);
    if fits {
        Ok(input)
    } else {
        Err(told(dtype, &shape))
    }
}

/// The output, or what there is instead.
fn output(model: &Model) -> Result<NodeId, String> {
    let name = |id: &NodeId| {
        model
            .node_info(*id)
            .and_then(|info| info.name())
            .unwrap_or_default()
    };
    let named = model.output_ids().iter().find(|id| name(id) == OUTPUT);
    let output = match (named, model.output_ids()) {
        (Some(&named), _) => named,
        (None, &[only]) => only,
        (None, outputs) => return Err(format!("{} outputs", outputs.len())),
    };
    let info = model.node_info(output);
    let (dtype, shape) = info.map_or((None, None), |info| (info.dtype(), info.shape()));
    let shape = shape.unwrap_or_default();
    let is_float = dtype == Some(ValueType::Tensor(DataType::Float));
    let one_a_row = match shape.as_slice() {
        [rows] | [rows, Dimension::Fixed(1)] => matches!(rows, Dimension::Symbolic(_)),
        _ => false,
    };
    if is_float && one_a_row {
        Ok(output)
    } else {
        Err(told(dtype, &shape))
    }
}

/// The type and shape of a value, for people.
fn told(dtype: Option<ValueType>, shape: &[Dimension]) -> String {
    let size = |dimension: &Dimension| match dimension {
        Dimension::Fixed(size) => size.to_string(),
        Dimension::Symbolic(name) => name.clone(),
    };
    let shape: Vec<String> = shape.iter().map(size).collect();
    let dtype = dtype.map_or("no type".to_owned(), |dtype| dtype.to_string());
    format!("{dtype} of shape [{}]", shape.join(", "))
}
