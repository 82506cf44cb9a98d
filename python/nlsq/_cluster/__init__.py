# SPDX-License-Identifier: MIT
"""Fits of data that a cluster holds: collections of Dask, and chunked arrays of xarray."""
