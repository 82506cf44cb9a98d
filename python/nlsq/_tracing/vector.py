# SPDX-License-Identifier: MIT
"""The parameter vector of least_squares while its function is traced.

Elements are recording values. What NumPy would do to a short vector is done here element by element: indexing,
slices, unpacking, arithmetic, ufuncs, products with matrices of numbers, sums and concatenations. Anything else
refuses.
"""

import numpy as np

from nlsq import _core
from nlsq._base.errors import TraceRefused
from nlsq._tracing.blocks import first_recorded
from nlsq._tracing.broadcast import elementwise, product, ufunc_of
from nlsq._tracing.dispatch import operation
from nlsq._tracing.notes import name_of
from nlsq._tracing.operators import add_in_place, add_operators
from nlsq._tracing.row_columns import chosen_row

_MOST_PRODUCT = 256  # entries of a matrix: beyond, a product is a row


class ParameterVector:
    """A vector or matrix of recording values (an object array) that refuses what cannot be recorded."""

    __slots__ = ("_values",)
    __array_priority__ = 1000.0
    __pandas_priority__ = 5000
    _is_recorded = True

    def __init__(self, values):
        self._values = values

    @classmethod
    def of(cls, parameters):
        """The vector of some scalars."""
        values = np.empty(len(parameters), dtype=object)
        for i, parameter in enumerate(parameters):  # one by one: NumPy would ask each whether it is an array
            values[i] = parameter
        return cls(values)

    shape = property(lambda self: self._values.shape)
    ndim = property(lambda self: self._values.ndim)
    size = property(lambda self: self._values.size)
    dtype = property(lambda self: np.dtype(float))
    T = property(lambda self: ParameterVector(self._values.T))
    flat = property(lambda self: iter(self._values.flat))

    def __len__(self):
        return len(self._values)

    def __iter__(self):
        return (_wrap(v) for v in self._values)

    def __getitem__(self, key):
        found = self._values[key]
        if isinstance(key, np.ndarray) and key.dtype.kind in "iu" and key.ndim == self.ndim == 1:
            row = chosen_row(found)
            if row is not None:
                return row
        return _wrap(found)

    def __setitem__(self, key, value):
        _core.refuse(self._any(), "the function writes into a vector of parameters")

    def _check_writeable(self):
        if not self._values.flags.writeable:
            _core.refuse(self._any(), "the function changes its parameters in place")

    def _any(self):
        return next(v for v in self._values.flat if isinstance(v, _core.Traced))

    def copy(self):
        """A vector of the same values."""
        return ParameterVector(self._values.copy())

    def reshape(self, *shape, **order):
        """The same values in another shape."""
        return _wrap(self._values.reshape(*shape, **order))

    def ravel(self, order="C"):
        """The same values in one dimension."""
        return _wrap(self._values.ravel(order))

    flatten = ravel

    def sum(self, axis=None):
        """Sum over an axis."""
        return _wrap(np.sum(self._values, axis=axis))

    def mean(self, axis=None):
        """Mean over an axis."""
        return _wrap(_mean(self._values, axis))

    def max(self, axis=None):
        """Largest over an axis."""
        return _wrap(_largest(self._values, axis))

    def min(self, axis=None):
        """Smallest over an axis."""
        return _wrap(_smallest(self._values, axis))

    def any(self, axis=None):
        """Whether one is true."""
        return _wrap(_any(self._values, axis))

    def all(self, axis=None):
        """Whether all are true."""
        return _wrap(_all(self._values, axis))

    def dot(self, other):
        """Product with an array of numbers."""
        return self @ other

    def tolist(self):
        """The values as nested lists."""
        return self._values.tolist()

    def __matmul__(self, other):
        return _matmul(self, other)

    def __rmatmul__(self, other):
        return _matmul(other, self)

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if ufunc is np.matmul and method == "__call__" and not options:
            return _matmul(*inputs)
        if method == "reduce" and ufunc is np.add:
            return _wrap(np.add.reduce(self._values, **options))
        return ufunc_of(ufunc, method, inputs, options)

    def __array_function__(self, function, types, args, kwargs):
        plain = _FUNCTIONS.get(function)
        if plain is None or _has_rows(args):
            return operation("array_function")(self._any(), function, args, kwargs)
        if function is np.dot:
            return _matmul(*args)
        try:
            return _wrap(plain(*_unwrap(args), **_unwrap(kwargs)))
        except TraceRefused:
            raise
        except TypeError:
            _core.refuse(self._any(), f"{name_of(function)} of the parameters with options")

    def __getattr__(self, name):
        if name.startswith("__") or not hasattr(np.ndarray, name):
            raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")
        _core.refuse(self._any(), f"the attribute '{name}' of the parameters")

    def __bool__(self):
        _core.refuse(self._any(), "a decision on the parameters")

    def __repr__(self):
        return repr(self._any())

    __hash__ = None


def vector_of_values(values):
    """An array of recorded numbers as a vector."""
    return ParameterVector(values)


def _has_rows(values):
    """Whether there are recorded rows, not only numbers, among some values."""
    if isinstance(values, (list, tuple)):
        return any(map(_has_rows, values))
    if isinstance(values, _core.Traced):
        return not _core.is_number(values)
    return getattr(values, "_is_recorded", False) and not isinstance(values, ParameterVector)


def _change_in_place(self, ufunc, other):
    self._check_writeable()
    new = ufunc_of(ufunc, "__call__", (self, other), {})
    if not isinstance(new, ParameterVector) or new.shape != self.shape:
        _core.refuse(self._any(), "a vector becomes another shape in place")
    self._values[...] = new._values  # views see it, as in NumPy
    return self


add_operators(ParameterVector, elementwise, without=("matmul", "and", "or", "pos", "invert"))
add_in_place(ParameterVector, _change_in_place)
ParameterVector.__pos__ = lambda self: self


def _wrap(values):
    return ParameterVector(values) if isinstance(values, np.ndarray) and values.dtype == object else values


def _values_of(value):
    return value._values if isinstance(value, ParameterVector) else value


def _unwrap(value):
    if isinstance(value, ParameterVector):
        return value._values
    if isinstance(value, (list, tuple)):
        return type(value)(_unwrap(v) for v in value)
    if isinstance(value, dict):
        return {k: _unwrap(v) for k, v in value.items()}
    return value


def _matmul(a, b):
    """a @ b: value by value if it is small, else a row of sums."""
    both = [np.asarray(v) for v in map(_values_of, (a, b)) if isinstance(v, (np.ndarray, list, tuple))]
    if len(both) == 2 and max(v.size for v in both) <= _MOST_PRODUCT:
        left, right = both
        if left.ndim == 2 and left.dtype == np.float64 and len(left) == _core.recording_rows(first_recorded((a, b))):
            return product(left, b)  # a row, each column of the matrix an array of data
        return _wrap(np.dot(left.astype(object), right.astype(object)) if left.ndim and right.ndim else left * right)
    return product(*(np.asarray(v) if isinstance(v, (list, tuple)) else v for v in (a, b)))


def _mean(a, axis=None):
    return np.sum(a, axis=axis) / (a.size if axis is None else a.shape[axis])


def _extreme(ufunc):
    by_value = np.frompyfunc(ufunc, 2, 1)
    return lambda a, axis=None: by_value.reduce(a.ravel() if axis is None else a, axis=axis or 0)


_largest, _smallest = _extreme(np.maximum), _extreme(np.minimum)
_any, _all = _extreme(np.logical_or), _extreme(np.logical_and)


def _norm(x):
    return np.sqrt(np.sum(x * x))


_FUNCTIONS = {
    function: function
    for function in (
        np.sum, np.dot, np.concatenate, np.hstack, np.vstack, np.stack, np.ravel, np.reshape, np.append, np.transpose,
        np.squeeze, np.atleast_1d, np.prod, np.cumsum, np.diff, np.split, np.roll, np.flip, np.outer, np.copy,
        np.expand_dims, np.tile, np.repeat,
    )
}  # fmt: skip
_FUNCTIONS[np.asarray] = lambda a, *_, **__: a
_FUNCTIONS |= {
    np.any: _any, np.all: _all,
    np.mean: _mean, np.max: _largest, np.amax: _largest, np.min: _smallest, np.amin: _smallest, np.linalg.norm: _norm,
}  # fmt: skip
