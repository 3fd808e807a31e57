"""Reference values of evaluations: `python evaluation.py` writes evaluation.json beside it.

Values of metrics are scikit-learn's, of survival scikit-survival's and lifelines'. Intervals by the delta method are written out with
derivatives by differences, so that they share no formula with the code that they check. The cases are those of metrics.json.
"""

import json
import math
import pathlib

import lifelines
import numpy as np
import scipy
import sklearn
import sksurv
from lifelines.utils import concordance_index
from scipy.stats import norm
from sklearn import metrics as M
from sksurv.metrics import brier_score, concordance_index_censored, concordance_index_ipcw, cumulative_dynamic_auc, integrated_brier_score

HERE = pathlib.Path(__file__).parent
Z = norm.ppf(0.975)
VERSIONS = {m.__name__: m.__version__ for m in (np, scipy, sklearn, sksurv, lifelines)}
CASES = json.loads((HERE / "metrics.json").read_text())
TRUTH, SCORE = np.array(CASES["truth"], bool), np.array(CASES["score"], float)
PATIENT, T = np.array(CASES["patient"]), CASES["threshold"]


def sensitivity_at(y, s, w, specificity):
    fpr, tpr, _ = M.roc_curve(y, s, sample_weight=w, drop_intermediate=False)
    return tpr[fpr <= 1 - specificity + 1e-12].max()


def specificity_at(y, s, w, sensitivity):
    fpr, tpr, _ = M.roc_curve(y, s, sample_weight=w, drop_intermediate=False)
    return 1 - fpr[tpr >= sensitivity - 1e-12].min()


def ece(y, s, w):
    b = np.minimum((s * 15).astype(int), 14)
    apart = [abs((w * y)[b == k].sum() - (w * s)[b == k].sum()) for k in range(15)]
    return sum(apart) / w.sum()


def values(y, s, w):
    f = s >= T
    tn, fp, fn, tp = M.confusion_matrix(y, f, sample_weight=w).ravel()
    odds = T / (1 - T)
    return {
        "auroc": M.roc_auc_score(y, s, sample_weight=w),
        "auprc": M.average_precision_score(y, s, sample_weight=w),
        "sensitivity": M.recall_score(y, f, sample_weight=w),
        "specificity": M.recall_score(~y, ~f, sample_weight=w),
        "ppv": M.precision_score(y, f, sample_weight=w),
        "npv": M.precision_score(~y, ~f, sample_weight=w),
        "accuracy": M.accuracy_score(y, f, sample_weight=w),
        "balanced_accuracy": M.balanced_accuracy_score(y, f, sample_weight=w),
        "youden": 2 * M.balanced_accuracy_score(y, f, sample_weight=w) - 1,
        "f1": M.f1_score(y, f, sample_weight=w),
        "mcc": M.matthews_corrcoef(y, f, sample_weight=w),
        "kappa": M.cohen_kappa_score(y, f, sample_weight=w),
        "lr_positive": M.class_likelihood_ratios(y, f, sample_weight=w)[0],
        "lr_negative": M.class_likelihood_ratios(y, f, sample_weight=w)[1],
        "brier": M.brier_score_loss(y, s, sample_weight=w),
        "log_loss": M.log_loss(y, s, sample_weight=w),
        "net_benefit": (tp - odds * fp) / w.sum(),
        "prevalence": w[y].sum() / w.sum(),
        "alert_rate": w[f].sum() / w.sum(),
        "o_e_ratio": w[y].sum() / (w * s).sum(),
        "ece": ece(y, s, w),
        "partial_auroc": M.roc_auc_score(y, s, sample_weight=w, max_fpr=0.1),
        "sensitivity_at_specificity": sensitivity_at(y, s, w, 0.9),
        "specificity_at_sensitivity": specificity_at(y, s, w, 0.9),
    }


# The same by shares of flagged diseased, flagged healthy, missed diseased and healthy cases, on the scale of the interval.
FORMULAS = {
    "balanced_accuracy": (lambda a, b, c, d: (a / (a + c) + d / (b + d)) / 2, lambda v: v),
    "youden": (lambda a, b, c, d: a / (a + c) + d / (b + d) - 1, lambda v: v),
    "f1": (lambda a, b, c, d: math.log(2 * a / (b + c)), lambda v: 1 / (1 + math.exp(-v))),
    "mcc": (lambda a, b, c, d: math.atanh((a * d - b * c) / math.sqrt((a + b) * (a + c) * (d + b) * (d + c))), math.tanh),
    "kappa": (lambda a, b, c, d: 1 - (1 - (a + d) / (a + b + c + d)) / (1 - ((a + b) * (a + c) + (c + d) * (b + d)) / (a + b + c + d) ** 2), lambda v: v),
    "lr_positive": (lambda a, b, c, d: math.log(a / (a + c) * (b + d) / b), math.exp),
    "lr_negative": (lambda a, b, c, d: math.log(c / (a + c) * (b + d) / d), math.exp),
    "net_benefit": (lambda a, b, c, d: a - T / (1 - T) * b, lambda v: v),
}


def delta(name, y, s, w, patient):
    formula, back = FORMULAS[name]
    f = s >= T
    kinds = np.stack([y & f, ~y & f, y & ~f, ~y & ~f], axis=1) * w[:, None]
    totals = np.array([kinds[patient == p].sum(0) for p in np.unique(patient)])
    n, p = totals.sum(), totals.sum(0) / totals.sum()
    h = 1e-6
    gradient = np.array([(formula(*(p + h * e)) - formula(*(p - h * e))) / (2 * h) for e in np.eye(4)])
    residual = (totals - totals.sum(1, keepdims=True) * p) @ gradient
    k = len(totals)
    half = Z * math.sqrt(k / (k - 1) * (residual**2).sum()) / n
    return [back(formula(*p) - half), back(formula(*p) + half)]


def survival():
    rng = np.random.default_rng(5)
    n = 240
    risk = rng.normal(size=n).round(1)
    event_time = np.ceil(rng.exponential(30 * np.exp(-risk)))
    leave = np.ceil(rng.exponential(40, size=n))
    time, event = np.minimum(event_time, leave), event_time <= leave
    y = np.array(list(zip(event, time)), dtype=[("e", bool), ("t", float)])
    horizons = [10.0, 20.0, 30.0]
    probability = np.array([1 - np.exp(-h / 30 * np.exp(risk)) for h in horizons]).round(6)
    auc, _ = cumulative_dynamic_auc(y, y, risk, horizons)
    _, brier = brier_score(y, y, 1 - probability.T, horizons)
    return {
        "time": time.tolist(), "event": event.tolist(), "risk": risk.tolist(), "horizons": horizons, "probability": probability.tolist(),
        "c_index": concordance_index_censored(event, time, risk)[0],
        "c_index_lifelines": concordance_index(time, -risk, event),
        "c_index_ipcw": concordance_index_ipcw(y, y, risk)[0],
        "auc_t": auc.tolist(), "brier_t": brier.tolist(),
        "integrated_brier": integrated_brier_score(y, y, 1 - probability.T, horizons),
    }


def main():
    rng = np.random.default_rng(11)
    weight = rng.integers(1, 9, size=len(TRUTH)) / 4
    each, one = np.arange(len(TRUTH)), np.ones(len(TRUTH))
    document = {
        "versions": VERSIONS,
        "weight": weight.tolist(),
        "values": values(TRUTH, SCORE, one),
        "weighted": values(TRUTH, SCORE, weight),
        "delta": {name: delta(name, TRUTH, SCORE, one, each) for name in FORMULAS},
        "delta_clustered": {name: delta(name, TRUTH, SCORE, one, PATIENT) for name in FORMULAS},
        "delta_weighted": {name: delta(name, TRUTH, SCORE, weight, each) for name in FORMULAS},
        "survival": survival(),
    }
    document = json.loads(json.dumps(document, default=float))
    (HERE / "evaluation.json").write_text(json.dumps(document, indent=1) + "\n")


main()
