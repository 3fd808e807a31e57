"""Reference values of competing risks, several labels, grades and the utility of early flags: `python times.py` writes times.json beside it.

numpy 2.4.6, scipy 1.17.1, pandas 2.3.3, scikit-learn 1.9.1, scikit-survival 0.28.0, lifelines 0.30.3, hazardous 0.2.0.
Cumulative incidences are scikit-survival's and, without ties, lifelines'. Areas, errors and concordances of competing risks are written out pair
by pair from the papers, and are hazardous' where no times are tied. Labels and grades are scikit-learn's and scipy's. The utility goes
through the hours of each patient as the paper describes them.
"""

import json
import pathlib
import warnings

import hazardous
import lifelines
import numpy as np
import pandas as pd
import scipy
import sklearn
import sksurv
from hazardous.metrics import brier_score_incidence, concordance_index_incidence
from scipy import stats
from sklearn import metrics as M
from sksurv.nonparametric import cumulative_incidence_competing_risks

HERE = pathlib.Path(__file__).parent
VERSIONS = {m.__name__: m.__version__ for m in (np, scipy, pd, sklearn, sksurv, lifelines, hazardous)}


def still_followed(time, cause):
    """Kaplan and Meier's probability to be followed up, just before and at a time; events come before losses."""

    def g(t, at):
        share = 1.0
        for u in np.unique(time[cause == 0]):
            if u < t or (at and u == t):
                lost = ((time == u) & (cause == 0)).sum()
                share *= 1 - lost / ((time > u).sum() + lost)
        return share

    return g


def auc(time, cause, score, t):
    g = still_followed(time, cause)
    top = bottom = 0.0
    for i in range(len(time)):
        if not (time[i] <= t and cause[i] == 1):
            continue
        for j in range(len(time)):
            if time[j] > t:
                weight = 1 / g(t, True)
            elif cause[j] not in (0, 1):
                weight = 1 / g(time[j], False)
            else:
                continue
            weight /= g(time[i], False)
            bottom += weight
            top += weight * ((score[i] > score[j]) + 0.5 * (score[i] == score[j]))
    return top / bottom


def brier(time, cause, p, t):
    g = still_followed(time, cause)
    total = 0.0
    for i in range(len(time)):
        if time[i] > t:
            total += p[i] ** 2 / g(t, True)
        elif cause[i] != 0:
            total += ((cause[i] == 1) - p[i]) ** 2 / g(time[i], False)
    return total / len(time)


def concordance(time, cause, score, t):
    g = still_followed(time, cause)
    top = bottom = 0.0
    for i in range(len(time)):
        if not (time[i] <= t and cause[i] == 1):
            continue
        for j in range(len(time)):
            if time[i] < time[j]:
                weight = 1 / (g(time[i], False) * g(time[i], True))
            elif time[i] >= time[j] and cause[j] not in (0, 1):
                weight = 1 / (g(time[i], False) * g(time[j], False))
            else:
                continue
            bottom += weight
            top += weight * ((score[i] > score[j]) + 0.5 * (score[i] == score[j]))
    return top / bottom


def competing(rng, tied):
    n = 160
    risk = rng.normal(size=n).round(1)
    kinds = [rng.exponential(30 * np.exp(-risk)), rng.exponential(45 * np.exp(0.4 * risk)), rng.exponential(90, size=n), rng.exponential(50, size=n)]
    time, kind = np.min(kinds, axis=0), np.argmin(kinds, axis=0)
    cause = np.array([1, 2, 3, 0])[kind]
    time = np.ceil(time) if tied else time.round(9)
    horizons = [8.0, 15.5, 25.0]
    probability = [(1 - np.exp(-h / 40 * np.exp(risk))).round(6) for h in horizons]
    steps, incidence = cumulative_incidence_competing_risks(cause, time)
    at = [np.searchsorted(steps, h, side="right") - 1 for h in horizons]
    document = {
        "time": time, "cause": cause, "risk": risk, "horizons": horizons, "probability": probability,
        "incidence": [[incidence[k][a] for a in at] for k in (1, 2, 3)],
        "auc_t": [auc(time, cause, risk, h) for h in horizons],
        "brier_t": [brier(time, cause, p, h) for p, h in zip(probability, horizons)],
        "c_index_t": [concordance(time, cause, risk, h) for h in horizons],
        "c_index": concordance(time, cause, risk, np.inf),
    }
    if not tied:
        fits = [lifelines.AalenJohansenFitter(calculate_variance=False).fit(time, cause, k).cumulative_density_ for k in (1, 2, 3)]
        document["incidence_lifelines"] = [[fit[fit.index <= h].iloc[-1, 0] for h in horizons] for fit in fits]
        y = pd.DataFrame({"event": cause, "duration": time})
        rank = np.tile(stats.rankdata(risk)[:, None] / n, (1, 2))
        document["c_index_t_hazardous"] = concordance_index_incidence(y, rank, y, time_grid=np.array([0.0, 100.0]), taus=horizons)
        document["brier_t_hazardous"] = brier_score_incidence(y, y, np.array(probability).T, np.array(horizons), event_of_interest=1)
    return document


def multilabel(rng):
    n, k = 120, 5
    truth = rng.random((n, k)) < [0.1, 0.3, 0.5, 0.2, 0.4]
    score = (0.35 * truth + 0.8 * rng.random((n, k))).round(1)
    threshold = 0.6
    flag = score >= threshold
    return {
        "truth": truth, "score": score, "threshold": threshold,
        "auroc_macro": M.roc_auc_score(truth, score, average="macro"),
        "auroc_micro": M.roc_auc_score(truth, score, average="micro"),
        "auprc_macro": M.average_precision_score(truth, score, average="macro"),
        "f1_macro": M.f1_score(truth, flag, average="macro"),
        "f1_micro": M.f1_score(truth, flag, average="micro"),
        "subset_accuracy": M.accuracy_score(truth, flag),
        "hamming_loss": M.hamming_loss(truth, flag),
        "label_ranking_average_precision": M.label_ranking_average_precision_score(truth, score),
        "coverage_error": M.coverage_error(truth, score),
        # Nobody has or is said to have the last label here.
        "f1_macro_of_an_empty_label": M.f1_score(truth * [1, 1, 1, 1, 0], flag * [1, 1, 1, 1, 0], average="macro", zero_division=np.nan),
    }


def ordinal(rng):
    n, k = 150, 4
    truth = rng.integers(0, k, size=n)
    answer = np.clip(truth + rng.choice([-2, -1, 0, 0, 0, 1], size=n), 0, k - 1)
    score = (truth + rng.normal(size=n)).round(1)
    pairs = [(i, j) for i in range(n) for j in range(n) if truth[i] > truth[j]]

    def ranks(own):
        return {
            "somers_d": stats.somersd(truth, own).statistic,
            "kendall_tau_b": stats.kendalltau(truth, own).statistic,
            "auroc_ordinal": np.mean([(own[i] > own[j]) + 0.5 * (own[i] == own[j]) for i, j in pairs]),
        }

    return {
        "levels": k, "truth": truth, "answer": answer, "score": score,
        "kappa_linear": M.cohen_kappa_score(truth, answer, labels=range(k), weights="linear"),
        "kappa_quadratic": M.cohen_kappa_score(truth, answer, labels=range(k), weights="quadratic"),
        "accuracy": M.accuracy_score(truth, answer),
        "within_one": np.mean(abs(truth - answer) <= 1),
        "mae_levels": M.mean_absolute_error(truth, answer),
        "over_graded": np.mean(answer > truth),
        "under_graded": np.mean(answer < truth),
        "confusion": M.confusion_matrix(truth, answer, labels=range(k)),
        "of_answer": ranks(answer),
        "of_score": ranks(score),
    }


def worth(hour, onset, flag):
    """Reyna et al. 2020: the worth of a flag rises from 0 at 12 hours before to 1 at 6 hours before, and falls to 0 at 3 hours after; that of a miss falls
    from 0 at 6 hours before to -2 at 3 hours after."""
    if onset is None:
        return -0.05 if flag else 0.0
    d = hour - onset
    if d > 3:
        return 0.0
    if flag:
        return max(np.interp(d, [-12, -6], [0, 1]) if d >= -12 else -0.05, -0.05) if d <= -6 else np.interp(d, [-6, 3], [1, 0])
    return 0.0 if d <= -6 else np.interp(d, [-6, 3], [0, -2])


def utility(rng):
    stays, own = [], [0.0, 0.0, 0.0]
    for number in range(40):
        hours = int(rng.integers(8, 80))
        onset = int(rng.integers(4, hours + 5)) if number % 3 == 0 else None
        flag = rng.random(hours) < 0.3
        near = [onset is not None and -12 <= hour - onset <= 3 for hour in range(hours)]
        for place, flags in enumerate([flag, near, [False] * hours]):
            own[place] += sum(worth(hour, onset, flags[hour]) for hour in range(hours))
        stays.append({"flag": flag, "onset": onset})
    return {"stays": stays, "own": own[0], "best": own[1], "none": own[2], "utility_cinc2019": (own[0] - own[2]) / (own[1] - own[2])}


def plain(value):
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value.item()


def main():
    warnings.simplefilter("error")
    rng = np.random.default_rng(23)
    document = {
        "versions": VERSIONS,
        "competing": competing(rng, tied=False),
        "competing_tied": competing(rng, tied=True),
        "multilabel": multilabel(rng),
        "ordinal": ordinal(rng),
        "utility": utility(rng),
    }
    (HERE / "times.json").write_text(json.dumps(document, indent=1, default=plain) + "\n")


main()
