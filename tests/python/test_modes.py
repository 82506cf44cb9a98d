# SPDX-License-Identifier: MIT
"""jacobian_mode: what "auto" chooses for many parameters and many residuals, and that the order changes no digit."""

import functools
import logging

import numpy as np
import pytest

from nlsq import curve_fit, least_squares


def sparse_residuals(n, m):
    """m residuals, each of three of the n parameters, written with scalars; and where they vanish."""
    truth = 1.0 + 0.3 * np.sin(np.arange(n))
    picks = [(i % n, (7 * i + 3) % n, (13 * i + 5) % n) for i in range(0, m * (n // m or 1), n // m or 1)]
    values = [truth[i] * np.exp(0.1 * truth[j]) + 0.3 * truth[k] ** 2 for i, j, k in picks]

    def residuals(p):
        return [p[i] * np.exp(0.1 * p[j]) + 0.3 * p[k] ** 2 - v for (i, j, k), v in zip(picks, values)]

    return residuals


def hat_residuals(n, m):
    """m residuals over rows of data: a sum of n overlapping bumps whose heights bend."""
    x = np.linspace(0.0, n - 1.0, m)
    bumps = [np.exp(-((x - k) ** 2)) for k in range(n)]

    def model(p):
        return sum(np.sin(p[k]) * bumps[k] for k in range(n))

    y = model(0.5 + 0.3 * np.sin(np.arange(n)))
    return lambda p: model(p) - y


def tanh_chain(x, *p):
    """A model that can only be written as a loop: each layer uses what the last gave."""
    y = np.zeros_like(x)
    for k in p:
        y = np.tanh(k * y + x)
    return y


def gaussians(x, *p):
    return sum(p[3 * k] * np.exp(-(((x - p[3 * k + 1]) / p[3 * k + 2]) ** 2)) for k in range(len(p) // 3))


def sparse_case(n, m):
    f = sparse_residuals(n, m)
    return lambda mode: least_squares(f, np.ones(n), jacobian_mode=mode)


def hat_case(n, m):
    f = hat_residuals(n, m)
    return lambda mode: least_squares(f, np.full(n, 0.4), jacobian_mode=mode)


def chain_case(n, m, max_nfev=None):
    x = np.linspace(-1.0, 1.0, m)
    y = tanh_chain(x, *(1.3 + 0.5 * np.cos(np.arange(n))))
    return lambda mode: curve_fit(tanh_chain, x, y, np.full(n, 1.2), x_scale=1.0, max_nfev=max_nfev, jacobian_mode=mode)


def gaussian_case(peaks, m):
    x = np.linspace(0.0, float(peaks), m)
    truth = np.array([[1.0 + 0.1 * np.sin(k), k + 0.5, 0.4] for k in range(peaks)]).ravel()
    y = gaussians(x, *truth) + 0.01 * np.random.default_rng(0).normal(size=m)
    return lambda mode: curve_fit(gaussians, x, y, truth * 1.002, jacobian_mode=mode)


# name: (a fit of a mode, parameters, residuals, what auto chooses)
CASES = {
    "1,000 parameters, 100 residuals": (sparse_case(1000, 100), 1000, 100, "rev"),
    "100 parameters, 1,000 residuals": (hat_case(100, 1000), 100, 1000, "fwd"),
    "300 parameters, 300 residuals": (hat_case(300, 300), 300, 300, "fwd"),
    # Rows do not determine the first of many links: steps would magnify rounding, so the start is compared.
    "chain of 200, 50 rows": (chain_case(200, 50, max_nfev=1), 200, 50, "rev"),
    "chain of 30, 100 rows": (chain_case(30, 100, max_nfev=1), 30, 100, "fwd"),
    "chain of 4, 100 rows": (chain_case(4, 100), 4, 100, "fwd"),
    "40 Gaussians, 800 rows": (gaussian_case(40, 800), 120, 800, "fwd"),
}


@pytest.fixture(autouse=True)
def no_mode_from_the_environment(monkeypatch):
    monkeypatch.delenv("NLSQ_JACOBIAN_MODE", raising=False)


@functools.cache
def fitted(name, mode):
    return CASES[name][0](mode)


@pytest.mark.filterwarnings("ignore::UserWarning")  # of parameters that are not determined, and of cut fits
@pytest.mark.parametrize("name", CASES)
def test_auto_chooses_by_the_shape(name):
    _, n, m, expected = CASES[name]
    for mode in (None, "auto"):
        r = fitted(name, mode)
        assert r.engine == "interpreter" and r.x.shape == (n,) and r.fun.shape == (m,)
        assert r.jacobian_mode == expected and r.derivative_order in ("forward", "reverse")


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", CASES)
def test_the_mode_that_is_asked_for_runs(name):
    for mode, order in (("fwd", "forward"), ("rev", "reverse")):
        r = fitted(name, mode)
        assert (r.jacobian_mode, r.derivative_order) == (mode, order)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", CASES)
def test_both_modes_give_the_same_numbers(name):
    forward, reverse = fitted(name, "fwd"), fitted(name, "rev")
    np.testing.assert_allclose(reverse.x, forward.x, rtol=1e-12)
    np.testing.assert_allclose(reverse.fun, forward.fun, rtol=1e-12, atol=1e-12)
    size = np.abs(forward.jac).max()
    np.testing.assert_allclose(reverse.jac, forward.jac, rtol=1e-12, atol=1e-12 * size)
    assert reverse.cost == pytest.approx(forward.cost, rel=1e-12, abs=1e-24)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("shape", [(200, 40), (40, 200), (90, 90)])
def test_derivatives_are_those_of_differences(shape):
    n, m = shape
    f = sparse_residuals(n, m)
    for mode in ("fwd", "rev"):
        r = least_squares(f, np.ones(n), jacobian_mode=mode, max_nfev=2)
        columns = []
        for j in range(n):
            ahead, behind = r.x.copy(), r.x.copy()
            ahead[j] += 1e-5
            behind[j] -= 1e-5
            columns.append((np.array(f(ahead)) - np.array(f(behind))) / (ahead[j] - behind[j]))
        np.testing.assert_allclose(r.jac, np.stack(columns, axis=1), atol=1e-8)


def test_held_parameters_do_not_count():
    x = np.linspace(-1.0, 1.0, 10)
    names = ", ".join(f"p{i}" for i in range(20))
    f = eval(f"lambda x, {names}: chain(x, {names})", {"chain": tanh_chain})
    y = tanh_chain(x, *np.full(20, 1.3))
    held = {f"p{i}": 1.3 for i in range(15)}
    assert curve_fit(f, x, y, np.full(20, 1.2), fixed=held, max_nfev=50).jacobian_mode == "fwd"
    with pytest.warns(UserWarning):
        assert curve_fit(f, x, y, np.full(20, 1.2), max_nfev=50).jacobian_mode == "rev"


def test_least_squares_says_how_it_got_its_derivatives(caplog):
    def called(p):
        return np.cumsum(p[0] * np.arange(5.0) + p[1]) - 1.0

    with caplog.at_level(logging.DEBUG, "nlsq"):
        r = least_squares(lambda p: [p[0] - 1.0, p[1] * p[0]], [1.0, 2.0], jacobian_mode="rev")
        c = least_squares(called, [1.0, 2.0])
    assert (r.jacobian_mode, r.jacobian_mode_source, r.derivative_order) == ("rev", "argument", "reverse")
    assert (c.jacobian_mode, c.jacobian_mode_source, c.engine) == ("2-point", "default", "callback")
    lines = [record.message for record in caplog.records if record.name == "nlsq"]
    assert lines[-2] == "jacobian_mode=rev source=argument derivatives=reverse engine=interpreter parameters=2 residuals=2"
    assert lines[-1] == "jacobian_mode=2-point source=default derivatives=2-point engine=callback parameters=2 residuals=5"
    with pytest.warns(UserWarning, match="jacobian_mode='rev' has no effect on a function that is called"):
        least_squares(called, [1.0, 2.0], jacobian_mode="rev")
    with pytest.warns(UserWarning, match="jacobian_mode='rev' has no effect on a function that is called.*np.cumsum"):
        curve_fit(lambda x, a, b: np.cumsum(a * x) + b, np.arange(5.0), np.arange(5.0) ** 2, jacobian_mode="rev")
