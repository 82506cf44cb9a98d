# SPDX-License-Identifier: MIT
"""Results, warnings and exceptions of every kind, and what must be the same of their copies.

As a program: makes them before and after SciPy's import, copies and pickles them and sends them to a spawned process
and back; prints a JSON object of the kinds and what was wrong with each.
"""

import copy
import json
import multiprocessing
import pickle
import sys
import warnings

import numpy as np
from fits import decay, decay_data

import nlsq
import nlsq.scipy
from nlsq import StopOptimization
from nlsq._base.errors import TraceRefused

X, Y = decay_data(m=40)
P0 = [1.5, 1.0, 0.8]


def called(x, a, b, c):
    return decay(x, float(a), b, c)


def residuals(p):
    return p[0] * np.exp(-p[1] * X) + p[2] - Y


def branching(p):
    return residuals(p) if float(p[0]) < 1e9 else np.zeros(len(X))


def caught(call):
    """The warning of a call."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        call()
    return found[0].message


def raised(call, kind):
    try:
        call()
    except kind as error:
        return error
    raise AssertionError("nothing was raised")


def with_field(error):
    error.field = 4
    return error


def computed(result):
    """The result with all its entries, some of which a twin without the model's code could not compute."""
    result.copy()
    return result


def undetermined(module, **more):
    return caught(lambda: module.curve_fit(lambda x, a, b: a + b + 0 * x, X, Y, [1.0, 1.0], **more))


KINDS = {
    "curve_fit, recorded": lambda: nlsq.curve_fit(decay, X, Y, P0),
    "curve_fit, called": lambda: nlsq.curve_fit(called, X, Y, P0),
    "curve_fit, lambda": lambda: computed(nlsq.curve_fit(lambda x, a, b, c: decay(x, a, b, c), X, Y, P0)),
    "curve_fit, formula": lambda: nlsq.curve_fit("a*exp(-b*x) + c", X, Y, P0),
    "curve_fit, bounds and sigma": lambda: nlsq.curve_fit(decay, X, Y, P0, sigma=1 + X, bounds=(0, 9), loss="huber"),
    "curve_fit, of entries": lambda: nlsq.CurveFitResult({"popt": np.ones(2), "pcov": np.eye(2), "xdata": X}),
    "infodict": lambda: nlsq.curve_fit(decay, X, Y, P0, full_output=True)[2],
    "least_squares, recorded": lambda: nlsq.least_squares(residuals, P0),
    "least_squares, called": lambda: nlsq.least_squares(branching, P0),
    "scipy.least_squares, recorded": lambda: nlsq.scipy.least_squares(residuals, P0),
    "scipy.least_squares, called": lambda: nlsq.scipy.least_squares(branching, P0, method="lm"),
    "scipy.curve_fit, full": lambda: nlsq.scipy.curve_fit(decay, X, Y, P0, full_output=True),
    "OptimizeResult": lambda: nlsq.OptimizeResult(x=np.arange(3.0), nested=nlsq.OptimizeResult(a=1)),
    "curve_fit_many": lambda: nlsq.curve_fit_many(decay, X, np.stack([Y, Y + 1]), p0=P0),
    "bootstrap": lambda: nlsq.curve_fit(decay, X, Y, P0).bootstrap(20),
    "parameters": lambda: nlsq.curve_fit(decay, X, Y, P0).params,
    "memory": lambda: nlsq.estimate_memory_requirements(1000, 3),
    "OptimizeWarning": lambda: undetermined(nlsq),
    "scipy's OptimizeWarning": lambda: undetermined(nlsq.scipy),
    "the class to warn with": lambda: type(undetermined(nlsq)),
    "the class of results": lambda: type(nlsq.curve_fit(decay, X, Y, P0)),
    "StopOptimization": lambda: with_field(StopOptimization("enough", 3)),
    "TraceRefused": lambda: with_field(TraceRefused("no")),
    "ValueError of the engine": lambda: raised(lambda: nlsq.curve_fit(decay, X, Y, P0, method="simplex"), ValueError),
    "ImportError of a name": lambda: raised(lambda: nlsq.nothing_like_it, AttributeError),
}


def difference(a, b):
    """What is not the same of two objects, or None."""
    if type(a) is not type(b):
        return f"{type(a)} became {type(b)}"
    if isinstance(a, BaseException):
        return None if (a.args, vars(a)) == (b.args, vars(b)) else f"{a.args} {vars(a)} became {b.args} {vars(b)}"
    if isinstance(a, dict):
        keys = [k for k in a.keys() if k not in ("model", "cache_stats")]
        if keys != [k for k in b.keys() if k not in ("model", "cache_stats")]:
            return f"the keys are {list(b.keys())}"
        return next((d for d in (difference(a[k], b[k]) for k in keys) if d), None)
    if isinstance(a, (list, tuple)):
        return next((d for d in map(difference, a, b) if d), None) if len(a) == len(b) else "another length"
    if isinstance(a, np.ndarray):
        return None if np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True) else f"{a} became {b}"
    if hasattr(a, "__dict__") and not isinstance(a, type):
        return difference(vars(a), vars(b))
    return None if a == b or a != a else f"{a!r} became {b!r}"


def attempt(way, value):
    try:
        return difference(value, way(value))
    except Exception as error:  # noqa: BLE001 - whatever a pickle raises is what is reported
        return repr(error)


def echo(value):
    return value


def main():
    wrong = {name: [] for name in KINDS}
    before = {}
    assert "scipy" not in sys.modules
    with multiprocessing.get_context("spawn").Pool(1) as worker:
        ways = {f"protocol {k}": lambda v, k=k: pickle.loads(pickle.dumps(v, k)) for k in range(2, 6)}
        ways |= {"copy": copy.copy, "deepcopy": copy.deepcopy, "worker": lambda v: worker.apply(echo, (v,))}
        for when in ("before", "after"):
            if when == "after":
                import scipy.optimize
            for name, make in KINDS.items():
                value = make()
                wrong[name] += [f"{when}, {w}: {d}" for w, way in ways.items() if (d := attempt(way, value))]
                if when == "before":
                    before[name] = pickle.dumps(value)
                elif isinstance(value, nlsq.OptimizeResult) and name != "OptimizeResult":  # made by a fit
                    if not isinstance(value, scipy.optimize.OptimizeResult):
                        wrong[name].append("it is not SciPy's")
            assert when == "after" or "scipy.optimize" not in sys.modules, "SciPy was imported"
    for name, data in before.items():
        try:
            pickle.loads(data)
        except Exception as error:  # noqa: BLE001
            wrong[name].append(f"a pickle from before SciPy's import: {error!r}")
    print(json.dumps(wrong))


if __name__ == "__main__":
    main()
