# SPDX-License-Identifier: MIT
"""``leastsq`` with SciPy's arguments and returns: MINPACK's lmdif and lmder as functions of residuals, on the core's
Levenberg-Marquardt.

Programs call it thousands of times for fits that take as long as some calls of their function. So a function that is
called as it is goes to the core with as little as possible in between (_core.leastsq), and a function that
cannot be recorded is not tried again.
"""

import warnings
from collections.abc import Callable
from math import isfinite

import numpy as np

from nlsq import _core, _differences, _kept_residuals
from nlsq._black_box import BlackBox, plain_residuals
from nlsq._differences import as_values, epsilon_of
from nlsq._function_state import state_of
from nlsq._losses import Loss
from nlsq._recorded_residuals import Engine, Refused
from nlsq._recording import kind_of
from nlsq._scipy_arguments import FLOAT64, passes_of
from nlsq._scipy_covariance import InfoDict, covariance
from nlsq._scipy_least_squares import WithArguments

_EPS = float(np.finfo(float).eps)
_IER = {2: 1, 3: 2, 4: 3, 1: 4, 0: 5, -1: 5}
_LIMIT = 5  # ier from which on there is no solution
_LINEAR, _ENGINE = Loss("linear", 1.0), Engine()
_MOST_REFUSED = 1_000
_refused = {}  # kinds of functions that cannot be recorded, and why
_SHORT = 10_000  # rows above which BLAS would wake threads


def leastsq(func: Callable, x0, args=(), Dfun=None, full_output=False, col_deriv=False, ftol=1.49012e-8,
            xtol=1.49012e-8, gtol=0.0, maxfev=0, epsfcn=None, factor=100, diag=None):  # fmt: skip
    """Minimizes ``sum(func(x, *args)**2)``; SciPy 1.17's ``leastsq``.

    Args:
        func: ``func(x, *args)``, x of shape (n,), gives m >= n residuals.
        x0: start, n numbers.
        args: further arguments of `func` and `Dfun`; what is no tuple is the only one.
        Dfun: ``Dfun(x, *args)`` gives the Jacobian (m, n), with `col_deriv` (n, m).
        full_output: also return cov_x, infodict and mesg; no error is raised for improper options then, ier is 0.
        ftol, xtol, gtol: tolerances on the relative change of the sum of squares, the relative step, and the cosine
            between residuals and columns of the Jacobian.
        maxfev: limit of calls of `func`; 0: 200 (n + 1), with `Dfun` 100 (n + 1).
        epsfcn: relative error of `func`; differences take steps of its square root, relative to x. Default: steps
            that fit the function.
        factor: accepted; the first step is bounded by the size of x0.
        diag: (n,), factors of the parameters in the length of a step. Default: from the Jacobian.

    Returns:
        x (n,) and ier, which is 1 to 4 for a solution; with `full_output` x, cov_x (n, n), infodict, mesg, ier. cov_x
        is the inverse of J^T J, None where J has no full rank.

    Raises:
        TypeError: fewer residuals than parameters, a Jacobian of another shape, options that make no sense.

    Warns:
        RuntimeWarning: the limit was reached (without `full_output`).
    """
    x0 = _start_of(x0)
    n = len(x0)
    args = args if type(args) is tuple or isinstance(args, tuple) else (args,)
    by_differences = Dfun is None
    maxfev = int(maxfev) or (200 if by_differences else 100) * (n + 1)
    scale = [] if diag is None else _scale_of(diag, n)
    if n == 0 or not min(ftol, xtol, gtol) >= 0 or maxfev <= 0 or not factor > 0 or scale is None:
        return _improper(func, x0, args, full_output, not by_differences)
    fit = _Fit(func, x0, args, Dfun, bool(col_deriv), epsfcn)
    options = (float(ftol), float(xtol), float(gtol), passes_of(maxfev, n) if by_differences else maxfev, scale)
    if not fit.is_finite:  # MINPACK goes nowhere from there
        ier = 4
    else:
        full = bool(full_output)
        status = fit.kept(options, full)
        if status is None:
            status = fit.recorded(options, full)
        if status is None:
            status = fit.called(options, full)
        ier = _IER.get(status, _LIMIT)
    if not full_output and ier < _LIMIT:
        return fit.x, ier
    message = _message(ier, ftol, xtol, gtol, maxfev)
    if not full_output:
        warnings.warn(message, RuntimeWarning, stacklevel=2)
        return fit.x, ier
    return fit.x, fit.covariance, fit.infodict(), message, ier


def _start_of(x0):
    """A copy of the start, (n,) float64."""
    if type(x0) is np.ndarray and x0.dtype is FLOAT64:
        return x0.flatten()
    x0 = np.asarray(x0)
    if x0.dtype.kind == "c":
        raise TypeError("Cannot cast x0 from complex to float.")
    return x0.astype(float).ravel()


def _scale_of(diag, n):
    """The sizes of the parameters, or None: they make no sense."""
    diag = np.asarray(diag, dtype=float).ravel()
    return (1.0 / diag).tolist() if len(diag) == n and (diag > 0).all() else None


class _Fit:
    """One call: the function, and what is known of it. kept(), recorded() and called() minimize it, and give a status of
    the core; then `x` is where it ended, `covariance` that of unit variance, or None. The first two give None where they
    cannot."""

    __slots__ = ("args", "columns_first", "covariance", "dtype", "epsfcn", "f", "func", "is_finite", "jac",
                 "jacobian_function", "key", "kind", "known", "m", "nfev", "njev", "note", "start", "state", "x")  # fmt: skip

    def __init__(self, func, x0, args, Dfun, columns_first, epsfcn):
        self.func, self.args, self.jacobian_function, self.columns_first = func, args, Dfun, columns_first
        self.epsfcn, self.start, self.x, self.covariance, self.jac = epsfcn, x0, x0, None, None
        self.nfev, self.njev, self.state, self.known = 1, 0, None, None
        self.note = None if epsfcn is None else "epsfcn was given"
        self.key = None if self.note else _kept_residuals.key_of(func, args, Dfun)
        if self.key is not None:
            self.known = _kept_residuals.kept_of(self.key)
        if self.known is None and self.note is None:
            self._look_at_state(Dfun)
        values = func(x0.copy(), *args)
        if type(values) is not np.ndarray or values.ndim != 1 or values.dtype is not FLOAT64:
            values = plain_residuals(values)
        # The type that the values were computed in, where the function knows better.
        self.dtype = getattr(func, "value_dtype", None) or values.dtype
        # A copy: the function may give the same array again with other values.
        self.f = np.array(values, dtype=float)
        self.m, n = len(values), len(x0)
        if self.m < n:
            raise TypeError(f"Improper input: func input vector length N={n} must not exceed func output vector length "
                            f"M={self.m}")  # fmt: skip
        self.is_finite = self.m <= _SHORT and isfinite(self.f.dot(self.f)) or bool(np.isfinite(self.f).all())
        if Dfun is not None and not self.is_finite:
            self._plain_jacobian(Dfun(x0.copy(), *args))

    def _look_at_state(self, Dfun):
        """What the function keeps, where it may be recorded."""
        if Dfun is not None and not _kept_residuals.is_wanted(self.key):
            self.note = "a Jacobian was given"
            return
        self.kind = kind_of(self.func, self.args)
        self.note = None if self.kind is None else _refused.get(self.kind)
        if self.note is None:
            self.state = state_of(self.func)

    # As it was recorded before.

    def kept(self, options, full):
        """The status; None, too, where the recording is of another function, and it is dropped."""
        if self.known is None:
            return None
        found = self.known.minimize(self.args, self.start, self.f, *options)
        if found is None:
            return self._other_function()
        x, status, pcov, values, nfev, njev = found
        end = self.func(x.copy(), *self.args)
        if type(end) is not np.ndarray or end.dtype is not FLOAT64 or not _core.agree(values, end):
            return self._other_function()
        self.x, self.nfev, self.njev = x, nfev, njev
        if full:
            self.f, self.jac = end.copy(), self.known.jacobian(self.args, x)
            self.covariance = covariance(self.jac, pseudo=False) if pcov is None else pcov
        return status

    def _other_function(self):
        _kept_residuals.drop(self.key)
        self.known, self.note = None, "the function is another one than the one recorded"

    # As it is recorded.

    def recorded(self, options, full):
        """The status."""
        if self.state is None:
            return None
        box = self._box()
        if box.recorded is None:
            return None
        by_jacobian = self.jacobian_function is not None
        if by_jacobian and not self._is_derivative(box.recorded):
            _kept_residuals.give_up(self.key)
            self.note = "a Jacobian was given"
            return None
        free = _differences.unbounded(len(self.start))
        ftol, xtol, gtol, limit, scale = options
        solver = {"method": "lm", "ftol": ftol, "xtol": xtol, "gtol": gtol, "max_nfev": limit}
        if scale:
            solver["x_scale"] = scale
        core = box.minimize_recorded(self.start, *free, solver, absolute_sigma=True)
        if core is None:
            self.note = box.note
            return None
        if _kept_residuals.is_wanted(self.key) and not box.has_decided:
            _kept_residuals.keep(self.key, box.recorded, self.args)
        self.x, self.nfev, self.njev = np.array(core.popt), core.nfev, core.njev
        if full:
            self.f = box.at(self.x).f
            recorded, x = box.recorded, self.x
            self.jac = lambda: recorded.jacobian(x)
            is_known = core.rank == len(x) and core.absolute_sigma
            self.covariance = core.pcov if is_known else covariance(self.jac(), pseudo=False)
        elif box.keeps_values or by_jacobian:
            box.at(self.x)
        return core.status if isfinite(core.optimality) and isfinite(core.cost) else -1

    def _box(self):
        """The BlackBox that has recorded the function, or not."""
        function = WithArguments(self.func, self.args, None) if self.args else self.func
        box = BlackBox(function, self.start, _LINEAR, None)
        start = box.remember(self.start, self.f, self.dtype)
        box.record(self.func, self.args, None, start, self.state, *_differences.unbounded(len(self.start)), _ENGINE)
        if box.recorded is None:
            self.note = box.note
            if type(box.note) is Refused and self.kind is not None and len(_refused) < _MOST_REFUSED:
                _refused[self.kind] = box.note
        return box

    def _is_derivative(self, recorded):
        """Whether the given Jacobian is that of a recording that can be kept; of one that cannot, calls are cheaper."""
        if _kept_residuals.keep(self.key, recorded, self.args) is None:
            return False
        free = _differences.unbounded(len(self.start))
        if _kept_residuals.is_derivative(recorded, self.func, self.jacobian_function, self.args, self.start, *free,
                                         self.columns_first):  # fmt: skip
            return True
        _kept_residuals.drop(self.key)
        return False

    # As it is called.

    def called(self, options, full):
        """The status."""
        n = len(self.start)
        called = _core.Called(self.func, self._plain, n, self.m)
        if self.args:
            called.set_arguments(self.args)
        if self.jacobian_function is not None:
            called.set_jacobian(self.jacobian_function)
            called.set_plain_jacobian(self._plain_jacobian, self.columns_first)
        called.remember(self.start, self.f)
        step = 0.0 if self.epsfcn is None else max(float(self.epsfcn), _EPS) ** 0.5
        self.x, status, self.covariance = _core.leastsq(called, self.start.tolist(), *options, epsilon_of(self.dtype), step,
                                                        full)  # fmt: skip
        self.nfev = 1 + called.nfev + called.evaluations
        if full:
            self.f, self.jac = called.values(self.x.tolist()), called.jacobian(self.x.tolist())
            if self.covariance is None:
                self.covariance = covariance(self.jac, pseudo=False)
        self.njev = called.njev
        return status

    def _plain(self, values):
        return as_values(plain_residuals(values, self.m))

    def _plain_jacobian(self, values):
        """What the function for the Jacobian gives, as the core takes it."""
        J = np.atleast_2d(np.asarray(values))
        expected = (len(self.x), self.m) if self.columns_first else (self.m, len(self.x))
        if J.shape != expected:
            name = getattr(self.jacobian_function, "__name__", "Dfun")
            raise TypeError(f"leastsq: there is a mismatch between the input and output shape of the 'Dfun' argument "
                            f"'{name}'. Shape should be {expected} but it is {J.shape}.")  # fmt: skip
        return np.ascontiguousarray(J.T if self.columns_first else J, dtype=float)

    # What comes out.

    def infodict(self):
        """SciPy's; the factors of the Jacobian are computed when somebody looks at them."""
        known = {"fvec": self.f, "nfev": self.nfev}
        if self.jac is None:
            return known
        infodict = InfoDict(known, self.jac, self.f)
        if self.jacobian_function is not None:
            infodict["njev"] = self.njev
        return infodict


def _improper(func, x0, args, full_output, by_jacobian):
    """What MINPACK does with no parameters, and with options that make no sense."""
    why = ("Improper input parameters: tolerances must not be negative, factor, maxfev and diag positive, diag and x0 of "
           "one length, and there must be parameters")  # fmt: skip
    if not full_output:
        raise TypeError(why)
    fvec = np.atleast_1d(np.asarray(func(x0.copy(), *args), dtype=float))
    n = len(x0)
    infodict = {"fvec": fvec, "nfev": 0, "fjac": np.zeros((n, len(fvec))), "ipvt": np.zeros(n, dtype=np.int32),
                "qtf": np.zeros(n)}  # fmt: skip
    if by_jacobian:
        infodict["njev"] = 0
    return x0, None, infodict, why, 0


def _message(ier, ftol, xtol, gtol, maxfev):
    cost = f"The sum of squares cannot be reduced by more than ftol = {ftol:g} of its value"
    step = f"the last step was shorter than xtol = {xtol:g} of the parameters"
    return {
        1: cost + ".",
        2: step.capitalize() + ".",
        3: f"{cost}, and {step}.",
        4: f"The residuals are orthogonal to the columns of the Jacobian up to gtol = {gtol:g}.",
    }.get(ier, f"Number of calls to function has reached maxfev = {maxfev}.")
