# SPDX-License-Identifier: MIT
"""Captured values, data and memories that change between fits: each fit sees those of its time."""

from types import SimpleNamespace

import numpy as np
import pytest
from known_fits import LINE, M, REFERENCE, X, Y, decay, line, same

from nlsq import curve_fit, least_squares


def changing(kind, value):
    """A model a*x*value + b whose captured value is kept in some place, and how to change it."""
    if kind == "list":
        held = [value]
        return lambda x, a, b: a * x * held[0] + b, lambda v: held.__setitem__(0, v)
    if kind == "dict":
        table = {"k": value}
        return lambda x, a, b: a * x * table["k"] + b, lambda v: table.update(k=v)
    if kind == "attribute":
        thing = SimpleNamespace(k=value)
        return lambda x, a, b: a * x * thing.k + b, lambda v: setattr(thing, "k", v)
    if kind == "array":
        array = np.full(M, value)
        return lambda x, a, b: a * x * array + b, lambda v: array.fill(v)
    if kind == "array of one":
        one = np.array([value])
        return lambda x, a, b: a * x * one + b, lambda v: one.fill(v)
    if kind == "default":

        def f(x, a, b, k=value):
            return a * x * k + b

        return f, lambda v: setattr(f, "__defaults__", (v,))
    if kind == "keyword default":

        def g(x, a, b, *, k=value):
            return a * x * k + b

        return g, lambda v: g.__kwdefaults__.update(k=v)
    if kind == "closure":
        k = value

        def change(v):
            nonlocal k
            k = v

        return lambda x, a, b: a * x * k + b, change
    scope = {"k": value}
    exec("def h(x, a, b): return a * x * k + b", scope)
    return scope["h"], lambda v: scope.update(k=v)


@pytest.mark.parametrize(
    "kind",
    ["list", "dict", "attribute", "array", "array of one", "default", "keyword default", "closure", "global"],
)
def test_changed_captured_values_are_never_stale(kind):
    f, change = changing(kind, 2.0)
    for value in (2.0, 4.0, 0.5, 2.0):
        change(value)
        same(curve_fit(f, X, LINE, [1.0, 1.0]), [2.0 / value, 1.0])


def test_closures_of_one_code_object_are_different_models():
    def make(k, add):
        return lambda x, a, b: a * x * k + b + add

    for k, add in [(1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1, 0), (True, False)]:
        same(curve_fit(make(k, add), X, LINE, [1.0, 1.0]), [2.0 / k, 1.0 - add])


def test_what_a_recording_cannot_see_is_compared_again_for_other_captures():
    def make(k):
        return lambda x, a, b: a * x + b * (k if isinstance(a, float) else 1.0)

    for k in (1.0, 2.0, 4.0):
        same(curve_fit(make(k), X, LINE, [1.0, 1.0]), [2.0, 1.0 / k])


def test_wrappers_share_code_but_no_verdict():
    def plain(x, a, b):
        return a * x + b

    def by_dimensions(x, a, b):
        return a * x + b if np.ndim(x) == 1 else a * x + 2 * b

    x, y = X.reshape(8, 5), LINE.reshape(8, 5)
    same(curve_fit(plain, x, y, [1.0, 1.0]), [2.0, 1.0])
    same(curve_fit(by_dimensions, x, y, [1.0, 1.0]), [2.0, 0.5])
    same(curve_fit(by_dimensions, X, LINE, [1.0, 1.0]), [2.0, 1.0])


def test_data_that_change_between_fits():
    x, y = X.copy(), LINE.copy()
    same(curve_fit(line, x, y), [2.0, 1.0])
    y *= 3.0
    x += 1.0
    same(curve_fit(line, x, y), [6.0, -3.0])


def test_models_with_a_memory():
    history = []

    def watched(x, a, b):
        history.append((a, b))
        return a * x + b

    same(curve_fit(watched, X, LINE), [2.0, 1.0])  # keeping parameters is fine
    kept = []

    def first_kept(x, a, b):
        kept.append(a)
        return kept[0] * x + b

    with pytest.raises(TypeError, match="the model keeps parameters of one call.*jac='2-point'"):
        curve_fit(first_kept, X, LINE)
    last = {}

    def memoized(x, a, b):
        if last.get("a") != a:
            last.update(a=a, ax=a * x)
        return last["ax"] + b

    with pytest.raises(TypeError, match="the model keeps parameters"):
        curve_fit(memoized, X, LINE)
    last.clear()
    same(curve_fit(memoized, X, LINE, jac="2-point"), [2.0, 1.0])
    calls = []

    def counting(x, a, b):
        calls.append(1)
        return a * x + b + 1e-9 * len(calls)

    assert curve_fit(counting, X, LINE).popt[0] == pytest.approx(2.0, abs=1e-6)


def test_a_function_may_return_one_array_again_and_again():
    kept = {}

    def f(x, a, b, c):
        out = kept.setdefault(len(x), np.empty(len(x)))
        out[:] = decay(x, a, b, c)
        return out

    small = curve_fit(f, X, Y, [1.0, 1e-9, 1.0])  # differences of small parameters are done in Python
    for result in (curve_fit(f, X, Y, [1.0, 1.0, 1.0]), small):
        assert result.engine == "callback"
        same(result, REFERENCE, 1e-5)
        expected = curve_fit(decay, X, Y, [1.0, 1.0, 1.0])
        new = np.linspace(0.0, 5.0, 7)
        (values, errors), (values0, errors0) = (r.predict(new, return_std=True) for r in (result, expected))
        np.testing.assert_allclose(values, values0, rtol=1e-5)
        np.testing.assert_allclose(errors, errors0, rtol=1e-3)
        again = result.predict(new + 1.0)
        np.testing.assert_allclose(values, values0, rtol=1e-5)
        assert not np.shares_memory(again, values)
        np.testing.assert_allclose(result.jac, expected.jac, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(result.residuals, Y - decay(X, *result.popt), atol=1e-12)
    box = np.empty(M)

    def residuals(p):
        box[:] = decay(X, float(p[0]), p[1], p[2]) - Y
        return box

    found = least_squares(residuals, [1.0, 1.0, 1.0])
    np.testing.assert_allclose(found.x, REFERENCE, rtol=1e-5)
    np.testing.assert_allclose(found.fun, decay(X, *found.x) - Y, atol=1e-12)
