"""Writes the suite of queries of this folder, and beside it what Great Expectations answers: `python make.py`, here.

The packages are those of crates/table/tests/reference/gx/requirements.txt.
"""

import json
import pathlib

from ask import answers

HERE = pathlib.Path(__file__).parent


def finds(query, **more):
    return {"type": "unexpected_rows_expectation", "kwargs": {"unexpected_rows_query": query, **more}}


def matches(base, comparison, **more):
    kwargs = {"base_query": base, "comparison_data_source_name": "elsewhere", "comparison_query": comparison, **more}
    return {"type": "expect_query_results_to_match_comparison", "kwargs": kwargs}


def unexpected():
    where = (
        "age < 30", "age < 0", "age >= 20 AND age <= 79", "weight > 90", "weight IS NULL", "NOT (weight > 60)",
        "sex = 'f'", "sex <> 'f'", "sex IS NULL", "sex NOT IN ('f', 'm')", "code NOT LIKE 'P%'", "code LIKE '_00%'",
        "name LIKE '%a%' AND name NOT LIKE '%A%'", "name = ''", "name = 'O''Neil'", "day < '2024-06-01'",
        "day BETWEEN '2024-03-01' AND '2024-03-31'", "flag", "NOT flag", "maybe IS NOT NULL", "a > b", "a = b OR c IS NULL",
        "a + b > c", "(a * 2) / 3 > 4", "a % 3 = 1", "age / 10 = 3", "score * 1.0 / 3 > 2.5", "abs(a - b) > 3",
        "round(weight) = 61", "length(name) > 3", "length(name) = 2", "upper(code) <> code", "substr(code, 1, 1) <> 'P'",
        "coalesce(score, 0) = 0", "CASE WHEN a > 4 THEN b ELSE c END > 6", "empty IS NULL", "x1 = x2 AND x2 = x3",
        "\"two words\" = 3", "name || code = 'AnaP000'", "id IN (SELECT max(id) FROM {batch})",
        "weight > (SELECT avg(weight) FROM {batch})", "CAST(age AS TEXT) LIKE '3%'", "CAST(score AS INTEGER) = 5",
        "name = '東京'", "trim(name) <> name", "replace(code, 'P', '') = '007'", "nullif(a, 0) IS NULL", "1 = 1", "1 = 0",
        "flag = 1", "name LIKE 'ANA'", "min(a, b) > 3",
    )
    for condition in where:
        yield finds(f"SELECT * FROM {{batch}} WHERE {condition}")
    for query in (
        "SELECT id, age FROM {batch} WHERE age < 30 ORDER BY age DESC;",
        "SELECT sex, count(*) AS n FROM {batch} GROUP BY sex",
        "SELECT sex, count(*) AS n FROM {batch} GROUP BY sex HAVING count(*) > 10",
        "SELECT code FROM {batch} GROUP BY code HAVING count(*) > 1",
        "SELECT count(*) FROM {batch}", "SELECT avg(age) FROM {batch} HAVING avg(age) > 40",
        "SELECT DISTINCT sex FROM {batch}", "SELECT DISTINCT x1, x2 FROM {batch} WHERE x1 IS NOT NULL",
        "SELECT id FROM {batch} LIMIT 3", "SELECT id FROM {batch} ORDER BY id LIMIT 5 OFFSET 38",
        "SELECT sum(weight) AS s FROM {batch} WHERE age > 1000", "SELECT 1", "SELECT NULL WHERE 1 = 0",
        "WITH old AS (SELECT id, age FROM {batch} WHERE age > 60) SELECT * FROM old WHERE id % 2 = 0",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 9) SELECT n FROM t",
        "SELECT id FROM {batch} WHERE age > 70 UNION SELECT id FROM {batch} WHERE age < 25",
        "SELECT a FROM {batch} UNION ALL SELECT b FROM {batch}", "SELECT a FROM {batch} EXCEPT SELECT b FROM {batch}",
        "SELECT a FROM {batch} INTERSECT SELECT b FROM {batch}",
        "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY sex ORDER BY id) AS k FROM {batch}) AS t WHERE k = 2",
        "SELECT id FROM (SELECT id, up, lag(up) OVER (ORDER BY id) AS before FROM {batch}) AS t WHERE up <= before",
        "SELECT x.id FROM {batch} x JOIN gbsg2 g ON x.age = g.age", "SELECT x.id FROM {batch} x LEFT JOIN gbsg2 g ON x.age = g.age WHERE g.age IS NULL",
        "SELECT x.id, y.id FROM {batch} x JOIN {batch} y ON x.a = y.a AND x.id < y.id",
        "SELECT x.id FROM {batch} x WHERE EXISTS (SELECT 1 FROM gbsg2 g WHERE g.age = x.age) ",
        "SELECT * FROM gbsg2 WHERE age > 70", "SELECT a, a FROM {batch}", "SELECT 1/0", "SELECT 7/2 WHERE 7/2 = 3",
        "SELECT id FROM {batch} WHERE name = '{{'", "SELECT id FROM {batch} WHERE name = '{x}'",
        "SELECT id FROM {batch} WHERE name = '{'", "SELECT id FROM {batch} WHERE name = '{}'",
        "SELECT absent FROM {batch}", "SELECT * FROM absent", "SELEC * FROM {batch}", "SELECT nofunction(age) FROM {batch}",
        "DELETE FROM {batch}", "DROP TABLE absent", "SELECT 1; SELECT 2", "",
        "SELECT * FROM {batch} AS b WHERE b.age < 30",
    ):
        yield finds(query)
    yield finds("SELECT 1 WHERE 1 = 0", mostly=0.5)
    yield finds("SELECT * FROM {batch}", row_condition='col("sex") == "f"', condition_parser="great_expectations")


def compared():
    for column in ("age", "weight", "sex", "flag", "maybe", "day", "name", "score", "empty", "a, b, c", "age + 0.0", "weight * 2"):
        yield matches(f"SELECT {column} FROM {{batch}}", f"SELECT {column} FROM visits")
    for mostly in (0, 0.25, 0.5, 0.79, 0.8, 0.81, 1):
        yield matches("SELECT age FROM {batch} WHERE age > 30", "SELECT age FROM visits", mostly=mostly)
    for of in range(1, 41, 3):
        yield matches(f"SELECT id FROM {{batch}} WHERE id <= {of}", "SELECT id FROM visits", mostly=of / 40)
    for base, comparison in (
        ("SELECT age FROM {batch} ORDER BY age", "SELECT age FROM visits ORDER BY age DESC"),
        ("SELECT age AS x FROM {batch}", "SELECT age AS y FROM visits"),
        ("SELECT age, id FROM {batch}", "SELECT id, age FROM visits"),
        ("SELECT age, id FROM {batch}", "SELECT age FROM visits"),
        ("SELECT count(*) FROM {batch}", "SELECT count(*) FROM visits"),
        ("SELECT count(*) FROM {batch}", "SELECT count(*) FROM gbsg2"),
        ("SELECT sex, avg(age) FROM {batch} GROUP BY sex", "SELECT sex, avg(age) FROM visits GROUP BY sex"),
        ("SELECT a FROM {batch}", "SELECT DISTINCT a FROM visits"), ("SELECT DISTINCT a FROM {batch}", "SELECT a FROM visits"),
        ("SELECT age FROM {batch} WHERE age > 500", "SELECT age FROM visits WHERE age > 500"),
        ("SELECT age FROM {batch} WHERE age > 500", "SELECT age FROM visits"), ("SELECT age FROM {batch}", "SELECT age FROM visits WHERE age > 500"),
        ("SELECT 1", "SELECT 1.0"), ("SELECT 1", "SELECT '1'"), ("SELECT NULL", "SELECT NULL"), ("SELECT NULL", "SELECT ''"),
        ("SELECT 0.1 + 0.2", "SELECT 0.3"), ("SELECT 2 = 2", "SELECT 1"), ("SELECT 'a'", "SELECT 'A'"),
        ("SELECT x.id FROM {batch} x JOIN gbsg2 g ON g.age > x.age ORDER BY x.id, g.age", "SELECT x.id FROM visits x JOIN gbsg2 g ON g.age > x.age ORDER BY x.id, g.age"),
        ("SELECT x.id FROM {batch} x JOIN gbsg2 g ON g.age > x.age ORDER BY x.id", "SELECT x.id FROM visits x JOIN gbsg2 g ON g.age > x.age ORDER BY x.id DESC"),
        ("SELECT id FROM {batch} LIMIT 10", "SELECT id FROM visits LIMIT 20"),
        ("SELECT id FROM {batch};", "SELECT id FROM visits;"), ("SELECT name FROM {batch} WHERE name = '{{'", "SELECT name FROM visits WHERE name = '{'"),
        ("SELECT id FROM {batch}", "SELECT id FROM {batch}"), ("SELECT id FROM {batch}", "SELECT id FROM absent"),
        ("SELECT absent FROM {batch}", "SELECT id FROM visits"), ("SELECT '{' FROM {batch}", "SELECT id FROM visits"),
        ("DELETE FROM {batch}", "SELECT id FROM visits"),
    ):
        yield matches(base, comparison)
    yield matches("SELECT 1", "SELECT 1", comparison_data_source_name="nowhere")
    yield {"type": "expect_query_results_to_match_comparison", "kwargs": {"base_query": "SELECT 1", "comparison_query": "SELECT 1"}}
    yield matches("SELECT 1", "SELECT 1", mostly=1.5)
    yield matches("SELECT 1", "SELECT 1", row_condition='col("sex") == "f"', condition_parser="great_expectations")


if __name__ == "__main__":
    meta = {"great_expectations_version": "1.24.1"}
    suite = {"name": "queries", "expectations": [*unexpected(), *compared()], "meta": meta}
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in suite["expectations"])
    text = f'{{"name": "queries", "id": null, "expectations": [\n{lines}\n], "meta": {json.dumps(meta)}, "notes": null}}\n'
    (HERE / "queries.suite.json").write_text(text, encoding="utf-8")
    got = answers(suite)
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in got)
    (HERE / "queries.answers.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(len(got), "refused", sum("refused" in a for a in got), "raised", sum(a.get("raised", False) for a in got))
