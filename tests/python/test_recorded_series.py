# SPDX-License-Identifier: MIT
"""Columns of tables inside models: pandas and polars Series, by pandas' rules for rows."""

import numpy as np
import pytest

from nlsq import curve_fit, least_squares

from recording import check_falls_back, check_model, check_residuals

pd = pytest.importorskip("pandas")

M = 50
T = np.linspace(0.1, 4.0, M)
Y = 2.5 * np.exp(-1.3 * T) + 0.5 + 0.01 * np.random.default_rng(0).normal(size=M)
FRAME = pd.DataFrame({"t": T, "w": np.cos(T) + 2.0, "y": Y, "n": np.arange(M)}, index=np.arange(M) * 2 + 5)
SHIFTED = pd.Series(FRAME["w"].to_numpy(), index=FRAME.index + 2)
PERMUTED = FRAME["w"].iloc[::-1]
SERIES = FRAME["t"]

MODELS = {
    "x": (lambda x, a, b: a * np.exp(-b * x), SERIES),
    "x first": (lambda x, a, b: x * a + np.exp(-x * b), SERIES),
    "values of x": (lambda x, a, b: a * np.exp(-b * x.to_numpy()) + x.values, SERIES),
    "attributes of x": (lambda x, a, b: a * (x - x.mean()) / x.std() + b, SERIES),
    "a default index": (lambda x, a, b: a * np.exp(-b * x), SERIES.reset_index(drop=True)),
    "captured": (lambda x, a, b: a * np.exp(-b * FRAME["t"]) + x, T),
    "captured first": (lambda x, a, b: FRAME["w"] * a - FRAME["t"] ** b, T),
    "captured and x": (lambda x, a, b: a * np.exp(-b * x) * FRAME["w"], SERIES),
    "captured and an array": (lambda x, a, b: a * T * FRAME["w"] + b * x, T),
    "whole numbers": (lambda x, a, b: a * FRAME["n"] + b * x, T),
    "where": (lambda x, a, b: np.where(FRAME["t"] > 2.0, a * FRAME["t"], b), T),
    "a comparison": (lambda x, a, b: (FRAME["t"] > 2.0) * a + b * FRAME["t"], T),
    "ufuncs": (lambda x, a, b: np.multiply(FRAME["t"], a) + np.hypot(FRAME["w"], b), T),
    "a frame": (lambda x, a, b: a * np.exp(-b * x["t"]) + x["w"], FRAME),
    "a frame's arrays": (lambda x, a, b: a * np.exp(-b * x.t.to_numpy()) + x.w, FRAME),
    "to_numpy of a result": (lambda x, a, b: (a * FRAME["t"]).to_numpy() + b, T),
    "values of a result": (lambda x, a, b: (a * FRAME["t"]).values + b, T),
}


@pytest.mark.parametrize("name", MODELS)
def test_models(name):
    f, x = MODELS[name]
    check_model(f, x, [2.0, 1.3])


EITHER = {
    "another index": (lambda x, a, b: a * FRAME["t"] + b * SHIFTED.reindex(FRAME.index).fillna(1.0), T),
    "a permuted index": (lambda x, a, b: (a * FRAME["t"] + b * PERMUTED).reindex(FRAME.index), T),
    "a permuted index and x": (lambda x, a, b: (a * x + b * PERMUTED).reindex(FRAME.index), SERIES),
    "a permuted index, made an array": (lambda x, a, b: a * T + b * PERMUTED.to_numpy(), T),
    "a reset index and x": (lambda x, a, b: a * x.to_numpy() + b * FRAME["w"].reset_index(drop=True), SERIES),
    "labels": (lambda x, a, b: a * FRAME["t"] / (b * FRAME["t"])[5] + b * FRAME["w"], T),
    "places": (lambda x, a, b: a * FRAME["t"] / (b * FRAME["t"]).iloc[5] + b * FRAME["w"], T),
    "shift": (lambda x, a, b: (a * FRAME["t"]).shift(1).fillna(0.0) + b * FRAME["w"], T),
    "a sum": (lambda x, a, b: a * FRAME["t"] / FRAME["t"].sum() + b, T),
    "a sum of a result": (lambda x, a, b: a * FRAME["t"] + b * (a * FRAME["t"]).mean(), T),
    "a table": (lambda x, a, b: (FRAME[["t", "w"]] * [a, b]).sum(axis=1), T),
    "assign": (lambda x, a, b: FRAME.assign(z=a * FRAME["t"])["z"] + b * FRAME["w"], T),
}


@pytest.mark.parametrize("name", EITHER)
def test_right_whether_recorded_or_not(name):
    f, x = EITHER[name]
    check_falls_back(f, x, [2.0, 1.3])


def test_rows_that_meet_by_their_index_are_not_recorded_by_their_place():
    for f, x in ((EITHER["a permuted index"][0], T), (EITHER["a permuted index and x"][0], SERIES)):
        result = curve_fit(f, x, np.asarray(f(x, 2.0, 1.3)), [1.9, 1.2])
        np.testing.assert_allclose(result.popt, [2.0, 1.3], rtol=1e-6)
        assert "indices" in result.trace_note or "attribute" in result.trace_note


def test_residuals():
    check_residuals(lambda p: p[0] * np.exp(-p[1] * FRAME["t"]) + p[2] - FRAME["y"], [2.0, 1.0, 0.3])
    check_residuals(lambda p: FRAME["y"] - p[0] * np.exp(-p[1] * FRAME["t"]), [2.0, 1.0])
    check_residuals(lambda p: np.append(FRAME["y"] - p[0] * FRAME["t"], 0.1 * p[1]), [2.0, 1.0])
    check_residuals(lambda p: np.concatenate([FRAME["y"] - p[0] * FRAME["t"], FRAME["w"] * p[1]]), [2.0, 1.0])


def test_a_series_that_changes_between_fits():
    table = FRAME.copy()
    f = lambda x, a, b: a * table["t"] * np.ones(M) + b * x  # noqa: E731
    for factor in (1.0, 2.0, 0.5):
        table["t"] = np.sqrt(T) * factor
        result = curve_fit(f, T, 2.0 * np.sqrt(T) + 3.0 * T)
        np.testing.assert_allclose(result.popt, [2.0 / factor, 3.0], rtol=1e-6)


def test_polars():
    pl = pytest.importorskip("polars")
    series = pl.Series("t", T)
    result = curve_fit(lambda x, a, b: a * np.exp(-b * x), series, Y)
    assert result.engine == "interpreter"
    np.testing.assert_allclose(result.popt, curve_fit(lambda x, a, b: a * np.exp(-b * x), T, Y).popt)
    found = least_squares(lambda p: p[0] * np.exp(-p[1] * series.to_numpy()) - Y, [1.0, 1.0])
    assert found.engine == "interpreter"
