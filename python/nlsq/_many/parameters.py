# SPDX-License-Identifier: MIT
"""Starts, bounds and fixed parameters of many fits: one for all data sets, or one each."""

import numpy as np

from nlsq._base import arguments
from nlsq._models.parameter_names import names_for, parameter_names


def parameters(f, sets, options):
    """Names, starts (n,) or (k, n), bounds alike or None, which are held, and which have no start ([] if all have one)."""
    names = parameter_names(f)
    p0, each = options["p0"], {}  # each: of single parameters, values of (k,)
    if isinstance(p0, str) and p0 == "auto" and not hasattr(f, "estimate_p0"):
        p0 = None  # searched for, if the model is recorded
    table = None  # of all parameters, (k, n)
    if isinstance(p0, dict):
        p0, each = _apart(p0, sets, "p0")
    elif p0 is not None and not isinstance(p0, str):
        p0 = _numbers(p0, "p0")
        if p0.ndim > 1:
            if p0.shape[:-1] != sets.lead:
                expected = _shape(sets, "n" if names is None else len(names))
                raise ValueError(f"p0 has shape {p0.shape}; expected {expected}, one row a data set")
            table = p0.reshape(sets.count, p0.shape[-1]).copy()
        n = np.atleast_1d(p0).shape[-1]
        if names is None or len(names) != n:
            names = names_for(f, names, n)
        p0 = np.atleast_1d(p0).tolist() if table is None else None  # the table has one row for each set
    if not names:
        why = "give p0 for a function of *parameters" if names is None else "the model has no parameters after x"
        raise ValueError(f"Unable to determine number of fit parameters: {why}")
    lower, upper = _bounds(options["bounds"], names, sets)
    one = (lower, upper) if lower is None or lower.ndim == 1 else (None, None)
    if isinstance(p0, str):
        table = automatic(p0, f, sets, names, lower, upper, options)
    elif table is None and lower is not None and lower.ndim > 1:
        table = _inside(lower, upper)
        if isinstance(p0, dict):
            at = [arguments.position(name, names, "p0") for name in p0]
            table[:, at] = np.array(arguments.start_of(p0, names, None, None))[at]
        elif p0 is not None:
            table[:] = arguments.start_of(p0, names, None, None)
    start = np.array(arguments.start_of(p0, names, *one)) if table is None else None
    held, table = _held(options["fixed"], names, start, table, one, sets)
    for name, values in each.items():
        table = _column(table, start, names, "p0", name, values, sets)
    if table is not None and lower is not None:
        np.clip(table, lower, upper, out=table)
    return names, (start if table is None else table), lower, upper, held, _without_start(p0, names, held, table)


def _without_start(p0, names, held, table):
    """Which parameters need a start to be searched for; with a start for each set, none do."""
    if table is not None or not (p0 is None or isinstance(p0, dict)):
        return []
    lacking = [name not in (p0 or {}) and not fixed for name, fixed in zip(names, held)]
    return lacking if any(lacking) else []


def _held(fixed, names, start, table, one, sets):
    """(which parameters are held, the table of starts with their values)."""
    if fixed is None:
        return [False] * len(names), table
    each = {}
    if isinstance(fixed, dict):
        fixed, each = _apart(fixed, sets, "fixed")
        fixed = {**fixed, **dict.fromkeys(each)}
    values = np.ones(len(names)).tolist() if table is not None else start.tolist()
    held = arguments.fixed_of(fixed, names, values, *one) or [False] * len(names)
    if isinstance(fixed, dict):
        at = [arguments.position(name, names, "fixed") for name, value in fixed.items() if value is not None]
        if table is None:
            start[at] = np.array(values)[at]
        else:
            table[:, at] = np.array(values)[at]
    for name, values in each.items():
        table = _column(table, start, names, "fixed", name, values, sets)
    return held, table


def _column(table, start, names, argument, name, values, sets):
    """The table with the values of one parameter, one each."""
    if table is None:
        table = np.tile(start, (sets.count, 1))
    table[:, arguments.position(name, names, argument)] = values
    return table


def _apart(given, sets, argument):
    """A dict of parameters as (those with one value for all, those with one each, as (k,))."""
    if all(np.ndim(value) == 0 for value in given.values()):
        return given, {}
    one, each = {}, {}
    for name, value in given.items():
        if np.ndim(value) == 0:
            one[name] = value
            continue
        value = _numbers(value, f"{argument}[{name!r}]")
        if value.shape != sets.lead:
            raise ValueError(f"{argument}[{name!r}] has shape {value.shape}; expected a number or {sets.lead}")
        each[name] = value.ravel()
    return one, each


def _numbers(values, name):
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be numbers: {error}") from None


def _shape(sets, n):
    return f"({n},) or ({', '.join(str(size) for size in (*sets.lead, n))})"


def _inside(lower, upper):
    """1 for each parameter, or a place inside its bounds: as arguments.default_start, for tables."""
    low, high = np.isfinite(lower), np.isfinite(upper)
    with np.errstate(invalid="ignore"):
        middle = lower + 0.5 * (upper - lower)
    return np.select([low & high, low, high], [middle, lower + 1.0, upper - 1.0], 1.0)


def automatic(p0, f, sets, names, lower, upper, options):
    """Starts from the data of each set, without the points that do not count."""
    from nlsq._fits.start import automatic_start

    table = np.empty((sets.count, len(names)))
    for i in range(sets.count):
        x, y = sets.x_of(i), sets.y_of(i)
        counts = sets.counted(i, options)
        if not counts.all() and counts.any():
            x, y = sets.some_of(x, counts), y[counts]
        low, high = (side if side is None or side.ndim == 1 else side[i] for side in (lower, upper))
        table[i] = automatic_start(p0, f, x, y, names, low, high)
    return table


def _bounds(bounds, names, sets):
    """(lower, upper) of (n,) each, of (k, n) each, or (None, None)."""
    n = len(names)
    if bounds is None:
        return None, None
    if isinstance(bounds, dict):
        return _named_bounds(bounds, names, sets)
    if hasattr(bounds, "lb") and hasattr(bounds, "ub"):
        bounds = (bounds.lb, bounds.ub)
    if isinstance(bounds, (tuple, list)) and len(bounds) == 2:
        sides = [arguments.bound(side, "bounds", none) for side, none in zip(bounds, (-np.inf, np.inf))]
        if max(side.ndim for side in sides) > 1:
            try:
                lower, upper = (np.broadcast_to(side, (*sets.lead, n)).reshape(-1, n).copy() for side in sides)
            except ValueError:
                raise ValueError(
                    f"bounds have shapes {sides[0].shape} and {sides[1].shape}; expected numbers, {_shape(sets, n)}"
                ) from None
            return _checked(lower, upper)
    return arguments.bounds_of(bounds, n, names)


def _named_bounds(bounds, names, sets):
    pairs = {name: pair for name, pair in bounds.items() if not isinstance(pair, (tuple, list)) or len(pair) != 2
             or max(np.ndim(side) for side in pair) == 0}  # fmt: skip
    lower, upper = arguments.bounds_of(pairs, len(names), names)
    if len(pairs) == len(bounds):
        return lower, upper
    tables = [np.full((sets.count, len(names)), end) for end in (-np.inf, np.inf)]
    for name, pair in bounds.items():
        at = arguments.position(name, names, "bounds")
        for table, side, common in zip(tables, pair, (lower, upper)):
            if name in pairs:
                table[:, at] = table[:, at] if common is None else common[at]
            elif side is not None:
                table[:, at] = _apart({name: side}, sets, "bounds")[1 if np.ndim(side) else 0][name]
    return _checked(*tables)


def _checked(lower, upper):
    if np.isnan(lower).any() or np.isnan(upper).any() or (lower > upper).any():
        raise ValueError("bounds must not be NaN, and no lower bound above its upper bound")
    return lower, upper
