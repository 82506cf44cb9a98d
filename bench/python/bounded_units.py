# SPDX-License-Identifier: MIT
"""Random bounded fits in three units of the residuals, against SciPy: how often each ends above the best of both.

    PYTHONPATH=python python bench/python/bounded_units.py [SEEDS]

Prints a line for each x_scale and unit: fits that end more than 0.1 % above the best of both, the probability of so
many of ours if both were the same (sign test), and evaluations.
"""

import sys
import warnings
from math import comb

import numpy as np
import scipy.optimize

import nlsq.scipy

INF = np.inf


def families(rng):
    """(model, x, y, start, bounds) of each family."""
    h = np.linspace(1, 20, 12)
    spherical = lambda h, r, c, n: n + np.where(h <= r, c * (1.5 * h / r - 0.5 * (h / r) ** 3), c)  # noqa: E731
    exponential = lambda h, r, c, n: n + c * (1 - np.exp(-h / r))  # noqa: E731
    linear = lambda h, r, c, n: n + c * np.minimum(h / r, 1)  # noqa: E731
    for f in (spherical, exponential, linear):
        true = rng.uniform(2, 18), rng.uniform(0.3, 2), rng.uniform(0, 0.3)
        y = f(h, *true) * (1 + rng.normal(0, 0.08, 12))
        yield f, h, y, [20.0, y.max(), 0.0], ([0, 0, 0], [20.0, y.max(), y.max()])
        yield f, h, y, [1.0, 1, 1], ([0, 0, 0], [INF] * 3)
    x, t = np.linspace(0, 10, 80), np.linspace(0, 5, 60)
    peak = lambda x, a, m, s: a * np.exp(-0.5 * ((x - m) / s) ** 2)  # noqa: E731
    true = rng.uniform(1, 5), rng.uniform(3, 7), rng.uniform(0.3, 1.5)
    y = peak(x, *true) + rng.normal(0, 0.2, 80)
    start = [rng.uniform(1, 5), true[1] + rng.uniform(-2, 2), rng.uniform(0.2, 1.5)]
    yield peak, x, y, start, ([-INF, -INF, 1e-38], [INF] * 3)
    y = y + rng.uniform(0, 30)
    yield peak, x, y, [3.0, 5, 1], ([0, -INF, 0], [10, INF, INF])
    raised = lambda x, a, m, s, b: peak(x, a, m, s) + b  # noqa: E731
    yield raised, x, y, [1.0, 5, 1, 0], ([0, 0, 0.01, -100], [10, 10, 10, 100])
    decays = lambda t, a, k, b, l: a * np.exp(-k * t) + b * np.exp(-l * t)  # noqa: E731, E741
    true = rng.uniform(1, 5), rng.uniform(0.1, 1), rng.uniform(1, 5), rng.uniform(1.5, 6)
    y = decays(t, *true) + rng.normal(0, 0.05, 60)
    yield decays, t, y, [1.0, 0.5, 1, 2], ([0] * 4, [INF] * 4)
    yield decays, t, y, [1.0, 0.1, 1, 1], ([0] * 4, [100, 10, 100, 10])
    wave = lambda t, a, f, p, c: a * np.cos(2 * np.pi * f * t + p) + c  # noqa: E731
    true = rng.uniform(0.5, 3), rng.uniform(0.3, 2), rng.uniform(-2, 2), rng.uniform(-1, 1)
    y = wave(t, *true) + rng.normal(0, 0.2, 60)
    yield wave, t, y, [1.0, 1, 0, 0], ([0, 0, -np.pi, -5], [10, 5, np.pi, 5])
    logistic = lambda x, top, k, m, b: b + top / (1 + np.exp(-k * (x - m)))  # noqa: E731
    true = rng.uniform(1, 50), rng.choice([-1, 1]) * rng.uniform(0.5, 5), rng.uniform(2, 8), rng.uniform(-5, 5)
    y = logistic(x, *true) + rng.normal(0, 0.5, 80)
    yield logistic, x, y, [1.0, 1, 5, 0], ([0, -20, 0, -100], [200, 20, 10, 100])


def fits(seeds, unit, x_scale):
    """(rows of cost and evaluations: SciPy's, ours)."""
    rows = []
    for seed in range(seeds):
        for f, x, y, p0, bounds in families(np.random.default_rng(seed)):
            row = []
            for library in (scipy.optimize, nlsq.scipy):
                r = library.least_squares(lambda p, f=f, x=x, y=y: unit * (f(x, *p) - y), p0, bounds=bounds,
                                          x_scale=x_scale)  # fmt: skip
                row += [np.sum((f(x, *r.x) - y) ** 2) if r.status > 0 else INF, r.nfev]
            rows.append(row)
    return np.array(rows)


def main():
    warnings.simplefilter("ignore")
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 154
    for x_scale in (1.0, "jac"):
        for unit in (1.0, 1e2, 1e4):
            C = fits(seeds, unit, x_scale)
            above = C[:, [0, 2]] > 1.001 * np.minimum(C[:, 0], C[:, 2])[:, None] + 1e-12
            theirs, ours = (above[:, 0] & ~above[:, 1]).sum(), (above[:, 1] & ~above[:, 0]).sum()
            n = int(theirs + ours)
            p = sum(comb(n, i) for i in range(int(ours), n + 1)) / 2**n
            print(f"x_scale {x_scale} unit {unit:g}: of {len(C)} fits above the best: SciPy {theirs}, nlsq {ours} (p "
                  f"{p:.2g}); evaluations {C[:, 1].sum():.0f}, {C[:, 3].sum():.0f}")  # fmt: skip


if __name__ == "__main__":
    main()
