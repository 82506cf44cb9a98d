# SPDX-License-Identifier: MIT
"""Random models against SciPy: where SciPy converges, the cost here is no higher, and the same minimum has the same
parameters and covariance."""

import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nlsq.scipy

scipy = pytest.importorskip("scipy.optimize")

X = np.linspace(0.1, 5.0, 40)
# Each with its number of parameters; true values and starts are of the order of 1.
TERMS = {
    "exponential": (2, lambda x, a, b: a * np.exp(-b * x)),
    "gaussian": (3, lambda x, a, b, c: a * np.exp(-((x - b) ** 2) / (2 * c**2))),
    "sine": (2, lambda x, a, b: a * np.sin(b * x)),
    "saturation": (2, lambda x, a, b: a * x / (b**2 + x)),
    "logarithm": (2, lambda x, a, b: a * np.log1p(b**2 * x)),
    "line": (2, lambda x, a, b: a + b * x),
    "power": (2, lambda x, a, b: a * x**b),
    "logistic": (3, lambda x, a, b, c: a / (1 + np.exp(-b * (x - c)))),
}


@st.composite
def problems(draw):
    names = draw(st.lists(st.sampled_from(sorted(TERMS)), min_size=1, max_size=2, unique=True))
    parts = [TERMS[name] for name in names]
    n = sum(size for size, _ in parts)

    def model(x, *p):
        total, at = 0.0, 0
        for size, term in parts:
            total = total + term(x, *p[at : at + size])
            at += size
        return total

    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    true = rng.uniform(0.5, 2.5, n)
    y = model(X, *true) + 0.05 * rng.standard_normal(len(X))
    p0 = true * rng.uniform(0.95, 1.05, n)
    sigma = draw(st.sampled_from([None, 0.05, "vector"]))
    if sigma == "vector":
        sigma = rng.uniform(0.03, 0.1, len(X))
    return model, y, p0, sigma


def opaque(model):
    """The same model, but it cannot be recorded."""
    return lambda x, *p: np.array([float(v) for v in np.broadcast_to(model(x, *p), x.shape)])


def outcome(function, model, y, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            popt, pcov, info, _, _ = function(model, X, y, full_output=True, **options)
        except RuntimeError:
            return None
    return popt, pcov, np.sum(info["fvec"] ** 2)


def nearly_undetermined(jacobian):
    """Where many parameters serve nearly as well, stopping a step earlier or later gives others."""
    size = np.linalg.norm(jacobian, axis=0)
    return not size.all() or not np.linalg.cond(jacobian / size) < 100


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(problem=problems(), method=st.sampled_from(["lm", "trf", "dogbox"]), bounded=st.booleans(),
       absolute=st.booleans(), recorded=st.booleans())  # fmt: skip
def test_curve_fit(problem, method, bounded, absolute, recorded):
    model, y, p0, sigma = problem
    options = {"p0": p0, "sigma": sigma, "absolute_sigma": absolute, "method": method}
    if bounded and method != "lm":
        options["bounds"] = (p0 - 3.0, p0 + 3.0)
    theirs = outcome(scipy.curve_fit, model, y, **options)
    if theirs is None or not np.isfinite(theirs[1]).all():
        return
    correlation = theirs[1] / np.sqrt(np.outer(np.diag(theirs[1]), np.diag(theirs[1])))
    if not np.linalg.cond(correlation) < 1e4:
        return
    ours = outcome(nlsq.scipy.curve_fit, model if recorded else opaque(model), y, **options)
    assert ours is not None
    assert ours[2] <= theirs[2] * (1 + 1e-5)
    if ours[2] >= theirs[2] * (1 - 1e-5):
        error = np.sqrt(np.diag(theirs[1]))
        assert np.max(np.abs(ours[0] - theirs[0]) / error) < 2e-2
        np.testing.assert_allclose(np.sqrt(np.diag(ours[1])), error, rtol=2e-2)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(problem=problems(), method=st.sampled_from(["lm", "trf", "dogbox"]), bounded=st.booleans(),
       jac=st.sampled_from(["2-point", "3-point"]), loss=st.sampled_from(["linear", "soft_l1", "huber"]))  # fmt: skip
def test_least_squares(problem, method, bounded, jac, loss):
    model, y, p0, _ = problem
    options = {"method": method, "jac": jac}
    if method != "lm":
        options.update(loss=loss, f_scale=0.1, max_nfev=1000)
        if bounded:
            options["bounds"] = (p0 - 3.0, p0 + 3.0)
    fun = lambda p: model(X, *p) - y  # noqa: E731
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = scipy.least_squares(fun, p0, **options)
        if not theirs.success or nearly_undetermined(theirs.jac):
            return
        ours = nlsq.scipy.least_squares(fun, p0, **options)
    assert ours.success
    assert ours.cost <= theirs.cost * (1 + 1e-4)
    assert ours.nfev <= 30 * theirs.nfev
    assert set(ours) == set(theirs)
    for key in theirs:
        assert np.shape(ours[key]) == np.shape(theirs[key]), key
        assert isinstance(ours[key], type(theirs[key])) or key in ("optimality", "cost"), key
