# SPDX-License-Identifier: MIT
"""Dose-response curves of many wells, from CSV to CSV with the command: a four-parameter logistic on 8 to 96 points a
well, 2 % of the wells without any curve. The answers are checked before a time is printed.

    python bench/python/many_wells.py [--command build/nlsq] [--wells 100000] [--repeats 5] [--shuffle] [--keep FOLDER]
"""

import argparse
import csv
import datetime
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

MODEL = "y = d+(a-d)/(1+(x/c)^b)"
STARTS = "a=0,b=1,c=1,d=2"
NAMES = ("a", "b", "c", "d")


def make(path, wells, shuffle, seed=1):
    """Writes well,x,y; returns the true parameters and which wells are bad."""
    rng = np.random.default_rng(seed)
    truth = np.column_stack([
        rng.uniform(0.0, 0.3, wells), rng.uniform(0.8, 2.0, wells),
        np.exp(rng.normal(0.0, 0.8, wells)), rng.uniform(1.5, 2.5, wells)])
    bad = rng.random(wells) < 0.02
    rows = []
    for well in range(wells):
        a, b, c, d = truth[well]
        x = np.logspace(-2.0, 2.0, int(rng.integers(8, 97)))
        y = rng.normal(1.0, 0.5, x.size) if bad[well] else d + (a - d) / (1 + (x / c) ** b)
        y = y + rng.normal(0.0, 0.02, x.size)
        name = f"P{well // 96 + 1:04d}_{'ABCDEFGH'[well % 96 // 12]}{well % 12 + 1:02d}"
        rows.extend(f"{name},{u:.6g},{v:.6g}\n" for u, v in zip(x.tolist(), y.tolist(), strict=True))
    if shuffle:
        rng.shuffle(rows)
    with open(path, "w") as file:
        file.write("well,x,y\n")
        file.writelines(rows)
    return truth, bad, len(rows)


def check(path, truth, bad, in_order):
    """Stops unless the good wells have their parameters, within six standard errors nearly all."""
    with open(path, newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == len(bad), len(table)
    number = {f"P{i // 96 + 1:04d}_{'ABCDEFGH'[i % 96 // 12]}{i % 12 + 1:02d}": i for i in range(len(bad))}
    order = [number[row["well"]] for row in table]
    assert not in_order or order == sorted(order)
    off = 0
    for at, row in zip(order, table, strict=True):
        if bad[at]:
            continue
        near = row["status"] > "0" and all(
            abs(float(row[name]) - true) <= 6 * float(row[name + "_stderr"])
            for name, true in zip(NAMES, truth[at], strict=True))
        off += not near
    good = len(bad) - int(bad.sum())
    assert off <= 0.01 * good, f"{off} of {good} wells are off"
    return off, good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", default="build/nlsq")
    parser.add_argument("--wells", type=int, default=100000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--shuffle", action="store_true", help="rows of a well not adjacent")
    parser.add_argument("--keep", help="folder for the files; they stay")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(arguments.keep or temporary)
        folder.mkdir(exist_ok=True)
        data, results = folder / "wells.csv", folder / "results.csv"
        truth, bad, rows = make(data, arguments.wells, arguments.shuffle)
        call = [os.path.abspath(arguments.command), "fit", str(data), "--by", "well", "--model", MODEL,
                "--p0", STARTS, "--out", str(results), "--max-failed", "3%", "--quiet"]
        times = []
        busy = []
        for _ in range(arguments.repeats):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            began = time.perf_counter()
            done = subprocess.run(call, capture_output=True, text=True, check=False)
            times.append(time.perf_counter() - began)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            busy.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            if done.returncode != 0:
                sys.exit(f"exit code {done.returncode}: {done.stderr}")
        off, good = check(results, truth, bad, not arguments.shuffle)
        print(f"{arguments.wells} wells, {rows} rows, {data.stat().st_size / 1e6:.0f} MB; "
              f"{off} of {good} good wells off; {done.stderr.strip()[:120]}")
        print(f"{datetime.datetime.now():%Y-%m-%d %H:%M:%S} load {os.getloadavg()[0]:.1f}: "
              f"median {statistics.median(times):.3f} s of " + ", ".join(f"{t:.3f}" for t in times) +
              f"; processor time {statistics.median(busy):.2f} s")


if __name__ == "__main__":
    main()
