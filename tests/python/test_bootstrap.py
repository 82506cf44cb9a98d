# SPDX-License-Identifier: MIT
"""Bootstrap: errors like those of the linear model where that holds, and the options of the fit kept."""

import pickle

import numpy as np
import pytest

import nlsq

X = np.linspace(0.0, 4.0, 80)


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


def black_box(x, a, b, c):
    return decay(x, float(a), float(b), float(c))


Y = decay(X, 2.0, 1.3, 0.5) + 0.05 * np.random.default_rng(2).normal(size=X.size)


@pytest.mark.parametrize("method", ["residuals", "pairs", "parametric"])
def test_errors_are_those_of_the_covariance_where_it_holds(method):
    r = nlsq.curve_fit(decay, X, Y)
    b = r.bootstrap(4000, method=method)
    assert b.success.all() and b.popt.shape == (4000, 3)
    np.testing.assert_allclose(b.perr, r.perr, rtol=0.25 if method == "pairs" else 0.06)
    np.testing.assert_allclose(b.pcov, np.cov(b.popt, rowvar=False))
    assert np.all(np.abs(b.bias) < 0.1 * r.perr)
    np.testing.assert_allclose(b.confidence_intervals(0.9), r.confidence_intervals(level=0.9), atol=0.6 * r.perr.max())
    basic = b.confidence_intervals(0.9, kind="basic")
    np.testing.assert_allclose(basic.sum(axis=1) + b.confidence_intervals(0.9).sum(axis=1), 4.0 * r.popt)


def test_the_same_seed_draws_the_same_samples():
    r = nlsq.curve_fit(decay, X, Y)
    assert np.array_equal(r.bootstrap(50, seed=3).popt, r.bootstrap(50, seed=3).popt)
    assert not np.array_equal(r.bootstrap(50, seed=3).popt, r.bootstrap(50, seed=4).popt)


def test_keeps_what_the_fit_was_told():
    sigma = np.where(X < 2.0, 0.05, 0.1)
    sigma[7] = np.inf
    r = nlsq.curve_fit(decay, X, Y, sigma=sigma, absolute_sigma=True, fixed={"c": 0.5}, bounds=([0, 0, 0], [5, 5, 5]))
    b = r.bootstrap(2000, method="parametric")
    np.testing.assert_allclose(b.perr, r.perr, rtol=0.08, atol=1e-15)
    assert np.all(b.popt[:, 2] == 0.5)
    assert nlsq.curve_fit(black_box, X, Y).bootstrap(20).success.all()
    table = nlsq.curve_fit("a*exp(-b*t)+c", data={"t": X, "y": Y}, y="y")
    for method in ("residuals", "pairs"):
        assert table.bootstrap(20, method=method).success.all()
    robust = nlsq.curve_fit(decay, X, Y, loss="huber", f_scale=0.1)
    np.testing.assert_allclose(robust.bootstrap(2000).perr, r.perr[:1].repeat(3), rtol=3.0)


def test_long_data_go_in_chunks(monkeypatch):
    r = nlsq.curve_fit(decay, X, Y)
    whole = r.bootstrap(40, seed=1, method="pairs").popt.shape
    monkeypatch.setattr("nlsq._many.bootstrap._MOST_VALUES", 7 * X.size)
    assert r.bootstrap(40, seed=1, method="pairs").popt.shape == whole


def test_texts_and_pickles():
    b = nlsq.curve_fit(decay, X, Y).bootstrap(30)
    assert repr(b).startswith("<BootstrapResult: 30 samples of residuals, none failed; a ± 0.0")
    assert np.array_equal(pickle.loads(pickle.dumps(b)).popt, b.popt)


def test_nonsense_is_named():
    r = nlsq.curve_fit(decay, X, Y)
    with pytest.raises(ValueError, match="method must be one of residuals, pairs, parametric"):
        r.bootstrap(method="pair")
    with pytest.raises(ValueError, match="n must be a whole number of at least 2"):
        r.bootstrap(1)
    with pytest.raises(ValueError, match="level must be a number between 0 and 1"):
        r.bootstrap(5).confidence_intervals(1.5)
    with pytest.raises(ValueError, match="rows for 3 free parameters leave no residuals"):
        with pytest.warns(nlsq.OptimizeWarning):
            exact = nlsq.curve_fit(decay, X[:3], Y[:3])
        exact.bootstrap(5)
    with pytest.raises(ValueError, match="covariance matrix"):
        nlsq.curve_fit(decay, X, Y, sigma=0.01 * np.eye(X.size)).bootstrap(5)
