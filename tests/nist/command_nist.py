#!/usr/bin/env python3
"""Fits all NIST sets from both starts with the command at its defaults and judges the JSON.

usage: command_nist.py NLSQ TESTS METHOD
"""
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile


def load(path):
    text = path.read_text()
    rows = re.findall(r"^\s*(b\d)\s*=\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*$", text, re.M)
    lines = text.splitlines()
    first = max(i for i, line in enumerate(lines) if line.startswith("Data:")) + 1
    data = [[float(v) for v in line.split()] for line in lines[first:] if line.split()]
    return rows, data


def lre(value, certified):
    if value is None or not math.isfinite(value):
        return 0.0
    error = abs(value - certified) / abs(certified)
    return 11.0 if error <= 1e-11 else max(0.0, -math.log10(error))


def main(command, tests, method):
    tests = pathlib.Path(tests)
    formulas = dict(line.split(": ", 1) for line in
                    (tests / "data" / "nist" / "formulas.txt").read_text().splitlines())
    assert len(formulas) == 27
    ten = six = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, formula in formulas.items():
            rows, data = load(tests / "data" / "nist" / f"{name}.dat")
            file = pathlib.Path(folder) / f"{name}.csv"
            x = ["x1", "x2"] if name == "Nelson" else ["x"]
            file.write_text("\n".join([",".join(["y"] + x)] + [",".join(repr(v) for v in row) for row in data]) + "\n")
            extra = ["--expr", "ylog=log(y)", "--y", "ylog"] if name == "Nelson" else ["--y", "y"]
            for start in (1, 2):
                p0 = ",".join(f"{row[0]}={row[start]}" for row in rows)
                run = subprocess.run([command, "fit", str(file), "--model", formula, "--p0", p0, "--method", method,
                                      "--json"] + extra, capture_output=True, text=True)
                if not run.stdout:
                    print(name, start, run.stderr)
                    continue
                fitted = json.loads(run.stdout)["parameters"]
                value = min(lre(fitted[row[0]]["value"], float(row[3])) for row in rows)
                error = min(lre(fitted[row[0]]["stderr"], float(row[4])) for row in rows)
                ten += run.returncode == 0 and value >= 10 and (error >= 10 or name == "Lanczos1")
                six += value >= 6
                print(f"{name:<9} start {start}  parameters {value:5.2f}  errors {error:5.2f}")
    print(f"{method}: {ten} of 54 with LRE >= 10, {six} with LRE >= 6")
    return 0 if (six >= 50 if method == "dogbox" else ten == 54) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
