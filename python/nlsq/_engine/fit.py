# SPDX-License-Identifier: MIT
"""One fit: record the model and run it in the core (_recording/models.py), or call it as it is (called.py).

Everything here works on arrays that are already checked: ``ydata`` is one-dimensional float64. The public
functions above this module bring their own rules for arguments.
"""

import numpy as np

from nlsq import _core
from nlsq._base import arguments
from nlsq._base.log import log_line, logger
from nlsq._engine.outcome import Outcome, Request, engine_of
from nlsq._models import jax
from nlsq._recording.models import recorded

_DEBUG = 10  # a level of logging
# Options of the solver that are none of a function that is called, or of a covariance matrix.
_NOT_OF_COVARIANCES = ("device", "memory_limit", "searched", "starts")
_NOT_OF_CALLS = (*_NOT_OF_COVARIANCES, "progressive")


def usual_fit(function, xdata, ydata, p0, names):
    """As fit() with nothing but these, where the record of the function is kept and all is well; else None."""
    done = _core.quick_result(function, xdata, ydata, p0, names)
    if done is None:
        return None
    out = Outcome()
    out.result, out.model = done
    out.columns, out.engine, out.note = [xdata], "interpreter", None
    out.function, out.xdata, out.ydata, out.sigma, out.jac, out.names = function, xdata, ydata, None, None, names
    out.lower, out.upper, out.f_scale, out.whole = None, None, 1.0, None
    _log(out)
    return out


def fit(function, xdata, ydata, p0, *, names=None, sigma=None, lower=None, upper=None, fixed=None,
        absolute_sigma=False, loss=None, f_scale=1.0, jac=None, differences=None, diff_step=None,
        callback=None, threads=0, jacobian_mode=None, check_finite=False, solver=None):  # fmt: skip
    """Fits function(x, *parameters) to ydata (float64, one dimension).

    sigma: None, a number, one value a row, or a covariance matrix (rows by rows). lower, upper, fixed: one value a
    parameter, or None. callback: user(iteration, nfev, cost, step_norm, optimality, parameters) -> stop. solver:
    method, ftol, xtol, gtol, x_scale, max_nfev, polish of the core. differences: "2-point" or "3-point" to have the
    model called as it is; None: exact derivatives where it can be recorded. Returns an Outcome.
    """
    rows = len(ydata)
    if type(p0) is not list:
        p0 = np.asarray(p0, dtype=float).tolist()
    if names is None:
        names = [f"p{i}" for i in range(len(p0))]
    out = Outcome()
    out.function, out.xdata, out.ydata, out.sigma, out.jac, out.names = function, xdata, ydata, sigma, jac, names
    out.lower, out.upper, out.f_scale, out.whole = lower, upper, f_scale, None
    out.model, out.columns, out.engine = None, [], "callback"
    solver = {} if solver is None else solver

    traced = None
    if jac is not None:
        out.note = "a Jacobian was given"
    elif differences is not None:
        out.note = f"differences were asked for (jac={differences!r})"
    elif rows == 0:
        out.note = "there are no rows"
    else:
        chosen = "searched" not in solver
        traced, out.note = recorded(function, xdata, p0, names, rows, lower, upper, is_chosen=chosen)
    if traced is not None and "rows" not in solver:
        out.model, out.columns, _ = traced
        out.engine = "interpreter"
        if sigma is None or np.ndim(sigma) < 2:
            if check_finite and len(out.columns) > 1:
                _check_finite(out)  # the core would look at arrays of the model, too
                check_finite = False
            out.result = _core.curve_fit(
                out.model, out.columns, ydata, _plain_sigma(sigma), p0, lower, upper, fixed, absolute_sigma,
                loss, f_scale, threads, check_finite, callback, jacobian_mode, solver,
            )  # fmt: skip
            _log(out)
            return out
    request = Request(
        p0, fixed, absolute_sigma, loss, differences, diff_step, callback, threads, jacobian_mode, check_finite, solver)
    out = _fit_rows(out, traced, request) if "rows" in solver else _fit_by_calls(out, request)
    _log(out)
    return out


def _fit_rows(out, traced, request):
    """The fit of rows that are not in memory."""
    from nlsq._engine import streamed

    return streamed.fit_recorded(out, traced, request)


def _fit_by_calls(out, request):
    """The fit of a function that is called, or of a recorded one with a covariance matrix."""
    solver, rows, p0 = request.solver, len(out.ydata), request.p0
    if out.engine == "interpreter":
        if "relations" in solver:
            raise ValueError("tie, prior and derive go with a sigma of one value a row, not with a covariance matrix")
    else:
        if "relations" in solver:
            raise ValueError(f"tie, prior and derive need a model that can be recorded, and this one cannot: {out.note}")
        if out.jac is None and request.differences is None and rows and jax.is_loaded() and jax.uses_jax(out.function):
            out.jac = _jax_jacobian(out.function, out.xdata, p0, rows, request.jacobian_mode)
        if type(out.xdata) is np.ndarray and out.xdata.dtype == np.float32:
            out.xdata = out.xdata.astype(float)  # differences need all digits
    if request.check_finite:
        _check_finite(out)
    if "memory_limit" in solver:
        from nlsq._engine.memory import check_called

        check_called(solver["memory_limit"], rows, len(p0), (out.xdata, out.ydata, out.sigma))
    not_of_calls = _NOT_OF_CALLS if out.model is None else _NOT_OF_COVARIANCES
    request.solver = {name: value for name, value in solver.items() if name not in not_of_calls}
    out.result = _fit_called(out, request)
    if "searched" in solver:
        out.result.set_start_source("ones")
        if out.model is None and solver.get("starts") != "ones":
            from nlsq._engine.called_starts import improve

            improve(out, request, solver["searched"], lambda attempt: _fit_called(out, attempt))
    if solver.get("device") is not None:
        from nlsq._data.device import check_called as check_device

        check_device(solver["device"], out.result, out.note)
    return out


def _fit_called(*given):
    """fit_called, which takes this one's place once it is loaded: only models that are called need it."""
    global _fit_called
    from nlsq._engine.called import fit_called as _fit_called

    return _fit_called(*given)


def _log(out):
    """One line at debug level to the logger "nlsq" of a program that uses logging."""
    to = logger(_DEBUG)
    if to is not None:
        r = out.result
        log_line(to, r.jacobian_mode, r.jacobian_mode_source, r.derivative_order, engine_of(out), len(out.names),
                 len(out.ydata))  # fmt: skip


def _check_finite(out):
    """Raises ValueError where a value that counts is not finite."""
    arrays = [("ydata", out.ydata)]
    if type(out.xdata) is np.ndarray and out.xdata.dtype.kind == "f":
        arrays.append(("xdata", out.xdata))
    counts = np.isfinite(out.sigma) if np.ndim(out.sigma) == 1 else None
    for name, values in arrays:
        if counts is not None and values.shape[-1:] == counts.shape:
            values = np.where(counts, values, 0.0)
        arguments.check_finite(values, name)


def _jax_jacobian(function, x, p0, rows, mode):
    """Derivatives by JAX where it can give them: finite, one row a value."""
    try:
        jac = jax.jacobian_of(function, mode == "rev")
        J = jac(x, *p0)
    except Exception:  # the function branches on values, or works outside JAX: differences then
        return None
    return jac if J.shape == (rows, len(p0)) and np.isfinite(J).all() else None


def _plain_sigma(sigma):
    if sigma is None:
        return None
    if np.ndim(sigma) == 0:
        return float(sigma)
    return np.ascontiguousarray(sigma, dtype=float)
