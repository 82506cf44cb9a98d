# SPDX-License-Identifier: MIT
"""OptimizeResult and OptimizeWarning, which are also SciPy's in a process that uses SciPy.

Importing scipy.optimize takes half a second, so nothing here does it. Who compares with SciPy's classes has imported
them already; from then on, results and warnings are of a class that derives from ours and from SciPy's: the twin, of the
same name, in the module scipy_classes beside the module of ours.
"""

import functools
import importlib
import sys
import warnings

from nlsq._base.messages import caller


class OptimizeResult(dict):
    """A dictionary whose keys are attributes too."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error

    __setattr__ = dict.__setitem__
    __delattr__ = dict.__delitem__

    def __repr__(self):
        if not self:
            return f"{type(self).__name__}()"
        width = max(map(len, self)) + 1
        return "\n".join(f"{key.rjust(width)}: {value!r}" for key, value in sorted(self.items()))

    def __dir__(self):
        return list(self.keys())


class OptimizeWarning(UserWarning):
    """Something about a fit that its numbers alone do not say."""


@functools.cache
def _joined(ours, theirs):
    """The twin, which a pickle finds by its name; a class made here of what a user derived."""
    if ours.__module__.startswith("nlsq."):
        twins = importlib.import_module(f"{ours.__module__.rpartition('.')[0]}.scipy_classes")
        known = getattr(twins, ours.__name__, None)
        if known is not None and known.__mro__[1] is ours and issubclass(known, theirs):
            return known
    space = {"__slots__": (), "__module__": ours.__module__, "__doc__": ours.__doc__}
    return type(ours.__name__, (ours, theirs), space)


def with_scipy(ours: type, name: str) -> type:
    """``ours``; once scipy.optimize is imported, a class that is also SciPy's of this name."""
    module = sys.modules.get("scipy.optimize")
    theirs = getattr(module, name, None)
    return ours if theirs is None or issubclass(ours, theirs) else _joined(ours, theirs)


def optimize_warning() -> type:
    """The class to warn with."""
    return with_scipy(OptimizeWarning, "OptimizeWarning")


def warn(text: str) -> None:
    """Warns with that class, at the line that called this package."""
    warnings.warn(text, optimize_warning(), stacklevel=caller())
