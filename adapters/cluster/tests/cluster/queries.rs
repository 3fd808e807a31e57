//! What queries find, in which order, and what they may use.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use galen_cluster::{Engine, Limits, NameTaken};
use galen_table::expectation::{Extent, Found, Queries, Query, QueryError};
use galen_table::scan::{Scan, ScanError, Take};
use galen_table::{Heads, ReadError};
use serde_json::json;

use super::gathering::in_parts;
use super::{engine, find, table};

#[test]
fn a_query_sees_the_columns_of_the_table_and_of_others_by_their_names() {
    let found = find(
        "SELECT b.id, Site, weight FROM {batch} b JOIN other ON site = Site WHERE age > 40 ORDER BY 1",
    );
    let found = found.expect("it is a query");
    assert_eq!(found.columns, ["id", "Site", "weight"]);
    assert_eq!(json!(found.first), json!([[2, "b", 71.5], [3, "a", 80.0]]));
    assert_eq!(found.rows, 2);
}

#[test]
fn rows_can_be_counted_without_any_column() {
    let found = find("SELECT count(*) FROM {batch}").expect("it is a query");
    assert_eq!(json!(found.first), json!([[3]]));
}

#[test]
fn of_many_rows_the_first_are_given_and_all_are_counted() {
    let rows: String = (0..5_000).map(|row| format!("{row}\n")).collect();
    let engine = engine(table(&format!("n\n{rows}")), Limits::default());
    let query = Query::read("SELECT n FROM {batch} WHERE n % 2 = 1").expect("it is short");
    let of = |extent| engine.find(&query, extent).expect("it is a query");
    let first = |found: &Found| json!(found.first);
    let all = of(Extent::All { first: 2 });
    assert_eq!((first(&all), all.rows), (json!([[1], [3]]), 2_500));
    let some = of(Extent::First(2));
    assert_eq!((first(&some), some.rows), (json!([[1], [3]]), 2));
}

#[test]
fn the_order_of_rows_and_the_last_bit_of_a_sum_are_the_same_on_any_number_of_threads() {
    let scan = in_parts(20_000, 40);
    let of = |threads, declared: &str| {
        let limits = Limits {
            threads,
            ..Limits::default()
        };
        let query = Query::read(declared).expect("it is short");
        let engine = engine(Arc::clone(&scan), limits);
        engine
            .find(&query, Extent::All { first: 300 })
            .expect("it is a query")
    };
    for declared in [
        "SELECT sum(n), avg(n), stddev(n), count(*) FROM {batch}",
        "SELECT id FROM {batch} WHERE id % 50 = 7 LIMIT 250",
        "SELECT id % 300 AS g, sum(n) FROM {batch} GROUP BY id % 300",
        "SELECT a.id FROM {batch} a JOIN {batch} b ON a.n = b.n AND a.id <> b.id",
    ] {
        let alone = of(1, declared);
        for threads in [2, 7] {
            assert_eq!(alone, of(threads, declared), "{declared}");
        }
    }
    let first = of(3, "SELECT id FROM {batch}");
    assert_eq!(first.rows, 20_000);
    assert_eq!(json!(first.first[299]), json!([299]));
}

/// A scan that counts which parts are read and how many columns of them.
struct Watched {
    inner: Arc<dyn Scan>,
    parts: AtomicUsize,
    columns: AtomicUsize,
}

impl Scan for Watched {
    fn heads(&self) -> &Arc<Heads> {
        self.inner.heads()
    }
    fn rows(&self) -> u64 {
        self.inner.rows()
    }
    fn parts(&self) -> usize {
        self.inner.parts()
    }
    fn first_row(&self, part: usize) -> u64 {
        self.inner.first_row(part)
    }
    fn has_values(&self, place: usize) -> bool {
        self.inner.has_values(place)
    }
    fn read(&self, part: usize, columns: &[usize], take: Take) -> Result<(), ScanError> {
        self.parts.fetch_add(1, Ordering::Relaxed);
        self.columns.fetch_max(columns.len(), Ordering::Relaxed);
        self.inner.read(part, columns, take)
    }
}

#[test]
fn only_the_named_columns_are_read_and_no_part_behind_what_is_enough() {
    let watched = Arc::new(Watched {
        inner: in_parts(4_000, 40),
        parts: AtomicUsize::new(0),
        columns: AtomicUsize::new(0),
    });
    let engine = engine(watched.clone(), Limits::default());
    let query = Query::read("SELECT n, id FROM {batch}").expect("it is short");
    let found = engine
        .find(&query, Extent::First(3))
        .expect("it is a query");
    assert_eq!(found.rows, 3);
    let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
    assert_eq!(of(&watched.columns), 2);
    assert!(
        of(&watched.parts) < 20,
        "{} parts were read",
        of(&watched.parts)
    );
}

#[test]
fn a_query_that_needs_too_much_memory_says_so() {
    let rows: String = (0..400_000).map(|row| format!("{row}\n")).collect();
    let limits = Limits {
        memory_bytes: 2 << 20,
        ..Limits::default()
    };
    let engine = engine(table(&format!("n\n{rows}")), limits);
    for declared in [
        "SELECT a.n FROM {batch} a JOIN {batch} b ON a.n = b.n ORDER BY a.n",
        "SELECT n, count(*) FROM {batch} GROUP BY n",
        "SELECT n FROM {batch} ORDER BY -n",
    ] {
        let query = Query::read(declared).expect("it is short");
        let error = engine.find(&query, Extent::All { first: 1 });
        assert_eq!(
            error,
            Err(QueryError::TooMuchMemory { mib: 2 }),
            "{declared}"
        );
    }
}

#[test]
fn a_query_without_end_is_stopped() {
    let limits = Limits {
        stopped: || true,
        ..Limits::default()
    };
    let engine = engine(table("n\n1\n"), limits);
    for declared in [
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
        "SELECT n FROM {batch}",
    ] {
        let query = Query::read(declared).expect("it is short");
        let error = engine.find(&query, Extent::All { first: 1 });
        assert_eq!(error, Err(QueryError::Stopped), "{declared}");
    }
}

#[test]
fn another_table_cannot_be_called_as_the_one_that_is_validated() {
    let others = [("batch".to_owned(), table("a\n1\n"))];
    let taken = Engine::new(table("a\n1\n"), others, Limits::default()).err();
    assert_eq!(taken, Some(NameTaken));
}

/// A file that is broken behind its header.
struct Broken(Arc<dyn Scan>);

impl Scan for Broken {
    fn heads(&self) -> &Arc<Heads> {
        self.0.heads()
    }
    fn rows(&self) -> u64 {
        1
    }
    fn parts(&self) -> usize {
        1
    }
    fn first_row(&self, _part: usize) -> u64 {
        0
    }
    fn has_values(&self, _place: usize) -> bool {
        true
    }
    fn read(&self, _part: usize, _columns: &[usize], _take: Take) -> Result<(), ScanError> {
        Err(ReadError::UnclosedQuote { line: 7 }.into())
    }
}

#[test]
fn what_is_wrong_in_a_file_is_told_with_its_line() {
    let engine = engine(Arc::new(Broken(table("n\n1\n"))), Limits::default());
    let query = Query::read("SELECT n FROM {batch} ORDER BY n").expect("it is short");
    let error = engine.find(&query, Extent::All { first: 1 });
    let error = error.expect_err("the file is broken").to_string();
    assert!(error.contains("The quote that opens on line 7"), "{error}");
}
