# SPDX-License-Identifier: MIT
"""What a fit's result says about other x: predictions, their errors, bands and intervals."""

import numpy as np

from nlsq._core import interval_factor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Predictions:
    """Values of the fitted model and where they lie, for CurveFitResult."""

    __slots__ = ()

    def predict(self, xnew=None, return_std: bool = False) -> "Any":
        """The model's values at xnew (None: xdata), in the shape that the model gives them (that of ydata).

        With ``return_std=True`` a pair: values and their standard errors sqrt(diag(J pcov Jᵀ)), J the derivatives of
        the values by the parameters (exact where the model was recorded).
        """
        if xnew is None:
            values = self.predictions.copy()
        else:
            values = np.asarray(self._outcome.predict(xnew), dtype=float)
        return (values, self._standard_errors(xnew, values.shape)) if return_std else values

    def _standard_errors(self, x, shape):
        if x is None:
            self._unchanged(False)
        errors = np.asarray(self._outcome.predict_errors(x), dtype=float)
        if not np.isfinite(self["pcov"]).all():
            # inf - inf is NaN: what depends on an undetermined parameter is undetermined.
            errors = np.where(np.isnan(errors), np.inf, errors)
        if errors.shape == shape:
            return errors
        return errors.reshape(shape) if errors.size == np.prod(shape) else np.array(np.broadcast_to(errors, shape))

    def _factor(self, level, alpha):
        if level is not None and alpha is not None:
            raise TypeError("level and alpha are two names of one argument; give one")
        level = 0.95 if level is None and alpha is None else float(alpha if level is None else level)
        core = self._outcome.result
        t = interval_factor(level, np.inf if core.absolute_sigma else core.dof)
        return np.inf if np.isnan(t) else t

    def confidence_intervals(self, level=None, alpha=None) -> np.ndarray:
        """(n, 2): popt ∓ t·perr, t the (1 + level)/2 quantile of Student's t with dof degrees of freedom.

        With absolute_sigma the quantile is the normal distribution's. ``level`` is 0.95 by default; ``alpha`` is
        another name of it (so 0.95, not 0.05, means 95 %).
        """
        t = self._factor(level, alpha)
        popt, perr = self["popt"], self["perr"]
        with np.errstate(invalid="ignore"):
            half = np.where(perr == 0.0, 0.0, t * perr)
        return np.stack([popt - half, popt + half], axis=1)

    def confidence_band(self, x=None, level=None, alpha=None) -> tuple:
        """(lower, upper) of the model's value at each x (None: xdata), where the true curve lies with this confidence.

        value ∓ t·error, t as in confidence_intervals, error as in predict. The confidence holds at each x by itself.
        """
        t = self._factor(level, alpha)
        values, errors = self.predict(x, return_std=True)
        with np.errstate(invalid="ignore"):  # an infinite t
            half = np.where(errors == 0.0, 0.0, t * errors)
        return values - half, values + half

    def prediction_interval(self, x=None, level=None, alpha=None, sigma=None) -> np.ndarray:
        """Where one more measurement at each x (None: xdata) falls with this probability: lower and upper ends along
        the last axis, so (m, 2) for (m,) values.

        value ∓ t·sqrt(error² + s²·sigma²), error as in predict, s² = 2·cost/dof (1 with absolute_sigma). sigma: the
        uncertainty of the new measurements; by default that of the data at xdata, and of a typical value of the data,
        sqrt(m/Σ(1/sigma²)), at other x; 1 for a fit without sigma.
        """
        t = self._factor(level, alpha)
        values, errors = self.predict(x, return_std=True)
        core = self._outcome.result
        variance = 1.0 if core.absolute_sigma else 2.0 * core.cost / core.dof if core.dof > 0 else np.inf
        with np.errstate(all="ignore"):
            half = t * np.sqrt(errors**2 + variance * self._sigma_at(x, sigma) ** 2)
        return np.stack([values - half, values + half], axis=-1)

    def _sigma_at(self, x, sigma):
        if sigma is not None:
            return np.asarray(sigma, dtype=float)
        sigma = self._outcome.sigma
        if sigma is None:
            return np.float64(1.0)
        sigma = np.sqrt(np.diag(sigma)) if np.ndim(sigma) == 2 else np.asarray(sigma, dtype=float)
        if x is None and sigma.ndim == 1:
            return self._shaped(sigma)
        return sigma if sigma.ndim == 0 else np.sqrt(1.0 / np.mean(sigma[np.isfinite(sigma)] ** -2.0))
