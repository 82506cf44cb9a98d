# SPDX-License-Identifier: MIT
"""Columns of tables: a dict, a DataFrame of pandas or polars, an Arrow table, a structured array."""

import numpy as np

from nlsq._base.messages import nearest


def column_names(data):
    """Names of the columns of a table: dict, DataFrame of pandas or polars, Arrow table."""
    if hasattr(data, "column_names"):
        return list(data.column_names)
    if hasattr(data, "columns"):
        return [str(name) for name in data.columns]
    if hasattr(data, "keys"):
        return [str(name) for name in data.keys()]
    names = getattr(getattr(data, "dtype", None), "names", None)
    if names:
        return list(names)
    kind = type(data).__name__
    raise TypeError(f"data must be a dict, a DataFrame, an Arrow table or a structured array, not {kind}")


def column_of(data, name):
    """A column of a table as an array."""
    column = data[name]
    if isinstance(column, np.ma.MaskedArray) and np.ma.is_masked(column):
        return column.astype(float).filled(np.nan)
    column = np.asarray(column.to_numpy() if hasattr(column, "to_numpy") else column)
    if column.dtype.kind == "O" and hasattr(data[name], "isna"):  # of pandas, with pd.NA
        try:
            return data[name].to_numpy(dtype=float, na_value=np.nan)
        except (TypeError, ValueError):
            pass
    return column


def named_column(data, name, argument):
    """A column of a table by the name that an argument gives."""
    if data is None or isinstance(data, (np.ndarray, list)) and getattr(data, "dtype", np.dtype(float)).names is None:
        raise TypeError(f"{argument}={name!r} names a column, but there is no table: give data=")
    names = column_names(data)
    if name not in names:
        raise ValueError(
            f"{argument}: the data have no column {name!r}{nearest(name, names)}; they have {', '.join(names)}"
        )
    return column_of(data, name)


def numbers(column, name, clocks=None):
    """A column as contiguous float64 (float32 stays); dates by a clock that is added to clocks, a dict."""
    if clocks is not None and column.dtype.kind in "MmO":
        from nlsq._data.dates import clock_of

        clock = clock_of(column)
        if clock is not None:
            clocks[name] = clock
            column = clock.numbers(column)
    if column.dtype.kind == "O":
        try:
            column = column.astype(float)
        except (TypeError, ValueError):
            pass
    if column.dtype.kind not in "fiub":
        raise TypeError(f"the column {name!r} holds {column.dtype} values; numbers are needed")
    return np.ascontiguousarray(column, dtype=np.float32 if column.dtype == np.float32 else float)
