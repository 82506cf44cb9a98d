# SPDX-License-Identifier: MIT
"""OptimizeResult and OptimizeWarning that are SciPy's too.

Importing this module imports scipy.optimize, so that only two do it: with_scipy (optimize.py), once that has happened
anyway, and the reading of a pickle that names one of these classes. Where there is no SciPy such a pickle gives the
package's own classes.
"""

from nlsq._base import optimize as _ours

try:
    from scipy import optimize as _scipy
except ImportError:  # the pickle comes from a machine that has it
    OptimizeResult, OptimizeWarning = _ours.OptimizeResult, _ours.OptimizeWarning
else:

    class OptimizeResult(_ours.OptimizeResult, _scipy.OptimizeResult):
        __slots__ = ()
        __doc__ = _ours.OptimizeResult.__doc__

    class OptimizeWarning(_ours.OptimizeWarning, _scipy.OptimizeWarning):
        __slots__ = ()
        __doc__ = _ours.OptimizeWarning.__doc__
