# SPDX-License-Identifier: MIT
"""Arrays that begin between two places of memory, as those of received messages and of files behind a header do."""

import numpy as np
import pytest

import nlsq
import nlsq.scipy

X = np.linspace(0, 5, 50)
Y = 3 * np.exp(-1.2 * X) + 0.5 + 0.02 * np.sin(37 * X)
SIGMA = np.linspace(0.01, 0.03, 50)


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


def called(x, a, b, c):
    return np.sort(decay(x, a, b, c))[::-1]


def unaligned(array):
    moved = np.frombuffer(b"\0" + array.tobytes(), np.uint8)[1:].view(array.dtype).reshape(array.shape)
    assert not moved.flags.aligned
    return moved


@pytest.mark.parametrize("fit", [nlsq.curve_fit, nlsq.scipy.curve_fit])
@pytest.mark.parametrize("model", [decay, called])
@pytest.mark.parametrize("kind", ["f8", "f4"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_give_the_same_fit(fit, model, kind, place):
    arrays = [a.astype(kind) for a in (X, Y, SIGMA)]
    want = fit(model, *arrays[:2], [1, 1, 1], sigma=arrays[2])
    arrays[place] = unaligned(arrays[place])
    have = fit(model, *arrays[:2], [1, 1, 1], sigma=arrays[2])
    assert np.array_equal(have[0], want[0]) and np.array_equal(have[1], want[1])


def test_are_data_of_formulas_many_fits_and_captured():
    want = nlsq.curve_fit("a*exp(-b*x) + c", X, Y, [1, 1, 1]).popt
    assert np.array_equal(nlsq.curve_fit("a*exp(-b*x) + c", unaligned(X), unaligned(Y), [1, 1, 1]).popt, want)
    stack = np.stack([Y, 2 * Y])
    many = nlsq.curve_fit_many(decay, X, stack, p0=[1, 1, 1]).popt
    assert np.array_equal(nlsq.curve_fit_many(decay, unaligned(X), unaligned(stack), p0=[1, 1, 1]).popt, many)
    x = unaligned(X)
    assert np.array_equal(nlsq.curve_fit(lambda t, a, b, c: decay(x, a, b, c), X, Y, [1, 1, 1]).popt,
                          nlsq.curve_fit(decay, X, Y, [1, 1, 1]).popt)  # fmt: skip
