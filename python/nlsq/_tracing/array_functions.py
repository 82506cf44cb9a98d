# SPDX-License-Identifier: MIT
"""What the recorder in C++ asks of arrays: plain ones at every recording, NumPy's functions (not ufuncs) when a model
first calls one."""

from nlsq import _core


def plain(value):
    """A value with the arrays of columns in their place."""
    if isinstance(value, _core.Column):
        return value.__array__()
    if isinstance(value, (list, tuple)):
        return type(value)(plain(v) for v in value)
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value


def read_only(x):
    """A view of x that cannot be written through."""
    view = x.view()
    view.flags.writeable = False
    return view


def call_plain(function, args, kwargs):
    """function on arrays in place of columns."""
    return function(*plain(list(args)), **plain(kwargs))


def __getattr__(name):
    # _allowed_functions.py and what it loads is more than the rest of the package: not for a model of ufuncs alone.
    if name != "dispatch":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from nlsq._tracing.allowed_functions import dispatch

    globals()[name] = dispatch
    return dispatch
