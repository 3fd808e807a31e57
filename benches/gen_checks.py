"""Writes a table of patients for the timing of `galen data check`: gen_checks.py OUT.csv [ROWS] [COLUMNS]

Two thirds of the columns are laboratory values that are missing by chance, the others categories; id, site, split, sex,
time and label are among the columns.
"""
import sys

import numpy as np
import pandas as pd

out, rows, columns = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000, int(sys.argv[3]) if len(sys.argv) > 3 else 50
chance = np.random.default_rng(0)
severity = chance.normal(size=rows)
table = {
    "patient": [f"P{n:07}" for n in range(rows)],
    "site": chance.choice(["north", "south", "west", "east"], rows),
    "split": chance.choice(["train", "tune", "test"], rows, p=[0.7, 0.1, 0.2]),
    "sex": chance.choice(["F", "M"], rows),
    "year": chance.integers(2015, 2025, rows),
    "label": (chance.random(rows) < 1 / (1 + np.exp(2 - severity))).astype(int),
}
for number in range(columns - len(table)):
    if number % 3 == 2:
        table[f"code_{number}"] = chance.choice([f"K{k}" for k in range(3 + number)], rows)
    else:
        value = np.exp(1 + 0.4 * chance.normal(size=rows) + 0.1 * severity * (number % 4)).round(2)
        table[f"lab_{number}"] = np.where(chance.random(rows) < 0.02 * number, np.nan, value)
pd.DataFrame(table).to_csv(out, index=False)
