"""Scores of model.onnx by onnxruntime, after the checker of onnx; writes scores.json.

Run in this folder with onnx, onnxruntime and numpy. model.onnx and contract.json are what train.logistic_regression
version 1 wrote for the people of 1995 of flchain (inputs age, sex, log kappa, log lambda, creatinine with its indicator).
"""
import json

import numpy as np
import onnx
import onnxruntime

onnx.checker.check_model(onnx.load("model.onnx"), full_check=True)
chance = np.random.default_rng(1)
rows = 200
missing = chance.random(rows) < 0.3
x = np.column_stack([
    chance.integers(50, 100, rows),
    chance.integers(0, 2, rows),
    np.exp(chance.normal(0.4, 0.6, rows)),
    np.exp(chance.normal(0.5, 0.6, rows)),
    np.where(missing, 0, np.exp(chance.normal(0.0, 0.4, rows))),
    missing,
]).astype(np.float32)
session = onnxruntime.InferenceSession("model.onnx")
scores = session.run(["probability"], {"X": x})[0][:, 0]
with open("scores.json", "w") as file:
    json.dump({
        "made_by": f"onnxruntime {onnxruntime.__version__}, onnx {onnx.__version__}",
        "rows": [[float(v) for v in row] for row in x],
        "scores": [float(s) for s in scores],
    }, file)
    file.write("\n")
