# SPDX-License-Identifier: MIT
"""The tables of the core (include/nlsq/*.def) and what Python and the pages make of them."""

import pathlib
import re
import subprocess
import sys
import typing

import numpy as np
import pytest

from nlsq import _core, curve_fit
from nlsq._base import arguments, option_types
from nlsq._results import fields

ROOT = pathlib.Path(__file__).parents[2]
X = np.linspace(0.1, 0.9, 40)
FORWARD = {"arccosh": lambda v: v + 1.5}  # where an argument in (0, 1) is outside of the domain


def words_of(page):
    return set(re.findall(r"`([\w-]+)`", (ROOT / "docs" / page).read_text()))


def test_the_module_of_fields_is_the_checked_in_one():
    script = ROOT / "scripts" / "result_fields.py"
    made = subprocess.run([sys.executable, str(script)], check=True, capture_output=True, text=True).stdout
    assert made == pathlib.Path(fields.__file__).read_text(), "make stubs, and commit python/nlsq/_results/fields.py"


def test_every_key_of_the_json_is_described():
    assert not set(fields.JSON) - words_of("command.md")


def test_every_loss_is_described():
    assert not set(arguments.LOSSES) - {"linear"} - set(re.findall(r"^\| (\w+) \|", (ROOT / "docs/math/statistics.md").read_text(), re.M))


OPTIONS = ("method", "loss", "jacobian_mode", "precision", "starts", "linear_solver", "engine")


@pytest.mark.parametrize("option", OPTIONS)
def test_every_value_of_an_option_is_on_a_page(option):
    pages = "\n".join(page.read_text() for page in sorted((ROOT / "docs").glob("**/*.md")))
    values = _core.option_values(option)
    assert len(values) > 1
    for value in values:
        assert re.search(rf"[`'\"(|, ]{re.escape(value)}[`'\"),|. ]", pages), value


@pytest.mark.parametrize("option, typed", [
    ("method", option_types.Method | typing.Literal["auto"]), ("loss", option_types.Loss),
    ("jacobian_mode", option_types.JacobianMode),
])  # fmt: skip
def test_types_name_the_values_there_are(option, typed):
    named = {value for part in (typing.get_args(typed) if typing.get_origin(typed) is not typing.Literal else (typed,))
             for value in (typing.get_args(part) or (part,))}  # fmt: skip
    assert named == set(_core.option_values(option))


@pytest.mark.parametrize("loss", arguments.LOSSES)
def test_slope_and_curvature_are_derivatives_of_the_loss(loss):
    z = np.concatenate([np.linspace(0.05, 0.95, 10), np.geomspace(1.1, 1e6, 20)])
    h = 1e-5 * z
    rho, slope, curvature = _core.loss_values(loss, z)
    above, below = _core.loss_values(loss, z + h), _core.loss_values(loss, z - h)
    np.testing.assert_allclose((above[0] - below[0]) / (2 * h), slope, rtol=1e-6, atol=1e-9 * rho.max())
    np.testing.assert_allclose((above[1] - below[1]) / (2 * h), curvature, rtol=1e-6, atol=1e-12)
    assert rho[0] > 0 and np.all(slope >= 0) and abs(_core.loss_values(loss, np.array([1e-9]))[1, 0] - 1.0) < 1e-6


@pytest.mark.parametrize("loss", arguments.LOSSES)
def test_recorded_and_called_models_have_the_same_loss(loss):
    y = 2.0 * np.exp(-X) + np.where(np.arange(40) % 9 == 0, 0.5, 0.01 * np.sin(50 * X))
    recorded = curve_fit(lambda x, a, b: a * np.exp(-b * x), X, y, [2.0, 1.0], loss=loss, f_scale=0.1)
    called = curve_fit(lambda x, a, b: a * np.exp(-float(b) * x), X, y, [2.0, 1.0], loss=loss, f_scale=0.1)
    assert (recorded.engine, called.engine) == ("interpreter", "callback")
    np.testing.assert_allclose(recorded.popt, called.popt, rtol=1e-5)
    assert recorded.cost == pytest.approx(called.cost, rel=1e-9)


@pytest.mark.parametrize("name, operands, numpy", [row for row in _core.operations() if hasattr(np, row[2])])
@pytest.mark.filterwarnings("ignore")  # the data determine no parameter of a step
def test_every_operation_that_numpy_has_is_recorded(name, operands, numpy):
    function, shift = getattr(np, numpy), FORWARD.get(numpy, lambda v: v)

    def model(x, a, b):
        return b + (function(shift(a * x)) if operands == 1 else function(a * x, x + 0.5))

    traced = curve_fit(model, X, model(X, 0.9, 0.3), [0.9, 0.3], starts="ones")
    assert traced.engine == "interpreter", traced.trace_note
    np.testing.assert_allclose(traced.predict(X), model(X, *traced.popt), rtol=1e-14)


def test_statistics_are_those_of_the_table():
    r = curve_fit(lambda x, a, b: a + b * x, X, 1 + 2 * X + 0.1 * np.sin(90 * X))
    again = _core.goodness_of_fit(40, 2, r.rss, r._outcome.result.tss, 0.0, False)
    assert tuple(again) == fields.STATISTICS
    for name, value in again.items():
        assert value == getattr(r, name) or (np.isnan(value) and np.isnan(getattr(r, name)))


def test_stored_results_have_every_field(tmp_path):
    r = curve_fit(lambda x, a, b: a + b * x, X, 1 + 2 * X + 0.1 * np.sin(90 * X))
    r.save(tmp_path / "r.npz")
    read = type(r).load(tmp_path / "r.npz")
    for name in fields.DEFAULTS:
        ours, theirs = getattr(read._outcome.result, name), getattr(r._outcome.result, name)
        assert ours == theirs or (ours != ours and theirs != theirs), name
    ours, theirs = read.to_dict(), r.to_dict()
    assert all(ours[key] == theirs[key] for key in fields.JSON)
