//! One JSON object a line.

use std::collections::HashMap;

use serde_json::Value;

use super::{ReadError, ReadOptions, check_cells, without_markers};
use crate::{Kind, Table, cell};

/// One column while lines go by.
struct Growing {
    name: String,
    values: Vec<Option<String>>,
    /// Whether every value so far was a number of JSON.
    numbers: bool,
}

impl Table {
    /// Reads one JSON object a line; a column is a key of any of them, in the order in which they first appear. Absent keys
    /// and `null` are missing values, `true` and `false` are texts; a text stays one, whatever it holds.
    ///
    /// # Errors
    /// [`ReadError::Json`] for a line that is no object of plain values, and those of a delimited file.
    pub fn read_ndjson(bytes: &[u8], options: &ReadOptions) -> Result<Table, ReadError> {
        let (size, limit) = (bytes.len(), options.limits.bytes);
        if size > limit {
            return Err(ReadError::TooLarge { bytes: size, limit });
        }
        let mut columns: Vec<Growing> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        // As in a delimited file, whose first record is the header.
        let mut lines = vec![0];
        for (line, text) in (1_u64..).zip(bytes.split(|&byte| byte == b'\n')) {
            if text.trim_ascii().is_empty() {
                continue;
            }
            let (bytes, limit) = (text.len(), options.limits.record_bytes);
            if bytes > limit {
                return Err(ReadError::LineTooLong { line, bytes, limit });
            }
            let row = lines.len() - 1;
            lines.push(line);
            for (name, value) in object(text, line)? {
                let at = *places.entry(name.clone()).or_insert_with(|| {
                    columns.push(Growing {
                        name: name.clone(),
                        values: vec![None; row],
                        numbers: true,
                    });
                    columns.len() - 1
                });
                let numbers = matches!(value, Value::Number(_) | Value::Null);
                let column = &mut columns[at];
                column.numbers &= numbers;
                column.values.push(plain(value, line, &name)?);
            }
            if columns.len() > options.limits.columns {
                return Err(ReadError::TooManyColumns {
                    line,
                    limit: options.limits.columns,
                });
            }
            columns
                .iter_mut()
                .for_each(|column| column.values.resize(row + 1, None));
        }
        if lines.len() == 1 {
            return Err(ReadError::Empty);
        }
        let declared = |name: &str| options.columns.iter().find(|column| column.name == name);
        let mut built = Vec::with_capacity(columns.len());
        for Growing {
            name,
            values,
            numbers,
        } in columns
        {
            let values = values.iter().map(Option::as_deref);
            let values = without_markers(values, &options.na);
            let kind = match declared(&name) {
                Some(column) => {
                    let kind = cell::declared_kind(column.kind);
                    check_cells(&name, kind, &values, &lines)?;
                    kind
                }
                None if numbers => cell::kind_of(values.iter().flatten()),
                None => Kind::Text,
            };
            built.push((name, kind, values));
        }
        Ok(Table::build(built, lines.len() - 1))
    }
}

fn object(text: &[u8], line: u64) -> Result<serde_json::Map<String, Value>, ReadError> {
    let wrong = |why: String| ReadError::Json { line, why };
    match serde_json::from_slice(text).map_err(|error| wrong(error.to_string()))? {
        Value::Object(object) => Ok(object),
        other => Err(wrong(format!("{other} is no object"))),
    }
}

fn plain(value: Value, line: u64, name: &str) -> Result<Option<String>, ReadError> {
    Ok(match value {
        Value::Null => None,
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text),
        Value::Array(_) | Value::Object(_) => {
            let why = format!("`{name}` holds a list or an object: write its parts as columns");
            return Err(ReadError::Json { line, why });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Table, ReadError> {
        Table::read_ndjson(text.as_bytes(), &ReadOptions::default())
    }

    #[test]
    fn keys_may_come_and_go() {
        let table =
            read("{\"a\":1}\n\n{\"b\":\"x\",\"a\":null}\n{\"b\":\"7\"}\n").expect("a table");
        assert_eq!(table.names(), ["a", "b"]);
        assert_eq!(table.numbers("a"), Ok(vec![Some(1.0), None, None]));
        assert_eq!(table.kind("b"), Ok(Kind::Text));
        assert_eq!(table.rows(), 3);
    }

    #[test]
    fn what_is_no_row_is_named_by_its_line() {
        for (text, line, said) in [
            ("{\"a\":1}\n[1]\n", 2, "no object"),
            ("{\"a\":1\n", 1, "EOF"),
            ("\n{\"a\":{\"b\":1}}\n", 2, "`a` holds a list or an object"),
        ] {
            let Err(ReadError::Json { line: found, why }) = read(text) else {
                panic!("{text} was read");
            };
            assert_eq!(found, line);
            assert!(why.contains(said), "{why}");
        }
        assert_eq!(read("\n"), Err(ReadError::Empty));
    }
}
