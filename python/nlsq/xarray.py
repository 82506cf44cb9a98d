# SPDX-License-Identifier: MIT
"""Importing this module gives xarray's arrays an accessor: ``array.nlsq.fit("time", f)`` is what
``array.curvefit("time", f)`` is, by nlsq, in memory or chunk by chunk with Dask.

>>> import nlsq.xarray
>>> fits = array.nlsq.fit("time", lambda t, a, tau: a * np.exp(-t / tau), p0={"tau": 10.0})
>>> fits.curvefit_coefficients.sel(param="tau")
"""

from nlsq._cluster.accessor import Fits, register

__all__ = ["Fits"]

register()
