# SPDX-License-Identifier: MIT
"""array.nlsq.fit beside xarray's own curvefit: arguments, outputs, errors, of plain and chunked arrays."""

import numpy as np
import pytest

xarray = pytest.importorskip("xarray", reason="xarray is not installed")
pytest.importorskip("scipy", reason="scipy is not installed")

import nlsq.xarray  # noqa: E402

pytestmark = pytest.mark.filterwarnings("default")

T = np.linspace(0.0, 3.0, 30)


def decay(t, a, k=1.0):
    return a * np.exp(-k * t)


def pixels(with_gaps=False):
    a = xarray.DataArray(np.linspace(1.0, 3.0, 12).reshape(3, 4), dims=("row", "column"))
    noise = np.random.default_rng(3).normal(size=(3, 4, 30))
    values = a.values[..., None] * np.exp(-1.3 * T) + 0.01 * noise
    if with_gaps:
        values[0, 0, 5] = values[2, 3, 10:14] = np.nan
        values[1, 1] = np.nan
    return xarray.DataArray(values, dims=("row", "column", "time"), coords={"time": T, "row": [10, 20, 30]}, name="signal",
                            attrs={"units": "V"})  # fmt: skip


def assert_same(array, *args, **options):
    # At its usual tolerances SciPy ends at four digits of the covariance.
    options = {"kwargs": {"ftol": 1e-13, "xtol": 1e-13, "gtol": 1e-13}, **options}
    theirs = array.curvefit(*args, **options)
    ours = array.nlsq.fit(*args, **options)
    assert set(ours.data_vars) == set(theirs.data_vars)
    assert ours.attrs == theirs.attrs
    for name in theirs.data_vars:
        assert ours[name].dims == theirs[name].dims
        np.testing.assert_allclose(ours[name], theirs[name], rtol=2e-5, atol=1e-9)
    for name in theirs.coords:
        assert np.array_equal(ours[name], theirs[name])
    return ours


@pytest.mark.parametrize("gaps", [False, True])
def test_coefficients_and_covariances_are_those_of_curvefit(gaps):
    ours = assert_same(pixels(gaps), "time", decay)
    assert ours.curvefit_coefficients.dims == ("row", "column", "param")
    assert ours.curvefit_covariance.dims == ("row", "column", "cov_i", "cov_j")
    assert bool(ours.curvefit_coefficients.isel(row=1, column=1).isnull().all()) == gaps


def test_starts_and_bounds_may_be_numbers_or_arrays():
    array = pixels()
    starts = xarray.DataArray(np.linspace(1.0, 2.0, 3), dims="row", coords={"row": [10, 20, 30]})
    assert_same(array, "time", decay, p0={"a": starts, "k": 0.7})
    assert_same(array, "time", decay, bounds={"k": (0.2, 1.1), "a": (starts * 0.1, np.inf)})
    assert_same(array, array.time, decay, p0={"k": 2.0}, kwargs={"absolute_sigma": True, "sigma": np.full(30, 0.01)})


def test_several_dimensions_are_fitted_over():
    array = pixels()

    def plane(x, a, b, k):
        t, r = x
        return (a + b * r) * np.exp(-k * t)

    assert_same(array, "time", decay, reduce_dims="row")
    ours = assert_same(array, ["time", "row"], plane, p0={"a": 1.0, "b": 0.1, "k": 1.0})
    assert ours.curvefit_coefficients.dims == ("column", "param")


def test_functions_of_any_number_of_parameters_need_names():
    def many(t, *p):
        return p[0] * np.exp(-p[1] * t)

    assert_same(pixels(), "time", many, param_names=["a", "k"])
    with pytest.raises(ValueError, match="`param_names` must be provided"):
        pixels().nlsq.fit("time", many)


def test_data_sets_are_fitted_variable_by_variable():
    both = xarray.Dataset({"one": pixels(), "two": 2.0 * pixels().isel(row=0)})
    ours = assert_same(both, "time", decay)
    assert "one_curvefit_coefficients" in ours and "two_curvefit_covariance" in ours


def test_formulas_name_the_coordinate():
    ours = pixels().nlsq.fit("time", "a*exp(-k*time)")
    assert list(ours.param.values) == ["a", "k"]
    x = pixels().nlsq.fit("time", "a*exp(-k*x)")
    assert np.array_equal(ours.curvefit_coefficients, x.curvefit_coefficients)
    np.testing.assert_allclose(ours.curvefit_coefficients, pixels().curvefit("time", decay).curvefit_coefficients, rtol=1e-5)


def test_a_single_set_is_fitted():
    assert_same(pixels().isel(row=0, column=0, drop=True), "time", decay)


def test_fits_that_fail_raise_or_become_nan():
    array = pixels()
    array[0, 1] = np.cos(40.0 * T)
    options = {"kwargs": {"max_nfev": 2}}
    with pytest.raises(RuntimeError, match="Optimal parameters not found"):
        array.nlsq.fit("time", decay, **options)
    fits = array.nlsq.fit("time", decay, errors="ignore", **options)
    assert fits.curvefit_coefficients.isel(row=0, column=1).isnull().all()
    with pytest.raises(ValueError, match='errors must be either "raise" or "ignore"'):
        array.nlsq.fit("time", decay, errors="never")


def test_what_is_wrong_is_named():
    array = pixels()
    with pytest.raises(ValueError, match="Initial guess for 'a' has unexpected dimensions"):
        array.nlsq.fit("time", decay, p0={"a": xarray.DataArray(np.ones(30), dims="time")})
    with pytest.raises(ValueError, match="Lower bound for 'a' has unexpected dimensions"):
        array.nlsq.fit("time", decay, bounds={"a": (xarray.DataArray(np.ones(2), dims="other"), 9.0)})
    with pytest.raises(ValueError, match="No arguments to `coords` were identified"):
        array.nlsq.fit(xarray.DataArray(1.0), decay)
    with pytest.raises(ValueError, match="p0: there is no parameter 'kk'"):
        array.nlsq.fit("time", decay, p0={"kk": 1.0})
    with pytest.raises(ValueError, match="the data hold NaN"):
        pixels(True).nlsq.fit("time", decay, skipna=False)


@pytest.mark.parametrize("chunks", [{"row": 1}, {"row": 2, "column": 3}, {"time": 10}])
def test_chunked_arrays_are_fitted_when_they_are_asked_for(chunks):
    pytest.importorskip("dask", reason="dask is not installed")
    starts = xarray.DataArray(np.linspace(1.0, 2.0, 3), dims="row", coords={"row": [10, 20, 30]})
    options = {"p0": {"a": starts}, "bounds": {"k": (0.0, 5.0)}}
    plain = pixels(True).nlsq.fit("time", decay, **options)
    lazy = pixels(True).chunk(chunks).nlsq.fit("time", decay, **options)
    assert lazy.curvefit_coefficients.chunks is not None
    xarray.testing.assert_identical(lazy.compute(scheduler="threads"), plain)
