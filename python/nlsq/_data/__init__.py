# SPDX-License-Identifier: MIT
"""Data as users have them: dates, masks and missing rows, rows that are not in memory, arrays on a device."""
