# SPDX-License-Identifier: MIT
"""nlsq.scipy.least_squares: arguments, results, counts, callbacks, sparse Jacobians, errors."""

import inspect
import subprocess
import sys
from multiprocessing.pool import ThreadPool

import numpy as np
import pytest

from nlsq.scipy import OptimizeResult, least_squares

METHODS = pytest.mark.parametrize("method", ["trf", "dogbox", "lm"])
BOUNDED = pytest.mark.parametrize("method", ["trf", "dogbox"])
KEYS = {"x", "cost", "fun", "jac", "grad", "optimality", "active_mask", "nfev", "njev", "status", "message", "success"}


def rosenbrock(x):
    return np.array([10 * (x[1] - x[0] ** 2), 1 - x[0]])


def rosenbrock_jacobian(x):
    return np.array([[-20 * x[0], 10.0], [-1.0, 0.0]])


class Counting:
    def __init__(self, function):
        self.function, self.calls, self.points = function, 0, []

    def __call__(self, x, *args, **kwargs):
        self.calls += 1
        self.points.append(x.copy())
        return self.function(x, *args, **kwargs)


def test_signature_is_scipys():
    scipy = pytest.importorskip("scipy.optimize")
    ours, theirs = inspect.signature(least_squares), inspect.signature(scipy.least_squares)
    assert [(p.name, p.kind, p.default) for p in ours.parameters.values()] == [
        (p.name, p.kind, p.default) for p in theirs.parameters.values()
    ]


@METHODS
@pytest.mark.parametrize("jac", ["2-point", "3-point", "cs", rosenbrock_jacobian])
def test_result(method, jac):
    res = least_squares(rosenbrock, [-1.2, 1.0], jac, method=method)
    assert isinstance(res, OptimizeResult) and set(res) == KEYS
    np.testing.assert_allclose(res.x, [1, 1], rtol=1e-7)
    np.testing.assert_array_equal(res.fun, rosenbrock(res.x))
    np.testing.assert_allclose(res.jac, rosenbrock_jacobian(res.x), rtol=1e-5)
    np.testing.assert_array_equal(res.grad, res.jac.T @ res.fun)
    assert res.cost == 0.5 * res.fun @ res.fun and res.optimality == np.max(np.abs(res.grad))
    assert res.success and res.status > 0 and res.message.startswith(("`", "Both"))
    assert (res.njev is None) == (method == "lm" and isinstance(jac, str))
    np.testing.assert_array_equal(res.active_mask, [0, 0])


def test_result_is_scipys_too():
    scipy = pytest.importorskip("scipy.optimize")
    assert isinstance(least_squares(rosenbrock, [0, 0]), scipy.OptimizeResult)


@METHODS
def test_counts(method):
    fun, jac = Counting(rosenbrock), Counting(rosenbrock_jacobian)
    res = least_squares(fun, [-1.2, 1.0], jac, method=method)
    assert (res.nfev, res.njev) == (fun.calls, jac.calls)
    assert len({p.tobytes() for p in fun.points}) == fun.calls, "a point was evaluated twice"
    costs = [0.5 * rosenbrock(p) @ rosenbrock(p) for p in jac.points]
    assert costs == sorted(costs, reverse=True), "a Jacobian was computed at a rejected trial"


@METHODS
def test_differences_are_not_counted(method):
    fun = Counting(rosenbrock)
    res = least_squares(fun, [-1.2, 1.0], method=method)
    exact = Counting(rosenbrock)
    least_squares(exact, [-1.2, 1.0], rosenbrock_jacobian, method=method)
    assert res.nfev < fun.calls and res.nfev <= exact.calls + 5


@METHODS
@pytest.mark.parametrize("limit", [1, 2, 5])
def test_limit_of_evaluations(method, limit):
    fun = Counting(rosenbrock)
    res = least_squares(fun, [-1.2, 1.0], rosenbrock_jacobian, method=method, max_nfev=limit)
    assert res.nfev == fun.calls == limit
    assert res.status == 0 and not res.success and "maximum number of function evaluations" in res.message
    assert res.cost <= 0.5 * np.sum(rosenbrock(np.array([-1.2, 1.0])) ** 2)


@BOUNDED
@pytest.mark.parametrize("jac", ["2-point", "3-point", rosenbrock_jacobian])
def test_bounds(method, jac):
    fun = Counting(rosenbrock)
    lower, upper = np.array([0.0, 1.2]), np.array([0.8, 3.0])
    res = least_squares(fun, [0.5, 1.5], jac, bounds=(lower, upper), method=method)
    assert res.success
    np.testing.assert_array_equal(res.active_mask, [1, -1])
    np.testing.assert_allclose(res.x, [0.8, 1.2], atol=1e-6)
    assert all(np.all((p >= lower) & (p <= upper)) for p in fun.points)
    assert res.optimality < 1e-5


LOSSES = {
    "soft_l1": lambda z: 2 * (np.sqrt(1 + z) - 1),
    "huber": lambda z: np.where(z <= 1, z, 2 * np.sqrt(np.maximum(z, 1)) - 1),
    "cauchy": np.log1p,
    "arctan": np.arctan,
}


def soft_l1(z):
    t = 1 + z
    return np.array([2 * (t**0.5 - 1), t**-0.5, -0.5 * t**-1.5])


@BOUNDED
@pytest.mark.parametrize("loss", [*LOSSES, soft_l1])
def test_losses(method, loss):
    x = np.linspace(0, 3, 40)
    y = 2 * x + 1 + 0.1 * np.cos(40 * x)
    y[::9] += 5
    fun = lambda p: p[0] * x + p[1] - y  # noqa: E731
    res = least_squares(fun, [1.5, 0.5], loss=loss, f_scale=0.2, method=method, ftol=1e-14, xtol=1e-14)
    rho = LOSSES["soft_l1" if callable(loss) else loss]
    cost = lambda p: 0.5 * 0.04 * np.sum(rho((fun(p) / 0.2) ** 2))  # noqa: E731
    assert res.cost == pytest.approx(cost(res.x), rel=1e-12)
    np.testing.assert_array_equal(res.fun, fun(res.x))
    assert np.all(np.abs(res.x - [2, 1]) < 0.3)
    for j in range(2):  # a minimum, and the gradient is that of the cost
        h = np.eye(2)[j] * 1e-5
        assert cost(res.x) <= cost(res.x + 30 * h) and cost(res.x) <= cost(res.x - 30 * h)
        assert res.grad[j] == pytest.approx((cost(res.x + h) - cost(res.x - h)) / 2e-5, abs=1e-6)
    if callable(loss):
        named = least_squares(fun, [1.5, 0.5], loss="soft_l1", f_scale=0.2, method=method, ftol=1e-14, xtol=1e-14)
        np.testing.assert_allclose(res.x, named.x, rtol=1e-6)
        np.testing.assert_allclose(res.jac, named.jac, rtol=1e-4)


def test_scale_of_the_loss():
    plain = least_squares(rosenbrock, [-1.2, 1])
    for f_scale in (0.0, -3.0):  # not looked at
        np.testing.assert_array_equal(least_squares(rosenbrock, [-1.2, 1], f_scale=f_scale).x, plain.x)
    huber = least_squares(rosenbrock, [-1.2, 1], loss="huber", f_scale=0.5)
    np.testing.assert_array_equal(least_squares(rosenbrock, [-1.2, 1], loss="huber", f_scale=-0.5).x, huber.x)


def test_losses_that_make_no_sense():
    for loss in (lambda z: z, lambda z: np.ones((2, z.size))):
        with pytest.raises(ValueError, match="wrong shape"):
            least_squares(rosenbrock, [0, 0], loss=loss)
    with pytest.raises(ValueError, match="negative"):
        least_squares(rosenbrock, [0, 0], loss=lambda z: np.array([z - 9, 1 + 0 * z, 0 * z]))


def test_callbacks():
    seen = []
    res = least_squares(rosenbrock, [-1.2, 1], callback=lambda intermediate_result: seen.append(intermediate_result))
    assert [s.nit for s in seen] == list(range(1, len(seen) + 1))
    assert all(set(s) == {"x", "fun", "nit", "nfev", "cost"} for s in seen)
    np.testing.assert_array_equal(seen[-1].x, res.x)
    np.testing.assert_array_equal(seen[-1].fun, res.fun)
    assert [s.cost for s in seen] == sorted((s.cost for s in seen), reverse=True)
    points = []
    least_squares(rosenbrock, [-1.2, 1], callback=lambda xk: points.append(xk))
    np.testing.assert_array_equal(points, [s.x for s in seen])

    def stop(x):
        raise StopIteration

    for callback in (stop, lambda x: True):
        res = least_squares(rosenbrock, [-1.2, 1], callback=callback)
        assert res.status == -2 and not res.success and "callback" in res.message

    def broken(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        least_squares(rosenbrock, [-1.2, 1], callback=broken)
    with pytest.warns(UserWarning, match="not supported with `lm`"):
        least_squares(rosenbrock, [-1.2, 1], method="lm", callback=broken)


@METHODS
def test_verbose(method, capsys):
    least_squares(rosenbrock, [-1.2, 1], method=method)
    assert capsys.readouterr().out == ""
    res = least_squares(rosenbrock, [-1.2, 1], method=method, verbose=1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == res.message
    assert lines[1].startswith(f"Function evaluations {res.nfev}, initial cost 1.2100e+01, final cost")
    assert len(lines) == 2
    least_squares(rosenbrock, [-1.2, 1], method=method, verbose=2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == "Iteration Total nfev Cost Cost reduction Step norm Optimality".split()
    assert lines[1].split()[:3] == ["0", "1", "1.2100e+01"]
    assert len(lines[2].split()) == 6


def test_workers():
    serial = least_squares(rosenbrock, [-1.2, 1])
    with ThreadPool(2) as pool:
        for workers in (1, pool.map, map):
            res = least_squares(rosenbrock, [-1.2, 1], workers=workers)
            np.testing.assert_array_equal(res.x, serial.x)
            assert (res.nfev, res.njev) == (serial.nfev, serial.njev)


def test_processes():
    """In a process of its own: forking this one is not for sure, other tests may have started threads."""
    code = (
        "import numpy as np; from nlsq.scipy import least_squares\n"
        "def fun(x): return np.array([10 * (x[1] - x[0] ** 2), 1 - x[0]])\n"
        "if __name__ == '__main__':\n"
        "    one, two = (least_squares(fun, [-1.2, 1.0], workers=w) for w in (None, 2))\n"
        "    assert np.array_equal(one.x, two.x) and (one.nfev, one.njev) == (two.nfev, two.njev)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def tridiagonal(x):
    f = (3 - x) * x + 1
    f[1:] -= x[:-1]
    f[:-1] -= 2 * x[1:]
    return f


@BOUNDED
def test_sparse_jacobians(method):
    sparse = pytest.importorskip("scipy.sparse")
    linalg = pytest.importorskip("scipy.sparse.linalg")
    n = 40
    ones = np.ones(n)

    def jacobian(x):
        return sparse.diags_array([-ones[1:], 3 - 2 * x, -2 * ones[1:]], offsets=[-1, 0, 1])

    dense = least_squares(tridiagonal, -ones, lambda x: jacobian(x).toarray(), method=method)
    assert isinstance(dense.jac, np.ndarray)
    res = least_squares(tridiagonal, -ones, jacobian, method=method)
    assert sparse.issparse(res.jac) and res.jac.format == "csr"
    np.testing.assert_array_equal(res.x, dense.x)
    res = least_squares(tridiagonal, -ones, lambda x: linalg.aslinearoperator(jacobian(x)), method=method)
    assert isinstance(res.jac, linalg.LinearOperator)
    np.testing.assert_allclose(res.x, dense.x, rtol=1e-12)
    robust = least_squares(tridiagonal, -ones, lambda x: linalg.aslinearoperator(jacobian(x)), loss="cauchy",
                           max_nfev=2, method=method)  # fmt: skip
    plain = least_squares(tridiagonal, -ones, jacobian, loss="cauchy", max_nfev=2, method=method)
    np.testing.assert_allclose(robust.jac @ ones, plain.jac @ ones)
    np.testing.assert_allclose(robust.jac.T @ ones, plain.jac.T @ ones)
    fun = Counting(tridiagonal)
    res = least_squares(fun, -ones, jac_sparsity=jacobian(ones), method=method)
    assert fun.calls == res.nfev + 3 * res.njev
    assert sparse.issparse(res.jac)
    for structure in (jacobian(ones).toarray(), jacobian(ones).toarray().tolist()):
        np.testing.assert_allclose(least_squares(tridiagonal, -ones, jac_sparsity=structure, method=method).x, res.x)


def test_arguments_reach_both_functions():
    fun = lambda x, a, b=0: x**2 - a - b  # noqa: E731
    jac = lambda x, a, b=0: np.atleast_2d(2 * x)  # noqa: E731
    assert least_squares(fun, 1.0, jac, args=(3,), kwargs={"b": 1}).x == pytest.approx(2.0)


def test_functions_may_keep_and_change_their_arrays():
    memory = np.empty(2)

    def fun(x):
        memory[:] = rosenbrock(x)
        x[:] = np.nan  # x is the function's own
        return memory

    np.testing.assert_allclose(least_squares(fun, [-1.2, 1]).x, [1, 1], rtol=1e-7)


@METHODS
def test_trials_that_are_not_finite_are_avoided(method):
    def fun(x):
        return np.array([np.log(x[0]) if x[0] > 0 else np.nan, x[1] - 1])

    res = least_squares(fun, [3.5, 1.0], method=method)
    assert res.success
    np.testing.assert_allclose(res.x, [1, 1], rtol=1e-6)
    wall = least_squares(lambda x: np.where(x < 2, np.nan, x), [2.0], jac=lambda x: np.ones((1, 1)), method=method)
    assert not wall.success


def test_units_of_the_residuals_do_not_matter():
    x = np.linspace(0, 3, 30)
    y = np.exp(-1.3 * x)
    for unit in (1e-12, 1.0, 1e12):
        res = least_squares(lambda p, u=unit: u * (np.exp(-p[0] * x) - y), [0.5])
        assert res.x[0] == pytest.approx(1.3, rel=1e-7)


@pytest.mark.parametrize("keywords, error, match", [
    ({"method": "nope"}, ValueError, "`method` must be"), ({"jac": "nope"}, ValueError, "`jac` must be"),
    ({"tr_solver": "best"}, ValueError, "`tr_solver`"), ({"loss": "hinge"}, ValueError, "`loss` must be one of"),
    ({"method": "lm", "loss": "huber"}, ValueError, "only 'linear' loss"), ({"verbose": 3}, ValueError, "`verbose`"),
    ({"max_nfev": 0}, ValueError, "`max_nfev`"), ({"x0": [[1.0]]}, ValueError, "at most 1 dimension"),
    ({"x0": [1j, 1]}, ValueError, "`x0` must be real"), ({"bounds": (1, 2, 3)}, ValueError, "2 elements"),
    ({"bounds": (0, [1, 2, 3])}, ValueError, "Inconsistent shapes"), ({"bounds": (5, 6)}, ValueError, "outside of"),
    ({"bounds": (6, 5)}, ValueError, "strictly less"), ({"method": "lm", "bounds": (-9, 9)}, ValueError, "bounds"),
    ({"x_scale": "auto"}, ValueError, "`x_scale`"), ({"x_scale": [1.0]}, ValueError, "Inconsistent shapes"),
    ({"x_scale": 0}, ValueError, "`x_scale`"), ({"ftol": None, "xtol": None, "gtol": None}, ValueError, "At least one"),
    ({"method": "lm", "ftol": None}, ValueError, "must be higher"), ({"fun": lambda x: x[0]}, None, None),
    ({"method": "lm", "fun": lambda x: x[:1]}, ValueError, "less than the number of variables"),
    ({"fun": lambda x: np.outer(x, x)}, ValueError, "at most 1-d"), ({"jac": lambda x: x}, ValueError, "wrong shape"),
    ({"fun": lambda x: np.array([np.nan, 1.0])}, ValueError, "not finite in the initial point"),
    ({"jac_sparsity": np.ones((3, 2))}, ValueError, "wrong shape"),
    ({"jac_sparsity": np.ones((2, 3))}, ValueError, "wrong shape"),
    ({"jac_sparsity": np.ones((2, 2)), "tr_solver": "exact"}, ValueError, "incompatible"),
    ({"jac_sparsity": np.ones((2, 2)), "method": "lm"}, ValueError, "does not support"),
    ({"tr_solver": "lsmr", "tr_options": {"tol": 1}}, TypeError, "unexpected keyword"),
    ({"workers": 0}, ValueError, None),
    ({"args": (1, 2)}, TypeError, None), ({"options": {}}, TypeError, None),
])  # fmt: skip
def test_errors(keywords, error, match):
    pytest.importorskip("scipy.sparse")
    arguments = {"fun": rosenbrock, "x0": [-1.2, 1.0], **keywords}
    if error is None:
        least_squares(**arguments)
        return
    with pytest.raises(error, match=match):
        least_squares(**arguments)


def test_tolerances_below_epsilon_are_told():
    with pytest.warns(UserWarning, match="Setting `ftol` below the machine epsilon") as caught:
        least_squares(rosenbrock, [0, 0], ftol=1e-20)
    assert caught[0].filename == __file__


def test_mutations_are_noticed():
    """The comparisons that test_result makes see small errors."""
    res = least_squares(rosenbrock, [-1.2, 1.0], rosenbrock_jacobian)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(res.x * (1 + 1e-6), [1, 1], rtol=1e-7)
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(rosenbrock(np.array([-1.2, 1.0])), rosenbrock(res.x))
