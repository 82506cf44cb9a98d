# SPDX-License-Identifier: MIT
"""least_squares and LeastSquares: SciPy's interface, with exact derivatives where the function can be traced."""

from __future__ import annotations

import numpy as np

from nlsq import _arguments, _core
from nlsq._scipy_least_squares import MESSAGES, bounds_of
from nlsq._scipy_least_squares import least_squares as _black_box
from nlsq._scipy_types import optimize_result
from nlsq._vector import ParameterVector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from numpy.typing import ArrayLike
    from typing_extensions import Unpack

    from nlsq._optimize import OptimizeResult
    from nlsq._types import LeastSquaresOptions

_DEFAULTS = {
    "jac": None, "bounds": (-np.inf, np.inf), "method": "trf", "ftol": 1e-8, "xtol": 1e-8, "gtol": 1e-8,
    "x_scale": None,
    "loss": "linear", "f_scale": 1.0, "diff_step": None, "tr_solver": None, "tr_options": None, "jac_sparsity": None,
    "max_nfev": None, "verbose": 0, "args": (), "kwargs": None, "callback": None, "workers": None, "threads": 0,
    "jacobian_mode": None,
}  # fmt: skip
_LOSSES = ("linear", "soft_l1", "huber", "cauchy", "arctan")


def least_squares(fun: Callable[..., Any], x0: ArrayLike, jac: Callable[..., Any] | str | None = None,
                  **options: Unpack[LeastSquaresOptions]) -> OptimizeResult:  # fmt: skip
    """Minimizes 0.5 * sum(rho(fun(x)**2)) over x.

    Parameters
    ----------
    fun : callable fun(x, *args, **kwargs) -> (m,)
    x0 : array_like of (n,)
    jac : None, callable jac(x, *args, **kwargs) -> (m, n), "2-point", "3-point", "cs"
        None: exact derivatives when the function can be traced, else differences of two points. jacobian_mode says in
        which order exact ones are accumulated.
    bounds : (lower, upper); method : {"trf", "lm", "dogbox"}; loss, f_scale, ftol, xtol, gtol, x_scale, max_nfev,
        args, kwargs, diff_step, callback : as SciPy's

    Returns
    -------
    OptimizeResult with x, cost, fun, jac, grad, optimality, active_mask, nfev, njev, nit, status, message, success,
        engine ("interpreter" or "callback"), trace_note (why it was not traced) and jacobian_mode.
    """
    settings = _DEFAULTS.copy()
    settings["jac"] = jac
    for name, value in options.items():
        if name not in settings:
            raise _arguments.unknown_keyword("least_squares", name, _DEFAULTS)
        settings[name] = value
    _check(fun, x0, settings)
    traced, note = _traced(fun, x0, settings)
    if traced is not None:
        return traced
    del settings["threads"], settings["jacobian_mode"]  # of recorded functions
    settings["jac"] = "2-point" if jac is None else jac
    result = _black_box(fun, x0, **settings)
    result["engine"], result["trace_note"] = "callback", note
    return result


def _check(fun, x0, settings):
    """Raises what is wrong with an argument, in words."""
    if not callable(fun):
        raise TypeError(f"fun must be a function fun(x), not {type(fun).__name__}")
    try:
        start = np.atleast_1d(np.asarray(x0)).astype(complex)
    except (TypeError, ValueError):
        raise ValueError(f"`x0` must be numbers, not {x0!r}") from None
    if start.ndim == 1 and not np.isfinite(start).all():
        at = int(np.argmin(np.isfinite(start)))
        raise ValueError(f"`x0` must be finite; it is {np.ravel(x0)[at]} at index {at}")
    _arguments.one_of(settings["method"], ("trf", "dogbox", "lm"), "method")
    if not callable(settings["loss"]):
        _arguments.one_of(settings["loss"], _LOSSES, "loss")
    if settings["jacobian_mode"] is not None:
        _arguments.one_of(settings["jacobian_mode"], ("auto", "fwd", "rev"), "jacobian_mode")
    for name in ("ftol", "xtol", "gtol"):
        if settings[name] is not None:
            _arguments.number(settings[name], name)
    _arguments.number(settings["f_scale"], "f_scale", above=True)
    _arguments.number(settings["threads"], "threads", whole=True)
    if settings["max_nfev"] is not None:
        _arguments.number(settings["max_nfev"], "max_nfev", least=1, whole=True)
    if not isinstance(settings["args"], (tuple, list)):
        raise TypeError(f"args must be a tuple, as args=({settings['args']!r},)")
    if settings["kwargs"] is not None and not isinstance(settings["kwargs"], dict):
        raise TypeError(f"kwargs must be a dict, not {settings['kwargs']!r}")
    bounds = settings["bounds"]
    if isinstance(bounds, (tuple, list)) and len(bounds) == 2 and start.ndim == 1:
        n = start.size
        for side in bounds:
            if np.shape(side) not in ((), (n,)):
                raise ValueError(
                    f"Inconsistent shapes between bounds and `x0`: a bound has shape {np.shape(side)}, x0 {(n,)}"
                )


def _traced(fun, x0, settings):
    """(result, None) by tracing, or (None, why not)."""
    if settings["jac"] is not None:
        return None, "a Jacobian was asked for" if isinstance(settings["jac"], str) else "a Jacobian was given"
    if settings["loss"] not in _LOSSES:
        return None, "the loss is a function"
    for name in ("callback", "tr_solver", "jac_sparsity", "workers", "diff_step"):
        if settings[name] is not None:
            return None, f"{name} was given"
    if settings["verbose"] or settings["method"] not in ("trf", "lm", "dogbox"):
        return None, "verbose was asked for"
    start = np.atleast_1d(np.asarray(x0))
    if start.ndim != 1 or start.dtype.kind not in "fiu" or not np.isfinite(start).all():
        return None, "x0 is no vector of finite numbers"
    start = start.astype(float)
    n = start.size
    args, kwargs = settings["args"], settings["kwargs"] or {}
    at_start = fun(start.copy(), *args, **kwargs)
    if at_start is None:
        raise TypeError("fun returns None; is its return statement missing?")
    at_start = np.atleast_1d(np.array(at_start))  # a copy: the function may return one array again and again
    if at_start.size == 0:
        raise ValueError("fun returns no residuals")
    if at_start.ndim != 1 or at_start.dtype.kind not in "fiu" or at_start.dtype.itemsize < 8:
        return None, "the function returns no vector of float64"
    m = at_start.size
    if settings["method"] == "lm" and m < n:
        return None, "lm with fewer residuals than parameters"
    names = [f"p{i}" for i in range(n)]

    def call(_, *parameters):
        return fun(ParameterVector.of(parameters), *args, **kwargs)

    def values(result):
        return result._values if isinstance(result, ParameterVector) else result

    try:
        model, columns, _ = _core.trace(lambda _, *p: values(call(_, *p)), None, False, None, names, m, several=True)
    except Exception as error:  # refused, or the function fails on recording values
        return None, str(error).partition("\n")[0]
    if model.outputs not in (1, m):
        return None, f"the traced function gives {model.outputs} values, the function {m}"

    def evaluate(p):
        if model.outputs == 1:
            return _core.evaluate(model, columns, p, m)
        return _core.outputs(model, p)

    lower, upper = bounds_of(settings["bounds"], n)
    lower, upper = np.broadcast_to(lower, (n,)), np.broadcast_to(upper, (n,))
    if np.any(lower >= upper):
        raise ValueError("Each lower bound must be strictly less than each upper bound.")
    outside = np.flatnonzero((start < lower) | (start > upper))
    if outside.size:
        at = int(outside[0])
        raise ValueError(f"`x0` is infeasible: x0[{at}] = {start[at]:g} is outside [{lower[at]:g}, {upper[at]:g}]")
    beside = np.clip(start + 0.01 * np.maximum(np.abs(start), 0.1) * (1.0 + 0.3 * np.arange(n) / n), lower, upper)
    for p, theirs in ((start, at_start), (beside, None)):
        try:
            with np.errstate(all="ignore"):
                theirs = np.atleast_1d(fun(p.copy(), *args, **kwargs)) if theirs is None else theirs
        except Exception as error:  # outside what the function accepts; the solver may never go there
            return None, f"{type(error).__name__}: {error}".partition("\n")[0]
        ours = evaluate(p)
        size = np.max(np.abs(theirs), initial=0.0, where=np.isfinite(theirs))
        with np.errstate(invalid="ignore"):
            same = (np.abs(ours - theirs) <= 1e-9 * (np.abs(theirs) + size)) | (ours == theirs)
        if not np.all(same | (np.isnan(ours) & np.isnan(theirs))):
            return None, "the recorded function gives other values than the function"
    if not np.isfinite(at_start).all():
        raise ValueError("Residuals are not finite in the initial point.")
    return _solve(fun, args, kwargs, model, columns, start, m, lower, upper, settings), None


def _solve(fun, args, kwargs, model, columns, start, m, lower, upper, settings):
    n = start.size
    solver = {"method": settings["method"]}
    for name in ("ftol", "xtol", "gtol"):
        solver[name] = 0.0 if settings[name] is None else settings[name]
    if settings["max_nfev"] is not None:
        solver["max_nfev"] = int(settings["max_nfev"])
    scale = settings["x_scale"]
    if scale is not None and not isinstance(scale, str):
        solver["x_scale"] = np.broadcast_to(np.asarray(scale, dtype=float), (n,)).tolist()
    bounded = np.isfinite(lower).any() or np.isfinite(upper).any()
    loss = settings["loss"] if settings["loss"] != "linear" else None
    core = _core.curve_fit(
        model, columns, np.zeros(m), None, start.tolist(), lower.tolist() if bounded else None,
        upper.tolist() if bounded else None, None, False, loss, settings["f_scale"], settings["threads"], False, None,
        settings["jacobian_mode"], solver,
    )  # fmt: skip
    x = core.popt
    J = _core.jacobian(model, columns, x, m if model.outputs == 1 else 1)
    fun_value = np.atleast_1d(np.array(fun(x.copy(), *args, **kwargs), dtype=float))
    result = optimize_result()()
    result.update(
        x=x, cost=core.cost, fun=fun_value, jac=J, grad=J.T @ (_weights(core.loss, fun_value, settings) * fun_value),
        optimality=core.optimality, active_mask=np.array(core.at_bound, dtype=int), nfev=core.nfev, njev=core.njev,
        nit=core.iterations, status=core.status, message=MESSAGES.get(core.status, core.message),
        success=core.success, engine="interpreter", trace_note=None, jacobian_mode=core.jacobian_mode,
        derivative_order=core.derivative_order,
    )  # fmt: skip
    return result


def _weights(loss, f, settings):
    """rho'(z) of each residual."""
    z = (f / settings["f_scale"]) ** 2
    if loss == "soft_l1":
        return 1.0 / np.sqrt(1.0 + z)
    if loss == "huber":
        return 1.0 / np.sqrt(np.maximum(z, 1.0))
    if loss == "cauchy":
        return 1.0 / (1.0 + z)
    return 1.0 / (1.0 + z * z) if loss == "arctan" else np.ones_like(z)


class LeastSquares:
    """least_squares as a method, with defaults: LeastSquares(ftol=1e-10).least_squares(fun, x0)."""

    def __init__(self, enable_stability=False, enable_diagnostics=False, max_jacobian_elements_for_svd=None,
                 **defaults: Any):  # fmt: skip
        for name in defaults:
            if name not in _DEFAULTS:
                raise _arguments.unknown_keyword("LeastSquares", name, _DEFAULTS)
        self.defaults = defaults

    def least_squares(self, fun: Callable[..., Any], x0: ArrayLike, jac: Callable[..., Any] | str | None = None,
                      **options: Unpack[LeastSquaresOptions]) -> OptimizeResult:  # fmt: skip
        """As nlsq.least_squares."""
        return least_squares(fun, x0, jac, **{**self.defaults, **options})
