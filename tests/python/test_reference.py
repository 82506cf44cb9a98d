# SPDX-License-Identifier: MIT
"""curve_fit and least_squares against Gauss-Newton steps in NumPy: parameters, covariance, residuals, derivatives."""

import numpy as np
import pytest
from fits import decay, decay_data

from nlsq import curve_fit, least_squares

X, Y = decay_data()
SIGMA = 0.03 + 0.02 * X
COVARIANCE = np.diag(SIGMA**2) + 2e-4 * np.exp(-np.abs(np.subtract.outer(X, X)))


def derivatives(x, a, b, c):
    e = np.exp(-b * x)
    return np.stack([e, -a * x * e, np.ones_like(x)], axis=1)


def called(x, a, b, c):
    return decay(x, float(a), b, c)


def reference(sigma=None, absolute_sigma=False):
    """(popt, pcov, weighted residuals, their derivatives) by undamped steps from near the answer."""
    if np.ndim(sigma) == 2:
        weigh = np.linalg.inv(np.linalg.cholesky(sigma))
    else:
        weigh = np.diag(1.0 / np.broadcast_to(1.0 if sigma is None else sigma, Y.shape))
    p = np.array([2.5, 1.3, 0.5])
    for _ in range(60):
        f, J = weigh @ (decay(X, *p) - Y), weigh @ derivatives(X, *p)
        p = p - np.linalg.lstsq(J, f, rcond=None)[0]
    f, J = weigh @ (decay(X, *p) - Y), weigh @ derivatives(X, *p)
    pcov = np.linalg.inv(J.T @ J)
    return p, pcov if absolute_sigma else pcov * (f @ f) / (len(Y) - 3), f, J


SIGMAS = {"none": None, "number": 0.05, "vector": SIGMA, "matrix": COVARIANCE}


@pytest.mark.parametrize("method", ["trf", "lm", "dogbox"])
@pytest.mark.parametrize("absolute_sigma", [False, True])
@pytest.mark.parametrize("sigma", SIGMAS)
@pytest.mark.parametrize("f", [decay, called], ids=["recorded", "called"])
@pytest.mark.filterwarnings("ignore:absolute sigma was asked for but no sigma was given")
def test_every_number_of_a_fit(f, sigma, absolute_sigma, method):
    sigma = SIGMAS[sigma]
    popt, pcov, residuals, J = reference(sigma, absolute_sigma)
    r = curve_fit(f, X, Y, sigma=sigma, absolute_sigma=absolute_sigma, method=method)
    exact = r.engine == "interpreter"
    np.testing.assert_allclose(r.popt, popt, rtol=1e-9 if exact else 3e-7)
    np.testing.assert_allclose(r.x, popt, rtol=1e-9 if exact else 3e-7)
    rtol = 1e-7 if exact else 1e-4
    np.testing.assert_allclose(r.pcov, pcov, rtol=rtol)
    np.testing.assert_allclose(r.perr, np.sqrt(np.diag(pcov)), rtol=rtol)
    size = np.abs(residuals).max()
    np.testing.assert_allclose(r.fun, residuals, atol=1e-6 * size)
    np.testing.assert_allclose(r.jac, J, rtol=1e-6, atol=1e-6 * np.abs(J).max())
    assert r.cost == pytest.approx(0.5 * residuals @ residuals, rel=1e-9)
    np.testing.assert_allclose(r.residuals, Y - decay(X, *popt), atol=1e-6)
    np.testing.assert_allclose(r.predictions, decay(X, *popt), rtol=1e-6)
    assert np.all(np.abs(r.grad) < 1e-4 * np.linalg.norm(J, axis=0) * np.linalg.norm(residuals))


def test_every_value_of_a_full_output():
    popt, pcov, residuals, _ = reference(SIGMA)
    found = curve_fit(decay, X, Y, sigma=SIGMA, full_output=True)
    np.testing.assert_allclose(found[0], popt, rtol=1e-9)
    np.testing.assert_allclose(found[1], pcov, rtol=1e-7)
    np.testing.assert_allclose(found[2]["fvec"], residuals, atol=1e-8)


@pytest.mark.parametrize("method", ["trf", "lm", "dogbox"])
@pytest.mark.parametrize("f", [lambda p: decay(X, *p) - Y, lambda p: called(X, *p) - Y], ids=["recorded", "called"])
def test_every_number_of_least_squares(f, method):
    popt, _, residuals, J = reference()
    r = least_squares(f, [1.0, 1.0, 1.0], method=method)
    exact = r.engine == "interpreter"
    np.testing.assert_allclose(r.x, popt, rtol=1e-9 if exact else 1e-6)
    np.testing.assert_allclose(r.fun, residuals, atol=1e-6)
    np.testing.assert_allclose(r.jac, J, rtol=1e-5, atol=1e-6)
    assert r.cost == pytest.approx(0.5 * residuals @ residuals, rel=1e-9)
    np.testing.assert_allclose(r.grad, r.jac.T @ r.fun, atol=1e-9)
