# SPDX-License-Identifier: MIT
"""What a fit returns: CurveFitResult.

A dictionary whose entries are computed when they are asked for, so a result costs next to nothing until then.
Formulas of every number: docs/math/statistics.md.
"""

import copy as _copy
import sys
from collections.abc import ItemsView, KeysView, Mapping, ValuesView

import numpy as np

from nlsq._changes import snapshot, snapshots
from nlsq._optimize import OptimizeResult, OptimizeWarning, optimize_warning, with_scipy  # noqa: F401
from nlsq._core import interval_factor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from nlsq._parameters import Parameters


def _cache_stats(result):
    found = getattr(result._outcome, "cache_stats", None)
    if found is None:
        return {"hit": False, "compile_time_ms": 0.0, "hit_rate": 0.0}
    return dict(found() if callable(found) else found)


def _gradient(result):
    outcome = result._outcome
    f = result["fun"]
    core = outcome.result
    if core.loss != "linear":
        f = _RHO1[core.loss]((f / outcome.f_scale) ** 2) * f
    J = result["jac"]
    used = ~np.isinf(outcome.sigma) if np.ndim(outcome.sigma) == 1 else slice(None)
    return f[used] @ J[used]


# rho'(z)
_RHO1 = {
    "soft_l1": lambda z: 1.0 / np.sqrt(1.0 + z),
    "huber": lambda z: 1.0 / np.sqrt(np.maximum(z, 1.0)),
    "cauchy": lambda z: 1.0 / (1.0 + z),
    "arctan": lambda z: 1.0 / (1.0 + z * z),
}

# The keys in their order, and how each is found.
_FILL = {
    "x": lambda r: r["popt"],
    "popt": lambda r: r._outcome.result.popt,
    "pcov": lambda r: r._outcome.result.pcov,
    "perr": lambda r: r._outcome.result.perr,
    "cost": lambda r: r._outcome.result.cost,
    "fun": lambda r: r._unchanged()._outcome.residuals(),
    "jac": lambda r: r._unchanged()._outcome.jacobian(),
    "grad": _gradient,
    "optimality": lambda r: r._outcome.result.optimality,
    "active_mask": lambda r: np.array(r._outcome.result.at_bound, dtype=int),
    "nfev": lambda r: r._outcome.result.nfev,
    "njev": lambda r: r._outcome.result.njev,
    "nit": lambda r: r._outcome.result.iterations,
    "status": lambda r: r._outcome.result.status,
    "success": lambda r: r._outcome.result.success,
    "message": lambda r: r._outcome.result.message,
    "model": lambda r: r._outcome.function,
    "xdata": lambda r: r._outcome.xdata,
    "ydata": lambda r: r._outcome.ydata,
    "engine": lambda r: r._outcome.engine,
    "trace_note": lambda r: r._outcome.note,
    "jacobian_mode": lambda r: r._outcome.result.jacobian_mode,
    "jacobian_mode_source": lambda r: r._outcome.result.jacobian_mode_source,
    "derivative_order": lambda r: r._outcome.result.derivative_order,
    "warnings": lambda r: list(r._outcome.result.warnings),
    "cache_stats": _cache_stats,
    "infodict": lambda r: {"nfev": r["nfev"], "fvec": r["fun"], "cache_stats": r["cache_stats"]},
}


class _Entries(Mapping):
    """The entries of a result, of which iterating over the result itself gives only popt and pcov."""

    __slots__ = ("_result",)

    def __init__(self, result):
        self._result = result

    def __getitem__(self, key):
        return self._result[key]

    def __iter__(self):
        removed = self._result._removed
        yield from (key for key in _FILL if key not in removed)
        yield from [key for key in dict.keys(self._result) if key not in _FILL]

    def __len__(self):
        return sum(1 for _ in self)

    def __contains__(self, key):
        return key in self._result

    def __repr__(self):
        return repr(list(self))


def _of_core(name: str, text: str) -> "Any":
    return property(lambda self: getattr(self._outcome.result, name), doc=text)


class CurveFitResult(OptimizeResult):
    """A finished fit of n parameters to m values.

    ``popt, pcov = result`` unpacks, and ``result[0]`` is popt; everything else is an attribute, and those of the first
    list are keys too:

    x, popt : (n,) fitted parameters;  pcov : (n, n) covariance;  perr : (n,) standard errors
    cost : half the sum of squares (of the losses, for a robust loss)
    fun : (m,) weighted residuals (model - y)/sigma;  jac : (m, n) their derivatives;  grad : (n,) of the cost
    optimality, active_mask, nfev, njev, nit, status, success, message : as in SciPy's results
    model, xdata, ydata : what was fitted
    engine : "interpreter" (the model was recorded) or "callback";  trace_note : why it was not recorded
    jacobian_mode, jacobian_mode_source : the mode and what chose it ("argument", "environment", "config", "default")
    derivative_order : what the engine did ("forward", "reverse", or how differences were taken)
    warnings, cache_stats, infodict

    ``fun``, ``jac``, ``grad``, ``predictions`` and ``residuals`` are computed on first use from the arrays of the
    fit; if one of those was changed in place since then, that raises a ValueError (an array that a model of engine
    "callback" captured is not watched).
    """

    __slots__ = ("_outcome", "_seen", "_removed", "_cache")

    if TYPE_CHECKING:
        x: np.ndarray
        popt: np.ndarray
        pcov: np.ndarray
        perr: np.ndarray
        cost: float
        fun: np.ndarray
        jac: np.ndarray
        grad: np.ndarray
        optimality: float
        active_mask: np.ndarray
        nfev: int
        njev: int
        nit: int
        status: int
        success: bool
        message: str
        model: Callable[..., Any]
        xdata: Any
        ydata: np.ndarray
        engine: str
        trace_note: str | None
        jacobian_mode: str
        jacobian_mode_source: str
        derivative_order: str
        warnings: list[str]
        cache_stats: dict[str, Any]
        infodict: dict[str, Any]

    def __new__(cls, outcome):
        if "scipy.optimize" in sys.modules:
            cls = with_scipy(cls, "OptimizeResult")
        return dict.__new__(cls)

    def __init__(self, outcome):
        _set_outcome(self, outcome)
        _set_removed(self, ())
        _set_cache(self, {})
        x, sigma = outcome.xdata, outcome.sigma
        _set_seen(self, (snapshot(x), snapshot(outcome.ydata), None if sigma is None else snapshot(sigma),
                         snapshots(outcome.columns, x)))  # fmt: skip

    # -- a dictionary that fills itself

    def __missing__(self, key):
        fill = _FILL.get(key)
        if fill is None and isinstance(key, int) and -2 <= key <= 1:
            return self[("popt", "pcov")[key]]  # curve_fit(f, x, y)[0], as with a pair
        if fill is None or key in self._removed:
            raise KeyError(key)
        value = fill(self)
        dict.__setitem__(self, key, value)
        return value

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"a fit's result has no {name!r}") from None

    def __setattr__(self, name, value):
        self[name] = value

    def __setitem__(self, key, value):
        if key in self._removed:
            _set_removed(self, tuple(k for k in self._removed if k != key))
        dict.__setitem__(self, key, value)

    def __delitem__(self, key):
        if key not in self:
            raise KeyError(key)
        dict.pop(self, key, None)
        if key in _FILL:
            _set_removed(self, (*self._removed, key))

    def __delattr__(self, name):
        if name not in self:
            raise AttributeError(name)
        del self[name]

    def __iter__(self) -> "Iterator[np.ndarray]":
        return iter((self["popt"], self["pcov"]))

    def __contains__(self, key):
        return dict.__contains__(self, key) or (key in _FILL and key not in self._removed)

    def __len__(self):
        return len(_Entries(self))

    def __bool__(self):
        return True

    def __eq__(self, other):
        return self is other

    def __ne__(self, other):
        return self is not other

    __hash__ = None

    def keys(self):
        """The names of the entries; none is computed."""
        return KeysView(_Entries(self))

    def values(self):
        """The entries, each computed when it is reached."""
        return ValuesView(_Entries(self))

    def items(self):
        """(name, entry), each computed when it is reached."""
        return ItemsView(_Entries(self))

    def get(self, key, default=None):
        """The entry, or the default where there is none of the name."""
        return self[key] if key in self else default

    def pop(self, key, *default):
        """Removes the entry and returns it."""
        if key not in self and default:
            return default[0]
        value = self[key]
        del self[key]
        return value

    def setdefault(self, key, default=None):
        """The entry; the default is stored where there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *other, **entries):
        """Stores several entries."""
        for key, value in dict(*other, **entries).items():
            self[key] = value

    def popitem(self):
        """The last entry, removed."""
        key = list(self.keys())[-1]
        return key, self.pop(key)

    def clear(self):
        """Removes every entry."""
        dict.clear(self)
        _set_removed(self, tuple(_FILL))

    def copy(self) -> dict:
        """A plain dictionary of all entries."""
        return dict(self.items())

    def __or__(self, other):
        return self.copy() | dict(other)

    def __ror__(self, other):
        return dict(other) | self.copy()

    def __dir__(self):
        return sorted({*object.__dir__(self), *self.keys()})

    # -- data

    def _unchanged(self, response=True):
        """Self, or a ValueError that names the array that was changed in place since the fit."""
        outcome, (x, y, sigma, columns) = self._outcome, self._seen
        pairs = [("xdata", outcome.xdata, x)]
        if response:
            pairs += [("ydata", outcome.ydata, y), ("sigma", outcome.sigma, sigma)]
        pairs += [("an array that the model uses", array, seen) for array, seen in zip(outcome.columns, columns)]
        for name, array, seen in pairs:
            if seen is not None and snapshot(array) != seen:
                raise ValueError(
                    f"{name} was changed in place since the fit, so what depends on it can no longer be computed; "
                    "fit a copy of the array, or read this attribute before changing it"
                )
        return self

    @property
    def predictions(self) -> np.ndarray:
        """(m,) the model's values at xdata."""
        found = self._cache.get("predictions")
        if found is None:
            values = np.asarray(self._unchanged(False)._outcome.predict(), dtype=float)
            found = self._cache["predictions"] = np.array(np.broadcast_to(values, self._outcome.ydata.shape))
        return found

    @property
    def residuals(self) -> np.ndarray:
        """(m,) ydata - predictions: not weighted, and of the opposite sign of ``fun``."""
        found = self._cache.get("residuals")
        if found is None:
            found = self._cache["residuals"] = self._unchanged()._outcome.ydata - self.predictions
        return found

    # -- statistics; with sigma, all sums are weighted by 1/sigma²

    r_squared = _of_core("r_squared", "1 - rss/tss.")
    adj_r_squared = _of_core("adj_r_squared", "1 - (1 - R²)(m - 1)/dof.")
    rmse = _of_core("rmse", "sqrt(rss/m).")
    aic = _of_core("aic", "2k - 2 ln L; without a known sigma the variance counts as a parameter.")
    aicc = _of_core("aicc", "aic + 2k(k + 1)/(m - k - 1).")
    bic = _of_core("bic", "k ln m - 2 ln L.")
    rss = _of_core("rss", "Sum of the squared weighted residuals.")
    chi2 = _of_core("chi2", "As rss; comparable with dof when sigma is absolute.")
    reduced_chi2 = _of_core("reduced_chi2", "chi2/dof.")
    p_value = _of_core("p_value", "P(X >= chi2) for a chi-squared X; NaN unless sigma is absolute.")
    dof = _of_core("dof", "Values used minus free parameters.")
    rank = _of_core("rank", "Rank of the Jacobian, at most the number of free parameters.")
    condition = _of_core("condition", "Bound of the condition number of the Jacobian, columns scaled to length 1.")
    method = _of_core("method", "The method that ran.")
    names = _of_core("names", "Names of the parameters.")

    @property
    def mae(self) -> float:
        """Mean absolute residual, not weighted; values with infinite sigma left out."""
        return float(np.mean(np.abs(self.residuals[self._used()])))

    def _used(self):
        sigma = self._outcome.sigma
        return np.isfinite(sigma) if np.ndim(sigma) == 1 else slice(None)

    @property
    def correlation(self) -> np.ndarray:
        """(n, n) correlation matrix of the parameters; NaN for fixed and undetermined ones."""
        return self._outcome.result.correlation()

    @property
    def params(self) -> "Parameters":
        """Parameters by name: ``params["a"].value .stderr .start .fixed .bounds .at_bound``; ``params.a`` too."""
        found = self._cache.get("params")
        if found is None:
            from nlsq._parameters import Parameters

            o = self._outcome
            found = self._cache["params"] = Parameters(o.result, o.lower, o.upper)
        return found

    # -- predictions and intervals

    def predict(self, xnew=None, return_std: bool = False) -> "Any":
        """The model's values at xnew (None: xdata).

        With ``return_std=True`` a pair: values and their standard errors sqrt(diag(J pcov Jᵀ)), J the derivatives of
        the values by the parameters (exact where the model was recorded).
        """
        if xnew is None:
            values = self.predictions.copy()
        else:
            values = np.asarray(self._outcome.predict(xnew), dtype=float)
        return (values, self._standard_errors(xnew, values.shape)) if return_std else values

    def _standard_errors(self, x, shape):
        if x is None:
            self._unchanged(False)
        errors = np.asarray(self._outcome.predict_errors(x), dtype=float)
        if not np.isfinite(self["pcov"]).all():
            # inf - inf: what depends on an undetermined parameter is undetermined.
            errors = np.where(np.isnan(errors), np.inf, errors)
        return errors if errors.shape == shape else np.array(np.broadcast_to(errors, shape))

    def _factor(self, level, alpha):
        if level is not None and alpha is not None:
            raise TypeError("level and alpha are two names of one argument; give one")
        level = 0.95 if level is None and alpha is None else float(alpha if level is None else level)
        core = self._outcome.result
        t = interval_factor(level, np.inf if core.absolute_sigma else core.dof)
        return np.inf if np.isnan(t) else t

    def confidence_intervals(self, level=None, alpha=None) -> np.ndarray:
        """(n, 2): popt ∓ t·perr, t the (1 + level)/2 quantile of Student's t with dof degrees of freedom.

        With absolute_sigma the quantile is the normal distribution's. ``level`` is 0.95 by default; ``alpha`` is
        another name of it (so 0.95, not 0.05, means 95 %).
        """
        t = self._factor(level, alpha)
        popt, perr = self["popt"], self["perr"]
        with np.errstate(invalid="ignore"):
            half = np.where(perr == 0.0, 0.0, t * perr)
        return np.stack([popt - half, popt + half], axis=1)

    def confidence_band(self, x=None, level=None, alpha=None) -> tuple:
        """(lower, upper) of the model's value at each x (None: xdata), where the true curve lies with this confidence.

        value ∓ t·error, t as in confidence_intervals, error as in predict. The confidence holds at each x by itself.
        """
        t = self._factor(level, alpha)
        values, errors = self.predict(x, return_std=True)
        half = np.where(errors == 0.0, 0.0, t * errors)
        return values - half, values + half

    def prediction_interval(self, x=None, level=None, alpha=None, sigma=None) -> np.ndarray:
        """(m, 2): where one more measurement at each x (None: xdata) falls with this probability.

        value ∓ t·sqrt(error² + s²·sigma²), error as in predict, s² = 2·cost/dof (1 with absolute_sigma). sigma: the
        uncertainty of the new measurements; by default that of the data at xdata, and of a typical value of the data,
        sqrt(m/Σ(1/sigma²)), at other x; 1 for a fit without sigma.
        """
        t = self._factor(level, alpha)
        values, errors = self.predict(x, return_std=True)
        core = self._outcome.result
        variance = 1.0 if core.absolute_sigma else 2.0 * core.cost / core.dof if core.dof > 0 else np.inf
        half = t * np.sqrt(errors**2 + variance * self._sigma_at(x, sigma) ** 2)
        return np.stack([values - half, values + half], axis=1)

    def _sigma_at(self, x, sigma):
        if sigma is not None:
            return np.asarray(sigma, dtype=float)
        sigma = self._outcome.sigma
        if sigma is None:
            return np.float64(1.0)
        sigma = np.sqrt(np.diag(sigma)) if np.ndim(sigma) == 2 else np.asarray(sigma, dtype=float)
        return sigma if x is None or sigma.ndim == 0 else np.sqrt(1.0 / np.mean(sigma[np.isfinite(sigma)] ** -2.0))

    # -- for people

    def report(self, level: float = 0.95) -> str:
        """The report as text: parameters with errors and intervals, strong correlations, goodness of fit."""
        return self._outcome.result.report(level)

    def summary(self) -> None:
        """Prints the report."""
        print(self.report())

    def plot(self, ax=None, show_residuals=True, show_confidence=True, **scatter_kw):
        """Data, curve, 95 % band and residuals, with matplotlib.

        ax: axes to draw into, one or a pair (curve, residuals); with one, residuals are left out. Keywords go to
        ``Axes.scatter`` of the data. Returns (figure, (upper, lower)), or (figure, axes) without residuals.
        """
        from nlsq._plot import plot

        return plot(self, ax, show_residuals, show_confidence, scatter_kw)

    def __repr__(self):
        from nlsq._show import text

        return text(self)

    __str__ = __repr__

    def _repr_html_(self):
        from nlsq._show import html

        return html(self)

    def _repr_pretty_(self, printer, cycle):
        printer.text(repr(self))

    # -- storing

    def to_dict(self, level: float | None = None) -> dict:
        """Plain values only (None for what is not finite): what ``nlsq fit --json`` prints."""
        from nlsq._store import to_dict

        return to_dict(self, level)

    def to_json(self, path=None, level: float | None = None) -> str:
        """to_dict as JSON text, written to path too if one is given."""
        from nlsq._store import to_json

        return to_json(self, path, level)

    def save(self, path) -> None:
        """Writes everything but the model's code to one file that ``load`` reads."""
        from nlsq._store import save

        save(self, path)

    @classmethod
    def load(cls, path, model=None) -> "CurveFitResult":
        """A result that ``save`` wrote. Nothing in the file is executed.

        model: the function f(x, *parameters), for predictions at other x.
        """
        from nlsq._store import load

        return load(path, model)

    def __copy__(self):
        twin = CurveFitResult(self._outcome)
        _set_seen(twin, self._seen)
        _set_removed(twin, self._removed)
        _set_cache(twin, dict(self._cache))
        dict.update(twin, dict.items(self))
        return twin

    def __deepcopy__(self, memo):
        from nlsq._store import copied

        twin = self.__copy__()
        _set_outcome(twin, copied(self._outcome, memo))
        _set_cache(twin, _copy.deepcopy(self._cache, memo))
        for key, value in dict.items(self):
            dict.__setitem__(twin, key, _copy.deepcopy(value, memo))
        return twin

    def __reduce_ex__(self, protocol):
        from nlsq._store import from_state, state_of

        return from_state, (state_of(self),)


_set_outcome = CurveFitResult._outcome.__set__
_set_seen = CurveFitResult._seen.__set__
_set_removed = CurveFitResult._removed.__set__
_set_cache = CurveFitResult._cache.__set__
