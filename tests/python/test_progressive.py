# SPDX-License-Identifier: MIT
"""Fits of many rows that begin on a sample: what the result says of it, and what switches it off."""

import pickle

import numpy as np
import pytest
import scipy.optimize
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_differential import JUMPS, KINKS, made, models, parameters

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
    {"progressive": False}, {"max_nfev": 100}, {"callback": lambda **_: False}, {"jac": "2-point"},
])  # fmt: skip
def test_what_switches_it_off(options):
    r = nlsq.curve_fit(decay, X, Y, START, **options)
    assert r.success and not r.progressive and r.nfev_subsample == 0


@pytest.mark.parametrize("loss", ["soft_l1", "huber", "cauchy", "arctan"])
def test_a_robust_loss_ends_where_scipy_does(loss):
    y = Y.copy()
    y[::50] += 4.0
    r = nlsq.curve_fit(decay, X, y, START, loss=loss, f_scale=0.2)
    assert r.progressive and r.nfev_subsample > 0
    tight = dict(xtol=1e-15, ftol=1e-15, gtol=1e-12)
    theirs = scipy.optimize.least_squares(lambda p: decay(X, *p) - y, r.popt, loss=loss, f_scale=0.2, **tight)
    np.testing.assert_allclose((r.popt - theirs.x) / r.perr, 0.0, atol=1e-3)
    assert r.cost <= theirs.cost * (1 + 1e-12)


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


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=200)
@given(models("y = a*x + b*np.cos(2*x) + c*np.sin(3*x) + {0}", JUMPS), parameters, st.integers(0, 99))
def test_random_models_end_where_all_rows_lead(text, truth, seed):
    # W is an array of other rows; steps and kinks make minima of their own.
    assume("W" not in text and not any(word in text for word in (*JUMPS, *KINKS)))
    f = made(text)
    x = np.linspace(-2.0, 2.0, 12_000)
    with np.errstate(all="ignore"):
        exact = f(x, *truth)
    assume(np.isfinite(exact).all() and np.ptp(exact) < 1e6)
    y = exact + 0.05 * np.random.default_rng(seed).normal(size=x.size)
    start = [v + 0.1 for v in truth]
    on, off = (nlsq.curve_fit(f, x, y, start, progressive=p) for p in (True, False))
    assume(off.success and off.rank == 3 and off.condition < 1e6)
    assert on.success
    if not on.progressive:
        assert on.cost == pytest.approx(off.cost, rel=1e-9)
    # Where there are two minima a sample may lead to the other one, but never to a worse one than all rows would.
    assert on.cost <= off.cost * (1.0 + 1e-9)
