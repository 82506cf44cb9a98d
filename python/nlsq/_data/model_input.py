# SPDX-License-Identifier: MIT
"""xdata as models get it."""

import types

import numpy as np


def as_model_input(x):
    """x as models get it: arrays and sequences of real numbers as an array of float64, as SciPy gives it (float32
    stays); anything else as it is."""
    if type(x) is np.ndarray:
        kind = x.dtype.kind
        if kind == "f":
            return x if x.dtype.itemsize in (4, 8) and x.dtype.isnative else x.astype(float)
        if kind in "biu":
            return x.astype(float)
        if kind == "O":
            try:
                return x.astype(float)
            except (TypeError, ValueError):
                return x
        if kind in "USMm":
            raise TypeError(f"xdata holds {x.dtype} values; numbers are needed{_dates_hint(x.ravel()) if kind == 'U' else ''}")
        return x
    if isinstance(x, (list, tuple, range)):
        if hasattr(x, "_fields"):  # a namedtuple: the model may ask for its fields
            return type(x)(*map(as_model_input, x))
        try:
            return np.asarray(x, dtype=float)
        except (TypeError, ValueError) as error:
            parts = _apart(x)
            if parts is not None:
                return parts
            raise type(error)(f"xdata must be numbers, in arrays of one length: {error}{_dates_hint(x)}") from None
    if isinstance(x, np.ma.MaskedArray):
        if np.ma.is_masked(x):
            raise TypeError("xdata is a masked array: fit x[~x.mask].data and ydata of the same rows")
        return as_model_input(x.data)
    if isinstance(x, (np.memmap, np.matrix)):
        return as_model_input(np.asarray(x))
    if is_series_like(x) and getattr(getattr(x, "dtype", None), "kind", "") in ("i", "u", "O") and hasattr(x, "astype"):
        try:
            return x.astype(float)  # as for arrays: x**2 of integers may overflow
        except (TypeError, ValueError):
            return x
    if isinstance(x, memoryview) or type(x).__module__ == "array":
        return np.asarray(x, dtype=float)
    if isinstance(x, str):
        raise TypeError(f"xdata is the text {x!r}; numbers are needed{_dates_hint([x])}")
    if isinstance(x, (types.GeneratorType, set, frozenset)):
        raise TypeError(f"xdata is a {type(x).__name__}; give an array or a list")
    return x


def _dates_hint(x):
    """What to write for dates that are texts."""
    try:
        np.datetime64(x[0] if isinstance(x[0], str) else 0)
    except (TypeError, ValueError):
        return ""
    return "; dates are given as np.array(xdata, dtype='datetime64')"


def _apart(x):
    """A list or tuple of arrays of different shapes, and numbers, as a tuple of such arrays; None for anything else."""
    if not any(isinstance(part, np.ndarray) or hasattr(part, "to_numpy") for part in x):
        return None
    parts = []
    for part in x:
        if isinstance(part, (np.ndarray, list, tuple, range)) or hasattr(part, "to_numpy"):
            try:
                part = np.asarray(part, dtype=float)
            except (TypeError, ValueError):
                return None
        elif not isinstance(part, (int, float, np.number)):
            return None
        parts.append(part)
    return tuple(parts)


def is_series_like(x):
    """Whether x is a Series of pandas or polars, or something like one."""
    return hasattr(x, "to_numpy") and len(getattr(x, "shape", ())) == 1
