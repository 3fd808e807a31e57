use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int64Type, UInt64Type};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType};
use serde_json::Value;

/// The first rows of a batch, a value a column: numbers, truth values and texts as they are, all else as text.
///
/// # Errors
/// [`ArrowError`] of a type that has no text.
pub fn rows(batch: &RecordBatch, most: usize) -> Result<Vec<Vec<Value>>, ArrowError> {
    let n = batch.num_rows().min(most);
    let mut rows = vec![Vec::with_capacity(batch.num_columns()); n];
    for array in batch.columns() {
        let array = array.slice(0, n);
        let cells = cells(&array)?;
        for (row, cell) in rows.iter_mut().zip(cells) {
            row.push(cell);
        }
    }
    Ok(rows)
}

fn cells(array: &arrow_array::ArrayRef) -> Result<Vec<Value>, ArrowError> {
    use DataType::*;
    let to = match array.data_type() {
        Null => return Ok(vec![Value::Null; array.len()]),
        Int8 | Int16 | Int32 | UInt8 | UInt16 | UInt32 => Some(Int64),
        Float16 | Decimal32(..) | Decimal64(..) | Decimal128(..) | Decimal256(..) => Some(Float64),
        Float32 => {
            // The shortest text of a short number, not that of its double.
            let numbers = array.as_primitive::<Float32Type>().iter();
            let text = |number: f32| number.to_string().parse().ok();
            return Ok(numbers.map(|n| number(n.and_then(text))).collect());
        }
        _ => None,
    };
    let cast = to.map(|to| arrow_cast::cast(array, &to)).transpose()?;
    let array = cast.as_ref().unwrap_or(array);
    Ok(match array.data_type() {
        Int64 => {
            let numbers = array.as_primitive::<Int64Type>().iter();
            numbers.map(Value::from).collect()
        }
        UInt64 => {
            let numbers = array.as_primitive::<UInt64Type>().iter();
            numbers.map(Value::from).collect()
        }
        Float64 => {
            let numbers = array.as_primitive::<Float64Type>().iter();
            numbers.map(number).collect()
        }
        Boolean => array.as_boolean().iter().map(Value::from).collect(),
        _ => {
            let format = FormatOptions::default().with_types_info(false);
            let texts = ArrayFormatter::try_new(array, &format)?;
            let text = |row| -> Result<Value, ArrowError> {
                if array.is_null(row) {
                    return Ok(Value::Null);
                }
                Ok(Value::from(texts.value(row).try_to_string()?))
            };
            return (0..array.len()).map(text).collect();
        }
    })
}

/// A number that JSON does not have is told by its name.
fn number(number: Option<f64>) -> Value {
    let Some(number) = number else {
        return Value::Null;
    };
    match serde_json::Number::from_f64(number) {
        Some(number) => Value::Number(number),
        None => Value::from(number.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array,
        Int32Array, StringArray, TimestampMicrosecondArray,
    };
    use serde_json::json;

    use super::*;

    #[test]
    fn each_type_is_shown_as_a_reader_knows_it() {
        let decimals = Decimal128Array::from(vec![Some(150), None]);
        let decimals = decimals.with_precision_and_scale(10, 2).expect("it fits");
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("i", Arc::new(Int32Array::from(vec![Some(-3), None]))),
            (
                "f",
                Arc::new(Float64Array::from(vec![Some(f64::NAN), None])),
            ),
            ("s", Arc::new(Float32Array::from(vec![Some(0.1), None]))),
            ("d", Arc::new(decimals)),
            ("b", Arc::new(BooleanArray::from(vec![Some(true), None]))),
            ("t", Arc::new(StringArray::from(vec![Some("x"), None]))),
            ("day", Arc::new(Date32Array::from(vec![Some(19_727), None]))),
            (
                "at",
                Arc::new(TimestampMicrosecondArray::from(vec![Some(1_500_000), None])),
            ),
        ];
        let batch = RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, array)| (name, array, true)),
        );
        let batch = batch.expect("the columns are of one length");
        let shown = rows(&batch, 9).expect("each type has a text");
        let first = json!([
            -3,
            "NaN",
            0.1,
            1.5,
            true,
            "x",
            "2024-01-05",
            "1970-01-01T00:00:01.500"
        ]);
        assert_eq!(json!(shown[0]), first);
        assert!(shown[1].iter().all(Value::is_null));
        assert_eq!(rows(&batch, 1).map(|rows| rows.len()).ok(), Some(1));
    }
}
