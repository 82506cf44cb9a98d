# SPDX-License-Identifier: MIT
"""Records kept for plain functions: they serve while all that the code names is the same, and never longer."""

import gc
import types

import numpy as np
import pytest
import scipy.optimize

import nlsq
import nlsq.scipy
from nlsq import _core

X = np.linspace(0.1, 4.0, 60)
Y = 2.5 * np.exp(-1.3 * X) + 0.5 + 0.02 * np.sin(37.0 * X)
START = (1.0, 1.0, 1.0)


def made(text, **names):
    """The function f of a piece of code, with globals of its own."""
    space = {"np": np, **names}
    exec(text, space)
    return space["f"]


def agrees(f, x=X, y=Y, p0=START, rtol=2e-5):
    """Fits twice with each interface; all as SciPy's."""
    theirs = scipy.optimize.curve_fit(f, x, y, p0)
    for fit in (nlsq.scipy.curve_fit, nlsq.curve_fit) * 2:
        popt, pcov = fit(f, x, y, p0)
        np.testing.assert_allclose(popt, theirs[0], rtol=rtol, atol=1e-9)
        np.testing.assert_allclose(pcov, theirs[1], rtol=1e-3, atol=1e-12)
    return theirs[0]


def is_kept(f, n=3):
    return _core.quick_fit(f, X, Y, [1.0] * n) is not None


PLAIN = "def f(x, a, b, c):\n    return a * np.exp(-b * x) + c\n"


def test_a_plain_function_is_kept_and_right():
    f = made(PLAIN)
    assert not is_kept(f)
    agrees(f)
    assert is_kept(f)
    agrees(f, X[:40], Y[:40])
    agrees(f, X[::-1].copy(), Y[::-1].copy())


def test_short_and_long_way_give_the_same_bits():
    f = made(PLAIN)
    agrees(f)
    short = _core.quick_fit(f, X, Y, START)
    long = nlsq.scipy.curve_fit(f, X, Y, START, full_output=True)
    assert np.array_equal(short[0], long[0]) and np.array_equal(short[1], long[1])


@pytest.mark.parametrize("start", [[1, 1, 1], (1.0, 1, 1.0), np.ones(3), np.ones(3, int), np.float32([1, 1, 1]), None])
def test_starts_of_all_kinds(start):
    f = made(PLAIN)
    agrees(f)
    popt, _ = nlsq.scipy.curve_fit(f, X, Y, start)
    np.testing.assert_allclose(popt, scipy.optimize.curve_fit(f, X, Y, START)[0], rtol=1e-6)


def test_a_global_number_that_changes():
    f = made("def f(x, a, b):\n    return a * np.exp(-b * x) + offset\n", offset=0.5)
    one = agrees(f, p0=(1.0, 1.0))
    assert is_kept(f, 2)
    f.__globals__["offset"] = 0.3
    two = agrees(f, p0=(1.0, 1.0))
    assert abs(one[1] - two[1]) > 0.1
    f.__globals__["offset"] = np.float64(0.4)  # no plain number: not kept, and right
    agrees(f, p0=(1.0, 1.0))
    assert not is_kept(f, 2)


def test_a_global_name_that_comes_to_stand_for_something_else():
    f = made(PLAIN)
    agrees(f)
    f.__globals__["np"] = types.SimpleNamespace(exp=lambda v: np.exp(0.5 * v))
    agrees(f)
    assert not is_kept(f)
    f.__globals__["np"] = np
    f.__globals__["exp"] = np.sin  # no name that f looks up, but one that it might
    assert not is_kept(f)
    agrees(f)


def test_a_function_of_numpy_that_is_replaced(monkeypatch):
    f = made(PLAIN)
    before = agrees(f)
    exp = np.exp
    monkeypatch.setattr(np, "exp", lambda v: exp(2.0 * v))
    halved = nlsq.scipy.curve_fit(f, X, Y, START)[0]
    np.testing.assert_allclose(halved, before * [1.0, 0.5, 1.0], rtol=1e-6)
    monkeypatch.undo()
    agrees(f)


@pytest.mark.parametrize("text", [
    "def f(x, a, b, c):\n    return a * np.exp(-b * x / x[-1]) + c\n",
    "def f(x, a, b, c):\n    y = x / x[0]\n    return a * np.exp(-b * y) + c\n",
    "def f(x, a, b, c):\n    return (a if x[0] < 0.2 else 2.0 * a) * np.exp(-b * x) + c\n",
    "def f(x, a, b, c):\n    first, *rest = x\n    return a * np.exp(-b * x * first) + c\n",
    "def f(x, a, b, c):\n    return a * np.exp(-b * (x - np.min(x))) + c\n",
    "def f(x, a, b, c):\n    return a * np.exp(-b * x * len(x)) + c\n",
    "def f(x, a, b, c):\n    return a * np.exp(-b * x * x.size) + c\n",
    "def f(x, a, b, c):\n    return a * np.exp(-b * x / np.size(x)) + c\n",
    "def f(x, a, b, c):\n    return a * np.exp(-b * (x @ x) * x / 100) + c\n",
    "def f(x, a, b, c):\n    return a * np.exp(-b * np.add.reduce(x) * x / 100) + c\n",
])  # fmt: skip
def test_what_looks_at_x_follows_x(text):
    f = made(text)
    for x, y in ((X, Y), (2.0 * X, Y), (X[5:].copy(), Y[5:].copy())):
        for _ in range(2):
            popt, _ = nlsq.scipy.curve_fit(f, x, y, START)
            theirs = scipy.optimize.curve_fit(f, x, y, popt)[0]
            np.testing.assert_allclose(popt, theirs, rtol=1e-5)
    assert not is_kept(f)


@pytest.mark.parametrize("text", [
    "def f(x, a, b, c):\n    return a * np.exp(-b * x) + c * w\n",  # an array among the globals
    "def f(x, a, b, c):\n    return a * helper(b * x) + c\n",
    "def f(x, a, b, c):\n    g = lambda v: w[0] * np.exp(-v)\n    return a * g(b * x) + c\n",
    "def f(x, a, b, c):\n    return a * np.exp(-b * x) + c * box['k']\n",
    "def f(x, a, b, c, k=w[0]):\n    return a * np.exp(-b * x) + c * k\n",
    "def f(x, *p):\n    return p[0] * np.exp(-p[1] * x) + p[2] * w\n",
    "def f(x, a, b, c):\n    import math\n    return a * np.exp(-b * x) + c * math.pi * w\n",
])  # fmt: skip
def test_other_input_is_read_at_each_fit(text):
    w = np.ones(len(X))
    box = {"k": 1.0}
    factor = [1.0]
    f = made(text, w=w, box=box, helper=lambda v: factor[0] * np.exp(-v))
    agrees(f)
    assert not is_kept(f)
    w *= 2.0
    box["k"] = 2.0
    factor[0] = 0.5
    agrees(f)


def test_defaults_and_code_that_are_replaced():
    f = made(PLAIN)
    agrees(f)
    other = made("def f(x, a, b, c):\n    return a * np.sin(b * x) + c\n")
    f.__code__ = other.__code__
    y = 2.0 * np.sin(1.1 * X) + 0.3
    np.testing.assert_allclose(nlsq.scipy.curve_fit(f, X, y, START)[0], [2.0, 1.1, 0.3], rtol=1e-8)
    f.__code__ = made("def f(x, a, b, c, k=1.0):\n    return a * np.sin(b * x) + k * c\n").__code__
    for k in (1.0, 2.0):
        f.__defaults__ = (k,)
        np.testing.assert_allclose(nlsq.scipy.curve_fit(f, X, y, START)[0], [2.0, 1.1, 0.3 / k], rtol=1e-8)


def test_one_code_in_two_modules():
    code = compile("def f(x, a, b):\n    return a * np.exp(-b * x) + offset\n", "module", "exec")
    spaces = [{"np": np, "offset": offset} for offset in (0.5, 0.3)]
    for space in spaces:
        exec(code, space)
    assert spaces[0]["f"].__code__ is spaces[1]["f"].__code__
    for _ in range(3):
        for space in spaces:
            agrees(space["f"], p0=(1.0, 1.0))


def test_functions_that_go_and_others_in_their_place():
    for i in range(300):
        power = 1 + i % 3
        f = made(f"def f(x, a, b):\n    return a * x**{power} + b + 0.0 * {i}\n")
        y = 3.0 * X**power + 2.0
        for _ in range(2):
            np.testing.assert_allclose(nlsq.scipy.curve_fit(f, X, y, (1.0, 1.0))[0], [3.0, 2.0], rtol=1e-9)
        del f
        if i % 50 == 0:
            gc.collect()


def test_a_record_keeps_no_function_alive():
    import weakref

    f = made(PLAIN)
    agrees(f)
    assert is_kept(f)
    gone = weakref.ref(f)
    code = weakref.ref(f.__code__)
    del f
    gc.collect()
    assert gone() is None and code() is None


def test_clear_cache_forgets_and_a_cache_that_is_off_keeps_nothing():
    f = made(PLAIN)
    agrees(f)
    nlsq.clear_cache()
    assert not is_kept(f)
    agrees(f)
    assert is_kept(f)
    nlsq.clear_cache()
    _core.configure_cache(enable=False)
    try:
        agrees(f)
        assert not is_kept(f)
    finally:
        _core.configure_cache(enable=True)


def test_values_that_are_not_finite_are_named_as_before():
    f = made(PLAIN)
    agrees(f)
    bad = Y.copy()
    bad[7] = np.nan
    with pytest.raises(ValueError, match="infs or NaNs"):
        nlsq.scipy.curve_fit(f, X, bad, START)
    with pytest.raises(TypeError, match="must not exceed"):
        nlsq.scipy.curve_fit(f, X[:2], Y[:2], START)
    with pytest.warns(scipy.optimize.OptimizeWarning):
        nlsq.scipy.curve_fit(f, X, np.zeros(len(X)), (0.0, 1.0, 0.0))


def test_imports_are_no_attributes_of_numpy(monkeypatch):
    import sys

    module = types.ModuleType("pi")
    module.e = 1.0
    monkeypatch.setitem(sys.modules, "pi", module)
    y = 2.0 * np.exp(-0.5 * X)
    for text in ("import pi\n    return a * np.exp(-b * x * pi.e)", "from pi import e\n    return a * np.exp(-b * x * e)"):
        f = made(f"def f(x, a, b):\n    {text}\n")
        for module.e in (1.0, 1.0, 2.0):
            popt, _ = nlsq.scipy.curve_fit(f, X, y, (1.0, 1.0))
            np.testing.assert_allclose(popt, [2.0, 0.5 / module.e], rtol=1e-6)


def test_names_that_stand_for_two_things(monkeypatch):
    f = made(PLAIN + "exp = np.exp\n")
    before = agrees(f)
    exp = np.exp
    monkeypatch.setattr(np, "exp", lambda v: exp(2.0 * v))
    np.testing.assert_allclose(nlsq.scipy.curve_fit(f, X, Y, START)[0], before * [1.0, 0.5, 1.0], rtol=1e-6)
    monkeypatch.undo()
    # np.size is asked for; the global number of that name is not.
    g = made("def f(x, a, b, c):\n    return a * np.exp(-b * x / np.size(x) * 60) + c\n", size=5)
    for x, y in ((X, Y), (X[:40].copy(), Y[:40].copy())):
        agrees(g, x, y)
    h = made("def f(x, a, b):\n    return abs(a) * np.exp(-b * x)\n")
    y = 2.0 * np.exp(-0.5 * X)
    for _ in range(2):
        assert abs(nlsq.scipy.curve_fit(h, X, y, (1.0, 1.0))[0][0]) == pytest.approx(2.0)
    h.__globals__["abs"] = lambda v: 0.5 * v
    assert nlsq.scipy.curve_fit(h, X, y, (1.0, 1.0))[0][0] == pytest.approx(4.0)
