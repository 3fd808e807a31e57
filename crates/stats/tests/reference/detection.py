"""Boxes judged by pycocotools and scikit-learn. Prints the boxes and the answers as JSON.

pip install pycocotools==2.0.11 scikit-learn==1.9.1 numpy; python detection.py > detection.json
"""

import contextlib
import io
import json

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from sklearn.metrics import average_precision_score

random = np.random.default_rng(20261127)
images, truths, found = list(range(40)), [], []
for image in images:
    for _ in range(random.integers(0, 4)):
        x, y = random.uniform(0, 80, 2)
        w, h = random.uniform(8, 25, 2)
        truths.append([image, x, y, x + w, y + h])
        if random.random() < 0.8:
            dx, dy = random.normal(0, 2.2, 2)
            found.append([image, x + dx, y + dy, x + dx + w * random.uniform(0.85, 1.15), y + dy + h, random.beta(4, 2)])
        if random.random() < 0.15:
            found.append([image, x, y, x + w, y + h * 0.87, random.beta(3, 3)])
    for _ in range(random.poisson(1.0)):
        x, y = random.uniform(0, 80, 2)
        found.append([image, x, y, x + 15, y + 12, random.beta(2, 4)])

coco = {
    "images": [{"id": one} for one in images],
    "categories": [{"id": 1}],
    "annotations": [
        {"id": at + 1, "image_id": i, "category_id": 1, "bbox": [a, b, c - a, d - b], "area": (c - a) * (d - b), "iscrowd": 0}
        for at, (i, a, b, c, d) in enumerate(truths)
    ],
}
results = [
    {"image_id": int(i), "category_id": 1, "bbox": [a, b, c - a, d - b], "score": s} for i, a, b, c, d, s in found
]
with contextlib.redirect_stdout(io.StringIO()):
    truth = COCO()
    truth.dataset = coco
    truth.createIndex()
    judged = COCOeval(truth, truth.loadRes(results), "bbox")
    judged.evaluate()
    judged.accumulate()
precision = judged.eval["precision"][:, :, 0, 0, -1]
# What each box is at an overlap of one half, as pycocotools matched it.
labels, scores = [], []
for one in judged.evalImgs[: len(images)]:
    if one is None:
        continue
    labels += [int(match > 0) for match in one["dtMatches"][0]]
    scores += one["dtScores"]
recall = sum(labels) / len(truths)
print(
    json.dumps(
        {
            "images": len(images),
            "truths": truths,
            "found": [[int(one[0]), *map(float, one[1:])] for one in found],
            "ap_coco": float(precision.mean()),
            "ap_coco_50": float(precision[0].mean()),
            "ap": average_precision_score(labels, scores) * recall,
        }
    )
)
