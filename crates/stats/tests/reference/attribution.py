"""The gap of a metric between two groups divided among factors, written out with other libraries' regression and metrics.

pip install numpy==2.4.1 scikit-learn==1.9.1; python attribution.py > attribution.json

Membership: scikit-learn's logistic regression with penalty 1/C = 0.001 on columns of mean 0 and standard deviation 1 over all cases,
fitted among the diseased and among the healthy by themselves. Parts: the mean over all orders of the factors, enumerated.
"""

import itertools
import json

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_score, recall_score, roc_auc_score

random = np.random.default_rng(20261128)
n = 400
first = random.random(n) < 0.4
truth = (random.random(n) < np.where(first, 0.45, 0.3)).astype(int)
stage = np.round(random.normal(np.where(first, -0.5, 0.2) + 0.4 * truth, 1.0), 6)
blur = np.round(np.abs(random.normal(np.where(first, 1.0, 0.7), 0.4)), 6)
ward = random.integers(0, 3, n).astype(float)
score = np.round(1 / (1 + np.exp(-(1.5 * truth + 0.7 * stage - 0.8 * blur - 0.3 * first + random.normal(0, 0.8, n)))), 6)
threshold = 0.55
factors = {"prevalence": None, "stage": [stage, ward], "blur": [blur]}
names = list(factors)

METRICS = {
    "sensitivity": lambda y, s, w: recall_score(y, s >= threshold, sample_weight=w),
    "ppv": lambda y, s, w: precision_score(y, s >= threshold, sample_weight=w),
    "auroc": lambda y, s, w: roc_auc_score(y, s, sample_weight=w),
}


def weights(chosen):
    out = np.zeros(n)
    columns = [column for name in chosen if factors[name] for column in factors[name]]
    for kind in (0, 1):
        own = truth == kind
        odds = np.ones(n)
        if columns:
            x = np.column_stack([(c - c.mean()) / c.std() for c in columns])
            fit = LogisticRegression(C=1000.0, tol=1e-12, max_iter=10000).fit(x[own], (~first)[own])
            odds = np.exp(fit.decision_function(x))
        mine = own & first
        wanted = mine.sum()
        if "prevalence" in chosen:
            wanted = (own & ~first).sum() * first.sum() / (~first).sum()
        out[mine] = odds[mine] * wanted / odds[mine].sum()
    return out[first]


answers = {}
for name, metric in METRICS.items():
    value = {
        chosen: metric(truth[first], score[first], weights(chosen))
        for size in range(len(names) + 1)
        for chosen in itertools.combinations(names, size)
    }
    second = metric(truth[~first], score[~first], np.ones((~first).sum()))
    orders = list(itertools.permutations(names))
    parts = {one: 0.0 for one in names}
    for order in orders:
        before = []
        for one in order:
            without = tuple(x for x in names if x in before)
            before.append(one)
            with_it = tuple(x for x in names if x in before)
            parts[one] += (value[without] - value[with_it]) / len(orders)
    answers[name] = {
        "gap": value[()] - second,
        "rest": value[tuple(names)] - second,
        "parts": [parts[one] for one in names],
    }

print(
    json.dumps(
        {
            "threshold": threshold,
            "truth": truth.tolist(),
            "score": score.tolist(),
            "first": first.tolist(),
            "stage": stage.tolist(),
            "ward": ward.tolist(),
            "blur": blur.tolist(),
            "answers": answers,
        }
    )
)
