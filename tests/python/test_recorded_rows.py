# SPDX-License-Identifier: MIT
"""Parts of rows: y[key], y[key] = value, loops, pieces put together in a model."""

import numpy as np
import pytest

from nlsq import curve_fit

from recording import check_model

M = 60
X = np.linspace(0.0, 6.0, M)
W = np.random.default_rng(1).uniform(0.5, 1.5, M)
MASK = np.random.default_rng(2).random(M) < 0.4
ORDER = np.random.default_rng(4).permutation(M)
GROUP = np.arange(M) % 3

MODELS = {}


def model(p0):
    def add(f):
        MODELS[f.__name__] = (f, p0)
        return f

    return add


# -- assignments


@model([2.0, 0.7])
def a_number_where_x_is_large(x, a, b):
    y = a * np.exp(-b * x)
    y[x > 3.0] = b
    return y


@model([2.0, 0.7])
def two_halves(x, a, b):
    y = np.zeros_like(x)
    y[x <= 2.0] = a * x[x <= 2.0]
    y[x > 2.0] = 2 * a + b * np.sqrt(x[x > 2.0] - 2.0)
    return y


@model([2.0, 0.7])
def a_part_of_an_expression(x, a, b):
    y = np.zeros_like(x)
    expression = a * np.sqrt(x) * W
    y[MASK] = expression[MASK]
    y[~MASK] = b
    return y


@model([2.0, 0.7])
def a_mask_used_again(x, a, b):
    mask = (x > 1.0) & (x < 3.0)
    y = b * np.ones_like(x)
    y[mask] = a * x[mask] ** 2 + W[mask]
    y[mask] *= b
    y[~mask] -= a
    return y


@model([2.0, 0.7, 2.1])
def a_mask_of_a_parameter(x, a, b, c):
    y = a * np.ones_like(x)
    y[x > c] = a * np.exp(-b * (x[x > c] - c))
    return y


@model([2.0, 0.7, 2.1])
def a_mask_of_a_parameter_changes_its_rows(x, a, b, c):
    y = a * x
    late = x >= c
    y[late] = y[late] ** 2 / (a * c) + b * (x[late] - c)
    y[~late] += b * (c - x[~late])
    return y


@model([2.0, 0.7, 2.1])
def a_mask_of_a_parameter_and_a_root(x, a, b, c):
    y = np.full_like(x, b)
    above = x > c
    y[above] = a * np.sqrt(x[above] - c)
    y[above] += b
    return y


@model([2.0, 0.7])
def slices(x, a, b):
    y = np.empty_like(x)
    y[:20] = a
    y[20:40] = b * x[20:40]
    y[40:] = a * W[40:] - b
    return y


@model([2.0, 0.7])
def every_other(x, a, b):
    y = np.ones_like(x)
    y[::2] = a * x[::2]
    y[1::2] = b
    y[[3, 5, 7]] = a * b
    y[0] = a
    y[-1] = b * 2
    return y


@model([2.0, 0.7])
def everywhere(x, a, b):
    y = a * x
    z = y
    y[:] = b * x + a
    y[...] = y + 1.0
    return z


@model([2.0, 0.7])
def data_into_a_row(x, a, b):
    y = a * np.exp(-b * x)
    y[MASK] = W[MASK]
    y[:3] = x[3:6]
    return y


@model([2.0, 0.7])
def a_name_of_the_same_array(x, a, b):
    y = a * x
    z = y
    z[x > 2.0] = b
    return y


@model([2.0, 0.7])
def read_before_it_is_written(x, a, b):
    y = a * x
    z = y * 1.0
    t = y[X > 1.0]
    y[X > 1.0] = b
    y[X > 1.0] += t
    return y + z


@model([2.0, 0.7, 1.1])
def groups(x, *p):
    y = np.zeros_like(x)
    for k in range(3):
        y[GROUP == k] = p[k] * np.exp(-x[GROUP == k])
    return y


@model([2.0, 0.7])
def nothing_is_selected_by_a_number(x, a, b):
    y = a * x + b
    y[x > 100.0] = a
    return y


@model([2.0, 0.7])
def slices_changed_in_place(x, a, b):
    y = a * np.exp(-b * x)
    y[:30] += b
    y[30:] *= a
    y[20:][5:15][::2] -= x[25:35:2]
    y[::-1][:4] = b
    return y


@model([2.0, 0.7])
def views_and_what_they_are_views_of(x, a, b):
    y = a * x
    v, w = y[10:40], y[::-1]
    v += b
    y[12:14] = a
    w[x > 4.0] = b * x[x > 4.0]
    u = v[::2]
    y *= b
    u /= a + 1.0
    r, s = w.ravel(), y.ravel()  # a copy, and another name
    r += 1.0
    s += b
    return y + np.concatenate([v, w[:30]]) + r


# -- indices


@model([2.0, 0.7])
def normalised_by_the_first(x, a, b):
    y = a * np.exp(-b * x) + 1.0
    return y / y[0] * b + a


@model([2.0, 0.7])
def reversed_rows(x, a, b):
    y = a * np.exp(-b * x)
    return y[::-1] + b * x


@model([2.0, 0.7])
def permuted_rows(x, a, b):
    y = a * np.exp(-b * x * W)
    return y[ORDER] * W


@model([2.0, 0.7])
def differences_of_neighbours(x, a, b):
    y = a * np.sin(b * x)
    return np.append(y[1:] - y[:-1], y[-1])


@model([2.0, 0.7])
def an_integral_by_a_part(x, a, b):
    y = a * np.exp(-b * x)
    return np.concatenate([y[:10] * 2.0, y[10:]])


@model([2.0, 0.7])
def the_length_of_a_row(x, a, b):
    y = a * x
    return y / len(y) + b * y.shape[0] / y.size


@model([2.0, 0.7])
def attributes_of_arrays(x, a, b):
    y = (a * x).astype(float).ravel().reshape(-1).clip(0.1, 9.0).flatten()
    return y.squeeze() + b


@model([2.0, 0.7])
def a_mean_over_few_rows(x, a, b):
    y = a * np.exp(-b * x)
    return y / y.mean() + b * np.sum(y) - y.sum() / len(y)


@model([2.0, 0.7, 0.1])
def a_response_matrix(x, a, b, c):
    energies = np.linspace(0.1, 6.0, 40)
    response = np.exp(-((x[:, None] - energies) ** 2))
    return response @ (a * energies * np.exp(-b * energies)) + c


@model([2.0, 0.7])
def a_weighted_sum_over_nodes(x, a, b):
    nodes, weights = np.polynomial.legendre.leggauss(8)
    return x * np.dot(weights, np.exp(-b * nodes)) + a


# -- pieces


@model([2.0, 0.7, 0.3])
def two_data_sets(x, a, b, c):
    return np.concatenate([a * np.exp(-b * x[:25]), c * np.exp(-b * x[25:])])


@model([2.0, 0.7, 0.3])
def two_data_sets_and_a_root(x, a, b, c):
    return np.hstack((a * np.sqrt(2.1 - X[:20]), b * np.log(X[20:]) + c))


@model([2.0, 0.7])
def pieces_times_data(x, a, b):
    return np.concatenate([a * x[:30], b * x[30:] ** 2]) * W + x


@model([2.0, 0.7])
def a_list_of_values(x, a, b):
    return [a * v + b * v**2 for v in x]


@model([2.0, 0.7])
def an_array_of_values(x, a, b):
    return np.array([a * np.exp(-b * v) for v in x])


@model([2.0, 0.7])
def an_array_of_values_changed_in_place(x, a, b):
    y = np.array([a * np.exp(-b * v) for v in x])
    z = y[10:]
    y += b
    y *= W
    z -= a
    np.add(y, x, out=y)
    y[:5] = b
    return y


@model([2.0, 0.7])
def a_list_with_two_kinds(x, a, b):
    return [a * np.exp(-b * v) if v < 2.0 else b * v + w for v, w in zip(x, W)]


@model([2.0, 0.7])
def a_loop_over_a_row(x, a, b):
    return [v * v + b for v in a * x]


@model([2.0, 0.7])
def piecewise_with_a_list(x, a, b):
    return np.piecewise(x, [x < 1.0, (x >= 1.0) & (x < 3.0)], [lambda t: a * t, b, lambda t: a + b * t])


@model([2.0, 0.7, 2.05])
def piecewise_of_a_parameter(x, a, b, c):
    return np.piecewise(x, [x < c], [lambda t: a * t, lambda t: a * c + b * (t - c)])


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("name", MODELS)
def test_models(name):
    f, p0 = MODELS[name]
    check_model(f, X, p0)


def test_branches_that_are_not_finite_elsewhere_spoil_nothing():
    t = np.concatenate([np.linspace(-1.0, 0.0, 20), np.linspace(0.1, 2.0, 30)])

    def f(x, a, b):
        return np.concatenate([a * np.sqrt(-x[:20] + 1e-9) + b, b * np.log(x[20:]) / a])

    def g(x, a, b):
        y = np.full_like(x, b)
        y[x > 0] = a / np.sqrt(x[x > 0]) + b * np.log(x[x > 0])
        return y

    def h(x, a, b):
        y = np.full_like(x, b)
        y[20:] = a / np.sqrt(t[20:]) + b * np.log(t[20:])
        return y

    for model_of in (f, g, h):
        check_model(model_of, t, [1.5, 0.7])


def test_other_x_after_the_fit():
    f, p0 = MODELS["two_halves"]
    result = curve_fit(f, X, f(X, *p0), p0)
    new = np.linspace(0.5, 3.5, 7)
    values, errors = result.predict(new, return_std=True)
    np.testing.assert_allclose(values, f(new, *result.popt), rtol=1e-12)
    assert np.isfinite(errors).all()
