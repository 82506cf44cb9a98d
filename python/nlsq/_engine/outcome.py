# SPDX-License-Identifier: MIT
"""What is asked of a fit, and the fit as the engine leaves it; results are made of that."""

import numpy as np

from nlsq import _core
from nlsq._data.model_input import as_model_input
from nlsq._models.formulas import Formula
from nlsq._recording.models import recorded

_COARSE = 3e-5  # part of a row of a finite-difference Jacobian that may be error


class Request:
    """What is asked of a fit beside model and data: engine.fit says what each means."""

    __slots__ = ("p0", "fixed", "absolute_sigma", "loss", "differences", "diff_step", "callback", "threads", "jacobian_mode",
                 "check_finite", "solver")  # fmt: skip

    def __init__(self, *values):
        for name, value in zip(self.__slots__, values, strict=True):
            setattr(self, name, value)


class Outcome:
    """A finished fit and what is needed to ask more of it."""

    __slots__ = (
        "result", "model", "columns", "engine", "note", "function", "xdata", "ydata", "sigma", "jac", "names", "lower",
        "upper", "f_scale", "whole", "clocks",
    )  # fmt: skip

    @property
    def cache_stats(self):
        """hit and compile_time_ms of this fit; of all fits so far hit_rate, total_hits, total_misses,
        total_compilations, cache_size and enabled. None while the cache is off."""
        now = _core.cache_stats()
        if not now["enabled"]:
            return None
        return {
            "hit": self.model is not None and self.result.cache_hit,
            "compile_time_ms": self.result.compile_ms,
            "hit_rate": now["hit_rate"],
            "total_hits": now["hits"],
            "total_misses": now["misses"],
            "total_compilations": now["misses"],
            "cache_size": now["size"],
            "enabled": now["enabled"],
        }

    @property
    def own(self):
        """popt of the model's parameters, before those that ties add."""
        p = self.result.popt
        return p if self.names is None else p[: len(self.names)]

    def predict(self, x=None):
        """Model values at popt: of the shape of x, or rows of the data of the fit (None)."""
        p = self.own
        if x is None:
            if self.model is not None:
                return _core.evaluate(self.model, self.columns, p, len(self.ydata))
            return np.array(self.function(self._input(self.xdata), *p.tolist()), dtype=float)
        function = self.function if self.whole is None else self.whole.function
        return np.array(function(self._input(x), *p.tolist()), dtype=float)

    def _by_rows(self):
        """The function for x of any shape, its values as rows."""
        whole = self.whole
        return self.function if whole is None else whole._replace(x_too=False).by_rows()

    def _input(self, x):
        clocks = getattr(self, "clocks", None)  # of dates; most fits have none
        if clocks is not None:
            x = clocks.numbers(x)
        return x if isinstance(self.function, Formula) else as_model_input(x)

    def model_jacobian(self, x=None):
        """Derivatives of the model's value by the parameters at popt, rows by parameters."""
        p = self.own
        if x is None and self.model is not None:
            return _core.jacobian(self.model, self.columns, p, len(self.ydata))
        function = self.function if x is None else self._by_rows()
        x = self.xdata if x is None else self._input(x)
        from nlsq._engine.weights import oriented

        if self.jac is not None:
            return oriented(np.asarray(self.jac(x, *p.tolist()), dtype=float), None, len(p))
        values = np.asarray(function(x, *p.tolist()), dtype=float)
        if values.size == 0:
            return np.zeros((0, len(p)))
        traced, _ = recorded(function, x, p, self.names, values.size)
        if traced is not None:
            return _core.jacobian(traced[0], traced[1], p, values.size)
        # Copies: a function may return one array again and again.
        epsilon = float(np.finfo(float).eps)
        called = lambda q: np.array(function(x, *q.tolist()), dtype=float, ndmin=1)  # noqa: E731
        return _core.differences(called, np.asarray, p, np.ravel(values), True, epsilon, [], [], [], True)

    def residuals(self):
        """Weighted residuals (model - y)/sigma at popt."""
        from nlsq._engine.weights import whiten

        return whiten(self.predict() - self.ydata, self.sigma)

    def jacobian(self):
        """Weighted Jacobian of the residuals at popt, rows by parameters."""
        from nlsq._engine.weights import whiten

        return whiten(self.model_jacobian(), self.sigma)

    def predict_errors(self, x=None):
        """Standard errors of the model's values: sqrt(diag(J pcov J^T)); inf where a value depends on what the data do
        not determine, though not where redundant parameters determine it together."""
        J = self.model_jacobian(x)
        n = J.shape[1]
        redundancy = getattr(self.result, "redundancy", None)
        if redundancy is None:
            pcov = self.result.pcov
            free = ~np.asarray(self.result.fixed[:n])
            J, pcov = J[:, free], pcov[:n, :n][np.ix_(free, free)]
        else:
            pcov, directions, scale, tolerance = redundancy
            pcov, directions, scale = pcov[:n, :n], directions[:, :n], scale[:n]
        used = np.any(J != 0.0, axis=1)
        variance = np.zeros(len(J))
        with np.errstate(invalid="ignore"):
            variance[used] = np.einsum("ij,jk,ik->i", J[used], pcov, J[used])
            if redundancy is not None:
                if self.model is None:
                    tolerance = max(tolerance, _COARSE)
                lost = np.sum((J @ directions.T) ** 2, axis=1) > tolerance**2 * np.sum((J * scale) ** 2, axis=1)
                variance[lost] = np.inf
        errors = np.sqrt(np.maximum(variance, 0.0))
        return errors.reshape(()) if np.isscalar(x) and errors.size == 1 else errors


def engine_of(out):
    """What evaluated the model: of a recorded one the core's word, which may name a device."""
    return out.engine if out.engine == "callback" else getattr(out.result, "engine", out.engine)
