# SPDX-License-Identifier: MIT
"""Recording a model: trace it, and compare the record with the function before it is trusted."""

import functools
import types

import numpy as np

from nlsq import _core
from nlsq._base.errors import TraceRefused
from nlsq._data.model_input import is_series_like
from nlsq._models import jax
from nlsq._models.formulas import Formula
from nlsq._models.model_values import model_values
from nlsq._recording.type_questions import may_ask_for_types
from nlsq._tracing.array_functions import read_only

_VERIFY_ROWS = 10_000  # above, a recorded model is compared with its function on some rows where those tell
_SAMPLE_ROWS = 1_000
_verified = set()
_VERIFIED_MOST = 10_000
_LARGE = "more than 100,000 operations"  # how that note begins
COUNTED = "the function changes what it keeps, a counter of its calls perhaps"
_large = {}  # (rows, identity) of models with more, which are not recorded again: the note


class Refused(str):
    """Why a function cannot be recorded, whatever its data and parameters are."""


def trace(function, x, names, rows, decisions=None, kept=None):
    """((model, columns, narrow), None), or (None, why it cannot be traced). decisions: a decisions.Decisions that makes
    those on parameters; None: they refuse. kept: a function_state.Kept of what the function keeps, to be put back."""
    try:
        if isinstance(function, Formula):
            return function.traced(x), None
        if jax.is_loaded() and jax.uses_jax(function):
            from nlsq._models.jax_models import trace as trace_jax

            return trace_jax(function, x, names, rows), None
        more = {} if decisions is None else {"decisions": decisions}
        if is_series_like(x):
            if _index_of(x) is not None:
                more["index"] = _index_of(x)
            x = x.to_numpy()
        if type(x) is np.ndarray and x.ndim == 1:
            if len(x) == rows and x.dtype.kind in "fiu" and x.dtype.itemsize <= 8:
                plain = x if x.flags.c_contiguous and x.dtype.char in "df" else None
                if plain is None or not x.dtype.isnative:
                    plain = np.ascontiguousarray(x, dtype=float)
                return _core.trace(function, x, True, plain, names, rows, **more), None
        if type(x) is np.ndarray:
            x = read_only(x)
            if x.ndim == 2 and rows in x.shape and x.dtype == np.float64:
                from nlsq._tracing.blocks import DataBlock

                try:
                    return _core.trace(function, x.view(DataBlock), False, None, names, rows, **more), None
                except Exception:  # recorded with a plain array below, which also gives the error message
                    if decisions is not None:
                        decisions.clear()
                    if kept is not None:
                        kept.restore()
        return _core.trace(function, x, False, None, names, rows, **more), None
    except Exception as error:  # it refused, or the function itself fails on recording values
        from nlsq._tracing import notes

        refused = isinstance(error, TraceRefused)
        return None, notes.note_of(error) if refused else notes.note_of_failure(error, function)
    finally:
        if kept is not None:
            kept.restore()


def _index_of(series):
    index = getattr(series, "index", None)
    return None if callable(index) else index


def recorded(function, x, p0, names, rows, lower=None, upper=None, decisions=None, kept=None, is_chosen=True):
    """As trace, for a recording that was compared with the function; one that made decisions has to be looked at again
    where the fit ends (holds). kept: functions that count their calls are not recorded. is_chosen: p0 is the user's;
    at one that is not, the function may fail as Python's arithmetic does (1/0) where the recording is not finite."""
    if _large and (rows, identity_of(function)) in _large:
        return None, _large[rows, identity_of(function)]
    forms = _core.forms_counted()
    found, why = trace(function, x, names, rows, decisions, kept)
    if kept is not None and kept.counted:
        return None, COUNTED
    anew = _core.forms_counted() != forms
    if why is not None and why.startswith(_LARGE) and identity_of(function) is not None and len(_large) < _VERIFIED_MOST:
        _large[rows, identity_of(function)] = why
    if found is not None:
        why = _verify(function, found, x, p0, lower, upper, names, rows, anew, decisions, is_chosen)
        if why is None:
            if type(function) is types.FunctionType:
                _core.trust(function)
            return found, None
    elif not why.startswith("an array of data is changed") and not is_series_like(x):
        return None, Refused(why)
    is_series = is_series_like(x)
    if ((type(x) is np.ndarray and x.ndim == 1) or is_series) and not (jax.is_loaded() and jax.uses_jax(function)):
        # A model that asks whether x is an array (a Series), or changes arrays made of it: recorded with x itself.
        try:
            itself, index = (x.copy(), _index_of(x)) if is_series else (read_only(x), None)
            if decisions is not None:
                decisions.clear()
            found = _core.trace(function, itself, False, None, names, rows, (), False, index, decisions)
        except Exception:
            return None, why
        finally:
            if kept is not None:
                kept.restore()
        if _verify(function, found, x, p0, lower, upper, names, rows, True) is None:
            return found, None
    return None, why


def holds(traced, decisions, function, x, p, lower, upper, rows) -> bool:
    """Whether a recording that decided on parameters is the function where a fit ends, and beside it."""
    if not decisions.stand(p, lower, upper):
        return False
    p = np.array(p, dtype=float)
    try:
        theirs = function(x, *p.tolist())
    except Exception:  # it refuses such parameters
        return False
    if type(theirs) is np.ndarray and theirs.dtype == np.float64 and theirs.shape == (rows,) and not traced[2]:
        difference = np.abs(_core.evaluate(traced[0], traced[1], p, rows) - theirs)
        if difference.max() <= 1e-9 * np.abs(theirs).max() < np.inf:
            return True
    return _differs_at(traced, function, x, p, rows) is None


def _differs(traced, function, x, p0, lower, upper, rows, both=True, is_chosen=True):
    """Why the recorded model is not the function, or None: compared beside the start, and (both) at the start."""
    p0 = np.array(p0, dtype=float)
    other = p0 + 0.01 * np.maximum(np.abs(p0), 0.1) * (1.0 + 0.3 * np.arange(len(p0)))
    if lower is not None:
        other = np.clip(other, lower, upper)
    for p in (p0, other) if both else (other,):
        why = _differs_at(traced, function, x, p, rows, p is p0 and not is_chosen)
        if why is not None:
            return why
    return None


def _differs_at(traced, function, x, p, rows, may_fail=False):
    model, columns, narrow = traced
    try:
        with np.errstate(all="ignore"):
            theirs = function(x, *p.tolist())
        single = np.asarray(theirs).dtype.itemsize < 8
        theirs = model_values(theirs, rows)
    except Exception as error:
        if may_fail and isinstance(error, ArithmeticError):
            if not np.isfinite(_core.evaluate(model, columns, p, rows)).any():
                return None
        return f"{type(error).__name__}: {error}".partition("\n")[0]
    relative = 1e-4 if narrow or single else 1e-9
    ours = _core.evaluate(model, columns, p, rows)
    finite = np.isfinite(theirs)
    size = np.max(np.abs(theirs), where=finite, initial=0.0)
    with np.errstate(invalid="ignore"):
        near = np.abs(ours - theirs) <= relative * (np.abs(theirs) + size)
    if np.any(finite != np.isfinite(ours)) or np.any(np.isnan(theirs) != np.isnan(ours)):
        return "the recorded model is not finite where the function is"
    if not np.all(near | ~finite):
        return "the recorded model gives other values than the function"
    return None


def _verify(function, traced, x, p0, lower, upper, names, rows, anew, decisions=None, is_chosen=True):
    """Why the recorded model is not the function, or None. Of many rows a sample is compared if the function
    gives the same model there, else all of them at one point; all of them, too, once for each number of rows, if the
    function may ask for types, since then it may do otherwise there. anew: whatever was compared before, since what
    the function captures had a part in putting the model together."""
    if isinstance(function, Formula):
        return None
    few = rows <= _VERIFY_ROWS
    identity = None if anew and few else identity_of(function)
    decided = (decisions.key,) if decisions else ()
    key = None if anew or identity is None else (identity, traced[0].key, *decided)
    if is_verified(key):
        return None
    seen, asks = key, (key is not None or not few) and may_ask_for_types(function, identity)
    if asks:
        seen = (identity or getattr(function, "__code__", type(function)), traced[0].key, rows, *decided)
        if key is not None and is_verified(seen):
            return None
    if few:
        why = _differs(traced, function, x, p0, lower, upper, rows, is_chosen=is_chosen)
    elif asks and not is_verified(seen) or not _sample_agrees(function, traced, x, p0, lower, upper, names, rows):
        why = _differs(traced, function, x, p0, lower, upper, rows, both=False)
    else:
        why = None
    if why is None:
        set_verified(seen)
    return why


def _sample_agrees(function, traced, x, p0, lower, upper, names, rows):
    if type(x) is not np.ndarray or x.dtype.kind != "f":
        return False
    if x.ndim == 1 and len(traced[1]) > 1:
        return False  # other data than x: only the whole arrays show their rows
    step = rows // _SAMPLE_ROWS
    if x.shape[-1:] == (rows,):
        some = x[..., ::step]
    elif x.shape[:1] == (rows,):
        some = x[::step]
    else:
        return False
    count = -(-rows // step)
    some = np.ascontiguousarray(some)
    found, _ = trace(function, some, names, count)
    if found is None or found[0].key != traced[0].key:
        return False
    return _differs(found, function, some, p0, lower, upper, count) is None


_PLAIN = frozenset((int, float, str, bool, type(None)))


def is_verified(key) -> bool:
    """Whether a recording of this key was compared with its function before."""
    return key in _verified


def set_verified(key):
    """Remembers that a recording was compared with its function; a key of None is not."""
    if key is None:
        return
    if len(_verified) >= _VERIFIED_MOST:
        _verified.clear()
    _verified.add(key)


def identity_of(function, arguments=()):
    """What two functions share that do the same to the same parameters, as far as their code, captured numbers and
    captured functions tell, and those of the further arguments they are called with; None where there is no code."""
    identity = _identity(function)
    if identity is None or not arguments:
        return identity
    further = []
    return (identity, tuple(further)) if _add_captured(further, arguments, 2) else None


def _identity(function, depth=3):
    self = getattr(function, "__self__", None)
    code = getattr(function, "__code__", None)
    if type(code) is not types.CodeType:
        if type(function) is functools.partial:
            inner = _identity(function.func, depth - 1) if depth else None
            identity = [functools.partial, inner, *function.keywords]
            known = _add_captured(identity, (*function.args, *function.keywords.values()), depth)
            return tuple(identity) if known and inner is not None else None
        inner = getattr(function, "__wrapped__", None)  # a function under jax.jit
        inner = _identity(inner, depth - 1) if callable(inner) and depth else None
        return None if inner is None else (type(function), inner)
    identity = [code, type(self)]
    captured = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    for cell in function.__closure__ or ():
        try:
            captured.append(cell.cell_contents)
        except ValueError:
            continue
    return tuple(identity) if _add_captured(identity, captured, depth) else None


def _add_captured(identity, values, depth):
    """Appends what tells values apart; False where a function among them has no code."""
    for value in values:
        if type(value) in _PLAIN:
            identity.append(value)
        elif type(value) is types.FunctionType:
            inner = _identity(value, depth - 1) if depth else None
            if inner is None:
                return False
            identity.append(inner)
        elif callable(value):
            return False
        else:
            identity.append(type(value))
    return True
