use serde::Serialize;
use serde_json::Value;

/// The one spelling of a value: compact JSON with the keys of every object sorted by their bytes.
///
/// The keys are sorted here and not left to the map behind [`Value`], whose order is a feature that any crate of the
/// build may switch.
///
/// # Panics
/// If the value has no JSON form; callers pass structs with text keys.
pub(crate) fn canonical(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).expect("a struct with text keys has a JSON form");
    let mut text = String::new();
    write(&value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (i, (name, value)) in fields.into_iter().enumerate() {
                if i > 0 {
                    text.push(',');
                }
                write(&Value::String(name.clone()), text);
                text.push(':');
                write(value, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_in_which_keys_were_written_does_not_matter() {
        let a: Value = serde_json::from_str(r#"{"b": {"y": 1, "x": [1e-4, "ü"]}, "a": null}"#)
            .expect("is JSON");
        assert_eq!(canonical(&a), r#"{"a":null,"b":{"x":[0.0001,"ü"],"y":1}}"#);
        assert_ne!(canonical(&json!([1, 2])), canonical(&json!([2, 1])));
    }
}
