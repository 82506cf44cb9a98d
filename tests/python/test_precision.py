# SPDX-License-Identifier: MIT
"""precision= of curve_fit: three words, and double precision in every result."""

import numpy as np
import pytest

import nlsq

X = np.linspace(0.0, 4.0, 500)
Y = 2.5 * np.exp(-1.3 * X) + 0.5 + 0.05 * np.sin(37.0 * np.arange(500))


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


@pytest.mark.parametrize("precision", ["auto", "double", "measure"])
@pytest.mark.parametrize("options", [{}, {"jac": "2-point"}])
def test_every_result_is_in_double_precision(precision, options):
    r = nlsq.curve_fit(decay, X, Y, [1, 1, 1], precision=precision, **options)
    assert r.precision == r["precision"] == "float64"
    assert r.popt.tobytes() == nlsq.curve_fit(decay, X, Y, [1, 1, 1], **options).popt.tobytes()


def test_other_words_are_refused():
    with pytest.raises(ValueError, match="precision must be one of auto, double, measure, not 'singel'"):
        nlsq.curve_fit(decay, X, Y, precision="singel")
