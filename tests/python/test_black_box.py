# SPDX-License-Identifier: MIT
"""Functions that are called as they are: how often, at which points, what they may give, what is kept of them."""

import gc
import weakref

import numpy as np
import pytest
import scipy.optimize

import nlsq
import nlsq.scipy
from nlsq import _core
from nlsq._scipy.differences import Differences
from nlsq.scipy import least_squares

METHODS = pytest.mark.parametrize("method", ["trf", "dogbox", "lm"])
X = np.linspace(0.0, 4.0, 80)
Y = 2.5 * np.exp(-1.3 * X) + 0.5 + 0.05 * np.cos(37 * X)
POPT, PCOV = scipy.optimize.curve_fit(lambda x, a, b, c: a * np.exp(-b * x) + c, X, Y, [1, 1, 1], method="trf",
                                      jac=lambda x, a, b, c: np.stack(
                                          [np.exp(-b * x), -a * x * np.exp(-b * x), np.ones_like(x)], axis=1),
                                      ftol=1e-15, xtol=1e-15, gtol=1e-15)  # fmt: skip


class Model:
    """Counts its calls; cannot be recorded."""

    def __init__(self, give=lambda values: values):
        self.give, self.points = give, []

    def __call__(self, x, a, b, c):
        self.points.append((float(a), float(b), float(c)))
        return self.give(a * np.exp(-b * np.asarray(x)) + c)

    def residuals(self, p):
        return self.give(self(X, *p) - Y)

    def derivatives(self, x, a, b, c):
        e = np.exp(-b * x)
        return np.stack([e, -a * x * e, np.ones_like(x)], axis=1)

    def jacobian(self, p):
        return self.derivatives(X, *p)


@METHODS
@pytest.mark.parametrize("jac, each", [("2-point", 3), ("3-point", 6)])
def test_every_call_is_a_trial_or_a_difference(method, jac, each):
    model = Model()
    res = least_squares(model.residuals, [1.0, 1.0, 1.0], jac, method=method)
    jacobians = (len(model.points) - res.nfev) / each
    assert jacobians == int(jacobians) <= res.nfev
    assert res.njev in (None, jacobians)
    assert len(set(model.points)) == len(model.points), "a point was evaluated twice"
    np.testing.assert_allclose(res.x, POPT, rtol=1e-6)
    np.testing.assert_array_equal(res.fun, Model().residuals(res.x))


@METHODS
def test_the_callers_jacobian_is_asked_for_at_accepted_points(method):
    model, seen = Model(), []

    def jacobian(p):
        seen.append(0.5 * np.sum(Model().residuals(p) ** 2))
        return model.jacobian(p)

    res = least_squares(model.residuals, [1.0, 1.0, 1.0], jacobian, method=method)
    assert (res.nfev, res.njev) == (len(model.points), len(seen))
    assert len(set(model.points)) == len(model.points)
    assert all(later <= before * (1 + 1e-9) for before, later in zip(seen, seen[1:]))
    np.testing.assert_allclose(res.x, POPT, rtol=1e-8)
    np.testing.assert_allclose(res.jac, model.jacobian(res.x), rtol=1e-12)
    assert len(seen) <= scipy.optimize.least_squares(
        Model().residuals, [1.0, 1.0, 1.0], model.jacobian, method=method, x_scale="jac").nfev + 2  # fmt: skip


@METHODS
def test_curve_fit_gives_the_digits_that_count(method):
    model = Model()
    popt, pcov, info, _, _ = nlsq.scipy.curve_fit(model, X, Y, [1, 1, 1], method=method, full_output=True)
    np.testing.assert_allclose((popt - POPT) / np.sqrt(np.diag(PCOV)), 0, atol=1e-4)
    np.testing.assert_allclose(pcov, PCOV, rtol=1e-4)
    np.testing.assert_allclose(info["fvec"], model(X, *popt) - Y, atol=1e-14)
    if method == "lm":  # where SciPy counts differences; two calls to compare and to record, at most
        assert info["nfev"] <= len(model.points) <= info["nfev"] + 3
    fitted = nlsq.scipy.curve_fit(model, X, Y, [1, 1, 1], method=method, jac=model.derivatives)
    np.testing.assert_allclose(fitted[0], POPT, rtol=1e-7)
    np.testing.assert_allclose(fitted[1], PCOV, rtol=1e-6)
    tight = nlsq.scipy.curve_fit(model, X, Y, [1, 1, 1], method=method, ftol=1e-14, xtol=1e-14)
    np.testing.assert_allclose(tight[0], POPT, rtol=3e-9)


GIVES = {
    "an array": lambda v: v,
    "a list": lambda v: v.tolist(),
    "a tuple": tuple,
    "not contiguous": lambda v: np.repeat(v, 2)[::2],
    "a subclass": lambda v: v.view(type("Sub", (np.ndarray,), {})),
    "long double": lambda v: v.astype(np.longdouble),
    "read-only": lambda v: np.broadcast_to(v, v.shape),
    "swapped bytes": lambda v: v.astype(">f8"),
}


@pytest.mark.parametrize("kind", GIVES)
def test_functions_may_give_any_numbers(kind):
    give = GIVES[kind]
    for jac in ("2-point", lambda p: give_rows(give, Model().jacobian(p))):
        res = least_squares(Model(give).residuals if kind != "a tuple" else lambda p: tuple(Model().residuals(p)),
                            [1.0, 1.0, 1.0], jac)  # fmt: skip
        np.testing.assert_allclose(res.x, POPT, rtol=1e-6)
    for fit in (nlsq.scipy.curve_fit, nlsq.curve_fit):
        for sigma in (None, 0.1 + 0.01 * X):
            exact = fit(lambda x, a, b, c: a * np.exp(-b * x) + c, X, Y, [1, 1, 1], sigma=sigma)[0]
            np.testing.assert_allclose(fit(Model(give), X, Y, [1, 1, 1], sigma=sigma)[0], exact, rtol=1e-6)


def give_rows(give, J):
    return [give(row) for row in J] if not isinstance(give(J[0]), np.ndarray) else give(J.ravel()).reshape(J.shape)


def test_integers_and_single_precision():
    res = least_squares(lambda p: (np.array([p[0] - 3.0, p[1] - 5.0]) * (1 if p[0] > -9 else 2)).astype(np.float32),
                        [1.0, 1.0])  # fmt: skip
    np.testing.assert_allclose(res.x, [3, 5], rtol=1e-4)
    assert res.fun.dtype == np.float64


@METHODS
def test_another_number_of_residuals_later_is_an_error(method):
    calls = []

    def fun(p):
        calls.append(1)
        return np.ones(3 if len(calls) < 3 else 2) * p[0]

    with pytest.raises(ValueError, match="returned 2 residuals, but 3 before"):
        least_squares(fun, [1.0], method=method)
    calls.clear()
    with pytest.raises(ValueError):
        least_squares(lambda p: np.ones(3) * p[0], [1.0], lambda p: np.ones((3 if len(p) < 1 else 2, 1)), method=method)


@pytest.mark.parametrize("error", [KeyError, ZeroDivisionError, KeyboardInterrupt, StopIteration])
def test_exceptions_of_functions_pass(error):
    calls = []

    def fun(p):
        calls.append(1)
        if len(calls) == 6:
            raise error("mine")
        return np.array([p[0] ** 2 - 2.0, p[1]])

    with pytest.raises((error, RuntimeError) if error is StopIteration else error):
        least_squares(fun, [3.0, 1.0])
    calls.clear()
    with pytest.raises(error, match="mine"):
        nlsq.curve_fit(lambda x, a, b: fun([float(a), b])[0] * x, X, Y)


@METHODS
def test_nothing_is_kept_of_a_fit(method):
    class Kept(Model):
        pass

    gc.collect()
    for run in (
        lambda model: least_squares(model.residuals, [1.0, 1.0, 1.0], method=method),
        lambda model: least_squares(model.residuals, [1.0, 1.0, 1.0], model.jacobian, method=method),
        lambda model: nlsq.scipy.curve_fit(model, X, Y, [1, 1, 1], method=method),
        lambda model: nlsq.scipy.curve_fit(model, X, Y, [1, 1, 1], method=method, jac=model.derivatives),
        lambda model: nlsq.curve_fit(model, X, Y, [1, 1, 1], method=method, jac=model.derivatives).popt,
    ):
        model = Kept()
        alive = weakref.ref(model)
        run(model)
        del model
        gc.collect()
        assert alive() is None


@pytest.mark.parametrize("fit, spoil", [(nlsq.scipy.curve_fit, 1e9), (nlsq.curve_fit, 1e9), (nlsq.curve_fit, np.nan)])
def test_masked_rows_do_not_count(fit, spoil):
    sigma = np.where(np.arange(len(X)) % 7 == 0, np.inf, 0.1)
    kept = np.isfinite(sigma)
    spoiled = Model(lambda values: np.where(kept, values, spoil))
    exact = fit(Model(), X[kept], Y[kept], [1, 1, 1], sigma=sigma[kept], absolute_sigma=True)
    ours = fit(spoiled, X, Y, [1, 1, 1], sigma=sigma, absolute_sigma=True)
    np.testing.assert_allclose(ours[0], exact[0], rtol=1e-7)
    np.testing.assert_allclose(ours[1], exact[1], rtol=1e-5)


def test_the_core_knows_its_last_points():
    model = Model()
    called = _core.Called(model.residuals, np.asarray, 3, len(X))
    called.set_differences(*Differences(None, "2-point", None, np.full(3, -np.inf), np.full(3, np.inf)).rule(
        np.dtype(float)))  # fmt: skip
    p = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(called.values(p), Model().residuals(p))
    np.testing.assert_allclose(called.jacobian(p), model.jacobian(p), atol=1e-6)
    called.jacobian(p)
    assert (called.nfev, called.njev, called.evaluations, len(model.points)) == (1, 1, 3, 4)
    np.testing.assert_array_equal(called.last_jacobian(), called.jacobian(p))
    with pytest.raises(ValueError):
        called.remember(np.ones(2), np.ones(len(X)))
    with pytest.raises(TypeError, match="no Jacobian"):
        _core.Called(model.residuals, np.asarray, 3, len(X)).jacobian(p)
    assert _core.Called(model.residuals, np.asarray, 3, len(X)).last_jacobian() is None
