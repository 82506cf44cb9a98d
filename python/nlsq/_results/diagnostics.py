# SPDX-License-Identifier: MIT
"""The report that compute_diagnostics=True asks for: whether the parameters of a fit can be told apart.

Names, codes of issues and the score are those of NLSQ's model health reports.
"""

from dataclasses import dataclass, field

import numpy as np

_CONDITION = 1e8  # of the Fisher information, the square of that of the Jacobian
_CORRELATION = 0.95
_MOST_PAIRS = 4  # that lower the score


@dataclass
class IdentifiabilityReport:
    """Rank and condition of the Jacobian at the end of a fit, and which parameters go together."""

    condition_number: float
    numerical_rank: int
    n_params: int
    correlation_matrix: np.ndarray
    highly_correlated_pairs: list = field(default_factory=list)
    issues: list = field(default_factory=list)

    available = True

    @property
    def health_status(self) -> str:
        """HEALTHY, WARNING or CRITICAL."""
        return _status(self.issues)


@dataclass
class ModelHealthIssue:
    """One thing that is not as it should be."""

    code: str
    severity: str
    message: str


@dataclass
class ModelHealthReport:
    """What `result.diagnostics` is."""

    identifiability: IdentifiabilityReport
    gradient_norm: float
    converged: bool

    @property
    def all_issues(self) -> list:
        """The issues, critical ones first."""
        return sorted(self.identifiability.issues, key=lambda issue: issue.severity != "CRITICAL")

    @property
    def status(self) -> str:
        """HEALTHY, WARNING or CRITICAL."""
        return _status(self.all_issues)

    @property
    def health_score(self) -> float:
        """1, less 0.4 for a Jacobian without full rank, 0.2 for its condition, 0.05 for each correlated pair."""
        codes = [issue.code for issue in self.all_issues]
        score = 1.0 - 0.4 * ("IDENT-001" in codes) - 0.2 * ("IDENT-002" in codes)
        return max(0.0, score - 0.05 * min(codes.count("CORR-001"), _MOST_PAIRS))

    def summary(self, verbose: bool = True) -> str:
        """The report as text."""
        found = self.identifiability
        lines = [
            f"Model health: {self.status}, score {self.health_score:.2f}",
            f"  rank {found.numerical_rank} of {found.n_params}, condition of the information "
            f"{found.condition_number:.3g}, gradient {self.gradient_norm:.3g}",
        ]
        return "\n".join([*lines, *(f"  [{issue.code}] {issue.message}" for issue in self.all_issues if verbose)])

    def to_dict(self) -> dict:
        """Plain values."""
        found = self.identifiability
        return {
            "status": self.status, "health_score": self.health_score, "condition_number": found.condition_number,
            "numerical_rank": found.numerical_rank, "n_params": found.n_params,
            "highly_correlated_pairs": [list(pair) for pair in found.highly_correlated_pairs],
            "issues": [[issue.code, issue.severity, issue.message] for issue in self.all_issues],
        }  # fmt: skip

    __str__ = summary


def _status(issues):
    severities = {issue.severity for issue in issues}
    return "CRITICAL" if "CRITICAL" in severities else "WARNING" if severities else "HEALTHY"


def diagnose(result) -> ModelHealthReport:
    """The report of a fit's result, from its Jacobian."""
    core = result._outcome.result
    names, free = core.names, np.flatnonzero(~np.asarray(core.fixed, dtype=bool))
    J = np.asarray(result.jac, dtype=float)[:, free]
    J = J[np.isfinite(J).all(axis=1)]
    s = np.linalg.svd(J, compute_uv=False) if J.size else np.zeros(0)
    full = s.size == free.size and free.size > 0 and core.rank == free.size and s[-1] > 0.0
    with np.errstate(over="ignore"):
        condition = float((s[0] / s[-1]) ** 2) if full else np.inf
    correlation = np.asarray(result.correlation, dtype=float)
    pairs = [(int(i), int(j), float(correlation[i, j])) for n, i in enumerate(free) for j in free[n + 1 :]
             if abs(correlation[i, j]) > _CORRELATION]  # fmt: skip
    issues = []
    if core.rank < free.size:
        issues.append(ModelHealthIssue("IDENT-001", "CRITICAL", f"the Jacobian has rank {core.rank} for {free.size} "
                                       "free parameters"))  # fmt: skip
    elif condition > _CONDITION:
        issues.append(ModelHealthIssue("IDENT-002", "WARNING", f"the condition of the information is {condition:.2g}"))
    for i, j, r in pairs:
        issues.append(ModelHealthIssue("CORR-001", "WARNING", f"{names[i]} and {names[j]} have correlation {r:.4f}"))
    found = IdentifiabilityReport(condition, int(core.rank), int(free.size), correlation, pairs, issues)
    return ModelHealthReport(found, float(result.optimality), bool(core.success))
