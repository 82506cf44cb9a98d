# SPDX-License-Identifier: MIT
"""The arguments of SciPy's ``least_squares``, checked as SciPy checks them."""

import inspect
from contextlib import contextmanager
from warnings import warn

import numpy as np

from nlsq._base.arguments import LOSSES
from nlsq._scipy import differences

_EPS = np.finfo(float).eps
UNBOUNDED = (-np.inf, np.inf)
LSMR_OPTIONS = {"damp", "atol", "btol", "conlim", "maxiter", "show", "x0", "regularize"}


def check_choices(jac, method, tr_solver, loss, verbose, max_nfev):
    """Raises ValueError where an argument is not one of its choices."""
    if method not in ("trf", "dogbox", "lm"):
        raise ValueError("`method` must be 'trf', 'dogbox' or 'lm'.")
    if not callable(jac) and jac not in differences.METHODS:
        raise ValueError("`jac` must be '2-point', '3-point', 'cs' or callable.")
    if tr_solver not in (None, "exact", "lsmr"):
        raise ValueError("`tr_solver` must be None, 'exact' or 'lsmr'.")
    if not callable(loss) and loss not in LOSSES:
        raise ValueError(f"`loss` must be one of {dict.fromkeys(LOSSES).keys()} or a callable.")
    if method == "lm" and loss != "linear":
        raise ValueError("method='lm' supports only 'linear' loss function.")
    if verbose not in (0, 1, 2):
        raise ValueError("`verbose` must be in [0, 1, 2].")
    if max_nfev is not None and max_nfev <= 0:
        raise ValueError("`max_nfev` must be None or positive integer.")


def bounds_of(bounds, n: int):
    """(lower, upper) as arrays; numbers are repeated n times, ``lb`` and ``ub`` of an object are taken as they are."""
    if hasattr(bounds, "lb") and hasattr(bounds, "ub"):
        return np.asarray(bounds.lb, dtype=float), np.asarray(bounds.ub, dtype=float)
    if len(bounds) != 2:
        raise ValueError("`bounds` must contain 2 elements.")
    lower, upper = (np.asarray(b, dtype=float) for b in bounds)
    return tuple(np.full(n, b) if b.ndim == 0 else b for b in (lower, upper))


def checked_bounds(bounds, x0, method):
    """(lower, upper), each like x0."""
    if bounds is UNBOUNDED:
        return differences.unbounded(len(x0))
    lower, upper = bounds_of(bounds, len(x0))
    if method == "lm" and not np.all((lower == -np.inf) & (upper == np.inf)):
        raise ValueError("Method 'lm' doesn't support bounds.")
    if lower.shape != x0.shape or upper.shape != x0.shape:
        raise ValueError("Inconsistent shapes between bounds and `x0`.")
    if np.any(lower >= upper):
        raise ValueError("Each lower bound must be strictly less than each upper bound.")
    if not np.all((x0 >= lower) & (x0 <= upper)):
        raise ValueError("Initial guess is outside of provided bounds")
    return lower, upper


def checked_scale(x_scale, x0, method):
    """The scales, or None: from the Jacobian."""
    if x_scale is None:
        return None if method == "lm" else np.ones_like(x0)
    if isinstance(x_scale, str) and x_scale == "jac":
        return None
    try:
        scale = np.asarray(x_scale, dtype=float)
        valid = np.all(np.isfinite(scale)) and np.all(scale > 0)
    except (ValueError, TypeError):
        valid = False
    if not valid:
        raise ValueError("`x_scale` must be 'jac' or array_like with positive numbers.")
    if scale.ndim == 0:
        scale = np.full(x0.shape, scale)
    if scale.shape != x0.shape:
        raise ValueError("Inconsistent shapes between `x_scale` and `x0`.")
    return scale


def checked_tolerances(ftol, xtol, gtol, method):
    """The three as numbers, 0 for None."""
    checked = []
    for name, value in (("ftol", ftol), ("xtol", xtol), ("gtol", gtol)):
        if value is None:
            value = 0.0
        elif value < _EPS:
            warn(f"Setting `{name}` below the machine epsilon ({_EPS:.2e}) effectively disables the corresponding "
                 "termination condition.", stacklevel=frames_to_caller())  # fmt: skip
        checked.append(max(float(value), 0.0))
    if method == "lm" and min(checked) < _EPS:
        raise ValueError(f"All tolerances must be higher than machine epsilon ({_EPS:.2e}) for method 'lm'.")
    if max(checked) < _EPS:
        raise ValueError(f"At least one of the tolerances must be higher than machine epsilon ({_EPS:.2e}).")
    return checked


@contextmanager
def mapper_of(workers):
    """A function like map from a number of processes (-1: all cores), such a function, or None."""
    if workers is None or workers == 1:
        yield map
    elif callable(workers):
        yield workers
    else:
        from multiprocessing import Pool

        if int(workers) < -1 or int(workers) == 0:
            raise ValueError("Number of workers must be -1, or at least 1")
        with Pool(None if workers == -1 else int(workers)) as pool:
            yield pool.map


def frames_to_caller() -> int:
    """The stack level, for the function that asks, of the first frame outside this package."""
    frame, level = inspect.currentframe().f_back, 1
    while frame is not None and frame.f_globals.get("__name__", "").startswith("nlsq."):
        frame, level = frame.f_back, level + 1
    return level
