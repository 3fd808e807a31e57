use std::collections::BTreeMap;

use serde_json::Value;

use super::AskError;

/// The parameters of one expectation, read by name.
#[derive(Clone, Copy, Debug)]
pub struct Params<'a>(&'a BTreeMap<String, Value>);

impl<'a> Params<'a> {
    /// # Errors
    /// [`AskError::UnknownParam`] for a name that the expectation does not take: a typing error would else pass.
    pub fn new(
        params: &'a BTreeMap<String, Value>,
        known: &'static [&'static str],
    ) -> Result<Self, AskError> {
        match params.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(AskError::UnknownParam {
                name: name.clone(),
                known,
            }),
            None => Ok(Self(params)),
        }
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
        self.read(name, "a number", Value::as_f64)
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

    /// An error about a parameter that was declared wrongly.
    pub fn wrong(&self, name: &'static str, expected: &'static str) -> AskError {
        let found = self.0.get(name).cloned().unwrap_or(Value::Null);
        AskError::Param {
            name,
            found,
            expected,
        }
    }

    fn read<T>(
        &self,
        name: &'static str,
        expected: &'static str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, AskError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value)
                .map(Some)
                .ok_or_else(|| self.wrong(name, expected)),
        }
    }
}

/// A lowest and a highest allowed number; at least one of them.
pub(super) struct Bounds {
    low: f64,
    high: f64,
    strict_low: bool,
    strict_high: bool,
}

impl Bounds {
    /// Reads `min_value`, `max_value`, `strict_min`, `strict_max`.
    ///
    /// # Errors
    /// [`AskError`] if neither bound is declared, or the lower lies above the upper.
    pub fn read(params: &Params) -> Result<Self, AskError> {
        let (low, high) = (params.number("min_value")?, params.number("max_value")?);
        if low.is_none() && high.is_none() {
            return Err(AskError::Needs("`min_value` or `max_value`"));
        }
        let bounds = Self {
            low: low.unwrap_or(f64::NEG_INFINITY),
            high: high.unwrap_or(f64::INFINITY),
            strict_low: params.flag("strict_min")?,
            strict_high: params.flag("strict_max")?,
        };
        if bounds.low > bounds.high {
            return Err(params.wrong("min_value", "at most `max_value`"));
        }
        Ok(bounds)
    }

    pub fn contain(&self, value: f64) -> bool {
        let above = value > self.low || (!self.strict_low && value == self.low);
        let below = value < self.high || (!self.strict_high && value == self.high);
        above && below
    }
}
