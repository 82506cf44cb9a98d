# SPDX-License-Identifier: MIT
"""Labelled arrays of xarray: fitted along one dimension, the other coordinates kept."""

import numpy as np


def fit_array(f, xdata, array, dim, options, fit):
    """A Dataset of popt, perr, pcov, cost, rss, status, success and nfev over the other dimensions of ``array``."""
    import xarray

    dims = [str(d) for d in array.dims]
    if dim is None:
        if xdata is not None and str(getattr(xdata, "name", "")) in dims:
            dim = str(xdata.name)
        else:
            raise TypeError(f"say which dimension to fit along: dim= one of {', '.join(dims)}")
    if dim not in dims:
        raise ValueError(f"dim={dim!r} is no dimension of ydatas; they are {', '.join(dims)}")
    if xdata is None:
        xdata = array.coords[dim].values if dim in array.coords else np.arange(array.sizes[dim], dtype=float)
        if xdata.dtype.kind in "Mm":
            raise TypeError(f"the coordinate {dim!r} holds {xdata.dtype}; give xdata as numbers")
    elif hasattr(xdata, "dims"):
        xdata = xdata.values if xdata.ndim == 1 else xdata.transpose(*[d for d in dims if d != dim], dim).values
    others = [d for d in dims if d != dim]
    values = array.transpose(*others, dim).values
    alone = not others
    result = fit(f, xdata, values[None] if alone else values, options)
    at = 0 if alone else ...
    variables = {
        "popt": ((*others, "param"), result.popt[at]),
        "perr": ((*others, "param"), result.perr[at]),
        "cost": (others, result.cost[at]),
        "rss": (others, result.rss[at]),
        "status": (others, result.status[at]),
        "success": (others, result.success[at]),
        "nfev": (others, result.nfev[at]),
    }
    if result.pcov is not None:
        variables["pcov"] = ((*others, "cov_i", "cov_j"), result.pcov[at])
    coords = {name: c for name, c in array.coords.items() if dim not in c.dims}
    coords["param"] = result.names
    if result.pcov is not None:
        coords["cov_i"] = coords["cov_j"] = result.names
    return xarray.Dataset(variables, coords, {"engine": result.engine})
