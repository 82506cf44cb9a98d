# SPDX-License-Identifier: MIT
"""Jacobians that callers of nlsq.scipy give, in all the forms that SciPy takes."""

import numpy as np
import pytest
import scipy.optimize

import nlsq.scipy
from nlsq._scipy.differences import is_bounded, unbounded

X = np.linspace(0.0, 4.0, 40)
Y = 2.0 * np.exp(-X) + 0.1 + 0.01 * np.cos(9.0 * X)
BUFFER = np.empty((40, 3))


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


def derivatives(x, a, b, c):
    e = np.exp(-b * x)
    return np.column_stack([e, -a * x * e, np.ones_like(x)])


def in_a_buffer(x, *p):
    BUFFER[:] = derivatives(x, *p)
    return BUFFER


FORMS = {
    "array": derivatives,
    "columns first in memory": lambda x, *p: np.asfortranarray(derivatives(x, *p)),
    "list": lambda x, *p: derivatives(x, *p).tolist(),
    "matrix": lambda x, *p: np.matrix(derivatives(x, *p)),
    "strided": lambda x, *p: np.repeat(derivatives(x, *p), 2, axis=1)[:, ::2],
    "buffer": in_a_buffer,
}


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("sigma", [None, np.linspace(0.5, 1.5, 40)], ids=["plain", "sigma"])
@pytest.mark.parametrize("method", ["lm", "trf"])
@pytest.mark.parametrize("form", FORMS)
def test_curve_fit_takes_them(form, method, sigma):
    given = {"p0": [1.0, 0.7, 0.0], "sigma": sigma, "method": method}
    popt, pcov = nlsq.scipy.curve_fit(decay, X, Y, jac=FORMS[form], **given)
    theirs = scipy.optimize.curve_fit(decay, X, Y, jac=derivatives, ftol=1e-14, xtol=1e-14, gtol=1e-14, **given)
    np.testing.assert_allclose(popt, theirs[0], rtol=1e-7)
    np.testing.assert_allclose(pcov, theirs[1], rtol=1e-6)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_least_squares_takes_them(form):
    def jac(p):
        return FORMS[form](X, *p)

    result = nlsq.scipy.least_squares(lambda p: decay(X, *p) - Y, [1.0, 0.7, 0.0], jac=jac)
    assert result.success
    np.testing.assert_allclose(result.jac, derivatives(X, *result.x), rtol=1e-12)


def test_columns_first():
    given = {"p0": [1.0, 0.7, 0.0], "jac": lambda x, *p: derivatives(x, *p).T.tolist(), "col_deriv": True}
    popt, pcov, info, _, _ = nlsq.scipy.curve_fit(decay, X, Y, full_output=True, **given)
    theirs = scipy.optimize.curve_fit(decay, X, Y, full_output=True, **given)
    np.testing.assert_allclose(popt, theirs[0], rtol=1e-6)
    np.testing.assert_allclose(np.abs(info["qtf"]), np.abs(theirs[2]["qtf"]), atol=1e-4)
    np.testing.assert_array_equal(info["ipvt"], theirs[2]["ipvt"] - theirs[2]["ipvt"].min())


@pytest.mark.parametrize("shape", [(40, 2), (39, 3), (3, 40)])
def test_other_shapes_are_refused(shape):
    first = [True]

    def later(x, *p):  # the first is looked at elsewhere
        right, first[0] = first[0], False
        return derivatives(x, *p) if right else np.ones(shape)

    with pytest.raises(TypeError, match="the 'jac' argument gives shape"):
        nlsq.scipy.curve_fit(decay, X, Y, [1.0, 0.7, 0.0], jac=later)
    with pytest.raises(ValueError, match="`jac` has wrong shape"):
        nlsq.scipy.least_squares(lambda p: decay(X, *p) - Y, [1.0, 0.7, 0.0], jac=lambda p: np.ones(shape))


def test_no_bounds_are_the_same_arrays():
    lower, upper = unbounded(3)
    assert unbounded(3)[0] is lower and not is_bounded(lower, upper)
    assert not is_bounded(lower.copy(), upper) and is_bounded(lower, np.array([np.inf, 1.0, np.inf]))
    with pytest.raises(ValueError):
        lower[0] = 0.0


def decided(x, a, b, c):
    return decay(x, a, b, c) if a < 1e9 else x


@pytest.mark.filterwarnings("ignore::scipy.optimize.OptimizeWarning", "ignore::nlsq.OptimizeWarning")
@pytest.mark.parametrize("given", [{}, {"jac": derivatives}, {"sigma": 1.0 + X}, {"gtol": 1e-10}], ids=" ".join)
@pytest.mark.parametrize("y", [Y, Y[0] * np.ones(40), np.zeros(40)], ids=["data", "constant", "zeros"])
def test_more_that_is_asked_for_changes_nothing(given, y):
    short = nlsq.scipy.curve_fit(decided, X, y, [1.0, 0.7, 0.1], **given)
    full = nlsq.scipy.curve_fit(decided, X, y, [1.0, 0.7, 0.1], full_output=True, **given)
    np.testing.assert_array_equal(short[0], full[0])
    np.testing.assert_allclose(short[1], full[1], rtol=1e-12)
    with pytest.raises(RuntimeError, match="Optimal parameters not found"):
        nlsq.scipy.curve_fit(decided, X, Y, [1.0, 0.7, 0.1], **{**given, "maxfev": 2})
