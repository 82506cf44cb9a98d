# SPDX-License-Identifier: MIT
"""leastsq called again and again: recordings that serve other arguments, functions that are not tried again, and starts
where the function is flat."""

import numpy as np
import pytest
import scipy.optimize

from nlsq import _core
from nlsq._recording import kept_residuals as _kept_residuals
from nlsq._scipy import leastsq_fit as _leastsq_fit
from nlsq.scipy import leastsq

X = np.linspace(0.0, 4.0, 40)
START = [1.0, 1.0, 0.5]


def data(k):
    return (2.0 + 0.1 * k) * np.exp(-(1.0 + 0.05 * k) * X) + 0.3 + 0.02 * np.cos(7.0 * X + k)


def decay(p, x, y):
    return p[0] * np.exp(-p[1] * x) + p[2] - y


@pytest.fixture
def traces(monkeypatch):
    """How often a function was recorded; nothing is known of any before."""
    for known in (_kept_residuals._kept, _kept_residuals._in_vain, _leastsq_fit._refused):
        known.clear()
    count, trace = [], _core.trace
    monkeypatch.setattr(_core, "trace", lambda *a, **k: (count.append(a[0]), trace(*a, **k))[1])
    return count


def same_as_scipy(function, x0, args, **options):
    theirs = scipy.optimize.leastsq(function, x0, args, full_output=True, **options)
    ours = leastsq(function, x0, args, full_output=True, **options)
    assert theirs[4] in (1, 2, 3, 4) and ours[4] in (1, 2, 3, 4)
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-4, atol=1e-4 * np.abs(theirs[1]).max())
    np.testing.assert_allclose(ours[2]["fvec"], function(ours[0], *args), rtol=1e-13)
    return ours


def test_a_recording_serves_other_arguments(traces):
    for k in range(5):
        same_as_scipy(decay, START, (X, data(k)))
    assert len(traces) == 1
    same_as_scipy(decay, START, (X[:30], data(1)[:30]))  # another number of rows
    assert len(traces) == 2


def matrix_model(p, A, y):
    return np.exp(np.dot(A, p)) - y


@pytest.mark.parametrize("order", ["C", "F"])
def test_columns_of_a_matrix_are_arguments_too(traces, order):
    rng = np.random.default_rng(3)
    for k in range(4):
        A = np.array(np.column_stack([np.ones(40), X, np.sin(X + k)]), order=order)
        y = np.exp(A @ [0.2, -0.3, 0.1 * k]) + 0.01 * rng.normal(size=40)
        same_as_scipy(matrix_model, [0.0, 0.0, 0.0], (A, y))
        same_as_scipy(matrix_model, [0.0, 0.0, 0.0], (A[::2], y[::2]))  # not contiguous
    assert len(traces) == 2


def weighted(p, x, y, weights, errors):
    return np.sqrt(weights) * decay(p, x, y) * (1.0 / errors)


def test_roots_and_reciprocals_of_arguments_are_found(traces):
    for k in range(4):
        same_as_scipy(weighted, START, (X, data(k), 1.0 + 0.1 * k + X, 2.0 + np.sin(X + k)))
    assert len(traces) == 1


class Scaled:
    """A method whose object decides, and that counts on values of its last call."""

    derivatives = 0  # how often they were asked for

    def __init__(self):
        self.power, self.last = 1, None

    def residuals(self, p, x, y):
        self.last = p[0] * np.exp(-p[1] * x)
        return self.last**self.power + p[2] - y

    def jacobian(self, p, x, y):
        Scaled.derivatives += 1
        e = self.last / p[0]
        return np.stack([e, -x * self.last, np.ones_like(x)], axis=1)


def test_what_else_the_function_depends_on_is_seen(traces):
    owner = Scaled()
    for k in range(3):
        same_as_scipy(owner.residuals, START, (X, data(k)))
    assert len(traces) == 1
    owner.power = 2
    for k in range(3):
        theirs = scipy.optimize.leastsq(owner.residuals, START, (X, data(k)))[0]
        x, _ = leastsq(owner.residuals, START, (X, data(k)))
        np.testing.assert_allclose(x, theirs, rtol=1e-5)
        np.testing.assert_array_equal(owner.last, x[0] * np.exp(-x[1] * X))


def test_exact_data_are_no_other_function(traces):
    for k in range(5):
        true = [2.0 + k, 1.0, 0.3]
        y = 1e3 * decay(true, X, 0.0)
        for start in (START, 1e3 * np.array([true[0], 1e-3, true[2]])):
            x, ier = leastsq(thousand, start, (X, y))
            np.testing.assert_allclose(x, [1e3 * true[0], 1.0, 1e3 * true[2]], rtol=1e-8)
    assert len(traces) == 1


def thousand(p, x, y):
    return p[0] * np.exp(-p[1] * x) + p[2] - y


def normed(p, x, y):
    return (p[0] * np.exp(-p[1] * x) + p[2] - y) / y.max()


def test_constants_made_of_arguments_are_seen(traces):
    for k in range(6):
        same_as_scipy(normed, START, (X, data(k)))
    args = (X, data(0))
    same_as_scipy(decay, START, args)
    args[1][:] = data(4)  # changed in place
    same_as_scipy(decay, START, args)


def test_a_jacobian_that_agrees_is_called_no_more(traces):
    owner = Scaled()
    for k in range(4):
        same_as_scipy(owner.residuals, START, (X, data(k)), Dfun=owner.jacobian)
        before = Scaled.derivatives
        x, _, info, _, _ = leastsq(owner.residuals, START, (X, data(k)), Dfun=owner.jacobian, full_output=True)
        assert info["njev"] > 1 and info["fjac"].shape == (3, 40)
        np.testing.assert_array_equal(owner.last, x[0] * np.exp(-x[1] * X))
        assert Scaled.derivatives == before
    assert len(traces) == 1


def wrong(p, x, y):
    return np.stack([np.exp(-p[1] * x), -x * np.exp(-p[1] * x), np.ones_like(x)], axis=1)  # without p[0]


def columns(p, x, y):
    return np.stack([np.exp(-p[1] * x), -x * p[0] * np.exp(-p[1] * x), np.ones_like(x)])


def test_a_jacobian_that_disagrees_is_obeyed(traces):
    for k in range(3):
        calls = []

        def counted(p, x, y, wrong=wrong, calls=calls):
            calls.append(p)
            return wrong(p, x, y)

        info = leastsq(decay, START, (X, data(k)), Dfun=wrong, full_output=True)[2]
        assert info["njev"] > 1
        leastsq(decay, START, (X, data(k)), Dfun=counted)
        assert len(calls) > 1
        same_as_scipy(decay, START, (X, data(k)), Dfun=columns, col_deriv=True)
    assert len(traces) == 3  # once a function for the Jacobian


class Chooser:
    """Cannot be recorded of one kind, and can of the other."""

    kind = "numbers"

    def residuals(self, p, x, y):
        a = float(p[0]) if self.kind == "numbers" else p[0]
        return a * np.exp(-p[1] * x) + p[2] - y


def test_a_function_that_cannot_be_recorded_is_not_tried_again(traces):
    owner = Chooser()
    owner.kind = "numbers"
    for k in range(3):
        same_as_scipy(owner.residuals, START, (X, data(k)))
    assert len(traces) == 1
    owner.kind = "any"
    same_as_scipy(owner.residuals, START, (X, data(0)))
    assert len(traces) == 2


def test_a_function_that_is_refused_in_any_kind_is_left_alone(traces):
    class Owner:
        def residuals(self, p, x, y):
            return float(p[0]) * np.exp(-p[1] * x) + p[2] - y

    owner = Owner()
    for k in range(6):
        owner.kind = str(k)
        same_as_scipy(owner.residuals, START, (X, data(k)))
    assert len(traces) == 3


# Starts where the function is flat, as lmfit's parameters are at their bounds.


def bounded_above(u, factor=1.0):
    a = 0.11 + 1.0 - np.sqrt(float(u[0]) ** 2 + 1.0)
    return factor * (1.0 / (0.1 * (X + 0.3)) + 2.0 - 1.0 / (a * (X + 0.3)) - 1.9)


def in_a_box(u):
    b = float(1.97 + (np.sin(float(u[0])) + 1.0) * 0.03)
    return 1.0 / (0.1 * (X + 0.3)) + 0.3 * np.sin(9.0 * X) - 1.0 / (0.09 * (X + 0.3)) + 2.0 - b


@pytest.mark.parametrize("function, start", [(bounded_above, 0.0), (bounded_above, 1e-4), (in_a_box, np.pi / 2),
                                             (in_a_box, -np.pi / 2 + 1e-5)])  # fmt: skip
@pytest.mark.parametrize("epsfcn", [1e-10, 1e-12])
def test_flat_starts_are_left_no_worse_than_by_scipy(function, start, epsfcn):
    theirs, ours = (f(function, [start], epsfcn=epsfcn, full_output=True) for f in (scipy.optimize.leastsq, leastsq))
    assert np.sum(ours[2]["fvec"] ** 2) <= 1.0001 * np.sum(theirs[2]["fvec"] ** 2)
    assert abs(ours[0][0]) < 1000.0


def test_steps_of_a_parameter_at_0_are_those_of_minpack():
    seen = []

    def fun(p):
        seen.append(p.copy())
        return np.array([float(p[0]) - 1.0, float(p[1]) - 2.0, 0.5])

    leastsq(fun, [0.0, 4.0], epsfcn=1e-8)
    assert [0.0 + 1e-4, 4.0] in [s.tolist() for s in seen] and [0.0, 4.0 + 4e-4] in [s.tolist() for s in seen]


def test_a_valley_of_small_gains_ends():
    calls = []
    x = np.linspace(0.0, 12.0, 601)

    def shape(a, c, s):
        return a / (np.sqrt(2.0 * np.pi) * s) * np.exp(-((x - c) ** 2) / (2.0 * s * s))

    y = shape(36.4, 6.7, 0.88) + 602.0

    def fun(u):
        calls.append(1)
        return shape(1.0 + (np.sin(float(u[0])) + 1.0) * 49.5, float(u[1]), np.sqrt(float(u[2]) ** 2 + 1.0) - 1.0) - y

    start = [np.arcsin(98.0 / 99.0 - 1.0), 5.0, np.sqrt(8.0)]
    *_, ier = leastsq(fun, start, full_output=True, epsfcn=1e-10, ftol=1.5e-8, xtol=1.5e-8, maxfev=8000)
    assert ier in (1, 2, 3) and len(calls) < 700


def test_options_may_be_of_any_type():
    ours = leastsq(decay, tuple(START), (X, data(0)), full_output=1, maxfev=1000.0, col_deriv=0)
    assert len(ours) == 5 and ours[4] in (1, 2, 3)
    assert leastsq(lambda p, y: [p[0] - y, 1 - p[0]], 3, 1.0)[0] == pytest.approx(1.0)


def test_nothing_is_called_after_the_end_of_a_fit_that_ran_away():
    x = np.linspace(0.0, 1.0, 300_000)
    y = 0.6 - 0.1 * np.exp(-x)
    points = []

    def residuals(p):  # the best length is infinite
        points.append(float(p[0]))
        return 1.0 + 0.5 * (1.0 - np.exp(-x / float(p[0]))) - y

    p, _, info, _, status = leastsq(residuals, [3.0], full_output=True)
    assert status in (1, 2, 3, 4) and p[0] > 100
    assert info["nfev"] == len(points)
    assert info["fjac"].shape == (1, x.size)  # the Jacobian at the end is known
    assert min(abs(point / p[0] - 1) for point in points[-2:]) < 1e-3


def test_a_step_that_lands_beside_zero_does_not_end_a_fit_with_a_given_epsfcn():
    # As lmfit maps a bounded parameter; the first step is as long as the start is from 0.
    x = np.linspace(0.0, 1.0, 100)
    y = (1.0 + 0.3 * np.sin(0.5)) * x + 0.1 * np.cos(300.0 * x)

    def residuals(p):
        points.append(float(p[0]))
        return (1.0 + 0.3 * np.sin(float(p[0]))) * x - y

    points = []

    for start in (-0.5325269769216695, -0.7, -0.9):
        p, status = leastsq(residuals, [start], epsfcn=1e-10)
        assert p[0] == pytest.approx(0.5, abs=0.1) and status in (1, 2, 3), start
    assert min(abs(point) for point in points) < 1e-15


def test_an_object_that_counts_its_calls_is_looked_at_once(monkeypatch):
    _leastsq_fit._refused.clear()
    looked, record = [], _leastsq_fit.Fit._box
    monkeypatch.setattr(_leastsq_fit.Fit, "_box", lambda self: (looked.append(self), record(self))[1])

    class Counted:
        calls = 0

        def __init__(self, y):
            self.y = y

        def __call__(self, p):
            self.calls += 1
            return p[0] * np.exp(-p[1] * X) - self.y

    for rate in (1.0, 1.1, 1.2):
        function = Counted(2.0 * np.exp(-rate * X))
        p = leastsq(function, [1.0, 0.5])[0]
        np.testing.assert_allclose(p, [2.0, rate], rtol=1e-6)
        assert function.calls > 5
    assert len(looked) == 1


@pytest.mark.parametrize("convert", [lambda v: v, float], ids=["recorded", "called"])
def test_a_fit_that_does_not_end_has_no_covariance(convert):
    x = np.linspace(0.0, 4.0, 30)
    y = 2.5 * np.exp(-1.3 * x) + 0.5

    def residuals(p):
        return convert(p[0]) * np.exp(-convert(p[1]) * x) + convert(p[2]) - y

    _, covariance, infodict, _, ier = leastsq(residuals, [9.0, 9.0, 9.0], full_output=True, maxfev=5)
    assert ier == 5 and covariance is None and infodict["fjac"].shape == (3, 30)
    assert leastsq(residuals, [9.0, 9.0, 9.0], full_output=True)[1].shape == (3, 3)
    *_, infodict, _, _ = leastsq(lambda p: np.nan * residuals(p), [9.0, 9.0, 9.0], full_output=True)
    assert sorted(infodict) == ["fjac", "fvec", "ipvt", "nfev", "qtf"] and infodict["fjac"].shape == (3, 30)
