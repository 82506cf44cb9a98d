# SPDX-License-Identifier: MIT
"""Names in formulas that are not what they seem: constants, and columns whose names are no plain words."""

import warnings

import numpy as np
import pytest

from nlsq import curve_fit

X = np.linspace(0.1, 1.0, 30)


@pytest.mark.parametrize("text", ["a*exp(-e*x)", "a*x + e", "e * a * x"])
def test_e_is_said_to_be_a_constant(text):
    with pytest.warns(UserWarning, match="'e' in a formula is Euler's number, 2.71828") as seen:
        curve_fit(text, X, X)
    assert seen[0].filename == __file__


@pytest.mark.parametrize("text", ["a*e^(-b*x)", "a*e**x", "a*exp(x)", "a*1e-3*x", "a*x_e*x", "a*sin(2*pi*x)", "a*e1*x/x"])
def test_powers_of_e_and_other_names_are_not(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.filterwarnings("ignore", message=".*(determine|no effect|no more than the mean|go together).*")
        curve_fit(text, X, X, p0={"a": 1.0})
        curve_fit("v = a*e + b", data={"e": X, "v": X})  # the column


@pytest.mark.parametrize("name", ["e", "pi"])
@pytest.mark.parametrize("argument", ["p0", "fixed", "bounds"])
def test_constants_are_no_parameters(name, argument):
    value = (0.0, 9.0) if argument == "bounds" else 1.0
    with pytest.raises(ValueError, match=f"'{name}' is a constant in formulas"):
        curve_fit(f"{name}*exp(-a*x)", X, X, **{argument: {name: value}})


@pytest.mark.parametrize("column, text", [
    ("time (s)", "v = a*time (s) + b"), ("2x", "v = a*2x + b"), ("x-1", "v = a*x-1 + b"), ("T [K]", "v = a*T [K] + b"),
])  # fmt: skip
def test_columns_that_are_no_words_go_in_backquotes(column, text):
    data = {column: X, "v": 2 * X + 1}
    with pytest.raises(ValueError, match="no plain word goes in backquotes") as caught:
        curve_fit(text, data=data)
    assert f"`{column}`" in str(caught.value)
    r = curve_fit(text.replace(column, f"`{column}`"), data=data)
    assert np.allclose(r.popt, [2, 1]) and np.allclose(r.predict({column: [0.0]}), 1.0)
