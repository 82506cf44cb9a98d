# SPDX-License-Identifier: MIT
"""A pytest plugin that puts nlsq.scipy in the place of SciPy's least squares, and writes down every call.

It must be loaded before the package under test (``-p in_place_of_scipy``), since that may take the functions by name.
NLSQ_CLIENTS_MODE is "scipy" (SciPy's functions, watched), "nlsq" (ours, watched) or "both" (each call is made with
SciPy's and with ours, in turn first, and the answer is SciPy's: this compares times of one and the same call).
NLSQ_CLIENTS_OUT is a file to which a line of JSON is added for each call and for each test that failed.
"""

import atexit
import json
import os
import sys
import threading
import time
import warnings

import numpy as np
import scipy.optimize

import nlsq.scipy
from nlsq import _core
from nlsq._scipy import curve_fit as _scipy_curve_fit, least_squares as _scipy_least_squares, leastsq_fit as _leastsq_fit, task as _scipy_task
from nlsq._scipy.black_box import BlackBox
from nlsq._recording.residuals import Engine

NAMES = ("curve_fit", "least_squares", "leastsq")
MODE = os.environ.get("NLSQ_CLIENTS_MODE", "nlsq")
OUT = os.environ.get("NLSQ_CLIENTS_OUT")
SCIPYS = {name: getattr(scipy.optimize, name) for name in NAMES}
OURS = {name: getattr(nlsq.scipy, name) for name in NAMES}

_lines = open(OUT, "a", buffering=1) if OUT else None
_now = threading.local()  # of the call in progress: how it ran, and why
_test = [""]
_calls = [0]


def _write(line):
    if _lines is not None:
        _lines.write(json.dumps(line) + "\n")


# How a call of ours ran.

_LATER = "a Jacobian was asked for"  # what least_squares is told by a curve_fit that could not record


def _watch(owner, name, seen):
    plain = getattr(owner, name)

    def watched(*args, **kwargs):
        result = plain(*args, **kwargs)
        seen(result, args)
        return result

    setattr(owner, name, watched)


def _told(recorded, why):
    _now.recorded = recorded
    if why is not None and why != _LATER:
        _now.why = why


_watch(_core, "quick_fit", lambda done, _: done and _told(True, None))
for _module in (_scipy_curve_fit, _scipy_task):
    _watch(_module, "recorded", lambda found, _: _told(found[0] is not None, found[1]))
_watch(_scipy_curve_fit, "trace", lambda found, _: _told(found[0] is not None, found[1]))
if MODE == "nlsq":  # times are taken as they are
    _leastsq_fit._ENGINE = _scipy_least_squares._ENGINE = Engine()
_watch(_leastsq_fit.Fit, "kept", lambda status, _: status is not None and _told(True, None))
_watch(_leastsq_fit.Fit, "called", lambda _, args: _told(False, args[0].note))
_watch(BlackBox, "minimize", lambda _, args: _told(False, args[0].note))
_watch(BlackBox, "minimize_recorded", lambda core, args: _told(core is not None, args[0].note))


def _cost(name, args, kwargs, result):
    """Half the sum of squares, or the robust cost, of an answer; None where it cannot be told."""
    try:
        if name == "least_squares":
            return float(result.cost)
        if name == "leastsq":
            if len(result) == 5:
                return float(0.5 * np.sum(np.square(result[2]["fvec"])))
            function, more = args[0], kwargs.get("args", args[2] if len(args) > 2 else ())
            more = more if isinstance(more, tuple) else (more,)
            return float(0.5 * np.sum(np.square(function(np.array(result[0]), *more))))
        bound = dict(zip(("f", "xdata", "ydata", "p0", "sigma"), args), **kwargs)
        values = bound["f"](np.asarray(bound["xdata"]) if isinstance(bound["xdata"], (list, tuple)) else bound["xdata"],
                            *result[0])  # fmt: skip
        residuals = np.asarray(values) - np.asarray(bound["ydata"], dtype=float)
        sigma = bound.get("sigma")
        if sigma is not None and np.ndim(sigma) < 2:
            residuals = residuals / np.asarray(sigma, dtype=float)
        elif sigma is not None:
            return None
        if bound.get("loss", "linear") != "linear":
            return None
        return float(0.5 * np.nansum(residuals**2))
    except Exception:
        return None


def _one(function, args, kwargs):
    """(seconds, result, exception, warnings) of a call."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        start = time.process_time()  # of the processor: other programs do not count
        try:
            result, error = function(*args, **kwargs), None
        except Exception as raised:
            result, error = None, raised
        seconds = time.process_time() - start
    return seconds, result, error, [str(w.category.__name__) for w in caught]


def _points(name, result):
    if result is None:
        return None
    return result.x if name == "least_squares" else result[0]


class _Counted:
    """Counts calls of a function; it is called as it is, since nothing can look into it."""

    def __init__(self, function):
        self.function, self.calls = function, 0

    def __call__(self, *args, **kwargs):
        self.calls += 1
        return self.function(*args, **kwargs)


def _watched(name):
    def single(*args, **kwargs):
        if getattr(_now, "inside", False):
            return SCIPYS[name](*args, **kwargs)
        _now.inside, _now.recorded, _now.why = True, None, None
        function = (SCIPYS if MODE == "scipy" else OURS)[name]
        start = time.process_time()
        error = None
        try:
            return function(*args, **kwargs)
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"[:200]
            raise
        finally:
            seconds = time.process_time() - start
            _write({"call": name, "test": _test[0], "seconds": seconds, "recorded": _now.recorded, "why": _now.why,
                    "error": error, "ran": _now.recorded is not None})  # fmt: skip
            _now.inside = False

    def both(*args, **kwargs):
        if getattr(_now, "inside", False):
            return SCIPYS[name](*args, **kwargs)
        _now.inside, _now.recorded, _now.why = True, None, None
        try:
            _calls[0] += 1
            first = [("scipy", SCIPYS[name]), ("nlsq", OURS[name])]
            done = {}
            for who, function in first if _calls[0] % 2 else reversed(first):
                done[who] = _one(function, args, kwargs)
            line = {"call": name, "test": _test[0], "recorded": _now.recorded, "why": _now.why}
            for who, (seconds, result, error, seen) in done.items():
                line[who] = {"seconds": seconds, "error": error and f"{type(error).__name__}: {error}"[:200],
                             "warnings": seen, "cost": error is None and _cost(name, args, kwargs, result) or None}  # fmt: skip
            line.update(_details(name, args, kwargs, done))
            _write(line)
        finally:
            _now.inside = False
        _, result, error, _ = done["scipy"]
        if error is not None:
            raise error
        return result

    both.__name__ = single.__name__ = name
    chosen = both if MODE == "both" else single
    chosen.__doc__, chosen.__wrapped__ = SCIPYS[name].__doc__, SCIPYS[name]
    return chosen


def _details(name, args, kwargs, done):
    """Sizes, and calls of the function by each."""
    details = {"jac": callable(kwargs.get("Dfun") or kwargs.get("jac"))}
    try:
        key = {"curve_fit": "f", "least_squares": "fun", "leastsq": "func"}[name]
        function = args[0] if args else kwargs[key]
        for who, functions in (("scipy", SCIPYS), ("nlsq", OURS)):
            if who == "nlsq" and _now.recorded:
                continue
            counted = _Counted(function)
            counted.__signature__ = _signature(function)
            a, k = ((counted, *args[1:]), kwargs) if args else ((), {**kwargs, key: counted})
            _one(functions[name], a, k)
            details[f"calls_{who}"] = counted.calls
    except Exception as error:
        details["uncounted"] = repr(error)[:100]
    return details


def _signature(function):
    import inspect

    return inspect.signature(function)


REPLACED = {name: _watched(name) for name in NAMES}
for _name in NAMES:
    setattr(scipy.optimize, _name, REPLACED[_name])


def _everywhere():
    """In modules that took them by name before."""
    for module in list(sys.modules.values()):
        name = getattr(module, "__name__", "") or ""
        if name.startswith(("scipy", "nlsq")) or name == __name__:
            continue
        for key, value in list(getattr(module, "__dict__", {}).items()):
            for ours, theirs in SCIPYS.items():
                if value is theirs:
                    setattr(module, key, REPLACED[ours])


def pytest_collection_modifyitems(config, items):
    chosen = os.environ.get("NLSQ_CLIENTS_ONLY")
    if chosen:
        with open(chosen) as lines:
            wanted = set(lines.read().splitlines())
        left = [item for item in items if item.nodeid not in wanted]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item.nodeid in wanted]


def pytest_collection_finish(session):
    _everywhere()


def pytest_runtest_setup(item):
    np.random.seed(2)  # the data of several packages' tests are drawn at random


def pytest_runtest_logstart(nodeid, location):
    _test[0] = nodeid


def pytest_runtest_logreport(report):
    if report.outcome == "failed":
        text = str(report.longrepr).strip().splitlines()
        errors = [line for line in text if line.startswith("E  ")]
        _write({"failed": report.nodeid, "when": report.when, "error": (errors or text[-1:] or [""])[0][:300]})
    elif report.when == "call" and report.outcome == "passed":
        _write({"passed": report.nodeid})


atexit.register(lambda: _lines is not None and _lines.close())
