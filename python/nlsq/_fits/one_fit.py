# SPDX-License-Identifier: MIT
"""One fit of arrays or of a formula's columns, with all options of curve_fit.

The steps are in the order in which arguments are judged: model and data, parameters, rows, options of the solver. What
they find is kept in a OneFit, which `run` hands to the engine.
"""

import time
from types import FunctionType, MethodType

import numpy as np

from nlsq._base import arguments
from nlsq._base.optimize import warn
from nlsq._data.model_input import as_model_input
from nlsq._data.tables import named_column
from nlsq._engine import fit as engine
from nlsq._models.formulas import formula_problem
from nlsq._models.parameter_names import names_for, parameter_names
from nlsq._results.result import CurveFitResult

_PLAIN_SIGMA = (type(None), float, int, str, np.ndarray)
_PRECISIONS = ("auto", "double", "measure", "mixed")
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


def fit_one(f, xdata, ydata, options, solver):
    """curve_fit of one set of data in memory."""
    fit = OneFit(options, solver)
    if isinstance(f, str):
        _set_formula(fit, f, xdata, ydata)
    else:
        _set_function(fit, f, xdata, ydata)
    fit.ydata = arguments.as_data(fit.ydata, "ydata")
    if fit.ydata.size == 0:
        raise ValueError("`ydata` must not be empty!")
    _set_parameters(fit)
    _set_rows(fit)
    _set_solver(fit)
    if options["callback"] is not None or options["verbose"] != 0:
        _set_callback(fit)
    if options["jac"] is not None or options["diff_step"] is not None:
        _set_derivatives(fit)
    fit.shape = fit.ydata.shape
    if len(fit.shape) > 1:
        _flatten(fit)
    fit.check_finite = arguments.truth(options["check_finite"], "check_finite") and options["nan_policy"] != "propagate"
    if options["sampler"] != "lhs" or not (
        options["multistart"] is options["global_search"] is options["n_starts"] is None
    ):
        _search(fit)
    outcome, ended = _run(fit)
    return _returned(fit, outcome, ended)


# -- model and data


def _set_formula(fit, text, xdata, ydata):
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


def _set_function(fit, f, xdata, ydata):
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


# -- parameters


def _set_parameters(fit):
    """Names, relations, bounds, starts and fixed values."""
    options, f, names = fit.options, fit.f, fit.names
    p0 = options["p0"]
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
        fixed = arguments.fixed_of(fixed, names, p0, lower, upper)
    if searched is not None and any(searched):
        fit.solver["searched"] = searched if fixed is None else [s and not held for s, held in zip(searched, fixed)]
    fit.names, fit.p0 = names, p0
    fit.arguments = {"names": names, "lower": lower, "upper": upper, "fixed": fixed, "callback": None, "jac": None,
                     "diff_step": None, "differences": None}  # fmt: skip


# -- rows


def _set_rows(fit):
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


def _flatten(fit):
    """Data of several dimensions as rows."""
    from nlsq._models.whole import flattened

    given = fit.arguments
    fit.whole, fit.xdata, fit.ydata, given["sigma"] = flattened(fit.f, fit.xdata, fit.ydata, given["sigma"])
    fit.f = fit.whole.by_rows()


# -- options of the solver


def _set_solver(fit):
    options, solver = fit.options, fit.solver
    if options["method"] is not None:
        solver["method"] = arguments.one_of(options["method"], arguments.METHODS, "method")
    loss = options["loss"]
    if loss is not None:
        if callable(loss):
            raise TypeError(f"loss must be one of {', '.join(arguments.LOSSES)}; nlsq.least_squares takes functions, too")
        arguments.one_of(loss, arguments.LOSSES, "loss")
    f_scale, threads, mode = options["f_scale"], options["threads"], options["jacobian_mode"]
    if type(f_scale) is not float or not 0.0 < f_scale < np.inf:
        f_scale = arguments.number(f_scale, "f_scale", above=True)
    if threads != 0 or type(threads) is not int:
        threads = arguments.threads(threads)
    if mode is not None:
        arguments.one_of(mode, arguments.JACOBIAN_MODES, "jacobian_mode")
    for name in solver:
        if name.endswith("tol"):
            solver[name] = arguments.number(solver[name], name)
    if "max_nfev" in solver:
        solver["max_nfev"] = arguments.number(solver["max_nfev"], "max_nfev", least=1, whole=True)
    if "x_scale" in solver:
        scale = solver.pop("x_scale")
        solver["second_start"] = "same_scales"
        if not isinstance(scale, str):
            solver["x_scale"] = arguments.positive_numbers(scale, len(fit.names), "x_scale")
        elif scale != "jac":
            raise ValueError(f"x_scale must be 'jac' or numbers, not {scale!r}")
    if options["progressive"] is not True and not arguments.truth(options["progressive"], "progressive"):
        solver["progressive"] = False
    if options["precision"] != "auto":
        solver["precision"] = arguments.one_of(options["precision"], _PRECISIONS, "precision")
    if not options["device"] is options["memory_limit"] is options["cache_config"] is None:
        _set_machine(options, solver)
    given = fit.arguments
    given["loss"], given["f_scale"], given["threads"], given["jacobian_mode"] = loss, f_scale, threads, mode
    given["absolute_sigma"] = arguments.truth(options["absolute_sigma"], "absolute_sigma")


def _set_machine(options, solver):
    """Where the fit is made, in how much memory, and what is kept of its program."""
    if options["device"] is not None:
        from nlsq._data.device import device_name

        solver["device"] = device_name(options["device"])
    if options["memory_limit"] is not None:
        from nlsq._engine.memory import limit_of

        solver["memory_limit"] = limit_of(options["memory_limit"])
    if options["cache_config"] is not None:
        from nlsq._fits.cache import configure_cache

        configure_cache(options["cache_config"])


def _set_callback(fit):
    callback, verbose = fit.options["callback"], fit.options["verbose"]
    if verbose not in (0, 1, 2):
        raise ValueError(f"verbose must be 0, 1 or 2, not {verbose!r}")
    if verbose == 2:
        from nlsq.callbacks import CallbackChain, IterationLogger

        callback = IterationLogger() if callback is None else CallbackChain(IterationLogger(), callback)
    if callback is not None:
        from nlsq.callbacks import adapt

        callback = adapt(callback)
    fit.arguments["callback"] = callback


def _set_derivatives(fit):
    """A Jacobian that is given, or differences that are asked for."""
    jac, diff_step, differences = fit.options["jac"], fit.options["diff_step"], None
    if jac is not None and not callable(jac):
        if jac not in ("2-point", "3-point"):
            raise ValueError(f"jac must be a function, '2-point' or '3-point', not {jac!r}")
        differences, jac = jac, None
    if diff_step is not None:
        diff_step = arguments.positive_numbers(diff_step, len(fit.names), "diff_step")
        differences = differences or "2-point"
    fit.arguments |= {"jac": jac, "diff_step": diff_step, "differences": differences}


# -- the fit itself


def _search(fit):
    """Moves the start to the end of the best of many fits, where many starts are asked for."""
    from nlsq._fits import multistart

    settings = multistart.settings_of(fit.options)
    if settings is None:
        return
    if fit.check_finite:
        arguments.check_finite(fit.ydata, "ydata")
    fit.solver.pop("searched", None)
    fit.solver.pop("starts", None)
    given = {name: fit.arguments[name] for name in multistart.ARGUMENTS}
    fit.p0, fit.minima, fit.search = multistart.search(
        settings, fit.f, fit.xdata, fit.ydata, fit.p0, solver=fit.solver, **given)  # fmt: skip


def _run(fit):
    """(the outcome, when the engine was done)."""
    given = fit.arguments
    if fit.relations is not None:
        if fit.minima is not None:
            raise ValueError("n_starts searches without ties and priors; give p0 instead")
        fit.solver["relations"] = fit.relations
    try:
        outcome = engine.fit(
            fit.f, fit.xdata, fit.ydata, fit.p0, check_finite=fit.check_finite, solver=fit.solver, **given)  # fmt: skip
    except TypeError as error:
        if len(fit.names) == 1 and any(word in str(error) for word in ("subscriptable", "iterable", "unsized", "no len()")):
            raise TypeError(f"{error}; the model gets {fit.names[0]} as a number; for a vector of parameters give p0, of "
                            "its length") from error  # fmt: skip
        raise
    except ValueError as error:
        if fit.check_finite:  # the engine met what is not finite: say which array it was in
            arguments.check_finite(fit.ydata, "ydata")
            if type(fit.xdata) is np.ndarray and fit.xdata.dtype.kind == "f":
                arguments.check_finite(fit.xdata, "xdata")
        if str(error).startswith("data: column"):
            raise ValueError(f"{error}{arguments.OMIT}") from None
        raise
    finally:
        if given["callback"] is not None:
            given["callback"].close()
    ended = time.perf_counter() if fit.options["timeit"] else 0.0
    if given["jacobian_mode"] == "rev" and outcome.engine == "callback" and (given["jac"] is not None or outcome.jac is None):
        arguments.say_no_reverse(outcome.note)
    outcome.whole = fit.whole
    if fit.clocks is not None:
        outcome.clocks = fit.clocks
    return outcome, ended


def _returned(fit, outcome, ended):
    """What curve_fit returns, after its warnings."""
    options, core = fit.options, outcome.result
    if core.warnings:
        for text in core.warnings:
            if core.status != -2 or not text.startswith("the fit did not converge"):
                warn(text)
    result = CurveFitResult(outcome)
    if fit.search is not None:
        result["multistart_diagnostics"] = fit.search
        result["minima"] = fit.minima
    if options["compute_diagnostics"] is not False and arguments.truth(
        options["compute_diagnostics"] or False, "compute_diagnostics"
    ):
        from nlsq._results.diagnostics import diagnose

        result["_diagnostics_report"] = diagnose(result)
    if options["verbose"]:
        end = "converged" if core.success else "not converged"
        print(f"{core.message} {core.nfev} evaluations, cost {core.cost:.6e}, {end}.")
    if options["full_output"]:
        return result.popt, result.pcov, result.infodict
    if options["timeit"]:
        return result.popt, result.pcov, result, max(0.0, time.perf_counter() - ended), 0.0
    if options["return_eval"]:
        return result.popt, result.pcov, outcome.predict().reshape(fit.shape)
    return result
