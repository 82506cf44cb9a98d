# SPDX-License-Identifier: MIT
"""Decisions on parameters (``if width <= 0: raise ...``) of a function that is recorded for one fit.

The function is recorded as it is where the fit starts: each decision is made there, and kept. Where the fit ends they are
made again, at that point and beside it: if all of them stand, the recording is the function all around the solution, and
a minimum of the one is a minimum of the other. If one does not, the recording is thrown away and the function called.
"""

import numpy as np

from nlsq import _core

OTHER_DECISION = (
    "a decision (if, while, and, or, max, min) on a parameter's value is another one where the fit ends; write np.where, "
    "np.minimum or np.maximum"
)
_MOST = 64  # decisions that a function may make; loops can make many


class Decisions:
    """Those of one recording that starts at some parameters."""

    __slots__ = ("_made", "_start")

    def __init__(self, start):
        self._start = np.array(start, dtype=float).tolist()
        self._made = []

    def __bool__(self):
        return bool(self._made)

    @property
    def key(self):
        """What recordings that decided the same share."""
        return tuple((model.key, truth) for model, truth in self._made)

    def decide(self, model) -> bool | None:
        """The truth of a number, given as a model without data, at the start; None: too many were asked for."""
        if len(self._made) >= _MOST:
            return None
        truth = _truth(model, self._start)
        self._made.append((model, truth))
        return truth

    def clear(self):
        """Forgets what an attempt to record decided."""
        self._made.clear()

    def stand(self, p, lower=None, upper=None) -> bool:
        """Whether all would be the same at p, and beside it within the bounds."""
        if lower is not None:
            lower, upper = np.asarray(lower, dtype=float).tolist(), np.asarray(upper, dtype=float).tolist()
        p = np.asarray(p, dtype=float).tolist()
        return all(_core.decision_stands(model, truth, self._start, p, lower, upper) for model, truth in self._made)


def _truth(model, p):
    return bool(_core.evaluate(model, [], p, 1)[0] != 0.0)
