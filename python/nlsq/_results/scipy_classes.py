# SPDX-License-Identifier: MIT
"""The package's classes of results and warnings that are SciPy's too.

Importing this module imports scipy.optimize, so that only two do it: with_scipy (_optimize.py), once that has happened
anyway, and the reading of a pickle that names one of these classes. Where there is no SciPy such a pickle gives the
package's own classes.
"""

from nlsq._base import optimize as _optimize
from nlsq._results import result

try:
    from scipy import optimize as _scipy
except ImportError:  # the pickle comes from a machine that has it
    from nlsq._base import optimize as _scipy

if _scipy is _optimize:
    OptimizeResult, OptimizeWarning = _optimize.OptimizeResult, _optimize.OptimizeWarning
    CurveFitResult = result.CurveFitResult
else:

    class OptimizeResult(_optimize.OptimizeResult, _scipy.OptimizeResult):
        __slots__ = ()
        __doc__ = _optimize.OptimizeResult.__doc__

    class OptimizeWarning(_optimize.OptimizeWarning, _scipy.OptimizeWarning):
        __slots__ = ()
        __doc__ = _optimize.OptimizeWarning.__doc__

    class CurveFitResult(result.CurveFitResult, _scipy.OptimizeResult):
        __slots__ = ()
        __doc__ = result.CurveFitResult.__doc__

        def __reduce_ex__(self, protocol):
            from nlsq._results.store import state_of

            return from_state, (state_of(self),)


def from_state(state):
    """store.from_state, of which the import of this module has made a result of SciPy's class."""
    from nlsq._results import store

    return store.from_state(state)
