# SPDX-License-Identifier: MIT
"""curve_fit of rows that are not in memory: the first of them stand for all where arguments are judged."""

import numpy as np

from nlsq._engine.streamed import x_of
from nlsq._fits.in_memory import fit_in_memory

_HEAD = 64  # first rows, which models are recorded on
_FEW = 4096  # sources with at most so many rows are read into arrays


def fit_rows(f, source, ydata, options, solver):
    """curve_fit of a source."""
    if ydata is not None or options["y"] is not None or options["data"] is not None:
        raise TypeError("the source says what y is; give curve_fit(f, source) alone (Rows(…, y='name'))")
    for name in ("data_mask", "nan_policy", "jac", "diff_step", "cache_config"):
        if options[name] is not None:
            raise ValueError(f"{name} is for arrays in memory, not for rows of a source")
    if options["return_eval"] or options["compute_diagnostics"]:
        raise ValueError("return_eval and compute_diagnostics need the rows in memory; call result.predict(x)")
    if options["sigma"] is not None and not np.isscalar(options["sigma"]):
        raise ValueError("sigma of a source is a number or one of its columns (Rows(…, sigma='name'))")
    if source.rows <= _FEW:
        return _fit_few(f, source, options, solver)
    first, other = source.head(_HEAD), source.spread()
    sigma = options["sigma"]
    solver = {**solver, "rows": (source, first, other, None if sigma is None else float(sigma))}
    if sigma is None and source.sigma is not None:
        options["sigma"] = first[source.sigma]
    if isinstance(f, str):
        options["data"], options["y"] = first, None if _names_response(f) else source.y
        return fit_in_memory(f, None, None, options, solver)
    return fit_in_memory(f, x_of(source, first), first[source.y], options, solver)


def _fit_few(f, source, options, solver):
    """A fit of so few rows that they may as well be in memory."""
    rows = source.head(source.rows)
    if options["sigma"] is None and source.sigma is not None:
        options["sigma"] = rows[source.sigma]
    if isinstance(f, str):
        options["data"], options["y"] = rows, None if _names_response(f) else source.y
        return fit_in_memory(f, None, None, options, solver)
    return fit_in_memory(f, x_of(source, rows), rows[source.y], options, solver)


def _names_response(formula):
    left = formula.partition("=")[0]
    return "=" in formula and left.strip().strip("`").isidentifier() and "==" not in formula
