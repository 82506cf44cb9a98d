# SPDX-License-Identifier: MIT
"""nlsq.least_squares against SciPy's: the path that ran, the minimum, the exact Jacobian."""

import math

import numpy as np
import pytest
import scipy.optimize

import nlsq.scipy
from nlsq import LeastSquares, _core, least_squares

RNG = np.random.default_rng(0)
T = np.linspace(0, 4, 200)
Y = 2.5 * np.exp(-1.3 * T) + 0.5 + 0.05 * RNG.normal(size=200)
A = RNG.normal(size=(30, 4))
B = RNG.normal(size=30)


def unpacked(p):
    a, b, c = p
    return a * np.exp(-b * T) + c - Y


CASES = {
    "rosenbrock": (lambda p: np.array([10 * (p[1] - p[0] ** 2), 1 - p[0]]), [-1.2, 1.0], "interpreter"),
    "list": (lambda p: [10 * (p[1] - p[0] ** 2), 1 - p[0]], [-1.2, 1.0], "interpreter"),
    "rows": (lambda p: p[0] * np.exp(-p[1] * T) + p[2] - Y, [1.0, 1.0, 1.0], "interpreter"),
    "unpacked": (unpacked, [1.0, 1.0, 1.0], "interpreter"),
    "matrix": (lambda p: A @ p - B, [1.0, 1.0, 1.0, 1.0], "interpreter"),
    "slices": (lambda p: np.concatenate([p[1:] - p[:-1] ** 2, [p[0] - 2]]), [1.0, 1.1, 0.9, 1.0], "interpreter"),
    "fancy": (lambda p: p[np.array([0, 1, 1, 0])] ** 2 - np.arange(4.0), [1.0, 1.1], "interpreter"),
    "reshaped": (lambda p: (p.reshape(2, 2) @ np.ones(2)) - np.array([1.0, 2.0]), [1.0, 2.0, 3.0, 4.0], "interpreter"),
    "sum": (lambda p: [np.sum(p) - 3.0, p[0] - p.sum() * 0.1, p[1]], [1.0, 2.0], "interpreter"),
    "math": (lambda p: np.array([math.exp(p[0]) - 2, p[1]]), [1.0, 1.0], "callback"),
    "branch": (lambda p: np.array([p[0] - 1 if p[0] > 0 else p[0] + 1, p[1]]), [2.0, 1.0], "interpreter"),
}


@pytest.mark.parametrize("name", CASES)
def test_minimum_path_and_jacobian(name):
    f, x0, engine = CASES[name]
    ours = least_squares(f, x0)
    theirs = scipy.optimize.least_squares(f, x0, jac="3-point", ftol=1e-15, xtol=1e-15, gtol=1e-15)
    assert ours.engine == engine, ours.trace_note
    assert bool(ours.trace_note) == (engine == "callback")
    assert ours.success
    assert ours.cost <= theirs.cost + 1e-12
    np.testing.assert_allclose(ours.fun, f(ours.x), atol=1e-12)
    step = 1e-6
    for j in range(len(x0)):
        h = step * np.eye(len(x0))[j]
        column = (np.asarray(f(ours.x + h)) - np.asarray(f(ours.x - h))) / (2 * step)
        np.testing.assert_allclose(ours.jac[:, j], column, atol=1e-5 * max(1.0, np.abs(ours.jac).max()))
    np.testing.assert_allclose(ours.grad, ours.jac.T @ ours.fun, atol=1e-10)


@pytest.mark.parametrize("loss", ["soft_l1", "huber", "cauchy", "arctan"])
def test_losses_and_bounds(loss):
    f = CASES["rows"][0]
    options = dict(loss=loss, f_scale=0.05, bounds=([0, 0, 0], [2.3, 3, 1]))
    ours = least_squares(f, [1.0, 1.0, 0.5], **options)
    tight = dict(ftol=1e-14, xtol=1e-14, gtol=1e-14)
    theirs = scipy.optimize.least_squares(f, [1.0, 1.0, 0.5], **options, **tight)
    assert ours.engine == "interpreter"
    np.testing.assert_allclose(ours.x, theirs.x, atol=1e-4)
    assert ours.cost <= theirs.cost * (1 + 1e-8)
    np.testing.assert_allclose(ours.grad, theirs.grad, atol=1e-3)


def test_arguments_reach_the_function():
    def f(p, t, y, offset=0.0):
        return p[0] * t + offset - y

    for fit in (least_squares, LeastSquares(ftol=1e-12).least_squares):
        for factor, offset in ((2.0, 1.0), (3.0, -0.5)):  # the least squares of p·T = factor·T − offset
            r = fit(f, [1.0], args=(T, factor * T), kwargs={"offset": offset})
            assert r.engine == "interpreter"
            np.testing.assert_allclose(r.x, [factor - offset * T.sum() / (T @ T)], rtol=1e-9)
        np.testing.assert_allclose(fit(f, [1.0], args=(T, T)).x, [1.0], rtol=1e-9)


def test_wrong_keywords_are_named():
    with pytest.raises(TypeError, match="did you mean 'ftol'"):
        least_squares(lambda p: p, [1.0], ftoll=1)
    with pytest.raises(ValueError, match="not finite in the initial point"):
        least_squares(lambda p: np.array([np.nan, 1.0]) * p[0], [1.0])


@pytest.mark.parametrize("fit", [nlsq.least_squares, nlsq.scipy.least_squares])
def test_what_cannot_be_recorded_is_not_tried_again(fit, monkeypatch):
    count, trace = [], _core.trace
    monkeypatch.setattr(_core, "trace", lambda *a, **k: (count.append(a[0]), trace(*a, **k))[1])
    x = np.linspace(0.0, 3.0, 30)

    class Owner:
        def residuals(self, p, y):
            return float(p[0]) * np.exp(-p[1] * x) - y

    owner = Owner()
    for k in range(4):
        r = fit(owner.residuals, [1.0, 1.0], args=(2.0 * np.exp(-(1.0 + 0.1 * k) * x),))
        np.testing.assert_allclose(r.x, [2.0, 1.0 + 0.1 * k], rtol=1e-6)
    assert len(count) == 1
