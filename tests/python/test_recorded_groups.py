# SPDX-License-Identifier: MIT
"""Parameters of groups of rows, picked by an array of data: p[group]."""

import contextlib

import numpy as np
import pytest

from nlsq import curve_fit, least_squares

from recording import check_model, check_residuals

M = 80
X = np.linspace(0.0, 4.0, M)
GROUP = np.arange(M) * 7 % 4
Y = np.cos(X) + 0.2 * GROUP
P6 = [2.5, 1.3, 0.4, 0.5, 0.6, 0.7]

MODELS = [
    (lambda x, *p: np.array(p)[GROUP] * x + x**2 * np.exp(-np.array(p))[GROUP], P6[:4]),
    (lambda x, *p: np.exp(-x * p[4]) * np.array(p[:4])[GROUP] + (np.array(p[:4])[GROUP] - x) ** 2, P6[:5]),
    (lambda x, *p: x * np.array(p)[GROUP], P6[:4]),
    (lambda x, *p: (x - np.array(p)[GROUP]) / np.array(p)[GROUP[::-1]], P6[:4]),
    (lambda x, *p: np.where(GROUP > 1, np.array(p)[GROUP], x) * p[0] + p[1] * x + p[0] * p[1], P6[:4]),
]
RESIDUALS = [
    (lambda p: p[0] * np.exp(-p[1] * X) + p[2:][GROUP] - Y, P6),
    (lambda p: p[0] * X * np.exp(p[2:])[GROUP] / (1.0 + p[1] * np.exp(p[2:])[GROUP]) - Y, P6),
    (lambda p: p[GROUP] * X - Y, P6[:4]),
    (lambda p: np.sqrt(p[GROUP]) * np.exp(-X * p[GROUP]) - Y, P6[:4]),
    (lambda p: np.concatenate([p[GROUP] * X - Y, p[1:] - p[:-1]]), P6[:4]),
    (lambda p: np.bincount(GROUP, X)[GROUP] * p[GROUP] - Y, P6[:4]),
]


@pytest.mark.parametrize("at", range(len(MODELS)))
def test_models(at):
    check_model(MODELS[at][0], X, MODELS[at][1])


@pytest.mark.parametrize("at", range(len(RESIDUALS)))
def test_residuals(at):
    check_residuals(*RESIDUALS[at])


def test_a_root_of_a_group_that_is_not_finite_spoils_no_other():
    def f(p):
        return np.log(p)[GROUP] * X - Y  # of the third group the logarithm of 0

    with np.errstate(all="ignore"), pytest.raises(ValueError, match="residual 3 of 80 is -inf"):
        least_squares(f, [1.0, 0.0, 1.0, 1.0])
    assert least_squares(f, [1.0, 1.0, 1.0, 1.0]).engine == "interpreter"


def test_groups_that_change_between_fits():
    group = GROUP.copy()
    f = lambda x, *p: np.array(p)[group] + x**2 * p[0]  # noqa: E731
    g = lambda p: p[group] * X + p[0] - truth  # noqa: E731
    for turn in range(3):
        group[:] = np.roll(GROUP, turn) * (1 if turn < 2 else 0)
        p = np.array([1.0, 2.0, 3.0, 4.0])
        y = f(X, *p)
        with np.errstate(all="ignore"), pytest.warns() if turn == 2 else contextlib.nullcontext():
            result = curve_fit(f, X, y, p + 0.1)
        np.testing.assert_allclose(f(X, *result.popt), y, atol=1e-6)
        truth = p[group] * X + p[0]
        np.testing.assert_allclose(least_squares(g, p + 0.1).fun, 0.0, atol=1e-6)


def test_many_groups_or_few_rows_are_right_too():
    many = np.arange(M) % 40
    for group in (many, GROUP[:6]):
        p0 = np.linspace(1.0, 2.0, group.max() + 1)
        check_residuals(lambda p, group=group: p[group] * np.cos(X[: len(group)]) - Y[: len(group)], p0)
