# SPDX-License-Identifier: MIT
"""Kinds, sizes and shapes of xdata and ydata: the right answer, or an error that names the argument."""

import warnings

import numpy as np
import pytest
import scipy.optimize
from known_fits import M, REFERENCE, X, Y, called, decay, line, same

from nlsq import curve_fit


def numbers_of_every_kind(v):
    pandas = pytest.importorskip("pandas")
    frozen = v.copy()
    frozen.flags.writeable = False
    return {
        "array": v, "list": list(v), "tuple": tuple(v), "array of one-element rows": np.repeat(v, 3)[::3],
        "reversed": v[::-1].copy()[::-1], "big-endian": v.astype(">f8"), "read-only": frozen,
        "object": v.astype(object), "long double": v.astype("g"),
        "fortran column": np.asfortranarray(np.stack([v, v], 1))[:, 0],
        "masked, nothing masked": np.ma.masked_array(v), "series": pandas.Series(v),
        "series, other index": pandas.Series(v, index=np.arange(M) + 7),
        "frame column": pandas.DataFrame({"v": v})["v"],
        "nullable series": pandas.Series(v, dtype="Float64"), "subclass": v.view(type("Sub", (np.ndarray,), {})),
    }  # fmt: skip


@pytest.mark.parametrize("f", [decay, called])
@pytest.mark.parametrize("kind", numbers_of_every_kind(X))
def test_kinds_of_x(kind, f):
    x = numbers_of_every_kind(X)[kind]
    result = curve_fit(f, x, Y, [1.0, 1.0, 1.0])
    same(result, REFERENCE, 1e-5)
    np.testing.assert_allclose(result.predictions, decay(X, *result.popt), rtol=1e-9)


@pytest.mark.parametrize("kind", numbers_of_every_kind(Y))
def test_kinds_of_y(kind):
    same(curve_fit(decay, X, numbers_of_every_kind(Y)[kind], [1.0, 1.0, 1.0]), REFERENCE, 1e-6)


@pytest.mark.parametrize("f", [decay, called])
def test_a_memory_map(f, tmp_path):
    x = np.memmap(tmp_path / "x", dtype=float, mode="w+", shape=M)
    x[:] = X
    same(curve_fit(f, x, Y, [1.0, 1.0, 1.0]), REFERENCE, 1e-5)


@pytest.mark.parametrize("f", [decay, called])
def test_single_precision_x(f):
    x = X.astype(np.float32)
    expected = scipy.optimize.curve_fit(decay, x.astype(float), Y, [1, 1, 1], ftol=1e-14, xtol=1e-14)[0]
    same(curve_fit(f, x, Y, [1.0, 1.0, 1.0]), expected, 1e-6)


# Differences do not show b beside values of 1e26; a step as long as they would need is none of its size.
@pytest.mark.filterwarnings("ignore:at the point reached, 'b' \\(started at 1\\) has no effect")
def test_integers_do_not_overflow():
    x = np.arange(1, M + 1)
    y = 3.0 * x.astype(float) ** 20 + 1.0
    for f in (lambda x, a, b: a * x**20 + b, lambda x, a, b: float(a) * x**20 + b):
        assert curve_fit(f, x, y, [1.0, 1.0]).popt[0] == pytest.approx(3.0)
        assert curve_fit(f, x.astype(np.uint8), y, [1.0, 1.0]).popt[0] == pytest.approx(3.0)
    same(curve_fit(lambda x, a, b: a * x**-1 + b, x, 2.0 / x + 1.0), [2.0, 1.0])
    same(curve_fit(line, range(M), 2.0 * np.arange(M) + 1.0), [2.0, 1.0])


def test_truth_values_are_numbers():
    x = X > 2.0
    same(curve_fit(line, x, 2.0 * x + 1.0), [2.0, 1.0])
    same(curve_fit(lambda x, a, b: a * (1.0 - x) + float(b), x, 2.0 * ~x + 1.0), [2.0, 1.0])
    same(curve_fit(line, X, X > 2.0), np.polyfit(X, (X > 2.0).astype(float), 1))


BAD_DATA = {
    # name: (xdata, ydata, error, words)
    "x masked": (np.ma.masked_array(X, X > 3), Y, TypeError, "xdata is a masked array"),
    "y masked": (X, np.ma.masked_array(Y, X > 3), TypeError, "ydata is a masked array"),
    "x generator": ((v for v in X), Y, TypeError, "xdata is a generator"),
    "x set": (set(X), Y, TypeError, "xdata is a set"),
    "x list of text": (["a"] * M, Y, ValueError, "xdata must be numbers"),
    "x ragged": ([[1.0], [1.0, 2.0]], Y, ValueError, "xdata must be numbers, in arrays of one length"),
    "x complex list": ([1j] * M, Y, TypeError, "xdata must be numbers"),
    "x matrix": (np.matrix(X), Y, ValueError, r"returns shape \(1, 40\)"),
    "x (m, 1)": (X[:, None], Y, ValueError, r"returns shape \(40, 1\); ydata has shape \(40,\)"),
    "x short": (X[1:], Y, ValueError, r"xdata has shape \(39,\), ydata \(40,\)"),
    "y short": (X, Y[1:], ValueError, r"xdata has shape \(40,\), ydata \(39,\)"),
    "y number": (X, 3.0, ValueError, r"xdata has shape \(40,\), ydata"),
    "y empty": ([], [], ValueError, "`ydata` must not be empty"),
    "y complex": (X, Y + 0j, TypeError, "ydata is complex"),
    "y text": (X, ["a"] * M, TypeError, "ydata holds"),
    "y dates": (X, np.arange(M).astype("M8[D]"), TypeError, "ydata holds datetime64"),
    "y None": (X, np.array([1.0, None] * (M // 2)), ValueError, "ydata is nan at index 1"),
    "y objects": (X, np.array([1.0, {}] * (M // 2)), TypeError, "ydata holds values that are no numbers"),
    "y ragged": (X, [[1.0], [1.0, 2.0]], ValueError, "ydata must be an array of numbers"),
}


@pytest.mark.parametrize("f", [decay, called])
@pytest.mark.parametrize("name", BAD_DATA)
def test_bad_data_are_named(name, f):
    x, y, error, words = BAD_DATA[name]
    with pytest.raises(error, match=words):
        curve_fit(f, x, y, [1.0, 1.0, 1.0])


@pytest.mark.parametrize("f", [decay, called])
def test_predictions_at_one_place_and_at_lists(f):
    result = curve_fit(f, X, Y, [1.0, 1.0, 1.0])
    value, error = result.predict(2.0, return_std=True)
    values, errors = result.predict([2, 3], return_std=True)
    assert np.shape(value) == np.shape(error) == () and values.shape == errors.shape == (2,)
    assert value == pytest.approx(values[0], rel=1e-12) and error == pytest.approx(errors[0], rel=1e-5)


def test_predictions_of_a_formula_over_columns():
    result = curve_fit("y = a*exp(-b*t) + c*w/w", data={"t": X, "w": X**2, "y": Y})
    new = {"t": np.array([1.0, 2.0]), "w": np.array([3.0, 4.0]), "other": "text"}
    values, errors = result.predict(new, return_std=True)
    expected = curve_fit(decay, X, Y).predict(new["t"], return_std=True)
    np.testing.assert_allclose([values, errors], expected, rtol=1e-5)
    np.testing.assert_allclose(result.residuals, Y - result.predict({"t": X, "w": X**2}), atol=1e-12)


# -- sizes and scales


@pytest.mark.parametrize("f", [line, lambda x, a, b: float(a) * x + b])
def test_few_rows(f):
    with pytest.warns(UserWarning, match="no more rows than free parameters"):
        same(curve_fit(f, [1.0, 2.0], [3.0, 5.0]), [2.0, 1.0])
    with pytest.warns(UserWarning) as seen:
        result = curve_fit(f, [1.0], [3.0])
    assert any("do not determine 'a' and 'b'" in str(w.message) for w in seen)
    assert result.popt.sum() == pytest.approx(3.0) and np.isinf(result.perr).all()


@pytest.mark.parametrize("f", [decay, called])
@pytest.mark.parametrize("scale", [1e-150, 1e-30, 1e-8, 1e8, 1e30, 1e150])
def test_scales(f, scale):
    rtol = 1e-5 if f is called else 1e-6
    by_y = curve_fit(f, X, Y * scale, [scale, 1.0, scale])
    np.testing.assert_allclose(by_y.popt / [scale, 1.0, scale], REFERENCE, rtol=rtol)
    by_x = curve_fit(f, X * scale, Y, [1.0, 1.0 / scale, 1.0])
    np.testing.assert_allclose(by_x.popt * [1.0, scale, 1.0], REFERENCE, rtol=rtol)


@pytest.mark.parametrize("f", [decay, called])
def test_constant_y(f):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = curve_fit(f, X, np.full(M, 3.0), [1.0, 1.0, 1.0])
    np.testing.assert_allclose(result.predictions, 3.0, atol=1e-6)


# -- several columns, several dimensions


@pytest.mark.parametrize("rows_first", [False, True])
@pytest.mark.parametrize("f", [lambda u, v, a, b: a * u + b * v * v, lambda u, v, a, b: float(a) * u + b * v * v])
def test_two_columns(f, rows_first):
    x = np.stack([X, np.log(X)])
    y = 2.0 * x[0] + 3.0 * x[1] ** 2 + 0.1 * np.sin(9 * X)
    model = (lambda x, a, b: f(x[:, 0], x[:, 1], a, b)) if rows_first else (lambda x, a, b: f(x[0], x[1], a, b))
    x = x.T if rows_first else x
    reference = scipy.optimize.curve_fit(model, x, y, [1.0, 1.0])
    result = curve_fit(model, x, y, [1.0, 1.0])
    np.testing.assert_allclose(result.predictions, model(x, *reference[0]), rtol=1e-6)


@pytest.mark.parametrize("f", [decay, called])
def test_y_of_several_dimensions(f):
    x, y = X.reshape(8, 5), Y.reshape(8, 5)
    same(curve_fit(f, x, y, [1, 1, 1]), REFERENCE, 1e-5)
    same(curve_fit(f, X, Y[:, None], [1, 1, 1]), REFERENCE, 1e-5)
    same(curve_fit(lambda d, *p: f(d[0], *p), np.stack([x, x]), y, [1, 1, 1]), REFERENCE, 1e-5)
    same(curve_fit(lambda d, *p: f(d[0], *p).ravel(), (x, x), Y, [1, 1, 1]), REFERENCE, 1e-5)
    sigma = np.linspace(1, 2, M)
    weighted = curve_fit(f, X, Y, [1, 1, 1], sigma=sigma)
    same(curve_fit(f, x, y, [1, 1, 1], sigma=sigma.reshape(8, 5)), weighted.popt, 1e-5)
