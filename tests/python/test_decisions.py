# SPDX-License-Identifier: MIT
"""What the functions of other packages do: decide on parameters, keep values of the last call, bring a Jacobian."""

import numpy as np
import pytest
import scipy.optimize

from nlsq._scipy import least_squares as _scipy_least_squares, task as _scipy_task
from nlsq._scipy.black_box import COUNTED
from nlsq._recording.decisions import OTHER_DECISION
from nlsq._recording.residuals import Engine
from nlsq.scipy import curve_fit, least_squares, leastsq

X = np.linspace(0.1, 4.0, 40)
Y = 2.0 * np.exp(-1.3 * X) + 0.5 + 0.01 * np.cos(9.0 * X)


def decay(p):
    return p[0] * np.exp(-p[1] * X) + p[2] - Y


def model(x, *p):
    return p[0] * np.exp(-p[1] * x) + p[2]


def derivatives(p):
    e = np.exp(-p[1] * X)
    return np.stack([e, -p[0] * X * e, np.ones_like(X)], axis=1)


SOLUTION = scipy.optimize.least_squares(decay, [1.0, 1.0, 1.0], derivatives, ftol=1e-15, xtol=1e-15, gtol=1e-15).x


def solved(fun, x0, **options):
    """(result, why it was called or None) of least_squares."""
    result, problem = _scipy_least_squares.solve(fun, x0, engine=Engine(), **options)
    assert (problem.note is None) == (problem.recorded is not None)
    return result, problem.note


@pytest.fixture
def ways(monkeypatch):
    """Which of curve_fit's models were called as they are."""
    seen = []
    for name in ("_traced", "_black_box"):
        plain = getattr(_scipy_task.Task, name)

        def watched(self, full_output, name=name, plain=plain):
            result = plain(self, full_output)
            seen.append((name, result is not None))
            return result

        monkeypatch.setattr(_scipy_task.Task, name, watched)
    return seen


# Decisions.


def refuses_below_zero(p):
    if p[0] <= 0 or p[1] <= 0:
        raise ValueError("amplitude and rate must be positive")
    return decay(p)


def penalty_far_away(p):
    return np.full(40, 1e3) if np.any(np.abs(p) > 50) or not np.all(p > -50.0) else decay(p)


def clipped_by_builtins(p):
    return decay([max(p[0], 0.1), min(p[1], 9.0), p[2]])


def loops_while_large(p):
    a = p[0]
    while a > 100.0:
        a = a / 10.0
    return decay([a, p[1], p[2]])


@pytest.mark.parametrize("fun", [refuses_below_zero, penalty_far_away, clipped_by_builtins, loops_while_large])
@pytest.mark.parametrize("options", [{}, {"method": "lm"}, {"bounds": (0, 9)}, {"loss": "huber"}], ids=str)
def test_decisions_that_stand_are_recorded(fun, options):
    ours, note = solved(fun, [1.0, 1.0, 1.0], **options)
    assert note is None
    theirs, _ = solved(decay, [1.0, 1.0, 1.0], **options)
    np.testing.assert_allclose(ours.x, theirs.x, rtol=1e-9)
    np.testing.assert_allclose(ours.fun, fun(ours.x), atol=1e-12)


def two_forms(p):
    """One form below a rate of 1.2 and another above it: the fit starts in the first and ends in the second."""
    return decay(p) if p[1] > 1.2 else decay([p[0], p[1] + 0.1 * (1.2 - p[1]), p[2]])


def kink(p):
    """Its least residuals lie where the decision changes."""
    return np.r_[p[1] - 1.0 if p[1] > 1.0 else 3.0 * (1.0 - p[1]), p[0] - 1.0] + 0.01


@pytest.mark.parametrize("fun, x0, x", [(two_forms, [1.0, 1.0, 1.0], SOLUTION)])
def test_decisions_that_change_have_the_function_called(fun, x0, x):
    ours, note = solved(fun, x0)
    assert note == OTHER_DECISION
    np.testing.assert_allclose(ours.x, x, rtol=1e-4)


def test_an_end_at_a_decision_has_the_function_called():
    ours, note = solved(kink, [3.0, 2.0])
    assert note == OTHER_DECISION
    assert ours.cost <= scipy.optimize.least_squares(kink, [3.0, 2.0]).cost * (1 + 1e-6)


def test_equality_with_the_start_is_no_record_of_the_rest():
    ours, note = solved(lambda p: np.zeros(40) + p[0] * 0 if p[1] == 1.0 else decay(p), [1.0, 1.0, 1.0], ftol=1e-12)
    assert note is not None


def test_many_decisions_refuse():
    def steps(p):
        return decay([p[0] if all(p[0] > -k - 1.0 for k in range(100)) else 0.0, p[1], p[2]])

    _, note = solved(steps, [1.0, 1.0, 1.0])
    assert note.startswith("a decision")


@pytest.mark.parametrize("options", [{}, {"method": "trf"}, {"sigma": np.full(40, 0.1)}, {"bounds": (0, 9)},
                                     {"sigma": np.eye(40) + 0.1}, {"full_output": True}], ids=lambda v: str(v)[:20])  # fmt: skip
def test_decisions_of_models(ways, options):
    def model(x, a, b, c):
        if b <= 0:
            raise ValueError("b must be positive")
        return a * np.exp(-b * x) + c

    found = curve_fit(model, X, Y, [1, 1, 1], **options)
    assert ways == [("_traced", True)]
    expected = scipy.optimize.curve_fit(model, X, Y, [1, 1, 1], **options)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-5)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-3)


def test_decisions_of_models_that_change(ways):
    def model(x, a, b, c):
        return a * np.exp(-b * x) + c if b > 1.2 else a * np.exp(-(b + 0.1 * (1.2 - b)) * x) + c

    np.testing.assert_allclose(curve_fit(model, X, Y, [1, 1, 1])[0], SOLUTION, rtol=1e-4)
    assert ways == [("_traced", False), ("_black_box", True)]


def test_a_kept_record_knows_no_decisions():
    curves = []
    for start in (2.0, -2.0):
        def model(x, a):
            return a * x if a > 0 else -3.0 * a * x

        curves.append(curve_fit(model, X, 1.5 * X, [start])[0][0])
    np.testing.assert_allclose(curves, [1.5, -0.5], rtol=1e-8)


def test_a_perfect_start_is_compared_by_the_size_of_what_is_beside_it():
    true = [2.0, 1.0, 0.5]
    data = model(X, *true)

    def residuals(p):  # in another order than the engine's: rounding of the data remains
        if p[1] <= 0:
            raise ValueError("the rate must be positive")
        return data - (np.exp(np.log(p[0]) - p[1] * X) + p[2])

    ours, note = solved(residuals, true)
    assert note is None and np.max(np.abs(ours.fun)) < 1e-14
    np.testing.assert_allclose(ours.x, true, rtol=1e-12)


# What functions keep.


class Helper:
    """Keeps what its Jacobian needs, as dipy's does."""

    def __init__(self):
        self.model = self.point = None

    def residuals(self, p, x, y):
        self.point = p
        self.model = p[0] * np.exp(-p[1] * x)
        return self.model + p[2] - y

    def jacobian(self, p, x, y):
        return np.stack([self.model / p[0], -x * self.model, np.ones_like(x)], axis=1)


@pytest.mark.parametrize("with_jacobian", [False, True])
def test_values_of_the_last_call_are_those_of_the_solution(with_jacobian):
    helper = Helper()
    x, ier = leastsq(helper.residuals, [1.0, 1.0, 1.0], (X, Y), Dfun=helper.jacobian if with_jacobian else None)
    np.testing.assert_allclose(x, SOLUTION, rtol=1e-7)
    np.testing.assert_array_equal(helper.point, x)
    np.testing.assert_array_equal(helper.model, x[0] * np.exp(-x[1] * X))
    result, note = solved(helper.residuals, x, args=(X, Y))  # ends where it starts
    assert note is None
    np.testing.assert_array_equal(helper.point, result.x)


class Counter:
    """Counts, and keeps the last parameters."""

    def __init__(self):
        self.nfev, self.last = 0, None

    def __call__(self, p):
        self.nfev += 1
        self.last = p
        return decay(p)

    def model(self, x, a, b, c):
        self.nfev += 1
        self.last = (a, b, c)
        return a * np.exp(-b * x) + c


def test_counters_of_leastsq_count_every_call():
    counter = Counter()
    _, _, info, _, _ = leastsq(counter, [1.0, 1.0, 1.0], full_output=True)
    assert counter.nfev == info["nfev"] > 5


def test_counters_of_models_count_every_call(ways):
    counter = Counter()
    popt, _ = curve_fit(counter.model, X, Y, [1, 1, 1])
    assert counter.nfev > 5 and ways[-1] == ("_black_box", True)
    assert all(isinstance(value, float) for value in counter.last)
    assert solved(counter, [1.0, 1.0, 1.0])[1] == COUNTED


class Remembers:
    """Keeps the last parameters alone, from before the first fit on."""

    last = None

    def __init__(self):
        self.last = (0.0, 0.0, 0.0)

    def model(self, x, a, b, c):
        self.last = (a, b, c)
        return a * np.exp(-b * x) + c


def test_what_a_model_keeps_is_that_of_the_solution(ways):
    keeper = Remembers()
    popt, _ = curve_fit(keeper.model, X, Y, [1, 1, 1])
    assert ways == [("_traced", True)]
    assert keeper.last == tuple(popt)


def test_a_refused_recording_leaves_nothing_behind():
    keeper = Remembers()

    def fails(p):
        keeper.last = p[0]
        return float(p[0]) * np.exp(-p[1] * X) - Y

    solved(fails, [1.0, 1.0])
    assert isinstance(keeper.last, float)


# Jacobians that are given.


@pytest.mark.parametrize("options", [{}, {"method": "trf"}, {"method": "dogbox"}, {"sigma": np.linspace(0.1, 0.2, 40)},
                                     {"bounds": (0, 9)}], ids=lambda v: str(v)[:20])  # fmt: skip
def test_a_given_jacobian_that_is_the_models_own(options, ways):
    found = curve_fit(model, X, Y, [1, 1, 1], jac=lambda x, *p: derivatives(p), full_output=True, **options)
    assert ways == [("_traced", True)]
    theirs = scipy.optimize.curve_fit(model, X, Y, [1, 1, 1], jac=lambda x, *p: derivatives(p), full_output=True, **options)
    np.testing.assert_allclose(found[0], theirs[0], rtol=1e-5)
    np.testing.assert_allclose(found[1], theirs[1], rtol=1e-3)
    assert found[2].keys() >= theirs[2].keys()


def test_a_given_jacobian_in_columns(ways):
    popt, _ = curve_fit(model, X, Y, [1, 1, 1], jac=lambda x, *p: derivatives(p).T, col_deriv=True)
    assert ways == [("_traced", True)]
    np.testing.assert_allclose(popt, SOLUTION, rtol=1e-8)


def test_a_given_jacobian_that_is_another(ways):
    popt, _ = curve_fit(model, X, Y, [1, 1, 1], jac=lambda x, *p: 1.01 * derivatives(p))
    assert ways == [("_traced", False), ("_black_box", True)]
    np.testing.assert_allclose(popt, SOLUTION, rtol=1e-4)
    calls = []

    def counted(x, *p):
        calls.append(p)
        return derivatives(p)

    curve_fit(model, X, Y, [1, 1, 1], jac=counted)
    assert ways[2:] == [("_traced", False), ("_black_box", True)]
    assert len(calls) > 3
    with pytest.raises((TypeError, ValueError)):
        curve_fit(model, X, Y, [1, 1, 1], jac=lambda x, *p: derivatives(p)[:, :2])


def test_a_given_jacobian_of_another_shape_is_an_error():
    with pytest.raises(ValueError, match="wrong shape"):
        least_squares(decay, [1.0, 1.0, 1.0], jac=lambda p: derivatives(p).T)
    with pytest.raises(TypeError, match="Shape should be"):
        leastsq(decay, [1.0, 1.0, 1.0], Dfun=lambda p: derivatives(p).T)
    x, _ = leastsq(decay, [1.0, 1.0, 1.0], Dfun=lambda p: derivatives(p).T, col_deriv=True)
    np.testing.assert_allclose(x, SOLUTION, rtol=1e-8)


# Calls that make no sense, and the edges of bounds.


@pytest.mark.parametrize("x0, options", [([], {}), ([1.0, 2.0], {"ftol": -1.0}), ([1.0, 2.0], {"factor": 0.0}),
                                         ([1.0, 2.0], {"diag": [-1.0, 1.0]})])  # fmt: skip
@pytest.mark.parametrize("dfun", [None, lambda p: np.eye(2) if len(p) else np.zeros((3, 0))])
def test_improper_input(x0, options, dfun):
    def fun(p):
        return np.ones(3) if len(p) == 0 else p - 1.0

    theirs, ours = (f(fun, x0, Dfun=dfun, full_output=True, **options) for f in (scipy.optimize.leastsq, leastsq))
    np.testing.assert_array_equal(ours[0], theirs[0])
    assert ours[1] is theirs[1] is None and ours[4] == theirs[4] == 0
    np.testing.assert_array_equal(ours[2]["fvec"], theirs[2]["fvec"])
    assert ours[2].keys() == theirs[2].keys() and ours[2]["nfev"] == 0
    with pytest.raises(TypeError, match="Improper input"):
        leastsq(fun, x0, Dfun=dfun, **options)


def test_no_residuals_are_an_improper_input():
    for function in (scipy.optimize.leastsq, leastsq):
        with pytest.raises(TypeError, match="[Ii]mproper input: func input vector length N=2"):
            function(lambda p: np.zeros(0), [1.0, 2.0])


@pytest.mark.parametrize("method", ["trf", "dogbox"])
def test_differences_do_not_reach_the_bounds(method):
    inside = []

    def fun(p):
        rate, idle = float(p[0]), float(p[1])  # idle has no effect: steps grow
        inside.append(0.0 < idle < 2.0)
        return np.exp(-rate * X) - np.exp(-X) + 0.01 * np.cos(9 * X)

    least_squares(fun, [8.0, 1.0], bounds=([0, 0], [np.inf, 2]), method=method)
    assert all(inside)


def test_what_leastsq_tells_is_a_dictionary():
    import pickle

    theirs, ours = (f(decay, [1.0, 1.0, 1.0], full_output=True, Dfun=derivatives) for f in (scipy.optimize.leastsq, leastsq))
    info = ours[2]
    assert isinstance(info, dict)
    looks = [lambda: {**info}, lambda: dict(info), lambda: dict(info.items()), lambda: info.copy(), lambda: info | {},
             lambda: pickle.loads(pickle.dumps(info)), lambda: {k: info[k] for k in info}]  # fmt: skip
    for k, look in enumerate(looks):
        info = leastsq(decay, [1.0, 1.0, 1.0], full_output=True, Dfun=derivatives)[2]
        assert look().keys() == theirs[2].keys(), k
        np.testing.assert_array_equal(look()["fjac"], ours[2]["fjac"])
    info = leastsq(decay, [1.0, 1.0, 1.0], full_output=True)[2]
    assert info["qtf"].shape == (3,) and "ipvt" in info and len(info) == 5
    with pytest.raises(KeyError):
        info["unknown"]
    J = derivatives(ours[0])
    np.testing.assert_allclose(ours[1], np.linalg.inv(J.T @ J), rtol=1e-9)
