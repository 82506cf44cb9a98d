# SPDX-License-Identifier: MIT
"""curve_fit_many on labelled arrays of xarray: any dimension, coordinates kept, options by label."""

import numpy as np
import pytest
from many import M, X, decay

from nlsq import curve_fit_many

xarray = pytest.importorskip("xarray")
NY, NX = 4, 3


def image(seed=1):
    rng = np.random.default_rng(seed)
    a, b, c = (rng.uniform(1, 2, (NY, NX, 1)) for _ in range(3))
    values = decay(X, a, b, 0.1 * c) + 0.01 * rng.standard_normal((NY, NX, M))
    coords = {"time": X, "y": np.arange(NY) * 0.5, "name": ("x", list("abc")), "run": 7,
              "depth": (("y", "x"), np.ones((NY, NX))), "clock": ("time", X + 5)}  # fmt: skip
    return xarray.DataArray(values, dims=("y", "x", "time"), coords=coords, name="signal")


@pytest.mark.parametrize("order", [("y", "x", "time"), ("y", "time", "x"), ("time", "y", "x"), ("x", "y", "time")])
def test_any_dimension(order):
    data = image()
    plain = curve_fit_many(decay, X, data.values)
    found = curve_fit_many(decay, ydatas=data.transpose(*order), dim="time")
    others = tuple(d for d in order if d != "time")
    assert found.popt.dims == (*others, "param") and found.pcov.dims == (*others, "cov_i", "cov_j")
    assert np.array_equal(found.popt.transpose("y", "x", "param"), plain.popt)
    assert np.array_equal(found.pcov.transpose("y", "x", "cov_i", "cov_j"), plain.pcov)
    for name in ("cost", "rss", "status", "success", "ok", "nfev", "n"):
        assert np.array_equal(found[name].transpose("y", "x"), getattr(plain, name))
    assert set(found.coords) == {"y", "name", "run", "depth", "param", "cov_i", "cov_j"}
    assert found.popt.sel(param="b", y=0.5).dims == ("x",) and found.attrs["engine"] == "lanes"


def test_xdata_says_the_dimension():
    data = image()
    assert curve_fit_many(decay, data.time, data).identical(curve_fit_many(decay, None, data, dim="time"))
    twice = curve_fit_many(decay, 2 * X, data, dim="time")
    assert np.array_equal(twice.popt, curve_fit_many(decay, 2 * X, data.values).popt)
    without = data.drop_vars("time")
    assert np.array_equal(curve_fit_many(decay, None, without, dim="time").popt,
                          curve_fit_many(decay, np.arange(M), data.values).popt)  # fmt: skip


def test_one_set_and_stacked_pixels():
    data = image()
    one = curve_fit_many(decay, None, data[1, 2], dim="time")
    whole = curve_fit_many(decay, None, data, dim="time")
    assert one.popt.dims == ("param",) and np.array_equal(one.popt, whole.popt[1, 2])
    pixels = curve_fit_many(decay, None, data.stack(pixel=("y", "x")), dim="time")
    assert np.array_equal(pixels.unstack("pixel").popt.transpose("y", "x", "param"), whole.popt)


def test_formulas_may_name_the_dimension():
    data = image()
    expected = curve_fit_many(decay, None, data, dim="time").popt
    for formula in ("a*exp(-b*time) + c", "a*exp(-b*x) + c"):
        np.testing.assert_allclose(curve_fit_many(formula, None, data, dim="time").popt, expected, 1e-9)


def test_options_are_matched_by_dimension():
    """All sizes alike, so that only names tell which axis is which."""
    rng = np.random.default_rng(2)
    data = xarray.DataArray(rng.standard_normal((6, 6, 6)), dims=("time", "y", "x"))
    sigma, mask = abs(data) + 0.5, data > -1.5
    own = xarray.DataArray(rng.uniform(0, 1, (6, 6, 6)), dims=("x", "time", "y"))
    level = xarray.DataArray(rng.uniform(0, 1, (6, 6)), dims=("x", "y"))
    line = lambda x, a, b: a * x + b  # noqa: E731
    order = ("y", "x", "time")
    found = curve_fit_many(line, own, data, sigma=sigma, mask=mask.transpose("x", "time", "y"), dim="time")
    plain = curve_fit_many(line, own.transpose(*order).values, data.transpose(*order).values,
                           sigma=sigma.transpose(*order).values, mask=mask.transpose(*order).values)  # fmt: skip
    assert np.array_equal(found.popt, plain.popt)
    found = curve_fit_many(line, None, data, dim="time", fixed={"b": level}, bounds={"a": (level - 1, None)},
                           sigma=abs(level) + 1)  # fmt: skip
    assert np.array_equal(found.popt.sel(param="b"), level.T)
    again = curve_fit_many(line, None, data, p0=found.popt.transpose("param", "x", "y"), fixed="b", dim="time",
                           bounds={"a": (level - 1, None)}, sigma=abs(level) + 1)  # fmt: skip
    np.testing.assert_allclose(again.popt, found.popt, atol=1e-8)


def test_masked_by_nan_and_without_covariances():
    data = image().where(lambda d: d > 0.15)
    found = curve_fit_many(decay, None, data, dim="time", nan_policy="omit", pcov=False)
    assert "pcov" not in found and "cov_i" not in found.coords
    assert np.array_equal(found.n, np.isfinite(data).sum("time"))


def renamed(name):
    return image().rename(y=name)


WRONG = [
    (lambda d: {}, "say which dimension to fit along: dim= one of y, x, time"),
    (lambda d: {"dim": "tim"}, "dim='tim' is no dimension of ydatas; they are y, x, time"),
    (lambda d: {"dim": "time", "ydatas": d.assign_coords(time=[str(i) for i in range(M)])}, "give xdata as numbers"),
    (lambda d: {"dim": "time", "ydatas": d.to_dataset()}, "ydatas is a Dataset; give one of its variables"),
    (lambda d: {"dim": "time", "ydatas": renamed("param")}, "a name of the result: rename it"),
    (lambda d: {"dim": "time", "sigma": abs(d).rename(x="z")}, "sigma has the dimension z; expected y, x, time"),
    (lambda d: {"dim": "time", "sigma": abs(d)[:2]}, "sigma has other coordinates than ydatas, or another size"),
    (lambda d: {"dim": "time", "sigma": np.ones((NX, NY, M))}, "sigma has shape (3, 4, 30), ydatas (4, 3, 30)"),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(WRONG)))
def test_messages(case):
    changes, text = WRONG[case]
    arguments = {"f": decay, "ydatas": image(), **changes(image())}
    with pytest.raises((TypeError, ValueError)) as caught:
        curve_fit_many(**arguments)
    assert text in str(caught.value)


def test_a_coordinate_of_dates_is_in_days_since_the_first():
    data = image()
    dated = data.assign_coords(time=np.datetime64("2024-03-01") + np.arange(M))
    numbered = data.assign_coords(time=np.arange(float(M)))
    start = [1.0, 0.1, 0.0]
    found, wanted = (curve_fit_many(decay, None, d, start, dim="time") for d in (dated, numbered))
    assert found.attrs["x_note"] == "x is in days since 2024-03-01" and "x_note" not in wanted.attrs
    assert np.array_equal(found.popt, wanted.popt) and np.array_equal(found.pcov, wanted.pcov)
