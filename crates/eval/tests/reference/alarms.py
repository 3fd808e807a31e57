"""Reference values of alarms over time: `python alarms.py FOLDER` writes alarms.json beside it.

FOLDER is a sample of the PhysioNet/CinC Challenge 2019 (folders training_setA and training_setB). The score is the heart rate. numpy 2.4.6, pandas 2.3.3.
Besides, stays at uneven times are made up. Alarms are found row by row in a table, with no code shared. The utility of the challenge is from
the labels and the places of rows, as its paper has it.
"""

import json
import pathlib
import sys

import numpy as np
import pandas as pd

HERE = pathlib.Path(__file__).parent


def summary(table, threshold, silence, horizon, lead, step, day):
    days = alarms = wrong = events = caught = alarmed = rows = unwatched = left_out = 0
    leads = []
    for _, own in table.groupby("patient", sort=False):
        own = own.sort_values("time")
        event = own["event"].iloc[0]
        if not np.isnan(event):
            own = own[own["time"] <= event]
        if own.empty:
            left_out += 1
            continue
        rows += len(own)
        end = own["time"].iloc[-1] + step
        days += (end if np.isnan(event) else min(end, event)) / day - own["time"].iloc[0] / day
        quiet_until, sounded = -np.inf, []
        for time in own.loc[own["score"] >= threshold, "time"]:
            if time >= quiet_until:
                sounded.append(time)
                quiet_until = time + silence
        sounded = np.array(sounded)
        alarms += len(sounded)
        alarmed += len(sounded) > 0
        wrong += len(sounded) if np.isnan(event) else int((sounded < event - horizon).sum())
        if not np.isnan(event):
            events += 1
            unwatched += not own["time"].between(event - horizon, event - lead).any()
            within = sounded[(sounded >= event - horizon) & (sounded <= event - lead)]
            if len(within):
                caught += 1
                leads.append(event - within[0])
    patients = table["patient"].nunique() - left_out
    q1, median, q3 = np.percentile(leads, [25, 50, 75])
    return {
        "rule": {"threshold": threshold, "silence": silence, "horizon": horizon, "lead_min": lead, "step": step, "day": day},
        "n": rows, "patients": patients, "events": events, "events_unwatched": unwatched, "patients_left_out": left_out,
        "rows_after_event": len(table) - rows, "patient_days": days, "alarms": alarms,
        "metrics": {
            "alarms_per_patient_day": alarms / days,
            "false_alarms_per_patient_day": wrong / days,
            "event_sensitivity": caught / events,
            "alarm_ppv": (alarms - wrong) / alarms,
            "lead_time_q1": q1, "lead_time_median": median, "lead_time_q3": q3,
            "patients_alarmed": alarmed / patients,
        },
    }


def challenge(folder):
    """Hourly rows from the label: the event comes 6 hours after the label begins. A heart rate that is absent is that of the hour before."""
    parts = []
    for path in sorted(folder.glob("training_set[AB]/*.psv")):
        own = pd.read_csv(path, sep="|")
        label = own["SepsisLabel"].to_numpy()
        onset = float(np.argmax(label) + 6) if label.any() else np.nan
        parts.append(pd.DataFrame({
            "patient": path.stem, "site": path.parent.name[-1], "time": np.arange(len(own), dtype=float),
            "score": own["HR"].ffill().fillna(0.0), "label": label, "event": onset,
        }))
    return pd.concat(parts, ignore_index=True)


def worth(label, flag):
    """The utility of flags hour by hour: lines through (-12, 0), (-6, 1), (3, 0) for a flag, (-6, 0), (3, -2) for none."""
    if not label.any():
        return -0.05 * flag.sum()
    d = np.arange(len(label)) - (np.argmax(label) + 6)
    rising = np.maximum((d + 12) / 6, -0.05)
    falling = (3 - d) / 9
    missed = np.where(d <= -6, 0.0, -2 * (d + 6) / 9)
    own = np.where(flag, np.where(d <= -6, rising, falling), missed)
    return own[d <= 3].sum()


def utility(table, threshold):
    own = best = none = 0.0
    for _, part in table.groupby("patient", sort=False):
        label = part["label"].to_numpy()
        own += worth(label, (part["score"] >= threshold).to_numpy())
        d = np.arange(len(label)) - (np.argmax(label) + 6)
        best += worth(label, (d >= -12) & (d <= 3) & label.any())
        none += worth(label, np.zeros(len(label), bool))
    return (own - none) / (best - none)


def uneven(rng):
    rows = []
    for patient in range(70):
        # Eighths of an hour, which sums hold exactly.
        times = np.cumsum(rng.integers(1, 30, size=int(rng.integers(1, 40)))) / 8
        event = float(rng.integers(0, 300)) / 8 if rng.random() < 0.5 else np.nan
        if patient < 2:
            event = 0.0  # Before the first row.
        score = rng.integers(0, 20, size=len(times)) / 20
        for time, own in zip(times, score):
            rows.append((patient, time, own, event))
    return pd.DataFrame(rows, columns=["patient", "time", "score", "event"])


def main():
    table = challenge(pathlib.Path(sys.argv[1]))
    made_up = uneven(np.random.default_rng(3))
    shuffled = made_up.sample(frac=1, random_state=1)
    steps = made_up.groupby("patient")["time"].diff().dropna()
    real = summary(table, 110.0, 4.0, 12.0, 1.0, 1.0, 24.0)
    real["metrics"]["utility_cinc2019"] = utility(table, 110.0)
    document = {
        "versions": {"numpy": np.__version__, "pandas": pd.__version__},
        "uneven": {"csv": shuffled.to_csv(index=False), **summary(made_up, 0.7, 5.0, 24.0, 2.0, steps.median(), 24.0)},
        "challenge": real,
        "challenge_by_site": {site: summary(own, 110.0, 4.0, 12.0, 1.0, 1.0, 24.0)["metrics"] for site, own in table.groupby("site")},
    }
    (HERE / "alarms.json").write_text(json.dumps(document, indent=1, default=lambda value: value.item()) + "\n")


main()
