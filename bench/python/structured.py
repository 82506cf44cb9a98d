# SPDX-License-Identifier: MIT
"""Figures of docs/structured.md: fits whose rows touch few of many parameters, each checked before it is timed.

usage: structured.py [spectra | sets | broyden] …
"""

import statistics
import sys
import time

import numpy as np

import nlsq


def timed(run, times=3):
    """(median of the seconds, last result)."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), result


def spectra(count=1000, rows=200):
    """Spectra that share a width, in one table."""
    rng = np.random.default_rng(7)
    x, g = np.tile(np.linspace(-4, 4, rows), count), np.repeat(np.arange(count), rows).astype(float)
    h, c = 1 + 0.5 * np.sin(np.arange(count)), 0.3 * np.cos(2.0 * np.arange(count))
    i = g.astype(int)
    y = h[i] * np.exp(-0.5 * ((x - c[i]) / 0.7) ** 2) + 0.01 * rng.standard_normal(len(x))
    table, start = {"x": x, "g": g, "y": y}, {"h": 1.0, "c": 0.0, "w": 1.0}
    seconds, r = timed(lambda: nlsq.curve_fit("y = h[g]*exp(-0.5*((x-c[g])/w)^2)", data=table, p0=start))
    assert abs(r.params["w"].value - 0.7) < 5 * r.params["w"].stderr
    print(f"{count} spectra, {2 * count + 1} parameters, {len(x)} rows: {seconds:.3f} s, {r.nfev} passes, {r.linear_solver}")


def sets(count=100, rows=60):
    """Data sets of ten parameters each, sparse against dense."""
    rng = np.random.default_rng(7)
    x = np.linspace(-1, 1, rows)
    centres = -0.8 + 0.4 * np.arange(5)

    def model(x, h0, h1, h2, h3, h4, c0, c1, c2, c3, c4):
        pairs = ((h0, c0), (h1, c1), (h2, c2), (h3, c3), (h4, c4))
        return sum(h * np.exp(-(((x - c) / 0.15) ** 2)) for h, c in pairs)

    data = []
    for _ in range(count):
        p = [*(1 + 0.3 * rng.uniform(-1, 1, 5)), *(centres + 0.03 * rng.uniform(-1, 1, 5))]
        data.append((model, x, model(x, *p) + 0.01 * rng.standard_normal(rows)))
    start = {**{f"h{k}": 1.0 for k in range(5)}, **{f"c{k}": centres[k] for k in range(5)}}
    fast, r = timed(lambda: nlsq.fit_together(data, p0=start, linear_solver="sparse"))
    slow, other = timed(lambda: nlsq.fit_together(data, p0=start, linear_solver="dense"), 1)
    worst = np.max(np.abs(r.popt - other.popt) / np.maximum(np.abs(other.popt), other.perr))
    assert worst < 1e-9
    print(f"{count} sets of 10 parameters: sparse {fast:.3f} s, dense {slow:.1f} s, {slow / fast:.0f}; apart by {worst:.0e}")


def broyden(n=100_000):
    """Broyden's tridiagonal function, against SciPy with the same pattern."""
    from scipy.optimize import least_squares
    from scipy.sparse import diags

    def fun(x):
        f = (3 - x) * x + 1
        f[1:] -= x[:-1]
        f[:-1] -= 2 * x[1:]
        return f

    pattern, x0 = diags([1.0, 1.0, 1.0], [-1, 0, 1], shape=(n, n)), -np.ones(n)
    ours, r = timed(lambda: nlsq.least_squares(fun, x0, jac_sparsity=pattern))
    theirs, s = timed(lambda: least_squares(fun, x0, jac_sparsity=pattern), 1)
    assert r.cost <= max(s.cost, 1e-12)
    print(f"Broyden, {n} parameters: {ours:.3f} s (cost {r.cost:.1e}), SciPy {theirs:.1f} s (cost {s.cost:.1e}), {theirs / ours:.0f}")


if __name__ == "__main__":
    for name in sys.argv[1:] or ("spectra", "broyden", "sets"):
        globals()[name]()
