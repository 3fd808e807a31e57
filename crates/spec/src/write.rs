//! Writing a declared file, so that it reads back as the same value.

use serde::Serialize;
use thiserror::Error;

/// A value that YAML cannot hold.
#[derive(Debug, Error)]
#[error("It cannot be written as YAML: {0}")]
pub struct WriteError(String);

/// The YAML text of a value, which [`crate::read()`] reads back.
///
/// # Errors
/// [`WriteError`] for a value that the text would not give back.
pub fn write<T: Serialize>(value: &T) -> Result<String, WriteError> {
    let text = serde_saphyr::to_string(value).map_err(|error| WriteError(error.to_string()))?;
    let before = serde_json::to_value(value).map_err(|error| WriteError(error.to_string()))?;
    let after = crate::read::value(&text)
        .map_err(|(line, why)| WriteError(format!("line {line}: {why}")))?;
    if before == after {
        return Ok(text);
    }
    Err(WriteError(
        "a value would be read back as another".to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_that_look_like_other_values_are_read_back_as_texts() {
        let value = json!({
            "a": ["null", "~", "yes", "007", "1e3", "0x1F", "", " x ", "a: b", "# c", "- d", "x\ny", "2026-11-25", "東京", "'q'", "\"", "\\d{3}$", "!tag", "&a", "*b", "%"],
            "b": {"1": 1.5, "true": null, "x y": [], "z": {}},
            "c": [[1, null], [-0.5, 1e300]],
        });
        let text = write(&value).expect("it can be written");
        assert_eq!(crate::read::value(&text).ok(), Some(value));
    }
}
