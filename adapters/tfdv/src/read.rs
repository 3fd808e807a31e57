use galen_spec::tfdv::Schema;
use galen_spec::{Diagnostic, Place, nearest};

use crate::text::{Mistake, parse};

/// Words that help to find the one that was meant.
const SHOWN_MAX: usize = 40;

/// Reads the text of a schema; `file` is its name, for diagnostics.
///
/// # Errors
/// What is wrong with it: syntax, an unknown key or word, a wrong type, or a value that YAML cannot hold.
pub fn read(file: &str, text: &str) -> Result<Schema, Vec<Diagnostic>> {
    let value = parse(text).map_err(|mistake| vec![explain(file, mistake)])?;
    typed(value).map_err(|message| {
        let found = Diagnostic::error("tfdv.value", file, None, message);
        vec![found.help("write finite numbers; only the bounds of a float_domain may be infinite")]
    })
}

/// What the text says is of the right types already; only numbers that are not finite find no place.
fn typed(value: serde_json::Value) -> Result<Schema, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

fn explain(file: &str, mistake: Mistake) -> Diagnostic {
    let place = Place {
        line: mistake.line,
        column: mistake.column,
        width: mistake.width,
    };
    let new = |id: &str, message: String| Diagnostic::error(id, file, Some(place), message);
    let Some(unknown) = mistake.unknown else {
        return new("tfdv.syntax", mistake.message);
    };
    let known = || unknown.known.iter().map(String::as_str);
    let shown: Vec<&str> = known().take(SHOWN_MAX).collect();
    let shown = format!("known here: {}", shown.join(", "));
    let help = match nearest(&unknown.word, known()) {
        Some(near) => format!("did you mean `{near}`? {shown}"),
        None => shown,
    };
    let message = format!("`{}` is not known in {}", unknown.word, unknown.of);
    new("tfdv.unknown", message).help(help)
}

#[cfg(test)]
mod tests {
    use galen_spec::tfdv::FeatureType;

    use super::*;

    #[test]
    fn a_schema_becomes_galens_own_type() {
        let text = "feature { name: 'age' type: INT int_domain { min: 18 } }\n\
                    feature { name: 'dose' type: FLOAT float_domain { min: 0.1 max: inf } }";
        let schema = read("schema.pbtxt", text).expect("it is a schema");
        assert_eq!(schema.feature[0].kind, Some(FeatureType::Int));
        let dose = schema.feature[1].float_domain.as_ref().expect("a domain");
        assert_eq!((dose.min, dose.max), (Some(0.1), Some(f32::INFINITY)));
    }

    #[test]
    fn an_unknown_key_is_named_with_the_one_that_was_meant() {
        let found = read("schema.pbtxt", "feature {\n  presense { }\n}").expect_err("no key");
        assert_eq!(found[0].id, "tfdv.unknown");
        assert_eq!((found[0].at.line, found[0].at.column), (Some(2), Some(3)));
        assert_eq!(found[0].message, "`presense` is not known in Feature");
        let help = found[0].help.as_deref().unwrap_or_default();
        assert!(help.starts_with("did you mean `presence`?"), "{help}");
    }

    #[test]
    fn a_share_that_is_no_number_is_refused() {
        let text = "feature { name: 'a' presence { min_fraction: nan } }";
        let found = read("schema.pbtxt", text).expect_err("no share");
        assert_eq!(found[0].id, "tfdv.value");
    }
}
