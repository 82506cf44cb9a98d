# SPDX-License-Identifier: MIT
"""A decay and a line whose right answers are known, for tests of what must never be silently wrong."""

import numpy as np
import scipy.optimize

M = 40
X = np.linspace(0.5, 4.0, M)
Y = 2.5 * np.exp(-1.3 * X) + 0.5 + 0.01 * np.random.default_rng(0).normal(size=M)
LINE = 2.0 * X + 1.0


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


def line(x, a, b):
    return a * x + b


def called(x, a, b, c):
    """The decay, in a way that cannot be recorded."""
    return decay(x, float(a), b, c)


REFERENCE = scipy.optimize.curve_fit(decay, X, Y, [1, 1, 1], ftol=1e-14, xtol=1e-14)[0]


def same(result, popt, rtol=1e-6):
    np.testing.assert_allclose(result.popt, popt, rtol=rtol, atol=1e-9)
