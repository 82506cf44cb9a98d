# SPDX-License-Identifier: MIT
"""Fits of lsqfit's documentation with its fitter on SciPy; the package on PyPI brings no tests."""

import gvar as gv
import lsqfit
import numpy as np
import pytest


def _exponentials(x, p):
    return sum(a * np.exp(-e * x) for a, e in zip(p["a"], p["E"]))


@pytest.mark.parametrize("terms", [1, 2, 3])
@pytest.mark.parametrize("method", ["trf", "lm"])
def test_sum_of_exponentials(terms, method):
    x = np.linspace(1.0, 8.0, 15)
    mean = _exponentials(x, {"a": [0.5, 0.4, 0.3], "E": [0.5, 1.0, 1.5]})
    y = gv.gvar(mean * (1 + 0.002 * np.sin(5 * x)), 0.01 * mean)
    prior = {"a": gv.gvar(terms * ["0.5(5)"]), "E": gv.gvar(0.5 * np.arange(1, terms + 1), 0.3)}
    fit = lsqfit.nonlinear_fit(data=(x, y), fcn=_exponentials, prior=prior, fitter="scipy_least_squares", method=method)
    assert fit.error is None
    if terms == 3:
        assert fit.chi2 / fit.dof < 1.0
        assert abs(fit.p["E"][0].mean - 0.5) < 0.1


@pytest.mark.parametrize("tol", [1e-5, 1e-10])
def test_without_prior(tol):
    x = np.arange(1.0, 11.0)
    y = gv.gvar(2.0 + 3.0 * x, np.full(10, 0.1))
    fit = lsqfit.nonlinear_fit(data=(x, y), p0={"a": 1.0, "b": 1.0}, fcn=lambda x, p: p["a"] + p["b"] * x,
                               fitter="scipy_least_squares", tol=tol)  # fmt: skip
    assert abs(fit.pmean["a"] - 2.0) < 1e-4 and abs(fit.pmean["b"] - 3.0) < 1e-4


def test_bootstrapped_fits():
    gv.ranseed(4)
    x = np.arange(1.0, 11.0)
    y = gv.gvar(2.0 * np.exp(-0.3 * x), 0.02 * np.exp(-0.3 * x))
    fit = lsqfit.nonlinear_fit(data=(x, y), prior={"a": "2(1)", "b": "0.3(2)"},
                               fcn=lambda x, p: p["a"] * np.exp(-p["b"] * x), fitter="scipy_least_squares")  # fmt: skip
    found = [one.pmean["b"] for one in fit.bootstrapped_fit_iter(20)]
    assert abs(np.mean(found) - 0.3) < 0.05
