# SPDX-License-Identifier: MIT
"""curve_fit with NLSQ's interface."""

from __future__ import annotations

import time
import warnings
from types import FunctionType, MethodType

import numpy as np

from nlsq._base import arguments
from nlsq._base.shown_arguments import show_arguments
from nlsq._engine import fit as _engine
from nlsq._models.formulas import formula_problem, named_column
from nlsq._results.result import CurveFitResult

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Literal, overload

    from typing_extensions import Unpack

    from nlsq._base.types import FitOptions

# Positional arguments after ydata, as the ancestor orders them.
_POSITIONAL = (
    "p0", "sigma", "absolute_sigma", "check_finite", "bounds", "method", "solver", "batch_size", "jac", "data_mask",
    "timeit", "return_eval", "full_output", "callback", "compute_diagnostics", "diagnostics_level",
    "diagnostics_config",
)  # fmt: skip
_DEFAULTS = {
    "p0": None, "sigma": None, "absolute_sigma": False, "check_finite": True, "bounds": None, "method": None,
    "jac": None, "data_mask": None, "timeit": False, "return_eval": False, "full_output": False, "callback": None,
    "nan_policy": None, "loss": None, "f_scale": 1.0, "fixed": None, "threads": 0, "jacobian_mode": None,
    "data": None, "y": None, "diff_step": None, "verbose": 0, "cache_config": None,
    "progressive": True, "multistart": None, "global_search": None, "n_starts": None, "sampler": "lhs",
    "center_on_p0": True, "scale_factor": 1.0, "seed": None, "memory_limit": None, "precision": "auto",
    "compute_diagnostics": False, "starts": "search", "tie": None, "prior": None, "derive": None,
    "device": None,
    "linear_solver": "auto",
}  # fmt: skip
_LIMITS = ("max_nfev", "maxfev", "maxiter")  # names of one argument
_SOLVER = ("ftol", "xtol", "gtol", "x_scale", *_LIMITS)
_KNOWN = (*_DEFAULTS, *_SOLVER)
_PLAIN_SIGMA = (type(None), float, int, str, np.ndarray)
_METHODS = ("trf", "lm", "dogbox", "auto")
_MODES = ("auto", "fwd", "rev")
_PRECISIONS = ("auto", "double", "measure", "mixed")
_STARTS = ("search", "ones")
_LOSSES = ("linear", "soft_l1", "huber", "cauchy", "arctan")


if TYPE_CHECKING:

    @overload
    def curve_fit(f: Callable[..., Any] | str, xdata: Any = None, ydata: Any = None, *args: Any,
                  full_output: Literal[False] = False, return_eval: Literal[False] = False,
                  **kwargs: Unpack[FitOptions]) -> CurveFitResult: ...  # fmt: skip

    @overload
    def curve_fit(f: Callable[..., Any] | str, xdata: Any = None, ydata: Any = None, *args: Any,
                  full_output: Literal[True], **kwargs: Unpack[FitOptions],
                  ) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]: ...  # fmt: skip

    @overload
    def curve_fit(f: Callable[..., Any] | str, xdata: Any = None, ydata: Any = None, *args: Any,
                  return_eval: Literal[True], **kwargs: Unpack[FitOptions],
                  ) -> tuple[np.ndarray, np.ndarray, np.ndarray]: ...  # fmt: skip


def curve_fit(f: Callable[..., Any] | str, xdata: Any = None, ydata: Any = None, *args: Any, **kwargs: Any) -> Any:
    """Fits f(x, a, b, …) to data.

    Parameters
    ----------
    f : callable or str
        The model f(x, *parameters), or a formula such as ``"a*exp(-b*x) + c"`` (parameters in the order they appear).
    xdata : array_like of (m,) or (k, m), or any object f understands
    ydata : array_like of (m,)
    p0 : array_like of (n,), dict of names, "auto", or None
        Start values. Parameters without one begin at 1, or inside the bounds, and where that does not end well at
        starts that the model and the data suggest (docs/python.md; result.start_source says where popt is from). A start
        outside the bounds is moved inside, with a warning. "auto": the estimate of a built-in model; else as None, with
        a rough guess from the data in place of 1.
    starts : {"search", "ones"}, default "search"
        "ones": no search. None is made with max_nfev, jac or a covariance matrix, and for models that cannot be recorded.
    sigma : None, number, array_like of (m,), covariance matrix (m, m), or the name of a column of ``data``
        Uncertainties of ydata; inf leaves a point out.
    absolute_sigma : bool, default False
        sigma is in the units of ydata; False: only its ratios count and pcov is scaled by the reduced chi square.
    check_finite : bool, default True
    bounds : (lower, upper), or dict of name: (lower, upper)
    method : {"trf", "lm", "dogbox", "auto"}, default "trf"
    jac : callable jac(x, *parameters) -> (m, n) or (n, m), "2-point" or "3-point", optional
        By default derivatives are exact, of a recording of f where that is possible. With "2-point" or "3-point" f is
        called as it is.
    fixed : dict of name: value, or names to hold at p0
    loss : {"linear", "soft_l1", "huber", "cauchy", "arctan"}; f_scale : float
    ftol, xtol, gtol : float, default 1e-8; x_scale : "jac" or (n,)
    max_nfev : int; maxfev and maxiter are the same
    callback : callable(iteration=, cost=, params=, info=); True or StopOptimization ends the fit
    nan_policy : {"raise", "omit"}
    data, y : a table (dict, DataFrame, …) and the name of the response, for formulas
    tie : dict of name: expression, such as ``{"b": "2*a"}``
        Parameters that follow from others: they take no part in the fit and are reported with their errors. A name
        that the model does not have is a new parameter; give it a start in p0 by name.
    prior : dict of name: (value, standard deviation)
        What is known beforehand of parameters, or of expressions of them: each is one more row.
    linear_solver : {"auto", "dense", "sparse"}
        Of formulas with parameters that a column picks, ``offset[telescope]`` (docs/structured.md).
    derive : dict of name: expression, such as ``{"fwhm": "2.3548*s"}``
        Quantities to report with their errors: ``result.derived``.
    threads : int, default 0: all that help
    jacobian_mode : {"fwd", "rev", "auto"}
    progressive : bool, default True
        With some 10,000 rows and more begin on a sample of them, and finish on all: the same minimum, or, from a far
        start where there are several, perhaps another. Not with a callback, a loss or max_nfev.
    memory_limit : int or str, optional
        Bytes, or a text such as "256M", that data and fit may take: the fit begins on a smaller sample, works on
        smaller blocks and fewer threads. Too low a limit is a ValueError that names the least;
        estimate_memory_requirements tells it before.
    precision : {"auto", "double", "measure", "mixed"}
        Of residuals and derivatives on the way to the minimum: single precision where it is known to pay (4,000 to
        6,143 rows; 16,384 to 131,072 where no sample leads), never, where a measurement says so (made by the first fit
        of a model on about so many rows, some sixty fits long), or wherever it can be (not for robust losses). The end
        of a fit is in double precision always, and so is every number of the result.
    device : {"cpu", "auto"} or the id of a device, such as "opencl:0" or "cuda:0"
        Where the passes over the rows are made; default: the environment's NLSQ_DEVICE, else the CPU. nlsq.devices()
        lists them; nlsq.device_data(x, y) keeps data there. A device that cannot go on is left with a warning
        (docs/device.md).
    n_starts : int; multistart=True: 10; global_search=True: 20
        Fits from so many starts, p0 among them, and returns the best: ``result.minima`` lists the distinct minima
        (popt, cost, hits). The box is that of the bounds, 2·max(|p0|, 1) about p0 where one is infinite; with
        center_on_p0 (default) scale_factor (default 1) of it about p0. sampler : "lhs" (Latin hypercube, default),
        "sobol" or "halton"; seed : int, default 0. NLSQ's words for searches, workflow="auto_global" and "hpc",
        preset="robust" and "global", method="multi-start", set n_starts (docs/nlsq-compat.md).
    cache_config : dict with "enable" (bool) and "max_size" (int), or one of them
        Settings of the cache of programs, from this fit on and for the whole process (docs/configuration.md).

    Returns
    -------
    CurveFitResult
        Unpacks as ``popt, pcov``. With ``full_output=True`` (popt, pcov, infodict), the infodict with nfev, fvec and
        cache_stats; with ``return_eval=True`` (popt, pcov, the model's values at xdata); with ``timeit=True`` (popt,
        pcov, the result, seconds after the engine was done, seconds for copies, which is 0).

    Raises
    ------
    ValueError, TypeError
        What is wrong with which argument.
    """
    if type(f) is FunctionType and type(xdata) is type(ydata) is np.ndarray:
        p0 = args[0] if args else kwargs.get("p0")
        if len(args) + len(kwargs) <= 1 and (args or not kwargs or p0 is not None):
            done = _usual_fit(f, xdata, ydata, p0)
            if done is not None:
                return done
    if args:
        if len(args) > len(_POSITIONAL):
            raise TypeError(f"curve_fit takes at most {len(_POSITIONAL)} positional arguments after (f, xdata, ydata)")
        for name, value in zip(_POSITIONAL, args):
            if name == "solver" and callable(value):
                name = "jac"  # SciPy's order
            if name in kwargs:
                raise TypeError(f"curve_fit() got multiple values for argument {name!r}")
            kwargs[name] = value
    options = _DEFAULTS.copy()
    solver, others = {}, None
    for name, value in kwargs.items():
        if name in options:
            options[name] = value
        elif name in _SOLVER:
            if value is not None:
                name = "max_nfev" if name in _LIMITS else name
                if name in solver:
                    raise TypeError(f"{', '.join(_LIMITS)} are names of one argument; give one")
                solver[name] = value
        else:
            others = others or {}
            others[name] = value
    if others is not None:
        _take_others(others, options)
    if type(options["method"]) is str and options["method"] not in _METHODS:
        _take_search(options)
    return _fit(f, xdata, ydata, options, solver)


_SHOWN = {**{name: _DEFAULTS.get(name) for name in _POSITIONAL}, **_DEFAULTS, "ftol": 1e-8, "xtol": 1e-8, "gtol": 1e-8,
          "x_scale": "jac", **dict.fromkeys(_LIMITS)}  # fmt: skip
_BY_POSITION = {name: _SHOWN[name] for name in _POSITIONAL}
show_arguments(curve_fit, _BY_POSITION, _SHOWN, "of_nlsq")


def _take_others(others, options):
    """Keywords that are none of this function: of NLSQ alone, or of nobody. Puts into the options what they ask for."""
    from nlsq._fits import nlsq_arguments

    for name in others:
        if name not in nlsq_arguments.OF_CURVE_FIT:
            raise arguments.unknown_keyword("curve_fit", name, _KNOWN)
    starts = nlsq_arguments.judge(others)
    if starts and options["n_starts"] is None:
        options["n_starts"] = starts


def _take_search(options):
    """A method of NLSQ that is a search, or an ordinary fit under another name."""
    from nlsq._fits.nlsq_arguments import starts_of_method

    starts = starts_of_method(options["method"])
    if starts is not None:
        options["method"] = None
        if starts and options["n_starts"] is None:
            options["n_starts"] = starts


def _usual_fit(f, xdata, ydata, p0):
    """A plain function on plain arrays, known from a fit before; None: look at everything."""
    names = arguments.parameter_names(f)
    if not names:
        return None
    outcome = _engine.usual_fit(f, xdata, ydata, p0, names)
    return None if outcome is None else CurveFitResult(outcome)


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


def _fit(f, xdata, ydata, options, solver):
    clocks = None
    if type(xdata).__module__ == "nlsq._data.row_sources" and "rows" not in solver:
        from nlsq._engine.streamed import fit

        return fit(_fit, f, xdata, ydata, options, solver)
    if isinstance(f, str):
        if "[" in f:
            from nlsq._fits.together import fit_vectors, picks_parameters

            if picks_parameters(f):
                return fit_vectors(f, xdata, ydata, options, solver)
        if ydata is not None and not isinstance(xdata, dict):
            from nlsq._fits.model_data import without_masks

            xdata, ydata = without_masks(xdata, ydata, options)
        named = {name for key in ("p0", "bounds", "fixed") if isinstance(options[key], dict) for name in options[key]}
        if isinstance(options["sigma"], str):
            table = xdata if options["data"] is None else options["data"]
            named.add(options["sigma"])
            options["sigma"] = named_column(table, options["sigma"], "sigma")
        f, xdata, ydata, names, dates = formula_problem(f, xdata, ydata, options["data"], options["y"], named)
        if dates:
            from nlsq._data.dates import Clocks

            clocks = Clocks(dates)
    else:
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
        names = arguments.parameter_names(f)
        plain = type(xdata) is type(ydata) is np.ndarray and xdata.dtype.kind in "fiub"
        if plain and type(options["sigma"]) in _PLAIN_SIGMA:
            xdata = _engine.as_model_input(xdata)
        else:
            from nlsq._fits.model_data import model_data

            xdata, ydata, clocks = model_data(f, xdata, ydata, options)
    ydata = arguments.as_data(ydata, "ydata")
    if ydata.size == 0:
        raise ValueError("`ydata` must not be empty!")
    p0 = options["p0"]
    if p0 is not None and not isinstance(p0, (str, dict)):
        p0 = arguments.as_numbers(p0, "p0")
        if names is None or len(names) != len(p0):
            names = arguments.names_for(f, names, len(p0))
    relations = None
    if options["tie"] or options["prior"] or options["derive"]:
        from nlsq._models.relations import added_starts, relations_of

        relations = relations_of(options["tie"], options["prior"], options["derive"])
        p0, relations["start"] = added_starts(p0, names or [], relations)
    if not names:
        why = "give p0 for a function of *parameters" if names is None else "the model has no parameters after x"
        raise ValueError(f"Unable to determine number of fit parameters: {why}")
    n = len(names)
    lower, upper = arguments.bounds_of(options["bounds"], n, names)
    searched = None
    if options["starts"] != "search":
        solver["starts"] = arguments.one_of(options["starts"], _STARTS, "starts")
    if p0 is None or (isinstance(p0, str) and not hasattr(f, "estimate_p0")):
        searched = [True] * n
    elif isinstance(p0, dict):
        searched = [name not in p0 for name in names]
    if isinstance(p0, str):
        from nlsq._fits.start import automatic_start

        p0 = automatic_start(p0, f, xdata, ydata, names, lower, upper)
    p0 = arguments.start_of(p0, names, lower, upper)
    fixed = options["fixed"]
    if fixed is not None:
        fixed = arguments.fixed_of(fixed, names, p0, lower, upper)
    if searched is not None and any(searched):
        solver["searched"] = searched if fixed is None else [s and not held for s, held in zip(searched, fixed)]

    sigma = options["sigma"]
    if sigma is not None:
        sigma = arguments.sigma_of(sigma, ydata)
    if type(xdata) is np.ndarray and ydata.ndim == 1 and xdata.ndim < 3 and len(ydata) not in xdata.shape:
        from nlsq._fits.model_data import check_lengths

        check_lengths(f, xdata, ydata, p0)
    nan_policy = options["nan_policy"]
    if nan_policy is not None:
        if nan_policy not in ("raise", "omit", "propagate"):
            raise ValueError(f"nan_policy must be 'raise', 'omit' or 'propagate', not {nan_policy!r}")
    if options["data_mask"] is not None:
        from nlsq._data.rows import masked

        sigma = masked(options["data_mask"], ydata, sigma)
    if nan_policy == "omit":
        from nlsq._data.rows import omit

        xdata, ydata, sigma = omit(xdata, ydata, sigma)
    if np.ndim(sigma) == 1 and np.isinf(sigma).all():
        raise ValueError("sigma or data_mask leaves every point out: there is no row to fit")
    method = options["method"]
    if method is not None:
        solver["method"] = arguments.one_of(method, _METHODS, "method")
    loss = options["loss"]
    if loss is not None:
        if callable(loss):
            raise TypeError(f"loss must be one of {', '.join(_LOSSES)}; nlsq.least_squares takes functions, too")
        arguments.one_of(loss, _LOSSES, "loss")
    f_scale, threads, mode = options["f_scale"], options["threads"], options["jacobian_mode"]
    if type(f_scale) is not float or not 0.0 < f_scale < np.inf:
        f_scale = arguments.number(f_scale, "f_scale", above=True)
    if threads != 0 or type(threads) is not int:
        threads = arguments.threads(threads)
    if mode is not None:
        arguments.one_of(mode, _MODES, "jacobian_mode")
    for name in solver:
        if name.endswith("tol"):
            solver[name] = arguments.number(solver[name], name)
    if "max_nfev" in solver:
        solver["max_nfev"] = arguments.number(solver["max_nfev"], "max_nfev", least=1, whole=True)
    if "x_scale" in solver:
        scale = solver.pop("x_scale")
        solver["second_start"] = "same_scales"
        if not isinstance(scale, str):
            solver["x_scale"] = arguments.positive_numbers(scale, n, "x_scale")
        elif scale != "jac":
            raise ValueError(f"x_scale must be 'jac' or numbers, not {scale!r}")
    if options["progressive"] is not True and not arguments.truth(options["progressive"], "progressive"):
        solver["progressive"] = False
    if options["precision"] != "auto":
        solver["precision"] = arguments.one_of(options["precision"], _PRECISIONS, "precision")
    if options["device"] is not None:
        from nlsq._data.device import device_name

        solver["device"] = device_name(options["device"])
    if options["memory_limit"] is not None:
        from nlsq._engine.memory import limit_of

        solver["memory_limit"] = limit_of(options["memory_limit"])
    if options["cache_config"] is not None:
        from nlsq._fits.cache import configure_cache

        configure_cache(options["cache_config"])
    absolute = arguments.truth(options["absolute_sigma"], "absolute_sigma")
    callback = options["callback"]
    verbose = options["verbose"]
    if verbose not in (0, 1, 2):
        raise ValueError(f"verbose must be 0, 1 or 2, not {verbose!r}")
    if verbose == 2:
        from nlsq.callbacks import CallbackChain, IterationLogger

        callback = IterationLogger() if callback is None else CallbackChain(IterationLogger(), callback)
    if callback is not None:
        from nlsq.callbacks import adapt

        callback = adapt(callback)
    jac = options["jac"]
    differences = None
    if jac is not None and not callable(jac):
        if jac not in ("2-point", "3-point"):
            raise ValueError(f"jac must be a function, '2-point' or '3-point', not {jac!r}")
        differences, jac = jac, None
    diff_step = options["diff_step"]
    if diff_step is not None:
        diff_step = arguments.positive_numbers(diff_step, n, "diff_step")
        differences = differences or "2-point"

    shape, whole = ydata.shape, None
    if len(shape) > 1:
        from nlsq._data.rows import flattened

        whole, xdata, ydata, sigma = flattened(f, xdata, ydata, sigma)
        f = whole.by_rows()
    check = arguments.truth(options["check_finite"], "check_finite") and nan_policy != "propagate"
    minima = found = None
    if options["sampler"] != "lhs" or not (
        options["multistart"] is options["global_search"] is options["n_starts"] is None
    ):
        from nlsq._fits import multistart

        settings = multistart.settings_of(options)
        if settings is not None:
            if check:
                arguments.check_finite(ydata, "ydata")
            solver.pop("searched", None)
            solver.pop("starts", None)
            p0, minima, found = multistart.search(
                settings, f, xdata, ydata, p0, names, sigma=sigma, lower=lower, upper=upper, fixed=fixed,
                absolute_sigma=absolute, loss=loss, f_scale=f_scale, jac=jac, threads=threads, jacobian_mode=mode,
                solver=solver,
            )  # fmt: skip
    if relations is not None:
        if minima is not None:
            raise ValueError("n_starts searches without ties and priors; give p0 instead")
        solver["relations"] = relations
    try:
        outcome = _engine.fit(
            f, xdata, ydata, p0, names=names, sigma=sigma, lower=lower, upper=upper, fixed=fixed,
            absolute_sigma=absolute, loss=loss, f_scale=f_scale, jac=jac,
            differences=differences, diff_step=diff_step, callback=callback, threads=threads,
            jacobian_mode=mode, check_finite=check, solver=solver,
        )  # fmt: skip
    except TypeError as error:
        if n == 1 and any(word in str(error) for word in ("subscriptable", "iterable", "unsized", "no len()")):
            raise TypeError(f"{error}; the model gets {names[0]} as a number; for a vector of parameters give p0, of its "
                            "length") from error  # fmt: skip
        raise
    except ValueError as error:
        if check:  # the engine met what is not finite: say which array it was in
            arguments.check_finite(ydata, "ydata")
            if type(xdata) is np.ndarray and xdata.dtype.kind == "f":
                arguments.check_finite(xdata, "xdata")
        if str(error).startswith("data: column"):
            raise ValueError(f"{error}{arguments.OMIT}") from None
        raise
    finally:
        if callback is not None:
            callback.close()
    ended = time.perf_counter() if options["timeit"] else 0.0
    if mode == "rev" and outcome.engine == "callback" and (jac is not None or outcome.jac is None):
        arguments.say_no_reverse(outcome.note)
    outcome.whole = whole
    if clocks is not None:
        outcome.clocks = clocks
    core = outcome.result
    if core.warnings:
        for text in core.warnings:
            if core.status != -2 or not text.startswith("the fit did not converge"):
                _warn(text)
    result = CurveFitResult(outcome)
    if found is not None:
        result["multistart_diagnostics"] = found
        result["minima"] = minima
    if options["compute_diagnostics"] is not False and arguments.truth(
        options["compute_diagnostics"] or False, "compute_diagnostics"
    ):
        from nlsq._results.diagnostics import diagnose

        result["_diagnostics_report"] = diagnose(result)
    if verbose:
        end = "converged" if core.success else "not converged"
        print(f"{core.message} {core.nfev} evaluations, cost {core.cost:.6e}, {end}.")
    if options["full_output"]:
        return result.popt, result.pcov, result.infodict
    if options["timeit"]:
        return result.popt, result.pcov, result, max(0.0, time.perf_counter() - ended), 0.0
    if options["return_eval"]:
        return result.popt, result.pcov, outcome.predict().reshape(shape)
    return result


def _warn(text):
    from nlsq._base.optimize import optimize_warning

    warnings.warn(text, optimize_warning(), stacklevel=arguments.caller())
