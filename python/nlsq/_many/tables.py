# SPDX-License-Identifier: MIT
"""Data sets that are the groups of a table's rows."""

import numpy as np

from nlsq._base import arguments
from nlsq._data.dates import Clocks
from nlsq._data.tables import column_names, column_of, named_column, numbers
from nlsq._many.data import Sets
from nlsq._models.formulas import no_missed_column, parse


def groups_of(f, data, y, by, options):
    """(model, sets of the groups, their keys, options with sigma and mask in the order of the groups) of a table."""
    if not isinstance(f, str):
        raise TypeError("by= goes with a formula over columns of the table, such as 'a*exp(-b*t)'; a function does not "
                        "say which columns it takes")  # fmt: skip
    if data is None:
        raise TypeError("by= names columns of a table: give data=")
    data = _table(data)
    names = column_names(data)
    by = [by] if isinstance(by, str) else list(by)
    if not by:
        raise ValueError("by= is empty; name the columns whose values tell the data sets apart")
    key_columns = [named_column(data, name, "by") for name in by]
    rows = len(key_columns[0])
    free = [name for name in names if name not in by]
    if y is None:
        y = parse(f, free).response
        if not y:
            raise TypeError("say which column is the response: y='name', or 'name = formula'")
    if y in by:
        raise ValueError(f"the column {y!r} is the response and in by=, too")
    response = numbers(named_column(data, y, "y"), y)
    formula = parse(f, [name for name in free if name != y])
    named = {name for key in ("p0", "bounds", "fixed") if isinstance(options[key], dict) for name in options[key]}
    given = {name for key in ("sigma", "mask") if isinstance(name := options[key], str)}
    unused = [name for name in free if name != y and name not in formula.used and name not in given]
    no_missed_column(formula, unused, named)
    keys, order, offsets = _group(key_columns)
    clocks = {}
    columns = [numbers(column_of(data, name), name, clocks) for name in formula.used]
    for name, column in zip((*by, y, *formula.used), (*key_columns, response, *columns)):
        if len(column) != rows:
            raise ValueError(f"the columns of data differ in length: {by[0]!r} has {rows} rows, {name!r} {len(column)}")
    options = {**options, **{name: _of_rows(name, data, options, order) for name in ("sigma", "mask")}}
    sets = Sets([c[order] for c in columns], response[order], (len(offsets) - 1,), single=False, offsets=offsets)
    sets.names = [f"the column {name!r}" for name in (y, *formula.used)]
    sets.clocks = Clocks(clocks) if clocks else None
    return formula, sets, dict(zip(by, keys)), options


def _table(data):
    """A table of named columns; what comes from Arrow through pyarrow."""
    if type(data).__name__ == "LazyFrame" and hasattr(data, "collect"):
        return data.collect()
    known = hasattr(data, "column_names") or hasattr(data, "columns") or hasattr(data, "keys")
    if type(data).__name__ == "RecordBatch" or (not known and hasattr(data, "__arrow_c_stream__")):
        try:
            import pyarrow
        except ImportError:
            raise TypeError("data is an Arrow stream: reading it takes pyarrow") from None
        return pyarrow.Table.from_batches([data]) if isinstance(data, pyarrow.RecordBatch) else pyarrow.table(data)
    return data


def _of_rows(name, data, options, order):
    """sigma or mask of the rows in the order of the groups: from a number, an array or a column."""
    value = options[name]
    if value is None:
        return None
    if isinstance(value, str):
        value = named_column(data, value, name)
    elif np.ndim(value) == 0 and name == "sigma":
        return arguments.number(float(value), "sigma", above=True)
    else:
        value = np.asarray(value)
    if value.shape != order.shape:
        raise ValueError(f"{name} has shape {value.shape}; expected {order.shape}, one value a row of data")
    if name == "sigma":
        return numbers(value, name)[order]
    if value.dtype != bool and not np.isin(value, (0, 1)).all():
        raise ValueError("mask must hold True and False")
    return value.astype(bool)[order].view(np.uint8)


def _group(columns):
    """Values of the key columns for each group in the order of first appearance; the rows of the groups one after
    the other; where each begins."""
    codes = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        own = _codes(column)
        if len(own) == len(codes):
            _, codes = np.unique(codes * (own.max(initial=0) + 1) + own, return_inverse=True)
    _, firsts, codes = np.unique(codes, return_index=True, return_inverse=True)
    rank = np.empty(len(firsts), dtype=np.int64)
    rank[np.argsort(firsts, kind="stable")] = np.arange(len(firsts))
    codes = rank[codes]
    order = np.argsort(codes, kind="stable")
    offsets = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=len(firsts)))])
    heads = np.sort(firsts)
    return [column[heads] for column in columns if len(column) == len(codes)], order, offsets.tolist()


def _codes(column):
    """A number for each value of a column, the same for the same."""
    if column.dtype.kind not in "OUS":
        return np.unique(column, return_inverse=True)[1]
    if column.dtype.kind != "O":
        column = column.tolist()  # sorting texts is slow, looking them up is fast
    seen = {}  # by value: 1 and "1", None and "None" are different keys
    try:
        return np.fromiter((seen.setdefault(value, len(seen)) for value in column), np.int64, len(column))
    except TypeError as error:
        raise TypeError(f"by: keys must be numbers, texts or other values that can be compared: {error}") from None
