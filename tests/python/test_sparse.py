# SPDX-License-Identifier: MIT
"""least_squares with a sparse Jacobian, and patterns found by looking."""

import numpy as np
import pytest

import nlsq

sparse = pytest.importorskip("scipy.sparse")
optimize = pytest.importorskip("scipy.optimize")


def broyden(x):
    """Broyden's tridiagonal function."""
    f = (3 - x) * x + 1
    f[1:] -= x[:-1]
    f[:-1] -= 2 * x[1:]
    return f


def tridiagonal(n):
    return sparse.diags([1.0, 1.0, 1.0], [-1, 0, 1], shape=(n, n))


def test_broyden_is_solved_as_scipy_solves_it():
    n = 300
    x0 = -np.ones(n)
    ours = nlsq.least_squares(broyden, x0, jac_sparsity=tridiagonal(n))
    theirs = optimize.least_squares(broyden, x0, jac_sparsity=tridiagonal(n), xtol=1e-12, ftol=1e-12, gtol=1e-12)
    assert ours.success and ours.linear_solver == "sparse" and ours.sparsity_detected["solver"] == "sparse"
    np.testing.assert_allclose(ours.x, theirs.x, atol=1e-7)
    assert ours.cost < 1e-15
    assert sparse.issparse(ours.jac) and ours.jac.shape == (n, n)
    np.testing.assert_allclose(ours.grad, ours.jac.T @ ours.fun, atol=1e-12)


def test_bounds_hold_and_a_dense_pattern_is_taken():
    n = 60
    ours = nlsq.least_squares(broyden, np.full(n, -0.5), jac_sparsity=tridiagonal(n).toarray(), bounds=(-0.6, 0.0))
    theirs = optimize.least_squares(broyden, np.full(n, -0.5), bounds=(-0.6, 0.0), ftol=1e-14, xtol=1e-14, gtol=1e-14)
    assert np.all(ours.x >= -0.6) and ours.cost == pytest.approx(theirs.cost, rel=1e-6)


def test_errors_are_those_of_the_dense_fit():
    rng = np.random.default_rng(1)
    n = 80
    truth, y = np.sin(np.arange(n)), np.empty(3 * n)
    at = np.arange(3 * n) // 3
    y = np.exp(truth[at]) + 0.1 * rng.standard_normal(3 * n)

    def f(p):
        return np.exp(p[at]) - y

    pattern = sparse.csr_matrix((np.ones(3 * n), (np.arange(3 * n), at)))
    r = nlsq.least_squares(f, np.zeros(n), jac_sparsity=pattern)
    J = np.zeros((3 * n, n))
    J[np.arange(3 * n), at] = np.exp(r.x[at])
    wanted = np.sqrt(np.diag(np.linalg.inv(J.T @ J)) * 2 * r.cost / (2 * n))
    np.testing.assert_allclose(r.perr, wanted, rtol=1e-5)


def test_a_pattern_of_the_wrong_shape_is_named():
    with pytest.raises(ValueError, match=r"shape \(59, 60\)"):
        nlsq.least_squares(broyden, np.zeros(60), jac_sparsity=np.ones((59, 60)))


def test_patterns_are_found_by_looking():
    x = np.arange(40.0)

    def steps(x, *p):
        return np.array(p)[(x // 10).astype(int)]

    pattern, part = nlsq.SparseJacobianComputer().detect_sparsity_pattern(steps, np.ones(4), x)
    assert pattern.shape == (40, 4) and part == 0.75
    np.testing.assert_array_equal(pattern.argmax(axis=1), x // 10)
    found, info = nlsq.detect_jacobian_sparsity(steps, np.ones(4), x)
    assert found == 0.75 and info["nnz"] == 40 and info["max_nnz_per_row"] == 1
