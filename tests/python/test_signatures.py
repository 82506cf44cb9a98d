# SPDX-License-Identifier: MIT
"""Which arguments of a model are fitted: options, partials, vectors, methods."""

import pickle
from functools import partial

import numpy as np
import pytest

import nlsq
import nlsq.scipy

X = np.linspace(0.0, 3.0, 30)
Y = 3.0 * np.exp(-0.7 * X)
WEIGHT = np.linspace(1.0, 2.0, 30)


def plain(x, a, b, c):
    return a * np.exp(-b * x) + c


class Decay:
    scale = 2.0

    def model(self, x, a, b, log=False):
        values = self.scale * a * np.exp(-b * x)
        return np.log(values) if log else values

    def of_vector(self, x, p):
        return self.scale * p[0] * np.exp(-p[1] * x)


def test_defaults_that_are_no_numbers_are_held():
    r = nlsq.curve_fit(lambda x, a, b, kind="exp": a * np.exp(-b * x) if kind == "exp" else a + b * x, X, Y)
    assert r.names == ["a", "b"] and np.allclose(r.popt, [3, 0.7]) and r.engine == "interpreter"
    r = nlsq.curve_fit(lambda x, a, log=True, b=1.0: np.log(a) - b * x if log else a + b * x, X, np.log(Y))
    assert r.names == ["a", "b"] and np.allclose(r.popt, [3, 0.7])
    r = nlsq.curve_fit(lambda x, a, b, w=WEIGHT: a * np.exp(-b * x) * w, X, Y * WEIGHT)
    assert np.allclose(r.popt, [3, 0.7]) and np.allclose(r.predict(X), Y * WEIGHT)
    assert np.allclose(nlsq.curve_fit(Decay().model, X, 2 * Y).popt, [3, 0.7])
    assert np.allclose(nlsq.curve_fit(Decay().of_vector, X, 2 * Y, p0=[1, 1]).popt, [3, 0.7])


def test_a_start_or_a_name_makes_an_option_a_parameter():
    def shifted(x, a, b, c=None):
        return a * np.exp(-b * x) + (0.0 if c is None else c)

    assert nlsq.curve_fit(shifted, X, Y).names == ["a", "b"]
    assert np.allclose(nlsq.curve_fit(shifted, X, Y + 1, p0=[1, 1, 0]).popt, [3, 0.7, 1])
    assert np.allclose(nlsq.curve_fit(shifted, X, Y + 1, bounds={"c": (0, 5)}).popt, [3, 0.7, 1])
    assert np.allclose(nlsq.curve_fit(shifted, X, Y + 1, fixed={"c": 1.0}).popt, [3, 0.7, 1])


def test_defaults_that_are_numbers_are_fitted_as_in_scipy():
    r = nlsq.curve_fit(lambda x, a, b=0.5: a * np.exp(-b * x), X, Y)
    assert r.names == ["a", "b"] and np.allclose(r.popt, [3, 0.7])


@pytest.mark.parametrize("held, names, values", [
    ({"c": 0.0}, ["a", "b"], [3, 0.7]), ({"a": 3.0}, ["b", "c"], [0.7, 0]), ({"b": 0.7}, ["a", "c"], [3, 0]),
])  # fmt: skip
def test_partials_by_keyword(held, names, values):
    r = nlsq.curve_fit(partial(plain, **held), X, Y)
    assert r.names == names and np.allclose(r.popt, values, atol=1e-8) and r.engine == "interpreter"
    assert np.allclose(r.predict([0.0, 1.0]), [3.0, 3.0 * np.exp(-0.7)])
    assert np.allclose(pickle.loads(pickle.dumps(r)).predict([0.0]), 3.0)
    many = nlsq.curve_fit_many(partial(plain, **held), X, np.stack([Y, Y]))
    assert many.names == names and np.allclose(many.popt, values, atol=1e-8)


def test_partials_are_told_apart():
    # The same code and the same graph of other parameters: each is compared by itself.
    swapped = [nlsq.curve_fit(partial(lambda x, a, b, c: a * x + b * x * x + c, **held), X, X + 2 * X * X + 3).popt
               for held in ({"a": 1.0}, {"b": 2.0}, {"c": 3.0})]  # fmt: skip
    assert np.allclose(swapped, [[2, 3], [1, 3], [1, 2]])


def test_a_partial_that_holds_x():
    with pytest.raises(TypeError, match="holds 'x', the first argument"):
        nlsq.curve_fit(partial(plain, x=X), X, Y)
    assert np.allclose(nlsq.curve_fit(partial(lambda k, x, a, b: a * np.exp(-k * b * x), 1.0), X, Y).popt, [3, 0.7])


def test_parameters_that_only_go_by_name():
    r = nlsq.curve_fit(lambda x, a, *, b, kind="exp": a * np.exp(-b * x), X, Y)
    assert r.names == ["a", "b"] and np.allclose(r.popt, [3, 0.7])


@pytest.mark.parametrize("model", [
    lambda x, p: p[0] * np.exp(-p[1] * x), lambda x, params: np.dot(params, [0.5, 0.5]) * 0 + params[0] * np.exp(-params[1] * x),
    lambda x, p: (lambda a, b: a * np.exp(-b * x))(*p), lambda x, p: float(p[0]) * np.exp(-p[1] * x),
])  # fmt: skip
def test_a_vector_of_parameters(model):
    r = nlsq.curve_fit(model, X, Y, p0=[1, 1])
    assert np.allclose(r.popt, [3, 0.7]) and r.names[1][-1] == "1" and np.allclose(r.model(X, *r.popt), Y)


def test_a_vector_with_its_jacobian():
    def jac(x, p):
        e = np.exp(-p[1] * x)
        return np.stack([e, -p[0] * x * e], axis=1)

    r = nlsq.curve_fit(lambda x, p: p[0] * np.exp(-p[1] * x), X, Y, p0=[1, 1], jac=jac)
    assert np.allclose(r.popt, [3, 0.7]) and r.jacobian_mode == "user"


def test_a_vector_that_the_model_changes():
    def model(x, p):
        p[0] = abs(p[0])
        return p[0] * np.exp(-p[1] * x)

    assert np.allclose(np.abs(nlsq.curve_fit(model, X, Y, p0=[-1, 1]).popt), [3, 0.7])


def test_scipys_curve_fit_names_the_vector():
    with pytest.raises(TypeError, match="one by one"):
        nlsq.scipy.curve_fit(lambda x, p: p[0] * x, X, Y, p0=[1, 1])


@pytest.mark.parametrize("fit", [nlsq.curve_fit, nlsq.scipy.curve_fit, lambda f, x, y: nlsq.curve_fit_many(f, x, y[None])])
def test_a_method_without_its_object(fit):
    with pytest.raises(TypeError, match=r"Decay\(…\)\.model"):
        fit(Decay.model, X, Y)


def test_a_function_may_call_its_x_self():
    assert np.allclose(nlsq.curve_fit(lambda self, a, b: a * np.exp(-b * self), X, Y).popt, [3, 0.7])


def test_a_vector_without_its_start():
    for model in (lambda x, p: p[0] * x, lambda x, p: sum(p) * x):
        for options in ({}, {"p0": [1.0]}):
            with pytest.raises(TypeError, match="gets p as a number; for a vector of parameters give p0"):
                nlsq.curve_fit(model, X, Y, **options)


def test_a_stored_fit_takes_the_model_that_it_was_made_with(tmp_path):
    def model(x, p):
        a, b = p
        return a * np.exp(-b * x)

    r = nlsq.curve_fit(model, X, Y, p0=[1, 1], bounds=([0, 0], [9, 9]), n_starts=3)
    r.save(tmp_path / "fit.npz")
    twin = nlsq.CurveFitResult.load(tmp_path / "fit.npz", model=model)
    assert np.allclose(twin.predict([1.0]), r.predict([1.0])) and np.allclose(twin.confidence_band([1.0]), r.confidence_band([1.0]))
