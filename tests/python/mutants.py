# SPDX-License-Identifier: MIT
"""Spoils what fits return and runs tests, which should fail: ``mutants.py "curve_fit pcov test_reference.py" …``.

Each argument is what to spoil, how, and a file of tests. Tests that pass nevertheless do not look at what was spoiled.
test_mutants.py runs many, all in one process.
"""

import contextlib
import inspect
import io
import pathlib
import sys

import numpy as np
import pytest

import nlsq
import nlsq.scipy

# How a number is spoiled; "stale" values are those of the start.
SPOIL = {
    "none": {},
    "popt": {"popt": 1.0 + 1e-6},
    "pcov": {"pcov": 1.001},
    "perr": {"perr": 1.001},
    "jac": {"jac": 1.001},
    "cost": {"cost": 1.0 + 1e-6},
    "fvec": {"fvec": "stale"},
}


def _stale(f, x, y, start, sigma):
    """The weighted residuals of the start."""
    residuals = np.ravel(np.asarray(f(x, *np.asarray(start, dtype=float).tolist())) - y)
    if sigma is None or np.ndim(sigma) < 2:
        return residuals / (1.0 if sigma is None else sigma)
    return np.linalg.solve(np.linalg.cholesky(sigma), residuals)


def of_pair(curve_fit, factors):
    """SciPy's curve_fit."""

    def spoiled(f, xdata, ydata, p0=None, *args, **kwargs):
        popt, pcov, *rest = curve_fit(f, xdata, ydata, p0, *args, **kwargs)
        if rest and "fvec" in factors:
            start = np.ones(len(popt)) if p0 is None else np.atleast_1d(p0)
            rest[0] = {**rest[0], "fvec": _stale(f, xdata, ydata, start, kwargs.get("sigma"))}
        return popt * factors.get("popt", 1.0), pcov * factors.get("pcov", 1.0), *rest

    spoiled.__signature__ = inspect.signature(curve_fit)
    return spoiled


def of_result(curve_fit, factors):
    """nlsq.curve_fit."""

    def spoiled(f, *args, **kwargs):
        found = curve_fit(f, *args, **kwargs)
        if isinstance(found, tuple):
            popt, pcov, *rest = found
            return popt * factors.get("popt", 1.0), pcov * factors.get("pcov", 1.0), *rest
        if "fvec" in factors:
            start = [p.start for p in found.params.values()]
            found["fun"] = _stale(found.model, found.xdata, found.ydata, start, found._outcome.sigma)
        for name, factor in factors.items():
            if name != "fvec":
                found[name] = found[name] * factor
        if "popt" in factors:
            found["x"] = found["popt"]
        return found

    return spoiled


def of_least_squares(least_squares, factors):
    """nlsq.least_squares and SciPy's."""

    def spoiled(fun, x0, *args, **kwargs):
        found = least_squares(fun, x0, *args, **kwargs)
        if "fvec" in factors:
            found["fun"] = np.atleast_1d(fun(np.atleast_1d(np.asarray(x0, dtype=float))))
        for name, factor in factors.items():
            if name in ("popt", "jac", "cost"):
                name = {"popt": "x"}.get(name, name)
                found[name] = found[name] * factor
        return found

    spoiled.__signature__ = inspect.signature(least_squares)
    return spoiled


def of_many(curve_fit_many, factors):
    """nlsq.curve_fit_many, where it gives a result."""

    def spoiled(*args, **kwargs):
        found = curve_fit_many(*args, **kwargs)
        for name, factor in factors.items():
            if getattr(found, name, None) is not None:
                setattr(found, name, getattr(found, name) * factor)
        return found

    return spoiled


def _scaled(value, factor):
    return tuple(part * factor for part in value) if isinstance(value, tuple) else value * factor


def spoil_member(name, factor):
    """Spoils a property or a method of CurveFitResult; returns what undoes that."""
    owner = next(cls for cls in nlsq.CurveFitResult.__mro__ if name in vars(cls))
    member = vars(owner)[name]
    if isinstance(member, property):
        setattr(owner, name, property(lambda self: _scaled(member.fget(self), factor)))
    else:
        setattr(owner, name, lambda self, *args, **kwargs: _scaled(member(self, *args, **kwargs), factor))
    return lambda: setattr(owner, name, member)


WRAPPERS = {
    "scipy.curve_fit": (nlsq.scipy, "curve_fit", of_pair),
    "curve_fit": (nlsq, "curve_fit", of_result),
    "curve_fit_many": (nlsq, "curve_fit_many", of_many),
    "least_squares": (nlsq, "least_squares", of_least_squares),
    "scipy.least_squares": (nlsq.scipy, "least_squares", of_least_squares),
}
HERE = pathlib.Path(__file__).parent
# They look at the line that a warning points to, which is here.
LINES = "not test_covariance_that_cannot_be_estimated and not test_tolerances_below_epsilon_are_told"


def spoil(target, mutation):
    """Spoils; returns what undoes that."""
    if target == "result":
        return spoil_member(mutation, 1.001)
    module, name, wrapper = WRAPPERS[target]
    function = getattr(module, name)
    setattr(module, name, wrapper(function, SPOIL[mutation]))
    return lambda: setattr(module, name, function)


def run(target, mutation, tests):
    """(exit status of pytest, its output) on spoiled results; 1 means that a test failed."""
    undo = spoil(target, mutation)
    sys.modules.pop(pathlib.Path(tests).stem, None)  # it holds the functions as they were
    output = io.StringIO()
    try:
        with contextlib.redirect_stdout(output):
            status = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-k", LINES, str(HERE / tests)])
    finally:
        undo()
    return int(status), output.getvalue()


def main(arguments):
    for argument in arguments:
        status, output = run(*argument.split())
        print(argument, status, "AssertionError" in output, flush=True)
        if status > 1:
            print(output)


if __name__ == "__main__":
    main(sys.argv[1:])
