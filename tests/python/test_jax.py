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
    from nlsq import _core, _engine, _jax

    f = MODELS[name]
    traced, note = _engine.trace(f, X, ["a", "b", "c"], X.size)
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
    from nlsq import _jax

    def power(x, n):
        return 1.0 if n == 0 else x * power(x, n - 1)

    assert not _jax.uses_jax(power) and not _jax.uses_jax(lambda x, a: a * power(x, 3))
