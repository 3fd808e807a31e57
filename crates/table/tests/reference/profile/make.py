"""What pandas 2.3.3, scipy 1.17.1 and scikit-learn 1.9.1 say of two small tables, for tests/table/profile.rs.

    python make.py

The tables are ../gx/gbsg2.csv and ../gx/icu.csv. Numbers count in tenths for mutual information: the class of a value is the last
tenth (numpy.quantile, linear) that it reaches; a column of at most ten values has one class each.
"""
import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats.contingency import association
from sklearn.metrics import mutual_info_score

HERE = Path(__file__).parent
P = {"p01": 0.01, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "p99": 0.99}


def column(x):
    out = {"count": int(x.count()), "missing": int(x.isna().sum()), "distinct": int(x.nunique())}
    counts = x.value_counts()
    out["top_count"] = int(counts.iloc[0])
    if x.dtype != object:
        out |= {k: float(getattr(x, k)()) for k in ("min", "max", "mean", "std")}
        out["quantiles"] = {k: float(x.quantile(p)) for k, p in P.items()}
    else:
        out["length_mean"] = float(x.dropna().str.len().mean())
    return out


def codes(x):
    if x.dtype == object:
        return x.astype("category").cat.codes.where(x.notna())
    present = np.sort(x.dropna().to_numpy(float))
    edges = np.unique(present)
    if len(edges) > 10:
        edges = np.unique(np.quantile(present, np.arange(10) / 10))
    return pd.Series(np.searchsorted(edges, x, side="right") - 1.0, x.index).where(x.notna())


def corrected(table):
    """Bergsma 2013."""
    n, (r, c) = table.sum(), table.shape
    phi2 = association(table, method="cramer") ** 2 * min(r - 1, c - 1)
    phi2 = max(0, phi2 - (r - 1) * (c - 1) / (n - 1))
    r, c = r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)
    return float(np.sqrt(phi2 / min(r - 1, c - 1)))


def pair(df, a, b):
    x, y = df[a], df[b]
    both = x.notna() & y.notna()
    out = {"a": a, "b": b, "n": int(both.sum()), "mutual_information": float(mutual_info_score(codes(x)[both], codes(y)[both]))}
    if x.dtype != object and y.dtype != object:
        out["pearson"] = float(x.corr(y))
        out["spearman"] = float(x.corr(y, method="spearman"))
    if x.dtype == object and y.dtype == object:
        table = pd.crosstab(x, y).to_numpy()
        out["cramers_v"] = float(association(table, method="cramer"))
        out["cramers_v_corrected"] = corrected(table)
    return out


def lifts(df, label, positive):
    outcome = df[label] == positive
    rate = outcome.mean()
    return [
        {"column": c, "value": v, "n": int((df[c] == v).sum()), "positives": int((outcome & (df[c] == v)).sum()),
         "lift": float(outcome[df[c] == v].mean() / rate)}
        for c in df.columns if df[c].dtype == object for v in df[c].dropna().unique()
    ]


def spread_of_log_lift(k, n, m, total, draws=400_000):
    """The standard deviation of the logarithm of the lift over multinomial tables with these cells."""
    g = np.random.Generator(np.random.PCG64(1))
    t = g.multinomial(total, np.array([k, n - k, m - k, total - n - m + k]) / total, draws)
    ok = t[:, 0] > 0
    k, n, m = t[ok, 0], t[ok, 0] + t[ok, 1], t[ok, 0] + t[ok, 2]
    return float(np.std(np.log(k * total / (n * m))))


for name, label, positive in [("gbsg2", "cens", 1), ("icu", "Survival", -1)]:
    df = pd.read_csv(HERE.parent / "gx" / f"{name}.csv")
    df = df.astype({c: object for c in df.columns if df[c].dtype.kind not in "if"})
    out = {
        "rows": len(df),
        "duplicate_rows": int(df.duplicated().sum()),
        "columns": {c: column(df[c]) for c in df.columns},
        "pairs": [pair(df, a, b) for a, b in combinations(df.columns, 2) if df[a].nunique() > 1 and df[b].nunique() > 1],
        "lifts": lifts(df, label, positive),
    }
    (HERE / f"{name}.json").write_text(json.dumps(out, indent=1) + "\n")

spreads = [(30, 60, 100, 1000), (80, 100, 100, 1000), (40, 400, 100, 1000), (10, 500, 60, 2000), (95, 900, 100, 1000)]
out = [{"k": k, "n": n, "outcomes": m, "all": t, "spread": spread_of_log_lift(k, n, m, t)} for k, n, m, t in spreads]
(HERE / "lift.json").write_text(json.dumps(out, indent=1) + "\n")
