# SPDX-License-Identifier: MIT
"""Curve fitting and nonlinear least squares with exact derivatives and a native engine.

>>> from nlsq import curve_fit
>>> popt, pcov = curve_fit(lambda x, a, b: a * np.exp(-b * x), x, y)
"""

from nlsq import _core
from nlsq._curve_fit import CurveFit, curve_fit
from nlsq._errors import StopOptimization

__version__ = _core.version()

# Resolved on first use, so that `import nlsq` stays light.
_LAZY = {
    "least_squares": "nlsq._least_squares",
    "LeastSquares": "nlsq._least_squares",
    "CurveFitResult": "nlsq._result",
    "OptimizeResult": "nlsq._result",
    "OptimizeWarning": "nlsq._result",
    "CallbackBase": "nlsq.callbacks",
    "CallbackChain": "nlsq.callbacks",
    "EarlyStopping": "nlsq.callbacks",
    "IterationLogger": "nlsq.callbacks",
    "ProgressBar": "nlsq.callbacks",
}
_MODULES = ("callbacks", "functions", "scipy")

fit = curve_fit


def get_cache_stats():
    """Statistics of the program cache: hits, misses, hit_rate, size, max_size, enabled, total_compile_ms."""
    return _core.cache_stats()


def clear_cache():
    """Forgets all programs and sets the statistics of the cache to zero."""
    _core.clear_cache()


__all__ = ["CurveFit", "StopOptimization", "clear_cache", "curve_fit", "fit", "get_cache_stats", *_LAZY, *_MODULES]


def __getattr__(name):
    import importlib

    if name in _MODULES:
        return importlib.import_module(f"nlsq.{name}")
    if name in _LAZY:
        value = getattr(importlib.import_module(_LAZY[name]), name)
        globals()[name] = value
        return value
    return importlib.import_module("nlsq._names").missing(name)


def __dir__():
    return sorted({*globals(), *__all__})
