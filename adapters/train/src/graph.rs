use prost::Message;

use crate::formula::Formula;
use crate::onnx::{
    BOOL, DimensionProto, FLOAT, GraphProto, IR_VERSION, ModelProto, NodeProto, OPSET,
    OperatorSetIdProto, TensorProto, TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto,
};

/// Writes a formula as an ONNX model: input `X` of shape [N, k], output `probability` of shape [N, 1], both FP32.
///
/// Fill, logarithm and centring are nodes of the graph, so that a program that knows nothing of galen gives the same
/// scores. The same formula gives the same bytes.
pub(crate) fn model(formula: &Formula) -> Vec<u8> {
    let mut graph = Graph::default();
    let width = formula.terms.len();
    let mut last = "X";
    if formula.terms.iter().any(|term| term.fill.is_some()) {
        // An absent value comes as 0, so adding the median where the indicator is 1 fills it.
        let mut fill = vec![0.0; width * width];
        for (place, term) in formula.terms.iter().enumerate() {
            fill[place * width + place] = 1.0;
            if let Some((indicator, median)) = term.fill {
                fill[indicator * width + place] = median as f32;
            }
        }
        graph.floats("fill", &[width, width], &fill);
        graph.node("MatMul", &[last, "fill"], "filled");
        last = "filled";
    }
    if formula.terms.iter().any(|term| term.log) {
        // Columns without a logarithm go through it as 1, so that none of theirs is NaN on the way.
        let logs: Vec<bool> = formula.terms.iter().map(|term| term.log).collect();
        graph.bools("is_log", &[1, width], &logs);
        graph.floats("one", &[1, 1], &[1.0]);
        graph.node("Where", &["is_log", last, "one"], "log_of");
        graph.node("Log", &["log_of"], "log");
        graph.node("Where", &["is_log", "log", last], "transformed");
        last = "transformed";
    }
    let column = |of: fn(&crate::Term) -> f64| -> Vec<f32> {
        formula.terms.iter().map(|term| of(term) as f32).collect()
    };
    graph.floats("mean", &[1, width], &column(|term| term.mean));
    graph.floats("coefficient", &[width, 1], &column(|term| term.coefficient));
    graph.floats("at_means", &[1, 1], &[formula.at_means as f32]);
    graph.node("Sub", &[last, "mean"], "centred");
    graph.node("MatMul", &["centred", "coefficient"], "sum");
    graph.node("Add", &["sum", "at_means"], "log_odds");
    graph.node("Sigmoid", &["log_odds"], "probability");

    let names: Vec<&str> = formula
        .terms
        .iter()
        .map(|term| term.name.as_str())
        .collect();
    let model = ModelProto {
        ir_version: Some(IR_VERSION),
        producer_name: Some("galen".into()),
        producer_version: Some(env!("CARGO_PKG_VERSION").into()),
        graph: Some(GraphProto {
            node: graph.nodes,
            name: Some("logistic_regression".into()),
            initializer: graph.tensors,
            input: vec![value("X", width, &names.join(", "))],
            output: vec![value("probability", 1, "the probability of the event")],
        }),
        opset_import: vec![OperatorSetIdProto {
            domain: Some(String::new()),
            version: Some(OPSET),
        }],
    };
    model.encode_to_vec()
}

/// A graph in the making.
#[derive(Default)]
struct Graph {
    nodes: Vec<NodeProto>,
    tensors: Vec<TensorProto>,
}

impl Graph {
    fn node(&mut self, op: &str, input: &[&str], output: &str) {
        self.nodes.push(NodeProto {
            input: input.iter().map(|name| (*name).to_owned()).collect(),
            output: vec![output.to_owned()],
            name: Some(format!("make_{output}")),
            op_type: Some(op.to_owned()),
        });
    }

    fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes());
        self.tensor(name, shape, FLOAT, bytes.collect());
    }

    fn bools(&mut self, name: &str, shape: &[usize], values: &[bool]) {
        let bytes = values.iter().map(|&value| u8::from(value));
        self.tensor(name, shape, BOOL, bytes.collect());
    }

    fn tensor(&mut self, name: &str, shape: &[usize], data_type: i32, bytes: Vec<u8>) {
        self.tensors.push(TensorProto {
            dims: shape.iter().map(|&size| size as i64).collect(),
            data_type: Some(data_type),
            name: Some(name.to_owned()),
            raw_data: Some(bytes),
        });
    }
}

/// A matrix of any number of rows.
fn value(name: &str, width: usize, about: &str) -> ValueInfoProto {
    let rows = DimensionProto {
        dim_value: None,
        dim_param: Some("N".into()),
    };
    let columns = DimensionProto {
        dim_value: Some(width as i64),
        dim_param: None,
    };
    let tensor = TensorTypeProto {
        elem_type: Some(FLOAT),
        shape: Some(TensorShapeProto {
            dim: vec![rows, columns],
        }),
    };
    ValueInfoProto {
        name: Some(name.to_owned()),
        r#type: Some(TypeProto {
            tensor_type: Some(tensor),
        }),
        doc_string: Some(about.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use galen_model::{Input, InputColumn, InputContract, Output, Predict, Training};
    use galen_onnx::OnnxModel;

    use super::*;
    use crate::formula::Term;

    /// Age, the logarithm of kappa, and the logarithm of creatinine, which may be missing.
    fn formula() -> Formula {
        let term = |name: &str, log, coefficient, mean, fill| Term {
            name: name.into(),
            log,
            coefficient,
            mean,
            sd: 1.0,
            fill,
        };
        Formula {
            at_means: -2.1,
            terms: vec![
                term("age", false, 0.11, 64.3, None),
                term("kappa", true, 1.3, 0.4, None),
                term("creatinine", true, -0.7, 0.05, Some((3, 0.95))),
                term("creatinine_missing", false, -0.6, 0.2, None),
            ],
        }
    }

    fn contract() -> InputContract {
        let creatinine = Input {
            may_be_missing: true,
            ..Input::number("creatinine")
        };
        let inputs = vec![Input::number("age"), Input::number("kappa"), creatinine];
        let output = Output {
            name: "probability".into(),
            meaning: "death".into(),
        };
        let training = Training {
            datasets: vec![],
            n: 0,
            events: 0,
            params: Default::default(),
        };
        InputContract::new(inputs, output, "dead".into(), "logistic".into(), training)
            .expect("fits")
    }

    #[test]
    fn the_graph_computes_the_formula() {
        let numbers = |of: fn(usize) -> f64| {
            InputColumn::Numbers((0..5000).map(|row| Some(of(row))).collect())
        };
        let creatinine = (0..5000).map(|row| (row % 3 > 0).then_some(0.3 + row as f64 / 700.0));
        let rows = contract()
            .encode_columns(&[
                ("age".into(), numbers(|row| 50.0 + (row % 60) as f64)),
                (
                    "kappa".into(),
                    numbers(|row| 0.01 + (row % 97) as f64 / 7.0),
                ),
                (
                    "creatinine".into(),
                    InputColumn::Numbers(creatinine.collect()),
                ),
            ])
            .expect("is encoded");
        let model = OnnxModel::read(&model(&formula()), contract()).expect("is a model");
        let scores = model.scores(&rows).expect("scores");
        let gaps = scores
            .iter()
            .zip(formula().scores(&rows))
            .map(|(a, b)| (a - b).abs());
        let gap = gaps.fold(0.0, f64::max);
        assert!(gap < 1e-6, "{gap}");
        let spread = |scores: &[f64]| scores.iter().filter(|&&score| score > 0.5).count();
        assert!(
            (200..4800).contains(&spread(&scores)),
            "the rows are all alike"
        );
    }

    #[test]
    fn the_same_formula_gives_the_same_bytes() {
        assert_eq!(model(&formula()), model(&formula()));
        let mut other = formula();
        other.at_means += 0.001;
        assert_ne!(model(&other), model(&formula()));
    }
}
