# SPDX-License-Identifier: MIT
"""The last steps of a fit by forward differences."""

import numpy as np

from nlsq import _differences


def sharpen(task, result):
    """Central differences at the solution, for pcov, and some Gauss-Newton steps with them; changes the result,
    gives the number of evaluations. Forward differences are off by their step, and popt with them.

    task: a call of curve_fit, its residuals and bounds. result: x, fun, cost, jac.
    """
    x, f = result.x, result.fun
    central = _differences.Differences(task.residuals, "3-point", None, task.lower, task.upper)
    dtype = task.residuals.value_dtype
    central.rel_step = _differences.root_of_epsilon("3-point", dtype)
    calls, last = 0, 0.1
    for _ in range(6):
        with np.errstate(all="ignore"):
            J = central(x, f, dtype)
        if not np.isfinite(J).all():
            break
        result.jac = J
        # A parameter's size: its value, or what changes the residuals by as much as they are, if that is more.
        column = np.linalg.norm(J, axis=0)
        column[column == 0] = 1.0
        size = np.maximum(np.maximum(np.abs(x), np.linalg.norm(f) / column), np.finfo(float).tiny)
        step = -np.linalg.lstsq(J / column, f, rcond=None)[0] / column
        length = np.max(np.abs(step) / size)
        trial = x + step
        if not 1e-12 < length < last or np.any((trial < task.lower) | (trial > task.upper)):
            break
        calls += 1
        g = np.asarray(task.residuals(trial), dtype=float)
        if not g @ g <= (1.0 + 1e-10) * (f @ f):
            break
        x, f, last = trial, g, length
        if length < 3e-8:
            break
    result.x, result.fun, result.cost = x, f, 0.5 * float(f @ f)
    return central.evaluations + calls
