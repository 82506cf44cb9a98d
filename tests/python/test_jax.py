# SPDX-License-Identifier: MIT
"""Models in jax.numpy: recorded where possible, differentiated by JAX where not; the user's flags stay."""

import numpy as np
import pytest

from nlsq import curve_fit

jax = pytest.importorskip("jax")
jnp = jax.numpy

X = np.linspace(0, 4, 100)
Y = 2.5 * np.exp(-1.3 * X) + 0.5 + 0.05 * np.random.default_rng(0).normal(size=100)


def decay(x, a, b, c):
    return a * jnp.exp(-b * x) + c


def reference():
    return curve_fit(lambda x, a, b, c: a * np.exp(-b * x) + c, X, Y, [1.0, 1.0, 1.0])


@pytest.mark.parametrize("f", [decay, jax.jit(decay)], ids=["plain", "jitted"])
def test_the_same_answer_as_in_numpy(f):
    before = jax.config.jax_enable_x64
    result = curve_fit(f, X, Y, [1.0, 1.0, 1.0])
    assert result.engine == "interpreter", result.trace_note
    np.testing.assert_allclose(result.popt, reference().popt, rtol=1e-9)
    np.testing.assert_allclose(result.pcov, reference().pcov, rtol=1e-8)
    assert jax.config.jax_enable_x64 == before
    assert jnp.asarray(1.0).dtype == jnp.float32


MODELS = {
    "where": lambda x, a, b, c: jnp.where(x > 1, a * jnp.exp(-b * x), a * jnp.cos(b * x)) + c,
    "sigmoid": lambda x, a, b, c: a * jax.nn.sigmoid(b * (x - 1)) + c,
    "special": lambda x, a, b, c: a * jax.scipy.special.erf(b * x) + c * jax.lax.logistic(x),
    "powers": lambda x, a, b, c: a * x**2 + b * jnp.power(x + 1, c) + jnp.square(c),
    "clip": lambda x, a, b, c: jnp.clip(a * x, -5.0, 5.0) + jnp.maximum(b * x, c),
    "closure": lambda x, a, b, c: a * jnp.asarray(np.sin(X)) + b * x + c,
}


@pytest.mark.parametrize("name", MODELS)
def test_recorded_values_are_those_of_the_function(name):
    from nlsq import _core
    from nlsq._models import jax as _jax
    from nlsq._recording import models as _recording

    f = MODELS[name]
    traced, note = _recording.trace(f, X, ["a", "b", "c"], X.size)
    assert note is None
    for p in ([1.1, 0.7, 0.4], [0.6, 1.4, 0.9]):
        with _jax.double_precision(jax):
            theirs = np.asarray(f(X, *p))
            slopes = np.asarray(jax.jacfwd(lambda q: f(X, *q))(np.array(p)))
        np.testing.assert_allclose(_core.evaluate(traced[0], traced[1], p, X.size), theirs, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(_core.jacobian(traced[0], traced[1], p, X.size), slopes, rtol=1e-9, atol=1e-12)


def test_what_has_no_operation_gets_its_derivatives_from_jax():
    def f(x, a, b):
        return jnp.cumsum(a * jnp.exp(-b * x)) / 10

    y = np.asarray(f(X, 2.0, 1.0)) + 0.01 * np.random.default_rng(1).normal(size=X.size)
    result = curve_fit(f, X, y, [1.0, 0.5])
    assert result.engine == "callback" and "cumsum" in result.trace_note
    assert result.jacobian_mode == "user"
    same = curve_fit(lambda x, a, b: np.cumsum(a * np.exp(-b * x)) / 10, X, y, [1.0, 0.5])
    np.testing.assert_allclose(result.popt, same.popt, rtol=1e-6)


def test_a_function_that_branches_falls_back_to_differences():
    def f(x, a, b):
        return a * jnp.exp(-b * x) if float(b) > 0 else a * x

    y = 2.0 * np.exp(-0.8 * X)
    result = curve_fit(f, X, y, [1.0, 0.5])
    assert result.engine == "callback"
    np.testing.assert_allclose(result.popt, [2.0, 0.8], rtol=1e-5)


def test_captured_single_precision_data_are_widened():
    w = jnp.asarray(np.linspace(1, 2, X.size))  # float32 under JAX's default
    result = curve_fit(lambda x, a, b: a * w * jnp.exp(-b * x), X, Y, [1.0, 1.0])
    narrow = np.asarray(w).astype(float)
    same = curve_fit(lambda x, a, b: a * narrow * np.exp(-b * x), X, Y, [1.0, 1.0])
    np.testing.assert_allclose(result.popt, same.popt, rtol=1e-9)


def helper(x, b):
    return jnp.exp(-b * x)


def test_a_model_whose_helpers_are_of_jax_is_of_jax():
    inner = jax.jit(lambda x, b: jnp.exp(-b * x))
    twice = lambda x, b: helper(x, b)  # noqa: E731
    for f in (
        lambda x, a, b, c: a * helper(x, b) + c,
        lambda x, a, b, c: a * inner(x, b) + c,
        lambda x, a, b, c: a * twice(x, b) + c,
    ):
        result = curve_fit(f, X, Y, [1.0, 1.0, 1.0])
        assert result.engine == "interpreter", result.trace_note
        np.testing.assert_allclose(result.popt, reference().popt, rtol=1e-9)


def test_what_calls_itself_is_asked_once():
    from nlsq._models import jax as _jax

    def power(x, n):
        return 1.0 if n == 0 else x * power(x, n - 1)

    assert not _jax.uses_jax(power) and not _jax.uses_jax(lambda x, a: a * power(x, 3))


def test_arrays_of_jax_as_data_of_a_plain_model():
    def peak(x, a, b, c):
        return a * c**2 / ((x - b) ** 2 + c**2)

    y = peak(X, 2.0, 1.5, 0.3) + 0.01 * np.cos(9 * X)
    single = curve_fit(peak, np.float32(X), np.float32(y), [1.5, 1.4, 0.4])
    for data in (jnp.asarray(X), {"x": jnp.asarray(X)}, (jnp.asarray(X), 1.0)):
        f = peak if not isinstance(data, (dict, tuple)) else lambda x, *p: peak(x["x" if isinstance(x, dict) else 0], *p)
        r = curve_fit(f, data, jnp.asarray(y), [1.5, 1.4, 0.4])
        assert r.engine == "interpreter", r.trace_note
        np.testing.assert_allclose(r.popt, single.popt, rtol=1e-6)
        np.testing.assert_allclose(r.perr, single.perr, rtol=1e-5)
    from nlsq.scipy import curve_fit as scipys

    np.testing.assert_allclose(scipys(peak, jnp.asarray(X), jnp.asarray(y), [1.5, 1.4, 0.4])[0], single.popt, rtol=1e-6)
    called = curve_fit(lambda x, a, b, c: np.cumsum(peak(x, a, b, c)), jnp.asarray(X), np.cumsum(y), [1.5, 1.4, 0.4])
    assert called.engine == "callback" and np.allclose(called.popt, single.popt, rtol=1e-2)


def test_captured_arrays_of_jax():
    weight = jnp.asarray(1.0 + X)
    r = curve_fit(lambda x, a, b: a * x + b * weight, X, 2 * X + 3 * np.asarray(weight, dtype=float))
    assert r.engine == "interpreter" and np.allclose(r.popt, [2, 3])


A = np.random.default_rng(1).normal(size=(100, 3))
RESIDUALS = {
    "items": lambda p: p[0] * jnp.exp(-p[1] * X) + p[2] - Y,
    "unpacked": lambda p: (lambda a, b, c: a * jnp.exp(-b * X) + c)(*p) - Y,
    "jitted": jax.jit(lambda p: p[0] * jnp.exp(-p[1] * X) + p[-1] - Y),
    "product": lambda p: jnp.tanh(A @ p) - 0.5,
    "joined": lambda p: jnp.concatenate([p[0] * jnp.exp(-p[1] * X) + p[2] - Y, 0.1 * (p[1:] - 1.0)]),
    "hstack": lambda p: jnp.hstack([p[0] * jnp.exp(-p[1] * X) - Y, 0.1 * p[2] - 1.0, p[:2]]),
    "numbers": lambda p: jnp.array([10 * (p[1] - p[0] ** 2), 1 - p[0], p[2] - 2.0]),
    "sum": lambda p: jnp.sum(p**2) * X + p[0] - Y,
    "picked": lambda p: p[np.arange(100) % 3] * X - Y,
    "where": lambda p: jnp.where(X > 1.0, p[0] * X, p[1]) + jnp.clip(p[2], -5.0, 5.0) - Y,
}  # fmt: skip


@pytest.mark.parametrize("name", RESIDUALS)
def test_residuals_are_recorded_in_double_precision(name):
    from nlsq import LeastSquares, least_squares
    from nlsq._models import jax as _jax

    fun, start = RESIDUALS[name], [1.3, 0.8, 0.4]
    before = jax.config.jax_enable_x64
    r = least_squares(fun, start)
    assert r.engine == "interpreter", r.trace_note
    with _jax.double_precision(jax):
        np.testing.assert_allclose(r.fun, np.asarray(fun(r.x)), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(r.jac, np.asarray(jax.jacfwd(fun)(r.x)), rtol=1e-9, atol=1e-9)
        called = least_squares(fun, start, jac=jax.jacfwd(fun))
    assert called.engine == "callback" and r.cost <= called.cost * (1 + 1e-9) + 1e-15
    assert LeastSquares().least_squares(fun, start).engine == "interpreter"
    assert jax.config.jax_enable_x64 == before and r.jacobian_mode_source == "default"


def test_residuals_that_cannot_be_recorded_run_in_double_precision():
    from nlsq import least_squares

    def fun(p):
        return jnp.cumsum(p[0] * jnp.exp(-p[1] * X) + p[2] - Y)

    r = least_squares(fun, [1.0, 1.0, 0.0])
    reference = least_squares(lambda p: np.cumsum(p[0] * np.exp(-p[1] * X) + p[2] - Y), [1.0, 1.0, 0.0])
    assert r.engine == "callback" and r.fun.dtype == float
    np.testing.assert_allclose(r.x, reference.x, rtol=1e-6)


def test_a_model_with_its_data_in_least_squares():
    from nlsq import LeastSquares

    r = LeastSquares().least_squares(decay, [1.0, 1.0, 1.0], xdata=X, ydata=Y)
    assert r.engine == "interpreter"
    np.testing.assert_allclose(r.x, reference().popt, rtol=1e-9)


def test_a_residual_that_captures_what_changes():
    from nlsq import least_squares

    scale = {"s": 1.0}

    def fun(p):
        return scale["s"] * p[0] * jnp.exp(-p[1] * X) - Y

    first = least_squares(fun, [1.0, 1.0]).x[0]
    scale["s"] = 2.0
    assert np.isclose(least_squares(fun, [1.0, 1.0]).x[0], first / 2)


def test_reverse_mode_of_models_that_are_called():
    B = np.random.default_rng(1).normal(size=(20, 60)) / 8

    def wide(x, *p):
        return jnp.tanh(B @ jnp.array(p)).cumsum()

    y = np.cumsum(np.tanh(B @ np.full(60, 0.1)))
    with pytest.warns(UserWarning):  # fewer rows than parameters
        r = curve_fit(wide, np.arange(20.0), y, p0=np.full(60, 0.01), jacobian_mode="rev")
    assert r.engine == "callback" and r.jacobian_mode == "user" and r.cost < 1e-8
