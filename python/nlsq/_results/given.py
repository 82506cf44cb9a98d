# SPDX-License-Identifier: MIT
"""A result made of entries that somebody has, in place of a fit: CurveFitResult({"popt": p, "pcov": C, …}).

What the entries allow is computed, in the way of docs/math/statistics.md; what they do not allow is an AttributeError
that says which entry is missing.
"""

import math

import numpy as np

from nlsq import _core
from nlsq._base import arguments
from nlsq._core import interval_factor
from nlsq._data.model_input import as_model_input
from nlsq._engine.outcome import Outcome
from nlsq._engine.weights import total_of, whiten
from nlsq._models.parameter_names import parameter_names
from nlsq._models.whole import flattened
from nlsq._results.fields import STATISTICS
from nlsq._results.stored import Recorded

_DATA = ("model", "xdata", "ydata")
# Numbers that need model, xdata and ydata.
_STATISTICS = frozenset(("cost", "rss", "tss", "n", "n_masked", "dof", *STATISTICS))


class GivenOutcome(Outcome):
    """An outcome of given entries."""

    __slots__ = ()

    def __init__(self, entries):
        self.result = GivenNumbers(self, entries)
        self.function, self.xdata = entries.get("model"), entries.get("xdata")
        self.sigma, self.ydata, self.whole = entries.get("sigma"), entries.get("ydata"), None
        if self.xdata is not None:
            self.xdata = as_model_input(self.xdata)
        if self.ydata is not None:
            self.ydata = arguments.as_data(self.ydata, "ydata")
            if self.sigma is not None:
                self.sigma = arguments.sigma_of(self.sigma, self.ydata)
            if self.ydata.ndim > 1:
                whole, self.xdata, self.ydata, self.sigma = flattened(
                    self.function, self.xdata, self.ydata, self.sigma)  # fmt: skip
                self.whole, self.function = whole, whole.by_rows()
        self.jac = self.lower = self.upper = self.model = None
        self.columns, self.f_scale = [], 1.0
        self.engine, self.note = "callback", "the result was made of entries"
        self.names = entries.get("names")
        if self.names is None:
            self.names = self._names_in_signature(entries)

    def _names_in_signature(self, entries):
        n = len(np.atleast_1d(entries["popt"])) if "popt" in entries else 0
        names = None if entries.get("model") is None else parameter_names(entries["model"])
        return names if names is not None and len(names) == n else [f"p{i}" for i in range(n)]

    def predict(self, x=None):
        """Values of the given model."""
        self._need("popt", "model", *(("xdata",) if x is None else ()))
        return Outcome.predict(self, x)

    def model_jacobian(self, x=None):
        """Derivatives of the given model."""
        self._need("popt", "model", *(("xdata",) if x is None else ()))
        return Outcome.model_jacobian(self, x)

    def residuals(self):
        """Weighted residuals of the given model and data."""
        self._need("ydata")
        return whiten(np.broadcast_to(self.predict(), self.ydata.shape) - self.ydata, self.sigma)

    def _need(self, *names):
        missing = [name for name in names if self.result.entries.get(name) is None]
        if missing:
            raise AttributeError(f"this result was made of entries without {' and '.join(missing)}")


class GivenNumbers(Recorded):
    """Numbers of a fit as far as entries allow."""

    def __init__(self, outcome, entries):
        popt = np.array(entries.get("popt", ()), dtype=float, ndmin=1)
        n = len(popt)
        self.__dict__.update(
            outcome=outcome, entries=entries, popt=popt, p0=np.full(n, np.nan), fixed=[False] * n, at_bound=[0] * n,
            warnings=[], issues=[], loss="linear", absolute_sigma=bool(entries.get("absolute_sigma", False)),
            has_sigma="sigma" in entries, success=bool(entries.get("success", True)), status=entries.get("status", 0), message="",
            cache_hit=False, compile_ms=0.0,
        )  # fmt: skip
        self.__dict__.update({name: value for name, value in entries.items() if name in _STATISTICS})
        if "pcov" in entries:
            self.pcov = np.array(entries["pcov"], dtype=float, ndmin=2)
        errors = np.full(n, np.nan)
        if "pcov" in entries and self.pcov.shape == (n, n):
            errors = np.sqrt(np.diag(self.pcov))
        self.perr = np.array(entries.get("perr", errors), dtype=float, ndmin=1)

    @property
    def names(self):
        return self.outcome.names

    def __getattr__(self, name):
        if name in _STATISTICS:
            self.outcome._need("popt", *_DATA)
            self.__dict__.update({**self._statistics(), **self.__dict__})
            return self.__dict__[name]
        raise AttributeError(f"this result was made of entries without {name}")

    def _statistics(self):
        outcome, k = self.outcome, len(self.popt)
        sigma = outcome.sigma
        used = np.isfinite(sigma) if np.ndim(sigma) == 1 else np.ones(len(outcome.ydata), dtype=bool)
        m = int(used.sum())
        rss = float(np.sum(outcome.residuals() ** 2))
        tss = total_of(outcome.ydata, sigma)
        is_known = self.absolute_sigma and sigma is not None
        found = _core.goodness_of_fit(m, k, rss, tss, self._log_sigma(used), is_known)
        return found | {"cost": 0.5 * rss, "rss": rss, "tss": tss, "n": m, "n_masked": len(used) - m, "dof": m - k}

    def _log_sigma(self, used):
        sigma = self.outcome.sigma
        if sigma is None:
            return 0.0
        if np.ndim(sigma) == 2:
            return float(np.sum(np.log(np.diag(np.linalg.cholesky(sigma)))))
        return float(np.sum(np.log(np.broadcast_to(sigma, used.shape)[used])))

    def report(self, level=0.95, color=False):
        """Parameters, errors and what is known of the fit."""
        lines = ["Parameters"]
        t = math.nan
        if level and self._has("dof"):
            t = interval_factor(level, np.inf if self.absolute_sigma else self.dof)
        for name, value, error in zip(self.names, self.popt, self.perr):
            lines.append(f"  {name}  {value:.10g} ± {error:.4g}  [{value - t * error:.10g}, {value + t * error:.10g}]")
        if self._has("rss"):
            lines.append("Goodness of fit")
            for name in ("n", "dof", "rss", "rmse", "r_squared", "reduced_chi2", "aic", "bic"):
                lines.append(f"  {name}  {getattr(self, name):.10g}")
        return "\n".join(lines)

    def _has(self, name):
        try:
            getattr(self, name)
        except AttributeError:
            return False
        return True


class OrNone:
    """The attributes of numbers; None for what they do not know."""

    def __init__(self, numbers):
        self._numbers = numbers

    def __getattr__(self, name):
        return getattr(self._numbers, name, None)


def given(entries):
    """(outcome, entries, names that the result does not have) of a mapping; popt and x are one."""
    entries = dict(entries)
    if "popt" in entries or "x" in entries:
        popt = np.array(entries["popt" if "popt" in entries else "x"], dtype=float, ndmin=1)
        entries["popt"] = entries["x"] = popt
    outcome = GivenOutcome(entries)
    has = {"popt", "x"} & entries.keys()
    if "pcov" in entries:
        entries["pcov"] = outcome.result.pcov
        has |= {"pcov", "perr"}
    if "popt" in entries and all(entries.get(name) is not None for name in _DATA):
        has |= {"fun", "jac", "grad", "cost"}
    return outcome, entries, has
