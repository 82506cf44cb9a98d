# SPDX-License-Identifier: MIT
"""Residuals and Jacobians over sigma: numbers, one a row, or a covariance matrix."""

import numpy as np


def whiten(values, sigma):
    """values / sigma, 0 where sigma is infinite; for a covariance matrix L^-1 values with sigma = L L^T."""
    if sigma is None:
        return values
    if np.ndim(sigma) == 2:
        return np.linalg.solve(np.linalg.cholesky(sigma), values)
    if np.ndim(sigma) == 0:
        return values / sigma
    weighted = values / (np.asarray(sigma)[:, None] if values.ndim == 2 else sigma)
    weighted[np.isinf(sigma)] = 0.0  # whatever the values are there, NaN too
    return weighted


def oriented(J, rows, n):
    """A Jacobian as (rows, n); (n, rows) is turned."""
    if J.ndim == 2 and J.shape[1] != n and J.shape[0] == n and rows in (None, J.shape[1]):
        return J.T
    return J


def total_of(y, sigma):
    """The weighted sum of squares about the best constant."""
    if np.ndim(sigma) == 2:
        ones = whiten(np.ones(len(y)), sigma)
        z = whiten(y, sigma)
        return float(np.sum((z - ones * (ones @ z) / (ones @ ones)) ** 2))
    if sigma is None:
        apart = y - y.mean()
        return float(apart @ apart)
    with np.errstate(all="ignore"):  # an infinite weight makes the sum NaN, as in the core
        w = 1.0 / np.broadcast_to(sigma, y.shape) ** 2
        used = w > 0
        w, y = w[used], y[used]
        return float(np.sum(w * (y - np.sum(w * y) / np.sum(w)) ** 2))
