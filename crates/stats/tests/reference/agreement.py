"""Reference values for agreement of readers: `python agreement.py FOLDER` writes agreement.json beside it.

FOLDER holds mitosis-five-modalities and lidc-readers. Made with irrCAC, krippendorff, scikit-learn, statsmodels, pingouin.
"""
import importlib.metadata
import json
import pathlib
import sys
import warnings

import krippendorff
import numpy as np
import pandas as pd
import pingouin
from irrCAC.raw import CAC
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters
from statsmodels.stats.inter_rater import fleiss_kappa

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent


def values(table, categories):
    """table: cases x readers, NaN where not read."""
    found = {}
    for weights, irr in (("unweighted", "identity"), ("linear", "linear"), ("quadratic", "quadratic")):
        cac = CAC(table, weights=irr, categories=categories, digits=15)
        # 15 digits are what irrCAC rounds to.
        estimate = lambda result: float(result["est"]["coefficient_value"])
        found[weights] = {
            "fleiss_kappa": estimate(cac.fleiss()),
            "gwet_ac1": estimate(cac.gwet()),
            "percent_agreement": float(cac.gwet()["est"]["pa"]),
            "pairs": [
                [a, b, cohen_kappa_score(both.iloc[:, 0], both.iloc[:, 1], labels=categories,
                                         weights=None if weights == "unweighted" else weights)]
                for a in range(table.shape[1]) for b in range(a + 1, table.shape[1])
                for both in [table.iloc[:, [a, b]].dropna()] if len(both)
            ],
        }
    data = table.to_numpy().T
    found["unweighted"]["krippendorff_alpha"] = krippendorff.alpha(data, level_of_measurement="nominal")
    found["quadratic"]["krippendorff_alpha"] = krippendorff.alpha(data, level_of_measurement="interval")
    complete = table.dropna()
    if len(complete) == len(table):
        counts, _ = aggregate_raters(complete.to_numpy())
        assert abs(fleiss_kappa(counts) - found["unweighted"]["fleiss_kappa"]) < 1e-9
    if len(complete) > 1:
        long = complete.reset_index(drop=True).melt(ignore_index=False, var_name="reader").reset_index()
        icc = pingouin.intraclass_corr(long, targets="index", raters="reader", ratings="value").set_index("Type")
        row = [name for name in icc.index if name in ("ICC2", "ICC(A,1)")][0]
        found["icc_2_1"] = float(icc.loc[row, "ICC"])
    cells = [[None if pd.isna(x) else categories.index(x) for x in row] for row in table.to_numpy()]
    return {"categories": [float(c) for c in categories], "cells": cells, **found}


def main(folder):
    mitosis = pd.read_csv(folder / "mitosis-five-modalities" / "classify.csv")
    mitosis = mitosis[mitosis["modalityID"] == "microscope"]
    mitosis = mitosis[[f"observer.{k}" for k in range(1, 6)]].astype(float).reset_index(drop=True)
    lidc = pd.read_csv(folder / "lidc-readers" / "annotations.csv")
    lidc = lidc[lidc["reading"] <= 4].pivot(index="nodule_id", columns="reading", values="malignancy")
    lidc = lidc.iloc[:400].astype(float).reset_index(drop=True)
    chance = np.random.default_rng(3)
    awkward = pd.DataFrame(chance.choice([1.0, 2.0, 3.0, 5.0], (40, 4)))
    awkward[1] = np.where(chance.random(40) < 0.6, awkward[0], awkward[1])
    awkward = awkward.mask(chance.random((40, 4)) < 0.25)
    document = {
        "mitosis": values(mitosis, [0.0, 1.0]),
        "lidc": values(lidc, [1.0, 2.0, 3.0, 4.0, 5.0]),
        "awkward": values(awkward, [1.0, 2.0, 3.0, 5.0]),
    }
    # scikit-learn weighs by places and not by values, which differ here.
    for weights in ("linear", "quadratic"):
        del document["awkward"][weights]["pairs"]
    packages = ("irrCAC", "krippendorff", "scikit-learn", "statsmodels", "pingouin", "numpy", "pandas")
    versions = {package: importlib.metadata.version(package) for package in packages}
    (HERE / "agreement.json").write_text(json.dumps({"versions": versions, **document}, separators=(",", ":")) + "\n")


main(pathlib.Path(sys.argv[1]))
