# SPDX-License-Identifier: MIT
"""Arguments of the fitting functions: options, starts, bounds, data, with messages that help."""

import warnings
from math import inf as _INF
from math import isfinite

import numpy as np

from nlsq._base.messages import caller, listed, nearest
from nlsq._core import option_values

# Values of options that several functions have.
METHODS = (*(name for name in option_values("method") if name != "auto"), "auto")
LOSSES = option_values("loss")
JACOBIAN_MODES = option_values("jacobian_mode")
TOLERANCES = option_values("tolerances")


def unknown_keyword(function, name, known):
    """The TypeError of an argument that does not exist."""
    if name in ("weights", "weight", "w"):
        if "sigma" not in known:
            return TypeError(
                f"{function}() takes no weights: let fun return sqrt(w) * residual for weights that multiply squared "
                "residuals (inverse variances), w * residual for weights that multiply residuals"
            )
        return TypeError(
            f"{function}() takes no weights: give sigma=1/np.sqrt(w) for weights that multiply squared residuals "
            "(inverse variances), sigma=1/w for weights that multiply residuals"
        )
    if name in _ERRORS_IN_X and "sigma" in known:
        hint = "; errors of xdata are not fitted: sigma= is that of ydata"
        return TypeError(f"{function}() got an unexpected keyword argument {name!r}{hint}")
    if name in ("args", "kwargs"):
        hint = "; give further arguments of f by lambda x, *p: f(x, *p, more)"
        return TypeError(f"{function}() got an unexpected keyword argument {name!r}{hint}")
    other = _OTHER_NAMES.get(name)
    near = nearest(name, known) if other is None or other.split("=")[0] not in known else f"; use {other}"
    return TypeError(f"{function}() got an unexpected keyword argument {name!r}{near}")


def say_no_reverse(note):
    """Warns that jacobian_mode="rev" is of no use to a function that is called as it is."""
    warnings.warn(f"jacobian_mode='rev' has no effect on a function that is called as it is ({note})",
                  stacklevel=caller())  # fmt: skip


_OTHER_NAMES = {
    "Dfun": "jac=", "epsfcn": "diff_step=sqrt(epsfcn)", "maxiter": "max_nfev=", "max_iter": "max_nfev=",
    "maxit": "max_nfev=", "x0": "p0=", "guess": "p0=", "initial_guess": "p0=", "init": "p0=", "start": "p0=",
    "yerr": "sigma=", "y_err": "sigma=", "dy": "sigma=", "err": "sigma=", "errors": "sigma=", "sigma_y": "sigma=",
    "lower": "bounds=(lower, upper)", "upper": "bounds=(lower, upper)", "lb": "bounds=(lower, upper)",
    "ub": "bounds=(lower, upper)", "tol": "ftol=, xtol= and gtol=", "eps": "ftol=, xtol= and gtol=",
    "n_jobs": "threads=", "workers": "threads=", "num_threads": "threads=", "absolute": "absolute_sigma=",
}  # fmt: skip
_ERRORS_IN_X = ("sigma_x", "xerr", "x_err", "dx", "sx", "x_sigma")


_MOST_INT = 2**31 - 1


def number(value, name, least=0.0, above=False, whole=False):
    """An option that is a finite number, not less than (or above) the least."""
    kinds = (int, np.integer) if whole else (int, float, np.integer, np.floating)
    rule = f"{name} must be a {'whole ' if whole else ''}number {'above' if above else 'of at least'} {least:g}"
    if not isinstance(value, kinds) or isinstance(value, bool):
        if not (whole and isinstance(value, float) and value.is_integer()):
            raise TypeError(f"{rule}, not {value!r}")
    if not isfinite(value) or value < least or (above and value == least):
        raise ValueError(f"{rule}, not {value!r}")
    return int(value) if whole else float(value)


def threads(value):
    """The option threads: a whole number that an int of the engine holds; 0 is the default."""
    value = number(value, "threads", whole=True)
    if value > _MOST_INT:
        raise ValueError(f"threads must be a whole number of at most {_MOST_INT}, not {value}")
    return value


def truth(value, name):
    """An option that is True or False."""
    if isinstance(value, (bool, np.bool_)) or (isinstance(value, (int, np.integer)) and value in (0, 1)):
        return bool(value)
    raise TypeError(f"{name} must be True or False, not {value!r}")


def one_of(value, choices, name):
    """An option that is one of a few words."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}{nearest(value, choices)}")
    return value


def positive_numbers(values, n, name):
    """One positive number, or one a parameter, as a list of n."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be positive numbers, not {values!r}") from None
    if array.ndim > 1 or array.size not in (1, n):
        raise ValueError(f"{name} has {array.size} values; the model has {n} parameters")
    if not np.all((array > 0.0) & np.isfinite(array)):
        raise ValueError(f"{name} must be positive and finite, not {values!r}")
    return np.broadcast_to(array, (n,)).tolist()


def as_data(values, name):
    """ydata or sigma as a float64 array that is contiguous; a view where it can be."""
    if type(values) is np.ndarray and values.dtype == np.float64 and values.flags.c_contiguous and (
        values.ndim > 0 or name != "ydata"
    ):  # fmt: skip
        return values
    if type(values) not in (np.ndarray, list, tuple) and isinstance(values, np.ma.MaskedArray):
        if not np.ma.is_masked(values):
            return as_data(values.data, name)
        raise TypeError(f"{name} is a masked array with masked values; leave their rows out")
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} must be an array of numbers: {error}") from None
    if array.dtype.kind == "c" and name == "sigma":
        raise TypeError("sigma is complex; uncertainties are real numbers")
    if array.dtype.kind == "c":
        raise TypeError(f"{name} is complex; fit its real and imaginary parts side by side")
    if array.dtype.kind in "USMm":
        raise TypeError(f"{name} holds {array.dtype} values; numbers are needed")
    try:
        return np.ascontiguousarray(array, dtype=float)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} holds values that are no numbers: {error}") from None


def as_numbers(values, name):
    """A short vector as a list of floats."""
    if type(values) is list and all(type(v) is float for v in values):
        return list(values)
    no_words(values, name)
    try:
        return np.array(values, dtype=float, ndmin=1).ravel().tolist()
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be numbers: {error}") from None


def no_words(values, name):
    """Raises the TypeError of texts and truth values among numbers, which NumPy would make numbers of."""
    if isinstance(values, np.ndarray):
        values = values.flat if values.dtype.kind in "USOb" else ()
    elif not isinstance(values, (list, tuple)):
        values = (values,)
    for value in values:
        if type(value) is not float and isinstance(value, (str, bytes, bool, np.bool_)):
            raise TypeError(f"{name} must be numbers, not {value!r}")


def is_real(value):
    """Whether a value is a real number of any type that float() takes: also a Decimal or a Fraction."""
    if isinstance(value, (bool, np.bool_, str, complex, np.complexfloating)):
        return False
    return isinstance(value, (int, float)) or (hasattr(type(value), "__float__") and np.ndim(value) == 0)


OMIT = "; nan_policy='omit' leaves such rows out"


def check_finite(values, name, hint=OMIT):
    """Raises ValueError with the row of the first NaN or infinity."""
    with np.errstate(over="ignore", invalid="ignore"):
        total = values.sum()  # cheaper than a look at each
    if not np.isfinite(total) and not np.isfinite(values).all():
        row = int(np.argmin(np.isfinite(values.ravel())))
        raise ValueError(f"{name} is {values.ravel()[row]} at index {row}: array must not contain infs or NaNs{hint}")


def sigma_of(sigma, ydata):
    """sigma as a number, an array like ydata, or a covariance matrix; ValueError for what is none of them."""
    array = as_data(sigma, "sigma")
    if array.ndim == 0 or (array.size == 1 and ydata.size != 1):
        value = float(array.reshape(()))
        if not 0.0 < value < np.inf:
            raise ValueError(f"sigma is {value}; it must be positive and finite")
        return value
    if array.shape == ydata.shape:
        bad = ~(array.ravel() > 0.0)
        if bad.any():
            row = int(np.argmax(bad))
            value = array.ravel()[row]
            raise ValueError(f"sigma is {value} at index {row}; it must be positive (inf leaves the point out)")
        return array
    if array.shape == (ydata.size, ydata.size):
        check_finite(array, "sigma", "")
        if not np.allclose(array, array.T, rtol=1e-8, atol=0.0):
            raise ValueError("sigma as a covariance matrix must be symmetric")
        try:
            np.linalg.cholesky(array)
        except np.linalg.LinAlgError:
            raise ValueError("`sigma` must be positive definite.") from None
        return array
    square = (ydata.size, ydata.size)
    raise ValueError(f"`sigma` has incorrect shape: {array.shape}; expected {ydata.shape} or {square}")


def bounds_of(bounds, n, names):
    """(lower, upper) as arrays of n, or (None, None) when nothing is bounded."""
    if bounds is None:
        return None, None
    if isinstance(bounds, dict):
        lower, upper = np.full(n, -np.inf), np.full(n, np.inf)
        for name, pair in bounds.items():
            at = position(name, names, "bounds")
            try:
                low, high = pair
            except (TypeError, ValueError):
                raise ValueError(f"bounds[{name!r}] must be a pair (lower, upper)") from None
            lower[at] = bound(low, f"bounds[{name!r}]", -np.inf)
            upper[at] = bound(high, f"bounds[{name!r}]", np.inf)
    else:
        if hasattr(bounds, "lb") and hasattr(bounds, "ub"):
            bounds = (bounds.lb, bounds.ub)
        try:
            low, high = bounds
        except (TypeError, ValueError):
            hint = ""
            if np.shape(bounds) == (n, 2):
                hint = f"; for {n} pairs, one a parameter, give bounds=tuple(zip(*pairs)) or a dict of names"
            raise ValueError(f"bounds must be a pair (lower, upper), each a number or one a parameter{hint}") from None
        if type(low) is float and type(high) is float and low == -np.inf and high == np.inf:
            return None, None
        low, high = bound(low, "the lower bounds", -np.inf), bound(high, "the upper bounds", np.inf)
        lower, upper = np.empty(n), np.empty(n)
        if not _filled(lower, low) or not _filled(upper, high):
            raise ValueError(
                f"bounds have shapes {np.shape(low)} and {np.shape(high)}; expected numbers or {n} values each"
            )
    lows, highs = lower.tolist(), upper.tolist()  # faster than NumPy for a few
    held = infinite = 0
    for i, (low, high) in enumerate(zip(lows, highs)):
        if low != low or high != high:
            raise ValueError("bounds must not be NaN")
        if low > high:
            raise ValueError(
                f"Each lower bound must be strictly less than each upper bound: {names[i]} has {low} and {high}"
            )
        held += low == high
        infinite += low == -_INF and high == _INF
    if n > 1 and held == n:
        raise ValueError(
            "bounds hold every parameter at one value; they are (lower, upper), each of n values: turn pairs, one a "
            "parameter, by bounds=tuple(zip(*pairs)), or give a dict of names"
        )
    return (None, None) if infinite == n else (lower, upper)


def _filled(array, values):
    """Whether values are a number or as many as an array has, which then holds them."""
    if values.ndim > 1 or values.size not in (1, array.size):
        return False
    array[:] = values
    return True


def bound(values, name, none):
    """Bounds as numbers; None, or a None among them, is no bound."""
    kind = type(values)
    if kind is float or kind is int:
        return np.float64(values)
    if values is None:
        return np.float64(none)
    if type(values) is not np.ndarray or values.dtype.kind == "O":
        if isinstance(values, (list, tuple, np.ndarray)):
            values = [none if value is None else value for value in values]
        no_words(values, name)
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be numbers, not {values!r}") from None


def position(name, names, argument):
    """Index of a parameter by name or number."""
    if isinstance(name, (int, np.integer)) and not isinstance(name, bool) and 0 <= name < len(names):
        return int(name)
    if name in names:
        return names.index(name)
    raise ValueError(f"{argument}: the model has no parameter {name!r}{nearest(name, names)}; it has {listed(names)}")


def default_start(lower, upper, n):
    """1 for each parameter, inside its bounds: the middle, or one unit from the only bound."""
    if lower is None:
        return [1.0] * n
    p0 = np.ones(n)
    low, high = np.isfinite(lower), np.isfinite(upper)
    both = low & high
    with np.errstate(over="ignore"):
        middle = lower[both] + 0.5 * (upper[both] - lower[both])
    p0[both] = np.where(np.isfinite(middle), middle, 0.5 * lower[both] + 0.5 * upper[both])
    p0[low & ~high] = lower[low & ~high] + 1.0
    p0[~low & high] = upper[~low & high] - 1.0
    return p0.tolist()


def start_of(p0, names, lower, upper):
    """The start as a list of n numbers; clipped into the bounds, with a warning."""
    n = len(names)
    if p0 is None:
        return default_start(lower, upper, n)
    if isinstance(p0, dict):
        start = default_start(lower, upper, n)
        for name, value in p0.items():
            start[position(name, names, "p0")] = value
    else:
        start = list(p0)
        if len(start) != n:
            raise ValueError(f"p0 has {len(start)} values; the model has {n} parameters ({listed(names)})")
    for at, (name, value) in enumerate(zip(names, start)):
        if type(value) is not float:
            if not is_real(value):
                raise TypeError(f"p0: the start of {name} must be a number, not {value!r}")
            value = start[at] = float(value)
        if not isfinite(value):
            raise ValueError(f"p0: the start of {name} is {value}")
    if lower is not None and (np.any(start < lower) or np.any(start > upper)):
        outside = [f"{name} = {v:g}" for name, v, a, b in zip(names, start, lower, upper) if not a <= v <= b]
        warnings.warn(f"p0 was outside its bounds and was moved inside: {listed(outside)}", stacklevel=caller())
        start = np.clip(start, lower, upper).tolist()
    return start


def fixed_of(fixed, names, p0, lower=None, upper=None):
    """Which parameters are held (a list of bool, or None), their values written into p0."""
    if fixed is False or (isinstance(fixed, (dict, list, tuple, set)) and not fixed):
        return None
    held = [False] * len(names)
    if isinstance(fixed, str):
        fixed = [fixed]
    if not isinstance(fixed, (dict, list, tuple, set, frozenset)) or isinstance(fixed, bool):
        raise TypeError(f"fixed must be a dict of name: value, or names to hold at p0, not {fixed!r}")
    for name in fixed:
        at = position(name, names, "fixed")
        held[at] = True
        if isinstance(fixed, dict) and fixed[name] is not None:
            value = fixed[name]
            if not (is_real(value) or isinstance(value, (bool, np.bool_))) or not isfinite(value):
                raise ValueError(f"fixed: the value of {name} must be a finite number, not {value!r}")
            if lower is not None and not lower[at] <= value <= upper[at]:
                raise ValueError(
                    f"fixed: the value {value:g} of {names[at]} is outside its bounds [{lower[at]:g}, {upper[at]:g}]"
                )
            p0[at] = float(value)
    return held
