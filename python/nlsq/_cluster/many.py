# SPDX-License-Identifier: MIT
"""curve_fit_many of chunked arrays of Dask: each chunk is a task, and results are arrays of Dask."""

from __future__ import annotations

import numpy as np

from nlsq._cluster.collections import is_collection
from nlsq._many.curve_fit_many import curve_fit_many as fit
from nlsq._models.formulas import parse
from nlsq._models.parameter_names import parameter_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_NUMBERS = ("cost", "rss", "status", "success", "nfev", "n")


class ClusterManyResult:
    """Results of many fits as arrays of Dask, whose first axes are those of ydatas: popt (..., n), perr (..., n),
    pcov (..., n, n), cost, rss, status, success, nfev, n.

    names : of the parameters
    compute() : the same as arrays in memory; each chunk is fitted once
    """

    def __init__(self, names, packed, with_pcov):
        n = len(names)
        self.names, self._packed, self._with_pcov = list(names), packed, with_pcov
        self._set(packed, n)

    def _set(self, packed, n):
        self.popt, self.perr = packed[..., :n], packed[..., n : 2 * n]
        at = 2 * n
        for name in _NUMBERS:
            kind = {"status": np.int32, "nfev": np.int32, "n": np.int64, "success": bool}.get(name, float)
            setattr(self, name, packed[..., at].astype(kind))
            at += 1
        self.pcov = packed[..., at:].reshape((*packed.shape[:-1], n, n)) if self._with_pcov else None

    def compute(self, **options):
        """The results in memory."""
        return ClusterManyResult(self.names, self._packed.compute(**options), self._with_pcov)

    def __repr__(self):
        return f"ClusterManyResult({', '.join(self.names)}; shape {self._packed.shape[:-1]})"


def curve_fit_many(f: Callable[..., Any] | str, xdata: Any = None, ydatas: Any = None, p0: Any = None,
                   sigma: Any = None, absolute_sigma: bool = False, bounds: Any = None, *, pcov: bool = True,
                   **options: Any) -> ClusterManyResult:  # fmt: skip
    """Fits f(x, a, b, …) to each of many data sets of a chunked array, chunk by chunk where the chunks are.

    As ``nlsq.curve_fit_many``, for a ``ydatas`` that is an array of Dask, fitted along its last axis; nothing is
    computed before it is asked for. xdata is (m,), or of the shape of ydatas; p0 one start for all, or an array of
    (..., n); sigma a number, (m,) or (..., m). Parameters without a start begin at 1, so that no set depends on what
    is in its chunk.
    """
    if not is_collection(ydatas):
        raise TypeError(f"ydatas must be an array of Dask, not {type(ydatas).__name__}; nlsq.curve_fit_many fits what is in "
                        "memory")  # fmt: skip
    if any(rows != rows for rows in sum(ydatas.chunks, ())):
        raise ValueError("the chunks of ydatas have unknown sizes; call ydatas.compute_chunk_sizes() first")
    import dask.array

    m = ydatas.shape[-1]
    if ydatas.numblocks[-1] > 1:
        ydatas = ydatas.rechunk({ydatas.ndim - 1: -1})
    names = _names_of(f, p0)
    n = len(names)
    arrays, dims, constants = [ydatas], ["(m)"], {}
    for name, value, last in (("xdata", xdata, "m"), ("sigma", sigma, "m"), ("p0", p0, "n")):
        if value is None or isinstance(value, (str, dict, tuple)) or np.ndim(value) < 2 and not is_collection(value):
            constants[name] = value
        else:
            constants[name] = _Given(len(arrays))
            value = value if is_collection(value) else dask.array.asarray(value)
            arrays.append(value.rechunk((*ydatas.chunks[:-1][ydatas.ndim - value.ndim :], -1)))
            dims.append(f"({last})")
    width = 2 * n + len(_NUMBERS) + (n * n if pcov else 0)
    packed = dask.array.apply_gufunc(
        fit_chunk, f"{','.join(dims)}->(w)", *arrays, output_dtypes=float, output_sizes={"w": width},
        f=f, m=m, n=n, constants=constants,
        options={"absolute_sigma": absolute_sigma, "bounds": bounds, "pcov": pcov, "starts": "ones", "threads": 1, **options},
    )  # fmt: skip
    return ClusterManyResult(names, packed, pcov)


class _Given:
    """An argument that is cut like the data: the number of its array."""

    def __init__(self, number):
        self.number = number


def fit_chunk(*arrays, f, m, n, constants, options):
    """All results of a chunk, next to each other along the last axis."""
    y = np.ascontiguousarray(arrays[0])
    lead = y.shape[:-1]
    width = 2 * n + len(_NUMBERS) + (n * n if options["pcov"] else 0)
    if 0 in y.shape:
        return np.empty((*lead, width))
    given = {name: _cut_alike(arrays[value.number], lead) if isinstance(value, _Given) else value
             for name, value in constants.items()}  # fmt: skip
    alone = not lead
    found = fit(f, ydatas=y[None] if alone else y, **given, **options)
    columns = [found.popt, found.perr, *(np.asarray(getattr(found, name), dtype=float)[..., None] for name in _NUMBERS)]
    if options["pcov"]:
        columns.append(found.pcov.reshape(*found.pcov.shape[:-2], n * n))
    packed = np.concatenate(columns, axis=-1)
    return packed[0] if alone else packed


def _cut_alike(values, lead):
    values = np.asarray(values)
    return np.ascontiguousarray(np.broadcast_to(values, (*lead, values.shape[-1])))


def _names_of(f, p0):
    if isinstance(f, str):
        return parse(f, ["x"]).parameters
    names = parameter_names(f)
    if names is None:
        if p0 is None or isinstance(p0, (str, dict)):
            raise ValueError("the parameters of f are not in its signature; give p0, one value each")
        names = [f"p{i}" for i in range(np.shape(p0)[-1])]
    return names
