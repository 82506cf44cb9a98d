# SPDX-License-Identifier: MIT
"""curve_fit in other forms: CurveFit, a model to be fitted again and again, and NLSQ's names for many rows."""

from __future__ import annotations

from nlsq._base import arguments
from nlsq._base.shown_arguments import show_arguments
from nlsq._fits.curve_fit import curve_fit
from nlsq._fits.options import BY_POSITION, KNOWN, LIMITS, POSITIONAL, SHOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nlsq._results.result import CurveFitResult


def curve_fit_large(f: Callable[..., Any] | str, xdata: Any, ydata: Any = None, p0: Any = None, sigma: Any = None,
                    absolute_sigma: bool = False, check_finite: bool = True, bounds: Any = None,
                    method: str | None = None, *, memory_limit_gb: float | None = None,
                    **kwargs: Any) -> CurveFitResult:  # fmt: skip
    """curve_fit of many rows, under NLSQ's name. xdata may be Rows, of which ydata and sigma are columns.

    memory_limit_gb : GiB that the fit may take. Arrays that take more (mapped from files, numpy.memmap) are read in
        pieces, pass after pass, with the same result.
    """
    if memory_limit_gb is not None:
        from nlsq._data.row_sources import within

        limit = arguments.number(memory_limit_gb, "memory_limit_gb", above=True) * 2**30
        xdata, ydata, sigma, kwargs = within(limit, xdata, ydata, sigma, kwargs)
    return curve_fit(f, xdata, ydata, p0, sigma, absolute_sigma, check_finite, bounds, method, **kwargs)


def fit_large_dataset(f: Callable[..., Any] | str, xdata: Any, ydata: Any = None, p0: Any = None,
                      memory_limit_gb: float | None = 8.0, show_progress: bool = False, logger: Any = None,
                      **kwargs: Any) -> CurveFitResult:  # fmt: skip
    """curve_fit_large with NLSQ's arguments. Every fit is exact: rows are read in pieces, never fitted in pieces."""
    if show_progress and kwargs.get("callback") is None:
        from nlsq.callbacks import ProgressBar

        kwargs["callback"] = ProgressBar()
    return curve_fit_large(f, xdata, ydata, p0, memory_limit_gb=memory_limit_gb, **kwargs)


class LargeDatasetFitter:
    """NLSQ's class for many rows: fits of one limit of memory.

    memory_limit_gb : GiB; further keywords are defaults of each fit.
    """

    def __init__(self, memory_limit_gb: float = 8.0, config: Any = None, **defaults: Any):
        if config is not None:
            memory_limit_gb = getattr(config, "memory_limit_gb", memory_limit_gb)
        self.memory_limit_gb = arguments.number(memory_limit_gb, "memory_limit_gb", above=True)
        self.defaults = defaults

    def fit(self, f: Callable[..., Any] | str, xdata: Any, ydata: Any = None, p0: Any = None,
            **kwargs: Any) -> CurveFitResult:  # fmt: skip
        """As fit_large_dataset."""
        return fit_large_dataset(f, xdata, ydata, p0, self.memory_limit_gb, **{**self.defaults, **kwargs})

    def fit_with_progress(self, f: Callable[..., Any] | str, xdata: Any, ydata: Any = None, p0: Any = None,
                          **kwargs: Any) -> CurveFitResult:  # fmt: skip
        """The same with a bar on the way."""
        return self.fit(f, xdata, ydata, p0, show_progress=True, **kwargs)

    def estimate_requirements(self, n_points: int, n_params: int) -> Any:
        """As estimate_memory_requirements."""
        from nlsq._engine.memory import estimate_memory_requirements

        return estimate_memory_requirements(n_points, n_params)


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
        self.defaults = {name: value for name, value in defaults.items() if name in KNOWN}
        if len(self.defaults) < len(defaults):
            from nlsq._fits import nlsq_arguments

            for name in defaults:
                if name not in KNOWN and name not in nlsq_arguments.OF_OBJECT:
                    raise arguments.unknown_keyword("CurveFit", name, KNOWN)
            starts = nlsq_arguments.judge({name: value for name, value in defaults.items() if name not in KNOWN})
            if starts:
                self.defaults.setdefault("n_starts", starts)
        if "cache_config" in defaults:
            from nlsq._fits.cache import check_cache_config

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
            defaults = {k: v for k, v in defaults.items() if k not in POSITIONAL[: len(args)]}
        if any(name in kwargs for name in LIMITS):
            defaults = {k: v for k, v in defaults.items() if k not in LIMITS}
        return curve_fit(f, xdata, ydata, *args, **{**defaults, **kwargs})

    def __getattr__(self, name):
        if name in _NO_ATTRIBUTE:
            raise AttributeError(f"CurveFit has no {name}: {_NO_ATTRIBUTE[name]}")
        raise AttributeError(f"'CurveFit' object has no attribute {name!r}")

    def __repr__(self):
        name = getattr(self.f, "__name__", self.f)
        return f"CurveFit({'' if name is None else name})"


for _function in (CurveFit.fit, CurveFit.curve_fit, curve_fit_large):
    show_arguments(_function, BY_POSITION, SHOWN, "of_nlsq")
show_arguments(CurveFit.__init__, {}, SHOWN, "of_nlsq")
