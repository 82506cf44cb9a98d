# SPDX-License-Identifier: MIT
"""Formulas over the columns of a table."""

import warnings

import numpy as np
import pytest

from nlsq import OptimizeWarning, curve_fit

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


def test_an_array_may_be_the_response_of_a_table():
    named = curve_fit("A*exp(-k*t)", data=TABLE, y="y")
    np.testing.assert_array_equal(curve_fit("A*exp(-k*t)", data={"t": T}, y=TABLE["y"]).popt, named.popt)


@pytest.mark.parametrize("formula", ["A*exp(-k*tt)", "y = A*exp(-k*tt)"])
def test_a_formula_that_uses_no_column_is_refused(formula):
    refused = (
        r"uses no column of the data \(t, err\), so A, k, tt would all be parameters of a constant; did you mean the "
        r"column 't' by 'tt'\?"
    )
    with pytest.raises(ValueError, match=refused):
        curve_fit(formula, data=TABLE, y="y")
    with pytest.raises(ValueError, match=r"\(t\), so A, k, tt would .*"):  # err has a use
        curve_fit(formula, data=TABLE, y="y", sigma="err")
    with pytest.raises(ValueError, match="the data .* parameters of a constant$"):
        curve_fit("first*second", data=TABLE, y="y")


def test_a_constant_is_one_parameter():
    assert curve_fit("c", data=TABLE, y="y").popt[0] == pytest.approx(TABLE["y"].mean())
    with pytest.raises(ValueError, match="nlsq.functions.gaussian"):
        curve_fit("gaussian", data=TABLE, y="y")


def test_a_parameter_that_is_almost_an_unused_column_is_doubted():
    table = {"time": T, "scale": 1.0 + T**2, "offset": T, "y": TABLE["y"]}
    with pytest.warns(OptimizeWarning, match="'scael' is a parameter, .* was the column 'scale' meant?") as seen:
        curve_fit("scael*exp(-k*time)", data=table, y="y")
    assert len(seen) == 1 and seen[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        curve_fit("scael*exp(-k*time)", data=table, y="y", p0={"scael": 2.0})  # it is called so there, too
        curve_fit("scael*exp(-k*time)", data=table, y="y", bounds={"scael": (0.0, None)})
        curve_fit("scael*exp(-k*time)", data=table, y="y", sigma="scale")  # used
        curve_fit("amount*exp(-k*time)", data=table, y="y")
        curve_fit("onset*exp(-k*time)", data={"time": T, "onset_error": T, "y": TABLE["y"]}, y="y")
