# SPDX-License-Identifier: MIT
"""x that is no array of numbers of the length of y: dates, named tuples, axes, data one after the other."""

import datetime as dt
import pickle
from collections import namedtuple

import numpy as np
import pytest

import nlsq

pd = pytest.importorskip("pandas")

DAYS = np.arange("2023-01-01", "2023-01-31", dtype="M8[D]")
Y = 2.0 + 3.0 * np.arange(30.0)
PYTHONS = [dt.datetime(2023, 1, 1) + dt.timedelta(days=i) for i in range(30)]


def line(x, a, b):
    return a + b * x


KINDS = {
    "D": DAYS, "ns": DAYS.astype("M8[ns]"), "list": list(DAYS), "datetime": PYTHONS, "tuple": tuple(PYTHONS),
    "date": [d.date() for d in PYTHONS], "objects": np.array(PYTHONS, dtype=object),
    "aware": [d.replace(tzinfo=dt.timezone(dt.timedelta(hours=2))) for d in PYTHONS],
    "series": pd.Series(DAYS), "index": pd.DatetimeIndex(DAYS), "timestamps": list(pd.DatetimeIndex(DAYS)),
    "zone": pd.Series(DAYS).dt.tz_localize("Europe/Berlin"), "zone index": pd.DatetimeIndex(DAYS, tz="UTC"),
    "dates of pandas": pd.Series([d.date() for d in PYTHONS]), "periods": pd.period_range("2023-01-01", periods=30),
    "shuffled index": pd.Series(DAYS, index=np.arange(30)[::-1]),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_dates_are_days_since_the_first(kind):
    x = KINDS[kind]
    r = nlsq.curve_fit(line, x, Y)
    assert np.allclose(r.popt, [2, 3]) and r.engine == "interpreter"
    assert r.x_note.startswith("x is in days since 202") and r.x_note in r.report()
    assert np.allclose(r.predict(x), Y) and np.allclose(r.predict([0.0, 1.0]), [2, 5])
    assert np.allclose(r.predict(x[3:5], return_std=True)[0], Y[3:5])
    with pytest.raises(TypeError, match="duration"):
        r.predict(np.timedelta64(1, "D"))


def test_units_and_origins():
    times = np.datetime64("2023-01-01T12:00") + np.arange(30) * np.timedelta64(500, "ms")
    r = nlsq.curve_fit(line, times, Y)
    assert np.allclose(r.popt, [2, 6]) and r.x_note == "x is in seconds since 2023-01-01T12:00:00"
    r = nlsq.curve_fit(line, np.arange("2020-01", "2022-07", dtype="M8[M]"), Y)
    assert r.x_note == "x is in days since 2020-01-01"
    r = nlsq.curve_fit(line, DAYS[::-1], Y[::-1])
    assert np.allclose(r.popt, [2, 3])
    r = nlsq.curve_fit(line, np.arange(30) * np.timedelta64(1, "D"), Y)
    assert np.allclose(r.popt, [2, 3]) and r.x_note == "x is in days"
    assert np.allclose(r.predict(np.timedelta64(36, "h")), 6.5)
    assert nlsq.curve_fit(line, np.arange(30.0), Y).x_note is None


def test_missing_dates():
    x = DAYS.copy()
    x[3] = np.datetime64("NaT", "D")
    assert np.allclose(nlsq.curve_fit(line, x, Y, nan_policy="omit").popt, [2, 3])
    with pytest.raises(ValueError, match="xdata is nan at index 3.*nan_policy"):
        nlsq.curve_fit(line, x, Y)


def test_dates_in_tables_and_formulas():
    table = pd.DataFrame({"day": DAYS, "v": Y})
    r = nlsq.curve_fit("v = a + b*day", data=table)
    assert np.allclose(r.popt, [2, 3]) and r.x_note == "day is in days since 2023-01-01"
    assert np.allclose(r.predict(table[:4]), Y[:4]) and np.allclose(r.predict({"day": DAYS[5:7]}), Y[5:7])
    assert np.allclose(r.predict({"day": [0.0, 1.0]}), [2, 5])
    r = nlsq.curve_fit("a + b*x", DAYS, Y)
    assert np.allclose(r.popt, [2, 3]) and np.allclose(r.predict(DAYS), Y)
    for x in (table, {"day": DAYS}):
        r = nlsq.curve_fit(lambda x, a, b: a + b * x["day"], x, Y)
        assert np.allclose(r.popt, [2, 3]) and np.allclose(r.predict(x), Y)
    assert table["day"].dtype.kind == "M"


def test_dates_survive_storing(tmp_path):
    r = nlsq.curve_fit(line, DAYS, Y)
    assert np.allclose(pickle.loads(pickle.dumps(r)).predict(DAYS[:3]), Y[:3])
    r.save(tmp_path / "fit.npz")
    twin = nlsq.CurveFitResult.load(tmp_path / "fit.npz", model=line)
    assert twin.x_note == r.x_note and np.allclose(twin.predict(DAYS[:3]), Y[:3])


Pair = namedtuple("Pair", "x y")


def test_namedtuples_keep_their_names():
    x, y = Pair(np.arange(1.0, 9), [1, 2, 1, 2, 1, 2, 1, 2]), 2 * np.arange(1.0, 9) + 3 * np.array([1, 2] * 4)
    for f in (lambda d, a, b: a * d.x + b * d.y, lambda d, a, b: a * d[0] + b * d[1]):
        r = nlsq.curve_fit(f, x, y)
        assert np.allclose(r.popt, [2, 3]) and r.engine == "interpreter"
    spoiled = np.where(np.arange(8) == 2, np.nan, y)
    assert np.allclose(nlsq.curve_fit(lambda d, a, b: a * d.x + b * d.y, x, spoiled, nan_policy="omit").popt, [2, 3])


@pytest.mark.parametrize("n, m", [(20, 15), (15, 15)])
@pytest.mark.parametrize("kind", [list, tuple])
def test_two_axes_of_an_image(n, m, kind):
    def spot(axes, height, x0, y0, width):
        x, y = axes
        return (height * np.exp(-((x[None, :] - x0) ** 2 + (y[:, None] - y0) ** 2) / (2 * width**2))).ravel()

    axes = kind([np.arange(float(n)), list(range(m))])
    y = spot([np.arange(float(n)), np.arange(float(m))], 10, 9, 7, 2.5)
    assert np.allclose(nlsq.curve_fit(spot, axes, y, p0=[8, 8, 8, 2]).popt, [10, 9, 7, 2.5])


def test_real_and_imaginary_parts_one_after_the_other():
    w = np.linspace(0.1, 5, 40)

    def both(w, b, k):
        z = 1 / (1 + 1j * b * w) + k
        return np.hstack([z.real, z.imag])

    def twice(w, b, k):
        return np.concatenate([np.exp(-b * w), k * w])

    assert np.allclose(nlsq.curve_fit(both, w, both(w, 1, 0.5), p0=[0.5, 0.1]).popt, [1, 0.5])
    r = nlsq.curve_fit(twice, w, twice(w, 1, 0.5), p0=[0.5, 0.1])
    assert np.allclose(r.popt, [1, 0.5]) and r.engine == "interpreter"


def test_lengths_that_differ_are_named():
    with pytest.raises(ValueError, match=r"xdata has shape \(30,\), ydata \(29,\): their lengths differ$"):
        nlsq.curve_fit(line, np.arange(30.0), Y[:29])
    with pytest.raises(ValueError, match=r"differ; the model gives \(60,\)"):
        nlsq.curve_fit(lambda x, a, b: np.hstack([a * x, b * x]), np.arange(30.0), Y[:29])
    with pytest.raises(ValueError, match="numbers"):
        nlsq.curve_fit(line, [["a"], [1.0, 2.0]], Y[:2])


def test_dates_that_are_texts_are_told_from_other_texts():
    with pytest.raises(ValueError, match=r"np.array\(xdata, dtype='datetime64'\)"):
        nlsq.curve_fit(line, ["2023-01-01", "2023-01-02", "2023-01-03"], Y[:3])
    with pytest.raises(ValueError) as caught:
        nlsq.curve_fit(line, ["a", "b", "c"], Y[:3])
    assert "datetime" not in str(caught.value)
