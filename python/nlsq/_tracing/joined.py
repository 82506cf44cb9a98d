# SPDX-License-Identifier: MIT
"""Recorded values one after the other: np.concatenate of rows and numbers, lists of residuals, arrays of them.

Such an array is a list of (positions, value), each value a row of as many values as there are positions, or a number.
least_squares fits them as families of rows, each with its columns; a model of curve_fit chooses between them by row.
Numbers that differ in their constants alone are rolled up into rows.
"""

import numpy as np

from nlsq import _core
from nlsq._tracing import row_columns
from nlsq._tracing.blocks import Block, first_recorded
from nlsq._tracing.broadcast import ufunc_of, without_index
from nlsq._tracing.dispatch import operation
from nlsq._tracing.operators import add_operators

_MOST_PIECES = 24  # of a model that chooses between them


class Joined:
    """An array of one dimension put together from recorded rows and numbers."""

    __slots__ = ("_segments", "size")
    __array_priority__ = 2000.0
    __pandas_priority__ = 5000
    __hash__ = None
    _is_recorded = True

    def __init__(self, segments):
        self._segments = segments
        self.size = sum(len(at) for at, _ in segments)

    def _any(self):
        return self._segments[0][1]

    shape = property(lambda self: (self.size,))
    ndim = property(lambda self: 1)
    dtype = property(lambda self: np.dtype(float))
    T = property(lambda self: self)

    def __len__(self):
        return self.size

    def ravel(self):
        """Itself."""
        return self

    def copy(self):
        """The same values."""
        return Joined([(at, value.copy()) for at, value in self._segments])

    flatten = copy

    def _refuse(self, *_, **__):
        _core.refuse(self._any(), "a part of rows put together, or a change of it")

    __getitem__ = __setitem__ = __iter__ = __bool__ = __float__ = __int__ = __index__ = __complex__ = _refuse
    __iadd__ = __isub__ = __imul__ = __itruediv__ = __ipow__ = __ifloordiv__ = __imod__ = __array__ = _refuse

    def __repr__(self):
        return repr(self._any())

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        _core.refuse(self._any(), f"the attribute '{name}' of rows put together")

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if ufunc is np.matmul:
            self._refuse()
        return ufunc_of(ufunc, method, inputs, options)

    def __array_function__(self, function, types, args, kwargs):
        return operation("array_function")(self._any(), function, args, kwargs)


add_operators(Joined)
Joined.__matmul__ = Joined.__rmatmul__ = Joined._refuse


def elementwise_of_joined(function, inputs):
    """function of values of which some are put together."""
    like = first_recorded(inputs)
    joined = [v for v in inputs if isinstance(v, Joined)]
    first = joined[0]
    for other in joined[1:]:
        if [at.tolist() for at, _ in other._segments] != [at.tolist() for at, _ in first._segments]:
            _core.refuse(like, "rows that were put together in different ways")
    segments = []
    for i, (at, value) in enumerate(first._segments):
        found = function(*(_piece(v, i, at, value, first.size, like) for v in inputs))
        own = [(np.arange(len(at)), found)] if isinstance(found, _core.Traced) else segments_of(like, found)
        if own is None:
            _core.refuse(like, "rows put together meet another array")
        segments += [(at[place], v) for place, v in own]
    return Joined(segments)


def _piece(value, i, at, own, size, like):
    """What an operand has at the positions of a segment."""
    if isinstance(value, Joined):
        return value._segments[i][1]
    if isinstance(value, _core.Traced) and _core.is_number(value):
        return value
    if np.ndim(value) == 0 and not isinstance(value, _core.Traced):
        return value
    if isinstance(value, _core.Traced) and not _core.is_masked(value) and _core.length(value) == size:
        return row_columns.value_at(value, int(at[0])) if _core.is_number(own) else row_columns.values_at(value, at)
    if isinstance(value, np.ndarray) and value.shape == (size,):
        return value[at[0]] if _core.is_number(own) else value[at]
    return _core.refuse(like, "rows put together meet an array of another shape")


def concatenate(like, arrays, axis=0):
    """np.concatenate of arrays of one dimension."""
    if axis not in (0, -1) or not isinstance(arrays, (list, tuple)):
        _core.refuse(like, "np.concatenate along another dimension")
    segments, size = [], 0
    for array in arrays:
        own = segments_of(like, array)
        if own is None:
            _core.refuse(like, f"np.concatenate of a {type(array).__name__}")
        segments += [(at + size, value) for at, value in own]
        size += sum(len(at) for at, _ in own)
    return Joined(segments)


def segments_of(like, value):
    """An array or list of one dimension as a list of (positions, value); None for anything else."""
    if isinstance(value, Joined):
        return value._segments
    if isinstance(value, _core.Traced):
        if _core.is_masked(value):
            _core.refuse(like, "the rows that a parameter selects")
        size = 1 if _core.is_number(value) else _core.length(value)
        as_it_is_now = _core.data_row(like, value.__array__()) if isinstance(value, _core.Column) else value.copy()
        return [(np.arange(size), as_it_is_now)]
    if getattr(value, "_is_recorded", False) and not isinstance(value, Block):
        value = value._values
    value = without_index(value, like)
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        if value.ndim > 1:
            return None
        value = np.atleast_1d(value)
        if value.size == 1:
            return [(np.arange(1), _core.data_row(like, float(value[0])))]
        return [] if value.size == 0 else [(np.arange(value.size), _core.data_row(like, value))]
    if isinstance(value, (int, float, np.number)):
        return [(np.arange(1), _core.data_row(like, float(value)))]
    if isinstance(value, np.ndarray) and value.dtype == object:
        value = list(value) if value.ndim == 1 else [value[()]] if value.ndim == 0 else None
    if not isinstance(value, (list, tuple)):
        return None
    return _listed(like, value)


def _listed(like, values):
    """A list of numbers, rolled up where many differ in constants alone."""
    numbers, places, segments, at = [], [], [], 0
    for value in values:
        if not isinstance(value, _core.Traced):
            if isinstance(value, np.ndarray) and value.ndim == 0:
                value = value[()]
            if isinstance(value, _core.Traced):
                pass
            elif isinstance(value, (int, float, np.number)):
                value = _core.data_row(like, float(value))
            else:
                return None
        if _core.is_number(value):
            numbers.append(value)
            places.append(at)
            at += 1
        else:  # from np.r_[row, number]
            segments += [(own + at, v) for own, v in segments_of(like, value)]
            at += _core.length(value)
    places = np.array(places, dtype=np.intp)
    return segments + [(places[np.asarray(own)], v) for own, v in _core.roll_up(numbers)]


def returned(value):
    """The segments of what a function returned; None where it is no array of one dimension."""
    like = first_recorded(value)
    return None if like is None else segments_of(like, value)


def one_row(value, rows):
    """What a model returned as one recorded row (or number, if it is one); None where it is no such thing."""
    if isinstance(value, np.ndarray) and value.ndim == 0 and isinstance(value[()], _core.Traced):
        return value[()]
    segments = returned(value)
    if segments is None:
        return None
    like = segments[0][1]
    size = sum(len(at) for at, _ in segments)
    if size != rows:
        _core.refuse(like, "the model returned another number of values")
    if len(segments) > _MOST_PIECES:
        _core.refuse(like, "a result of many different parts")
    return _chosen(like, segments, rows)


def _chosen(like, segments, rows):
    """One row that is, at the positions of each segment, that segment: their columns are put side by side."""
    uses = [_core.columns_of(value) for _, value in segments]
    columns = []
    for slot in range(max(map(len, uses))):
        pieces = [(at, _core.column_values(value, own[slot])) for (at, value), own in zip(segments, uses)
                  if slot < len(own)]  # fmt: skip
        columns.append(row_columns.full_column(like, pieces, rows))
    result = None
    for (at, value), own in zip(segments, uses):
        value = _core.as_row(_core.with_columns(value, dict(zip(own, columns)), rows), rows)
        if result is None:
            result = value
        else:
            result = _core.record("where", np.where, (row_columns.mask_of(like, at, rows), value, result))
    return result

