# SPDX-License-Identifier: MIT
"""Rows over other columns: picked at some positions, spread out to more rows, chosen by an index."""

import functools

import numpy as np

from nlsq import _core

_FEWEST_CHOSEN = 32  # numbers that make a row
_MOST_CHOSEN = 64  # different ones among them
_MOST_KNOWN = 16  # columns that are looked through for one with given values


def value_at(y, row):
    """The value of one row, a number."""
    values = {c: float(_core.column_values(y, c)[row]) for c in _core.columns_of(y)}
    return _core.with_columns(y, values, None)


def values_at(y, positions):
    """The rows of y at some positions."""
    memo, tag = _core.memo(y), positions.tobytes()
    columns = {}
    for c in _core.columns_of(y):
        if ("take", c, tag) not in memo:
            values = np.array(_core.column_values(y, c)[positions], dtype=float)
            memo["take", c, tag] = _core.add_column(y, values)
        columns[c] = memo["take", c, tag]
    return _core.with_columns(y, columns, positions.size)


def spread(y, positions, rows):
    """A row of `rows` values with those of y at some positions, and whatever is defined elsewhere."""
    memo, tag = _core.memo(y), positions.tobytes()
    columns = {}
    for c in _core.columns_of(y):
        if ("spread", c, rows, tag) not in memo:
            memo["spread", c, rows, tag] = full_column(y, [(positions, _core.column_values(y, c))], rows)
        columns[c] = memo["spread", c, rows, tag]
    return _core.with_columns(y, columns, rows)


def full_column(like, pieces, rows):
    """A column with given values at given positions, other values elsewhere: one that is there, or a new one."""
    for c in range(min(_core.column_count(like), _MOST_KNOWN)):
        known = _core.column_values(like, c)
        if len(known) == rows and all(np.array_equal(known[at], v, equal_nan=True) for at, v in pieces):
            return c
    values = np.full(rows, float(pieces[0][1][0]))
    for at, v in pieces:
        values[at] = v
    return _core.add_column(like, values)


def mask_of(like, positions, rows):
    """True at some positions, false elsewhere."""
    memo, tag = _core.memo(like), positions.tobytes()
    if ("mask", rows, tag) not in memo:
        values = np.zeros(rows)
        values[positions] = 1.0
        memo["mask", rows, tag] = _core.add_column(like, values)
    return _core.column_like(like, memo["mask", rows, tag], True)


def chosen_row(numbers):
    """Many numbers of which few are different, p[group], as a row that chooses by columns; None for others."""
    if len(numbers) < _FEWEST_CHOSEN or not all(isinstance(v, _core.Traced) for v in numbers):
        return None
    nodes = np.array([_core.node_of(v) for v in numbers])
    different, first, which = np.unique(nodes, return_index=True, return_inverse=True)
    if 4 * different.size > nodes.size or different.size > _MOST_CHOSEN:
        return None
    parts = [numbers[i] for i in first]
    masks = [mask_of(parts[0], np.flatnonzero(which == k), nodes.size) for k in range(different.size)]
    if all(map(_core.is_parameter, parts)):  # which are finite: 0 times one of them is 0
        return functools.reduce(np.add, map(np.multiply, masks, parts))
    row = _core.as_row(parts[0], nodes.size)
    for mask, value in zip(masks[1:], parts[1:]):
        row = _core.record("where", np.where, (mask, value, row))
    return row


def distinct(positions):
    """How many different ones there are."""
    steps = np.diff(positions)
    return positions.size if np.all(steps > 0) or np.all(steps < 0) else np.unique(positions).size
