# SPDX-License-Identifier: MIT
"""A model that is called as it is: residuals and Jacobian for the core's least_squares, differences that suit it."""

import numpy as np

from nlsq import _core
from nlsq._base.errors import TraceRefused
from nlsq._engine.weights import oriented, total_of, whiten
from nlsq._models import jax
from nlsq._models.model_values import model_values

_EPS = np.finfo(float).eps
KEEPS = (
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


class CalledModel:
    """Residuals of the free parameters of a fit whose model is called, or recorded with a covariance matrix for sigma.

    full: all parameters, those that are held among them; factor: L of the covariance matrix L Lᵀ, or None
    """

    __slots__ = ("out", "p0", "full", "free", "factor", "call")

    def __init__(self, out, request):
        self.out, self.p0 = out, np.array(request.p0, dtype=float)
        self.free = np.ones(len(self.p0), dtype=bool) if request.fixed is None else ~np.asarray(request.fixed, dtype=bool)
        if out.lower is not None:
            self.free &= np.asarray(out.lower) < np.asarray(out.upper)
        self.full = self.p0.copy()
        self.factor = np.linalg.cholesky(out.sigma) if np.ndim(out.sigma) == 2 else None
        self.call = jax.in_double_precision(out.function) if jax.is_loaded() else out.function

    def weighted(self, values):
        """values / sigma."""
        return whiten(values, self.out.sigma) if self.factor is None else np.linalg.solve(self.factor, values)

    def at(self, p):
        """All parameters, the free ones at p."""
        self.full[self.free] = p
        return self.full

    def values(self, p):
        """The model at all parameters p."""
        out = self.out
        if out.model is not None:
            return _core.evaluate(out.model, out.columns, p, len(out.ydata))
        try:
            values = self.call(out.xdata, *p.tolist())
        except TraceRefused:
            raise TypeError(KEEPS) from None
        return model_values(values, len(out.ydata))

    def residuals(self, p):
        """(model - y)/sigma at the free parameters p."""
        return np.ascontiguousarray(self.weighted(self.values(self.at(p)) - self.out.ydata))

    def called(self):
        """The residuals as the core calls them itself: float64 arrays go past Python."""
        out, y = self.out, self.out.ydata
        rows, places = len(y), np.flatnonzero(self.free).tolist()
        sigma = out.sigma
        if sigma is not None:
            sigma = np.ascontiguousarray(np.broadcast_to(sigma, y.shape), dtype=float)
        called = _core.Called(self.call, lambda values: np.ascontiguousarray(self.weighted(model_values(values, rows) - y)),
                              len(places), rows)  # fmt: skip
        called.set_model(out.xdata, np.ascontiguousarray(y, dtype=float), sigma, self.full.tolist(), places, False)
        return called

    def recorded_jacobian(self, p):
        """Derivatives of the residuals, of a recorded model."""
        out = self.out
        J = _core.jacobian(out.model, out.columns, self.at(p), len(out.ydata))
        return np.ascontiguousarray(self.weighted(J[:, self.free]))

    def given_jacobian(self, p):
        """The same of a function that the user gave."""
        out, rows, n = self.out, len(self.out.ydata), len(self.p0)
        J = oriented(np.asarray(out.jac(out.xdata, *self.at(p).tolist()), dtype=float), rows, n)
        if J.shape != (rows, n):
            raise ValueError(f"jac returns shape {J.shape}; expected {(rows, n)}")
        if not np.isfinite(J).all() and np.array_equal(self.full, self.p0):
            row, column = np.argwhere(~np.isfinite(J))[0].tolist()
            raise ValueError(f"jac is {J[row, column]} at index {row} for {out.names[column]} at the start")
        return np.ascontiguousarray(self.weighted(J[:, self.free]))

    def log_sigma(self):
        """(rows whose sigma is infinite, the sum of log sigma over the others)."""
        sigma = self.out.sigma
        if np.ndim(sigma) == 1:
            return int(np.isinf(sigma).sum()), float(np.sum(np.log(sigma[np.isfinite(sigma)])))
        if self.factor is not None:
            return 0, float(np.sum(np.log(np.diag(self.factor))))
        return 0, 0.0 if sigma is None else len(self.out.ydata) * float(np.log(sigma))


def fit_called(out, request):
    """The model as a black box, or a recorded one whose residuals are mixed by a covariance matrix."""
    model = CalledModel(out, request)
    residuals, jacobian, disagrees = model.residuals, None, False
    if out.model is not None:
        jacobian = model.recorded_jacobian
    else:
        if model.factor is None:
            residuals = model.called()
        if out.jac is not None:
            jacobian = model.given_jacobian
            disagrees = _disagrees(model, residuals)
    with np.errstate(all="ignore"):  # values that are not finite are named when the fit meets them
        total = total_of(out.ydata, out.sigma)
    result = _minimized(model, request, residuals, jacobian, total)
    masked, log_sigma = model.log_sigma()
    whole = _core.complete(
        result, out.names, model.p0.tolist(), (~model.free).tolist(), masked, total, log_sigma, out.sigma is not None)
    if request.solver.get("judge", True):
        _judge(whole, out, residuals, model.free)
    if disagrees:
        whole.warn("wrong-jacobian", _DISAGREES)
    return whole


def _minimized(model, request, residuals, jacobian, total):
    """The core's result over the free parameters."""
    out, free, n = model.out, model.free, len(model.p0)
    differences, diff_step, epsilon = request.differences, request.diff_step, _EPS
    if jacobian is None and diff_step is None and _is_single(model, residuals):
        differences, epsilon = "3-point", float(np.finfo(np.float32).eps)
    options = dict(request.solver)
    if "x_scale" in options:
        options["x_scale"] = _of_free(options["x_scale"], free)
    step = [] if diff_step is None else _of_free(np.broadcast_to(np.asarray(diff_step, dtype=float), (n,)), free)
    callback = user = request.callback
    if user is not None:
        callback = lambda i, nfev, cost, size, optimality, p: user(  # noqa: E731
            i, nfev, cost, size, optimality, model.at(p).copy())
    try:
        return _core.least_squares(
            residuals, jacobian, len(out.ydata), model.p0[free].tolist(), _of_free(out.lower, free),
            _of_free(out.upper, free), request.loss, out.f_scale, differences == "3-point", step,
            [name for name, f in zip(out.names, free) if f], request.absolute_sigma, callback, options,
            request.jacobian_mode, epsilon, callback is None, False, total, False,
        )  # fmt: skip
    except TraceRefused:
        raise TypeError(KEEPS) from None
    except ValueError as error:
        if str(error).startswith("x0: residual"):
            with np.errstate(all="ignore"):
                raise _not_finite(out, model.values(model.p0), model.p0) from None
        raise


def _of_free(values, free):
    """The values of the free parameters as a list; empty for None."""
    return [] if values is None else np.asarray(values, dtype=float)[free].tolist()


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


def _disagrees(model, residuals):
    """Whether the Jacobian that was given is not what one difference along all parameters shows, at two lengths of the
    step."""
    out, p = model.out, model.p0[model.free]
    function = (lambda q: residuals.values(q.tolist())) if isinstance(residuals, _core.Called) else residuals
    data = float(np.linalg.norm(model.weighted(out.ydata.copy())))  # the size of the data, whose rounding errors the residuals contain
    with np.errstate(all="ignore"):
        J, here = model.given_jacobian(p), function(p)
        size = np.linalg.norm(J, axis=0)
        # Each parameter changes the residuals by the same amount, so they cancel each other only by chance.
        unit = np.where(size > 0, max(np.linalg.norm(here), data) / np.where(size > 0, size, 1.0), np.inf)
        unit = np.minimum(unit, np.where(p != 0, np.abs(p), np.where(size > 0, np.inf, 1.0)))
        unit = unit * (1.0 + 0.37 * np.arange(len(p)))
        for length in (_SMALL_STEP, 0.1 * _SMALL_STEP):
            step = length * unit
            if out.upper is not None:
                step = np.where(p + step > np.asarray(out.upper, dtype=float)[model.free], -step, step)
            if out.lower is not None:
                step = np.where(p + step < np.asarray(out.lower, dtype=float)[model.free], 0.0, step)
            moved = (p + step) - p
            change, told = function(p + step) - here, J @ moved
            off, whole = np.linalg.norm(change - told), max(np.linalg.norm(change), np.linalg.norm(told))
            noise = 1e3 * _EPS * max(np.linalg.norm(here), data)
            if not np.isfinite(off) or off <= _SAME_SLOPE * whole + noise:
                return False
    return True


def _is_single(model, residuals):
    """Whether values are of single precision; residuals, if they are a _core.Called, remember those of the start."""
    try:
        values = np.asarray(model.call(model.out.xdata, *model.p0.tolist()))
    except (TypeError, ValueError):
        return False  # the fit calls it again and gives a better message
    if isinstance(residuals, _core.Called) and values.dtype.kind == "f" and values.ndim == 1:
        residuals.remember_values(model.p0[model.free].tolist(), values)
    return values.dtype.kind == "f" and values.dtype.itemsize < 8
