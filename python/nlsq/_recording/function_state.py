# SPDX-License-Identifier: MIT
"""What a function keeps from call to call: counters, lists of points, values of an earlier call.

A function that counts or collects is called as it is, since a recording of it would leave its owner's counters behind.
One that keeps values of its last call alone may be recorded: Kept puts back what the recording left there, and a last
call where the fit ends leaves what it would have left.
"""

import functools
import types

import numpy as np

_PLAIN = (int, float, complex, str, bytes, bool, type(None))
_GROWING = (list, dict, set)
_MOST = 64  # attributes of an object that are inspected at most


def state_of(function) -> list:
    """What the function could change when it is called: its attributes, those of the object it belongs to, what it
    captured, and plain values and lists among the globals that it names. To be compared by unchanged()."""
    state = []
    _collect(function, state, 3)
    return state


def unchanged(function, state: list) -> bool:
    """Whether the function still keeps what it kept then."""
    return _unchanged(state_of(function), state)


def _unchanged(now, state):
    return len(now) == len(state) and all(
        one is other and size == length for (one, size), (other, length) in zip(now, state)
    )


class Kept:
    """What a function kept before it was recorded, and whether it has changed that."""

    __slots__ = ("_function", "_places", "_state", "counted", "has_changed")

    def __init__(self, function):
        self._function, self._places, self._state = function, [], []
        _collect(function, self._state, 3, places=self._places)
        self.has_changed = self.counted = False

    def restore(self):
        """Puts it back."""
        now = state_of(self._function)
        if _unchanged(now, self._state):
            return
        self.has_changed = True
        self.counted = self.counted or len(now) != len(self._state) or any(map(_counts, now, self._state))
        for place, before in self._places:
            if type(place) is types.CellType:
                place.cell_contents = before
            elif type(place) is list:
                place[:] = before
            elif type(place) is set:
                place.clear()
                place.update(before)
            elif place.keys() == before.keys():
                place.update(before)
            else:
                place.clear()
                place.update(before)


def kept_from_last_call(function, call, state: list) -> Kept | None:
    """What the function keeps, if a second call with the same parameters leaves the same as the first, before which it
    kept `state`; None if it does not: the function counts its calls, perhaps."""
    after = state_of(function)
    if len(after) == len(state) and any(map(_counts, after, state)):
        return None
    kept = Kept(function)
    call()
    now = state_of(function)
    return kept if len(now) == len(after) and all(map(_same, now, after)) else None


def _counts(one, other):
    """Whether a whole number has become another one, or a list longer."""
    (value, size), (before, length) = one, other
    return size != length or (value is not before and type(value) is type(before) is int)


def _same(one, other):
    (value, size), (before, length) = one, other
    if value is before:
        return size == length
    if type(value) is not type(before):
        return False
    if type(value) is np.ndarray:
        same_type = value.dtype == before.dtype and value.dtype.kind in "fiubc"
        return same_type and np.array_equal(value, before, equal_nan=value.dtype.kind in "fc")
    return type(value) in _PLAIN and value == before


def _keep(value, state, depth, private=True, places=None):
    kind = type(value)
    if kind in _GROWING:
        state.append((value, len(value)))
        if places is not None and len(value) <= _MOST:
            places.append((value, kind(value)))
        return
    state.append((value, 0))
    if depth and kind not in _PLAIN:
        _collect(value, state, depth - 1, private, places)


def _collect(owner, state, depth, private=True, places=None):
    """Appends (value, length) for all that belongs to the owner; without what is private to it (a cache of a table,
    say) unless it is the function's own. places: also where those values are, and what is there."""
    kind = type(owner)
    if kind is types.MethodType:
        _collect(owner.__func__, state, depth, places=places)
        _keep(owner.__self__, state, depth, private, places)
        return
    if issubclass(kind, (type, types.ModuleType)):
        return
    kept = getattr(owner, "__dict__", None)
    if type(kept) is dict and len(kept) <= _MOST:
        if places is not None:
            places.append((kept, dict(kept)))
        for name, value in kept.items():
            if private or not name.startswith("_"):
                _keep(value, state, max(depth - 1, 0), private, places)
    if kind is functools.partial and depth:
        _collect(owner.func, state, depth - 1, places=places)
    if kind is not types.FunctionType:
        return
    for cell in owner.__closure__ or ():
        try:
            value = cell.cell_contents
        except ValueError:  # not assigned yet
            state.append((None, 0))
            continue
        if places is not None:
            places.append((cell, value))
        _keep(value, state, depth, private=False, places=places)
    for name in owner.__code__.co_names:
        value = owner.__globals__.get(name)
        if type(value) in _PLAIN:
            state.append((value, 0))
        elif type(value) in _GROWING:
            state.append((value, len(value)))
