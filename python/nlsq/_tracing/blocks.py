# SPDX-License-Identifier: MIT
"""Recorded arrays of several dimensions, one of which is rows: (k, m) or (m, k), as NumPy's broadcasting makes them.

A Block holds its rows as an object array of recorded values whose dimension of rows has length 1. Elementwise functions
broadcast these cells, sums over the other dimensions add rows.
"""

import functools

import numpy as np

from nlsq import _core
from nlsq._tracing.dispatch import operation
from nlsq._tracing.operators import add_operators
from nlsq._tracing.row_items import freeze, is_model_value, item

_MOST_SUMMED = 128  # rows that are added up value by value
_REDUCTIONS = {
    np.add: "a sum or mean", np.multiply: "a product", np.maximum: "the maximum", np.minimum: "the minimum",
}  # fmt: skip


class DataBlock(np.ndarray):
    """An array of data of several dimensions that lets recorded values be recorded."""

    def __getitem__(self, key):
        found = super().__getitem__(key)
        return found.view(np.ndarray) if isinstance(found, DataBlock) and found.ndim < 2 else found

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        if any(map(has_models, inputs)):
            return operation("ufunc_of")(ufunc, method, inputs, {**options, **({} if out is None else {"out": out})})
        plain = [_base(v) for v in inputs]
        if out is not None:
            options["out"] = tuple(map(_base, out))
        found = getattr(ufunc, method)(*plain, **options)
        if out is not None:
            return out[0] if len(out) == 1 else out
        return found.view(DataBlock) if isinstance(found, np.ndarray) and found.ndim > 1 else found

    def __array_function__(self, function, types, args, kwargs):
        if has_models(args) or has_models(kwargs):
            return operation("array_function")(first_recorded(args), function, args, kwargs)
        return super().__array_function__(function, types, args, kwargs)


def _base(value):
    return value.view(np.ndarray) if isinstance(value, DataBlock) else value


def has_models(value):
    """Whether there are recorded values of parameters in a value, a list or an array."""
    if isinstance(value, _core.Traced):
        return not isinstance(value, _core.Column)
    if getattr(value, "_is_recorded", False):
        return True
    if isinstance(value, (list, tuple)):
        return any(map(has_models, value))
    if isinstance(value, dict):
        return any(map(has_models, value.values()))
    return isinstance(value, np.ndarray) and value.dtype == object and any(map(has_models, value.flat))


def first_recorded(value):
    """A recorded value somewhere in a value; None where there is none."""
    if isinstance(value, _core.Traced):
        return value
    if getattr(value, "_is_recorded", False):
        return value._any()
    if isinstance(value, dict):
        items = value.values()
    elif isinstance(value, np.ndarray) and value.dtype == object:
        items = value.flat
    elif isinstance(value, (list, tuple)):
        items = value
    else:
        return None
    first = None
    for item in items:
        found = first_recorded(item)
        if is_model_value(found):
            return found
        first = found if first is None else first
    return first


class Block:
    """A recorded array of several dimensions; `_axis` is that of rows, of length 1 in `_cells`."""

    __slots__ = ("_axis", "_cells", "_rows")
    __array_priority__ = 2000.0
    __pandas_priority__ = 5000
    __hash__ = None
    _is_recorded = True

    def __init__(self, cells, axis, rows):
        self._cells, self._axis, self._rows = cells, axis, rows

    def _any(self):
        return next(v for v in self._cells.flat if isinstance(v, _core.Traced))

    @property
    def shape(self):
        """As NumPy's."""
        return (*self._cells.shape[: self._axis], self._rows, *self._cells.shape[self._axis + 1 :])

    ndim = property(lambda self: self._cells.ndim)
    size = property(lambda self: self._cells.size * self._rows)
    dtype = property(lambda self: np.dtype(float))
    T = property(lambda self: self.transpose())

    def __len__(self):
        return self.shape[0]

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key):
        key = key if isinstance(key, tuple) else (key,)
        if not all(k is None or k is Ellipsis or isinstance(k, (int, np.integer, slice)) for k in key):
            _core.refuse(self._any(), "an index that is an array, into an array of model values")
        if any(k is Ellipsis for k in key):
            at = next(i for i, k in enumerate(key) if k is Ellipsis)
            missing = self.ndim - sum(k is not None for k in key) + 1
            key = (*key[:at], *[slice(None)] * missing, *key[at + 1 :])
        key = (*key, *[slice(None)] * (self.ndim - sum(k is not None for k in key)))
        np.broadcast_to(0.0, self.shape)[key]  # an IndexError of NumPy's
        places = [i for i, k in enumerate(key) if k is not None]
        of_rows, place = key[places[self._axis]], places[self._axis]
        cells = self._cells[(*key[:place], slice(None), *key[place + 1 :])]
        before = sum(not isinstance(k, (int, np.integer)) for k in key[:place])
        if of_rows == slice(None):
            return make_block(cells, before, self._rows, True)
        picked = each(lambda v: item(as_row(v, self._rows), of_rows), cells)
        if isinstance(of_rows, slice):
            return make_block(picked, before, len(range(self._rows)[of_rows]), True)
        return np.squeeze(picked, before)[()]

    def __setitem__(self, key, value):
        _core.refuse(self._any(), "an assignment to a part of an array of model values")

    def _in_place(self, other):
        _core.refuse(self._any(), "an array of several dimensions is changed in place")

    __iadd__ = __isub__ = __imul__ = __itruediv__ = __ipow__ = __imatmul__ = __ifloordiv__ = __imod__ = _in_place
    __iand__ = __ior__ = _in_place

    def __bool__(self):
        _core.refuse(self._any(), "a decision on model values")

    def __array__(self, *_, **__):
        _core.refuse(self._any(), "an array of model values made a plain one")

    def __repr__(self):
        return repr(self._any())

    __float__ = __int__ = __index__ = __complex__ = __bool__

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        _core.refuse(self._any(), f"the attribute '{name}' of an array of model values")

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        return operation("ufunc_of")(ufunc, method, inputs, options)

    def __array_function__(self, function, types, args, kwargs):
        return operation("array_function")(self._any(), function, args, kwargs)

    def transpose(self, *axes):
        """The same values, dimensions in another order."""
        axes = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
        axes = axes or tuple(reversed(range(self.ndim)))
        axes = [a % self.ndim for a in axes]
        return make_block(self._cells.transpose(axes), axes.index(self._axis), self._rows, True)

    def reshape(self, *shape):
        """Another shape that keeps rows together."""
        shape = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
        new = np.broadcast_to(0.0, self.shape).reshape(shape).shape
        fixed = [i for i, n in enumerate(new) if n == self._rows]
        for axis in fixed:
            before = np.prod(new[:axis], dtype=int) == np.prod(self._cells.shape[: self._axis], dtype=int)
            after = np.prod(new[axis + 1 :], dtype=int) == np.prod(self._cells.shape[self._axis + 1 :], dtype=int)
            if before and after:
                return make_block(self._cells.reshape((*new[:axis], 1, *new[axis + 1 :])), axis, self._rows, True)
        return _core.refuse(self._any(), "an array of model values in another shape")

    def squeeze(self, axis=None):
        """Without dimensions of length 1."""
        axes = [i for i, n in enumerate(self.shape) if n == 1] if axis is None else np.atleast_1d(axis).tolist()
        axes = [a % self.ndim for a in axes]
        if self._axis in axes or any(self.shape[a] != 1 for a in axes):
            _core.refuse(self._any(), "squeeze of rows")
        axis = self._axis - sum(a < self._axis for a in axes)
        return make_block(np.squeeze(self._cells, tuple(axes)), axis, self._rows, True)

    def sum(self, axis=None, keepdims=False):
        """Sum over dimensions other than that of rows."""
        return reduced(np.add, self, axis, keepdims)

    def mean(self, axis=None, keepdims=False):
        """Mean over dimensions other than that of rows."""
        total = reduced(np.add, self, axis, keepdims)
        return total / np.prod([self.shape[a] for a in _axes(self, axis, np.add)])

    def prod(self, axis=None, keepdims=False):
        """Product over dimensions other than that of rows."""
        return reduced(np.multiply, self, axis, keepdims)

    def max(self, axis=None, keepdims=False):
        """Largest over dimensions other than that of rows."""
        return reduced(np.maximum, self, axis, keepdims)

    def min(self, axis=None, keepdims=False):
        """Smallest over dimensions other than that of rows."""
        return reduced(np.minimum, self, axis, keepdims)

    def dot(self, other):
        """Matrix product."""
        return self @ other

    def ravel(self, order="C"):
        """The rows one after the other."""
        return operation("ravel")(self, order)

    flatten = ravel

    def copy(self):
        """The same values."""
        return Block(self._cells.copy(), self._axis, self._rows)


add_operators(Block)


def boxed(value, shape):
    box = np.empty(1, dtype=object)
    box[0] = value  # not box[...]: data would be taken apart
    return box.reshape(shape)


def as_row(value, rows):
    """A cell as a row: cells may be numbers, the same in all rows."""
    return _core.as_row(value, rows) if _core.is_number(value) else value


def make_block(cells, axis, rows, view=False):
    """A Block; a row where it has no other dimension, perhaps a view of one that others hold."""
    if not isinstance(cells, np.ndarray):
        cells = boxed(cells, (1,))
    if cells.ndim > 1:
        return Block(cells, axis, rows)
    value = cells[0]
    if not isinstance(value, _core.Traced):
        return np.full(rows, value)
    if not _core.is_number(value):
        value = value.copy()
        if view:  # changed in place, it would leave the block alone
            _core.share(value)
        return value
    return _core.as_row(value, rows)


def each(function, cells):
    return np.frompyfunc(function, 1, 1)(cells)


def as_data_block(array):
    """An array of data that lets recorded values be recorded."""
    return array.view(DataBlock)


def block_of(y, key):
    """y[key] of a row, for a key that adds dimensions."""
    freeze(y)
    return Block(boxed(y, (1,)), 0, len(y))[key]


def _axes(block, axis, ufunc):
    """The dimensions that a reduction is over, which are not that of rows."""
    axes = [] if axis is None else [range(block.ndim)[a] for a in np.atleast_1d(axis).tolist()]
    if axis is None or block._axis in axes:
        _refuse_rows(block._any(), ufunc)
    return axes


def _refuse_rows(value, ufunc):
    what = _REDUCTIONS.get(ufunc, f"NumPy's {ufunc.__name__}.reduce")
    _core.refuse(value, f"{what} over the rows of a model, each of which is recorded by itself")


def reduced(ufunc, block, axis, keepdims=False):
    """ufunc.reduce over dimensions other than that of rows; of a short row alone."""
    if hasattr(type(block), "_block"):  # a Grid
        axes = range(block.ndim) if axis is None else np.atleast_1d(axis).tolist()
        block = block._block([range(block.ndim)[a] for a in axes])
    if isinstance(block, _core.Traced):
        if ufunc is not np.add or keepdims or axis not in (None, 0, -1) or len(block) > _MOST_SUMMED:
            _refuse_rows(block, ufunc)
        return functools.reduce(np.add, block)
    axes = _axes(block, axis, ufunc)
    if not isinstance(keepdims, bool) or ufunc not in _REDUCTIONS:
        _core.refuse(block._any(), f"NumPy's {ufunc.__name__}.reduce")
    rest = [a for a in range(block.ndim) if a not in axes]
    moved = block._cells.transpose(axes + rest)
    terms = moved.reshape((-1, *moved.shape[len(axes) :]))
    if len(terms) == 0:
        _core.refuse(block._any(), "a sum of nothing")
    total = functools.reduce(np.frompyfunc(ufunc, 2, 1), terms)
    if not keepdims:
        return make_block(total, rest.index(block._axis), block._rows)
    return make_block(np.expand_dims(total, tuple(sorted(axes))), block._axis, block._rows)
