"""What Evidently answers, for galen-stats: `python make_evidently.py` writes evidently.json beside it.

Each pair of samples goes through every test of Evidently that takes it, with the default threshold of the test, and through
a whole report, which shows the test that Evidently takes where none is named. Samples are values, counts of categories, or a
rule: value i is (i * step mod size) / scale + shift. Numbers are floats: numpy 2 cuts whole numbers into other bins.
"""

import json
import math
import pathlib
import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.legacy.calculations import stattests
from evidently.legacy.calculations.stattests.mmd_stattest import mmd_pval
from evidently.legacy.calculations.stattests.registry import _registered_stat_tests
from evidently.legacy.calculations.stattests.tvd_stattest import _total_variation_distance
from evidently.legacy.core import ColumnType
from evidently.metrics import ValueDrift

HERE = pathlib.Path(__file__).parent
VERSIONS = {name: version(name) for name in ("evidently", "numpy", "pandas", "scipy")}
DISPLAY = {test.display_name: name for name, kinds in _registered_stat_tests.items() for test in kinds.values()}
# The text tests are of columns of free text.
TESTS = [name for name in _registered_stat_tests if "text" not in name]
warnings.filterwarnings("ignore")


def series(sample):
    if "values" in sample:
        return pd.Series(sample["values"], dtype=float)
    if "counts" in sample:
        values = np.repeat(list(sample["counts"]), list(sample["counts"].values()))
        # As a file of such values is read.
        return pd.Series(values.astype(int) if values[0].isdigit() else values.astype(object))
    i = np.arange(sample["n"], dtype=np.int64)
    return pd.Series((i * sample["step"] % sample["size"]) / sample["scale"] + sample["shift"], dtype=float)


def answers(reference, current, kind):
    found = {}
    for name in TESTS:
        test = _registered_stat_tests[name].get(kind)
        if test is None:
            continue
        if name == "empirical_mmd":
            # Work grows with the square, and p is drawn without a seed.
            if len(reference) + len(current) <= 400:
                x, y = (s.to_numpy().reshape(-1, 1) for s in (reference, current))
                np.random.seed(1)
                p, statistic = mmd_pval(x, y)
                found[name] = {"statistic": float(statistic), "p": float(p)}
            continue
        try:
            result = test(reference.copy(), current.copy(), kind, None)
        except (ValueError, TypeError):
            # It refuses the samples; or, in the exact p of Cramer and von Mises, cannot cast under numpy 2.
            continue
        score = float(result.drift_score)
        if math.isfinite(score):
            found[name] = {"score": score, "drifted": bool(result.drifted), "threshold": result.actual_threshold}
            if name == "TVD":
                found[name]["statistic"] = float(_total_variation_distance(reference, current))
    return found


def default(reference, current, kind):
    columns = {"numerical_columns" if kind == ColumnType.Numerical else "categorical_columns": ["x"]}
    data = [Dataset.from_pandas(pd.DataFrame({"x": s}), DataDefinition(**columns)) for s in (current, reference)]
    run = Report([ValueDrift(column="x")], include_tests=True).run(*data)
    value = run.dict()["metrics"][0]
    shown = {test["status"].value if hasattr(test["status"], "value") else test["status"] for test in run.dict()["tests"]}
    method = stattests.get_stattest(reference, current, kind, None).name
    return {"test": method, "score": float(value["value"]), "drifted": shown == {"FAIL"}}


def pair(reference, current, kind):
    r, c = series(reference), series(current)
    return {"reference": reference, "current": current, "tests": answers(r, c, kind), "default": default(r, c, kind)}


def rule(n, step, size, scale, shift=0.0):
    return {"n": n, "step": step, "size": size, "scale": scale, "shift": shift}


def values(numbers):
    return {"values": [float(x) for x in numbers]}


def counts(**names):
    return {"counts": names}


def main():
    rng = np.random.default_rng(11)
    numbers = [
        (values(rng.normal(size=60)), values(rng.normal(0.3, 1.2, size=40))),
        # Ties, skewed.
        (values(np.round(rng.exponential(2, 200), 1)), values(np.round(rng.exponential(3, 150), 1))),
        # As many as in the other, fallen.
        (values(np.round(rng.normal(5, 1, 80), 2)), values(np.round(rng.normal(4, 1, 80), 2))),
        # At most 20 distinct.
        (values(rng.integers(0, 10, 120)), values(rng.integers(1, 12, 100))),
        # Two and four distinct.
        (values(rng.integers(0, 2, 50)), values(rng.integers(0, 2, 60))),
        (values(rng.integers(0, 4, 300)), values(rng.integers(0, 3, 200))),
        # Tiny.
        (values([1.5, 2.0, 4.0]), values([3.0, 5.5, 0.5, 7.0])),
        (values([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), values([2.5, 3.5, 4.5, 5.5, 6.5])),
        (values([2.0] * 12), values([2.0] * 9)),
        # Around the size at which the default changes.
        (rule(1000, 7919, 100003, 1000.0), rule(700, 104729, 100003, 1000.0, 2.0)),
        (rule(1001, 7919, 100003, 1000.0), rule(700, 104729, 100003, 1000.0, 2.0)),
        (rule(1001, 7919, 100003, 1000.0), rule(700, 104729, 100003, 1000.0, 12.0)),
        # Large: with ties, with few values, with a unit that is far too small.
        (rule(5000, 7919, 97, 10.0), rule(3000, 7919, 89, 10.0, 0.5)),
        (rule(4000, 7, 5, 1.0), rule(3000, 7, 4, 1.0)),
        (rule(2000, 7919, 100003, 1e9), rule(2000, 104729, 100003, 1e9, 1e-5)),
        (rule(12000, 7919, 100003, 7.0, -5000.0), rule(9000, 104729, 100003, 7.0, -4700.0)),
    ]
    categories = [
        (counts(f=50, m=40), counts(f=30, m=60)),
        (counts(f=45, m=45), counts(f=40, m=50)),
        (counts(f=20), counts(f=15)),
        (counts(f=20), counts(m=15)),
        (counts(a=60, b=25, c=15), counts(a=40, b=20, c=20)),
        (counts(a=60, b=25, c=15), counts(a=40, b=20, d=20)),
        (counts(a=3, b=2, c=1), counts(b=2, c=3)),
        (counts(a=700, b=250, c=50), counts(a=300, b=150, c=40)),
        (counts(a=700, b=250, c=51), counts(a=300, b=150, c=40)),
        (counts(a=70000, b=25000, c=4999, d=1), counts(a=60000, b=38000, c=2000)),
        # More than two, in the order of their values.
        ({"counts": {"10": 30, "9": 50, "100": 20}}, {"counts": {"10": 60, "9": 20, "100": 20}}),
        ({"counts": {f"k{i}": 1 + i * i % 37 for i in range(60)}}, {"counts": {f"k{i}": 1 + i * i % 31 for i in range(5, 65)}}),
    ]
    document = {
        "versions": VERSIONS,
        "numbers": [pair(a, b, ColumnType.Numerical) for a, b in numbers],
        "categories": [pair(a, b, ColumnType.Categorical) for a, b in categories],
    }
    (HERE / "evidently.json").write_text(json.dumps(document, indent=1) + "\n")


main()
