# SPDX-License-Identifier: MIT
"""What a model gave, as an array of rows."""

import numpy as np


def model_values(values, rows):
    """What a model gave, as an array of (rows,) float64; a TypeError or ValueError that says what is wrong with it."""
    if type(values) is not np.ndarray and isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise TypeError("the model returns a masked array with masked values; let it return plain numbers")
    try:
        array = np.asarray(values)
    except ValueError:
        raise TypeError(
            f"the model returns a {type(values).__name__} of values with different shapes; ydata has shape {(rows,)}"
        ) from None
    kind = array.dtype.kind
    if kind == "c":
        raise TypeError("the model returns complex values; fit their real and imaginary parts side by side")
    if values is None:
        raise TypeError("the model returns None; is its return statement missing?")
    if kind in "USMm":
        raise TypeError(f"the model returns {array.dtype} values; numbers are needed")
    if array.shape != (rows,):
        if array.size != 1:
            hint = "; let it return the same values .ravel()" if array.size == rows else ""
            raise ValueError(f"the model returns shape {array.shape}; ydata has shape {(rows,)}{hint}")
        array = np.broadcast_to(array.reshape(()), (rows,))
    try:
        return array.astype(float, copy=False)
    except (TypeError, ValueError):
        what = f"a {type(values).__name__}" if np.ndim(values) == 0 else f"{array.dtype} values"
        raise TypeError(f"the model returns {what}; numbers are needed") from None
