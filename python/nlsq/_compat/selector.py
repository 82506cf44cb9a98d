# SPDX-License-Identifier: MIT
"""NLSQ's auto_select_algorithm: what curve_fit decides by itself, as arguments of curve_fit and as a text."""

import numpy as np

from nlsq import _core
from nlsq._models.formulas import parse
from nlsq._models.parameter_names import names_for, parameter_names
from nlsq._recording.models import trace

_PRIORITIES = ("speed", "accuracy")


def auto_select_algorithm(f, xdata, ydata, p0=None, bounds=None, memory_limit_gb=None, user_preferences=None) -> dict:
    """What curve_fit does with this model and so many rows when nobody says otherwise.

    Keys: algorithm, loss, use_bounds, x_scale, ftol, xtol, gtol and max_nfev (None: the usual limit), the values that
    curve_fit has by default, which fits need no others of; and explanation, the plan in words, as of
    ``result.explain()``. user_preferences={"prioritize": "speed" or "accuracy"} is taken and changes nothing: fits are
    exact, and as fast as they can be.
    """
    if user_preferences is not None and user_preferences.get("prioritize", "speed") not in _PRIORITIES:
        raise ValueError(f"user_preferences: prioritize is one of {_PRIORITIES}, not {user_preferences['prioritize']!r}")
    limit = 0 if memory_limit_gb is None else int(memory_limit_gb * 2**30)
    method, explanation = _plan(f, np.asarray(xdata), np.size(ydata), p0, limit)
    return {
        "algorithm": method, "loss": "linear", "use_bounds": bounds is not None, "max_nfev": None, "ftol": 1e-8,
        "xtol": 1e-8, "gtol": 1e-8, "x_scale": "jac", "explanation": explanation,
    }  # fmt: skip


def _plan(f, x, rows, p0, limit):
    model = parse(f, ("x",)) if isinstance(f, str) else f
    names = parameter_names(model)
    if p0 is not None and (names is None or len(names) != np.size(p0)):
        names = names_for(model, names, np.size(p0))
    if names is None:
        raise ValueError("p0: the function does not tell how many parameters it has, so p0 is needed")
    found, why = trace(model, x, names, rows)
    if found is None:
        return "trf", f"The function is called as it is, in Python: {why}\n"
    return _core.plan(found[0], rows, p0 is not None, limit)
