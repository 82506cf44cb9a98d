# SPDX-License-Identifier: MIT
"""nlsq.scipy.curve_fit: arguments, results, errors, and the cases where SciPy's answer is wrong."""

import functools
import inspect
import subprocess
import sys
import warnings

import numpy as np
import pytest

from nlsq.scipy import OptimizeWarning, curve_fit

X = np.linspace(0.0, 4.0, 60)
TRUE = np.array([2.5, 1.3, 0.5])


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


def decay_black_box(x, a, b, c):
    return np.array([float(v) for v in np.atleast_1d(decay(x, a, b, c))])


def decay_jacobian(x, a, b, c):
    e = np.exp(-b * x)
    return np.stack([e, -a * x * e, np.ones_like(x)], axis=1)


Y = decay(X, *TRUE) + 0.05 * np.random.default_rng(7).standard_normal(len(X))
SIGMA = 0.02 + 0.01 * X
MODELS = pytest.mark.parametrize("f", [decay, decay_black_box])
METHODS = pytest.mark.parametrize("method", ["lm", "trf", "dogbox"])


def reference(sigma=None, absolute_sigma=False, y=Y):
    """popt, pcov, residuals by Gauss-Newton in the normal equations' textbook form."""
    w = np.ones_like(y) if sigma is None else 1 / np.broadcast_to(sigma, y.shape)
    p = TRUE.copy()
    for _ in range(60):
        r = w * (decay(X, *p) - y)
        J = w[:, None] * decay_jacobian(X, *p)
        p = p - np.linalg.lstsq(J, r, rcond=None)[0]
    r = w * (decay(X, *p) - y)
    pcov = np.linalg.inv(J.T @ J)
    return p, pcov if absolute_sigma else pcov * (r @ r) / (len(y) - 3), r


def check(result, sigma=None, absolute_sigma=False, rtol=1e-7):
    """Compares with the reference; what test_mutations shows to notice small errors."""
    popt, pcov, infodict, *_ = result
    p, cov, r = reference(sigma, absolute_sigma)
    np.testing.assert_allclose(popt, p, rtol=rtol)
    size = np.sqrt(np.outer(np.diag(cov), np.diag(cov)))  # elements near 0 are small against these
    np.testing.assert_allclose(pcov / size, cov / size, rtol=0, atol=10 * rtol)
    np.testing.assert_allclose(infodict["fvec"], r, atol=rtol * 10 * np.max(np.abs(r)))


def test_signature_is_scipys():
    scipy = pytest.importorskip("scipy.optimize")
    ours, theirs = inspect.signature(curve_fit), inspect.signature(scipy.curve_fit)
    assert [(p.name, p.kind, p.default) for p in ours.parameters.values()] == [
        (p.name, p.kind, p.default) for p in theirs.parameters.values()
    ]


def test_import_does_not_need_scipy():
    code = (
        "import sys; sys.modules['scipy'] = None\n"
        "import numpy as np, warnings; import nlsq.scipy as s\n"
        "x = np.linspace(0, 1, 20)\n"
        "p, c = s.curve_fit(lambda x, a, b: a * np.exp(b * x), x, 2 * np.exp(0.5 * x))\n"
        "assert np.allclose(p, [2, 0.5])\n"
        "r = s.least_squares(lambda p: p ** 2 - 2, [1.0, 3.0]); assert r.success and r['x'] is r.x, r\n"
        "assert 'cost' in dir(r) and 'optimality' in repr(r)\n"
        "with warnings.catch_warnings(record=True) as w:\n"
        "    warnings.simplefilter('always'); s.curve_fit(lambda x, a, b: a * x, x, x)\n"
        "assert issubclass(w[0].category, s.OptimizeWarning)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    light = "import sys, nlsq.scipy; assert not any(m.split('.')[0] == 'scipy' for m in sys.modules)"
    subprocess.run([sys.executable, "-c", light], check=True)


@MODELS
@METHODS
@pytest.mark.parametrize("sigma", [None, 0.3, SIGMA, np.diag(SIGMA**2)], ids=["none", "number", "vector", "matrix"])
@pytest.mark.parametrize("absolute_sigma", [False, True])
def test_every_sigma_and_method(f, method, sigma, absolute_sigma):
    tight = {"ftol": 1e-14, "xtol": 1e-14} if f is decay_black_box else {}
    result = curve_fit(f, X, Y, sigma=sigma, absolute_sigma=absolute_sigma, method=method, full_output=True, **tight)
    errors = SIGMA if np.ndim(sigma) == 2 else sigma
    check(result, errors, absolute_sigma, rtol=1e-7 if f is decay_black_box else 1e-8)


@METHODS
@pytest.mark.parametrize("sigma", [None, 0.3, SIGMA, np.diag(SIGMA**2)], ids=["none", "number", "vector", "matrix"])
def test_jacobian_of_the_caller(method, sigma):
    result = curve_fit(decay, X, Y, sigma=sigma, method=method, jac=decay_jacobian, full_output=True)
    check(result, SIGMA if np.ndim(sigma) == 2 else sigma)


@MODELS
@METHODS
@pytest.mark.parametrize("jac", ["2-point", "3-point"])
def test_names_of_differences_go_with_every_method(f, method, jac):
    check(curve_fit(f, X, Y, method=method, jac=jac, full_output=True))


def test_short_and_long_way_agree():
    short = curve_fit(decay, X, Y)
    long = curve_fit(decay, X, Y, method="lm", full_output=True)
    np.testing.assert_array_equal(short[0], long[0])
    np.testing.assert_array_equal(short[1], long[1])
    assert len(short) == 2 and len(long) == 5
    for p0 in ([1, 1, 1], (1.0, 1.0, 1.0), np.ones(3), np.ones(3, dtype=int)):
        np.testing.assert_array_equal(curve_fit(decay, X, Y, p0)[0], short[0])


@pytest.mark.parametrize("option", [
    {"absolute_sigma": True}, {"absolute_sigma": np.True_}, {"absolute_sigma": 1}, {"absolute_sigma": False},
    {"sigma": 0.3}, {"sigma": SIGMA}, {"bounds": (0, 9)}, {"bounds": ([-9, -9, 0.6], 9)}, {"method": "trf"},
    {"check_finite": False}, {"check_finite": 1}, {"nan_policy": "raise"}, {"nan_policy": "omit"}, {"ftol": 1e-12},
])  # fmt: skip
def test_one_option_beside_the_usual_arguments(option):
    popt, pcov = curve_fit(decay, X, Y, [1.0, 1.0, 1.0], **option)
    full = curve_fit(decay, X, Y, [1.0, 1.0, 1.0], full_output=True, **option)
    np.testing.assert_array_equal(popt, full[0])
    np.testing.assert_array_equal(pcov, full[1])


def test_mutations_are_noticed():
    """The comparisons of this file see an error of 1e-6 in popt, of 0.1 % in pcov, and residuals of the start."""
    popt, pcov, infodict, *rest = curve_fit(decay, X, Y, full_output=True)
    check((popt, pcov, infodict))
    stale = {**infodict, "fvec": decay(X, 1, 1, 1) - Y}
    for wrong in ((popt * (1 + 1e-6), pcov, infodict), (popt, pcov * 1.001, infodict), (popt, pcov, stale)):
        with pytest.raises(AssertionError):
            check(wrong)


def test_minpack_factors():
    popt, pcov, info, message, ier = curve_fit(decay, X, Y, sigma=SIGMA, absolute_sigma=True, full_output=True)
    n = len(popt)
    R = np.triu(info["fjac"].T[:n])
    assert info["fjac"].shape == (n, len(X)) and info["qtf"].shape == (n,)
    diagonal = np.abs(np.diag(R))
    assert np.all(diagonal[1:] <= diagonal[:-1])
    inverse = np.linalg.inv(R)
    back = np.empty_like(inverse)
    back[info["ipvt"]] = inverse
    np.testing.assert_allclose(back @ back.T, pcov, rtol=1e-9)
    assert isinstance(message, str) and ier in (1, 2, 3, 4)
    assert set(info) == {"nfev", "fvec", "fjac", "ipvt", "qtf"}
    assert set(curve_fit(decay, X, Y, method="trf", full_output=True)[2]) == {"nfev", "fvec"}


@MODELS
def test_bounds(f):
    for method in ("trf", "dogbox"):
        popt, _ = curve_fit(f, X, Y, bounds=([0, 0, 0], [2.0, 5, 5]), method=method)
        assert popt[0] == pytest.approx(2.0, abs=1e-6) and popt[0] <= 2.0
    with pytest.raises(ValueError, match="Initial guess is outside of provided bounds"):
        curve_fit(f, X, Y, p0=[3, 1, 1], bounds=([0, 0, 0], [2.0, 5, 5]))
    with pytest.raises(ValueError, match="strictly less"):
        curve_fit(f, X, Y, p0=[1, 1, 1], bounds=([0, 0, 1], [2.0, 5, 1]))
    with pytest.raises(ValueError, match="only works for unconstrained"):
        curve_fit(f, X, Y, bounds=(0, 5), method="lm")


def test_bounds_of_one_value_in_an_object():
    class Bounds:
        lb, ub = np.zeros(1), np.full(1, 2.0)

    assert curve_fit(decay, X, Y, bounds=Bounds)[0][0] == pytest.approx(2.0, abs=1e-6)


def test_start_between_the_bounds():
    starts = []

    def watching(x, a, b, c):
        starts.append((float(a), float(b), float(c)))
        return decay_black_box(x, a, b, c)

    curve_fit(watching, X, Y, bounds=([0, 1, -np.inf], [4, np.inf, 3]))
    # Recording comes first; its values are no numbers, so nothing was noted then.
    assert starts[0] == (2.0, 2.0, 2.0)


@MODELS
@pytest.mark.parametrize("row, value", [(3, 0.0), (5, np.nan), (7, -1.0)])
def test_sigma_that_makes_no_sense(f, row, value):
    sigma = SIGMA.copy()
    sigma[row] = value
    with pytest.raises(ValueError, match=rf"sigma\[{row}\]"):
        curve_fit(f, X, Y, sigma=sigma)
    for number in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match="sigma"):
            curve_fit(f, X, Y, sigma=number)


def test_sigma_matrix_that_makes_no_sense():
    bad = np.diag(SIGMA**2)
    bad[4, 4] = -1
    with pytest.raises(ValueError, match="`sigma` must be positive definite"):
        curve_fit(decay, X, Y, sigma=bad)
    bad[4, 4] = np.nan
    with pytest.raises(ValueError, match="row 4"):
        curve_fit(decay, X, Y, sigma=bad)
    with pytest.raises(ValueError, match="`sigma` has incorrect shape"):
        curve_fit(decay, X, Y, sigma=SIGMA[:-1])


@MODELS
def test_infinite_sigma_leaves_a_row_out(f):
    y, sigma = Y.copy(), SIGMA.copy()
    y[11], sigma[11] = 1e6, np.inf
    popt, pcov = curve_fit(f, X, y, sigma=sigma, absolute_sigma=True)
    kept = np.arange(len(X)) != 11
    expected, cov = curve_fit(f, X[kept], y[kept], sigma=sigma[kept], absolute_sigma=True)
    np.testing.assert_allclose(popt, expected, rtol=1e-7)
    np.testing.assert_allclose(pcov, cov, rtol=1e-6)
    # SciPy counts the row among the data when it scales pcov.
    relative = curve_fit(f, X, y, sigma=sigma)[1]
    n = len(X)
    np.testing.assert_allclose(relative, curve_fit(f, X[kept], y[kept], sigma=sigma[kept])[1] * (n - 4) / (n - 3),
                               rtol=1e-6)  # fmt: skip


@METHODS
@pytest.mark.parametrize("opaque", [False, True])
def test_a_model_that_gives_nan_is_no_success(method, opaque):
    def root(x, a, b):
        value = np.sqrt(a - x) * b
        return np.array([float(v) for v in value]) if opaque else value

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        with pytest.raises(RuntimeError if method == "lm" else ValueError, match="finite"):
            curve_fit(root, X, Y, p0=[1.0, 1.0], method=method)


@METHODS
def test_float32_models_are_fitted_in_float64(method):
    single = lambda x, a, b, c: decay_black_box(x, a, b, c).astype(np.float32)  # noqa: E731
    popt, pcov = curve_fit(single, X, Y, method=method)
    p, cov, _ = reference()
    np.testing.assert_allclose(popt, p, atol=1e-2 * np.sqrt(np.diag(cov)).min(), rtol=0)
    np.testing.assert_allclose(pcov, cov, rtol=1e-2)
    popt, _ = curve_fit(lambda x, a, b, c: decay(x.astype(np.float32), a, b, c), X, Y, method=method)
    np.testing.assert_allclose(popt, p, rtol=1e-5)


@MODELS
@METHODS
def test_tiny_data_are_fitted_too(f, method):
    popt, _ = curve_fit(f, X, 1e-12 * Y, p0=[1e-12, 1, 1e-12], method=method, x_scale="jac") if method != "lm" else (
        curve_fit(f, X, 1e-12 * Y, p0=[1e-12, 1, 1e-12]))  # fmt: skip
    np.testing.assert_allclose(popt, reference()[0] * [1e-12, 1, 1e-12], rtol=1e-5)


def test_equal_starts_of_equal_terms_part():
    def two(x, a, b, c, d):
        return a * np.exp(-b * x) + c * np.exp(-d * x)

    y = two(X, 2.0, 0.5, 1.0, 4.0)
    popt, pcov = curve_fit(two, X, y)
    np.testing.assert_allclose(sorted(popt), [0.5, 1.0, 2.0, 4.0], rtol=1e-6)
    assert np.isfinite(pcov).all()


def test_covariance_that_cannot_be_estimated():
    unused = lambda x, a, b: a * x  # noqa: E731
    for f in (unused, lambda x, a, b: np.array([a * v for v in x.tolist()])):
        with pytest.warns(OptimizeWarning, match="Covariance of the parameters could not be estimated") as caught:
            _, pcov = curve_fit(f, X, Y)
        assert np.all(np.isinf(pcov)) and pcov.shape == (2, 2)
        assert caught[0].filename == __file__
    with pytest.warns(OptimizeWarning):
        assert np.all(np.isinf(curve_fit(decay, X[:3], decay(X[:3], *TRUE))[1]))
    # The other methods know what is determined.
    for method in ("trf", "dogbox"):
        with pytest.warns(OptimizeWarning, match="could not be estimated"):
            _, pcov = curve_fit(unused, X, Y, method=method)
        assert np.isfinite(pcov[0, 0]) and np.isinf([pcov[0, 1], pcov[1, 0], pcov[1, 1]]).all()


@MODELS
def test_limit_of_evaluations(f):
    with pytest.raises(RuntimeError, match="Optimal parameters not found: Number of calls to function has reached "
                                           "maxfev = 2."):  # fmt: skip
        curve_fit(f, X, Y, maxfev=2)
    with pytest.raises(RuntimeError, match="Optimal parameters not found: The maximum number of function evaluations"):
        curve_fit(f, X, Y, method="trf", max_nfev=2)
    with pytest.raises(RuntimeError, match="maximum number"):
        curve_fit(f, X, Y, method="dogbox", maxfev=2)


@pytest.mark.parametrize("keywords, error", [
    ({"method": "unknown"}, ValueError), ({"args": (1,)}, ValueError), ({"nonsense": 1}, TypeError),
    ({"max_nfev": 5}, TypeError), ({"method": "trf", "nonsense": 1}, TypeError), ({"jac": "oops"}, ValueError),
    ({"bounds": (1, 2, 3)}, ValueError), ({"method": "trf", "x_scale": -1}, ValueError),
    ({"method": "trf", "loss": "hinge"}, ValueError), ({"method": "trf", "max_nfev": 0}, ValueError),
    ({"nan_policy": "hi"}, ValueError), ({"check_finite": False, "nan_policy": "propagate"}, ValueError),
    ({"p0": [1.0, 1.0]}, TypeError), ({"p0": [1j, 1.0, 1.0]}, ValueError),
])  # fmt: skip
@MODELS
def test_errors(f, keywords, error):
    with pytest.raises(error):
        curve_fit(f, X, Y, **keywords)


def test_errors_of_data():
    bad = Y.copy()
    bad[2] = np.inf
    for arguments in ((X, bad), (bad, Y)):
        with pytest.raises(ValueError, match="infs or NaNs"):
            curve_fit(decay, *arguments)
    with pytest.raises(ValueError, match="must not be empty"):
        curve_fit(decay, [], [])
    with pytest.raises(TypeError, match="The number of func parameters=3 must not exceed the number of data points=2"):
        curve_fit(decay, X[:2], Y[:2])
    with pytest.raises(ValueError, match="Unable to determine number of fit parameters"):
        curve_fit(lambda x: x, X, Y)
    with pytest.raises(ValueError, match="Unable to determine number of fit parameters"):
        curve_fit(lambda x, *p: x * p[0], X, Y)
    with pytest.raises(ValueError, match="shape"):
        curve_fit(lambda x, a: np.outer(a * x, [1.0, 1.0]), X[:2], np.ones((2, 2)))


def test_errors_of_the_model_pass_through():
    class Odd(Exception):
        pass

    def broken(x, a):
        raise Odd("here")

    with pytest.raises(Odd, match="here"):
        curve_fit(broken, X, Y)
    with pytest.raises(ZeroDivisionError):
        curve_fit(lambda x, a: np.array([1 / 0 for _ in x]), X, Y)


def test_kinds_of_models():
    class Model:
        def __call__(self, x, a, b, c):
            return decay(x, a, b, c)

        def method(self, x, a, b, c):
            return decay(x, a, b, c)

    expected = reference()[0]
    for f in (Model(), Model().method, functools.partial(lambda k, x, a, b, c: k * decay(x, a, b, c), 1.0),
              lambda x, a, b, c=1.0: decay(x, a, b, c)):  # fmt: skip
        np.testing.assert_allclose(curve_fit(f, X, Y)[0], expected, rtol=1e-8)
    np.testing.assert_allclose(curve_fit(lambda x, *p: decay(x, *p), X, Y, p0=[1, 1, 1])[0], expected, rtol=1e-8)
    np.testing.assert_allclose(curve_fit(lambda x, p, /, b, c: decay(x, p, b, c), X, Y)[0], expected, rtol=1e-8)


def test_kinds_of_data():
    expected = reference()[0]
    for x, y in ((X.tolist(), Y.tolist()), (tuple(X), tuple(Y)), (X[::-1], Y[::-1]), (X.astype(">f8"), Y.astype(">f8")),
                 (np.repeat(X, 2)[::2], np.repeat(Y, 2)[::2])):  # fmt: skip
        np.testing.assert_allclose(curve_fit(decay, x, y)[0], expected, rtol=1e-8)
    table = np.stack([X, np.cos(X)])
    plane = lambda x, a, b: a * x[0] + b * x[1]  # noqa: E731
    popt, _ = curve_fit(plane, table, plane(table, 2.0, 3.0))
    np.testing.assert_allclose(popt, [2.0, 3.0], rtol=1e-10)
    popt, _ = curve_fit(lambda d, a, b: a * d["u"] + b, {"u": X}, 2 * X + 1)
    np.testing.assert_allclose(popt, [2.0, 1.0], rtol=1e-9)
    with pytest.warns(np.exceptions.ComplexWarning):
        curve_fit(decay, X, Y.astype(complex))


@MODELS
def test_nan_policy_omits_rows(f):
    x, y, sigma = X.copy(), Y.copy(), SIGMA.copy()
    x[5] = y[9] = np.nan
    kept = np.isfinite(x) & np.isfinite(y)
    popt, pcov = curve_fit(f, x, y, sigma=sigma, nan_policy="omit")
    expected, cov = curve_fit(f, X[kept], Y[kept], sigma=sigma[kept])
    np.testing.assert_allclose(popt, expected, rtol=1e-9)
    np.testing.assert_allclose(pcov, cov, rtol=1e-8)
    with pytest.raises(ValueError, match="The input contains nan"):
        curve_fit(f, x, y, nan_policy="raise")


@MODELS
def test_robust_losses_as_scipy(f):
    scipy = pytest.importorskip("scipy.optimize")
    y = Y.copy()
    y[::13] += 3.0
    for loss in ("soft_l1", "huber", "cauchy", "arctan", lambda z: np.array([z, np.ones_like(z), np.zeros_like(z)])):
        options = {"method": "trf", "loss": loss, "f_scale": 0.1, "p0": TRUE, "ftol": 1e-12, "xtol": 1e-12}
        popt, pcov = curve_fit(f, X, y, **options)
        theirs, cov = scipy.curve_fit(f, X, y, **options)
        np.testing.assert_allclose(popt, theirs, rtol=2e-5)
        np.testing.assert_allclose(pcov, cov, rtol=1e-3)


def test_arguments_stay_as_they_were():
    x, y, sigma, p0 = X.copy(), Y.copy(), SIGMA.copy(), np.ones(3)
    options = {"maxfev": 100}
    curve_fit(decay, x, y, p0, sigma, method="trf", **options)
    assert options == {"maxfev": 100}
    for now, before in ((x, X), (y, Y), (sigma, SIGMA), (p0, np.ones(3))):
        np.testing.assert_array_equal(now, before)
    assert x.flags.writeable
