"""Reference cases: what TensorFlow Data Validation 1.16.1 says of schemas and tables.

Writes data/*.csv and cases.json beside itself. Real tables are short pieces of the heart disease data of
four hospitals (Detrano 1989, UCI, CC BY 4.0), of 130 US hospitals (Strack 2014, UCI, CC BY 4.0), of the ICU data of 2012
(PhysioNet, ODC-BY) and of the German breast cancer study (GBSG-2, R package TH.data); the others are made up here.

    uv pip install tensorflow-data-validation==1.16.1 tensorflow==2.16.2 tfx-bsl==1.16.1 apache-beam==2.72.0 \
        pandas==1.5.3 pyarrow==10.0.1 numpy==1.26.4 protobuf==4.25.9 dill==0.4.1 setuptools==79.0.1
    python make.py FOLDER_OF_THE_REAL_DATA
"""

import copy
import csv
import functools
import gzip
import json
import pathlib
import random
import shutil
import sys

import tensorflow_data_validation as tfdv
from google.protobuf import text_format
from tensorflow_data_validation.api import validation_api
from tensorflow_metadata.proto.v0 import anomalies_pb2, schema_pb2

HERE = pathlib.Path(__file__).parent
REAL = pathlib.Path(sys.argv[1])
CASES = []


# --- tables ---------------------------------------------------------------------------------------------------------


def write(name, header, rows):
    with open(HERE / "data" / f"{name}.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def real(path, columns=None):
    path = REAL / path
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else open(path)
    with opened as file:
        rows = list(csv.reader(file))
    chosen = [rows[0].index(name) for name in columns] if columns else range(len(rows[0]))
    return [[row[i] for i in chosen] for row in rows]


def changed(name, table, change):
    header, rows = copy.deepcopy(table[0]), copy.deepcopy(table[1:])
    header, rows = change(header, rows)
    write(name, header, rows)


def header(name):
    with open(HERE / "data" / f"{name}.csv") as file:
        return next(csv.reader(file))


def set_cell(column, row, value):
    def change(header, rows):
        rows[row][header.index(column)] = value
        return header, rows

    return change


def set_column(column, value):
    def change(header, rows):
        at = header.index(column)
        for i, row in enumerate(rows):
            row[at] = value(i, row[at]) if callable(value) else value
        return header, rows

    return change


def drop_column(column):
    def change(header, rows):
        at = header.index(column)
        return [h for i, h in enumerate(header) if i != at], [[c for i, c in enumerate(r) if i != at] for r in rows]

    return change


def add_column(column, value):
    return lambda header, rows: (header + [column], [row + [value(i)] for i, row in enumerate(rows)])


# --- TFDV -----------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=None)
def statistics(name):
    return tfdv.generate_statistics_from_csv(str(HERE / "data" / f"{name}.csv"))


def reasons(info):
    word = anomalies_pb2.AnomalyInfo.Type.Name
    return {
        "types": [word(reason.type) for reason in info.reason],
        "short": [reason.short_description for reason in info.reason],
        "short_description": info.short_description,
        "severity": anomalies_pb2.AnomalyInfo.Severity.Name(info.severity),
    }


def measured(infos):
    found = []
    word = anomalies_pb2.DriftSkewInfo.Measurement.Type.Name
    for info in infos:
        for kind in ("drift", "skew"):
            for one in getattr(info, f"{kind}_measurements"):
                column = info.path.step[-1]
                found.append({"column": column, "kind": kind, "type": word(one.type), "value": one.value, "threshold": one.threshold})
    return found


def case(name, schema, data, environment=None, previous=None, serving=None, version=None):
    """Records what TFDV says of a table under a schema, given as text or as the message itself."""
    if isinstance(schema, str):
        schema = text_format.Parse(schema, schema_pb2.Schema())
    text = text_format.MessageToString(schema, as_one_line=True, as_utf8=True)
    # The same schema judges several tables; its text is written once.
    first = next((one["name"] for one in CASES if one.get("schema") == text), None)
    given = lambda table: statistics(table) if table else None
    found = validation_api.validate_statistics_internal(
        statistics(data), schema, environment, given(previous), given(serving), given(version), None, False, None
    )
    # A path that is no identifier is quoted in the key, hence the step.
    anomalies = {info.path.step[-1]: reasons(info) for info in found.anomaly_info.values()}
    # Columns that the schema does not have are anomalies of one kind; they are not listed again and again.
    new = {name for name, one in anomalies.items() if one["short"] == ["New column"] and one["severity"] == "ERROR"}
    known = {one.name for one in [*schema.feature, *schema.sparse_feature, *schema.weighted_feature]}
    assert new == set(header(data)) - known, (name, new)
    anomalies = {column: one for column, one in anomalies.items() if column not in new}
    dataset = found.dataset_anomaly_info
    one = {"name": name} | ({"schema_of": first} if first else {"schema": text}) | {"data": data, "anomalies": anomalies}
    one |= {key: value for key, value in [("environment", environment), ("previous", previous), ("serving", serving), ("version", version)] if value}
    one |= {"dataset": reasons(dataset)} if dataset.reason else {}
    one |= {"measured": measured(found.drift_skew_info)} if found.drift_skew_info else {}
    CASES.append(one)


def feature(text, schema=""):
    return f"feature {{ {text} }} {schema}"


# --- the cases ------------------------------------------------------------------------------------------------------


def made_up():
    header = ["whole", "code", "long", "real", "withnan", "withinf", "bit", "bits", "ratio", "unit", "truth", "word",
              "digits", "decimals", "empty", "half", "spaced", "under", "day", "accent", "a.b", "one", "negative"]
    rows = []
    for i in range(40):
        rows.append([
            i - 3, f"{i:03d}", 12345678901234567890 + i, f"{i / 4}", "nan" if i % 10 == 4 else f"{i}.5",
            {7: "inf", 9: "-inf"}.get(i, f"{i}.25"), i % 2, i % 3, f"{[0.0, 1.0, 0.5][i % 3]}", f"{float(i % 2)}",
            ["true", "false"][i % 2], ["red", "green", "blue", "red"][i % 4], str(i) if i != 11 else "eleven",
            f"{i}.5" if i != 12 else "twelve", "", i if i % 2 else "", f" {i}", f"1_{i:03d}", f"2020-01-{i % 28 + 1:02d}",
            ["é", "ü"][i % 2], i % 5, "same", -i,
        ])
    write("mixed", header, rows)
    write("few", header, rows[:3])
    write("many_words", ["word"], [[f"w{i % 1200:04d}"] for i in range(1500)])

    # Texts in domains.
    words = 'name: "word" type: BYTES'
    domain = 'string_domain { name: "colours" value: "red" value: "green" value: "blue" }'
    narrow = 'string_domain { name: "colours" value: "red" value: "green" }'
    case("domain_holds", feature(f'{words} domain: "colours"', domain), "mixed")
    case("domain_breaks", feature(f'{words} domain: "colours"', narrow), "mixed")
    case("domain_inline", feature(f'{words} string_domain {{ value: "red" value: "blue" }}'), "mixed")
    case("domain_empty", feature(f"{words} string_domain {{ }}"), "mixed")
    case("domain_twice", feature(f'{words} string_domain {{ value: "red" value: "red" value: "green" value: "blue" }}'), "mixed")
    case("domain_unknown", feature(f'{words} domain: "shapes"', domain), "mixed")
    for mass in (0.5, 0.75, 0.76, 1.0):
        constraint = f"distribution_constraints {{ min_domain_mass: {mass} }}"
        case(f"domain_mass_{mass}", feature(f'{words} domain: "colours" {constraint}', narrow), "mixed")
    case("domain_mass_default", feature(f'{words} domain: "colours" distribution_constraints {{ }}', narrow), "mixed")
    case("domain_case", feature('name: "accent" type: BYTES string_domain { value: "e" value: "ü" }'), "mixed")
    case("domain_of_many", feature('name: "word" type: BYTES string_domain { value: "w0000" }'), "many_words")
    for kind in ("INT", "FLOAT"):
        case(f"domain_for_{kind.lower()}", feature(f'name: "whole" type: {kind} domain: "colours"', domain), "mixed")
    case("mass_without_domain", feature(f"{words} distribution_constraints {{ min_domain_mass: 0.5 }}"), "mixed")
    case("mass_of_numbers", feature('name: "whole" type: INT int_domain { min: -3 } distribution_constraints { min_domain_mass: 0.5 }'), "mixed")
    case("mass_of_floats", feature('name: "real" type: FLOAT float_domain { min: 0 } distribution_constraints { min_domain_mass: 0.5 }'), "mixed")
    case("mass_of_bools", feature('name: "bit" type: INT bool_domain { } distribution_constraints { min_domain_mass: 0.5 }'), "mixed")

    # Whole numbers.
    for name, bounds in {"holds": "min: -3 max: 36", "low": "min: 0", "high": "max: 9", "both": "min: 0 max: 9", "open": "", "named": 'name: "x" max: 9'}.items():
        case(f"int_{name}", feature(f'name: "whole" type: INT int_domain {{ {bounds} }}'), "mixed")
    case("int_categorical", feature('name: "whole" type: INT int_domain { min: 0 max: 9 is_categorical: true }'), "mixed")
    case("int_of_text", feature('name: "digits" type: BYTES int_domain { min: 0 max: 9 }'), "mixed")
    case("int_of_codes", feature('name: "long" type: BYTES int_domain { min: 0 max: 9 }'), "mixed")
    case("int_of_float", feature('name: "real" type: FLOAT int_domain { min: 0 max: 3 }'), "mixed")
    case("int_but_float", feature('name: "real" type: INT int_domain { min: 0 max: 3 }'), "mixed")
    case("int_in_float_domain", feature('name: "whole" type: INT float_domain { min: 0 max: 3 }'), "mixed")

    # Numbers.
    for name, bounds in {"holds": "min: 0 max: 9.75", "low": "min: 0.5", "high": "max: 1.5", "both": "min: 0.5 max: 1.5", "open": ""}.items():
        case(f"float_{name}", feature(f'name: "real" type: FLOAT float_domain {{ {bounds} }}'), "mixed")
    case("float_of_ints", feature('name: "whole" type: FLOAT float_domain { min: 0 max: 3 }'), "mixed")
    case("float_of_text", feature('name: "decimals" type: BYTES float_domain { min: 0 max: 3 }'), "mixed")
    case("float_of_dates", feature('name: "day" type: BYTES float_domain { }'), "mixed")
    case("float_of_codes", feature('name: "long" type: BYTES float_domain { min: 0 max: 3 }'), "mixed")
    case("float_32_bits", feature('name: "real" type: FLOAT float_domain { min: 0 max: 9.7 }'), "mixed")
    for name in ("withnan", "withinf", "real"):
        case(f"nan_{name}", feature(f'name: "{name}" type: FLOAT float_domain {{ disallow_nan: true disallow_inf: true }}'), "mixed")
        case(f"inf_{name}", feature(f'name: "{name}" type: FLOAT float_domain {{ disallow_inf: true min: 0 max: 100 }}'), "mixed")
    case("nan_allowed", feature('name: "withnan" type: FLOAT float_domain { min: 1 max: 5 }'), "mixed")
    case("infinite_bounds", feature('name: "withinf" type: FLOAT float_domain { min: -inf max: inf }'), "mixed")
    case("embedding", feature('name: "real" type: FLOAT float_domain { is_embedding: true embedding_dim: 4 }'), "mixed")

    # True and false.
    for name, kind in {"bit": "INT", "bits": "INT", "negative": "INT", "ratio": "FLOAT", "unit": "FLOAT", "withnan": "FLOAT", "whole": "INT"}.items():
        case(f"bool_{name}", feature(f'name: "{name}" type: {kind} bool_domain {{ }}'), "mixed")
    for name, words_of in {"both": 'true_value: "true" false_value: "false"', "one": 'true_value: "true"', "none": "",
                           "other": 'true_value: "yes" false_value: "no"', "same": 'true_value: "true" false_value: "true"'}.items():
        case(f"bool_words_{name}", feature(f'name: "truth" type: BYTES bool_domain {{ {words_of} }}'), "mixed")
    case("bool_of_ints_with_words", feature('name: "bit" type: INT bool_domain { true_value: "1" false_value: "0" }'), "mixed")
    case("bool_as_bytes", feature('name: "bit" type: BYTES bool_domain { true_value: "1" false_value: "0" }'), "mixed")

    # Presence, number of values, shape.
    for name, of in {"all": "whole", "half": "half", "none": "empty", "absent": "nowhere"}.items():
        kind = {"none": "BYTES"}.get(name, "INT")
        for bounds_name, bounds in {"fraction": "min_fraction: 1.0", "some": "min_fraction: 0.4", "count": "min_count: 30", "both": "min_fraction: 1.0 min_count: 1", "zero": "min_count: 0", "unset": ""}.items():
            case(f"presence_{name}_{bounds_name}", feature(f'name: "{of}" type: {kind} presence {{ {bounds} }}'), "mixed")
        case(f"presence_{name}_silent", feature(f'name: "{of}" type: {kind}'), "mixed")
    case("presence_negative", feature('name: "half" type: INT presence { min_fraction: -0.5 }'), "mixed")
    case("presence_over_one", feature('name: "whole" type: INT presence { min_fraction: 1.5 }'), "mixed")
    case("presence_none_as_int", feature('name: "empty" type: INT presence { min_count: 1 }'), "mixed")
    case("presence_in_group", feature('name: "half" type: INT group_presence { required: true }'), "mixed")
    for of in ("whole", "half", "empty"):
        kind = {"empty": "BYTES"}.get(of, "INT")
        for size in (1, 2, 0):
            case(f"shape_{of}_{size}", feature(f'name: "{of}" type: {kind} shape {{ dim {{ size: {size} }} }}'), "mixed")
        case(f"shape_{of}_scalar", feature(f'name: "{of}" type: {kind} shape {{ }}'), "mixed")
        case(f"shape_{of}_two_axes", feature(f'name: "{of}" type: {kind} shape {{ dim {{ size: 1 }} dim {{ size: 1 }} }}'), "mixed")
        for name, bounds in {"one": "min: 1 max: 1", "more": "min: 2", "none": "max: 0", "open": "", "negative": "min: -1", "crossed": "min: 3 max: 1"}.items():
            case(f"values_{of}_{name}", feature(f'name: "{of}" type: {kind} value_count {{ {bounds} }}'), "mixed")
    case("values_nested", feature('name: "whole" type: INT value_counts { value_count { min: 1 } value_count { min: 1 } }'), "mixed")
    case("values_one_level", feature('name: "whole" type: INT value_counts { value_count { min: 2 max: 3 } }'), "mixed")
    case("values_level_crossed", feature('name: "whole" type: INT value_counts { value_count { min: -2 max: -3 } }'), "mixed")

    # Types.
    for of in ("whole", "code", "long", "real", "word", "spaced", "under", "day", "withnan", "empty"):
        for kind in ("INT", "FLOAT", "BYTES", "STRUCT"):
            case(f"type_{of}_{kind.lower()}", feature(f'name: "{of}" type: {kind}'), "mixed")
    case("type_unset", feature('name: "whole"'), "mixed")
    case("type_unknown", feature('name: "whole" type: TYPE_UNKNOWN'), "mixed")
    case("type_unset_in_domain", feature('name: "word" domain: "colours"', narrow), "mixed")
    case("name_unset", "feature { type: INT } " + feature('name: "whole" type: INT'), "mixed")
    case("name_twice", feature('name: "whole" type: INT int_domain { max: 1 }') + feature('name: "whole" type: BYTES'), "mixed")

    # Stages and environments.
    for stage in ("UNKNOWN_STAGE", "PLANNED", "ALPHA", "BETA", "PRODUCTION", "DEPRECATED", "DEBUG_ONLY", "DISABLED", "VALIDATION_DERIVED"):
        required = "presence { min_count: 1 }"
        text = feature(f'name: "whole" type: INT int_domain {{ max: 1 }} lifecycle_stage: {stage}') + feature(f'name: "nowhere" type: INT {required} lifecycle_stage: {stage}')
        case(f"stage_{stage.lower()}", text, "mixed")
    case("deprecated_by_the_old_word", feature('name: "whole" type: BYTES deprecated: true'), "mixed")
    for stage in ("PRODUCTION", "DISABLED", "UNKNOWN_STAGE"):
        case(f"derived_source_{stage.lower()}", feature(f'name: "whole" type: INT lifecycle_stage: {stage} validation_derived_source {{ deriver_name: "x" }}'), "mixed")
    case("derived_source", feature('name: "whole" type: INT lifecycle_stage: VALIDATION_DERIVED validation_derived_source { deriver_name: "x" }'), "mixed")
    environments = 'default_environment: "TRAINING" default_environment: "SERVING" '
    label = 'name: "label" type: INT presence { min_fraction: 1.0 min_count: 1 }'
    for name, where in {"everywhere": "", "not_serving": 'not_in_environment: "SERVING"', "both": 'in_environment: "SERVING" not_in_environment: "SERVING"'}.items():
        for environment in (None, "TRAINING", "SERVING"):
            text = environments + feature(f"{label} {where}") + feature('name: "whole" type: INT ' + where)
            case(f"environment_{name}_{(environment or 'none').lower()}", text, "mixed", environment=environment)
    only = 'default_environment: "TRAINING" ' + feature(f'{label} in_environment: "LABELLING"') + feature('name: "whole" type: INT not_in_environment: "TRAINING"')
    case("environment_only", only, "mixed", environment="TRAINING")

    # How many different values.
    for of, kind in {"word": "BYTES", "one": "BYTES", "whole": "INT", "real": "FLOAT"}.items():
        for name, bounds in {"holds": "min: 1 max: 3", "low": "min: 5 max: 9", "high": "min: 0 max: 0", "only_min": "min: 1", "only_max": "max: 9"}.items():
            case(f"unique_{of}_{name}", feature(f'name: "{of}" type: {kind} unique_constraints {{ {bounds} }}'), "mixed")

    # Domains whose values galen does not judge.
    for domain_name, kind, of in [("natural_language_domain { }", "BYTES", "word"), ("image_domain { minimum_supported_image_fraction: 0.5 }", "BYTES", "word"),
                                  ("mid_domain { }", "BYTES", "word"), ("url_domain { }", "BYTES", "word"), ('time_domain { string_format: "%Y-%m-%d" }', "BYTES", "day"),
                                  ("time_domain { integer_format: UNIX_DAYS }", "INT", "whole"), ("time_domain { }", "FLOAT", "real"), ("time_of_day_domain { }", "BYTES", "word"),
                                  ("struct_domain { }", "BYTES", "word"), ("url_domain { }", "INT", "whole")]:
        name = f"carried_{domain_name.split()[0]}_{kind.lower()}"
        case(name, feature(f'name: "{of}" type: {kind} {domain_name}'), "mixed")
    case("carried_time_mass", feature('name: "day" type: BYTES time_domain { string_format: "%Y" } distribution_constraints { min_domain_mass: 0.5 }'), "mixed")
    case("quoted_path", feature('name: "a.b" type: BYTES'), "mixed")
    case("sparse", 'sparse_feature { name: "s" index_feature { name: "whole" } value_feature { name: "real" } } ' + feature('name: "whole" type: INT'), "mixed")
    case("sparse_collision", 'sparse_feature { name: "whole" index_feature { name: "code" } value_feature { name: "real" } } ' + feature('name: "whole" type: INT'), "mixed")
    case("weighted_collision", 'weighted_feature { name: "whole" feature { step: "word" } weight_feature { step: "real" } } ' + feature('name: "whole" type: INT'), "mixed")
    case("nothing", "", "few")

    # The number of examples.
    for name, bounds in {"holds": "min_examples_count: 40 max_examples_count: 40", "few": "min_examples_count: 41", "many": "max_examples_count: 39", "both": "min_examples_count: 0 max_examples_count: 39",
                         "drift_low": "num_examples_drift_comparator { min_fraction_threshold: 14 }", "drift_high": "num_examples_drift_comparator { max_fraction_threshold: 13 }",
                         "drift_holds": "num_examples_drift_comparator { min_fraction_threshold: 1 max_fraction_threshold: 14 }",
                         "drift_both": "num_examples_drift_comparator { min_fraction_threshold: 15 max_fraction_threshold: 12 }",
                         "version": "num_examples_version_comparator { min_fraction_threshold: 14 max_fraction_threshold: 13 }"}.items():
        case(f"examples_{name}", f"dataset_constraints {{ {bounds} }} " + feature('name: "whole" type: INT'), "mixed", previous="few", version="few")
    case("examples_alone", "dataset_constraints { num_examples_drift_comparator { min_fraction_threshold: 15 } }", "mixed")


def comparisons():
    random.seed(20200101)
    header = ["number", "count", "group", "only_now", "mostly", "point", "tail", "text_then"]

    def rows(n, shift, odds, nan, tail):
        result = []
        for i in range(n):
            number = random.gauss(50 + shift, 10)
            result.append([
                f"{number:.2f}", random.randrange(0, 20 + shift), random.choices(["A", "B", "C", "D"], odds)[0],
                i, "nan" if random.random() < nan else f"{random.random():.3f}", "7" if random.random() < 0.8 else str(random.randrange(5)),
                tail if i == 3 else f"{random.random():.2f}", f"{i}.5" if shift else "t" + str(i),
            ])
        return result

    write("now", header, rows(160, 5, [4, 3, 2, 1], 0.1, "inf"))
    write("then", [h for h in header if h != "only_now"], [r[:3] + r[4:] for r in rows(120, 0, [1, 2, 3, 0], 0.0, "-inf")])
    odds = [1 / (1 + i % 7) for i in range(1400)]
    for name in ("many_now", "many_then"):
        write(name, ["word"], [[f"w{i}"] for i in random.choices(range(1400), odds, k=2200)])
    write("same_now", ["a", "b"], [[f"{i / 8}", "nan" if i == 7 else "1.5"] for i in range(17)])
    write("same_then", ["a", "b"], [[f"{i * i / 128}" if i else "nan", "1.5"] for i in range(17)] + [["0", "2.5"]])
    write("large_now", ["number"], [[f"{random.gauss(0, 1):.1f}"] for _ in range(1500)])
    write("large_then", ["number"], [[f"{random.gauss(0.2, 1.3):.1f}"] for _ in range(1200)])

    def comparator(kind, norm, threshold, more=""):
        return f"{kind}_comparator {{ {norm} {{ threshold: {threshold} {more} }} }}"

    kinds = {"number": "FLOAT", "count": "INT", "group": "BYTES", "only_now": "INT", "mostly": "FLOAT", "point": "INT", "tail": "FLOAT", "text_then": "FLOAT"}
    for kind in ("drift", "skew"):
        given = {"previous" if kind == "drift" else "serving": "then"}
        for norm in ("infinity_norm", "jensen_shannon_divergence", "normalized_abs_difference"):
            for threshold in (0.0, 0.02, 0.2, 0.5):
                text = "".join(feature(f'name: "{name}" type: {of} {comparator(kind, norm, threshold)}') for name, of in kinds.items())
                case(f"{kind}_{norm}_{threshold}", text, "now", **given)
            text = "".join(feature(f'name: "{name}" type: {of} {comparator(kind, norm, 0.0)}') for name, of in kinds.items())
            case(f"{kind}_{norm}_alone", text, "now")
    for source in ("QUANTILES", "STANDARD", "DEFAULT"):
        text = "".join(feature(f'name: "{name}" type: {of} {comparator("drift", "jensen_shannon_divergence", 0.01, f"source {{ type: {source} }}")}') for name, of in kinds.items())
        case(f"drift_source_{source.lower()}", text, "now", previous="then")
    for name in ("same_now", "same_then"):
        text = "".join(feature(f'name: "{column}" type: FLOAT {comparator("drift", "jensen_shannon_divergence", 0.01)}') for column in "ab")
        case(f"drift_{name}", text, name, previous={"same_now": "same_then", "same_then": "same_now"}[name])
    every = "infinity_norm { threshold: 0.01 } jensen_shannon_divergence { threshold: 0.01 } normalized_abs_difference { threshold: 0.01 }"
    case("drift_every_norm", feature(f'name: "group" type: BYTES drift_comparator {{ {every} }} skew_comparator {{ {every} }}'), "now", previous="then", serving="then")
    case("drift_many_words", feature(f'name: "word" type: BYTES drift_comparator {{ {every} }}'), "many_now", previous="many_then")
    case("drift_no_threshold", feature('name: "group" type: BYTES drift_comparator { infinity_norm { } }'), "now", previous="then")
    case("drift_deprecated", feature('name: "group" type: BYTES lifecycle_stage: DEPRECATED drift_comparator { infinity_norm { threshold: 0.01 } }'), "now", previous="then")
    case("drift_large", feature(f'name: "number" type: FLOAT drift_comparator {{ jensen_shannon_divergence {{ threshold: 0.001 }} }}'), "large_now", previous="large_then")


def real_tables():
    heart = real("heart-disease-uci/heart_disease_4sites.csv", "site age sex cp trestbps chol fbs exang oldpeak slope ca thal disease".split())
    by_site = lambda site: [heart[0][1:]] + [row[1:] for row in heart[1:] if row[0] == site]
    stay = "race gender age admission_type_id time_in_hospital num_medications diag_1 number_diagnoses max_glu_serum a1cresult insulin change readmitted".split()
    hospitals = [[column for column in row] for row in real("diabetes-130/encounters_first80.csv.gz", stay)]
    icu = real("icu-mortality-2012/set-a.csv", "SAPS-I SOFA Age Gender Height Weight CCU GCS_first Glucose_first Temp_last In-hospital_death".split())
    breast = real("survival/gbsg2.csv")
    tables = {
        "heart": ([heart[0][1:]] + by_site("cleveland")[1:60], [heart[0][1:]] + by_site("hungarian")[1:60], "disease"),
        "stays": (hospitals[:60], hospitals[:1] + hospitals[-50:], "readmitted"),
        "icu": (icu[:61], icu[:1] + icu[300:360], "In-hospital_death"),
        "breast": (breast[:61], breast[:1] + breast[300:360], "cens"),
    }
    for name, (before, after, label) in tables.items():
        write(f"{name}_before", before[0], before[1:])
        write(f"{name}_after", after[0], after[1:])
        text = {"heart": "sex", "stays": "race", "icu": "Gender", "breast": "tgrade"}[name]
        number = {"heart": "age", "stays": "num_medications", "icu": "SAPS-I", "breast": "age"}[name]
        changed(f"{name}_dropped", after, drop_column(number))
        changed(f"{name}_strange", after, set_cell(text, 5, "strange"))
        changed(f"{name}_words", after, set_column(number, lambda i, cell: f"about {cell}"))
        changed(f"{name}_holes", after, set_column(number, lambda i, cell: "" if i % 3 == 0 else cell))
        changed(f"{name}_fresh", after, add_column("fresh", lambda i: i * 0.5))
        changed(f"{name}_serving", after, drop_column(label))
        schema = tfdv.infer_schema(statistics(f"{name}_before"), infer_feature_shape=True)
        loose = tfdv.infer_schema(statistics(f"{name}_before"), infer_feature_shape=False)
        for part in ("before", "after", "dropped", "strange", "words", "holes", "fresh", "serving"):
            case(f"{name}_{part}", schema, f"{name}_{part}")
        case(f"{name}_after_loose", loose, f"{name}_after")
        strict = copy.deepcopy(schema)
        strict.default_environment.extend(["TRAINING", "SERVING"])
        tfdv.get_feature(strict, label).not_in_environment.append("SERVING")
        for one in strict.feature:
            for comparator in (one.drift_comparator, one.skew_comparator):
                if one.type == schema_pb2.BYTES:
                    comparator.infinity_norm.threshold = 0.1
                comparator.jensen_shannon_divergence.threshold = 0.05
        case(f"{name}_drift", strict, f"{name}_after", previous=f"{name}_before", serving=f"{name}_serving")
        case(f"{name}_serving_environment", strict, f"{name}_serving", environment="SERVING", previous=f"{name}_before")
        case(f"{name}_training_environment", strict, f"{name}_serving", environment="TRAINING")
        case(f"{name}_label_when_serving", strict, f"{name}_after", environment="SERVING")


shutil.rmtree(HERE / "data", ignore_errors=True)
(HERE / "data").mkdir()
made_up()
comparisons()
real_tables()
lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in CASES)
(HERE / "cases.json").write_text(f"[\n{lines}\n]\n")
print(len(CASES), "cases")
