# SPDX-License-Identifier: MIT
"""How many standard errors an interval is wide: quantiles of the normal and of Student's t distribution.

The tail of t is half the regularized incomplete beta function I_x(nu/2, 1/2) at x = nu/(nu + t^2), by its continued
fraction (Lentz; Press et al., Numerical Recipes, 6.4), and is inverted by Newton's method on its logarithm from the
normal quantile. Above 10,000 degrees of freedom: Abramowitz & Stegun 26.7.5.
"""

import math
from functools import lru_cache


@lru_cache(maxsize=256)
def interval_factor(level: float, dof: float) -> float:
    """Half the width, in standard errors, of the interval that holds a share ``level``; NaN without freedom."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"level: {level!r} is not between 0 and 1")
    if not dof > 0.0:
        return math.nan
    from statistics import NormalDist  # here, because it imports random, decimal and fractions

    tail = 0.5 * (1.0 - level)
    z = -NormalDist().inv_cdf(tail)
    if math.isinf(dof):
        return z
    return _expansion(z, dof) if dof > 1e4 else _invert(tail, dof, z)


def _expansion(z, nu):
    s = z * z
    return z * (
        1
        + (s + 1) / (4 * nu)
        + ((5 * s + 16) * s + 3) / (96 * nu**2)
        + (((3 * s + 19) * s + 17) * s - 15) / (384 * nu**3)
        + ((((79 * s + 776) * s + 1482) * s - 1920) * s - 945) / (92160 * nu**4)
    )


def _invert(tail, nu, t):
    if nu == 1.0:
        return 1.0 / math.tan(math.pi * tail)
    constant = math.lgamma(0.5 * (nu + 1)) - math.lgamma(0.5 * nu) - 0.5 * math.log(nu * math.pi)
    for _ in range(200):
        probability = _tail(t, nu)
        density = math.exp(constant - 0.5 * (nu + 1) * math.log1p(t * t / nu))
        # The logarithm of the tail is concave in log t: from the left, every step is short of the solution.
        step = math.log(probability / tail) * probability / (density * t)
        t *= math.exp(min(step, 20.0))
        if abs(step) < 1e-15:
            break
    return t


def _tail(t, nu):
    """P(T > t), t > 0."""
    x = nu / (nu + t * t)
    a, b = 0.5 * nu, 0.5
    y = t * t / (nu + t * t)
    beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    front = math.exp(b * math.log(y) - a * math.log1p(t * t / nu) - beta)
    if x < (a + 1) / (a + b + 2):
        return 0.5 * front * _fraction(a, b, x) / a
    return 0.5 * (1.0 - front * _fraction(b, a, y) / b)


def _fraction(a, b, x):
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1))
    h = d
    for m in range(1, 10_000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / (1.0 + term * d)
            c = 1.0 + term / c
            h *= d * c
        if abs(d * c - 1.0) < 1e-16:
            break
    return h
