# SPDX-License-Identifier: MIT
"""A fit's numbers without the engine that found them: what a stored result is made of."""

import numpy as np

from nlsq._core import interval_factor
from nlsq._engine.outcome import Outcome
from nlsq._results.fields import DEFAULTS
from nlsq._results.issues import restored, stored

_REDUNDANCY = ("range_covariance", "null_directions", "parameter_scales", "null_tolerance")
_ARRAYS = ("popt", "pcov", "perr", "p0")
_LISTS = ("names", "fixed", "at_bound", "warnings")


def numbers_of(core) -> dict:
    """Everything a core result knows, as arrays and plain values."""
    numbers = {name: getattr(core, name) for name in (*_ARRAYS, *DEFAULTS)}
    redundancy = getattr(core, "redundancy", None)
    if redundancy is not None:
        numbers.update(zip(_REDUNDANCY, redundancy))
    numbers["device"] = core.device
    for name in _LISTS:
        numbers[name] = list(getattr(core, name))
    numbers["issues"] = stored(core)
    numbers["report"] = core.report()
    return numbers


class Recorded:
    """The same attributes and methods as the core's result."""

    def __init__(self, numbers):
        self.__dict__.update(DEFAULTS, device=None)  # fields that files of earlier versions lack
        self.__dict__.update(numbers)
        self._text = self.__dict__.pop("report")
        self.issues = restored(numbers["issues"]) if "issues" in numbers else []

    @property
    def redundancy(self):
        """As the core's, None at full rank."""
        known = self.__dict__.get
        return tuple(known(name) for name in _REDUNDANCY) if known(_REDUNDANCY[0]) is not None else None

    def intervals(self, level=0.95):
        """(low, high) of each parameter."""
        t = interval_factor(level, np.inf if self.absolute_sigma else self.dof)
        return [(v, v) if e == 0.0 else (v - t * e, v + t * e) for v, e in zip(self.popt, self.perr)]

    def correlation(self):
        """n by n, NaN for fixed and undetermined parameters."""
        known = np.where((self.perr > 0.0) & np.isfinite(self.perr), self.perr, np.nan)
        with np.errstate(invalid="ignore"):
            return self.pcov / np.outer(known, known)

    def report(self, level=0.95, color=False):
        """The text made at the time of the fit; intervals of another level are added below."""
        if level == 0.95:
            return self._text
        lines = [f"  {name}  [{low:.10g}, {high:.10g}]" for name, (low, high) in zip(self.names, self.intervals(level))]
        return "\n".join([self._text.rstrip("\n"), f"Intervals at {100 * level:g} %", *lines, ""])


class StoredOutcome(Outcome):
    """An outcome whose model is gone: it knows the model's values at the data of the fit and no others."""

    __slots__ = ("values", "errors")

    def _refuse(self, what):
        raise ValueError(
            f"{what} needs the model, which was not stored with this result (only functions that can be imported, and "
            "formulas, are); give it: CurveFitResult.load(path, model=f)"
        )

    def predict(self, x=None):
        """Stored model values."""
        return self.values.ravel() if x is None else self._refuse("a prediction at other x")

    def predict_errors(self, x=None):
        """Stored standard errors of the model's values."""
        return self.errors if x is None else self._refuse("a prediction at other x")

    def model_jacobian(self, x=None):
        """Not stored."""
        self._refuse("the Jacobian")
