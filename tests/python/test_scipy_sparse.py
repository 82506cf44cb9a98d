# SPDX-License-Identifier: MIT
"""Large sparse problems of nlsq.scipy.least_squares: steps in a plane, nothing dense."""

import time

import numpy as np
import pytest

from nlsq._scipy import least_squares as _scipy_least_squares
from nlsq.scipy import least_squares

sparse = pytest.importorskip("scipy.sparse")
linalg = pytest.importorskip("scipy.sparse.linalg")


class Tridiagonal:
    """Broyden's tridiagonal function."""

    def __init__(self, n):
        rng = np.random.default_rng(5)
        self.n, self.ones = n, np.ones(n)
        self.lower = np.linspace(-2, -1.5, n) + 0.1 * rng.standard_normal(n)
        self.upper = np.linspace(-0.8, 0, n) + 0.1 * rng.standard_normal(n)
        self.x0 = np.clip(-1 + 0.1 * rng.standard_normal(n), self.lower + 1e-3, self.upper - 1e-3)

    def fun(self, x):
        f = (3 - x) * x + 1
        f[1:] -= x[:-1]
        f[:-1] -= 2 * x[1:]
        return f

    def jac(self, x):
        return sparse.diags_array([-self.ones[1:], 3 - 2 * x, -2 * self.ones[1:]], offsets=[-1, 0, 1])


@pytest.fixture
def never_dense(monkeypatch):
    monkeypatch.setattr(_scipy_least_squares, "_DENSE_VALUES", 0)
    monkeypatch.setattr("nlsq._scipy.black_box.dense", None)  # a call would fail


@pytest.mark.parametrize("kind", ["sparse", "operator", "differences"])
@pytest.mark.parametrize("bounds", ["none", "lower", "upper", "both"])
@pytest.mark.parametrize("x_scale", [1.0, "jac"])
def test_the_same_minimum_as_dense(monkeypatch, kind, bounds, x_scale):
    if kind == "operator" and x_scale == "jac":
        return
    p = Tridiagonal(60)
    box = (p.lower if bounds in ("lower", "both") else -np.inf, p.upper if bounds in ("upper", "both") else np.inf)
    dense = least_squares(p.fun, p.x0, lambda x: p.jac(x).toarray(), bounds=box, xtol=1e-12, ftol=1e-12)
    monkeypatch.setattr(_scipy_least_squares, "_DENSE_VALUES", 0)
    monkeypatch.setattr("nlsq._scipy.black_box.dense", None)
    how = {
        "sparse": {"jac": p.jac},
        "operator": {"jac": lambda x: linalg.aslinearoperator(p.jac(x))},
        "differences": {"jac_sparsity": p.jac(p.x0)},
    }[kind]
    res = least_squares(p.fun, p.x0, bounds=box, x_scale=x_scale, xtol=1e-12, ftol=1e-12, **how)
    assert res.success and res.optimality < 1e-6
    assert res.cost == pytest.approx(dense.cost, rel=1e-8, abs=1e-18)
    np.testing.assert_allclose(res.x, dense.x, atol=1e-6)
    assert np.all((res.x >= box[0]) & (res.x <= box[1]))
    assert res.nfev < 30


@pytest.mark.parametrize("loss", ["soft_l1", "cauchy", "huber", "arctan"])
def test_robust_losses(never_dense, loss):
    rng = np.random.default_rng(2)
    n, m = 30, 300
    A = sparse.random_array((m, n), density=0.2, rng=rng).tocsr()
    truth = rng.standard_normal(n)
    y = A @ truth + 0.01 * rng.standard_normal(m)
    y[::17] += 5
    res = least_squares(lambda x: A @ x - y, truth + 0.05, lambda x: A, loss=loss, f_scale=0.1, ftol=1e-12, xtol=1e-12)
    assert res.success
    assert np.max(np.abs(res.x - truth)) < 0.1
    assert res.optimality < 1e-4


def test_limits_and_callbacks(never_dense):
    p = Tridiagonal(50)
    calls = []
    res = least_squares(p.fun, p.x0, p.jac, max_nfev=2, callback=lambda x: calls.append(x))
    assert (res.status, res.nfev, len(calls)) == (0, 2, 1)

    def stop(x):
        raise StopIteration

    assert least_squares(p.fun, p.x0, p.jac, callback=stop).status == -2
    options = {"regularize": False, "maxiter": 50, "atol": 1e-12}
    assert least_squares(p.fun, p.x0, p.jac, tr_solver="lsmr", tr_options=options).cost < 1e-20


def test_trials_that_are_not_finite_are_avoided(never_dense):
    n = 20
    fun = lambda x: np.where(x > 0, np.log(np.maximum(x, 1e-300)), np.nan)  # noqa: E731
    res = least_squares(fun, np.full(n, 3.5), lambda x: sparse.diags_array(1 / x))
    np.testing.assert_allclose(res.x, 1.0, rtol=1e-6)
    wall = least_squares(lambda x: np.where(x < 2, np.nan, x), np.full(n, 2.0), lambda x: sparse.eye_array(n))
    assert not wall.success


def test_many_parameters_take_little_time():
    p = Tridiagonal(5000)
    began = time.perf_counter()
    res = least_squares(p.fun, p.x0, p.jac, bounds=(p.lower, np.inf))
    assert res.cost < 1e-12 and sparse.issparse(res.jac)
    assert time.perf_counter() - began < 120  # tenths of a second; hours, were the Jacobian dense
