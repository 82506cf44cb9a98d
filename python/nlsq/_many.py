# SPDX-License-Identifier: MIT
"""curve_fit_many: one model, many data sets at once."""

from __future__ import annotations

import numpy as np

from nlsq import _arguments, _core, _engine
from nlsq._formulas import Formula, parse
from nlsq._many_data import Sets, groups_of, leading_shape, mask_of, sets_of, sigma_of_sets
from nlsq._many_result import CurveFitManyResult

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

_METHODS = ("trf", "lm", "dogbox", "auto")
_MODES = ("auto", "fwd", "rev")
_LOSSES = ("linear", "soft_l1", "huber", "cauchy", "arctan")
_TOLERANCES = ("ftol", "xtol", "gtol")
_KNOWN = (
    "f", "xdata", "ydatas", "p0", "sigma", "absolute_sigma", "bounds", "mask", "nan_policy", "fixed", "method", "loss",
    "f_scale", *_TOLERANCES, "max_nfev", "pcov", "threads", "jacobian_mode", "time_limit", "progress", "data", "y",
    "by", "dim",
)  # fmt: skip


def curve_fit_many(
    f: Callable[..., Any] | str, xdata: Any = None, ydatas: Any = None, p0: Any = None, sigma: Any = None,
    absolute_sigma: bool = False, bounds: Any = None, *, mask: Any = None, nan_policy: str | None = None,
    fixed: Any = None, method: str | None = None, loss: str | None = None, f_scale: float = 1.0, pcov: bool = True,
    threads: int = 0, jacobian_mode: str | None = None, time_limit: float = 0.0, progress: Any = False,
    data: Any = None, y: str | None = None, by: Any = None, dim: str | None = None, **solver: Any,
) -> CurveFitManyResult | Iterator[CurveFitManyResult] | Any:  # fmt: skip
    """Fits f(x, a, b, …) to each of many data sets: every pixel, every well, every bootstrap sample.

    Each fit is what ``curve_fit`` would give for its data, whatever the others are; a set that cannot be fitted has
    NaN and a status, and stops nobody.

    Parameters
    ----------
    f : callable or str
        The model f(x, *parameters), or a formula. One that can be recorded is fitted in the lanes of vector
        registers; any other is called for each set, slower (``result.engine`` says which).
    xdata : array_like of (m,), (k, m), a tuple of such arrays for several variables, or (v, m) for v variables
        Shared by all sets, or one row a set where it has the shape of ydatas.
    ydatas : array_like of (..., m), an iterator of such arrays, or an xarray.DataArray
        The last axis is fitted along; a stack of images (rows, columns, frames) gives results of (rows, columns).
        float32 is read as it is. An iterator gives an iterator of results, one a chunk, and holds no more than that.
    p0 : array_like of (n,) or (..., n), dict of names, "auto", or None
        The same start for all sets, or one each.
    sigma : number, array_like of (m,) or (..., m); inf leaves a point out
    bounds : (lower, upper), each a number, (n,) or (..., n); or a dict of name: (lower, upper)
    mask : array_like of bool, (m,) or (..., m)
        The points to use.
    nan_policy : None or "omit" or "raise"
        None: a set with a NaN is not fitted. "omit": such points are left out.
    fixed : dict of name: value, or names to hold at p0
    method, loss, f_scale, ftol, xtol, gtol, max_nfev, absolute_sigma, jacobian_mode : as for ``curve_fit``
    pcov : bool, default True
        False saves the memory of the covariances (errors are computed all the same).
    threads : int, default 0: all that this process may use
    time_limit : float, seconds; 0: none
        Sets that were not begun by then have status -2.
    progress : bool or callable(done, of)
    data, y, by : a table, the name of its response, and the name (or names) of the columns whose values tell the
        sets apart, for formulas: ``curve_fit_many("a*exp(-b*t)", data=df, y="counts", by=["well"])``. Sets may have
        different lengths. The table may be a dict, a DataFrame, or anything with ``__arrow_c_stream__``.
    dim : str
        The dimension of a DataArray to fit along; its coordinate is the default xdata, and the result a Dataset.

    Returns
    -------
    CurveFitManyResult
        ``popt`` (..., n), ``perr`` (..., n), ``pcov`` (..., n, n), ``cost``, ``status``, ``success``, ``nfev`` and more,
        the first axes those of ydatas.

    Raises
    ------
    ValueError, TypeError
        Which argument has which shape, and what was expected.
    """
    for name in solver:
        if name not in (*_TOLERANCES, "max_nfev"):
            raise _arguments.unknown_keyword("curve_fit_many", name, _KNOWN)
    options = dict(
        p0=p0, sigma=sigma, bounds=bounds, mask=mask, nan_policy=nan_policy, fixed=fixed, pcov=pcov, progress=progress,
        core=_core_options(absolute_sigma, method, loss, f_scale, threads, jacobian_mode, time_limit, solver),
    )  # fmt: skip
    if nan_policy not in (None, "omit", "raise"):
        raise ValueError(f"nan_policy must be None, 'omit' or 'raise', not {nan_policy!r}")
    if by is not None:
        return _fit_groups(f, data if data is not None else xdata, y, by, options)
    if data is not None or y is not None:
        raise TypeError("data= and y= go with by=, the columns that tell the sets apart")
    if hasattr(ydatas, "dims") and hasattr(ydatas, "coords"):
        from nlsq._many_xarray import fit_array

        return fit_array(f, xdata, ydatas, dim, options, _fit_arrays)
    if dim is not None:
        raise TypeError("dim= goes with an xarray.DataArray; the last axis of ydatas is fitted along")
    if ydatas is None:
        raise TypeError("curve_fit_many() needs xdata and ydatas")
    if hasattr(ydatas, "__next__"):
        return (_fit_arrays(f, xdata, chunk, options) for chunk in ydatas)
    return _fit_arrays(f, xdata, ydatas, options)


def _core_options(absolute_sigma, method, loss, f_scale, threads, jacobian_mode, time_limit, solver):
    core = {"absolute_sigma": _arguments.truth(absolute_sigma, "absolute_sigma")}
    if method is not None:
        core["method"] = _arguments.one_of(method, _METHODS, "method")
    if loss is not None:
        core["loss"] = _arguments.one_of(loss, _LOSSES, "loss")
    core["f_scale"] = _arguments.number(f_scale, "f_scale", above=True)
    core["threads"] = _arguments.number(threads, "threads", whole=True)
    core["time_limit"] = _arguments.number(time_limit, "time_limit")
    if jacobian_mode is not None:
        core["jacobian_mode"] = _arguments.one_of(jacobian_mode, _MODES, "jacobian_mode")
    for name in _TOLERANCES:
        if solver.get(name) is not None:
            core[name] = _arguments.number(solver[name], name)
    if solver.get("max_nfev") is not None:
        core["max_nfev"] = _arguments.number(solver["max_nfev"], "max_nfev", least=1, whole=True)
    return core


def _fit_arrays(f, xdata, ydatas, options):
    ydatas, lead = leading_shape(ydatas)
    mask = options["mask"]
    if isinstance(ydatas, np.ma.MaskedArray):
        if mask is not None:
            raise TypeError("ydatas is a masked array and mask is given; give one of them")
        ydatas, mask = ydatas.data, ~np.ma.getmaskarray(ydatas)
    if isinstance(f, str):
        f = parse(f, ["x"])
        if len(f.used) != 1:
            raise ValueError("a formula over other columns than x needs them by name: data=, y= and by=")
    elif not callable(f):
        raise TypeError(f"f must be a function f(x, *parameters) or a formula, not {type(f).__name__}")
    if xdata is None:
        raise TypeError("curve_fit_many() needs xdata and ydatas")
    sets = sets_of(xdata, ydatas, lead)
    return _fit_sets(f, sets, {**options, "mask": mask_of(mask, sets), "sigma": sigma_of_sets(options["sigma"], sets)})


def _fit_groups(f, data, y, by, options):
    if options["mask"] is not None:
        raise TypeError("mask= goes with arrays; leave rows out of the table, or give sigma=inf there")
    f, sets, keys, sigma = groups_of(f, data, y, by, options["sigma"])
    result = _fit_sets(f, sets, {**options, "sigma": sigma})
    result.keys = keys
    return result


def _fit_sets(f, sets, options):
    names, starts, lower, upper, fixed = _parameters(f, sets, options)
    n, k = len(names), sets.count
    if options["nan_policy"] == "raise":
        sets.check_finite()
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
        model, columns, note = _recorded_for_all(f, sets, starts, names, lower, upper)
        if model is not None:
            engine, _, elapsed = _core.fit_many(
                model, columns, sets.y, k, sets.rows, sets.offsets, options["sigma"], options["mask"], starts, lower,
                upper, fixed, core, into, progress,
            )  # fmt: skip
        else:
            from nlsq._many_called import fit_called_sets

            engine = "callback"
            elapsed = fit_called_sets(f, sets, starts, names, lower, upper, fixed, options, core, into, progress)
    finally:
        close()
    return CurveFitManyResult(names, into, sets.lead, engine, note, elapsed)


def _parameters(f, sets, options):
    """Names, starts (n,) or (k, n), bounds alike or None, and what is fixed."""
    names = _arguments.parameter_names(f)
    p0, k = options["p0"], sets.count
    each = None
    if p0 is not None and not isinstance(p0, (str, dict)):
        p0 = np.asarray(p0, dtype=float)
        if p0.ndim > 1:
            if p0.shape[:-1] != sets.lead:
                raise ValueError(f"p0 has shape {p0.shape}; expected (n,) or {(*sets.lead, 'n')}")
            each = np.ascontiguousarray(p0.reshape(k, -1))
            p0 = each[0] if k else np.ones(each.shape[1])
        p0 = np.atleast_1d(p0).tolist()
        if names is None or len(names) != len(p0):
            names = _arguments.names_for(f, names, len(p0))
    if not names:
        why = "give p0 for a function of *parameters" if names is None else "the model has no parameters after x"
        raise ValueError(f"Unable to determine number of fit parameters: {why}")
    n = len(names)
    lower, upper = _bounds(options["bounds"], n, names, sets)
    one_lower, one_upper = (lower, upper) if lower is None or lower.ndim == 1 else (lower[0], upper[0])
    if isinstance(p0, str):
        from nlsq._start import automatic_start

        each = np.array([
            automatic_start(p0, f, sets.x_of(i), sets.y_of(i), names, one_lower, one_upper) for i in range(k)
        ]).reshape(k, n)  # fmt: skip
        p0 = each[0].tolist() if k else [1.0] * n
    start = np.array(_arguments.start_of(p0, names, one_lower, one_upper))
    fixed = [False] * n
    if options["fixed"] is not None:
        held = _arguments.fixed_of(options["fixed"], names, start, one_lower, one_upper)
        fixed = list(held)
        if each is not None:
            at = [i for i, is_held in enumerate(fixed) if is_held and isinstance(options["fixed"], dict)]
            each[:, at] = start[at]
    if each is not None and lower is not None:
        each = np.clip(each, lower, upper)
    return names, (start if each is None else each), lower, upper, fixed


def _bounds(bounds, n, names, sets):
    if not isinstance(bounds, dict) and bounds is not None and len(bounds) == 2:
        sides = [np.asarray(side, dtype=float) for side in bounds]
        if max(side.ndim for side in sides) > 1:
            shape = (*sets.lead, n)
            try:
                lower, upper = (np.broadcast_to(side, shape).reshape(-1, n).copy() for side in sides)
            except ValueError:
                raise ValueError(
                    f"bounds have shapes {sides[0].shape} and {sides[1].shape}; expected numbers, ({n},) or {shape}"
                ) from None
            if np.isnan(lower).any() or np.isnan(upper).any() or (lower > upper).any():
                raise ValueError("bounds must not be NaN, and no lower bound above its upper bound")
            return lower, upper
    return _arguments.bounds_of(bounds, n, names)


def _recorded_for_all(f, sets, starts, names, lower, upper):
    """(model, columns, None) that serve for every set, or (None, None, why not)."""
    if sets.count == 0 or sets.rows == 0:
        return None, None, "there is nothing to fit"
    first = sets.first_with_rows()
    p0 = starts if starts.ndim == 1 else starts[first]
    one = (lower, upper) if lower is None or lower.ndim == 1 else (lower[first], upper[first])
    if isinstance(f, Formula):
        return f._model, sets.formula_columns(f), None
    x = sets.x_of(first)
    found, why = _engine.recorded(f, x, p0.tolist(), names, sets.rows_of(first), *one)
    if found is None:
        return None, None, why
    model, columns, _ = found
    matched, varies = sets.match(columns, x)
    if matched is None:
        return None, None, "the model keeps an array of its own beside data sets of different lengths"
    if varies and not _same_for_others(f, model, sets, columns, matched, p0, first):
        return None, None, "the model looks at x, which is another in each set"
    return model, matched, None


def _same_for_others(f, model, sets, columns, matched, p0, first):
    """Whether the record of one set's x serves for those of a few others."""
    for i in {0, sets.count // 2, sets.count - 1} - {first}:
        rows = sets.rows_of(i)
        if rows == 0:
            continue
        with np.errstate(all="ignore"):
            try:
                theirs = np.asarray(f(sets.x_of(i), *p0.tolist()), dtype=float)
            except Exception:
                return False
        ours = _core.evaluate(model, sets.columns_of(matched, i), p0, rows)
        size = np.max(np.abs(theirs), initial=0.0, where=np.isfinite(theirs))
        if theirs.shape not in ((), (rows,)) or not np.allclose(ours, theirs, 1e-9, 1e-9 * size, equal_nan=True):
            return False
    return True


def _progress(wanted):
    """(a function of (done, of) or None, what ends it)."""
    if not wanted:
        return None, lambda: None
    if callable(wanted):
        return wanted, lambda: None
    from nlsq.callbacks import count_bar

    return count_bar("Fitting")


__all__ = ["CurveFitManyResult", "Sets", "curve_fit_many"]
