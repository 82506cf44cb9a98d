# SPDX-License-Identifier: MIT
"""Many fits tell how they were made."""

import numpy as np

import nlsq


def test_sets_tell_how_they_were_fitted():
    x = np.linspace(0.0, 4.0, 30)
    ys = np.exp(-np.outer([0.5, 1.0, 1.5], x))
    result = nlsq.curve_fit_many("a*exp(-b*x)", x, ys, p0=[1.0, 1.0])
    text = result.explain()
    assert "3 sets" in text and "30 rows" in text and result.engine in text
    assert "threads" in text


def test_functions_that_are_called_say_so():
    x = np.linspace(0.0, 4.0, 30)
    ys = np.exp(-np.outer([0.5, 1.0], x))

    def called(x, a):
        return np.array([a * np.exp(-float(v)) for v in np.asarray(x)])

    result = nlsq.curve_fit_many(called, x, ys, p0=[1.0])
    assert result.engine in result.explain()
