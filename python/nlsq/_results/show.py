# SPDX-License-Identifier: MIT
"""A result in one line, and as a small table for notebooks."""

from html import escape

from nlsq._core import with_error

_MOST = 6


def _outcome(core):
    return "converged" if core.success else "stopped" if core.status == -2 else "not converged"


def text(result) -> str:
    """``CurveFitResult(a = 2.503 ± 0.011, b = 1.297 ± 0.012, R² = 0.9987, converged)``."""
    core = result._outcome.result
    parts = [str(p) for p in list(result.params.values())[:_MOST]]
    if len(core.names) > _MOST:
        parts.append(f"{len(core.names) - _MOST} more")
    try:
        parts.append(f"R² = {core.r_squared:.6g}")
    except AttributeError:  # made of entries that do not say
        return f"CurveFitResult({', '.join(parts)})"
    return f"CurveFitResult({', '.join([*parts, _outcome(core)])})"


def html(result) -> str:
    """A table of the parameters and a line of what else matters."""
    core = result._outcome.result
    rows = "".join(
        f"<tr><td>{escape(p.name)}</td><td>{escape(with_error(p.value, p.stderr))}</td>"
        f"<td>{'fixed' if p.fixed else 'at a bound' if p.at_bound else ''}</td></tr>"
        for p in result.params.values()
    )
    line = f"{_outcome(core)}; R² = {core.r_squared:.6g}, χ²/dof = {core.reduced_chi2:.4g}, {core.n} values"
    notes = "".join(f"<li>{escape(w)}</li>" for w in core.warnings)
    return (
        "<table><thead><tr><th>parameter</th><th>value ± standard error</th><th></th></tr></thead>"
        f"<tbody>{rows}</tbody></table><p>{escape(line)}</p>" + (f"<ul>{notes}</ul>" if notes else "")
    )
