"""Reference values around an evaluation: `python consequence.py` writes consequence.json beside it.

numpy 2.4.6, scipy 1.17.1, statsmodels 0.15.0. No formula of the code that is checked is written here again where another road leads to the
number: queues are Markov chains solved state by state, derivatives are by differences, bounds are linear programs, areas are sums over
pairs, propensities and score intervals are those of statsmodels.
"""

import itertools
import json
import math
import pathlib

import numpy as np
import scipy.sparse as sp
import statsmodels.api as sm
from scipy.optimize import brentq, linprog
from scipy.sparse.linalg import spsolve
from scipy.stats import norm
from statsmodels.stats.proportion import score_test_proportions_2indep

HERE = pathlib.Path(__file__).parent
Z = norm.ppf(0.975)


def gradient(f, x, h=1e-6):
    x = np.array(x, float)
    return np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))])


# Partial verification: hepatic scintigraphy, Drum and Christacopoulos 1972, as in Begg and Greenes 1983.
def begg_greenes():
    table = {"flagged": [231, 32, 166], "others": [27, 54, 140]}
    counts = np.array(table["flagged"] + table["others"], float)
    n = counts.sum()
    # In the letters of the likelihood: probability of the flag, of disease given flag; who is verified is ignorable.
    m1, m0 = counts[:3].sum(), counts[3:].sum()
    q, p1, p0 = m1 / n, counts[0] / (counts[0] + counts[1]), counts[3] / (counts[3] + counts[4])
    variance = np.diag([q * (1 - q) / n, p1 * (1 - p1) / counts[:2].sum(), p0 * (1 - p0) / counts[3:5].sum()])
    se = lambda t: t[0] * t[1] / (t[0] * t[1] + (1 - t[0]) * t[2])
    spec = lambda t: (1 - t[0]) * (1 - t[2]) / ((1 - t[0]) * (1 - t[2]) + t[0] * (1 - t[1]))
    prevalence = lambda t: t[0] * t[1] + (1 - t[0]) * t[2]
    logit = lambda f: lambda t: math.log(f(t) / (1 - f(t)))
    expit = lambda x: 1 / (1 + math.exp(-x))
    theta = [q, p1, p0]
    out = dict(table)
    for name, f in [("sensitivity", se), ("specificity", spec)]:
        g = gradient(logit(f), theta)
        half = Z * math.sqrt(g @ variance @ g)
        at = logit(f)(theta)
        out[name] = [f(theta), expit(at - half), expit(at + half)]
    g = gradient(prevalence, theta)
    half = Z * math.sqrt(g @ variance @ g)
    out["prevalence"] = [prevalence(theta), prevalence(theta) - half, prevalence(theta) + half]
    return out


# Weighted areas: every flagged case of the first stratum is verified, others with a probability that rises with the score.
def weighted_area():
    rng = np.random.default_rng(20260101)
    n = 240
    truth = rng.random(n) < 0.4
    score = np.round(rng.normal(size=n) + truth, 1)
    stratum = (rng.random(n) < 0.5).astype(int)
    flag = score >= 0.8
    verified = rng.random(n) < 1 / (1 + np.exp(-(-0.4 + 0.6 * score)))
    verified |= flag & (stratum == 0)
    weight = np.zeros(n)
    for f, s in itertools.product([False, True], [0, 1]):
        cell = (flag == f) & (stratum == s)
        if verified[cell].all():
            weight[cell] = 1
            continue
        design = sm.add_constant(score[cell])
        fit = sm.Logit(verified[cell].astype(float), design).fit(disp=0, tol=1e-14, maxiter=200)
        weight[cell] = 1 / fit.predict(design)
    won = pairs = 0.0
    for i in np.flatnonzero(verified & truth):
        for j in np.flatnonzero(verified & ~truth):
            w = weight[i] * weight[j]
            pairs += w
            won += w * ((score[i] > score[j]) + 0.5 * (score[i] == score[j]))
    # Begg and Greenes with strata: the share of diseased among the verified of each cell, times all of the cell.
    tp = fn = fp = tn = 0.0
    for f, s in itertools.product([False, True], [0, 1]):
        cell = (flag == f) & (stratum == s)
        diseased = cell.sum() * truth[cell & verified].mean()
        healthy = cell.sum() - diseased
        if f:
            tp, fp = tp + diseased, fp + healthy
        else:
            fn, tn = fn + diseased, tn + healthy
    return {
        "truth": [bool(t) if v else None for t, v in zip(truth, verified)],
        "flag": [bool(f) for f in flag],
        "score": score.tolist(),
        "stratum": stratum.tolist(),
        "area": won / pairs,
        "sensitivity": tp / (tp + fn),
        "specificity": tn / (tn + fp),
        "prevalence": (tp + fn) / n,
    }


# A reference standard that errs.
def imperfect():
    counts = np.array([300, 60, 50, 590], float)
    n = counts.sum()
    se_r, sp_r, diseased, healthy = 0.9, 0.95, 60, 90
    p = counts / n
    x = np.concatenate([p, [se_r, sp_r]])

    # The joint probabilities with the disease solved from the four cells: unknown are those of flag and disease.
    def solved(x):
        out = np.zeros((2, 2))
        for row, (a, b) in enumerate([x[0:2], x[2:4]]):
            out[row] = np.linalg.solve([[x[4], 1 - x[5]], [1 - x[4], x[5]]], [a, b])
        return out

    values = {
        "prevalence": lambda x: solved(x)[:, 0].sum() / solved(x).sum(),
        "sensitivity": lambda x: solved(x)[0, 0] / solved(x)[:, 0].sum(),
        "specificity": lambda x: solved(x)[1, 1] / solved(x)[:, 1].sum(),
    }
    cells = (np.diag(p) - np.outer(p, p)) / n
    out = {"counts": counts.astype(int).tolist(), "reference": [se_r, sp_r], "reference_counts": [diseased, healthy]}
    for known in (True, False):
        variance = np.zeros((6, 6))
        variance[:4, :4] = cells
        if not known:
            variance[4, 4], variance[5, 5] = se_r * (1 - se_r) / diseased, sp_r * (1 - sp_r) / healthy
        for name, f in values.items():
            g = gradient(f, x)
            half = Z * math.sqrt(g @ variance @ g)
            out[f"{name}_{'known' if known else 'measured'}"] = [f(x), f(x) - half, f(x) + half]
    # Bounds: how the diseased lie in the cells, least and most flagged. In the further tables other cells are the narrow ones.
    tables = [([300, 60, 50, 590], 0.9, 0.95), ([120, 10, 60, 60], 0.7, 0.9), ([90, 40, 6, 20], 0.75, 0.8), ([200, 5, 40, 55], 0.85, 0.7)]
    out["bounds"] = [bounds(*table) for table in tables]
    return out


def bounds(counts, se_r, sp_r):
    p = np.array(counts) / sum(counts)
    prevalence = (p[0] + p[2] + sp_r - 1) / (se_r + sp_r - 1)
    equal = [[1, 0, 1, 0], [0, 1, 0, 1]]
    to = [prevalence * se_r, prevalence * (1 - se_r)]
    ends = []
    for sign in (1, -1):
        found = linprog([sign, sign, 0, 0], A_eq=equal, b_eq=to, bounds=[(0, c) for c in p], method="highs")
        # What no table can be has no bounds.
        ends.append(sign * found.fun if found.status == 0 else None)
    out = {"counts": counts, "reference": [se_r, sp_r], "sensitivity": None, "specificity": None}
    if None not in ends:
        out["sensitivity"] = [end / prevalence for end in ends]
        out["specificity"] = [(p[2] + p[3] - prevalence + end) / (1 - prevalence) for end in ends]
    return out


# Queues as Markov chains. A state is a tuple; step(state) gives (rate, next state).
def stationary(start, step):
    places, order, todo = {start: 0}, [start], [start]
    rows, columns, rates = [], [], []
    while todo:
        state = todo.pop()
        for rate, after in step(state):
            if rate == 0:
                continue
            if after not in places:
                places[after] = len(order)
                order.append(after)
                todo.append(after)
            i, j = places[state], places[after]
            rows += [j, i]
            columns += [i, i]
            rates += [rate, -rate]
    n = len(order)
    matrix = sp.csr_matrix((rates, (rows, columns)), shape=(n, n)).tolil()
    matrix[0, :] = 1
    right = np.zeros(n)
    right[0] = 1
    return order, spsolve(matrix.tocsc(), right)


def preemptive(rates, mus, readers, most):
    """Mean number of each class present, the first class being read first."""

    def step(state):
        free = readers
        for k, (rate, mu) in enumerate(zip(rates, mus)):
            up, down = list(state), list(state)
            up[k] += 1
            down[k] -= 1
            if state[k] < most:
                yield rate, tuple(up)
            read = min(free, state[k])
            free -= read
            if read:
                yield read * mu, tuple(down)

    order, p = stationary((0,) * len(rates), step)
    return [sum(s[k] * q for s, q in zip(order, p)) for k in range(len(rates))]


def finished_first(rates, mu, readers, most):
    """Mean number of each class waiting to be begun; readings are alike, so only how many are read counts."""

    def step(state):
        read, waiting = state[0], list(state[1:])
        for k, rate in enumerate(rates):
            if read < readers:
                yield rate, (read + 1, *waiting)
            elif waiting[k] < most:
                up = waiting.copy()
                up[k] += 1
                yield rate, (read, *up)
        if read:
            first = next((k for k, w in enumerate(waiting) if w), None)
            if first is None:
                yield read * mu, (read - 1, *waiting)
            else:
                down = waiting.copy()
                down[first] -= 1
                yield read * mu, (read, *down)

    order, p = stationary((0,) * (len(rates) + 1), step)
    return [sum(s[k + 1] * q for s, q in zip(order, p)) for k in range(len(rates))]


def interrupted(rates, mus, most):
    """One reader; the first class stops every reading, the others are finished before another is begun. Numbers present of each class."""

    # (interrupting, waiting and begun of each other class, which is begun: 0 none)
    def step(state):
        first, *others, begun = state
        if first < most:
            yield rates[0], (first + 1, *others, begun)
        for k in (0, 1):
            if others[k] < most:
                up = others.copy()
                up[k] += 1
                # Nobody is read: it is begun at once.
                own = k + 1 if begun == 0 and first == 0 else begun
                yield rates[k + 1], (first, *up, own)
        if first:
            after = begun
            if first == 1 and begun == 0:
                after = next((k + 1 for k in (0, 1) if others[k]), 0)
            yield mus[0], (first - 1, *others, after)
        elif begun:
            down = others.copy()
            down[begun - 1] -= 1
            yield mus[begun], (0, *down, next((k + 1 for k in (0, 1) if down[k]), 0))

    order, p = stationary((0, 0, 0, 0), step)
    return [sum(s[k] * q for s, q in zip(order, p)) for k in range(3)]


def triage():
    out = []
    for priority, readers, share, first_minutes, load, most in [
        ("preemptive", 1, 0.0, 10, 0.5, 60),
        ("preemptive", 2, 0.0, 10, 0.6, 90),
        ("preemptive", 3, 0.0, 10, 0.6, 90),
        ("non_preemptive", 1, 0.0, 10, 0.5, 60),
        ("non_preemptive", 2, 0.0, 10, 0.6, 80),
        ("preemptive", 1, 0.2, 5, 0.35, 24),
        ("preemptive", 2, 0.2, 10, 0.3, 22),
        ("non_preemptive", 1, 0.2, 5, 0.35, 24),
    ]:
        se, spec, prevalence, minutes = 0.9, 0.85, 0.2, 10
        all_rate = load * readers / (share * first_minutes + (1 - share) * minutes)
        flagged = prevalence * se + (1 - prevalence) * (1 - spec)
        first, other = all_rate * share, all_rate * (1 - share)
        rates = [first, other * flagged, other * (1 - flagged)]
        mus = [1 / first_minutes, 1 / minutes, 1 / minutes]
        if priority == "preemptive":
            own = slice(1, None) if share == 0 else slice(None)
            present = preemptive(rates[own], mus[own], readers, most)[-2:]
            waits = [l / r - minutes for l, r in zip(present, rates[1:])]
        elif share == 0:
            waiting = finished_first(rates[1:], 1 / minutes, readers, most)
            waits = [l / r for l, r in zip(waiting, rates[1:])]
        else:
            present = interrupted(rates, mus, most)[-2:]
            waits = [l / r - minutes for l, r in zip(present, rates[1:])]
        out.append({
            "priority": priority, "readers": readers, "interrupting": share, "interrupting_minutes": first_minutes,
            "arrivals_per_hour": all_rate * 60, "sensitivity": se, "specificity": spec, "prevalence": prevalence,
            "reading_minutes": minutes, "wait_flagged": waits[0], "wait_unflagged": waits[1],
        })
    return out


# Goals: likelihood ratios from Bayes' theorem solved for them, intervals of ratios by statsmodels.
def goals():
    out = []
    for p, low, high in [(0.01, 0.005, 0.02), (0.3, 0.05, 0.8), (0.1, 0.01, 0.5)]:
        # sensitivity and specificity that give exactly these risks: P(D=1|T=t) P(T=t) = P(D=1, T=t).
        flagged = (p - low) / (high - low)
        se = high * flagged / p
        spec = 1 - (1 - high) * flagged / (1 - p)
        out.append({"risks": [p, low, high], "sensitivity": se, "specificity": spec,
                    "lr_positive": se / (1 - spec), "lr_negative": (1 - se) / spec})
    return out


def ratios():
    # The score interval holds the ratios that statsmodels' score test does not reject; its own interval fails where a count is 0.
    out = []
    for tp, fn, fp, tn in [(40, 0, 0, 200), (0, 30, 5, 60), (25, 5, 0, 80)]:

        def score(a, n, b, m):
            def beyond(log):
                found = score_test_proportions_2indep(a, n, b, m, value=math.exp(log), compare="ratio", correction=False)
                return abs(found.statistic) - Z

            own = math.log(a / n / (b / m)) if a and b else (-30 if b else 30)
            low = math.exp(brentq(beyond, -30, own, xtol=1e-14)) if a else 0.0
            high = math.exp(brentq(beyond, own, 30, xtol=1e-14)) if b else None
            return [low, high]

        out.append({"counts": [tp, fn, fp, tn], "lr_positive": score(tp, tp + fn, fp, fp + tn), "lr_negative": score(fn, tp + fn, tn, fp + tn)})
    return out


def logs():
    # Simel, Samsa and Matchar by differences.
    counts = [90, 10, 30, 170]
    out = {"counts": counts}
    for name, f in [("lr_positive", lambda p: math.log(p[0] / (1 - p[1]))), ("lr_negative", lambda p: math.log((1 - p[0]) / p[1]))]:
        shares = [0.9, 0.85]
        g = gradient(f, shares)
        half = Z * math.sqrt(g[0] ** 2 * 0.09 / 100 + g[1] ** 2 * 0.85 * 0.15 / 200)
        out[name] = [math.exp(f(shares) - half), math.exp(f(shares) + half)]
    return out


def thresholds():
    # Indifference found by halving, not by the formula: expected utilities of treating, testing, doing nothing.
    benefit, harm, test_harm, se, spec = 0.2, 0.03, 0.004, 0.85, 0.9
    treat = lambda p: p * benefit - (1 - p) * harm
    test = lambda p: p * se * benefit - (1 - p) * (1 - spec) * harm - test_harm

    def zero(f):
        a, b = 0.0, 1.0
        for _ in range(200):
            m = (a + b) / 2
            a, b = (m, b) if (f(m) > 0) == (f(0.0) > 0) else (a, m)
        return a

    return {"benefit": benefit, "harm": harm, "test_harm": test_harm, "sensitivity": se, "specificity": spec,
            "treat": zero(treat), "test": [zero(test), zero(lambda p: treat(p) - test(p))]}


values = {f.__name__: f() for f in (begg_greenes, weighted_area, imperfect, triage, goals, ratios, logs, thresholds)}
(HERE / "consequence.json").write_text(json.dumps(values, indent=1) + "\n")
