# SPDX-License-Identifier: MIT
"""What fits return."""

from nlsq._optimize import OptimizeResult, OptimizeWarning
from nlsq._result import CurveFitResult

__all__ = ["CurveFitResult", "OptimizeResult", "OptimizeWarning"]
