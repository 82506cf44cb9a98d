# SPDX-License-Identifier: MIT
"""curve_fit of collections of Dask: the passes are made where the rows are."""

from __future__ import annotations

from nlsq._cluster import collections
from nlsq._cluster.rows import ClusterRows
from nlsq._fits.curve_fit import curve_fit as fit
from nlsq._models.formulas import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nlsq._results.result import CurveFitResult


def curve_fit(f: Callable[..., Any] | str, xdata: Any = None, ydata: Any = None, p0: Any = None, sigma: Any = None,
              absolute_sigma: bool = False, *, data: Any = None, y: str | None = None, x: Any = None,
              client: Any = None, **options: Any) -> CurveFitResult:  # fmt: skip
    """Fits f(x, a, b, …) to arrays or columns of Dask that need not fit into memory.

    Every worker folds its partitions, and a few numbers of each travel a pass; the answer has the bits of
    ``nlsq.curve_fit`` of the same arrays in memory, for any chunks and any number of workers (docs/scaling.md).

    Parameters
    ----------
    f : callable or str
        A model that can be recorded, or a formula. It is recorded here; workers get the record.
    xdata : Array or Series of (m,), Array of (k, m), DataFrame of k columns, or a tuple of such columns
    ydata : Array or Series of (m,)
    sigma : number, Array or Series of (m,), or the name of a column of ``data``; inf leaves a row out
    data, y, x : a DataFrame of Dask, the name of its response and, for a function, the name or names of its x
    client : distributed.Client, optional
        Default: the client of this process, else Dask's threads.
    p0, bounds, method, loss, … : as for ``nlsq.curve_fit``

    Returns
    -------
    CurveFitResult
        ``result.xdata.traffic`` has the bytes sent and received by each pass.

    Raises
    ------
    ValueError, TypeError
        What is wrong with which argument or partition.
    """
    if data is not None:
        rows, number = _rows_of_frame(f, data, y, x, sigma, client)
    else:
        if xdata is None or ydata is None:
            raise TypeError("curve_fit() needs xdata and ydata, or data= and y=")
        rows, number = _rows_of_columns(xdata, ydata, sigma, client)
    return fit(f, rows, p0=p0, sigma=number, absolute_sigma=absolute_sigma, **options)


def _rows_of_frame(f, data, y, x, sigma, client):
    if not (collections.is_collection(data) and hasattr(data, "columns")):
        raise TypeError(f"data must be a DataFrame of Dask, not {type(data).__name__}; nlsq.curve_fit fits what is in memory")
    if isinstance(f, str):
        formula = parse(f, [str(name) for name in data.columns])
        y = y or formula.response
        x = [name for name in formula.used if name != y]
    if not y or not x:
        raise TypeError("say which columns of data are meant: y='name', and x='name' of a function")
    x = [x] if isinstance(x, str) else list(x)
    named = isinstance(sigma, str)
    columns = collections.of_frame(data, list(dict.fromkeys([*x, y, *([sigma] if named else [])])))
    return ClusterRows(columns, x, y, sigma if named else None, client), None if named else sigma


def _rows_of_columns(xdata, ydata, sigma, client):
    named = collections.x_columns(xdata)
    x = [name for name, _ in named]
    is_column = sigma is not None and not isinstance(sigma, (int, float))
    more = [("sigma", sigma)] if is_column else []
    columns = collections.of_columns([*named, ("y", ydata), *more])
    return ClusterRows(columns, x, "y", "sigma" if is_column else None, client), None if is_column else sigma
