# SPDX-License-Identifier: MIT
"""Many fits of a model that cannot be recorded for all sets at once: one after the other."""

import time

import numpy as np

from nlsq import _engine

UNDETERMINED, AT_BOUND, BAD_DATA, ALONE, CONSTANT = 1, 2, 4, 8, 16  # nlsq::ManyFlag


def fit_called_sets(f, sets, starts, names, lower, upper, fixed, options, core, into, progress):
    """Fills the arrays of ``into``; returns milliseconds."""
    began = time.perf_counter()
    limit = core["time_limit"]
    solver = {name: core[name] for name in ("method", "ftol", "xtol", "gtol", "max_nfev") if name in core}
    for i in range(sets.count):
        if progress is not None and i % 16 == 0:
            progress(i, sets.count)
        if limit and time.perf_counter() - began > limit:
            _fail(into, i, -2, 0)
            continue
        p0, low, high = (_row(values, i) for values in (starts, lower, upper))
        try:
            x, y, sigma = _usable(sets, i, options)
            outcome = _engine.fit(
                f, x, y, p0.tolist(), names=names, sigma=sigma, lower=low, upper=high,
                fixed=fixed if any(fixed) else None, absolute_sigma=core["absolute_sigma"], loss=core.get("loss"),
                f_scale=core["f_scale"], threads=core["threads"], jacobian_mode=core.get("jacobian_mode"),
                check_finite=True, solver=dict(solver),
            )  # fmt: skip
        except (ValueError, ArithmeticError):
            _fail(into, i, -1, BAD_DATA | ALONE)
            continue
        _write(into, i, outcome.result, CONSTANT if np.ptp(y) == 0.0 else 0)
    if progress is not None:
        progress(sets.count, sets.count)
    return 1e3 * (time.perf_counter() - began)


def _row(values, i):
    return values[i] if values is not None and values.ndim == 2 else values


def _usable(sets, i, options):
    """x, y and sigma of a set without the points that are left out."""
    x, y = sets.x_of(i), sets.y_of(i)
    sigma = options["sigma"]
    if sigma is not None and np.ndim(sigma) > 0:
        sigma = np.ascontiguousarray(sets.part_of(sigma, i), dtype=float)
    counts = np.ones(len(y), dtype=bool)
    if options["mask"] is not None:
        counts &= sets.part_of(options["mask"], i).astype(bool)
    if options["nan_policy"] == "omit":
        counts &= np.isfinite(y)
        for values in x if isinstance(x, tuple) else (x,):
            counts &= np.isfinite(values).all(axis=tuple(range(values.ndim - 1)))
    if np.ndim(sigma) == 1:
        counts &= ~np.isinf(sigma)
    if not counts.any():
        raise ValueError("no rows")
    if counts.all():
        return x, y, sigma
    x = tuple(v[..., counts] for v in x) if isinstance(x, tuple) else np.ascontiguousarray(x[..., counts])
    return x, y[counts], sigma[counts] if np.ndim(sigma) == 1 else sigma


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
