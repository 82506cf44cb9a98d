# SPDX-License-Identifier: MIT
"""Models in jax.numpy: their jaxpr over the parameters, replayed on recording values.

The jaxpr is made in double precision; captured float32 arrays are widened. What has no operation refuses.
"""

import functools

import numpy as np

from nlsq import _core
from nlsq._base.errors import TraceRefused
from nlsq._models.jax import double_precision, widened
from nlsq._models.jaxpr import RESHAPES, elementwise, plain_of, run


def trace(function, x, names, rows):
    """The traced model of a function in jax.numpy, as _core.trace gives it. Raises TraceRefused or JAX's errors."""
    import jax

    with double_precision(jax):
        wide = widened(x)
        closed = jax.make_jaxpr(lambda *p: function(wide, *p))(*([1.0] * len(names)))
        if len(closed.out_avals) != 1:
            raise TraceRefused("the model returns several arrays")
        shape = closed.out_avals[0].shape
        if shape not in ((rows,), ()):
            raise TraceRefused(f"the model returns shape {shape}")

        def replay(_, *parameters):
            constants = [plain_of(c) for c in closed.consts]
            apply = functools.partial(_apply, rows=rows)
            return run(closed.jaxpr, constants, list(parameters), _is_model, apply)[0]

        return _core.trace(replay, None, False, None, names, rows)


def _is_model(value):
    return isinstance(value, _core.Traced)


def _apply(equation, inputs, rows):
    shape = equation.outvars[0].aval.shape
    if shape not in ((), (rows,)):
        raise TraceRefused(f"an array of shape {shape} that depends on parameters")
    inputs = [_as_rows(v, rows) for v in inputs]
    name = equation.primitive.name
    return [inputs[0] if name in RESHAPES else elementwise(name, equation.params, inputs)]


def _as_rows(value, rows):
    """An operand with the shape () or (rows,)."""
    if _is_model(value):
        return value
    array = np.asarray(value)
    if array.size == 1:
        return array.reshape(())[()]
    if array.size == rows:
        return array.reshape(rows)
    raise TraceRefused(f"an array of shape {array.shape} meets model values")
