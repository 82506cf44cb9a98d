# SPDX-License-Identifier: MIT
"""Data sets for the tests of curve_fit_many, and the comparison with curve_fit, set by set."""

import warnings

import numpy as np

from nlsq import curve_fit

M, K = 30, 12
X = np.linspace(0.0, 4.0, M)


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


def line(x, a, b):
    return a * x + b


def black_decay(x, a, b, c):
    """As decay, and nothing that could be recorded."""
    return np.array([float(a) * np.exp(-float(b) * v) + float(c) for v in x])


def decays(shape=(K,), x=X, seed=1, noise=0.05):
    """ydatas of (*shape, m)."""
    rng = np.random.default_rng(seed)
    a, b, c = (rng.uniform(low, high, (*shape, 1)) for low, high in ((2.0, 3.0), (1.0, 2.0), (0.0, 1.0)))
    return decay(x, a, b, c) + noise * rng.standard_normal((*shape, np.shape(x)[-1]))


def assert_like_single(result, f, x_of, y_of, options_of=lambda i: {}, near=1e-8):
    """Each set of the result is what curve_fit gives for it: values to 1e-8 standard errors or 1e-10 of themselves,
    covariances to 1e-8. near: more, where derivatives are differences over other rows."""
    for i in np.ndindex(result.shape):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            one = curve_fit(f, x_of(i), y_of(i), **options_of(i))
        errors = near * np.where(np.isfinite(one.perr), one.perr, 0.0)
        allowed = errors + 1e-10 * np.abs(one.popt)
        assert np.all(np.abs(result.popt[i] - one.popt) <= allowed), (i, result.popt[i], one.popt)
        finite = np.isfinite(one.pcov)
        assert np.array_equal(finite, np.isfinite(result.pcov[i])), (i, result.pcov[i], one.pcov)
        ours, theirs = (np.where(finite, pcov, 0.0) for pcov in (result.pcov[i], one.pcov))
        size = np.sqrt(np.outer(np.diag(theirs), np.diag(theirs)))
        np.testing.assert_array_less(np.abs(ours - theirs), near * size + 1e-300, err_msg=str(i))
        np.testing.assert_allclose(result.perr[i], one.perr, near)
        np.testing.assert_allclose([result.cost[i], result.rss[i]], [one.cost, one.rss], 1e-9)
        assert result.success[i] == one.success
