# SPDX-License-Identifier: MIT
"""Attributes of NLSQ's results and of others', and what a result here has in their place."""

from nlsq import _core

WORKS, PLANNED, ABSENT = "works", "planned", "absent"


def group(state, hint, names):
    """{name: (state, hint)} of names in one text."""
    return {name: (state, hint) for name in names.split()}


# Attributes of NLSQ's results.
_ENDED = "a fit is one attempt; r.success and r.message say how it ended"
RESULT: dict[str, tuple[str, str]] = {
    **group(WORKS, "keys, too", "x pcov cost fun jac grad optimality active_mask nfev njev nit status success message "
             "model xdata ydata"),
    "popt": (WORKS, "a key, too: NumPy, as all arrays"),
    "cache_stats": (WORKS, "of the cache of programs; also in infodict"),
    "all_times": (WORKS, "seconds for compile and fit"),
    "sparsity_detected": (WORKS, "always dense"),
    "multistart_diagnostics": (WORKS, "r.minima lists the distinct minima"),
    **group(WORKS, "same sign and shape", "predictions residuals"),
    **group(WORKS, "count sigma; docs/math/statistics.md", "r_squared adj_r_squared rmse aic bic"),
    "mae": (WORKS, "does not count sigma"),
    "confidence_intervals": (WORKS, "level or alpha: both the confidence level"),
    **group(WORKS, "x, and level or alpha", "prediction_interval confidence_band"),
    "plot": (WORKS, "same arguments and return"),
    "summary": (WORKS, "prints the report; r.report() is its text"),
    "diagnostics": (WORKS, "with compute_diagnostics=True rank, condition, correlated pairs and a score; else None"),
    "gradient_health_report": (PLANNED, "r.optimality, r.warnings and r.report()"),
    **group(ABSENT, _ENDED, "fallback_strategy_used fallback_attempts"),
}
# Of others' results under other names.
_NO_ATTRIBUTE = {
    "best_fit": "r.predictions", "best_values": "r.params", "chisqr": "r.chi2", "redchi": "r.reduced_chi2",
    "covar": "r.pcov", "cov": "r.pcov", "cov_x": "r.pcov", "stderr": "r.perr", "beta": "r.popt", "sd_beta": "r.perr",
    "ier": "r.status", "mesg": "r.message", "resid": "r.residuals", "fvec": "r.fun", "fit_report": "r.report()",
    "weights": "1/sigma**2 of what the fit was given",
}  # fmt: skip


def no_attribute(name: str, known: list[str]) -> str:
    """What is said of an attribute that a result does not have."""
    text = f"a fit's result has no {name!r}"
    hint = RESULT[name][1] if name in RESULT else _NO_ATTRIBUTE.get(name)
    if hint is not None:
        return f"{text}; instead: {hint}"
    near = "" if name.startswith("_") else _core.nearest_name(name, [n for n in known if n[0] != "_"])
    return f"{text} (did you mean {near!r}?)" if near else text
