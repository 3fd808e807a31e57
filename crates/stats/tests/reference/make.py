"""Reference values for galen-stats: `python make.py` writes the JSON files beside it.

Made with numpy, scipy, scikit-learn and statsmodels (versions are in the files). DeLong and Obuchowski are written out over
all pairs of cases, so that they share no trick with the code that they check.
"""

import json
import math
import pathlib
import warnings

import numpy as np
import scipy
import sklearn
import statsmodels
import statsmodels.api as sm
from scipy.spatial import distance
from scipy.stats import (anderson_ksamp, chisquare, cramervonmises_2samp, energy_distance, entropy, epps_singleton_2samp,
                         fisher_exact, ks_2samp, kstwo, mannwhitneyu, norm, power_divergence, ttest_ind, wasserstein_distance)
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

HERE = pathlib.Path(__file__).parent
Z = norm.ppf(0.975)
VERSIONS = {m.__name__: m.__version__ for m in (np, scipy, sklearn, statsmodels)}


def write(name, document):
    (HERE / name).write_text(json.dumps({"versions": VERSIONS, **document}, indent=1) + "\n")


def placements(truth, score):
    """V10 of diseased and V01 of healthy cases in one array, over all pairs."""
    value = np.empty(len(score))
    for i, (t, s) in enumerate(zip(truth, score)):
        other = score[truth != t]
        wins = (other < s) if t else (other > s)
        value[i] = wins.mean() + 0.5 * (other == s).mean()
    return value


def obuchowski(truth, a, b, patient):
    """Covariance of two areas, Obuchowski 1997 section 3; with one case a patient it is DeLong's."""
    va, vb = placements(truth, a), placements(truth, b)
    area_a, area_b = va[truth].mean(), vb[truth].mean()
    m, n = truth.sum(), (~truth).sum()
    ids = np.unique(patient)
    i10 = len(np.unique(patient[truth]))
    i01 = len(np.unique(patient[~truth]))
    s10 = s01 = s11 = 0.0
    for p in ids:
        d, h = truth & (patient == p), ~truth & (patient == p)
        da, db = va[d].sum() - d.sum() * area_a, vb[d].sum() - d.sum() * area_b
        ha, hb = va[h].sum() - h.sum() * area_a, vb[h].sum() - h.sum() * area_b
        s10 += da * db
        s01 += ha * hb
        s11 += da * hb + ha * db
    s10 *= i10 / ((i10 - 1) * m)
    s01 *= i01 / ((i01 - 1) * n)
    s11 *= len(ids) / (len(ids) - 1)
    return s10 / m + s01 / n + s11 / (m * n)


def about(value, variance, low=-math.inf, high=math.inf):
    half = Z * math.sqrt(variance)
    return [float(value), float(max(value - half, low)), float(min(value + half, high))]


def ratio_variance(a, b, patient):
    ids = np.unique(patient)
    r = a.sum() / b.sum()
    e = np.array([a[patient == p].sum() - r * b[patient == p].sum() for p in ids])
    return len(ids) / (len(ids) - 1) * (e**2).sum() / b.sum() ** 2


def wilson(k, n):
    low, high = proportion_confint(k, n, 0.05, "wilson")
    return [float(k / n), float(low), float(high)]


def rao_scott(event, counted, patient):
    event, patient = event[counted].astype(float), patient[counted]
    n, k = len(event), event.sum()
    p = k / n
    d = ratio_variance(event, np.ones(n), patient) / (p * (1 - p) / n)
    return wilson(k / d, n / d)


def logistic(truth, x, offset, patient):
    """Coefficient and variance of the last covariate; the sandwich with G/(G-1), where statsmodels adds (N-1)/(N-K)."""
    model = sm.GLM(truth.astype(float), x, family=sm.families.Binomial(), offset=offset)
    plain = model.fit(tol=1e-14, maxiter=200)
    codes = np.unique(patient, return_inverse=True)[1]
    robust = model.fit(tol=1e-14, maxiter=200, cov_type="cluster", cov_kwds={"groups": codes})
    n, k = x.shape
    return (
        about(plain.params[-1], plain.cov_params()[-1, -1]),
        about(robust.params[-1], robust.cov_params()[-1, -1] * (n - k) / (n - 1)),
    )


def metrics():
    rng = np.random.default_rng(20)
    patient = np.repeat(np.arange(70), rng.integers(1, 5, 70))
    risk = rng.normal(size=70)[patient]
    truth = risk + rng.normal(size=len(patient)) > 0.3
    sigmoid = lambda x: 1 / (1 + np.exp(-x))
    # Two decimals, so that there are ties.
    score = np.clip(np.round(sigmoid(1.4 * risk - 0.8 + 0.6 * rng.normal(size=len(patient))), 2), 0.01, 0.99)
    other = np.clip(np.round(sigmoid(0.9 * risk + rng.normal(size=len(patient))), 2), 0.01, 0.99)
    alone = np.arange(len(patient))
    flag = score >= 0.4
    everyone = np.ones(len(truth), bool)
    shares = {
        "sensitivity": (flag, truth),
        "specificity": (~flag, ~truth),
        "ppv": (truth, flag),
        "npv": (~truth, ~flag),
        "accuracy": (flag == truth, everyone),
        "prevalence": (truth, everyone),
        "alert_rate": (flag, everyone),
    }
    plain, clustered = {}, {}
    for name, (event, counted) in shares.items():
        plain[name] = wilson(int((event & counted).sum()), int(counted.sum()))
        clustered[name] = rao_scott(event, counted, patient)
    n, o, e = len(truth), truth.sum(), score.sum()
    log_loss_each = np.where(truth, -np.log(score), -np.log1p(-score))
    logit = np.log(score / (1 - score))
    ones = np.ones((n, 1))
    slope = logistic(truth, np.column_stack([ones, logit]), None, patient)
    intercept = logistic(truth, ones, logit, patient)
    for found, ids, which in ((plain, alone, 0), (clustered, patient, 1)):
        found["auroc"] = about(roc_auc_score(truth, score), obuchowski(truth, score, score, ids), 0, 1)
        variance = (1 - o / n) / o if which == 0 else ratio_variance(truth.astype(float), score, ids) / (o / e) ** 2
        found["o_e_ratio"] = [float(o / e)] + [float(o / e * math.exp(s * Z * math.sqrt(variance))) for s in (-1, 1)]
        for name, value, each in (
            ("brier", brier_score_loss(truth, score), (score - truth) ** 2),
            ("log_loss", log_loss(truth, score), log_loss_each),
        ):
            found[name] = about(value, ratio_variance(each, np.ones(n), ids), 0)
        found["calibration_slope"] = slope[which]
        found["calibration_intercept"] = intercept[which]
    compare = {}
    for name, ids in (("plain", alone), ("clustered", patient)):
        variance = sum(c * obuchowski(truth, a, b, ids) for c, a, b in ((1, score, score), (1, other, other), (-2, score, other)))
        difference = roc_auc_score(truth, score) - roc_auc_score(truth, other)
        compare[name] = about(difference, variance) + [float(2 * norm.sf(abs(difference) / math.sqrt(variance)))]
    half = patient < 35
    gap = roc_auc_score(truth[half], score[half]) - roc_auc_score(truth[~half], score[~half])
    for name, ids in (("independent", alone), ("independent_clustered", patient)):
        variance = sum(obuchowski(truth[g], score[g], score[g], ids[g]) for g in (half, ~half))
        compare[name] = about(gap, variance) + [float(2 * norm.sf(abs(gap) / math.sqrt(variance)))]
    k = [int((truth & flag & g).sum()) for g in (half, ~half)]
    m = [int((truth & g).sum()) for g in (half, ~half)]
    compare["sensitivity_p"] = float(proportions_ztest(k, m)[1])
    write("metrics.json", {
        "truth": truth.tolist(), "score": score.tolist(), "other": other.tolist(), "patient": patient.tolist(),
        "threshold": 0.4, "first_group": half.tolist(), "plain": plain, "clustered": clustered, "compare": compare,
    })


def binned(reference, current):
    if len(np.unique(reference)) > 20:
        edges = np.histogram_bin_edges(np.concatenate([reference, current]), bins="sturges")
        return [np.histogram(x, edges)[0] / len(x) for x in (reference, current)]
    keys = sorted(set(reference) | set(current))
    return [np.array([np.sum(np.asarray(x) == key) / len(x) for key in keys]) for x in (reference, current)]


def filled(share):
    smallest = share[share > 0].min()
    return np.where(share == 0, smallest / 1e6 if smallest <= 0.0001 else 0.0001, share)


def psi(reference, current):
    r, c = (filled(share) for share in binned(reference, current))
    return float(np.sum((r - c) * np.log(r / c)))


def kl_div(reference, current):
    r, c = (filled(share) for share in binned(reference, current))
    return float(entropy(r, c))


def hellinger(reference, current, numbers):
    if numbers:
        edges = np.histogram_bin_edges(np.unique(np.concatenate([reference, current])), bins="sturges")
        r, c = (np.histogram(x, edges)[0] / len(x) for x in (reference, current))
    else:
        keys = sorted(set(reference) | set(current))
        r, c = ([list(x).count(key) / len(x) for key in keys] for x in (reference, current))
    return float(math.sqrt(1 - min(1.0, float(np.sum(np.sqrt(np.multiply(r, c)))))))


def of_numbers(reference, current):
    """Statistics and p-values of two samples of numbers; a test that needs two values of each is left out below that."""
    found = {}
    t = ttest_ind(reference, current)
    found["t_test"] = [float(t.statistic), float(t.pvalue)]
    u = mannwhitneyu(reference, current, alternative="less")
    found["mannw"] = [float(u.statistic), float(u.pvalue)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        k = anderson_ksamp([reference, current])
    found["anderson"] = [float(k[0]), float(k[2])]
    if min(len(reference), len(current)) > 1:
        w = cramervonmises_2samp(reference, current)
        found["cramer_von_mises"] = [float(w.statistic), float(w.pvalue)]
    if min(len(reference), len(current)) > 4:
        e = epps_singleton_2samp(reference, current)
        found["es"] = [float(e.statistic), float(e.pvalue)]
    found["energy_distance"] = float(energy_distance(reference, current))
    return found


def drift():
    rng = np.random.default_rng(7)
    pairs = []
    for n, m, shift, digits in ((60, 40, 0.0, 3), (60, 60, 0.4, 3), (200, 150, 0.3, 1), (30, 7, 1.0, 3),
                                (1, 12, 0.0, 3), (400, 300, 1.2, 2), (50, 20, 3.0, 2), (25, 25, 0.0, 0)):
        pairs.append((np.round(rng.normal(size=n), digits) + 0.0, np.round(rng.normal(shift, 1.2, size=m), digits) + 0.0))
    numbers = []
    for reference, current in pairs:
        ks = ks_2samp(reference, current)
        numbers.append({
            "reference": reference.tolist(), "current": current.tolist(),
            "ks": [float(ks.statistic), float(ks.pvalue)],
            "psi": psi(reference, current),
            "wasserstein": float(wasserstein_distance(reference, current) / max(np.std(reference), 0.001)),
            "jensenshannon": float(distance.jensenshannon(*binned(reference, current))),
            "kl_div": kl_div(reference, current),
            "hellinger": hellinger(reference, current, True),
            **of_numbers(reference, current),
        })
    # Small samples without ties, for exact p.
    small, small_rng = [], np.random.default_rng(8)
    for n, m, shift in ((5, 7, 0.0), (8, 8, 1.0), (3, 20, 2.0), (7, 60, 0.8), (12, 18, 0.5), (20, 20, 1.5), (2, 2, 0.0)):
        reference, current = small_rng.normal(size=n), small_rng.normal(shift, 1.0, size=m)
        small.append({"reference": reference.tolist(), "current": current.tolist(), **of_numbers(reference, current)})
    # Large samples as whole numbers by rule: i * step mod size, plus shift.
    ruled = []
    for n, m, shift in ((5000, 4000, 4000), (9999, 10000, 7000), (7000, 7000, 1500), (12000, 9000, 2500), (20000, 15000, 1300),
                        (11000, 40, 30000), (30000, 100, 20000), (15000, 1, 60000), (150000, 140000, 1000)):
        a = (np.arange(n, dtype=np.int64) * 7919) % 100003
        b = (np.arange(m, dtype=np.int64) * 104729 + 17) % 100003 + shift
        ks = ks_2samp(a.astype(float), b.astype(float))
        ruled.append({"n": n, "m": m, "shift": shift, "ks": [float(ks.statistic), float(ks.pvalue)]})
    categories = []
    for names, n, m in (("ab", 50, 40), ("abc", 100, 30), ("abcdef", 300, 500), ("ab", 1200, 900)):
        letters = list(names)
        reference = rng.choice(letters, n).tolist()
        current = rng.choice(letters, m, p=np.arange(1, len(letters) + 1) / sum(range(1, len(letters) + 1))).tolist()
        f_exp = np.array([reference.count(k) for k in letters]) * (m / n)
        chi = chisquare([current.count(k) for k in letters], f_exp)
        row = {
            "reference": reference, "current": current,
            "chisquare": [float(chi.statistic), float(chi.pvalue)],
            "psi": psi(reference, current),
            "jensenshannon": float(distance.jensenshannon(*binned(reference, current))),
            "kl_div": kl_div(reference, current),
            "hellinger": hellinger(reference, current, False),
        }
        g = power_divergence([current.count(k) for k in letters], f_exp, lambda_="log-likelihood")
        row["g_test"] = [float(g.statistic), float(g.pvalue)]
        if len(letters) == 2:
            (a, b), (c, d) = ([x.count("b"), x.count("a")] for x in (current, reference))
            odds, p = fisher_exact([[a, b], [c, d]])
            row["fisher_exact"] = [float(odds), float(p)]
            z, p = proportions_ztest([reference.count("b"), current.count("b")], [n, m])
            row["z"] = [float(z), float(p)]
        categories.append(row)
    write("drift.json", {"numbers": numbers, "small": small, "ruled": ruled, "categories": categories})
    rows = []
    for n in (1, 2, 5, 20, 100, 140, 141, 500, 3000, 20000, 100000, 250000):
        for z in (0.3, 0.45, 0.6, 0.8, 1.0, 1.3, 1.45, 1.5, 2.0, 2.4, 3.5, 6.0):
            d = z / math.sqrt(n)
            if d < 1:
                rows.append([n, d, float(kstwo.sf(d, n))])
    write("kolmogorov.json", {"n_d_p": rows})


def intervals():
    exact, score = [], []
    for k, n in ((0, 1), (0, 12), (3, 10), (12, 12), (41, 50), (300, 1000), (9990, 10000)):
        for level in (0.9, 0.95, 0.99):
            exact.append([k, n, level, *map(float, proportion_confint(k, n, 1 - level, "beta"))])
            score.append([k, n, level, *map(float, proportion_confint(k, n, 1 - level, "wilson"))])
    areas = []
    for area, bound, m, n in ((0.8, 0.75, 237, 1630), (0.9, 0.85, 50, 50), (0.76, 0.75, 300, 900), (0.95, 0.7, 5, 8)):
        q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
        variance = (area * (1 - area) + (m - 1) * (q1 - area**2) + (n - 1) * (q2 - area**2)) / (m * n)
        areas.append([area, bound, m, n, float(norm.cdf((area - bound) / math.sqrt(variance) - Z))])
    write("intervals.json", {"clopper_pearson": exact, "wilson": score, "auroc_power": areas})


metrics()
drift()
intervals()
