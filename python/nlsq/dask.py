# SPDX-License-Identifier: MIT
"""Fits of collections of Dask, of any size and on any number of workers, with the bits of the same fit in memory.

>>> import nlsq.dask
>>> r = nlsq.dask.curve_fit(lambda x, a, b: a * np.exp(-b * x), x, y, p0=[1, 1])
"""

from nlsq._cluster.curve_fit import curve_fit
from nlsq._cluster.many import curve_fit_many

__all__ = ["curve_fit", "curve_fit_many"]
