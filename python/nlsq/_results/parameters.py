# SPDX-License-Identifier: MIT
"""Fitted parameters by name."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from nlsq._core import with_error


class Parameter(NamedTuple):
    """One fitted parameter.

    stderr is 0 for a fixed parameter and inf for an undetermined one; at_bound is -1 at the lower bound, 1 at the
    upper, else 0; bounds is (lower, upper), infinite without.
    """

    name: str
    value: float
    stderr: float
    start: float
    fixed: bool
    at_bound: int
    bounds: tuple

    def __repr__(self):
        return f"<{self}>"

    def __str__(self):
        notes = ["fixed"] if self.fixed else ["at a bound"] if self.at_bound else []
        return f"{self.name} = {with_error(self.value, self.stderr)}" + "".join(f" ({note})" for note in notes)


class Parameters(Mapping):
    """Parameters in the order of the model: by name as key or attribute, or by position."""

    __slots__ = ("_all",)

    def __init__(self, core, lower=None, upper=None):
        columns = zip(core.names, core.popt.tolist(), core.perr.tolist(), core.p0.tolist(), core.fixed, core.at_bound)
        inf = float("inf")
        bounds = [
            (-inf if lower is None or i >= len(lower) else float(lower[i]),
             inf if upper is None or i >= len(upper) else float(upper[i]))
            for i in range(len(core.names))
        ]
        self._all = {c[0]: Parameter(*c[:4], bool(c[4]), int(c[5]), b) for c, b in zip(columns, bounds)}

    def __getitem__(self, name: str | int) -> Parameter:
        if isinstance(name, int):
            return list(self._all.values())[name]
        return self._all[name]

    def __getattr__(self, name: str) -> Parameter:
        if name != "_all" and name in self._all:
            return self._all[name]
        raise AttributeError(f"no parameter {name!r}; there are {', '.join(self._all)}" if name[0] != "_" else name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __dir__(self):
        return [*super().__dir__(), *self._all]

    def __repr__(self):
        return "\n".join(map(str, self._all.values()))
