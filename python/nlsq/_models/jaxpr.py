# SPDX-License-Identifier: MIT
"""A jaxpr of JAX, replayed: equations on data alone are evaluated by JAX, those on recorded values by NumPy's functions.

What shapes recorded values may have is the caller's: models of rows (jax.py), residuals of a vector of parameters
(_recording/jax_residuals.py).
"""

import numpy as np

from nlsq import _core
from nlsq._base.errors import TraceRefused

_CALLS = ("pjit", "jit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call", "remat", "checkpoint")
RESHAPES = ("broadcast_in_dim", "reshape", "squeeze", "expand_dims")
_SAME = frozenset(("copy", "copy_p", "stop_gradient", "reduce_precision", "optimization_barrier"))
# Primitives whose names are not those of our operations.
_OTHER_NAMES = {
    1: {"neg": np.negative, "square": np.square, "exp2": np.exp2, "not": np.logical_not},
    2: {
        "add": np.add, "add_any": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "lt": np.less,
        "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal, "ne": np.not_equal,
        "and": np.logical_and, "or": np.logical_or,
    },
}  # fmt: skip
_functions, _of_scipy = None, {"logistic": "expit", "digamma": "psi"}


def plain_of(value):
    """An array of JAX as one of NumPy, in double precision."""
    array = np.asarray(value)
    return array.astype(float) if array.dtype.kind == "f" else array


def run(jaxpr, constants, arguments, is_recorded, apply):
    """The values of a jaxpr. apply(equation, inputs) gives those of an equation with recorded inputs."""
    values = dict(zip(jaxpr.constvars, constants))
    values.update(zip(jaxpr.invars, arguments))

    def read(atom):
        return plain_of(atom.val) if hasattr(atom, "val") else values[atom]

    for equation in jaxpr.eqns:
        inputs = [read(v) for v in equation.invars]
        if any(map(is_recorded, inputs)):
            inner, inner_constants = _called_by(equation)
            if inner is None:
                outputs = apply(equation, inputs)
            else:
                outputs = run(inner, [plain_of(c) for c in inner_constants], inputs, is_recorded, apply)
        else:
            made = equation.primitive.bind(*inputs, **equation.params)
            outputs = [plain_of(v) for v in (made if equation.primitive.multiple_results else [made])]
        values.update(zip(equation.outvars, outputs))
    return [read(v) for v in jaxpr.outvars]


def _called_by(equation):
    """(jaxpr, constants) of an equation that calls one; (None, None) of any other."""
    if equation.primitive.name in _CALLS:
        for key in ("jaxpr", "call_jaxpr", "fun_jaxpr"):
            inner = equation.params.get(key)
            if inner is not None:
                return (inner.jaxpr, inner.consts) if hasattr(inner, "jaxpr") else (inner, [])
    return None, None


def _find_functions():
    """NumPy's functions by the names of JAX's primitives, and SciPy's names: those of our operations and a few more."""
    global _functions  # noqa: PLW0603 - made by the first function of JAX that is recorded
    _functions = {1: dict(_OTHER_NAMES[1]), 2: dict(_OTHER_NAMES[2])}
    for name, operands, numpy in _core.operations():
        if hasattr(np, numpy):
            _functions[operands][name] = getattr(np, numpy)
        elif operands == 1:
            _of_scipy[name] = numpy
    return _functions


def elementwise(name, params, inputs):
    """The value of a primitive that works on each value by itself."""
    functions = _functions or _find_functions()
    function = functions[len(inputs)].get(name) if len(inputs) <= 2 else None
    if function is not None:
        return function(*inputs)
    if name in _of_scipy and isinstance(inputs[0], _core.Traced):
        return _core.record(_of_scipy[name], None, (inputs[0],))
    if name == "integer_pow":
        return inputs[0] ** params["y"]
    if name == "rsqrt":
        return 1.0 / np.sqrt(inputs[0])
    if name == "select_n" and len(inputs) == 3:
        return np.where(inputs[0], inputs[2], inputs[1])
    if name == "clamp":
        return np.minimum(np.maximum(inputs[1], inputs[0]), inputs[2])
    if name == "convert_element_type" and np.dtype(params["new_dtype"]).kind not in "fb":
        raise TraceRefused("a model value made an integer")
    if name in _SAME or name == "convert_element_type":
        return inputs[0]
    raise TraceRefused(f"JAX's {name}")
