# SPDX-License-Identifier: MIT
"""Devices that fits can run on, and data that stay on them from fit to fit (docs/device.md)."""

import numpy as np

from nlsq import _core

_PLAIN = (np.dtype(np.float64), np.dtype(np.float32))


def devices() -> list[dict]:
    """The devices of this machine: id (what ``curve_fit(device=...)`` takes), name, driver, usable, why not, gpu, memory."""
    return _core.devices()[0]


class DeviceData:
    """Arrays on a device; ``arrays`` are what a fit is to be given, ``device`` its id. They are read-only while they are
    there; ``close()``, or the end of a ``with`` block, frees the device's memory and makes them as they were."""

    def __init__(self, arrays, device):
        kept = []
        for i, array in enumerate(arrays):
            array = np.asarray(array)
            if array.dtype.kind not in "fiub":
                raise TypeError(f"device_data: array {i + 1} holds {array.dtype}; devices take real numbers")
            if array.ndim != 1:
                raise ValueError(f"device_data: array {i + 1} has {array.ndim} dimensions; fits find columns there, not matrices")
            if array.dtype not in _PLAIN or array.dtype.byteorder not in "=|":
                array = array.astype(np.float64)
            kept.append(np.require(array, requirements=["C", "A"]))
        self._core = _core.DeviceData(device, kept)
        self.device, self.nbytes, self.arrays = self._core.device, self._core.bytes, tuple(kept)
        self._writable = [array for array in kept if array.flags.writeable]
        for array in self._writable:
            array.flags.writeable = False

    def __iter__(self):
        return iter(self.arrays)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if hasattr(self, "_writable"):
            self.close()

    def close(self):
        """Frees the memory on the device; the arrays are as they were. A second call does nothing."""
        self._core = None
        for array in self._writable:
            array.flags.writeable = True
        self._writable = []

    def __repr__(self):
        state = "" if self._core is not None else ", closed"
        return f"<DeviceData: {len(self.arrays)} arrays, {self.nbytes:,} bytes on {self.device}{state}>"


def device_data(*arrays, device="auto") -> DeviceData:
    """Uploads arrays once, for many fits:

    >>> data = nlsq.device_data(x, y, device="cuda:0")
    >>> r = nlsq.curve_fit(f, *data, p0=[1, 1, 1], device=data.device)

    xdata and ydata of one dimension; float32 stays float32, which serves for xdata alone, since curve_fit makes its ydata
    float64. ``device``: as that of curve_fit; "auto" is the first GPU.
    """
    if not arrays:
        raise TypeError("device_data() needs arrays: device_data(x, y)")
    return DeviceData(arrays, device_name(device))


def device_name(device) -> str:
    """The argument device as text."""
    if not isinstance(device, str):
        raise TypeError(f"device must be 'cpu', 'auto', or the id of a device such as 'opencl:0', not {device!r}")
    return device


def check_called(device, result, note):
    """A warning where a device was asked for and the model is called as it is."""
    if device not in ("cpu", "auto"):
        result.warn("device-left", f"the model is called as it is ({note}), so the CPU made the fit and not {device}", [])
