# SPDX-License-Identifier: MIT
"""Numbers of any type as data, starts and bounds; and no warnings of NumPy from this package's own arithmetic."""

import array
import pathlib
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import nlsq
import nlsq.scipy

pd = pytest.importorskip("pandas")

X = np.linspace(0.1, 3.0, 30)
Y = 3.0 * np.exp(-0.7 * X)
WHOLE = np.arange(1, 60000, 1000, dtype=np.int32)


def decay(x, a, b):
    return a * np.exp(-b * x)


@pytest.mark.parametrize("p0", [
    [Decimal(1), Fraction(1, 2)], {"a": Fraction(1, 2)}, {"b": Decimal(1)}, np.ones(2, np.float16),
    np.ones(2, np.longdouble), {"a": np.longdouble(2)}, {"a": np.array(2.0)}, (1, 1), np.ones(2, int),
])  # fmt: skip
def test_starts_of_any_real_type(p0):
    assert np.allclose(nlsq.curve_fit(decay, X, Y, p0=p0).popt, [3, 0.7])


@pytest.mark.parametrize("p0", [["1", "2"], [True, 1], {"a": True}, {"a": "1"}, np.array(["1", "2"]), [1j, 1], {"a": 1j},
                                np.array([True, False])])  # fmt: skip
def test_texts_truth_values_and_complex_numbers_are_no_starts(p0):
    with pytest.raises(TypeError, match="number"):
        nlsq.curve_fit(decay, X, Y, p0=p0)


@pytest.mark.parametrize("bounds", [
    ([None, 0], [None, None]), (None, [10, 10]), ([0, 0], None), (0, None), (None, None), {"a": (None, 9), "b": [0, None]},
    (np.array([None, 0.0]), [9, 9]), ([Decimal(0), Fraction(0)], 9), ((None, 0), (9, None)),
])  # fmt: skip
def test_none_is_no_bound(bounds):
    assert np.allclose(nlsq.curve_fit(decay, X, Y, bounds=bounds).popt, [3, 0.7])
    assert np.allclose(nlsq.curve_fit_many(decay, X, Y[None], bounds=bounds).popt, [3, 0.7])


def test_none_is_the_bound_of_its_side():
    r = nlsq.curve_fit(decay, X, Y, bounds=([None, 0.5], [4.5, None]))
    assert r.params.a.bounds == (-np.inf, 4.5) and r.params.b.bounds == (0.5, np.inf)


@pytest.mark.parametrize("bounds", [(["0", 0], 9), ([True, 0], 9), {"a": ("0", 1)}])
def test_texts_and_truth_values_are_no_bounds(bounds):
    with pytest.raises(TypeError, match="must be numbers"):
        nlsq.curve_fit(decay, X, Y, bounds=bounds)


@pytest.mark.parametrize("kind", [np.array, list, tuple, pd.Series, pd.Index, pd.array, np.ma.array,
                                  lambda v: pd.Series(v, dtype="Int32"), lambda v: pd.Series(v, index=v[::-1])])  # fmt: skip
def test_whole_numbers_do_not_overflow(kind):
    x = WHOLE.astype(float)
    for f, y in ((lambda x, a, b: a * x**2 + b, 2 * x**2 + 3), (lambda x, a, b: a * (x * x) + b / x, 2 * x**2 + 3 / x)):
        assert np.allclose(nlsq.curve_fit(f, kind(WHOLE), y).popt, [2, 3])


@pytest.mark.parametrize("kind", [
    lambda v: [Fraction(t) for t in v], lambda v: np.array([Decimal(t) for t in v]), lambda v: pd.Series([Decimal(t) for t in v]),
    lambda v: v.astype(np.longdouble), lambda v: v.astype(">f8"), lambda v: array.array("d", v), memoryview,
    lambda v: [str(t) for t in v], lambda v: pd.Series(v, dtype="Float64"),
])  # fmt: skip
def test_x_of_any_type_of_number(kind):
    assert np.allclose(nlsq.curve_fit(decay, kind(X), Y).popt, [3, 0.7])


def test_arrays_of_texts_are_refused():
    for x, y, name in ((np.array(["a"] * 30), Y, "xdata"), (X, np.array(["1"] * 30), "ydata")):
        with pytest.raises(TypeError, match=f"{name} holds <U1 values; numbers are needed"):
            nlsq.curve_fit(decay, x, y)


def test_a_number_as_ydata():
    target = 4.7 * X**2 + 3.5 * X
    for zero in (0, 0.0, np.float64(0), np.array(0.0)):
        popt = nlsq.scipy.curve_fit(lambda x, a, b: a * x**2 + b * x - target, X, zero)[0]
        assert np.allclose(popt, [4.7, 3.5])
        with pytest.raises(ValueError, match=r"xdata has shape \(30,\), ydata \(1,\)"):
            nlsq.curve_fit(decay, X, zero)


def test_scipys_curve_fit_says_how_an_image_is_fitted():
    x, y = np.meshgrid(np.arange(12.0), np.arange(9.0))
    with pytest.raises(ValueError, match=r"\(9, 12\).*\.ravel\(\)"):
        nlsq.scipy.curve_fit(lambda xy, a, b: a * xy[0] + b * xy[1], (x, y), x + y)


EXTREMES = [
    dict(sigma=1e-200), dict(sigma=1e200), dict(bounds=(-1e308, 1e308)), dict(loss="soft_l1", f_scale=1e-160),
    dict(loss="arctan", f_scale=1e150), dict(n_starts=4, bounds=(-1e308, 1e308)), dict(p0=[1e300, 1]), dict(p0=[1, 1e5]),
    dict(nan_policy="propagate"), dict(max_nfev=1), dict(fixed=["a", "b"]),
]  # fmt: skip


@pytest.mark.parametrize("options", EXTREMES, ids=str)
@pytest.mark.parametrize("y", [Y, 0 * Y, Y * 1e300, Y * 1e-310, np.where(X > 2, np.nan, Y)], ids=["y", "0", "big", "tiny", "nan"])
def test_no_warnings_of_our_own_arithmetic(options, y):
    package = pathlib.Path(nlsq.__file__).parent
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for fit in (nlsq.curve_fit, nlsq.scipy.curve_fit):
            try:
                r = fit(decay, X, y, **options)
            except (TypeError, ValueError, RuntimeError):
                continue
            if fit is nlsq.curve_fit:
                r.fun, r.grad, r.report(), r.confidence_band(), r.prediction_interval(), r.to_json(), repr(r)
    ours = [w for w in seen if issubclass(w.category, RuntimeWarning) and package in pathlib.Path(w.filename).parents]
    assert not ours, str(ours[0])


def test_warnings_of_the_users_function_stay():
    with pytest.warns(RuntimeWarning, match="invalid value encountered in log"):
        nlsq.curve_fit(lambda x, a, b: np.cumsum(a * np.exp(-b * x)) * (1.0 if np.isnan(np.log(-abs(a))) else 2.0), X, np.cumsum(Y))
