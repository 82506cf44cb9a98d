# SPDX-License-Identifier: MIT
"""Masked arrays, NA of pandas, and nan_policy="omit" for data of any kind."""

import numpy as np
import pytest

import nlsq
import nlsq.scipy

pd = pytest.importorskip("pandas")

X = np.linspace(0.1, 3.0, 30)
Y = 3.0 * np.exp(-0.7 * X)
Y[5] = 99.0
MASK = Y > 50.0


def decay(x, a, b):
    return a * np.exp(-b * x)


def of_table(x, a, b):
    return a * np.exp(-b * x["t"])


MASKED = {
    "y": (X, np.ma.masked_where(MASK, Y), None), "x": (np.ma.masked_where(MASK, X), Y, None),
    "sigma": (X, Y, np.ma.masked_where(MASK, np.full(30, 0.1))),
    "covariance": (X, np.ma.masked_where(MASK, Y), np.diag(np.full(30, 0.1))),
}  # fmt: skip


@pytest.mark.parametrize("name", MASKED)
@pytest.mark.parametrize("f", [decay, "a*exp(-b*x)"])
def test_masked_rows_are_left_out_or_refused(name, f):
    x, y, sigma = MASKED[name]
    r = nlsq.curve_fit(f, x, y, sigma=sigma, nan_policy="omit")
    assert np.allclose(r.popt, [3, 0.7]) and r.dof == 27
    for policy in (None, "raise"):
        with pytest.raises(TypeError, match="is a masked array.*nan_policy='omit'"):
            nlsq.curve_fit(f, x, y, sigma=sigma, nan_policy=policy)


@pytest.mark.parametrize("name", MASKED)
@pytest.mark.parametrize("options", [{}, {"bounds": (0, 9)}, {"full_output": True}])
def test_scipys_curve_fit_leaves_masked_rows_out(name, options):
    x, y, sigma = MASKED[name]
    found = nlsq.scipy.curve_fit(decay, x, y, sigma=sigma, **options)
    assert np.allclose(found[0], [3, 0.7], rtol=1e-6)
    if len(found) > 2:
        assert found[2]["fvec"].shape == (29,)


def test_masks_without_masked_values_change_nothing():
    plain = nlsq.curve_fit(decay, X[:5], Y[:5]).popt
    assert np.array_equal(plain, nlsq.curve_fit(decay, np.ma.array(X[:5]), np.ma.array(Y[:5])).popt)


def test_masked_arrays_within_xdata():
    masked = {"t": np.ma.masked_where(MASK, X)}
    assert np.allclose(nlsq.curve_fit(of_table, masked, Y, nan_policy="omit").popt, [3, 0.7])
    nlsq.curve_fit(of_table, {"t": X}, Y)  # the same code and graph, compared before
    with pytest.raises(TypeError, match="masked"):
        nlsq.curve_fit(of_table, masked, Y)
    table = {"x": np.ma.masked_where(MASK, X), "v": Y}
    assert np.allclose(nlsq.curve_fit("v = a*exp(-b*x)", data=table, nan_policy="omit").popt, [3, 0.7])
    with pytest.raises(ValueError, match="index 5.*nan_policy='omit'"):
        nlsq.curve_fit("v = a*exp(-b*x)", data=table)


def test_a_captured_masked_array_is_not_recorded():
    weight = np.ma.masked_where(MASK, np.ones(30))
    with pytest.raises(TypeError, match="masked"):
        nlsq.curve_fit(lambda x, a, b: a * np.exp(-b * x) * weight, X, np.exp(-X))


def test_masked_images_and_data_masks():
    y = np.ma.masked_where(MASK, Y).reshape(5, 6)
    assert np.allclose(nlsq.curve_fit(decay, X.reshape(5, 6), y, nan_policy="omit").popt, [3, 0.7])
    spoiled, keep = np.where(np.arange(30) == 3, 55.0, Y), np.arange(30) != 3
    r = nlsq.curve_fit(decay, X, np.ma.masked_where(MASK, spoiled), data_mask=keep, nan_policy="omit")
    assert np.allclose(r.popt, [3, 0.7])


NULLABLE = pd.array(Y, "Float64")
NULLABLE[5] = pd.NA
X_NULLABLE = pd.Series(pd.array(X, "Float64"))
X_NULLABLE[5] = pd.NA
SPOILED = np.where(MASK, np.nan, Y)


@pytest.mark.parametrize("fit", [nlsq.curve_fit, nlsq.scipy.curve_fit])
@pytest.mark.parametrize("f, x, y", [
    (decay, X, NULLABLE), (decay, X_NULLABLE, Y), (decay, pd.Series(X, index=np.arange(30)[::-1]), pd.Series(NULLABLE)),
    (decay, list(X), [*Y[:5], None, *Y[6:]]), (decay, pd.Index(X), pd.Series(SPOILED)),
    (of_table, pd.DataFrame({"t": X_NULLABLE.astype(float), "kind": "a"}), Y),
    (of_table, {"t": X, "name": "a"}, SPOILED), (of_table, {"t": X_NULLABLE.astype(float)}, Y),
    (lambda x, a, b: a * np.exp(-b * x[0]), (X, X), SPOILED),
])  # fmt: skip
def test_missing_values_of_any_kind_of_data(fit, f, x, y):
    assert np.allclose(fit(f, x, y, nan_policy="omit")[0], [3, 0.7], rtol=1e-6)


def test_missing_values_of_structured_arrays():
    x = np.rec.fromarrays([np.where(MASK, np.nan, X)], names="t")
    assert np.allclose(nlsq.curve_fit(of_table, x, Y, nan_policy="omit").popt, [3, 0.7])


def test_errors_of_nan_say_what_to_do():
    for f, x in ((decay, X), (of_table, {"t": X}), ("a*exp(-b*x)", X)):
        with pytest.raises(ValueError, match="index 5.*nan_policy='omit'"):
            nlsq.curve_fit(f, x, SPOILED)


def test_a_covariance_of_one_point():
    options = {"sigma": np.array([[0.04]]), "absolute_sigma": True}
    for fit in (nlsq.curve_fit, nlsq.scipy.curve_fit):
        assert np.isclose(fit(lambda x, a: a * x, [2.0], [5.0], **options)[1][0, 0], 0.01)
