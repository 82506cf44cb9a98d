# SPDX-License-Identifier: MIT
"""``curve_fit`` with SciPy's arguments, checks and results.

The usual call (float64 arrays, no sigma, no bounds) takes a short way to the engine; everything else is checked as
SciPy checks it. A model that cannot be recorded, or has a Jacobian of its own, goes through the black box.
"""

from collections.abc import Callable
from types import FunctionType

import numpy as np

from nlsq import _core
from nlsq._recording.function_state import Kept
from nlsq._recording.models import recorded, trace
from nlsq._recording.type_questions import may_ask_for_types
from nlsq._scipy.arguments import FLOAT64, UNBOUNDED
from nlsq._recording.refusals import kind_of, refused_models
from nlsq._scipy.task import Task

_NAMES = {n: [f"p{i}" for i in range(n)] for n in range(64)}


def curve_fit(f: Callable, xdata, ydata, p0=None, sigma=None, absolute_sigma=False, check_finite=None,
              bounds=UNBOUNDED, method=None, jac=None, *, full_output=False, nan_policy=None, **kwargs):  # fmt: skip
    """Fits ``f(xdata, *params)`` to ydata by nonlinear least squares; SciPy 1.17's ``curve_fit``.

    Args:
        f: the model, ``f(x, ...)``, x first and then the n parameters one by one; gives shape (M,).
        xdata: (M,), (k, M), or any object that `f` understands; lists, tuples and arrays become float64.
        ydata: (M,).
        p0: start, (n,). Default: 1 for each parameter, or a point between its bounds.
        sigma: standard deviations, a number or (M,), inf leaves a row out; or a covariance matrix (M, M).
        absolute_sigma: False (default): only ratios of sigma matter, and pcov is scaled by chi2 / (M - n).
        check_finite: refuse inf and NaN in the data; True (default) unless `nan_policy` is given.
        bounds: (lower, upper), each (n,) or a number, or an object with ``lb`` and ``ub``.
        method: "lm", "trf" or "dogbox". Default: "lm", with bounds "trf".
        jac: a function ``jac(x, ...)`` that gives (M, n), or "2-point", "3-point", "cs" for models that cannot be
            recorded.
        full_output: also return infodict, mesg and ier.
        nan_policy: None (default), "raise", or "omit" to leave out rows with NaN.
        **kwargs: with lm ftol, xtol, gtol, maxfev, epsfcn, factor, diag, col_deriv; else those of `least_squares`.

    Returns:
        popt (n,) and pcov (n, n); with `full_output` also infodict, mesg, ier.

    Raises:
        ValueError: data, sigma, bounds or options that make no sense; sigma of 0, NaN or below 0.
        TypeError: fewer rows than parameters (lm), unknown keyword arguments.
        RuntimeError: the fit did not converge, or the model is not finite where it should be.

    Warns:
        OptimizeWarning: the covariance could not be estimated; pcov is then inf.
    """
    if (
        type(ydata) is np.ndarray and type(xdata) is np.ndarray and sigma is None and bounds is UNBOUNDED
        and not absolute_sigma and jac is None and not kwargs and not full_output and (method is None or method == "lm")
        and nan_policy is None and (check_finite is None or check_finite is True)
        and ydata.dtype is FLOAT64 and xdata.dtype is FLOAT64 and ydata.ndim == 1
    ):  # fmt: skip
        done = _core.quick_fit(f, xdata, ydata, p0) or _short_way(f, xdata, ydata, p0)
        if type(done) is tuple:
            return done
    else:
        done = None

    task = Task(f, xdata, ydata, p0, sigma, absolute_sigma, check_finite, bounds, method, jac, nan_policy, kwargs)
    popt, pcov, infodict, message, ier = task.solve(full_output, done is not _CALLED)
    if full_output:
        return popt, pcov, infodict, message, ier
    return popt, pcov


def _short_way(f, x, y, p0):
    """(popt, pcov) of a recorded model where all is well; None: take the long way, _CALLED: and record nothing."""
    code = getattr(f, "__code__", None)
    rows = len(y)
    if code is None or x.shape != y.shape or not (x.flags.c_contiguous and y.flags.c_contiguous):
        return None
    if p0 is None:
        if getattr(f, "__dict__", None):
            return None  # perhaps from a decorator, with a signature that is not that of its code
        n = code.co_argcount - 1 - hasattr(f, "__self__")
        start = [1.0] * n
    elif type(p0) is np.ndarray:
        if p0.ndim != 1 or p0.dtype.kind not in "fiu":
            return None
        n, start = len(p0), p0.tolist()
    elif type(p0) is list or type(p0) is tuple:
        n, start = len(p0), [float(v) for v in p0 if isinstance(v, (float, int))]
    else:
        return None
    if not (0 < n < 64 and n < rows and len(start) == n):
        return None
    if refused_models.knows(f) and refused_models.of(f, (kind_of(f), n)) is not None:
        return _CALLED
    try:
        forms = _core.forms_counted()
        kept = Kept(f)
        traced, why = trace(f, x, _NAMES[n], rows, None, kept)
        if kept.has_changed:
            return None
        anew = _core.forms_counted() != forms
        if traced is None:
            if why.startswith(_TRIED_AGAIN):
                return None
            refused_models.add(f, (kind_of(f), n), why)
            return _CALLED
        if refused_models.knows(f):
            refused_models.is_recorded(f)
        if anew or (code, traced[0].key) not in _compared or not _is_plain(f):
            traced, _ = recorded(f, x, start, _NAMES[n], rows)
            if traced is None:
                return _CALLED
            if _is_plain(f) and not anew and len(_compared) < 10_000 and not may_ask_for_types(f, code):
                _compared.add((code, traced[0].key))
        _core.trust(f)
        result = _core.curve_fit(traced[0], traced[1], y, None, start, solver=_LM)
    except Exception:  # of any kind: values that are not finite, the function, the start; the long way sorts them out
        return None
    if result.status <= 0 or result.rank < n:
        return None
    return result.popt, result.pcov


_LM = {"method": "lm", "judge": False}


_CALLED = object()  # a model that cannot be recorded
_TRIED_AGAIN = ("an array of data is changed", "a decision (")  # refusals that the long way may avoid
_compared = set()  # (code, recorded model): compared with each other before


def _is_plain(f):
    """A function that is its code alone: no captured values, no defaults."""
    return type(f) is FunctionType and f.__closure__ is None and f.__defaults__ is None and f.__kwdefaults__ is None
