# SPDX-License-Identifier: MIT
"""least_squares and LeastSquares: SciPy's interface, with exact derivatives where the function can be traced."""

from __future__ import annotations

import sys

import numpy as np

from nlsq._base import arguments
from nlsq._base.log import log_line
from nlsq._base.shown_arguments import show_arguments
from nlsq._recording.residuals import Engine
from nlsq._scipy.least_squares import UNBOUNDED, solve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from numpy.typing import ArrayLike
    from typing_extensions import Unpack

    from nlsq._base.optimize import OptimizeResult
    from nlsq._base.option_types import LeastSquaresOptions

_DEFAULTS = {
    "jac": None, "bounds": UNBOUNDED, "method": "trf", "ftol": 1e-8, "xtol": 1e-8, "gtol": 1e-8,
    "x_scale": None,
    "loss": "linear", "f_scale": 1.0, "diff_step": None, "tr_solver": None, "tr_options": None, "jac_sparsity": None,
    "max_nfev": None, "verbose": 0, "args": (), "kwargs": None, "callback": None, "workers": None, "threads": 0,
    "jacobian_mode": None,
}  # fmt: skip
# SciPy's order first. A function of residuals does not tell which parameters are linear.
_METHODS = tuple(name for name in dict.fromkeys(("trf", "dogbox", "lm", *arguments.METHODS[:-1])) if name != "varpro")
_POSITIONAL = tuple(_DEFAULTS)[1:-2]  # after jac, in SciPy's order
_BY_POSITION = {name: _DEFAULTS[name] for name in _POSITIONAL}


def least_squares(fun: Callable[..., Any], x0: ArrayLike, jac: Callable[..., Any] | str | None = None,
                  *positional: Any, **options: Unpack[LeastSquaresOptions]) -> OptimizeResult:  # fmt: skip
    """Minimizes 0.5 * sum(rho(fun(x)**2)) over x.

    Parameters
    ----------
    fun : callable fun(x, *args, **kwargs) -> (m,)
    x0 : array_like of (n,)
    jac : None, callable jac(x, *args, **kwargs) -> (m, n), "2-point", "3-point", "cs"
        None: exact derivatives when the function can be traced, else differences of two points. jacobian_mode says in
        which order exact ones are accumulated.
    bounds : (lower, upper); method : {"trf", "lm", "dogbox"}; loss, f_scale, ftol, xtol, gtol, x_scale, max_nfev,
        args, kwargs, diff_step, callback : as SciPy's, in SciPy's order where they go by position

    Returns
    -------
    OptimizeResult with x, cost, fun, jac, grad, optimality, active_mask, nfev, njev, nit, status, message, success,
        engine ("interpreter" or "callback"), trace_note (why it was not traced), jacobian_mode, jacobian_mode_source (what
        chose it) and derivative_order.
    """
    settings = _DEFAULTS.copy()
    settings["jac"] = jac
    if positional:
        options = _named(positional, options)
    for name, value in options.items():
        if name not in settings:
            raise arguments.unknown_keyword("least_squares", name, _DEFAULTS)
        settings[name] = value
    _check(fun, x0, settings)
    if settings["jac_sparsity"] is not None:
        from nlsq._fits import sparse

        if sparse.is_chosen(settings, np.size(x0)):
            return sparse.solve(fun, x0, settings)
    threads, mode = settings.pop("threads"), settings.pop("jacobian_mode")
    engine = Engine(threads, mode, settings["x_scale"] is None) if jac is None else None
    settings["jac"] = "2-point" if jac is None else jac
    try:
        result, problem = solve(fun, x0, engine=engine, **settings)
    except ValueError as error:
        if "not finite in the initial point" not in str(error):
            raise
        raise ValueError(_with_index(str(error), fun, x0, settings)) from None
    core = problem.core
    if problem.recorded is None:
        how = "user" if callable(jac) else settings["jac"]
        source = "default" if jac is None else "argument"
        result.update(engine="callback", trace_note=problem.note, nit=core.iterations, jacobian_mode=how,
                      jacobian_mode_source=source, derivative_order=how)  # fmt: skip
        if mode == "rev":
            arguments.say_no_reverse(problem.note)
    else:
        result.update(engine="interpreter", trace_note=None, nit=core.iterations, jacobian_mode=core.jacobian_mode,
                      jacobian_mode_source=core.jacobian_mode_source, derivative_order=core.derivative_order)  # fmt: skip
    logging = sys.modules.get("logging")
    if logging is not None and (logger := logging.getLogger("nlsq")).isEnabledFor(10):  # DEBUG
        log_line(logger, result.jacobian_mode, result.jacobian_mode_source, result.derivative_order, result.engine,
                 len(result.x), len(result.fun))  # fmt: skip
    return result


show_arguments(least_squares, _BY_POSITION, {name: _DEFAULTS[name] for name in ("threads", "jacobian_mode")})


def _named(positional, options):
    """Options with those that were given by position, in SciPy's order."""
    if len(positional) > len(_POSITIONAL):
        raise TypeError(f"least_squares takes at most {len(_POSITIONAL) + 3} positional arguments")
    named = dict(zip(_POSITIONAL, positional))
    for name in named:
        if name in options:
            raise TypeError(f"least_squares() got multiple values for argument {name!r}")
    return {**named, **options}


def _with_index(message, fun, x0, settings):
    """The message about residuals that are not finite, with the first of them."""
    with np.errstate(all="ignore"):
        f = np.atleast_1d(fun(np.atleast_1d(x0).astype(float), *settings["args"], **(settings["kwargs"] or {})))
    at = int(np.argmin(np.isfinite(f)))
    return f"{message.rstrip('.')}: residual {at} of {f.size} is {f[at]}"


def _check(fun, x0, settings):
    """Raises an error for an argument that makes no sense."""
    if not callable(fun):
        raise TypeError(f"fun must be a function fun(x), not {type(fun).__name__}")
    try:
        start = np.atleast_1d(np.asarray(x0)).astype(complex)
    except (TypeError, ValueError):
        raise ValueError(f"`x0` must be numbers, not {x0!r}") from None
    if start.ndim == 1 and not np.isfinite(start).all():
        at = int(np.argmin(np.isfinite(start)))
        raise ValueError(f"`x0` must be finite; it is {np.ravel(x0)[at]} at index {at}")
    arguments.one_of(settings["method"], _METHODS, "method")
    if not callable(settings["loss"]):
        arguments.one_of(settings["loss"], arguments.LOSSES, "loss")
    if settings["jacobian_mode"] is not None:
        arguments.one_of(settings["jacobian_mode"], arguments.JACOBIAN_MODES, "jacobian_mode")
    for name in ("ftol", "xtol", "gtol"):
        if settings[name] is not None:
            arguments.number(settings[name], name)
    arguments.number(settings["f_scale"], "f_scale", above=True)
    arguments.threads(settings["threads"])
    if settings["max_nfev"] is not None:
        arguments.number(settings["max_nfev"], "max_nfev", least=1, whole=True)
    if not isinstance(settings["args"], (tuple, list)):
        raise TypeError(f"args must be a tuple, as args=({settings['args']!r},)")
    if settings["kwargs"] is not None and not isinstance(settings["kwargs"], dict):
        raise TypeError(f"kwargs must be a dict, not {settings['kwargs']!r}")
    bounds = settings["bounds"]
    if bounds is not UNBOUNDED and isinstance(bounds, (tuple, list)) and len(bounds) == 2 and start.ndim == 1:
        n = start.size
        for side in bounds:
            if np.shape(side) not in ((), (n,)):
                raise ValueError(
                    f"Inconsistent shapes between bounds and `x0`: a bound has shape {np.shape(side)}, x0 {(n,)}"
                )
        lower, upper = (np.broadcast_to(side, (n,)) for side in bounds)
        outside = np.flatnonzero((start < lower) | (start > upper)) if np.all(lower < upper) else ()
        if len(outside):
            at = int(outside[0])
            raise ValueError(
                f"`x0` is infeasible: x0[{at}] = {start[at].real:g} is outside [{lower[at]:g}, {upper[at]:g}]"
            )


class LeastSquares:
    """least_squares as a method, with defaults: LeastSquares(ftol=1e-10).least_squares(fun, x0)."""

    def __init__(self, enable_stability=False, enable_diagnostics=False, max_jacobian_elements_for_svd=None,
                 **defaults: Any):  # fmt: skip
        for name in defaults:
            if name not in _DEFAULTS:
                raise arguments.unknown_keyword("LeastSquares", name, _DEFAULTS)
        self.defaults = defaults

    def least_squares(self, fun: Callable[..., Any], x0: ArrayLike, jac: Callable[..., Any] | str | None = None,
                      *positional: Any, xdata: Any = None, ydata: Any = None, data_mask: Any = None,
                      **options: Any) -> OptimizeResult:  # fmt: skip
        """As nlsq.least_squares. With xdata and ydata `fun` is a model fun(xdata, *x), and its residuals are
        fun(xdata, *x) - ydata, those where data_mask is False left out."""
        if (xdata is None) != (ydata is None):
            raise TypeError("give xdata and ydata, or neither")
        if xdata is not None:
            if jac is not None:
                raise TypeError("jac is of residuals fun(x); with xdata and ydata leave it out")
            fun = _residuals_of(fun, xdata, np.asarray(ydata, dtype=float), data_mask)
        elif data_mask is not None:
            raise TypeError("data_mask is for xdata and ydata; leave residuals out of fun's value instead")
        return least_squares(fun, x0, jac, *positional, **{**self.defaults, **options})


show_arguments(LeastSquares.least_squares, _BY_POSITION,
               {name: _DEFAULTS[name] for name in ("threads", "jacobian_mode")})  # fmt: skip
show_arguments(LeastSquares.__init__, {}, _DEFAULTS)


def _residuals_of(model, xdata, ydata, mask):
    if mask is None:
        return lambda x, *args, **kwargs: model(xdata, *x, *args, **kwargs) - ydata
    keep = np.asarray(mask, dtype=bool)
    if keep.shape != ydata.shape:
        raise ValueError(f"data_mask has shape {keep.shape}, ydata {ydata.shape}: Data mask doesn't match data lengths.")
    x = xdata[..., keep] if np.shape(xdata)[-1:] == keep.shape else xdata
    if x is xdata:
        return lambda p, *args, **kwargs: (model(xdata, *p, *args, **kwargs) - ydata)[keep]
    y = ydata[keep]
    return lambda p, *args, **kwargs: model(x, *p, *args, **kwargs) - y
