# SPDX-License-Identifier: MIT
"""What the tests of recorded forms share: a record against the plain function, and the fit against SciPy's."""

import warnings

import numpy as np
import scipy.optimize

from nlsq import _core, curve_fit, least_squares
from nlsq._data.model_input import as_model_input
from nlsq._recording.models import recorded
from nlsq._recording.residuals import record


def points(p0, count=6):
    """The start and points around it."""
    rng = np.random.default_rng(3)
    p0 = np.asarray(p0, dtype=float)
    return [p0, *(p0 * rng.uniform(0.8, 1.25, (count, len(p0))))]


def plain(f, *args):
    with np.errstate(all="ignore"):
        return np.asarray(f(*args), dtype=float)


def check_model(f, x, p0, rtol=1e-12):
    """A model of curve_fit is recorded, gives what it gives with numbers, and fits as it does in SciPy."""
    p0 = np.asarray(p0, dtype=float)
    exact = plain(f, x, *p0)
    rows = len(exact)
    found, why = recorded(f, as_model_input(x), p0, [f"p{i}" for i in range(len(p0))], rows)
    assert found is not None, why
    model, columns, _ = found
    for p in points(p0):
        values = plain(f, x, *p.tolist())
        np.testing.assert_allclose(_core.evaluate(model, columns, p, rows), values, rtol=rtol, atol=1e-12)
        assert np.isfinite(_core.jacobian(model, columns, p, rows)).all()
    check_slopes(lambda p: _core.jacobian(model, columns, p, rows), lambda p: plain(f, x, *p), p0 * 1.01)
    y = exact + 0.01 * np.random.default_rng(5).normal(size=rows)
    result = curve_fit(f, x, y, p0 * 1.02)
    assert result.engine == "interpreter", result.trace_note
    reference = scipy.optimize.curve_fit(f, x, y, p0 * 1.02, ftol=1e-13, xtol=1e-13, gtol=1e-13)[0]
    np.testing.assert_allclose(plain(f, x, *result.popt), plain(f, x, *reference), atol=1e-4)
    np.testing.assert_allclose(result.predictions, plain(f, x, *result.popt), rtol=1e-9, atol=1e-9)
    return result


def check_residuals(f, p0, rtol=1e-12, families=None):
    """The same for a function of least_squares; `families`: of how many families of rows."""
    p0 = np.asarray(p0, dtype=float)
    everywhere = np.full(len(p0), np.inf)
    found, why = record(f, f, (), None, p0, plain(f, p0), -everywhere, everywhere)
    assert found is not None, why
    if families is not None:
        assert len(found.terms) == families
    for p in points(p0):
        np.testing.assert_allclose(found.values(p), plain(f, p), rtol=rtol, atol=1e-12)
    check_slopes(found.jacobian, lambda p: plain(f, p), p0 * 1.01)
    result = least_squares(f, p0 * 1.02)
    assert result.engine == "interpreter", result.trace_note
    tight = dict(ftol=1e-14, xtol=1e-14, gtol=1e-14)
    reference = scipy.optimize.least_squares(f, p0 * 1.02, jac="3-point", **tight)
    assert result.cost <= reference.cost * (1 + 1e-8) + 1e-14
    np.testing.assert_allclose(result.fun, plain(f, reference.x), atol=1e-4)
    np.testing.assert_allclose(result.jac, found.jacobian(result.x))
    return result


def check_slopes(jacobian, function, p):
    """Exact derivatives near differences."""
    J = jacobian(p)
    for j in range(len(p)):
        h = 1e-6 * max(abs(p[j]), 0.1) * np.eye(len(p))[j]
        slope = (function(p + h) - function(p - h)) / (2 * h[j])
        np.testing.assert_allclose(J[:, j], slope, rtol=1e-5, atol=1e-6 * max(1.0, np.abs(slope).max()))


def check_falls_back(f, x, p0):
    """A model that may be recorded or not: the fit is right either way."""
    p0 = np.asarray(p0, dtype=float)
    exact = plain(f, x, *p0.tolist())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parameters that some of these models do not depend on
        result = curve_fit(f, x, exact, p0 * 1.02)
    np.testing.assert_allclose(plain(f, x, *result.popt.tolist()), exact, atol=1e-6)
    return result
