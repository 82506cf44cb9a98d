# SPDX-License-Identifier: MIT
"""Results of fits to ydata of several dimensions: values have its shape, fun and jac its rows."""

import copy
import pickle

import numpy as np
import pytest
from fits import decay, decay_data

from nlsq import CurveFitResult, curve_fit

X, Y = decay_data(48)
SHAPE = (8, 6)
X2, Y2, SIGMA2 = X.reshape(SHAPE), Y.reshape(SHAPE), (0.05 + 0.01 * X).reshape(SHAPE)


def called(x, a, b, c):
    return decay(x, float(a), b, c)


def surface(xy, a, b, c):
    """A model of two grids (2, k, l)."""
    return decay(xy[0], a, b, c) + xy[1]


GRIDS = np.stack([X2, np.zeros(SHAPE)])
CASES = {
    "x of the same shape": lambda **k: curve_fit(decay, X2, Y2, **k),
    "called": lambda **k: curve_fit(called, X2, Y2, **k),
    "two grids": lambda **k: curve_fit(surface, GRIDS, Y2, **k),
    "captured x": lambda **k: curve_fit(lambda _, a, b, c: decay(X2, a, b, c), np.zeros(3), Y2, **k),
}


@pytest.mark.parametrize("options", [{}, {"sigma": SIGMA2}], ids=["plain", "sigma"])
@pytest.mark.parametrize("name", CASES)
def test_values_have_the_shape_of_ydata(name, options):
    r = CASES[name](**options)
    flat = curve_fit(decay, X, Y, **{k: v.ravel() for k, v in options.items()})
    rtol = 1e-5 if r.engine == "callback" else 1e-9
    np.testing.assert_allclose(r.popt, flat.popt, rtol=rtol)
    assert r.ydata.shape == SHAPE and np.array_equal(r.ydata, Y2)
    for ours, expected in (
        (r.predictions, flat.predictions), (r.residuals, flat.residuals), (r.predict(), flat.predict()),
        *zip(r.predict(return_std=True), flat.predict(return_std=True)),
        *zip(r.confidence_band(), flat.confidence_band()),
    ):  # fmt: skip
        assert ours.shape == SHAPE
        np.testing.assert_allclose(ours.ravel(), expected, rtol=1e-4, atol=1e-6)
    assert r.prediction_interval().shape == (*SHAPE, 2)
    np.testing.assert_allclose(r.prediction_interval().reshape(-1, 2), flat.prediction_interval(), rtol=1e-5)
    assert r.fun.shape == (48,) and r.jac.shape == (48, 3) and r.grad.shape == (3,)
    np.testing.assert_allclose(r.fun, flat.fun, rtol=1e-4, atol=1e-6)
    assert r.mae == pytest.approx(flat.mae, rel=1e-5) and r.r_squared == pytest.approx(flat.r_squared)


def test_the_entries_are_what_was_given():
    r = curve_fit(decay, X2, Y2)
    assert r.model is decay and r.xdata.shape == SHAPE and np.array_equal(r.xdata, X2)
    assert curve_fit(surface, GRIDS, Y2).model is surface
    assert curve_fit(decay, X2, Y2, return_eval=True)[2].shape == SHAPE


@pytest.mark.parametrize("f", [decay, called])
@pytest.mark.parametrize("shape", [(5,), (3, 4), (8, 6), (48,), (1, 48), ()])
def test_predictions_elsewhere_have_the_shape_of_the_model_there(f, shape):
    r = curve_fit(f, X2, Y2)
    x = np.linspace(0.0, 5.0, int(np.prod(shape))).reshape(shape)
    flat = curve_fit(f, X, Y)
    values, errors = r.predict(x, return_std=True)
    low, high = r.confidence_band(x)
    assert values.shape == errors.shape == low.shape == high.shape == shape
    expected = flat.predict(x.ravel(), return_std=True)
    np.testing.assert_allclose([values.ravel(), errors.ravel()], expected, rtol=1e-4)
    assert r.prediction_interval(x).shape == (*shape, 2)


def test_surfaces_elsewhere():
    r = curve_fit(surface, GRIDS, Y2)
    there = np.stack(np.meshgrid([1.0, 2.0, 3.0], [10.0, 20.0], indexing="xy"))
    values, errors = r.predict(there, return_std=True)
    assert values.shape == errors.shape == (2, 3)
    np.testing.assert_allclose(values, surface(there, *r.popt))
    np.testing.assert_allclose(errors[0], errors[1])


def saved(r, path):
    r.save(path)
    return CurveFitResult.load(path, model=decay)


@pytest.mark.parametrize("keep", [lambda r, path: pickle.loads(pickle.dumps(r)), lambda r, path: copy.deepcopy(r), saved])
@pytest.mark.parametrize("f", [decay, lambda x, a, b, c: decay(x, a, b, c)], ids=["function", "lambda"])
def test_what_is_stored_keeps_the_shape(f, keep, tmp_path):
    r = curve_fit(f, X2, Y2, sigma=SIGMA2)
    s = keep(r, tmp_path / "fit")
    for name in ("predictions", "residuals", "ydata", "xdata"):
        np.testing.assert_allclose(getattr(s, name), getattr(r, name), rtol=1e-12, err_msg=name)
    np.testing.assert_allclose(s.prediction_interval(), r.prediction_interval(), rtol=1e-9)
    np.testing.assert_allclose(s.fun, r.fun, rtol=1e-9, atol=1e-12)
    if s.model is not None:
        np.testing.assert_allclose(s.predict(X2[:2, :3]), r.predict(X2[:2, :3]), rtol=1e-12)


def test_changed_data_is_noticed():
    x, y = X2.copy(), Y2.copy()
    r = curve_fit(decay, x, y)
    y *= 2.0
    with pytest.raises(ValueError, match="ydata was changed in place"):
        _ = r.residuals
    r = curve_fit(decay, x, y)
    x += 1.0
    with pytest.raises(ValueError, match="xdata was changed in place"):
        _ = r.predictions


def test_a_picture_of_it():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    for r in (curve_fit(decay, X2, Y2), curve_fit(surface, GRIDS, Y2)):
        r.plot()
    pyplot.close("all")


def test_statistics_without_degrees_of_freedom_warn_of_nothing_else():
    with pytest.warns(UserWarning):
        r = curve_fit(decay, X[:3].reshape(3, 1), Y[:3].reshape(3, 1), p0=[2, 1, 0.5])
    low, high = r.confidence_band()
    assert np.isinf(high - low).all()


def test_models_in_jax_have_exact_derivatives_too():
    jax = pytest.importorskip("jax")
    import jax.numpy as jnp

    def f(x, a, b, c):
        return a * jnp.exp(-b * x) + c

    flat = curve_fit(decay, X, Y)
    for model in (f, jax.jit(f), lambda d, a, b, c: f(d[0], a, b, c)):
        x = GRIDS if model.__name__ == "<lambda>" else X2
        r = curve_fit(model, x, Y2)
        assert r.predictions.shape == SHAPE and type(r.predictions) is np.ndarray
        np.testing.assert_allclose(r.popt, flat.popt, rtol=1e-6)
        np.testing.assert_allclose(r.jac, flat.jac, rtol=1e-5, atol=1e-6)
        assert r.derivative_order == "user"
        np.testing.assert_allclose(r.predict(x, return_std=True), flat_shape(flat), rtol=1e-5)


def flat_shape(flat):
    return [part.reshape(SHAPE) for part in flat.predict(return_std=True)]
