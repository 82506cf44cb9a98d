# SPDX-License-Identifier: MIT
"""nlsq.scipy.curve_fit beside scipy.optimize.curve_fit, in one process, with the same starts.

Both fits are compared first (cost, parameters), then timed in turns (turns.py); the medians are printed with their
ratio. nfev of SciPy counts evaluations of the model, those of differences too; nfev here counts passes over the data.

    PYTHONPATH=python python bench/python/compare_scipy.py [--rows 100 1000] [--seconds 1]
"""

import argparse
import sys

import numpy as np
import scipy.optimize

import nlsq.scipy
from turns import MODELS, in_turns, problem


def compare(name, rows, seconds):
    """One line of the table; the ratio of the medians."""
    model, x, y, p0 = problem(name, rows)
    fits = (nlsq.scipy.curve_fit, scipy.optimize.curve_fit)
    (ours, theirs) = (fit(model, x, y, p0, full_output=True) for fit in fits)
    costs = [0.5 * float(np.sum(r[2]["fvec"] ** 2)) for r in (ours, theirs)]
    errors = np.sqrt(np.diag(theirs[1]))
    if costs[0] > costs[1] * (1 + 1e-9) or np.max(np.abs(ours[0] - theirs[0]) / errors) > 1e-2:
        sys.exit(f"{name}, {rows} rows: the fits differ: {ours[0]} and {theirs[0]}, costs {costs}")
    here, there = in_turns([lambda fit=fit: fit(model, x, y, p0) for fit in fits], seconds, turns=2)
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
