# SPDX-License-Identifier: MIT
"""What models return: numbers of every kind, or an error that says what came instead."""

import numpy as np
import pytest
from known_fits import LINE, M, X, same

from nlsq import curve_fit

RETURNS = {
    # name: (model of (a, b), outcome: parameters, or the error)
    "float32": (lambda x, a, b: (a * x + b).astype(np.float32), [2.0, 1.0]),
    "list": (lambda x, a, b: [a * v + b for v in x], [2.0, 1.0]),
    "long double": (lambda x, a, b: (a * x + b).astype("g"), [2.0, 1.0]),
    "object": (lambda x, a, b: (a * x + b).astype(object), [2.0, 1.0]),
    "masked, nothing masked": (lambda x, a, b: np.ma.masked_array(a * x + b), [2.0, 1.0]),
    "masked": (lambda x, a, b: np.ma.masked_array(a * x + b, mask=x > 2), (TypeError, "masked values")),
    "captured mask": (
        lambda x, a, b: a * x * np.ma.masked_array(np.ones(M), mask=X > 2) + b, (TypeError, "masked values"),
    ),
    "complex": (lambda x, a, b: a * x + b + 0j, (TypeError, "complex values; fit their real and imaginary parts")),
    "column": (lambda x, a, b: (a * x + b)[:, None], (ValueError, r"shape \(40, 1\); ydata has shape \(40,\).*ravel")),
    "row": (lambda x, a, b: (a * x + b)[None], (ValueError, r"shape \(1, 40\); ydata has shape \(40,\).*ravel")),
    "too long": (lambda x, a, b: np.r_[a * x + b, 1.0], (ValueError, r"shape \(41,\); ydata has shape \(40,\)")),
    "too short": (lambda x, a, b: (a * x + b)[1:], (ValueError, r"shape \(39,\); ydata has shape \(40,\)")),
    "nothing": (lambda x, a, b: None, (TypeError, "returns None; is its return statement missing")),
    "text": (lambda x, a, b: ["a"] * M, (TypeError, "numbers are needed")),
    "dict": (lambda x, a, b: {"y": a}, (TypeError, "returns a dict; numbers are needed")),
    "generator": (lambda x, a, b: (a * v for v in x), (TypeError, "returns a generator; numbers are needed")),
    "two": (lambda x, a, b: (a * x, b), (TypeError, "different shapes")),
    "not finite": (lambda x, a, b: a * x + b + np.where(x > 3, np.nan, 0.0), (ValueError, "nan at index 28")),
}  # fmt: skip


@pytest.mark.parametrize("name", RETURNS)
def test_what_models_return(name):
    f, outcome = RETURNS[name]
    if isinstance(outcome, list):
        return same(curve_fit(f, X, LINE, [1.0, 1.0]), outcome, 1e-5)
    with pytest.raises(outcome[0], match=outcome[1]):
        curve_fit(f, X, LINE, [1.0, 1.0])


@pytest.mark.parametrize("f", [lambda x, a: a, lambda x, a: np.array([a]), lambda x, a: [a], lambda x, a: float(a)])
def test_one_value_stands_for_every_row(f):
    same(curve_fit(f, X, LINE, [1.0]), [LINE.mean()])


def test_integer_values_have_no_derivatives():
    with pytest.warns(UserWarning, match="at the point reached.*have no effect"):
        result = curve_fit(lambda x, a, b: np.round(a * x + b).astype(int), X, LINE, [1.0, 1.0])
    assert np.isinf(result.perr).all()
