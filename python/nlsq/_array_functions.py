# SPDX-License-Identifier: MIT
"""NumPy functions (not ufuncs) on traced values: an allow-list; everything else refuses.

A function here is written in operations that are recorded one by one. With data alone (x, and what was
computed from it) NumPy's own function runs on the plain arrays.
"""

import numpy as np

from nlsq import _core


def _is_model_value(value):
    return isinstance(value, _core.Traced) and not isinstance(value, _core.Column)


def _has_model_value(value):
    if _is_model_value(value):
        return True
    if isinstance(value, (list, tuple)):
        return any(_has_model_value(v) for v in value)
    if isinstance(value, dict):
        return any(_has_model_value(v) for v in value.values())
    return isinstance(value, np.ndarray) and value.dtype == object and any(map(_has_model_value, value.flat))


def _plain(value):
    if isinstance(value, _core.Column):
        return value.__array__()
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(v) for v in value)
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return value


def read_only(x):
    """A view of x that cannot be written through."""
    view = x.view()
    view.flags.writeable = False
    return view


def call_plain(function, args, kwargs):
    """function on arrays in place of columns."""
    return function(*_plain(list(args)), **_plain(kwargs))


def _where(condition, x=None, y=None):
    return _core.record("where", np.where, (condition, x, y))


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
        return _core.constant_like(a, float(value))

    return make


def _full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None):
    cell = _like(0.0)(a, dtype=dtype, shape=shape)
    return cell + fill_value


def _ones_times(a):
    return _core.constant_like(a, 0.0) + a


def _nan_to_num(*_, **__):
    raise TypeError("np.nan_to_num of model values")


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
}
# With data alone too: what they give, or the functions they call, may come to hold parameters.
_CELLS = {np.zeros_like, np.ones_like, np.empty_like, np.full_like, np.piecewise}


def dispatch(self, function, args, kwargs):
    """What __array_function__ of traced values does."""
    models = _has_model_value(args) or _has_model_value(kwargs)
    known = _FUNCTIONS.get(function)
    if known is None or (not models and function not in _CELLS):
        if models:
            _core.refuse(self, f"np.{function.__name__}")
        return function(*_plain(args), **_plain(kwargs))
    try:
        return known(*args, **kwargs)
    except TypeError as error:
        if not models:
            return function(*_plain(args), **_plain(kwargs))
        _core.refuse(self, f"np.{function.__name__}: {error}")
