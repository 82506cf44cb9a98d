# SPDX-License-Identifier: MIT
"""The model and the data of curve_fit as the engine takes them: whatever signature the one, whatever kind the others."""

import numpy as np

from nlsq._data import missing_rows
from nlsq._data.model_input import as_model_input
from nlsq._models import jax, signatures
from nlsq._models.parameter_names import parameter_names


def adapted(f, options):
    """The model and its Jacobian as functions of (x, *parameters), whatever else is in their signatures."""
    p0, jac = options["p0"], options["jac"]
    function = signatures.adapted(f, p0, options["bounds"], options["fixed"])
    if function is not f and callable(jac):
        names = parameter_names(function)
        jac = signatures.adapted(jac, [1.0] * len(names), dict.fromkeys(names))
    return function, jac


def check_lengths(f, xdata, ydata, p0):
    """Raises the ValueError of x and y of different lengths, unless the model makes the one of the other: real parts
    and imaginary parts one after the other, an image of two axes."""
    gives = None
    if not isinstance(f, str) and not hasattr(f, "traced"):
        try:
            with np.errstate(all="ignore"):
                gives = np.shape(f(xdata.copy(), *p0))
        except Exception:  # noqa: BLE001 - whatever a function does with an array of another length
            pass
    if gives != ydata.shape:
        text = "" if gives is None or gives in ((), xdata.shape) else f"; the model gives {gives}"
        raise ValueError(f"xdata has shape {xdata.shape}, ydata {ydata.shape}: their lengths differ{text}")


def without_masks(xdata, ydata, options):
    """Masked arrays as plain ones, sigma among the options too: as nan_policy says."""
    sigma = options["sigma"]
    if missing_rows.has_masks(xdata, ydata, sigma):
        if options["nan_policy"] != "omit":
            given = {"xdata": xdata, "ydata": ydata, "sigma": sigma}
            names = [name for name, value in given.items() if missing_rows.has_masks(value, None, None)]
            what = "is a masked array" if isinstance(given[names[0]], np.ma.MaskedArray) else "holds masked arrays"
            raise TypeError(f"{names[0]} {what}; nan_policy='omit' leaves the masked rows out"
                            f"{', as does sigma.filled(np.inf)' if names[0] == 'sigma' else ''}")  # fmt: skip
        xdata, ydata, options["sigma"] = missing_rows.masked_as_nan(xdata, ydata, sigma)
    return xdata, ydata


def model_data(f, xdata, ydata, options):
    """(xdata, ydata, clocks): x as the model gets it, without masks, and the clocks of its dates (None: there are none)."""
    clocks = None
    if not type(xdata) is type(ydata) is np.ndarray or options["sigma"] is not None:
        xdata, ydata = without_masks(xdata, ydata, options)
    if type(xdata) is not np.ndarray or xdata.dtype.kind in "MmOV":
        from nlsq._data.dates import clocks_of

        clocks = clocks_of(xdata)
        xdata = xdata if clocks is None else clocks.numbers(xdata)
        if jax.is_loaded():
            xdata = jax.plain_data(f, xdata)
    return as_model_input(xdata), ydata, clocks
