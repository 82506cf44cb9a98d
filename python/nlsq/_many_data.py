# SPDX-License-Identifier: MIT
"""Many data sets as the core takes them: one array of values, and for each variable whether all sets share it."""

import numpy as np

from nlsq import _arguments
from nlsq._formulas import Formula, column_names, column_of, nearest, numbers, parse


def _as_floats(values, name):
    """A contiguous array of float64 or float32; a view where it can be."""
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError(f"{name} is a masked array; give mask=")
    array = np.asarray(values)
    if array.dtype == np.float32:
        return np.ascontiguousarray(array)
    return _arguments.as_data(array, name)


def leading_shape(ydatas):
    """ydatas as (k, m) and the shape of its first axes."""
    if isinstance(ydatas, np.ma.MaskedArray):
        flat, lead = leading_shape(ydatas.data)
        return np.ma.MaskedArray(flat, np.ma.getmaskarray(ydatas).reshape(flat.shape)), lead
    array = _as_floats(ydatas, "ydatas")
    if array.ndim < 2:
        raise ValueError(f"ydatas has shape {array.shape}; expected (k, m), one data set a row (one: curve_fit)")
    return array.reshape(-1, array.shape[-1]), array.shape[:-1]


class Sets:
    """k data sets. variables: arrays of (m,) for all sets or (k, m); of ragged sets flat, one value a row."""

    def __init__(self, variables, y, lead, *, single, offsets=None, stacked=None):
        self.variables, self.y, self.lead, self.offsets = variables, y, lead, offsets
        self.single = single  # the model gets one array, not a tuple of them
        self.stacked = stacked  # or (v, m): what the model gets
        self.count = len(y) if offsets is None else len(offsets) - 1
        self.rows = y.shape[1] if offsets is None else int(max(np.diff(offsets), default=0))

    def rows_of(self, i):
        return self.rows if self.offsets is None else self.offsets[i + 1] - self.offsets[i]

    def first_with_rows(self):
        return next((i for i in range(self.count) if self.rows_of(i) > 0), 0)

    def _part(self, values, i):
        if self.offsets is not None:
            return values[self.offsets[i] : self.offsets[i + 1]]
        return values[i] if values.ndim == 2 else values

    def x_of(self, i):
        """What the model gets as x for set i."""
        if self.stacked is not None:
            return self.stacked
        parts = tuple(np.ascontiguousarray(self._part(v, i)) for v in self.variables)
        return parts[0] if self.single else parts

    def y_of(self, i):
        return np.ascontiguousarray(self._part(self.y, i), dtype=float)

    def part_of(self, values, i):
        """The values of an array like ydatas (or one row for all) that are of set i."""
        return None if values is None or np.ndim(values) == 0 else self._part(values, i)

    def _varies(self, variable):
        return self.offsets is not None or variable.ndim == 2

    def match(self, columns, x):
        """The columns a model was recorded with, as columns of all sets (None: impossible), and whether some vary."""
        varying = [v for v in self.variables if self._varies(v)]
        if not varying:
            return list(columns), False
        parts = [x] if self.single else list(x)
        matched = []
        for column in columns:
            at = next((j for j, part in enumerate(parts) if column is part), None)
            if at is None:
                at = next((j for j, part in enumerate(parts) if np.array_equal(column, part)), None)
            if at is not None:
                matched.append(self.variables[at])
            elif self.offsets is not None:
                return None, True
            else:
                matched.append(column)
        return matched, True

    def columns_of(self, columns, i):
        return [
            np.ascontiguousarray(self._part(c, i) if any(c is v for v in self.variables) else c) for c in columns
        ]

    def formula_columns(self, formula):
        return list(self.variables) if formula.used else []

    def check_finite(self):
        for name, values in (("ydatas", self.y), *(("xdata", v) for v in self.variables)):
            _arguments.check_finite(values, name)


def sets_of(xdata, ydatas, lead):
    """The sets of arrays: what xdata is follows from its shape."""
    shape = (*lead, ydatas.shape[1])
    if isinstance(xdata, tuple) or (isinstance(xdata, list) and xdata and np.ndim(xdata[0]) > 0):
        return Sets([_variable(v, shape, "each variable of xdata") for v in xdata], ydatas, lead, single=False)
    x = _as_floats(xdata, "xdata")
    if x.ndim == 2 and x.shape != shape and x.shape[1] == ydatas.shape[1]:
        return Sets([], ydatas, lead, single=True, stacked=np.ascontiguousarray(x, dtype=float))
    return Sets([_variable(x, shape, "xdata")], ydatas, lead, single=True)


def _variable(values, shape, name):
    values = _as_floats(values, name)
    if values.shape == shape[-1:]:
        return values
    if values.shape == shape:
        return values.reshape(-1, shape[-1])
    raise ValueError(f"{name} has shape {values.shape}, ydatas {shape}: expected {shape[-1:]} or {shape}")


def _like_data(values, sets, name):
    m, shape = sets.rows, (*sets.lead, sets.rows)
    if values.shape == (m,):
        return values
    try:
        return np.ascontiguousarray(np.broadcast_to(values, shape)).reshape(-1, m)
    except ValueError:
        raise ValueError(f"{name} has shape {values.shape}, ydatas {shape}: expected {(m,)} or {shape}") from None


def mask_of(mask, sets):
    """The points to use as bytes, (m,) or (k, m)."""
    if mask is None:
        return None
    mask = np.asarray(mask)
    if mask.dtype != bool and not np.isin(mask, (0, 1)).all():
        raise ValueError("mask must hold True and False")
    return np.ascontiguousarray(_like_data(mask.astype(bool), sets, "mask").view(np.uint8))


def sigma_of_sets(sigma, sets):
    """sigma as a number, (m,) or (k, m)."""
    if sigma is None:
        return None
    if np.ndim(sigma) == 0:
        return _arguments.number(float(sigma), "sigma", above=True)
    return _like_data(_as_floats(sigma, "sigma"), sets, "sigma")


def _table(data):
    """A table of named columns; an Arrow stream through pyarrow."""
    known = hasattr(data, "column_names") or hasattr(data, "columns") or hasattr(data, "keys")
    if not known and hasattr(data, "__arrow_c_stream__"):
        try:
            import pyarrow
        except ImportError:
            raise TypeError("data is an Arrow stream: reading it takes pyarrow") from None
        return pyarrow.table(data)
    return data


def groups_of(f, data, y, by, sigma):
    """(model, sets of the groups, their keys, sigma) of a table."""
    if not isinstance(f, str):
        raise TypeError("by= goes with a formula over columns of the table, such as 'a*exp(-b*t)'")
    if data is None:
        raise TypeError("by= names columns of a table: give data=")
    data = _table(data)
    names = column_names(data)
    by = [by] if isinstance(by, str) else list(by)
    for name in by:
        if name not in names:
            raise ValueError(f"by: the data have no column {name!r}{nearest(name, names)}; they have {', '.join(names)}")
    free = [name for name in names if name not in by]
    if y is None:
        y = parse(f, free).response
        if not y:
            raise TypeError("say which column is the response: y='name', or 'name = formula'")
    if y not in names:
        raise ValueError(f"y: the data have no column {y!r}{nearest(y, names)}; they have {', '.join(names)}")
    formula = parse(f, [name for name in free if name != y])
    keys, order, offsets = _group([column_of(data, name) for name in by])
    columns = [numbers(column_of(data, name), name)[order] for name in formula.used]
    response = numbers(column_of(data, y), y)[order]
    if isinstance(sigma, str):
        if sigma not in names:
            raise ValueError(f"sigma: the data have no column {sigma!r}{nearest(sigma, names)}")
        sigma = numbers(column_of(data, sigma), sigma)[order]
    elif sigma is not None:
        sigma = float(sigma) if np.ndim(sigma) == 0 else numbers(np.asarray(sigma), "sigma")[order]
    sets = Sets(columns, response, (len(offsets) - 1,), single=False, offsets=offsets)
    return formula, sets, dict(zip(by, keys)), sigma


def _group(columns):
    """Values of the key columns for each group in the order of first appearance; the rows of the groups one after
    the other; where each begins."""
    codes = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        _, own = np.unique(column.astype(str) if column.dtype.kind == "O" else column, return_inverse=True)
        _, codes = np.unique(codes * (own.max(initial=0) + 1) + own, return_inverse=True)
    _, firsts, codes = np.unique(codes, return_index=True, return_inverse=True)
    rank = np.empty(len(firsts), dtype=np.int64)
    rank[np.argsort(firsts, kind="stable")] = np.arange(len(firsts))
    codes = rank[codes]
    order = np.argsort(codes, kind="stable")
    offsets = np.concatenate([[0], np.cumsum(np.bincount(codes, minlength=len(firsts)))])
    heads = np.sort(firsts)
    return [column[heads] for column in columns], order, offsets.tolist()


__all__ = ["Formula", "Sets", "groups_of", "leading_shape", "mask_of", "sets_of", "sigma_of_sets"]
