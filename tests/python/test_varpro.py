# SPDX-License-Identifier: MIT
"""method="varpro": the fits of trf by way of the parameters that are not linear."""

import numpy as np
import pytest
from fits import decay

import nlsq.scipy
from nlsq import curve_fit, curve_fit_many, least_squares

X = np.linspace(0.0, 10.0, 150)
TRUTH = [3.0, 0.4, 0.5]
Y = decay(X, *TRUTH) + 0.02 * np.random.default_rng(1).normal(size=X.size)


def test_ends_where_trf_ends():
    a = curve_fit(decay, X, Y, p0=[9, 0.1, 0], method="trf")
    b = curve_fit(decay, X, Y, p0=[9, 0.1, 0], method="varpro")
    assert b.success and b.method == "varpro" and b.nfev <= a.nfev
    np.testing.assert_allclose(b.popt, a.popt, atol=1e-9 * a.perr.min())
    np.testing.assert_allclose(b.pcov, a.pcov, rtol=1e-8)


def test_takes_starts_of_linear_parameters_as_they_come():
    far = curve_fit(decay, X, Y, p0=[-1e6, 0.1, 1e5], method="varpro")
    near = curve_fit(decay, X, Y, p0=[1, 0.1, 1], method="varpro")
    assert far.success and far.nfev <= near.nfev + 1  # a pass again, as what is left has lost its digits
    np.testing.assert_allclose(far.popt, near.popt, rtol=1e-9)


@pytest.mark.filterwarnings("ignore:'a' is at its bound", "ignore:residuals go together")
def test_bounds_of_a_linear_parameter():
    a = curve_fit(decay, X, Y, p0=[1, 1, 0.2], bounds=([0, 0, 0], [2.5, 9, 9]), method="trf")
    b = curve_fit(decay, X, Y, p0=[1, 1, 0.2], bounds=([0, 0, 0], [2.5, 9, 9]), method="varpro")
    assert b.popt[0] == 2.5
    np.testing.assert_allclose(b.popt, a.popt, rtol=1e-9)


def test_residual_functions_do_not_tell_what_is_linear():
    with pytest.raises(ValueError, match="must be one of trf, dogbox, lm, not 'varpro'"):
        least_squares(lambda p: decay(X, p[0], p[1], p[2]) - Y, [1.0, 1.0, 1.0], method="varpro")


def test_what_it_cannot_do_is_said():
    with pytest.raises(ValueError, match="linear in"):
        curve_fit(lambda x, k: np.exp(-k * x), X, Y, p0=[1], method="varpro")
    with pytest.raises(ValueError, match="called"):
        curve_fit(lambda x, a, k: np.array([float(a) * np.exp(-float(k) * v) for v in x]), X, Y, p0=[1, 1],
                  method="varpro")
    with pytest.raises(ValueError, match="robust"):
        curve_fit(decay, X, Y, p0=[1, 1, 1], method="varpro", loss="huber")
    with pytest.raises(ValueError, match="one data set"):
        curve_fit_many(decay, X, np.stack([Y, Y]), p0=[1, 1, 1], method="varpro")
    with pytest.raises(ValueError, match="must be 'trf', 'dogbox' or 'lm'"):
        nlsq.scipy.curve_fit(decay, X, Y, p0=[1, 1, 1], method="varpro")
