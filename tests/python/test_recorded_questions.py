# SPDX-License-Identifier: MIT
"""What a model asks of its parameters beside their values must not choose what is recorded; and what errors say."""

import collections

import numpy as np
import pytest
import scipy.optimize

from nlsq import _core, curve_fit, least_squares

from recording import check_falls_back

X = np.linspace(0.1, 5.0, 60)
Y = 2.0 * np.exp(-X) + 1.0
SEEN = {}


def text_as_a_key(x, a, b):
    return a * x + {"1.2": b}.get(f"{a:.1f}", b)


def text_chooses(x, a, b):
    return a * x + b if len(str(a)) < 25 else a * x + 2.0 * b


def representation_chooses(x, a, b):
    return a * x + b if "value" not in repr(a * x) else a * x + 2.0 * b


def percent_text(x, a, b):
    return a * x + b if "%s" % b > "z" else a * x + 2.0 * b


def printed(x, a, b):
    print(a, end="")
    return a * x + b


def has_a_length(x, a, b):
    return a * x + b if not hasattr(a, "__len__") else a * x - b


def has_items(x, a, b):
    return a * x + b if not hasattr(a, "__getitem__") and not hasattr(b, "__iter__") else a * x - b


def a_row_has_a_length(x, a, b):
    y = a * x
    return y + b if hasattr(y, "__len__") and len(y) == len(x) and np.ndim(y) == 1 and np.ndim(a) == 0 else y - b


def length_of_x(x, a, b):
    return a * x + b if len(x) > 5 else a * x - b


def an_index_of_a_number(x, a, b):
    try:
        return a[0] * x + b
    except (TypeError, IndexError):
        return a * x + 2.0 * b


def is_none(x, a, b):
    return a * x + b if a is not None and a != None else a * x - b  # noqa: E711


def is_text(x, a, b):
    return a * x + b if a != "auto" else a * x - b


def is_kept_as_a_key(x, a, b):
    if a in SEEN:
        return SEEN[a] + b
    return a * x + b


MODELS = [
    text_as_a_key, text_chooses, representation_chooses, percent_text, printed, has_a_length, has_items,
    a_row_has_a_length, length_of_x, an_index_of_a_number, is_none, is_text, is_kept_as_a_key,
]  # fmt: skip
RECORDED = [has_a_length, has_items, a_row_has_a_length, length_of_x, is_none, is_text]


@pytest.mark.parametrize("f", MODELS)
def test_answers(f):
    result = check_falls_back(f, X, [1.2, 0.4])
    assert result.engine == ("interpreter" if f in RECORDED else "callback")


def test_the_text_of_a_value_is_named():
    for f in (text_chooses, text_as_a_key, printed):
        assert "text" in curve_fit(f, X, 2.0 * X + 1.0).trace_note


# -- values of a call that is over

KEPT = collections.deque()  # not among what is looked at for a memory of the function


def keeps(p):
    KEPT.append(p)
    return p[0] * X - Y


@pytest.mark.parametrize(
    "ask",
    [
        lambda p: p == 1.0, lambda p: p != 1.0, lambda p: np.ones(1) == p, lambda p: p[0] == 1.0, lambda p: 1.0 == p[0],
        lambda p: p[0] != p[0], lambda p: p[0] in [1.0], lambda p: p[0] < 2.0, lambda p: np.array_equal(p, [1.0]),
        lambda p: {p[0]: 1}, lambda p: bool(p[0]), lambda p: p[0] * X, lambda p: X * p, lambda p: np.exp(p),
        lambda p: (p[0] * np.ones(3))[1], lambda p: f"{p[0]}",
    ],
)  # fmt: skip
def test_values_of_a_finished_call_are_refused(ask):
    KEPT.clear()
    assert least_squares(keeps, [1.0]).engine == "interpreter"
    kept = next(p for p in KEPT if not isinstance(p, np.ndarray))
    with pytest.raises(TypeError):
        ask(kept)
    assert "recorded" in repr(kept)  # a debugger may look


def test_a_row_of_a_finished_call_is_refused():
    rows = []

    def f(x, a, b):
        y = a * np.exp(-b * x)
        mask = x > b
        rows.extend([y, y[:, None], np.append(y, a), mask])
        return y

    assert curve_fit(f, X, Y).engine == "interpreter"
    y, block, joined, mask = rows[:4]
    for use in (
        lambda: y[3], lambda: y[1:], lambda: y.__setitem__(0, 1.0), lambda: y + 1.0, lambda: block + 1.0,
        lambda: block.sum(axis=1) + 1.0, lambda: joined * 2.0, lambda: y[mask] + 1.0, lambda: np.append(y, 1.0) * 2.0,
        lambda: y == 1.0, lambda: list(y),
    ):  # fmt: skip
        with pytest.raises(TypeError):
            use()


def test_a_vector_changed_in_place_or_compared_is_not_recorded_wrong():
    def shifted(p):
        q = p
        p -= 1.0
        return q * np.array([1.0, 2.0])

    def compared(p):
        return p * 2.0 if p.tolist() == [1.0, 1.0] or (p != 5.0).all() else p - 1.0

    for f in (shifted, compared):
        ours, theirs = least_squares(f, [1.0, 1.0]), scipy.optimize.least_squares(f, [1.0, 1.0])
        np.testing.assert_allclose(ours.x, theirs.x, atol=1e-6)


# -- starts where the model overflows


def test_an_infinite_residual_is_named_with_its_row():
    with pytest.raises(ValueError, match=r"the residual is inf at index \d+ .* at the start"):
        curve_fit(lambda x, a, b: a * np.exp(b * x), X, Y, [1.0, 1000.0])


@pytest.mark.parametrize("f", [lambda x, a, b: a * np.exp(b * x), lambda x, a, b: float(a) * np.exp(b * x)])
def test_squares_that_overflow_are_named(f):
    with pytest.raises(ValueError, match="sum of squares overflows"):
        curve_fit(f, X, Y, [1.0, 100.0])


def test_a_derivative_that_is_not_finite_is_named():
    with pytest.raises(ValueError, match="the derivative by 'b' is inf at index 0"):
        curve_fit(lambda x, a, b: a * np.sqrt(b * x), X, Y, [1.0, 0.0])


def test_a_residual_that_is_not_finite_is_named():
    for f in (lambda p: p[0] * np.exp(p[1] * X) - Y, lambda p: float(p[0]) * np.exp(p[1] * X) - Y):
        with np.errstate(over="ignore"), pytest.raises(ValueError, match=r"initial point: residual \d+ of 60 is inf"):
            least_squares(f, [1.0, 1000.0])


def test_a_model_too_large_to_record_is_tried_once():
    x = np.linspace(0.0, 6.0, 15_000)
    calls = []

    def f(x, *p):
        calls.append(type(p[0]))
        a, c = np.array(p).reshape(-1, 2).T
        return (a[:, None] * np.exp(-((np.array(x) - c[:, None]) ** 2))).sum(axis=0)

    y = f(x, 1.0, 1.0, 2.0, 3.0)
    for attempt in range(2):
        calls.clear()
        result = curve_fit(f, x, y, [1.1, 1.0, 1.9, 3.0])
        assert result.trace_note.startswith("more than 100,000 operations")
        assert (_core.Traced in calls) == (attempt == 0)
        np.testing.assert_allclose(result.popt, [1.0, 1.0, 2.0, 3.0], rtol=1e-6)
