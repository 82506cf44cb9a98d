# SPDX-License-Identifier: MIT
"""What SciPy's curve_fit returns, of a fit that is done: covariance, infodict, messages and errors."""

import warnings

import numpy as np

from nlsq._base.optimize import optimize_warning
from nlsq._scipy import checks
from nlsq._scipy import least_squares as lsq
from nlsq._scipy.arguments import Arguments
from nlsq._scipy.covariance import covariance, minpack_factors

_TO_MINPACK = {2: 1, 3: 2, 4: 3, 1: 4}
_LM_MESSAGES = {
    1: "The sum of squares cannot be reduced by more than ftol of its value.",
    2: "The last step was shorter than xtol of the parameters.",
    3: "The sum of squares cannot be reduced by more than ftol of its value, and the last step was shorter than xtol "
       "of the parameters.",
    4: "The residuals are orthogonal to the columns of the Jacobian up to gtol.",
}  # fmt: skip


class Answers(Arguments):
    """A call of curve_fit that can say how it ended."""

    def _covariance(self, jacobian, cost, rows, core=None):
        """pcov from the Jacobian (scaled for the loss) and the cost; inf with a warning if there is none. core: what
        the core found for the same residuals, if it did."""
        if core is not None and 0 < core.rank < self.n and core.redundancy is not None:
            return self._deficient(core, rows, 1.0 if self.absolute_sigma else 2.0 * core.cost)
        known = core is not None and core.rank == self.n
        pcov = core.pcov if known else covariance(jacobian, pseudo=self.method != "lm")
        if pcov is not None and not self.absolute_sigma:
            with np.errstate(over="ignore", invalid="ignore"):
                pcov = pcov * (2.0 * cost / (rows - self.n)) if rows > self.n else None
        if pcov is None:
            pcov = np.full((self.n, self.n), np.inf)
        if not np.isfinite(pcov).all():
            self._warn()
        return pcov

    def _deficient(self, core, rows, scale):
        """pcov where the core found a Jacobian without full rank: inf for parameters that are not determined, with lm for
        all of them, as in SciPy. scale: of the core's pcov, over rows - n unless sigma is absolute."""
        self._warn()
        if self.method == "lm" or not (self.absolute_sigma or rows > self.n):
            return np.full((self.n, self.n), np.inf)
        with np.errstate(invalid="ignore"):
            pcov = core.pcov * (scale if self.absolute_sigma else scale / (rows - self.n))
        return np.where(np.isnan(pcov), np.inf, pcov)

    def _warn(self):
        warnings.warn("Covariance of the parameters could not be estimated", category=optimize_warning(),
                      stacklevel=checks.frames_to_caller())  # fmt: skip

    def _answer(self, popt, pcov, f, J, nfev, njev, status):
        infodict = {"nfev": nfev, "fvec": f}
        if self.method != "lm":
            return popt, pcov, infodict, lsq.MESSAGES[status], status
        infodict.update(minpack_factors(J, f))
        if njev is not None:
            infodict["njev"] = njev
        ier = _TO_MINPACK[status]
        return popt, pcov, infodict, _LM_MESSAGES[ier], ier

    def _failure(self, status, nfev, limit):
        if status == 0 and self.method == "lm":
            return f"Number of calls to function has reached maxfev = {self.maxfev}."
        return lsq.MESSAGES[status]

    def _not_finite(self, p, residuals):
        if self.method != "lm":
            return ValueError("Residuals are not finite in the initial point.")
        row = int(np.flatnonzero(~np.isfinite(residuals(p)))[0])
        return RuntimeError(f"Optimal parameters not found: the residual at index {row} is not finite at p0.")
