# SPDX-License-Identifier: MIT
"""Rows of data that are left out, and data of several dimensions as rows."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from nlsq import _jax


def omit(xdata, ydata, sigma):
    """The rows whose response and columns are finite."""
    rows = ydata.size
    keep = np.isfinite(ydata).ravel()
    for part in _parts(xdata):
        values = np.asarray(part)
        if values.dtype.kind != "f":
            continue
        finite = np.isfinite(values)
        if values.shape == ydata.shape:
            keep &= finite.ravel()
        elif values.shape[-1:] == (rows,):
            keep &= finite.reshape(-1, rows).all(axis=0)
        elif values.shape[:1] == (rows,):
            keep &= finite.reshape(rows, -1).all(axis=1)
    if keep.all():
        return xdata, ydata, sigma
    if not keep.any():
        raise ValueError("nan_policy='omit' leaves no row: every row of xdata or ydata is not finite")
    shape = ydata.shape
    if np.ndim(sigma) == 2 and np.shape(sigma) == (rows, rows) and shape != (rows, rows):
        sigma = sigma[np.ix_(keep, keep)]
    elif np.ndim(sigma) > 0:
        sigma = sigma.ravel()[keep]
    return _kept(xdata, keep, shape), ydata.ravel()[keep], sigma


def _parts(x):
    if isinstance(x, dict):
        return list(x.values())
    return list(x) if isinstance(x, tuple) else [x]


def _kept(x, keep, shape):
    """The rows of x to keep; what has none of them as it is."""
    if isinstance(x, dict):
        return {name: _kept(part, keep, shape) for name, part in x.items()}
    if isinstance(x, tuple):
        return tuple(_kept(part, keep, shape) for part in x)
    of = getattr(x, "shape", ())
    if type(x) is np.ndarray:
        if of == shape:
            return x.ravel()[keep]
        return x[..., keep] if of[-1:] == keep.shape else x[keep] if of[:1] == keep.shape else x
    if of[:1] == keep.shape and hasattr(x, "loc"):
        return x.loc[keep]
    if np.ndim(x) > 0:
        raise TypeError(f"nan_policy='omit' cannot leave rows of a {type(x).__name__} out; give xdata as an array")
    return x


def masked(mask, ydata, sigma):
    mask = np.asarray(mask, dtype=bool)
    if mask.shape != ydata.shape:
        shapes = f"data_mask has shape {mask.shape}, ydata {ydata.shape}"
        raise ValueError(f"{shapes}: Data mask doesn't match data lengths.")
    if np.ndim(sigma) == 2:
        raise ValueError("data_mask cannot be used with a covariance matrix")
    sigma = np.broadcast_to(1.0 if sigma is None else sigma, ydata.shape).copy()
    sigma[~mask] = np.inf
    return sigma


class Whole(NamedTuple):
    """A problem over arrays of several dimensions, from which one over rows is made."""

    function: Callable  # f(x, *parameters) of the shape of ydata
    shape: tuple  # of ydata
    x_too: bool  # xdata is an array of the same shape, and becomes rows as well

    def by_rows(self):
        """The function with its values as rows."""
        f, shape, numpy = self.function, self.shape, np
        if _jax.is_loaded() and _jax.uses_jax(f):
            from jax import numpy
        if not self.x_too:
            return lambda x, *p: numpy.ravel(f(x, *p))
        size = math.prod(shape)

        def rows(x, *parameters):
            return numpy.ravel(f(x.reshape(shape) if x.size == size else x, *parameters))

        return rows


def flattened(f, xdata, ydata, sigma):
    """(whole, xdata, ydata, sigma): a problem over arrays of several dimensions as one over rows."""
    shape = ydata.shape
    if np.ndim(sigma) == len(shape) and np.shape(sigma) == shape:
        sigma = sigma.ravel()
    whole = Whole(f, shape, type(xdata) is np.ndarray and xdata.shape == shape)
    return whole, xdata.ravel() if whole.x_too else xdata, ydata.ravel(), sigma
