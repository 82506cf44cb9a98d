# SPDX-License-Identifier: MIT
"""Model families of the sciences with a truth each, and starts that are off by a factor: for the bench families.py.

Every family has data with noise of one to three per cent of its range. A start has each parameter off by up to a factor, all
logarithms alike; signs are right. Seeds make every problem anew, the same on every machine.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Family(NamedTuple):
    """A model, the parameters and places of its data, and the noise."""

    name: str
    model: Callable
    truth: tuple
    x: np.ndarray
    noise: float


class Problem(NamedTuple):
    """Data of one seed with a start, and bounds that hold start and truth."""

    model: Callable
    x: np.ndarray
    y: np.ndarray
    start: np.ndarray
    truth: np.ndarray
    bounds: tuple


def michaelis_menten(x, top, half):
    return top * x / (half + x)


def langmuir(x, q, b):
    return q * b * x / (1 + b * x)


def substrate_inhibition(x, top, half, stop):
    return top * x / (half + x + x**2 / stop)


def hill(x, top, half, n):
    return top * x**n / (half**n + x**n)


def decay(x, a, b):
    return a * np.exp(-b * x)


def decay_with_offset(x, a, b, c):
    return a * np.exp(-b * x) + c


def biexponential(x, a, b, c, d):
    return a * np.exp(-b * x) + c * np.exp(-d * x)


def gaussian(x, a, m, s):
    return a * np.exp(-((x - m) ** 2) / (2 * s**2))


def lorentzian(x, a, m, w):
    return a * w**2 / ((x - m) ** 2 + w**2)


def gaussian_and_line(x, a, m, s, b, c):
    return a * np.exp(-((x - m) ** 2) / (2 * s**2)) + b + c * x


def logistic(x, top, k, m):
    return top / (1 + np.exp(-k * (x - m)))


def gompertz(x, a, b, c):
    return a * np.exp(-b * np.exp(-c * x))


def four_parameters(x, a, b, c, d):
    return d + (a - d) / (1 + (x / c) ** b)


def power_law(x, a, b):
    return a * x**b


def rational(x, a, b, c):
    return (a + b * x) / (1 + c * x)


def arrhenius(x, a, e):
    return a * np.exp(-e / x)


def weibull_growth(x, a, b, c):
    return a * (1 - np.exp(-((x / b) ** c)))


def damped_sine(x, a, b, w, p):
    return a * np.exp(-b * x) * np.sin(w * x + p)


def saturating_growth(x, a, b):
    return a * (1 - np.exp(-b * x))


def stretched_exponential(x, a, t, b):
    return a * np.exp(-((x / t) ** b))


def log_normal_peak(x, a, m, s):
    return a * np.exp(-(np.log(x / m) ** 2) / (2 * s**2))


def antoine(x, a, b, c):
    return a - b / (c + x)


def hyperbolic_decline(x, a, b, c):
    return a / (1 + b * c * x) ** (1 / c)


def von_bertalanffy(x, a, b, c):
    return a * (1 - b * np.exp(-c * x)) ** 3


FAMILIES = [
    Family("Michaelis-Menten", michaelis_menten, (10, 5), np.linspace(0.1, 100, 100), 0.2),
    Family("Langmuir", langmuir, (366, 0.072), np.linspace(5, 125, 25), 8.0),
    Family("substrate inhibition", substrate_inhibition, (10, 5, 50), np.linspace(0.5, 100, 50), 0.1),
    Family("Hill", hill, (10, 5, 2), np.linspace(0.2, 30, 40), 0.15),
    Family("exponential", decay, (2.5, 1.3), np.linspace(0, 4, 50), 0.03),
    Family("exponential + offset", decay_with_offset, (2.5, 1.3, 0.5), np.linspace(0, 4, 50), 0.03),
    Family("biexponential", biexponential, (3, 2.5, 1, 0.3), np.linspace(0, 8, 80), 0.02),
    Family("Gaussian", gaussian, (2, 4, 1), np.linspace(0, 10, 60), 0.04),
    Family("Lorentzian", lorentzian, (2, 4, 1), np.linspace(0, 10, 60), 0.04),
    Family("Gaussian + line", gaussian_and_line, (2, 4, 1, 0.5, 0.1), np.linspace(0, 10, 60), 0.04),
    Family("logistic", logistic, (50, 1.2, 5), np.linspace(0, 10, 40), 1.0),
    Family("Gompertz", gompertz, (50, 8, 0.6), np.linspace(0, 12, 40), 1.0),
    Family("4PL", four_parameters, (1, 1.5, 5, 10), np.geomspace(0.1, 100, 30), 0.1),
    Family("power law", power_law, (2, 1.7), np.linspace(0.5, 10, 40), 1.0),
    Family("rational", rational, (1, 3, 0.4), np.linspace(0, 20, 40), 0.06),
    Family("Arrhenius", arrhenius, (1e5, 3000), np.linspace(280, 360, 30), 0.3),
    Family("Weibull growth", weibull_growth, (10, 4, 2), np.linspace(0.1, 12, 40), 0.15),
    Family("damped sine", damped_sine, (3, 0.3, 2, 0.5), np.linspace(0, 10, 100), 0.06),
    Family("saturating growth", saturating_growth, (10, 0.4), np.linspace(0, 12, 40), 0.15),
    Family("stretched exponential", stretched_exponential, (5, 3, 0.7), np.linspace(0.05, 20, 60), 0.06),
    Family("log-normal peak", log_normal_peak, (4, 3, 0.5), np.linspace(0.1, 15, 60), 0.06),
    Family("Antoine", antoine, (7, 1500, 220), np.linspace(5, 100, 40), 0.02),
    Family("hyperbolic decline", hyperbolic_decline, (100, 0.5, 0.6), np.linspace(0, 20, 50), 1.0),
    Family("von Bertalanffy", von_bertalanffy, (30, 0.6, 0.3), np.linspace(0, 15, 40), 0.4),
]


def problem(family: Family, factor: float, seed: int) -> Problem:
    """The problem of a seed; its bounds are 0 or a thousandth of the truth, and infinity or a thousandfold of it."""
    at = [one.name for one in FAMILIES].index(family.name)
    rng = np.random.default_rng([at, round(factor), seed])
    truth = np.array(family.truth, dtype=float)
    y = family.model(family.x, *truth) + family.noise * rng.normal(size=family.x.size)
    start = truth * factor ** rng.uniform(-1, 1, truth.size)
    half_open = rng.random(truth.size) < 0.5
    bounds = np.where(half_open, 0.0, 1e-3 * truth), np.where(half_open, np.inf, 1e3 * truth)
    return Problem(family.model, family.x, y, start, truth, bounds)
