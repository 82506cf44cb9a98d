# SPDX-License-Identifier: MIT
"""Collections of Dask as columns that are cut alike: for each partition its pieces, as delayed values."""

import math

import numpy as np

from nlsq._base.messages import nearest


class Columns:
    """Named columns of a collection.

    pieces : of each partition its delayed columns, or its delayed DataFrame
    lengths : rows of each partition; None: not known before it is looked at
    frame : the DataFrame they are of, if it is one
    """

    def __init__(self, names, pieces, lengths, frame=None):
        self.names, self.pieces, self.lengths, self.frame = names, pieces, lengths, frame


def is_collection(value):
    """Whether a value is an array or a data frame of Dask."""
    return hasattr(value, "__dask_graph__") and hasattr(value, "to_delayed")


def of_frame(frame, names):
    """Columns of a DataFrame of Dask, by name."""
    known = [str(name) for name in frame.columns]
    for name in names:
        if name not in known:
            raise ValueError(f"data: there is no column {name!r}{nearest(name, known)}; the columns are {', '.join(known)}")
    return Columns(list(names), frame[list(names)].to_delayed(), None, frame)


def of_columns(named):
    """Columns of arrays and Series: of (name, collection) pairs, the last ones y and sigma."""
    named = [(name, _single(name, values)) for name, values in named]
    names = [name for name, _ in named]
    if all(_is_array(values) for _, values in named):
        import dask

        chunks = _chunks_of(named)
        # Together, so that what several columns are made of is made once.
        arrays = dask.optimize(*(values.rechunk((chunks,)) for _, values in named))
        parts = [values.to_delayed(optimize_graph=False).tolist() for values in arrays]
        return Columns(names, [list(pieces) for pieces in zip(*parts)], list(chunks))
    parts = [values.to_delayed() for _, values in named]
    parts = [part.tolist() if isinstance(part, np.ndarray) else list(part) for part in parts]
    if len({len(part) for part in parts}) > 1:
        counts = ", ".join(f"{len(part)} of {name}" for name, part in zip(names, parts))
        raise ValueError(f"the columns have different numbers of partitions: {counts}; take them from one DataFrame, or "
                         "repartition them alike")  # fmt: skip
    return Columns(names, [list(pieces) for pieces in zip(*parts)], None)


def x_columns(xdata):
    """(name, collection) pairs of the x of a fit: one column, several, an array of (k, m), or a DataFrame."""
    if isinstance(xdata, (tuple, list)):
        return [(f"x{i}", values) for i, values in enumerate(xdata)]
    if getattr(xdata, "ndim", 1) == 2 and hasattr(xdata, "columns"):
        return [(f"x{i}", xdata[name]) for i, name in enumerate(xdata.columns)]
    if getattr(xdata, "ndim", 1) == 2:
        return [(f"x{i}", xdata[i]) for i in range(xdata.shape[0])]
    return [("x", xdata)]


def _is_array(values):
    return hasattr(values, "rechunk")


def _single(name, values):
    if isinstance(values, np.ndarray):
        import dask.array

        values = dask.array.from_array(values, chunks=-1)
    if not is_collection(values):
        raise TypeError(f"{name} must be an array or a column of Dask, not {type(values).__name__}; "
                        "nlsq.curve_fit fits what is in memory")  # fmt: skip
    if values.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, not of shape {values.shape}")
    kind = np.dtype(values.dtype).kind if isinstance(values.dtype, np.dtype) else "f"
    if kind not in "fiub":
        raise TypeError(f"{name} holds {values.dtype}; numbers were expected")
    return values


def _chunks_of(named):
    """The chunks of the longest-cut array, in which all arrays are read."""
    for name, values in named:
        if any(math.isnan(rows) for rows in values.chunks[0]):
            raise ValueError(f"the chunks of {name} have unknown sizes; call {name}.compute_chunk_sizes() first")
    lengths = {name: values.shape[0] for name, values in named}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the columns have different lengths: {', '.join(f'{n} of {name}' for name, n in lengths.items())}")
    return max((values.chunks[0] for _, values in named), key=lambda chunks: (chunks == named[-1][1].chunks[0], len(chunks)))
