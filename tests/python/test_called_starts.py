# SPDX-License-Identifier: MIT
"""A model that is called and gets no start: what a search of few calls finds, and when there is none."""

import numpy as np
import pytest

import nlsq.scipy
from nlsq import curve_fit

NOISE = np.random.default_rng(0).normal(size=200)


class Counted:
    """A model that cannot be recorded, and how often it was called."""

    def __init__(self, model):
        self.model, self.calls = model, 0

    def __call__(self, x, *p):
        self.calls += 1
        return self.model(x, *map(float, p))


def peak(x, a, m, s, c):
    return a * np.exp(-(((x - m) / s) ** 2)) + c


def growth(t, k, r, m):
    return k / (1.0 + np.exp(-r * (t - m)))


def wave(x, a, w, p, c):
    return a * np.sin(w * x + p) + c


CASES = [
    (peak, np.linspace(400.0, 700.0, 200), [120.0, 532.0, 12.0, 10.0]),
    (growth, np.linspace(1900.0, 2000.0, 200), [300.0, 0.1, 1950.0]),
    (wave, np.linspace(0.0, 10.0, 200), [2.0, 3.3, 0.5, 1.0]),
]


def fitted(model, x, y, names, **options):
    counted = Counted(model)
    f = eval(f"lambda x, {names}: counted(x, {names})", {"counted": counted})
    return curve_fit(f, x, y, **options), counted.calls


def data_of(model, x, truth):
    y = model(x, *truth)
    return y + 0.02 * np.ptp(y) * NOISE


def names_of(model):
    return ", ".join(model.__code__.co_varnames[1 : model.__code__.co_argcount])


@pytest.mark.parametrize("model, x, truth", CASES, ids=lambda v: getattr(v, "__name__", ""))
@pytest.mark.filterwarnings("ignore::nlsq.OptimizeWarning", "ignore::RuntimeWarning")
def test_finds_what_ones_do_not(model, x, truth):
    y, names = data_of(model, x, truth), names_of(model)
    best, _ = fitted(model, x, y, names, p0=truth)
    ones, calls_of_ones = fitted(model, x, y, names, starts="ones")
    found, calls = fitted(model, x, y, names)
    assert best.engine == found.engine == "callback"
    assert not ones.cost <= 1.5 * best.cost and ones.start_source == "ones"
    assert found.success and found.cost == pytest.approx(best.cost, rel=1e-6)
    assert found.start_source == "search"
    assert calls - calls_of_ones <= 200 * len(truth)


def test_a_clean_end_from_ones_stays():
    x = np.linspace(0.0, 5.0, 200)
    y = 3.0 * np.exp(-0.7 * x) + 0.02 * NOISE
    model = lambda x, a, k: a * np.exp(-k * x)  # noqa: E731
    plain, calls = fitted(model, x, y, "a, k", starts="ones")
    found, same = fitted(model, x, y, "a, k")
    assert found.start_source == "ones" and same == calls and np.array_equal(found.popt, plain.popt)


@pytest.mark.filterwarnings("ignore::nlsq.OptimizeWarning", "ignore::RuntimeWarning")
def test_given_starts_bounds_and_fixed_values_hold():
    x, truth = CASES[0][1:]
    y = data_of(peak, x, truth)
    seen = []

    def f(x, a, m, s, c):
        seen.append((float(a), float(m), float(s), float(c)))
        return peak(x, *seen[-1])

    r = curve_fit(f, x, y, bounds=([0, 400, 1, -50], [500, 700, 100, 50]), fixed={"c": 10.0})
    p = np.array(seen)
    assert r.success and abs(r.popt[1] - 532.0) < 1.0 and np.all(p[:, 3] == 10.0)
    assert np.all(p[:, :3] >= [0, 400, 1]) and np.all(p[:, :3] <= [500, 700, 100])


@pytest.mark.filterwarnings("ignore::nlsq.OptimizeWarning", "ignore::RuntimeWarning")
def test_what_a_function_raises_far_away_is_no_error():
    x, truth = CASES[0][1:]
    y = data_of(peak, x, truth)

    def f(x, a, m, s, c):
        if abs(float(m) - 1.0) > 0.5 and not 300.0 < float(m) < 800.0:
            raise RuntimeError("outside")
        return peak(x, float(a), float(m), float(s), float(c))

    r = curve_fit(f, x, y)
    assert r.success and abs(r.popt[1] - 532.0) < 1.0


@pytest.mark.filterwarnings("ignore::nlsq.OptimizeWarning", "ignore::RuntimeWarning")
def test_what_a_function_raises_on_the_way_of_another_fit_is_no_error():
    x, truth = CASES[0][1:]
    refused = []

    def f(x, a, m, s, c):
        if abs(float(m) - 532.0) < 1.0:
            refused.append(float(m))
            raise RuntimeError("the model fails beside its best parameters")
        return peak(x, float(a), float(m), float(s), float(c))

    r = curve_fit(f, x, data_of(peak, x, truth))
    assert refused and np.isfinite(r.cost)


@pytest.mark.filterwarnings("ignore")
def test_scipys_interface_does_not_search():
    x, truth = CASES[0][1:]
    counted = Counted(peak)
    popt, _ = nlsq.scipy.curve_fit(lambda x, a, m, s, c: counted(x, a, m, s, c), x, data_of(peak, x, truth))
    assert abs(popt[1] - 532.0) > 10.0 and counted.calls < 200
