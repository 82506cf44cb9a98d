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
