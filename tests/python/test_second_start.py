# SPDX-License-Identifier: MIT
"""Fits from simple starts that end where parameters mean nothing are tried again; others are not."""

import warnings

import numpy as np
import pytest
from fits import decay

import nlsq.scipy
from nlsq import curve_fit, curve_fit_many

X = np.linspace(0.1, 4.0, 60)
NOISE = 0.01 * np.random.default_rng(0).normal(size=60)


def two_decays(x, a, b, c, d):
    return a * np.exp(-b * x) + c * np.exp(-d * x)


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


def test_a_fit_that_is_well_is_done_once():
    assert curve_fit(decay, X, decay(X, 2.0, 1.1, 0.5) + NOISE, method="trf").attempts == 1


def test_redundant_parameters_are_told_once_and_stay_equal():
    y = 3.0 * X + 1.0 + NOISE
    with pytest.warns(UserWarning, match="do not determine 'a' and 'b'") as seen:
        r = curve_fit(lambda x, a, b, c: (a + b) * x + c, X, y)
    assert len(seen) == 1 and r.rank == 2
    assert abs(r.popt[0] - r.popt[1]) < 1e-14  # of the first attempt: the shortest step from equal starts


def test_a_tie_is_the_first_end():
    """A model that cannot do better than the mean: other attempts end there, too."""
    y = np.where(X > 2.0, 0.0, 5.0) + NOISE
    r = curve_fit(lambda x, a: a * x, X, y)
    assert r.r_squared < 0.0 and r.attempts == 3 and r.success
    once = curve_fit(lambda x, a: a * x, X, y, x_scale="jac")
    assert once.attempts == 1 and np.array_equal(r.popt, once.popt) and r.nfev > once.nfev


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
def test_what_the_caller_decided_is_left(options, count):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        r = curve_fit(decay, X, 1e4 * (decay(X, 2.0, 1.1, 0.5) + NOISE), starts="ones", **options)
    assert r.attempts == count


def test_no_second_attempt_where_none_can_help():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        few = curve_fit(decay, X[:2], X[:2])  # fewer values than parameters
        idle = curve_fit(lambda x, a, b: a * x, X, 2.0 * X)  # b does nothing
    assert few.attempts == idle.attempts == 1


def test_bounds_and_held_parameters_are_kept():
    def f(x, a, b, c, d, e):
        return two_decays(x, a, b, c, d) + e

    y = f(X, 2.0, 3.0, 1.0, 0.5, 0.1) + NOISE
    r = curve_fit(f, X, y, [1.0, 1.0, 1.0, 1.0, 0.1], bounds=(0.0, [5.0, 5.0, 5.0, 5.0, 0.2]), fixed="e")
    assert r.attempts > 1
    assert np.all(r.popt > 0.0) and np.all(r.popt < 5.0)
    assert r.params.e.fixed and r.popt[4] == 0.1 and r.rank == 4 and r.r_squared > 0.999


def test_a_callback_sees_each_attempt_from_its_first_step():
    seen = []

    def callback(iteration, cost, params, info):
        seen.append((iteration, info["actual_reduction"]))

    curve_fit(decay, X, 1e4 * (decay(X, 2.0, 1.1, 0.5) + NOISE), callback=callback, starts="ones")
    first = [reduction for iteration, reduction in seen if iteration == 1]
    assert first == [None, None]


# -- ends beyond a pole or on a plateau


def hyperbola(x, top, half):
    return top * x / (half + x)


SUBSTRATE = np.linspace(0.1, 100, 100)
VELOCITY = hyperbola(SUBSTRATE, 10, 5) + 0.2 * np.random.RandomState(42).randn(100)
LEAST = 1.626300836


def as_called(f):
    """The model as one that cannot be recorded."""
    return lambda x, a, b: f(x, float(a), float(b))


def cost(popt):
    return 0.5 * np.sum((hyperbola(SUBSTRATE, *popt) - VELOCITY) ** 2)


@pytest.mark.parametrize("start", [None, [5.0, 10.0], [0.5, 0.5], [60.0, 0.6]])
@pytest.mark.parametrize("model", [hyperbola, as_called(hyperbola)], ids=["recorded", "called"])
def test_a_pole_between_the_data_is_left_again(start, model):
    r = curve_fit(model, SUBSTRATE, VELOCITY, p0=start)
    assert r.cost == pytest.approx(LEAST, rel=1e-6) and r.success and not r.warnings
    for method in ("lm", "trf", "dogbox"):
        popt, pcov = nlsq.scipy.curve_fit(model, SUBSTRATE, VELOCITY, p0=start, method=method)
        assert cost(popt) == pytest.approx(LEAST, rel=1e-5)
        np.testing.assert_allclose(np.sqrt(np.diag(pcov)), r.perr, rtol=1e-2)


def test_many_fits_leave_poles_and_plateaus_as_single_ones_do():
    rng = np.random.default_rng(3)
    data = hyperbola(SUBSTRATE, 10, 5) + 0.2 * rng.normal(size=(200, 100))
    starts = np.array([10.0, 5.0]) * 10.0 ** rng.uniform(-1, 1, (200, 2))
    many = curve_fit_many(hyperbola, SUBSTRATE, data, p0=starts)
    single = np.array([curve_fit(hyperbola, SUBSTRATE, y, p0=p).cost for y, p in zip(data, starts)])
    best = np.array([curve_fit(hyperbola, SUBSTRATE, y, p0=[10, 5]).cost for y in data])
    np.testing.assert_allclose(np.sort(many.cost)[:196], np.sort(single)[:196], rtol=1e-9)
    assert np.sum(many.cost <= 1.001 * best) >= 197 and np.sum(single <= 1.001 * best) >= 197


def test_a_limit_is_that_of_all_attempts():
    alone = curve_fit(hyperbola, SUBSTRATE, VELOCITY, x_scale="jac", starts="ones")
    assert alone.attempts == 1 and alone.r_squared < 0.0
    for more, attempts in ((0, 1), (4, 2)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            r = curve_fit(hyperbola, SUBSTRATE, VELOCITY, max_nfev=alone.nfev + more)
        assert r.attempts >= attempts and r.nfev <= alone.nfev + more


@pytest.mark.parametrize("weights", [0.5, np.linspace(2.0, 1.0, 100)], ids=["number", "vector"])
def test_weights_count_in_what_the_mean_explains(weights):
    once = curve_fit(hyperbola, SUBSTRATE, VELOCITY, sigma=weights, x_scale="jac", starts="ones")
    r = curve_fit(hyperbola, SUBSTRATE, VELOCITY, sigma=weights, starts="ones")
    assert once.r_squared < 0.0 and once.attempts == 1
    assert r.attempts > 1 and r.r_squared > 0.98


def test_the_same_bits_for_any_number_of_threads():
    x = np.tile(SUBSTRATE, 300)
    y = np.tile(VELOCITY, 300)
    ends = [curve_fit(hyperbola, x, y, threads=threads, progressive=False) for threads in (1, 2, 7)]
    assert ends[0].attempts > 1 and ends[0].r_squared > 0.98
    for r in ends[1:]:
        assert np.array_equal(r.popt, ends[0].popt) and np.array_equal(r.pcov, ends[0].pcov)


def test_a_sample_that_ends_badly_is_followed_by_another():
    x, y = np.tile(SUBSTRATE, 1000), np.tile(VELOCITY, 1000)
    r = curve_fit(hyperbola, x, y)
    np.testing.assert_allclose(r.popt, [9.97766, 5.02299], rtol=1e-5)


def test_a_given_scale_is_obeyed_by_scipys_interface():
    scale = {"x_scale": "jac", "method": "trf"}
    assert cost(nlsq.scipy.curve_fit(hyperbola, SUBSTRATE, VELOCITY, **scale)[0]) > 1000.0


def test_multistart_counts_its_own_starts():
    r = curve_fit(hyperbola, SUBSTRATE, VELOCITY, n_starts=20)
    found = r.multistart_diagnostics
    assert found["n_starts_evaluated"] == 20 and r.cost == pytest.approx(LEAST, rel=1e-6)
    assert np.nanmax(found["all_losses"]) > 1000.0  # an end beyond the pole stays one


# A model of geostatistics that raises at the bound of a range, to which only a further attempt goes: its data begin above
# the least range that they can tell.
LAGS = np.arange(1.0, 15.0) * 3.56
VARIANCES = np.array([12.70, 12.51, 11.99, 12.06, 11.06, 11.39, 9.51, 10.42, 9.64, 9.47, 6.56, 6.10, 7.69, 4.65])


def spherical(h, r, c, error=ZeroDivisionError):
    if float(r) == 0.0:
        raise error
    return np.array([c * (1.5 * (x / r) - 0.5 * (x / r) ** 3) if x <= r else c for x in h])


@pytest.mark.parametrize("fit", [curve_fit, nlsq.scipy.curve_fit])
@pytest.mark.parametrize("error", [ZeroDivisionError, ValueError, RuntimeError])
def test_a_model_that_raises_where_only_a_further_attempt_goes(fit, error):
    seen = []

    def f(h, r, c):
        seen.append(float(r))
        return spherical(h, r, c, error)

    start = np.array([53.39, 12.70])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nothing is known of the range
        popt = fit(f, LAGS, VARIANCES, start, bounds=([0.0, 0.0], start))[0]
    assert 0.0 in seen  # it was asked, and refused
    assert popt[1] == pytest.approx(np.mean(VARIANCES), rel=1e-4) and 0 < popt[0] <= LAGS[0]


def test_an_interrupt_ends_further_attempts():
    start = np.array([53.39, 12.70])
    with pytest.raises(KeyboardInterrupt):
        nlsq.scipy.curve_fit(lambda h, r, c: spherical(h, r, c, KeyboardInterrupt), LAGS, VARIANCES, start,
                             bounds=([0.0, 0.0], start))  # fmt: skip


def test_a_jacobian_that_raises_where_only_a_further_attempt_goes():
    seen = []

    def f(h, r, c):
        return np.array([c * (1.5 * (x / r) - 0.5 * (x / r) ** 3) if x <= r else c for x in h])

    def jac(h, r, c):
        seen.append(float(r))
        by_range = [c * 1.5 * (x**3 / r**4 - x / r**2) if x <= r else 0.0 / r for x in h]  # 1/0 at a range of 0
        return np.stack([by_range, f(h, r, 1.0)], axis=1)

    start = np.array([53.39, 12.70])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        popt = nlsq.scipy.curve_fit(lambda h, r, c: f(h, float(r), c), LAGS, VARIANCES, start, jac=lambda h, r, c: jac(h, float(r), c),
                                    bounds=([0.0, 0.0], start))[0]  # fmt: skip
    assert 0.0 in seen
    assert popt[1] == pytest.approx(np.mean(VARIANCES), rel=1e-4)
