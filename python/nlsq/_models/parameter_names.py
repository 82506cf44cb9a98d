# SPDX-License-Identifier: MIT
"""Names of the parameters of a model, as its signature says."""

import inspect
import types

from nlsq._base.messages import listed
from nlsq._models.formulas import Formula

_VARARGS = inspect.CO_VARARGS


def parameter_names(f):
    """Names of the parameters of f(x, a, b, …) after the first; None when f takes *params or says nothing."""
    if isinstance(f, Formula):
        return list(f.parameters)
    if type(f) is types.FunctionType:
        code = f.__code__
        if not code.co_flags & _VARARGS and not hasattr(f, "__wrapped__") and not hasattr(f, "__signature__"):
            return list(code.co_varnames[1 : code.co_argcount])
    try:
        signature = inspect.signature(f)
    except (TypeError, ValueError):
        return None
    names = []
    for p in signature.parameters.values():
        if p.kind is p.VAR_POSITIONAL:
            return None
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
            names.append(p.name)
    return names[1:]


def names_for(f, names, n):
    """Names of n parameters where the signature has another number: *params, or defaults at the end."""
    if names is None:
        return [f"p{i}" for i in range(n)]
    required = len(names)
    if not isinstance(f, Formula):
        parameters = list(inspect.signature(f).parameters.values())[1:]
        required = sum(p.default is p.empty for p in parameters if p.name in names)
    if required <= n < len(names):
        return names[:n]
    raise ValueError(f"p0 has {n} values; the model has {len(names)} parameters ({listed(names)})")
