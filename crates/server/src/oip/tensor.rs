//! One tensor of a request: a name, a shape, a datatype and data that fit each other.

use serde_json::{Map, Value};

/// Datatypes of the protocol; a model's inputs use three of them.
const DATATYPES: [&str; 13] = [
    "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16",
    "FP32", "FP64", "BYTES",
];

/// The longest text of a BYTES element, in bytes; a category is a word.
const TEXT_BYTES_MAX: usize = 1024;

/// The values of a tensor, one a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    Numbers(Vec<f64>),
    Texts(Vec<String>),
    Flags(Vec<bool>),
}

impl Values {
    pub fn len(&self) -> usize {
        match self {
            Values::Numbers(values) => values.len(),
            Values::Texts(values) => values.len(),
            Values::Flags(values) => values.len(),
        }
    }
}

/// Reads the values of an input whose datatype must be `wanted`; the sentence says what is wrong.
pub(super) fn values(
    name: &str,
    tensor: &Map<String, Value>,
    wanted: &str,
) -> Result<Values, String> {
    let datatype = tensor
        .get("datatype")
        .and_then(Value::as_str)
        .ok_or_else(|| format!("input `{name}` needs a `datatype`, a text"))?;
    if !DATATYPES.contains(&datatype) {
        return Err(format!(
            "input `{name}`: {datatype:.20?} is no datatype of the protocol; give {wanted}"
        ));
    }
    if datatype != wanted {
        return Err(format!("input `{name}` must be {wanted}, not {datatype}"));
    }
    let rows = rows(name, tensor)?;
    let data = tensor
        .get("data")
        .and_then(Value::as_array)
        .ok_or_else(|| format!("input `{name}` needs `data`, a list"))?;
    let elements = flat(
        name,
        data,
        rows,
        tensor["shape"].as_array().map_or(1, Vec::len),
    )?;
    let wrong = |row: usize, expected: &str| {
        format!(
            "input `{name}` is {} in row {row}; {wanted} needs {expected}",
            kind(elements[row])
        )
    };
    let each = elements.iter().enumerate();
    match wanted {
        "FP32" => each
            .map(|(row, value)| {
                let number = value.as_f64().ok_or_else(|| wrong(row, "a number"))?;
                let fits = (number as f32).is_finite();
                fits.then_some(number).ok_or_else(|| {
                    format!("input `{name}` is {number} in row {row}, more than FP32 holds")
                })
            })
            .collect::<Result<_, _>>()
            .map(Values::Numbers),
        "BOOL" => each
            .map(|(row, value)| value.as_bool().ok_or_else(|| wrong(row, "true or false")))
            .collect::<Result<_, _>>()
            .map(Values::Flags),
        _ => each
            .map(|(row, value)| {
                let text = value.as_str().ok_or_else(|| wrong(row, "a text"))?;
                let fits = text.len() <= TEXT_BYTES_MAX;
                fits.then(|| text.to_owned()).ok_or_else(|| {
                    format!("input `{name}` has more than {TEXT_BYTES_MAX} bytes in row {row}")
                })
            })
            .collect::<Result<_, _>>()
            .map(Values::Texts),
    }
}

/// The number of rows: the shape is `[rows]` or `[rows, 1]`.
fn rows(name: &str, tensor: &Map<String, Value>) -> Result<usize, String> {
    let wrong = || format!("input `{name}` needs a `shape` of [rows] or [rows, 1], whole numbers");
    let shape = tensor
        .get("shape")
        .and_then(Value::as_array)
        .ok_or_else(wrong)?;
    let shape: Option<Vec<u64>> = shape.iter().map(Value::as_u64).collect();
    match shape.as_deref() {
        Some([rows] | [rows, 1]) => usize::try_from(*rows).map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

/// The elements, from flat data or data nested like a shape of `rank` dimensions.
fn flat<'a>(
    name: &str,
    data: &'a [Value],
    rows: usize,
    rank: usize,
) -> Result<Vec<&'a Value>, String> {
    if data.len() != rows {
        return Err(format!(
            "input `{name}` has {} elements and its shape says {rows}",
            data.len()
        ));
    }
    let nested = data.iter().filter(|element| element.is_array()).count();
    if nested == 0 {
        return Ok(data.iter().collect());
    }
    let ragged =
        || format!("the data of input `{name}` are nested in another way than its shape says");
    if rank != 2 || nested != rows {
        return Err(ragged());
    }
    data.iter()
        .map(|row| match row.as_array().map(Vec::as_slice) {
            Some([element]) if !element.is_array() => Ok(element),
            _ => Err(ragged()),
        })
        .collect()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(tensor: Value, wanted: &str) -> Result<Values, String> {
        values("age", tensor.as_object().expect("an object"), wanted)
    }

    #[test]
    fn flat_and_nested_data_give_the_same_values() {
        let numbers = Ok(Values::Numbers(vec![1.0, 2.5]));
        let tensor =
            |shape: Value, data: Value| json!({"shape": shape, "datatype": "FP32", "data": data});
        assert_eq!(read(tensor(json!([2]), json!([1, 2.5])), "FP32"), numbers);
        assert_eq!(
            read(tensor(json!([2, 1]), json!([1, 2.5])), "FP32"),
            numbers
        );
        assert_eq!(
            read(tensor(json!([2, 1]), json!([[1], [2.5]])), "FP32"),
            numbers
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_with_the_inputs_name() {
        let big = 1_u64 << 33;
        let cases = [
            (json!({}), "datatype"),
            (
                json!({"datatype": "FP33", "shape": [1], "data": [1]}),
                "no datatype",
            ),
            (
                json!({"datatype": "fp32", "shape": [1], "data": [1]}),
                "no datatype",
            ),
            (
                json!({"datatype": "INT64", "shape": [1], "data": [1]}),
                "must be FP32",
            ),
            (json!({"datatype": "FP32", "data": [1]}), "shape"),
            (
                json!({"datatype": "FP32", "shape": [-1], "data": [1]}),
                "shape",
            ),
            (
                json!({"datatype": "FP32", "shape": [1.5], "data": [1]}),
                "shape",
            ),
            (
                json!({"datatype": "FP32", "shape": [big, big], "data": [1]}),
                "shape",
            ),
            (
                json!({"datatype": "FP32", "shape": [1, 1, 1], "data": [1]}),
                "shape",
            ),
            (
                json!({"datatype": "FP32", "shape": [], "data": [1]}),
                "shape",
            ),
            (
                json!({"datatype": "FP32", "shape": [u64::MAX], "data": [1]}),
                "elements",
            ),
            (
                json!({"datatype": "FP32", "shape": [2], "data": [1]}),
                "elements",
            ),
            (
                json!({"datatype": "FP32", "shape": [1], "data": "1"}),
                "data",
            ),
            (
                json!({"datatype": "FP32", "shape": [1], "data": [null]}),
                "null in row 0",
            ),
            (
                json!({"datatype": "FP32", "shape": [1], "data": ["1"]}),
                "a text in row 0",
            ),
            (
                json!({"datatype": "FP32", "shape": [1], "data": [1e39]}),
                "FP32 holds",
            ),
            (
                json!({"datatype": "FP32", "shape": [1], "data": [[1]]}),
                "nested",
            ),
            (
                json!({"datatype": "FP32", "shape": [2, 1], "data": [[1], 2]}),
                "nested",
            ),
            (
                json!({"datatype": "FP32", "shape": [2, 1], "data": [[1], [2, 3]]}),
                "nested",
            ),
            (
                json!({"datatype": "FP32", "shape": [1, 1], "data": [[[1]]]}),
                "nested",
            ),
        ];
        for (tensor, text) in cases {
            let message = read(tensor.clone(), "FP32").expect_err(text);
            assert!(
                message.contains(text) && message.contains("`age`"),
                "{tensor}: {message}"
            );
        }
        assert!(
            read(
                json!({"datatype": "BOOL", "shape": [1], "data": [1]}),
                "BOOL"
            )
            .is_err()
        );
        assert!(
            read(
                json!({"datatype": "BYTES", "shape": [1], "data": ["x".repeat(1025)]}),
                "BYTES"
            )
            .is_err()
        );
    }
}
