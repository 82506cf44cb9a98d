# SPDX-License-Identifier: MIT
"""Fits from Python that the gate times. scripts/perf_python.py starts one of these for each of two trees.

Reads lines "NAME<tab>REPETITIONS" and answers each with "SECONDS CHECKSUM" (seconds of the processor); first it prints the names, separated by tabs.
"""

import sys
import time

import numpy as np

import nlsq

X = np.linspace(0.1, 4.0, 100)
Y = 2.5 * np.exp(-1.3 * X) + 0.5 + 0.01 * np.sin(37.0 * X)
X_LONG = np.linspace(0.1, 4.0, 10_000)
Y_LONG = 2.5 * np.exp(-1.3 * X_LONG) + 0.5 + 0.01 * np.sin(3700.0 * X_LONG)
START = [2.0, 1.0, 0.3]
MODEL = "lambda x, a, b, c: a * np.exp(-b * x) + c"


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


def opaque(x, a, b, c):
    """Cannot be recorded: it is called."""
    return float(a) * np.exp(-float(b) * x) + float(c)


def residuals(p):
    return p[0] * np.exp(-p[1] * X) + p[2] - Y


def cold():
    return nlsq.curve_fit(eval(MODEL), X, Y, START).popt  # a function that was never seen


CASES = {
    "Python: curve_fit, 100 rows": lambda: nlsq.curve_fit(decay, X, Y, START).popt,
    "Python: curve_fit, 10,000 rows": lambda: nlsq.curve_fit(decay, X_LONG, Y_LONG, START).popt,
    "Python: curve_fit of a new function, 100 rows": cold,
    "Python: curve_fit, bounds and sigma, 100 rows": lambda: nlsq.curve_fit(
        decay, X, Y, START, sigma=0.1 + X, bounds=([0.0, 0.0, 0.0], [9.0, 9.0, 9.0])).popt,
    "Python: a called model, 100 rows": lambda: nlsq.curve_fit(opaque, X, Y, START).popt,
    "Python: least_squares, 100 rows": lambda: nlsq.least_squares(residuals, START).x,
    "Python: nlsq.scipy.curve_fit, 100 rows": lambda: nlsq.scipy.curve_fit(decay, X, Y, START)[0],
    "Python: pcov and perr of a fit, 100 rows": lambda: sum(
        (r.pcov[0, 0], *r.perr, *r.residuals[:1]) if (r := nlsq.curve_fit(decay, X, Y, START)) else ()),
}  # fmt: skip


def main():
    print("\t".join(CASES), flush=True)
    for line in sys.stdin:
        name, repetitions = line.rstrip("\n").split("\t")
        case, repetitions = CASES[name], int(repetitions)
        began = time.process_time()
        for _ in range(repetitions):
            answer = case()
        taken = time.process_time() - began
        print(taken, float(np.sum(np.abs(answer))), flush=True)


if __name__ == "__main__":
    main()
