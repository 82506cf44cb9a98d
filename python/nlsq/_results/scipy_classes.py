# SPDX-License-Identifier: MIT
"""CurveFitResult that is SciPy's OptimizeResult too; nlsq/_base/scipy_classes.py says when it is used."""

from nlsq._results import result as _ours
from nlsq._results.store import state_of

try:
    from scipy.optimize import OptimizeResult as _OptimizeResult
except ImportError:  # the pickle comes from a machine that has it
    CurveFitResult = _ours.CurveFitResult
else:

    class CurveFitResult(_ours.CurveFitResult, _OptimizeResult):
        __slots__ = ()
        __doc__ = _ours.CurveFitResult.__doc__

        def __reduce_ex__(self, protocol):
            return from_state, (state_of(self),)


def from_state(state):
    """That of result.py, of which the import of this module has made a result of SciPy's class."""
    return _ours.from_state(state)
