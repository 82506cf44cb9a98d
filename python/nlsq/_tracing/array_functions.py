# SPDX-License-Identifier: MIT
"""Arrays in place of the columns that a recording made of them."""

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
