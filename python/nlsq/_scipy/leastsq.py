# SPDX-License-Identifier: MIT
"""``leastsq`` with SciPy's arguments and returns: MINPACK's lmdif and lmder as functions of residuals, on the core's
Levenberg-Marquardt."""

import warnings
from collections.abc import Callable

import numpy as np

from nlsq._scipy.arguments import FLOAT64, passes_of
from nlsq._scipy.leastsq_fit import Fit

_IER = {2: 1, 3: 2, 4: 3, 1: 4, 0: 5, -1: 5}
_LIMIT = 5  # ier from which on there is no solution


def leastsq(func: Callable, x0, args=(), Dfun=None, full_output=False, col_deriv=False, ftol=1.49012e-8,
            xtol=1.49012e-8, gtol=0.0, maxfev=0, epsfcn=None, factor=100, diag=None):  # fmt: skip
    """Minimizes ``sum(func(x, *args)**2)``; SciPy 1.17's ``leastsq``.

    Args:
        func: ``func(x, *args)``, x of shape (n,), gives m >= n residuals.
        x0: start, n numbers.
        args: further arguments of `func` and `Dfun`; what is no tuple is the only one.
        Dfun: ``Dfun(x, *args)`` gives the Jacobian (m, n), with `col_deriv` (n, m).
        full_output: also return cov_x, infodict and mesg; no error is raised for improper options then, ier is 0.
        ftol, xtol, gtol: tolerances on the relative change of the sum of squares, the relative step, and the cosine
            between residuals and columns of the Jacobian.
        maxfev: limit of calls of `func`; 0: 200 (n + 1), with `Dfun` 100 (n + 1).
        epsfcn: relative error of `func`; differences take steps of its square root, relative to x. Default: steps
            that fit the function.
        factor: a limit of the first step of a function that is called, in sizes of x0.
        diag: (n,), factors of the parameters in the length of a step. Default: from the Jacobian.

    Returns:
        x (n,) and ier, which is 1 to 4 for a solution; with `full_output` x, cov_x (n, n), infodict, mesg, ier. cov_x
        is the inverse of J^T J, None where J has no full rank.

    Raises:
        TypeError: fewer residuals than parameters, a Jacobian of another shape, options that make no sense.

    Warns:
        RuntimeWarning: the limit was reached (without `full_output`).
    """
    x0 = _start_of(x0)
    n = len(x0)
    args = args if type(args) is tuple or isinstance(args, tuple) else (args,)
    by_differences = Dfun is None
    maxfev = int(maxfev) or (200 if by_differences else 100) * (n + 1)
    scale = [] if diag is None else _scale_of(diag, n)
    if n == 0 or not min(ftol, xtol, gtol) >= 0 or maxfev <= 0 or not factor > 0 or scale is None:
        return _improper(func, x0, args, full_output, not by_differences)
    fit = Fit(func, x0, args, Dfun, bool(col_deriv), epsfcn)
    options = (float(ftol), float(xtol), float(gtol), passes_of(maxfev, n) if by_differences else maxfev, scale)
    if not fit.is_finite:  # MINPACK does not move from there
        ier = 4
    else:
        full = bool(full_output)
        status = fit.kept(options, full)
        if status is None:
            status = fit.recorded(options, full)
        if status is None:
            status = fit.called(options, float(factor), full)
        ier = _IER.get(status, _LIMIT)
    if not full_output and ier < _LIMIT:
        return fit.x, ier
    message = _message(ier, ftol, xtol, gtol, maxfev)
    if not full_output:
        warnings.warn(message, RuntimeWarning, stacklevel=2)
        return fit.x, ier
    covariance = fit.covariance if ier < _LIMIT else None  # a fit that did not end has none, as SciPy's
    return fit.x, covariance, fit.infodict(), message, ier


def _start_of(x0):
    """A copy of the start, (n,) float64."""
    if type(x0) is np.ndarray and x0.dtype is FLOAT64:
        return x0.flatten()
    x0 = np.asarray(x0)
    if x0.dtype.kind == "c":
        raise TypeError("Cannot cast x0 from complex to float.")
    return x0.astype(float).ravel()


def _scale_of(diag, n):
    """The sizes of the parameters, or None: they make no sense."""
    diag = np.asarray(diag, dtype=float).ravel()
    return (1.0 / diag).tolist() if len(diag) == n and (diag > 0).all() else None


def _improper(func, x0, args, full_output, by_jacobian):
    """What MINPACK does with no parameters, and with options that make no sense."""
    why = ("Improper input parameters: tolerances must not be negative, factor, maxfev and diag positive, diag and x0 of "
           "one length, and there must be parameters")  # fmt: skip
    if not full_output:
        raise TypeError(why)
    fvec = np.atleast_1d(np.asarray(func(x0.copy(), *args), dtype=float))
    n = len(x0)
    infodict = {"fvec": fvec, "nfev": 0, "fjac": np.zeros((n, len(fvec))), "ipvt": np.zeros(n, dtype=np.int32),
                "qtf": np.zeros(n)}  # fmt: skip
    if by_jacobian:
        infodict["njev"] = 0
    return x0, None, infodict, why, 0


def _message(ier, ftol, xtol, gtol, maxfev):
    cost = f"The sum of squares cannot be reduced by more than ftol = {ftol:g} of its value"
    step = f"the last step was shorter than xtol = {xtol:g} of the parameters"
    return {
        1: cost + ".",
        2: step.capitalize() + ".",
        3: f"{cost}, and {step}.",
        4: f"The residuals are orthogonal to the columns of the Jacobian up to gtol = {gtol:g}.",
    }.get(ier, f"Number of calls to function has reached maxfev = {maxfev}.")
