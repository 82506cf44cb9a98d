# SPDX-License-Identifier: MIT
"""Fits from simple starts that end where parameters mean nothing are tried again; others are not."""

import warnings

import numpy as np
import pytest
from fits import decay

from nlsq import _engine, curve_fit

X = np.linspace(0.1, 4.0, 60)
NOISE = 0.01 * np.random.default_rng(0).normal(size=60)


def two_decays(x, a, b, c, d):
    return a * np.exp(-b * x) + c * np.exp(-d * x)


@pytest.fixture
def attempts(monkeypatch):
    """The starts of every attempt."""
    starts = []
    fit = _engine.fit

    def counted(f, x, y, start, **options):
        starts.append(list(start))
        return fit(f, x, y, start, **options)

    monkeypatch.setattr(_engine, "fit", counted)
    return starts


@pytest.mark.parametrize("method", ["trf", "lm", "dogbox"])
@pytest.mark.parametrize("f", [two_decays, lambda x, a, b, c, d: two_decays(x, float(a), b, c, d)])
def test_equal_terms_part(f, method):
    y = two_decays(X, 2.0, 3.0, 1.0, 0.5) + NOISE
    best = curve_fit(f, X, y, [2.0, 3.0, 1.0, 0.5])
    r = curve_fit(f, X, y, method=method)
    assert r.success and r.rank == 4 and r.cost == pytest.approx(best.cost, rel=1e-6)
    np.testing.assert_allclose(np.sort(r.popt), np.sort(best.popt), rtol=1e-4)


@pytest.mark.parametrize("f", [decay, lambda x, a, b, c: decay(x, float(a), b, c)])
@pytest.mark.parametrize("method", ["trf", "lm"])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e2, 1e3, 1e4, 1e6, 1e9])
@pytest.mark.filterwarnings("ignore:overflow encountered")  # of NumPy, in the model
def test_counts_in_thousands_are_fitted_from_ones(scale, method, f):
    y = scale * (decay(X, 2.0, 1.1, 0.5) + NOISE)
    units = np.array([scale, 1.0, scale])
    best = curve_fit(decay, X, y, [2.0 * scale, 1.1, 0.5 * scale])
    r = curve_fit(f, X, y, method=method)
    np.testing.assert_allclose(r.popt / units, best.popt / units, rtol=1e-5)
    assert r.success and not r.warnings


def test_a_fit_that_is_well_is_done_once(attempts):
    curve_fit(decay, X, decay(X, 2.0, 1.1, 0.5) + NOISE, method="trf")
    assert len(attempts) == 1


def test_the_least_cost_wins_and_a_tie_is_the_first(attempts):
    y = 3.0 * X + 1.0 + NOISE
    with pytest.warns(UserWarning, match="do not determine 'a' and 'b'") as seen:
        r = curve_fit(lambda x, a, b, c: (a + b) * x + c, X, y)
    assert len(seen) == 1 and r.rank == 2
    assert abs(r.popt[0] - r.popt[1]) < 1e-14  # of the first attempt: the shortest step from equal starts
    np.testing.assert_allclose(attempts, [[1, 1, 1], [1.001, 1.002, 1.003], [1, 1, 1]])


@pytest.mark.parametrize(
    "options, count",
    [
        ({"max_nfev": 4}, 1),  # a limit is a limit
        ({"x_scale": [1.0, 1.0, 1.0]}, 1),  # scales of the caller
        ({"x_scale": "jac"}, 1),
        ({"callback": lambda **_: True}, 1),  # the caller ended the fit
    ],
    ids=str,
)
def test_what_the_caller_decided_is_left(options, count, attempts):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        curve_fit(decay, X, 1e4 * (decay(X, 2.0, 1.1, 0.5) + NOISE), **options)
    assert len(attempts) == count


def test_no_second_attempt_where_none_can_help(attempts):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        curve_fit(decay, X[:2], X[:2])  # fewer values than parameters
        curve_fit(lambda x, a, b: a * x, X, 2.0 * X)  # b does nothing
    assert len(attempts) == 2


def test_bounds_and_held_parameters_are_kept(attempts):
    def f(x, a, b, c, d, e):
        return two_decays(x, a, b, c, d) + e

    y = f(X, 2.0, 3.0, 1.0, 0.5, 0.1) + NOISE
    r = curve_fit(f, X, y, [1.0, 1.0, 1.0, 1.0, 0.1], bounds=(0.0, [5.0, 5.0, 5.0, 5.0, 0.2]), fixed="e")
    assert len(attempts) > 1 and all(start[4] == 0.1 for start in attempts)
    assert np.all(r.popt > 0.0) and np.all(r.popt < 5.0)
    assert r.params.e.fixed and r.popt[4] == 0.1 and r.rank == 4 and r.r_squared > 0.999


def test_a_callback_sees_each_attempt_from_its_first_step():
    seen = []

    def callback(iteration, cost, params, info):
        seen.append((iteration, info["actual_reduction"]))

    curve_fit(decay, X, 1e4 * (decay(X, 2.0, 1.1, 0.5) + NOISE), callback=callback)
    first = [reduction for iteration, reduction in seen if iteration == 1]
    assert first == [None, None]
