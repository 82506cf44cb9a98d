# SPDX-License-Identifier: MIT
"""What fits return."""

from nlsq._base.optimize import OptimizeResult, OptimizeWarning
from nlsq._results.result import CurveFitResult

__all__ = ["CurveFitResult", "OptimizeResult", "OptimizeWarning"]
