# SPDX-License-Identifier: MIT
"""curve_fit_many without p0: starts that serve all sets."""

import numpy as np
import pytest

import nlsq
from nlsq import curve_fit_many

X = np.linspace(0, 20, 60)
FREQUENCIES = 2.9 + 0.001 * np.arange(200)


def wave(x, a, w, p):
    return a * np.sin(w * x + p)


@pytest.fixture(scope="module")
def sets():
    rng = np.random.default_rng(4)
    return wave(X, 1.3, FREQUENCIES[:, None], 0.4) + 0.05 * rng.standard_normal((200, 60))


def test_are_searched_for_where_ones_do_not_serve(sets):
    found = curve_fit_many(wave, X, sets)
    assert found.start_source == "search" and found.engine == "lanes"
    assert np.abs(found.params["w"] - FREQUENCIES).max() < 0.02
    assert found.success.all()


def test_are_ones_on_demand(sets):
    ones = curve_fit_many(wave, X, sets, starts="ones")
    assert ones.start_source == "ones"
    assert np.array_equal(ones.popt, curve_fit_many(wave, X, sets, p0=[1, 1, 1]).popt)
    with pytest.raises(ValueError, match="starts.*search.*ones"):
        curve_fit_many(wave, X, sets, starts="zeros")


def test_that_are_given_are_kept(sets):
    assert curve_fit_many(wave, X, sets, p0=[1, 3, 0]).start_source == "given"
    each = np.column_stack([np.full(200, 1.3), FREQUENCIES, np.full(200, 0.4)])
    assert curve_fit_many(wave, X, sets, p0=each).start_source == "given"
    part = curve_fit_many(wave, X, sets, p0={"p": 0.5}, fixed={"a": 1.3})
    assert part.start_source == "search"
    assert np.abs(part.params["w"] - FREQUENCIES).max() < 0.02 and (part.params["a"] == 1.3).all()


def test_of_a_formula_a_table_and_few_sets(sets):
    assert curve_fit_many("a*sin(w*x + p)", X, sets).start_source == "search"
    few = curve_fit_many(wave, X, sets[:5])
    for i in range(5):
        assert few.cost[i] == pytest.approx(nlsq.curve_fit(wave, X, sets[i]).cost, rel=1e-9)
    table = {"set": np.repeat(np.arange(200), 60), "t": np.tile(X, 200), "v": sets.ravel()}
    groups = curve_fit_many("v = a*sin(w*t + p)", data=table, by="set")
    assert np.abs(groups.params["w"] - FREQUENCIES).max() < 0.02


def test_of_sets_without_signal_or_data_disturb_nobody(sets):
    sets = sets.copy()
    sets[::3] = np.random.default_rng(1).standard_normal(sets[::3].shape)
    sets[1] = np.nan
    found = curve_fit_many(wave, X, sets)
    fitted = np.ones(200, bool)
    fitted[::3] = fitted[1] = False
    assert np.abs(found.params["w"] - FREQUENCIES)[fitted].max() < 0.02
    assert found.status[1] == -1
