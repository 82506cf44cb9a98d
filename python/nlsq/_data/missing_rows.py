# SPDX-License-Identifier: MIT
"""Rows of data that are left out: missing values and masks."""

import math

import numpy as np


def omit(xdata, ydata, sigma):
    """The rows whose response and columns are finite."""
    rows, shape = ydata.size, ydata.shape
    keep = np.isfinite(ydata).ravel() & complete(xdata, shape, lambda values: ~np.isfinite(values))
    if keep.all():
        return xdata, ydata, sigma
    if not keep.any():
        raise ValueError("nan_policy='omit' leaves no row: every row of xdata or ydata is not finite")
    if np.ndim(sigma) == 2 and np.shape(sigma) == (rows, rows) and shape != (rows, rows):
        sigma = sigma[np.ix_(keep, keep)]
    elif np.ndim(sigma) > 0:
        sigma = sigma.ravel()[keep]
    return kept(xdata, keep, shape), ydata.ravel()[keep], sigma


def complete(x, shape, is_missing):
    """Which rows of x miss nothing: (rows,) of bool, for ydata of a shape."""
    rows = math.prod(shape)
    keep = np.ones(rows, dtype=bool)
    for part in _parts(x):
        values = _floats(part)
        if values is not None:
            keep &= _by_rows(~is_missing(values), shape, rows)
    return keep


def _by_rows(good, shape, rows):
    """Which rows are good in all their values."""
    if good.shape == shape:
        return good.ravel()
    if good.shape[-1:] == (rows,):
        return good.reshape(-1, rows).all(axis=0)
    return good.reshape(rows, -1).all(axis=1) if good.shape[:1] == (rows,) else True


def _floats(part):
    """A part of x as an array in which a missing value is NaN; None where nothing can be missing."""
    values = np.asarray(part)
    if values.dtype.kind == "O":
        try:
            values = part.to_numpy(dtype=float, na_value=np.nan) if hasattr(part, "na_values") or hasattr(
                part, "isna") else values.astype(float)  # fmt: skip
        except (TypeError, ValueError):
            return None
    return values if values.dtype.kind in "fc" else None


def _parts(x):
    if isinstance(x, dict):
        return list(x.values())
    if hasattr(x, "columns") and hasattr(x, "shape"):  # a table: columns may be of several types
        return [x[name] for name in x.columns]
    names = getattr(getattr(x, "dtype", None), "names", None)
    if names:
        return [x[name] for name in names]
    return list(x) if isinstance(x, tuple) else [x]


def kept(x, keep, shape):
    """The rows of x to keep; what has none of them as it is."""
    if isinstance(x, dict):
        return {name: kept(part, keep, shape) for name, part in x.items()}
    if isinstance(x, tuple):
        parts = [kept(part, keep, shape) for part in x]
        return type(x)(*parts) if hasattr(x, "_fields") else tuple(parts)
    of = getattr(x, "shape", ())
    if isinstance(x, np.ndarray):
        if of == shape:
            return x.ravel()[keep]
        return x[..., keep] if of[-1:] == keep.shape else x[keep] if of[:1] == keep.shape else x
    if of[:1] == keep.shape:
        if hasattr(x, "loc"):
            return x.loc[keep]
        if hasattr(x, "filter") and hasattr(x, "to_numpy"):  # polars
            return x.filter(keep)
        if hasattr(x, "isna"):  # an index or an array of pandas
            return x[keep]
    if isinstance(x, list) and len(x) == len(keep):
        return [value for value, counts in zip(x, keep) if counts]
    if np.ndim(x) > 0:
        raise TypeError(f"nan_policy='omit' cannot leave rows of a {type(x).__name__} out; give xdata as an array")
    return x


def has_masks(xdata, ydata, sigma):
    """Whether one of them, or an array in xdata, is a masked array with masked values."""
    return any(isinstance(part, np.ma.MaskedArray) and np.ma.is_masked(part)
               for part in (ydata, sigma, *(_parts(xdata) if isinstance(xdata, (tuple, dict)) else (xdata,))))  # fmt: skip


def _unmasked(xdata, ydata, sigma):
    """Which rows are masked in none of the three."""
    shape = np.shape(ydata)
    rows, parts = math.prod(shape), _parts(xdata) if isinstance(xdata, (tuple, dict)) else [xdata]
    keep = np.ones(rows, dtype=bool)
    for part in (ydata, sigma, *parts):
        if isinstance(part, np.ma.MaskedArray) and part.ndim > 0:
            keep &= _by_rows(~np.ma.getmaskarray(part), shape, rows)
    if not keep.any():
        raise ValueError("every row is masked in xdata, ydata or sigma: there is no row to fit")
    return keep


def without_masked(xdata, ydata, sigma):
    """The three without the rows in which one of them is masked."""
    keep, shape = _unmasked(xdata, ydata, sigma), np.shape(ydata)
    rows = keep.size
    if np.shape(sigma) == (rows, rows) and rows > 1 and shape != (rows, rows):
        sigma = np.asarray(sigma)[np.ix_(keep, keep)]
    elif np.ndim(sigma) > 0 and np.size(sigma) == rows:
        sigma = np.asarray(sigma).ravel()[keep]
    return _without_mask(kept(xdata, keep, shape)), np.asarray(ydata).ravel()[keep], sigma


def masked_as_nan(xdata, ydata, sigma):
    """The three as plain arrays, ydata with NaN in the rows in which one of them is masked."""
    keep = _unmasked(xdata, ydata, sigma)
    y = np.array(ydata, dtype=float)
    y.reshape(-1)[~keep] = np.nan
    if isinstance(sigma, np.ma.MaskedArray):
        if sigma.ndim == 2 and sigma.shape == (keep.size, keep.size):
            sigma = np.where(np.logical_and.outer(keep, keep), sigma.data, np.eye(keep.size))
        else:
            sigma = sigma.filled(1.0)
    return _without_mask(xdata), y, sigma


def _without_mask(x):
    """x with plain arrays in place of masked ones."""
    if isinstance(x, dict):
        return {name: _without_mask(part) for name, part in x.items()}
    if isinstance(x, tuple):
        parts = [_without_mask(part) for part in x]
        return type(x)(*parts) if hasattr(x, "_fields") else tuple(parts)
    return np.asarray(x) if isinstance(x, np.ma.MaskedArray) else x


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
