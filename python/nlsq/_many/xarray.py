# SPDX-License-Identifier: MIT
"""Labelled arrays of xarray: fitted along one dimension, the other coordinates kept."""

import numpy as np

from nlsq._models.formulas import parse

_OWN = ("param", "cov_i", "cov_j")


def fit_array(f, xdata, array, dim, options, fit):
    """A Dataset of popt, perr, pcov, cost, rss, status, success, ok, nfev and n over ``array``'s other dimensions."""
    import xarray

    dims = list(array.dims)
    if dim is None:
        if xdata is not None and getattr(xdata, "name", None) in dims:
            dim = xdata.name
        else:
            raise TypeError(f"say which dimension to fit along: dim= one of {', '.join(map(str, dims))}")
    if dim not in dims:
        raise ValueError(f"dim={dim!r} is no dimension of ydatas; they are {', '.join(map(str, dims))}")
    others = [d for d in dims if d != dim]
    for name in (*others, *array.coords):
        if name in _OWN:
            raise ValueError(f"ydatas has a dimension or coordinate {name!r}, a name of the result: rename it")
    if xdata is None:
        xdata = array.coords[dim].values if dim in array.coords else np.arange(array.sizes[dim], dtype=float)
        if xdata.dtype.kind in "OUS":
            raise TypeError(f"the coordinate {dim!r} holds {xdata.dtype}; give xdata as numbers")
    elif isinstance(xdata, tuple):
        xdata = tuple(_in_order(v, "xdata", array, others, dim) for v in xdata)
    else:
        xdata = _in_order(xdata, "xdata", array, others, dim)
    if isinstance(f, str) and str(dim).isidentifier() and parse(f, [str(dim)]).used:
        xdata = {str(dim): xdata}
    alone = not others
    values = array.transpose(*others, dim).values
    result = fit(f, xdata, values[None] if alone else values, _options_in_order(options, array, others, dim))
    at = 0 if alone else ...
    kinds = ("cost", "rss", "status", "success", "ok", "nfev", "n")
    variables = {name: (others, getattr(result, name)[at]) for name in kinds}
    variables["popt"] = ((*others, "param"), result.popt[at])
    variables["perr"] = ((*others, "param"), result.perr[at])
    if result.pcov is not None:
        variables["pcov"] = ((*others, "cov_i", "cov_j"), result.pcov[at])
    coords = {name: c for name, c in array.coords.items() if dim not in c.dims}
    coords["param"] = result.names
    if result.pcov is not None:
        coords["cov_i"] = coords["cov_j"] = result.names
    notes = {"engine": result.engine, "x_note": result.x_note}
    return xarray.Dataset(variables, coords, {name: note for name, note in notes.items() if note is not None})


def _options_in_order(options, array, others, dim):
    """Labelled arrays among the options in the order of the data."""
    def each(value, name):
        if isinstance(value, dict):
            return {key: each(part, f"{name}[{key!r}]") for key, part in value.items()}
        if isinstance(value, (tuple, list)) and any(hasattr(part, "dims") for part in value):
            return tuple(each(part, name) for part in value)
        return _in_order(value, name, array, others, dim, last="param")

    return {**options, **{name: _in_order(options[name], name, array, others, dim) for name in ("sigma", "mask")},
            **{name: each(options[name], name) for name in ("p0", "bounds", "fixed")}}  # fmt: skip


def _in_order(value, name, array, others, dim, last=None):
    """The values of a labelled array with dimensions as the data have them: (dim,) or all. last: of parameters, which
    may have that dimension and no dim."""
    if not hasattr(value, "dims"):
        return value
    import xarray

    try:
        xarray.align(array, value, join="exact", copy=False)
    except ValueError:
        raise ValueError(f"{name} has other coordinates than ydatas, or another size") from None
    along = dim if last is None else last
    strange = [str(d) for d in value.dims if d not in (*others, along)]
    if strange:
        known = ", ".join(str(d) for d in (*others, along))
        raise ValueError(f"{name} has the dimension {', '.join(strange)}; expected {known}")
    if value.dims == (along,):
        return value.values
    missing = {d: array.sizes[d] for d in (others if last is not None else (*others, dim)) if d not in value.dims}
    tail = [along] if along in value.dims or last is None else []
    return value.expand_dims(missing).transpose(*others, *tail).values
