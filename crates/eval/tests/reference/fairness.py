"""What fairlearn answers of groups, gaps and parities. Prints a table and the answers as JSON.

pip install fairlearn==0.15.0 scikit-learn==1.9.1 pandas; python fairness.py > fairness.json
"""

import json

import numpy as np
import pandas as pd
from fairlearn.metrics import (
    MetricFrame,
    demographic_parity_difference,
    demographic_parity_ratio,
    equal_opportunity_difference,
    equalized_odds_difference,
    equalized_odds_ratio,
    false_positive_rate,
    selection_rate,
)
from sklearn.metrics import precision_score, recall_score, roc_auc_score

random = np.random.default_rng(20261127)
n = 600
site = random.choice(["north", "south", "west"], n, p=[0.5, 0.3, 0.2])
truth = (random.random(n) < np.where(site == "west", 0.45, 0.3)).astype(int)
score = 1 / (1 + np.exp(-(2.0 * truth - 1.2 + 0.5 * (site == "south") + random.normal(0, 1.2, n))))
score = np.round(score, 6)
flag = (score >= 0.4).astype(int)
frame = MetricFrame(
    metrics={
        "sensitivity": recall_score,
        "false_positive_rate": false_positive_rate,
        "ppv": precision_score,
        "alert_rate": selection_rate,
    },
    y_true=truth,
    y_pred=flag,
    sensitive_features=pd.Series(site, name="site"),
)
area = {one: roc_auc_score(truth[site == one], score[site == one]) for one in sorted(set(site))}
both = dict(y_true=truth, y_pred=flag, sensitive_features=site)
print(
    json.dumps(
        {
            "threshold": 0.4,
            "site": site.tolist(),
            "truth": truth.tolist(),
            "score": score.tolist(),
            "by_group": {name: frame.by_group[name].to_dict() for name in frame.by_group},
            "auroc": area,
            "difference": frame.difference(method="between_groups").to_dict(),
            "ratio": frame.ratio(method="between_groups").to_dict(),
            "demographic_parity": [demographic_parity_difference(**both), demographic_parity_ratio(**both)],
            "equal_opportunity": [equal_opportunity_difference(**both), None],
            "equalised_odds": [equalized_odds_difference(**both), equalized_odds_ratio(**both)],
        },
        indent=1,
    )
)
