use std::path::Path;

use galen_table::profile::{Label, Pearson, Profile, ProfileOptions, ProfileState, profile};
use galen_table::scan::Pace;
use galen_table::{ReadOptions, Table};
use proptest::prelude::*;
use serde_json::{Value, json};

fn reference(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/profile");
    let text = std::fs::read(folder.join(name)).expect("the reference is committed");
    serde_json::from_slice(&text).expect("it is JSON")
}

fn table(name: &str) -> Table {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/gx");
    let text = std::fs::read(folder.join(name)).expect("the table is committed");
    Table::read_csv(&text, &ReadOptions::default()).expect("it is a table")
}

fn state(table: &Table, options: &ProfileOptions) -> ProfileState {
    profile(table, options, Pace::ALONE).expect("the columns are there")
}

fn plain(table: &Table) -> ProfileState {
    state(table, &ProfileOptions::default())
}

#[track_caller]
fn close(found: &Value, expected: &Value, what: &str) {
    match (found.as_f64(), expected.as_f64()) {
        (Some(found), Some(expected)) => {
            let gap = (found - expected).abs();
            assert!(
                gap <= 1e-9 * expected.abs().max(1e-3),
                "{what}: {found} {expected}"
            );
        }
        _ => panic!("{what}: {found} {expected}"),
    }
}

#[test]
fn columns_are_described_as_pandas_does() {
    for name in ["gbsg2", "icu"] {
        let expected = reference(&format!("{name}.json"));
        let found = json!(plain(&table(&format!("{name}.csv"))).describe());
        assert_eq!(found["rows"], expected["rows"]);
        assert_eq!(found["duplicate_rows"], expected["duplicate_rows"]);
        for column in found["columns"].as_array().expect("a list") {
            let what = column["name"].as_str().expect("a name");
            let of = &expected["columns"][what];
            for count in ["count", "missing", "distinct"] {
                assert_eq!(column[count], of[count], "{name} {what} {count}");
            }
            assert_eq!(column["precision"], "exact");
            assert_eq!(column["top"][0]["count"], of["top_count"], "{name} {what}");
            for (key, expected) in of["quantiles"].as_object().into_iter().flatten() {
                close(&column["quantiles"][key], expected, what);
            }
            for key in ["min", "max", "mean", "std"]
                .iter()
                .filter(|key| !of[**key].is_null())
            {
                close(&column[*key], &of[*key], what);
            }
            if !of["length_mean"].is_null() {
                close(&column["length"]["mean"], &of["length_mean"], what);
            }
        }
    }
}

#[test]
fn pairs_are_associated_as_pandas_scipy_and_scikit_learn_say() {
    for pearson in [Pearson::Drawn, Pearson::All] {
        let options = ProfileOptions {
            pearson,
            ..ProfileOptions::default()
        };
        for name in ["gbsg2", "icu"] {
            let found = json!(state(&table(&format!("{name}.csv")), &options).describe());
            let pairs = found["associations"]["pairs"].as_array().expect("a list");
            let expected = reference(&format!("{name}.json"));
            let expected = expected["pairs"].as_array().expect("a list");
            assert_eq!(pairs.len(), expected.len());
            for of in expected {
                let same = |pair: &&Value| pair["a"] == of["a"] && pair["b"] == of["b"];
                let pair = pairs.iter().find(same).expect("the pair is looked at");
                for (key, value) in of.as_object().into_iter().flatten() {
                    if value.is_number() {
                        close(
                            &pair[key],
                            value,
                            &format!("{name} {} {} {key}", of["a"], of["b"]),
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_value_lifts_the_outcome_as_shares_say() {
    let expected = reference("gbsg2.json");
    let options = ProfileOptions {
        label: Some(Label {
            column: "cens".into(),
            positive: "1".into(),
        }),
        ..ProfileOptions::default()
    };
    let found = json!(state(&table("gbsg2.csv"), &options).describe());
    let lifts = found["label"]["lifts"].as_array().expect("a list");
    for of in expected["lifts"].as_array().expect("a list") {
        let same = |one: &&Value| one["column"] == of["column"] && one["value"] == of["value"];
        let one = lifts.iter().find(same).expect("the value is frequent");
        assert_eq!(
            (&one["lift"]["n"], &one["positives"]),
            (&of["n"], &of["positives"])
        );
        close(&one["lift"]["value"], &of["lift"], "lift");
    }
    // Numbers count in quarters, each with about as many rows.
    let age = lifts.iter().filter(|one| one["column"] == "age");
    let n: Vec<u64> = age
        .map(|one| one["lift"]["n"].as_u64().expect("a count"))
        .collect();
    assert_eq!((n.len(), n.iter().sum::<u64>()), (4, 120));
}

#[test]
fn a_label_that_never_has_the_outcome_is_refused_with_what_it_holds() {
    let options = ProfileOptions {
        label: Some(Label {
            column: "cens".into(),
            positive: "dead".into(),
        }),
        ..ProfileOptions::default()
    };
    let error = profile(&table("gbsg2.csv"), &options, Pace::ALONE).expect_err("nobody is `dead`");
    let said = error.to_string();
    assert!(
        said.contains("No cell of the label `cens` is `dead`; it holds 0, 1."),
        "{said}"
    );
}

#[test]
fn groups_are_described_as_if_they_were_alone() {
    let all = table("gbsg2.csv");
    let options = ProfileOptions {
        by: Some("tgrade".into()),
        ..ProfileOptions::default()
    };
    let found = state(&all, &options)
        .describe()
        .by
        .expect("it was asked for");
    assert_eq!(found.rows_left_out, 0);
    assert_eq!(
        found.groups.iter().map(|group| group.rows).sum::<u64>(),
        120
    );
    assert!(
        found
            .groups
            .windows(2)
            .all(|pair| pair[0].rows >= pair[1].rows)
    );
    let grades = all.texts("tgrade").expect("the column is there");
    for group in &found.groups {
        let keep: Vec<bool> = grades
            .iter()
            .map(|g| g.as_deref() == group.value.as_str())
            .collect();
        let alone = all.filter(&keep).expect("one answer a row");
        assert_eq!(group.columns, plain(&alone).describe().columns);
    }
}

/// The description without associations, which need rows together.
fn described(state: &ProfileState) -> Profile {
    Profile {
        associations: None,
        ..state.describe()
    }
}

fn merged(parts: &[ProfileState]) -> ProfileState {
    let (first, later) = parts.split_first().expect("there are parts");
    let mut all = first.clone();
    for part in later {
        all.merge(part.clone()).expect("the columns are the same");
    }
    all
}

fn read_again(state: &ProfileState) -> ProfileState {
    let document = state.document().expect("finite numbers");
    ProfileState::read(document.to_string().as_bytes()).expect("it was written so")
}

/// A table of a thousand odd values.
fn rows() -> impl Strategy<Value = Vec<(i64, f64, String, Option<i64>)>> {
    let row = (
        -50..50_i64,
        -1e3..1e3,
        "[a-c]{0,2}",
        prop::option::of(0..9_i64),
    );
    prop::collection::vec(row, 1..120)
}

fn of_rows(rows: &[(i64, f64, String, Option<i64>)]) -> Table {
    let mut text = "whole,number,word,sparse\n0,0.5,w,1\n".to_owned();
    for (whole, number, word, sparse) in rows {
        let sparse = sparse.map(|v| v.to_string()).unwrap_or_default();
        text.push_str(&format!("{whole},{number},{word},{sparse}\n"));
    }
    Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("it is a table")
}

proptest! {
    #[test]
    fn the_profile_of_parts_is_that_of_the_whole(rows in rows(), cuts in prop::collection::vec(0..120_usize, 0..4)) {
        let whole = of_rows(&rows);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(whole.rows())).collect();
        cuts.extend([0, whole.rows()]);
        cuts.sort_unstable();
        let parts: Vec<ProfileState> = cuts
            .windows(2)
            .map(|pair| whole.take(&(pair[0]..pair[1]).collect::<Vec<_>>()).expect("its rows"))
            .map(|part| read_again(&plain(&part)))
            .collect();
        prop_assert_eq!(described(&merged(&parts)), described(&plain(&whole)));
    }

    #[test]
    fn a_profile_for_others_merges_within_its_stated_errors(rows in rows(), cut in 0..120_usize) {
        let whole = of_rows(&rows);
        let cut = cut.min(whole.rows());
        let part = |from, to| whole.take(&(from..to).collect::<Vec<_>>()).expect("its rows");
        let sent = [part(0, cut), part(cut, whole.rows())].map(|part| read_again(&plain(&part).withhold(5)));
        let (found, truth) = (described(&merged(&sent)), described(&plain(&whole)));
        prop_assert_eq!(found.rows, truth.rows);
        prop_assert!(found.duplicate_rows <= truth.duplicate_rows);
        for (found, truth) in found.columns.iter().zip(&truth.columns) {
            prop_assert_eq!((found.count, found.missing), (truth.count, truth.missing));
            let distinct = truth.distinct.expect("it is exact");
            let bounds = found.distinct_bounds.or(found.distinct.map(|n| [n, n]));
            prop_assert!(bounds.is_some_and(|[low, high]| low <= distinct && distinct <= high));
            let lost = found.top_error.unwrap_or(0);
            for top in &found.top {
                let truly = truth.top.iter().find(|one| one.value == top.value).map(|one| one.count);
                prop_assert!(truly.is_none_or(|truly| top.count <= truly && truly <= top.count + lost));
            }
        }
    }
}

#[test]
fn a_profile_for_others_holds_no_rare_value_and_no_hash() {
    let all = table("gbsg2.csv");
    let document = plain(&all).withhold(5).document().expect("finite numbers");
    let text = document.to_string();
    // The state of a column of texts has only frequent words, that of numbers no hash of a value or row.
    assert!(!text.contains("hashes"));
    let time = document["columns"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|c| c["name"] == "time");
    let time = time.expect("the column is there");
    assert_eq!(time["top"], json!([]));
    let longest = plain(&all).describe().columns[8]
        .max
        .expect("it holds numbers");
    assert!(
        time["max"].as_f64().is_none_or(|max| max < longest),
        "{}",
        time["max"]
    );
    assert!(!text.contains(&format!("{longest}")), "{longest}");
    assert_eq!(document["min_cell"], 5);
}

#[test]
fn a_large_column_is_sketched_and_says_so_within_its_errors() {
    let n = 90_000_u64;
    let mut text = "id,score,site\n".to_owned();
    for i in 0..n {
        let score = ((i * 7_919) % n) as f64 / 64.0;
        text.push_str(&format!(
            "P{i},{score},{}\n",
            if i % 3 == 0 { "north" } else { "south" }
        ));
    }
    // A table of many columns has less room for each.
    let wide: Vec<(String, Vec<Option<String>>)> = {
        let narrow = Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table");
        let columns = ["id", "score", "site"]
            .map(|name| (name.to_owned(), narrow.texts(name).expect("it is there")));
        let empty = (0..100).map(|i| (format!("empty {i}"), vec![None; n as usize]));
        columns.into_iter().chain(empty).collect()
    };
    let wide = Table::from_texts(wide).expect("columns of one length");
    let found = plain(&wide).describe();
    for column in &found.columns[..2] {
        assert_eq!(json!(column.precision), "sketch");
        let distinct = column.distinct.expect("hashes are at hand") as f64;
        let error = column.distinct_error.expect("it is sketched");
        assert!(
            (distinct / n as f64 - 1.0).abs() < 3.0 * error,
            "{distinct}"
        );
        assert!(column.top.is_empty() && column.top_error.is_some());
    }
    let score = &found.columns[1];
    let error = score.quantile_error.expect("it is sketched");
    for (p, value) in &score.quantiles {
        let share: f64 = p[1..].parse::<f64>().expect("a percent") / 100.0;
        assert!(
            (value * 64.0 / n as f64 - share).abs() < 1.5 * error,
            "{p} {value}"
        );
    }
    assert_eq!(
        (score.min, score.max),
        (Some(0.0), Some((n - 1) as f64 / 64.0))
    );
    let site = &found.columns[2];
    assert_eq!(
        (json!(site.precision), site.distinct),
        (json!("exact"), Some(2))
    );
    assert_eq!(site.top[0].count, 60_000);
    let state = plain(&wide);
    let sent = read_again(&state.clone().withhold(5)).describe();
    assert!(sent.columns[0].withheld);
    let (a, b) = (&sent.columns[1].quantiles["p50"], &score.quantiles["p50"]);
    assert!(
        (a - b).abs() * 64.0 / (n as f64)
            < 2.0 * sent.columns[1].quantile_error.expect("it is grouped")
    );
}

#[test]
fn profiles_of_different_tables_do_not_merge() {
    let of = |text: &str| {
        plain(&Table::read_csv(text.as_bytes(), &ReadOptions::default()).expect("a table"))
    };
    let mut a = of("x,y\n1,a\n");
    let said = a.merge(of("x,z\n1,a\n")).expect_err("z is new").to_string();
    assert!(said.contains("only one of them has y, z"), "{said}");
    let said = a
        .merge(of("x,y\nlow,a\n"))
        .expect_err("x is text")
        .to_string();
    assert!(said.contains("Column `x`"), "{said}");
    let mut whole = of("x,y\n1,a\n");
    whole
        .merge(of("x,y\n1.0,a\n2.5,\n"))
        .expect("numbers are numbers");
    assert_eq!(whole.describe().columns[0].distinct, Some(2));
    whole.merge(of("x,y\n,b\n")).expect("nothing contradicts");
    assert_eq!(whole.describe().columns[0].missing, 1);
}

#[test]
fn a_file_that_is_no_stored_profile_is_refused() {
    let state = plain(&table("gbsg2.csv"));
    let document = state.document().expect("finite numbers");
    let refused = |document: Value| {
        let error = ProfileState::read(document.to_string().as_bytes()).expect_err("it is broken");
        error.to_string()
    };
    let with = |path: &str, value: Value| {
        let mut document = document.clone();
        *document.pointer_mut(path).expect("it is there") = value;
        refused(document)
    };
    assert!(refused(json!({"rows": 3})).contains("write it with --out"));
    assert!(with("/state_version", json!(2)).contains("has version 2"));
    for (path, value) in [
        ("/state/rows", json!(7)),
        ("/state/columns/0/seen/n", json!(-1)),
        ("/state/columns/0/seen/n", json!(5)),
        ("/state/columns/0/seen/values/0/0", json!(12)),
        ("/state/columns/1/seen/values/0/1", json!(u64::MAX)),
        ("/state/columns/1/name", json!("horTh")),
        ("/state/columns/1/seen/type", json!("colour")),
    ] {
        assert!(with(path, value).contains("is broken"), "{path}");
    }
    assert!(ProfileState::read(b"\xff").is_err());
}

proptest! {
    #[test]
    fn no_stored_bytes_make_it_panic(place in 0..20_000_usize, byte: u8) {
        let mut text = plain(&table("gbsg2.csv")).document().expect("finite numbers").to_string().into_bytes();
        let place = place % text.len();
        text[place] = byte;
        if let Ok(state) = ProfileState::read(&text) {
            let again = state.clone();
            let mut twice = state;
            let _ = twice.merge(again);
            let _ = twice.withhold(5).describe();
        }
    }
}
