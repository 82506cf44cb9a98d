# SPDX-License-Identifier: MIT
"""Residuals in jax.numpy: run in double precision, and their jaxpr over a vector of parameters replayed on recording
values.

What the recorder knows of vectors, rows and rows put together is asked for by NumPy's functions, equation by equation;
an array of one value is a number. Everything else refuses, and the function is called.
"""

import math

import numpy as np

from nlsq import _core
from nlsq._base.errors import TraceRefused
from nlsq._models.jax import double_precision, widened
from nlsq._models.jaxpr import RESHAPES, elementwise, plain_of, run
from nlsq._tracing.vector import ParameterVector


class Wide:
    """A function of x and further arguments under 64-bit types, its values an array of NumPy."""

    def __init__(self, function):
        self.function = function

    def __call__(self, x, *args, **kwargs):
        import jax

        with double_precision(jax):
            return np.asarray(self.function(widened(x), *args, **kwargs))


def traced(function: Wide, n: int):
    """A function of recording values, one a parameter, that does what `function` does to a vector. Raises what JAX
    does."""
    import jax

    with double_precision(jax):
        # A function of its own: JAX keeps what it traced, and what the function captures may have changed since.
        closed = jax.make_jaxpr(lambda p: function.function(p))(np.ones(n))
    if len(closed.out_avals) != 1:
        raise TraceRefused("the function returns several arrays")

    def replay(parameters):
        with double_precision(jax):
            constants = [plain_of(c) for c in closed.consts]
            return run(closed.jaxpr, constants, [ParameterVector.of(parameters)], _is_recorded, _apply)[0]

    return replay


def _is_recorded(value):
    return isinstance(value, _core.Traced) or getattr(value, "_is_recorded", False)


def _number(value):
    """An operand without dimensions of length 1, where it has one value."""
    if isinstance(value, np.ndarray) and value.size == 1:
        return float(value.reshape(())) if value.dtype.kind != "b" else bool(value.reshape(()))
    return value


def _apply(equation, inputs):
    name, params = equation.primitive.name, equation.params
    out = tuple(equation.outvars[0].aval.shape)
    if len(out) > 1:
        raise TraceRefused(f"an array of shape {out} that depends on parameters")
    if name == "unstack" and len(equation.invars[0].aval.shape) == 1 and isinstance(inputs[0], ParameterVector):
        return list(inputs[0])
    if name in RESHAPES:
        return [_in_shape(inputs[0], equation.invars[0].aval.shape, out)]
    if name == "slice":
        start, stop, step = params["start_indices"], params["limit_indices"], params["strides"]
        if len(start) != 1:
            raise TraceRefused("JAX's slice of several dimensions")
        return [_sliced(inputs[0], slice(start[0], stop[0], 1 if step is None else step[0]), out)]
    if name == "concatenate":
        return [np.concatenate([_as_part(v, a.aval.shape) for v, a in zip(inputs, equation.invars)])]
    if name == "dot_general":
        return [_product(params, inputs)]
    if name == "reduce_sum":
        return [np.sum(inputs[0])] if out == () else _refuse(name)
    if name == "gather":
        return [_gathered(params, inputs)]
    return [elementwise(name, params, [_number(v) for v in inputs])]


def _refuse(name):
    raise TraceRefused(f"JAX's {name}")


def _in_shape(value, shape, out):
    """A value of a shape in another one: one value is a number, and a row of equal values where it is repeated."""
    if math.prod(shape) == 1:
        number = value[0] if isinstance(value, ParameterVector) and value.ndim else _number(value)
        size = math.prod(out)
        return number if size == 1 else _core.as_row(number, size)
    if math.prod(shape) == math.prod(out):
        return value
    raise TraceRefused(f"an array of shape {out} that depends on parameters")


def _sliced(value, key, out):
    if isinstance(value, _core.Traced) and _core.is_number(value):
        return value
    found = value[key]
    if math.prod(out) == 1 and isinstance(found, (ParameterVector, _core.Traced)):
        return found[0]
    return found


def _as_part(value, shape):
    """What np.concatenate takes: a number repeated is a row."""
    if isinstance(value, _core.Traced) and _core.is_number(value) and math.prod(shape) > 1:
        return _core.as_row(value, math.prod(shape))
    return value


def _product(params, inputs):
    (left, right), batch = params["dimension_numbers"]
    a, b = inputs
    if any(len(side) for side in batch) or len(left) != 1 or len(right) != 1:
        return _refuse("dot_general")
    a = a if left[0] == np.ndim(a) - 1 else np.transpose(a)
    b = b if right[0] == 0 else np.transpose(b)
    return np.matmul(a, b)


def _gathered(params, inputs):
    numbers, (vector, index) = params["dimension_numbers"], inputs
    simple = (numbers.offset_dims, numbers.collapsed_slice_dims, numbers.start_index_map) == ((), (0,), (0,))
    if not simple or not isinstance(vector, ParameterVector) or _is_recorded(index) or np.shape(index)[1:] != (1,):
        return _refuse("gather")
    index = np.asarray(index).astype(int)[:, 0]
    if index.size == 0 or index.min() < 0 or index.max() >= len(vector):
        return _refuse("gather outside of an array")
    return vector[index]
