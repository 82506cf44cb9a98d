# SPDX-License-Identifier: MIT
"""What a function keeps from call to call: counters, lists of points, values of an earlier call.

A function that keeps something is called as it is, since a recording of it would leave its owner's counters behind.
"""

import functools
import types

_PLAIN = (int, float, complex, str, bytes, bool, type(None))
_GROWING = (list, dict, set)
_MOST = 64  # attributes of an object that are looked at


def state_of(function) -> list:
    """What the function could change when it is called: its attributes, those of the object it belongs to, what it
    captured, and plain values and lists among the globals that it names. To be compared by unchanged()."""
    state = []
    _collect(function, state, 3)
    return state


def unchanged(function, state: list) -> bool:
    """Whether the function still keeps what it kept then."""
    now = state_of(function)
    return len(now) == len(state) and all(
        one is other and size == length for (one, size), (other, length) in zip(now, state)
    )


def _keep(value, state, depth, private=True):
    kind = type(value)
    if kind in _GROWING:
        state.append((value, len(value)))
        return
    state.append((value, 0))
    if depth and kind not in _PLAIN:
        _collect(value, state, depth - 1, private)


def _collect(owner, state, depth, private=True):
    """Appends (value, length) for all that belongs to the owner; without what is private to it (a cache of a table,
    say) unless it is the function's own."""
    kind = type(owner)
    if kind is types.MethodType:
        _collect(owner.__func__, state, depth)
        _keep(owner.__self__, state, depth, private)
        return
    if issubclass(kind, (type, types.ModuleType)):
        return
    kept = getattr(owner, "__dict__", None)
    if type(kept) is dict and 0 < len(kept) <= _MOST:
        for name, value in kept.items():
            if private or not name.startswith("_"):
                _keep(value, state, max(depth - 1, 0), private)
    if kind is functools.partial and depth:
        _collect(owner.func, state, depth - 1)
    if kind is not types.FunctionType:
        return
    for cell in owner.__closure__ or ():
        try:
            _keep(cell.cell_contents, state, depth, private=False)
        except ValueError:  # not assigned yet
            state.append((None, 0))
    for name in owner.__code__.co_names:
        value = owner.__globals__.get(name)
        if type(value) in _PLAIN:
            state.append((value, 0))
        elif type(value) in _GROWING:
            state.append((value, len(value)))
