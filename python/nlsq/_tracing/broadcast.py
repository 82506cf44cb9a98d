# SPDX-License-Identifier: MIT
"""NumPy's functions on recorded values of several dimensions: broadcasting, outer and matrix products."""

import functools
import operator

import numpy as np

from nlsq import _core
from nlsq._tracing import grid_operations, row_columns, row_items
from nlsq._tracing.blocks import Block, DataBlock, as_row, boxed, each, first_recorded, has_models, make_block, reduced
from nlsq._tracing.data_rows import data_row
from nlsq._tracing.dispatch import operation
from nlsq._tracing.grids import Grid

_MOST_CELLS = 2_000
_MOST_NUMBERS = 100_000
_OF_ROWS = (
    "an array that NumPy made of model values meets another one; write np.concatenate for np.r_, np.stack for "
    "np.array, and leave np.asarray out"
)
_MOST_EXPANDED = 512  # values of a row that meets as many parameters, or is summed in a product


def ufunc_of(ufunc, method, inputs, options):
    """What __array_ufunc__ does where arrays of several dimensions take part."""
    like = first_recorded(inputs)
    if method == "outer" and not options and len(inputs) == 2:
        return outer(ufunc, *inputs)
    if method == "reduce" and isinstance(inputs[0], (Block, Grid)) and not set(options) - {"axis", "keepdims"}:
        return reduced(ufunc, inputs[0], options.get("axis", 0), options.get("keepdims", False))
    if method == "__call__" and set(options) == {"out"} and len(options["out"]) == 1 and ufunc is not np.matmul:
        return _into(options["out"][0], ufunc, inputs, like)
    if method != "__call__" or options:
        _core.refuse(like, f"NumPy's {ufunc.__name__}.{method}" + (" with options" if options else ""))
    if ufunc is np.matmul:
        return product(*inputs)
    return elementwise(ufunc, inputs)


def _into(out, ufunc, inputs, like):
    """ufunc(…, out=out) for an array of recorded numbers, which NumPy holds as objects."""
    if type(out) is not np.ndarray or out.dtype != object or out.ndim == 0:
        _core.refuse(like, f"NumPy's {ufunc.__name__} into an array of numbers; write out = out + … for out += …")
    found = elementwise(ufunc, inputs)
    if isinstance(found, _core.Traced) and not _core.is_number(found):
        found = list(found)
    elif isinstance(found, (Block, Grid)) or hasattr(type(found), "_segments"):
        _core.refuse(like, f"NumPy's {ufunc.__name__} into an array of objects")
    out[...] = found._values if hasattr(type(found), "_values") else found
    return out


def elementwise(function, inputs):
    """function (a ufunc, np.where) of values of any shape, by NumPy's broadcasting."""
    like = first_recorded(inputs)
    inputs = [without_index(v, like) for v in inputs]
    if any(hasattr(type(v), "_segments") for v in inputs):
        return operation("elementwise_of_joined")(function, inputs)
    if not any(map(has_models, inputs)):
        found = function(*(v.__array__() if isinstance(v, _core.Column) else v for v in inputs))
        return found.view(DataBlock) if isinstance(found, np.ndarray) and found.ndim > 1 else found
    if any(map(_holds_rows, inputs)) and all(_holds_rows(v) or _is_number(v) for v in inputs):
        return np.frompyfunc(function, len(inputs), 1)(*(boxed(v, ()) if _is_number(v) else v for v in inputs))
    found = grid_operations.elementwise(function, inputs, like)
    if found is not None:
        return found
    if any(isinstance(v, Grid) for v in inputs) or _differs_in_axes(inputs):
        found = grid_operations.of_blocks(function, inputs, like)
        if found is not None:
            return found
        inputs = [v._block() if isinstance(v, Grid) else v for v in inputs]
    arrays = [_array_of(_chosen(v, inputs), function, like) for v in inputs]
    axis, rows = _row_axis(arrays, like)
    if axis is None:
        cells = [a if a.dtype == object else a.astype(object) for a, _, _ in arrays]
    else:
        cells = [_cells(a, own, axis, rows, like) for a, own, _ in arrays]
    shape = np.broadcast_shapes(*(c.shape for c in cells))
    if np.prod(shape, dtype=float) > (_MOST_NUMBERS if axis is None else _MOST_CELLS):
        _core.refuse(like, "too many values of several dimensions")
    found = np.frompyfunc(function, len(cells), 1)(*cells)
    if axis is not None:
        return make_block(found, axis + found.ndim, rows)
    if any(type(v).__name__ == "ParameterVector" for v in inputs):
        return operation("vector_of_values")(found) if isinstance(found, np.ndarray) else found
    return found


def _differs_in_axes(inputs):
    """Whether rows lie along different dimensions, or have different lengths."""
    axes = set()
    for value in inputs:
        if isinstance(value, Block):
            axes.add((value._axis - value.ndim, value._rows))
        elif isinstance(value, _core.Traced) and not _core.is_number(value):
            axes.add((-1, _core.length(value)))
    return len(axes) > 1


def _holds_rows(value):
    """Whether a value is an array of rows, as np.array and np.r_ make them: whatever shape it is in NumPy, what is done
    to it and to numbers is done to each row."""
    return type(value) is np.ndarray and value.dtype == object and value.ndim == 1 and not all(map(_is_number, value))


def _is_number(value):
    if isinstance(value, _core.Traced):
        return _core.is_number(value)
    return isinstance(value, (bool, int, float, np.number))


def _chosen(value, inputs):
    """An array of many parameters, of few different ones, that meets rows as long as it is: a row."""
    numbers = value._values if hasattr(type(value), "_values") else value
    if not isinstance(numbers, np.ndarray) or numbers.dtype != object or numbers.ndim != 1:
        return value
    rows = [v for v in inputs if isinstance(v, _core.Traced) and not _core.is_number(v)]
    if all(_core.length(v) != numbers.size for v in rows):
        return value
    row = row_columns.chosen_row(numbers)
    return value if row is None else row


def without_index(value, like):
    """The array of a Series, whose rows must be those of all others."""
    if type(value).__module__.partition(".")[0] not in ("pandas", "polars") or np.ndim(value) != 1:
        return value
    if hasattr(value, "index") and not callable(value.index):
        _core.meet_index(like, value.index)
    return value.to_numpy()


def _array_of(value, function, like):
    """(array of data or of recorded values, its dimension of rows counted from the end, rows)."""
    if isinstance(value, Block):
        return value._cells, value._axis - value._cells.ndim, value._rows
    if isinstance(value, np.ndarray) and value.dtype == object and value.ndim == 0:
        value = value[()]  # np.asarray(row)
    if isinstance(value, _core.Traced):
        if _core.is_number(value):
            return boxed(value, ()), None, None
        if _core.is_masked(value):
            _core.refuse(like, "rows that a parameter selects meet an array")
        return boxed(value, (1,)), -1, _core.length(value)
    if getattr(value, "_is_recorded", False):
        value = value._values
    if isinstance(value, np.ndarray) and value.dtype == object:
        if any(isinstance(v, _core.Traced) and not _core.is_number(v) for v in value.flat):
            _core.refuse(like, _OF_ROWS)
        return value, None, None
    if isinstance(value, (bool, int, float, np.generic, np.ndarray)):
        array = np.asarray(value)
        if array.dtype.kind in "fiub" and array.dtype.itemsize <= 8:
            return array, None, None
    name, what = getattr(function, "__name__", "a function"), type(value).__name__
    suffix = " of another shape or type" if isinstance(value, np.ndarray) else ""
    return _core.refuse(like, f"{name} of a model value and a {what}{suffix}")


def _row_axis(arrays, like):
    """(dimension of rows counted from the end, rows) of what these arrays make; (None, None): numbers alone."""
    axes = {(own, rows) for _, own, rows in arrays if own is not None}
    if len(axes) > 1:
        _core.refuse(like, "rows of different lengths or in different dimensions")
    if axes:
        axis, rows = axes.pop()
        meets = [a for a, own, _ in arrays if own is None and a.dtype == object]
        if not any(a.ndim >= -axis and a.shape[axis] != 1 for a in meets):
            return axis, rows
        # As many parameters as rows: value by value.
        if rows > _MOST_EXPANDED:
            _core.refuse(like, "rows of data meet a vector of parameters")
        for i, (a, own, _) in enumerate(arrays):
            if own is not None:
                arrays[i] = (_expanded(a, axis, rows), None, None)
        return None, None
    best = (None, None)
    preferred = _core.recording_rows(like)
    for axis in range(-max(a.ndim for a, _, _ in arrays), 0):
        lengths = {a.shape[axis] for a, _, _ in arrays if a.dtype != object and a.ndim >= -axis} - {1}
        taken = any(a.shape[axis] != 1 for a, _, _ in arrays if a.dtype == object and a.ndim >= -axis)
        if len(lengths) != 1 or taken:
            continue
        length = lengths.pop()
        if length > 0 and (best[1] is None or (best[1] != preferred and (length == preferred or length > best[1]))):
            best = (axis, length)
    return best


def _expanded(cells, axis, rows):
    """A block of numbers in place of one of rows."""
    parts = [each(lambda v, i=i: as_row(v, rows)[i], cells) for i in range(rows)]
    return np.concatenate(parts, axis=axis)


def _cells(array, own, axis, rows, like):
    """An operand as cells with a dimension of rows of length 1, where it has that dimension."""
    if own is not None or array.dtype == object:
        return array
    if array.ndim < -axis or array.shape[axis] == 1:
        return array.astype(object)
    if array.shape[axis] != rows:
        raise ValueError(f"operands could not be broadcast together: {array.shape} and {rows} rows")
    moved = np.moveaxis(array, axis, -1)
    cells = np.empty(moved.shape[:-1], dtype=object)
    if cells.size > _MOST_CELLS:
        _core.refuse(like, "a large array of several dimensions")
    for at in np.ndindex(cells.shape):
        cells[at] = data_row(like, moved[at])
    return np.expand_dims(cells, array.ndim + axis)


def outer(ufunc, a, b):
    """ufunc.outer."""
    left = (..., *[None] * np.ndim(b)) if np.ndim(b) else ...
    return elementwise(ufunc, (a[left] if np.ndim(a) else a, b))


def product(a, b):
    """a @ b as a sum of products; not over rows."""
    like = first_recorded((a, b))
    numbers = _numbers_of(b)
    if numbers and type(a) is np.ndarray and a.ndim == 2 and a.dtype == np.float64 and len(numbers) == a.shape[1] <= len(a):
        return functools.reduce(operator.add, (data_row(like, c) * v for c, v in zip(a.T, numbers)))
    a, b = (_summable(v) for v in (a, b))
    m, n = np.ndim(a), np.ndim(b)
    if m == 0 or n == 0 or max(m, n) > 2:
        _core.refuse(like, "a matrix product of model values")
    left = a[None, :, None] if m == 1 else a[:, :, None]
    right = b[None, :, None] if n == 1 else b[None]
    total = _summed(elementwise(np.multiply, (left, right)), like)
    return total[tuple(0 if d == 1 else slice(None) for d in (m, n))]


def _numbers_of(vector):
    """The recorded numbers that a short vector is made of, or None."""
    values = vector._values if type(vector).__name__ == "ParameterVector" else vector
    if type(values) is not np.ndarray or values.ndim != 1 or values.dtype != object or len(values) > _MOST_EXPANDED:
        return None
    numbers = values.tolist()
    return numbers if all(isinstance(v, _core.Traced) and _core.is_number(v) for v in numbers) else None


def _summable(value):
    """An operand whose values can be added up: a row value by value, if it is short."""
    if isinstance(value, Grid):
        return value._block()
    if isinstance(value, _core.Column):
        return value.__array__()
    if isinstance(value, (list, tuple)):
        return np.asarray(value)
    if not isinstance(value, _core.Traced) or _core.is_number(value):
        return value
    if len(value) > _MOST_EXPANDED:
        _core.refuse(value, "a matrix product over the rows of a model")
    numbers = np.empty(len(value), dtype=object)
    numbers[:] = list(row_items.values(value))
    return numbers


def _summed(block, like):
    """The sum over the middle one of three dimensions."""
    if isinstance(block, Block):
        return block.sum(axis=1, keepdims=False)
    return block.sum(axis=1) if block.ndim == 3 else _core.refuse(like, "a matrix product of model values")
