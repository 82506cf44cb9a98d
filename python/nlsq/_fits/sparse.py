# SPDX-License-Identifier: MIT
"""least_squares of functions whose residuals depend on few of many parameters each, and NLSQ's names for such."""

import numpy as np

from nlsq import _core
from nlsq._base import arguments
from nlsq._base.optimize import OptimizeResult

_LEAST = 50  # number of parameters from which the sparsity pattern selects the sparse solver
_STEP = float(np.sqrt(np.finfo(float).eps))


def pattern_of(sparsity, m, n):
    """(start, column) of the rows of a pattern: an array, or a sparse matrix of SciPy."""
    if hasattr(sparsity, "tocsr"):
        rows = sparsity.tocsr()
        rows.sum_duplicates()
        rows.eliminate_zeros()
        shape, start, column = rows.shape, rows.indptr, rows.indices
    else:
        dense = np.atleast_2d(np.asarray(sparsity)) != 0
        shape = dense.shape
        column = np.nonzero(dense)[1]
        start = np.concatenate([[0], np.cumsum(dense.sum(axis=1))])
    if shape != (m, n):
        raise ValueError(f"jac_sparsity has shape {shape}; the Jacobian's is {(m, n)}")
    return np.asarray(start, dtype=np.int64), np.asarray(column, dtype=np.int64)


def is_chosen(settings, n):
    """Whether the sparse solver takes a call of least_squares with these arguments."""
    bounds = settings["bounds"]
    if not hasattr(bounds, "lb") and not (isinstance(bounds, (tuple, list)) and len(bounds) == 2):
        return False
    plain = settings["loss"] == "linear" and settings["method"] == "trf" and settings["tr_solver"] != "exact"
    plain = plain and settings["jac"] in (None, "2-point") and settings["callback"] is None and not settings["verbose"]
    return plain and settings["jac_sparsity"] is not None and n >= _LEAST and settings.get("workers") is None


def solve(fun, x0, settings) -> OptimizeResult:
    """The fit; an OptimizeResult with the entries of SciPy's."""
    x0 = np.atleast_1d(np.asarray(x0, dtype=float))
    args, kwargs = settings["args"], settings["kwargs"] or {}

    def residuals(p):
        return np.ascontiguousarray(np.atleast_1d(fun(p, *args, **kwargs)), dtype=float)

    f = residuals(x0)
    if f.ndim != 1:
        raise ValueError(f"fun must return one dimension; it returned shape {f.shape}")
    n, m = x0.size, f.size
    start, column = pattern_of(settings["jac_sparsity"], m, n)
    bounds = settings["bounds"]
    bounds = (bounds.lb, bounds.ub) if hasattr(bounds, "lb") else bounds
    lower, upper = (np.broadcast_to(np.asarray(b, dtype=float), n).tolist() for b in bounds)
    step = settings["diff_step"]
    steps = [] if step is None else np.broadcast_to(np.asarray(step, dtype=float), n).tolist()
    solver = {name: settings[name] for name in (*arguments.TOLERANCES, "max_nfev") if settings[name] is not None}
    solver.update({name: 0.0 for name in arguments.TOLERANCES if settings[name] is None})
    scale = settings["x_scale"]
    if scale is not None and not isinstance(scale, str):
        solver["x_scale"] = np.broadcast_to(np.asarray(scale, dtype=float), n).tolist()
    core = _core.sparse_least_squares(residuals, m, x0.tolist(), start, column, lower, upper, steps, solver)
    x = core.popt
    result = OptimizeResult(
        x=x, cost=core.cost, fun=residuals(x), optimality=core.optimality, active_mask=np.array(core.at_bound, dtype=int),
        nfev=core.nfev, njev=core.njev, nit=core.iterations, status=core.status, success=core.success,
        message=core.message, perr=core.perr, engine="callback", trace_note="a sparse Jacobian was given",
        jacobian_mode="2-point", jacobian_mode_source="default", derivative_order="2-point", linear_solver="sparse",
        sparsity_detected={"detected": True, "ratio": 1.0 - len(column) / (m * n), "solver": "sparse", "n_residuals": m,
                           "n_params": n},
    )  # fmt: skip
    jac = differences(residuals, x, result.fun, start, column)
    result["grad"] = np.bincount(column, jac * np.repeat(result.fun, np.diff(start)), n)
    result["jac"] = _matrix(jac, start, column, (m, n))
    return result


def differences(residuals, x, f, start, column):
    """Entries of the Jacobian in the order of the pattern, by forward differences in groups of columns."""
    group = np.asarray(_core.column_groups(start, column, x.size))
    h = np.where(x < 0, -_STEP, _STEP) * np.maximum(1.0, np.abs(x))
    h = (x + h) - x
    rows = np.repeat(np.arange(len(f)), np.diff(start))
    values = np.empty(len(column))
    for g in range(group.max(initial=-1) + 1):
        of = group[column] == g
        moved = residuals(np.where(group == g, x + h, x))
        values[of] = (moved[rows[of]] - f[rows[of]]) / h[column[of]]
    return values


def _matrix(values, start, column, shape):
    try:
        from scipy.sparse import csr_matrix
    except ImportError:
        return None
    return csr_matrix((values, column, start), shape=shape)


class SparseJacobianComputer:
    """Patterns of Jacobians by looking, under NLSQ's name.

    sparsity_threshold : part of the largest entry below which one counts as zero.
    """

    def __init__(self, sparsity_threshold: float = 0.01):
        self.sparsity_threshold = sparsity_threshold

    def detect_sparsity_pattern(self, func, x0, x_sample, n_samples: int = 100) -> tuple[np.ndarray, float]:
        """(pattern, sparsity): where derivatives of func(x_sample, *x0) by the parameters are not zero at x0 and at two
        points near it, an array of bool; and the part that is zero."""
        x0 = np.asarray(x0, dtype=float)
        sample = np.asarray(x_sample)[..., :n_samples]
        rng = np.random.default_rng(0)
        seen = None
        for point in (x0, *(x0 * (1 + 0.1 * s) + 0.01 * s for s in rng.uniform(-1, 1, (2, x0.size)))):
            here = self._derivatives(func, sample, point)
            seen = here if seen is None else np.maximum(seen, here)
        pattern = seen > self.sparsity_threshold * max(seen.max(initial=0.0), np.finfo(float).tiny)
        return pattern, 1.0 - pattern.mean() if pattern.size else 0.0

    @staticmethod
    def _derivatives(func, x, p):
        base = np.atleast_1d(np.asarray(func(x, *p), dtype=float))
        columns = []
        for j in range(p.size):
            h = _STEP * max(1.0, abs(p[j]))
            moved = p.copy()
            moved[j] += h
            columns.append(np.abs(np.atleast_1d(np.asarray(func(x, *moved), dtype=float)) - base) / h)
        return np.stack(columns, axis=1)

    def estimate_memory_usage(self, n_data: int, n_params: int, sparsity: float = 0.99) -> dict:
        """Gigabytes of a dense and of a sparse Jacobian."""
        nnz = round(n_data * n_params * (1.0 - sparsity))
        dense, sparse = 8e-9 * n_data * n_params, 1e-9 * (12 * nnz + 4 * (n_data + 1))
        return {"dense_gb": dense, "sparse_gb": sparse, "savings_percent": 100.0 * (1.0 - sparse / dense) if dense else 0.0,
                "sparsity": sparsity, "nnz": nnz, "reduction_factor": dense / sparse if sparse else np.inf}  # fmt: skip


def detect_jacobian_sparsity(func, x0, x_sample, threshold: float = 0.01) -> tuple[float, dict]:
    """(sparsity, info) of the Jacobian of func(x, *x0) on a sample of x: the part that is zero, and counts."""
    pattern, sparsity = SparseJacobianComputer(threshold).detect_sparsity_pattern(func, x0, x_sample)
    by_row, by_column = pattern.sum(axis=1), pattern.sum(axis=0)
    return sparsity, {
        "sparsity": sparsity, "nnz": int(pattern.sum()), "avg_nnz_per_row": float(by_row.mean()),
        "max_nnz_per_row": int(by_row.max(initial=0)), "avg_nnz_per_col": float(by_column.mean()),
        "max_nnz_per_col": int(by_column.max(initial=0)), "pattern_shape": pattern.shape,
        "memory_reduction": 100.0 * sparsity,
    }  # fmt: skip
