# SPDX-License-Identifier: MIT
"""Loss functions rho of z = (f / f_scale)^2 with their first two derivatives, as rows of a (3, m) array."""

from collections.abc import Callable
from functools import partial

import numpy as np

from nlsq._core import loss_values

_SHORT = 10_000  # rows above which BLAS would wake threads, which then wait at the expense of the model


class Loss:
    """A loss by name, or a function z -> (3, m), at a scale."""

    def __init__(self, loss: str | Callable, f_scale: float):
        self.name = None if callable(loss) else loss
        self.function = loss if callable(loss) else partial(loss_values, loss)
        self.linear = loss == "linear"
        self.f_scale = 1.0 if self.linear else abs(f_scale)

    def rho(self, f: np.ndarray) -> np.ndarray:
        """(3, m): rho, rho', rho'' at (f / f_scale)^2, scaled so that the cost is half the sum of the first row and
        the derivatives are by f^2."""
        with np.errstate(over="ignore", under="ignore"):
            z = (f / self.f_scale) ** 2
        if self.name is None:  # the user's function: its warnings are shown
            rows = np.array(self.function(z), dtype=float)
        else:
            with np.errstate(all="ignore"):
                rows = np.array(self.function(z), dtype=float)
        if rows.shape != (3, len(f)):
            raise ValueError("The return value of `loss` callable has wrong shape.")
        with np.errstate(all="ignore"):
            rows[0] *= self.f_scale**2
            rows[2] /= np.float64(self.f_scale) ** 2
        return rows

    def cost(self, f: np.ndarray) -> float:
        """Half the sum of the losses."""
        if self.linear:
            with np.errstate(over="ignore", invalid="ignore"):
                return 0.5 * (float(np.dot(f, f)) if len(f) <= _SHORT else float(np.einsum("i,i", f, f)))
        with np.errstate(over="ignore", invalid="ignore"):
            return 0.5 * float(np.sum(self.rho(f)[0]))

    def fold(self, f: np.ndarray):
        """(F, dF/df) with the sign of f and F^2 = rho: a plain least-squares problem of the same cost and gradient."""
        rho, slope, _ = self.rho(f)
        if np.any(rho < 0):
            raise ValueError("`loss` gives negative values.")
        size = np.sqrt(rho)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = np.where(size > 0, slope * np.abs(f) / size, np.sqrt(np.abs(slope)))
        return np.copysign(size, f), factor
