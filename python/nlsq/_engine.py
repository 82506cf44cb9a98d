# SPDX-License-Identifier: MIT
"""One fit: trace the model and run it in the core, or call it as it is.

Everything here works on arrays that are already checked: ``ydata`` is one-dimensional float64. The public
functions above this module bring their own rules for arguments.
"""

import numpy as np

from nlsq import _core, _jax
from nlsq._array_functions import read_only
from nlsq._errors import TraceRefused
from nlsq._formulas import Formula

_VERIFY_ROWS = 10_000  # above, soundness comes from the rules of tracing alone
_verified = set()
_VERIFIED_MOST = 10_000


class Outcome:
    """A finished fit and what is needed to ask more of it."""

    __slots__ = (
        "result", "model", "columns", "engine", "note", "function", "xdata", "ydata", "sigma", "jac", "names", "lower",
        "upper", "f_scale",
    )  # fmt: skip

    @property
    def cache_stats(self):
        """hit, compile_time_ms and hit_rate of this fit; None while the cache is off."""
        now = _core.cache_stats()
        if not now["enabled"]:
            return None
        return {
            "hit": self.model is not None and self.result.cache_hit,
            "compile_time_ms": self.result.compile_ms,
            "hit_rate": now["hit_rate"],
            "total_hits": now["hits"],
            "total_misses": now["misses"],
            "cache_size": now["size"],
        }

    def predict(self, x=None):
        """Model values at popt, one a row of x (None: the x of the fit)."""
        p = self.result.popt
        if x is None:
            if self.model is not None:
                return _core.evaluate(self.model, self.columns, p, len(self.ydata))
            return np.asarray(self.function(self.xdata, *p.tolist()), dtype=float)
        return np.asarray(self.function(as_model_input(x), *p.tolist()), dtype=float)

    def model_jacobian(self, x=None):
        """Derivatives of the model's value by the parameters at popt, rows by parameters."""
        p = self.result.popt
        if x is None and self.model is not None:
            return _core.jacobian(self.model, self.columns, p, len(self.ydata))
        x = self.xdata if x is None else as_model_input(x)
        if self.jac is not None:
            return oriented(np.asarray(self.jac(x, *p.tolist()), dtype=float), None, len(p))
        values = np.asarray(self.function(x, *p.tolist()), dtype=float)
        traced, _ = trace(self.function, x, self.names, values.size)
        if traced is not None:
            return _core.jacobian(traced[0], traced[1], p, values.size)
        return _central_differences(lambda q: np.asarray(self.function(x, *q.tolist()), dtype=float), p)

    def residuals(self):
        """Weighted residuals (model - y)/sigma at popt."""
        return whiten(self.predict() - self.ydata, self.sigma)

    def jacobian(self):
        """Weighted Jacobian of the residuals at popt, rows by parameters."""
        return whiten(self.model_jacobian(), self.sigma)

    def predict_errors(self, x=None):
        """Standard errors of the model's values: sqrt(diag(J pcov J^T))."""
        J = self.model_jacobian(x)
        pcov = self.result.pcov
        free = ~np.asarray(self.result.fixed)
        J, pcov = J[:, free], pcov[np.ix_(free, free)]
        used = np.any(J != 0.0, axis=1)
        variance = np.zeros(len(J))
        with np.errstate(invalid="ignore"):
            variance[used] = np.einsum("ij,jk,ik->i", J[used], pcov, J[used])
        return np.sqrt(np.maximum(variance, 0.0))


def as_model_input(x):
    """x as models get it: lists and tuples of numbers as a float array, anything else as it is."""
    if isinstance(x, (list, tuple)):
        return np.asarray(x, dtype=float)
    return x


def whiten(values, sigma):
    """values / sigma; for a covariance matrix L^-1 values with sigma = L L^T."""
    if sigma is None:
        return values
    if np.ndim(sigma) == 2:
        return np.linalg.solve(np.linalg.cholesky(sigma), values)
    if np.ndim(sigma) == 1 and values.ndim == 2:
        return values / np.asarray(sigma)[:, None]
    return values / sigma


def oriented(J, rows, n):
    """A Jacobian as (rows, n); (n, rows) is turned."""
    if J.ndim == 2 and J.shape[1] != n and J.shape[0] == n and rows in (None, J.shape[1]):
        return J.T
    return J


def trace(function, x, names, rows):
    """((model, columns, narrow), None), or (None, why it cannot be traced)."""
    try:
        if isinstance(function, Formula):
            return function.traced(x), None
        if _jax.is_loaded() and _jax.uses_jax(function):
            return _jax.trace(function, x, names, rows), None
        if hasattr(x, "to_numpy") and getattr(x, "ndim", 1) == 1:
            x = x.to_numpy()  # a Series
        if type(x) is np.ndarray and x.ndim == 1:
            if len(x) == rows and x.dtype.kind in "fiu" and x.dtype.itemsize <= 8:
                plain = x if x.flags.c_contiguous and x.dtype.char in "df" else None
                if plain is None or not x.dtype.isnative:
                    plain = np.ascontiguousarray(x, dtype=float)
                return _core.trace(function, x, True, plain, names, rows), None
        elif type(x) is np.ndarray:
            x = read_only(x)
        return _core.trace(function, x, False, None, names, rows), None
    except TraceRefused as refused:
        return None, str(refused)
    except Exception as error:  # the function itself fails on recording values
        return None, f"{type(error).__name__}: {error}".partition("\n")[0]


def _call(function, x, p):
    return np.asarray(function(x, *p.tolist()))


def _differs(traced, function, x, p0, lower, upper, rows):
    """Why the recorded model is not the function, or None: compared at the start and beside it."""
    p0 = np.array(p0)
    model, columns, narrow = traced
    other = p0 + 0.01 * np.maximum(np.abs(p0), 0.1) * (1.0 + 0.3 * np.arange(len(p0)))
    if lower is not None:
        other = np.clip(other, lower, upper)
    for p in (p0, other):
        with np.errstate(all="ignore"):
            theirs = _call(function, x, p)
        if theirs.shape not in ((rows,), ()):
            return f"the model gives shape {theirs.shape}"
        if theirs.dtype.kind not in "fiub":
            return f"the model gives {theirs.dtype} values"
        relative = 1e-4 if narrow or theirs.dtype.itemsize < 8 else 1e-9
        ours = _core.evaluate(model, columns, p, rows)
        theirs = np.broadcast_to(theirs, (rows,))
        finite = np.isfinite(theirs) & np.isfinite(ours)
        size = np.max(np.abs(theirs), where=finite, initial=0.0)
        with np.errstate(invalid="ignore"):
            near = np.abs(ours - theirs) <= relative * (np.abs(theirs) + size)
        if not np.all(near | ~finite | (ours == theirs)):
            return "the recorded model gives other values than the function"
        if np.any(np.isnan(theirs) != np.isnan(ours)):
            return "the recorded model is not finite where the function is"
    return None


def _verify(function, traced, x, p0, lower, upper, rows):
    if rows > _VERIFY_ROWS or isinstance(function, Formula):
        return None
    code = getattr(function, "__code__", None)
    key = (code, traced[0].key) if code is not None else None
    if key in _verified:
        return None
    why = _differs(traced, function, x, p0, lower, upper, rows)
    if why is None and key is not None:
        if len(_verified) >= _VERIFIED_MOST:
            _verified.clear()
        _verified.add(key)
    return why


def fit(function, xdata, ydata, p0, *, names=None, sigma=None, lower=None, upper=None, fixed=None,
        absolute_sigma=False, loss=None, f_scale=1.0, jac=None, differences="2-point", diff_step=None,
        callback=None, threads=0, jacobian_mode=None, check_finite=False, solver=None):  # fmt: skip
    """Fits function(x, *parameters) to ydata (float64, one dimension).

    sigma: None, a number, one value a row, or a covariance matrix (rows by rows). lower, upper, fixed: one value a
    parameter, or None. callback: user(iteration, nfev, cost, step_norm, optimality, parameters) -> stop. solver:
    method, ftol, xtol, gtol, x_scale, max_nfev, polish of the core. Returns an Outcome.
    """
    rows = len(ydata)
    if type(p0) is not list:
        p0 = np.asarray(p0, dtype=float).tolist()
    if names is None:
        names = [f"p{i}" for i in range(len(p0))]
    out = Outcome()
    out.function, out.xdata, out.ydata, out.sigma, out.jac, out.names = function, xdata, ydata, sigma, jac, names
    out.lower, out.upper, out.f_scale = lower, upper, f_scale
    solver = {} if solver is None else solver

    traced = None
    if jac is not None:
        out.note = "a Jacobian was given"
    elif rows == 0:
        out.note = "there are no rows"
    else:
        traced, out.note = trace(function, xdata, names, rows)
        if traced is not None:
            why = _verify(function, traced, xdata, p0, lower, upper, rows)
            if why is not None:
                traced, out.note = None, why
    if traced is not None:
        out.model, out.columns, _ = traced
        out.engine = "interpreter"
        if sigma is None or np.ndim(sigma) < 2:
            out.result = _core.curve_fit(
                out.model, out.columns, ydata, _plain_sigma(sigma), p0, lower, upper, fixed, absolute_sigma,
                loss, f_scale, threads, check_finite, callback, jacobian_mode, solver,
            )  # fmt: skip
            return out
    else:
        out.model, out.columns = None, []
        out.engine = "callback"
        if jac is None and rows and _jax.is_loaded() and _jax.uses_jax(function):
            out.jac = _jax_jacobian(function, xdata, p0, rows)
    out.result = _fit_callback(out, p0, lower, upper, fixed, absolute_sigma, loss, f_scale, differences, diff_step,
                               callback, solver)  # fmt: skip
    return out


def _jax_jacobian(function, x, p0, rows):
    """Derivatives by JAX where it can give them: finite, one row a value."""
    try:
        jac = _jax.jacobian_of(function)
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


def _fit_callback(out, p0, lower, upper, fixed, absolute_sigma, loss, f_scale, differences, diff_step, callback,
                  solver):  # fmt: skip
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

    call = _jax.in_double_precision(out.function) if _jax.is_loaded() else out.function

    def at(p):
        full[free] = p
        return full

    def value(p):
        if out.model is not None:
            return _core.evaluate(out.model, out.columns, p, rows)
        values = np.asarray(call(out.xdata, *p.tolist()))
        if values.dtype.kind == "c":
            raise TypeError("the model returns complex values; fit their real and imaginary parts side by side")
        if values.shape != y.shape and np.broadcast_shapes(values.shape, y.shape) != y.shape:
            raise ValueError(f"the model returns shape {values.shape}; ydata has shape {y.shape}")
        return values.astype(float, copy=False)

    def residuals(p):
        return np.ascontiguousarray(weigh(value(at(p)) - y))

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
            return np.ascontiguousarray(weigh(J[:, free]))

    if jacobian is None and diff_step is None and np.asarray(call(out.xdata, *p0.tolist())).dtype.itemsize < 8:
        # Steps that single-precision values can tell apart.
        differences, diff_step = "3-point", np.cbrt(np.finfo(np.float32).eps)
    pick = lambda values: [] if values is None else np.asarray(values, dtype=float)[free].tolist()  # noqa: E731
    options = dict(solver)
    if "x_scale" in options:
        options["x_scale"] = np.asarray(options["x_scale"], dtype=float)[free].tolist()
    step = [] if diff_step is None else np.broadcast_to(np.asarray(diff_step, dtype=float), (n,))[free].tolist()
    if callback is not None:
        inner = callback
        callback = lambda i, nfev, cost, size, optimality, p: inner(  # noqa: E731
            i, nfev, cost, size, optimality, at(p).copy())
    result = _core.least_squares(
        residuals, jacobian, rows, p0[free].tolist(), pick(lower), pick(upper), loss, f_scale,
        differences == "3-point", step, [name for name, f in zip(out.names, free) if f], absolute_sigma, callback,
        options,
    )  # fmt: skip
    return CallbackResult(result, out.names, p0, free, y, out.sigma)


class CallbackResult:
    """The core's result of a black box with the fixed parameters put back."""

    def __init__(self, core, names, p0, free, y, sigma):
        self._core = core
        self._free = free
        self.names = list(names)
        self.p0 = p0
        n = len(names)
        self.popt = p0.copy()
        self.popt[free] = core.popt
        self.pcov = np.zeros((n, n))
        self.pcov[np.ix_(free, free)] = core.pcov
        self.perr = np.zeros(n)
        self.perr[free] = core.perr
        self.fixed = (~free).tolist()
        self.at_bound = _spread(core.at_bound, free, 0)
        self.tss = _total(y, sigma)
        rss, self.n, self.dof = core.rss, core.n, core.dof
        if sigma is not None and np.ndim(sigma) == 1:
            self.n_masked = int(np.isinf(sigma).sum())
            self.n -= self.n_masked
            self.dof = max(0, self.n - int(free.sum()))
            if self.n_masked and not core.absolute_sigma:
                factor = core.dof / self.dof if self.dof else np.inf
                self.pcov = np.where(self.pcov == 0.0, 0.0, self.pcov * factor)
                self.perr = np.sqrt(np.diag(self.pcov))
        self.r_squared = 1.0 - rss / self.tss if self.tss > 0 else np.nan
        spare = self.dof
        self.adj_r_squared = 1.0 - (rss / spare) / (self.tss / (self.n - 1)) if spare > 0 and self.tss > 0 else np.nan

    def __getattr__(self, name):
        return getattr(self._core, name)

    def correlation(self):
        """n by n, NaN for fixed parameters."""
        out = np.full(self.pcov.shape, np.nan)
        out[np.ix_(self._free, self._free)] = self._core.correlation()
        return out

    def intervals(self, level=0.95):
        """(low, high) of each parameter; a fixed one at its value."""
        free = iter(self._core.intervals(level))
        return [next(free) if f else (v, v) for f, v in zip(self._free, self.popt)]


def _spread(values, free, fallback):
    given = iter(values)
    return [next(given) if f else fallback for f in free]


def _total(y, sigma):
    """The weighted sum of squares about the best constant."""
    if np.ndim(sigma) == 2:
        ones = whiten(np.ones(len(y)), sigma)
        z = whiten(y, sigma)
        return float(np.sum((z - ones * (ones @ z) / (ones @ ones)) ** 2))
    w = np.ones(len(y)) if sigma is None else 1.0 / np.broadcast_to(sigma, y.shape) ** 2
    used = w > 0
    w, y = w[used], y[used]
    return float(np.sum(w * (y - np.sum(w * y) / np.sum(w)) ** 2))


def _central_differences(function, p):
    step = np.cbrt(np.finfo(float).eps) * np.maximum(np.abs(p), 1e-3)
    columns = []
    for j, h in enumerate(step):
        ahead, behind = p.copy(), p.copy()
        ahead[j] += h
        behind[j] -= h
        columns.append((function(ahead) - function(behind)) / (ahead[j] - behind[j]))
    return np.stack(columns, axis=-1)
