# SPDX-License-Identifier: MIT
"""Why a model was not recorded, in one line: what was met, and what to write instead.

The recorder meets NumPy's own work on arrays of objects, np.sort([a, b]), as a comparison or a float() of a value.
Which function that was is told by the first of NumPy's frames behind the model's.
"""

import sys

import numpy

_DECISION, _FLOAT = "a decision (", "float() or the math module"
_INSTEAD = {
    _DECISION: "; write np.where, np.minimum or np.maximum",
    _FLOAT: "; write np.exp for math.exp and the like, and leave float() and dtype=float out",
}
_OBJECTS = " of a list or an array of model values"
_OF_LISTS = {
    "max": "write np.maximum(a, b), of more values functools.reduce(np.maximum, values)",
    "min": "write np.minimum(a, b), of more values functools.reduce(np.minimum, values)",
    "mean": "write sum(values) / len(values)",
    "sort": "write np.minimum(a, b) and np.maximum(a, b) for the smaller and the larger of two",
}
_OTHERWISE = {_DECISION: "it decides on values of parameters", _FLOAT: "it needs numbers for parameters"}
_NAMES = {"_amax": "max", "_amin": "min", "amax": "max", "amin": "min", "_mean": "mean", "_std": "std", "_var": "var"}
_WRAPPERS = ("wrapper", "wrapped", "inner", "wrapped_f", "_wrapper")
_MOST_OF_A_LINE = 60


def note_of(refused):
    """The text of a TraceRefused, with what to write instead where there is something."""
    text, step = str(refused), refused.__traceback__
    other = _others_function(step) or _written(step)
    if other is not None:
        return other
    for kind, instead in _INSTEAD.items():
        if text.startswith(kind):
            name = _numpys_function(step)
            if name is None:
                return text + instead
            return f"np.{name}{_OBJECTS}; {_OF_LISTS.get(name, _OTHERWISE[kind])}"
    name = text.removeprefix("NumPy's ")
    special = sys.modules.get("scipy.special")
    if name != text and not hasattr(numpy, name) and hasattr(special, name):
        return f"scipy.special.{name}"
    return text


def note_of_failure(error, function):
    """The text of an exception that a model raised on recording values."""
    step = error.__traceback__
    other = _others_function(step) or _written(step)
    if other is not None:
        return other
    text = f"{type(error).__name__}: {error}".partition("\n")[0].rstrip().rstrip(":")
    is_ufunc = "type Traced" in text or "type nlsq._core.Traced" in text  # before NumPy 2.5, and since
    if is_ufunc or "from dtype('O')" in text:  # NumPy's work on an array of objects, here or deep within
        name = _numpys_function(step) or text.partition("no callable ")[2].partition(" ")[0]
        if name:
            return f"np.{name}{_OBJECTS}; {_OTHERWISE[_FLOAT]}"
    # np.r_ takes them for objects, one each, and what follows meets an array of another length.
    names = getattr(getattr(function, "__code__", None), "co_names", ())
    return f"{text}; write np.concatenate for np.r_" if "r_" in names else text + _place(_innermost(step))


def _frames(step):
    """The steps of a traceback from the model's own on: those outside this package."""
    steps = []
    while step is not None:
        if not _module(step).startswith("nlsq."):
            steps.append(step)
        step = step.tb_next
    return steps


def _module(step):
    return step.tb_frame.f_globals.get("__name__") or ""


def _package(step):
    return _module(step).partition(".")[0]


def _own(steps):
    """The package of the model: np.vectorize may be around it."""
    return next((_package(s) for s in steps if _package(s) != "numpy"), "numpy")


def _innermost(step):
    """The last step in the package of the model."""
    steps = _frames(step)
    return next((s for s in reversed(steps) if _package(s) == _own(steps)), None)


def _place(step):
    """' (line 7: the line)' of a step; '' where there is none."""
    if step is None:
        return ""
    import linecache  # imported only when a note is read, as opcode below

    line = linecache.getline(step.tb_frame.f_code.co_filename, step.tb_lineno, step.tb_frame.f_globals).strip()
    line = line if len(line) <= _MOST_OF_A_LINE else line[: _MOST_OF_A_LINE - 1] + "…"
    return f" (line {step.tb_lineno}{': ' * bool(line)}{line})"


def _others_function(step):
    """The note where a function of another package, NumPy apart, met recording values; None where none did."""
    steps = _frames(step)
    if not steps:
        return None
    own = _own(steps)
    last = max(i for i, s in enumerate(steps) if _package(s) == own)
    called = [s for s in steps[last + 1 :] if _package(s) != "numpy"]
    if not called:
        return None
    called = next((s for s in called if s.tb_frame.f_code.co_name not in _WRAPPERS), called[0])
    parts = _module(called).split(".")
    private = next((i for i, part in enumerate(parts) if part.startswith("_") or part == "core"), len(parts))
    name, self = called.tb_frame.f_code.co_name, called.tb_frame.f_locals.get("self")
    if self is not None:
        owner = getattr(self, "name", None) if own != _package(called) else None
        owner = owner if isinstance(owner, str) else type(self).__name__
        name = owner if name.startswith("__") else f"{owner}.{name}"
    return (
        f"{'.'.join([*parts[:private], name])} was called with model values{_place(steps[last])}; it works on numbers, "
        "so the model is called as it is"
    )


def _written(step):
    """The note where the model wrote recording values, or by a mask of them, into an array of numbers."""
    import opcode

    steps = _frames(step)
    if not steps or steps[-1].tb_frame.f_code.co_code[steps[-1].tb_lasti] != opcode.opmap["STORE_SUBSCR"]:
        return None
    return (
        f"model values are written into an array of numbers{_place(steps[-1])}; write np.zeros_like(x) for "
        "np.zeros(x.shape) or np.zeros(len(x))"
    )


def _numpys_function(step):
    """The name of the function of NumPy that the model's innermost frame called; None if the fault was its own."""
    found = None
    while step is not None:
        if not step.tb_frame.f_globals.get("__name__", "").startswith("numpy."):
            found = None
        elif found is None:
            name = step.tb_frame.f_code.co_name
            part = step.tb_frame.f_globals["__name__"].split(".")[1]
            found = f"{part}." * (part in ("linalg", "fft")) + _NAMES.get(name, name)
        step = step.tb_next
    return found


def name_of(function):
    """As a model calls it: np.linalg.norm."""
    return f"{function.__module__}.{function.__name__}".replace("numpy", "np", 1)
