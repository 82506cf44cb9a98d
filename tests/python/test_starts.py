# SPDX-License-Identifier: MIT
"""Fits without a start: the gallery's counts, and what arguments do."""

import warnings

import numpy as np
import pytest
import starts_gallery as gallery

from nlsq import CurveFit, curve_fit, curve_fit_many

SAME = 1.001  # times the least sum of squares: the same minimum


def decay(t, a, tau, c):
    return a * np.exp(-t / tau) + c


T = np.linspace(0.0, 5e-8, 200)
Y = decay(T, 3.0, 7e-9, 0.2) + 0.05 * np.random.default_rng(3).normal(size=200)


def quiet(*args, **kwargs):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return curve_fit(*args, **kwargs)


def costs(case):
    """Sums of squares from the truth, from ones and without a start."""
    x, y = case.data()
    best = quiet(case.f, x, y, p0=[float(p) for p in case.true]).cost
    try:
        ones = quiet(case.f, x, y, starts="ones").cost
    except ValueError:  # not finite there
        ones = np.inf
    return best, ones, quiet(case.f, x, y).cost


@pytest.fixture(scope="module")
def ordinary():
    return np.array([costs(case) for case in gallery.ORDINARY])


@pytest.fixture(scope="module")
def hard():
    return np.array([costs(case) for case in gallery.HARD])


def misses(cases, found):
    return [case.name for case, (best, _, cost) in zip(cases, found) if not cost <= SAME * best]


def test_ordinary_fits_have_their_best_minimum(ordinary):
    assert len(ordinary) >= 60
    assert len(misses(gallery.ORDINARY, ordinary)) <= 0.03 * len(ordinary), misses(gallery.ORDINARY, ordinary)


def test_hard_fits_have_their_best_minimum(hard):
    assert len(hard) >= 30
    assert len(misses(gallery.HARD, hard)) <= 0.15 * len(hard), misses(gallery.HARD, hard)


def test_no_fit_is_worse_than_from_ones(ordinary, hard):
    for case, (_, ones, cost) in zip([*gallery.ORDINARY, *gallery.HARD], [*ordinary, *hard]):
        assert cost <= ones * (1 + 1e-6), case.name


def test_ones_alone_miss_many(ordinary, hard):
    """Or the gallery would show nothing."""
    both = np.vstack([ordinary, hard])
    assert np.mean(both[:, 1] <= SAME * both[:, 0]) < 0.6


def test_the_truth_of_the_gallery_is_that_of_scipy():
    optimize = pytest.importorskip("scipy.optimize")
    for case in gallery.ORDINARY[::6]:
        x, y = case.data()
        best = quiet(case.f, x, y, p0=[float(p) for p in case.true]).cost
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            p, _ = optimize.curve_fit(case.f, x, y, p0=case.true)
        assert best <= 0.5 * np.sum((case.f(x, *p) - y) ** 2) * (1 + 1e-6), case.name


def test_the_result_says_where_it_began():
    found = curve_fit(decay, T, Y)
    assert found.start_source == "search" and abs(found.popt[1] / 7e-9 - 1) < 0.1
    assert quiet(decay, T, Y, starts="ones").start_source == "ones"
    assert curve_fit(decay, T, Y, p0=[3, 7e-9, 0]).start_source == "given"
    assert curve_fit("a*exp(-x/tau) + c", T, Y).popt == pytest.approx(found.popt, rel=1e-9)


def test_a_second_fit_is_the_first_to_the_bit():
    def model(t, a, tau, c):
        return a * np.exp(-t / tau) + c

    first, second = curve_fit(model, T, Y), curve_fit(model, T, Y)
    assert np.array_equal(first.popt, second.popt) and np.array_equal(first.pcov, second.pcov)


def test_a_given_start_is_obeyed():
    ones = quiet(decay, T, Y, p0=[1, 1, 1])
    assert np.array_equal(ones.popt, quiet(decay, T, Y, starts="ones").popt)
    assert ones.cost > 2 * curve_fit(decay, T, Y).cost
    assert abs(curve_fit(decay, T, Y, p0={"tau": 2e-8}).popt[1] / 7e-9 - 1) < 0.1
    assert abs(curve_fit(decay, T, Y, p0={"a": 2.0}).popt[1] / 7e-9 - 1) < 0.1


def test_bounds_and_held_parameters_are_kept():
    r = quiet(decay, T, Y, bounds={"tau": (1e-9, 5e-9)}, fixed={"c": 0.1})
    assert r.popt[2] == 0.1 and 1e-9 <= r.popt[1] <= 5e-9


def test_none_among_starts_is_searched_for():
    x = np.linspace(0.0, 4.0, 40)

    def wave(x, a, k, phase):
        return a * np.sin(k * x + phase)

    y = wave(x, 2.0, 9.0, 0.4)
    part = curve_fit(wave, x, y, p0=[1.5, None, None])
    named = curve_fit(wave, x, y, p0={"a": 1.5})
    assert np.array_equal(part.popt, named.popt) and part.r_squared > 0.999


def test_a_parameter_that_is_held_where_nobody_said_is_told():
    x = np.linspace(0.0, 4.0, 40)
    y = 2.0 * np.exp(-1.3 * x) + 1.0 + 0.01 * np.random.default_rng(3).standard_normal(40)

    def decay(x, a, b, c):
        return a * np.exp(-b * x) + c

    with pytest.warns(UserWarning, match=r"c is held at 1, since nothing was given for it: say where, fixed=\{'c': 1\}"):
        curve_fit(decay, x, y, fixed=["c"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        curve_fit(decay, x, y, fixed={"c": 1.0})
        curve_fit(decay, x, y, p0={"c": 1.0}, fixed="c")
        curve_fit(decay, x, y, p0=[1.0, 1.0, 1.0], fixed=["c"])


def test_auto_is_a_search_where_no_estimate_is_known():
    assert curve_fit(decay, T, Y, p0="auto").cost == pytest.approx(curve_fit(decay, T, Y).cost, rel=1e-9)
    v = np.random.default_rng(0).normal(0, 1e-7, 10000)
    height, edges = np.histogram(v, bins=25)
    x = 0.5 * (edges[1:] + edges[:-1])
    peak = lambda x, a, b, c: a * np.exp(-b * (x - c) ** 2)  # noqa: E731
    best = curve_fit(peak, x, height, p0=[900, 5e13, 0]).cost
    assert quiet(peak, x, height, p0="auto").cost < SAME * best
    assert quiet(peak, x, height).cost < SAME * best


def test_objects_take_the_argument():
    fit = CurveFit(decay, starts="ones")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert fit.fit(T, Y).start_source == "ones"
        assert fit.fit(T, Y, starts="search").start_source == "search"
    with pytest.raises(ValueError, match="starts must be one of"):
        curve_fit(decay, T, Y, starts="zeros")


def test_other_units_are_the_same_fit():
    found = curve_fit(decay, T, Y)
    for x_unit, y_unit in ((1e9, 1.0), (1.0, 1e6), (1e-6, 1e-9)):
        other = curve_fit(decay, T * x_unit, Y * y_unit)
        unit = np.array([y_unit, x_unit, y_unit])
        np.testing.assert_allclose(other.popt, found.popt * unit, rtol=1e-8)


def test_scipys_interface_begins_at_ones():
    scipy = pytest.importorskip("nlsq.scipy")
    pytest.importorskip("scipy.optimize")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        popt, _ = scipy.curve_fit(decay, T, Y)
    assert abs(popt[1] / 7e-9 - 1) > 1


def test_where_python_cannot_compute_the_model_at_ones_they_are_found_all_the_same():
    def bateman(t, dose, rise, fall):
        return dose * rise / (rise - fall) * (np.exp(-fall * t) - np.exp(-rise * t))  # 1/0 of floats at ones

    def hyperbola(t, a, b):
        return a * t / (t + b) + 1 / (a - 1)

    t = np.linspace(0.1, 24, 40)
    noise = 0.01 * np.random.default_rng(0).standard_normal(40)
    r = curve_fit(bateman, t, bateman(t, 30, 1.2, 0.15) + noise)
    assert r.engine == "interpreter" and r.start_source == "search"
    assert sorted(r.popt[1:]) == pytest.approx([0.15, 1.2], rel=0.01)
    assert curve_fit(hyperbola, t, hyperbola(t, 4, 3) + noise).r_squared > 0.99
    sets = np.stack([bateman(t, 30 + i, 1.2, 0.15) + noise for i in range(40)])
    bateman_again = lambda t, dose, rise, fall: bateman(t, dose, rise, fall)  # noqa: E731, nothing is known of it yet
    assert curve_fit_many(bateman_again, t, sets).success.all()
    with pytest.raises(ValueError, match="p0"):  # a start that is given is obeyed
        curve_fit(bateman, t, sets[0], [1, 1, 1])


# Models with a constant that has a unit (1990, 8.314, 1.7e9), or whose values are logarithms.
UNITS_OF_THEIR_OWN = {
    "Malus, rad", "diode, A", "Arrhenius, log", "Eyring", "growth by year", "growth by year, log", "CO2 season, years",
    "epoch decay", "log-periodic", "Sellmeier",
}  # fmt: skip


# Of more rows the same, only slower.
FEW = [c for c in gallery.ORDINARY + gallery.HARD if len(c.x) <= 500 and c.name not in UNITS_OF_THEIR_OWN]


@pytest.mark.parametrize("case", FEW, ids=lambda c: c.name)
def test_units_and_the_order_of_rows_change_nothing(case):
    x, y = case.data(0)
    cost = quiet(case.f, x, y).cost
    order = np.random.default_rng(0).permutation(len(x))
    assert quiet(case.f, x[order], y[order]).cost == pytest.approx(cost, rel=1e-6)
    for unit in (1e9, 1e-9):
        assert quiet(case.f, x * unit, y).cost == pytest.approx(cost, rel=1e-6), f"x in units of {1 / unit}"
        assert quiet(case.f, x, y * unit).cost / unit**2 == pytest.approx(cost, rel=1e-6), f"y in units of {1 / unit}"
