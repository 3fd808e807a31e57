//! Which fields are asked for.

use serde_json::Value;
use thiserror::Error;

/// Fields that metadata of a kind of data should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dictionary {
    pub name: String,
    pub fields: Vec<Field>,
}

/// A field, whatever a table calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub aliases: Vec<String>,
    /// Whether its values should cover what there is.
    pub coverage: bool,
}

/// Why a file is no dictionary.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DictionaryError {
    #[error("it is not JSON: {0}")]
    Json(String),
    #[error(
        "it names no field: a dictionary has categories, these have classes, and these have fields"
    )]
    NoField,
}

const BUILT_IN: &[(&str, &str)] = &[
    ("tabular", include_str!("tabular.json")),
    ("image", include_str!("image.json")),
    ("xray", include_str!("xray.json")),
    ("mammography", include_str!("mammography.json")),
    ("ct", include_str!("ct.json")),
    ("mr", include_str!("mr.json")),
    ("pathology", include_str!("pathology.json")),
];

impl Dictionary {
    /// The dictionaries that ship with galen.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// A dictionary that ships with galen.
    pub fn built_in(name: &str) -> Option<Dictionary> {
        let (name, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Dictionary::read(name, text).ok()
    }

    /// The dictionary for a modality of DICOM (PS3.3, C.7.3.1.1.1).
    pub fn of_modality(modality: &str) -> Option<Dictionary> {
        Dictionary::built_in(match modality {
            "CR" | "DX" | "RF" | "XA" | "PX" | "IO" => "xray",
            "MG" => "mammography",
            "CT" => "ct",
            "MR" => "mr",
            "SM" => "pathology",
            _ => "image",
        })
    }

    /// Reads a dictionary in the format of M3C: categories of classes of fields, each with its aliases.
    ///
    /// # Errors
    /// [`DictionaryError`]
    pub fn read(name: &str, text: &str) -> Result<Dictionary, DictionaryError> {
        let document: Value =
            serde_json::from_str(text).map_err(|error| DictionaryError::Json(error.to_string()))?;
        let within = |value: &Value| -> Vec<(String, Value)> {
            let object = value.as_object();
            let entries = object.into_iter().flatten();
            entries
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        };
        let mut fields: Vec<Field> = Vec::new();
        let classes = within(&document)
            .into_iter()
            .flat_map(|(_, category)| within(&category));
        for (name, field) in classes.flat_map(|(_, class)| within(&class)) {
            let aliases = field["aliases"].as_array().into_iter().flatten();
            let aliases = aliases
                .filter_map(Value::as_str)
                .filter(|alias| !alias.is_empty());
            if field.is_object() && fields.iter().all(|known| known.name != name) {
                fields.push(Field {
                    aliases: aliases.map(str::to_owned).collect(),
                    coverage: field["checkCoverage"].as_bool().unwrap_or(false),
                    name,
                });
            }
        }
        if fields.is_empty() {
            return Err(DictionaryError::NoField);
        }
        let name = name.to_owned();
        Ok(Dictionary { name, fields })
    }
}

impl Field {
    /// Whether a column has this field, by its name or an alias: capitals, blanks and marks aside.
    pub fn is(&self, column: &str) -> bool {
        let column = bare(column);
        let mut names = std::iter::once(&self.name).chain(&self.aliases);
        names.any(|name| bare(name) == column)
    }
}

/// Letters and digits of a name, small, without the `s` of a possessive.
fn bare(name: &str) -> String {
    let name = name.to_lowercase();
    let name = name.replace("'s", "").replace("\u{2019}s", "");
    name.chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_dictionary_names_fields_once() {
        for name in Dictionary::names() {
            let dictionary = Dictionary::built_in(name).expect(name);
            for (i, field) in dictionary.fields.iter().enumerate() {
                let others = &dictionary.fields[i + 1..];
                let shared = others.iter().find(|other| other.is(&field.name));
                assert_eq!(shared, None, "{name}: {}", field.name);
            }
        }
    }

    #[test]
    fn a_dictionary_of_m3c_is_read_and_names_are_compared_by_their_letters() {
        let text = r#"{"General Fields": {"Core Fields": {
            "Patient Birth Date/Age": {"dtype": "string", "aliases": ["Patient's Age", ""], "checkCoverage": true},
            "Image ID": {"aliases": ["File Name"], "checkCoverage": false}}}}"#;
        let dictionary = Dictionary::read("dm", text).expect("is one");
        assert_eq!(dictionary.fields.len(), 2);
        let age = dictionary
            .fields
            .iter()
            .find(|one| one.coverage)
            .expect("the age");
        assert!(age.is("patient_age") && age.is("PATIENT'S AGE") && !age.is("age") && !age.is(""));
        assert_eq!(Dictionary::read("x", "{}"), Err(DictionaryError::NoField));
        assert!(matches!(
            Dictionary::read("x", "["),
            Err(DictionaryError::Json(_))
        ));
    }
}
