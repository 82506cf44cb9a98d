# SPDX-License-Identifier: MIT
"""curve_fit of data in memory: a fit of one set, or one with vectors of parameters that a column picks from."""

from nlsq._fits.one_fit import fit_one


def fit_in_memory(f, xdata, ydata, options, solver):
    """What curve_fit returns for arrays, or for a formula and a table."""
    if isinstance(f, str) and "[" in f:
        from nlsq._fits.together import fit_vectors, picks_parameters

        if picks_parameters(f):
            return fit_vectors(f, xdata, ydata, options, solver)
    return fit_one(f, xdata, ydata, options, solver)
