# SPDX-License-Identifier: MIT
"""Models that ask for the type of x, and do otherwise with long arrays than a recording of them says."""

import functools
import re
from types import SimpleNamespace

import numpy as np
import pytest
from gallery import GALLERY

import nlsq.scipy
from nlsq import curve_fit
from nlsq._recording.models import identity_of
from nlsq._recording.type_questions import may_ask_for_types

LONG = 500


def asks_isinstance(x, a, b):
    if isinstance(x, np.ndarray) and len(x) > LONG:
        return a * np.exp(-b * x) + 0.5
    return a * np.exp(-b * x)


def is_long(x):
    return type(x) is np.ndarray and x.size > LONG


def asks_in_a_helper(x, a, b):
    return a * np.exp(-b * x) + (0.5 if is_long(x) else 0.0)


TOOLS = SimpleNamespace(is_long=is_long)


def asks_in_a_tool(x, a, b):
    return a * np.exp(-b * x) + (0.5 if TOOLS.is_long(x) else 0.0)


class Model:
    def lift(self, x):
        return 0.5 if x.__class__ is np.ndarray and x.shape[0] > LONG else 0.0

    def value(self, x, a, b):
        return a * np.exp(-b * x) + self.lift(x)

    def __call__(self, x, a, b):
        return self.value(x, a, b)


def captured(long):
    return lambda x, a, b: a * np.exp(-b * x) + (0.5 if long(x) else 0.0)


def with_scale(scale, x, a, b):
    return scale * asks_in_a_helper(x, a, b)


ASKING = {
    "isinstance": asks_isinstance,
    "helper": asks_in_a_helper,
    "tool": asks_in_a_tool,
    "method": Model().value,
    "object": Model(),
    "captured": captured(is_long),
    "partial": functools.partial(with_scale, 2.0),
}


@pytest.mark.parametrize("fit", [curve_fit, nlsq.scipy.curve_fit])
@pytest.mark.parametrize("sizes", [(50, 5_000), (50, 20_000), (20_000, 50, 30_000)])
@pytest.mark.parametrize("name", ASKING)
def test_what_they_do_with_long_arrays_is_fitted(name, sizes, fit):
    model = ASKING[name]
    for rows in sizes:
        x = np.linspace(0.0, 4.0, rows)
        popt, _ = fit(model, x, model(x, 2.0, 0.7), [1.8, 0.8])
        np.testing.assert_allclose(popt, [2.0, 0.7], rtol=1e-7)


def test_all_rows_are_compared_once_and_of_other_models_some():
    def counted(question):
        def asking(x, a, b):
            lengths.append(len(x))
            return a * np.exp(-b * x) * isinstance(b, object)

        def plain(x, a, b):
            lengths.append(len(x))
            return a * np.exp(-b * x)

        lengths = []
        return (asking if question else plain), lengths

    x = np.linspace(0.0, 4.0, 20_000)
    for question, whole in ((True, [2, 1]), (False, [1, 1])):
        model, lengths = counted(question)
        for expected in whole:  # recorded; and compared
            lengths.clear()
            assert curve_fit(model, x, 2.0 * np.exp(-0.7 * x), [1.8, 0.8]).engine == "interpreter"
            assert lengths.count(20_000) == expected


def test_questions_are_found_in_code():
    asks = {name for name, model in ASKING.items() if may_ask_for_types(model, identity_of(model))}
    assert asks == set(ASKING)
    assert may_ask_for_types(lambda x, a: [a for _ in x if hasattr(x, "mask")], None)
    assert may_ask_for_types(captured(re.compile("x").match), None) is True  # no code to look at
    plain = [entry for entry in GALLERY if may_ask_for_types(entry.f, identity_of(entry.f))]
    assert {entry.name for entry in plain} <= {"cached_helper", "cached_by_parameter"}
    many = lambda x, a: sum(np.interp(x, x, len(x) * x) for _ in range(3)) + np.where(x > a, a, x)  # noqa: E731
    assert not may_ask_for_types(many, None)
