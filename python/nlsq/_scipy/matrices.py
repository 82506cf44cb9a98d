# SPDX-License-Identifier: MIT
"""SciPy's result class, and Jacobians of SciPy's sparse types. SciPy is never imported without need."""

import sys

import numpy as np

from nlsq._base.optimize import OptimizeResult, with_scipy


def optimize_result() -> type:
    """The class of results: nlsq's, and SciPy's too once scipy.optimize is imported."""
    return with_scipy(OptimizeResult, "OptimizeResult")


def is_sparse(value) -> bool:
    """A SciPy sparse array or matrix; without SciPy loaded nothing is one."""
    sparse = sys.modules.get("scipy.sparse")
    return sparse is not None and sparse.issparse(value)


def is_operator(value) -> bool:
    """A SciPy LinearOperator."""
    linalg = sys.modules.get("scipy.sparse.linalg")
    return linalg is not None and isinstance(value, linalg.LinearOperator)


def as_jacobian(value):
    """A Jacobian as it is kept: csr for sparse ones, operators as they are, else a dense two-dimensional array."""
    if type(value) is np.ndarray and value.ndim == 2:
        return value
    if is_sparse(value):
        return value.tocsr() if value.format != "csr" else value
    if is_operator(value):
        return value
    return np.atleast_2d(np.asarray(value))


def dense(jacobian) -> np.ndarray:
    """C-contiguous float64 (m, n)."""
    if type(jacobian) is np.ndarray:
        return np.ascontiguousarray(jacobian, dtype=float)
    if is_sparse(jacobian):
        jacobian = jacobian.toarray()
    elif is_operator(jacobian):
        jacobian = jacobian.matmat(np.eye(jacobian.shape[1]))
    return np.ascontiguousarray(jacobian, dtype=float)


def transposed_times(jacobian, f: np.ndarray) -> np.ndarray:
    """J^T f."""
    if is_operator(jacobian):
        return jacobian.rmatvec(f)
    return np.asarray(jacobian.T.dot(f))


def rows_times(jacobian, factors: np.ndarray):
    """diag(factors) J, of the same kind as J."""
    if is_sparse(jacobian):
        import scipy.sparse

        return type(jacobian)(scipy.sparse.diags_array(factors).tocsr() @ jacobian)
    if is_operator(jacobian):
        from scipy.sparse.linalg import LinearOperator

        return LinearOperator(
            jacobian.shape,
            matvec=lambda v: factors * jacobian.matvec(np.ravel(v)),
            matmat=lambda M: factors[:, None] * jacobian.matmat(M),
            rmatvec=lambda v: jacobian.rmatvec(factors * np.ravel(v)),
        )
    return factors[:, None] * jacobian
