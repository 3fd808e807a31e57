"""Counts and areas of the demo's cohort with pandas and numpy, apart from galen's own code."""
import sys
import numpy as np
import pandas as pd

f = pd.read_csv(sys.argv[1])
dead = f.death == "dead"
f["diseased"] = dead & (f.futime <= 1826)
f["censored"] = ~dead & (f.futime < 1826)
print("rows, censored, diseased", len(f), f.censored.sum(), f.diseased.sum())
g = f[~f.censored]
print(g.groupby("sample.yr").diseased.agg(["size", "sum"]))
print(f.groupby("sample.yr").size())

def delong(truth, score):
    """DeLong, DeLong and Clarke-Pearson 1988, ties half."""
    a, b = np.sort(score[truth]), np.sort(score[~truth])
    below = lambda s, x: (np.searchsorted(s, x) + np.searchsorted(s, x, "right")) / 2 / len(s)
    v10, v01 = below(b, score[truth]), 1 - below(a, score[~truth])
    se = np.sqrt(v10.var(ddof=1) / len(a) + v01.var(ddof=1) / len(b))
    return v10.mean(), v10.mean() - 1.959963984540054 * se, v10.mean() + 1.959963984540054 * se

for name, part in (("all years", g), ("1995 to 2001", g[g["sample.yr"] <= 2001])):
    measured = part.creatinine.notna().to_numpy(float)
    print("creatinine measured,", name, len(part), *delong(part.diseased.to_numpy(), measured))

# Evidently's rules on 1998 against 1999 (687 and 350 rows), with scipy and statsmodels.
from scipy import stats
a, b = f[f["sample.yr"] == 1998], f[f["sample.yr"] == 1999]
for column in ("age", "kappa", "creatinine"):
    print("ks", column, *stats.ks_2samp(a[column].dropna(), b[column].dropna()))
from statsmodels.stats.proportion import proportions_ztest
print("z sex", *proportions_ztest([(a.sex == "F").sum(), (b.sex == "F").sum()], [len(a), len(b)]))
c, d = f[f["sample.yr"] == 1995], f[f["sample.yr"] == 1997]
print("ks age, 1995 against 1997", *stats.ks_2samp(c.age, d.age))
print("wasserstein age over the standard deviation (n)", stats.wasserstein_distance(c.age, d.age) / c.age.std(ddof=0))
print("chi-square of diseased by year", *stats.chi2_contingency(pd.crosstab(g["sample.yr"], g.diseased), correction=False)[:3])
