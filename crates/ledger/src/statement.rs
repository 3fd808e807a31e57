use galen_store::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version of in-toto's statement that galen writes and reads.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// A claim about artifacts: of what kind, about which, and what is claimed.
///
/// # Source
/// in-toto Attestation Framework, `spec/v1/statement.md`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    pub subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    pub predicate: Value,
}

/// An artifact that a statement is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    pub name: String,
    #[serde(with = "digest_set")]
    pub digest: Digest,
}

/// Why bytes are not a statement.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    #[error("this is not an in-toto statement: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the statement is of type `{found}`; galen reads `{STATEMENT_TYPE}` only")]
    Type { found: String },
}

impl Statement {
    /// Makes a statement.
    #[must_use]
    pub fn new(subject: Vec<Subject>, predicate_type: String, predicate: Value) -> Self {
        Self {
            kind: STATEMENT_TYPE.to_owned(),
            subject,
            predicate_type,
            predicate,
        }
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// [`StatementError`]
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StatementError> {
        let statement: Self = serde_json::from_slice(bytes)?;
        if statement.kind == STATEMENT_TYPE {
            Ok(statement)
        } else {
            Err(StatementError::Type {
                found: statement.kind,
            })
        }
    }

    /// Gives the bytes that are signed: compact JSON, fields in the order `_type`, `subject`, `predicateType`, `predicate`.
    ///
    /// # Panics
    /// Never: a JSON value always has a JSON form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a JSON value has a JSON form")
    }
}

/// in-toto writes a digest as a map from algorithm to hexadecimal digits.
mod digest_set {
    use galen_store::Digest;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct DigestSet {
        sha256: String,
    }

    pub(super) fn serialize<S: Serializer>(
        digest: &Digest,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        DigestSet {
            sha256: digest.hex(),
        }
        .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Digest, D::Error> {
        Digest::from_hex(&DigestSet::deserialize(deserializer)?.sha256).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn statement() -> Statement {
        let subject = Subject {
            name: "model.onnx".to_owned(),
            digest: Digest::of(b"abc"),
        };
        Statement::new(
            vec![subject],
            "https://example.org/gate/v1".to_owned(),
            json!({"verdict": "pass", "n": 0.1}),
        )
    }

    #[test]
    fn a_statement_has_the_shape_of_in_toto() {
        assert_eq!(
            String::from_utf8(statement().to_bytes()).unwrap(),
            concat!(
                r#"{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"model.onnx","digest":{"sha256":"#,
                r#""ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}}],"#,
                r#""predicateType":"https://example.org/gate/v1","predicate":{"n":0.1,"verdict":"pass"}}"#
            )
        );
    }

    #[test]
    fn what_is_written_is_read_back() {
        assert_eq!(
            Statement::from_bytes(&statement().to_bytes()).unwrap(),
            statement()
        );
    }

    #[test]
    fn a_statement_of_another_version_is_refused() {
        let text = String::from_utf8(statement().to_bytes()).unwrap();
        let other = text.replace("Statement/v1", "Statement/v0.1");
        assert!(matches!(
            Statement::from_bytes(other.as_bytes()),
            Err(StatementError::Type { .. })
        ));
        let extra = text.replace("\"subject\"", "\"extra\":1,\"subject\"");
        assert!(matches!(
            Statement::from_bytes(extra.as_bytes()),
            Err(StatementError::Json(_))
        ));
    }
}
