# SPDX-License-Identifier: MIT
"""Recorded rows as arrays: y[key], y[key] = value, loops, and the attributes that arrays have.

A row is an expression over columns of data, so y[key] is the same expression over columns[key], and y[key] = value
chooses, row by row, between y and a value whose columns are spread out to all rows.
"""

import numpy as np

from nlsq import _core
from nlsq._tracing.dispatch import operation
from nlsq._tracing.row_columns import distinct, mask_of, spread, value_at, values_at

_BINARY = frozenset(("arctan2", "hypot"))


def is_model_value(value):
    """A recorded value that depends on parameters, or may."""
    return isinstance(value, _core.Traced) and not isinstance(value, _core.Column)


def _key_of(y, key):
    """A key without what does not matter; None where it adds dimensions."""
    if not isinstance(key, tuple):
        return key
    if any(k is None for k in key):
        return None
    rest = [k for k in key if k is not Ellipsis]
    if len(rest) > 1:
        _core.refuse(y, "too many indices for a row of model values")
    return rest[0] if rest else slice(None)


def _is_mask(y, key):
    """Whether a key is a truth value of the parameters, one a row."""
    if not is_model_value(key) or not _core.is_boolean(key) or _core.is_number(key):
        return False
    if _core.is_masked(key) or _core.length(key) != _core.length(y):
        _core.refuse(y, "a mask of another length than the row")
    return True


def _positions(y, key):
    """Which rows a key of numbers means."""
    if isinstance(key, _core.Column):
        key = key.__array__()
    elif isinstance(key, _core.Traced):
        _core.refuse(y, "a parameter's value used as an index")
    return np.arange(_core.length(y))[key]


def _check(y, what):
    if _core.is_number(y):
        _core.refuse(y, f"{what} of a number")
    if _core.has_index(y):
        _core.refuse(y, f"{what} of a Series of model values")
    if _core.is_masked(y):
        _core.refuse(y, f"{what} of rows that a parameter selects")


def item(y, key):
    """y[key]."""
    _check(y, "an index")
    given, key = key, _key_of(y, key)
    if key is None:
        return operation("block_of")(y, given)
    if _is_mask(y, key):
        return _core.masked(y, key)
    positions = _positions(y, key)
    if positions.ndim == 0:
        return value_at(y, int(positions))
    if positions.ndim != 1 or positions.size == 0:
        _core.refuse(y, "an index that gives no row")
    taken = values_at(y, positions)
    if isinstance(key, slice) or key is Ellipsis:
        memory_of(y).add(y, taken, positions)
    return taken


class _Memory:
    """A row, and views of it: whichever is changed in place, all see it."""

    def __init__(self, root):
        self.root, self.views, self.frozen = root, [], False
        self.positions = {id(root): np.arange(_core.length(root))}  # of the root's values

    def add(self, y, view, positions):
        """view has the values of y at some positions."""
        own = self.positions[id(y)][positions]
        self.views.append(view)
        self.positions[id(view)] = own
        _core.memo(y)["memory", id(view)] = self
        _core.share(y)
        _core.share(view)

    def change(self, y, new):
        """Gives y, the root or a view, other values."""
        if self.frozen:
            _core.refuse(y, "an array with views of several dimensions is changed in place")
        if y is self.root:
            _core.become(y, new)
        else:
            own, rows = self.positions[id(y)], _core.length(self.root)
            _core.assign(self.root, mask_of(y, own, rows), spread(new, own, rows))
        for view in self.views:
            _core.become(view, values_at(self.root, self.positions[id(view)]))


def known_memory(y):
    """The _Memory of a row and its views, or None."""
    return _core.memo(y).get(("memory", id(y)))


def memory_of(y):
    """The same, made if there is none."""
    known = known_memory(y)
    if known is None:
        if _core.is_shared(y):
            _core.refuse(y, "a view of a part of several dimensions")
        known = _core.memo(y)["memory", id(y)] = _Memory(y)  # keeps y alive, so that no other object gets its id
    return known


def freeze(y):
    """Says that there are views of y that cannot follow it."""
    memory_of(y).frozen = True
    _core.share(y)


def change(y, new):
    """y takes other values in place, where there are views of it, or it is one."""
    known = _core.memo(y).get(("memory", id(y)))
    if known is None:
        _core.refuse(y, "a part of an array of several dimensions is changed in place")
    known.change(y, new)


def set_item(y, key, value):
    """y[key] = value."""
    _check(y, "an assignment to rows")
    if value is None:
        _core.refuse(y, "rows are deleted")
    if _core.is_shared(y):
        if not _is_written_already(y, key, value):
            new = y.copy()
            set_item(new, key, value)
            change(y, new)
        return
    if _core.is_boolean(y):
        _core.refuse(y, "an assignment to truth values")
    key = _key_of(y, key)
    if key is None:
        _core.refuse(y, "an assignment with a new axis")
    rows = _core.length(y)
    if _is_mask(y, key):
        if isinstance(value, _core.Traced) and not _core.is_number(value) and not _core.mask_is(value, key):
            _core.refuse(y, "an assignment of other rows than a parameter selects")
        _core.assign(y, key, _number_of(y, value) if not isinstance(value, _core.Traced) else value)
        return
    is_number = _core.is_number(value) if isinstance(value, _core.Traced) else np.ndim(value) == 0
    if is_number and isinstance(key, _core.Column) and _core.is_boolean(key) and _core.length(key) == rows:
        _core.assign(y, key, _number_of(y, value))
        return
    positions = np.atleast_1d(_positions(y, key))
    if positions.ndim != 1:
        _core.refuse(y, "an assignment with an index of several dimensions")
    if positions.size == 0:
        return
    count = distinct(positions)
    if not is_number:
        value = _row_of(y, value, positions)
        if count != positions.size:
            _core.refuse(y, "an assignment to one row twice")
        value = spread(value, positions, rows)
    mask = _core.constant_like(y, 1.0) if count == rows else mask_of(y, positions, rows)
    _core.assign(y, mask, _number_of(y, value) if is_number else value)


def _is_written_already(y, key, value):
    """Whether the value is the view y[key], as after y[key] += …, whose change y has seen."""
    if not isinstance(key, slice) or not isinstance(value, _core.Traced) or not _core.is_shared(value):
        return False
    known = _core.memo(y).get(("memory", id(y)))
    if known is None or _core.memo(y).get(("memory", id(value))) is not known:
        return False
    return np.array_equal(known.positions[id(y)][key], known.positions[id(value)])


def _number_of(y, value):
    if isinstance(value, _core.Traced):
        return value
    if isinstance(value, (bool, int, float, np.generic)) or (type(value) is np.ndarray and value.ndim == 0):
        return _core.constant_like(y, float(value))
    return _core.refuse(y, f"an assignment of a {type(value).__name__}")


def _row_of(y, value, positions):
    """What is assigned, as a row of as many values as there are positions."""
    if isinstance(value, _core.Traced):
        if _core.is_masked(value) or _core.length(value) != positions.size:
            _core.refuse(y, "an assignment of another number of rows")
        return value
    if type(value) is not np.ndarray or value.dtype.kind not in "fiub" or value.shape != positions.shape:
        _core.refuse(y, f"an assignment of a {type(value).__name__}")
    value = np.array(value, dtype=float)
    return _core.column_like(y, _core.add_column(y, value))


def values(y):
    """The numbers of a row, one by one."""
    _check(y, "a loop over the values")
    return (value_at(y, row) for row in range(len(y)))


def item_of_data(x, key):
    """x[key] for data: an array."""
    if _is_mask(x, key):
        return _core.masked(x, key)
    array = x.__array__()
    if isinstance(key, tuple):
        key = tuple(k.__array__() if isinstance(k, _core.Column) else k for k in key)
    elif isinstance(key, _core.Column):
        key = key.__array__()
    found = array[key]
    if isinstance(found, np.ndarray) and found.ndim > 1:
        return operation("as_data_block")(found)
    return found


def attribute(y, name):
    """The attributes that NumPy asks numbers for, and those of arrays."""
    if name in _BINARY:
        return lambda other: getattr(np, name)(y, other)
    if not _core.is_number(y):
        if name in _METHODS:
            return lambda *args, **kwargs: _METHODS[name](y, *args, **kwargs)
        if name == "values" and _core.has_index(y):
            return y
    return _core.refuse(y, f"the attribute '{name}' of a model value")


def _astype(y, dtype, copy=True, **_):
    if np.dtype(dtype) != np.float64 or _core.is_boolean(y):
        _core.refuse(y, "a model value made another type")
    return y.copy() if copy else y


def _reshape(y, *shape, **order):
    shape = shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    if order:
        _core.refuse(y, "reshape in another order")
    new = np.broadcast_to(0.0, (len(y),)).reshape(shape).shape  # NumPy's rules for -1, and its errors
    if new == (len(y),):
        return y
    if new == (1, len(y)):
        return operation("block_of")(y, (None, slice(None)))
    if new == (len(y), 1):
        return operation("block_of")(y, (slice(None), None))
    if len(new) < 2:
        return _core.refuse(y, "a model value in another shape")
    return operation("grid_of_row")(y, new)


def flat(y, order="C"):
    """y.ravel(): y itself where its values lie one after the other, else a copy."""
    known = _core.memo(y).get(("memory", id(y))) if _core.is_shared(y) else None
    if known is None or order not in ("C", "F", "A"):
        return y if order in ("C", "F", "A") else _core.refuse(y, "ravel in another order")
    return y if np.all(np.diff(known.positions[id(y)]) == 1) else y.copy()


def _to_numpy(y, **_):
    return y if _core.has_index(y) else _core.refuse(y, "the attribute 'to_numpy' of a model value")


_METHODS = {
    "astype": _astype, "reshape": _reshape, "ravel": flat, "flatten": lambda y: y.copy(),
    "squeeze": lambda y: y, "conj": lambda y: y, "conjugate": lambda y: y, "to_numpy": _to_numpy,
    "clip": lambda y, *limits, **names: np.clip(y, *limits, **names),
    "sum": lambda y, axis=None: np.sum(y, axis=axis), "mean": lambda y, axis=None: np.mean(y, axis=axis),
    "max": lambda y, axis=None: np.max(y, axis=axis), "min": lambda y, axis=None: np.min(y, axis=axis),
    "fill": lambda y, value: set_item(y, slice(None), value),
}  # fmt: skip
