# SPDX-License-Identifier: MIT
"""Bootstrap: the spread of fits to data drawn anew (Efron and Tibshirani 1993, ch. 9), all of them at once."""

import numpy as np

from nlsq._base import arguments

METHODS = ("residuals", "pairs", "parametric")
_MOST_VALUES = 4_000_000  # of a chunk of samples


class BootstrapResult:
    """Fits to n samples of the data.

    names : list of str
    popt : (n, N) parameters of each sample, NaN where a fit failed; success : (n,) of bool
    perr : (N,) standard deviations;  pcov : (N, N) their covariance
    bias : (N,) mean of popt minus the parameters of the fit
    method : "residuals", "pairs" or "parametric"
    """

    def __init__(self, names, estimate, popt, success, method):
        self.names, self.estimate, self.popt, self.success, self.method = names, estimate, popt, success, method

    @property
    def _good(self):
        return self.popt[self.success]

    @property
    def pcov(self):
        return np.atleast_2d(np.cov(self._good, rowvar=False))

    @property
    def perr(self):
        return np.std(self._good, axis=0, ddof=1)

    @property
    def bias(self):
        return np.mean(self._good, axis=0) - self.estimate

    def confidence_intervals(self, level=0.95, kind="percentile"):
        """(N, 2) intervals. kind: "percentile" (quantiles of popt), or "basic" (the same, mirrored at the estimate)."""
        arguments.one_of(kind, ("percentile", "basic"), "kind")
        level = arguments.number(level, "level", above=True)
        if level >= 1.0:
            raise ValueError(f"level must be a number between 0 and 1, not {level!r}")
        low, high = np.quantile(self._good, [0.5 - 0.5 * level, 0.5 + 0.5 * level], axis=0)
        if kind == "basic":
            low, high = 2.0 * self.estimate - high, 2.0 * self.estimate - low
        return np.stack([low, high], axis=1)

    def __repr__(self):
        n, failed = len(self.popt), int(np.sum(~self.success))
        shown = ", ".join(f"{name} ± {error:.3g}" for name, error in zip(self.names, self.perr))
        return f"<BootstrapResult: {n} samples of {self.method}, {failed or 'none'} failed; {shown}>"


def bootstrap(result, n, seed, method, threads):
    """n samples of the data of a fit, each fitted from its parameters."""
    arguments.one_of(method, METHODS, "method")
    n = arguments.number(n, "n", least=2, whole=True)
    threads = arguments.threads(threads)
    out = result._unchanged()._outcome
    core = out.result
    if np.ndim(out.sigma) == 2:
        raise ValueError("bootstrap: not for a fit with a covariance matrix; its rows are not independent")
    x, y, sigma = out.xdata, np.asarray(out.ydata, dtype=float), out.sigma
    values = np.broadcast_to(np.asarray(out.predict(), dtype=float), y.shape)
    weights = np.broadcast_to(1.0 if sigma is None else np.asarray(sigma, dtype=float), y.shape)
    used = np.isfinite(weights)
    rows, free = int(used.sum()), int(np.sum(~np.asarray(core.fixed)))
    if rows <= free:
        raise ValueError(f"bootstrap: {rows} rows for {free} free parameters leave no residuals to draw from")
    random = np.random.default_rng(seed)
    f, names, fixed = out.function, list(core.names), [name for name, held in zip(core.names, core.fixed) if held]
    if out.jac is not None or out.whole is not None:
        raise ValueError("bootstrap: not for a fit with jac= or with ydata of several dimensions")
    common = dict(p0=core.popt, bounds=_bounds_of(out), fixed=fixed or None, threads=threads, pcov=False,
                  loss=None if core.loss == "linear" else core.loss, f_scale=out.f_scale)  # fmt: skip
    popt, success = np.empty((n, len(names))), np.empty(n, dtype=bool)
    scaled = (y - values)[used] / weights[used]
    # The residuals of a fit are smaller than the errors, as if each parameter removed one of them.
    scaled = (scaled - (scaled.mean() if method == "residuals" else 0.0)) * np.sqrt(rows / (rows - free))
    spread = 1.0 if core.absolute_sigma else float(np.sqrt(np.mean(scaled**2)))
    chunk = max(1, _MOST_VALUES // len(y))
    for first in range(0, n, chunk):
        count = min(chunk, n - first)
        at = slice(first, first + count)
        if method == "pairs":
            picked = np.flatnonzero(used)[random.integers(0, rows, (count, rows))]
            part = _fit_pairs(f, x, y, sigma, picked, common)
        else:
            errors = random.choice(scaled, (count, rows)) if method == "residuals" else (
                spread * random.standard_normal((count, rows)))  # fmt: skip
            ys = np.tile(values, (count, 1))
            ys[:, used] += errors * weights[used]
            part = _fit(f, x, ys, None if sigma is None else sigma, common)
        popt[at], success[at] = part.popt, part.success
    return BootstrapResult(names, np.array(core.popt), popt, success, method)


def _bounds_of(out):
    return None if out.lower is None else (np.asarray(out.lower), np.asarray(out.upper))


def _fit(f, x, ys, sigma, common):
    from nlsq._many.curve_fit_many import curve_fit_many
    from nlsq._models.formulas import Formula

    if isinstance(f, Formula) and isinstance(x, tuple):
        x = dict(zip(f.used, x))
    return curve_fit_many(f, x, ys, sigma=sigma, **common)


def _fit_pairs(f, x, y, sigma, picked, common):
    if isinstance(x, tuple):
        xs = tuple(np.asarray(v)[picked] for v in x)
    else:
        x = np.asarray(x)
        if x.ndim == 2:
            raise ValueError("bootstrap: method='pairs' takes xdata of one dimension, or a tuple of variables")
        xs = x[picked]
    part = sigma if sigma is None or np.ndim(sigma) == 0 else np.asarray(sigma)[picked]
    return _fit(f, xs, y[picked], part, common)
