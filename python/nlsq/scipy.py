# SPDX-License-Identifier: MIT
"""``curve_fit``, ``least_squares`` and ``leastsq`` with the arguments and results of ``scipy.optimize``.

Change the import, keep the program::

    from nlsq.scipy import curve_fit, least_squares, leastsq

A model that can be recorded (NumPy operations on its parameters) runs in the native engine with exact derivatives;
anything else is called as it is, with SciPy's finite differences. Where SciPy gives a wrong answer this module gives
the right one or an error; docs/scipy-compat.md has the list. SciPy need not be installed.
"""

from nlsq._base.optimize import OptimizeResult, OptimizeWarning
from nlsq._scipy.curve_fit import curve_fit
from nlsq._scipy.least_squares import least_squares
from nlsq._scipy.leastsq import leastsq

__all__ = ["OptimizeResult", "OptimizeWarning", "curve_fit", "least_squares", "leastsq"]
