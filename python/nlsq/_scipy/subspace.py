# SPDX-License-Identifier: MIT
"""Least squares with a large sparse Jacobian, or one known only by its products.

The trust-region reflective method of Branch, Coleman and Li (1999), "A subspace, interior, and conjugate gradient
method for large-scale bound-constrained minimization problems", with steps in the plane of the gradient and the
Gauss-Newton step, which LSMR finds from products with J and its transpose. Nothing of size m x n is ever dense.
"""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

_GTOL_LEFT = 1e-14  # relative to the first gradient: rounding


def minimize(problem, x0: np.ndarray, lower: np.ndarray, upper: np.ndarray, solver: dict, lsmr_options: dict,
             callback: Callable | None = None) -> SimpleNamespace:  # fmt: skip
    """Minimizes a BlackBox; x0 is strictly inside the bounds. The result has popt and SciPy's status.

    solver: ftol, xtol, gtol, max_nfev and x_scale (missing: from the columns of a sparse J). lsmr_options: of
    scipy.sparse.linalg.lsmr, and regularize. callback(iteration, nfev, cost, step_norm, optimality, x) -> stop.
    """
    x, point = x0, problem.jacobian_at(x0)
    fixed_scale = np.asarray(solver["x_scale"]) if "x_scale" in solver else None
    scale = fixed_scale
    radius, iteration, status = None, 0, 0
    while True:
        g, J, f = problem.model(point)
        if fixed_scale is None:
            size = np.sqrt(np.asarray(J.power(2).sum(axis=0)).ravel())
            largest = size if scale is None else np.maximum(size, 1.0 / scale)
            scale = 1.0 / np.where(largest == 0, 1.0, largest)
        distance, slope = _distances(x, g, lower, upper)
        worst = np.max(np.abs(g * distance))
        if iteration == 0:
            first = worst
        if worst < solver["gtol"] or worst <= _GTOL_LEFT * first:
            status = 1
        if status or problem.nfev >= solver["max_nfev"]:
            break
        d = scale * np.sqrt(np.where(slope != 0, distance / scale, distance))
        radius = radius or np.linalg.norm(x0 / d) or 1.0
        plane = _Plane(J, f, g, d, np.abs(g * slope) * scale, radius, lsmr_options)
        theta = max(0.995, 1.0 - worst)
        accepted = None
        while accepted is None and not status and problem.nfev < solver["max_nfev"]:
            p, predicted = _best_step(plane, x, radius, lower, upper, theta)
            step = d * p
            trial_x = _inside(x + step, lower, upper)
            length = np.linalg.norm(p)
            trial = problem.at(trial_x)
            if not np.isfinite(trial.cost) or not np.isfinite(trial.f).all():
                radius = 0.25 * length
                if length <= np.finfo(float).eps * np.linalg.norm(x / d):
                    status = -1
                continue
            actual = point.cost - trial.cost
            ratio = actual / predicted if predicted > 0 else float(actual == predicted == 0)
            status = _test_step(actual, point.cost, np.linalg.norm(step), np.linalg.norm(x), ratio, solver)
            if ratio < 0.25:
                radius = 0.25 * length
            elif ratio > 0.75 and length > 0.95 * radius:
                radius *= 2.0
            if actual > 0:
                accepted = trial
        iteration += 1
        if accepted is not None:
            x, point = trial_x, problem.jacobian_at(trial_x)
        moved = np.linalg.norm(step) if accepted is not None else 0.0
        if callback is not None and callback(iteration, problem.nfev, point.cost, moved, worst, x):
            status = -2
            break
        if status and status != 1:
            break
    return SimpleNamespace(popt=x, status=status)


class _Plane:
    """The quadratic model in scaled variables p / d on the plane of gradient and Gauss-Newton step (or the line, when
    they agree)."""

    def __init__(self, J, f, g, d, extra, radius, options):
        from scipy.sparse.linalg import LinearOperator, lsmr

        self.J, self.d, self.extra = J, d, extra
        self.g = d * g
        options = dict(options)
        damp = options.pop("damp", 0.0)
        regularize = options.pop("regularize", True)
        options = {"atol": 1e-8, "btol": 1e-8, **options}
        if regularize:
            curvature = self.curvature(-self.g)
            norm = np.linalg.norm(self.g)
            t = min(radius / norm, norm**2 / curvature) if curvature > 0 else radius / norm
            damp = np.sqrt(damp**2 + max(0.0, t * norm**2 - 0.5 * t**2 * curvature) / radius**2 * 1e-3)
        root = np.sqrt(extra + damp**2)
        m, n = J.shape
        bent = bool(np.any(root))
        operator = LinearOperator(
            (m + n * bent, n),
            matvec=lambda v: np.r_[J @ (d * v), root * v] if bent else J @ (d * v),
            rmatvec=lambda u: d * (J.T @ u[:m]) + root * u[m:] if bent else d * (J.T @ u),
            dtype=float,
        )
        newton = -lsmr(operator, np.r_[f, np.zeros(n * bent)], **options)[0]
        S, R = np.linalg.qr(np.stack([self.g, newton], axis=1))
        self.S = S if abs(R[1, 1]) > 1e-12 * np.linalg.norm(newton) else S[:, :1]
        JS = np.stack([J @ (d * column) for column in self.S.T], axis=1)
        self.B = JS.T @ JS + self.S.T @ (extra[:, None] * self.S)
        self.b = self.S.T @ self.g

    def curvature(self, p):
        """p^T (J^T J + extra) p."""
        moved = self.J @ (self.d * p)
        return moved @ moved + p @ (self.extra * p)

    def reduction(self, p):
        """What the model predicts for a step p of all variables."""
        return -(self.g @ p) - 0.5 * self.curvature(p)

    def step(self, radius):
        """The minimum of the model within the radius, in the coordinates of the plane: ||(B + t I)^-1 b|| = radius."""
        values, Q = np.linalg.eigh(self.B)
        b = Q.T @ self.b
        values = np.maximum(values, 0.0)
        floor = 1e-14 * values[-1]
        if values[0] > floor:
            newton = b / values
            if newton @ newton <= radius**2:
                return -(Q @ newton)
        low, high = 0.0, np.linalg.norm(b) / radius
        for _ in range(200):
            t = 0.5 * (low + high) if low > 0 or high < 1e-300 else np.sqrt(max(low, 1e-20 * high) * high)
            length = np.linalg.norm(b / (values + t))
            if abs(length - radius) <= 1e-10 * radius or high - low <= 1e-15 * high:
                break
            low, high = (t, high) if length > radius else (low, t)
        return -(Q @ (b / (values + t)))


def _best_step(plane, x, radius, lower, upper, theta):
    """(step, predicted reduction): of the plane where the bounds let it; else the best of the step cut short, the step
    reflected at its first bound, and steepest descent."""
    q = plane.step(radius)
    p = plane.S @ q
    d = plane.d
    inside = x + d * p
    if np.all((inside >= lower) & (inside <= upper)):
        return p, plane.reduction(p)
    to_bound, hit = _stride(x, d * p, lower, upper)
    candidates = [theta * to_bound * p]
    cut = to_bound * p
    reflected = np.where(hit, -p, p)
    room = min(_stride(x + d * cut, d * reflected, lower, upper)[0] * theta, _to_sphere(cut, reflected, radius))
    if room > 0:
        candidates.append(cut + _along(plane, cut, reflected, room) * reflected)
    room = min(_stride(x, -d * plane.g, lower, upper)[0] * theta, radius / np.linalg.norm(plane.g))
    zero = np.zeros_like(p)
    candidates.append(-_along(plane, zero, -plane.g, room) * plane.g)
    best = max(candidates, key=plane.reduction)
    return best, plane.reduction(best)


def _along(plane, start, direction, longest):
    """Where the model is least on start + t direction, 0 < t <= longest."""
    at = plane.J @ (plane.d * start)
    by = plane.J @ (plane.d * direction)
    slope = plane.g @ direction + at @ by + start @ (plane.extra * direction)
    curvature = by @ by + direction @ (plane.extra * direction)
    if slope >= 0:
        return 1e-3 * longest
    return min(longest, -slope / curvature) if curvature > 0 else longest


def _to_sphere(start, direction, radius):
    a, b, c = direction @ direction, start @ direction, start @ start - radius**2
    if a == 0:
        return 0.0
    return (-b + np.sqrt(max(b * b - a * c, 0.0))) / a


def _stride(x, step, lower, upper):
    """The multiple of a step that reaches the first bound, and which parameters reach theirs."""
    with np.errstate(divide="ignore", invalid="ignore"):
        strides = np.maximum((lower - x) / step, (upper - x) / step)
    strides[step == 0] = np.inf
    shortest = strides.min()
    return max(shortest, 0.0), strides == shortest


def _inside(trial, lower, upper):
    """The trial with parameters on or beyond a bound moved inside by a rounding."""
    trial = np.where(trial <= lower, np.nextafter(lower, upper), trial)
    return np.where(trial >= upper, np.nextafter(upper, lower), trial)


def _distances(x, g, lower, upper):
    """Coleman and Li's v: the distance to the bound that descent heads for, else 1; and its derivative."""
    v, dv = np.ones_like(x), np.zeros_like(x)
    down, up = (g > 0) & np.isfinite(lower), (g < 0) & np.isfinite(upper)
    v[down], dv[down] = x[down] - lower[down], 1.0
    v[up], dv[up] = upper[up] - x[up], -1.0
    return v, dv


def _test_step(actual, cost, step, size, ratio, solver):
    ftol = actual < solver["ftol"] * cost and ratio > 0.25
    xtol = step < solver["xtol"] * (solver["xtol"] + size)
    return 4 if ftol and xtol else 2 if ftol else 3 if xtol else 0
