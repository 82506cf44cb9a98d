# SPDX-License-Identifier: MIT
"""``least_squares`` with SciPy's arguments, checks, result and messages, on the core's minimizer."""

import inspect
from collections.abc import Callable
from math import isfinite
from warnings import warn

import numpy as np

from nlsq._models import jax
from nlsq._recording.function_state import state_of
from nlsq._recording.residuals import Engine, Refused
from nlsq._scipy import checks, subspace
from nlsq._scipy.black_box import BlackBox
from nlsq._scipy.checks import UNBOUNDED
from nlsq._scipy.differences import Differences, is_bounded
from nlsq._scipy.losses import Loss
from nlsq._scipy.matrices import is_operator, is_sparse, optimize_result
from nlsq._recording.refusals import kind_of, refused_residuals

_ENGINE = Engine(says_why=False)
_MOST_AT_BOUNDS = 2  # steps of a polish: one may put parameters onto their bounds
_DENSE_VALUES = 250_000  # of a sparse Jacobian up to which it is made dense

MESSAGES = {
    -2: "Stopped because `callback` function raised `StopIteration` or returned `True`",
    -1: "No trial point near the best one has finite residuals and derivatives.",
    0: "The maximum number of function evaluations is exceeded.",
    1: "`gtol` termination condition is satisfied.",
    2: "`ftol` termination condition is satisfied.",
    3: "`xtol` termination condition is satisfied.",
    4: "Both `ftol` and `xtol` termination conditions are satisfied.",
}


class WithArguments:
    """A function of x with its further arguments; can be sent to other processes."""

    def __init__(self, function, args, kwargs):
        self.function, self.args, self.kwargs = function, args, kwargs or {}

    def __call__(self, x):
        return self.function(x, *self.args, **self.kwargs)

    @property
    def value_dtype(self):
        """The type of the function's values if it tells one; see black_box.py."""
        return getattr(self.function, "value_dtype", None)


def least_squares(fun: Callable, x0, jac="2-point", bounds=UNBOUNDED, method="trf", ftol=1e-8, xtol=1e-8, gtol=1e-8,
                  x_scale=None, loss="linear", f_scale=1.0, diff_step=None, tr_solver=None, tr_options=None,
                  jac_sparsity=None, max_nfev=None, verbose=0, args=(), kwargs=None, callback=None,
                  workers=None):  # fmt: skip
    """Minimizes ``0.5 * sum(rho(fun(x)**2))`` over x within bounds; SciPy 1.17's ``least_squares``.

    Args:
        fun: ``fun(x, *args, **kwargs)``, x of shape (n,), gives residuals of shape (m,) or a number.
        x0: start, (n,) or a number.
        jac: "2-point" (default), "3-point", "cs", or a function with the arguments of `fun` that gives (m, n): an
            array, a sparse array or a LinearOperator.
        bounds: (lower, upper), each (n,) or a number, or an object with ``lb`` and ``ub``.
        method: "trf" (default), "dogbox", or "lm" (no bounds, linear loss, m >= n).
        ftol, xtol, gtol: tolerances (1e-8 each) on the relative change of the cost, the relative step, and the cosine
            between residuals and columns of the Jacobian; None switches one off.
        x_scale: sizes of the parameters, (n,) or a number, or "jac": from the Jacobian. None: "jac" for lm, else 1.
        loss: "linear", "soft_l1", "huber", "cauchy", "arctan", or a function z -> (3, m) of rho, rho', rho''.
        f_scale: the residual where the loss begins to differ from the linear one (1.0).
        diff_step: relative step of the differences, (n,) or a number.
        tr_solver, tr_options: None, "exact" or "lsmr" with its options; checked, and exact steps taken either way.
        jac_sparsity: (m, n), where the Jacobian may be non-zero; differences then move many parameters at once.
        max_nfev: limit of evaluations, those of differences not counted (100 n).
        verbose: 0 silent, 1 a line at the end, 2 a line each iteration.
        args, kwargs: passed on to `fun` and `jac`.
        callback: called after each iteration with ``intermediate_result`` or with x; StopIteration ends the fit.
        workers: number of processes, or a function like ``map``, for the differences.

    Returns:
        OptimizeResult with x, cost, fun, jac, grad, optimality, active_mask, nfev, njev, status, message, success.

    Raises:
        ValueError: for arguments that make no sense, and residuals that are not finite at x0.
    """
    return solve(fun, x0, jac, bounds, method, ftol, xtol, gtol, x_scale, loss, f_scale, diff_step, tr_solver,
                 tr_options, jac_sparsity, max_nfev, verbose, args, kwargs, callback, workers, _ENGINE)[0]  # fmt: skip


def solve(fun, x0, jac="2-point", bounds=UNBOUNDED, method="trf", ftol=1e-8, xtol=1e-8, gtol=1e-8, x_scale=None,
          loss="linear", f_scale=1.0, diff_step=None, tr_solver=None, tr_options=None, jac_sparsity=None, max_nfev=None,
          verbose=0, args=(), kwargs=None, callback=None, workers=None, engine=None, at_end=True,
          second_start="none"):  # fmt: skip
    """least_squares: (its result, the BlackBox that was minimized). engine: an Engine for the recorded function, or
    None to have the function called whatever it is. at_end: whether res.jac has to be that at res.x to the digit.
    second_start: of nlsq::SecondStart, for functions that are called."""
    checks.check_choices(jac, method, tr_solver, loss, verbose, max_nfev)
    if np.iscomplexobj(x0):
        raise ValueError("`x0` must be real.")
    x0 = np.atleast_1d(x0).astype(float)
    if x0.ndim > 1:
        raise ValueError("`x0` must have at most 1 dimension.")
    lower, upper = checks.checked_bounds(bounds, x0, method)
    scale = checks.checked_scale(x_scale, x0, method)
    ftol, xtol, gtol = checks.checked_tolerances(ftol, xtol, gtol, method)
    if method == "trf" and bounds is not UNBOUNDED:
        x0 = strictly_inside(x0, lower, upper)

    with checks.mapper_of(workers) as mapper:
        function = WithArguments(fun, args, kwargs) if args or kwargs else fun
        if jax.is_loaded():
            from nlsq._recording.jax_residuals import Wide

            function = Wide(function) if jax.uses_jax(fun) else function
            jac = Wide(jac) if callable(jac) and jax.uses_jax(jac) else jac
        problem = _problem(function, x0, jac, args, kwargs, Loss(loss, f_scale), diff_step, jac_sparsity, lower, upper,
                           mapper)  # fmt: skip
        problem.note = _why_called(jac, loss, diff_step, tr_solver, jac_sparsity, verbose, callback, engine)
        if problem.note is None:
            refused, kind = refused_residuals[engine.says_why], kind_of(fun, (*args, *(kwargs or {}).values()))
            problem.note = refused.of(fun, kind)
        state = state_of(fun) if problem.note is None else None
        start = _checked_start(problem, x0, method, jac, jac_sparsity, tr_solver)
        if problem.note is None:
            problem.record(fun, args, kwargs, start, state, lower, upper, engine)
            if problem.recorded is not None:
                refused.is_recorded(fun)
            elif type(problem.note) is Refused:
                refused.add(fun, kind, problem.note)
        problem.at_end = at_end
        if problem.recorded is None:
            _check_jacobian(problem, x0, method, tr_solver, tr_options, scale)
        if method == "lm" and callback is not None:
            warn("Callback function specified, but not supported with `lm` method.",
                 stacklevel=checks.frames_to_caller())  # fmt: skip
            callback = None
        solver = {"method": method, "ftol": ftol, "xtol": xtol, "gtol": gtol, "polish": callable(jac),
                  "max_nfev": 100 * problem.n if max_nfev is None else int(max_nfev),
                  "second_start": second_start}  # fmt: skip
        if callable(jac):  # a limit: beyond it no Jacobian is made unless gtol needs one
            solver["max_polish"] = _MOST_AT_BOUNDS if is_bounded(lower, upper) else 1
        if scale is not None:
            solver["x_scale"] = scale.tolist()
        watch = _Watch(problem, method, lower, upper, callback, verbose) if callback or verbose == 2 else None
        result = run(problem, x0, method, lower, upper, solver, watch, tr_options)
    if method == "lm" and not callable(jac):
        result.njev = None
    if verbose >= 1:
        print(result.message)
        print(f"Function evaluations {result.nfev}, initial cost {start.cost:.4e}, final cost {result.cost:.4e}, "
              f"first-order optimality {result.optimality:.2e}.")  # fmt: skip
    return result, problem


def _why_called(jac, loss, diff_step, tr_solver, sparsity, verbose, callback, engine):
    """Why the function is called as it is whatever it does, or None."""
    if engine is None:
        return "a Jacobian was asked for"
    if callable(jac):
        return "a Jacobian was given"
    if callable(loss):
        return "the loss is a function"
    given = {"callback": callback, "tr_solver": tr_solver, "jac_sparsity": sparsity, "diff_step": diff_step}
    for name, value in given.items():
        if value is not None and not (name == "tr_solver" and value == "exact"):
            return f"{name} was given"
    return "verbose was asked for" if verbose else None


def run(problem: BlackBox, x0, method, lower, upper, solver, callback=None, tr_options=None, core=None):
    """The problem minimized from x0: an OptimizeResult. core: what its minimize() gave, if it was asked before."""
    if core is None and problem.recorded is not None:
        core = problem.minimize_recorded(x0, lower, upper, solver)
    if core is None:
        if problem.is_large(x0, _DENSE_VALUES):
            x0 = strictly_inside(x0, lower, upper)
            core = subspace.minimize(problem, x0, lower, upper, solver, tr_options or {}, callback)
        else:
            core = problem.minimize(x0, lower, upper, solver, callback)
    nfev, njev = problem.nfev, problem.njev
    x = np.array(core.popt)
    point = problem.jacobian_at(x)
    gradient, jacobian = problem.scaled(point)
    optimality = first_order_optimality(method, x, gradient, lower, upper)
    status = core.status
    if status >= 0 and optimality < solver["gtol"]:
        status = 1
    if not (isfinite(optimality) and (isfinite(point.cost) or np.isfinite(point.f).all())):  # the cost may overflow
        status = -1
    return optimize_result()(
        x=x, cost=point.cost, fun=point.f.copy(), jac=jacobian, grad=gradient, optimality=optimality,
        active_mask=active_bounds(method, x, lower, upper, solver["xtol"]), nfev=nfev,
        njev=problem.njev if problem.recorded is None else njev,
        status=status, message=MESSAGES[status], success=status > 0,
    )  # fmt: skip


class _Watch:
    """Calls the user's callback and prints a line after each iteration."""

    def __init__(self, problem, method, lower, upper, callback, verbose):
        self.problem, self.method, self.lower, self.upper = problem, method, lower, upper
        self.callback, self.verbose = callback, verbose
        self.last_cost = None
        self.by_name = callback is not None and set(inspect.signature(callback).parameters) == {"intermediate_result"}
        if verbose == 2:
            titles = ("Iteration", "Total nfev", "Cost", "Cost reduction", "Step norm", "Optimality")
            print("".join(f"{title:^15}" for title in titles))
            first = next(reversed(problem._points.values()))
            self._line(0, problem.nfev, first.cost, None, first.x)

    def __call__(self, iteration, nfev, cost, step_norm, optimality, x):
        if self.verbose == 2:
            self._line(iteration, nfev, cost, step_norm, x)
        if self.callback is None:
            return False
        point = self.problem.at(x)
        seen = optimize_result()(x=x, fun=point.f.copy(), nit=iteration, nfev=nfev, cost=cost)
        try:
            stop = self.callback(intermediate_result=seen) if self.by_name else self.callback(np.copy(x))
        except StopIteration:
            return True
        return stop is True

    def _line(self, iteration, nfev, cost, step_norm, x):
        gradient, _ = self.problem.scaled(self.problem.jacobian_at(x))
        optimality = first_order_optimality(self.method, x, gradient, self.lower, self.upper)
        change = " " * 15 if self.last_cost is None else f"{self.last_cost - cost:^15.2e}"
        step = " " * 15 if step_norm is None else f"{step_norm:^15.2e}"
        self.last_cost = cost
        print(f"{iteration:^15}{nfev:^15}{cost:^15.4e}{change}{step}{optimality:^15.2e}")


def _problem(function, x0, jac, args, kwargs, loss, diff_step, sparsity, lower, upper, mapper):
    if callable(jac):
        return BlackBox(function, x0, loss, WithArguments(jac, args, kwargs))
    if sparsity is not None and not is_sparse(sparsity):
        sparsity = np.atleast_2d(sparsity)
    if sparsity is not None and sparsity.shape[1] != len(x0):
        raise ValueError("`jac_sparsity` has wrong shape.")
    step = None if diff_step is None else np.asarray(diff_step, dtype=float)
    differences = Differences(function, jac, step, lower, upper, sparsity, mapper)
    return BlackBox(function, x0, loss, None, differences)


def _checked_start(problem, x0, method, jac, sparsity, tr_solver):
    """The Point at x0."""
    start = problem.at(x0)
    if not np.isfinite(start.f).all():
        raise ValueError("Residuals are not finite in the initial point.")
    if method == "lm" and problem.m < problem.n:
        raise ValueError("Method 'lm' doesn't work when the number of residuals is less than the number of variables.")
    if sparsity is not None and not callable(jac):
        if method == "lm":
            raise ValueError("method='lm' does not support `jac_sparsity`.")
        if problem.differences.sparsity.shape != (problem.m, problem.n):
            raise ValueError("`jac_sparsity` has wrong shape.")
        if tr_solver == "exact":
            raise ValueError("tr_solver='exact' is incompatible with `jac_sparsity`.")
    return start


def _check_jacobian(problem, x0, method, tr_solver, tr_options, scale):
    is_dense = problem.is_dense(x0)
    if not is_dense:
        if method == "lm":
            raise ValueError("method='lm' works only with dense Jacobian matrices.")
        if tr_solver == "exact":
            raise ValueError("tr_solver='exact' works only with dense Jacobian matrices.")
        if scale is None and is_operator(problem.jacobian_at(x0).jacobian):
            raise ValueError("x_scale='jac' can't be used when `jac` returns LinearOperator.")
    lsmr = tr_solver == "lsmr" or (tr_solver is None and not is_dense)
    if lsmr and method != "lm" and tr_options:
        unknown = set(tr_options) - checks.LSMR_OPTIONS
        if unknown:
            raise TypeError(f"lsmr() got an unexpected keyword argument {min(unknown)!r}")
        if method == "dogbox" and "regularize" in tr_options:
            warn("The keyword 'regularize' in `tr_options` is not relevant for 'dogbox' method.",
                 stacklevel=checks.frames_to_caller())  # fmt: skip


def active_bounds(method, x, lower, upper, rtol):
    """-1 at a lower bound, 1 at an upper one, else 0. trf stays inside: within rtol * max(1, |bound|) counts."""
    if not is_bounded(lower, upper):
        return np.zeros(x.shape, dtype=int)
    if method == "dogbox" or rtol == 0:
        return np.where(x <= lower, -1, np.where(x >= upper, 1, 0))
    below, above = x - lower, upper - x
    with np.errstate(invalid="ignore"):
        at_lower = np.isfinite(lower) & (below <= np.minimum(above, rtol * np.maximum(1.0, np.abs(lower))))
        at_upper = np.isfinite(upper) & (above <= np.minimum(below, rtol * np.maximum(1.0, np.abs(upper))))
    return np.where(at_upper, 1, np.where(at_lower, -1, 0))


def strictly_inside(x, lower, upper):
    """x moved off the bounds by 1e-10 * max(1, |bound|), or to the middle where there is no room for that."""
    if not is_bounded(lower, upper):
        return x
    at = active_bounds("trf", x, lower, upper, 1e-10)
    with np.errstate(invalid="ignore"):
        x = np.where(at < 0, lower + 1e-10 * np.maximum(1.0, np.abs(lower)), x)
        x = np.where(at > 0, upper - 1e-10 * np.maximum(1.0, np.abs(upper)), x)
        return np.where((x < lower) | (x > upper), 0.5 * (lower + upper), x)


@np.errstate(over="ignore", invalid="ignore")
def first_order_optimality(method, x, gradient, lower, upper):
    """The largest gradient component: for trf times the distance to the bound that descent heads for (Coleman, Li);
    for dogbox without those that push against a bound."""
    if len(x) == 0:
        return 0.0
    if not is_bounded(lower, upper):
        return float(np.abs(gradient).max())
    if method == "trf":
        distance = np.where((gradient < 0) & np.isfinite(upper), upper - x, 1.0)
        distance = np.where((gradient > 0) & np.isfinite(lower), x - lower, distance)
        return float(np.max(np.abs(gradient * distance)))
    if method == "dogbox":
        pushed = ((x <= lower) & (gradient > 0)) | ((x >= upper) & (gradient < 0))
        return float(np.max(np.abs(np.where(pushed, 0.0, gradient))))
    return float(np.max(np.abs(gradient)))
