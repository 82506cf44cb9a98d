# SPDX-License-Identifier: MIT
"""The result of many fits: arrays whose first axes are those of the data."""

from __future__ import annotations

import numpy as np

from nlsq import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_UNDETERMINED, _AT_BOUND, _CONSTANT = 1, 2, 16


class CurveFitManyResult:
    """What ``curve_fit_many`` returns; unpacks as ``popt, pcov``. The first axes of all arrays (..., below) are those of
    ydatas.

    names : list of n str
    popt : (..., n); perr : (..., n), standard errors; pcov : (..., n, n), or None where it was not wanted
    cost : (...), half the sum of squares (of the loss); rss : (...), the sum of squares
    status : (...) of int32, SciPy's integers: positive converged, 0 max_nfev, -1 nothing finite, -2 not begun
    success : (...) of bool, status > 0; ok : success, with finite errors, of data that are not all the same
    at_bound, undetermined : (...) of bool
    nfev : (...) of int32; n : (...) of int64, points used
    engine : "lanes", "interpreter" (recorded, set by set) or "callback"; trace_note says why not in lanes
    start_source : where the fits began: "given" (p0), "ones", or "search"
    keys : of groups, dict of column: array; elapsed_ms : float
    x_note : what x is where xdata were dates ("x is in days since 2023-01-01"), else None
    """

    names: list[str]
    shape: tuple[int, ...]
    engine: str
    trace_note: str | None
    x_note: str | None
    elapsed_ms: float
    start_source: str
    keys: dict[str, np.ndarray] | None
    popt: np.ndarray
    perr: np.ndarray
    pcov: np.ndarray | None
    cost: np.ndarray
    rss: np.ndarray
    status: np.ndarray
    nfev: np.ndarray
    n: np.ndarray
    flags: np.ndarray

    def __init__(self, names: Any, arrays: Any, lead: Any, engine: str, note: str | None, elapsed_ms: float,
                 start_source: str = "given", plan: str = "") -> None:  # fmt: skip
        self.names, self.shape, self.engine, self.trace_note = names, lead, engine, note
        self.elapsed_ms, self.keys, self.x_note, self.start_source = elapsed_ms, None, None, start_source
        self._plan = plan
        self.pcov = None
        for name, array in arrays.items():
            setattr(self, "flags" if name == "flags" else name, array.reshape(lead + array.shape[1:]))

    @property
    def success(self) -> np.ndarray:
        return self.status > 0

    @property
    def at_bound(self) -> np.ndarray:
        return (self.flags & _AT_BOUND) != 0

    @property
    def undetermined(self) -> np.ndarray:
        return (self.flags & _UNDETERMINED) != 0

    @property
    def ok(self) -> np.ndarray:
        return self.success & ((self.flags & (_UNDETERMINED | _CONSTANT)) == 0)

    def message(self, index: int | tuple[int, ...]) -> str:
        """Why the fit of a set ended, as a sentence."""
        return _core.many_message(int(self.status[index]), int(self.flags[index]))

    def explain(self) -> str:
        """Whether the sets ran in lanes or one by one, on how many threads, and why, as text."""
        return self._plan or f"Many fits: a function that is called for each set\n  engine       {self.engine}\n"

    @property
    def params(self) -> dict[str, np.ndarray]:
        """Values by name: params["a"] is popt[..., i]."""
        return {name: self.popt[..., i] for i, name in enumerate(self.names)}

    @property
    def stderr(self) -> dict[str, np.ndarray]:
        """Standard errors by name."""
        return {name: self.perr[..., i] for i, name in enumerate(self.names)}

    def __iter__(self) -> Iterator[Any]:
        """popt, pcov = result works as with curve_fit."""
        return iter((self.popt, self.pcov))

    def __repr__(self) -> str:
        bad = int(np.sum(~self.success))
        count = " × ".join(str(s) for s in self.shape)
        what = f"{count} fits of {', '.join(self.names)}"
        return f"<CurveFitManyResult: {what}; {bad or 'none'} failed; {self.engine}, {self.elapsed_ms:.3g} ms>"

    def to_dict(self) -> dict[str, np.ndarray]:
        """Columns of a table, one row a set: keys or indices, n, values and standard errors, rss, status, message."""
        if self.keys is not None:
            table = dict(self.keys)
        else:
            table = {f"i{axis}": index.ravel() for axis, index in enumerate(np.indices(self.shape))}
        table["n"] = self.n.ravel()
        for i, name in enumerate(self.names):
            table[name] = self.popt[..., i].ravel()
            table[f"{name}_stderr"] = self.perr[..., i].ravel()
        table["rss"], table["status"] = self.rss.ravel(), self.status.ravel()
        kinds = np.stack([self.status.ravel(), self.flags.ravel()], axis=1)
        distinct, which = np.unique(kinds, axis=0, return_inverse=True)
        words = np.array([_core.many_message(int(s), int(flags)) for s, flags in distinct], dtype=object)
        table["message"] = words[which.ravel()] if len(words) else np.array([], dtype=object)
        return table

    def to_pandas(self) -> Any:
        """The table as a pandas DataFrame."""
        import pandas

        return pandas.DataFrame(self.to_dict())

    def to_arrow(self) -> Any:
        """The table as a pyarrow Table."""
        import pyarrow

        return pyarrow.table(self.to_dict())

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.to_arrow().__arrow_c_stream__(requested_schema)
