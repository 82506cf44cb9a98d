# SPDX-License-Identifier: MIT
"""Formulas over the columns of a table."""

import numpy as np
import pytest

from nlsq import curve_fit

T = np.linspace(0.0, 4.0, 50)
TABLE = {"t": T, "y": np.exp(-T) + 0.01 * np.cos(30.0 * T), "err": np.linspace(0.01, 0.1, 50)}


def test_sigma_may_be_the_name_of_a_column():
    named = curve_fit("y = A*exp(-k*t)", data=TABLE, sigma="err", absolute_sigma=True)
    given = curve_fit("y = A*exp(-k*t)", data=TABLE, sigma=TABLE["err"], absolute_sigma=True)
    np.testing.assert_array_equal(named.pcov, given.pcov)
    assert named.names == ["A", "k"]


def test_a_wrong_name_gets_the_nearest():
    with pytest.raises(ValueError, match=r"sigma: .* no column 'er' \(did you mean 'err'\?\); they have t, y, err"):
        curve_fit("y = A*exp(-k*t)", data=TABLE, sigma="er")
    with pytest.raises(ValueError, match="y: the data have no column 'yy'"):
        curve_fit("A*exp(-k*t)", data=TABLE, y="yy")


def test_tables_of_pandas():
    pandas = pytest.importorskip("pandas")
    result = curve_fit("y = A*exp(-k*t)", data=pandas.DataFrame(TABLE), sigma="err")
    np.testing.assert_array_equal(result.popt, curve_fit("y = A*exp(-k*t)", data=TABLE, sigma="err").popt)


def test_a_name_needs_a_table():
    with pytest.raises(TypeError, match="sigma='err' names a column, but there is no table"):
        curve_fit("A*exp(-k*x)", T, TABLE["y"], sigma="err")


def test_a_formula_that_forgets_x_is_refused():
    with pytest.raises(ValueError, match="the formula does not use x, so A, k, t would all be parameters"):
        curve_fit("A*exp(-k*t)", T, TABLE["y"])
    assert curve_fit("c", T, TABLE["y"]).popt[0] == pytest.approx(TABLE["y"].mean())


def test_pairs_of_bounds_that_hold_everything_are_refused():
    with pytest.raises(ValueError, match=r"tuple\(zip\(\*pairs\)\)"):
        curve_fit("A*exp(-k*x)", T, TABLE["y"], bounds=[(0, 5), (0, 5)])
