# SPDX-License-Identifier: MIT
"""Model, parameters and data of one fit, judged in the order in which curve_fit names what is wrong."""

import warnings
from itertools import repeat
from operator import is_
from types import FunctionType, MethodType

import numpy as np

from nlsq._base import arguments
from nlsq._base.messages import caller
from nlsq._data.model_input import as_model_input
from nlsq._data.tables import named_column
from nlsq._models.formulas import formula_problem
from nlsq._models.parameter_names import names_for, parameter_names

_PLAIN_SIGMA = (type(None), float, int, str, np.ndarray)
_NONES = repeat(None)
_STARTS = ("search", "ones")
_NAN_POLICIES = ("raise", "omit", "propagate")


class OneFit:
    """A fit in the making.

    options: those of curve_fit by name; solver: what the engine's solver gets, by name
    whole: a Whole where ydata has several dimensions, whose shape is `shape`; clocks: of dates among xdata
    arguments: what engine.fit gets beside f, xdata, ydata and p0, by name
    """

    __slots__ = ("f", "xdata", "ydata", "names", "p0", "options", "solver", "arguments", "relations", "clocks", "whole",
                 "shape", "check_finite", "minima", "search")  # fmt: skip

    def __init__(self, options, solver):
        self.options, self.solver = options, solver
        self.relations = self.clocks = self.whole = self.minima = self.search = None


def set_formula(fit, text, xdata, ydata):
    """The model of a text, over x or over the columns of a table."""
    options = fit.options
    if ydata is not None and not isinstance(xdata, dict):
        from nlsq._fits.model_data import without_masks

        xdata, ydata = without_masks(xdata, ydata, options)
    named = {name for key in ("p0", "bounds", "fixed") if isinstance(options[key], dict) for name in options[key]}
    if isinstance(options["sigma"], str):
        table = xdata if options["data"] is None else options["data"]
        named.add(options["sigma"])
        options["sigma"] = named_column(table, options["sigma"], "sigma")
    fit.f, fit.xdata, fit.ydata, fit.names, dates = formula_problem(text, xdata, ydata, options["data"], options["y"], named)
    if dates:
        from nlsq._data.dates import Clocks

        fit.clocks = Clocks(dates)


def set_function(fit, f, xdata, ydata):
    """The model f(x, *parameters), whatever its signature, and data of any kind."""
    options = fit.options
    if not callable(f):
        raise TypeError(f"f must be a function f(x, *parameters) or a formula, not {type(f).__name__}"
                        "; the order is curve_fit(f, xdata, ydata)")  # fmt: skip
    if type(xdata) is str:
        raise TypeError("xdata is a str; names of columns go with a formula: curve_fit('y = a*t', data=table)")
    if xdata is None or ydata is None:
        missing = "xdata and ydata" if xdata is None and ydata is None else "xdata" if xdata is None else "ydata"
        raise TypeError(f"curve_fit() needs {missing}")
    if not _is_simple(f, options["p0"]):
        from nlsq._fits.model_data import adapted

        f, options["jac"] = adapted(f, options)
    fit.f, fit.names = f, parameter_names(f)
    plain = type(xdata) is type(ydata) is np.ndarray and xdata.dtype.kind in "fiub"
    if plain and type(options["sigma"]) in _PLAIN_SIGMA:
        fit.xdata, fit.ydata = as_model_input(xdata), ydata
    else:
        from nlsq._fits.model_data import model_data

        fit.xdata, fit.ydata, fit.clocks = model_data(f, xdata, ydata, options)


def _is_simple(f, p0):
    """Whether all arguments of f after x are parameters, one by one, without a look at its signature."""
    own = type(f) is MethodType  # self comes before x
    f = f.__func__ if own else f
    if type(f) is not FunctionType or f.__defaults__ is not None or f.__dict__:
        return False
    code = f.__code__
    if code.co_kwonlyargcount or (code.co_varnames[:1] == ("self",) and not own):
        return False
    return code.co_argcount != 2 + own or p0 is None or np.size(p0) < 2


def set_parameters(fit):
    """Names, relations, bounds, starts and fixed values."""
    options, f, names = fit.options, fit.f, fit.names
    p0 = options["p0"]
    if isinstance(p0, (list, tuple)) and any(map(is_, p0, _NONES)) and names is not None and len(names) == len(p0):
        p0 = {name: value for name, value in zip(names, p0) if value is not None}
    if p0 is not None and not isinstance(p0, (str, dict)):
        p0 = arguments.as_numbers(p0, "p0")
        if names is None or len(names) != len(p0):
            names = names_for(f, names, len(p0))
    if options["tie"] or options["prior"] or options["derive"]:
        from nlsq._models.relations import added_starts, relations_of

        fit.relations = relations_of(options["tie"], options["prior"], options["derive"])
        p0, fit.relations["start"] = added_starts(p0, names or [], fit.relations)
    if not names:
        why = "give p0 for a function of *parameters" if names is None else "the model has no parameters after x"
        raise ValueError(f"Unable to determine number of fit parameters: {why}")
    n = len(names)
    lower, upper = arguments.bounds_of(options["bounds"], n, names)
    if options["starts"] != "search":
        fit.solver["starts"] = arguments.one_of(options["starts"], _STARTS, "starts")
    searched = None
    if p0 is None or (isinstance(p0, str) and not hasattr(f, "estimate_p0")):
        searched = [True] * n
    elif isinstance(p0, dict):
        searched = [name not in p0 for name in names]
    if isinstance(p0, str):
        from nlsq._fits.start import automatic_start

        p0 = automatic_start(p0, f, fit.xdata, fit.ydata, names, lower, upper)
    p0 = arguments.start_of(p0, names, lower, upper)
    fixed = options["fixed"]
    if fixed is not None:
        values = fixed if isinstance(fixed, dict) else {}
        fixed = arguments.fixed_of(fixed, names, p0, lower, upper)
        for name, value, held, is_default in zip(names, p0, fixed or [], searched or []):
            if held and is_default and values.get(name) is None and options["p0"] != "auto":
                warnings.warn(f"{name} is held at {value:g}, since nothing was given for it: say where, "
                              f"fixed={{{name!r}: {value:g}}}", stacklevel=caller())  # fmt: skip
    if searched is not None and any(searched):
        fit.solver["searched"] = searched if fixed is None else [s and not held for s, held in zip(searched, fixed)]
    fit.names, fit.p0 = names, p0
    fit.arguments = {"names": names, "lower": lower, "upper": upper, "fixed": fixed, "callback": None, "jac": None,
                     "diff_step": None, "differences": None}  # fmt: skip


def set_rows(fit):
    """sigma, and which rows count."""
    options, xdata, ydata, sigma = fit.options, fit.xdata, fit.ydata, fit.options["sigma"]
    if sigma is not None:
        sigma = arguments.sigma_of(sigma, ydata)
    if type(xdata) is np.ndarray and ydata.ndim == 1 and xdata.ndim < 3 and len(ydata) not in xdata.shape:
        from nlsq._fits.model_data import check_lengths

        check_lengths(fit.f, xdata, ydata, fit.p0)
    nan_policy = options["nan_policy"]
    if nan_policy is not None and nan_policy not in _NAN_POLICIES:
        raise ValueError(f"nan_policy must be 'raise', 'omit' or 'propagate', not {nan_policy!r}")
    if options["data_mask"] is not None:
        from nlsq._data.missing_rows import masked

        sigma = masked(options["data_mask"], ydata, sigma)
    if nan_policy == "omit":
        from nlsq._data.missing_rows import omit

        fit.xdata, fit.ydata, sigma = omit(xdata, ydata, sigma)
    if np.ndim(sigma) == 1 and np.isinf(sigma).all():
        raise ValueError("sigma or data_mask leaves every point out: there is no row to fit")
    fit.arguments["sigma"] = sigma


def flatten(fit):
    """Data of several dimensions as rows."""
    from nlsq._models.whole import flattened

    given = fit.arguments
    fit.whole, fit.xdata, fit.ydata, given["sigma"] = flattened(fit.f, fit.xdata, fit.ydata, given["sigma"])
    fit.f = fit.whole.by_rows()
