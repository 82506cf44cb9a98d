# SPDX-License-Identifier: MIT
"""Statistics of a fit's result. With sigma, all sums are weighted by 1/sigma²; docs/math/statistics.md."""

import numpy as np

from nlsq._results.fields import Fields

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nlsq._models.relations import Derived
    from nlsq._results.parameters import Parameters


def _of_core(name: str, text: str) -> "Any":
    return property(lambda self: getattr(self._outcome.result, name), doc=text)


class Statistics(Fields):
    """What CurveFitResult tells of how good a fit is."""

    __slots__ = ()

    names = _of_core("names", "Names of the parameters.")
    derived_cov = _of_core("derived_cov", "(k, k) covariance of the derived quantities.")

    @property
    def tied(self) -> "dict[str, str]":
        """{name: expression} of the parameters that follow from others."""
        core = self._outcome.result
        return {name: text for name, text in zip(core.names, core.tied) if text}

    @property
    def derived(self) -> "dict[str, Derived]":
        """Quantities asked for with derive=, by name: ``derived["fwhm"].value .stderr .expression``."""
        from nlsq._models.relations import Derived

        return {item[0]: Derived(*item) for item in self._outcome.result.derived}

    @property
    def mae(self) -> float:
        """Mean absolute residual, not weighted; values with infinite sigma left out."""
        return float(np.mean(np.abs(self.residuals.ravel()[self._used()])))

    def _used(self):
        sigma = self._outcome.sigma
        return np.isfinite(sigma) if np.ndim(sigma) == 1 else slice(None)

    def covariance(self, absolute_sigma: bool | None = None) -> np.ndarray:
        """(n, n) covariance as it is with absolute_sigma True or False, whichever the fit was asked for (None: pcov).

        The second is the first times 2·cost/dof; inf without degrees of freedom.
        """
        core = self._outcome.result
        pcov = self["pcov"]
        if absolute_sigma is None or bool(absolute_sigma) == core.absolute_sigma:
            return pcov.copy()
        scale = 2.0 * core.cost / core.dof if core.dof > 0 else np.inf
        if scale == 0.0 or not np.isfinite(scale):
            raise ValueError(f"there is no scale between the two covariances: 2·cost/dof is {scale}")
        return pcov / scale if absolute_sigma else pcov * scale

    @property
    def diagnostics(self) -> "ModelHealthReport | None":
        """Of a fit with ``compute_diagnostics=True`` a report on rank, condition and correlated pairs; else None."""
        return self.get("_diagnostics_report")

    @property
    def correlation(self) -> np.ndarray:
        """(n, n) correlation matrix of the parameters; NaN for fixed and undetermined ones."""
        return self._outcome.result.correlation()

    @property
    def params(self) -> "Parameters":
        """Parameters by name: ``params["a"].value .stderr .start .fixed .bounds .at_bound``; ``params.a`` too."""
        found = self._cache.get("params")
        if found is None:
            from nlsq._results.parameters import Parameters

            o = self._outcome
            found = self._cache["params"] = Parameters(o.result, o.lower, o.upper)
        return found
