# SPDX-License-Identifier: MIT
"""Recorded residuals of both least_squares: when a function is recorded, what comes out, what is never recorded."""

import functools
import itertools

import numpy as np
import pytest
import scipy.optimize

import nlsq
from nlsq._scipy import least_squares as _scipy_least_squares
from nlsq._recording.residuals import Engine
from nlsq.scipy import least_squares

METHODS = pytest.mark.parametrize("method", ["trf", "dogbox", "lm"])
T = np.linspace(0, 4, 60)
Y = 2.5 * np.exp(-1.3 * T) + 0.5 + 0.05 * np.cos(37 * T)
TIGHT = dict(ftol=1e-15, xtol=1e-15, gtol=1e-15)


def decay(p):
    return p[0] * np.exp(-p[1] * T) + p[2] - Y


def rosenbrock(p):
    return np.array([10 * (p[1] - p[0] ** 2), 1 - p[0]])


def solved(fun, x0, **options):
    """(result, why it was not recorded)."""
    result, problem = _scipy_least_squares.solve(fun, x0, **{"engine": Engine(), **options})
    assert (problem.recorded is None) == (problem.note is not None)
    return result, problem.note


@METHODS
@pytest.mark.parametrize("fun, x0", [(decay, [1.0, 1.0, 1.0]), (rosenbrock, [-1.2, 1.0])], ids=["decay", "rosenbrock"])
@pytest.mark.parametrize("jac", ["2-point", "3-point", "cs"])
def test_the_minimum_is_scipys_and_the_jacobian_exact(fun, x0, jac, method):
    theirs = scipy.optimize.least_squares(fun, x0, "cs", method=method, x_scale="jac", **TIGHT)
    ours, note = solved(fun, x0, jac=jac, method=method)
    assert note is None
    np.testing.assert_allclose(ours.x, theirs.x, rtol=1e-9)
    np.testing.assert_allclose(ours.jac, theirs.jac, rtol=1e-8)
    np.testing.assert_array_equal(ours.fun, fun(ours.x))
    np.testing.assert_array_equal(ours.grad, ours.jac.T @ ours.fun)
    assert ours.cost == 0.5 * ours.fun @ ours.fun and ours.optimality == np.max(np.abs(ours.grad))
    assert (ours.njev is None) == (method == "lm")
    public = least_squares(fun, x0, jac, method=method)
    np.testing.assert_array_equal(public.x, ours.x)
    assert public.nfev == ours.nfev and type(public) is type(ours)


@pytest.mark.parametrize("loss", ["soft_l1", "huber", "cauchy", "arctan"])
@pytest.mark.parametrize("method", ["trf", "dogbox"])
def test_losses_and_bounds_are_scipys(loss, method):
    options = dict(loss=loss, f_scale=0.05, bounds=([0, 0, 0], [2.3, 3, 1]), method=method)
    theirs = scipy.optimize.least_squares(decay, [1.0, 1.0, 0.5], "cs", **options, **TIGHT)
    ours, note = solved(decay, [1.0, 1.0, 0.5], **options)
    assert note is None
    np.testing.assert_allclose(ours.x, theirs.x, rtol=1e-5)
    assert ours.cost <= theirs.cost * (1 + 1e-8)
    np.testing.assert_array_equal(ours.active_mask, theirs.active_mask)
    # Scaled for the loss, at one point.
    there = scipy.optimize.least_squares(decay, ours.x, "cs", loss=loss, f_scale=0.05, max_nfev=1)
    np.testing.assert_allclose(ours.jac, there.jac, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(ours.grad, there.grad, rtol=1e-6, atol=1e-9)
    package = nlsq.least_squares(decay, [1.0, 1.0, 0.5], **options)
    assert package.engine == "interpreter"
    np.testing.assert_allclose(package.jac, ours.jac, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("options", [
    {}, {"workers": 1}, {"tr_solver": "exact"}, {"max_nfev": 50}, {"ftol": None}, {"x_scale": "jac"},
    {"x_scale": [1.0, 2.0]}, {"bounds": (-3, 3)}, {"loss": "huber"}, {"tr_options": {}},
], ids=str)  # fmt: skip
def test_options_that_recorded_functions_know(options):
    result, note = solved(rosenbrock, [-1.2, 1.0], **options)
    assert note is None and result.success


@pytest.mark.parametrize("options, why", [
    ({"jac": lambda p: np.array([[-20 * p[0], 10], [-1, 0]])}, "a Jacobian was given"),
    ({"callback": lambda x: None}, "callback was given"), ({"verbose": 1}, "verbose was asked for"),
    ({"diff_step": 1e-4}, "diff_step was given"), ({"jac_sparsity": np.ones((2, 2))}, "jac_sparsity was given"),
    ({"tr_solver": "lsmr"}, "tr_solver was given"), ({"engine": None}, "a Jacobian was asked for"),
    ({"loss": lambda z: np.array([z, np.ones_like(z), np.zeros_like(z)])}, "the loss is a function"),
], ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_options_that_have_functions_called(options, why):
    result, note = solved(rosenbrock, [-1.2, 1.0], **options)
    assert note == why
    np.testing.assert_allclose(result.x, [1, 1], rtol=1e-6)


class Counter:
    def __init__(self):
        self.calls, self.seen = 0, []

    def __call__(self, p):
        self.calls += 1
        return decay(p)

    def method(self, p):
        self.seen.append(1)
        return decay(p)


CALLS = 0


def counted_by_a_global(p):
    global CALLS
    CALLS += 1
    return decay(p)


def counters():
    """(function, how often it was called) of each way to count."""
    calls = 0
    points = []
    counter, other, held = Counter(), Counter(), Counter()

    def in_a_variable(p):
        nonlocal calls
        calls += 1
        return decay(p)

    def in_a_list(p):
        points.append(p[0])
        return decay(p)

    def by_an_attribute(p):
        by_an_attribute.calls = getattr(by_an_attribute, "calls", 0) + 1
        return decay(p)

    @functools.wraps(decay)
    def decorated(p):
        decorated.calls += 1
        return decay(p)

    decorated.calls = 0
    yield in_a_variable, lambda: calls
    yield in_a_list, lambda: len(points)
    yield by_an_attribute, lambda: getattr(by_an_attribute, "calls", 0)
    yield decorated, lambda: decorated.calls
    yield counter, lambda: counter.calls
    yield other.method, lambda: len(other.seen)
    yield functools.partial(in_a_variable), lambda: calls
    yield lambda p: held(p), lambda: held.calls
    yield counted_by_a_global, lambda: CALLS


@pytest.mark.parametrize("which", range(9))
def test_functions_that_count_their_calls_are_called(which):
    fun, calls = next(itertools.islice(counters(), which, None))
    before = calls()
    result, note = solved(fun, [1.0, 1.0, 1.0])
    assert note == "the function changes what it keeps, a counter of its calls perhaps"
    assert calls() - before == result.nfev + 3 * result.njev
    assert nlsq.least_squares(fun, [1.0, 1.0, 1.0]).engine == "callback"


def test_caches_of_captured_objects_do_not_matter():
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"t": T, "y": Y})
    assert solved(lambda p: p[0] * np.exp(-p[1] * table["t"].to_numpy()) - table["y"].to_numpy(), [1.0, 1.0])[1] is None

    class Cached:
        _cache = None

        def times(self):
            self._cache = T.copy()
            return T

    cached = Cached()
    assert solved(lambda p: p[0] * cached.times() - Y, [1.0])[1] is None


def test_a_recording_is_compared_once_a_process():
    count = np.zeros(1)  # changes that leave no trace

    def fun(p):
        count[0] += 1
        return decay(p)

    def calls(f):
        count[0] = 0
        assert solved(f, [1.0, 1.0, 1.0])[1] is None
        return count[0]

    start, recording, beside, end = 1, 1, 1, 1
    assert calls(fun) == start + recording + beside + end
    assert calls(fun) == start + recording + end

    def with_arguments(p, scale):
        count[0] += 1
        return scale * decay(p)

    bound = functools.partial(with_arguments, scale=2.0)
    assert [calls(bound), calls(bound)] == [4, 3]
    assert calls(functools.partial(with_arguments, scale=3.0)) == 4


def asks_for_arrays(p):
    return decay(p) if isinstance(p, np.ndarray) else 2 * decay(p)


def remembers(p, memory=[]):  # noqa: B006
    memory[:] = [p[0]]
    return decay(p) + (0.0 if isinstance(memory[0], float) else 1.0)


@pytest.mark.parametrize("fun", [asks_for_arrays, remembers])
def test_functions_that_a_recording_does_not_hold(fun):
    ours, note = solved(fun, [1.0, 1.0, 1.0])
    assert note is not None
    np.testing.assert_allclose(ours.x, scipy.optimize.least_squares(decay, [1.0, 1.0, 1.0], **TIGHT).x, rtol=1e-6)


def test_derivatives_that_are_not_finite_leave_differences():
    fun = lambda p: np.array([np.sqrt(np.abs(p[0])) + 1, p[1] - 2])  # noqa: E731
    ours, note = solved(fun, [0.0, 1.0])
    assert note == "an exact derivative is not finite"
    assert ours.x[1] == pytest.approx(2.0)


def test_equal_terms_with_equal_starts_part():
    y = 2 * np.exp(-0.5 * T) + np.exp(-3 * T)
    fun = lambda p: p[0] * np.exp(-p[1] * T) + p[2] * np.exp(-p[3] * T) - y  # noqa: E731
    ours, note = solved(fun, [1.0, 1.0, 1.0, 1.0], method="lm")
    assert note is None and ours.cost < 1e-12


def test_many_residuals_without_rows_are_called():
    few = lambda p: [p[0] * t + p[1] - y for t, y in zip(T.tolist(), Y.tolist())]  # noqa: E731
    many = lambda p: few(p) * 4  # noqa: E731

    def chain(p):
        r, out = p[0], []
        for _ in range(301):  # each a formula of its own
            r = 0.5 * np.sin(r) + p[1]
            out.append(r)
        return [*few(p), *out]

    assert solved(few, [1.0, 1.0])[1] is None
    ours, note = solved(many, [1.0, 1.0])
    assert note is None  # those of one form are rows
    np.testing.assert_allclose(ours.x, solved(few, [1.0, 1.0])[0].x, rtol=1e-6)
    for _ in range(2):
        ours, note = solved(chain, [1.0, 1.0])
        assert note == "more than 300 residuals without rows of data"
        theirs = scipy.optimize.least_squares(chain, [1.0, 1.0])
        np.testing.assert_allclose(ours.x, theirs.x, rtol=1e-5)


def test_evaluations_are_passes():
    for limit in (1, 2, 5):
        result, note = solved(decay, [1.0, 1.0, 1.0], max_nfev=limit)
        assert note is None
        assert (result.nfev, result.status) == (limit, 0)
    np.testing.assert_array_equal(solved(decay, [1.0, 1.0, 1.0], max_nfev=1)[0].x, [1.0, 1.0, 1.0])
    result = solved(decay, [1.0, 1.0, 1.0])[0]
    assert 0 < result.njev <= result.nfev < 20


def test_more_parameters_than_residuals():
    ours, note = solved(lambda p: np.array([p[0] + p[1] - 1, p[2] ** 2 - 4]), [3.0, 3.0, 1.0])
    assert note is None and ours.cost < 1e-20 and ours.jac.shape == (2, 3)
    assert solved(lambda p: p[0] * p[1] - 1, [3.0, 3.0])[0].fun.shape == (1,)
