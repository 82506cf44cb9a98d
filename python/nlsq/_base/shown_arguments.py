# SPDX-License-Identifier: MIT
"""Signatures for inspect.signature and help() of functions that take their arguments as *args and **kwargs."""

from inspect import Parameter, Signature, signature


def show_arguments(function, positional, keywords, others=None):
    """Gives a function the signature (its own first arguments, *positional with defaults, *, keywords with defaults).

    positional, keywords: dictionaries of name: default. others: the name of **others, or None.
    """
    own = signature(function)
    shown = [p for p in own.parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD and p.name not in positional]
    shown += [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=value) for name, value in positional.items()]
    only = {p.name: p.default for p in own.parameters.values() if p.kind is p.KEYWORD_ONLY}
    for name, value in {**only, **keywords}.items():
        if name not in positional:
            shown.append(Parameter(name, Parameter.KEYWORD_ONLY, default=value))
    if others is not None:
        shown.append(Parameter(others, Parameter.VAR_KEYWORD))
    function.__signature__ = Signature(shown, return_annotation=own.return_annotation)
