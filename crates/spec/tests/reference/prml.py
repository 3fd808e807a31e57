"""Hashes of PRML manifests by the reference implementation.

    pip install falsify==0.4.0 pyyaml==6.0.4
    python prml.py > prml.json
"""

import json
import random

import falsify_prml as prml

BASE = {
    "version": "prml/0.1",
    "claim_id": "01900000-0000-7000-8000-000000000000",
    "created_at": "2026-05-01T12:00:00Z",
    "metric": "accuracy",
    "comparator": ">=",
    "threshold": 0.85,
    "dataset": {"id": "imagenet-val-2012", "hash": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    "seed": 42,
    "producer": {"id": "falsify.dev"},
}

TEXTS = [
    "==", ">=", "yes", "No", "on", "n", "True", "null", "Null", "~", "", " ", " a", "a ", "-", "- a", "-a", "?", "? a", "?a", ":", ": a",
    ":a", "a:", "a: b", "a:b", "a #b", "a#b", "#a", "a, b", "[a]", "a[b]", "{a}", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a", "'a'",
    "it's", '"a"', "---", "--- a", "...", "....", "1", "-1", "+1", "01", "08", "0o17", "0x1F", "0b1", "1_000", "1:30", "1:30.5", "190:20:30",
    "1.5", "1.", ".5", "1e5", "1.0e5", "1.0e+5", "-.inf", ".NaN", ".nan", "2026-05-01", "2026-5-1", "2026-05-01T12:00:00Z",
    "2026-05-01 12:00:00 +1", "2026-05-01t12:00", "<<", "=", "==a", "!", "&", "*", "Öztürk", "日本", "😀", "a  b", "lower(auroc)", "a,b",
    "C:\\x", "https://example.org/metrics/ece", "0", "-0", "00", "0_0", "_1", "+.5", "-.5", "e5", "tRuE",
]

NUMBERS = [
    0.0, 1.0, -1.5, 0.1, 1e-4, 1e-5, 1.5e-5, 123456789.125, 1e15, 1e16, 1.25e16, 1e22, 1e300, 5e-324, 2**53 - 1.0, 2.0**53, 2.0**60, 0.30000000000000004,
]


def main():
    cases = []

    def add(**changed):
        manifest = {**BASE, **changed}
        errors = prml.validate_manifest(manifest)
        assert not errors, (changed, errors)
        cases.append({"changed": changed, "hash": prml.manifest_hash(manifest)})

    add()
    for comparator in sorted(prml.VALID_COMPARATORS):
        add(comparator=comparator)
    for seed in (0, 2**53 + 1, 2**64 - 1, None):
        add(seed=seed)
    for number in NUMBERS:
        add(threshold=number)
        add(threshold=number, version="prml/0.2")
        add(metric_args={"share": number})
    for whole in (0, 1, -3):
        add(threshold=whole)
        add(threshold=whole, version="prml/0.2")
    for text in TEXTS:
        add(metric_args={"text": text, text or "empty": 1})
    add(notes="a note: with a colon", prior_hash="47f9956b3b9c495b3bf03b67398f54d0aa2133a2faf9b0522a9efa90bb109466")
    add(model={"id": "m", "hash": "abc"}, dataset={**BASE["dataset"], "uri": "https://example.org/d?x=1#y"})
    add(metric_args={"a": [], "b": {}, "c": [1, "x", [2, [3]], {"k": [1, {"z": None}], "j": True}], "d": {"e": {"f": {"g": False}}}})
    draw = random.Random(1)
    letters = "ab01 -:#'\"?.,[]{}&*!|>%@`=~_+eET/ZÖ日"
    for _ in range(150):
        words = ["".join(draw.choice(letters) for _ in range(draw.randrange(1, 9))) for _ in range(4)]
        add(metric_args={f"k{i}": word for i, word in enumerate(words)})
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    print(f'{{"base": {json.dumps(BASE)},\n"cases": [\n{lines}\n]}}')


main()
