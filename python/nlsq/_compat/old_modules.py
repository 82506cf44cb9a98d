# SPDX-License-Identifier: MIT
"""Modules that have no file and are made of this package's names when they are first imported.

Those of NLSQ from which its users import: `from nlsq.core.minpack import CurveFit`. And those that pickles name which were
written when the package was one folder: the name of a class in a pickle is the module that had it then.
 In the place of NLSQ's module least_squares stands the function of
that name, with the module's names as its attributes, so that `nlsq.least_squares(...)` works before and after such an import.
"""

import importlib
import importlib.machinery
import os
import sys

_FITTING = {"curve_fit": "nlsq", "fit": "nlsq", "CurveFit": "nlsq", "curve_fit_large": "nlsq", "CurveFitResult": "nlsq.result"}
_RESIDUALS = {"LeastSquares": "nlsq", "jacobian_mode_selector": "nlsq._compat.old_modules"}
_PICKLED = {
    "_bootstrap": {"BootstrapResult": "nlsq._many.bootstrap"},
    "_dates": {"Clock": "nlsq._data.dates", "Clocks": "nlsq._data.dates"},
    "_diagnostics": {name: "nlsq._results.diagnostics" for name in (
        "IdentifiabilityReport", "ModelHealthIssue", "ModelHealthReport")},
    "_errors": {"StopOptimization": "nlsq._base.errors", "TraceRefused": "nlsq._base.errors"},
    "_fitter": {"CurveFit": "nlsq._fits.fitter", "LargeDatasetFitter": "nlsq._fits.fitter"},
    "_formulas": {"Formula": "nlsq._models.formulas"},
    "_issues": {"Issue": "nlsq._results.issues"},
    "_many_result": {"CurveFitManyResult": "nlsq._many.result"},
    "_memory": {"MemoryRequirements": "nlsq._engine.memory"},
    "_optimize": {"OptimizeResult": "nlsq._base.optimize", "OptimizeWarning": "nlsq._base.optimize"},
    "_parameters": {"Parameter": "nlsq._results.parameters", "Parameters": "nlsq._results.parameters"},
    "_relations": {"Derived": "nlsq._models.relations"},
    "_result": {"CurveFitResult": "nlsq._results.result"},
    "_scipy_classes": {"OptimizeResult": "nlsq._base.scipy_classes", "OptimizeWarning": "nlsq._base.scipy_classes",
                       "CurveFitResult": "nlsq._results.scipy_classes", "from_state": "nlsq._results.scipy_classes"},
    "_signatures": {"Adapted": "nlsq._models.signatures"},
    "_store": {"from_state": "nlsq._results.result"},
}  # fmt: skip
_SETTINGS = ("get_jacobian_mode", "set_jacobian_mode", "is_x64_enabled", "enable_x64")

# module: (is it a package?, name: module that has it)
PLACES = {
    "nlsq.core": (True, {**_FITTING, **_RESIDUALS, "functions": "nlsq"}),
    "nlsq.core.minpack": (False, _FITTING),
    "nlsq.minpack": (False, _FITTING),
    "nlsq.core.functions": (False, "nlsq.functions"),
    "nlsq.core.least_squares": (False, {**_RESIDUALS, "least_squares": "nlsq"}),
    "nlsq.least_squares": (False, {**_RESIDUALS, "least_squares": "nlsq"}),
    "nlsq.config": (False, {name: "nlsq._compat.old_modules" for name in _SETTINGS}),
    **{f"nlsq.{module}": (False, names) for module, names in _PICKLED.items()},
}  # fmt: skip


def spec_of(name):
    """The module spec of a module that is made here; None for others."""
    if name not in PLACES:
        return None
    return importlib.machinery.ModuleSpec(name, _Loader, origin="nlsq", is_package=PLACES[name][0])


class _Loader:
    """Fills a module with its names."""

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        name = module.__spec__.name
        _, source = PLACES[name]
        module.__doc__ = f"Names of the module {name}."
        if isinstance(source, str):  # a whole module under another name
            whole = importlib.import_module(source)
            names = {n: getattr(whole, n) for n in dir(whole) if n[0] != "_"}
        else:
            names = {n: getattr(importlib.import_module(place), n) for n, place in source.items()}
        module.__dict__.update(names)
        module.__all__ = sorted(names)
        if "least_squares" in names:
            function = names.pop("least_squares")
            function.__dict__.update(names)
            sys.modules[name] = function  # what an import of this name finds, and what becomes the attribute of its package


def jacobian_mode_selector(n_params: int, n_residuals: int, mode: str = "auto") -> tuple[str, str]:
    """The order in which NLSQ would derive, and why: ("fwd" or "rev", a sentence).

    What fits here do is in `result.jacobian_mode`: the cheaper order by the operations of the model.
    """
    from nlsq._base import arguments

    for name, value in (("n_params", n_params), ("n_residuals", n_residuals)):
        arguments.number(value, name, least=1, whole=True)
    if arguments.one_of(mode, arguments.JACOBIAN_MODES, "mode") != "auto":
        return mode, f"{mode} was asked for"
    if n_params > n_residuals:
        return "rev", f"{n_params} parameters are more than {n_residuals} residuals: rows cost less than columns"
    return "fwd", f"{n_params} parameters are at most as many as {n_residuals} residuals: columns cost less than rows"


def get_jacobian_mode() -> tuple[str, str]:
    """(mode, source) of fits that are given none: NLSQ_JACOBIAN_MODE, ~/.nlsq/config.json, or "auto" by default."""
    from nlsq import _core

    mode, source = _core.jacobian_mode_setting()
    words = {"environment": "environment variable", "config": "config file", "default": "auto-default"}
    return mode, words[source]


def set_jacobian_mode(mode: str) -> None:
    """Sets NLSQ_JACOBIAN_MODE of this process, which counts for fits that are given no jacobian_mode."""
    from nlsq._base import arguments

    os.environ["NLSQ_JACOBIAN_MODE"] = arguments.one_of(mode, arguments.JACOBIAN_MODES, "mode")


def is_x64_enabled() -> bool:
    """True: results are in double precision always."""
    return True


def enable_x64(enable: bool = True) -> None:
    """Does nothing: results are in double precision always. False is refused."""
    if not enable:
        raise ValueError("enable_x64(False): results are in double precision always; precision='mixed' works in single "
                         "precision on the way")  # fmt: skip
