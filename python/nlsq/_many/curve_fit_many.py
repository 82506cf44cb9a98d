# SPDX-License-Identifier: MIT
"""curve_fit_many: one model, many data sets at once."""

from __future__ import annotations

import numpy as np

from nlsq import _core
from nlsq._base import arguments
from nlsq._base.shown_arguments import show_arguments
from nlsq._many.data import Sets, formula_sets, leading_shape, mask_of, sets_of, sigma_of_sets
from nlsq._many.one_record import recorded_for_all
from nlsq._many.parameters import automatic, parameters
from nlsq._many.result import CurveFitManyResult
from nlsq._models import signatures
from nlsq._models.formulas import Formula

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, overload

    from typing_extensions import Unpack

    from nlsq._base.option_types import ManyOptions

_STARTS = ("search", "ones")
_KNOWN = (
    "f", "xdata", "ydatas", "p0", "sigma", "absolute_sigma", "bounds", "mask", "nan_policy", "fixed", "method", "loss",
    "f_scale", *arguments.TOLERANCES, "max_nfev", "pcov", "threads", "jacobian_mode", "time_limit", "memory_limit", "progress",
    "data", "y",
    "by", "dim", "starts", "share", "linear_solver",
)  # fmt: skip


if TYPE_CHECKING:

    @overload
    def curve_fit_many(f: Callable[..., Any] | str, xdata: Any, ydatas: Iterator[Any], p0: Any = None,
                       sigma: Any = None, absolute_sigma: bool = False, bounds: Any = None,
                       **options: Unpack[ManyOptions]) -> Iterator[CurveFitManyResult]: ...  # fmt: skip

    @overload
    def curve_fit_many(f: Callable[..., Any] | str, xdata: Any = None, ydatas: Any = None, p0: Any = None,
                       sigma: Any = None, absolute_sigma: bool = False, bounds: Any = None, *, dim: str,
                       **options: Unpack[ManyOptions]) -> Any: ...  # fmt: skip

    @overload
    def curve_fit_many(f: Callable[..., Any] | str, xdata: Any = None, ydatas: Any = None, p0: Any = None,
                       sigma: Any = None, absolute_sigma: bool = False, bounds: Any = None,
                       **options: Unpack[ManyOptions]) -> CurveFitManyResult: ...  # fmt: skip


def curve_fit_many(
    f: Callable[..., Any] | str, xdata: Any = None, ydatas: Any = None, p0: Any = None, sigma: Any = None,
    absolute_sigma: bool = False, bounds: Any = None, *, mask: Any = None, nan_policy: str | None = None,
    fixed: Any = None, method: str | None = None, loss: str | None = None, f_scale: float = 1.0, pcov: bool = True,
    threads: int = 0, jacobian_mode: str | None = None, time_limit: float = 0.0, starts: str = "search",
    memory_limit: int | str | None = None, progress: Any = False, data: Any = None, y: str | None = None, by: Any = None, dim: str | None = None, share: Any = None, linear_solver: str = "auto", **solver: Any,
) -> Any:  # fmt: skip
    """Fits f(x, a, b, …) to each of many data sets: every pixel, every well, every bootstrap sample.

    From a start that is given, each fit is what ``curve_fit`` would give for its data, whatever the others are (but for
    its second attempt where parameters end undetermined); a set that cannot be fitted has NaN and a status, and the others are fitted.

    Parameters
    ----------
    f : callable or str
        The model f(x, *parameters), or a formula. One that can be recorded is fitted in the lanes of vector
        registers; any other is called for each set, slower (``result.engine`` says which).
    xdata : array_like of (m,), (k, m), a tuple of such arrays for several variables, or (v, m) for v variables
        Shared by all sets, or one row a set where it has the shape of ydatas. For a formula also a dict of variables.
        Dates become days or seconds since the first of them (``result.x_note``).
    ydatas : array_like of (..., m), an iterator of such arrays, or an xarray.DataArray
        The last axis is fitted along; a stack of images (rows, columns, frames) gives results of (rows, columns).
        float32 is read as it is. An iterator gives an iterator of results, one a chunk, and holds no more than that.
    p0 : array_like of (n,) or (..., n), dict of names, "auto", or None
        The same start for all sets, or one each; in a dict, each value a number or (...). Of parameters without one,
        starts are searched for: up to 32 sets, spread evenly, are fitted as ``curve_fit`` does; unless ones serve them
        as well, all sets begin where these ended, at that of at most three ends which serves a set best.
    starts : {"search", "ones"}, default "search"
        "ones": parameters without a start begin at 1, so that no set depends on another. Models that are not recorded,
        sets with bounds of their own, and fits with max_nfev always do.
    sigma : number, array_like of (m,) or (..., m); inf leaves a point out
    bounds : (lower, upper), each a number, (n,) or (..., n); or a dict of name: (lower, upper), numbers or (...)
    mask : array_like of bool, (m,) or (..., m)
        The points to use.
    nan_policy : None or "omit" or "raise"
        None: a set with a NaN is not fitted. "omit": such points are left out.
    fixed : dict of name: value (a number or one each), or names to hold at p0
    method, loss, f_scale, ftol, xtol, gtol, max_nfev, absolute_sigma, jacobian_mode : as for ``curve_fit``
    pcov : bool, default True
        False saves the memory of the covariances (errors are computed all the same).
    threads : int, default 0: all that this process may use
    memory_limit : int or str such as "2G"
        Results that would take more are refused, with the size of chunks that would not.
    time_limit : float, seconds; 0: none
        Sets that were not begun by then have status -2.
    progress : bool or callable(done, of)
    data, y, by : a table, the name of its response, and the name (or names) of the columns whose values tell the
        sets apart, for formulas: ``curve_fit_many("a*exp(-b*t)", data=df, y="counts", by=["well"])``. Sets may have
        different lengths. The table may be a dict, a DataFrame, or anything with ``__arrow_c_stream__``. sigma and mask
        may then be names of columns.
    dim : str
        The dimension of a DataArray to fit along; its coordinate is the default xdata, and the result a Dataset. Other
        arguments may be labelled, too, and are matched by their dimensions.

    share : names of parameters that all sets have in common
        The sets are then one fit, and the result a GlobalFitResult (docs/structured.md); the others are called
        ``amp[0]``, ``amp[1]``, … p0, bounds and fixed by name.
    linear_solver : {"auto", "dense", "sparse"}, of fits with share

    Returns
    -------
    CurveFitManyResult
        ``popt`` (..., n), ``perr`` (..., n), ``pcov`` (..., n, n), ``cost``, ``status``, ``success``, ``nfev`` and
        more, the first axes those of ydatas.

    Raises
    ------
    ValueError, TypeError
        Which argument has which shape, and what was expected.
    """
    for name in solver:
        if name not in (*arguments.TOLERANCES, "max_nfev", "maxfev"):
            raise arguments.unknown_keyword("curve_fit_many", name, _KNOWN)
    if solver.get("maxfev") is not None:
        if solver.get("max_nfev") is not None:
            raise TypeError("max_nfev and maxfev are two names of one argument; give one")
        solver["max_nfev"] = solver["maxfev"]
    options = dict(
        p0=p0, sigma=sigma, bounds=bounds, mask=mask, nan_policy=nan_policy, fixed=fixed, pcov=pcov, progress=progress,
        memory_limit=memory_limit,
        core=_core_options(absolute_sigma, method, loss, f_scale, threads, jacobian_mode, time_limit, starts, solver),
    )  # fmt: skip
    if share is not None:
        from nlsq._many.shared import fit_shared

        for name, value in (("mask", mask), ("nan_policy", nan_policy), ("dim", dim), ("time_limit", time_limit or None)):
            if value is not None:
                raise TypeError(f"{name} does not go with share")
        return fit_shared(f, xdata, ydatas, data, y, by, share, linear_solver, options, method, loss, f_scale, solver)
    if nan_policy not in (None, "omit", "raise"):
        raise ValueError(f"nan_policy must be None, 'omit' or 'raise', not {nan_policy!r}")
    if not callable(f) and not isinstance(f, str):
        raise TypeError(
            f"f must be a function f(x, *parameters) or a formula, not {type(f).__name__}; the order is "
            "curve_fit_many(f, xdata, ydatas)"
        )
    if by is not None:
        if ydatas is not None or (data is not None and xdata is not None):
            raise TypeError("by= takes the data from a table: give data= and y=, and neither xdata nor ydatas")
        return _fit_groups(f, data if data is not None else xdata, y, by, options)
    if data is not None or y is not None:
        raise TypeError("data= and y= go with by=, the columns that tell the sets apart")
    if hasattr(ydatas, "data_vars"):
        raise TypeError("ydatas is a Dataset; give one of its variables, such as ydatas=dataset['name']")
    if hasattr(ydatas, "dims") and hasattr(ydatas, "coords"):
        from nlsq._many.xarray import fit_array

        return fit_array(f, xdata, ydatas, dim, options, _fit_arrays)
    if dim is not None:
        raise TypeError("dim= goes with an xarray.DataArray; the last axis of ydatas is fitted along")
    if ydatas is None:
        raise TypeError("curve_fit_many() needs xdata and ydatas")
    if hasattr(ydatas, "__next__"):
        return (_fit_arrays(f, xdata, chunk, options) for chunk in ydatas)
    return _fit_arrays(f, xdata, ydatas, options)


show_arguments(curve_fit_many, {}, {**dict.fromkeys(arguments.TOLERANCES, 1e-8), "max_nfev": None, "maxfev": None})


def _core_options(absolute_sigma, method, loss, f_scale, threads, jacobian_mode, time_limit, starts, solver):
    core = {"absolute_sigma": arguments.truth(absolute_sigma, "absolute_sigma")}
    core["starts"] = arguments.one_of(starts, _STARTS, "starts")
    if method is not None:
        core["method"] = arguments.one_of(method, arguments.METHODS, "method")
    if callable(loss):
        raise TypeError(f"loss must be one of {', '.join(arguments.LOSSES)}; nlsq.least_squares takes functions, too")
    if loss is not None:
        core["loss"] = arguments.one_of(loss, arguments.LOSSES, "loss")
    core["f_scale"] = arguments.number(f_scale, "f_scale", above=True)
    core["threads"] = arguments.threads(threads)
    core["time_limit"] = arguments.number(time_limit, "time_limit")
    if jacobian_mode is not None:
        core["jacobian_mode"] = arguments.one_of(jacobian_mode, arguments.JACOBIAN_MODES, "jacobian_mode")
    for name in arguments.TOLERANCES:
        if solver.get(name) is not None:
            core[name] = arguments.number(solver[name], name)
    if solver.get("max_nfev") is not None:
        core["max_nfev"] = arguments.number(solver["max_nfev"], "max_nfev", least=1, whole=True)
    return core


def _fit_arrays(f, xdata, ydatas, options):
    ydatas, lead = leading_shape(ydatas)
    mask = options["mask"]
    if isinstance(ydatas, np.ma.MaskedArray):
        if mask is not None:
            raise TypeError("ydatas is a masked array and mask is given; give one of them")
        ydatas, mask = ydatas.data, ~np.ma.getmaskarray(ydatas).reshape(*lead, -1)
    if xdata is None:
        raise TypeError("curve_fit_many() needs xdata and ydatas")
    clocks = None
    if type(xdata) is not np.ndarray or xdata.dtype.kind in "MmOV":
        from nlsq._data.dates import clocks_of

        clocks = clocks_of(xdata)
        xdata = xdata if clocks is None else clocks.numbers(xdata)
    if isinstance(f, (str, Formula)):
        f, sets = formula_sets(f, xdata, ydatas, lead)
    else:
        sets = sets_of(xdata, ydatas, lead)
    sets.clocks = clocks
    return _fit_sets(f, sets, {**options, "mask": mask_of(mask, sets), "sigma": sigma_of_sets(options["sigma"], sets)})


def _fit_groups(f, data, y, by, options):
    from nlsq._many.tables import groups_of

    f, sets, keys, options = groups_of(f, data, y, by, options)
    result = _fit_sets(f, sets, options)
    result.keys = keys
    return result


def _fit_sets(f, sets, options):
    p0 = options["p0"]
    if not isinstance(f, Formula):
        if p0 is not None and not isinstance(p0, (str, dict)) and np.ndim(p0) > 1:
            p0 = np.ones(np.shape(p0)[-1])  # one start a set: only how many there are matters
        f = signatures.adapted(f, p0, options["bounds"], options["fixed"])
    names, starts, lower, upper, fixed, searched = parameters(f, sets, options)
    n, k = len(names), sets.count
    if options["memory_limit"] is not None:
        _check_memory(options["memory_limit"], k, n, options["pcov"])
    if options["nan_policy"] == "raise":
        sets.check_finite(options)
    into = {
        "popt": np.empty((k, n)), "perr": np.empty((k, n)), "cost": np.empty(k), "rss": np.empty(k),
        "status": np.empty(k, np.int32), "nfev": np.empty(k, np.int32), "n": np.empty(k, np.int64),
        "flags": np.empty(k, np.uint8),
    }  # fmt: skip
    if options["pcov"]:
        into["pcov"] = np.empty((k, n, n))
    core = dict(options["core"])
    core["omit_not_finite"] = options["nan_policy"] == "omit"
    progress, close = _progress(options["progress"])
    try:
        model, columns, note = recorded_for_all(f, sets, starts, names, lower, upper, not searched)
        if model is not None:
            engine, _, elapsed, source, plan = _core.fit_many(
                model, columns, sets.y, k, sets.rows, sets.offsets, options["sigma"], options["mask"], starts, lower,
                upper, fixed, searched, core, into, progress,
            )  # fmt: skip
        else:
            from nlsq._many.called import fit_called_sets

            engine, source, plan = "callback", "ones" if searched else "given", ""
            core.pop("starts", None)
            if searched and isinstance(options["p0"], str):  # a model that is called cannot be inspected
                starts = automatic(options["p0"], f, sets, names, lower, upper, options)
            elapsed = fit_called_sets(f, sets, starts, names, lower, upper, fixed, options, core, into, progress)
    finally:
        close()
    result = CurveFitManyResult(names, into, sets.lead, engine, note, elapsed, source, plan)
    result.x_note = None if sets.clocks is None else str(sets.clocks)
    return result


def _check_memory(limit, k, n, with_pcov):
    """Raises ValueError where the results of k sets take more than the limit."""
    from nlsq._engine.memory import limit_of

    each = 8 * (2 * n + 3 + (n * n if with_pcov else 0)) + 9
    if k * each > limit_of(limit):
        most = limit_of(limit) // each
        advice = "" if not with_pcov else " or pcov=False"
        raise ValueError(
            f"memory_limit: the results of {k:,} sets take {_core.shown_bytes(k * each)}, more than "
            f"{_core.shown_bytes(limit_of(limit))}; give ydatas in chunks of {max(most, 1):,} sets, by an iterator,{advice}"
        )


def _progress(wanted):
    """(a function of (done, of) or None, what ends it)."""
    if not wanted:
        return None, lambda: None
    if callable(wanted):
        return wanted, lambda: None
    from nlsq.callbacks import count_bar

    return count_bar("Fitting")


__all__ = ["CurveFitManyResult", "Sets", "curve_fit_many"]
