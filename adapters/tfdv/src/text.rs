//! The protobuf text format, read by the descriptors of TFDV's schema. It knows nothing of galen.

use std::sync::LazyLock;

use miette::Diagnostic;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, SerializeOptions};
use serde_json::Value;

/// Messages that may lie within one another. TFDV's own nest where a schema has structs in structs.
const DEPTH_MAX: usize = 64;

/// Descriptors of the schema and of what it imports; see README.md.
static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(include_bytes!("../schema.binpb").as_slice())
        .expect("the file holds descriptors")
});

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// Characters that the mistake takes, at least 1, within its line.
    pub width: u32,
    pub message: String,
    /// A word that is not known here, and those that are.
    pub unknown: Option<Unknown>,
}

/// A word that is not known, and those that could stand in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    pub word: String,
    /// The message or enumeration in which it stands.
    pub of: String,
    pub known: Vec<String>,
}

/// The value of the text of a schema. It has the keys of the messages, enumerations as words, and numbers as numbers;
/// what is not set is not there.
///
/// # Errors
/// The first [`Mistake`] of the text.
pub fn parse(text: &str) -> Result<Value, Mistake> {
    if let Some(at) = too_deep(text) {
        let message = format!("more than {DEPTH_MAX} messages lie within one another here");
        return Err(mistake(text, at, 1, message));
    }
    let message = DynamicMessage::parse_text_format(schema(), text).map_err(|error| {
        let label = error.labels().and_then(|mut labels| labels.next());
        let (at, width) = label.map_or((text.len(), 1), |label| (label.offset(), label.len()));
        Mistake {
            unknown: unknown(&error.to_string()),
            ..mistake(text, at, width, error.to_string())
        }
    })?;
    let options = SerializeOptions::new()
        .stringify_64_bit_integers(false)
        .use_proto_field_name(true);
    message
        .serialize_with_options(serde_json::value::Serializer, &options)
        // An `Any` of a type that no descriptor here describes has no value.
        .map_err(|error| mistake(text, text.len(), 1, error.to_string()))
}

fn schema() -> MessageDescriptor {
    let name = "tensorflow.metadata.v0.Schema";
    POOL.get_message_by_name(name)
        .expect("the descriptors hold the schema")
}

/// The word that the reader did not know, and what it knows there. The reader keeps these to itself, so they are taken
/// from its words.
fn unknown(message: &str) -> Option<Unknown> {
    let quoted: Vec<&str> = message.split('\'').skip(1).step_by(2).collect();
    let (word, of) = (*quoted.first()?, *quoted.get(1)?);
    let (of, known) = if let Some(message) = POOL.get_message_by_name(of) {
        let known = message.fields().map(|f| f.name().to_owned());
        (message.name().to_owned(), known.collect())
    } else {
        let words = POOL.get_enum_by_name(of)?;
        let known = words.values().map(|v| v.name().to_owned());
        (words.name().to_owned(), known.collect())
    };
    let word = word.to_owned();
    Some(Unknown { word, of, known })
}

/// Where the text nests deeper than is read. The reader calls itself for every message, and has no bound of its own.
fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut escaped, mut comment) = (0_usize, None, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match (byte, quote) {
            (b'\n', _) => (quote, escaped, comment) = (None, false, false),
            _ if comment => {}
            (_, Some(_)) if escaped => escaped = false,
            (b'\\', Some(_)) => escaped = true,
            (_, Some(open)) if byte == open => quote = None,
            (_, Some(_)) => {}
            (b'"' | b'\'', None) => quote = Some(byte),
            (b'#', None) => comment = true,
            (b'{' | b'<', None) => depth += 1,
            (b'}' | b'>', None) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_MAX {
            return Some(at);
        }
    }
    None
}

fn mistake(text: &str, at: usize, width: usize, message: String) -> Mistake {
    // A mistake at the end of the text is one of its last line with something on it.
    let end = text.trim_end().len();
    let at = if at >= end { end } else { at };
    let before = &text[..text.floor_char_boundary(at)];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    let column = before[start..].chars().count() + 1;
    let rest = text[before.len()..].lines().next().unwrap_or_default();
    let width = width.clamp(1, rest.chars().count().max(1));
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    Mistake {
        line: number(line),
        column: number(column),
        width: number(width),
        message,
        unknown: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_keeps_every_key_word_and_number_that_was_set() {
        let text = r#"
            # As TFDV writes it.
            feature {
              name: "age" type: INT
              presence { min_fraction: 1.0 min_count: 9007199254740993 }
              float_domain { min: 0.1 max: inf disallow_nan: false }
              not_in_environment: "SERVING", not_in_environment: 'TEST'
              lifecycle_stage: DEBUG_ONLY;
              annotation { comment: "\303\251t\303\251" }
            }
            feature { name: "note" natural_language_domain <vocabulary: "words"> }
            tensor_representation_group { key: "" value { } }
        "#;
        let value = parse(text).expect("it is a schema");
        let of = |bits: f32| f64::from(bits);
        assert_eq!(
            value,
            json!({
                "feature": [{
                    "name": "age",
                    "type": "INT",
                    "presence": {"min_fraction": 1.0, "min_count": 9007199254740993_i64},
                    "float_domain": {"min": of(0.1), "max": "Infinity", "disallow_nan": false},
                    "not_in_environment": ["SERVING", "TEST"],
                    "lifecycle_stage": "DEBUG_ONLY",
                    "annotation": {"comment": ["été"]},
                }, {
                    "name": "note",
                    "natural_language_domain": {"vocabulary": "words"},
                }],
                "tensor_representation_group": {"": {}},
            })
        );
    }

    #[test]
    fn a_key_or_word_that_is_unknown_is_named_with_its_place_and_what_is_known() {
        let found = parse("feature {\n  name: \"å\" presense { }\n}").expect_err("no such key");
        assert_eq!((found.line, found.column, found.width), (2, 13, 8));
        let unknown = found.unknown.expect("a key is unknown");
        assert_eq!(unknown.word, "presense");
        assert!(unknown.known.contains(&"presence".to_owned()));
        let found = parse("feature { type: INTEGER }").expect_err("no such word");
        assert_eq!((found.line, found.column), (1, 17));
        let unknown = found.unknown.expect("a word is unknown");
        assert_eq!(
            unknown.known,
            ["TYPE_UNKNOWN", "BYTES", "INT", "FLOAT", "STRUCT"]
        );
    }

    #[test]
    fn a_text_that_breaks_off_is_wrong_where_it_ends() {
        let found = parse("feature {\n  name: \"a\"\n\n").expect_err("the brace is open");
        assert_eq!((found.line, found.column), (2, 12));
        assert!(found.message.contains("end of input"), "{}", found.message);
    }

    #[test]
    fn a_choice_that_is_made_twice_is_a_mistake() {
        let twice = "feature { name: 'a' int_domain { } domain: 'b' }";
        let found = parse(twice).expect_err("one domain only");
        assert!(found.message.contains("domain_info"), "{}", found.message);
        assert_eq!(found.column, 44);
    }

    #[test]
    fn a_text_that_nests_without_end_is_refused_before_it_is_read() {
        let nested = "feature { struct_domain { ".repeat(100_000);
        let found = parse(&nested).expect_err("it is too deep");
        assert!(found.message.contains("within one another"));
        let quoted = format!("string_domain {{ name: \"{}\" }}", "{".repeat(100));
        assert!(parse(&quoted).is_ok(), "braces in a text are no messages");
    }
}
