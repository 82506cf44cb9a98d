# SPDX-License-Identifier: MIT
"""Exceptions and warnings of the package."""


class TraceRefused(TypeError):
    """A model did something with its parameters that cannot be recorded; it is then called as it is."""


class StopOptimization(Exception):
    """Raised by a callback to end the fit at the best point so far."""
