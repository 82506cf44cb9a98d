# SPDX-License-Identifier: MIT
"""NumPy functions (not ufuncs) on traced values: an allow-list; everything else refuses.

A function here is written in operations that are recorded one by one. With data alone (x, and what was
computed from it) NumPy's own function runs on the plain arrays.
"""

import numpy as np

from nlsq import _core
from nlsq._base.errors import TraceRefused
from nlsq._tracing.array_functions import plain
from nlsq._tracing.blocks import Block, DataBlock, block_of, first_recorded, has_models, reduced
from nlsq._tracing.broadcast import elementwise, outer, product
from nlsq._tracing.grid_operations import like_of
from nlsq._tracing.grids import Grid
from nlsq._tracing.joined import concatenate, segments_of
from nlsq._tracing.notes import name_of
from nlsq._tracing.row_items import flat


def _where(condition, x=None, y=None):
    if x is None or y is None:
        raise TypeError("np.where without values to choose from")
    return _elementwise("where", np.where, condition, x, y)


def _elementwise(name, function, *inputs):
    """By the recorder of rows and numbers, or of arrays of several dimensions."""
    if any(isinstance(v, _core.Traced) for v in inputs):
        return _core.record(name, function, inputs)
    return elementwise(function, inputs)


def _clip(a, a_min=None, a_max=None, **names):
    a_min = names.pop("min", a_min)
    a_max = names.pop("max", a_max)
    if names:
        raise TypeError(f"np.clip with {', '.join(names)}")
    if a_min is not None:
        a = np.maximum(a, a_min)
    return a if a_max is None else np.minimum(a, a_max)


def _select(conditions, choices, default=0):
    result = default
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        result = _where(condition, choice, result)
    return result


def _piecewise(x, condlist, funclist, *args, **kw):
    if not isinstance(condlist, (list, tuple)):
        raise TypeError("np.piecewise with conditions that are no list")
    pieces = list(funclist)
    result = pieces.pop() if len(pieces) == len(condlist) + 1 else 0.0
    result = result(x, *args, **kw) if callable(result) else result
    for condition, piece in zip(condlist, pieces, strict=True):
        result = _where(condition, piece(x, *args, **kw) if callable(piece) else piece, result)
    return result


def _polyval(p, x):
    result = 0.0
    for coefficient in p:
        result = result * x + coefficient
    return result


def _sinc(x):
    angle = np.pi * x
    return _where(angle == 0.0, 1.0, np.sin(angle) / angle)


def _like(value):
    def make(a, dtype=None, order="K", subok=True, shape=None, **device):
        if dtype not in (None, float, np.float64, "float64", "float") or shape is not None or device:
            raise TypeError("np.zeros_like with another type or shape")
        if isinstance(a, Grid):
            return like_of(a, value)
        return _core.constant_like(a, float(value))

    return make


def _full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None):
    cell = _like(0.0)(a, dtype=dtype, shape=shape)
    return cell + fill_value


def _ones_times(a):
    if isinstance(a, Grid):
        return a.copy("K")
    return _core.constant_like(a, 0.0) + a


def _nan_to_num(*_, **__):
    raise TypeError("np.nan_to_num of model values")


def _reduction(ufunc):
    def reduce(a, axis=None, dtype=None, out=None, keepdims=False, **options):
        if dtype is not None or out is not None or options:
            raise TypeError("a sum (or the like) with options")
        if isinstance(a, (list, tuple)):
            a = _stack(a)
        return reduced(ufunc, a, axis, keepdims)

    return reduce


def _mean(a, axis=None, dtype=None, out=None, keepdims=False, **options):
    if dtype is not None or out is not None or options:
        raise TypeError("a mean with options")
    a = _stack(a) if isinstance(a, (list, tuple)) else a
    return a.mean(axis, keepdims) if isinstance(a, (Block, Grid)) else reduced(np.add, a, axis, keepdims) / len(a)


def _stack(arrays, axis=0, out=None, **options):
    """Rows of one length side by side."""
    if out is not None or options:
        raise TypeError("np.stack with options")
    arrays = [a if isinstance(a, _core.Traced) else np.asarray(a) for a in arrays]
    rows = [a for a in arrays if isinstance(a, _core.Traced)]
    if any(a.ndim != 1 for a in arrays) or len({len(a) for a in arrays}) != 1:
        raise TypeError("np.stack of anything but rows of one length")
    cells = np.empty((len(arrays), 1), dtype=object)
    for cell, array in zip(cells, arrays):
        segments = segments_of(rows[0], array)
        if segments is None or len(segments) != 1 or len(segments[0][0]) != len(array):
            raise TypeError("np.stack of rows that are put together from parts")
        cell[0] = segments[0][1]
    block = Block(cells, 1, len(rows[0]))
    return block.transpose() if axis in (1, -1) else block


def _joined(arrays, axis=0, out=None, **options):
    if out is not None or options:
        raise TypeError("np.concatenate with options")
    if isinstance(arrays, Grid) and arrays.ndim == 2 and axis == 0:  # its rows one after the other
        return arrays.flatten()
    return concatenate(first_recorded(arrays), arrays, axis)


def _append(arr, values, axis=None):
    return _joined([ravel(arr), ravel(values)])


def ravel(a, order="C"):
    """np.ravel"""
    if isinstance(a, Grid):
        return a.ravel(order)
    if isinstance(a, Block):
        if order != "C":
            raise TypeError("np.ravel in another order")
        rows = a.reshape(-1, a.shape[-1]) if a._axis == a.ndim - 1 else None
        if rows is None:
            raise TypeError("np.ravel across rows")
        return _joined(list(rows)) if isinstance(rows, Block) else rows
    return flat(a, order) if isinstance(a, _core.Traced) and not _core.is_number(a) else a


def _in_shape(a, newshape=None, order="C", shape=None, **options):
    if order != "C" or options:
        raise TypeError("np.reshape with options")
    return a.reshape(newshape if shape is None else shape)


def _broadcast_to(array, shape, subok=False):
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    if np.shape(array) == shape:
        return array
    if isinstance(array, _core.Traced) and _core.is_number(array) and len(shape) == 1:
        return _core.as_row(array, shape[0])
    raise TypeError("np.broadcast_to of model values")


def _expand_dims(a, axis):
    key = [slice(None)] * (a.ndim + 1)
    key[axis] = None
    return a[tuple(key)]


def _squeeze(a, axis=None):
    return a.squeeze(axis) if isinstance(a, (Block, Grid)) else a


def _transpose(a, axes=None):
    return a if not isinstance(a, (Block, Grid)) else a.transpose() if axes is None else a.transpose(*axes)


def _at_least_2d(*arrays):
    found = [block_of(a, (None, slice(None))) if isinstance(a, _core.Traced) else a for a in arrays]
    return found[0] if len(found) == 1 else tuple(found)


def _einsum(subscripts, *operands, **options):
    """Sums of products over dimensions other than that of rows."""
    if options or not isinstance(subscripts, str) or "." in subscripts:
        raise TypeError("np.einsum with options")
    inputs, _, result = subscripts.replace(" ", "").partition("->")
    inputs = inputs.split(",")
    letters = "".join(inputs)
    if "->" not in subscripts:
        result = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    every = result + "".join(sorted(set(letters) - set(result)))
    total = None
    for names, operand in zip(inputs, operands, strict=True):
        if len(set(names)) != len(names):
            raise TypeError("np.einsum over a diagonal")
        operand = operand.__array__() if isinstance(operand, _core.Column) else operand
        order = sorted(range(len(names)), key=lambda i: every.index(names[i]))  # noqa: B023
        if order != list(range(len(names))):
            operand = operand.transpose(*order)
        operand = operand[tuple(slice(None) if c in names else None for c in every)]
        total = operand if total is None else total * operand
    summed = tuple(range(len(result), len(every)))
    return total.sum(axis=summed) if summed else total


_FUNCTIONS = {
    np.where: _where,
    np.clip: _clip,
    np.select: _select,
    np.piecewise: _piecewise,
    np.polyval: _polyval,
    np.sinc: _sinc,
    np.zeros_like: _like(0.0),
    np.ones_like: _like(1.0),
    np.empty_like: _like(0.0),
    np.full_like: _full_like,
    np.copy: lambda a, order="K", subok=False: _ones_times(a),
    np.real: lambda val: val,
    np.ndim: lambda a: a.ndim,
    np.shape: lambda a: a.shape,
    np.size: lambda a, axis=None: a.size if axis is None else a.shape[axis],
    np.sum: _reduction(np.add),
    np.prod: _reduction(np.multiply),
    np.max: _reduction(np.maximum),
    np.min: _reduction(np.minimum),
    np.amax: _reduction(np.maximum),
    np.amin: _reduction(np.minimum),
    np.mean: _mean,
    np.concatenate: _joined,
    np.hstack: lambda tup, **options: _joined(tup, **options),
    np.append: _append,
    np.stack: _stack,
    np.vstack: lambda tup, **options: _stack(tup, **options),
    np.column_stack: lambda tup: _stack(tup, axis=1),
    np.ravel: ravel,
    np.reshape: _in_shape,
    np.broadcast_to: _broadcast_to,
    np.expand_dims: _expand_dims,
    np.squeeze: _squeeze,
    np.transpose: _transpose,
    np.atleast_1d: lambda a: a,
    np.atleast_2d: _at_least_2d,
    np.dot: lambda a, b, out=None: product(a, b) if np.ndim(a) and np.ndim(b) else a * b,
    np.outer: lambda a, b, out=None: outer(np.multiply, a, b),
    np.einsum: _einsum,
}
# With data alone too: what they give, or the functions they call, may come to hold parameters.
_CELLS = {np.zeros_like, np.ones_like, np.empty_like, np.full_like, np.piecewise}


_ELEMENTWISE = frozenset((np.where, np.clip, np.zeros_like, np.ones_like, np.full_like))


def array_function(self, function, args, kwargs):
    """What __array_function__ of traced values does."""
    if function not in _ELEMENTWISE:
        _core.count_form()
    models = has_models(args) or has_models(kwargs)
    known = _FUNCTIONS.get(function)
    if known is None or (not models and function not in _CELLS):
        if models:
            _core.refuse(self, name_of(function))
        found = function(*plain(args), **plain(kwargs))
        return found.view(DataBlock) if type(found) is np.ndarray and found.ndim == 2 else found
    try:
        return known(*args, **kwargs)
    except TraceRefused:
        raise
    except (TypeError, AttributeError) as error:
        if not models:
            return function(*plain(args), **plain(kwargs))
        _core.refuse(self, f"{name_of(function)}: {error}")
