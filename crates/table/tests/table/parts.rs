//! Tables in parts: the same as in one piece, on any number of threads.

use std::fmt::Write;
use std::sync::Arc;

use bytes::Bytes;
use galen_spec::data::{Expectation, Severity};
use galen_table::accumulator::{
    AnyAccumulator, Grouped, GroupedStates, Keep, Keys, Missing, MomentsOf, NumbersOf, Rows,
    WordsOf, finished,
};
use galen_table::expectation::{NoOthers, validate_scan};
use galen_table::scan::{Folder, Member, Pace, Scan, gather, look_up, whole};
use galen_table::{Format, Kind, Limits, LookAt, ReadError, ReadOptions, Table, open};
use proptest::prelude::*;
use serde_json::json;

/// Text of several parts: a part has about eight megabytes.
fn large() -> String {
    let mut text = String::from("id,age,site,note\n");
    for i in 0..300_000 {
        let note = if i % 7 == 0 {
            "\"a \"\"quoted\"\"\nnote, of two lines\""
        } else {
            "plain words of some length"
        };
        let age = if i % 11 == 0 {
            String::new()
        } else {
            (i % 90).to_string()
        };
        let _ = writeln!(text, "{i},{age},site_{},{note}", i % 5);
    }
    text
}

fn scan(text: &str, options: &ReadOptions, jobs: usize) -> Box<dyn Scan> {
    let pace = Pace {
        jobs,
        ..Pace::ALONE
    };
    let source = Arc::new(Bytes::copy_from_slice(text.as_bytes()));
    open(source, Some(Format::Delimited(None)), options, pace).expect("a table")
}

/// Types are those of all rows, although a sample was looked at: what is not as in the sample ends the reading.
#[test]
fn a_sample_tells_the_types_of_all_rows_or_reading_ends() {
    // Longer than the parts that a sample is drawn from.
    let mut text = String::from("id,age,site\n");
    while text.len() < 34 << 20 {
        let i = text.len();
        let _ = writeln!(
            text,
            "{i},{},a site with a name that is long enough to fill the text {}",
            i % 90,
            i % 7
        );
    }
    let options = |look_at| ReadOptions {
        look_at,
        ..ReadOptions::default()
    };
    let (all, sample) = (options(LookAt::All), options(LookAt::Sample));
    let moments = MomentsOf {
        column: "age".into(),
    };
    let state = |text: &str, options: &ReadOptions| {
        let scan = scan(text, options, 2);
        let states = gather(scan.as_ref(), &[&moments], Pace::ALONE);
        let states = states.map(|states| moments.state(&states[0]).expect("JSON"));
        (
            scan.rows(),
            scan.heads().list().to_vec(),
            states.map_err(|error| error.to_string()),
        )
    };
    assert_eq!(state(&text, &sample), state(&text, &all));
    // A word, a record of two cells and a quote, each where no sample is.
    let at = text.len() - (3 << 20);
    let at = at + text[at..].find('\n').expect("a line") + 1;
    for line in ["1,old,a\n", "1,2\n", "1,2,\"a\"\n"] {
        let changed = format!("{}{line}{}", &text[..at], &text[at..]);
        let source = Arc::new(Bytes::from(changed.clone()));
        let opened = open(source, Some(Format::Delimited(None)), &sample, Pace::ALONE);
        let is_whole =
            opened.is_ok_and(|scan| gather(scan.as_ref(), &[&moments], Pace::ALONE).is_ok());
        // A quote is seen when lines are counted, so that all of the text was looked at.
        assert_eq!(is_whole, line.contains('"'), "{line}");
    }
}

#[test]
fn a_table_in_parts_is_the_table_in_one_piece_on_any_number_of_threads() {
    let text = large();
    let parts = scan(&text, &ReadOptions::default(), 2);
    assert!(parts.parts() > 1, "the text is too short to be cut");
    let all = Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table");
    assert_eq!(parts.rows(), 300_000);
    assert!(whole(parts.as_ref()).expect("it is read") == all);
    let accumulators: [&dyn AnyAccumulator; 4] = [
        &MomentsOf {
            column: "age".into(),
        },
        &WordsOf {
            column: "site".into(),
        },
        &NumbersOf {
            column: "age".into(),
        },
        &Rows,
    ];
    let gathered = |scan: &dyn Scan, jobs| {
        let pace = Pace {
            jobs,
            ..Pace::ALONE
        };
        let states = gather(scan, &accumulators, pace).expect("it is read");
        let states = accumulators.iter().zip(&states);
        let states = states.map(|(one, state)| one.state(state).expect("JSON can hold it"));
        states.collect::<Vec<_>>()
    };
    let alone = gathered(parts.as_ref(), 1);
    assert_eq!(alone, gathered(parts.as_ref(), 3));
    assert_eq!(alone[1..], gathered(&all, 1)[1..]);
    let mean = |states: &[serde_json::Value]| states[0]["mean"].as_f64().expect("a number");
    assert!((mean(&alone) - mean(&gathered(&all, 1))).abs() < 1e-12);
}

#[test]
fn a_row_in_a_later_part_is_found_with_its_line() {
    let text = large();
    let parts = scan(&text, &ReadOptions::default(), 1);
    let place = parts.heads().place("id").expect("it is a column");
    let found = look_up(parts.as_ref(), &[place], &[3, 250_000]).expect("it is read");
    assert_eq!(
        found.texts("id"),
        Ok(vec![Some("3".into()), Some("250000".into())])
    );
    // Every seventh row has two lines.
    assert_eq!(
        parts.line(250_000),
        Some(2 + 250_000 + 250_000_u64.div_ceil(7))
    );
}

#[test]
fn what_is_wrong_in_a_later_part_is_named_by_its_line_and_row() {
    let text = large() + "300000,1\n";
    let source = Arc::new(Bytes::from(text.clone()));
    let options = ReadOptions::default();
    let error = open(source, None, &options, Pace::ALONE).err();
    let lines = text.lines().count() as u64;
    let ragged = ReadError::Ragged {
        line: lines,
        row: 300_000,
        fields: 2,
        header: 4,
    };
    assert_eq!(error, Some(ragged));
}

#[test]
fn unique_values_and_unexpected_rows_are_those_of_the_whole() {
    let mut text = String::from("id,hr\n");
    for i in 0..1_200_000 {
        let id = if i == 1_100_000 { 5 } else { i };
        let _ = writeln!(text, "{id},{}", if i % 400_000 == 7 { 300 } else { 80 });
    }
    let parts = scan(&text, &ReadOptions::default(), 2);
    assert!(parts.parts() > 1);
    let expect =
        |id: &str, expectation: &str, column: &str, params: serde_json::Value| Expectation {
            id: id.into(),
            expectation: expectation.into(),
            column: Some(column.into()),
            params: serde_json::from_value(params).expect("a map"),
            severity: Severity::Stop,
            suggested: false,
        };
    let asked = [
        expect(
            "unique",
            "expect_column_values_to_be_unique",
            "id",
            json!({}),
        ),
        expect(
            "range",
            "expect_column_values_to_be_between",
            "hr",
            json!({"max_value": 250}),
        ),
    ];
    let pace = Pace {
        jobs: 2,
        ..Pace::ALONE
    };
    let results = validate_scan(parts.as_ref(), &asked, &NoOthers, Keep::EveryRow, pace);
    let results = results.expect("it is read");
    assert_eq!(results[0].rows, [5, 1_100_000]);
    assert_eq!(results[0].examples[1].value, json!("5"));
    assert_eq!(results[1].rows, [7, 400_007, 800_007]);
}

#[test]
fn files_of_one_table_are_put_together_and_others_are_named() {
    let member = |file: &str, text: &str| Member {
        file: format!("{file}.psv"),
        name: file.into(),
        scan: scan(text, &ReadOptions::default(), 1),
    };
    let members = vec![
        member("p1", "hr|temp\n80|36\n90|\n"),
        member("p2", "temp|hr\n36.5|70\n"),
        member("p3", "hr|sbp\n1|2\n"),
    ];
    let (folder, other) = Folder::new(members, Some("patient")).expect("a table");
    assert_eq!(other[0].0, "p3.psv");
    assert!(other[0].1.contains("no column `temp`"), "{}", other[0].1);
    let all = whole(&folder).expect("it is read");
    assert_eq!(all.names(), ["hr", "temp", "patient"]);
    assert_eq!(all.kind("temp"), Ok(Kind::Number));
    assert_eq!(
        all.numbers("hr"),
        Ok(vec![Some(80.0), Some(90.0), Some(70.0)])
    );
    let patients = all.texts("patient").expect("it is a column");
    assert_eq!(
        patients,
        ["p1", "p1", "p2"].map(|name| Some(name.to_owned()))
    );
}

#[test]
fn groups_are_gathered_side_by_side() {
    let parts = scan(&large(), &ReadOptions::default(), 2);
    let ages = Box::new(MomentsOf {
        column: "age".into(),
    });
    let grouped = Grouped::new(ages, "site", |cell| Some(cell.to_string()));
    let state = gather(parts.as_ref(), &[&grouped], Pace::ALONE)
        .expect("it is read")
        .remove(0);
    let groups = GroupedStates::of(state);
    let n: u64 = groups
        .into_values()
        .map(|state| finished::<MomentsOf>(state).n)
        .sum();
    assert_eq!(n, 300_000 - 300_000_u64.div_ceil(11));
}

#[test]
fn days_moments_and_truth_values_are_known() {
    let text = "day,moment,flag,us\n2024-02-29,2024-02-29 23:59:59.5,True,02/29/2024\n1969-12-31,2024-03-01T00:00:00+01:00,false,03/01/2024\n";
    let table = Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table");
    let kinds = ["day", "moment", "flag", "us"].map(|name| table.kind(name).expect("a column"));
    assert_eq!(
        kinds,
        [Kind::Date, Kind::DateTime, Kind::Boolean, Kind::Text]
    );
    let numbers = |name: &str| {
        let mut all = Vec::new();
        table
            .values(name)
            .expect("a column")
            .each_number(|_, value| all.push(value));
        all
    };
    // datetime.date(2024, 2, 29).toordinal() - datetime.date(1970, 1, 1).toordinal()
    assert_eq!(numbers("day"), [19_782.0 * 86_400.0, -86_400.0]);
    // datetime.datetime(2024, 2, 29, 23, 59, 59, 500000, datetime.timezone.utc).timestamp()
    assert_eq!(numbers("moment"), [1_709_251_199.5, 1_709_247_600.0]);
    assert_eq!(table.to_csv(), text.as_bytes());
    let no_day = Table::read_csv(b"day\n2023-02-29\n", &ReadOptions::default()).expect("a table");
    assert_eq!(no_day.kind("day"), Ok(Kind::Text));
}

#[test]
fn what_pandas_writes_for_no_value_is_none_and_a_question_mark_only_among_numbers() {
    let text = "a,b,c\n1,?,x\nNaN,2.5,?\nNA,?,y\n";
    let table = Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table");
    assert_eq!(table.numbers("a"), Ok(vec![Some(1.0), None, None]));
    assert_eq!(table.numbers("b"), Ok(vec![None, Some(2.5), None]));
    assert_eq!(table.missing("c"), Ok(vec![false; 3]));
    let strict = ReadOptions {
        common_na: false,
        ..ReadOptions::default()
    };
    let table = Table::read_csv(text.as_bytes(), &strict).expect("a table");
    assert_eq!(table.kind("a"), Ok(Kind::Text));
}

#[test]
fn text_in_another_encoding_is_read_when_its_name_or_mark_says_so() {
    let utf16: Vec<u8> = "\u{feff}name\nZoë\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let read = |bytes: &[u8], encoding: Option<&str>| {
        let options = ReadOptions {
            encoding: encoding.map(str::to_owned),
            ..ReadOptions::default()
        };
        Table::read(bytes, Some(Format::Delimited(None)), &options)
    };
    let zoe = Ok(vec![Some("Zoë".to_owned())]);
    assert_eq!(read(&utf16, None).expect("a table").texts("name"), zoe);
    let latin1 = b"name\nZo\xeb\n";
    assert_eq!(
        read(latin1, None),
        Err(ReadError::NotUtf8 { line: 2, offset: 7 })
    );
    assert_eq!(
        read(latin1, Some("latin1")).expect("a table").texts("name"),
        zoe
    );
    let unknown = ReadError::UnknownEncoding {
        name: "latin7x".into(),
    };
    assert_eq!(read(latin1, Some("latin7x")), Err(unknown));
}

#[test]
fn a_line_without_an_end_stops_at_its_limit_and_many_columns_are_read() {
    let limits = Limits {
        record_bytes: 1 << 16,
        ..Limits::default()
    };
    let options = ReadOptions {
        limits,
        ..ReadOptions::default()
    };
    let endless = format!("a,b\n1,{}", "x".repeat(20 << 20));
    let found = Table::read_csv(endless.as_bytes(), &options);
    assert!(
        matches!(found, Err(ReadError::LineTooLong { line: 2, .. })),
        "{found:?}"
    );
    let names: Vec<String> = (0..100_000).map(|i| format!("c{i}")).collect();
    let values = vec!["1"; 100_000].join(",");
    let wide = format!("{}\n{values}\n{values}\n", names.join(","));
    let table = Table::read_csv(wide.as_bytes(), &ReadOptions::default()).expect("a table");
    assert_eq!(table.kind("c99999"), Ok(Kind::Integer));
}

#[test]
fn a_formula_is_written_as_words_and_a_number_with_a_sign_as_it_is() {
    let table =
        Table::read_csv(b"a,b\n=1+1,-5\n@x,+3\n", &ReadOptions::default()).expect("a table");
    let written = |name: &str| String::from_utf8(table.to_format(name).expect("a format"));
    assert_eq!(written("out.csv").as_deref(), Ok("a,b\n'=1+1,-5\n'@x,+3\n"));
    assert!(table.to_format("out.docx").is_err());
}

#[test]
fn a_table_is_written_in_each_format_and_read_back() {
    let text =
        "n,x,flag,day,word\n1,0.5,true,2024-01-01,a b\n,,,,\n-7,1e300,false,1999-12-31,\"c,d\"\n";
    let table = Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table");
    for name in ["t.tsv", "t.psv", "t.ndjson", "t.parquet", "t.arrow"] {
        let bytes = table.to_format(name).expect("a format");
        let again = Table::read(&bytes, Format::of_name(name), &ReadOptions::default());
        let again = again.expect(name);
        assert_eq!(again.numbers("x"), table.numbers("x"), "{name}");
        for column in ["n", "word"] {
            assert_eq!(again.texts(column), table.texts(column), "{name} {column}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn repeated_rows_of_parts_are_those_of_the_whole(values in prop::collection::vec(0_u8..6, 1..60), cut in 0_usize..60) {
        let text = |values: &[u8]| {
            let lines: Vec<String> = values.iter().map(|v| format!("{v},{}", v % 2)).collect();
            format!("a,b\n{}\n", lines.join("\n"))
        };
        let table = |values: &[u8]| {
            Table::read_csv(text(values).as_bytes(), &ReadOptions::default()).expect("a table")
        };
        let keys = Keys { columns: vec!["a".into(), "b".into()], missing: Missing::Never };
        let of = |table: &Table, first| {
            let mut state = keys.begin();
            let chunk = galen_table::accumulator::Chunk::from(table, first);
            keys.update(&mut state, &chunk).expect("the columns are there");
            state
        };
        let all = finished::<Keys>(of(&table(&values), 0));
        let cut = cut.min(values.len());
        let (early, late) = values.split_at(cut);
        let mut merged = keys.begin();
        for (part, first) in [(early, 0), (late, cut as u64)] {
            if !part.is_empty() {
                AnyAccumulator::merge(&keys, &mut merged, of(&table(part), first));
            }
        }
        let merged = finished::<Keys>(merged);
        prop_assert_eq!(merged.repeated(), all.repeated());
        prop_assert_eq!(merged.distinct(), all.distinct());
    }

    #[test]
    fn any_bytes_are_a_table_or_an_error_in_every_format(bytes in prop::collection::vec(any::<u8>(), 0..300), which in 0_usize..4) {
        let format = ["csv", "ndjson", "parquet", "arrow"][which];
        let _ = Table::read(&bytes, Format::of_word(format), &ReadOptions::default());
    }

    #[test]
    fn a_damaged_parquet_or_arrow_file_never_panics(at in 0_usize..4000, to in any::<u8>(), which in 0_usize..4) {
        let table = Table::read_csv(b"a,b\n1,x\n2.5,y\n", &ReadOptions::default()).expect("a table");
        let (name, mut bytes) = match which {
            0 => ("t.parquet", table.to_format("t.parquet").expect("a format")),
            1 => ("t.arrow", table.to_format("t.arrow").expect("a format")),
            2 => ("t.arrow", packed_arrow(false)),
            _ => ("t.arrow", packed_arrow(true)),
        };
        prop_assert!(Table::read(&bytes, Format::of_name(name), &ReadOptions::default()).is_ok());
        let at = at % bytes.len();
        bytes[at] = to;
        let _ = Table::read(&bytes, Format::of_name(name), &ReadOptions::default());
    }
}

/// A table as a file or stream of Arrow whose buffers are packed.
fn packed_arrow(as_stream: bool) -> Vec<u8> {
    use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use arrow_ipc::CompressionType;
    use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
    let numbers: ArrayRef = std::sync::Arc::new(Int64Array::from_iter_values(0..400));
    let texts = (0..400).map(|i| format!("t{}", i % 3));
    let texts: ArrayRef = std::sync::Arc::new(StringArray::from_iter_values(texts));
    let batch = RecordBatch::try_from_iter([("a", numbers), ("b", texts)]).expect("a batch");
    let options = IpcWriteOptions::default()
        .try_with_compression(Some(CompressionType::LZ4_FRAME))
        .expect("a way to pack");
    let schema = batch.schema();
    if as_stream {
        let mut writer =
            StreamWriter::try_new_with_options(Vec::new(), &schema, options).expect("a writer");
        writer.write(&batch).expect("memory");
        return writer.into_inner().expect("memory");
    }
    let mut writer =
        FileWriter::try_new_with_options(Vec::new(), &schema, options).expect("a writer");
    writer.write(&batch).expect("memory");
    writer.into_inner().expect("memory")
}

/// The reader asked for the memory that a length in the file stated, and the process ended when there was none.
#[test]
fn a_length_beyond_the_arrow_file_is_an_error_and_no_wish_for_memory() {
    for bytes in [packed_arrow(false), packed_arrow(true)] {
        let read = |bytes: &[u8]| Table::read(bytes, Some(Format::Arrow), &ReadOptions::default());
        assert!(read(&bytes).is_ok());
        // Each place in turn holds a length of 2^62, wherever lengths may be.
        let mut refused = 0;
        for at in (0..bytes.len() - 8).step_by(8) {
            let mut damaged = bytes.clone();
            damaged[at..at + 8].copy_from_slice(&(1_i64 << 62).to_le_bytes());
            refused += usize::from(read(&damaged).is_err());
        }
        assert!(refused > 4, "{refused}");
    }
}
