# SPDX-License-Identifier: MIT
"""What a fit returns: CurveFitResult.

A dictionary whose entries are computed when they are asked for, so a result costs next to nothing until then
(entries.py); here is what belongs to no one of statistics, predictions and entries.
"""

import sys

import numpy as np

from nlsq._base.optimize import with_scipy
from nlsq._engine.outcome import Outcome
from nlsq._results.changes import snapshot, snapshots
from nlsq._results.entries import FILL, LazyEntries, set_cache, set_outcome, set_removed, set_seen
from nlsq._results.predictions import Predictions
from nlsq._results.statistics import Statistics

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nlsq._results.issues import Issue


class CurveFitResult(Statistics, Predictions, LazyEntries):
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
    progressive, nfev_subsample : whether the fit began on a sample of many rows, and its passes over less than all
    attempts : minimizations, more than one where the first end meant nothing; nfev, njev and nit are of all
    start_source : where the fit began: "given" (p0), "ones", or "search" (p0 of the result has the values)
    device : where the passes were made on one (id, name, bytes uploaded and moved, passes); else None
    precision, nfev_float32 : "float64", or "mixed" where some passes on the way were float32, and how many of nfev
    derivative_order : what the engine did ("forward", "reverse", or how differences were taken)
    warnings, issues : what to know before trusting the numbers: sentences; and the same as (id, sentence, values), whose
        ids stay (docs/issues.md)
    cache_stats, infodict
    all_times : seconds by what they went to ("compile", "fit")
    sparsity_detected, multistart_diagnostics : as in NLSQ's results, of a fit with a dense Jacobian from one start

    ``fun``, ``jac``, ``grad``, ``predictions`` and ``residuals`` are computed on first use from the arrays of the
    fit; if one of those was changed in place since then, that raises a ValueError (an array that a model of engine
    "callback" captured is not watched).

    ``CurveFitResult({"popt": p, "pcov": C, "model": f, "xdata": x, "ydata": y})``, or with keywords, is a result of
    entries that somebody has (sigma, absolute_sigma, names, success and whatever else may be among them): statistics,
    predictions and intervals are computed of them, and an AttributeError says which entry is missing.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        x: np.ndarray
        popt: np.ndarray
        pcov: np.ndarray
        perr: np.ndarray
        fun: np.ndarray
        jac: np.ndarray
        grad: np.ndarray
        active_mask: np.ndarray
        nit: int
        model: Callable[..., Any]
        xdata: Any
        ydata: np.ndarray
        engine: str
        trace_note: str | None
        device: dict | None
        warnings: list[str]
        issues: list[Issue]
        cache_stats: dict[str, Any]
        all_times: dict[str, float]
        sparsity_detected: dict[str, Any]
        multistart_diagnostics: dict[str, Any]
        infodict: dict[str, Any]

    def __new__(cls, outcome=None, /, **entries):
        if "scipy.optimize" in sys.modules:
            cls = with_scipy(cls, "OptimizeResult")
        return dict.__new__(cls)

    def __init__(self, outcome=(), /, **entries):
        absent = ()
        if not isinstance(outcome, Outcome):
            outcome, absent = self._of_entries(outcome, entries)
        set_outcome(self, outcome)
        set_removed(self, absent)
        set_cache(self, {})
        x, sigma = outcome.xdata, outcome.sigma
        fit = outcome.result
        set_seen(self, (snapshot(x, fit), snapshot(outcome.ydata, fit), None if sigma is None else snapshot(sigma, fit),
                         snapshots(outcome.columns, x, fit)))  # fmt: skip

    def _of_entries(self, mapping, entries):
        if isinstance(mapping, LazyEntries):
            dict.update(self, {**dict.copy(mapping), **entries})
            return mapping._outcome, mapping._removed
        from nlsq._results.given import given

        outcome, entries, has = given({**dict(mapping), **entries})
        dict.update(self, entries)
        return outcome, tuple(key for key in FILL if key not in has and key not in entries)

    # -- data

    @property
    def x_note(self) -> str | None:
        """What x is where xdata were dates: "x is in days since 2023-01-01". None for numbers."""
        clocks = getattr(self._outcome, "clocks", None)
        return None if clocks is None else str(clocks)

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

    def _shaped(self, rows):
        """Values of the rows of a fit in the shape of its ydata."""
        whole = self._outcome.whole
        return rows if whole is None else rows.reshape(whole.shape)

    @property
    def predictions(self) -> np.ndarray:
        """The model's values at xdata, of the shape of ydata."""
        found = self._cache.get("predictions")
        if found is None:
            values = np.asarray(self._unchanged(False)._outcome.predict(), dtype=float)
            if self._outcome.ydata is not None:
                values = self._shaped(np.array(np.broadcast_to(values, self._outcome.ydata.shape)))
            found = self._cache["predictions"] = values
        return found

    @property
    def residuals(self) -> np.ndarray:
        """ydata - predictions, of their shape: not weighted, and of the opposite sign of ``fun``."""
        found = self._cache.get("residuals")
        if found is None:
            y = self._unchanged()._outcome.ydata
            if y is None:
                raise AttributeError(getattr(self._outcome, "why_no_rows", "this result was made of entries without ydata"))
            found = self._cache["residuals"] = self._shaped(y) - self.predictions
        return found

    def bootstrap(self, n: int = 1000, *, seed: int = 0, method: str = "residuals", threads: int = 0):
        """Fits to n data sets drawn anew, for errors that do not lean on a linear model: a BootstrapResult.

        method : "residuals" (the model's values plus residuals drawn from those of the fit), "pairs" (rows drawn from
        the data), or "parametric" (normal errors: of sigma where it is absolute, else of the residuals' size).
        """
        from nlsq._results import late

        return late.function("bootstrap")(self, n, seed, method, threads)

    # -- for people

    def report(self, level: float = 0.95) -> str:
        """The report as text: parameters with errors and intervals, strong correlations, goodness of fit."""
        text = self._outcome.result.report(level)
        return text if self.x_note is None else f"{text.rstrip()}\n{self.x_note}\n"

    def explain(self) -> str:
        """How the fit was made and why: derivatives, program, path, and what a row took, a line each."""
        outcome = self._outcome
        told = getattr(outcome.result, "explain", None)
        if told is None:
            return "How this fit was made is not kept with its result.\n"
        note = outcome.note
        return told() if note is None else f"{told()}Not recorded: {note}\n"

    def summary(self) -> None:
        """Prints the report."""
        print(self.report())

    def plot(self, ax=None, show_residuals=True, show_confidence=True, *, log=None, **scatter_kw):
        """Data, curve, 95 % band and residuals, with matplotlib.

        ax: axes to draw into, one or a pair (curve, residuals); with one, residuals are left out. log: "x", "y", "xy" or
        "none"; by default x is logarithmic where it is positive, spans two decades and half of it lies in its lowest
        tenth, and so is y beside such an x. Keywords go to ``Axes.scatter`` of the data. Returns (figure, (upper, lower)), or (figure, axes) without residuals.
        """
        from nlsq._results.plot import plot

        return plot(self, ax, show_residuals, show_confidence, log, scatter_kw)

    def __repr__(self):
        from nlsq._results.show import text

        return text(self)

    __str__ = __repr__

    def _repr_html_(self):
        from nlsq._results.show import html

        return html(self)

    def _repr_pretty_(self, printer, cycle):
        printer.text(repr(self))

    # -- storing

    def to_dict(self, level: float | None = None) -> dict:
        """Plain values only (None for what is not finite): what ``nlsq fit --json`` prints."""
        from nlsq._results.store import to_dict

        return to_dict(self, level)

    def to_json(self, path=None, level: float | None = None, overwrite: bool = False) -> str:
        """to_dict as JSON text, written to path too if one is given.

        An existing file is replaced if it is such a text; another one only with ``overwrite=True``, else FileExistsError.
        """
        from nlsq._results.store import to_json

        return to_json(self, path, level, overwrite)

    def save(self, path, overwrite: bool = False) -> None:
        """Writes everything but the model's code to one file that ``load`` reads.

        An existing file is replaced if it is a saved result; another one only with ``overwrite=True``, else
        FileExistsError.
        """
        from nlsq._results.store import save

        save(self, path, overwrite)

    @classmethod
    def load(cls, path, model=None) -> "CurveFitResult":
        """A result that ``save`` wrote. Nothing in the file is executed.

        model: the function f(x, *parameters), for predictions at other x.
        """
        from nlsq._results.store import read

        return from_state(read(path, model))

    def __copy__(self):
        twin = CurveFitResult(self._outcome)
        set_seen(twin, self._seen)
        set_removed(twin, self._removed)
        set_cache(twin, dict(self._cache))
        dict.update(twin, dict.items(self))
        return twin

    def __deepcopy__(self, memo):
        from nlsq._results.store import deep_copy

        return deep_copy(self, memo, CurveFitResult)

    def __reduce_ex__(self, protocol):
        from nlsq._results.store import state_of

        return from_state, (state_of(self),)


def from_state(state):
    """The result of a state_of (store.py); pickles name this function."""
    from nlsq._results.store import outcome_of_state

    made_of, entries = outcome_of_state(state)
    result = CurveFitResult(made_of)
    dict.update(result, entries)
    return result
