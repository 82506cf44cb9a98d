# SPDX-License-Identifier: MIT
"""nlsq.scipy.curve_fit beside scipy.optimize.curve_fit, in one process, with the same starts.

Both fits are compared first (cost, parameters); then they are timed in turns of some 50 ms, at least three fits each,
and the medians are printed with their ratio. The first fit of a turn is not counted: it finds the caches as the other
left them, and both are asked how fast they are when hot. nfev of SciPy counts evaluations of the model, those of
differences too; nfev here counts passes over the data.

    PYTHONPATH=python python bench/python/compare_scipy.py [--rows 100 1000] [--seconds 1]
"""

import argparse
import itertools
import statistics
import sys
import time

import numpy as np
import scipy.optimize

import nlsq.scipy

TURN = 0.05  # seconds

MODELS = {
    "exponential": (lambda x, a, b, c: a * np.exp(-b * x) + c, (2.5, 1.3, 0.5), (1.0, 1.0, 1.0)),
    "Gaussian": (lambda x, a, m, s: a * np.exp(-((x - m) ** 2) / (2 * s**2)), (3.0, 2.0, 0.6), (2.0, 1.7, 0.9)),
    "cubic": (lambda x, a, b, c, d: a + x * (b + x * (c + x * d)), (1.0, -2.0, 0.5, 0.1), (1.0, 1.0, 1.0, 1.0)),
    "sinusoid": (lambda x, a, w, p, c: a * np.sin(w * x + p) + c, (2.0, 3.0, 0.5, 1.0), (1.5, 2.9, 0.3, 0.5)),
}


def compare(name, rows, seconds):
    """One line of the table; the ratio of the medians."""
    model, true, p0 = MODELS[name]
    rng = np.random.default_rng(rows)
    x = np.linspace(0.0, 4.0, rows)
    y = model(x, *true) + 0.1 * rng.standard_normal(rows)
    fits = (nlsq.scipy.curve_fit, scipy.optimize.curve_fit)
    (ours, theirs) = (fit(model, x, y, p0, full_output=True) for fit in fits)
    costs = [0.5 * float(np.sum(r[2]["fvec"] ** 2)) for r in (ours, theirs)]
    errors = np.sqrt(np.diag(theirs[1]))
    if costs[0] > costs[1] * (1 + 1e-9) or np.max(np.abs(ours[0] - theirs[0]) / errors) > 1e-2:
        sys.exit(f"{name}, {rows} rows: the fits differ: {ours[0]} and {theirs[0]}, costs {costs}")
    times = ([], [])
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[1]) < 6:
        for fit, taken in zip(fits, times):
            fit(model, x, y, p0)
            turn_ends = time.perf_counter() + TURN
            for count in itertools.count():
                began = time.perf_counter()
                fit(model, x, y, p0)
                ended = time.perf_counter()
                taken.append(ended - began)
                if ended > turn_ends and count > 1:
                    break
    here, there = (1e6 * statistics.median(t) for t in times)
    print(f"{name:12}{rows:9,}{ours[2]['nfev']:6}{theirs[2]['nfev']:6}{costs[0]:16.9g}{costs[1]:16.9g}"
          f"{here:12,.1f}{there:14,.1f}{there / here:8.1f}", flush=True)  # fmt: skip
    return there / here


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[100, 1000, 10_000, 1_000_000])
    parser.add_argument("--seconds", type=float, default=1.0, help="for each line")
    options = parser.parse_args()
    titles = f"{'model':12}{'rows':>9}{'nfev':>6}{'SciPy':>6}{'cost':>16}{'SciPy':>16}"
    print(f"{titles}{'µs':>12}{'SciPy µs':>14}{'ratio':>8}")
    for name in MODELS:
        for rows in options.rows:
            compare(name, rows, options.seconds)


if __name__ == "__main__":
    main()
