# SPDX-License-Identifier: MIT
"""From starts of ones the best minimum is found no less often than by SciPy, whatever the units of y."""

import warnings

import numpy as np
import pytest

from nlsq import curve_fit

X = np.linspace(0.05, 4.0, 60)
DRAWS = 6
# name: (model, ranges of its parameters, which of them are in the units of y)
MODELS = {
    "decay": (lambda x, a, b, c: a * np.exp(-b * x) + c, [(0.5, 3), (0.3, 3), (0, 1)], [0, 2]),
    "peak": (lambda x, a, m, s: a * np.exp(-((x - m) ** 2) / (2 * s * s)), [(0.5, 3), (0.5, 3.5), (0.3, 1)], [0]),
    "lorentzian": (
        lambda x, a, m, g, c: a / (1 + ((x - m) / g) ** 2) + c, [(0.5, 3), (0.5, 3.5), (0.3, 1), (0, 1)], [0, 3],
    ),
    "logistic": (lambda x, a, k, m: a / (1 + np.exp(-k * (x - m))), [(0.5, 3), (1, 4), (1, 3)], [0]),
    "power": (lambda x, a, b, c: a * x**b + c, [(0.5, 3), (0.3, 3), (0, 1)], [0, 2]),
    "saturation": (lambda x, v, k: v * x / (k + x), [(0.5, 3), (0.3, 3)], [0]),
    "wave": (lambda x, a, w, p: a * np.sin(w * x + p), [(0.5, 3), (0.6, 1.6), (0, 1.5)], [0]),
    "two decays": (
        lambda x, a, b, c, d: a * np.exp(-b * x) + c * np.exp(-d * x), [(0.5, 3), (2, 4), (0.5, 3), (0.2, 0.8)], [0, 2],
    ),
}  # fmt: skip


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e2, 1e3, 1e5])
def test_the_best_minimum_is_found_no_less_often(scale):
    optimize = pytest.importorskip("scipy.optimize")
    rng = np.random.default_rng(7)
    ours = theirs = 0
    for f, ranges, units in MODELS.values():
        for _ in range(DRAWS):
            truth = np.array([rng.uniform(*limits) for limits in ranges])
            truth[units] *= scale
            y = f(X, *truth) + 0.01 * scale * rng.normal(size=X.size)
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                enough = curve_fit(f, X, y, truth).cost * (1.0 + 1e-4)
                ours += curve_fit(f, X, y).cost <= enough
                try:
                    theirs += 0.5 * np.sum((f(X, *optimize.curve_fit(f, X, y)[0]) - y) ** 2) <= enough
                except RuntimeError:
                    pass
    assert ours >= theirs
    assert ours >= {1e-3: 44, 1.0: 45, 1e2: 40, 1e3: 32, 1e5: 26}[scale]
