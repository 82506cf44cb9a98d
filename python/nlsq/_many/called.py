# SPDX-License-Identifier: MIT
"""Many fits of a model that cannot be recorded for all sets at once: one after the other."""

import time

import numpy as np

from nlsq._base import arguments
from nlsq._base.errors import TraceRefused
from nlsq._engine import fit as engine
from nlsq._models.model_values import model_values

UNDETERMINED, AT_BOUND, BAD_DATA, ALONE, CONSTANT = 1, 2, 4, 8, 16  # nlsq::ManyFlag


def fit_called_sets(f, sets, starts, names, lower, upper, fixed, options, core, into, progress):
    """Fills the arrays of ``into``; returns milliseconds."""
    began = time.perf_counter()
    limit = core["time_limit"]
    solver = {name: core[name] for name in ("method", *arguments.TOLERANCES, "max_nfev") if name in core}
    common = {
        "fixed": fixed if any(fixed) else None, "absolute_sigma": core["absolute_sigma"], "loss": core.get("loss"),
        "threads": core["threads"], "jacobian_mode": core.get("jacobian_mode"), "check_finite": True,
    }  # fmt: skip
    _check_shape(f, sets, starts)
    for i in range(sets.count):
        if progress is not None and i % 16 == 0:
            progress(i, sets.count)
        if limit and time.perf_counter() - began > limit:
            _fail(into, i, -2, 0)
            continue
        p0, low, high = (_row(values, i) for values in (starts, lower, upper))
        try:
            x, y, sigma = _usable(sets, i, options)
            outcome = engine.fit(
                f, x, y, p0.tolist(), names=names, sigma=sigma, lower=low, upper=high, f_scale=core["f_scale"],
                solver=dict(solver), **common,
            )  # fmt: skip
        except (ValueError, ArithmeticError):
            _fail(into, i, -1, BAD_DATA | ALONE)
            continue
        _write(into, i, outcome.result, CONSTANT if np.ptp(y) == 0.0 else 0)
    if progress is not None:
        progress(sets.count, sets.count)
    return 1e3 * (time.perf_counter() - began)


def _check_shape(f, sets, starts):
    """Raises for a model that gives values of another shape: no data are to blame for that."""
    first = sets.first_with_rows()
    if sets.count == 0 or sets.rows_of(first) == 0:
        return
    try:
        with np.errstate(all="ignore"):
            values = f(sets.x_of(first), *_row(starts, first).tolist())
    except TraceRefused:
        from nlsq._engine.called import KEEPS

        raise TypeError(KEEPS) from None
    except (ValueError, ArithmeticError):  # perhaps of this start alone
        return
    try:
        model_values(values, sets.rows_of(first))
    except ValueError as error:
        if sets.stacked is None:
            raise
        v, m = sets.stacked.shape
        raise ValueError(
            f"{error}; xdata of shape {(v, m)} was taken for {v} variables, ydatas has shape {(*sets.lead, m)}"
        ) from None


def _row(values, i):
    return values[i] if values is not None and values.ndim == 2 else values


def _usable(sets, i, options):
    """x, y and sigma of a set; points that are left out have an infinite sigma, since the model may know how many
    there are."""
    x, y = sets.x_of(i), sets.y_of(i)
    sigma = options["sigma"]
    if np.ndim(sigma) > 0:
        sigma = np.ascontiguousarray(sets.part_of(sigma, i), dtype=float)
    counts = sets.counted(i, options)
    if not counts.any():
        raise ValueError("no rows")
    if not counts.all():
        sigma = np.where(counts, 1.0 if sigma is None else sigma, np.inf)
        y = np.where(counts, y, y[counts][0])
    if sigma is not None and not np.all(np.asarray(sigma) > 0.0):
        raise ValueError("sigma must be positive")
    return x, y, sigma


def _write(into, i, r, flags):
    flags |= ALONE
    if any(r.at_bound):
        flags |= AT_BOUND
    if not np.isfinite(r.perr).all():
        flags |= UNDETERMINED
    values = {"popt": r.popt, "perr": r.perr, "pcov": r.pcov, "cost": r.cost, "rss": r.rss, "status": r.status,
              "nfev": r.nfev, "n": r.n, "flags": flags}  # fmt: skip
    for name, array in into.items():
        array[i] = values[name]


def _fail(into, i, status, flags):
    for name, array in into.items():
        array[i] = {"status": status, "nfev": 0, "n": 0, "flags": flags}.get(name, np.nan)
