# SPDX-License-Identifier: MIT
"""curve_fit in other forms: CurveFit, a model to be fitted again and again, and curve_fit_large."""

from __future__ import annotations

from nlsq import _arguments
from nlsq._curve_fit import _BY_POSITION, _KNOWN, _LIMITS, _POSITIONAL, _SHOWN, curve_fit
from nlsq._shown_arguments import show_arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nlsq._result import CurveFitResult


def curve_fit_large(f: Callable[..., Any] | str, xdata: Any, ydata: Any, p0: Any = None, sigma: Any = None,
                    absolute_sigma: bool = False, check_finite: bool = True, bounds: Any = None,
                    method: str | None = None, **kwargs: Any) -> CurveFitResult:  # fmt: skip
    """curve_fit, under the name that NLSQ has for many rows: a fit needs memory for the data and one block a thread."""
    return curve_fit(f, xdata, ydata, p0, sigma, absolute_sigma, check_finite, bounds, method, **kwargs)


_NO_LENGTHS = "nothing is compiled for a length of the data; leave it out"
# Attributes that NLSQ's objects have.
_NO_ATTRIBUTE = {
    "update_flength": _NO_LENGTHS, "pad_fit_data": _NO_LENGTHS, "flength": _NO_LENGTHS,
    "use_dynamic_sizing": _NO_LENGTHS, "ls": "use nlsq.LeastSquares or nlsq.least_squares",
    "cache": "use nlsq.get_cache_stats and nlsq.clear_cache", "logger": "use logging.getLogger('nlsq')",
}  # fmt: skip


class CurveFit:
    """A model to be fitted again and again.

    ``CurveFit(f).fit(x, y)``, or ``CurveFit().curve_fit(f, x, y)``. Keyword arguments are defaults of each fit.
    Programs and workspaces are kept by the engine, so a later fit of the same model only pays for the fit.
    """

    def __init__(self, f: Callable[..., Any] | str | None = None, **defaults: Any):
        self.f = f
        self.defaults = {name: value for name, value in defaults.items() if name in _KNOWN}
        if len(self.defaults) < len(defaults):
            from nlsq import _compat

            for name in defaults:
                if name not in _KNOWN and name not in _compat.OF_OBJECT:
                    raise _arguments.unknown_keyword("CurveFit", name, _KNOWN)
            starts = _compat.judge({name: value for name, value in defaults.items() if name not in _KNOWN})
            if starts:
                self.defaults.setdefault("n_starts", starts)
        if "cache_config" in defaults:
            from nlsq._cache import check_cache_config

            check_cache_config(defaults["cache_config"])

    def fit(self, xdata: Any = None, ydata: Any = None, *args: Any, **kwargs: Any) -> CurveFitResult:
        """As curve_fit, with the model of this object."""
        if self.f is None:
            raise TypeError("CurveFit() holds no model: use CurveFit(f).fit(x, y) or CurveFit().curve_fit(f, x, y)")
        return self.curve_fit(self.f, xdata, ydata, *args, **kwargs)

    def curve_fit(self, f: Callable[..., Any] | str, xdata: Any = None, ydata: Any = None, *args: Any,
                  **kwargs: Any) -> CurveFitResult:  # fmt: skip
        """As curve_fit, for any model."""
        defaults = self.defaults
        if args:
            defaults = {k: v for k, v in defaults.items() if k not in _POSITIONAL[: len(args)]}
        if any(name in kwargs for name in _LIMITS):
            defaults = {k: v for k, v in defaults.items() if k not in _LIMITS}
        return curve_fit(f, xdata, ydata, *args, **{**defaults, **kwargs})

    def __getattr__(self, name):
        if name in _NO_ATTRIBUTE:
            raise AttributeError(f"CurveFit has no {name}: {_NO_ATTRIBUTE[name]}")
        raise AttributeError(f"'CurveFit' object has no attribute {name!r}")

    def __repr__(self):
        name = getattr(self.f, "__name__", self.f)
        return f"CurveFit({'' if name is None else name})"


for _function in (CurveFit.fit, CurveFit.curve_fit, curve_fit_large):
    show_arguments(_function, _BY_POSITION, _SHOWN, "of_nlsq")
show_arguments(CurveFit.__init__, {}, _SHOWN, "of_nlsq")
