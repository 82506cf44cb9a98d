# SPDX-License-Identifier: MIT
"""Ties, priors and derived quantities: what is said of parameters beside the data."""

from collections.abc import Mapping
from typing import NamedTuple

from nlsq._base import arguments
from nlsq._core import with_error

_INFINITY = float("inf")


class Derived(NamedTuple):
    """A quantity that follows from the parameters of a fit, its error by the delta method."""

    name: str
    value: float
    stderr: float
    expression: str

    def __str__(self):
        return f"{self.name} = {with_error(self.value, self.stderr)}"


def _texts(values, argument, example):
    """A dict of name: expression."""
    if not isinstance(values, Mapping) or not all(isinstance(key, str) for key in values):
        raise TypeError(f"{argument} must be a dict of name: expression, as {example}, not {values!r}")
    for name, text in values.items():
        if not isinstance(text, str):
            raise TypeError(f"{argument}: {name} must be an expression such as {example}, not {text!r}")
    return dict(values)


def _priors(values):
    """A dict of name (or expression): (value, standard deviation)."""
    if not isinstance(values, Mapping):
        raise TypeError(f"prior must be a dict of name: (value, standard deviation), not {values!r}")
    out = {}
    for name, pair in values.items():
        try:
            mean, sigma = pair
        except (TypeError, ValueError):
            raise TypeError(f"prior: {name} must be a pair (value, standard deviation), not {pair!r}") from None
        mean = arguments.number(mean, f"prior[{name!r}][0]", least=-_INFINITY)
        out[str(name)] = (mean, arguments.number(sigma, f"prior[{name!r}][1]", above=True))
    return out


def relations_of(tie, prior, derive):
    """The arguments as the core takes them; None where there is none."""
    relations = {}
    if tie:
        relations["ties"] = _texts(tie, "tie", "{'b': '2*a'}")
    if prior:
        relations["priors"] = _priors(prior)
    if derive:
        relations["derived"] = list(_texts(derive, "derive", "{'fwhm': '2.3548*s'}").items())
    return relations or None


def added_starts(p0, names, relations):
    """(p0 of the model's own parameters, starts of those that ties add) of a p0 by name."""
    if not isinstance(p0, Mapping) or "ties" not in relations:
        return p0, {}
    own = {name: value for name, value in p0.items() if name in names or "[" in name}
    added = {name: arguments.number(value, f"p0: {name}", least=-_INFINITY) for name, value in p0.items() if name not in own}
    return own, added
