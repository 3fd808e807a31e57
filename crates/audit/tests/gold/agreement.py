#!/usr/bin/env python3
"""Agreement of the two readers before adjudication, and how far their verdicts agree with the gold files.

Kappa is Cohen's, unweighted, on the four verdicts. Its interval takes the large-sample variance of Fleiss, Cohen and
Everitt 1969, Psychological Bulletin 72:323-327, on the scale of log(1 - kappa), so that it stays below 1. The interval
of the percentage is Wilson's. For the three papers together a bootstrap by item (all three papers of an item drawn
together) stands beside it, because the same item is judged three times. Items are not drawn at random from anything:
the intervals say how much few disagreements can move, no more.
"""
import math
import random
import re
from collections import Counter
from pathlib import Path

FOLDER = Path(__file__).parent
PAPERS = ["chen21a", "nestor20a", "saha19a"]
VERDICTS = ["reported", "partial", "not_reported", "not_applicable"]
ITEMS = 59
Z = 1.959964
DRAWS = 10_000
SEED = 20261127


def verdicts(path):
    """(id, verdict, accepted verdicts) of each item, in the order of the file."""
    rows = []
    for block in re.split(r"^- id: ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
        verdict = re.search(r"^  verdict: (\w+)$", block, re.M).group(1)
        accept = re.search(r"^  accept:\n((?:  - \w+\n)+)", block, re.M)
        accepted = re.findall(r"\w+", accept.group(1)) if accept else [verdict]
        assert verdict in VERDICTS and verdict in accepted, (path, block[:40])
        rows.append((block.split("\n", 1)[0], verdict, accepted))
    assert len(rows) == ITEMS, (path, len(rows))
    return rows


def kappa(pairs):
    """Cohen's kappa; nan where chance alone agrees always."""
    n = len(pairs)
    a, b = Counter(x for x, _ in pairs), Counter(y for _, y in pairs)
    seen = sum(x == y for x, y in pairs) / n
    chance = sum(a[v] * b[v] for v in VERDICTS) / n**2
    return (seen - chance) / (1 - chance) if chance < 1 else math.nan


def kappa_error(pairs):
    """Large-sample standard error of kappa, not assuming kappa to be 0."""
    n, k = len(pairs), kappa(pairs)
    cell = Counter(pairs)
    a, b = Counter(x for x, _ in pairs), Counter(y for _, y in pairs)
    chance = sum(a[v] * b[v] for v in VERDICTS) / n**2
    same = sum(cell[v, v] / n * (1 - (a[v] + b[v]) / n * (1 - k)) ** 2 for v in VERDICTS)
    other = (1 - k) ** 2 * sum(
        cell[v, w] / n * ((b[v] + a[w]) / n) ** 2 for v in VERDICTS for w in VERDICTS if v != w
    )
    return math.sqrt((same + other - (k - chance * (1 - k)) ** 2) / n) / (1 - chance)


def kappa_interval(pairs):
    k = kappa(pairs)
    spread = Z * kappa_error(pairs) / (1 - k)
    return 1 - (1 - k) * math.exp(spread), 1 - (1 - k) * math.exp(-spread)


def wilson(hits, n):
    p = hits / n
    middle, half = p + Z**2 / (2 * n), Z * math.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    return (middle - half) / (1 + Z**2 / n), (middle + half) / (1 + Z**2 / n)


def bootstrap_interval(papers):
    """Percentiles of kappa over draws of items; an item brings its pair from every paper."""
    chance = random.Random(SEED)
    draws = sorted(
        kappa([pairs[i] for i in chance.choices(range(ITEMS), k=ITEMS) for pairs in papers]) for _ in range(DRAWS)
    )
    return draws[round(0.025 * DRAWS)], draws[round(0.975 * DRAWS) - 1]


def share(hits, n):
    return f"{hits} of {n}, {100 * hits / n:.1f}%"


def tell(name, pairs, a, b, gold):
    n = len(pairs)
    same = sum(x == y for x, y in pairs)
    low, high = wilson(same, n)
    k_low, k_high = kappa_interval(pairs)
    print(f"{name}")
    print(f"  reader A with reader B   {share(same, n)} [{100 * low:.1f}, {100 * high:.1f}]")
    print(f"  kappa                    {kappa(pairs):.3f} [{k_low:.3f}, {k_high:.3f}]")
    for reader, rows in (("A", a), ("B", b)):
        print(f"  reader {reader} with gold       {share(sum(x[1] == g[1] for x, g in zip(rows, gold)), n)}")
    accepts = sum(y[1] in x[2] and x[1] in y[2] for x, y in zip(a, b))
    print(f"  each accepts the other   {share(accepts, n)}")
    for verdict in VERDICTS[:3]:
        count, accepted = sum(g[1] == verdict for g in gold), sum(verdict in g[2] for g in gold)
        label = f"always {verdict}"
        print(f"  {label:<24} {share(count, n)} of gold verdicts; {share(accepted, n)} if accepted ones count; kappa 0")


def of_lines(path):
    """The verdicts of a further paper, by item."""
    return dict(re.findall(r"^- \{id: ([\w-]+), verdict: (\w+)", path.read_text(encoding="utf-8"), re.M))


def tell_pairs(name, pairs):
    low, high = kappa_interval(pairs)
    same = sum(x == y for x, y in pairs)
    print(f"{name}\n  first reader with second {share(same, len(pairs))}\n  kappa                    {kappa(pairs):.3f} [{low:.3f}, {high:.3f}]")


def tell_quotes(name):
    """How many quotes of the audit hold what its verdicts say, of all verdicts and of those that the annotation gives as well."""
    lines = (FOLDER / "quotes" / f"{name}.csv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split(",") for line in lines]
    gold = {}
    for paper in {row[0] for row in rows}:
        further = FOLDER / "further" / f"{paper}.yaml"
        is_further = further.exists()
        gold[paper] = of_lines(further) if is_further else {row[0]: row[1] for row in verdicts(FOLDER / paper / "gold.yaml")}
    right = [row for row in rows if gold[row[0]][row[1]] == row[2]]
    print(f"quotes, {name}")
    for label, some in (("of all verdicts", rows), ("of those that are right", right)):
        first, together = (sum(int(row[at]) for row in some) for at in (3, 5))
        print(f"  {label:<24} {len(some)}: the first quote holds in {first}, all together in {together}")
    failing = Counter(row[1] for row in right if row[5] == "0")
    print("  right verdicts without   " + ", ".join(f"{item} {count}" for item, count in failing.most_common(6)))


def main():
    together, all_a, all_b, all_gold = [], [], [], []
    for paper in PAPERS:
        a, b, gold = (verdicts(FOLDER / paper / f"{name}.yaml") for name in ("reader_a", "reader_b", "gold"))
        assert [x[0] for x in a] == [x[0] for x in b] == [x[0] for x in gold], paper
        pairs = [(x[1], y[1]) for x, y in zip(a, b)]
        tell(paper, pairs, a, b, gold)
        print("  differ                   " + "; ".join(
            f"{x[0]} {x[1]}/{y[1]} -> {g[1]}" for x, y, g in zip(a, b, gold) if x[1] != y[1]))
        together.append(pairs)
        all_a, all_b, all_gold = all_a + a, all_b + b, all_gold + gold
    tell("all three", [pair for pairs in together for pair in pairs], all_a, all_b, all_gold)
    low, high = bootstrap_interval(together)
    print(f"  kappa, bootstrap by item [{low:.3f}, {high:.3f}], {DRAWS} draws, seed {SEED}")
    twice = []
    for second in sorted((FOLDER / "further" / "second").glob("*.yaml")):
        first = of_lines(FOLDER / "further" / second.name)
        pairs = [(first[item], verdict) for item, verdict in of_lines(second).items()]
        assert len(pairs) == len(first) == ITEMS, second
        tell_pairs(second.stem + ", read a second time", pairs)
        twice += pairs
    tell_pairs("all that were read twice", twice)
    for name in ("before", "after"):
        tell_quotes(name)


if __name__ == "__main__":
    main()
