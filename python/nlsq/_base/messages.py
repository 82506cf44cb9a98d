# SPDX-License-Identifier: MIT
"""Words that messages share, and where warnings point."""

import sys

from nlsq import _core

_MOST_LISTED = 10


def nearest(name, known):
    """' (did you mean …?)' or ''."""
    near = _core.nearest_name(str(name), [str(k) for k in known])
    return f" (did you mean {near!r}?)" if near else ""


def listed(names):
    """'a, b, c'; of many names the first, and how many more there are."""
    return ", ".join(names) if len(names) <= _MOST_LISTED else (
        f"{', '.join(names[: _MOST_LISTED - 1])} and {len(names) - _MOST_LISTED + 1} more")  # fmt: skip


def caller():
    """The stacklevel, for the function that asks, of the line that called this package."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("nlsq."):
        frame, level = frame.f_back, level + 1
    return level
