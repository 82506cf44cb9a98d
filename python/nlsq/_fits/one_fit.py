# SPDX-License-Identifier: MIT
"""One fit of arrays or of a formula's columns, with all options of curve_fit.

The steps are in the order in which arguments are judged: model and data, parameters, rows (inputs.py), options of the
solver. What they find is kept in a OneFit, which `_run` hands to the engine.
"""

import time

import numpy as np

from nlsq._base import arguments
from nlsq._base.optimize import warn
from nlsq._engine import fit as engine
from nlsq._fits import inputs
from nlsq._results.result import CurveFitResult

_PRECISIONS = ("auto", "double", "measure", "mixed")


def fit_one(f, xdata, ydata, options, solver):
    """curve_fit of one set of data in memory."""
    fit = inputs.OneFit(options, solver)
    if isinstance(f, str):
        inputs.set_formula(fit, f, xdata, ydata)
    else:
        inputs.set_function(fit, f, xdata, ydata)
    fit.ydata = arguments.as_data(fit.ydata, "ydata")
    if fit.ydata.size == 0:
        raise ValueError("`ydata` must not be empty!")
    inputs.set_parameters(fit)
    inputs.set_rows(fit)
    _set_solver(fit)
    if options["callback"] is not None or options["verbose"] != 0:
        _set_callback(fit)
    if options["jac"] is not None or options["diff_step"] is not None:
        _set_derivatives(fit)
    fit.shape = fit.ydata.shape
    if len(fit.shape) > 1:
        inputs.flatten(fit)
    fit.check_finite = arguments.truth(options["check_finite"], "check_finite") and options["nan_policy"] != "propagate"
    if options["sampler"] != "lhs" or not (
        options["multistart"] is options["global_search"] is options["n_starts"] is None
    ):
        _search(fit)
    outcome, ended = _run(fit)
    return _returned(fit, outcome, ended)


def _set_solver(fit):
    """How the fit is to be made, and what it minimizes."""
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
    """The callback as the core calls it, which prints where verbose asks for that."""
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
