"""Times galen's work on tables beside its peers, in turn and in one run, and prints a table of Markdown for each work.

    tables.py --galen target/release/galen --peers ../shared/peers --venvs V --data W/tab [--rounds 2] [WORK…]

V holds a Python environment for each group of the peers' requirements (gx, evi, nml, why); W/tab the tables that their
README says how to make. galen is measured as a whole process; a peer says itself how long its work took, without its start.
"""
import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
WITHOUT = ["encounter_id", "patient_id", "admitted"]


def works(a):
    """For each work: galen's arguments, and each peer's environment, script and arguments."""
    table = lambda name: os.path.join(a.data, name)
    suite = os.path.join(HERE, "ten.yaml")
    scratch = tempfile.mkdtemp()
    both = ["--reference", table("reference.parquet"), "--current", table("current.parquet")]
    without = [word for name in WITHOUT for word in ("--without", name)]
    found = {}
    for end in ("parquet", "csv"):
        file = table("encounters." + end)
        found["validate-" + end] = (
            ["data", "validate", file, "--expect", suite],
            [("gx", "bench_validation.py", ["--peer", peer, "--file", file, "--repeats", "1"]) for peer in ("gx", "duckdb", "polars")],
        )
    found["drift"] = (
        ["data", "drift", *both, *without],
        [(env, "bench_drift.py", ["--peer", peer, *both, "--repeats", "1"]) for env, peer in (("evi", "evidently"), ("nml", "nannyml"), ("gx", "scipy"))],
    )
    file = table("encounters.parquet")
    found["profile"] = (
        ["data", "profile", file, "--out", os.path.join(scratch, "profile.json")],
        [(env, "bench_drift.py", ["--peer", peer, "--file", file, "--repeats", "1"]) for env, peer in (("why", "whylogs"), ("gx", "polars"), ("gx", "duckdb"))],
    )
    return found


def run(command, is_galen):
    """Wall seconds, processor seconds, megabytes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        out.seek(0)
        text = out.read()
    if is_galen:
        # 1 is a judgement: some rows were not as expected, some columns drifted.
        assert os.waitstatus_to_exitcode(status) in (0, 1), text
        return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    timed = [line for line in lines if "seconds" in line]
    assert timed, f"{command} printed no time: {text}"
    best = min(timed, key=lambda line: line["seconds"])
    return best["seconds"], best.get("cpu_seconds") or float("nan"), best.get("max_rss_mb") or float("nan")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("galen", "peers", "venvs", "data"):
        p.add_argument("--" + name, required=True)
    p.add_argument("--rounds", type=int, default=2)
    p.add_argument("works", nargs="*")
    a = p.parse_args()
    for work, (arguments, peers) in works(a).items():
        if a.works and work not in a.works:
            continue
        commands = {"galen": ([a.galen, *arguments], True)}
        for env, script, rest in peers:
            python = os.path.join(a.venvs, env, "bin", "python")
            commands[rest[1]] = ([python, os.path.join(a.peers, script), *rest], False)
        times = {name: [] for name in commands}
        for _ in range(a.rounds):
            for name, (command, is_galen) in commands.items():
                times[name].append(run(command, is_galen))
                print(work, name, *(f"{x:.2f}" for x in times[name][-1]), file=sys.stderr, flush=True)
        best = {name: tuple(map(min, zip(*runs))) for name, runs in times.items()}
        print(f"\n{work}: best of {a.rounds}, load {os.getloadavg()[0]:.1f}\n\n| | seconds | processor seconds | MB | times galen's seconds | times its processor seconds |\n|---|---|---|---|---|---|")
        for name, (wall, cpu, mb) in best.items():
            print(f"| {name} | {wall:.2f} | {cpu:.2f} | {mb:.0f} | {wall / best['galen'][0]:.1f} | {cpu / best['galen'][1]:.1f} |")


if __name__ == "__main__":
    main()
