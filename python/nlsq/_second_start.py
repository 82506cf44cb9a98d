# SPDX-License-Identifier: MIT
"""A second attempt where the first one ended at parameters that mean nothing.

Two things lead there from the simple starts that people give. Equal terms with equal starts, as in a*g(x, b) + c*g(x, d)
from ones: exact derivatives keep them equal for ever, be that a maximum of the cost between them. And far scales: where y
is in thousands and every parameter starts at 1, steps that are scaled by the Jacobian may run into a valley in which
parameters grow without end and cancel. Both end with a Jacobian that has no full rank, or hardly.
"""

import numpy as np

from nlsq import _engine
from nlsq._curve_fit import is_suspect

_GAIN = 1e-6  # of the cost, which a second attempt must save
_APART = 1e-3


def better(first, start, solver, is_scaled, **options):
    """The outcome with the least cost: the first, or one of a start with parameters set apart, or of plain scales.

    start: the first one's, a list. is_scaled: whether the caller chose x_scale. options: of _engine.fit, as far as the
    first outcome does not hold them.
    """
    core, lower, upper = first.result, first.lower, first.upper
    problem = {"names": first.names, "sigma": first.sigma, "lower": lower, "upper": upper, "f_scale": first.f_scale}

    def fit(start, solver):
        x, y = first.xdata, first.ydata
        return _engine.fit(first.function, x, y, start, solver=solver, **problem, **options)

    held = np.asarray(core.fixed, dtype=bool)
    free = int(np.sum(~held))
    unused = first.model is not None and first.model.unused_parameters
    if core.status == -2 or core.n <= free or unused or core.nfev >= solver.get("max_nfev", np.inf):
        return first
    if core.rank < free:
        at = np.asarray(start)
        steps = _APART * (1.0 + np.arange(len(start)))
        apart = np.where(held, at, at * (1.0 + steps) + np.where(at == 0.0, steps, 0.0))
        first = _least(first, fit, apart if lower is None else np.clip(apart, lower, upper), solver)
    if not is_scaled and is_suspect(first):
        first = _least(first, fit, start, {**solver, "x_scale": [1.0] * len(start)})
    return first


def _least(first, fit, start, solver):
    try:
        second = fit([float(v) for v in start], solver)
    except ValueError:  # the model is not finite there
        return first
    ours, theirs = first.result, second.result
    if theirs.cost < (1.0 - _GAIN) * ours.cost:
        return second
    return second if theirs.success and not ours.success and theirs.cost <= (1.0 + _GAIN) * ours.cost else first
