# SPDX-License-Identifier: MIT
"""Residuals and Jacobian of any Python function, minimized by the core.

The core calls plain functions itself: float64 arrays, dense Jacobians, losses by name. Where something stands in
between (a sparse Jacobian, other processes, a loss that is a function) it asks this module. Either way Jacobians are
computed at accepted points alone, and points of the recent past are remembered, so that none is evaluated twice.
"""

from collections import OrderedDict
from collections.abc import Callable

import numpy as np

from nlsq import _core
from nlsq._recording.decisions import OTHER_DECISION, Decisions
from nlsq._recording.function_state import kept_from_last_call, unchanged
from nlsq._recording.models import COUNTED
from nlsq._recording.residuals import Engine, Refused, point_beside, record, same_values, size_of
from nlsq._scipy.differences import as_values
from nlsq._scipy.losses import Loss
from nlsq._scipy.matrices import as_jacobian, dense, rows_times, transposed_times

_EPS = np.finfo(float).eps
_FLOAT64 = np.dtype(float)
_KEPT_VALUES = 4_000_000  # of Jacobians
_FEW_POINTS = 100  # smaller limits are meant for steps each of which costs the calls of a finite difference


def plain_residuals(values, m=-1, may_be_empty=True) -> np.ndarray:
    """What a function of residuals gave, as an array of one dimension; m: how many it gave before, -1: none."""
    if type(values) is not np.ndarray or values.ndim == 0:
        if values is None:
            raise TypeError("fun returns None; is its return statement missing?")
        values = np.atleast_1d(np.asarray(values))
    if values.ndim != 1:
        raise ValueError(f"`fun` must return at most 1-d array_like. f0.shape: {values.shape}")
    if values.dtype.kind == "c":
        raise ValueError("`fun` must return real values.")
    if values.size == 0 and not may_be_empty:
        raise ValueError("fun returns no residuals")
    if m >= 0 and len(values) != m:
        raise ValueError(f"`fun` returned {len(values)} residuals, but {m} before.")
    return values


class Point:
    """What is known at one x."""

    __slots__ = ("_cost", "_loss", "f", "jacobian", "dtype", "x")

    def __init__(self, x, loss):
        self.x, self._loss, self._cost = x, loss, None

    @property
    def cost(self):
        """Half the sum of the losses, computed where it is asked for."""
        if self._cost is None:
            self._cost = self._loss.cost(self.f)
        return self._cost


class BlackBox:
    """The problem. ``nfev`` counts calls at trial points, ``njev`` Jacobians, ``differences.evaluations`` the rest.

    function: x (n,) -> residuals, one-dimensional or a number. jacobian: x -> (m, n), or None with ``differences``, a
    _differences.Differences.
    """

    def __init__(self, function: Callable, x0: np.ndarray, loss: Loss, jacobian: Callable | None, differences=None):
        self.function, self.jacobian_function, self.differences = function, jacobian, differences
        self.loss = loss
        self.n = len(x0)
        self.m = -1
        self.nfev = self.njev = 0
        self._points = OrderedDict()
        self._keep = 2
        self._called = None  # a _core.Called that remembers the points
        self.at_end = True  # whether the last Jacobian must be that at the end of the fit
        self.may_be_empty = False  # whether there may be no residuals at all
        self.recorded = None  # a Recorded of _recording/residuals.py, to be minimized in the engine; or None
        self.note = None  # why there is none
        self.core = None  # the core's last result

    def at(self, x: np.ndarray) -> Point:
        """The residuals and the cost at x; the Jacobian only if it was asked for before."""
        key = x.tobytes()
        point = self._points.get(key)
        if point is not None:
            return point
        point = Point(x.copy(), self.loss)
        if self._called is not None:
            self._from_core(point)
        else:
            values = self._plain(self.function(x.copy()))
            self.nfev += 1
            # The type that the values were computed in, where the function knows better.
            point.dtype = getattr(self.function, "value_dtype", None) or values.dtype
            # A copy: the function may give the same array again with other values.
            point.f = np.array(values, dtype=float)
            point.jacobian = None
        if self.m < 0:
            self.m = len(values)
            self._keep = 2 + min(6, _KEPT_VALUES // max(1, self.m * self.n))
        self._points[key] = point
        if len(self._points) > self._keep:
            self._points.popitem(last=False)
        return point

    def _plain(self, values) -> np.ndarray:
        """What the function gave, as an array of one dimension."""
        return plain_residuals(values, self.m, self.may_be_empty)

    def _from_core(self, point):
        """Sets what the core knows, or finds out, at point.x."""
        point.f = self._called.values(point.x)
        point.dtype = point.f.dtype
        point.jacobian = self._called.known_jacobian(point.x)
        self._count()

    def remember(self, x: np.ndarray, f: np.ndarray, dtype) -> Point:
        """The point at x, where the function was called: it gave f (now float64) in the type dtype."""
        point = Point(x, self.loss)
        point.f, point.dtype, point.jacobian = f, dtype, None
        self.m, self.nfev = len(f), 1
        self._points[x.tobytes()] = point
        return point

    def jacobian_at(self, x: np.ndarray) -> Point:
        """The point with its Jacobian: dense, csr, or a LinearOperator."""
        point = self.at(x)
        if point.jacobian is None:
            if self.recorded is not None:
                point.jacobian = self.recorded.jacobian(x)
            elif self.jacobian_function is not None:
                point.jacobian = self._jacobian(x.copy())
            else:
                point.jacobian = as_jacobian(self.differences(x, point.f, point.dtype))
            self.njev += 1
        return point

    def _jacobian(self, x):
        """What the function for the Jacobian gives, of the right shape."""
        return self._checked(as_jacobian(self.jacobian_function(x)))

    def _checked(self, jacobian):
        if jacobian.shape != (self.m, self.n):
            raise ValueError(f"The return value of `jac` has wrong shape: expected {(self.m, self.n)}, "
                             f"actual {jacobian.shape}.")  # fmt: skip
        return jacobian

    def _plain_jacobian(self, x):
        """The same as the core takes it, and copies it at once."""
        jacobian = self.jacobian_function(x)
        if type(jacobian) is np.ndarray and jacobian.dtype is _FLOAT64 and jacobian.shape == (self.m, self.n):
            return jacobian if jacobian.flags.c_contiguous else np.ascontiguousarray(jacobian)
        return dense(self._checked(as_jacobian(jacobian)))

    def model(self, point: Point):
        """(gradient g of the cost, Jacobian J, residuals f): J^T J approximates the Hessian of the cost, J^T f is g."""
        if self.loss.linear:
            return transposed_times(point.jacobian, point.f), point.jacobian, point.f
        _, slope, curvature = self.loss.rho(point.f)
        with np.errstate(over="ignore", invalid="ignore"):
            gradient = transposed_times(point.jacobian, slope * point.f)
            weight = np.sqrt(np.maximum(slope + 2.0 * curvature * point.f**2, _EPS))
            return gradient, rows_times(point.jacobian, weight), point.f * slope / weight

    def scaled(self, point: Point):
        """The first two of model()."""
        return self.model(point)[:2]

    def record(self, fun: Callable, args, kwargs, start: Point, state: list, lower, upper, engine: Engine):
        """Records the function, which is fun with its further arguments; says in note why if it cannot be done.
        start: a point; state: of fun, before it was called there."""
        if start.dtype.kind not in "fiu" or start.dtype.itemsize < 8:
            self.note = Refused("the function returns no vector of float64")
            return
        kept = None
        if not unchanged(fun, state):
            kept = kept_from_last_call(fun, lambda: self._again(start), state)
            if kept is None:
                self.note = Refused(COUNTED)
                return
        decisions = Decisions(start.x)
        self._engine, self._decisions, self._kept = engine, decisions, kept
        self.recorded, self.note = record(self.function, fun, args, kwargs, start.x, start.f, lower, upper, decisions, kept,
                                          engine.says_why)  # fmt: skip

    @property
    def keeps_values(self) -> bool:
        """Whether the recorded function keeps values of its last call."""
        return self._kept is not None

    @property
    def has_decided(self) -> bool:
        """Whether the recording decided on parameters."""
        return bool(self._decisions)

    def _again(self, point):
        """Calls the function at a point where it was called before."""
        self.nfev += 1
        self.function(point.x.copy())

    def minimize_recorded(self, x0: np.ndarray, lower: np.ndarray, upper: np.ndarray, solver: dict, absolute_sigma=False):
        """The core's result from x0 on the recorded function; None, and nothing recorded any more, if it has none."""
        solver = {**solver, "polish": True, "second_start": "same_scales"}
        if self._engine.by_jacobian:
            solver.pop("x_scale", None)
        core = self.recorded.minimize(x0, lower, upper, self.loss, solver, self._engine, absolute_sigma)
        if core is None:
            self.recorded, self.note = None, "an exact derivative is not finite"
            return None
        if self._kept is not None:
            self._points.clear()  # the last call must be at the end of the fit, even if the values there are known
        if self._decisions and not self._stands(core, lower, upper):
            self.recorded, self.note = None, OTHER_DECISION
            return None
        self.core, self.nfev, self.njev = core, core.nfev, core.njev
        return core

    def _stands(self, core, lower, upper):
        """Whether a recording that decided on parameters is the function where it ended."""
        x = np.array(core.popt)
        if core.status <= 0 or not self._decisions.stand(x, lower, upper):
            return False
        try:
            size = size_of(self.recorded.values(point_beside(x, lower, upper)))
            return same_values(self.at(x).f, self.recorded.values(x), size=size)
        except Exception:  # the function refuses such parameters
            return False

    def minimize(self, x0: np.ndarray, lower: np.ndarray, upper: np.ndarray, solver: dict, callback=None, enough=None):
        """The core's result from x0. callback(iteration, nfev, cost, step, optimality, x) -> stop. enough: result ->
        whether nobody will ask for the point where it ended."""
        own_loss = self.loss.name is None
        estimates = callback is None and solver.get("max_nfev", _FEW_POINTS) >= _FEW_POINTS
        solver = {"second_start": "none", "judge": False, **solver}
        start = self.at(x0)
        if not own_loss and self._is_plain(start):
            residuals, jacobian = self._for_the_core(start), None
        else:
            def residuals(x):
                f = self.at(x).f
                return self.loss.fold(f)[0] if own_loss else f

            def jacobian(x):
                point = self.jacobian_at(x)
                J = dense(point.jacobian)
                return self.loss.fold(point.f)[1][:, None] * J if own_loss else J

        try:
            self.core = _core.least_squares(
                residuals, jacobian, self.m, x0.tolist(), lower.tolist(), upper.tolist(),
                None if own_loss else self.loss.name, 1.0 if own_loss else float(self.loss.f_scale),
                absolute_sigma=True, callback=callback, solver=solver, estimates=estimates,
                at_end=self.at_end, tell=enough is None,
            )  # fmt: skip
            self._count()
            if enough is None or not enough(self.core):
                self.at(np.array(self.core.popt))
        finally:
            self._called = None  # it knows this object
        return self.core

    def _is_plain(self, start: Point) -> bool:
        """Whether the core can call the function itself."""
        return self.differences.plain if self.jacobian_function is None else self.is_dense(start.x)

    def is_dense(self, x: np.ndarray) -> bool:
        """Whether Jacobians are arrays; asks for the one at x only where nothing else tells."""
        if self.jacobian_function is None and self.differences.sparsity is None:
            return True
        return isinstance(self.jacobian_at(x).jacobian, np.ndarray)

    def is_large(self, x: np.ndarray, most: int) -> bool:
        """Whether Jacobians are no arrays and have more values than most."""
        return not self.is_dense(x) and self.m * self.n > most

    def _new_called(self):
        """The function for the core, a _core.Called."""

        def plain(values):
            return as_values(self._plain(values))

        as_called = getattr(self.function, "as_called", None)
        called = None if as_called is None else as_called(self.n, self.m, plain)
        return _core.Called(self.function, plain, self.n, self.m) if called is None else called

    def _for_the_core(self, start: Point):
        """The same with its Jacobian and what is known at the start."""
        called = self._new_called()
        if self.jacobian_function is None:
            called.set_differences(*self.differences.rule(start.dtype), self.differences.at_zero)
        else:
            called.set_jacobian(self._plain_jacobian)
        called.remember(start.x, start.f, None if start.jacobian is None else dense(start.jacobian))
        self._before = (self.nfev, self.njev, 0 if self.differences is None else self.differences.evaluations)
        self._called = called
        return called

    def _count(self):
        """Adds what the core has called."""
        if self._called is None:
            return
        nfev, njev, evaluations = self._before
        self.nfev, self.njev = nfev + self._called.nfev, njev + self._called.njev
        if self.differences is not None:
            self.differences.evaluations = evaluations + self._called.evaluations
