# SPDX-License-Identifier: MIT
"""The memory of a fit before it is made."""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from nlsq import _core
from nlsq._base import arguments
from nlsq._models.formulas import parse
from nlsq._models.parameter_names import names_for, parameter_names
from nlsq._recording.models import trace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_FEW = 64  # rows on which a model is recorded to see what it is made of
_MANY = 10_000_000  # with more rows the model is not recorded on all of them
_GIB = 2**30
_KNOWN, _GUESSED = 1.05, 1.2  # factors by which a fit may exceed the estimate


class MemoryRequirements(
    namedtuple(
        "MemoryRequirements",
        "n_points n_params memory_per_point_bytes total_memory_estimate_gb recommended_chunk_size n_chunks data_bytes "
        "working_bytes most_bytes minimum_bytes sample_rows threads safety_factor engine",
    )
):
    """What a fit needs.

    n_points, n_params : rows and parameters
    memory_per_point_bytes : of data and working memory together, a row
    total_memory_estimate_gb : the same of all rows, times safety_factor, in GiB
    recommended_chunk_size, n_chunks : n_points and 1, as no fit of data in memory needs chunks
    data_bytes : x and y as float64
    working_bytes : what a fit takes beside them
    most_bytes : the same if the problem is badly conditioned
    minimum_bytes : the least memory_limit that curve_fit accepts
    sample_rows : rows of the sample that the fit begins on; 0: none
    threads : that share the work
    safety_factor : 1.05 for a recorded model, 1.2 for one that was not given or is called, whose own arrays are not known
    engine : "interpreter", or "callback" for a function that cannot be recorded; None if none was given
    """

    __slots__ = ()


def estimate_memory_requirements(n_points: int, n_params: int, model: Callable[..., Any] | str | None = None,
                                 ) -> MemoryRequirements:  # fmt: skip
    """Memory that a fit of n_points rows and n_params parameters needs, data included.

    model: the function f(x, *parameters) or the formula of x; without it one of ordinary size is assumed.
    """
    rows = arguments.number(n_points, "n_points", least=1, whole=True)
    n = arguments.number(n_params, "n_params", least=1, whole=True)
    engine, safety = None, _GUESSED
    if model is None:
        sizes = _core.estimate_ordinary_memory(rows, n)
    else:
        recorded, engine, safety = _recorded(model, rows, n), "interpreter", _KNOWN
        if recorded is not None:
            sizes = _core.estimate_memory(recorded, rows)
        else:
            engine, working, safety = "callback", called_memory(rows, n), _GUESSED
            sizes = {"data": 16 * rows, "working": working, "most": working, "least": working, "sample_rows": 0,
                     "threads": 1}  # fmt: skip
    total = sizes["data"] + sizes["working"]
    return MemoryRequirements(
        rows, n, total / rows, safety * total / _GIB, rows, 1, sizes["data"], sizes["working"], sizes["most"],
        sizes["data"] + sizes["least"], sizes["sample_rows"], sizes["threads"], safety, engine,
    )  # fmt: skip


def called_memory(rows, n):
    """Bytes of a fit of a function that is called: the solver's, y and residuals of the two last points; not the
    function's own arrays."""
    return _core.callback_memory(rows, n) + 24 * rows


def _recorded(model, rows, n):
    """The model of the engine; None for a function that it calls as it is."""
    if isinstance(model, str):
        model = parse(model, ("x",))
    elif not callable(model):
        raise TypeError(f"model must be a function f(x, *parameters) or a formula, not {type(model).__name__}")
    names = parameter_names(model)
    if names is None or len(names) != n:
        names = names_for(model, names, n)
    for count in (min(rows, _FEW), rows):
        found = trace(model, np.linspace(1.0, 2.0, count), names, count)[0] if count <= _MANY else None
        if found is not None:
            return found[0]
    return None


def limit_of(value):
    """memory_limit in bytes: a number of them, or a text such as "256M"."""
    if isinstance(value, str):
        return _core.parse_bytes(value, "memory_limit")
    return arguments.number(value, "memory_limit", least=1, whole=True)


def check_called(limit, rows, free, arrays):
    """Raises ValueError where a function that is called as it is needs more than the limit."""
    needed = called_memory(rows, free) + sum(a.nbytes for a in arrays if isinstance(a, np.ndarray))
    if needed > limit:
        raise ValueError(
            f"memory_limit: {_core.shown_bytes(limit)} is too little; this fit calls the model as it is, stores its "
            f"Jacobian and needs at least {_core.shown_bytes(needed)}"
        )
