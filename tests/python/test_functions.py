# SPDX-License-Identifier: MIT
"""Built-in models from Python: alone, inside other models, pickled, under JAX."""

import pickle

import numpy as np
import pytest

from nlsq import curve_fit, functions

X = np.linspace(0.2, 6.0, 80)


def truth(model):
    lower, upper = model.bounds()
    start = np.array(model.estimate_p0(X, np.exp(-((X - 3.0) ** 2)) + 1.0))
    return np.clip(np.where(np.abs(start) < 1e-3, 0.3, start), lower, upper)


@pytest.mark.filterwarnings("ignore::nlsq.OptimizeWarning")
@pytest.mark.parametrize("name", functions.__all__[:-1])
def test_inside_another_model_it_is_the_same_function(name):
    model = getattr(functions, name)
    p = truth(model)
    y = model(X, *p)
    assert y.shape == X.shape and np.isfinite(y).all()
    y_all = y + 1e-3 * X + 1e-4 * np.random.default_rng(1).normal(size=X.size)
    start = [*(p * 1.02 + 1e-3), 0.9]

    def sum_of_two(x, *q):
        return model(x, *q[:-1]) + q[-1] * 1e-3 * x

    result = curve_fit(sum_of_two, X, y_all, start, max_nfev=300)
    assert result.engine == "interpreter", result.trace_note
    from nlsq import _core
    from nlsq._recording import models as _recording

    traced, note = _recording.trace(sum_of_two, X, [f"p{i}" for i in range(len(start))], X.size)
    assert note is None
    ours = _core.evaluate(traced[0], traced[1], [*p, 1.0], X.size)
    np.testing.assert_allclose(ours, y + 1e-3 * X, rtol=1e-12, atol=1e-12 * np.max(np.abs(y)))


def test_automatic_start_and_pickling():
    model = functions.gaussian
    y = model(X, 2.0, 3.1, 0.6) + 0.01 * np.random.default_rng(3).normal(size=X.size)
    result = curve_fit(model, X, y, p0="auto")
    assert result.success
    np.testing.assert_allclose(result.popt, [2.0, 3.1, 0.6], atol=0.02)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again(X, 1, 2, 3), model(X, 1, 2, 3))


def test_polynomial_is_polyval_and_counts_its_coefficients():
    cubic = functions.polynomial(3)
    assert cubic.__name__ == "polynomial_degree_3"
    np.testing.assert_allclose(cubic(X, 1.0, -2.0, 0.5, 3.0), np.polyval([1.0, -2.0, 0.5, 3.0], X), rtol=1e-14)
    with pytest.raises(ValueError, match="Expected 4 coefficients, got 2"):
        cubic(X, 1.0, 2.0)


def test_what_is_no_degree_or_no_number_is_named():
    with pytest.raises(ValueError, match="the degree must be between 0 and 20, not 30"):
        functions.polynomial(30)
    with pytest.raises(TypeError, match=r"gaussian: amp must be one number, not an array of shape \(3,\)"):
        functions.gaussian(np.arange(4.0), np.ones(3), 1.0, 1.0)


def test_a_wrong_name_says_which_was_meant():
    with pytest.raises(AttributeError, match="gaussian"):
        functions.gausian


def test_under_jax():
    jax = pytest.importorskip("jax")
    value = jax.jit(functions.gaussian)(jax.numpy.asarray(X), 2.0, 3.1, 0.6)
    np.testing.assert_allclose(np.asarray(value), functions.gaussian(X, 2.0, 3.1, 0.6), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (0,)])
def test_values_have_the_shape_of_x(shape):
    x = np.linspace(0.5, 3.0, int(np.prod(shape))).reshape(shape)
    values = functions.gaussian(x, 2.0, 1.5, 0.5)
    assert np.shape(values) == shape
    np.testing.assert_allclose(values, 2.0 * np.exp(-((x - 1.5) ** 2) / 0.5), rtol=1e-12)
    assert functions.linear([1, 2], 2, 1).tolist() == [3.0, 5.0] and float(functions.linear(2, 2, 1)) == 5.0
    peak = curve_fit(functions.gaussian, X, functions.gaussian(X, 2, 3, 1), [1, 2, 1])
    for fit in (peak, curve_fit("a*x + b", X, 2 * X)):
        assert all(part.shape == shape for part in fit.predict(x, return_std=True))


def test_values_at_complex_places_are_refused():
    with pytest.raises(TypeError, match="complex128 values; numbers are needed"):
        functions.linear(X + 0j, 2.0, 1.0)


def test_surfaces_of_a_built_in_model():
    x = X.reshape(8, 10)
    r = curve_fit(functions.gaussian, x, functions.gaussian(x, 2.0, 3.1, 0.6), [1.0, 2.0, 1.0])
    np.testing.assert_allclose(r.popt, [2.0, 3.1, 0.6], rtol=1e-6)
    assert r.predictions.shape == (8, 10) and r.predict(x[:3]).shape == (3, 10)
