# SPDX-License-Identifier: MIT
"""Forward, reverse and automatic order of derivatives on wide, square and tall problems: medians of alternating runs.

"1st" is a run with an empty cache (recording, differentiation, program, fit), "again" one whose program is there. Every
run does the same few passes; derivatives at the start are checked against each other before anything is timed.

usage: python bench/python/jacobian_modes.py [--seconds 4] [--only WORD]
"""

import argparse
import statistics
import sys
import time
import warnings

import numpy as np

import nlsq
from nlsq import clear_cache, curve_fit, least_squares

MODES = ("fwd", "rev", "auto")
PASSES = 3


def chain(x, *p):
    """y <- tanh(p_k*y + x) for each parameter."""
    y = np.zeros_like(x)
    for k in p:
        y = np.tanh(k * y + x)
    return y


def gaussians(x, *p):
    return sum(p[3 * k] * np.exp(-(((x - p[3 * k + 1]) / p[3 * k + 2]) ** 2)) for k in range(len(p) // 3))


def fit_of(model, x, truth, start):
    y = model(x, *truth) + 0.01 * np.random.default_rng(0).normal(size=x.size)
    return lambda mode, passes=PASSES: curve_fit(
        model, x, y, start, x_scale=1.0, max_nfev=passes, jacobian_mode=mode
    )


def chain_case(n, m):
    truth = 1.3 + 0.5 * np.cos(np.arange(n))
    return fit_of(chain, np.linspace(-1.0, 1.0, m), truth, np.full(n, 1.2))


def gaussian_case(peaks, m):
    truth = np.array([[1.0 + 0.1 * np.sin(k), k + 0.5, 0.4] for k in range(peaks)]).ravel()
    return fit_of(gaussians, np.linspace(0.0, float(peaks), m), truth, truth * 1.002)


def scalars_case(n, m):
    """Residuals of three parameters each, as a list of scalars."""
    picks = [(i % n, (7 * i + 3) % n, (13 * i + 5) % n) for i in range(m)]

    def residuals(p):
        return [p[i] * np.exp(0.1 * p[j]) + 0.3 * p[k] ** 2 - 1.5 for i, j, k in picks]

    return lambda mode, passes=PASSES: least_squares(residuals, np.ones(n), max_nfev=passes, jacobian_mode=mode)


def rows_case(n, m):
    """Residuals over rows of data: a sum of n overlapping bumps whose heights bend."""
    x = np.linspace(0.0, n - 1.0, m)
    bumps = [np.exp(-((x - k) ** 2)) for k in range(n)]
    y = np.cos(x)

    def residuals(p):
        return sum(np.sin(p[k]) * bumps[k] for k in range(n)) - y

    return lambda mode, passes=PASSES: least_squares(residuals, np.full(n, 0.4), max_nfev=passes, jacobian_mode=mode)


def matrix_case(n, m):
    """tanh of a small matrix times the parameters."""
    matrix = np.random.default_rng(1).normal(size=(m, n)) / np.sqrt(n)
    target = 0.3 * np.cos(np.arange(m))
    return lambda mode, passes=PASSES: least_squares(
        lambda p: np.tanh(matrix @ p) - target, np.ones(n), max_nfev=passes, jacobian_mode=mode
    )


CASES = {
    "tanh chain, 1,000 parameters x 100 rows": chain_case(1000, 100),
    "tanh chain, 300 x 300": chain_case(300, 300),
    "tanh chain, 100 x 1,000": chain_case(100, 1000),
    "scalars, 1,000 x 100": scalars_case(1000, 100),
    "scalars, 300 x 150": scalars_case(300, 150),
    "rows of data, 300 x 300": rows_case(300, 300),
    "rows of data, 100 x 1,000": rows_case(100, 1000),
    "matrix @ p, 60 x 20": matrix_case(60, 20),
    "matrix @ p, 20 x 60": matrix_case(20, 60),
    "40 Gaussians, 120 x 2,000": gaussian_case(40, 2000),
    "10 Gaussians, 30 x 100,000": gaussian_case(10, 100_000),
}


def milliseconds(run, mode):
    began = time.perf_counter()
    run(mode)
    return 1e3 * (time.perf_counter() - began)


def measure(name, run, seconds):
    """One line: the medians of each mode, first and again."""
    results = {mode: run(mode, 1) for mode in MODES}
    size = np.abs(results["fwd"].jac).max()
    for mode, result in results.items():
        if result.engine != "interpreter":
            sys.exit(f"{name}: {mode} was not recorded: {result.trace_note}")
        if not np.allclose(result.jac, results["fwd"].jac, rtol=0, atol=1e-12 * size):
            sys.exit(f"{name}: fwd and {mode} give other derivatives")
    first, again = ({mode: [] for mode in MODES} for _ in range(2))
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or not again["auto"]:
        for mode in MODES:
            clear_cache()
            first[mode].append(milliseconds(run, mode))
            again[mode].append(milliseconds(run, mode))
    columns = "".join(f"{statistics.median(times[mode]):11.2f}" for times in (first, again) for mode in MODES)
    auto = results["auto"]
    print(f"{name:42}{columns}  {auto.jacobian_mode}, {auto.derivative_order}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4.0, help="for each line")
    parser.add_argument("--only", default="", help="lines with this word alone")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # the fits are cut short
    print(f"nlsq {nlsq.__version__}, NumPy {np.__version__}; milliseconds of {PASSES} passes, medians")
    heads = "".join(f"{word + ' ' + mode:>11}" for word in ("1st", "again") for mode in MODES)
    print(f"{'parameters x residuals':42}{heads}  auto chose, ran")
    for name, run in CASES.items():
        if options.only in name:
            measure(name, run, options.seconds)


if __name__ == "__main__":
    main()
