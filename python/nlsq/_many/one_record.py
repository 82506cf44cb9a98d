# SPDX-License-Identifier: MIT
"""One record of a model for all of many data sets, or why there is none.

Where the sets have each their own x, a record serves only if it does not depend on the x it was made with: no mean or
maximum of it, no decision by it. The model is recorded again with probes, which lie where such a decision would fall
otherwise for any of the sets; all records have to be the same.
"""

import numpy as np

from nlsq import _core
from nlsq._models.formulas import Formula
from nlsq._recording.models import recorded, trace

_COMPARED = 24
_LOOKS_AT_X = "the model looks at x, which is another in each set"


def recorded_for_all(f, sets, starts, names, lower, upper, is_chosen=True):
    """(model, columns, None) that serve for every set, or (None, None, why not). is_chosen: starts are the user's."""
    if sets.count == 0 or sets.rows == 0:
        return None, None, "there is nothing to fit"
    if isinstance(f, Formula):
        return f._model, sets.variables if f.used else [], None
    first = sets.first_with_rows()
    p0 = starts if starts.ndim == 1 else starts[first]
    one = (lower, upper) if lower is None or lower.ndim == 1 else (lower[first], upper[first])
    rows = sets.rows_of(first)
    found, why = recorded(f, sets.x_of(first), p0.tolist(), names, rows, *one, is_chosen=is_chosen)
    if found is None:
        return None, None, why
    model, columns, narrow = found
    if not any(sets.varies(v) for v in sets.variables):
        return model, list(columns), None
    if sets.single and len(columns) == 1 and _core.is_trusted(f, names):  # its code cannot look at x
        return model, list(sets.variables), None
    columns = _columns_for_all(f, sets, names, p0, model, columns)
    if columns is None or not _same_values(f, sets, model, columns, p0, 1e-4 if narrow else 1e-9):
        return None, None, _LOOKS_AT_X
    return model, columns, None


def _columns_for_all(f, sets, names, p0, model, columns):
    """The columns a model was recorded with as those of all sets; None where the record depends on x."""
    matched = None
    for probe in _probes(sets):
        x = probe[0] if sets.single else probe
        found, _ = trace(f, x, names, sets.rows)
        if found is None or found[0].key != model.key:
            found, _ = recorded(f, x, p0.tolist(), names, sets.rows)  # the ways that other models take
        if found is None or found[0].key != model.key or len(found[1]) != len(columns):
            return None
        if matched is None:  # the first probe has no value twice: its columns tell which is which
            matched = [_variable_of(column, probe) for column in found[1]]
        for at, column, theirs in zip(matched, columns, found[1]):
            expected = column if at is None else probe[at]
            if not np.array_equal(theirs, expected, equal_nan=True):
                return None
    return [c if at is None else sets.variables[at] for at, c in zip(matched, columns)]


def _variable_of(column, probe):
    return next((at for at, values in enumerate(probe) if np.array_equal(column, values)), None)


def _probes(sets):
    """Values of all variables: spread over their range, and where minimum, maximum, mean, range and order are extreme
    for these data. What all sets share stays."""
    m = sets.rows
    ranges = [_range(v) if sets.varies(v) else None for v in sets.variables]
    golden = np.sort((0.5 + 0.6180339887498949 * np.arange(m)) % 1.0)
    half = (np.arange(m) >= m // 2).astype(float)
    one_nan = np.where(np.arange(m) == m // 2, np.nan, golden)
    for at, shape in enumerate((golden, np.zeros(m), np.ones(m), half, golden[::-1], one_nan)):
        if shape is one_nan and all(np.isfinite(v).all() for v in sets.variables):
            return
        parts = []
        for j, (variable, limits) in enumerate(zip(sets.variables, ranges)):
            if limits is None:
                parts.append(variable)
                continue
            low, high = limits
            values = shape ** (1.0 + 0.1 * j) if at == 0 else shape  # no two variables alike
            parts.append(np.ascontiguousarray(low + (high - low) * values, dtype=variable.dtype))
        yield tuple(parts)


def _range(variable):
    """Lowest and highest finite value."""
    low, high = np.min(variable), np.max(variable)
    if not np.isfinite(low + high):
        finite = variable[np.isfinite(variable)]
        low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    return float(low), float(high) if high > low else float(low) + max(1e-3 * abs(float(low)), 1e-3)


def _same_values(f, sets, model, columns, p0, relative):
    """Whether the record gives what the function gives: for each of few sets, and some of many."""
    parameters = p0.tolist()
    with np.errstate(all="ignore"):
        for i in range(0, sets.count, -(-sets.count // _COMPARED)):
            try:
                theirs = np.asarray(f(sets.x_of(i), *parameters))
            except Exception:
                return False
            if theirs.shape not in ((), (sets.rows,)):
                return False
            tolerance = 1e-4 if theirs.dtype.itemsize < 8 else relative
            theirs = theirs.astype(float, copy=False)
            ours = _core.evaluate(model, sets.columns_of(columns, i), p0, sets.rows)
            far = np.abs(ours - theirs).max()
            if far <= tolerance * np.abs(theirs).min():
                continue
            size = np.max(np.abs(theirs), initial=0.0, where=np.isfinite(theirs))
            if not np.allclose(ours, theirs, tolerance, tolerance * size, equal_nan=True):
                return False
    return True
