# SPDX-License-Identifier: MIT
"""Functions of JAX: which they are, and how they are called in double precision. Recorded: jax_models.py.

JAX is used only if the program has imported it already, in a context of its own, so the user's flags stay as they are.
"""

import sys
import types

import numpy as np


def is_loaded():
    """Whether the program uses JAX."""
    return "jax" in sys.modules


def double_precision(jax):
    """A context with 64-bit types on this thread alone."""
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)
    from jax.experimental import enable_x64

    return enable_x64()


def in_double_precision(function):
    """The function under 64-bit types, if it is one of JAX; itself otherwise."""
    import jax

    def wide(x, *parameters):
        with double_precision(jax):
            return function(widened(x), *parameters)

    return wide if uses_jax(function) else function


def uses_jax(function, depth=3):
    """Whether a function looks like one of JAX: jitted, or with a module of JAX among the globals it names and what it
    captured, or a function there (to some depth) of which that is true."""
    if _is_jitted(function):
        return True
    function = getattr(function, "func", function)  # partial
    function = getattr(function, "__func__", function)  # method
    code = getattr(function, "__code__", None)
    if code is None:
        call = getattr(type(function), "__call__", None)
        return getattr(call, "__code__", None) is not None and uses_jax(call)
    scope = getattr(function, "__globals__", {})
    captured = []
    for cell in getattr(function, "__closure__", None) or ():
        try:
            captured.append(cell.cell_contents)
        except ValueError:
            continue
    for value in (*(scope.get(name) for name in _names_in(code)), *captured):
        if is_array(value):
            return True
        name = getattr(value, "__name__" if type(value) is types.ModuleType else "__module__", None)
        if isinstance(name, str) and (name == "jax" or name.startswith("jax.")):
            return True
        if depth and type(value) is types.FunctionType:
            if value is not function and uses_jax(value, depth - 1):
                return True
        elif value is not None and type(value) is not types.ModuleType and _is_jitted(value):
            return True
    return False


def _names_in(code):
    """The global and attribute names in a code and in those of the functions it makes."""
    names = set(code.co_names)
    for inner in code.co_consts:
        if type(inner) is types.CodeType:
            names |= _names_in(inner)
    return names


def is_array(value):
    """Whether a value is an array of JAX."""
    return type(value).__module__.partition(".")[0] in ("jax", "jaxlib") and hasattr(value, "sharding")


def plain_data(function, x):
    """x with arrays of NumPy in place of those of JAX, for a function that does not use JAX: with JAX arrays it would compute in single
    precision, and could not be recorded."""
    if is_array(x):
        return x if uses_jax(function) else np.asarray(x)
    if isinstance(x, dict) and any(map(is_array, x.values())):
        return x if uses_jax(function) else {name: plain_data(np.exp, part) for name, part in x.items()}
    if isinstance(x, (list, tuple)) and not hasattr(x, "_fields") and any(map(is_array, x)):
        return x if uses_jax(function) else type(x)(plain_data(np.exp, part) for part in x)
    return x


def _is_jitted(value):
    return hasattr(value, "lower") and hasattr(value, "trace")


def jacobian_of(function, reverse=False):
    """jac(x, *parameters) -> (m, n) by JAX's forward or reverse mode, in double precision and compiled."""
    import jax

    compiled = jax.jit((jax.jacrev if reverse else jax.jacfwd)(lambda p, x: function(x, *p)))

    def jac(x, *parameters):
        with double_precision(jax):
            return np.asarray(compiled(np.array(parameters, dtype=float), widened(x)))

    return jac


def widened(x):
    """Arrays of single precision in double."""
    if isinstance(x, dict):
        return {name: widened(v) for name, v in x.items()}
    if isinstance(x, (list, tuple)):
        return type(x)(widened(v) for v in x)
    array = np.asarray(x)
    return array.astype(float) if array.dtype.kind == "f" else x
