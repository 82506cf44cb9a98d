# SPDX-License-Identifier: MIT
"""Whether a model may ask for the types of its arguments, and so tell a recording from a call.

Such a model can do one thing when it is recorded and another with arrays, and that for long x alone: a comparison on
fewer rows does not find it. The names in its code, and in that of what it calls, say whether it may.
"""

import functools
import types

import numpy as np

_QUESTIONS = frozenset(
    ("type", "isinstance", "issubclass", "__class__", "hasattr", "getattr", "callable", "id", "isscalar", "ndarray",
     "generic", "flags", "base")
)  # fmt: skip
_KNOWN = frozenset(("numpy", "scipy", "math", "builtins", "operator", "_operator", "itertools", "functools", "nlsq"))
_MOST = 50  # code objects that are inspected at most
_asked = {}
_ASKED_MOST = 10_000


def may_ask_for_types(function, identity):
    """Whether a function or what it calls, to any depth, has such a question in its code, or has none to look at.
    identity: what _recording.identity_of tells of the function."""
    if identity is None:
        return _asks(function)
    found = _asked.get(identity)
    if found is None:
        if len(_asked) >= _ASKED_MOST:
            _asked.clear()
        found = _asked[identity] = _asks(function)
    return found


def _asks(function):
    seen, waiting = set(), [(function, None)]
    while waiting:
        value, owner = waiting.pop()
        while type(value) is functools.partial:
            value = value.func
        if type(value) is types.MethodType:
            owner, value = type(value.__self__), value.__func__
        if value is not function and _is_known(value):
            continue
        if type(value) is not types.FunctionType:
            owner, value = type(value), getattr(type(value), "__call__", None)
            if type(value) is not types.FunctionType:
                return True
        for code in _codes_of(value.__code__):
            if code in seen:
                continue
            seen.add(code)
            if len(seen) > _MOST or not _QUESTIONS.isdisjoint(code.co_names):
                return True
            waiting += _called(code.co_names, value, owner)
    return False


def _is_known(value):
    """Whether a value is a function of NumPy, of Python itself, or the like."""
    if isinstance(value, np.ufunc):
        return True
    module = getattr(value, "__module__", None)
    if module is None:  # a method written in C
        owner = getattr(value, "__objclass__", None) or type(getattr(value, "__self__", value))
        module = owner.__module__
    return isinstance(module, str) and module.partition(".")[0] in _KNOWN


def _codes_of(code):
    """The code and that of the functions within."""
    yield code
    for inner in code.co_consts:
        if type(inner) is types.CodeType:
            yield from _codes_of(inner)


def _called(names, function, owner):
    """(value, its class or None) of what code with these names may call: globals, captured values, what belongs to
    modules and objects among them."""
    values = [function.__globals__.get(name) for name in names]
    values += function.__defaults__ or ()
    for cell in function.__closure__ or ():
        try:
            values.append(cell.cell_contents)
        except ValueError:  # not assigned yet
            continue
    owners = [] if owner is None else [owner]
    for value in tuple(values):
        kind = type(value)
        if kind is types.ModuleType:
            known = value.__name__.partition(".")[0] in _KNOWN
            values += [] if known else [vars(value).get(name) for name in names]
        elif value is not None and not callable(value):
            owners.append(kind)
            kept = getattr(value, "__dict__", None)  # the stored value, not one that a property would compute
            values += [kept.get(name) for name in names] if type(kept) is dict else []
    called = [(value, None) for value in values if callable(value)]
    found = [(getattr(one, name, None), one) for one in owners for name in names]
    return called + [(value, one) for value, one in found if callable(value)]
