# SPDX-License-Identifier: MIT
"""The gate's cases in Python: a process for each of two trees, which run the cases of bench/gate/python_cases.py in turn,
and new processes that import the package. perf.py puts the figures beside those of C++. Times are the processor's: the
two processes are not always scheduled alike."""

import os
import pathlib
import statistics
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
LEAST = 0.02  # seconds of a sample
_IMPORT = """
import time, numpy
began = time.process_time()
import nlsq
nlsq.curve_fit
print(time.process_time() - began)
"""


class Tree:
    """The package of one tree in a process of its own."""

    def __init__(self, python, source):
        self.python, self.environment = python, {**os.environ, "PYTHONPATH": str(source / "python")}
        self.process = subprocess.Popen(
            [python, ROOT / "bench/gate/python_cases.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=self.environment,
        )  # fmt: skip
        self.names = self.process.stdout.readline().rstrip("\n").split("\t")

    def sample(self, name, repetitions):
        """(seconds of one run, checksum of the last answer)."""
        self.process.stdin.write(f"{name}\t{repetitions}\n")
        self.process.stdin.flush()
        words = self.process.stdout.readline().split()
        if len(words) != 2:
            raise RuntimeError(f"perf: {name} ended with an exception in Python")
        return float(words[0]) / repetitions, float(words[1])

    def import_seconds(self):
        done = subprocess.run([self.python, "-c", _IMPORT], capture_output=True, text=True, check=True, env=self.environment)
        return float(done.stdout)

    def close(self):
        self.process.communicate()


def _in_turn(base, new, pairs):
    """(medians of two functions' seconds, median of the ratios pair by pair); who is first changes from pair to pair."""
    found = []
    for k in range(pairs):
        if k % 2:
            b = new()
            found.append((base(), b))
        else:
            found.append((base(), new()))
    return *map(statistics.median, zip(*found)), statistics.median(b / a for a, b in found)


def _slowed(function, share):
    """The same, with a time that is longer by a share: for trying the gate."""
    return lambda: function() * (1.0 + share)


def measure(python, base_source, new_source, pairs=21, only=None, slow=0.0):
    """The cases that both trees have, as perf.measure gives those of C++."""
    base, new = Tree(python, base_source), Tree(python, new_source)
    cases = []
    try:
        for name in new.names:
            if name not in base.names or (only is not None and name not in only):
                continue
            (_, before), (_, after) = base.sample(name, 3), new.sample(name, 3)
            repetitions = max(1, round(LEAST / base.sample(name, 5)[0]))
            figures = _in_turn(lambda: base.sample(name, repetitions)[0],
                               _slowed(lambda: new.sample(name, repetitions)[0], slow), pairs)  # fmt: skip
            same = abs(before - after) <= 1e-6 * abs(before)
            cases.append(dict(zip(("base", "new", "ratio"), figures), name=name, kind="python", same_answer=same))
        name = "Python: import, over NumPy's"
        if only is None or name in only:
            figures = _in_turn(base.import_seconds, _slowed(new.import_seconds, slow), pairs)
            cases.append(dict(zip(("base", "new", "ratio"), figures), name=name, kind="python", same_answer=True))
    finally:
        base.close()
        new.close()
    return cases


def confirm(cases, limit, *arguments, slow=0.0):
    """Slow cases a second time, with more pairs; those that are slow again are marked."""
    late = {c["name"]: c for c in cases if c["ratio"] > limit}
    if late:
        for again in measure(*arguments, pairs=61, only=late, slow=slow):
            case = late[again["name"]]
            case["first_ratio"], case["ratio"] = case["ratio"], again["ratio"]
            case["failed"] = case["ratio"] > limit
