# SPDX-License-Identifier: MIT
"""What runs where the rows are: parts of a few columns, each a delayed value of Dask, and the tasks over them."""

import numpy as np

from nlsq import _core


def columns_of(part, where):
    """Contiguous float64 arrays of a part: one of each piece, next to each other where a part has several pieces.

    where : for messages: (number of the first partition, names, dtypes) of the part
    """
    first, names, kinds = where
    pieces = [_arrays_of(piece, first + i, names, kinds) for i, piece in enumerate(part)]
    if len(pieces) == 1:
        return pieces[0]
    return [np.concatenate(arrays) for arrays in zip(*pieces)]


def _arrays_of(piece, number, names, kinds):
    if not isinstance(piece, (list, tuple)):  # a DataFrame
        missing = [name for name in names if name not in piece.columns]
        if missing:
            raise ValueError(f"partition {number} has no column {missing[0]!r}; it has {', '.join(map(str, piece.columns))}")
        piece = [piece[name] for name in names]
    arrays = [_array(values, number, name, kind) for values, name, kind in zip(piece, names, kinds)]
    lengths = {len(array) for array in arrays}
    if len(lengths) > 1:
        counts = ", ".join(f"{len(array)} of {name}" for name, array in zip(names, arrays))
        raise ValueError(f"partition {number} has columns of different lengths: {counts}; rechunk them alike")
    return arrays


def _array(values, number, name, kind):
    array = values if isinstance(values, np.ndarray) else values.to_numpy()
    if array.ndim != 1:
        raise ValueError(f"partition {number}: {name} has the shape {array.shape}, one dimension was expected")
    if array.dtype.kind not in "fiub" and len(array):
        raise TypeError(f"partition {number}: {name} holds {array.dtype}; numbers were expected: "
                        "convert it (astype(float)), or leave such rows out")  # fmt: skip
    if kind is not None and len(array) and str(array.dtype) != kind:
        raise TypeError(f"partition {number}: {name} holds {array.dtype} where the first one holds {kind}: "
                        "convert it to one dtype (astype)")  # fmt: skip
    # What came from another worker may begin at any byte.
    return np.require(array, dtype=float, requirements=("C", "A"))


def survey(part, where):
    """(rows, dtypes) of each piece of a part."""
    first, names, _ = where
    found = []
    for i, piece in enumerate(part):
        arrays = _arrays_of(piece, first + i, names, [None] * len(names))
        raw = [piece[name] for name in names] if not isinstance(piece, (list, tuple)) else piece
        found.append((len(arrays[0]), [str(values.dtype) for values in raw]))
    return found


def ends(part, where, head, tail):
    """The first ``head`` and the last ``tail`` rows of a part: rows of leaves that it shares with its neighbours."""
    arrays = columns_of(part, where)
    rows = len(arrays[0])
    return [array[:head].copy() for array in arrays], [array[rows - tail :].copy() for array in arrays]


def answer(part, where, rows, run, request):
    """What a pass finds in the whole leaves of a part; rows: as many as it had."""
    arrays = columns_of(part, where)
    if len(arrays[0]) != rows:
        raise OSError(f"partition {where[0]} has {len(arrays[0])} rows, and had {rows} before: "
                      "rows must stay what they are while a fit goes over them")  # fmt: skip
    return _core.answer_pass(arrays, [run], request)


def take(part, where, columns, rows):
    """Values of some rows of a part; rows: their numbers, or a slice."""
    arrays = columns_of(part, where)
    return [np.ascontiguousarray(arrays[c][rows]) for c in columns]
