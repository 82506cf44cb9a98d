# SPDX-License-Identifier: MIT
"""Residuals of a parameter vector, recorded, compared with their function, and minimized in the engine."""

from typing import NamedTuple

import numpy as np

from nlsq import _core
from nlsq._base.errors import TraceRefused
from nlsq._models import jax
from nlsq._recording.models import Refused, identity_of, is_verified, set_verified
from nlsq._tracing.joined import returned
from nlsq._tracing.notes import note_of, note_of_failure
from nlsq._tracing.vector import ParameterVector

_NAMES = {n: [f"p{i}" for i in range(n)] for n in range(1, 64)}
_MOST_OUTPUTS = 300  # beyond, residuals that are formulas of their own take longer to compile than to call
_TOO_MANY = f"more than {_MOST_OUTPUTS} residuals without rows of data"
_too_many = set()  # (n, m, identity) of functions that have more
_RELATIVE = 1e-9  # relative difference allowed between a recording and its function: rounding


class Engine(NamedTuple):
    """How recorded residuals are to be minimized."""

    threads: int = 0
    jacobian_mode: str | None = None
    by_jacobian: bool = False
    """Parameters are scaled by the Jacobian, whatever the method's x_scale is."""
    says_why: bool = True
    """Somebody may read why a function is not recorded: finding the words takes longer than some fits."""


class Recorded:
    """Residuals as families of rows for the engine: (model, columns, rows, positions among the m residuals) each.

    A model of several outputs has one row and no data: residuals that are formulas of their own.
    """

    def __init__(self, terms, n: int, m: int):
        self.terms = [(model, columns, rows, np.array(at, dtype=np.intp)) for model, columns, rows, at in terms]
        self.n, self.m = n, m
        self.size = sum(len(at) for *_, at in self.terms)
        self.outputs = max((model.outputs for model, *_ in self.terms), default=0)
        in_order = len(self.terms) == 1 and bool((self.terms[0][3] == np.arange(self.size)).all())
        self.only = self.terms[0][:3] if in_order else None  # (model, columns, rows) where that is all

    @property
    def key(self):
        """What recordings of the same structure share."""
        return tuple((model.key, len(at), hash(at.tobytes())) for model, _, _, at in self.terms)

    def values(self, p: np.ndarray) -> np.ndarray:
        """The residuals (m,)."""
        if self.only is not None:
            return _values(*self.only, p)
        f = np.empty(self.size)
        for model, columns, rows, at in self.terms:
            f[at] = _values(model, columns, rows, p)
        return f

    def jacobian(self, p: np.ndarray) -> np.ndarray:
        """Their derivatives (m, n)."""
        if self.only is not None:
            model, columns, rows = self.only
            return _core.jacobian(model, columns, p, rows)
        J = np.empty((self.size, self.n))
        for model, columns, rows, at in self.terms:
            J[at] = _core.jacobian(model, columns, p, rows)
        return J

    def minimize(self, x0, lower, upper, loss, solver, engine: Engine, absolute_sigma=False):
        """The core's result from x0, or None where the engine has none: a derivative that is not finite.
        absolute_sigma: its covariance is that of unit variance, where its attribute of that name says so."""
        bounded = np.any(lower > -np.inf) or np.any(upper < np.inf)
        low, high = (lower.tolist(), upper.tolist()) if bounded else (None, None)
        solver = {**solver, "judge": False}  # no x is known
        name, f_scale = None if loss.linear else loss.name, float(loss.f_scale)
        try:
            if self.only is None:
                core = _core.fit_terms(
                    [term[:3] for term in self.terms], x0.tolist(), low, high, name, f_scale, engine.threads,
                    engine.jacobian_mode, solver,
                )  # fmt: skip
            else:
                model, columns, _ = self.only
                core = _core.curve_fit(
                    model, columns, np.zeros(self.m), None, x0.tolist(), low, high, None, absolute_sigma, name,
                    f_scale, engine.threads, False, None, engine.jacobian_mode, solver,
                )  # fmt: skip
        except ValueError:
            return None
        return None if core.status == -1 else core


def _values(model, columns, rows, p):
    return _core.outputs(model, p) if model.outputs > 1 else _core.evaluate(model, columns, p, rows)


def record(function, fun, args, kwargs, x, values, lower, upper, decisions=None, kept=None, says_why=True):
    """(Recorded, None), or (None, why not), a Refused where that is the function's fault, whatever the data and x.

    function: x (n,) -> residuals, which is fun with its further arguments. values: its residuals at x (m,). decisions:
    a decisions.Decisions, or None: none may be made. kept: what fun keeps, to be put back after the recording, or None. says_why: in good words.
    """
    n, m = len(x), len(values)
    if n == 0:
        return None, "there are no parameters"
    identity = identity_of(fun, (*args, *(kwargs or {}).values()))
    if identity is not None and (n, m, identity) in _too_many:
        return None, _TOO_MANY
    names = _NAMES.get(n) or [f"p{i}" for i in range(n)]

    replayed = []  # of a function of JAX: what its jaxpr does

    def call(_, *parameters):
        result = replayed[0](parameters) if replayed else function(ParameterVector.of(parameters))
        segments = returned(result)
        if segments is None:
            raise TraceRefused(f"the function returned a {type(result).__name__} without its parameters")
        return segments

    forms = _core.forms_counted()
    try:
        if jax.is_loaded() and jax.uses_jax(fun):
            from nlsq._recording.jax_residuals import traced

            replayed.append(traced(function, n))
        terms, narrow = _core.trace(call, None, False, None, names, m, several=True, decisions=decisions)
    except TraceRefused as refused:
        return None, Refused(note_of(refused) if says_why else refused)
    except Exception as error:  # the function fails on recording values
        return None, Refused(note_of_failure(error, fun) if says_why else type(error).__name__)
    finally:
        if kept is not None:
            kept.restore()
    recorded = Recorded(terms, n, m)
    if recorded.size != m:
        return None, f"the traced function gives {recorded.size} values, the function {m}"
    if recorded.outputs > _MOST_OUTPUTS:
        if identity is not None and len(_too_many) < 1_000:
            _too_many.add((n, m, identity))
        return None, _TOO_MANY
    anew = _core.forms_counted() != forms  # what the function captures had a part in putting the model together
    decided = decisions.key if decisions else None
    key = None if identity is None or anew else ("residuals", n, narrow, identity, recorded.key, decided)
    if not is_verified(key):
        why = _differs(recorded, function, x, values, lower, upper)
        if why is not None:
            return None, why
        set_verified(key)
    return recorded, None


def point_beside(x, lower, upper):
    """A point near x, within the bounds."""
    n = len(x)
    return np.clip(x + 0.01 * np.maximum(np.abs(x), 0.1) * (1.0 + 0.3 * np.arange(n) / n), lower, upper)


def same_values(theirs, ours, relative=_RELATIVE, size=0.0) -> bool:
    """Whether two arrays agree to some digits of their largest value, or of `size`, NaN and infinities included."""
    if theirs.shape != ours.shape:
        return False
    size = max(size, size_of(theirs))
    with np.errstate(invalid="ignore"):
        same = (np.abs(ours - theirs) <= relative * (np.abs(theirs) + size)) | (ours == theirs)
    return bool(np.all(same | (np.isnan(ours) & np.isnan(theirs))))


def size_of(values) -> float:
    """The largest finite value."""
    return float(np.max(np.abs(values), initial=0.0, where=np.isfinite(values)))


def _differs(recorded, function, x, values, lower, upper):
    """Why the recording is not the function, or None: compared at x and beside it, to digits of the larger residuals,
    since those of a good start are rounding of the data."""
    beside = point_beside(x, lower, upper)
    try:
        with np.errstate(all="ignore"):
            other = np.atleast_1d(function(beside.copy()))
    except Exception as error:  # outside what the function accepts; the solver may never go there
        return f"{type(error).__name__}: {error}".partition("\n")[0]
    size = max(size_of(values), size_of(other))
    for p, theirs in ((x, values), (beside, other)):
        ours = recorded.values(p)
        if theirs.shape != ours.shape:
            return f"the function gives {ours.size} values, and then {theirs.size}"
        if not same_values(theirs, ours, size=size):
            return "the recorded function gives other values than the function"
    return None
