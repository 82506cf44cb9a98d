# SPDX-License-Identifier: MIT
"""What r.trace_note says: what was met, by the name the model calls it, and what to write instead."""

import functools
import math

import numpy as np
import pytest

from nlsq import curve_fit, least_squares

X = np.linspace(0.1, 4.0, 50)
Y = 1.5 * np.exp(-0.7 * X)
PAIR = "write np.maximum(a, b), of more values functools.reduce(np.maximum, values)"
NO_DECISION = (
    "a decision (if, while, and, or, max, min) on a parameter's value; write np.where, np.minimum or np.maximum"
)
NO_FLOAT = (
    "float() or the math module on a parameter's value; write np.exp for math.exp and the like, and leave float() and "
    "dtype=float out"
)

REFUSED = {
    "np.sort of a list": (
        lambda x, a, b: np.sort([a, b])[1] * np.exp(-x),
        "np.sort of a list or an array of model values; write np.minimum(a, b) and np.maximum(a, b) for the smaller "
        "and the larger of two",
    ),
    "np.max of a list": (
        lambda x, a, b: np.max([a, b]) * np.exp(-x),
        f"np.max of a list or an array of model values; {PAIR}",
    ),
    "max of an array": (
        lambda x, a, b: np.array([a, b]).max() * np.exp(-x),
        f"np.max of a list or an array of model values; {PAIR}",
    ),
    "max of rows": (
        lambda x, a, b: np.max([a * x, b * x], axis=0),
        f"np.max of a list or an array of model values; {PAIR}",
    ),
    "np.mean of a list": (
        lambda x, a, b: np.mean([a, b]) * np.exp(-x),
        "np.mean of a list or an array of model values; write sum(values) / len(values)",
    ),
    "np.argsort": (
        lambda x, a, b: np.argsort([a, b])[1] * a * np.exp(-b * x),
        "np.argsort of a list or an array of model values; it decides on values of parameters",
    ),
    "np.std": (
        lambda x, a, b: np.std([a, b]) + np.exp(-b * x),
        "np.std of a list or an array of model values; it needs numbers for parameters",
    ),
    "np.rint": (
        lambda x, a, b: np.rint(np.array([a, b]))[0] + np.exp(-b * x),
        "np.rint of a list or an array of model values; it needs numbers for parameters",
    ),
    "max": (lambda x, a, b: max(a, b) * np.exp(-x), NO_DECISION),
    "if in np.vectorize": (np.vectorize(lambda x, a, b: a * x if a > b else b * x), NO_DECISION),
    "math": (lambda x, a, b: math.exp(a) * np.exp(-b * x), NO_FLOAT),
    "dtype=float": (lambda x, a, b: np.asarray(a * np.exp(-b * x), dtype=float), NO_FLOAT),
    "maximum of rows": (
        lambda x, a, b: a * x / np.max(b * x),
        "the maximum over the rows of a model, each of which is recorded by itself",
    ),
    "y.min()": (
        lambda x, a, b: a * x - (b * x).min(),
        "the minimum over the rows of a model, each of which is recorded by itself",
    ),
    "np.linalg.norm": (lambda x, a, b: a * x / np.linalg.norm(b * x), "np.linalg.norm"),
    "an array of objects": (
        lambda x, a, b: np.r_[a * x[:20], b * x[20:]] * (b * x),
        "an array that NumPy made of model values meets another one; write np.concatenate for np.r_, np.stack for "
        "np.array, and leave np.asarray out",
    ),
    "np.r_": (
        lambda x, a, b: np.r_[a * x[:20], b * x[20:]] * x,
        "ValueError: operands could not be broadcast together with shapes (2,) (50,); write np.concatenate for np.r_",
    ),
}


NEEDS_NUMBERS = "; it works on numbers, so the model is called as it is"
ZEROS = "; write np.zeros_like(x) for np.zeros(x.shape) or np.zeros(len(x))"


def by_rows(x, a, b):
    out = np.empty(len(x))
    for i, value in enumerate(x):
        out[i] = a * value + b
    return out


def by_a_mask(x, a, b):
    out = np.zeros(x.shape)
    out[x < b] = a
    return out + x


def asserts(x, a, b):
    assert np.isscalar(a)
    return a * np.exp(-b * x)


def by_scipy(name):
    """A model that calls a function of SciPy, and what the note has of it."""
    integrate = pytest.importorskip("scipy.integrate")
    interpolate = pytest.importorskip("scipy.interpolate")
    stats, special = pytest.importorskip("scipy.stats"), pytest.importorskip("scipy.special")
    reference = interpolate.interp1d(X, Y, bounds_error=False, fill_value=0.0)
    spline = interpolate.CubicSpline(X, Y)
    return {
        "odeint": lambda x, a, b: integrate.odeint(lambda y, t: -a * y, b, x)[:, 0],
        "quad": lambda x, a, b: np.array([integrate.quad(lambda t: np.exp(-a * t), 0, v)[0] for v in x]) + b,
        "interpolate.interp1d": lambda x, a, b: a * reference(x - b),
        "CubicSpline": lambda x, a, b: a * spline(x - b),
        "norm.pdf": lambda x, a, b: a * stats.norm.pdf(x, b, 1.0),
        "special.jv": lambda x, a, b: a * special.jv(0.5, b * x),
    }[name]


@pytest.mark.filterwarnings("ignore::nlsq.OptimizeWarning")
@pytest.mark.parametrize("name", ["odeint", "quad", "interpolate.interp1d", "CubicSpline", "norm.pdf", "special.jv"])
def test_functions_of_other_packages_are_named(name):
    note = curve_fit(by_scipy(name), X, Y, p0=[1.0, 0.7], max_nfev=2).trace_note
    assert note.startswith("scipy.") and name in note
    if name != "special.jv":
        assert note.endswith(NEEDS_NUMBERS) and "(line " in note and "lambda" in note


@pytest.mark.filterwarnings("ignore::nlsq.OptimizeWarning")
@pytest.mark.parametrize("model, line", [(by_rows, "out[i] = a * value + b"), (by_a_mask, "out[x < b] = a")])
def test_arrays_of_numbers_that_are_written(model, line):
    note = curve_fit(model, X, Y, p0=[1.0, 0.7], max_nfev=2).trace_note
    assert note.startswith("model values are written into an array of numbers (line ") and f": {line})" in note
    assert note.endswith(ZEROS)


def test_failures_name_their_line():
    r = curve_fit(asserts, X, Y, p0=[1.0, 0.7])
    assert r.trace_note.startswith("AssertionError") and r.trace_note.endswith(": assert np.isscalar(a))")


@pytest.mark.filterwarnings("ignore::nlsq.OptimizeWarning")
@pytest.mark.parametrize("name", REFUSED)
def test_notes_of_models(name):
    model, note = REFUSED[name]
    result = curve_fit(model, X, Y, p0=[1.0, 0.7])
    assert (result.engine, result.trace_note) == ("callback", note)


# What the notes propose, and what NumPy makes of rows but is done to each.
RECORDED = {
    "np.maximum": lambda x, a, b: np.maximum(a, b) * np.exp(-x),
    "reduce": lambda x, a, b: functools.reduce(np.maximum, [a, b, 0.1]) * np.exp(-x),
    "sum / len": lambda x, a, b: sum([a, b]) / len([a, b]) * np.exp(-b * x),
    "np.concatenate": lambda x, a, b: np.concatenate([a * x[:20], b * x[20:]]) * x,
    "np.r_ and numbers": lambda x, a, b: np.maximum(0.5 + np.r_[a * x[:20], b * x[20:]] * a, b),
    "np.asarray": lambda x, a, b: np.asarray(a * np.exp(-x)) + b,
    "np.array": lambda x, a, b: np.hypot(np.array(a * np.exp(-b * x)), b),
    "np.asarray twice": lambda x, a, b: np.asarray(a * np.exp(-x)) - np.asarray(b * x),
}


@pytest.mark.filterwarnings("ignore::nlsq.OptimizeWarning")
@pytest.mark.parametrize("name", RECORDED)
def test_what_notes_propose_is_recorded(name):
    model = RECORDED[name]
    y = model(X, 1.5, 0.7) + 0.01 * np.cos(9.0 * X)
    recorded, called = (curve_fit(model, X, y, p0=[1.4, 0.8], jac=jac) for jac in (None, "3-point"))
    assert recorded.engine == "interpreter", recorded.trace_note
    np.testing.assert_allclose(recorded.popt, called.popt, rtol=1e-6)  # differences


def test_notes_of_residuals():
    def largest(p):
        return np.max([p[0], p[1]]) * X - Y

    assert least_squares(largest, [1.0, 0.5]).trace_note == (
        "a decision (if, while, and, or, max, min) on a parameter's value is another one where the fit ends; write "
        "np.where, np.minimum or np.maximum"
    )
    data = np.r_[Y, Y]
    split = least_squares(lambda p: np.r_[p[0] * X, p[1] * X] - data, [1.0, 0.5])
    assert split.engine == "callback" and split.trace_note.endswith("(2,) (100,); write np.concatenate for np.r_")
    assert least_squares(lambda p: p * p.std() - 1.0, [1.0, 0.5]).trace_note == "the attribute 'std' of the parameters"
    norm = least_squares(lambda p: p * np.linalg.norm(p, ord=1) - 1.0, [1.0, 0.5])
    assert norm.trace_note == "np.linalg.norm of the parameters with options"


@pytest.mark.parametrize(
    "fun",
    [
        lambda p: p * p.max() - 1.5,
        lambda p: np.max(p) * p - 1.5,
        lambda p: p + np.amin(p) ** 2 - 1.5,
        lambda p: p * p.min() * p.mean() - 1.5,
        lambda p: np.concatenate([np.outer(p, p).max(axis=0), p - np.mean(p)]) - 1.5,
        lambda p: p / np.linalg.norm(p) - p[0],
        lambda p: p - 1.0 if hasattr(p, "shape") and not hasattr(p, "columns") else p,
    ],
    ids=range(7),
)
def test_largest_smallest_and_means_of_parameters_are_recorded(fun):
    start = [1.3, 0.7, 1.1]
    result = least_squares(fun, start)
    assert result.engine == "interpreter", result.trace_note
    called = least_squares(fun, start, jac="3-point")
    assert result.cost <= called.cost * (1.0 + 1e-6) + 1e-20
