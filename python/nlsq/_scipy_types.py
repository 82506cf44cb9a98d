# SPDX-License-Identifier: MIT
"""SciPy's result and warning classes and its sparse types, when SciPy is there; stand-ins when it is not.

SciPy is looked for at first use, never at import.
"""

import importlib.util
import sys

import numpy as np


class OwnOptimizeResult(dict):
    """A dict whose keys are attributes too."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error

    __setattr__ = dict.__setitem__
    __delattr__ = dict.__delitem__

    def __dir__(self):
        return list(self.keys())

    def __repr__(self):
        width = max(map(len, self), default=0)
        return "\n".join(f"{key:>{width}}: {value!r}" for key, value in self.items()) or "OptimizeResult()"


OwnOptimizeResult.__name__ = OwnOptimizeResult.__qualname__ = "OptimizeResult"


class OwnOptimizeWarning(UserWarning):
    """The covariance of the parameters could not be estimated, and the like."""


OwnOptimizeWarning.__name__ = OwnOptimizeWarning.__qualname__ = "OptimizeWarning"


def _from_scipy(name, own):
    if "scipy" not in sys.modules and importlib.util.find_spec("scipy") is None:
        return own
    import scipy.optimize

    return getattr(scipy.optimize, name)


def optimize_result() -> type:
    """scipy.optimize.OptimizeResult, or a class that behaves like it."""
    return _from_scipy("OptimizeResult", OwnOptimizeResult)


def optimize_warning() -> type:
    """scipy.optimize.OptimizeWarning, or a class that behaves like it."""
    return _from_scipy("OptimizeWarning", OwnOptimizeWarning)


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
    if is_sparse(value):
        return value.tocsr() if value.format != "csr" else value
    if is_operator(value):
        return value
    return np.atleast_2d(np.asarray(value))


def dense(jacobian) -> np.ndarray:
    """C-contiguous float64 (m, n)."""
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
