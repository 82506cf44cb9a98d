# SPDX-License-Identifier: MIT
"""Values that are not finite: refused by name, left out with their rows, or without any weight."""

import numpy as np
import pytest
from known_fits import M, X, Y, called, decay, line, same

from nlsq import curve_fit

POLICIES = [None, "raise", "omit"]


@pytest.mark.parametrize("f", [decay, called])
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", ["xdata", "ydata"])
def test_not_finite_data(where, value, policy, f):
    data = {"xdata": X.copy(), "ydata": Y.copy()}
    data[where][5] = value
    if policy == "omit":
        keep = np.arange(M) != 5
        with_row = curve_fit(f, **data, p0=[1, 1, 1], nan_policy=policy)
        without = curve_fit(f, X[keep], Y[keep], [1, 1, 1])
        np.testing.assert_array_equal(with_row.popt, without.popt)
        np.testing.assert_array_equal(with_row.pcov, without.pcov)
    else:
        with pytest.raises(ValueError, match=f"{where} is {value} at index 5"):
            curve_fit(f, **data, p0=[1.0, 1.0, 1.0], nan_policy=policy)
        if where == "ydata" or np.isnan(value):
            with pytest.raises(ValueError, match="not finite|is nan|is -?inf"):
                curve_fit(f, **data, p0=[1.0, 1.0, 1.0], check_finite=False)


def omitted(kind):
    pandas = pytest.importorskip("pandas")
    x, y = X.copy(), Y.copy()
    x[3], y[7] = np.nan, np.inf
    table = pandas.DataFrame({"t": x, "w": X, "y": y})
    return {
        "series": lambda: curve_fit(decay, table["t"], table["y"], [1, 1, 1], nan_policy="omit"),
        "frame": lambda: curve_fit(lambda d, a, b, c: decay(d["t"], a, b, c), table, y, [1, 1, 1], nan_policy="omit"),
        "dict": lambda: curve_fit(lambda d, a, b, c: decay(d["t"], a, b, c), {"t": x}, y, [1, 1, 1], nan_policy="omit"),
        "(2, m)": lambda: curve_fit(lambda d, *p: decay(d[0], *p), [x, X], y, [1, 1, 1], nan_policy="omit"),
        "(m, 2)": lambda: curve_fit(lambda d, *p: decay(d[:, 0], *p), np.c_[x, X], y, [1, 1, 1], nan_policy="omit"),
        "2-D y": lambda: curve_fit(decay, x.reshape(8, 5), y.reshape(8, 5), [1, 1, 1], nan_policy="omit"),
        "formula": lambda: curve_fit("y = a*exp(-b*t) + c", data=table, nan_policy="omit"),
        "formula of two": lambda: curve_fit("y = a*exp(-b*t) + c*w/w", data=table, nan_policy="omit"),
    }[kind]()


@pytest.mark.parametrize("kind", ["series", "frame", "dict", "(2, m)", "(m, 2)", "2-D y", "formula", "formula of two"])
def test_rows_left_out_of_every_kind_of_x(kind):
    keep = np.ones(M, dtype=bool)
    keep[[3, 7]] = False
    expected = curve_fit(decay, X[keep], Y[keep], [1, 1, 1])
    same(omitted(kind), expected.popt, 1e-6)


def test_omit_that_leaves_nothing():
    with pytest.raises(ValueError, match="leaves no row"):
        curve_fit(line, X, np.full(M, np.nan), nan_policy="omit")


@pytest.mark.parametrize("f", [decay, called])
@pytest.mark.parametrize("absolute", [False, True])
def test_infinite_sigma_and_masks_leave_points_out(f, absolute):
    keep = X < 3.0
    y = np.where(keep, Y, np.nan)  # whatever is there
    sigma = np.where(keep, 0.02, np.inf)
    expected = curve_fit(f, X[keep], Y[keep], [1, 1, 1], sigma=sigma[keep], absolute_sigma=absolute)
    for found in (
        curve_fit(f, X, y, [1, 1, 1], sigma=sigma, absolute_sigma=absolute),
        curve_fit(f, X, y, [1, 1, 1], sigma=np.full(M, 0.02), data_mask=keep, absolute_sigma=absolute),
    ):
        same(found, expected.popt, 1e-6)
        np.testing.assert_allclose(found.pcov, expected.pcov, rtol=1e-5)
        assert found.dof == expected.dof and np.isfinite(found.fun).all()
    with pytest.raises(ValueError, match="no row to fit|every"):
        curve_fit(f, X, Y, [1, 1, 1], sigma=np.full(M, np.inf))


def test_a_captured_nan_that_is_never_used():
    weight = np.where(X > 1.0, 1.0, np.nan)
    f = lambda x, a, b: np.where(np.isnan(weight), b, a * x * weight)  # noqa: E731
    y = f(X, 2.0, 3.0)
    same(curve_fit(f, X, y), [2.0, 3.0])
