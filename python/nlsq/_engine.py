# SPDX-License-Identifier: MIT
"""One fit: trace the model and run it in the core, or call it as it is.

Everything here works on arrays that are already checked: ``ydata`` is one-dimensional float64. The public
functions above this module bring their own rules for arguments.
"""

import sys
import types

import numpy as np

from nlsq import _arguments, _core, _jax
from nlsq._array_functions import read_only
from nlsq._errors import TraceRefused
from nlsq._formulas import Formula

_VERIFY_ROWS = 10_000  # above, a recorded model is compared with its function on some rows where those tell
_SAMPLE_ROWS = 1_000
_verified = set()
_VERIFIED_MOST = 10_000
_DEBUG = 10  # logging.DEBUG
_EPS = np.finfo(float).eps
_KEEPS = (
    "the model keeps parameters of one call and uses them in another (a list, a dict or an attribute), among them "
    "those of the call that recorded it; empty what it keeps and give jac='2-point' to have it called with numbers "
    "alone"
)


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
            x = self.xdata
        return np.array(self.function(self._input(x), *p.tolist()), dtype=float)

    def _input(self, x):
        return x if isinstance(self.function, Formula) else as_model_input(x)

    def model_jacobian(self, x=None):
        """Derivatives of the model's value by the parameters at popt, rows by parameters."""
        p = self.result.popt
        if x is None and self.model is not None:
            return _core.jacobian(self.model, self.columns, p, len(self.ydata))
        x = self.xdata if x is None else self._input(x)
        if self.jac is not None:
            return oriented(np.asarray(self.jac(x, *p.tolist()), dtype=float), None, len(p))
        values = np.asarray(self.function(x, *p.tolist()), dtype=float)
        traced, _ = recorded(self.function, x, p, self.names, values.size)
        if traced is not None:
            return _core.jacobian(traced[0], traced[1], p, values.size)
        # Copies: a function may return one array again and again.
        return _central_differences(lambda q: np.array(self.function(x, *q.tolist()), dtype=float, ndmin=1), p)

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
        errors = np.sqrt(np.maximum(variance, 0.0))
        return errors.reshape(()) if np.isscalar(x) and errors.size == 1 else errors


def as_model_input(x):
    """x as models get it: arrays and sequences of real numbers as an array of float64, as SciPy gives it (float32
    stays); anything else as it is."""
    if type(x) is np.ndarray:
        kind = x.dtype.kind
        if kind == "f":
            return x if x.dtype.itemsize in (4, 8) and x.dtype.isnative else x.astype(float)
        if kind in "biu":
            return x.astype(float)
        if kind == "O":
            try:
                return x.astype(float)
            except (TypeError, ValueError):
                return x
        return x
    if isinstance(x, (list, tuple, range)):
        try:
            return np.asarray(x, dtype=float)
        except (TypeError, ValueError) as error:
            raise type(error)(f"xdata must be numbers, in arrays of one length: {error}") from None
    if isinstance(x, np.ma.MaskedArray):
        if np.ma.is_masked(x):
            raise TypeError("xdata is a masked array: fit x[~x.mask].data and ydata of the same rows")
        return as_model_input(x.data)
    if isinstance(x, (np.memmap, np.matrix)):
        return as_model_input(np.asarray(x))
    if isinstance(x, (types.GeneratorType, set, frozenset)):
        raise TypeError(f"xdata is a {type(x).__name__}; give an array or a list")
    return x


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


def recorded(function, x, p0, names, rows, lower=None, upper=None):
    """As trace, for a recording that was compared with the function."""
    found, why = trace(function, x, names, rows)
    if found is not None:
        why = _verify(function, found, x, p0, lower, upper, names, rows)
        if why is None:
            return found, None
    elif not why.startswith("an array of data is changed"):
        return None, why
    if type(x) is np.ndarray and x.ndim == 1 and not (_jax.is_loaded() and _jax.uses_jax(function)):
        # A model that asks whether x is an array, or changes arrays made of it: recorded with x itself.
        try:
            found = _core.trace(function, read_only(x), False, None, names, rows)
        except Exception:
            return None, why
        if _verify(function, found, x, p0, lower, upper, names, rows) is None:
            return found, None
    return None, why


def model_values(values, rows):
    """What a model gave, as an array of (rows,) float64; a TypeError or ValueError that says what is wrong with it."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise TypeError("the model returns a masked array with masked values; let it return plain numbers")
    try:
        array = np.asarray(values)
    except ValueError:
        raise TypeError(
            f"the model returns a {type(values).__name__} of values with different shapes; ydata has shape {(rows,)}"
        ) from None
    kind = array.dtype.kind
    if kind == "c":
        raise TypeError("the model returns complex values; fit their real and imaginary parts side by side")
    if values is None:
        raise TypeError("the model returns None; is its return statement missing?")
    if kind in "USMm":
        raise TypeError(f"the model returns {array.dtype} values; numbers are needed")
    if array.shape != (rows,):
        if array.size != 1:
            hint = "; let it return the same values .ravel()" if array.size == rows else ""
            raise ValueError(f"the model returns shape {array.shape}; ydata has shape {(rows,)}{hint}")
        array = np.broadcast_to(array.reshape(()), (rows,))
    try:
        return array.astype(float, copy=False)
    except (TypeError, ValueError):
        what = f"a {type(values).__name__}" if np.ndim(values) == 0 else f"{array.dtype} values"
        raise TypeError(f"the model returns {what}; numbers are needed") from None


def _differs(traced, function, x, p0, lower, upper, rows, both=True):
    """Why the recorded model is not the function, or None: compared beside the start, and (both) at the start."""
    p0 = np.array(p0, dtype=float)
    model, columns, narrow = traced
    other = p0 + 0.01 * np.maximum(np.abs(p0), 0.1) * (1.0 + 0.3 * np.arange(len(p0)))
    if lower is not None:
        other = np.clip(other, lower, upper)
    for p in (p0, other) if both else (other,):
        try:
            with np.errstate(all="ignore"):
                theirs = function(x, *p.tolist())
            single = np.asarray(theirs).dtype.itemsize < 8
            theirs = model_values(theirs, rows)
        except Exception as error:
            return f"{type(error).__name__}: {error}".partition("\n")[0]
        relative = 1e-4 if narrow or single else 1e-9
        ours = _core.evaluate(model, columns, p, rows)
        finite = np.isfinite(theirs)
        size = np.max(np.abs(theirs), where=finite, initial=0.0)
        with np.errstate(invalid="ignore"):
            near = np.abs(ours - theirs) <= relative * (np.abs(theirs) + size)
        if np.any(finite != np.isfinite(ours)) or np.any(np.isnan(theirs) != np.isnan(ours)):
            return "the recorded model is not finite where the function is"
        if not np.all(near | ~finite):
            return "the recorded model gives other values than the function"
    return None


def _verify(function, traced, x, p0, lower, upper, names, rows):
    """Why the recorded model is not the function, or None. Of many rows a sample is compared if the function
    gives the same model there, else all of them at one point."""
    if isinstance(function, Formula):
        return None
    identity = _identity(function)
    key = None if identity is None else (identity, traced[0].key)
    if key in _verified:
        return None
    if rows <= _VERIFY_ROWS:
        why = _differs(traced, function, x, p0, lower, upper, rows)
    elif not _sample_agrees(function, traced, x, p0, lower, upper, names, rows):
        why = _differs(traced, function, x, p0, lower, upper, rows, both=False)
    else:
        why = None
    if why is None and key is not None:
        if len(_verified) >= _VERIFIED_MOST:
            _verified.clear()
        _verified.add(key)
    return why


def _sample_agrees(function, traced, x, p0, lower, upper, names, rows):
    if type(x) is not np.ndarray or x.dtype.kind != "f":
        return False
    step = rows // _SAMPLE_ROWS
    if x.shape[-1:] == (rows,):
        some = x[..., ::step]
    elif x.shape[:1] == (rows,):
        some = x[::step]
    else:
        return False
    count = -(-rows // step)
    some = np.ascontiguousarray(some)
    found, _ = trace(function, some, names, count)
    if found is None or found[0].key != traced[0].key:
        return False
    return _differs(found, function, some, p0, lower, upper, count) is None


_PLAIN = frozenset((int, float, str, bool, type(None)))


def _identity(function, depth=3):
    """What two functions share that do the same to the same parameters, as far as their code, captured numbers and
    captured functions tell; None where there is no code."""
    self = getattr(function, "__self__", None)
    code = getattr(function, "__code__", None)
    if type(code) is not types.CodeType:
        inner = getattr(function, "__wrapped__", None)  # a function under jax.jit
        inner = _identity(inner, depth - 1) if callable(inner) and depth else None
        return None if inner is None else (type(function), inner)
    identity = [code, type(self)]
    for values in (function.__defaults__ or (), (function.__kwdefaults__ or {}).values()):
        identity += [v if type(v) in _PLAIN else type(v) for v in values]
    for cell in function.__closure__ or ():
        try:
            value = cell.cell_contents
        except ValueError:
            continue
        if type(value) in _PLAIN:
            identity.append(value)
        elif type(value) is types.FunctionType:
            inner = _identity(value, depth - 1) if depth else None
            if inner is None:
                return None
            identity.append(inner)
        elif callable(value):
            return None
        else:
            identity.append(type(value))
    return tuple(identity)


def fit(function, xdata, ydata, p0, *, names=None, sigma=None, lower=None, upper=None, fixed=None,
        absolute_sigma=False, loss=None, f_scale=1.0, jac=None, differences=None, diff_step=None,
        callback=None, threads=0, jacobian_mode=None, check_finite=False, solver=None):  # fmt: skip
    """Fits function(x, *parameters) to ydata (float64, one dimension).

    sigma: None, a number, one value a row, or a covariance matrix (rows by rows). lower, upper, fixed: one value a
    parameter, or None. callback: user(iteration, nfev, cost, step_norm, optimality, parameters) -> stop. solver:
    method, ftol, xtol, gtol, x_scale, max_nfev, polish of the core. differences: "2-point" or "3-point" to have the
    model called as it is; None: exact derivatives where it can be recorded. Returns an Outcome.
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
    elif differences is not None:
        out.note = f"differences were asked for (jac={differences!r})"
    elif rows == 0:
        out.note = "there are no rows"
    else:
        traced, out.note = recorded(function, xdata, p0, names, rows, lower, upper)
    if traced is not None:
        out.model, out.columns, _ = traced
        out.engine = "interpreter"
        if sigma is None or np.ndim(sigma) < 2:
            if check_finite and len(out.columns) > 1:
                _check_finite(out)  # the core would look at arrays of the model, too
                check_finite = False
            out.result = _core.curve_fit(
                out.model, out.columns, ydata, _plain_sigma(sigma), p0, lower, upper, fixed, absolute_sigma,
                loss, f_scale, threads, check_finite, callback, jacobian_mode, solver,
            )  # fmt: skip
            _log(out)
            return out
    else:
        out.model, out.columns = None, []
        out.engine = "callback"
        if jac is None and differences is None and rows and _jax.is_loaded() and _jax.uses_jax(function):
            out.jac = _jax_jacobian(function, xdata, p0, rows)
        if type(xdata) is np.ndarray and xdata.dtype == np.float32:
            out.xdata = xdata.astype(float)  # differences need all digits
    if check_finite:
        _check_finite(out)
    out.result = _fit_callback(out, p0, lower, upper, fixed, absolute_sigma, loss, f_scale, differences, diff_step,
                               callback, solver, jacobian_mode)  # fmt: skip
    _log(out)
    return out


def _log(out):
    """One line at debug level to the logger "nlsq" of a program that uses logging."""
    logging = sys.modules.get("logging")
    if logging is None:
        return
    logger = logging.getLogger("nlsq")
    if logger.isEnabledFor(_DEBUG):
        r = out.result
        logger.debug(
            "jacobian_mode=%s source=%s derivatives=%s engine=%s parameters=%d residuals=%d",
            r.jacobian_mode, r.jacobian_mode_source, r.derivative_order, out.engine, len(out.names), len(out.ydata),
        )  # fmt: skip


def _check_finite(out):
    """Raises ValueError where a value that counts is not finite."""
    arrays = [("ydata", out.ydata)]
    if type(out.xdata) is np.ndarray and out.xdata.dtype.kind == "f":
        arrays.append(("xdata", out.xdata))
    counts = np.isfinite(out.sigma) if np.ndim(out.sigma) == 1 else None
    for name, values in arrays:
        if counts is not None and values.shape[-1:] == counts.shape:
            values = np.where(counts, values, 0.0)
        _arguments.check_finite(values, name)


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

    call = _jax.in_double_precision(out.function) if _jax.is_loaded() else out.function

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

    if jacobian is None and diff_step is None and _is_single(call, out.xdata, p0):
        # Steps that single-precision values can tell apart.
        differences, diff_step = "3-point", np.cbrt(np.finfo(np.float32).eps)
    fine = None
    if jacobian is None and diff_step is None:
        fine = _fine_steps(value, p0, np.flatnonzero(free), lower, upper, differences == "3-point")
        if fine is not None:
            solver = {**solver, "polish": False}

            def jacobian(p):
                return np.ascontiguousarray(weigh(fine(at(p).copy())))
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
        options, jacobian_mode,
    )  # fmt: skip
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
    mode = (differences or "2-point") if fine is not None else None
    return _core.complete(result, out.names, p0.tolist(), held, masked, _total(y, sigma), log_sigma,
                          sigma is not None, mode)  # fmt: skip


def _fine_steps(value, p0, free, lower, upper, three_point):
    """A Jacobian by differences p -> (rows, free), for parameters so small in size that steps of the usual
    max(1, |p|) would change the model altogether; None where there are none of those."""
    step = np.cbrt(_EPS) if three_point else np.sqrt(_EPS)
    small = [j for j in free.tolist() if abs(p0[j]) < 1e-3]
    if not small:
        return None
    with np.errstate(all="ignore"):
        base = value(p0).copy()
        size = np.linalg.norm(base)
    if not (0.0 < size < np.inf):
        return None

    def scale_of(j):
        """How far parameter j must go to change the model by its own size; 1 where it is of ordinary size."""
        scale = 1.0
        for _ in range(60):
            p = p0.copy()
            p[j] += step * scale if upper is None or p[j] + step * scale <= upper[j] else -step * scale
            with np.errstate(all="ignore"):
                change = np.linalg.norm(value(p) - base) / size
            if change <= 1e3 * step:
                return scale
            scale *= min(0.1, max(1e-8, step / change)) if np.isfinite(change) else 1e-3
        return scale

    scales = np.ones(len(p0))
    for j in small:
        scales[j] = scale_of(j)
    if np.all(scales == 1.0):
        return None

    def jacobian(p):
        here = None if three_point else value(p).copy()
        columns = []
        for j in free.tolist():
            h = step * max(abs(p[j]), scales[j])
            ahead, behind = p.copy(), p.copy()
            ahead[j] += h
            if three_point:
                behind[j] -= h
            if upper is not None and ahead[j] > upper[j]:
                ahead[j] = p[j] if three_point else p[j] - h
            if lower is not None and behind[j] < lower[j]:
                behind[j] = p[j]
            last = value(behind).copy() if three_point else here
            columns.append((value(ahead) - last) / (ahead[j] - behind[j]))
        return np.stack(columns, axis=-1)

    return jacobian


def _is_single(call, x, p0):
    try:
        dtype = np.asarray(call(x, *p0.tolist())).dtype
    except (TypeError, ValueError):
        return False  # said in better words when the fit calls it
    return dtype.kind == "f" and dtype.itemsize < 8


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
