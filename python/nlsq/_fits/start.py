# SPDX-License-Identifier: MIT
"""p0="auto": start values from the data."""

import numpy as np

from nlsq._base.arguments import default_start


def automatic_start(p0, f, xdata, ydata, names, lower, upper):
    if p0 != "auto":
        raise ValueError(f"p0 must be numbers, a dict or 'auto', not {p0!r}")
    estimate = getattr(f, "estimate_p0", None)
    start = np.asarray(default_start(lower, upper, len(names)))
    if estimate is not None:
        start = np.asarray(estimate(np.asarray(xdata), ydata), dtype=float)
    else:
        start = _best_start(f, xdata, ydata, start)
    return start if lower is None else np.clip(start, lower, upper)


def _best_start(f, xdata, ydata, ones):
    """The better of a few rough starts from the ranges of the data, by the sum of squares."""
    x = np.asarray(xdata, dtype=float).ravel() if np.ndim(xdata) == 1 else np.arange(ydata.size, dtype=float)
    width, height = float(np.ptp(x)) or 1.0, float(np.ptp(ydata)) or 1.0
    n = len(ones)
    tail = [1.0] * n
    candidates = [
        ones,
        np.array([height, 1.0 / width, float(np.mean(ydata)), float(np.mean(x)), *tail][:n]),
        np.array([height, float(x[np.argmax(ydata)]), width / 6.0, float(np.min(ydata)), *tail][:n]),
        np.array([height, width / 2.0, float(np.min(ydata)), 1.0, *tail][:n]),
    ]
    best, least = ones, np.inf
    for candidate in candidates:
        with np.errstate(all="ignore"):
            try:
                cost = float(np.sum((np.asarray(f(xdata, *candidate.tolist())) - ydata) ** 2))
            except (ArithmeticError, ValueError):
                continue
        if cost < least:
            best, least = candidate, cost
    return best
