"""Effects, multiplicity and the comparison of whole rows, for galen-stats: `python make_effects.py` writes effects.json.

The packages give what they have: statsmodels Hedges' g and adjusted p, scipy chi-square, its noncentral distribution and
Mann and Whitney's U, scikit-learn kernels and distances. What no package has is written out over all pairs or by a root
finder, so that it shares no trick with the code that it checks.
"""

import itertools
import json
import math
import pathlib

import numpy as np
import scipy
import sklearn
import statsmodels
from scipy.optimize import brentq
from scipy.spatial.distance import cdist
from scipy.stats import chi2_contingency, false_discovery_control, mannwhitneyu, moment, ncx2, norm
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import StratifiedKFold, cross_val_score
from statsmodels.stats.meta_analysis import effectsize_smd
from statsmodels.stats.multitest import multipletests

HERE = pathlib.Path(__file__).parent
Z = norm.ppf(0.975)
VERSIONS = {m.__name__: m.__version__ for m in (np, scipy, sklearn, statsmodels)}


def hedges_g(x, y):
    """Value by statsmodels; the error by the delta method for four means and mean squares of x and y."""
    n, m = len(x), len(y)
    g, _ = effectsize_smd(y.mean(), y.std(ddof=1), m, x.mean(), x.std(ddof=1), n)
    weight = np.array([n - 1, m - 1]) / (n + m - 2)
    s2 = weight @ [x.var(ddof=1), y.var(ddof=1)]
    d = (y.mean() - x.mean()) / math.sqrt(s2)
    gradient_mean, gradient_variance = 1 / math.sqrt(s2), -d / (2 * s2)
    variance = 0.0
    for sample, sign, w in ((x, -1, weight[0]), (y, 1, weight[1])):
        k, v = len(sample), sample.var(ddof=1)
        covariance = np.array([[v, moment(sample, 3)], [moment(sample, 3), moment(sample, 4) - v**2]]) / k
        gradient = np.array([sign * gradient_mean, w * gradient_variance])
        variance += gradient @ covariance @ gradient
    half = Z * (g / d) * math.sqrt(variance)
    return [float(g), float(g - half), float(g + half)]


def superiority(x, y):
    u = mannwhitneyu(y, x).statistic / (len(x) * len(y))
    wins = (y[:, None] > x[None, :]) + 0.5 * (y[:, None] == x[None, :])
    variance = wins.mean(axis=1).var(ddof=1) / len(y) + wins.mean(axis=0).var(ddof=1) / len(x)
    half = Z * math.sqrt(variance)
    return [float(u), float(max(u - half, 0)), float(min(u + half, 1))]


def newcombe(u, n, m):
    size = (n + m) / 2
    error = lambda t: Z * math.sqrt(t * (1 - t) * (1 + (size - 1) * (1 - t) / (2 - t) + (size - 1) * t / (1 + t)) / (m * n))
    low = brentq(lambda t: u - t - error(t), 1e-15, u - 1e-12, xtol=1e-15)
    high = brentq(lambda t: t - u - error(t), u + 1e-12, 1 - 1e-15, xtol=1e-15) if u < 1 else 1.0
    return [float(u), float(low), float(high)]


def cramers_v(counts):
    table = np.array(counts)
    chi2, _, df, _ = chi2_contingency(table, correction=False)
    n, k = table.sum(), table.shape[1]
    corrected = max(0, chi2 / n - df / (n - 1))
    most = min(1 - 1 / (n - 1), k - (k - 1) ** 2 / (n - 1) - 1)
    solve = lambda x, p: brentq(lambda nc: ncx2.cdf(x, df, nc) - p, 1e-9, 20 * x + 100, xtol=1e-12, rtol=1e-14)
    low = solve(chi2, 0.975) if ncx2.cdf(chi2, df, 1e-12) > 0.975 else 0.0
    high = solve(max(chi2, df), 0.025)
    return [math.sqrt(corrected / most), math.sqrt(low / n / most), min(1.0, math.sqrt(high / n / most))]


def total_variation(counts, rng):
    """Plain distance, value, low and high. Chance is drawn by resampling the counts: value and low are good to a few percent."""
    table = np.array(counts, float)
    n, m = table.sum(axis=1)
    r, c = table[0] / n, table[1] / m
    gap = c - r
    error = np.sqrt(r * (1 - r) / n + c * (1 - c) / m)
    certain = np.abs(gap) > math.sqrt(max(1.0, math.log(n * m / (n + m)))) * error
    moved = rng.multinomial(int(m), c, 200_000) / m - c - (rng.multinomial(int(n), r, 200_000) / n - r)
    added = 0.5 * np.where(certain, np.sign(gap) * moved, np.abs(moved)).sum(axis=1)
    middle, most = np.quantile(added, [0.5, 0.975])
    plain = 0.5 * np.abs(gap).sum()
    # The largest variance of any group of categories, over all groups.
    groups = np.array(list(itertools.product([0, 1], repeat=len(r))))
    largest = [0.25 if p.max() <= 0.5 else (groups @ p * (1 - groups @ p)).max() for p in (r, c)]
    high = plain + Z * math.sqrt(largest[0] / n + largest[1] / m)
    return [float(plain), float(max(0.0, plain - middle)), float(max(0.0, plain - most)), float(min(1.0, high))]


def effects(rng):
    numbers = []
    for n, m, scale, shift, digits in ((60, 40, 1.0, 0.0, 6), (200, 150, 1.4, 0.5, 1), (30, 90, 0.5, -1.0, 2), (12, 8, 1.0, 2.0, 1)):
        x = np.round(rng.gamma(2.0, 1.0, n), digits)
        y = np.round(scale * rng.gamma(2.0, 1.0, m) + shift, digits)
        numbers.append({"reference": x.tolist(), "current": y.tolist(), "hedges_g": hedges_g(x, y),
                        "probability_of_superiority": superiority(x, y)})
    apart = [[n, m, *newcombe(1.0, n, m)] for n, m in ((5, 7), (50, 50), (1000, 20))]
    categories = []
    for counts in ([[50, 40], [30, 60]], [[60, 25, 15], [62, 22, 16]], [[700, 250, 51], [300, 150, 40]], [[200, 0, 100], [150, 50, 30]],
                   [[30] * 12, list(range(24, 36))]):
        categories.append({"reference": counts[0], "current": counts[1], "cramers_v": cramers_v(counts),
                           "total_variation": total_variation(counts, rng)})
    return numbers, apart, categories


def noncentral():
    rows = []
    for df in (1, 2, 5, 40):
        for nc in (0.01, 1.0, 30.0, 2000.0, 150000.0):
            for sd in (-3.0, -1.0, 0.0, 2.0, 4.0):
                x = df + nc + sd * math.sqrt(2 * (df + 2 * nc))
                if x > 0:
                    rows.append([x, df, nc, float(ncx2.cdf(x, df, nc))])
    return rows


def multiplicity(rng):
    rows = []
    for p in ([0.01, 0.04, 0.03, 0.005], [0.2], np.round(rng.uniform(size=40) ** 3, 3).tolist(), [0.0, 1.0, 0.5, 0.5, 1e-300]):
        row = {"p": p}
        for name, method in (("bonferroni", "bonferroni"), ("holm", "holm"), ("benjamini_hochberg", "fdr_bh"), ("benjamini_yekutieli", "fdr_by")):
            row[name] = multipletests(p, method=method)[1].tolist()
        assert np.allclose(row["benjamini_hochberg"], false_discovery_control(p), rtol=1e-14)
        assert np.allclose(row["benjamini_yekutieli"], false_discovery_control(p, method="by"), rtol=1e-14)
        rows.append(row)
    return rows


def scaled(x, y):
    """Columns over the deviation of all rows, a missing value being the mean, with a column that marks it."""
    both = np.concatenate([x, y])
    columns = []
    for column in both.T:
        missing = np.isnan(column)
        there = column[~missing]
        columns.append(np.where(missing, 0.0, (column - there.mean()) / there.std()))
        if missing.any():
            mark = missing.astype(float)
            columns.append((mark - mark.mean()) / mark.std())
    both = np.column_stack(columns)
    return both[: len(x)], both[len(x):]


def rows(rng):
    found = []
    for n, m, shift, share in ((40, 30, 0.0, 0.0), (50, 50, 0.8, 0.2)):
        mix = rng.normal(size=(3, 3))
        x, y = rng.normal(size=(n, 3)) @ mix, rng.normal(shift, 1.0, size=(m, 3)) @ mix
        x[rng.uniform(size=n) < share, 1] = np.nan
        y[rng.uniform(size=m) < 2 * share, 1] = np.nan
        a, b = scaled(x, y)
        width = np.median(cdist(a, b)) ** 2
        kxx, kyy, kxy = (rbf_kernel(p, q, gamma=1 / width) for p, q in ((a, a), (b, b), (a, b)))
        mmd = (kxx.sum() - n) / (n * (n - 1)) + (kyy.sum() - m) / (m * (m - 1)) - 2 * kxy.mean()
        energy = 2 * cdist(a, b).mean() - cdist(a, a).mean() - cdist(b, b).mean()
        none = lambda t: [[None if math.isnan(v) else v for v in column] for column in t.T.tolist()]
        found.append({"reference": none(x), "current": none(y), "mmd": float(mmd), "energy_distance": float(energy)})
    return found


def forest(rng):
    """The area that scikit-learn's forest reaches on two tables that differ in two columns together only."""
    n = 250
    x, y = (np.round(rng.normal(size=(n, 4)), 2) for _ in range(2))
    y[:, 2] = np.where(rng.uniform(size=n) < 0.7, np.abs(y[:, 2]) * np.sign(y[:, 1]), y[:, 2])
    both, truth = np.concatenate([x, y]), np.repeat([0, 1], n)
    areas = []
    for seed in range(20):
        trees = ExtraTreesClassifier(100, min_samples_leaf=5, max_features="sqrt", random_state=seed)
        parts = StratifiedKFold(5, shuffle=True, random_state=seed)
        areas.append(cross_val_score(trees, both, truth, cv=parts, scoring="roc_auc").mean())
    return {"reference": x.T.tolist(), "current": y.T.tolist(), "auc": float(np.mean(areas)), "spread": float(np.std(areas))}


def main():
    rng = np.random.default_rng(23)
    numbers, apart, categories = effects(rng)
    document = {"versions": VERSIONS, "numbers": numbers, "apart": apart, "categories": categories, "noncentral": noncentral(),
                "multiplicity": multiplicity(rng), "rows": rows(rng), "forest": forest(rng)}
    (HERE / "effects.json").write_text(json.dumps(document, indent=1) + "\n")


main()
