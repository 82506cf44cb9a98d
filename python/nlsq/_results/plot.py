# SPDX-License-Identifier: MIT
"""The picture of a fit."""

import numpy as np

_POINTS = 400
_LEVEL = 0.95


def plot(result, ax, show_residuals, show_confidence, log, scatter_kw):
    """See CurveFitResult.plot."""
    _check(log)
    figure, upper, lower = _axes(ax, show_residuals)
    outcome = result._outcome
    x = np.asarray(outcome.xdata, dtype=float)
    if x.ndim == 1 and x.shape == outcome.ydata.shape:
        logarithmic = _scales(log, x, outcome.ydata)
        _data(upper, x, outcome, scatter_kw)
        _curve(upper, result, x, show_confidence, logarithmic[0])
        label = "x"
    else:
        x, label = result.predictions.ravel(), "prediction"
        logarithmic = (bool(log) and log != "none",) * 2  # one quantity on both
        _data(upper, x, outcome, scatter_kw)
        upper.axline((x.min(), x.min()), slope=1.0, color="C3", label="prediction = data")
    for axis, is_log in zip("xy", logarithmic):
        if is_log:
            getattr(upper, f"set_{axis}scale")("log")
            if axis == "x" and lower is not None:
                lower.set_xscale("log")
    upper.set_ylabel("y")
    upper.legend()
    (lower or upper).set_xlabel(label)
    if lower is None:
        return figure, upper
    _residuals(lower, result, x)
    return figure, (upper, lower)


def _check(log):
    if log not in (None, "x", "y", "xy", "none"):
        raise ValueError(f"log must be 'x', 'y', 'xy' or 'none', not {log!r}")


def _scales(log, x, y):
    """(whether x, whether y is logarithmic), as the command has it."""
    if log is not None:
        wanted = [log != "none" and axis in log for axis in "xy"]
    else:
        wanted = [_spans_decades(x)]
        wanted.append(wanted[0] and _spans_decades(np.asarray(y).ravel()))
    return tuple(bool(w and np.any(values > 0.0)) for w, values in zip(wanted, (x, y)))


def _spans_decades(values):
    """Measured at 1, 3, 10, 30, … rather than at 1, 2, 3, …"""
    values = np.sort(values[~np.isnan(values)])
    if len(values) < 3 or not values[0] > 0.0:
        return False
    low, high = values[0], values[-1]
    return bool(np.isfinite(high) and high >= 100.0 * low and values[len(values) // 2] < low + 0.1 * (high - low))


def _axes(ax, show_residuals):
    from matplotlib import pyplot as plt

    if ax is None:
        if not show_residuals:
            figure, upper = plt.subplots(layout="constrained")
            return figure, upper, None
        figure, (upper, lower) = plt.subplots(
            2, 1, sharex=True, height_ratios=(3, 1), figsize=(6.4, 6.0), layout="constrained"
        )
        return figure, upper, lower
    axes = np.atleast_1d(np.asarray(ax, dtype=object)).ravel()
    lower = axes[1] if len(axes) > 1 and show_residuals else None
    return axes[0].figure, axes[0], lower


def _data(ax, x, outcome, scatter_kw):
    style = {"s": 18, "color": "C0", "zorder": 2, "label": "data", **scatter_kw}
    ax.scatter(x, outcome.ydata, **style)
    bars = _bars(outcome)
    if bars is not None:
        ax.errorbar(x, outcome.ydata, yerr=bars, fmt="none", ecolor=style["color"], alpha=0.5, zorder=1)


def _bars(outcome):
    """Standard deviations for error bars, of points not left out."""
    sigma = outcome.sigma
    if sigma is None or len(outcome.ydata) > 2000:
        return None
    sigma = np.sqrt(np.diag(sigma)) if np.ndim(sigma) == 2 else np.broadcast_to(sigma, outcome.ydata.shape)
    return np.where(np.isfinite(sigma), sigma, 0.0)


def _curve(ax, result, x, show_confidence, logarithmic):
    grid = np.linspace(np.nanmin(x), np.nanmax(x), _POINTS)
    if logarithmic:
        grid = np.geomspace(np.min(x[x > 0.0]), np.nanmax(x), _POINTS)
    try:
        values, errors = result.predict(grid, return_std=True)
    except Exception:  # noqa: BLE001 - a model that only knows the x of the fit, in its own way
        order = np.argsort(x)
        grid = x[order]
        values, errors = (part[order] for part in result.predict(return_std=True))
    ax.plot(grid, values, color="C3", zorder=3, label="fit")
    if show_confidence and np.all(np.isfinite(errors)):
        half = result._factor(_LEVEL, None) * errors
        ax.fill_between(
            grid, values - half, values + half, color="C3", alpha=0.2, linewidth=0, zorder=2.5, label="95 % confidence"
        )


def _residuals(ax, result, x):
    ax.axhline(0.0, color="C3", linewidth=1.0)
    ax.scatter(x, result.residuals.ravel(), s=12, color="C0")
    ax.set_ylabel("data − fit")
