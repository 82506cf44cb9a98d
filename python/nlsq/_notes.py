# SPDX-License-Identifier: MIT
"""Why a model was not recorded, in one line: what was met, and what to write instead.

The recorder meets NumPy's own work on arrays of objects, np.sort([a, b]), as a comparison or a float() of a value.
Which function that was is told by the first of NumPy's frames behind the model's.
"""

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


def note_of(refused):
    """The text of a TraceRefused, with what to write instead where there is something."""
    text = str(refused)
    for kind, instead in _INSTEAD.items():
        if text.startswith(kind):
            name = _numpys_function(refused.__traceback__)
            if name is None:
                return text + instead
            return f"np.{name}{_OBJECTS}; {_OF_LISTS.get(name, _OTHERWISE[kind])}"
    return text


def note_of_failure(error, function):
    """The text of an exception that a model raised on recording values."""
    text = f"{type(error).__name__}: {error}".partition("\n")[0].rstrip()
    if "type Traced" in text:  # NumPy's ufunc of an array of objects, here or deep within
        name = _numpys_function(error.__traceback__) or text.partition("no callable ")[2].partition(" ")[0]
        if name:
            return f"np.{name}{_OBJECTS}; {_OTHERWISE[_FLOAT]}"
    # np.r_ takes them for objects, one each, and what follows meets an array of another length.
    names = getattr(getattr(function, "__code__", None), "co_names", ())
    return f"{text}; write np.concatenate for np.r_" if "r_" in names else text


def _numpys_function(step):
    """The name of the function of NumPy that the model's innermost frame called; None if the fault was its own."""
    found = None
    while step is not None:
        if not step.tb_frame.f_globals.get("__name__", "").startswith("numpy."):
            found = None
        elif found is None:
            name = step.tb_frame.f_code.co_name
            found = _NAMES.get(name, name)
        step = step.tb_next
    return found


def name_of(function):
    """As a model calls it: np.linalg.norm."""
    return f"{function.__module__}.{function.__name__}".replace("numpy", "np", 1)
