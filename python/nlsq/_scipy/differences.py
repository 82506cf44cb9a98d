# SPDX-License-Identifier: MIT
"""Jacobians by finite differences, with SciPy's choice of steps.

A step is ``root * max(1, |x|)`` away from zero, root the square root of the machine epsilon (three-point: its cube
root) of the narrowest type that took part: a function that gives float32 values gets steps for float32. A given
``rel_step`` makes it ``rel_step * |x|``, unless that is too small to move x. Steps stay inside the bounds: a
one-sided one turns round or is cut, a central one becomes one-sided. What the function gives is subtracted in
float64. Parameters whose columns share no row move together if the sparsity is known (Curtis, Powell and Reid 1974).
"""

import functools
from collections.abc import Callable

import numpy as np

from nlsq import _core

METHODS = ("2-point", "3-point", "cs")
_EPS = float(np.finfo(np.float64).eps)


@functools.cache
def epsilon_of(dtype: np.dtype) -> float:
    """The relative rounding of values of a type."""
    return float(np.finfo(dtype).eps) if dtype.kind in "fc" and dtype.itemsize < 8 else _EPS


_unbounded = {}


def unbounded(n: int) -> tuple:
    """(lower, upper) of n parameters without bounds: always the same arrays, which cannot be written."""
    found = _unbounded.get(n)
    if found is None:
        found = np.full(n, -np.inf), np.full(n, np.inf)
        for bounds in found:
            bounds.flags.writeable = False
        if len(_unbounded) < 1_000:
            _unbounded[n] = found
    return found


def is_bounded(lower, upper) -> bool:
    """Whether there is a bound that is not infinite."""
    free = _unbounded.get(len(lower))
    if free is not None and lower is free[0] and upper is free[1]:
        return False
    return lower.max(initial=-np.inf) > -np.inf or upper.min(initial=np.inf) < np.inf


def group_columns(structure) -> np.ndarray:
    """A group for each column such that no two columns of a group have an entry in the same row; greedy."""
    m, n = structure.shape
    if isinstance(structure, np.ndarray):
        rows_of = [np.flatnonzero(structure[:, j]) for j in range(n)]
    else:
        csc = structure.tocsc()
        rows_of = [csc.indices[csc.indptr[j] : csc.indptr[j + 1]] for j in range(n)]
    groups = np.empty(n, dtype=int)
    taken = []
    for j, rows in enumerate(rows_of):
        for group, used in enumerate(taken):
            if not used[rows].any():
                break
        else:
            group, used = len(taken), np.zeros(m, dtype=bool)
            taken.append(used)
        used[rows] = True
        groups[j] = group
    return groups


class Differences:
    """The Jacobian of a function of n parameters, dense (m, n), or sparse (csr) if ``sparsity`` is given.

    function: x -> 1-D values. method: one of METHODS. lower, upper: (n,). sparsity: (m, n), dense or sparse.
    mapper: maps the function over points, like ``map``. ``evaluations`` counts calls of the function.
    """

    def __init__(self, function: Callable, method: str, rel_step, lower: np.ndarray, upper: np.ndarray,
                 sparsity=None, mapper=map):  # fmt: skip
        self.function, self.method, self.rel_step = function, method, rel_step
        self.lower, self.upper, self.mapper = lower, upper, mapper
        self.sparsity = sparsity
        self.evaluations = 0
        self.at_zero = 0.0  # |x| that rel_step is meant of where x is 0; 0: none
        # The core can do all of this.
        self.plain = sparsity is None and mapper is map and method != "cs"
        if sparsity is not None:
            self.structure = _coordinates(sparsity)
            self.groups = group_columns(sparsity)

    def __call__(self, x: np.ndarray, f: np.ndarray, dtype: np.dtype):
        """The Jacobian at x, where the function gave f (now float64) in the type dtype."""
        if self.plain:
            self.evaluations += len(x) * (1 + (self.method == "3-point"))
            return _core.differences(self.function, as_values, x, f, *self.rule(dtype))
        bounds = ([], []) if self.method == "cs" else (self.lower.tolist(), self.upper.tolist())
        steps, one_sided = _core.difference_steps(x.tolist(), *self.rule(dtype)[:3], *bounds)
        one_sided = np.array(one_sided, dtype=bool)
        if self.sparsity is None:
            return self._dense(x, f, steps, one_sided)
        return self._sparse(x, f, steps, one_sided)

    def rule(self, dtype: np.dtype) -> tuple:
        """The steps as the core takes them, for values of a type: (central, epsilon, relative, lower, upper)."""
        n = len(self.lower)
        relative = self.rel_step
        if relative is None:
            relative = []
        elif isinstance(relative, float):
            relative = [relative] * n
        else:
            relative = np.broadcast_to(relative, (n,)).tolist()
        lower, upper = self.lower.tolist(), self.upper.tolist()
        return self.method == "3-point", epsilon_of(dtype), relative, lower, upper

    def _dense(self, x, f, steps, one_sided):
        moves = np.eye(len(x), dtype=bool)
        jacobian = np.empty((len(x), len(f)))
        for j, (change, first) in enumerate(self._changes(x, f, steps, one_sided, moves)):
            with np.errstate(over="ignore"):  # a step below the normal numbers: infinite, as it is with SciPy
                jacobian[j] = change / first[j]
        return jacobian.T

    def _sparse(self, x, f, steps, one_sided):
        rows, columns, sparse_type = self.structure
        moves = np.arange(self.groups.max() + 1)[:, None] == self.groups
        values = np.empty(len(rows))
        group_of = self.groups[columns]
        for k, (change, first) in enumerate(self._changes(x, f, steps, one_sided, moves)):
            at = group_of == k
            values[at] = change[rows[at]] / first[columns[at]]
        return sparse_type((values, (rows, columns)), shape=self.sparsity.shape)

    def _changes(self, x, f, steps, one_sided, moves):
        """For each row of moves (which parameters move): the change of the function and what x moved by."""
        two = self.method == "3-point"

        def points():
            for move in moves:
                if self.method == "cs":
                    yield x + 1j * np.where(move, steps, 0.0)
                elif not two:
                    yield np.where(move, x + steps, x)
                else:
                    yield np.where(move, np.where(one_sided, x + steps, x - steps), x)
                    yield np.where(move, np.where(one_sided, x + 2 * steps, x + steps), x)

        values = iter(self.mapper(self.function, points()))
        for move in moves:
            self.evaluations += 1 + two
            if self.method == "cs":
                yield np.atleast_1d(np.asarray(next(values))).imag, steps
            elif not two:
                yield _as_float64(next(values)) - f, (x + steps) - x
            else:
                one, other = _as_float64(next(values)), _as_float64(next(values))
                ends = np.where(one_sided, (x + 2 * steps) - x, (x + steps) - (x - steps))
                if one_sided[move].all():
                    yield 4 * one - 3 * f - other, ends
                elif not one_sided[move].any():
                    yield other - one, ends
                else:  # a group with both kinds: each row belongs to one parameter
                    side = self._sided_rows(one_sided & move, len(f))
                    yield np.where(side, 4 * one - 3 * f - other, other - one), ends

    def _sided_rows(self, chosen, m):
        rows, columns, _ = self.structure
        side = np.zeros(m, dtype=bool)
        side[rows[chosen[columns]]] = True
        return side


def _as_float64(values):
    return np.atleast_1d(np.asarray(values)).astype(np.float64, copy=False)


def as_values(values) -> np.ndarray:
    """What a function gave, as a contiguous float64 array."""
    return np.ascontiguousarray(_as_float64(values))


def _coordinates(sparsity):
    """(rows, columns, sparse type) of a structure; a sparse matrix stays a matrix, anything else gives an array."""
    import scipy.sparse as sp

    if sp.issparse(sparsity):
        entries = sparsity.tocoo()
        kept = entries.data != 0
        return entries.row[kept], entries.col[kept], sp.csr_matrix if sp.isspmatrix(sparsity) else sp.csr_array
    rows, columns = np.nonzero(sparsity)
    return rows, columns, sp.csr_array
