# SPDX-License-Identifier: MIT
"""Which arguments of a model are fitted: f(x, a, b, kind='exp'), partial(f, a=2), f(x, p) with a vector p.

A model whose parameters are not simply all arguments after x is put into an Adapted, which is called f(x, *parameters)
and whose signature names the parameters, so that nothing else needs to know.
"""

import functools
import inspect
import sys
from numbers import Number
from types import FunctionType

import numpy as np

from nlsq import _core
from nlsq._models.formulas import Formula

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Adapted:
    """f(x, *parameters) for a function that takes its parameters in another way.

    keywords: names of the last of them, which go by name; vector: all of them are one array.
    """

    def __init__(self, func, names, keywords=(), vector=False):
        self.func, self.keywords, self.vector = func, tuple(keywords), vector
        self.positional = len(names) - len(self.keywords)
        kind = inspect.Parameter.POSITIONAL_ONLY
        x = "x" if "x" not in names else "x_"
        self.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in (x, *names)])
        self.__name__ = getattr(func, "__name__", type(func).__name__)

    def __call__(self, x, *parameters):
        if self.vector:
            return self.func(x, _vector(parameters))
        by_name = dict(zip(self.keywords, parameters[self.positional :]))
        return self.func(x, *parameters[: self.positional], **by_name)

    def __repr__(self):
        return f"{self.func!r} of {', '.join(list(self.__signature__.parameters)[1:])}"


def _vector(values):
    """Parameters as the array that a function of a vector gets."""
    if any(isinstance(v, _core.Traced) for v in values):
        from nlsq._tracing.vector import ParameterVector

        return ParameterVector.of(values)
    jax = sys.modules.get("jax")
    if jax is not None and any(isinstance(v, jax.Array) for v in values):
        return jax.numpy.stack(values)
    return np.array(values, dtype=float)


def adapted(f, p0=None, *named):
    """The model as f(x, *parameters): f itself, or an Adapted of it.

    p0: the start, whose length tells more about a signature with defaults. named: dictionaries by parameter (p0,
    bounds, fixed), whose keys are parameters even where their default is no number.
    """
    if isinstance(f, Formula):
        return f
    no_unbound_method(f)
    arguments = _arguments_of(f)
    if arguments is None:
        return f
    size = np.size(p0) if p0 is not None and not isinstance(p0, (str, dict)) else None
    names = {name for given in (p0, *named) if isinstance(given, (dict, list, tuple, set, frozenset)) for name in given
             if isinstance(name, str)}  # fmt: skip
    chosen = _chosen(arguments, size, names)
    if len(chosen) == 1 and size is not None and size > 1 and chosen[0].kind is not inspect.Parameter.KEYWORD_ONLY:
        if len([a for a in arguments if a.kind in _POSITIONAL]) == 1 or chosen[0].default is inspect.Parameter.empty:
            return Adapted(f, [f"{chosen[0].name}{i}" for i in range(size)], vector=True)
    if chosen == [a for a in arguments if a.kind in _POSITIONAL] and not any(a.by_name for a in chosen):
        return f
    by_position = 0
    for argument, fitted in zip(arguments, chosen):
        if argument is not fitted or argument.kind not in _POSITIONAL or argument.by_name:
            break
        by_position += 1
    for argument in chosen[by_position:]:
        if argument.kind is inspect.Parameter.POSITIONAL_ONLY:
            raise TypeError(f"the parameter {argument.name} of the model comes after an option, by position only; write "
                            "a function of its parameters alone")  # fmt: skip
    return Adapted(f, [a.name for a in chosen], [a.name for a in chosen[by_position:]])


class _Argument:
    """An argument after x: name, kind, default, and whether it can only go by name."""

    def __init__(self, parameter, by_name):
        self.name, self.kind, self.default, self.by_name = parameter.name, parameter.kind, parameter.default, by_name

    @property
    def is_option(self):
        """Not fitted: its default is no number (a text, a truth value, None, an array)."""
        default = self.default
        if default is inspect.Parameter.empty:
            return False
        return self.kind not in _POSITIONAL or isinstance(default, (bool, np.bool_)) or not isinstance(default, Number)


def _arguments_of(f):
    """The arguments after x, or None: the function takes any number of them, or does not tell."""
    held, given, inner = {}, 0, f
    if type(f) is functools.partial:
        held, given, inner = f.keywords, len(f.args), f.func
    try:
        parameters = list(inspect.signature(inner).parameters.values())
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return None
    parameters = [p for p in parameters if p.kind is not p.VAR_KEYWORD][given:]
    if parameters and parameters[0].name in held:
        raise TypeError(f"functools.partial holds {parameters[0].name!r}, the first argument of the model, which is x; "
                        "write lambda x, …: f(…) with the arguments in their order")  # fmt: skip
    found, by_name = [], False
    for p in parameters[1:]:
        by_name = by_name or p.name in held
        if p.name not in held:
            found.append(_Argument(p, by_name or p.kind is p.KEYWORD_ONLY))
    return found


def _chosen(arguments, size, named):
    """The arguments that are fitted."""
    chosen = [a for a in arguments if not a.is_option or a.name in named]
    if size is None or size == len(chosen):
        return chosen
    by_position = [a for a in arguments if a.kind in _POSITIONAL]
    required = sum(a.default is inspect.Parameter.empty for a in by_position)
    if required <= size <= len(by_position):
        return by_position[:size]
    return chosen


def no_unbound_method(f):
    """A TypeError for Class.model, a method without its object: self would become x."""
    if type(f) is not FunctionType or f.__code__.co_varnames[:1] != ("self",) or f.__code__.co_argcount == 0:
        return
    owner = f.__qualname__.rpartition(".")[0]
    if owner and not owner.endswith("<locals>"):
        owner = owner.rpartition(".")[2]
        raise TypeError(f"the model {owner}.{f.__name__} is a method without its object: self would become x; give the "
                        f"method of an object, {owner}(…).{f.__name__}")  # fmt: skip
