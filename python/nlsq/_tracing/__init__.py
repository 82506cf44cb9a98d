# SPDX-License-Identifier: MIT
"""The values that a function gets while it is traced: rows, blocks, grids, parameter vectors, and NumPy's functions on them."""
