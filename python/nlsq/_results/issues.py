# SPDX-License-Identifier: MIT
"""What a fit warns of, for programs: an id that stays, the sentence, and the values it was judged by."""

from collections import namedtuple

_Fields = namedtuple("_Fields", "id sentence values")


class Issue(_Fields):
    """One warning of a fit.

    id : "runaway", "correlated-residuals", …; docs/issues.md has a section for each
    sentence : what is the matter and what to do, as in ``result.warnings``
    values : {"parameters": names of those concerned, …: the numbers it was judged by}
    """

    __slots__ = ()


def of_core(core):
    """The issues of a core's result."""
    return [Issue(*issue) for issue in core.issues]


def stored(core):
    """Issues as lists of plain values, for files."""
    return [[id_, sentence, [[k, v] for k, v in values.items()]] for id_, sentence, values in core.issues]


def restored(issues):
    """What stored() made, as the core has them."""
    return [(id_, sentence, dict(values)) for id_, sentence, values in issues]
