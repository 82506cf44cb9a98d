# SPDX-License-Identifier: MIT
"""Functions that cannot be recorded, so that recording them is not tried again: a program may fit with one
thousands of times, and trying takes as long as many calls."""

from nlsq._recording.models import identity_of

_MOST = 1_000
_MOST_KINDS = 3  # of one code that were refused, when none was recorded: then all are
_CHOICES = frozenset((str, bool, type(None)))


def kind_of(function, arguments=()):
    """As identity_of, with what the object of a method, or one that is called, chooses by: its attributes that are texts
    and truth values, and the types of the others. Functions of a kind are recorded alike, or not at all."""
    identity, owner = identity_of(function, arguments), getattr(function, "__self__", None)
    if identity is None and not arguments:
        code = getattr(type(function).__call__, "__code__", None)  # of an object that is called
        identity, owner = None if code is None else (type(function), code), function
    kept = getattr(owner, "__dict__", None)
    if identity is None or type(kept) is not dict:
        return identity
    return (identity, *[v if type(v) in _CHOICES else type(v) for v in kept.values()])


class Refusals:
    """Why functions of a kind are not recorded. To be called is right for any, so that much may be taken for granted.
    most_kinds: of one code that were refused, none recorded, before all of that code are; 0: never."""

    def __init__(self, most_kinds=_MOST_KINDS):
        self._most_kinds = most_kinds
        self._why = {}  # of kinds
        self._count = {}  # of codes: their kinds that were refused; more than most_kinds where one was recorded

    def knows(self, function):
        """Whether a function of this code was refused."""
        return getattr(function, "__code__", None) in self._count

    def of(self, function, kind):
        """The reason, or None: it may be tried."""
        why = None if kind is None else self._why.get(kind)
        if why is None and self._count:
            code = getattr(function, "__code__", None)
            return self._why.get(code) if self._count.get(code) == self._most_kinds else None
        return why

    def add(self, function, kind, why):
        """Says that a function was refused."""
        if len(self._why) >= _MOST:
            self.clear()
        if kind is not None:
            self._why[kind] = why
        code = getattr(function, "__code__", None)
        if code is not None:
            self._count[code] = self._count.get(code, 0) + 1
            self._why[code] = why

    def is_recorded(self, function):
        """Says that a function was recorded."""
        code = getattr(function, "__code__", None)
        if code is not None:
            self._count[code] = self._most_kinds + 1

    def clear(self):
        """Forgets all."""
        self._why.clear()
        self._count.clear()


refused_residuals = {says_why: Refusals() for says_why in (False, True)}  # of leastsq and least_squares, by their words
refused_models = Refusals(most_kinds=0)  # of curve_fit: wrappers of other models share their code
