# SPDX-License-Identifier: MIT
"""The plain fields of a fit's result, of include/nlsq/result_fields.def. Written by scripts/result_fields.py (make stubs).

DEFAULTS: every field, with its value before a fit. JSON: key in the command's JSON and to_dict -> field. STATISTICS: what
goodness_of_fit computes from the sums of a fit. ENTRIES: fields that are keys of CurveFitResult, too.
"""

TYPE_CHECKING = False

DEFAULTS = {
    "cost": 0.0, "rss": 0.0, "tss": 0.0, "n": 0, "n_masked": 0, "n_priors": 0, "dof": 0, "r_squared": 0.0,
    "adj_r_squared": 0.0, "reduced_chi2": 0.0, "chi2": 0.0, "p_value": 0.0, "rmse": 0.0, "aic": 0.0, "aicc": 0.0,
    "bic": 0.0, "absolute_sigma": False, "has_sigma": False, "status": 0, "message": "", "success": False, "nfev": 0,
    "njev": 0, "attempts": 1, "start_source": "given", "nfev_subsample": 0, "progressive": False, "iterations": 0,
    "optimality": 0.0, "condition": 0.0, "rank": 0, "method": "", "loss": "linear", "engine": "",
    "linear_solver": "dense", "isa": "", "fold": "", "precision": "float64", "nfev_float32": 0, "jacobian_mode": "",
    "jacobian_mode_source": "", "derivative_order": "", "cache_hit": False, "compile_ms": 0.0, "elapsed_ms": 0.0,
}  # fmt: skip
JSON = {
    "cost": "cost", "rss": "rss", "tss": "tss", "n": "n", "n_masked": "n_masked", "n_priors": "n_priors", "dof": "dof",
    "r_squared": "r_squared", "adjusted_r_squared": "adj_r_squared", "reduced_chi2": "reduced_chi2", "chi2": "chi2",
    "p_value": "p_value", "rmse": "rmse", "aic": "aic", "aicc": "aicc", "bic": "bic",
    "absolute_sigma": "absolute_sigma", "status": "status", "message": "message", "success": "success", "nfev": "nfev",
    "njev": "njev", "attempts": "attempts", "start_source": "start_source", "nfev_subsample": "nfev_subsample",
    "progressive": "progressive", "iterations": "iterations", "optimality": "optimality", "condition": "condition",
    "rank": "rank", "method": "method", "loss": "loss", "engine": "engine", "linear_solver": "linear_solver",
    "isa": "isa", "fold": "fold", "precision": "precision", "nfev_float32": "nfev_float32",
    "jacobian_mode": "jacobian_mode", "jacobian_mode_source": "jacobian_mode_source",
    "derivative_order": "derivative_order", "cache_hit": "cache_hit", "compile_ms": "compile_ms",
    "elapsed_ms": "elapsed_ms",
}  # fmt: skip
STATISTICS = (
    "r_squared", "adj_r_squared", "reduced_chi2", "chi2", "p_value", "rmse", "aic", "aicc", "bic",
)  # fmt: skip
ENTRIES = (
    "cost", "status", "message", "success", "nfev", "njev", "attempts", "start_source", "nfev_subsample", "progressive",
    "optimality", "precision", "nfev_float32", "jacobian_mode", "jacobian_mode_source", "derivative_order",
)  # fmt: skip


class Fields:
    """The fields of CurveFitResult that are attributes."""

    __slots__ = ()

    @property
    def rss(self) -> float:
        """Sum of the squared weighted residuals."""
        return self._outcome.result.rss

    @property
    def n_priors(self) -> int:
        """Rows of priors, counted among the values used."""
        return self._outcome.result.n_priors

    @property
    def dof(self) -> int:
        """Values used minus the rank: as if redundant parameters were not there."""
        return self._outcome.result.dof

    @property
    def r_squared(self) -> float:
        """1 - rss/tss."""
        return self._outcome.result.r_squared

    @property
    def adj_r_squared(self) -> float:
        """1 - (1 - R²)(m - 1)/dof."""
        return self._outcome.result.adj_r_squared

    @property
    def reduced_chi2(self) -> float:
        """chi2/dof."""
        return self._outcome.result.reduced_chi2

    @property
    def chi2(self) -> float:
        """As rss; comparable with dof when sigma is absolute."""
        return self._outcome.result.chi2

    @property
    def p_value(self) -> float:
        """P(X >= chi2) for a chi-squared X; NaN unless sigma is absolute."""
        return self._outcome.result.p_value

    @property
    def rmse(self) -> float:
        """sqrt(rss/m)."""
        return self._outcome.result.rmse

    @property
    def aic(self) -> float:
        """2k - 2 ln L; without a known sigma the variance counts as a parameter."""
        return self._outcome.result.aic

    @property
    def aicc(self) -> float:
        """aic + 2k(k + 1)/(m - k - 1)."""
        return self._outcome.result.aicc

    @property
    def bic(self) -> float:
        """k ln m - 2 ln L."""
        return self._outcome.result.bic

    @property
    def absolute_sigma(self) -> bool:
        """Whether pcov takes sigma as given, or scales it by reduced_chi2."""
        return self._outcome.result.absolute_sigma

    @property
    def condition(self) -> float:
        """Bound of the condition number of the Jacobian, columns scaled to length 1."""
        return self._outcome.result.condition

    @property
    def rank(self) -> int:
        """Rank of the Jacobian, at most the number of free parameters."""
        return self._outcome.result.rank

    @property
    def method(self) -> str:
        """The method that ran."""
        return self._outcome.result.method

    if TYPE_CHECKING:
        cost: float
        status: int
        message: str
        success: bool
        nfev: int
        njev: int
        attempts: int
        start_source: str
        nfev_subsample: int
        progressive: bool
        optimality: float
        precision: str
        nfev_float32: int
        jacobian_mode: str
        jacobian_mode_source: str
        derivative_order: str
