# SPDX-License-Identifier: MIT
"""Starts for a model that is called and got none: where the fit from ones is not clean, at most 200 further calls a
parameter look for a better one.

What a recorded model tells by its graph is asked by calls: a parameter is linear if second differences of the values
vanish, at places where it acts. Points of the others are drawn in units of the data (places along x, sizes of y, rates, widths, or
the bounds) and judged by the cost that the best linear parameters leave; the best few are fitted. The lowest clean end
wins; the first one stays unless another is lower by a twentieth.
"""

import copy

import numpy as np

_CALLS = 200  # a parameter, in all
_POINTS = 0.5  # of them, for points
_FITS = 5
_LEAST_ROWS = 24
_EXPLAINED, _EXACT = 0.9, 1e-20  # what a clean end explains, or leaves
_MISFITS = ("correlated-residuals", "lack-of-fit", "no-better-than-mean")
_RUNAWAY = 1e3
_GAIN = 0.95
_LINEAR = 1e-9  # of the values: a second difference that is rounding
_NO_EFFECT = 1e-6  # of the values: a change that tells nothing
_ASKED = 5  # places
_SEEN = 0.85  # of the calls: those of a fit that it does not count are left to it


def improve(out, request, searched, fit):
    """Sets out.result to a better end, if there is one. searched: which parameters have no start. fit(request): one fit."""
    free = np.array(searched) & ~np.zeros(len(searched), dtype=bool)
    if request.fixed is not None:
        free &= ~np.asarray(request.fixed, dtype=bool)
    first = out.result
    is_watched = "max_nfev" in request.solver or request.callback is not None
    if not free.any() or is_watched or out.jac is not None or request.differences is not None or is_clean(first, out):
        return
    search = _Search(out, np.asarray(request.p0, dtype=float), np.flatnonzero(free))
    starts = search.starts()
    left = int(_SEEN * _CALLS * len(free)) - search.calls
    best, source = first, None
    for number, start in enumerate(starts):
        each = left // ((len(starts) - number) * (len(free) + 1))
        if each < 4:
            break
        attempt = copy.copy(request)
        attempt.p0 = start.tolist()
        attempt.solver = request.solver | {"max_nfev": each, "second_start": "none"}
        try:
            end = fit(attempt)
        except Exception:  # as in values(): the first end stays
            continue
        left -= end.nfev + len(free) * end.njev
        if _is_better(end, best):
            best, source = end, start
        if source is not None and is_clean(best, out):
            break
    if source is None:
        return
    best.set_start_source("search")
    out.result = best


def is_clean(result, out):
    """Nothing speaks for another start."""
    if not _is_healthy(result):
        return False
    left, total = 2.0 * result.cost, _total(out)
    if left <= _EXACT * total:
        return True
    if len(out.ydata) < _LEAST_ROWS or not left <= (1.0 - _EXPLAINED) * total:
        return False
    return not any(issue[0] in _MISFITS for issue in result.issues)


def _is_healthy(result):
    errors, values = np.asarray(result.perr), np.abs(np.asarray(result.popt))
    return bool(result.success and np.all(np.isfinite(errors)) and not np.any(errors > _RUNAWAY * values))


def _is_better(end, best):
    """A lower cost by a twentieth, by half where its health is worse; never a failure in place of a success."""
    if not np.isfinite(end.cost) or (best.success and not end.success):
        return False
    if not np.isfinite(best.cost):
        return True
    weight = {True: 1.0, False: 2.0}
    return end.cost * weight[_is_healthy(end)] < _GAIN * best.cost * weight[_is_healthy(best)]


def _total(out):
    y = out.ydata
    if out.sigma is None or np.ndim(out.sigma) >= 2:
        return float(np.sum((y - y.mean()) ** 2))
    w = np.broadcast_to(1.0 / np.asarray(out.sigma, dtype=float) ** 2, y.shape)
    return float(np.sum(w * (y - np.sum(w * y) / np.sum(w)) ** 2))


def _values(out, p):
    return np.asarray(out.function(out.xdata, *p.tolist()), dtype=float).ravel()


class _Search:
    def __init__(self, out, p0, free):
        self.out, self.p0, self.free, self.calls = out, p0, free, 0
        n = len(p0)
        self.low = np.full(n, -np.inf) if out.lower is None else np.broadcast_to(np.asarray(out.lower, dtype=float), n)
        self.high = np.full(n, np.inf) if out.upper is None else np.broadcast_to(np.asarray(out.upper, dtype=float), n)
        self.limit = int(_POINTS * _CALLS * n)
        self.random = np.random.default_rng(n)
        self.weight = 1.0 if out.sigma is None or np.ndim(out.sigma) >= 2 else 1.0 / np.asarray(out.sigma, dtype=float)
        x = out.xdata
        try:
            x = np.asarray(x, dtype=float)
            x = x if x.ndim == 1 else x[0].ravel()
        except (TypeError, ValueError, IndexError):
            x = np.arange(len(out.ydata), dtype=float)
        self.x = np.unique(x[np.isfinite(x)])
        self.span = float(np.ptp(self.x)) if self.x.size > 1 else 1.0
        self.spacing = self.span / max(self.x.size - 1, 1)
        self.height = float(np.ptp(out.ydata)) or 1.0

    def values(self, p):
        """The model's values, or None where there are none."""
        self.calls += 1
        with np.errstate(all="ignore"):
            try:
                values = _values(self.out, p)
            except Exception:  # what a function does far from its parameters is no reason to end the fit
                return None
        return values if values.shape == self.out.ydata.shape and np.isfinite(values).all() else None

    def starts(self):
        """Points of least cost, none close to another."""
        linear = self.linear()
        others = [j for j in self.free if j not in linear]
        judged = []
        while self.calls + len(linear) + 1 <= self.limit:
            p = self.p0.copy()
            for j in others:
                p[j] = self.pick(j)
            found = self.judge(p, linear)
            if found is not None:
                judged.append(found)
            if not others:
                break
        judged.sort(key=lambda pair: pair[0])
        kept = []
        for _, p in judged:
            far = all(np.any(np.abs(p - k)[others] > 0.1 * (np.abs(p) + np.abs(k))[others]) for k in kept)
            if far or not others:
                kept.append(p)
            if len(kept) == _FITS:
                break
        return kept

    def linear(self):
        """Parameters that the values are linear in, all together, as far as a few places tell at which they act."""
        acts, bends = dict.fromkeys(self.free, 0), set()
        for _ in range(_ASKED):
            if min(acts.values()) > 1:
                break
            self.ask(acts, bends)
        chosen = []
        for j in self.free:
            if acts[j] and (j, j) not in bends and not any((i, j) in bends for i in chosen):
                chosen.append(j)
        return chosen

    def ask(self, acts, bends):
        """Counts the parameters that act at a place, and adds pairs whose second difference does not vanish there."""
        p = self.p0.copy()
        for j in self.free:
            p[j] = self.pick(j)
        base = self.values(p)
        if base is None:
            return
        moved = []
        for j in self.free:
            step = np.zeros_like(p)
            step[j] = abs(p[j]) or 1.0
            one, two = self.values(p + step), self.values(p + 2.0 * step)
            if one is None or two is None or _vanishes(one - base, _NO_EFFECT, base, one):
                continue
            acts[j] += 1
            if not _vanishes(base - 2.0 * one + two, _LINEAR, base, one, two):
                bends.add((j, j))
                continue
            for i, other, its in moved:
                if (i, j) in bends:
                    continue
                both = self.values(p + step + other)
                if both is None or not _vanishes(base - one - its + both, _LINEAR, base, one, its, both):
                    bends.add((i, j))
            moved.append((j, step, one))

    def judge(self, p, linear):
        """(cost, p) with the linear parameters at their best."""
        p = p.copy()
        p[linear] = 0.0
        base = self.values(p)
        if base is None:
            return None
        y = self.weight * (self.out.ydata - base)
        if linear:
            columns = []
            for j in linear:
                p[j] = 1.0
                values = self.values(p)
                p[j] = 0.0
                if values is None:
                    return None
                columns.append(self.weight * (values - base))
            a = np.stack(columns, axis=1)
            size = np.linalg.norm(a, axis=0)
            size[size == 0.0] = 1.0
            best = np.linalg.lstsq(a / size, y, rcond=1e-11)[0] / size
            p[linear] = np.clip(best, self.low[linear], self.high[linear])
            y = y - a @ p[linear]
        cost = float(y @ y)
        return (cost, p) if np.isfinite(cost) else None

    def pick(self, j):
        """A value of a parameter, in units of the data or inside its bounds."""
        low, high = float(self.low[j]), float(self.high[j])
        u, kind = self.random.random(), self.random.random()
        if np.isfinite(low) and np.isfinite(high):
            if low > 0.0 and high > 100.0 * low and kind < 0.7:
                return low * (high / low) ** u
            return low + u * (high - low)
        if kind < 0.25:
            value = float(np.quantile(self.x, u))
        elif kind < 0.45:
            value = self.height * 10.0 ** (u - 0.7)
        elif kind < 0.7:
            value = 0.1 / self.span * (20.0 * self.span / max(self.spacing, 1e-3 * self.span)) ** u
        elif kind < 0.9:
            value = 2.0 * self.spacing * (0.5 * self.span / max(self.spacing, 1e-12 * self.span)) ** u
        else:
            value = 10.0 ** (4.0 * u - 2.0)
        if not low <= value <= high and low <= -value <= high:
            value = -value
        return min(max(value, low), high)


def _vanishes(difference, part, *values):
    size = max(float(np.max(np.abs(v))) for v in values)
    return float(np.max(np.abs(difference))) <= part * size
