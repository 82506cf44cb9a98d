# SPDX-License-Identifier: MIT
"""Models that a recording could get wrong.

Each is fitted to its own values at (1.2, 0.4), so the right answer is known, on few rows (compared with the function in
full) and on many (compared on a sample).
"""

from types import SimpleNamespace

import numpy as np
import pytest
import scipy.optimize
from known_fits import same

from nlsq import curve_fit, least_squares

SIZES = [60, 20_000]
BUFFER = {m: np.ones(m) for m in SIZES}
TRICKY = {}


def tricky(f):
    TRICKY[f.__name__] = f
    return f


@tricky
def data_buffer_reused_between_two_uses(x, a, b):
    buffer = BUFFER[len(x)]
    buffer[:] = 2.0
    t = x * buffer
    buffer[:] = 0.5
    return a * t[::-1] ** 0.5 + b * t


@tricky
def buffer_with_out(x, a, b):
    buffer = BUFFER[len(x)]
    np.multiply(x, 2.0, out=buffer)
    t = a * buffer
    np.exp(-x, out=buffer)
    return t + b * buffer


@tricky
def floor_division_in_place_through_an_alias(x, a, b):
    y = a * x
    z = y
    y //= 0.25
    return z + b + 0.1 * a * x


@tricky
def remainder_in_place_through_an_alias(x, a, b):
    y = a * x
    z = y
    y %= 4.0
    return z + b


@tricky
def and_in_place_through_an_alias(x, a, b):
    mask = x * b < 1.3
    seen = mask
    mask &= x > 1.0
    return np.where(seen, a * x, b * x * x)


@tricky
def or_in_place_through_an_alias(x, a, b):
    mask = x * b > 1.5
    seen = mask
    mask |= x < 1.0
    return np.where(seen, a * x, b * x * x)


@tricky
def swallowed_slice(x, a, b):
    y = a * x + b
    try:
        y = y[::-1]
    except TypeError:
        pass
    return y


@tricky
def swallowed_divmod(x, a, b):
    y = a * x + b
    try:
        y = y + divmod(y, 1e6)[0] + 1.0
    except TypeError:
        pass
    return y


@tricky
def swallowed_xor(x, a, b):
    mask = a * x > 1.0
    try:
        mask = mask ^ (x > 3.0)
    except TypeError:
        pass
    return np.where(mask, a * x, b * x * x)


@tricky
def asks_if_a_parameter_is_a_float(x, a, b):
    return a * x + b if isinstance(a, float) else a * x - b


@tricky
def asks_if_a_parameter_is_a_scalar(x, a, b):
    return a * x + b if np.isscalar(a) else a * x - b


@tricky
def asks_for_an_attribute_of_a_parameter(x, a, b):
    return a * x - b if hasattr(a, "__len__") else a * x + b


@tricky
def asks_for_the_text_of_a_parameter(x, a, b):
    return a * x + b if len(str(a)) < 25 else a * x - b


@tricky
def asks_if_x_is_an_array(x, a, b):
    return a * x + b if isinstance(x, np.ndarray) else a * x - b


@tricky
def asks_for_the_type_of_x(x, a, b):
    return a * x + b if type(x) is np.ndarray else a * x - b


@tricky
def branches_on_x_and_its_length(x, a, b):
    return a * x / len(x) + (b if x[0] < 0.5 and x.max() > 4.0 else -b)


@tricky
def takes_the_last_x(x, a, b):
    return a * x / float(x[-1]) + b * x.mean()


@tricky
def writes_into_a_slice(x, a, b):
    y = a * x
    y[: len(x) // 2] += b
    return y


@tricky
def writes_through_a_view(x, a, b):
    y = a * x
    y[1:-1][::2] *= b
    return y


@tricky
def writes_into_a_copy_of_x(x, a, b):
    t = x.copy()
    u = t[::-1]
    t += 1.0
    return a * u + b * x


@tricky
def changes_data_in_place_through_an_alias(x, a, b):
    t = x * 1.0
    u = t
    t += 1.0
    return a * u + b


@tricky
def out_of_a_ufunc(x, a, b):
    y = a * x
    np.add(y, b, out=y)
    return y


@tricky
def swallowed_decision(x, a, b):
    try:
        sign = 1.0 if a > 0 else -1.0
    except Exception:
        sign = -1.0
    return a * x + sign * b


@tricky
def swallowed_refusal_in_a_helper(x, a, b):
    def guarded(v):
        try:
            return float(v)
        except TypeError:
            return 0.0

    return a * x + guarded(b)


@pytest.mark.parametrize("m", SIZES)
@pytest.mark.parametrize("name", TRICKY)
def test_tricky_models(name, m):
    f, truth = TRICKY[name], np.array([1.2, 0.4])
    x = np.linspace(0.1, 5.0, m)
    y = np.asarray(f(x, *truth.tolist()))
    x_before = x.copy()
    result = curve_fit(f, x, y, truth * 1.02)
    np.testing.assert_array_equal(x, x_before)
    fitted = np.asarray(f(x, *result.popt.tolist()))
    assert result.cost == pytest.approx(0.5 * np.sum((fitted - y) ** 2), rel=1e-6, abs=1e-12)
    if name != "floor_division_in_place_through_an_alias":  # piecewise constant: many answers
        same(result, truth, 1e-3)
    np.testing.assert_allclose(result.predictions, fitted, rtol=1e-9, atol=1e-9)


def test_least_squares_checks_what_it_recorded():
    def f(p):
        return p - 1.0 if isinstance(p, np.ndarray) else p + 1.0

    def long(p):
        return p[0] * np.linspace(0, 1, 20_000) - 1.0 * (1.0 if isinstance(p[0], float) else -1.0)

    same(SimpleNamespace(popt=least_squares(f, [0.5, 3.0]).x), [1.0, 1.0])
    same(SimpleNamespace(popt=least_squares(long, [0.5]).x), scipy.optimize.least_squares(long, [0.5]).x, 1e-6)


def test_least_squares_and_what_numpy_does_in_place():
    matrix = np.random.default_rng(1).normal(size=(6, 3))

    def in_place(p):
        q = p
        q *= 2.0
        return matrix @ p - 1.0

    def on_a_copy(p):
        q = p.copy()
        q[0] = 1.0 - q[0]
        return matrix @ q - 1.0

    def swallowed(p):
        try:
            p = p[::-1] - p.mean()
        except (AttributeError, TypeError):
            pass
        return matrix @ p - p[0]

    for f in (in_place, on_a_copy, swallowed):
        ours, theirs = least_squares(f, [0.3, 0.2, 0.1]), scipy.optimize.least_squares(f, [0.3, 0.2, 0.1])
        assert ours.cost == pytest.approx(theirs.cost, rel=1e-6)
        np.testing.assert_allclose(ours.fun, f(ours.x.copy()), atol=1e-12)
