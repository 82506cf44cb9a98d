# SPDX-License-Identifier: MIT
"""One call of leastsq, with as little around its function as can be: programs make thousands whose fits take as long as some
calls. In turn a recording that is kept of other calls, a recording, and the function as it is, which the core calls itself
(_core.leastsq)."""

from math import isfinite

import numpy as np

from nlsq import _core
from nlsq._recording import kept_residuals
from nlsq._recording.function_state import state_of
from nlsq._recording.residuals import Engine, Refused
from nlsq._scipy import differences
from nlsq._scipy.arguments import FLOAT64
from nlsq._scipy.black_box import BlackBox, plain_residuals
from nlsq._scipy.covariance import InfoDict, covariance
from nlsq._scipy.differences import as_values, epsilon_of
from nlsq._scipy.least_squares import WithArguments
from nlsq._scipy.losses import Loss
from nlsq._recording.refusals import kind_of, refused_residuals

_EPS = float(np.finfo(float).eps)
_LINEAR, _ENGINE = Loss("linear", 1.0), Engine(says_why=False)
_refused = refused_residuals[_ENGINE.says_why]
_SHORT = 10_000  # rows above which BLAS would wake threads


class Fit:
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
        self.key = None if self.note else kept_residuals.key_of(func, args, Dfun)
        if self.key is not None:
            self.known = kept_residuals.kept_of(self.key)
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
        if Dfun is not None and not kept_residuals.is_wanted(self.key):
            self.note = "a Jacobian was given"
            return
        self.kind = kind_of(self.func, self.args)
        self.note = _refused.of(self.func, self.kind)
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
        if type(end) is not np.ndarray or end.dtype is not FLOAT64 or not self._agree(values, end, x):
            return self._other_function()
        self.x, self.nfev, self.njev = x, nfev, njev
        if full:
            self.f, self.jac = end.copy(), self.known.jacobian(self.args, x)
            self.covariance = covariance(self.jac, pseudo=False) if pcov is None else pcov
        return status

    def _agree(self, ours, theirs, x):
        return _core.agree(ours, theirs, 0.0) or _core.agree(ours, theirs, self.known.size_at(self.args, x))

    def _other_function(self):
        kept_residuals.drop(self.key)
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
            kept_residuals.give_up(self.key)
            self.note = "a Jacobian was given"
            return None
        free = differences.unbounded(len(self.start))
        ftol, xtol, gtol, limit, scale = options
        solver = {"method": "lm", "ftol": ftol, "xtol": xtol, "gtol": gtol, "max_nfev": limit}
        if scale:
            solver["x_scale"] = scale
        core = box.minimize_recorded(self.start, *free, solver, absolute_sigma=True)
        if core is None:
            self.note = box.note
            return None
        if kept_residuals.is_wanted(self.key) and not box.has_decided:
            kept_residuals.keep(self.key, box.recorded, self.args)
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
        box.record(self.func, self.args, None, start, self.state, *differences.unbounded(len(self.start)), _ENGINE)
        if box.recorded is None:
            self.note = box.note
            if type(box.note) is Refused:
                _refused.add(self.func, self.kind, box.note)
        else:
            _refused.is_recorded(self.func)
        return box

    def _is_derivative(self, recorded):
        """Whether the given Jacobian is that of a recording that can be kept; of one that cannot, calls are cheaper."""
        if kept_residuals.keep(self.key, recorded, self.args) is None:
            return False
        free = differences.unbounded(len(self.start))
        if kept_residuals.is_derivative(recorded, self.func, self.jacobian_function, self.args, self.start, *free,
                                         self.columns_first):  # fmt: skip
            return True
        kept_residuals.drop(self.key)
        return False

    # As it is called.

    def called(self, options, factor, full):
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
        self.x, status, self.covariance = _core.leastsq(called, self.start.tolist(), *options, factor,
                                                        epsilon_of(self.dtype), step, full)  # fmt: skip
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
        if self.jac is None:  # nothing is finite
            n = len(self.x)
            nothing = {"fjac": np.full((n, self.m), np.nan), "ipvt": np.arange(1, n + 1, dtype=np.int32), "qtf": np.full(n, np.nan)}
            return {**known, **nothing}
        infodict = InfoDict(known, self.jac, self.f)
        if self.jacobian_function is not None:
            infodict["njev"] = self.njev
        return infodict
