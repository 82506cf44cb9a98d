# SPDX-License-Identifier: MIT
"""Every number of a result against its formula in docs/math/statistics.md, written out in NumPy, and SciPy."""

import numpy as np
import pytest
from fits import decay, decay_data, fit, line
from scipy import optimize, stats

from nlsq._core import interval_factor

X, Y = decay_data()
SIGMA = 0.03 + 0.02 * X


def exact_jacobian(x, p):
    a, b, _ = p
    e = np.exp(-b * x)
    return np.stack([e, -a * x * e, np.ones_like(x)], axis=1)


CASES = {
    "no sigma": {},
    "sigma": {"sigma": SIGMA},
    "absolute sigma": {"sigma": SIGMA, "absolute_sigma": True},
    "one sigma": {"sigma": 0.04},
    "left out": {"sigma": np.where(np.arange(50) % 7 == 3, np.inf, SIGMA)},
}


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def case(request):
    return fit(**request.param), request.param


def test_numbers_follow_their_formulas(case):
    r, options = case
    sigma = np.broadcast_to(options.get("sigma", 1.0), Y.shape)
    used = np.isfinite(sigma)
    w, y, x = sigma[used] ** -2.0, Y[used], X[used]
    m, n = len(y), 3
    p = r.popt
    f = (decay(x, *p) - y) * np.sqrt(w)
    rss = f @ f
    mean = w @ y / w.sum()
    tss = w @ (y - mean) ** 2
    assert r.rss == pytest.approx(rss, rel=1e-12)
    assert r.chi2 == pytest.approx(rss, rel=1e-12)
    assert r.cost == pytest.approx(0.5 * rss, rel=1e-12)
    assert r.dof == m - n
    assert r.reduced_chi2 == pytest.approx(rss / (m - n), rel=1e-12)
    assert r.r_squared == pytest.approx(1 - rss / tss, rel=1e-12)
    assert r.adj_r_squared == pytest.approx(1 - (1 - r.r_squared) * (m - 1) / (m - n), rel=1e-12)
    assert r.rmse == pytest.approx(np.sqrt(rss / m), rel=1e-12)
    assert r.mae == pytest.approx(np.mean(np.abs(y - decay(x, *p))), rel=1e-12)
    logs = -np.sum(np.log(sigma[used])) if "sigma" in options else 0.0
    if options.get("absolute_sigma"):
        k, likelihood = n, -0.5 * (rss + m * np.log(2 * np.pi)) + logs
        assert r.p_value == pytest.approx(stats.chi2.sf(rss, m - n), rel=1e-9)
    else:
        k, likelihood = n + 1, -0.5 * m * (np.log(2 * np.pi * rss / m) + 1) + logs
        assert np.isnan(r.p_value)
    aic = 2 * k - 2 * likelihood
    assert r.aic == pytest.approx(aic, rel=1e-11)
    assert r.aicc == pytest.approx(aic + 2 * k * (k + 1) / (m - k - 1), rel=1e-11)
    assert r.bic == pytest.approx(k * np.log(m) - 2 * likelihood, rel=1e-11)


def test_covariance_errors_correlation_and_intervals(case):
    r, options = case
    sigma = np.broadcast_to(options.get("sigma", 1.0), Y.shape)
    J = exact_jacobian(X, r.popt) / sigma[:, None]
    pcov = np.linalg.inv(J.T @ J) * (1.0 if options.get("absolute_sigma") else 2 * r.cost / r.dof)
    np.testing.assert_allclose(r.pcov, pcov, rtol=1e-8)
    np.testing.assert_allclose(r.perr, np.sqrt(np.diag(pcov)), rtol=1e-8)
    np.testing.assert_allclose(r.correlation, pcov / np.outer(r.perr, r.perr), rtol=1e-8)
    if not options.get("absolute_sigma"):
        low, high = stats.t.interval(0.9, r.dof, loc=r.popt, scale=r.perr)
    else:
        low, high = stats.norm.interval(0.9, loc=r.popt, scale=r.perr)
    np.testing.assert_allclose(r.confidence_intervals(0.9), np.stack([low, high], axis=1), rtol=1e-10)
    np.testing.assert_allclose(r.confidence_intervals(level=0.9), r._outcome.result.intervals(0.9), rtol=1e-10)
    np.testing.assert_array_equal(r.confidence_intervals(), r.confidence_intervals(alpha=0.95))


def test_residuals_are_data_minus_model_and_fun_is_weighted_model_minus_data(case):
    r, options = case
    sigma = options.get("sigma", 1.0)
    np.testing.assert_allclose(r.predictions, decay(X, *r.popt), rtol=1e-12)
    np.testing.assert_allclose(r.residuals, Y - decay(X, *r.popt), rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(r.fun, -r.residuals / sigma, rtol=1e-12)
    np.testing.assert_allclose(r.jac, exact_jacobian(X, r.popt) / np.broadcast_to(sigma, Y.shape)[:, None], rtol=1e-10)
    assert np.all(np.abs(r.grad) < 1e-7 * (np.abs(r.fun) @ np.abs(r.jac)))


@pytest.mark.parametrize("f_scale", [1.0, 0.1])
@pytest.mark.parametrize("loss", ["soft_l1", "huber", "cauchy", "arctan"])
def test_the_gradient_of_a_robust_cost_vanishes(loss, f_scale):
    y = Y.copy()
    y[::9] += 3.0
    r = fit(x=X, y=y, loss=loss, f_scale=f_scale)
    assert np.max(np.abs(r.grad)) < 1e-6 * np.max(np.abs(r.jac.T @ r.fun))


def test_popt_and_pcov_are_scipys():
    popt, pcov = fit(sigma=SIGMA)
    theirs, cov = optimize.curve_fit(decay, X, Y, [1, 1, 1], sigma=SIGMA, xtol=1e-14, ftol=1e-14)
    np.testing.assert_allclose(popt, theirs, rtol=1e-7)
    np.testing.assert_allclose(pcov, cov, rtol=1e-5)


def test_standard_errors_of_values_follow_from_exact_derivatives():
    r = fit()
    xnew = np.linspace(-1.0, 8.0, 13)
    values, errors = r.predict(xnew, return_std=True)
    J = exact_jacobian(xnew, r.popt)
    np.testing.assert_allclose(values, decay(xnew, *r.popt), rtol=1e-14)
    np.testing.assert_allclose(errors, np.sqrt(np.diag(J @ r.pcov @ J.T)), rtol=1e-9)
    t = stats.t.ppf(0.95, r.dof)
    low, high = r.confidence_band(xnew, level=0.9)
    np.testing.assert_allclose(high - low, 2 * t * errors, rtol=1e-9)
    np.testing.assert_allclose(low + high, 2 * values, rtol=1e-12)
    inside = r.prediction_interval(xnew, level=0.9)
    assert inside.shape == (13, 2)
    np.testing.assert_allclose(inside[:, 1] - values, t * np.sqrt(errors**2 + r.reduced_chi2), rtol=1e-9)


def test_prediction_intervals_use_the_uncertainty_of_the_new_measurements():
    r = fit(sigma=SIGMA, absolute_sigma=True)
    z = stats.norm.ppf(0.975)
    _, errors = r.predict(return_std=True)
    np.testing.assert_allclose(np.diff(r.prediction_interval())[:, 0], 2 * z * np.hypot(errors, SIGMA), rtol=1e-9)
    _, errors = r.predict(np.array([1.0]), return_std=True)
    given = r.prediction_interval(np.array([1.0]), sigma=0.2)
    np.testing.assert_allclose(np.diff(given)[0], 2 * z * np.hypot(errors, 0.2), rtol=1e-9)
    typical = np.sqrt(len(SIGMA) / np.sum(SIGMA**-2))
    np.testing.assert_allclose(
        np.diff(r.prediction_interval(np.array([1.0])))[0], 2 * z * np.hypot(errors, typical), rtol=1e-9
    )


def test_bands_and_intervals_cover_as_often_as_they_say():
    """The line is linear in its parameters, so the coverage is exact; 1,500 data sets, 5 standard deviations."""
    rng = np.random.default_rng(5)
    x = np.linspace(0.0, 1.0, 8)
    xnew = np.array([-0.5, 0.4, 2.0])
    truth = line(xnew, 2.0, -1.0)
    repeats, hits, next_hits = 1500, np.zeros(3), np.zeros(3)
    for _ in range(repeats):
        r = fit(line, x, line(x, 2.0, -1.0) + 0.3 * rng.standard_normal(8), p0=(1.0, 1.0))
        low, high = r.confidence_band(xnew, level=0.8)
        hits += (low < truth) & (truth < high)
        measured = truth + 0.3 * rng.standard_normal(3)
        inside = r.prediction_interval(xnew, level=0.8)
        next_hits += (inside[:, 0] < measured) & (measured < inside[:, 1])
    allowed = 5 * np.sqrt(0.8 * 0.2 / repeats)
    np.testing.assert_allclose(hits / repeats, 0.8, atol=allowed)
    np.testing.assert_allclose(next_hits / repeats, 0.8, atol=allowed)


def test_the_band_of_a_curved_model_matches_repeated_experiments():
    """Spread of predictions over 800 data sets against the standard error of one; 5 standard deviations."""
    rng = np.random.default_rng(6)
    xnew = np.array([0.2, 1.5, 5.0])
    clean = decay(X, 2.5, 1.3, 0.5)
    values = np.array(
        [fit(x=X, y=clean + 0.02 * rng.standard_normal(50)).predict(xnew) for _ in range(800)]
    )
    _, errors = fit(x=X, y=clean, sigma=0.02, absolute_sigma=True).predict(xnew, return_std=True)
    np.testing.assert_allclose(values.std(axis=0), errors, rtol=5 / np.sqrt(2 * 800))


@pytest.mark.parametrize("dof", [1, 2, 3, 5, 17, 300, 9999, 10001, 10**7])
@pytest.mark.parametrize("level", [0.01, 0.6827, 0.95, 0.999, 1 - 1e-9])
def test_interval_factors_are_quantiles_of_student_t(dof, level):
    assert interval_factor(level, dof) == pytest.approx(stats.t.isf(0.5 * (1 - level), dof), rel=1e-10)


def test_interval_factor_without_limit_is_the_normal_quantile():
    assert interval_factor(0.95, np.inf) == pytest.approx(stats.norm.ppf(0.975), rel=1e-14)
    assert np.isnan(interval_factor(0.95, 0))


def test_levels_are_checked():
    r = fit()
    for level in (0.0, 1.0, 95, -0.1):
        with pytest.raises(ValueError, match="level"):
            r.confidence_intervals(level)
    with pytest.raises(TypeError, match="two names"):
        r.confidence_band(level=0.9, alpha=0.9)


def test_without_degrees_of_freedom_intervals_are_infinite():
    x = np.array([0.0, 1.0])
    r = fit(line, x, np.array([1.0, 3.0]), p0=(1.0, 1.0))
    assert np.all(np.isinf(r.confidence_intervals()))
    assert np.all(np.isinf(r.prediction_interval()))


def test_fixed_parameters_have_no_uncertainty():
    r = fit(p0=(1.0, 1.3, 1.0), fixed=[False, True, False])
    assert r.params["b"].fixed and r.params["b"].value == 1.3 and r.params["b"].stderr == 0.0
    assert r.confidence_intervals()[1].tolist() == [1.3, 1.3]
    assert np.isnan(r.correlation[1, 0])
    J = exact_jacobian(X, r.popt)[:, [0, 2]]
    cov = r.pcov[np.ix_([0, 2], [0, 2])]
    np.testing.assert_allclose(r.predict(return_std=True)[1], np.sqrt(np.einsum("ij,jk,ik->i", J, cov, J)), rtol=1e-9)


def test_black_boxes_have_the_same_statistics():
    def black_box(x, a, b, c):
        return decay(x, float(a), float(b), float(c))

    ours, theirs = fit(), fit(black_box)
    assert (ours.engine, theirs.engine) == ("interpreter", "callback")
    assert ours.trace_note is None and "float" in theirs.trace_note
    for name in ("r_squared", "adj_r_squared", "rmse", "aic", "bic", "reduced_chi2", "mae"):
        assert getattr(theirs, name) == pytest.approx(getattr(ours, name), rel=1e-7)
    np.testing.assert_allclose(theirs.perr, ours.perr, rtol=1e-5)
    xnew = np.array([0.5, 6.0])
    np.testing.assert_allclose(theirs.predict(xnew, True)[1], ours.predict(xnew, True)[1], rtol=1e-5)


def test_a_covariance_matrix_of_the_data_whitens_fun():
    C = 0.05**2 * np.exp(-np.abs(X[:, None] - X[None, :]))
    r = fit(sigma=C, absolute_sigma=True)
    L = np.linalg.cholesky(C)
    np.testing.assert_allclose(r.fun, np.linalg.solve(L, decay(X, *r.popt) - Y), rtol=1e-9)
    assert r.chi2 == pytest.approx(r.fun @ r.fun, rel=1e-9)
    assert r.prediction_interval().shape == (50, 2)
