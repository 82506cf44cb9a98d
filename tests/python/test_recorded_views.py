# SPDX-License-Identifier: MIT
"""Views, copies, masks and pieces of rows that must not be recorded wrong: the fit is right, recorded or not."""

import numpy as np
import pytest

from nlsq import curve_fit

from recording import check_falls_back

M = 60
X = np.linspace(0.0, 6.0, M)
W = np.random.default_rng(1).uniform(0.5, 1.5, M)
MASK = np.random.default_rng(2).random(M) < 0.4
ORDER = np.random.default_rng(4).permutation(M)

EITHER = {}


def either(p0):
    def add(f):
        EITHER[f.__name__] = (f, p0)
        return f

    return add


@either([2.0, 0.7])
def a_view_that_is_changed(x, a, b):
    y = a * x
    v = y[10:]
    v += b
    return y


@either([2.0, 0.7])
def a_view_that_is_written(x, a, b):
    y = a * x
    v = y[10:]
    v[:5] = b
    return y


@either([2.0, 0.7])
def a_view_of_what_is_changed_later(x, a, b):
    y = a * x
    v = y[10:]
    y += b
    return np.concatenate([y[:10], v])


@either([2.0, 0.7])
def a_view_of_what_is_written_later(x, a, b):
    y = a * x
    v = y[::-1]
    y[:10] = b
    return v


@either([2.0, 0.7])
def an_augmented_slice(x, a, b):
    y = a * x
    y[:30] += b
    y[30:][5:] *= b
    return y


@either([2.0, 0.7])
def a_copy_that_is_changed(x, a, b):
    y = a * x
    v = y[ORDER]
    v += b
    w = y[10:].copy()
    w[:] = b
    return y + 0.1 * v


@either([2.0, 0.7])
def a_flat_view_that_is_changed(x, a, b):
    y = a * x
    v = y.ravel()
    v += b
    u = y.reshape(-1)
    u[x > 1.0] = a * b
    return y


@either([2.0, 0.7])
def a_mask_that_changes(x, a, b):
    y = a * x
    mask = x > 2.0
    part = y[mask]
    mask = mask & (x < 4.0)
    y[mask] = b
    return y + part.shape[0] / M


@either([2.0, 0.7, 2.05])
def a_mask_of_a_parameter_that_changes(x, a, b, c):
    y = a * x
    mask = x > c
    part = y[mask] * 2.0
    mask &= x < 4.0
    try:
        y[mask] = part
    except (TypeError, ValueError):
        y[mask] = b
    return y


@either([2.0, 0.7])
def into_an_array_of_numbers(x, a, b):
    y = np.zeros(len(x))
    try:
        y[x > 2.0] = a * x[x > 2.0]
    except (TypeError, ValueError):
        y[x > 2.0] = 1.0
    return y + b


@either([2.0, 0.7])
def into_x(x, a, b):
    t = x.copy()
    t[t > 2.0] = 2.0
    return a * t + b


@either([2.0, 0.7])
def a_captured_array_is_written_between_uses(x, a, b):
    table = W.copy()
    y = a * table
    table[10:] = 0.5
    z = y[10:] * table[10:]
    table[:] = 7.0
    return np.concatenate([y[:10] + b, z])


@either([2.0, 0.7])
def one_row_twice(x, a, b):
    y = a * x
    y[[1, 1, 2]] = b * x[:3]
    y[[4, 4]] = b
    return y


@either([2.0, 0.7])
def whole_numbers(x, a, b):
    y = np.zeros_like(x, dtype=int)
    try:
        y[x > 2.0] = a * 3
    except (TypeError, ValueError):
        y[x > 2.0] = 6
    return y + b


@either([2.0, 0.7])
def into_truth_values(x, a, b):
    mask = a * x > 1.0
    mask[:3] = True
    return np.where(mask, a * x, b)


@either([2.0, 0.7])
def a_sum_over_rows(x, a, b):
    y = a * np.exp(-b * x)
    return y / sum(y) * 10


@either([2.0, 0.7])
def parts_that_are_too_long(x, a, b):
    try:
        return a * x + np.concatenate([b * x, [a]])
    except (TypeError, ValueError):
        return a * x - b


@either([2.0, 0.7])
def parts_of_other_lengths(x, a, b):
    try:
        return a * x[:10] + b * x
    except (TypeError, ValueError):
        return a * x - b


@either([2.0, 0.7])
def one_row_meets_many(x, a, b):
    return a * x[:1] + b * x


@either([2.0, 0.7])
def a_part_of_one_row_meets_many(x, a, b):
    y = a * np.exp(-b * x)
    return y[:1] + b * x


@pytest.mark.parametrize("name", EITHER)
def test_right_whether_recorded_or_not(name):
    f, p0 = EITHER[name]
    check_falls_back(f, X, p0)


def test_captured_masks_and_orders_that_change_between_fits():
    mask, order = MASK.copy(), ORDER.copy()

    def f(x, a, b):
        y = a * np.exp(-b * x)
        y[mask] = b * x[mask]
        return y[order]

    for turn in range(3):
        mask[:] = np.roll(MASK, turn)
        order[:] = np.roll(ORDER, 7 * turn)
        result = curve_fit(f, X, f(X, 2.0, 0.7), [1.9, 0.8])
        assert result.engine == "interpreter"
        np.testing.assert_allclose(result.popt, [2.0, 0.7], rtol=1e-6)
