# SPDX-License-Identifier: MIT
"""``leastsq`` with SciPy's arguments and returns: MINPACK's lmdif and lmder as functions of residuals, on the core's
Levenberg-Marquardt."""

import warnings
from collections.abc import Callable

import numpy as np

from nlsq import _differences
from nlsq import _scipy_least_squares as lsq
from nlsq._black_box import BlackBox
from nlsq._function_state import state_of
from nlsq._losses import Loss
from nlsq._recorded_residuals import Engine
from nlsq._scipy_arguments import passes_of
from nlsq._scipy_covariance import InfoDict, covariance
from nlsq._scipy_types import dense

_EPS = float(np.finfo(float).eps)
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
        factor: accepted; the first step is bounded by the size of x0.
        diag: (n,), factors of the parameters in the length of a step. Default: from the Jacobian.

    Returns:
        x (n,) and ier, which is 1 to 4 for a solution; with `full_output` x, cov_x (n, n), infodict, mesg, ier. cov_x
        is the inverse of J^T J, None where J has no full rank.

    Raises:
        TypeError: fewer residuals than parameters, a Jacobian of another shape, options that make no sense.

    Warns:
        RuntimeWarning: the limit was reached (without `full_output`).
    """
    x0 = np.asarray(x0).flatten()
    if np.iscomplexobj(x0):
        raise TypeError("Cannot cast x0 from complex to float.")
    x0 = x0.astype(float)
    n = len(x0)
    args = args if isinstance(args, tuple) else (args,)
    solver, maxfev = _solver(n, ftol, xtol, gtol, maxfev, factor, diag, Dfun is None)
    if solver is None:
        return _improper(func, x0, args, full_output, Dfun is not None)
    state = state_of(func) if Dfun is None and epsfcn is None else None
    box, start = _problem(func, x0, args, Dfun, bool(col_deriv), epsfcn)
    free = _differences.unbounded(n)
    box.at_end = bool(full_output)
    if Dfun is not None or epsfcn is not None:
        box.note = "a Jacobian was given" if Dfun is not None else "epsfcn was given"
    elif np.isfinite(start.f).all():
        box.record(func, args, None, start, state, *free, Engine())
    if np.isfinite(start.f).all():
        if full_output or gtol > 0:
            result = lsq.run(box, x0, "lm", *free, solver)
            x, status = result.x, result.status
        else:
            x, status = _solution(box, x0, free, solver)
        ier = _IER.get(status, _LIMIT)
    else:  # MINPACK goes nowhere from there
        result, x, ier = None, x0, 4
    if not full_output and ier < _LIMIT:
        return x, ier
    message = _message(ier, ftol, xtol, gtol, maxfev)
    if not full_output:
        warnings.warn(message, RuntimeWarning, stacklevel=2)
        return x, ier
    if result is None:
        return x, None, {"nfev": box.nfev, "fvec": start.f}, message, ier
    J = dense(result.jac)
    calls = result.nfev + (0 if box.differences is None else box.differences.evaluations)
    infodict = InfoDict({"fvec": result.fun, "nfev": calls}, J, result.fun)
    if Dfun is not None:
        infodict["njev"] = result.njev
    known = box.recorded is None and box.core.rank == n and np.isfinite(J).all()
    return x, np.array(box.core.pcov) if known else covariance(J, pseudo=False), infodict, message, ier


def _solution(box, x0, free, solver):
    """(x, status) where nothing else is asked for: no Jacobian at the end, and no call there of a function that keeps
    nothing."""
    core = box.minimize_recorded(x0, *free, solver) if box.recorded is not None else None
    if core is None:
        core = box.minimize(x0, *free, solver, enough=lambda core: True)
    x = np.array(core.popt)
    if box.recorded is not None and box.keeps_values:
        box.at(x)
    return x, core.status if np.isfinite(core.optimality) else -1


def _solver(n, ftol, xtol, gtol, maxfev, factor, diag, by_differences):
    """(the core's options, the limit of calls), checked as MINPACK checks its own; no options: they make no sense."""
    maxfev = int(maxfev) or (200 if by_differences else 100) * (n + 1)
    improper = n == 0 or not min(ftol, xtol, gtol) >= 0 or maxfev <= 0 or not factor > 0
    solver = {"method": "lm", "ftol": float(ftol), "xtol": float(xtol), "gtol": float(gtol), "polish": False,
              "max_nfev": passes_of(maxfev, n) if by_differences else maxfev}  # fmt: skip
    if diag is not None:
        diag = np.asarray(diag, dtype=float).ravel()
        improper = improper or len(diag) != n or not (diag > 0).all()
        if not improper:
            solver["x_scale"] = (1.0 / diag).tolist()
    return None if improper else solver, maxfev


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


def _problem(func, x0, args, Dfun, columns_first, epsfcn):
    """(the BlackBox, its Point at the start)."""
    n = len(x0)
    function = lsq.WithArguments(func, args, None) if args else func
    differences = jacobian = None
    if Dfun is None:
        step = None if epsfcn is None else np.asarray(max(float(epsfcn), _EPS) ** 0.5)
        differences = _differences.Differences(function, "2-point", step, *_differences.unbounded(n))
    else:
        def jacobian(x):
            J = np.atleast_2d(np.asarray(Dfun(x, *args)))
            expected = (n, box.m) if columns_first else (box.m, n)
            if J.shape != expected:
                name = getattr(Dfun, "__name__", "Dfun")
                raise TypeError(f"leastsq: there is a mismatch between the input and output shape of the 'Dfun' "
                                f"argument '{name}'. Shape should be {expected} but it is {J.shape}.")  # fmt: skip
            return J.T if columns_first else J
    box = BlackBox(function, x0, Loss("linear", 1.0), jacobian, differences)
    box.may_be_empty = True
    start = box.at(x0)
    if box.m < n:
        raise TypeError(f"Improper input: func input vector length N={n} must not exceed func output vector length "
                        f"M={box.m}")  # fmt: skip
    if Dfun is not None:
        box.jacobian_at(x0)
    return box, start


def _message(ier, ftol, xtol, gtol, maxfev):
    cost = f"The sum of squares cannot be reduced by more than ftol = {ftol:g} of its value"
    step = f"the last step was shorter than xtol = {xtol:g} of the parameters"
    return {
        1: cost + ".",
        2: step.capitalize() + ".",
        3: f"{cost}, and {step}.",
        4: f"The residuals are orthogonal to the columns of the Jacobian up to gtol = {gtol:g}.",
    }.get(ier, f"Number of calls to function has reached maxfev = {maxfev}.")
