# SPDX-License-Identifier: MIT
"""Residuals put together from several families of rows and numbers, and residuals of Python loops."""

import math

import numpy as np
import pytest
import scipy.optimize

from nlsq import least_squares

from recording import check_residuals, plain

M = 80
RNG = np.random.default_rng(0)
T = np.linspace(0.0, 4.0, M)
T2 = np.linspace(0.5, 2.5, 25)
Y = 2.5 * np.exp(-1.3 * T) + 0.5 + 0.05 * RNG.normal(size=M)
Y2 = 1.5 * np.exp(-1.3 * T2) + 0.05 * RNG.normal(size=25)
W = RNG.uniform(0.5, 2.0, M)
SIGMA = RNG.uniform(0.5, 2.0, M + 25)
GROUP = np.arange(M) // 20
P3 = [2.5, 1.3, 0.5]
P4 = [2.5, 1.3, 0.5, 1.5]

CASES = {}


def case(p0, families=None):
    def add(f):
        CASES[f.__name__] = (f, p0, families)
        return f

    return add


def decay(p):
    return p[0] * np.exp(-p[1] * T) + p[2] - Y


# -- put together


@case(P3, 2)
def a_penalty_in_a_list(p):
    return np.concatenate([decay(p), [0.1 * p[0]]])


@case(P3, 2)
def a_penalty_by_append(p):
    return np.append(decay(p), 0.1 * (p[0] - 2.0))


@case(P3, 2)
def penalties_by_hstack(p):
    return np.hstack([decay(p), 0.1 * p[0], 0.3 * (p[1] - 1.0) ** 2])


@case(P3, 2)
def a_ridge(p):
    return np.concatenate((decay(p), 0.1 * p))


@case(P3, 2)
def a_ridge_by_r(p):
    return np.r_[decay(p), 0.1 * p[0], 0.2 * p[1]]


@case(P3)
def unpacked_into_a_list(p):
    return [*decay(p), 0.1 * p[0]]


@case(P4, 2)
def two_data_sets(p):
    a, b, c, d = p
    return np.concatenate([a * np.exp(-b * T) + c - Y, d * np.exp(-b * T2) - Y2])


@case(P4, 3)
def two_data_sets_and_a_penalty(p):
    a, b, c, d = p
    r = np.concatenate([a * np.exp(-b * T) + c - Y, d * np.exp(-b * T2) - Y2])
    return np.append(r, [0.01 * (a - d), 0.1 * b])


@case(P4, 2)
def weighted_after_it_was_put_together(p):
    a, b, c, d = p
    model = np.concatenate([a * np.exp(-b * T) + c, d * np.exp(-b * T2)])
    return (model - np.concatenate([Y, Y2])) / SIGMA


@case(P3, 2)
def a_constant_part(p):
    return np.concatenate([decay(p), np.array([0.1, 0.2])])


@case(P3, 4)
def parts_in_any_order(p):
    r = decay(p)
    return np.concatenate([[p[0] * 0.1], r[:10], [p[1] * 0.1, 0.0], r[10:] * 2.0, r[::-1]])


@case(P3)
def differences_of_rows(p):
    y = p[0] * np.exp(-p[1] * T) + p[2]
    return np.concatenate([y - Y, 0.1 * (y[1:] - y[:-1])])


@case(P3, 2)
def rows_by_assignment(p):
    r = decay(p)
    r[T > 2.0] *= 0.5
    r[:3] = 0.1 * p[0]
    return np.append(r, p[2])


@case(P3, 2)
def branches_that_are_not_finite(p):
    t = np.linspace(-1.0, 1.0, 21)
    root = np.where(t > 0, p[0] * np.sqrt(t), p[1] * np.sqrt(-t))
    return np.concatenate([root - 1.0, p[2] / np.sqrt(T2)])


@case(P3)
def rows_and_blocks(p):
    basis = np.stack([np.ones(M), T, T**2], axis=1)
    return np.concatenate([basis @ p - Y, p - 1.0])


# -- loops


@case(P3, 1)
def a_list_of_residuals(p):
    return [Y[i] - p[0] * np.exp(-p[1] * T[i]) - p[2] for i in range(1, M)]


@case(P3)
def a_list_from_a_zero(p):
    return [p[0] * np.exp(-p[1] * t) + p[2] - y for t, y in zip(T, Y)]


@case(P3, 1)
def an_array_of_residuals(p):
    a, b, c = p
    out = []
    for t, y, w in zip(T[1:], Y[1:], W[1:]):
        out.append((a * np.exp(-b * t) + c * t**2 - y) / w)
    return np.array(out)


@case(P3)
def a_list_and_penalties(p):
    r = [Y[i] - p[0] * np.exp(-p[1] * T[i]) - p[2] for i in range(M)]
    r.append(0.1 * p[0])
    r += [0.1 * p[1], 0.2 * p[2] ** 2]
    return r


@case([2.5, 1.3, 0.4, 0.5, 0.6, 0.7])
def offsets_of_groups(p):
    return [p[0] * np.exp(-p[1] * T[i]) + p[2 + GROUP[i]] - Y[i] for i in range(M)]


@case(P3)
def a_sum_of_two_terms(p):
    return [p[0] * np.exp(-p[1] * t) + p[0] * np.exp(-p[2] * w) - y for t, w, y in zip(T, W, Y)]


@case(P3)
def constants_that_meet(p):
    x = np.round(T * 2.0) / 2.0  # many equal, among them 0, 1 and 2
    return [p[0] * v**2 + p[1] * v * w + p[2] - y for v, w, y in zip(x, np.roll(x, 3), np.round(Y, 1))]


@case(P3)
def of_two_kinds(p):
    return [p[0] * t - y if t < 2.0 else p[1] * np.sqrt(t) + p[2] - y for t, y in zip(T, Y)]


@case(P3)
def signs_that_change(p):
    return [p[0] * (t - 2.0) + p[1] * abs(t - 2.0) - p[2] * y for t, y in zip(T, Y)]


@case([1.0] * 12)
def neighbours(p):
    return [10.0 * (p[i + 1] - p[i] ** 2) for i in range(11)] + [1.0 - p[i] for i in range(11)]


@case(P3)
def math_of_data(p):
    return [p[0] * math.exp(-t) + p[1] * t - p[2] * y for t, y in zip(T, Y)]


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("name", CASES)
def test_recorded(name):
    f, p0, families = CASES[name]
    check_residuals(f, p0, families=families)


@pytest.mark.parametrize("loss", ["soft_l1", "huber", "cauchy", "arctan"])
def test_losses_and_bounds_over_families(loss):
    f = CASES["two_data_sets_and_a_penalty"][0]
    options = dict(loss=loss, f_scale=0.05, bounds=([0, 0, 0, 0], [2.4, 3, 1, 5]))
    ours = least_squares(f, [2.0, 1.0, 0.4, 1.0], **options)
    tight = dict(ftol=1e-14, xtol=1e-14, gtol=1e-14)
    theirs = scipy.optimize.least_squares(f, [2.0, 1.0, 0.4, 1.0], **options, **tight)
    assert ours.engine == "interpreter", ours.trace_note
    np.testing.assert_allclose(ours.x, theirs.x, atol=1e-4)
    assert ours.cost <= theirs.cost * (1 + 1e-8)
    np.testing.assert_allclose(ours.fun, f(ours.x), atol=1e-12)


def test_a_thousand_residuals_in_a_loop_are_one_family():
    t = np.linspace(0.01, 4.0, 1000)
    y = 2.5 * np.exp(-1.3 * t) + 0.5 + 0.05 * np.random.default_rng(1).normal(size=1000)

    def f(p):
        return [y[i] - p[0] * np.exp(-p[1] * t[i]) - p[2] for i in range(1000)]

    check_residuals(f, P3, families=1)


# -- what must not be recorded wrong: the minimum is right whether it is recorded or not

EITHER = {}


def either(f):
    EITHER[f.__name__] = f
    return f


@either
def changed_after_it_was_put_together(p):
    r = decay(p)
    both = np.concatenate([r, [p[0]]])
    r += 1.0
    return np.append(both, 0.1 * r[0])


@either
def an_array_of_rows_changed_later(p):
    r = decay(p)
    both = np.array([r, 2.0 * r])
    r *= 0.0
    return both.ravel() if both.ndim == 2 else both[0]


@either
def put_together_and_changed(p):
    both = np.concatenate([decay(p), [p[0]]])
    other = both
    both += 1.0
    both[3] = p[1]
    return other


@either
def a_captured_array_changed_between_uses(p):
    table = W.copy()
    first = p[0] * table[:20] - 1.0
    table[:] = 2.0
    return np.concatenate([first, p[1] * table[:20] - p[2] * W[:20]])


@either
def parameters_changed_in_place(p):
    q = p
    p -= 0.5
    return np.concatenate([decay(q), q])


@either
def compares_the_parameters(p):
    r = decay(p)
    return r if (p == 1.0).all() else np.append(r, 0.1 * p[0])


@either
def is_equal_to_what_was_before(p):
    seen = compares_the_parameters.__dict__.setdefault("seen", [])
    again = any(q is p for q in seen)
    return np.append(decay(p), 0.0 if again else 0.1 * p[0])


@either
def catches_a_refusal(p):
    try:
        return np.append(decay(p), math.sqrt(p[0]))
    except TypeError:
        return np.append(decay(p), 5.0 * p[1])


@either
def sorted_residuals(p):
    return np.sort(np.abs(p[0] * np.exp(-p[1] * T[:5]) + p[2] - Y[:5]))


@either
def a_matrix_of_residuals(p):
    return np.outer(p, [1.0, 2.0]).ravel() - np.arange(6.0)


@either
def text_of_a_parameter(p):
    key = f"{p[0]}"
    return np.append(decay(p), {key: 0.1}.get(str(p[0]), 3.0) * p[0])


@pytest.mark.parametrize("name", EITHER)
def test_right_whether_recorded_or_not(name):
    f = EITHER[name]
    ours = least_squares(f, np.array(P3))
    theirs = scipy.optimize.least_squares(f, np.array(P3), jac="3-point", ftol=1e-14, xtol=1e-14, gtol=1e-14)
    np.testing.assert_allclose(ours.fun, plain(f, ours.x.copy()), atol=1e-10)
    assert ours.cost <= theirs.cost * (1 + 1e-6) + 1e-12


def test_captured_data_that_change_between_fits():
    y, y2 = Y.copy(), Y2.copy()

    def f(p):
        a, b, c, d = p
        return np.concatenate([a * np.exp(-b * T) + c - y, [d * np.exp(-b * t) - v for t, v in zip(T2, y2)]])

    for factor in (1.0, 2.0, 0.5):
        y[:], y2[:] = factor * Y, 3.0 * factor * Y2
        ours = least_squares(f, P4)
        assert ours.engine == "interpreter"
        theirs = scipy.optimize.least_squares(f, P4, ftol=1e-14, xtol=1e-14, gtol=1e-14)
        np.testing.assert_allclose(ours.x, theirs.x, rtol=1e-5)
