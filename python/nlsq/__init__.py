# SPDX-License-Identifier: MIT
"""Curve fitting and nonlinear least squares with exact derivatives and a native engine.

>>> from nlsq import curve_fit
>>> popt, pcov = curve_fit(lambda x, a, b: a * np.exp(-b * x), x, y)
"""

import os
import sys

if os.path.exists(os.path.join(__path__[0], "_version.py")):  # a file of the other package of this name
    raise ImportError(
        f"two packages are installed as 'nlsq' in {__path__[0]}, and their files are mixed: nlsq-native (this one) and"
        " nlsq (NLSQ, from PyPI). Remove both with `pip uninstall nlsq nlsq-native`, then install the one that is wanted."
    )

from nlsq import _core

TYPE_CHECKING = False  # type checkers take a name like this for true; the module typing is not needed
if TYPE_CHECKING:
    from nlsq import callbacks, functions, result, scipy
    from nlsq._base.errors import StopOptimization
    from nlsq._base.optimize import OptimizeResult, OptimizeWarning
    from nlsq._compat.selector import auto_select_algorithm
    from nlsq._data.device import DeviceData, device_data, devices
    from nlsq._data.row_sources import Rows
    from nlsq._engine.memory import estimate_memory_requirements
    from nlsq._fits.curve_fit import curve_fit
    from nlsq._fits.curve_fit import curve_fit as fit
    from nlsq._fits.fitter import CurveFit, LargeDatasetFitter, curve_fit_large, fit_large_dataset
    from nlsq._fits.least_squares import LeastSquares, least_squares
    from nlsq._fits.sparse import SparseJacobianComputer, detect_jacobian_sparsity
    from nlsq._fits.together import Problem, fit_together
    from nlsq._fits.together_result import GlobalFitResult
    from nlsq._many.curve_fit_many import CurveFitManyResult, curve_fit_many
    from nlsq._results.result import CurveFitResult
    from nlsq.callbacks import CallbackBase, CallbackChain, EarlyStopping, IterationLogger, ProgressBar

__version__: str = _core.version()

# Resolved on first use, so that `import nlsq` loads neither NumPy nor most of the package.
_LAZY = {
    "curve_fit": "nlsq._fits.curve_fit",
    "curve_fit_large": "nlsq._fits.fitter",
    "fit_large_dataset": "nlsq._fits.fitter",
    "LargeDatasetFitter": "nlsq._fits.fitter",
    "curve_fit_many": "nlsq._many.curve_fit_many",
    "CurveFitManyResult": "nlsq._many.curve_fit_many",
    "fit": "nlsq._fits.curve_fit",
    "CurveFit": "nlsq._fits.fitter",
    "auto_select_algorithm": "nlsq._compat.selector",
    "estimate_memory_requirements": "nlsq._engine.memory",
    "Problem": "nlsq._fits.together",
    "SparseJacobianComputer": "nlsq._fits.sparse",
    "detect_jacobian_sparsity": "nlsq._fits.sparse",
    "fit_together": "nlsq._fits.together",
    "GlobalFitResult": "nlsq._fits.together_result",
    "least_squares": "nlsq._fits.least_squares",
    "LeastSquares": "nlsq._fits.least_squares",
    "Rows": "nlsq._data.row_sources",
    "DeviceData": "nlsq._data.device",
    "device_data": "nlsq._data.device",
    "devices": "nlsq._data.device",
    "CurveFitResult": "nlsq._results.result",
    "OptimizeResult": "nlsq._base.optimize",
    "OptimizeWarning": "nlsq._base.optimize",
    "StopOptimization": "nlsq._base.errors",
    "CallbackBase": "nlsq.callbacks",
    "CallbackChain": "nlsq.callbacks",
    "EarlyStopping": "nlsq.callbacks",
    "IterationLogger": "nlsq.callbacks",
    "ProgressBar": "nlsq.callbacks",
}
_MODULES = ("callbacks", "functions", "result", "scipy")
_ALIASES = {"fit": "curve_fit"}

__all__ = [
    "CallbackBase", "CallbackChain", "CurveFit", "CurveFitManyResult", "CurveFitResult", "DeviceData", "EarlyStopping",
    "GlobalFitResult", "IterationLogger", "LargeDatasetFitter", "LeastSquares", "OptimizeResult", "OptimizeWarning",
    "Problem", "ProgressBar", "Rows", "SparseJacobianComputer", "StopOptimization",
    "auto_select_algorithm", "callbacks", "clear_cache", "curve_fit", "curve_fit_large", "curve_fit_many",
    "detect_jacobian_sparsity", "device_data", "devices", "estimate_memory_requirements", "fit", "fit_large_dataset",
    "fit_together", "functions", "get_cache_stats", "least_squares",
]  # fmt: skip  # not the modules result and scipy: `from nlsq import *` would hide what others call so


def get_cache_stats() -> dict:
    """Statistics of the program cache: hits, misses, hit_rate, size, max_size, enabled, total_compile_ms."""
    return _core.cache_stats()


def clear_cache() -> None:
    """Forgets all programs and sets the statistics of the cache to zero."""
    _core.clear_cache()


def _operation(name):
    """An operation on recorded values, for the recorder in the core, which knows no module."""
    from nlsq._tracing.dispatch import operation

    return operation(name)


_core.register_operations(_operation)

if not TYPE_CHECKING:  # a type checker would take every name as known

    def __getattr__(name):
        import importlib

        if name in _MODULES:
            return importlib.import_module(f"nlsq.{name}")
        if name in _LAZY:
            value = getattr(importlib.import_module(_LAZY[name]), _ALIASES.get(name, name))
            globals()[name] = value
            return value
        if name[0] == "_":  # `from nlsq import _module` asks for an attribute first
            raise AttributeError(f"module 'nlsq' has no attribute {name!r}")
        return importlib.import_module("nlsq._compat.names").missing(name, __all__)


class _ModulesOfNlsq:
    """The last finder of imports: modules of NLSQ, or what is there in place of one that is not."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if not name.startswith("nlsq."):
            return None
        from nlsq._compat.old_modules import spec_of

        spec = spec_of(name)
        if spec is None:
            from nlsq._compat.names import missing_module

            missing_module(name)
        return spec


if not any(getattr(finder, "__name__", "") == "_ModulesOfNlsq" for finder in sys.meta_path):
    sys.meta_path.append(_ModulesOfNlsq)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES})
