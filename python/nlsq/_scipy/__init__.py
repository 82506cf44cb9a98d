# SPDX-License-Identifier: MIT
"""curve_fit, least_squares and leastsq with SciPy's arguments, rules and results."""
