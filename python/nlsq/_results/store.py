# SPDX-License-Identifier: MIT
"""Results as plain values, JSON, files and pickles.

A file is a NumPy archive: arrays, and one JSON text with everything else. Reading it executes nothing.
"""

import copy
import io
import json
import math
import os
import pickle
import zipfile

import numpy as np

from nlsq import _core
from nlsq._base.files import write_file
from nlsq._engine.outcome import Outcome, engine_of
from nlsq._results.entries import set_cache, set_outcome
from nlsq._results.fields import JSON
from nlsq._results.given import GivenNumbers, OrNone
from nlsq._results.issues import of_core
from nlsq._results.stored import Recorded, StoredOutcome, numbers_of

_FORMAT = 1


# -- plain values


def _plain(value):
    if isinstance(value, np.ndarray):
        return [_plain(v) for v in value.tolist()]
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (str, int, bool)) else repr(value)


def to_dict(result, level=None):
    """The object that the command prints with --json; None for what a result made of entries does not know."""
    core = result._outcome.result
    if isinstance(core, GivenNumbers):
        core = OrNone(core)
    at95 = result.confidence_intervals(0.95)
    at = None if level is None else result.confidence_intervals(level)
    parameters = {}
    for i, p in enumerate(result.params.values()):
        entry = {"value": p.value, "stderr": p.stderr, "ci95": at95[i]}
        if at is not None:
            entry["ci"] = at[i]
        parameters[p.name] = {**entry, "fixed": p.fixed, "at_bound": p.at_bound != 0, "start": p.start}
    head = {"level": level} if level is not None else {}
    return _plain({
        "schema": 1, "version": _core.version(), "model": _model_text(result._outcome),
        "parameter_order": list(core.names), "parameters": parameters, **head,
        "covariance": result["pcov"], "correlation": result.correlation,
        **{key: getattr(core, name) for key, name in JSON.items()},
        "engine": engine_of(result._outcome), "warnings": list(core.warnings),
        "issues": [issue._asdict() for issue in of_core(core)],
    })  # fmt: skip


def _model_text(outcome):
    formula = getattr(outcome.model, "formula", "") or None
    return formula or getattr(outcome.function, "__name__", None) or type(outcome.function).__name__


def to_json(result, path, level, overwrite):
    """to_dict as text, written to path if one is given."""
    text = json.dumps(to_dict(result, level), allow_nan=False, ensure_ascii=False)
    if path is not None:
        write_file(path, (text + "\n").encode(), _is_json_result, overwrite)
    return text


def _is_json_result(path):
    """Whether a file holds the text of to_json, which begins with its number of schema."""
    with open(path, "rb") as file:
        return file.read(10) == b'{"schema":'


# -- the whole state

_DATA = ("xdata", "ydata", "sigma")
_SETTINGS = ("lower", "upper", "f_scale")


def state_of(result):
    """Everything of a result as a dictionary that can be pickled; the function only if it can be."""
    outcome = result._outcome
    if isinstance(outcome.result, GivenNumbers):
        entries = result.copy()
        if entries.get("model") is not None and _picklable(entries["model"]) is None:
            entries |= {"model": None, "names": outcome.names}
        return {"format": _FORMAT, "given": entries}
    state = {"format": _FORMAT, "numbers": numbers_of(outcome.result), "engine": outcome.engine, "note": outcome.note}
    state |= {name: getattr(outcome, name) for name in _DATA}
    state["settings"] = {name: getattr(outcome, name) for name in _SETTINGS}
    clocks = getattr(outcome, "clocks", None)
    state["clocks"] = None if clocks is None else clocks.plain()
    state["model"] = _model_text(outcome)
    state["whole"] = None if outcome.whole is None else outcome.whole[1:]
    function = outcome.function if outcome.whole is None else outcome.whole.function
    state["function"], state["jac"] = _picklable(function), _picklable(outcome.jac)
    if state["function"] is None:
        # The function is not stored, so its values at the data are.
        state["values"], state["errors"] = result.predict(return_std=True)
    state["entries"] = {k: v for k, v in dict.items(result) if k not in ("model", *_DATA)}
    return state


def _picklable(function):
    try:
        pickle.dumps(function)
    except Exception:  # noqa: BLE001 - pickle raises whatever the object's own methods raise
        return None
    return function


def outcome_of_state(state):
    """(what a result is made of, its entries) of a state_of."""
    if state["format"] != _FORMAT:
        raise ValueError(f"stored by another version of nlsq (format {state['format']}, this one reads {_FORMAT})")
    if "given" in state:
        return state["given"], {}
    outcome = (Outcome if state["function"] is not None else StoredOutcome)()
    outcome.result = Recorded(dict(state["numbers"]))
    outcome.engine, outcome.note = state["engine"], state["note"]
    outcome.function, outcome.jac, outcome.whole = state["function"], state["jac"], None
    if state.get("whole") is not None:
        from nlsq._models.whole import Whole

        shape, x_too = state["whole"]
        outcome.whole = Whole(outcome.function, tuple(shape), x_too)
        outcome.function = None if outcome.function is None else outcome.whole.by_rows()
    if state.get("clocks"):
        from nlsq._data.dates import Clocks

        outcome.clocks = Clocks.of(state["clocks"])
    outcome.names = outcome.result.names
    outcome.model, outcome.columns = None, []
    for name in _DATA:
        setattr(outcome, name, state[name])
    for name, value in state["settings"].items():
        setattr(outcome, name, value)
    if state["function"] is None:
        outcome.values, outcome.errors = state["values"], state["errors"]
    return outcome, state["entries"]


def deep_copy(result, memo, made_of):
    """A result of its own arrays; the model and the core's result are immutable and shared. made_of: makes a result of
    entries."""
    if isinstance(result._outcome.result, GivenNumbers):
        return made_of({k: v if k == "model" else copy.deepcopy(v, memo) for k, v in result.items()})
    twin = copy.copy(result)
    set_outcome(twin, _copied(result._outcome, memo))
    set_cache(twin, copy.deepcopy(result._cache, memo))
    for key, value in dict.items(result):
        dict.__setitem__(twin, key, copy.deepcopy(value, memo))
    return twin


def _copied(outcome, memo):
    twin = type(outcome)()
    for cls in type(outcome).__mro__:
        for name in getattr(cls, "__slots__", ()):
            if hasattr(outcome, name):
                value = getattr(outcome, name)
                shared = name in ("result", "model", "function", "jac", "whole")
                setattr(twin, name, value if shared else copy.deepcopy(value, memo))
    return twin


# -- files

_SPECIAL = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


def _encoded(value):
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": repr(value)}
    return [_encoded(v) for v in value] if isinstance(value, (list, tuple)) else value


def _decoded(value):
    if isinstance(value, dict):
        return _SPECIAL[value["float"]]
    return [_decoded(v) for v in value] if isinstance(value, list) else value


def save(result, path, overwrite):
    """Arrays and a JSON text in one NumPy archive."""
    if isinstance(result._outcome.result, GivenNumbers):
        raise TypeError("a result made of entries is not saved to a file of its own; pickle it, or save its entries")
    state = state_of(result)
    arrays, plain = {}, {}
    values, errors = result.predict(return_std=True)
    entries = {**state["numbers"], **{name: state[name] for name in _DATA}, **state["settings"]}
    entries |= {"values": values, "errors": errors, "engine_ran": state["engine"], "note": state["note"]}
    entries |= {"model": state["model"], "whole": state["whole"], "format": _FORMAT}
    if state["clocks"]:
        entries["clocks"] = state["clocks"]
    for name, value in entries.items():
        if isinstance(value, np.ndarray) or name in ("xdata", "ydata"):
            arrays[name] = _storable(value, name)
        else:
            plain[name] = _encoded(value)
    whole = io.BytesIO()
    np.savez(whole, text=np.array(json.dumps(plain)), **arrays)
    write_file(path, whole.getbuffer(), _is_archive, overwrite)


def _is_archive(path):
    """Whether a file is one that save wrote, by the names in it."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {"text.npy", "popt.npy"} <= set(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def _storable(value, name):
    array = np.asarray(value)
    if array.dtype.hasobject:
        raise TypeError(f"{name} cannot be stored: it is no array of numbers; pickle the result instead")
    return array


def _arrays_of(path):
    """The arrays of a file of save. Nothing in it is ever unpickled: that would run what it says."""
    try:
        archive = np.load(path, allow_pickle=False)
        arrays = {name: archive[name] for name in archive.files} if hasattr(archive, "files") else {}
    except (ValueError, EOFError):
        with open(path, "rb") as file:
            is_json = file.read(64).lstrip().startswith(b"{")
        hint = "; to_json() writes JSON for other programs, which json.load reads" if is_json else ""
        raise ValueError(f"{path!r} is no result that save() wrote{hint}") from None
    if hasattr(archive, "close"):
        archive.close()
    if "text" not in arrays:
        raise ValueError(f"{path!r} is no result that save() wrote")
    return arrays


def read(path, model):
    """The state (state_of) of what save wrote."""
    found = _arrays_of(os.fspath(path))
    found |= {name: _decoded(value) for name, value in json.loads(str(found.pop("text"))).items()}
    state = {"format": found.pop("format"), "engine": found.pop("engine_ran"), "note": found.pop("note")}
    state |= {name: found.pop(name) for name in _DATA}
    state["settings"] = {name: found.pop(name) for name in _SETTINGS}
    state["model"], state["whole"] = found.pop("model"), found.pop("whole", None)
    state["clocks"] = found.pop("clocks", None)
    state["values"], state["errors"] = found.pop("values"), found.pop("errors")
    if model is not None:
        from nlsq._models.signatures import adapted

        model = adapted(model, found["popt"])
    return state | {"numbers": found, "function": model, "jac": None, "entries": {}}
