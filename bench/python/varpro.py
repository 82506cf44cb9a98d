# SPDX-License-Identifier: MIT
"""Variable projection beside trf: sums of decays and of peaks from starts × or ÷ 3 (docs/adr/0021-varpro.md).

    varpro.py [fits of each kind]

Peaks begin at half a width from their place at most. A success has a cost of at most 1.001 of that from the truth.
"""

import sys
import time
import warnings

import numpy as np

import nlsq

X = np.linspace(0.0, 10.0, 200)


def decays(count, random):
    """(formula, parameters) of a sum of decays and a constant."""
    formula = "+".join(f"a{i}*exp(-r{i}*x)" for i in range(count)) + "+c"
    rate, p = random.uniform(0.2, 0.5), []
    for _ in range(count):
        p += [random.uniform(1, 5), rate]
        rate *= random.uniform(2.5, 4)
    return formula, np.array([*p, random.uniform(0.2, 1)])


def peaks(count, random):
    """The same of peaks on a line."""
    formula = "+".join(f"a{i}*exp(-((x-m{i})/w{i})^2)" for i in range(count)) + "+b0+b1*x"
    p = []
    for i in range(count):
        p += [random.uniform(1, 5), (i + 0.5 + random.uniform(-0.15, 0.15)) * 10 / count, random.uniform(0.5, 1) * 2.2 / count]
    return formula, np.array([*p, random.uniform(0.2, 1), random.uniform(0.02, 0.1)])


def value_of(formula, p):
    names = nlsq.curve_fit(formula, data={"x": X, "y": X}, y="y", p0=p, max_nfev=1).names
    return eval(formula.replace("^", "**"), {"exp": np.exp, "x": X, **dict(zip(names, p, strict=True))})


def start_of(kind, truth, random):
    start = truth * 3.0 ** random.choice([-1, 1], truth.size)
    if kind is peaks:
        middle = np.arange(1, truth.size - 2, 3)
        start[middle] = truth[middle] + random.uniform(-0.5, 0.5, middle.size) * truth[middle + 1]
    return start


def timed(formula, y, p0, method):
    times = []
    for _ in range(2):
        began = time.perf_counter()
        result = nlsq.curve_fit(formula, X, y, p0=p0, method=method)
        times.append(time.perf_counter() - began)
    return result, min(times)


def compare(kind, count, fits):
    random = np.random.default_rng(100 * count + (kind is peaks))
    found, passes, times = {}, [], []
    for _ in range(fits):
        formula, truth = kind(count, random)
        y = value_of(formula, truth)
        y = y + 0.01 * np.ptp(y) * random.normal(size=X.size)
        p0 = start_of(kind, truth, random)
        best = nlsq.curve_fit(formula, X, y, p0=truth)
        ends = [timed(formula, y, p0, method) for method in ("trf", "varpro")]
        good = tuple(bool(r.success and r.cost <= 1.001 * best.cost) for r, _ in ends)
        found[good] = found.get(good, 0) + 1
        if all(good):
            passes.append([r.nfev for r, _ in ends])
            times.append([seconds for _, seconds in ends])
    passes, times = np.mean(passes, axis=0), 1e6 * np.mean(times, axis=0)
    print(f"{count} {kind.__name__}: both {found.get((True, True), 0)}, trf alone {found.get((True, False), 0)}, varpro alone "
          f"{found.get((False, True), 0)} of {fits}; passes {passes[0]:.0f} and {passes[1]:.0f} ({passes[0] / passes[1]:.2f}), "
          f"{times[0]:.0f} and {times[1]:.0f} us ({times[0] / times[1]:.2f})", flush=True)  # fmt: skip


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    fits = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    for kind in (decays, peaks):
        for count in (2, 3, 4):
            compare(kind, count, fits)
