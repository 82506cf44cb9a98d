# SPDX-License-Identifier: MIT
"""A call of SciPy's curve_fit in general: the recorded model in the engine, or the model as a black box."""

from math import isfinite

import numpy as np

from nlsq import _core
from nlsq._base.log import log_issues, logger
from nlsq._recording.decisions import Decisions
from nlsq._recording.function_state import Kept, state_of, unchanged
from nlsq._recording.models import Refused, holds, identity_of, is_verified, recorded, set_verified
from nlsq._recording.residuals import point_beside, same_values
from nlsq._scipy import checks
from nlsq._scipy import least_squares as lsq
from nlsq._scipy.answer import Answers
from nlsq._scipy.arguments import passes_of
from nlsq._scipy.black_box import BlackBox
from nlsq._scipy.differences import METHODS, Differences
from nlsq._scipy.losses import Loss
from nlsq._scipy.matrices import dense
from nlsq._recording.refusals import kind_of, refused_models

_EPS = np.finfo(float).eps
_INFO = 20  # logging.INFO
_NAMES = {n: [f"p{i}" for i in range(n)] for n in range(64)}
# Arguments of least_squares with which a recorded model can still run in the engine.
_TRACED_OPTIONS = {"ftol", "xtol", "gtol", "max_nfev", "x_scale", "loss", "f_scale", "diff_step", "tr_solver",
                   "tr_options", "workers"}  # fmt: skip
_SAME_JACOBIAN = 1e-6  # relative difference of a given Jacobian, which may be one of differences


class Task(Answers):
    """A call of curve_fit, to be solved one way or the other."""

    def solve(self, full_output, may_record=True):
        """(popt, pcov, infodict, message, ier)."""
        done = self._traced(full_output) if self._may_trace() and may_record else None
        if done is None:
            return self._black_box(full_output)
        if self.kept.has_changed:  # the function is left as by a call at the solution
            self.f(self.x, *done[0].tolist())
        return done

    # The engine.

    def _may_trace(self):
        if self.y.ndim != 1 or self.y.size == 1:
            return False
        if self.jac is not None and not callable(self.jac) and self.jac not in METHODS:
            raise ValueError("`jac` must be '2-point', '3-point', 'cs' or callable.")
        if self.method == "lm":
            return True
        plain = all(key in _TRACED_OPTIONS or value is None for key, value in self.kwargs.items())
        return plain and not callable(self.kwargs.get("loss"))

    def _solver(self, recorded):
        """Options of the core and the loss, checked; without maxfev a recorded model is left the core's limit."""
        given = {k: v for k, v in self.kwargs.items() if k in ("ftol", "xtol", "gtol")}
        if self.method == "lm":
            solver = {"method": "lm", **{k: float(v) for k, v in given.items()}}
            self.maxfev = int(self.kwargs.get("maxfev") or (100 if callable(self.jac) else 200) * (self.n + 1))
            limit = self.maxfev if callable(self.jac) else passes_of(self.maxfev, self.n)
            solver["second_start"] = "any" if recorded else "no_better"
            if self.kwargs.get("diag") is not None:
                solver["x_scale"] = (1.0 / np.asarray(self.kwargs["diag"], dtype=float)).tolist()
                solver["second_start"] = "same_scales" if recorded else "none"
            return solver, "linear", 1.0, limit if self.kwargs.get("maxfev") or not recorded else None
        tolerances = {"ftol": 1e-8, "xtol": 1e-8, "gtol": 1e-8, **given}
        loss, f_scale = self.kwargs.get("loss", "linear"), self.kwargs.get("f_scale", 1.0)
        limit = self.kwargs.get("max_nfev")
        checks.check_choices(self.jac or "2-point", self.method, self.kwargs.get("tr_solver"), loss, 0, limit)
        self.lower, self.upper = checks.checked_bounds((self.lower, self.upper), self.p0, self.method)
        scale = self.kwargs.get("x_scale")
        checked = checks.checked_scale("jac" if scale is None else scale, self.p0, self.method)
        names = ("ftol", "xtol", "gtol")
        values = checks.checked_tolerances(*(tolerances[name] for name in names), self.method)
        solver = {"method": self.method, **dict(zip(names, values))}
        if scale is not None:
            solver["second_start"] = "same_scales"
        if checked is not None:
            solver["x_scale"] = checked.tolist()
        return solver, loss, 1.0 if loss == "linear" else abs(float(f_scale)), limit

    def _traced(self, full_output):
        """(popt, pcov, infodict, message, ier) of the recorded model; None where it has to be called."""
        solver, loss, f_scale, limit = self._solver(True)
        rows, n = self.y.size, self.n
        names = _NAMES[n] if n < 64 else [f"p{i}" for i in range(n)]
        free = self.is_free or np.all(self.lower == -np.inf) and np.all(self.upper == np.inf)
        lower, upper = (None, None) if free else (self.lower, self.upper)
        is_array = type(self.x) is np.ndarray
        if is_array and refused_models.knows(self.f) and refused_models.of(self.f, (kind_of(self.f), n, self.x.ndim)):
            return None
        decisions, self.kept = Decisions(self.p0), Kept(self.f)
        traced, why = recorded(self.f, self.x, self.p0, names, rows, lower, upper, decisions, self.kept)
        if is_array and type(why) is Refused:
            refused_models.add(self.f, (kind_of(self.f), n, self.x.ndim), why)
        elif is_array and traced is not None and refused_models.knows(self.f):
            refused_models.is_recorded(self.f)
        if traced is None or callable(self.jac) and not self._is_derivative(traced):
            return None
        model, columns, _ = traced
        if limit is not None:
            solver["max_nfev"] = int(limit)

        def residuals(p):
            return self.weighted(_core.evaluate(model, columns, p, rows) - self.y)

        def jacobian(p):
            return self.weighted(_core.jacobian(model, columns, p, rows))

        if self.whiten is not None:
            box = BlackBox(residuals, self.p0, Loss(loss, f_scale), jacobian)
            return self._whitened(box, traced, decisions, solver, limit, full_output)
        y = np.ascontiguousarray(self.y)
        is_logged = logger(_INFO) is not None
        try:
            result = _core.curve_fit(
                model, columns, y, self.sigma, self.p0.tolist(), lower, upper, None, self.absolute_sigma,
                None if loss == "linear" else loss, f_scale, solver={**solver, "judge": is_logged},
                check_finite=False,
            )  # fmt: skip
        except ValueError:
            if np.isfinite(residuals(self.p0)).all():
                return None  # a derivative is not finite; finite differences may be
            raise self._not_finite(self.p0, residuals) from None
        if is_logged:
            log_issues(result)
        status = result.status
        if status == -1 or decisions and (status <= 0 or not self._stands(traced, decisions, result.popt)):
            return None
        if status <= 0:
            raise RuntimeError("Optimal parameters not found: " + self._failure(status, result.nfev, limit))
        simple = loss == "linear" and result.rank == n and not result.n_masked and rows > n
        if simple and not full_output:
            return result.popt, result.pcov, None, None, None
        loss = Loss(loss, f_scale)
        f, J = residuals(result.popt), jacobian(result.popt)
        if simple:
            pcov = result.pcov
        elif result.rank < n:
            pcov = self._deficient(result, len(f), 1.0 if self.absolute_sigma else result.dof)
        else:
            pcov = self._covariance(_scaled_rows(loss, f, J), loss.cost(f), len(f))
        return self._answer(result.popt, pcov, f, J, result.nfev, result.njev if callable(self.jac) else None, status)

    def _whitened(self, box, traced, decisions, solver, limit, full_output):
        """A recorded model with a covariance matrix of the data, which mixes its residuals."""
        if not decisions:
            return self._through(box, solver, limit, full_output)
        try:
            found = self._through(box, solver, limit, full_output)
        except RuntimeError:
            return None
        return found if self._stands(traced, decisions, found[0]) else None

    def _stands(self, traced, decisions, popt):
        """Whether a recording that decided on parameters is the function where it ended."""
        bounds = (None, None) if self.is_free else (self.lower, self.upper)
        return holds(traced, decisions, self.f, self.x, popt, *bounds, self.y.size)

    def _is_derivative(self, traced):
        """Whether the given Jacobian is that of the recorded function, at the start and beside it, and keeps nothing."""
        model, columns, _ = traced
        identity = identity_of(self.jac)
        key = None if identity is None else ("jacobian", identity, model.key)
        if is_verified(key):
            return True
        columns_first = self.method == "lm" and bool(self.kwargs.get("col_deriv", False))
        state = state_of(self.jac)
        for p in (self.p0, point_beside(self.p0, self.lower, self.upper)):
            try:
                given = np.asarray(self.jac(self.x, *p), dtype=float)
            except Exception:  # the function is called as it is, and the error raised there
                return False
            ours = _core.jacobian(model, columns, p, self.y.size)
            if not same_values(given.T if columns_first else given, ours, _SAME_JACOBIAN):
                return False
        if not unchanged(self.jac, state):
            return False
        set_verified(key)
        return True

    # Anything else.

    def _black_box(self, full_output):
        if self.method != "lm":
            return self._by_least_squares()
        solver, _, _, limit = self._solver(False)
        jac = self.jac
        columns_first = bool(self.kwargs.get("col_deriv", False))

        def jacobian(p):
            J = jac(self.x, *p)
            J = self.weighted(np.array(np.transpose(J) if columns_first else J, dtype=float))
            if J.shape != (box.m, self.n):
                raise TypeError(f"the 'jac' argument gives shape {J.shape}; it should be {(box.m, self.n)}")
            return J

        differences = None
        if not callable(jac):
            differences = Differences(self.residuals, jac or "2-point", None, self.lower, self.upper)
        box = BlackBox(self.residuals, self.p0, Loss("linear", 1.0), jacobian if callable(jac) else None, differences)
        start = box.at(self.p0)
        if box.m < self.n:
            raise TypeError(f"Improper input: func input vector length N={self.n} must not exceed func output vector "
                            f"length M={box.m}")  # fmt: skip
        if not isfinite(start.cost) and not np.isfinite(start.f).all():
            raise self._not_finite(self.p0, lambda p: start.f)
        if differences is not None:
            box.at_end = False
            epsfcn = self.kwargs.get("epsfcn")
            if epsfcn is not None:
                differences.rel_step, differences.at_zero = max(float(epsfcn), _EPS) ** 0.5, 1.0
        return self._through(box, solver, limit, full_output)

    def _through(self, box, solver, limit, full_output):
        """The problem minimized by the core's black box."""
        solver["polish"] = box.differences is None
        if limit is not None:
            solver["max_nfev"] = int(limit)
        tolerance = {"ftol": 1e-8, "xtol": 1e-8, "gtol": 0.0, **solver}
        box.at(self.p0)
        core = None
        if box.loss.linear and tolerance["gtol"] == 0.0 and not full_output:
            core = box.minimize(self.p0, self.lower, self.upper, tolerance, enough=self._is_enough)
            if self._is_enough(core):
                return np.array(core.popt), self._covariance(None, core.cost, box.m, core), None, None, None
        result = lsq.run(box, self.p0, self.method, self.lower, self.upper, tolerance, core=core)
        if result.status <= 0:
            raise RuntimeError("Optimal parameters not found: " + self._failure(result.status, result.nfev, limit))
        nfev = result.nfev + (0 if box.differences is None else box.differences.evaluations)
        pcov = self._covariance(result.jac, result.cost, len(result.fun), box.core)
        if not full_output:
            return result.x, pcov, None, None, None
        njev = result.njev if callable(self.jac) else None
        return self._answer(result.x, pcov, result.fun, result.jac, nfev, njev, result.status)

    def _is_enough(self, core):
        """Whether the core's result tells all that is asked for: parameters and their covariance."""
        return core.status > 0 and core.rank == self.n and isfinite(core.cost) and isfinite(core.optimality)

    def _by_least_squares(self):
        jac = self.jac
        if callable(jac):
            def weighted_jacobian(p):
                return self.weighted(np.asarray(self.jac(self.x, *p), dtype=float))
            jac = weighted_jacobian
        options = {"jac": "2-point" if jac is None else jac, "bounds": (self.lower, self.upper), "method": self.method,
                   **self.kwargs}  # fmt: skip
        second_start = "no_better" if options.get("x_scale") is None else "none"
        result, problem = lsq.solve(self.residuals, self.p0, at_end=False, second_start=second_start, **options)
        if not result.success:
            raise RuntimeError("Optimal parameters not found: " + result.message)
        pcov = self._covariance(dense(result.jac), result.cost, len(result.fun), self._core_of(problem))
        return self._answer(result.x, pcov, result.fun, None, result.nfev, None, result.status)

    @staticmethod
    def _core_of(problem):
        """What the core found by differences of its own, which tell a rank better than the Jacobian alone does."""
        core = problem.core
        return core if core is not None and problem.recorded is None and core.redundancy is not None else None


def _scaled_rows(loss, f, J):
    if loss.linear:
        return J
    _, slope, curvature = loss.rho(f)
    return np.sqrt(np.maximum(slope + 2.0 * curvature * f**2, _EPS))[:, None] * J
