# SPDX-License-Identifier: MIT
"""Elementwise functions of recorded arrays of several dimensions: when they make a Grid, and of what."""

import math

import numpy as np

from nlsq import _core
from nlsq._tracing import row_columns
from nlsq._tracing.blocks import Block
from nlsq._tracing.data_rows import data_row
from nlsq._tracing.grids import Grid

_MOST_VALUES = 100_000  # of an array that is larger than the recording has rows


def broadcast_grid(value, shape):
    """A Grid or a row in another shape, by NumPy's rules: values are repeated."""
    own = value.shape if isinstance(value, Grid) else (_core.length(value),)
    row = value._row if isinstance(value, Grid) else value
    if own == tuple(shape):
        return value if isinstance(value, Grid) else Grid(row, shape)
    positions = np.broadcast_to(np.arange(math.prod(own)).reshape(own), shape)
    return Grid(row_columns.values_at(row, np.ascontiguousarray(positions).ravel()), shape)


def _is_data(value):
    return isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and value.dtype.itemsize <= 8


def _is_scalar(value):
    if isinstance(value, _core.Traced):
        return _core.is_number(value)
    return isinstance(value, (bool, int, float, np.number, np.bool_)) or (_is_data(value) and value.ndim == 0)


def elementwise(function, inputs, like):
    """function (a ufunc, np.where) of Grids, data and numbers as a Grid; None where a Block has to do it."""
    grids = [v for v in inputs if isinstance(v, Grid)]
    if not all(isinstance(v, Grid) or _is_scalar(v) or (_is_data(v) and v.size > 0) for v in inputs):
        return None
    data = [v for v in inputs if _is_data(v) and v.ndim > 0]
    shape = np.broadcast_shapes(*(v.shape for v in (*grids, *data)))
    if len(shape) < 2 or _is_too_large(shape, like):
        return None
    if not grids and _core.recording_rows(like) in shape:
        return None
    return _recorded(function, inputs, shape, like)


def _is_too_large(shape, like):
    return math.prod(shape) > max(_MOST_VALUES, _core.recording_rows(like))


def _recorded(function, inputs, shape, like):
    rows, plain = [], True
    for value in inputs:
        if _is_scalar(value):
            rows.append(value)
            continue
        if isinstance(value, np.ndarray):
            plain = plain and value.flags.c_contiguous
            value = _of_data(value, like)
        elif isinstance(value, Grid):
            plain = plain and value._plain
        plain = plain and value.shape == shape
        rows.append(broadcast_grid(value, shape)._row)
    name = getattr(function, "__name__", "a function")
    return Grid(_core.record(name, function, tuple(rows)), shape, True if plain else None)


def _of_data(array, like):
    array = array.view(np.ndarray)
    flat = array.reshape(-1)
    if array.flags.c_contiguous:
        return Grid(_core.data_row(like, flat), array.shape)  # the same column for the same memory
    return Grid(data_row(like, np.ascontiguousarray(flat)), array.shape)


def of_blocks(function, inputs, like):
    """The same for rows along different dimensions, a[:, None] * b[None, :]; None where there is more to them."""
    found = []
    for value in inputs:
        if isinstance(value, Block) and value._cells.size == 1:
            cell = value._cells.reshape(-1)[0]
            if not isinstance(cell, _core.Traced) or _core.is_masked(cell):
                return None
            row = _core.as_row(cell, value._rows) if _core.is_number(cell) else cell.copy()
            found.append(Grid(row, value.shape))
        elif isinstance(value, _core.Traced) and not _core.is_number(value):
            if _core.is_masked(value):
                return None
            found.append(Grid(value.copy(), (_core.length(value),)))
        elif isinstance(value, Grid) or _is_scalar(value) or (_is_data(value) and value.size > 0):
            found.append(value)
        else:
            return None
    shape = np.broadcast_shapes(*(v.shape for v in found if not _is_scalar(v)))
    if len(shape) < 2 or _is_too_large(shape, like):
        return None
    return _recorded(function, found, shape, like)


def like_of(grid, value):
    """np.full_like of a number."""
    return Grid(_core.constant_like(grid._row, float(value)), grid.shape, True if grid._plain else None)
