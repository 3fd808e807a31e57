"""Reference values of reader studies: `python readers.py DATA` writes readers.json beside it.

DATA is the folder with vandyke.csv, franken.csv and kundel.csv (of the R package MRMCaov). numpy 2.2.6, scipy 1.15.3.

U-statistics: all pairs of comparisons (reader, healthy case, diseased case) are looped over and sorted by what they have in common, so no
sum by row or column is shared with the code that is checked. Degrees of freedom are those of iMRMC (calcDF_BDGms).
Published numbers beside them: the README of MRMCaov.m 0.2.0 prints the standard errors 0.033071, 0.021491 (tests) and 0.020672
(difference) of VanDyke's data with unbiased covariances, which is the same estimator.

A model against readers: figures without each case, and numpy's covariance of them, as RJafroc's StCadVsRad "1T-RRRC" does; and by
DeLong's placement matrices. Sensitivity and specificity: the same by leaving out cases, and numpy's covariance of flags.
"""

import csv
import json
import pathlib
import sys

import numpy as np
import scipy
from scipy.stats import norm, t

HERE = pathlib.Path(__file__).parent
DATA = pathlib.Path(sys.argv[1])
KINDS = [(1, 1, 1), (1, 0, 1), (1, 1, 0), (1, 0, 0), (0, 1, 1), (0, 0, 1), (0, 1, 0), (0, 0, 0)]  # reader, healthy, diseased


def load(name, keep=lambda r, t, c: True):
    """ratings[test][reader][case] with NaN where nobody read, and the truth of the cases."""
    rows = list(csv.DictReader(open(DATA / f"{name}.csv")))
    number = lambda row, key: int(float(row[key]))
    names = [sorted({number(row, key) for row in rows}) for key in ("treatment", "reader", "case")]
    ratings = np.full([len(n) for n in names], np.nan)
    truth = np.zeros(len(names[2]), bool)
    for row in rows:
        at = [n.index(number(row, key)) for n, key in zip(names, ("treatment", "reader", "case"))]
        truth[at[2]] = number(row, "truth") == 1
        if keep(at[1], at[0], at[2]):
            ratings[tuple(at)] = float(row["rating"])
    return truth, ratings


def comparisons(truth, test):
    """Every comparison that was made: reader, healthy case, diseased case, success."""
    found = []
    for reader, ratings in enumerate(test):
        for h in np.flatnonzero(~truth & ~np.isnan(ratings)):
            for d in np.flatnonzero(truth & ~np.isnan(ratings)):
                found.append((reader, h, d, float(ratings[d] > ratings[h]) + 0.5 * float(ratings[d] == ratings[h])))
    return np.array(found)


def part(truth, a, b):
    """Moments and coefficients by looping over all pairs of comparisons."""
    A, B = comparisons(truth, a), comparisons(truth, b)
    count, won = np.zeros(8), np.zeros(8)
    for r, h, d, s in A:
        same = [B[:, k] == v for k, v in enumerate((r, h, d))]
        for k, kind in enumerate(KINDS):
            chosen = np.ones(len(B), bool)
            for is_same, wanted in zip(same, kind):
                chosen &= is_same if wanted else ~is_same
            count[k] += chosen.sum()
            won[k] += s * B[chosen, 3].sum()
    total = count.sum()
    assert total == len(A) * len(B)
    at_least = lambda k, of: sum(of[q] for q, other in enumerate(KINDS) if all(o >= w for o, w in zip(other, KINDS[k])))
    mean = lambda w, n: w / n if n else None
    moments = [mean(won[k], count[k]) for k in range(8)]
    mle = [mean(at_least(k, won), at_least(k, count)) for k in range(8)]
    square = A[:, 3].mean() * B[:, 3].mean()
    shares = count / total
    spend = lambda of: sum(c * m for c, m in zip(shares, of) if m is not None)
    component = lambda k: 0.0 if mle[k] is None else mle[k] - mle[7]
    return {
        "area": A[:, 3].mean(),
        "moments": moments,
        "moments_mle": mle,
        "coefficients": [*shares[:7], shares[7] - 1],
        "variance": spend(moments) - moments[7],
        "variance_mle": spend(mle) - mle[7],
        "shares": [at_least(k, count) / total for k in (6, 5, 3)],
        "components": [component(k) for k in (6, 5, 3)],
        "square": square,
    }


def given(value, null, variance, denominator, least):
    if variance < 0:
        return {"variance": variance}
    df = max(variance**2 / denominator, least)
    law = norm if df > 50 else t(np.floor(df))
    error = np.sqrt(variance)
    return {
        "variance": variance,
        "standard_error": error,
        "degrees_of_freedom": df,
        "half": law.ppf(0.975) * error,
        "p_value": 2 * law.sf(abs(value - null) / error),
    }


def one_shot(truth, tests):
    own = [part(truth, test, test) for test in tests]
    df = [[np.round(1 / share - 1) for share in p["shares"]] for p in own]
    keep = lambda p: {k: p[k] for k in ("moments", "moments_mle", "coefficients")}
    found = {"tests": [], "differences": []}
    for p, f in zip(own, df):
        denominator = sum((c / n) ** 2 / n for c, n in zip(p["components"], f))
        said = {name: given(p["area"], 0.5, p[key], denominator, min(f)) for name, key in (("unbiased", "variance"), ("mle", "variance_mle"))}
        found["tests"].append({"value": p["area"], **said, **keep(p)})
    for a in range(len(tests)):
        for b in range(a + 1, len(tests)):
            both = part(truth, tests[a], tests[b])
            denominator = 0.0
            for k in range(3):
                if both["shares"][k] > 0:
                    n = min(df[a][k], df[b][k])
                    denominator += ((own[a]["components"][k] + own[b]["components"][k] - 2 * both["components"][k]) / n) ** 2 / n
                else:
                    denominator += sum((own[x]["components"][k] / df[x][k]) ** 2 / df[x][k] for x in (a, b))
            least = min(df[a] + df[b])
            value = own[a]["area"] - own[b]["area"]
            total = lambda key: own[a][key] + own[b][key] - 2 * both[key]
            said = {name: given(value, 0, total(key), denominator, least) for name, key in (("unbiased", "variance"), ("mle", "variance_mle"))}
            found["differences"].append({"of": [a, b], "value": value, "covariance": both["variance"], "covariance_mle": both["variance_mle"], **said, **keep(both)})
    return found


def auc(truth, score):
    x, y = score[truth], score[~truth]
    return np.mean((x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :]))


def sensitivity(truth, score):
    return np.mean(score[truth] >= 3)


def specificity(truth, score):
    return np.mean(score[~truth] < 3)


def left_out(figure, truth, scores):
    """The covariance matrix of figures by leaving out each case."""
    n = len(truth)
    keep = ~np.eye(n, dtype=bool)
    without = np.array([[figure(truth[k], score[k]) for k in keep] for score in scores])
    return np.cov(without) * (n - 1) ** 2 / n


def added(figure, truth, scores):
    """DeLong's covariance matrix of areas, or that of means."""
    if figure is sensitivity:
        return np.cov((scores[:, truth] >= 3).astype(float)) / truth.sum()
    if figure is specificity:
        return np.cov((scores[:, ~truth] < 3).astype(float)) / (~truth).sum()
    x, y = scores[:, truth], scores[:, ~truth]
    wins = (x[:, :, None] > y[:, None, :]) + 0.5 * (x[:, :, None] == y[:, None, :])
    return np.cov(wins.mean(2)) / x.shape[1] + np.cov(wins.mean(1)) / y.shape[1]


def against(figure, how, truth, model, readers):
    scores = np.vstack([model, readers])
    covariance = how(figure, truth, scores)
    J = len(readers)
    D = np.hstack([-np.ones((J, 1)), np.eye(J)])
    covariance = D @ covariance @ D.T
    psi = np.array([figure(truth, r) for r in readers]) - figure(truth, model)
    variance = np.mean(np.diag(covariance))
    cov2 = (covariance.sum() - np.trace(covariance)) / J / (J - 1)
    ms = np.var(psi, ddof=1)
    spread = ms + max(J * cov2, 0)
    df = spread**2 / (ms**2 / (J - 1))
    statistic = psi.mean() / np.sqrt(spread / J)
    half = t(df).ppf(0.975) * np.sqrt(spread / J)
    return {
        "standalone": figure(truth, model), "variance": variance, "covariance": cov2, "mean_square": ms, "statistic": statistic,
        "degrees_of_freedom": df, "difference": psi.mean(), "half": half, "p_value": 2 * t(df).sf(abs(statistic)),
    }


def crossed(figure, how, truth, ratings):
    """Obuchowski and Rockette's test with Hillis's degrees of freedom."""
    I, J, _ = ratings.shape
    covariance = how(figure, truth, ratings.reshape(I * J, -1)).reshape(I, J, I, J)
    values = np.array([[figure(truth, ratings[i, j]) for j in range(J)] for i in range(I)])
    cov = {}
    for i in range(I):
        for j in range(J):
            for k in range(I):
                for l in range(J):
                    cov.setdefault((i == k, j == l), []).append(covariance[i, j, k, l])
    cov = {key: np.mean(v) for key, v in cov.items()}
    mean_t, mean_r = values.mean(1), values.mean(0)
    ms_t = J * np.var(mean_t, ddof=1)
    ms_tr = ((values - mean_t[:, None] - mean_r[None, :] + values.mean()) ** 2).sum() / (I - 1) / (J - 1)
    spread = ms_tr + max(J * (cov[True, False] - cov[False, False]), 0)
    df = spread**2 / (ms_tr**2 / (I - 1) / (J - 1))
    difference = mean_t[0] - mean_t[1]
    error = np.sqrt(2 / J * spread)
    return {
        "areas": values.tolist(), "variance": cov[True, True], "covariances": [cov[False, True], cov[True, False], cov[False, False]],
        "mean_squares": [ms_t, ms_tr], "degrees_of_freedom": df, "difference": difference, "half": t(df).ppf(0.975) * error,
        "p_value": 2 * t(df).sf(abs(difference) / error),
    }


def small(seed, tests, readers, healthy, diseased, absent):
    random = np.random.default_rng(seed)
    truth = random.permutation(np.r_[np.zeros(healthy, bool), np.ones(diseased, bool)])
    ratings = np.round(random.normal(size=(tests, readers, len(truth))) + truth + 0.5 * random.normal(size=(1, readers, 1)), 0)
    ratings[absent(random, ratings)] = np.nan
    return truth, ratings


def main():
    nothing = lambda random, r: np.zeros(r.shape, bool)
    some = lambda random, r: random.random(r.shape) < 0.3
    # Readers 0 to 2 read the first half of the cases, 3 to 5 the second, with both tests.
    split = lambda random, r: np.broadcast_to(((np.arange(r.shape[1]) // 3)[:, None] != (np.arange(r.shape[2]) >= r.shape[2] // 2)[None, :]), r.shape)
    # Readers 0 and 1 have test 0 only, 2 and 3 test 1 only.
    apart = lambda random, r: np.broadcast_to((np.arange(r.shape[0])[:, None] != (np.arange(r.shape[1]) // 2)[None, :])[:, :, None], r.shape)
    # Each test has cases of its own.
    unpaired = lambda random, r: np.broadcast_to((np.arange(r.shape[0])[:, None, None] != (np.arange(r.shape[2]) % 2)[None, None, :]), r.shape)
    made = {
        "crossed": small(1, 2, 3, 6, 5, nothing),
        "unbalanced": small(2, 3, 4, 8, 7, some),
        "split_plot": small(3, 2, 6, 10, 10, split),
        "other_readers": small(4, 2, 4, 7, 6, apart),
        "other_cases": small(5, 2, 3, 12, 10, unpaired),
    }
    plain = lambda r: [[[None if np.isnan(x) else x for x in reader] for reader in test] for test in r]
    out = {"versions": {m.__name__: m.__version__ for m in (np, scipy)}, "made": {}, "one_shot": {}, "standalone": {}, "crossed": {}}
    for name, (truth, ratings) in made.items():
        out["made"][name] = {"truth": truth.tolist(), "ratings": plain(ratings), "found": one_shot(truth, ratings)}
    thinned = lambda r, t, c: (7 * r + 3 * c + 2 * t) % 5 != 0
    for name, keep in (("vandyke", None), ("franken", None), ("kundel", None), ("vandyke_thinned", thinned)):
        data = load(name.split("_")[0], *([keep] if keep else []))
        out["one_shot"][name] = one_shot(*data)
    truth, ratings = load("vandyke")
    for figure in (auc, sensitivity, specificity):
        name = {"auc": "auroc"}.get(figure.__name__, figure.__name__)
        for how, kind in ((left_out, "jackknife"), (added, "delong")):
            out["crossed"][f"{name} {kind}"] = crossed(figure, how, truth, ratings)
            out["standalone"][f"{name} {kind}"] = [against(figure, how, truth, test[0], test[1:]) for test in ratings]
    (HERE / "readers.json").write_text(json.dumps(out, indent=1, default=float) + "\n")


main()
