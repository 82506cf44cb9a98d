# SPDX-License-Identifier: MIT
"""Records of models that are put together from captured parts are compared with their function at each fit, whatever was
compared before."""

import numpy as np
import pytest
import scipy.optimize

import nlsq
import nlsq.scipy

X = np.linspace(0.1, 4.0, 24)


def right(f, x, truth, start):
    y = f(x, *truth)
    for fit in (nlsq.curve_fit, nlsq.scipy.curve_fit):
        popt, _ = fit(f, x, y, start)
        np.testing.assert_allclose(f(x, *popt), y, atol=1e-6)
    r = nlsq.curve_fit(f, x, y, start)
    np.testing.assert_allclose(r.predict(), f(x, *r.popt), atol=1e-9)
    ls = nlsq.least_squares(lambda p: f(x, *p) - y, start)
    np.testing.assert_allclose(f(x, *ls.x), y, atol=1e-5)


@pytest.mark.filterwarnings("ignore")  # some leave a parameter undetermined
@pytest.mark.parametrize("order", [(3, 24, 3), (24, 3, 24), (0, 12, 24, 1)])
def test_columns_of_numbers_and_rows(order):
    k = None

    def f(x, a, b):
        return np.column_stack([[a] * k + [b * t for t in x[k:]], b * x]).sum(axis=1)

    for k in order:
        right(f, X, (1.0, 2.0), [0.9, 1.9])


def picked(group):
    def f(x, a, b, c):
        return np.vstack([np.array([a, b, c])[group], c * x]).sum(axis=0)

    return f


@pytest.mark.filterwarnings("ignore")
def test_parameters_picked_for_rows():
    groups = (np.zeros(24, int), np.r_[0, [1] * 18, [2] * 5], np.arange(24) % 3, np.zeros(24, int))
    for group in groups:
        right(picked(group), X, (1.0, 2.0, 0.5), [0.9, 1.9, 0.6])


GROUP = np.zeros(24, int)


def of_globals(x, a, b, c):
    return np.stack([np.array([a, b, c])[GROUP], c * x]).sum(axis=0)


@pytest.mark.filterwarnings("ignore")
def test_arrays_among_the_globals(monkeypatch):
    for group in (np.zeros(24, int), np.r_[0, [1] * 18, [2] * 5], np.arange(24) % 3):
        monkeypatch.setitem(globals(), "GROUP", group)
        right(of_globals, X, (1.0, 2.0, 0.5), [0.9, 1.9, 0.6])


def test_the_answer_is_scipys():
    f = picked(np.r_[0, [1] * 18, [2] * 5])
    y = f(X, 1.0, 2.0, 0.5) + 0.01 * np.cos(9.0 * X)
    theirs = scipy.optimize.curve_fit(f, X, y, [0.9, 1.9, 0.6])[0]
    np.testing.assert_allclose(nlsq.curve_fit(f, X, y, [0.9, 1.9, 0.6]).popt, theirs, rtol=1e-6)
