# SPDX-License-Identifier: MIT
"""Covariance and MINPACK's factors from a Jacobian."""

from math import copysign, sqrt

import numpy as np

_EPS = np.finfo(float).eps
_ZERO = 100.0 * _EPS  # of the largest singular value: what counts as zero, as in the engine


@np.errstate(all="ignore")
def covariance(jacobian: np.ndarray, pseudo: bool) -> np.ndarray | None:
    """(J^T J)^-1 of a Jacobian (m, n). Where its rank is below n: the pseudo-inverse with inf for what is not
    determined, or None if not `pseudo`.

    Columns are scaled to unit length first, so that units do not decide about the rank.
    """
    if not np.isfinite(jacobian).all():
        return None
    if pseudo:
        _, s, Vt = np.linalg.svd(jacobian, full_matrices=False)
        kept = s > _EPS * max(jacobian.shape) * s[0]
        V = Vt[kept].T / s[kept]
        return _without_undetermined(jacobian, V @ V.T)
    size = np.linalg.norm(jacobian, axis=0)
    if jacobian.shape[0] < jacobian.shape[1] or not size.all():
        return None
    _, s, Vt = np.linalg.svd(jacobian / size, full_matrices=False)
    if s[-1] <= _EPS * s[0]:
        return None
    V = Vt.T / s / size[:, None]
    return V @ V.T


def _without_undetermined(jacobian, pseudo_inverse):
    """The pseudo-inverse, inf in the rows and columns of parameters with a part in the null space."""
    size = np.linalg.norm(jacobian, axis=0)
    size[size == 0.0] = 1.0
    # All n right vectors, but never a square matrix of the rows.
    _, s, Vt = np.linalg.svd(jacobian / size, full_matrices=jacobian.shape[0] < jacobian.shape[1])
    rank = int(np.sum(s > _ZERO * s[0]))
    if rank == len(size):
        return pseudo_inverse
    # Null vectors are known to the angle _ZERO s[0]/s[rank - 1] (Wedin 1972).
    rounding = 16.0 * _ZERO * s[0] / s[rank - 1] if rank else 0.0
    lost = np.linalg.norm(Vt[rank:], axis=0) > min(max(rounding, 1e-12), 1e-3)
    V = Vt[:rank].T / s[:rank] / size[:, None]
    covariance = V @ V.T
    covariance[lost] = covariance[:, lost] = np.inf
    return covariance


@np.errstate(all="ignore")
def minpack_factors(jacobian: np.ndarray, f: np.ndarray) -> dict:
    """fjac (n, m), ipvt (n,) and qtf (n,): J P = Q R with a diagonal of R that does not grow; the first n columns of
    fjac hold R^T, the others are 0."""
    m, n = jacobian.shape
    k = min(m, n)
    Q, R = np.linalg.qr(jacobian)
    b = Q.T @ f
    order = np.arange(n)
    R = R.copy()
    for j in range(k):
        rest = R[j:, j:]
        pivot = j + int(np.einsum("ij,ij->j", rest, rest).argmax())
        if pivot != j:
            R[:, [j, pivot]] = R[:, [pivot, j]]
            order[[j, pivot]] = order[[pivot, j]]
        v = rest[:, 0].copy()
        length = sqrt(v.dot(v))
        if length == 0.0:
            continue
        v[0] += copysign(length, v[0])
        v *= sqrt(2.0 / v.dot(v))  # reflections are x - v (v x)
        rest -= v[:, None] * v.dot(rest)
        b[j:] -= v * v.dot(b[j:])
    fjac = np.zeros((n, m))
    fjac[:, :k] = np.triu(R).T
    return {"fjac": fjac, "ipvt": order.astype(np.int32), "qtf": b}


class InfoDict(dict):
    """A dictionary whose entries fjac, ipvt and qtf are computed when somebody looks into it: few do. jacobian: (m, n),
    or a function without arguments that gives it."""

    def __init__(self, known: dict, jacobian, f: np.ndarray):
        super().__init__(known)
        self._of = (jacobian, f)

    def _filled(self):
        if self._of is not None:
            (jacobian, f), self._of = self._of, None
            for name, value in minpack_factors(jacobian() if callable(jacobian) else jacobian, f).items():
                super().setdefault(name, value)
        return self

    def __missing__(self, key):
        return dict.__getitem__(self._filled(), key) if self._of is not None else dict(self)[key]

    def __reduce__(self):
        return dict, (dict(self.items()),)


def _looking(name):
    plain = getattr(dict, name)

    def method(self, *args, **kwargs):
        return plain(self._filled(), *args, **kwargs)

    return method


for _name in ("__contains__", "__iter__", "__len__", "__eq__", "__ne__", "__repr__", "__or__", "__ror__", "copy", "get",
              "items", "keys", "values", "pop", "popitem", "__reversed__"):  # fmt: skip
    setattr(InfoDict, _name, _looking(_name))
