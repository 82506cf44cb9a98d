# SPDX-License-Identifier: MIT
"""Small fits that the tests of results share."""

import numpy as np

from nlsq._engine import fit as _engine
from nlsq._results.result import CurveFitResult


def decay(x, a, b, c):
    """A model that can be imported, so that it can be pickled."""
    return a * np.exp(-b * x) + c


def line(x, a, b):
    return a * x + b


def decay_data(m=50, noise=0.05, seed=1):
    x = np.linspace(0.0, 4.0, m)
    return x, decay(x, 2.5, 1.3, 0.5) + noise * np.random.default_rng(seed).standard_normal(m)


def fit(f=decay, x=None, y=None, p0=(1.0, 1.0, 1.0), names=("a", "b", "c"), **options):
    if x is None:
        x, y = decay_data()
    return CurveFitResult(_engine.fit(f, x, y, list(p0), names=list(names)[: len(p0)], **options))
