# SPDX-License-Identifier: MIT
"""Rows that need not fit into memory: files, arrays mapped from files, batches.

A source tells how the rows are read, and which of its columns are x, y and sigma; ``curve_fit(f, source)`` goes over
them once a pass.
"""

from __future__ import annotations

import os

import numpy as np

from nlsq import _core
from nlsq._base import arguments
from nlsq._base.messages import nearest
from nlsq._data.tables import column_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

_RESPONSES = ("y",)


class Rows:
    """Rows of a data set that is not in memory. Make one with from_files, from_batches or from_arrays.

    names : the columns; rows : how many rows there are
    x : names of the columns that a function of x gets (one: a vector; several: an array of one row each, as for
        arrays of shape (k, m)); y : the response; sigma : its uncertainties, or None
    notes : what was assumed about a text; omitted : rows that were left out, as values are missing
    """

    are_rows_of_a_source = True  # so that curve_fit knows them without this module

    def __init__(self, core: Any, x: Any = None, y: str | None = None, sigma: str | None = None,
                 notes: Sequence[str] = (), omitted: int = 0):  # fmt: skip
        self._core = core
        self.notes, self.omitted = list(notes), omitted
        self.names: list[str] = core.names
        self.y = self._known(y if y is not None else self._usual_response(), "y")
        self.sigma = None if sigma is None else self._known(sigma, "sigma")
        if x is None:
            x = [name for name in self.names if name not in (self.y, self.sigma)]
        self.x = [self._known(name, "x") for name in ([x] if isinstance(x, str) else x)]

    @property
    def rows(self) -> int:
        return self._core.rows

    def __len__(self) -> int:
        return self.rows

    def __repr__(self) -> str:
        return f"Rows({self.rows} rows of {', '.join(self.names)}; x={self.x}, y={self.y!r}, sigma={self.sigma!r})"

    def _usual_response(self):
        found = [name for name in self.names if name.lower() in _RESPONSES]
        if len(found) != 1:
            raise ValueError(f"y must name the response; the columns are {', '.join(self.names)}")
        return found[0]

    def _known(self, name, argument):
        if name not in self.names:
            raise ValueError(f"{argument}: there is no column {name!r}{nearest(name, self.names)}; "
                             f"the columns are {', '.join(self.names)}")  # fmt: skip
        return name

    @classmethod
    def from_files(cls, files: Any, x: Any = None, y: str | None = None, sigma: str | None = None, *,
                   columns: Sequence[str] = (), raw: dict[str, str] | None = None, offset: int = 0,
                   missing: str = "raise", scratch: str = "") -> Rows:  # fmt: skip
        """Rows of an NPY file, a text (CSV, TSV, blanks; also compressed by gzip or zstd), or a file of raw numbers.

        files : a path, a pattern such as "run-*.npy", or several paths: one data set in that order
        columns : names for the columns of a file that has none
        raw : name: dtype ("<f8", "<f4", "<i4", …) of the numbers of a record, from byte ``offset`` on
        missing : {"raise", "omit"}: rows of a text without a value
        scratch : folder for the numbers of a text, which is parsed once (TMPDIR, else /var/tmp)
        """
        paths = _paths(files)
        kinds = list(raw.items()) if raw else []
        arguments.one_of(missing, ("raise", "omit"), "missing")
        used = [] if x is None or y is None else [*([x] if isinstance(x, str) else x), y, *([sigma] if sigma else [])]
        core, notes, omitted = _core.open_rows(paths, list(columns), used, missing == "omit", os.fspath(scratch), kinds,
                                               offset)  # fmt: skip
        return cls(core, x, y, sigma, notes, omitted)

    @classmethod
    def from_batches(cls, batches: Iterable[Any], x: Any = "x", y: str = "y", sigma: str | None = None, *,
                     scratch: str = "") -> Rows:  # fmt: skip
        """Rows of batches, gone through once and kept in a scratch file: dicts of arrays, DataFrames, Arrow tables and
        record batches, tuples (x, y) or (x, y, sigma); or what hands out such: generators, pyarrow datasets and Parquet
        files, dask dataframes.
        """
        wanted = [*([x] if isinstance(x, str) else x), y, *([sigma] if sigma else [])]
        spill = _core.RowSpill(wanted, os.fspath(scratch))
        empty = True
        for batch in _batches_of(batches):
            spill.append(_columns_of(batch, wanted))
            empty = False
        if empty:
            raise ValueError("batches: there is none")
        return cls(spill.finish(), x, y, sigma)

    @classmethod
    def from_arrays(cls, xdata: Any, ydata: Any, sigma: Any = None) -> Rows:
        """Rows of arrays. Those mapped from a file (numpy.memmap, numpy.load(mmap_mode="r")) are read from it, so that
        a file that is cut short is an error; others stay where they are.
        """
        x = np.asanyarray(xdata)
        parts = list(x) if x.ndim == 2 else [x]
        names = ["x"] if len(parts) == 1 else [f"x{i}" for i in range(len(parts))]
        arrays = [*zip(names, parts), ("y", ydata), *([] if sigma is None else [("sigma", sigma)])]
        core = _core.rows_beside([_rows_of_array(name, array) for name, array in arrays])
        return cls(core, names, "y", None if sigma is None else "sigma")

    def head(self, count: int = 64, start: int = 0) -> dict[str, np.ndarray]:
        """``count`` rows from ``start`` on, by column."""
        count = min(count, self.rows - start)
        return dict(zip(self.names, self._core.gather([start], count)))

    def spread(self) -> dict[str, np.ndarray]:
        """Some rows from all over, neither the first nor the last, by column: 16 runs of 3."""
        firsts = [(k + 1) * (self.rows - 3) // 17 for k in range(16)]
        return dict(zip(self.names, self._core.gather(firsts, 3)))


def _paths(files):
    if isinstance(files, (str, os.PathLike)):
        return _core.files_of(os.fspath(files))
    paths = [path for item in files for path in _core.files_of(os.fspath(item))]
    if not paths:
        raise ValueError("files: there is none")
    return paths


def _rows_of_array(name, array):
    array = np.asanyarray(array)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, not of shape {array.shape}")
    where = _place_in_file(array)
    if where is not None:
        path, offset = where
        # Bytes behind the array are no rows of it.
        kind = array.dtype.str
        return _core.open_rows([path], [], [], False, "", [(name, kind)], offset, len(array))[0]
    if array.dtype not in (np.float64, np.float32) or not array.flags.c_contiguous:
        array = np.ascontiguousarray(array, dtype=float)
    return _core.rows_of_arrays([name], [np.asarray(array)])


def _place_in_file(array):
    """(path, byte) of a contiguous array that a file is mapped for; None: it is in memory."""
    if not isinstance(array, np.memmap) or array.filename is None or not array.flags.c_contiguous:
        return None
    if array.dtype.kind not in "fiu":
        return None
    base = array
    while isinstance(base.base, np.memmap):
        base = base.base
    start = array.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    return os.fspath(base.filename), base.offset + start


def _batches_of(source):
    """The batches of what hands them out."""
    for name in ("to_batches", "iter_batches"):  # Arrow's tables and datasets, Parquet files
        if hasattr(source, name):
            return getattr(source, name)()
    if hasattr(source, "partitions") and hasattr(source, "compute"):  # dask
        return (part.compute() for part in source.partitions)
    if hasattr(source, "keys") or hasattr(source, "columns"):
        return [source]
    return source


def _columns_of(batch, names):
    """Contiguous float64 arrays of a batch."""
    if isinstance(batch, tuple):
        if len(batch) < 2:
            raise ValueError("a batch that is a tuple is (x, y) or (x, y, sigma)")
        x = np.asarray(batch[0])
        rest = [part for part in batch[1:] if part is not None]
        arrays = [*(list(x) if x.ndim == 2 else [x]), *rest]
        if len(arrays) != len(names):
            raise ValueError(f"a batch has {len(arrays)} columns, {len(names)} are named: {', '.join(names)}")
    else:
        if hasattr(batch, "compute"):
            batch = batch.compute()
        arrays = [column_of(batch, name) for name in names]
    return [np.ascontiguousarray(array, dtype=float) for array in arrays]


def within(limit, xdata, ydata, sigma, options):
    """The arguments of curve_fit for data that may take ``limit`` bytes: arrays that take more become Rows."""
    if isinstance(xdata, Rows):
        return xdata, ydata, sigma, {"memory_limit": int(limit), **options}
    arrays = [xdata, ydata, *([] if sigma is None or np.isscalar(sigma) else [sigma])]
    if not all(isinstance(array, np.ndarray) for array in arrays) or sum(a.nbytes for a in arrays) <= limit:
        return xdata, ydata, sigma, options
    of_rows = None if sigma is None or np.isscalar(sigma) else sigma
    rows = Rows.from_arrays(xdata, ydata, of_rows)
    return rows, None, sigma if of_rows is None else None, {"memory_limit": int(limit), **options}
