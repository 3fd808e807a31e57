//! Parquet and Arrow files of another program become the table that they hold.

use std::fs;
use std::path::Path;

use galen_table::{Format, Kind, ReadError, ReadOptions, Table};

fn bytes(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    fs::read(folder.join(name)).expect("the file is committed")
}

fn read(name: &str) -> Result<Table, ReadError> {
    Table::read(&bytes(name), Format::of_name(name), &ReadOptions::default())
}

#[test]
fn every_packing_of_parquet_and_arrow_gives_the_same_table() {
    let table = read("people.parquet").expect("pyarrow wrote it");
    for name in [
        "people_zstd.parquet",
        "people.feather",
        "people_stream.arrow",
    ] {
        assert_eq!(read(name).expect("pyarrow wrote it"), table, "{name}");
        // By its first bytes alone.
        let unnamed = Table::read(&bytes(name), None, &ReadOptions::default());
        assert_eq!(unnamed.as_ref(), Ok(&table), "{name}");
    }
}

#[test]
fn types_come_from_the_file_and_nan_is_missing() {
    let table = read("people.parquet").expect("pyarrow wrote it");
    assert_eq!(
        table.names(),
        ["age", "score", "site", "code", "seen", "flag"]
    );
    let kinds: Vec<Kind> = table
        .names()
        .iter()
        .map(|name| table.kind(name).expect("it is there"))
        .collect();
    use Kind::{Boolean, Date, Integer, Number, Text};
    assert_eq!(kinds, [Integer, Number, Text, Text, Date, Boolean]);
    assert_eq!(
        table.numbers("score"),
        Ok(vec![Some(0.25), None, Some(1e-7), None])
    );
    let texts = |name: &str| -> Vec<Option<String>> { table.texts(name).expect("it is there") };
    let words = |words: &[&str]| -> Vec<Option<String>> {
        let word = |word: &&str| (!word.is_empty()).then(|| (*word).to_owned());
        words.iter().map(word).collect()
    };
    assert_eq!(texts("site"), words(&["north", "south", "north", ""]));
    assert_eq!(texts("code"), words(&["007", "12", "", "3"]));
    assert_eq!(
        texts("seen"),
        words(&["2009-02-01", "", "1999-12-31", "2000-01-01"])
    );
    assert_eq!(texts("flag"), words(&["true", "false", "", "true"]));
}

#[test]
fn a_column_of_lists_and_a_truncated_file_are_named() {
    let Err(ReadError::Columnar {
        what: "Parquet",
        why,
    }) = read("nested.parquet")
    else {
        panic!("a list is no cell");
    };
    assert!(why.contains("`a`"), "{why}");
    let whole = bytes("people.parquet");
    let cut = Table::read(&whole[..whole.len() / 2], None, &ReadOptions::default());
    assert!(
        matches!(
            cut,
            Err(ReadError::Columnar {
                what: "Parquet",
                ..
            })
        ),
        "{cut:?}"
    );
    let whole = bytes("people.feather");
    let cut = Table::read(&whole[..whole.len() / 2], None, &ReadOptions::default());
    assert!(
        matches!(cut, Err(ReadError::Columnar { what: "Arrow", .. })),
        "{cut:?}"
    );
}
