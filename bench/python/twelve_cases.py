# SPDX-License-Identifier: MIT
"""Four models at 100, 1,000 and 10,000 rows: the first fit of a model never seen before, tracing included, and hot
fits end to end. Answers are checked before anything is timed; methods lm and dogbox too, from starts off by 20 %.

usage: python bench/python/twelve_cases.py
"""

import statistics
import time

import numpy as np

import nlsq
from nlsq import curve_fit

CASES = {
    "exponential": ("a*np.exp(-b*x)+c", [2.5, 1.3, 0.5], (0, 4)),
    "gaussian": ("a*np.exp(-(x-b)**2/(2*c**2))", [2.0, 2.0, 0.5], (0, 4)),
    "polynomial": ("a+b*x+c*x**2+d*x**3", [1.0, -2.0, 0.5, 0.3], (-1, 2)),
    "sinusoid": ("a*np.sin(b*x+c)", [2.0, 3.0, 0.4], (0, 4)),
}
SIZES = (100, 1000, 10000)


def fresh(expression):
    """A function nobody has seen: a new code object."""
    n = expression.count("d*") or 0
    names = "a, b, c, d" if n else "a, b, c"
    return eval(f"lambda x, {names}: {expression}", {"np": np})


def main():
    print(f"nlsq {nlsq.__version__}, NumPy {np.__version__}; milliseconds, medians")
    print(f"{'model':<12} {'rows':>6} {'first':>8} {'hot':>8} {'lm':>4} {'dogbox':>7}")
    rng = np.random.default_rng(1)
    curve_fit(lambda x, a: a * x, np.arange(5.0), np.arange(5.0), [1.0])  # the process is warm, the models are not
    for name, (expression, truth, (low, high)) in CASES.items():
        for rows in SIZES:
            x = np.linspace(low, high, rows)
            f = fresh(expression)
            y = f(x, *truth) + 0.05 * rng.normal(size=rows)
            p0 = [v * 1.1 for v in truth]
            firsts, hots = [], []
            for _ in range(9):
                nlsq.clear_cache()
                f = fresh(expression)
                began = time.perf_counter()
                result = curve_fit(f, x, y, p0)
                popt, pcov = result
                firsts.append(1e3 * (time.perf_counter() - began))
            assert result.success and result.engine == "interpreter"
            assert np.all(np.abs(popt - truth) < 6 * np.sqrt(np.diag(pcov)) + 1e-12)
            for _ in range(101):
                began = time.perf_counter()
                popt, pcov = curve_fit(f, x, y, p0)
                hots.append(1e3 * (time.perf_counter() - began))
            reached = []
            for method in ("lm", "dogbox"):
                ok = True
                for sign in (0.8, 1.2):
                    other = curve_fit(f, x, y, [v * sign for v in truth], method=method)
                    ok &= other.success and np.allclose(other.popt, popt, rtol=1e-6, atol=1e-8)
                reached.append("yes" if ok else "NO")
            print(f"{name:<12} {rows:>6} {statistics.median(firsts):8.3f} {statistics.median(hots):8.3f} "
                  f"{reached[0]:>4} {reached[1]:>7}")  # fmt: skip


if __name__ == "__main__":
    main()
