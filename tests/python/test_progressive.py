# SPDX-License-Identifier: MIT
"""Fits of many rows that begin on a sample: what the result says of it, and what switches it off."""

import pickle

import numpy as np
import pytest
import scipy.optimize

import nlsq
import nlsq.scipy

ROWS = 30_000
X = np.linspace(0.0, 4.0, ROWS)


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


Y = decay(X, 2.5, 1.3, 0.5) + 0.1 * np.random.default_rng(5).normal(size=ROWS)
START = (1.0, 1.0, 1.0)


def test_the_result_tells():
    r = nlsq.curve_fit(decay, X, Y, START)
    assert r.progressive and r.nfev_subsample > 0
    all_rows = nlsq.curve_fit(decay, X, Y, START, progressive=False)
    assert not all_rows.progressive and all_rows.nfev_subsample == 0
    assert r.nfev < all_rows.nfev
    np.testing.assert_allclose((r.popt - all_rows.popt) / all_rows.perr, 0.0, atol=1e-5)
    np.testing.assert_allclose(r.pcov, all_rows.pcov, rtol=1e-6)
    again = pickle.loads(pickle.dumps(r))
    assert again.progressive and again.nfev_subsample == r.nfev_subsample


@pytest.mark.parametrize("options", [
    {"progressive": False}, {"max_nfev": 100}, {"loss": "huber"}, {"callback": lambda **_: False}, {"jac": "2-point"},
])  # fmt: skip
def test_what_switches_it_off(options):
    r = nlsq.curve_fit(decay, X, Y, START, **options)
    assert r.success and not r.progressive and r.nfev_subsample == 0


def test_few_rows_need_no_sample():
    r = nlsq.curve_fit(decay, X[::10].copy(), Y[::10].copy(), START)
    assert not r.progressive and r.nfev_subsample == 0


def test_nonsense_is_refused():
    with pytest.raises((TypeError, ValueError), match="progressive"):
        nlsq.curve_fit(decay, X, Y, START, progressive="no")


def test_scipys_interface_gives_scipys_answer():
    popt, pcov = nlsq.scipy.curve_fit(decay, X, Y, START)
    theirs, their_cov = scipy.optimize.curve_fit(decay, X, Y, START, ftol=1e-14, xtol=1e-14)
    np.testing.assert_allclose((popt - theirs) / np.sqrt(np.diag(their_cov)), 0.0, atol=1e-3)
    np.testing.assert_allclose(pcov, their_cov, rtol=1e-4)
