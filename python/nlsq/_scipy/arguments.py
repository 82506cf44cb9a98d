# SPDX-License-Identifier: MIT
"""The arguments of SciPy's curve_fit, checked as SciPy checks them."""

import inspect
from types import FunctionType

import numpy as np

from nlsq import _core
from nlsq._models import jax
from nlsq._scipy import checks
from nlsq._scipy.differences import unbounded

UNBOUNDED = (-np.inf, np.inf)
FLOAT64 = np.dtype(float)
LM_OPTIONS = {"ftol", "xtol", "gtol", "maxfev", "epsfcn", "factor", "diag", "col_deriv"}


class Arguments:
    """A call of curve_fit with its arguments checked: x, y, sigma, whiten, p0, lower, upper, method, residuals."""

    def __init__(self, f, xdata, ydata, p0, sigma, absolute_sigma, check_finite, bounds, method, jac, nan_policy,
                 kwargs):  # fmt: skip
        if type(f) is FunctionType and f.__code__.co_varnames[:1] == ("self",):
            from nlsq._models.signatures import no_unbound_method

            no_unbound_method(f)
        self.f, self.absolute_sigma, self.jac = f, bool(absolute_sigma), jac
        self.kwargs = kwargs = dict(kwargs)
        self.n = n = _count_parameters(f) if p0 is None else np.size(p0)
        if n > 1 and p0 is not None:
            _no_vector(f, n)
        if not (type(xdata) is type(ydata) is np.ndarray and (sigma is None or type(sigma) is np.ndarray)):
            from nlsq._data import missing_rows

            if missing_rows.has_masks(xdata, ydata, sigma):
                xdata, ydata, sigma = missing_rows.without_masked(xdata, ydata, sigma)
        self.is_free = bounds is UNBOUNDED
        if self.is_free:
            (self.lower, self.upper), bounded = unbounded(n), False
            self.p0 = p0 = np.ones(n) if p0 is None else np.atleast_1d(p0)
        else:
            self.lower, self.upper = (np.repeat(b, n) if p0 is None and b.shape == (1,) else b
                                      for b in checks.bounds_of(bounds, n))  # fmt: skip
            self.p0 = p0 = _start(self.lower, self.upper) if p0 is None else np.atleast_1d(p0)
            bounded = np.any((self.lower > -np.inf) | (self.upper < np.inf))
        self.method = method = method if method is not None else "trf" if bounded else "lm"
        if method == "lm" and bounded:
            raise ValueError("Method 'lm' only works for unconstrained problems. Use 'trf' or 'dogbox' instead.")
        if check_finite is None:
            check_finite = nan_policy is None
        as_array = np.asarray_chkfinite if check_finite else np.asarray
        if type(xdata) is not np.ndarray and jax.is_loaded():
            xdata = jax.plain_data(f, xdata)
        self.y = as_array(ydata, float)
        self.x = as_array(xdata, float) if isinstance(xdata, (list, tuple, np.ndarray)) else xdata
        if self.y.size == 0:
            raise ValueError("`ydata` must not be empty!")
        if not check_finite and nan_policy is not None:
            sigma = self._treat_nan(nan_policy, sigma)
        self._weigh(sigma)
        if "args" in kwargs:
            raise ValueError("'args' is not a supported keyword argument.")
        if method not in ("lm", "trf", "dogbox"):
            raise ValueError("`method` must be 'trf', 'dogbox' or 'lm'.")
        if method == "lm":
            self._check_lm(kwargs)
            self.p0 = np.ravel(p0)
        elif "max_nfev" not in kwargs:
            kwargs["max_nfev"] = kwargs.pop("maxfev", None)
        if np.iscomplexobj(self.p0):
            raise ValueError("`p0` must be real.")
        self.p0 = self.p0.astype(float)
        self.residuals = Residuals(self)

    def _treat_nan(self, policy, sigma):
        if policy == "propagate":
            raise ValueError("`nan_policy='propagate'` is not supported by this function.")
        if policy not in ("raise", "omit"):
            raise ValueError("nan_policy must be one of {None, 'raise', 'omit'}")
        bad_y = _nan_in(self.y)
        from nlsq._data import missing_rows

        if type(self.x) is np.ndarray:
            bad_x = _nan_in(self.x)
            bad_x = bad_x.any(axis=tuple(range(bad_x.ndim - 1)))
        else:  # tables, dictionaries, series
            bad_x = ~missing_rows.complete(self.x, self.y.shape, np.isnan)
        kept = ~(bad_x | bad_y)
        if kept.all():
            return sigma
        if policy == "raise":
            raise ValueError("The input contains nan values")
        self.x = self.x[..., kept] if type(self.x) is np.ndarray else missing_rows.kept(self.x, kept, self.y.shape)
        self.y = self.y[kept]
        if sigma is not None:
            sigma = np.asarray(sigma)
            if sigma.ndim == 1 and sigma.size > 1:
                sigma = sigma[kept]
            elif sigma.ndim == 2 and sigma.size > 1:
                sigma = sigma[np.ix_(kept, kept)]
        return sigma

    def _weigh(self, sigma):
        """Sets sigma (M,) or None, and whiten (M, M) or None: the inverse of the Cholesky factor."""
        self.sigma = self.whiten = None
        if sigma is None:
            return
        sigma = np.asarray(sigma)
        size = self.y.size
        if sigma.shape == (size,) or (sigma.size == 1 and sigma.shape != (size, size)):
            sigma = np.broadcast_to(sigma.astype(float).reshape(-1), (size,))
            bad = np.flatnonzero(~(sigma > 0))
            if len(bad):
                value = sigma[bad[0]]
                raise ValueError(f"`sigma` must be positive: sigma[{bad[0]}] is {value}.")
            self.sigma = np.ascontiguousarray(sigma)
        elif sigma.shape == (size, size):
            sigma = sigma.astype(float)
            bad = np.flatnonzero(~np.isfinite(sigma).all(axis=1))
            if len(bad):
                raise ValueError(f"`sigma` must be finite: row {bad[0]} of the covariance matrix is not.")
            try:
                self.whiten = np.linalg.inv(np.linalg.cholesky(sigma))
            except np.linalg.LinAlgError as error:
                raise ValueError("`sigma` must be positive definite.") from error
        else:
            raise ValueError("`sigma` has incorrect shape.")

    def _check_lm(self, kwargs):
        unknown = kwargs.keys() - LM_OPTIONS
        if unknown:
            raise TypeError(f"leastsq() got an unexpected keyword argument {min(unknown)!r}")
        if self.y.size != 1 and self.n > self.y.size:
            raise TypeError(f"The number of func parameters={self.n} must not exceed the number of data "
                            f"points={self.y.size}")  # fmt: skip

    @np.errstate(over="ignore", invalid="ignore")
    def weighted(self, values):
        """values / sigma, values with one row for each row of the data."""
        if self.whiten is not None:
            return self.whiten @ values
        if self.sigma is not None:
            sigma = self.sigma if len(self.sigma) == len(values) else self.sigma[:1]
            return values / (sigma[:, None] if values.ndim == 2 else sigma)
        return values


class Residuals:
    """Weighted residuals of the function itself. value_dtype: the type in which it gave its values."""

    def __init__(self, task):
        self.task = task
        self.value_dtype = np.dtype(float)

    def __call__(self, p):
        return self.of(self.task.f(self.task.x, *p))

    def of(self, values):
        """The residuals of model values."""
        task = self.task
        if type(values) is np.ndarray and values.dtype is FLOAT64 and values.shape == task.y.shape and values.ndim == 1:
            self.value_dtype = FLOAT64
            return task.weighted(values - task.y)
        values = np.asarray(values)
        self.value_dtype = values.dtype
        difference = values - task.y
        if difference.ndim > 1:
            raise ValueError(f"`f` gives shape {values.shape}; `ydata` has shape {task.y.shape}. Both must have one "
                             "dimension: let f return its values .ravel(), and give ydata.ravel().")  # fmt: skip
        return task.weighted(np.atleast_1d(difference))

    def as_called(self, n, m, plain):
        """The same as a _core.Called, or None where it knows no such residuals. plain: what to do with those it does
        not know."""
        task = self.task
        if task.whiten is not None or task.y.shape != (m,) or not task.y.flags.c_contiguous:
            return None
        called = _core.Called(task.f, lambda values: plain(self.of(values)), n, m)
        called.set_model(task.x, task.y, task.sigma, [0.0] * n, list(range(n)), True)
        return called


def _no_vector(f, n):
    """The TypeError of f(x, p), which takes its parameters as a vector: curve_fit gives them one by one."""
    try:
        code = f.__code__ if type(f) is FunctionType else None
        one = code.co_argcount == 2 and not code.co_flags & inspect.CO_VARARGS if code else _takes_one(f)
    except (TypeError, ValueError):
        return
    if one:
        raise TypeError(f"{getattr(f, '__name__', 'f')}() takes x and one parameter but p0 has {n}: parameters are "
                        "given one by one; write f(x, *p), or lambda x, *p: f(x, p)")  # fmt: skip


def _takes_one(f):
    kinds = [p.kind for p in inspect.signature(f).parameters.values()]
    return inspect.Parameter.VAR_POSITIONAL not in kinds and _count_in_signature(f) == 2


def passes_of(maxfev: int, n: int) -> int:
    """The points at which MINPACK's lmdif evaluates residuals before it looks at its limit, which counts the calls
    for differences between them."""
    return max(2, 2 + (maxfev - 2) // (n + 1))


def _count_parameters(f):
    if type(f) is FunctionType and not hasattr(f, "__wrapped__") and not hasattr(f, "__signature__"):
        count = f.__code__.co_argcount
    else:
        count = _count_in_signature(f)
    if count < 2:
        raise ValueError("Unable to determine number of fit parameters.")
    return count - 1


def _count_in_signature(f):
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.POSITIONAL_ONLY)
    return sum(p.kind in kinds for p in inspect.signature(f).parameters.values())


def _start(lower, upper):
    """1 for each parameter; the middle of its bounds, or 1 off a single one."""
    low, high = np.isfinite(lower), np.isfinite(upper)
    with np.errstate(invalid="ignore"):
        return np.select([low & high, low, high], [0.5 * (lower + upper), lower + 1.0, upper - 1.0], 1.0)


def _nan_in(values):
    values = np.asarray(values)
    return np.isnan(values) if values.dtype.kind in "fc" else np.zeros(values.shape, dtype=bool)
