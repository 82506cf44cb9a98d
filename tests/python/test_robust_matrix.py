# SPDX-License-Identifier: MIT
"""Robust losses with a covariance matrix as sigma: whitened residuals, SciPy's minimum from a near start."""

import numpy as np
import pytest
import scipy.optimize
from fits import decay

from nlsq import curve_fit

M = 60
X = np.linspace(0.0, 4.0, M)
COVARIANCE = 0.05**2 * 0.7 ** np.abs(np.subtract.outer(np.arange(M), np.arange(M)))
L = np.linalg.cholesky(COVARIANCE)
Y = decay(X, 2.5, 1.3, 0.5) + L @ np.random.default_rng(4).normal(size=M)
Y[::9] += 1.5
RHO = {
    "soft_l1": lambda z: 2.0 * (np.sqrt(1.0 + z) - 1.0),
    "huber": lambda z: np.where(z <= 1.0, z, 2.0 * np.sqrt(z) - 1.0),
    "cauchy": np.log1p,
    "arctan": np.arctan,
}


def called(x, a, b, c):
    return decay(x, float(a), b, c)


def cost(p, loss, f_scale):
    z = (np.linalg.solve(L, decay(X, *p) - Y) / f_scale) ** 2
    return 0.5 * f_scale**2 * np.sum(RHO[loss](z))


@pytest.mark.parametrize("f", [decay, called])
@pytest.mark.parametrize("f_scale", [1.0, 3.0])
@pytest.mark.parametrize("loss", RHO)
def test_from_a_near_start_it_is_scipys_minimum(loss, f_scale, f):
    options = dict(sigma=COVARIANCE, loss=loss, f_scale=f_scale, absolute_sigma=True)
    start = [2.2, 1.1, 0.4]
    popt, pcov = scipy.optimize.curve_fit(
        decay, X, Y, start, method="trf", x_scale="jac", ftol=1e-12, xtol=1e-12, gtol=1e-12, **options
    )
    r = curve_fit(f, X, Y, start, **options)
    assert np.all(np.abs(r.popt - popt) < 3e-3 * np.sqrt(np.diag(pcov)))
    np.testing.assert_allclose(r.pcov, pcov, rtol=1e-2)
    assert r.cost == pytest.approx(cost(r.popt, loss, f_scale), rel=1e-9)
    assert r.cost <= cost(popt, loss, f_scale) * (1.0 + 1e-8)


@pytest.mark.parametrize("loss", RHO)
def test_from_a_far_start_it_is_a_minimum(loss):
    """Which one depends on the path, as in SciPy."""
    there = curve_fit(decay, X, Y, [25.0, 0.1, -3.0], sigma=COVARIANCE, loss=loss)
    assert there.cost == pytest.approx(cost(there.popt, loss, 1.0), rel=1e-9)
    gradient = there.grad / np.linalg.norm(there.jac, axis=0)
    assert not there.success or np.all(np.abs(gradient) < 1e-4 * np.sqrt(2.0 * there.cost))
