# SPDX-License-Identifier: MIT
"""Models by broadcasting: blocks of (k, m) or (m, k) values, summed over k."""

import numpy as np
import pytest

from nlsq import _core, curve_fit
from nlsq._recording.models import recorded

from recording import check_falls_back, check_model, check_residuals, points

M = 60
X = np.linspace(0.0, 6.0, M)
PEAKS = [2.0, 1.0, 0.5, 3.0, 3.0, 0.8]
CENTERS = np.array([0.5, 2.0, 4.5])
HEIGHTS = [1.0, 2.0, 0.7]
BASIS = np.stack([np.ones(M), X, np.cos(X)], axis=1)

Y = sum(a * np.exp(-(((X - c) / w) ** 2)) for a, c, w in (PEAKS[:3], PEAKS[3:])) + 0.02 * np.cos(9.0 * X)

MODELS = {}
RESIDUALS = {}


def model(p0):
    def add(f):
        MODELS[f.__name__] = (f, p0)
        return f

    return add


def residuals(p0):
    def add(f):
        RESIDUALS[f.__name__] = (f, p0)
        return f

    return add


def columns_of(p):
    return np.array(p).reshape(-1, 3).T


@model(PEAKS)
def rows_of_peaks(x, *p):
    a, c, w = columns_of(p)
    return (a[:, None] * np.exp(-((x[None, :] - c[:, None]) ** 2) / w[:, None] ** 2)).sum(axis=0)


@model(PEAKS)
def columns_of_peaks(x, *p):
    a, c, w = columns_of(p)
    return np.sum(a * np.exp(-(((x[:, None] - c) / w) ** 2)), axis=1)


@model(PEAKS)
def peaks_at_a_captured_x(x, *p):
    a, c, w = columns_of(p)
    return (a[:, None] * np.exp(-((X - c[:, None]) ** 2) / w[:, None] ** 2)).sum(0)


@model(PEAKS)
def by_outer_differences(x, *p):
    a, c, w = columns_of(p)
    return np.exp(-((np.subtract.outer(x, c) / w) ** 2)) @ a


@model(PEAKS)
def by_outer_differences_of_parameters_first(x, *p):
    a, c, w = columns_of(p)
    return a @ np.exp(-((np.subtract.outer(c, x) / w[:, None]) ** 2))


@model(PEAKS)
def by_dot(x, *p):
    a, c, w = columns_of(p)
    return np.dot(a, 1.0 / (1.0 + ((x - c[:, np.newaxis]) / w[:, np.newaxis]) ** 2))


@model(PEAKS)
def by_einsum(x, *p):
    a, c, w = columns_of(p)
    return np.einsum("k,km->m", a, np.exp(-(((x - c[:, None]) / w[:, None]) ** 2)))


@model(PEAKS)
def by_expanded_dimensions(x, *p):
    a, c, w = (np.expand_dims(v, 1) for v in columns_of(p))
    return np.sum(a * np.exp(-(((np.expand_dims(x, 0) - c) / w) ** 2)), axis=0)


@model(PEAKS)
def by_a_stack(x, *p):
    return np.vstack([a * np.exp(-(((x - c) / w) ** 2)) for a, c, w in np.array(p).reshape(-1, 3)]).sum(0)


@model(PEAKS)
def by_a_stack_of_columns(x, *p):
    a, c, w = columns_of(p)
    shapes = np.column_stack([np.exp(-(((x - c[k]) / w[k]) ** 2)) for k in range(len(c))])
    return shapes @ a


@model(HEIGHTS)
def heights_at_fixed_centers(x, *a):
    return np.array(a) @ np.exp(-((x - CENTERS[:, None]) ** 2))


@model(HEIGHTS)
def heights_at_fixed_centers_in_columns(x, *a):
    return np.exp(-((x[:, None] - CENTERS) ** 2)) @ np.array(a)


@model(HEIGHTS)
def a_basis(x, *a):
    return BASIS @ np.array(a)


@model([2.0, 0.7])
def mean_over_an_angle(x, a, b):
    angles = np.linspace(0, 1, 5)
    return a * np.exp(-b * x[:, None] * np.cos(angles)).mean(axis=1)


@model([2.0, 0.7])
def largest_of_three(x, a, b):
    return (a * np.exp(-b * np.abs(x[:, None] - CENTERS))).max(axis=1)


@model([2.0, 0.7])
def product_of_three(x, a, b):
    return np.prod(a + b * np.abs(x[None, :] - CENTERS[:, None] + 0.01), axis=0)


@model([2.0, 0.7])
def quadrature(x, a, b):
    nodes, weights = np.polynomial.legendre.leggauss(6)
    return a * np.sum(weights * np.exp(-b * x[:, None] * (nodes + 1.0)), axis=-1)


@model(HEIGHTS)
def chosen_in_a_block(x, *a):
    near = np.abs(x[:, None] - CENTERS) < 1.0
    return np.where(near, np.array(a), 0.1).sum(axis=1)


@model([2.0, 0.7])
def one_row_of_a_block(x, a, b):
    block = a * np.exp(-b * x * CENTERS[:, None])
    return block[0] + block[-1] ** 2 + block[1:].sum(axis=0)


@model(PEAKS)
def a_loop_over_rows(x, *p):
    a, c, w = columns_of(p)
    block = np.exp(-(((x[None, :] - c[:, None]) / w[:, None]) ** 2))
    return sum(h * row for h, row in zip(a, block))


@model([*PEAKS, 0.3, 0.1])
def peaks_on_a_line(x, *p):
    a, c, w = columns_of(p[:-2])
    y = (a[:, None] * np.exp(-(((x - c[:, None]) / w[:, None]) ** 2))).sum(axis=0)
    y += p[-2]
    y += p[-1] * x
    return y


@model(PEAKS)
def transposed(x, *p):
    a, c, w = columns_of(p)
    return (a[:, None] * np.exp(-(((x - c[:, None]) / w[:, None]) ** 2))).T.sum(axis=1)


@model([2.0, 0.7, 0.3])
def a_polynomial_as_a_product(x, *a):
    return np.vander(x, 3, increasing=True) @ np.asarray(a)


@pytest.mark.parametrize("name", MODELS)
def test_models(name):
    f, p0 = MODELS[name]
    check_model(f, X, p0)


@pytest.mark.parametrize("m", [2, 3, 6])
@pytest.mark.parametrize("name", ["rows_of_peaks", "columns_of_peaks", "by_outer_differences", "by_dot"])
def test_as_many_rows_as_peaks(name, m):
    """Dimensions of one length are told apart, or the model is called."""
    f, _ = MODELS[name]
    p0 = np.random.default_rng(m).uniform(0.5, 2.0, 3 * m)
    x = np.linspace(1.0, 2.0, m)
    found, _ = recorded(f, x, p0, [f"p{i}" for i in range(3 * m)], m)
    if found is not None:
        for p in points(p0):
            np.testing.assert_allclose(_core.evaluate(found[0], found[1], p, m), f(x, *p), rtol=1e-12)


@residuals(PEAKS)
def peaks(p):
    a, c, w = p.reshape(-1, 3).T
    return (a[:, None] * np.exp(-(((X[None, :] - c[:, None]) / w[:, None]) ** 2))).sum(axis=0) - Y


@residuals(PEAKS)
def peaks_in_columns(p):
    a, c, w = p[0::3], p[1::3], p[2::3]
    return np.sum(a * np.exp(-(((X[:, None] - c) / w) ** 2)), axis=1) - Y


@residuals(PEAKS)
def peaks_from_an_array(p):
    a, c, w = np.array(p).reshape(-1, 3).T
    return a @ np.exp(-((np.subtract.outer(c, X) / w[:, None]) ** 2)) - Y


@residuals(HEIGHTS)
def a_linear_model(p):
    return BASIS @ p - np.sin(X)


@residuals(HEIGHTS)
def a_linear_model_by_dot(p):
    return np.dot(BASIS, p) - np.sin(X)


@residuals(HEIGHTS)
def a_penalty_on_neighbours(p):
    return np.concatenate([BASIS @ p - np.sin(X), 0.1 * (p[1:] - p[:-1]), 0.01 * p])


@residuals([1.0, 2.0, 0.5, 0.1])
def the_rows_of_a_small_system(p):
    u, v = p.reshape(2, 2) @ np.array([1.0, 2.0])
    return [u - 1.0, v * u - 2.0, p[0] - 0.3, p[3] - p[1]]


@pytest.mark.parametrize("name", RESIDUALS)
def test_residuals(name):
    check_residuals(*RESIDUALS[name])


# -- what is not recorded, and what must not be recorded wrong


def sum_over_rows(x, *p):
    a, c, w = columns_of(p)
    block = a[:, None] * np.exp(-(((x - c[:, None]) / w[:, None]) ** 2))
    return block.sum(axis=0) / (1.0 + 0.01 * block.sum())


def changed_in_place(x, *p):
    a, c, w = columns_of(p)
    block = np.exp(-(((x - c[:, None]) / w[:, None]) ** 2))
    other = block
    block *= a[:, None]
    return other.sum(axis=0)


def a_row_changed_in_place(x, *p):
    a, c, w = columns_of(p)
    block = a[:, None] * np.exp(-(((x - c[:, None]) / w[:, None]) ** 2))
    row = block[0]
    row += 1.0
    return block.sum(axis=0)


def a_part_written(x, *p):
    a, c, w = columns_of(p)
    block = a[:, None] * np.exp(-(((x - c[:, None]) / w[:, None]) ** 2))
    block[1] = 0.5
    return block.sum(axis=0) + a[1] * x + c[1] * x**2 + w[1] * x**3


def a_row_changed_after_it_was_stacked(x, *p):
    rows = [a * np.exp(-(((x - c) / w) ** 2)) for a, c, w in np.array(p).reshape(-1, 3)]
    block = np.stack(rows)
    rows[0] += 1.0
    return block.sum(axis=0)


def a_row_changed_after_it_got_a_dimension(x, *p):
    y = p[0] * x
    block = y[:, None]
    y += 1.0
    return (block * CENTERS).sum(axis=1) + p[1] * p[2]


def a_captured_table_that_changes(x, *p):
    table = BASIS.copy()
    first = table @ np.array(p)
    table[:, 1] = 0.0
    return first + table @ np.array(p) ** 2


def a_table_of_x_that_changes(x, *p):
    table = x[:, None] ** np.arange(3)
    first = (table * np.array(p)).sum(axis=1)
    table[:, 1] = 0.5
    return first + (table * np.array(p)).sum(axis=1) ** 2


def asks_for_the_shape(x, *p):
    a, c, w = columns_of(p)
    block = a[:, None] * np.exp(-(((x[None, :] - c[:, None]) / w[:, None]) ** 2))
    assert block.shape == (len(a), len(x)) and len(block) == len(a) and block.ndim == 2
    return block.sum(axis=0) if isinstance(block, np.ndarray) else block.sum(axis=0) + 1.0


def catches_a_refusal(x, *p):
    a, c, w = columns_of(p)
    block = a[:, None] * np.exp(-(((x - c[:, None]) / w[:, None]) ** 2))
    try:
        return block.sum(axis=0) / block.sum()
    except TypeError:
        return block.sum(axis=0)


@pytest.mark.parametrize(
    "f",
    [sum_over_rows, changed_in_place, a_row_changed_in_place, a_part_written, a_row_changed_after_it_was_stacked,
     asks_for_the_shape, catches_a_refusal],
)  # fmt: skip
def test_right_whether_recorded_or_not(f):
    check_falls_back(f, X, PEAKS)


@pytest.mark.parametrize(
    "f", [a_row_changed_after_it_got_a_dimension, a_captured_table_that_changes, a_table_of_x_that_changes]
)
def test_right_whether_recorded_or_not_with_three_parameters(f):
    check_falls_back(f, X, HEIGHTS)


def test_a_captured_table_that_changes_between_fits():
    table = BASIS.copy()

    def f(x, *p):
        return (table * np.array(p)).sum(axis=1) + p[0] * (table[:, 1:] ** 2).sum(axis=1)

    def g(x, *p):
        return table @ np.array(p)

    for h in (f, g):
        for factor in (1.0, 2.0, 0.5):
            table[:] = factor * BASIS
            result = curve_fit(h, X, h(X, *HEIGHTS), [1.1, 1.9, 0.6])
            np.testing.assert_allclose(result.popt, HEIGHTS, rtol=1e-6)


DESIGN = np.random.default_rng(8).normal(size=(M, 12)) / 4.0
FEW = np.linspace(-1.0, 1.0, 12)


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x, *p: np.tanh(x @ np.array(p)), DESIGN),
        (lambda x, *p: np.tanh(np.dot(x, p)), DESIGN),
        (lambda x, *p: np.tanh(np.dot(p, x)), DESIGN.T.copy()),
        (lambda x, *p: np.exp(np.asarray(p) @ x), DESIGN.T.copy()),
        (lambda x, *p: np.tanh(x.T @ np.array(p)), DESIGN.T.copy()),
        (lambda x, *p: np.tanh((x * np.array(p)).sum(axis=1)), DESIGN),
        (lambda x, *p: 1.0 / (1.0 + np.exp(-np.einsum("ij,j->i", x, np.array(p)))), DESIGN),
        (lambda x, *p: x[:, 1:] @ np.array(p[1:]) + p[0] * x[:, 0] ** 2, DESIGN),
    ],
    ids=["matmul", "dot", "dot of rows", "rows", "transposed", "sum", "einsum", "part"],
)
def test_a_matrix_as_xdata_is_one_operation_a_column(f, x):
    check_model(f, x, FEW)
    many = np.resize(x, (5_000, 100) if x.shape[0] == M else (100, 5_000))  # half a million products
    found, why = recorded(f, many, np.linspace(-0.1, 0.1, 100), [f"p{i}" for i in range(100)], 5_000)
    assert found is not None, why
