# SPDX-License-Identifier: MIT
"""Recordings of residuals f(x, *args) that are used again for other arguments.

Programs fit one function to the data of each of many pixels, in fits that take less time than a recording. A recording
whose columns are arrays of the arguments, columns of them, or roots or reciprocals of these, is kept with the function's code and the arguments' shapes,
and put together with the arrays of the next call. It is not trusted on the word of the code: whatever else the function
depends on, all of its residuals have to be the recording's where that fit starts, and where it ends.
"""

import numpy as np

from nlsq import _core
from nlsq._recording.function_state import state_of, unchanged
from nlsq._recording.residuals import point_beside, same_values

_MOST = 1_000
_MOST_ROWS = 10_000  # beyond, a recording costs little of a fit
_MOST_DROPPED = 3  # recordings of a key that were found to be of another function
_SAME_JACOBIAN = 1e-6
_FLOAT64 = np.dtype(float)
_PLAIN = frozenset((int, str, bool, type(None)))
_ARGUMENTS = _PLAIN | {float}
_kept = {}  # of keys: a _core.KeptResiduals
_in_vain = {}  # of keys: how often one was dropped, _MOST_DROPPED where none is to be kept


def key_of(function, args, jacobian):
    """What calls share that a recording may serve, or None: code, and of the arguments shapes of arrays, choices, types."""
    if not args:
        return None
    try:
        key = [function.__code__, type(getattr(function, "__self__", None))]
        if function.__closure__ is not None or not _ARGUMENTS.issuperset(map(type, function.__defaults__ or ())):
            return None
        if jacobian is not None:
            key.append(jacobian.__code__)
            if jacobian.__closure__ is not None:
                return None
    except AttributeError:
        return None
    for value in args:
        kind = type(value)
        if kind is np.ndarray:
            if value.dtype is not _FLOAT64:
                return None
            key.append(value.shape)
        elif kind in _ARGUMENTS:
            key.append(value if kind in _PLAIN else kind)
        else:
            return None
    return tuple(key)


kept_of = _kept.get  # the recording of a key, or None


def is_wanted(key) -> bool:
    """Whether a recording would be kept."""
    return key is not None and _in_vain.get(key, 0) < _MOST_DROPPED


def drop(key):
    """Forgets a recording that was of another function."""
    _kept.pop(key, None)
    _in_vain[key] = _in_vain.get(key, 0) + 1


def give_up(key):
    """Says that nothing is to be kept of a key."""
    if len(_in_vain) >= _MOST:
        _in_vain.clear()
    _in_vain[key] = _MOST_DROPPED


def keep(key, recorded, args):
    """The recording, a _recorded_residuals.Recorded, for other arguments, which is kept; None where it is for these alone."""
    model, columns, rows = recorded.only or (None, (), 0)
    places = []
    if model is not None and model.outputs == 1 and rows == recorded.m <= _MOST_ROWS:
        places = [_place_of(column, args) for column in columns]
    if not places or None in places:
        give_up(key)
        return None
    if len(_kept) >= _MOST:
        _kept.clear()
    kept = _kept[key] = _core.KeptResiduals(model, places, rows)
    return kept


# What weights and errors are made into before they meet a model's values; in the order of the core.
_MADE = (lambda values: values, np.sqrt, np.reciprocal)


@np.errstate(all="ignore")
def _place_of(column, args):
    """(argument, column or -1, what is made of it) where an array is found among the arguments, or None."""
    for made, function in enumerate(_MADE):
        for i, value in enumerate(args):
            if type(value) is not np.ndarray or value.ndim not in (1, 2) or len(value) != len(column):
                continue
            same = (function(value) == (column if value.ndim == 1 else column[:, None])).all(axis=0)
            if value.ndim == 1 and same:
                return i, -1, made
            if value.ndim == 2 and same.any():
                return i, int(same.argmax()), made
    return None


def is_derivative(recorded, function, jacobian, args, x, lower, upper, columns_first) -> bool:
    """Whether jacobian(x, *args) gives the derivatives of the recorded function, at x and beside it, and keeps nothing.
    The function is called before, since the two may share values."""
    for p in (point_beside(x, lower, upper), x):
        try:
            function(p.copy(), *args)
            state = state_of(jacobian)
            given = np.asarray(jacobian(p.copy(), *args), dtype=float)
        except Exception:  # it is called as it is, and the error raised there
            return False
        if not unchanged(jacobian, state) or given.ndim != 2:
            return False
        if not same_values(given.T if columns_first else given, recorded.jacobian(p), _SAME_JACOBIAN):
            return False
    return True
