"""Reference values: scikit-learn's LogisticRegression on the people of 1995 of flchain.

Run from the root of the repository; writes adapters/train/tests/reference/flchain.json. Penalty as in the stage: half of
l2 times the squared coefficients on standardised inputs, so C = 1 / l2.
"""
import json
import sys

import numpy as np
import pandas as pd
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

L2 = 1e-4
data = pd.read_csv("share/galen/flchain/flchain.csv")
data = data[data["sample.yr"] == 1995]
dead = (data["death"] == "dead") & (data["futime"] <= 1826)
known = dead | (data["futime"] >= 1826)
data, y = data[known], dead[known].astype(int).to_numpy()


def design(creatinine):
    columns = {
        "age": data["age"].to_numpy(float),
        "sex": (data["sex"] == "M").to_numpy(float),
        "kappa": np.log(data["kappa"].to_numpy(float)),
        "lambda": np.log(data["lambda"].to_numpy(float)),
    }
    if creatinine:
        value = data["creatinine"]
        columns["creatinine"] = value.fillna(value.median()).to_numpy(float)
        columns["creatinine_missing"] = value.isna().to_numpy(float)
    return columns


def learn(creatinine, balanced):
    columns = design(creatinine)
    x = np.column_stack(list(columns.values()))
    scaler = StandardScaler().fit(x)
    z = scaler.transform(x)
    # The stage repeats the rows of the smaller class a whole number of times; a weight of that number is the same.
    times = round((len(y) - y.sum()) / y.sum()) if balanced else 1
    weight = np.where(y == 1, times, 1)
    model = LogisticRegression(C=1 / L2, tol=1e-12, max_iter=10_000).fit(z, y, sample_weight=weight)
    coefficients = model.coef_[0] / scaler.scale_
    scores = model.predict_proba(z)[:, 1]
    return {
        "n": int(len(y)),
        "events": int(y.sum()),
        "intercept": float(model.intercept_[0] - coefficients @ scaler.mean_),
        "coefficients": dict(zip(columns, map(float, coefficients))),
        "log_loss": float(-np.mean(np.log(np.where(y == 1, scores, 1 - scores)))),
        "scores_every_10": [float(f"{score:.9f}") for score in scores[::10]],
    }


out = {
    "made_by": f"scikit-learn {sklearn.__version__}, python {sys.version.split()[0]}",
    "release1": learn(False, False),
    "balanced": learn(False, True),
    "creatinine": learn(True, False),
}
with open("adapters/train/tests/reference/flchain.json", "w") as file:
    json.dump(out, file, indent=1)
    file.write("\n")
