# SPDX-License-Identifier: MIT
"""Notices that an array was changed in place since a fit.

Up to 4,096 values the bytes themselves are kept. Of larger arrays a fingerprint is: every change of one value, and every
change of several or of their order that is not made to deceive it. A fit takes the fingerprints of long arrays while it
reads them anyway; others are read once more, at the speed of memory.
"""

import numpy as np

from nlsq import _core

_KEPT = 32768
_CHUNK = 1 << 20  # values copied at a time of an array that is not contiguous


def snapshot(array, fit=None):
    """Something that compares equal as long as the array (or pandas object) is unchanged; None for anything else.

    fit : the core's result of a fit that may have read the array.
    """
    if not isinstance(array, np.ndarray):
        if not hasattr(array, "to_numpy"):
            return None
        array = array.to_numpy()
    if array.nbytes <= _KEPT:
        return array.tobytes()
    return None if array.dtype.hasobject else _fingerprint(array, fit)


def snapshots(arrays, first, fit=None):
    """One of each; None for a large one that is only another view of ``first``, which is watched already."""
    return [None if a.nbytes > _KEPT and np.may_share_memory(a, first) else snapshot(a, fit) for a in arrays]


def _fingerprint(array, fit):
    if array.flags.f_contiguous:
        array = array.T
    if array.flags.c_contiguous:
        known = getattr(fit, "fingerprints", None) or {}
        found = known.get((array.__array_interface__["data"][0], array.nbytes))
        return _of_bytes(array) if found is None else found
    step = max(1, _CHUNK * len(array) // array.size)
    return [_of_bytes(np.ascontiguousarray(array[at : at + step])) for at in range(0, len(array), step)]


def _of_bytes(array):
    return _core.fingerprint(array.reshape(-1).view(np.uint8), 4 if array.dtype == np.float32 else 8)
