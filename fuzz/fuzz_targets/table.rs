//! Tables of every format: any bytes are a table or an error, and a table of text is written as it was read.
#![no_main]

use galen_table::{Format, Limits, ReadOptions, Table};
use libfuzzer_sys::fuzz_target;

// What a library panics about within its guard is an error to whoever reads; other panics end the run.
fn end_at_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if !galen_table::is_guarded() {
            eprintln!("{panic}");
            std::process::abort();
        }
    }));
}

fuzz_target!(init: end_at_panics(), |input: &[u8]| {
    let Some((&first, bytes)) = input.split_first() else {
        return;
    };
    let format = ["csv", "tsv", "ndjson", "parquet", "arrow"].get(usize::from(first % 6));
    let options = ReadOptions {
        encoding: (first & 0x40 != 0).then(|| "latin1".to_owned()),
        limits: Limits {
            bytes: 1 << 20,
            columns: 1_000,
            record_bytes: 1 << 16,
        },
        ..ReadOptions::default()
    };
    let format = format.and_then(|word| Format::of_word(word));
    let Ok(table) = Table::read(bytes, format, &options) else {
        return;
    };
    if format == Format::of_word("csv") {
        let again = Table::read_csv(&table.to_csv(), &ReadOptions::default());
        assert_eq!(again.as_ref().map(Table::rows), Ok(table.rows()));
        assert_eq!(again.as_ref().map(Table::names), Ok(table.names()));
    }
});
