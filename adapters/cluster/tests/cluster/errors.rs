//! What queries are refused, and what an error says.

use galen_table::expectation::{Place, QueryError};
use serde_json::json;

use super::find;

fn wrong(declared: &str) -> QueryError {
    match find(declared) {
        Err(error) => error,
        Ok(found) => panic!("{declared} found {found:?}"),
    }
}

#[test]
fn a_query_that_does_more_than_read_is_refused() {
    for declared in [
        "DELETE FROM {batch}",
        "UPDATE {batch} SET age = 1",
        "INSERT INTO other VALUES (1, 'a')",
        "CREATE TABLE t AS SELECT * FROM {batch}",
        "CREATE VIEW v AS SELECT 1",
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
        "COPY other TO 'out.csv'",
        "COPY (SELECT * FROM {batch}) TO 'out.csv' STORED AS CSV",
        "DROP TABLE other",
        "SET datafusion.execution.batch_size = 1",
        "RESET datafusion.execution.batch_size",
        "EXPLAIN SELECT 1",
        "SHOW TABLES",
        "DESCRIBE other",
        "BEGIN",
        "PREPARE p AS SELECT 1",
        "SELECT * INTO t FROM {batch}",
        "WITH gone AS (DELETE FROM other RETURNING id) SELECT * FROM gone",
        "TRUNCATE TABLE other",
    ] {
        let error = wrong(declared);
        let is_refused = matches!(error, QueryError::NotReading(_));
        assert!(is_refused, "{declared}: {error:?}");
    }
    assert_eq!(
        wrong("DELETE FROM {batch}").to_string(),
        "A query only reads, with one SELECT or WITH; this one begins with DELETE."
    );
    for declared in [
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE other",
        "",
        "  -- nothing",
    ] {
        wrong(declared);
    }
}

#[test]
fn a_query_opens_no_file() {
    for declared in [
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM \"/etc/passwd\"",
        "SELECT * FROM 'file:///etc/passwd'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM datafusion.public.batch",
    ] {
        let error = wrong(declared);
        let is_refused = matches!(error, QueryError::NoTable { .. } | QueryError::Wrong { .. });
        assert!(is_refused, "{declared}: {error:?}");
    }
}

#[test]
fn a_misspelled_column_is_told_with_its_place_and_those_near_it() {
    let error = wrong("SELECT id\n  FROM {batch}\n WHERE wieght > 3");
    let place = Some(Place { line: 3, column: 8 });
    let near = vec!["weight".to_owned()];
    let name = "wieght".to_owned();
    assert_eq!(error, QueryError::NoColumn { name, place, near });
    assert_eq!(
        error.to_string(),
        "The query has no column `wieght` at line 3, column 8; near it: `weight`."
    );
    // Letters are those of the file.
    let error = wrong("SELECT '{{' , site FROM {batch}").to_string();
    assert!(
        error.contains("`site` at line 1, column 15; near it: `Site`"),
        "{error}"
    );
}

#[test]
fn a_slip_of_grammar_is_told_with_its_place() {
    let error = wrong("SELECT id FROM {batch} WHERE age >");
    let text = error.to_string();
    assert!(text.starts_with("The query is wrong"), "{text}");
    let error = wrong("SELECT id\nFRM {batch} WHERE '{{' = 'a' x");
    let QueryError::Wrong {
        place: Some(place),
        why,
    } = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(place.line, 2, "{why}");
}

#[test]
fn a_table_that_nobody_named_is_told_with_how_to_name_it() {
    let error = wrong("SELECT * FROM sites").to_string();
    assert_eq!(
        error,
        "The query knows no table `sites`; it knows `batch`, `other`. Name the file of another with `--table sites=FILE`."
    );
}

#[test]
fn an_unknown_function_and_a_wrong_type_say_so() {
    let error = wrong("SELECT medain(age) FROM {batch}").to_string();
    assert!(error.contains("medain"), "{error}");
    let error = wrong("SELECT id FROM {batch} WHERE age > 'old'").to_string();
    assert!(error.contains("old"), "{error}");
    let error = wrong("SELECT 1 / (id - id) FROM {batch}").to_string();
    assert!(error.to_lowercase().contains("divide by zero"), "{error}");
}

/// Text that made the engine overflow its stack.
#[test]
fn a_long_or_deep_query_is_answered_or_refused_and_never_ends_the_process() {
    let of = |begin: &str, each: &str, end: &str, bytes: usize| {
        let times = (bytes - begin.len() - end.len()) / each.len();
        format!("{begin}{}{end}", each.repeat(times))
    };
    for bytes in [2_000, 4_300, 7_500, 32_000] {
        for declared in [
            of("SELECT 1", "+1", "", bytes),
            of("SELECT ", "-", "1", bytes).replace("--", "- "),
            of("SELECT ", "NOT ", "true", bytes),
            of(
                "SELECT id FROM {batch} WHERE id = 0",
                " OR id = 1",
                "",
                bytes,
            ),
            of(
                "SELECT id FROM {batch} WHERE id = 0",
                " AND id <> 1",
                "",
                bytes,
            ),
            of("SELECT id FROM {batch} WHERE id IN (0", ",1", ")", bytes),
            of("SELECT 1", ",1", "", bytes),
            of("SELECT 'a'", "||'a'", "", bytes),
            of("SELECT 1", " UNION ALL SELECT 1", "", bytes),
            of("SELECT 1", " UNION SELECT 1", "", bytes),
            of("SELECT 1 FROM other", ",other", "", bytes),
            of("SELECT 1 FROM other", " CROSS JOIN other", "", bytes),
            of(
                "SELECT CASE id WHEN 0 THEN 0",
                " WHEN 1 THEN 2",
                " END FROM {batch}",
                bytes,
            ),
            of("", "SELECT * FROM (", "SELECT 1", bytes),
            of("SELECT ", "(", "1", bytes),
            of("SELECT ", "abs(", "1", bytes),
            of("SELECT ", "CASE WHEN ", "1", bytes),
            of("SELECT 1", "::int", "", bytes),
            of("SELECT a", ".a", "", bytes),
            of("SELECT 1", " IS NULL", "", bytes),
            of(
                "WITH t AS (SELECT 1)",
                ", t AS (SELECT 1)",
                " SELECT 1",
                bytes,
            ),
        ] {
            let answer = find(&declared);
            let begin = &declared[..60];
            assert!(
                !matches!(answer, Err(QueryError::Failed(_))),
                "{begin}: {answer:?}"
            );
        }
    }
}

#[test]
fn names_of_with_that_stand_for_each_other_do_not_grow_without_end() {
    let chain = |count: usize, uses: &str| {
        let parts = (1..=count).map(|n| {
            let uses = uses.replace('#', &format!("t{}", n - 1));
            format!(", t{n} AS (SELECT 1 AS a FROM {uses})")
        });
        let parts: String = parts.collect();
        format!("WITH t0 AS (SELECT 1 AS a){parts} SELECT count(*) FROM t{count}")
    };
    let rows = |count, uses| find(&chain(count, uses)).map(|found| json!(found.first));
    // Each twice the one before: 2^5 and 2^30 of the first.
    assert_eq!(rows(5, "# x, # y"), Ok(json!([[1]])));
    assert_eq!(rows(30, "# x, # y"), Err(QueryError::TooMany { limit: 64 }));
    assert_eq!(rows(390, "#"), Ok(json!([[1]])));
    assert_eq!(rows(410, "#"), Err(QueryError::TooDeep { limit: 400 }));
    // A name is seen only by the query that has it.
    let within = "SELECT * FROM (WITH other AS (SELECT 1 AS id) SELECT id FROM other) AS x JOIN other USING (id)";
    assert_eq!(find(within).map(|found| found.rows), Ok(1));
}

#[test]
fn as_many_tables_as_may_be_are_joined_and_no_more() {
    let rows = |count: usize| {
        let join = |n| format!(" JOIN other o{n} ON o{n}.id = o0.id");
        let joins: String = (1..count).map(join).collect();
        find(&format!("SELECT o0.id FROM other o0{joins}")).map(|found| found.rows)
    };
    assert_eq!(rows(64), Ok(2));
    assert_eq!(rows(65), Err(QueryError::TooMany { limit: 64 }));
}
