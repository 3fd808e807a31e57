"""Reference values for performance without labels: `python without_labels.py FOLDER` writes without_labels.json beside it.

FOLDER holds icu-mortality-2012/set-a.csv. Made with NannyML (its own synthetic car loans and car prices, and a
logistic regression on stays in intensive care), LightGBM and scikit-learn; versions are in the file.
"""

import importlib.metadata
import json
import os
import pathlib
import sys
import warnings

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
warnings.simplefilter("ignore")

import nannyml
import nannyml.performance_estimation.confidence_based.cbpe as confidence_based
import numpy as np
import pandas as pd
from lightgbm import LGBMRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

# NannyML 0.13.1 does not take the text columns of pandas 3.
pd.set_option("future.infer_string", False)

HERE = pathlib.Path(__file__).parent
OWN = pathlib.Path(nannyml.__file__).parent / "datasets" / "data"
BINARY = ["roc_auc", "average_precision", "f1", "precision", "recall", "specificity", "accuracy",
          "true_positive", "false_positive", "false_negative", "true_negative"]
LOSSES = ["mae", "mape", "mse", "rmse", "msle", "rmsle"]


def number(x):
    return None if x is None or pd.isna(x) else float(x)


def rows(result, metrics):
    """Of each period and metric, one [value, sampling error, realized, lower limit, upper limit, alert] a chunk."""
    found = {}
    for period in ("reference", "analysis"):
        data = result.filter(period=period).data
        found[period] = {}
        for metric in metrics:
            columns = ["value", "sampling_error", "realized", "lower_threshold", "upper_threshold", "alert"]
            found[period][metric] = [
                [number(row[metric][c]) if c != "alert" else bool(row[metric][c]) for c in columns]
                for _, row in data.iterrows()
            ]
    return found


def bits(column):
    return "".join(str(int(x)) for x in column)


def cbpe(reference, analysis, chunk_size):
    estimator = nannyml.CBPE(y_pred_proba="score", y_pred="flag", y_true="truth", problem_type="classification_binary",
                             metrics=BINARY[:7] + ["confusion_matrix"], chunk_size=chunk_size)
    estimator.fit(reference)
    result = estimator.estimate(analysis)
    return {
        "chunk_size": chunk_size,
        "recalibrated": bool(estimator.needs_calibration),
        "reference_truth": bits(reference["truth"]), "reference_flag": bits(reference["flag"]),
        "analysis_truth": bits(analysis["truth"]), "analysis_flag": bits(analysis["flag"]),
        **rows(result, BINARY),
    }


def car_loan():
    names = {"y_pred_proba": "score", "y_pred": "flag", "repaid": "truth"}
    reference = pd.read_csv(OWN / "synthetic_car_loan_reference.csv").rename(columns=names).iloc[:5000]
    analysis = pd.read_csv(OWN / "synthetic_car_loan_analysis.csv").rename(columns=names)
    analysis["truth"] = pd.read_csv(OWN / "synthetic_car_loan_analysis_target.csv")["repaid"]
    analysis = analysis.iloc[22500:27500].reset_index(drop=True)
    keep = ["score", "flag", "truth"]
    document = cbpe(reference[keep], analysis[keep], 500)
    # Two digits are all that there are.
    document["reference_score_percent"] = [round(100 * x) for x in reference["score"]]
    document["analysis_score_percent"] = [round(100 * x) for x in analysis["score"]]
    return document


def icu(folder):
    table = pd.read_csv(folder / "icu-mortality-2012" / "set-a.csv")
    columns = ["Age", "GCS_lowest", "BUN_last", "HR_highest", "Temp_lowest", "UrineOutputSum", "Lactate_last"]
    truth = table["In-hospital_death"].astype(int)
    model = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression())
    # With weights the scores say too much, so that there is something to recalibrate.
    model.set_params(logisticregression__class_weight="balanced")
    model.fit(table[columns][:1000], truth[:1000])
    score = np.round(model.predict_proba(table[columns])[:, 1], 12)
    data = pd.DataFrame({"score": score, "flag": (score >= 0.5).astype(int), "truth": truth})
    reference, analysis = (data[a:b].reset_index(drop=True) for a, b in ((1000, 2500), (2500, 4000)))
    for part in (reference, analysis):
        assert part["score"].nunique() == len(part), "a tie leaves NannyML's order of cases open"
    # The lowest score of the rarer class is left out by NannyML's sampling error.
    assert reference.sort_values("score")["truth"].iloc[0] == 0
    document = cbpe(reference, analysis, 250)
    document["reference_score"] = reference["score"].tolist()
    document["analysis_score"] = analysis["score"].tolist()
    return document


def card_type():
    """Several classes; once each is recalibrated and once none is, since NannyML's own choice hangs on splits by chance."""
    cards = ["highstreet_card", "prepaid_card", "upmarket_card"]
    scores = {card: f"y_pred_proba_{card}" for card in cards}
    reference = pd.read_csv(OWN / "mc_reference.csv").iloc[:2000].reset_index(drop=True)
    analysis = pd.read_csv(OWN / "mc_analysis.csv")
    analysis["y_true"] = pd.read_csv(OWN / "mc_analysis_gt.csv")["y_true"]
    # Half before and half after the change of the cases.
    analysis = analysis.iloc[29000:31000].reset_index(drop=True)
    document = {"chunk_size": 250, "classes": cards}
    for part, data in (("reference", reference), ("analysis", analysis)):
        for column in ("y_true", "y_pred"):
            document[f"{part}_{column}"] = "".join(str(cards.index(card)) for card in data[column])
        for card in cards:
            percent = (100 * data[scores[card]]).round()
            assert (percent / 100 - data[scores[card]]).abs().max() < 1e-12
            document[f"{part}_{card}_percent"] = [int(x) for x in percent]
            # Where scores are tied NannyML takes cases in whatever order its sort leaves them, so none is.
            way = -2 if card == cards[2] else 1
            data[scores[card]] = percent / 100 * 0.99 + 0.01 / 3 + way * np.arange(len(data)) / 2e6
    decide = confidence_based.needs_calibration
    for name, answer in (("always", True), ("never", False)):
        confidence_based.needs_calibration = lambda *_, **__: answer
        estimator = nannyml.CBPE(y_pred_proba=scores, y_pred="y_pred", y_true="y_true", metrics=BINARY[:7],
                                 problem_type="classification_multiclass", chunk_size=250)
        estimator.fit(reference[[*scores.values(), "y_pred", "y_true"]])
        result = estimator.estimate(analysis[[*scores.values(), "y_pred", "y_true"]])
        document[name] = rows(result, BINARY[:7])
    confidence_based.needs_calibration = decide
    return document


def car_price():
    names = ["car_age", "km_driven", "price_new", "accident_count", "door_count", "fuel", "transmission"]
    reference = pd.read_csv(OWN / "regression_synthetic_reference.csv").iloc[:2000]
    analysis = pd.read_csv(OWN / "regression_synthetic_analysis.csv")
    analysis["y_true"] = pd.read_csv(OWN / "regression_synthetic_analysis_targets.csv")["y_true"]
    # Half before and half after the change of the cases.
    analysis = analysis.iloc[29000:31000].reset_index(drop=True)
    estimator = nannyml.DLE(feature_column_names=names, y_pred="y_pred", y_true="y_true", metrics=LOSSES, chunk_size=250)
    estimator.fit(reference)
    result = estimator.estimate(analysis)
    document = {"chunk_size": 250, "features": names, **rows(result, LOSSES)}
    both = pd.concat([reference, analysis], ignore_index=True)
    codes = {}
    for name in ("fuel", "transmission"):
        both[name], _ = pd.factorize(both[name], sort=True)
    for part, data in (("reference", both[:2000]), ("analysis", both[2000:])):
        for name in names + ["y_pred", "y_true"]:
            codes[f"{part}_{name}"] = [int(x) for x in data[name]]
    # How well other learners tell the absolute error of cases that they did not see.
    x, y = both[names + ["y_pred"]], (both["y_true"] - both["y_pred"]).abs()
    is_category = [name in ("fuel", "transmission") for name in x]
    learners = {
        "mean": None,
        "sklearn": HistGradientBoostingRegressor(categorical_features=is_category, early_stopping=False),
        "lightgbm": LGBMRegressor(verbose=-1),
    }
    held_out = {}
    for name, learner in learners.items():
        if learner is None:
            predicted = np.full(2000, y[:2000].mean())
        elif name == "lightgbm":
            learner.fit(x[:2000], y[:2000], categorical_feature=["fuel", "transmission"])
            predicted = learner.predict(x[2000:])
        else:
            predicted = learner.fit(x[:2000], y[:2000]).predict(x[2000:])
        held_out[name] = float(((predicted - y[2000:]) ** 2).mean())
    return {**document, "columns": codes, "held_out_squared_error": held_out}


def write(name, document):
    packages = ("nannyml", "lightgbm", "scikit-learn", "numpy", "pandas")
    versions = {package: importlib.metadata.version(package) for package in packages}
    (HERE / name).write_text(json.dumps({"versions": versions, **document}, separators=(",", ":")) + "\n")


def main(folder):
    found = {"car_loan": car_loan(), "icu": icu(folder), "card_type": card_type(), "car_price": car_price()}
    write("without_labels.json", found)


main(pathlib.Path(sys.argv[1]))
