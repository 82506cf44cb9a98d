# SPDX-License-Identifier: MIT
"""Models that are called as they are: errors of parameters near 0, few calls, jumps, edges, a caller's Jacobian."""

import tracemalloc
import warnings

import numpy as np
import pytest
import scipy.optimize as so
from fits import decay

import nlsq
import nlsq.scipy
from nlsq._recording.refusals import refused_models

X = np.linspace(0.0, 5.0, 60)
NOISE = 0.05 * np.random.default_rng(5).normal(size=X.size)
METHODS = pytest.mark.parametrize("method", ["lm", "trf", "dogbox"])


@METHODS
@pytest.mark.parametrize("unit", [1.0, 1e-9, 1e9])
def test_errors_of_a_parameter_that_ends_near_0(method, unit):
    x = np.linspace(-1, 1, 30)
    J = np.stack([np.ones(30), x**2 / unit], axis=1)
    y = 1 + 0.01 * x**3
    p = np.linalg.lstsq(J, y, rcond=None)[0]
    right = np.sqrt(np.diag(np.linalg.inv(J.T @ J)) * np.sum((y - J @ p) ** 2) / 28)
    model = lambda x, a, b: float(a) + b / unit * x**2  # noqa: E731
    for fit in (nlsq.curve_fit, nlsq.scipy.curve_fit):
        pcov = fit(model, x, y, p0=[1.0, unit], method=method)[1]
        np.testing.assert_allclose(np.sqrt(np.diag(pcov)), right, rtol=1e-3)


MODELS = {
    "decay": (lambda x, a, k, c: float(a) * np.exp(-k * x) + c, [3, 0.8, 0.5], [1, 1, 1]),
    "peak": (lambda x, a, m, s: float(a) * np.exp(-0.5 * ((x - m) / s) ** 2), [4, 2.2, 0.6], [1, 2, 1]),
    "shift": (lambda x, s, a: a * np.interp(x - float(s), X, np.exp(-((X - 2.5) ** 2))), [0.7, 2], [0.1, 1]),
    "saturation": (lambda x, v, k: np.array([v * t / (k + t) for t in x]), [5, 1.3], [1, 1]),
    "line": (lambda x, a, b: float(a) + b * x, [2, 3], [1, 1]),
}


def test_fewer_calls_than_scipy_in_all():
    total = np.zeros(2)
    for f, true, p0 in MODELS.values():
        y = f(X, *true) + NOISE
        for bounds in ((-np.inf, np.inf), (-10.0, 20.0)):
            counts, costs = [], []
            for fit in (nlsq.scipy.curve_fit, so.curve_fit):
                calls = [0]

                def counted(x, *p, f=f, calls=calls):
                    calls[0] += 1
                    return f(x, *p)

                p, _ = fit(counted, X, y, p0=p0, bounds=bounds)
                counts.append(calls[0])
                costs.append(np.sum((f(X, *p) - y) ** 2))
            assert counts[0] <= counts[1] + len(p0) + 1
            assert costs[0] <= costs[1] * (1 + 1e-7)
            total += counts
    assert total[0] < total[1]


def test_jumps_have_infinite_errors():
    x = np.arange(200.0)
    y = np.where(x < 50, -10.0, 0.5) + np.tile(NOISE, 4)[:200]
    step = lambda x, c, low, high: np.where(x < float(c), low, high)  # noqa: E731
    with pytest.warns(UserWarning):
        assert np.isinf(nlsq.curve_fit(step, x, y, p0=[100.0, 0.0, 0.0]).perr[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert np.isinf(nlsq.scipy.curve_fit(step, x, y, p0=[100.0, 0.0, 0.0])[1][0, 0])


@pytest.mark.parametrize("loss", ["linear", "soft_l1"])
def test_an_optimum_at_the_edge_of_where_the_model_is_finite(loss):
    x = np.array([1.0, 3, 5, 7, 9, 11])
    y = np.array([0.2, 0.5, 0.6, 0.8, 0.8, 0.9]) + 1

    def curve(x, var, length):
        return np.full_like(x, np.inf) if not 0 <= 2 - var <= 1 else var * (1 - np.exp(-((x / length) ** 1.5))) + 2 - var

    popt, pcov = nlsq.scipy.curve_fit(curve, x, y, p0=[1.63, 6.0], bounds=([0, 0], [2, np.inf]), loss=loss)
    assert popt[0] == pytest.approx(1.0, abs=1e-6)
    assert np.isfinite(pcov).all()
    # The least along the edge, where var = 1: SciPy 1.17 ends at 5.25 (linear), 5.32.
    assert popt[1] == pytest.approx(4.9945, rel=1e-3)


SPOILS = {
    "sign": lambda J: J * [1, -1, 1],
    "factor": lambda J: J * [1, 2, 1],
    "missing": lambda J: J * [1, 1, 0],
    "order": lambda J: J[:, [1, 0, 2]],
}


@pytest.mark.parametrize("spoil", [None, *SPOILS])
def test_a_wrong_jacobian_is_noticed(spoil):
    f = lambda x, a, k, c: a * np.exp(-k * x) + c  # noqa: E731
    y = f(X, 3, 0.8, 0.5) + NOISE

    def jac(x, a, k, c):
        J = np.stack([np.exp(-k * x), -a * x * np.exp(-k * x), np.ones_like(x)], axis=1)
        return J if spoil is None else SPOILS[spoil](J)

    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        nlsq.curve_fit(f, X, y, p0=[2, 1, 0], jac=jac)
    assert any("jac does not agree" in str(w.message) for w in seen) == (spoil is not None)


@pytest.mark.parametrize("x_scale", [1.0, "jac"])
def test_bounded_fits_do_not_depend_on_the_unit_of_residuals(x_scale):
    x = np.linspace(0, 12, 601)
    y = 16.0 * np.exp(-0.8 * (x - 6.7) ** 2) + 30
    counts = []
    for unit in (1e-4, 1.0, 1e4):
        fun = lambda p: unit * (p[0] / p[2] * np.exp(-0.5 * ((x - p[1]) / p[2]) ** 2) - y)  # noqa: B023, E731
        r = nlsq.scipy.least_squares(fun, [20.0, 5, 2], bounds=([1, -np.inf, 0], [40, np.inf, np.inf]), gtol=None,
                                     x_scale=x_scale)  # fmt: skip
        assert r.x[0] == pytest.approx(40, abs=1e-4)
        counts.append(r.nfev)
    assert max(counts) <= 1.1 * min(counts)


@pytest.mark.parametrize("f", [lambda x, r, c: c * np.minimum(x / r, 1), lambda x, r, c: c * np.clip(x / r, 0, 1),
                               lambda x, r, c: c * (1 - np.maximum(1 - x / r, 0))])  # fmt: skip
def test_starts_on_a_kink_lead_on(f):
    x = np.arange(1.0, 11)
    y = 2 * np.minimum(x / 6, 1) + NOISE[:10]
    for r in (nlsq.scipy.curve_fit(f, x, y)[0], nlsq.scipy.curve_fit(f, x, y, bounds=(0, np.inf), p0=[1, 1])[0],
              nlsq.curve_fit(f, x, y).popt):  # fmt: skip
        np.testing.assert_allclose(r, [6, 2], atol=0.5)


def test_maxfev_counts_as_minpack_does():
    f = lambda x, a, k, c: float(a) * np.exp(-k * x) + c  # noqa: E731
    y = f(X, 3, 1.3, 0.5) + NOISE
    recorded = lambda x, a, k, c: a * np.exp(-k * x) + c  # noqa: E731

    def least(fit, f):
        for limit in range(4, 100):
            try:
                fit(f, X, y, maxfev=limit)
            except RuntimeError:
                continue
            return limit

    assert abs(least(nlsq.scipy.curve_fit, f) - least(so.curve_fit, f)) <= 4
    assert abs(least(nlsq.scipy.curve_fit, recorded) - least(so.curve_fit, recorded)) <= 4


def test_leastsq_is_scipys():
    residuals = lambda p, x, y: p[0] * np.exp(-p[1] * x) + p[2] - y  # noqa: E731
    y = 3 * np.exp(-0.8 * X) + 0.5 + NOISE
    jac = lambda p, x, y: np.stack([np.exp(-p[1] * x), -p[0] * x * np.exp(-p[1] * x), np.ones_like(x)])  # noqa: E731
    for options in ({}, {"Dfun": jac, "col_deriv": True}, {"diag": [1, 2, 1]}, {"epsfcn": 1e-12}):
        theirs = so.leastsq(residuals, [1, 1, 1], args=(X, y), full_output=True, **options)
        ours = nlsq.scipy.leastsq(residuals, [1, 1, 1], args=(X, y), full_output=True, **options)
        np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-5)
        np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-4)
        assert set(ours[2]) == set(theirs[2])
        assert ours[4] in (1, 2, 3, 4)
    with pytest.warns(RuntimeWarning, match="maxfev = 4"):
        assert nlsq.scipy.leastsq(residuals, [1, 1, 1], args=(X, y), maxfev=4)[1] == 5
    assert nlsq.scipy.leastsq(lambda p: [p[0] - 1, 1 - p[0]], 3.0)[0] == pytest.approx(1)
    with pytest.raises(TypeError, match="Improper input"):
        nlsq.scipy.leastsq(residuals, [1, 1, 1], args=(X, y), ftol=-1)


def test_a_parameter_without_effect_at_the_start_stays():
    """The angle of a round peak: a quotient of roundings as its scale would turn it a million times."""
    rng = np.random.default_rng(0)
    x, y = (v.ravel() for v in np.meshgrid(np.linspace(0, 10, 25), np.linspace(0, 10, 25)))

    def peak(xy, height, x0, y0, sx, sy, angle, level):
        c, s = np.cos(float(angle)), np.sin(angle)
        u, v = c * (xy[0] - x0) + s * (xy[1] - y0), -s * (xy[0] - x0) + c * (xy[1] - y0)
        return level + height * np.exp(-0.5 * ((u / sx) ** 2 + (v / sy) ** 2))

    true = [3.0, 4.0, 5.0, 1.0, 2.0, 0.4, 0.5]
    z = peak((x, y), *true) + 0.05 * rng.normal(size=x.size)
    calls = []
    for fit in (nlsq.curve_fit, nlsq.scipy.curve_fit):
        for method in ("lm", "trf"):
            counted = lambda xy, *p: calls.append(p) or peak(xy, *p)  # noqa: E731
            popt = fit(counted, np.array([x, y]), z, p0=[2, 4.5, 4.5, 1.5, 1.5, 0.1, 0], method=method)[0]
            np.testing.assert_allclose(np.abs(popt), true, rtol=0.05)
    assert len(calls) <= 4 * 75


@pytest.mark.filterwarnings("ignore:Covariance of the parameters")  # a may end at 0, where it has no effect
def test_bounded_fits_end_at_their_limit_once():
    """A fit that reaches the default limit of evaluations is not made again."""
    calls = []
    model = lambda x, a, b: calls.append(a) or np.abs(float(a)) ** 0.01 * np.sin(1e3 * b * x)  # noqa: E731
    x = np.linspace(0, 1, 30)
    try:
        nlsq.scipy.curve_fit(model, x, np.cos(7 * x), p0=[1.0, 0.3], bounds=(0, 10))
    except RuntimeError:
        pass
    assert len(calls) <= 200 * 3 + 10


def test_no_polish_beyond_a_given_gtol():
    x = np.linspace(0, 4, 60)
    y = decay(x, 2.5, 1.3, 0.5) + NOISE[:60]
    for bounds in ((-np.inf, np.inf), (0, 10)):
        jacobians = []

        def jac(p):
            jacobians.append(p)
            e = np.exp(-p[1] * x)
            return np.stack([e, -p[0] * x * e, np.ones_like(x)], axis=1)

        r = nlsq.scipy.least_squares(lambda p: decay(x, *p) - y, [1, 1, 1.0], jac=jac, bounds=bounds, gtol=1e-3)
        assert r.status == 1 and len(jacobians) == r.njev <= 6


@pytest.mark.parametrize("bounds", [(-np.inf, np.inf), (-10, 10)])
@pytest.mark.parametrize("rows", [3, 4000])
def test_memory_grows_with_the_rows_alone(bounds, rows):
    x = np.linspace(0.0, 5.0, rows)
    y = decay(x, 3.0, 0.8, 0.5)[:rows]
    f = lambda x, a, k: decay(x, float(a), k, 0.5)  # noqa: E731
    tracemalloc.start()
    nlsq.scipy.curve_fit(f, x, y, [1.0, 1.0], bounds=bounds)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000 + 200 * rows  # the square of the rows would be 128 MB


@pytest.mark.parametrize("options", [{}, {"bounds": (-10, 10)}, {"sigma": np.full(X.size, 2.0)}])
def test_a_model_that_cannot_be_recorded_is_not_tried_again(options, monkeypatch):
    refused_models.clear()
    count, trace = [], nlsq._core.trace
    monkeypatch.setattr(nlsq._core, "trace", lambda *a, **k: (count.append(a[0]), trace(*a, **k))[1])
    model = lambda x, a, k, c: decay(x, float(a), k, c)  # noqa: E731
    for rate in (0.8, 0.9, 1.0, 1.1):
        popt = nlsq.scipy.curve_fit(model, X, decay(X, 3.0, rate, 0.5), [1.0, 1.0, 1.0], **options)[0]
        np.testing.assert_allclose(popt, [3.0, rate, 0.5], rtol=1e-6)
    assert len(count) == 1


def test_a_model_may_be_recorded_with_other_captured_values():
    def model_with(convert):
        return lambda x, a, k, c: decay(x, float(a) if convert else a, k, c)

    y = decay(X, 3.0, 0.8, 0.5)
    for convert in (True, True, False, True, False):
        popt = nlsq.scipy.curve_fit(model_with(convert), X, y, [1.0, 1.0, 1.0], bounds=(-10, 10))[0]
        np.testing.assert_allclose(popt, [3.0, 0.8, 0.5], rtol=1e-6)
