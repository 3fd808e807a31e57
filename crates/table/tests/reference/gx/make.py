"""Writes the tables and suites of this folder, and beside each suite what Great Expectations answers.

With great_expectations 1.24.1, pandas 2.3.3 and sqlalchemy 2: `python make.py`, in this folder. The patients' tables are
excerpts of gbsg2 and of the ICU challenge of 2012 (../shared/data, where their origin and licence stand); the rest is
made here. Needs the sources only when an excerpt is missing.
"""

import csv
import json
import pathlib

from run import answers

HERE = pathlib.Path(__file__).parent
DATA = HERE.parents[4].parent / "shared" / "data"


def excerpt(name, source, rows, columns):
    target = HERE / f"{name}.csv"
    if target.exists():
        return
    with open(DATA / source, encoding="utf-8") as file:
        read = csv.DictReader(file)
        some = [row for _, row in zip(range(rows), read)]
    with open(target, "w", encoding="utf-8", newline="") as file:
        write = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        write.writeheader()
        write.writerows(some)


def visits():
    """Forty rows made so that each kind of cell and each kind of mistake is in it."""
    json_cells = ['{"a": 1}', "[1, 2]", "3", "true", '"x"', "{bad", "NaN", '{"a": "b"}', "", "null"]
    when = [
        "2024-01-05", "5 January 2024", "01/05/2024 13:30", "Jan 5, 2024 1:30 PM", "20240105T133000",
        "yesterday", "2024-13-45", "12:30", "2024-02-30", "Thu Sep 25 10:36:28 2003", "2024", "10", "not a date",
        "2003-09-25T10:49:41-03:00", "Sep", "", "25.9.2003", "1.5h", "2024-01-05 25:00", "Friday",
    ]
    stamp = ["2024-03-01 08:00:00", "2024-03-02 09:30:00", "2024-3-3 10:00:00", "2024-03-04", "2024-02-30 00:00:00"]
    name = ["Ana", "Bob", "Žofie", "東京", "ana", "a%b", "a_b", "a b", "O'Neil", "x\ny", "", "zoë", "Ana "]
    rows = []
    for i in range(40):
        rows.append(
            {
                "id": i + 1,
                "code": f"P{i:03d}" if i != 7 else "Q7",
                "name": name[i % len(name)],
                "sex": ["f", "m", "m", "", "f"][i % 5],
                "age": 20 + (i * 7) % 60,
                "weight": "" if i % 9 == 4 else round(50 + (i * 3.7) % 45, 1),
                "score": "" if i % 6 == 2 else (i * 5) % 11,
                "flag": "True" if i % 3 else "False",
                "maybe": ["True", "False", ""][i % 3],
                "day": f"2024-{1 + i % 12:02d}-{1 + i % 28:02d}",
                "when": when[i % len(when)],
                "stamp": stamp[i % len(stamp)] if i % 7 == 0 else f"2024-03-{1 + i % 28:02d} 08:00:00",
                "json": json_cells[i % len(json_cells)],
                "object": json.dumps({"n": i % 12, "unit": ["mg", "g"][i % 2]}),
                "up": i if i != 20 else 3,
                "down": "" if i == 3 else 100 - 2 * (i // 2),
                "a": i % 8,
                "b": "" if i % 10 == 9 else (i * 3) % 8,
                "c": "" if i % 10 in (9, 5) else 10,
                "same": i % 8 if i % 13 else i % 8 + 1,
                "one": 5,
                "empty": "",
                "x1": ["u", "v", "w", ""][i % 4],
                "x2": ["u", "v", "u", ""][(i // 2) % 4],
                "x3": ["u", "v", "t", ""][(i // 3) % 4],
                "two words": i % 4,
            }
        )
    with open(HERE / "visits.csv", "w", encoding="utf-8", newline="") as file:
        write = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        write.writeheader()
        write.writerows(rows)
    with open(HERE / "none.csv", "w", encoding="utf-8", newline="") as file:
        file.write("id,age,name\n")


def column(kind, of, **kwargs):
    return {"type": f"expect_column_{kind}", "kwargs": {"column": of, **kwargs}}


def pair(kind, a, b, **kwargs):
    return {"type": f"expect_column_pair_values_{kind}", "kwargs": {"column_A": a, "column_B": b, **kwargs}}


def table(kind, **kwargs):
    return {"type": f"expect_{kind}", "kwargs": kwargs}


def where(name, operator, parameter):
    return {"type": "comparison", "column": {"name": name}, "operator": operator, "parameter": parameter}


def null(name, is_null=True):
    return {"type": "nullity", "column": {"name": name}, "is_null": is_null}


def cells():
    """Each value by itself."""
    yield from (column("values_to_be_between", "age", **b) for b in (
        {"min_value": 20, "max_value": 79}, {"min_value": 25, "max_value": 70},
        {"min_value": 25, "max_value": 70, "mostly": 0.8}, {"min_value": 20, "strict_min": True},
        {"max_value": 79, "strict_max": True}, {"min_value": 27, "max_value": 27},
        {"min_value": 27, "max_value": 27, "strict_min": True, "strict_max": True}, {"min_value": 60, "max_value": 20},
        {}, {"min_value": "20", "max_value": "79"}, {"min_value": 20.5},
    ))
    yield column("values_to_be_between", "weight", min_value=55, max_value=90, mostly=0.7)
    yield column("values_to_be_between", "weight", min_value=55, max_value=90, mostly=0.0)
    yield column("values_to_be_between", "empty", min_value=0, max_value=1)
    yield column("values_to_be_between", "day", min_value="2024-02-01", max_value="2024-11-30")
    yield column("values_to_be_between", "name", min_value="B", max_value="z")
    yield column("values_to_be_between", "name", min_value=1, max_value=3)
    yield column("values_to_be_between", "flag", min_value=0, max_value=1)
    yield column("values_to_be_between", "absent", min_value=0)
    for name, values in (
        ("sex", ["f", "m"]), ("sex", ["f"]), ("sex", []), ("sex", ["f", None]), ("age", [20, 27, 34]), ("age", [20.0, 27]),
        ("age", ["20", "27"]), ("age", [20, "27"]), ("weight", [50.0, 53.7, 57.4]), ("score", [0, 5, 10]), ("score", ["0"]),
        ("flag", [True]), ("flag", ["True"]), ("flag", [1]), ("maybe", [True, False]), ("maybe", ["True"]),
        ("day", ["2024-01-01"]), ("empty", [1]), ("one", [5]), ("one", [True]), ("name", ["Žofie", "東京"]), ("score", [1, 0]),
    ):
        yield column("values_to_be_in_set", name, value_set=values)
        yield column("values_to_not_be_in_set", name, value_set=values)
        yield column("distinct_values_to_be_in_set", name, value_set=values)
        yield column("distinct_values_to_contain_set", name, value_set=values)
        yield column("distinct_values_to_equal_set", name, value_set=values)
        yield column("most_common_value_to_be_in_set", name, value_set=values)
        yield column("most_common_value_to_be_in_set", name, value_set=values, ties_okay=True)
    yield column("values_to_be_in_set", "sex", value_set=["f"], mostly=0.5)
    yield column("values_to_be_in_set", "sex", value_set=["f"], mostly=0.4)
    yield column("values_to_be_in_set", "sex", value_set=None)
    yield column("values_to_be_in_set", "sex")
    yield column("distinct_values_to_equal_set", "sex", value_set=["m", "f"])
    yield column("distinct_values_to_contain_set", "sex", value_set=["m"])
    for name in ("weight", "empty", "age", "name"):
        for kind in ("values_to_be_null", "values_to_not_be_null", "values_to_be_unique"):
            yield column(kind, name)
            yield column(kind, name, mostly=0.1)
    yield column("values_to_be_unique", "id")
    yield column("values_to_be_unique", "code", mostly=0.95)
    yield column("values_to_not_be_null", "weight", mostly=0.9)
    yield column("values_to_not_be_null", "weight", mostly=1.5)
    for name in ("age", "weight", "score", "sex", "flag", "maybe", "day", "empty"):
        for kind in ("int", "int64", "float", "float64", "str", "bool", "object", "datetime64", "string_types", "nonsense"):
            yield column("values_to_be_of_type", name, type_=kind)
        yield column("values_to_be_in_type_list", name, type_list=["int64", "float64"])
        yield column("values_to_be_in_type_list", name, type_list=["str", "bool"])
        yield column("values_to_be_in_type_list", name, type_list=["object"])
    for kind in ("int64", "float64", "object", "bool", "int32"):
        yield column("type_to_be", "age", type_=kind)
        yield column("type_to_be", "sex", type_=kind)
    for name in ("name", "age", "weight", "score", "flag", "maybe", "day"):
        yield column("value_lengths_to_be_between", name, min_value=2, max_value=4)
        yield column("value_lengths_to_be_between", name, min_value=2, strict_min=True)
        yield column("value_lengths_to_be_between", name, max_value=4, strict_max=True, mostly=0.5)
        yield column("value_lengths_to_equal", name, value=4)
        yield column("value_lengths_to_equal", name, value=3, mostly=0.2)
    yield column("value_lengths_to_be_between", "name", min_value=2, max_value=4, strict_min=True, strict_max=True)
    yield column("value_lengths_to_be_between", "name")
    for name in ("up", "down", "age", "one", "weight", "day", "name"):
        for kind in ("values_to_be_increasing", "values_to_be_decreasing"):
            yield column(kind, name)
            yield column(kind, name, strictly=True)
            yield column(kind, name, strictly=True, mostly=0.9)
    yield column("values_to_be_increasing", "id", strictly=True)


def texts():
    """Values as texts."""
    for regex in (r"^P\d{3}$", "^P", "7", r"(?i)^p", r"^(?!Q)", r"(P)0\d?", r"^P\d{3}\Z", "(", r"\w+", ""):
        yield column("values_to_match_regex", "code", regex=regex)
        yield column("values_to_not_match_regex", "code", regex=regex)
    for regex in (r"\w{5}", r"^\w+$", "a.b", "(?s)x.y", "東", r"\s", r"(.)\1", r"^[^\W\d_]+$", r"[[:alpha:]]", "(?P<n>a)n", r"\bb", "[a-c]%"):
        yield column("values_to_match_regex", "name", regex=regex)
        yield column("values_to_match_regex", "name", regex=regex, mostly=0.3)
    for name in ("age", "weight", "score", "flag", "maybe", "empty"):
        yield column("values_to_match_regex", name, regex=r"^\d+$")
        yield column("values_to_match_regex", name, regex=r"\.0$")
        yield column("values_to_not_match_regex", name, regex="^T")
    for match_on in ({}, {"match_on": "all"}, {"match_on": "any"}, {"match_on": "some"}):
        yield column("values_to_match_regex_list", "code", regex_list=["^P", r"\d$"], **match_on)
        yield column("values_to_match_regex_list", "code", regex_list=["0$", "5$"], mostly=0.2, **match_on)
    yield column("values_to_match_regex_list", "code", regex_list=[])
    yield column("values_to_not_match_regex_list", "code", regex_list=["^Q", "^R"])
    yield column("values_to_not_match_regex_list", "code", regex_list=["^R"], mostly=1)
    for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y", "%Y", "%Q", "%d %B %Y", "%Y-%j", "%H:%M", "%b", "%A", "%x", "%m/%d/%Y %H:%M", "%b %d, %Y %I:%M %p", "%Y%m%dT%H%M%S", "%Y-%m-%dT%H:%M:%S%z", "%a %b %d %H:%M:%S %Y", "%%", "%y"):
        for name in ("day", "stamp", "when"):
            yield column("values_to_match_strftime_format", name, strftime_format=form)
    yield column("values_to_match_strftime_format", "stamp", strftime_format="%Y-%m-%d %H:%M:%S", mostly=0.9)
    yield column("values_to_match_strftime_format", "age", strftime_format="%y")
    for name in ("when", "day", "stamp", "name", "code", "age", "maybe", "json", "x1"):
        yield column("values_to_be_dateutil_parseable", name)
        yield column("values_to_be_dateutil_parseable", name, mostly=0.5)
        yield column("values_to_be_json_parseable", name)
        yield column("values_to_be_json_parseable", name, mostly=0.5)
    yield column("values_to_be_json_parseable", "object")
    yield column("values_to_be_json_parseable", "weight")
    unit = {"type": "object", "required": ["n", "unit"], "properties": {"n": {"type": "integer"}, "unit": {"enum": ["mg", "g"]}}}
    small = {"type": "object", "properties": {"n": {"type": "integer", "maximum": 8}}}
    for schema in (unit, small, {"type": "array"}, {}, {"properties": {"unit": {"pattern": "^m"}}}, {"$ref": "#/$defs/a", "$defs": {"a": {"minProperties": 2}}}):
        yield column("values_to_match_json_schema", "object", json_schema=schema)
        yield column("values_to_match_json_schema", "object", json_schema=schema, mostly=0.5)
    yield column("values_to_match_json_schema", "object", json_schema={"type": "nonsense"})
    yield column("values_to_match_json_schema", "json", json_schema={"type": "object"})


def likes():
    """LIKE patterns and what else only a database answers. Upper and lower case differ nowhere: SQLite folds them."""
    for pattern in ("P%", "P00_", "%7", "_b", "P", "%", "P0%5", "", "Q_"):
        yield column("values_to_match_like_pattern", "code", like_pattern=pattern)
        yield column("values_to_not_match_like_pattern", "code", like_pattern=pattern)
        yield column("values_to_match_like_pattern", "code", like_pattern=pattern, mostly=0.25)
    for pattern, escape in (("a\\%b", "\\"), ("a!_b", "!"), ("%!%%", "!"), ("a_b", None)):
        yield column("values_to_match_like_pattern", "name", like_pattern=pattern, escape=escape)
        yield column("values_to_not_match_like_pattern", "name", like_pattern=pattern, escape=escape)
    for match_on in ("any", "all"):
        yield column("values_to_match_like_pattern_list", "code", like_pattern_list=["P%", "%1"], match_on=match_on)
        yield column("values_to_match_like_pattern_list", "code", like_pattern_list=["%2", "%1"], match_on=match_on, mostly=0.2)
    yield column("values_to_match_like_pattern_list", "code", like_pattern_list=[])
    yield column("values_to_not_match_like_pattern_list", "code", like_pattern_list=["Z%", "%_1"])
    yield column("values_to_not_match_like_pattern_list", "code", like_pattern_list=["Z%", "%_1"], mostly=0.8)
    yield column("values_to_be_between", "age", min_value=30, row_condition='col("sex") == "m"', condition_parser="great_expectations")
    yield column("values_to_be_between", "age", min_value=30, row_condition='col("weight").notnull()', condition_parser="great_expectations")
    yield column("values_to_be_between", "age", min_value=30, row_condition='col("weight") > 60.5', condition_parser="great_expectations__experimental__")


def numbers(of, low, high):
    """Statistics of a column of numbers."""
    for kind in ("max", "min", "mean", "median", "stdev", "sum", "unique_value_count", "proportion_of_unique_values", "proportion_of_non_null_values"):
        yield column(f"{kind}_to_be_between", of, min_value=low)
        yield column(f"{kind}_to_be_between", of, max_value=high)
        yield column(f"{kind}_to_be_between", of, min_value=low, max_value=high, strict_min=True, strict_max=True)
        yield column(f"{kind}_to_be_between", of)
    for quantiles, ranges in (([0.05, 0.5, 0.95], [[low, None], [None, high], [low, high]]), ([0, 1], [[low, high], [None, None]]), ([0.5], [[low * 1000 + 1e9, None]])):
        for relative in (False, "linear", "lower", "higher", "midpoint"):
            asked = {"quantiles": quantiles, "value_ranges": ranges}
            yield column("quantile_values_to_be_between", of, quantile_ranges=asked, allow_relative_error=relative)
    yield column("quantile_values_to_be_between", of, quantile_ranges={"quantiles": [0.1, 0.2], "value_ranges": [[1, 2]]})
    for threshold in (1, 2.5, -2):
        for double_sided in (True, False):
            yield column("value_z_scores_to_be_less_than", of, threshold=threshold, double_sided=double_sided)
            yield column("value_z_scores_to_be_less_than", of, threshold=threshold, double_sided=double_sided, mostly=0.9)
    for method in ("iqr", "std"):
        for multiplier in (0, 1.5):
            yield column("values_to_not_be_outliers", of, method=method, multiplier=multiplier)
            yield column("values_to_not_be_outliers", of, method=method, multiplier=multiplier, mostly=0.9)
    yield column("values_to_not_be_outliers", of)
    yield column("values_to_not_be_outliers", of, method="mad")


def divergences():
    """Kullback and Leibler's divergence from a declared distribution."""
    kl = "kl_divergence_to_be_less_than"
    sexes = {"values": ["f", "m"], "weights": [0.5, 0.5]}
    yield column(kl, "sex", partition_object=sexes, threshold=0.1)
    yield column(kl, "sex", partition_object=sexes, threshold=0.0001)
    yield column(kl, "sex", partition_object={"values": ["f", "m", "x"], "weights": [0.3, 0.5, 0.2]}, threshold=0.5)
    yield column(kl, "sex", partition_object={"values": ["f"], "weights": [1.0]}, threshold=0.5)
    yield column(kl, "sex", partition_object={"values": ["f"], "weights": [1.0]}, threshold=0.5, tail_weight_holdout=0.01)
    yield column(kl, "sex", partition_object={"values": ["f", "m"], "weights": [0.5, 0.1]}, threshold=0.5)
    yield column(kl, "sex", partition_object=sexes, threshold=None)
    yield column(kl, "a", partition_object={"values": [0, 1, 2, 3, 4, 5, 6, 7], "weights": [0.125] * 8}, threshold=0.1)
    even = {"bins": [20, 35, 50, 65, 80], "weights": [0.25, 0.25, 0.25, 0.25]}
    yield column(kl, "age", partition_object=even, threshold=0.1)
    yield column(kl, "age", partition_object=even, threshold=0.1, tail_weight_holdout=0.01)
    yield column(kl, "age", partition_object=even, threshold=0.1, internal_weight_holdout=0.01)
    yield column(kl, "age", partition_object=even, threshold=-0.1)
    narrow = {"bins": [30, 40, 50, 60], "weights": [0.3, 0.0, 0.7]}
    yield column(kl, "age", partition_object=narrow, threshold=2)
    yield column(kl, "age", partition_object=narrow, threshold=2, tail_weight_holdout=0.2, internal_weight_holdout=0.1)
    tails = {"bins": [30, 40, 50, 60], "weights": [0.2, 0.1, 0.2], "tail_weights": [0.25, 0.25]}
    yield column(kl, "age", partition_object=tails, threshold=0.3)
    yield column(kl, "age", partition_object=tails, threshold=0.3, tail_weight_holdout=0.1)
    yield column(kl, "weight", partition_object={"bins": [50, 60, 70, 80, 96], "weights": [0.2, 0.3, 0.3, 0.2]}, threshold=0.2, tail_weight_holdout=0.001)
    yield column(kl, "age", partition_object=even, threshold=0.1, bucketize_data=False)
    yield column(kl, "age", partition_object=None, threshold=0.1)
    yield column(kl, "sex", partition_object=None, threshold=0.1, bucketize_data=False)
    yield column(kl, "age", partition_object={"bins": [20, 35, 30], "weights": [0.5, 0.5]}, threshold=0.1)


def rows():
    """Two columns, several columns, and the table."""
    for a, b in (("a", "b"), ("a", "same"), ("age", "a"), ("weight", "age"), ("sex", "x1"), ("empty", "a"), ("b", "c")):
        for ignore in ({}, {"ignore_row_if": "either_value_is_missing"}, {"ignore_row_if": "neither"}):
            yield pair("to_be_equal", a, b, **ignore)
            yield pair("to_be_equal", a, b, mostly=0.5, **ignore)
            if a != "sex":
                yield pair("a_to_be_greater_than_b", a, b, **ignore)
                yield pair("a_to_be_greater_than_b", a, b, or_equal=True, mostly=0.4, **ignore)
    yield pair("to_be_equal", "a", "b", ignore_row_if="never")
    yield pair("a_to_be_greater_than_b", "day", "stamp")
    for ignore in ({}, {"ignore_row_if": "either_value_is_missing"}, {"ignore_row_if": "neither"}):
        yield pair("to_be_in_set", "sex", "x1", value_pairs_set=[["f", "u"], ["m", "v"], ["m", "w"]], **ignore)
        yield pair("to_be_in_set", "sex", "x1", value_pairs_set=[["f", "u"], ["m", None]], mostly=0.1, **ignore)
        yield pair("to_be_in_set", "a", "b", value_pairs_set=[[0, 0], [1, 3], [2, 6], [5, None]], **ignore)
    for ignore in ({}, {"ignore_row_if": "any_value_is_missing"}, {"ignore_row_if": "never"}):
        for columns in (["a", "b"], ["x1", "x2"], ["x1", "x2", "x3"], ["a", "same"], ["sex", "x1", "x2"], ["id", "a"], ["a", "b", "c"]):
            yield table("compound_columns_to_be_unique", column_list=columns, **ignore)
            yield table("compound_columns_to_be_unique", column_list=columns, mostly=0.1, **ignore)
            yield table("select_column_values_to_be_unique_within_record", column_list=columns, **ignore)
            yield table("select_column_values_to_be_unique_within_record", column_list=columns, mostly=0.5, **ignore)
            yield table("multicolumn_values_to_be_equal", column_list=columns, **ignore)
            yield table("multicolumn_values_to_be_equal", column_list=columns, mostly=0.1, **ignore)
        for total in (10, 12, 10.0):
            yield table("multicolumn_sum_to_equal", column_list=["a", "b", "c"], sum_total=total, **ignore)
            yield table("multicolumn_sum_to_equal", column_list=["a", "same"], sum_total=total, mostly=0.1, **ignore)
    yield table("compound_columns_to_be_unique", column_list=["a"])
    yield table("select_column_values_to_be_unique_within_record", column_list=["a", "absent"])
    yield table("table_row_count_to_equal", value=40)
    yield table("table_row_count_to_equal", value=41)
    for bounds in ({"min_value": 10}, {"max_value": 39}, {"min_value": 40, "max_value": 40}, {"min_value": 40, "strict_min": True}, {}, {"min_value": 50, "max_value": 10}):
        yield table("table_row_count_to_be_between", **bounds)
    for bounds in ({"min_value": 10, "max_value": None}, {"min_value": None, "max_value": 5}, {"min_value": 26, "max_value": 26}):
        yield table("table_column_count_to_be_between", **bounds)
    yield table("table_column_count_to_equal", value=26)
    yield table("table_column_count_to_equal", value=3)
    names = open(HERE / "visits.csv", encoding="utf-8").readline().strip().split(",")
    yield table("table_columns_to_match_ordered_list", column_list=names)
    yield table("table_columns_to_match_ordered_list", column_list=names[::-1])
    yield table("table_columns_to_match_ordered_list", column_list=names[:3])
    for exact in ({}, {"exact_match": False}, {"exact_match": True}):
        yield table("table_columns_to_match_set", column_set=names[::-1], **exact)
        yield table("table_columns_to_match_set", column_set=names[:4], **exact)
        yield table("table_columns_to_match_set", column_set=names + ["absent"], **exact)
    yield column("to_exist", "age")
    yield column("to_exist", "absent")
    yield column("to_exist", "age", column_index=4)
    yield column("to_exist", "age", column_index=0)
    yield column("to_exist", "age", column_index=5)
    yield column("to_exist", "id", column_index=0)
    yield column("to_exist", "age", column_index=400)
    yield column("to_exist", "two words", column_index=-1)


CONDITIONS = (
    where("sex", "==", "m"), where("sex", "!=", "m"), where("age", ">", 50), where("weight", "<=", 70.5), where("sex", "IN", ["m", "x"]),
    where("age", "NOT_IN", [20, 27]), null("weight"), null("sex", False), where("two words", ">=", 2), where("day", "<", "2024-03-01"),
    {"type": "and", "conditions": [where("age", ">", 30), null("weight", False)]},
    {"type": "or", "conditions": [where("age", ">", 70), {"type": "and", "conditions": [where("sex", "==", "f"), where("a", "<", 3)]}]},
    where("age", ">", 1000), where("age", ">", "x"), where("absent", "==", 1), where("weight", "!=", 50.0), where("flag", "==", True),
)
QUERIES = (
    "age > 50", "age > 50 and sex == 'm'", 'sex in ["m", "x"]', "not (age < 30 or age > 70)", "`two words` == 2", "weight.isnull()", "weight.notnull() & age < 60",
    "age == a", "age / 2 > 20", "~(sex == 'f')", "(age > 30) & (age <= 60) | (a == 1)", "20 < age < 40", "sex != sex", "flag", "flag == True", "not flag",
    "age not in [20, 27]", "name.str.startswith('A')", "weight > age", "a + b > 5", "sex == 'nobody'", "age >", "a % 2 == 0", "-a < -3", "index < 5", "day >= '2024-06-01'",
)


def conditioned():
    """The same questions of some of the rows."""
    for condition in CONDITIONS:
        yield column("values_to_be_between", "weight", min_value=55, max_value=90, mostly=0.7, row_condition=condition)
        yield column("mean_to_be_between", "age", min_value=40, row_condition=condition)
        yield table("table_row_count_to_equal", value=20, row_condition=condition)
    for query in QUERIES:
        yield column("values_to_not_be_null", "weight", row_condition=query, condition_parser="pandas")
    for query in ('col("age") > 50', 'col("sex") == "m"', "col(\"sex\") != 'm'", 'col("weight").notnull()', 'col("weight").NOTNULL()', 'col("two words") >= 2', 'col("day") < date("2024-03-01")', 'col("age") > 5e1', "age > 50", 'col("age")>-3'):
        yield column("values_to_not_be_null", "weight", row_condition=query, condition_parser="great_expectations")
    some = {"row_condition": where("a", "<", 4)}
    none = {"row_condition": where("a", "<", -4)}
    for case in (some, none):
        yield column("values_to_be_unique", "age", **case)
        yield column("values_to_be_in_set", "sex", value_set=["m"], mostly=0.4, **case)
        yield column("values_to_be_null", "weight", **case)
        yield column("values_to_be_increasing", "age", **case)
        yield column("value_z_scores_to_be_less_than", "age", threshold=1.5, double_sided=True, **case)
        yield column("values_to_not_be_outliers", "age", method="iqr", multiplier=0.5, **case)
        yield column("values_to_match_regex", "code", regex="5$", mostly=0.1, **case)
        yield column("values_to_be_of_type", "age", type_="int64", **case)
        for kind in ("max", "min", "mean", "median", "stdev", "sum", "unique_value_count", "proportion_of_unique_values", "proportion_of_non_null_values"):
            yield column(f"{kind}_to_be_between", "weight", min_value=0, **case)
        yield column("most_common_value_to_be_in_set", "sex", value_set=["m"], **case)
        yield column("distinct_values_to_be_in_set", "sex", value_set=["m"], **case)
        yield column("distinct_values_to_contain_set", "sex", value_set=["m"], **case)
        yield column("distinct_values_to_equal_set", "sex", value_set=["m"], **case)
        yield column("quantile_values_to_be_between", "age", quantile_ranges={"quantiles": [0.5], "value_ranges": [[0, 100]]}, **case)
        yield column("kl_divergence_to_be_less_than", "sex", partition_object={"values": ["f", "m"], "weights": [0.5, 0.5]}, threshold=0.1, **case)
        yield pair("to_be_equal", "a", "b", **case)
        yield pair("a_to_be_greater_than_b", "a", "b", **case)
        yield pair("to_be_in_set", "sex", "x1", value_pairs_set=[["f", "u"]], **case)
        yield table("compound_columns_to_be_unique", column_list=["a", "b"], **case)
        yield table("select_column_values_to_be_unique_within_record", column_list=["a", "b"], **case)
        yield table("multicolumn_sum_to_equal", column_list=["a", "b", "c"], sum_total=12, **case)
        yield table("multicolumn_values_to_be_equal", column_list=["a", "same"], **case)
        yield table("table_row_count_to_be_between", min_value=1, **case)
        yield column("to_exist", "age", **case)


def nothing():
    """A table without rows."""
    yield column("values_to_be_between", "age", min_value=0, max_value=1)
    yield column("values_to_not_be_null", "age")
    yield column("values_to_be_unique", "age")
    yield column("values_to_match_regex", "name", regex="^a")
    for kind in ("max", "min", "mean", "median", "stdev", "sum", "unique_value_count", "proportion_of_unique_values", "proportion_of_non_null_values"):
        yield column(f"{kind}_to_be_between", "age", min_value=0)
        yield column(f"{kind}_to_be_between", "age", max_value=0)
    yield column("most_common_value_to_be_in_set", "name", value_set=["a"])
    yield column("distinct_values_to_be_in_set", "name", value_set=["a"])
    yield column("distinct_values_to_equal_set", "name", value_set=["a"])
    yield pair("to_be_equal", "age", "id")
    yield table("compound_columns_to_be_unique", column_list=["age", "id"])
    yield table("table_row_count_to_equal", value=0)
    yield table("table_column_count_to_equal", value=3)


def made(name, data, expectations, engine="pandas"):
    suite = {"name": name, "expectations": list(expectations)}
    suite["meta"] = {"great_expectations_version": "1.24.1"}
    lines = ",\n".join(json.dumps(e, ensure_ascii=False) for e in suite["expectations"])
    text = f'{{"name": "{name}", "id": null, "expectations": [\n{lines}\n], "meta": {json.dumps(suite["meta"])}, "notes": null}}\n'
    (HERE / f"{name}.suite.json").write_text(text, encoding="utf-8")
    got = answers(HERE / data, suite, engine)
    lines = ",\n".join(json.dumps(a, ensure_ascii=False) for a in got)
    (HERE / f"{name}.answers.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(name, len(got), "refused", sum("refused" in a for a in got), "raised", sum(a.get("raised", False) for a in got))


if __name__ == "__main__":
    visits()
    excerpt("gbsg2", "survival/gbsg2.csv", 120, "horTh,age,menostat,tsize,tgrade,pnodes,progrec,estrec,time,cens".split(","))
    excerpt("icu", "icu-mortality-2012/set-a.csv", 150, "recordid,SAPS-I,SOFA,Age,Gender,Height,Weight,HR_first,Temp_first,Survival".split(","))
    made("cells", "visits.csv", cells())
    made("texts", "visits.csv", texts())
    made("likes", "visits.csv", likes(), "sqlite")
    made("divergences", "visits.csv", divergences())
    made("rows", "visits.csv", rows())
    made("conditioned", "visits.csv", conditioned())
    made("nothing", "none.csv", nothing())
    made("visits", "visits.csv", [*numbers("weight", 50, 95), *numbers("one", 0, 5), *numbers("empty", 0, 5), *list(numbers("name", 0, 5))[::4]])
    made("gbsg2", "gbsg2.csv", [*numbers("age", 20, 80), *numbers("estrec", 0, 500)])
    made("icu", "icu.csv", [*numbers("Height", 100, 200), *numbers("Temp_first", 30, 40)])
