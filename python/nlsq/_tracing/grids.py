# SPDX-License-Identifier: MIT
"""Recorded arrays of several dimensions as one long row: images, and models over the axes of images.

A Grid is a row and a shape: the row holds the values one after the other, as C lays them out, so that elementwise
functions are those of rows, `ravel` is the row, and indices and transposing are the row at other positions. It is made
where data of several dimensions, none of them as long as the rows of the recording, meet parameters. What it does not
know itself (sums along an axis, matrix products) it does as a Block.
"""

import math

import numpy as np

from nlsq import _core
from nlsq._tracing import row_columns, row_items
from nlsq._tracing.blocks import Block
from nlsq._tracing.dispatch import operation
from nlsq._tracing.operators import add_in_place, add_operators

_MOST_CELLS = 500  # rows of a Block made of one


class Grid:
    """A recorded array of several dimensions.

    `_plain`: whether NumPy would hold it as C does, so that `ravel` is a view (False: a copy; None: unknown).
    `_frozen`: there are, or may be, views of it that cannot follow a change in place, or it is one. Other views share
    the row, or are known to its memory (row_items.py)."""

    __slots__ = ("_row", "_shape", "_plain", "_frozen")
    __array_priority__ = 3000.0
    __pandas_priority__ = 5000
    __hash__ = None
    _is_recorded = True

    def __init__(self, row, shape, plain=None, frozen=False):
        self._row, self._shape, self._plain, self._frozen = row, tuple(shape), plain, frozen

    def _any(self):
        return self._row

    shape = property(lambda self: self._shape)
    ndim = property(lambda self: len(self._shape))
    size = property(lambda self: math.prod(self._shape))
    dtype = property(lambda self: np.dtype(bool if _core.is_boolean(self._row) else float))
    T = property(lambda self: self.transpose())
    real = property(lambda self: self)

    def __len__(self):
        return self._shape[0]

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    # Other positions, other shapes.

    def _positions(self, key):
        """(positions of self[key], whether NumPy gives a view)."""
        keys = key if isinstance(key, tuple) else (key,)
        keys = tuple(k.__array__() if isinstance(k, _core.Column) else k for k in keys)
        if any(isinstance(k, (_core.Traced, Grid, Block)) or getattr(k, "_is_recorded", False) for k in keys):
            _core.refuse(self._row, "a parameter's value used as an index")
        view = all(k is None or k is Ellipsis or isinstance(k, (int, np.integer, slice)) for k in keys)
        return np.arange(self.size).reshape(self._shape)[keys if isinstance(key, tuple) else keys[0]], view

    def _at(self, positions, view):
        """The values at some positions of the row, in their shape."""
        if positions.ndim == 0:
            return row_columns.value_at(self._row, int(positions))
        if positions.size == 0:
            _core.refuse(self._row, "an index that gives no value")
        flat = positions.ravel()
        row = row_columns.values_at(self._row, flat)
        plain = None
        if view:
            plain = self._view(row, flat)
        frozen = view and self._frozen
        if positions.ndim > 1:
            return Grid(row, positions.shape, plain, frozen)
        if frozen:
            _core.share(row)  # changed in place it refuses: the grid could not follow
        return row

    def _view(self, row, positions):
        """Has the row, a view of some positions, follow this array and this array follow it; whether it is held as C
        does."""
        if self._frozen:
            return None
        memory = row_items.memory_of(self._row)
        memory.add(self._row, row, positions)
        return None if self._plain is None else _is_one_piece(memory.positions[id(row)])

    def __getitem__(self, key):
        if isinstance(key, Grid):
            return _core.masked(self._row, self._mask(key))
        positions, view = self._positions(key)
        return self._at(positions, view)

    def _mask(self, key):
        if not _core.is_boolean(key._row) or key.shape != self.shape:
            _core.refuse(self._row, "an index that is no mask of the array's shape")
        return key._row

    def __setitem__(self, key, value):
        self._may_change()
        if isinstance(value, Block):
            _core.refuse(self._row, "an assignment of an array of model values")
        if isinstance(key, Grid):
            mask = self._mask(key)
            row_items.set_item(self._row, mask, value._row if isinstance(value, Grid) else value)
            return
        positions, _ = self._positions(key)
        if isinstance(value, Grid):
            value = _broadcast(value, positions.shape)._row if positions.ndim > 1 else value._row
        elif not isinstance(value, _core.Traced) and np.ndim(value) > 0:
            value = np.array(np.broadcast_to(value, positions.shape)).ravel()
        elif isinstance(value, _core.Traced) and not _core.is_number(value) and positions.ndim > 1:
            value = _broadcast(value, positions.shape)._row
        row_items.set_item(self._row, positions.ravel(), value)

    def _freeze(self):
        """Says that there are views of the values that cannot follow them, however they are changed."""
        if not self._frozen:
            self._frozen = True
            row_items.freeze(self._row)  # `ravel` may have given it to the model

    def _may_change(self):
        if self._frozen:
            _core.refuse(self._row, "an array of several dimensions with views is changed in place")

    def ravel(self, order="C"):
        """The row: the same memory where NumPy gives a view, a copy where it does, or may."""
        if order == "F":
            return self.transpose().flatten()
        if order not in ("C", "K", "A") or (order != "C" and not self._plain):
            _core.refuse(self._row, "ravel in another order")
        if self._plain and not self._frozen:
            return self._row
        row = self._row.copy()
        if self._plain is None or self._frozen:
            self._freeze()
            _core.share(row)
        return row

    def flatten(self, order="C"):
        """A copy of the row."""
        if order == "F":
            return self.transpose().flatten()
        if order != "C":
            _core.refuse(self._row, "flatten in another order")
        return self._row.copy()

    def reshape(self, *shape, order="C"):
        """Another shape of the same values."""
        shape = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
        if order != "C":
            _core.refuse(self._row, "reshape in another order")
        new = np.broadcast_to(0.0, self._shape).reshape(shape).shape  # NumPy's rules for -1, and its errors
        if len(new) == 1:
            return self.ravel()
        if len(new) == 0:
            return row_columns.value_at(self._row, 0)
        if self._plain and not self._frozen:
            return Grid(self._row, new, True)  # of the same row: each follows the other
        self._freeze()
        return Grid(self._row.copy(), new, None, frozen=True)

    def transpose(self, *axes):
        """The same values, dimensions in another order."""
        axes = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
        return self._at(np.arange(self.size).reshape(self._shape).transpose(*(axes or ())), True)

    def squeeze(self, axis=None):
        """Without dimensions of length 1."""
        return self.reshape(np.squeeze(np.broadcast_to(0.0, self._shape), axis).shape)

    def copy(self, order="C"):
        """The same values."""
        return Grid(self._row.copy(), self._shape, True if order == "C" or self._plain else None)

    def astype(self, dtype, copy=True, **_):
        """The same values, of the type they have."""
        if np.dtype(dtype) != np.float64 or _core.is_boolean(self._row):
            _core.refuse(self._row, "a model value made another type")
        return self.copy("K") if copy else self

    def fill(self, value):
        """Sets all values."""
        self[...] = value

    def clip(self, *limits, **names):
        """np.clip"""
        return np.clip(self, *limits, **names)

    # What a Block does.

    def _block(self, reduced=()):
        """The same as a Block whose rows are no dimension of the reduced ones: that of as many as the recording has, or
        the longest."""
        axes = [a for a in range(self.ndim) if a not in reduced]
        if not axes:
            _core.refuse(self._row, "a sum (or the like) over the rows of a model, each of which is recorded by itself")
        preferred = _core.recording_rows(self._row)
        axis = max(axes, key=lambda a: (self._shape[a] == preferred, self._shape[a]))
        if self.size // self._shape[axis] > _MOST_CELLS:
            _core.refuse(self._row, "a large array of several dimensions")
        positions = np.moveaxis(np.arange(self.size).reshape(self._shape), axis, -1)
        cells = np.empty(positions.shape[:-1], dtype=object)
        for at in np.ndindex(cells.shape):
            cells[at] = row_columns.values_at(self._row, np.ascontiguousarray(positions[at]))
        self._freeze()
        return Block(np.expand_dims(cells, axis), axis, self._shape[axis])

    def _reduced(self, name, axis, keepdims):
        axes = range(self.ndim) if axis is None else np.atleast_1d(axis).tolist()
        return getattr(self._block([range(self.ndim)[a] for a in axes]), name)(axis, keepdims)

    def sum(self, axis=None, keepdims=False):
        """Sum over some dimensions."""
        return self._reduced("sum", axis, keepdims)

    def mean(self, axis=None, keepdims=False):
        """Mean over some dimensions."""
        return self._reduced("mean", axis, keepdims)

    def prod(self, axis=None, keepdims=False):
        """Product over some dimensions."""
        return self._reduced("prod", axis, keepdims)

    def max(self, axis=None, keepdims=False):
        """Largest over some dimensions."""
        return self._reduced("max", axis, keepdims)

    def min(self, axis=None, keepdims=False):
        """Smallest over some dimensions."""
        return self._reduced("min", axis, keepdims)

    def dot(self, other):
        """Matrix product."""
        return self @ other

    # NumPy's protocols.

    def __bool__(self):
        _core.refuse(self._row, "a decision on model values")

    __float__ = __int__ = __index__ = __complex__ = __bool__

    def __array__(self, *_, **__):
        _core.refuse(self._row, "an array of model values made a plain one; leave np.array and np.asarray out")

    def __repr__(self):
        return repr(self._row)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        _core.refuse(self._row, f"the attribute '{name}' of an array of model values")

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        return operation("ufunc_of")(ufunc, method, inputs, options)

    def __array_function__(self, function, types, args, kwargs):
        return operation("array_function")(self._row, function, args, kwargs)


add_operators(Grid)


def _no_change(self, other):
    _core.refuse(self._row, "an array of several dimensions is changed in place")


Grid.__iand__ = Grid.__ior__ = Grid.__imatmul__ = _no_change


def _change_in_place(self, ufunc, other):
    self._may_change()
    new = ufunc(self, other)
    if not isinstance(new, Grid) or new.shape != self.shape or _core.is_boolean(self._row):
        _core.refuse(self._row, "an array of several dimensions becomes another one in place")
    if _core.is_shared(self._row):
        row_items.change(self._row, new._row)
    else:
        _core.become(self._row, new._row)
    return self


add_in_place(Grid, _change_in_place)


def _broadcast(value, shape):
    return operation("broadcast_grid")(value, shape)


def grid_of_row(row, shape):
    """row.reshape(shape): a view, since a row has one step in memory."""
    known = row_items.known_memory(row)
    if known is None and _core.is_shared(row):
        return Grid(row.copy(), shape, None, frozen=True)
    return Grid(row, shape, known is None or _is_one_piece(known.positions[id(row)]))


def _is_one_piece(positions):
    return bool(np.all(np.diff(positions) == 1))
