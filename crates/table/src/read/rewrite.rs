//! A file without some of its rows, or with other cells. All else stays as it stands, byte by byte where that can be.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::format::delimiter_of;
use super::records::{Field, Records};
use super::{Format, Limits, Packing, ReadError, ReadOptions, unpack};
use crate::Table;

/// A file that was written again, unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewritten {
    pub bytes: Vec<u8>,
    /// Rows that were taken out, or in which a cell is another.
    pub rows: u64,
}

/// Puts other values into the cells of a column of delimited text, by the identifier of their row, blanks around it aside. Every
/// other byte stays. `None` if it has not both columns.
///
/// # Errors
/// [`ReadError`] if it is a table with these columns and cannot be read to its end.
pub fn with_cells(
    bytes: &[u8],
    id: &str,
    column: &str,
    values: &BTreeMap<String, String>,
) -> Result<Option<Rewritten>, ReadError> {
    let delimiter = delimiter_of(bytes);
    let (mut out, mut rows) = (Vec::with_capacity(bytes.len()), 0);
    let mut copied = 0;
    let found = each_record(
        bytes,
        delimiter,
        &[id, column],
        &mut |records, [id, cell]| {
            let value = values.get(records.get(id).trim());
            let Some(value) = value.filter(|value| records.get(cell).trim() != **value) else {
                return;
            };
            let range = cell.range();
            out.extend_from_slice(&bytes[copied..range.start]);
            let is_plain = !value
                .bytes()
                .any(|byte| byte == delimiter || b"\"\r\n".contains(&byte));
            match is_plain {
                true => out.extend_from_slice(value.as_bytes()),
                false => out.extend(format!("\"{}\"", value.replace('"', "\"\"")).bytes()),
            }
            copied = range.end;
            rows += 1;
        },
    )?;
    out.extend_from_slice(&bytes[copied..]);
    Ok(found.then_some(Rewritten { bytes: out, rows }))
}

/// Takes out the rows whose cell of a column is `value`, blanks around it aside. `None` if this is no table with such a column;
/// no row taken out if it holds none such. The format is that of `format`, or told by the first bytes; packed bytes are unpacked.
///
/// Delimited text and NDJSON keep every other byte; Parquet and Arrow are written anew with the same rows.
///
/// # Errors
/// [`ReadError`] if it is a table with that column and cannot be read to its end.
pub fn without_rows(
    bytes: &[u8],
    format: Option<Format>,
    column: &str,
    value: &str,
) -> Result<Option<Rewritten>, ReadError> {
    let limits = Limits::default();
    let unpacked = match Packing::of(bytes) {
        None => Cow::Borrowed(bytes),
        Some(packing) => {
            let mut into = Vec::new();
            unpack(packing, bytes, &mut into, limits.bytes as u64)?;
            Cow::Owned(into)
        }
    };
    let is_theirs = |cell: &str| cell.trim() == value;
    match format.unwrap_or_else(|| Format::of_bytes(&unpacked)) {
        columnar @ (Format::Parquet | Format::Arrow) => {
            of_columns(&unpacked, columnar, column, &is_theirs)
        }
        Format::Ndjson => of_objects(&unpacked, column, &is_theirs),
        Format::Delimited(None) if is_an_object(&unpacked, column) => {
            of_objects(&unpacked, column, &is_theirs)
        }
        Format::Delimited(delimiter) => {
            let utf16 = encoding_rs::Encoding::for_bom(&unpacked);
            let text = match utf16.filter(|(encoding, _)| *encoding != encoding_rs::UTF_8) {
                Some((encoding, length)) => {
                    let (text, _) = encoding.decode_without_bom_handling(&unpacked[length..]);
                    Cow::Owned(text.into_owned().into_bytes())
                }
                None => unpacked,
            };
            let delimiter = delimiter.unwrap_or_else(|| delimiter_of(&text));
            of_records(&text, delimiter, column, &is_theirs)
        }
    }
}

type IsTheirs<'a> = dyn Fn(&str) -> bool + 'a;

/// How some text begins.
fn begin_of(bytes: &[u8]) -> &[u8] {
    let end = memchr::memchr2(b'\n', b'\r', bytes);
    &bytes[..end.unwrap_or(bytes.len())]
}

fn is_an_object(bytes: &[u8], column: &str) -> bool {
    let first = serde_json::from_slice::<serde_json::Value>(begin_of(bytes));
    bytes.starts_with(b"{") && first.is_ok_and(|object| object.get(column).is_some())
}

fn of_records(
    bytes: &[u8],
    delimiter: u8,
    column: &str,
    is_theirs: &IsTheirs,
) -> Result<Option<Rewritten>, ReadError> {
    let (mut out, mut rows, mut copied) = (Vec::new(), 0, 0);
    let found = each_record(bytes, delimiter, &[column], &mut |records, [cell]| {
        if is_theirs(&records.get(cell)) {
            out.extend_from_slice(&bytes[copied..records.begin()]);
            copied = records.at();
            rows += 1;
        }
    })?;
    out.extend_from_slice(&bytes[copied..]);
    Ok(found.then_some(Rewritten { bytes: out, rows }))
}

/// Goes over the records below the header that have the named columns; false if the header does not name them all.
fn each_record<const K: usize>(
    bytes: &[u8],
    delimiter: u8,
    columns: &[&str; K],
    look: &mut dyn FnMut(&Records, [Field; K]),
) -> Result<bool, ReadError> {
    // A model or a picture has no header line.
    let Ok(head) = std::str::from_utf8(begin_of(bytes)) else {
        return Ok(false);
    };
    if columns.iter().any(|column| !head.contains(column)) {
        return Ok(false);
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let offset = error.valid_up_to();
        let line = 1 + memchr::memchr_iter(b'\n', &bytes[..offset]).count() as u64;
        let offset = offset as u64;
        ReadError::NotUtf8 { line, offset }
    })?;
    let limits = Limits::default();
    let mut records = Records::new(text, delimiter, &limits);
    let mut fields: Vec<Field> = Vec::new();
    records.next(&mut fields)?;
    let names: Vec<Cow<str>> = fields.iter().map(|field| records.get(*field)).collect();
    let is = |name: &str, column: &str| name.trim_start_matches('\u{feff}').trim() == column;
    let places = columns.map(|column| names.iter().position(|name| is(name, column)));
    if places.contains(&None) {
        return Ok(false);
    }
    while records.next(&mut fields)?.is_some() {
        let cells = places.map(|place| place.and_then(|place| fields.get(place).copied()));
        // A record with fewer fields has no such cell.
        if cells.iter().all(Option::is_some) {
            look(&records, cells.map(|cell| cell.unwrap_or(fields[0])));
        }
    }
    Ok(true)
}

fn of_objects(
    bytes: &[u8],
    column: &str,
    is_theirs: &IsTheirs,
) -> Result<Option<Rewritten>, ReadError> {
    let (mut out, mut rows, mut has_column) = (Vec::new(), 0, false);
    for (line, text) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        let mut theirs = false;
        if !text.trim_ascii().is_empty() {
            let object: serde_json::Value =
                serde_json::from_slice(text).map_err(|error| ReadError::Json {
                    line,
                    why: error.to_string(),
                })?;
            has_column |= object.get(column).is_some();
            theirs = match &object[column] {
                serde_json::Value::String(text) => is_theirs(text),
                serde_json::Value::Null => false,
                other => is_theirs(&other.to_string()),
            };
        }
        if theirs {
            rows += 1;
        } else {
            out.extend_from_slice(text);
        }
    }
    Ok(has_column.then_some(Rewritten { bytes: out, rows }))
}

fn of_columns(
    bytes: &[u8],
    format: Format,
    column: &str,
    is_theirs: &IsTheirs,
) -> Result<Option<Rewritten>, ReadError> {
    let table = Table::read(bytes, Some(format), &ReadOptions::default())?;
    let Ok(cells) = table.texts(column) else {
        return Ok(None);
    };
    let keep: Vec<bool> = cells
        .iter()
        .map(|cell| !cell.as_deref().is_some_and(is_theirs))
        .collect();
    let rows = keep.iter().filter(|keep| !**keep).count() as u64;
    let what = if format == Format::Parquet {
        "Parquet"
    } else {
        "Arrow IPC"
    };
    let wrong = |why: String| ReadError::Columnar { what, why };
    let left = table
        .filter(&keep)
        .map_err(|error| wrong(error.to_string()))?;
    let name = if format == Format::Parquet {
        "t.parquet"
    } else {
        "t.arrow"
    };
    let bytes = left.to_format(name).map_err(wrong)?;
    Ok(Some(Rewritten { bytes, rows }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn without(text: &str, value: &str) -> Option<(String, u64)> {
        let found = without_rows(text.as_bytes(), None, "patient_id", value).expect("is read");
        let found = found.filter(|found| found.rows > 0);
        found.map(|found| (String::from_utf8(found.bytes).expect("is text"), found.rows))
    }

    #[test]
    fn rows_of_a_person_go_and_every_other_byte_stays() {
        let text = "age,patient_id\r\n61,p1\r\n\r\n 7 ,\"p\"\"2\"\r\n62, p1 \r\n\"a\nb\",p3";
        let (left, rows) = without(text, "p1").unwrap();
        assert_eq!(left, "age,patient_id\r\n\r\n 7 ,\"p\"\"2\"\r\n\"a\nb\",p3");
        assert_eq!(rows, 2);
        assert_eq!(without(text, "p\"2").unwrap().1, 1);
        assert_eq!(
            without(text, "p"),
            None,
            "a part of an identifier is another person"
        );
        assert_eq!(without("age,id\n1,p1\n", "p1"), None, "another column");
    }

    #[test]
    fn cells_are_corrected_and_every_other_byte_stays() {
        let text = "patient_id,dead,note\r\np1,0,\"a,b\"\r\n p2 ,\"1\",\r\n\r\np3,1,x";
        let values = [
            ("p1", "1"),
            ("p2", "0, said \"x\""),
            ("p3", "1"),
            ("p9", "1"),
        ];
        let values = values
            .map(|(id, value)| (id.to_owned(), value.to_owned()))
            .into();
        let new = with_cells(text.as_bytes(), "patient_id", "dead", &values)
            .unwrap()
            .unwrap();
        let expected =
            "patient_id,dead,note\r\np1,1,\"a,b\"\r\n p2 ,\"0, said \"\"x\"\"\",\r\n\r\np3,1,x";
        assert_eq!(String::from_utf8(new.bytes).unwrap(), expected);
        assert_eq!(new.rows, 2, "p3 is right already, p9 is nobody");
        assert_eq!(
            with_cells(text.as_bytes(), "patient_id", "alive", &values),
            Ok(None)
        );
    }

    #[test]
    fn other_formats_lose_the_rows_as_well() {
        let text = "patient_id;x\n1;0.5\n2;0.25\n1;4\n";
        assert_eq!(
            without(text, "1").unwrap(),
            ("patient_id;x\n2;0.25\n".to_owned(), 2)
        );
        let lines = "{\"patient_id\":1,\"x\":2}\n{\"patient_id\":\"2\"}\n";
        assert_eq!(without(lines, "1").unwrap().0, "{\"patient_id\":\"2\"}\n");
        let table = Table::read(text.as_bytes(), None, &ReadOptions::default()).unwrap();
        for name in ["t.parquet", "t.arrow"] {
            let bytes = table.to_format(name).unwrap();
            let left = without_rows(&bytes, None, "patient_id", "1")
                .unwrap()
                .unwrap();
            let left = Table::read(&left.bytes, None, &ReadOptions::default()).unwrap();
            assert_eq!(
                left.texts("patient_id").unwrap(),
                [Some("2".to_owned())],
                "{name}"
            );
        }
    }

    #[test]
    fn what_is_no_table_holds_nobody_and_a_broken_table_is_told() {
        for bytes in [
            &b"\x89PNG\r\n\x1a\n patient_id"[..],
            b"",
            b"{\"patient_id\": ",
            b"\"never closed",
        ] {
            assert_eq!(
                without_rows(bytes, None, "patient_id", "p1"),
                Ok(None),
                "{bytes:?}"
            );
        }
        let latin = b"patient_id,name\np1,Ren\xe9\n";
        let error = without_rows(latin, None, "patient_id", "p1").unwrap_err();
        assert!(
            matches!(error, ReadError::NotUtf8 { line: 2, .. }),
            "{error}"
        );
    }

    proptest! {
        #[test]
        fn nobody_else_loses_a_row(ids in prop::collection::vec("[a-c]{1,2}", 1..30), quoted in any::<bool>()) {
            let quote = if quoted { "\"" } else { "" };
            let rows: Vec<String> = ids.iter().enumerate().map(|(i, id)| format!("{i},{quote}{id}{quote}\n")).collect();
            let text = format!("row,patient_id\n{}", rows.concat());
            let left = without(&text, "ab").map_or(text.clone(), |(left, _)| left);
            let expected: String = ids.iter().zip(&rows).filter(|(id, _)| *id != "ab").map(|(_, row)| row.as_str()).collect();
            prop_assert_eq!(left, format!("row,patient_id\n{expected}"));
        }
    }
}
