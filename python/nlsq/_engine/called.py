# SPDX-License-Identifier: MIT
"""A model that is called as it is: residuals and Jacobian for the core's least_squares, differences that suit it."""

import numpy as np

from nlsq import _core
from nlsq._base.errors import TraceRefused
from nlsq._models import jax
from nlsq._models.model_values import model_values

_EPS = np.finfo(float).eps
_KEEPS = (
    "the model keeps parameters of one call and uses them in another (a list, a dict or an attribute), among them "
    "those of the call that recorded it; empty what it keeps and give jac='2-point' to have it called with numbers "
    "alone"
)


_DISAGREES = (
    "jac does not agree with a difference of the model at the start (a wrong sign, a missing factor, columns in another "
    "order?): parameters and errors may be wrong; leave jac out to compare"
)
_SMALL_STEP = 1e-6
_MOST_ROWS = 1024  # that are looked at
_SAME_SLOPE = 1e-2


def whiten(values, sigma):
    """values / sigma, 0 where sigma is infinite; for a covariance matrix L^-1 values with sigma = L L^T."""
    if sigma is None:
        return values
    if np.ndim(sigma) == 2:
        return np.linalg.solve(np.linalg.cholesky(sigma), values)
    if np.ndim(sigma) == 0:
        return values / sigma
    weighted = values / (np.asarray(sigma)[:, None] if values.ndim == 2 else sigma)
    weighted[np.isinf(sigma)] = 0.0  # whatever the values are there, NaN too
    return weighted


def oriented(J, rows, n):
    """A Jacobian as (rows, n); (n, rows) is turned."""
    if J.ndim == 2 and J.shape[1] != n and J.shape[0] == n and rows in (None, J.shape[1]):
        return J.T
    return J


def fit_called(out, p0, lower, upper, fixed, absolute_sigma, loss, f_scale, differences, diff_step, callback,
                  solver, jacobian_mode):  # fmt: skip
    """The model as a black box, or a traced one whose residuals are mixed by a covariance matrix."""
    p0 = np.array(p0, dtype=float)
    n, rows, y = len(p0), len(out.ydata), out.ydata
    free = np.ones(n, dtype=bool) if fixed is None else ~np.asarray(fixed, dtype=bool)
    if lower is not None:
        free &= np.asarray(lower) < np.asarray(upper)
    full = p0.copy()
    if np.ndim(out.sigma) == 2:
        L = np.linalg.cholesky(out.sigma)
        weigh = lambda values: np.linalg.solve(L, values)  # noqa: E731
    elif out.sigma is None:
        weigh = lambda values: values  # noqa: E731
    else:
        weigh = lambda values: whiten(values, out.sigma)  # noqa: E731

    call = jax.in_double_precision(out.function) if jax.is_loaded() else out.function

    def at(p):
        full[free] = p
        return full

    def value(p):
        if out.model is not None:
            return _core.evaluate(out.model, out.columns, p, rows)
        try:
            values = call(out.xdata, *p.tolist())
        except TraceRefused:
            raise TypeError(_KEEPS) from None
        return model_values(values, rows)

    def residuals(p):
        return np.ascontiguousarray(weigh(value(at(p)) - y))

    if out.model is None and np.ndim(out.sigma) < 2:
        residuals = _called(call, out, y, weigh, full, free)
    jacobian = None
    if out.model is not None:
        def jacobian(p):
            J = _core.jacobian(out.model, out.columns, at(p), rows)
            return np.ascontiguousarray(weigh(J[:, free]))
    elif out.jac is not None:
        def jacobian(p):
            J = oriented(np.asarray(out.jac(out.xdata, *at(p).tolist()), dtype=float), rows, n)
            if J.shape != (rows, n):
                raise ValueError(f"jac returns shape {J.shape}; expected {(rows, n)}")
            if not np.isfinite(J).all() and np.array_equal(full, p0):
                row, column = np.argwhere(~np.isfinite(J))[0].tolist()
                raise ValueError(f"jac is {J[row, column]} at index {row} for {out.names[column]} at the start")
            return np.ascontiguousarray(weigh(J[:, free]))

    disagrees = False
    if out.jac is not None and out.model is None:
        at_point = (lambda p: residuals.values(p.tolist())) if isinstance(residuals, _core.Called) else residuals
        size = float(np.linalg.norm(weigh(y.copy())))
        disagrees = _disagrees(at_point, jacobian, p0[free], pick_of(lower, free), pick_of(upper, free), size)
    epsilon = _EPS
    if jacobian is None and diff_step is None and _is_single(call, out.xdata, p0, residuals, free):
        differences, epsilon = "3-point", float(np.finfo(np.float32).eps)
    pick = lambda values: [] if values is None else np.asarray(values, dtype=float)[free].tolist()  # noqa: E731
    options = dict(solver)
    if "x_scale" in options:
        options["x_scale"] = np.asarray(options["x_scale"], dtype=float)[free].tolist()
    step = [] if diff_step is None else np.broadcast_to(np.asarray(diff_step, dtype=float), (n,))[free].tolist()
    if callback is not None:
        inner = callback
        callback = lambda i, nfev, cost, size, optimality, p: inner(  # noqa: E731
            i, nfev, cost, size, optimality, at(p).copy())
    with np.errstate(all="ignore"):  # values that are not finite are named when the fit meets them
        total = _total(y, out.sigma)
    try:
        result = _core.least_squares(
            residuals, jacobian, rows, p0[free].tolist(), pick(lower), pick(upper), loss, f_scale,
            differences == "3-point", step, [name for name, f in zip(out.names, free) if f], absolute_sigma, callback,
            options, jacobian_mode, epsilon, callback is None, False, total, False,
        )  # fmt: skip
    except TraceRefused:
        raise TypeError(_KEEPS) from None
    except ValueError as error:
        if str(error).startswith("x0: residual"):
            with np.errstate(all="ignore"):
                raise _not_finite(out, value(p0), p0) from None
        raise
    sigma = out.sigma
    masked, log_sigma = 0, 0.0
    if np.ndim(sigma) == 1:
        masked = int(np.isinf(sigma).sum())
        log_sigma = float(np.sum(np.log(sigma[np.isfinite(sigma)])))
    elif np.ndim(sigma) == 2:
        log_sigma = float(np.sum(np.log(np.diag(L))))
    elif sigma is not None:
        log_sigma = rows * float(np.log(sigma))
    held = (~free).tolist()
    whole = _core.complete(result, out.names, p0.tolist(), held, masked, total, log_sigma, sigma is not None)
    if solver.get("judge", True):
        _judge(whole, out, residuals, free)
    if disagrees:
        whole.warn("wrong-jacobian", _DISAGREES)
    return whole


def _judge(whole, out, residuals, free):
    """Has the core look at the residuals in the order of x, if they are at hand: no model is called for that."""
    if isinstance(residuals, _core.Called):
        f = residuals.known(whole.popt[free].tolist())
    else:
        f = residuals(whole.popt[free]) if out.model is not None else None
    x = out.xdata
    if f is None or type(x) is not np.ndarray or x.dtype.kind not in "fiu" or x.ndim not in (1, 2):
        return
    rows = np.atleast_2d(x)
    if rows.shape[1] != len(f):
        return
    sigma = None if np.ndim(out.sigma) != 1 else np.ascontiguousarray(out.sigma, dtype=float)
    some = slice(0, _MOST_ROWS)
    axes = [np.ascontiguousarray(row[some], dtype=float) for row in rows]
    names = ["x"] if x.ndim == 1 else [f"x[{k}]" for k in range(len(axes))]
    _core.judge(whole, axes, names, np.ascontiguousarray(out.ydata[some], dtype=float),
                None if sigma is None else sigma[some], np.ascontiguousarray(f[some]))  # fmt: skip


def _not_finite(out, values, p0):
    """The ValueError of a model that is not finite at the start, with the row and the start."""
    bad = ~np.isfinite(values)
    if np.ndim(out.sigma) == 1:
        bad &= np.isfinite(out.sigma)
    if not bad.any():
        return ValueError("p0: a residual is not finite at the start; give a start where the model is finite")
    row, x = int(np.argmax(bad)), ""
    if np.shape(out.xdata) == (len(values),):
        x = f" (x = {np.asarray(out.xdata)[row]:g})"
    start = ", ".join(f"{name}={value:g}" for name, value in zip(out.names, p0.tolist()))
    return ValueError(
        f"p0: the model is {values[row]:g} at index {row}{x} at the start ({start}); give a start where the model is "
        "finite"
    )


def _called(call, out, y, weigh, full, free):
    """The residuals as the core calls them itself: float64 arrays go past Python."""
    rows = len(y)
    sigma = out.sigma
    if sigma is not None:
        sigma = np.ascontiguousarray(np.broadcast_to(sigma, y.shape), dtype=float)
    places = np.flatnonzero(free).tolist()
    called = _core.Called(call, lambda values: np.ascontiguousarray(weigh(model_values(values, rows) - y)),
                          len(places), rows)  # fmt: skip
    called.set_model(out.xdata, np.ascontiguousarray(y, dtype=float), sigma, full.tolist(), places, False)
    return called


def pick_of(values, free):
    """The values of free parameters, or None."""
    return None if values is None else np.asarray(values, dtype=float)[free]


def _disagrees(function, jacobian, p, lower, upper, data):
    """Whether the Jacobian is not what one difference along all parameters shows, at two lengths of the step.
    data: the size whose rounding the residuals bear."""
    with np.errstate(all="ignore"):
        J, here = jacobian(p), function(p)
        size = np.linalg.norm(J, axis=0)
        # All parameters change the residuals by as much, none of them cancels another but by chance.
        unit = np.where(size > 0, max(np.linalg.norm(here), data) / np.where(size > 0, size, 1.0), np.inf)
        unit = np.minimum(unit, np.where(p != 0, np.abs(p), np.where(size > 0, np.inf, 1.0)))
        unit = unit * (1.0 + 0.37 * np.arange(len(p)))
        for length in (_SMALL_STEP, 0.1 * _SMALL_STEP):
            step = length * unit
            if upper is not None:
                step = np.where(p + step > upper, -step, step)
            if lower is not None:
                step = np.where(p + step < lower, 0.0, step)
            moved = (p + step) - p
            change, told = function(p + step) - here, J @ moved
            off, whole = np.linalg.norm(change - told), max(np.linalg.norm(change), np.linalg.norm(told))
            noise = 1e3 * _EPS * max(np.linalg.norm(here), data)
            if not np.isfinite(off) or off <= _SAME_SLOPE * whole + noise:
                return False
    return True


def _is_single(call, x, p0, residuals, free):
    """Whether values are of single precision; residuals, if they are a _core.Called, remember those of the start."""
    try:
        values = np.asarray(call(x, *p0.tolist()))
    except (TypeError, ValueError):
        return False  # said in better words when the fit calls it
    if isinstance(residuals, _core.Called) and values.dtype.kind == "f" and values.ndim == 1:
        residuals.remember_values(p0[free].tolist(), values)
    return values.dtype.kind == "f" and values.dtype.itemsize < 8


def _total(y, sigma):
    """The weighted sum of squares about the best constant."""
    if np.ndim(sigma) == 2:
        ones = whiten(np.ones(len(y)), sigma)
        z = whiten(y, sigma)
        return float(np.sum((z - ones * (ones @ z) / (ones @ ones)) ** 2))
    if sigma is None:
        apart = y - y.mean()
        return float(apart @ apart)
    with np.errstate(all="ignore"):  # a weight beyond all numbers gives a sum that is none, as in the core
        w = 1.0 / np.broadcast_to(sigma, y.shape) ** 2
        used = w > 0
        w, y = w[used], y[used]
        return float(np.sum(w * (y - np.sum(w * y) / np.sum(w)) ** 2))
