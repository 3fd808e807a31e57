"""Masks compared with scipy and scikit-learn, by the formulas of MONAI 1.5 (get_mask_edges, get_surface_distance, percentile by
max of both directions; surface Dice as the share of boundary pixels within the tolerance). Prints the masks and the values as JSON.

pip install scipy scikit-learn==1.9.1 numpy; python segmentation.py > segmentation.json
"""

import json

import numpy as np
from scipy.ndimage import binary_erosion, distance_transform_edt, gaussian_filter
from scipy.spatial.distance import directed_hausdorff
from sklearn.metrics import f1_score, jaccard_score

random = np.random.default_rng(20261127)


def edges(mask):
    return binary_erosion(mask) ^ mask


def case(height, width, spacing, tolerance):
    # A patch and its neighbour: smooth random fields that are alike.
    field = gaussian_filter(random.normal(size=(height, width)), 3)
    other = field + gaussian_filter(random.normal(size=(height, width)), 3) * 0.6
    truth, predicted = field > field.std() * 0.4, other > field.std() * 0.5
    a, b = edges(truth), edges(predicted)
    sampling = (spacing[1], spacing[0])
    to_b = distance_transform_edt(~b, sampling=sampling)[a]
    to_a = distance_transform_edt(~a, sampling=sampling)[b]
    points = [np.argwhere(one) * np.array(sampling) for one in (a, b)]
    greatest = max(directed_hausdorff(points[0], points[1])[0], directed_hausdorff(points[1], points[0])[0])
    assert abs(greatest - max(to_b.max(), to_a.max())) < 1e-9
    return {
        "width": width,
        "spacing": spacing,
        "tolerance": tolerance,
        "truth": "".join("01"[int(x)] for x in truth.ravel()),
        "predicted": "".join("01"[int(x)] for x in predicted.ravel()),
        "dice": f1_score(truth.ravel(), predicted.ravel()),
        "iou": jaccard_score(truth.ravel(), predicted.ravel()),
        "hausdorff": greatest,
        "hausdorff95": max(np.percentile(to_b, 95), np.percentile(to_a, 95)),
        "surface_dice": ((to_b <= tolerance).sum() + (to_a <= tolerance).sum()) / (len(to_b) + len(to_a)),
        "mean_surface_distance": np.concatenate([to_b, to_a]).mean(),
    }


print(
    json.dumps(
        [
            case(24, 31, [1.0, 1.0], 1.0),
            case(24, 31, [0.5, 0.8], 1.0),
            case(40, 17, [2.0, 0.7], 2.0),
            case(33, 33, [1.0, 1.0], 2.0),
        ],
        indent=1,
    )
)
