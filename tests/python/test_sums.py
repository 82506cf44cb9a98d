# SPDX-License-Identifier: MIT
"""Sums of built-in models."""

import pickle

import numpy as np
import pytest

from nlsq import curve_fit, curve_fit_many, functions

X = np.linspace(400, 700, 300)
PEAKS = functions.gaussian + functions.gaussian + functions.linear


def counts():
    rng = np.random.default_rng(3)
    y = 12 * np.exp(-((X - 480) ** 2) / (2 * 9**2)) + 7 * np.exp(-((X - 530) ** 2) / (2 * 15**2)) + 0.01 * X + 2
    return y + 0.15 * rng.standard_normal(X.size)


def test_have_parameters_with_prefixes_and_no_second_constant():
    assert PEAKS.parameters == ["g1_amp", "g1_mu", "g1_sigma", "g2_amp", "g2_mu", "g2_sigma", "l1_a", "l1_b"]
    both = functions.exponential_decay + functions.sine
    assert both.parameters == ["e1_a", "e1_b", "s1_amp", "s1_freq", "s1_phase", "s1_offset"]
    assert "without e1_c" in both.__doc__
    assert functions.gaussian + functions.linear is functions.gaussian + functions.linear
    assert pickle.loads(pickle.dumps(PEAKS)) is PEAKS


@pytest.mark.parametrize("p0", [None, "auto", {"g1_mu": 500}])
def test_are_fitted_without_a_start(p0):
    r = curve_fit(PEAKS, X, counts(), p0)
    assert r.start_source == "search" and r.r_squared > 0.995
    assert sorted(r.popt[[1, 4]]) == pytest.approx([480, 530], abs=0.5)


def test_fall_into_components():
    p = [12, 480, 9, 7, 530, 15, 0.01, 2]
    parts = PEAKS.components(X, *p)
    assert list(parts) == ["g1_", "g2_", "l1_"]
    assert np.allclose(parts["g2_"], functions.gaussian(X, 7, 530, 15), rtol=1e-14)
    assert np.allclose(sum(parts.values()), PEAKS(X, *p), rtol=1e-13)
    assert np.array_equal(functions.gaussian.components(X, 1, 500, 9)[""], functions.gaussian(X, 1, 500, 9))
    level = functions.polynomial(0) + functions.linear  # nothing is left of the first
    assert np.array_equal(level.components(X, 1, 2)["p1_"], np.zeros(X.size))
    with pytest.raises(ValueError, match="Expected 8"):
        PEAKS.components(X, 1)


def test_of_many_sets():
    sets = np.stack([counts() * (1 + 0.1 * i) for i in range(40)])
    r = curve_fit_many(PEAKS, X, sets, p0="auto")
    assert r.start_source == "search" and r.success.all()
    assert np.allclose(r.params["g1_mu"] + r.params["g2_mu"], 1010, atol=1)


def test_of_something_else_are_refused():
    with pytest.raises(TypeError):
        functions.gaussian + 3
    with pytest.raises(ValueError, match="at most 16"):
        sum([functions.gaussian] * 20, functions.linear)
