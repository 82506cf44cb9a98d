# SPDX-License-Identifier: MIT
"""What users of other packages complained of, as small programs: what they get here."""

import warnings

import numpy as np
import pytest
from fits import decay, line

from nlsq import curve_fit

RNG = np.random.default_rng(0)
X = np.linspace(0.1, 4.0, 50)
Y = decay(X, 2.0, 1.1, 0.5) + 0.01 * RNG.normal(size=50)
BEST = curve_fit(decay, X, Y).popt


def called(x, a, b, c):
    return decay(x, float(a), b, c)


# -- what sigma and pcov mean


def test_absolute_sigma_without_sigma_warns_and_keeps_the_value():
    with pytest.warns(UserWarning, match="no sigma was given: errors are those of sigma = 1"):
        r = curve_fit(decay, X, Y, absolute_sigma=True)
    J = r.jac
    np.testing.assert_allclose(r.pcov, np.linalg.inv(J.T @ J), rtol=1e-8)


@pytest.mark.parametrize("options", [{}, {"loss": "soft_l1"}])
def test_a_result_has_both_covariances_and_says_which_is_pcov(options, capsys):
    sigma = 0.01 + 0.002 * X
    relative = curve_fit(decay, X, Y, sigma=sigma, **options)
    absolute = curve_fit(decay, X, Y, sigma=sigma, absolute_sigma=True, **options)
    assert (relative.absolute_sigma, absolute.absolute_sigma) == (False, True)
    for r in (relative, absolute):
        np.testing.assert_allclose(r.covariance(False), relative.pcov, rtol=1e-6)
        np.testing.assert_allclose(r.covariance(True), absolute.pcov, rtol=1e-6)
        assert np.array_equal(r.covariance(), r.pcov) and r.covariance() is not r.pcov
    relative.summary()
    assert "only the ratios of sigma count" in capsys.readouterr().out
    with pytest.warns(UserWarning):
        saturated = curve_fit(line, [0.0, 1.0], [0.0, 1.0])
    with pytest.raises(ValueError, match="no scale between the two covariances"):
        saturated.covariance(True)


@pytest.mark.parametrize("method", ["trf", "lm", "dogbox"])
def test_a_true_parameter_of_zero_has_its_error(method):
    y = 3.0 * X + 0.01 * RNG.normal(size=50)
    r = curve_fit(line, X, y, method=method)
    J = np.stack([X, np.ones(50)], axis=1)
    expected = np.linalg.inv(J.T @ J) * np.sum((y - line(X, *r.popt)) ** 2) / 48
    np.testing.assert_allclose(r.pcov, expected, rtol=1e-6)


def test_no_scatter_is_no_error():
    r = curve_fit(line, X, 3.0 * X + 1.0)
    assert np.all(r.perr < 1e-12) and np.isfinite(r.pcov).all() and r.r_squared == 1.0


# -- scales


@pytest.mark.parametrize("f", [decay, called])
@pytest.mark.parametrize("scale", [1e-12, 1e-6, 1e6, 1e12])
@pytest.mark.parametrize("method", ["trf", "lm"])
def test_the_answer_does_not_depend_on_the_units_of_y(scale, method, f):
    r = curve_fit(f, X, Y * scale, [scale, 1.0, scale], method=method)
    units = np.array([scale, 1.0, scale])
    np.testing.assert_allclose(r.popt / units, BEST, rtol=1e-5)
    np.testing.assert_allclose(r.perr / units, curve_fit(decay, X, Y).perr, rtol=1e-3)


def test_parameters_of_far_magnitudes():
    def peak(x, a, m, g):
        return a * g**2 / ((x - m) ** 2 + g**2)

    x = np.linspace(1e9, 1.002e9, 201)
    truth = np.array([5e-9, 1.0012e9, 3e4])
    for f in (peak, lambda x, a, m, g: peak(x, float(a), m, g)):
        r = curve_fit(f, x, peak(x, *truth), [1e-9, 1.001e9, 1e5])
        assert r.success
        np.testing.assert_allclose(r.popt, truth, rtol=1e-5)


@pytest.mark.parametrize("off", [dict(ftol=0.0), dict(xtol=0.0), dict(gtol=0.0), dict(ftol=0, xtol=0), dict(ftol=None)])
def test_one_tolerance_can_be_off(off):
    r = curve_fit(decay, X, Y, **off)
    assert r.success
    np.testing.assert_allclose(r.popt, BEST, rtol=1e-6)


# -- models that are not finite


@pytest.mark.parametrize("f", [lambda x, a, b: a * np.sqrt(b - 5) * x, lambda x, a, b: float(a) * np.sqrt(b - 5) * x])
@pytest.mark.parametrize("method", ["trf", "lm", "dogbox"])
def test_a_model_that_is_not_finite_at_the_start_is_no_success(method, f):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of NumPy, in the model
        with pytest.raises(ValueError) as caught:
            curve_fit(f, X, Y, method=method, starts="ones")
    for words in ("p0: ", "nan at index 0 (x = 0.1)", "(a=1, b=1)", "give a start where the model is finite"):
        assert words in str(caught.value)


@pytest.mark.parametrize("f", [lambda x, a, b: a * np.log(b - x / 5), lambda x, a, b: float(a) * np.log(b - x / 5)])
@pytest.mark.parametrize("method", ["trf", "lm", "dogbox"])
def test_steps_to_where_the_model_is_not_finite_are_shortened(method, f):
    y = 2.0 * np.log(1.5 - X / 5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        r = curve_fit(f, X, y, [1.0, 0.9], method=method)
        assert r.success
        np.testing.assert_allclose(r.popt, [2.0, 1.5], rtol=1e-6)
        spoiled = np.where(X > 3.9, np.nan, y)
        np.testing.assert_allclose(curve_fit(f, X, spoiled, [1.0, 0.9], nan_policy="omit").popt, [2.0, 1.5], rtol=1e-6)


# -- parameters that are not determined, at bounds, held


@pytest.mark.parametrize("f", [lambda x, a, b, c: (a + b) * x + c, lambda x, a, b, c: (float(a) + b) * x + c])
@pytest.mark.parametrize("method", ["trf", "lm", "dogbox"])
def test_a_singular_jacobian_is_a_result_with_its_rank(method, f):
    with pytest.warns(UserWarning, match="do not determine 'a' and 'b'.*rank 2 for 3"):
        r = curve_fit(f, X, 3.0 * X + 1.0 + 0.01 * np.cos(9 * X), method=method)
    assert r.success and r.rank == 2 and np.isinf(r.perr[:2]).all() and np.isfinite(r.perr[2])
    low, high = r.confidence_intervals().T
    assert np.isinf(high[:2]).all() and np.isfinite(high[2]) and np.isfinite(r.predict([5.0])).all()
    assert r.report() and r.to_json()


def test_a_fit_that_was_cut_short_has_the_statistics_of_its_best_point():
    with pytest.warns(UserWarning, match="did not converge"):
        r = curve_fit(decay, X, Y, [9.0, 9.0, 9.0], max_nfev=3)
    f = decay(X, *r.popt) - Y
    assert not r.success and r.status == 0
    assert r.cost == pytest.approx(0.5 * f @ f, rel=1e-12) and r.r_squared == pytest.approx(1 - f @ f / np.var(Y) / 50)
    np.testing.assert_allclose(r.fun, f, atol=1e-12)


@pytest.mark.parametrize(
    "options", [dict(fixed={"c": 0.5}), dict(bounds=([0, 0, 0.5], [9, 9, 0.5])), dict(bounds={"c": (0.5, 0.5)})]
)
def test_a_parameter_is_held_by_name_or_by_equal_bounds(options):
    r = curve_fit(decay, X, Y, **options)
    two = curve_fit(lambda x, a, b: decay(x, a, b, 0.5), X, Y)
    assert r.params.c.fixed and r.popt[2] == 0.5 and r.perr[2] == 0.0
    np.testing.assert_allclose(r.perr[:2], two.perr, rtol=1e-6)


def test_a_parameter_at_its_bound_is_flagged_and_has_an_error():
    with pytest.warns(UserWarning, match="'c' is at its bound"):
        r = curve_fit(decay, X, Y, bounds=([0, 0, 0.6], 9))
    assert r.active_mask.tolist() == [0, 0, -1] and np.all(np.isfinite(r.perr)) and np.all(r.perr > 0)


def test_the_start_counts_with_bounds_too():
    assert curve_fit(decay, X, Y, [2.0, 1.0, 0.5], bounds=(0, 10)).params["b"].start == 1.0


# -- kinds of arguments


def test_robust_losses_go_with_lm():
    spoiled = Y.copy()
    spoiled[::10] += 3.0
    r = curve_fit(decay, X, spoiled, method="lm", loss="soft_l1", f_scale=0.02)
    np.testing.assert_allclose(r.popt, BEST, atol=0.05)


@pytest.mark.parametrize("method", ["trf", "lm", "dogbox"])
@pytest.mark.parametrize("f", [lambda x, *p: decay(x, *p).astype(np.float32), lambda x, *p: called(x, *p).astype("f4")])
def test_models_of_single_precision(f, method):
    np.testing.assert_allclose(curve_fit(f, X, Y, [1.0, 1.0, 1.0], method=method).popt, BEST, rtol=1e-4)


@pytest.mark.parametrize("method", ["trf", "lm", "dogbox"])
def test_a_number_as_sigma_with_a_jacobian_and_differences_by_name(method):
    def jac(x, a, b, c):
        e = np.exp(-b * x)
        return np.stack([e, -a * x * e, np.ones_like(x)], axis=1)

    for options in ({"sigma": 0.1, "jac": jac}, {"jac": "2-point"}, {"jac": "3-point", "sigma": 0.1}):
        np.testing.assert_allclose(curve_fit(decay, X, Y, method=method, **options).popt, BEST, rtol=1e-5)


@pytest.mark.parametrize(
    "options, words",
    [
        ({"maxfev": 100, "max_nfev": 50}, "max_nfev, maxfev, maxiter are names of one argument"),
        ({"xerr": 0.1}, "errors of xdata are not fitted: sigma= is that of ydata"),
        ({"sigma_x": 0.1}, "errors of xdata are not fitted"),
        ({"yerr": 0.1}, "use sigma="),
        ({"initial_guess": [1]}, "use p0="),
        ({"lower": 0}, r"use bounds=\(lower, upper\)"),
        ({"tol": 1e-9}, "use ftol=, xtol= and gtol="),
        ({"n_jobs": 2}, "use threads="),
    ],
    ids=str,
)
def test_names_of_other_packages_are_told(options, words):
    with pytest.raises(TypeError, match=words):
        curve_fit(decay, X, Y, **options)


def test_a_grid_of_fits_goes_on_after_one_that_fails():
    """One bad pixel is one exception, of a kind that a loop can catch, or one result without success."""
    pixels = np.stack([Y, np.full(50, np.nan), 2.0 * Y, np.zeros(50)])
    found = np.full((4, 3), np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for i, y in enumerate(pixels):
            try:
                found[i] = curve_fit(decay, X, y, nan_policy="omit").popt
            except ValueError as error:
                assert "leaves no row" in str(error)
    np.testing.assert_allclose(found[0], BEST, rtol=1e-9)
    np.testing.assert_allclose(found[2], BEST * [2, 1, 2], rtol=1e-6)
    assert np.isnan(found[1]).all() and np.isfinite(found[3]).all()


def test_the_same_bits_for_any_number_of_threads():
    x = np.linspace(0.1, 4.0, 30_000)
    y = decay(x, 2.0, 1.1, 0.5) + 0.01 * RNG.normal(size=30_000)
    fits = [curve_fit(decay, x, y, threads=n) for n in (1, 2, 3)]
    for r in fits[1:]:
        assert r.popt.tobytes() == fits[0].popt.tobytes() and r.pcov.tobytes() == fits[0].pcov.tobytes()


def test_a_flat_place_is_told_from_poor_data():
    x = np.linspace(0.0, 1.0, 30)
    flat = lambda x, a, b, c: a * np.exp(-b * (x - 500.0) ** 2) + c  # noqa: E731 - 0 wherever there are data
    with pytest.warns(UserWarning, match=r"^at the point reached, 'a' and 'b' \(started at 1\) have no effect: their"):
        curve_fit(flat, x, 1 + x, starts="ones")
    with pytest.warns(UserWarning, match=r"^at the point reached, 'a' and 'b' have no effect: their standard errors"):
        curve_fit(flat, x, 1 + x, p0=[1, 2, 0])
    with pytest.warns(UserWarning, match=r"^at the point reached, 'b' \(started at 2\) has no effect: its standard"):
        curve_fit(lambda x, a, b: a * x, x, 1 + x, p0=[1, 2])
    with pytest.warns(UserWarning, match="^the data do not determine 'a' and 'b' .*rank 2 for 3"):
        curve_fit(lambda x, a, b, c: (a + b) * x + c, x, 1 + x)


def test_lists_of_names_are_bounded():
    x = np.linspace(0.0, 1.0, 10)
    with pytest.warns(UserWarning) as seen:
        curve_fit(lambda x, *p: x * (p[0] + sum(p[1:])), x, x, p0=np.ones(300))
    assert any("'p8' and 291 more" in str(w.message) for w in seen) and max(len(str(w.message)) for w in seen) < 300
    with pytest.raises(ValueError) as caught:
        curve_fit(lambda x, *p: x * sum(p), x, x, p0=np.ones(300), bounds={"banana": (0, 1)})
    assert "p8 and 291 more" in str(caught.value)
