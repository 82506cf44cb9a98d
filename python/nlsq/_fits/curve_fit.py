# SPDX-License-Identifier: MIT
"""curve_fit with NLSQ's interface."""

from __future__ import annotations

from types import FunctionType

import numpy as np

from nlsq._base.shown_arguments import show_arguments
from nlsq._engine.fit import usual_fit
from nlsq._fits.in_memory import fit_in_memory
from nlsq._fits.options import BY_POSITION, SHOWN, options_of
from nlsq._models.parameter_names import parameter_names
from nlsq._results.result import CurveFitResult

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Literal, overload

    from typing_extensions import Unpack

    from nlsq._base.option_types import FitOptions


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
        "ones": no search. None is made with max_nfev, jac or a covariance matrix. Models that cannot be recorded
        are called at most 200 times a parameter more.
    sigma : None, number, array_like of (m,), covariance matrix (m, m), or the name of a column of ``data``
        Uncertainties of ydata; inf leaves a point out.
    absolute_sigma : bool, default False
        sigma is in the units of ydata; False: only its ratios count and pcov is scaled by the reduced chi square.
    check_finite : bool, default True
    bounds : (lower, upper), or dict of name: (lower, upper)
    method : {"trf", "lm", "dogbox", "varpro", "auto"}, default "trf"
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
    options, solver = options_of(args, kwargs)
    if type(xdata) is not np.ndarray and getattr(type(xdata), "are_rows_of_a_source", False):
        from nlsq._fits.streamed import fit_rows

        return fit_rows(f, xdata, ydata, options, solver)
    return fit_in_memory(f, xdata, ydata, options, solver)


show_arguments(curve_fit, BY_POSITION, SHOWN, "of_nlsq")


def _usual_fit(f, xdata, ydata, p0):
    """A plain function on plain arrays, known from a fit before; None: look at everything."""
    names = parameter_names(f)
    if not names:
        return None
    outcome = usual_fit(f, xdata, ydata, p0, names)
    return None if outcome is None else CurveFitResult(outcome)
