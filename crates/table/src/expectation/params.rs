use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::{About, AskError, literal};
use crate::accumulator::{Missing, Word};
use crate::{Cell, Kind};

/// The parameters of one expectation, read by name.
#[derive(Clone, Copy, Debug)]
pub struct Params<'a>(&'a BTreeMap<String, Value>);

/// Parameters that any expectation about rows takes.
const OF_ROWS: [&str; 2] = ["row_condition", "condition_parser"];

impl<'a> Params<'a> {
    /// # Errors
    /// [`AskError::UnknownParam`] for a name that the expectation does not take: a typing error would else pass.
    pub fn new(params: &'a BTreeMap<String, Value>, about: &About) -> Result<Self, AskError> {
        match params.keys().find(|name| !about.takes(name)) {
            Some(name) => Err(AskError::UnknownParam {
                name: name.clone(),
                known: about.all_params(),
            }),
            None => Ok(Self(params)),
        }
    }

    /// No parameters, in a map that holds none.
    #[cfg(test)]
    pub fn none(none: &'a BTreeMap<String, Value>) -> Self {
        Self(none)
    }

    /// The value as it was declared.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// The share of cells that must be as expected, 1 if not declared.
    ///
    /// # Errors
    /// [`AskError::Param`] outside 0..=1.
    pub fn mostly(&self) -> Result<f64, AskError> {
        let mostly = self.number("mostly")?.unwrap_or(1.0);
        if (0.0..=1.0).contains(&mostly) {
            return Ok(mostly);
        }
        Err(self.wrong("mostly", "between 0 and 1"))
    }

    /// # Errors
    /// [`AskError::Param`] if it is no number.
    pub fn number(&self, name: &'static str) -> Result<Option<f64>, AskError> {
        self.read(name, "a number", number)
    }

    /// # Errors
    /// [`AskError::Param`] if it is neither true nor false; false if not declared.
    pub fn flag(&self, name: &'static str) -> Result<bool, AskError> {
        Ok(self
            .read(name, "true or false", Value::as_bool)?
            .unwrap_or(false))
    }

    /// # Errors
    /// [`AskError::Param`] if it is no text.
    pub fn text(&self, name: &'static str) -> Result<Option<&'a str>, AskError> {
        self.read(name, "a text", Value::as_str)
    }

    /// # Errors
    /// [`AskError::Param`] if it is no list.
    pub fn list(&self, name: &'static str) -> Result<Option<&'a [Value]>, AskError> {
        self.read(name, "a list", |v| v.as_array().map(Vec::as_slice))
    }

    /// A number that must be declared.
    ///
    /// # Errors
    /// [`AskError::NeedsParam`], [`AskError::Param`].
    pub fn needed_number(&self, name: &'static str) -> Result<f64, AskError> {
        self.number(name)?.ok_or(AskError::NeedsParam(name))
    }

    /// A text that must be declared.
    ///
    /// # Errors
    /// As [`Params::needed_number`].
    pub fn needed_text(&self, name: &'static str) -> Result<&'a str, AskError> {
        self.text(name)?.ok_or(AskError::NeedsParam(name))
    }

    /// A list that must be declared.
    ///
    /// # Errors
    /// As [`Params::needed_number`].
    pub fn needed_list(&self, name: &'static str) -> Result<&'a [Value], AskError> {
        self.list(name)?.ok_or(AskError::NeedsParam(name))
    }

    /// A list of texts that must be declared and hold one at least.
    ///
    /// # Errors
    /// As [`Params::needed_number`].
    pub fn needed_texts(&self, name: &'static str) -> Result<Vec<&'a str>, AskError> {
        let texts: Option<Vec<_>> = self.needed_list(name)?.iter().map(Value::as_str).collect();
        let texts = texts.filter(|texts| !texts.is_empty());
        texts.ok_or_else(|| self.wrong(name, "a list of texts, one at least"))
    }

    /// The names of two columns or more.
    ///
    /// # Errors
    /// As [`Params::needed_number`].
    pub fn needed_columns(&self, name: &'static str) -> Result<Vec<String>, AskError> {
        let columns = self.needed_texts(name)?;
        if columns.len() < 2 {
            return Err(self.wrong(name, "a list of two columns at least"));
        }
        Ok(columns.into_iter().map(str::to_owned).collect())
    }

    /// Which rows of a list of columns are not judged; those without any value if not declared.
    ///
    /// # Errors
    /// [`AskError::Param`].
    pub fn ignore_rows(&self) -> Result<Ignore, AskError> {
        self.ignore(["all_values_are_missing", "any_value_is_missing", "never"])
    }

    /// The same of a pair of columns.
    ///
    /// # Errors
    /// [`AskError::Param`].
    pub fn ignore_pairs(&self) -> Result<Ignore, AskError> {
        self.ignore([
            "both_values_are_missing",
            "either_value_is_missing",
            "neither",
        ])
    }

    fn ignore(&self, words: [&str; 3]) -> Result<Ignore, AskError> {
        let word = self.text("ignore_row_if")?.unwrap_or(words[0]);
        let place = words.iter().position(|known| *known == word);
        let place = place.ok_or_else(|| {
            let [all, any, never] = words;
            self.wrong("ignore_row_if", format!("{all}, {any} or {never}"))
        })?;
        Ok(Ignore([Missing::All, Missing::Any, Missing::Never][place]))
    }

    /// The values of a declared set, as a column of a kind holds them.
    ///
    /// # Errors
    /// As [`Params::needed_number`].
    pub fn set(&self, name: &'static str, kind: Option<Kind>) -> Result<HashSet<Word>, AskError> {
        let values = self.needed_list(name)?.iter();
        Ok(values
            .filter_map(|value| literal::word(value, kind))
            .collect())
    }

    /// Whether values must fit any, not all, of several patterns: `match_on`.
    ///
    /// # Errors
    /// [`AskError::Param`].
    pub fn match_any(&self) -> Result<bool, AskError> {
        match self.text("match_on")? {
            None | Some("any") => Ok(true),
            Some("all") => Ok(false),
            Some(_) => Err(self.wrong("match_on", "any or all")),
        }
    }

    /// An error about a parameter that was declared wrongly.
    pub fn wrong(&self, name: &'static str, expected: impl Into<String>) -> AskError {
        let found = self.0.get(name).cloned().unwrap_or(Value::Null);
        AskError::Param {
            name,
            found,
            expected: expected.into(),
        }
    }

    fn read<T>(
        &self,
        name: &'static str,
        expected: &'static str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, AskError> {
        match self.value(name) {
            None => Ok(None),
            Some(value) => read(value)
                .map(Some)
                .ok_or_else(|| self.wrong(name, expected)),
        }
    }
}

/// Great Expectations takes a number in quotes for a number.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text
            .trim()
            .parse()
            .ok()
            .filter(|value: &f64| value.is_finite()),
        other => other.as_f64(),
    }
}

impl About {
    /// The names of all parameters that it takes.
    pub fn all_params(&self) -> Vec<&'static str> {
        let of_rows = OF_ROWS.iter().filter(|_| self.of_rows);
        self.params.iter().chain(of_rows).copied().collect()
    }

    fn takes(&self, name: &str) -> bool {
        self.params.contains(&name) || (self.of_rows && OF_ROWS.contains(&name))
    }
}

/// Which rows are not judged because values are absent: `ignore_row_if`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ignore(pub Missing);

impl Ignore {
    /// Whether a row with these cells is passed over.
    pub fn ignores(self, cells: &[Option<Cell>]) -> bool {
        match self.0 {
            Missing::Any => cells.iter().any(Option::is_none),
            Missing::All => cells.iter().all(Option::is_none),
            Missing::Never => false,
        }
    }
}
