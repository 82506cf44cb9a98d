# SPDX-License-Identifier: MIT
"""Random models as people write them: recorded ≡ called ≡ SciPy, in values, derivatives and fits.

A model is made as the text of a function, so that a failure can be read and pasted.
"""

import numpy as np
import pytest
import scipy.optimize
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from nlsq import _core, curve_fit
from nlsq._recording import models as _recording

M = 48
X = np.linspace(0.1, 4.0, M)
W = np.random.default_rng(8).uniform(0.5, 1.5, M)
TABLE = [0.5, 1.25, 2.0]
EXAMPLES = settings(
    derandomize=True, deadline=None, database=None, max_examples=1000, suppress_health_check=list(HealthCheck)
)
FEW = settings(EXAMPLES, max_examples=150)

# Smooth functions that are finite for every real argument, written as people write them.
BOUNDED = [
    "np.sin({0})", "np.cos({0})", "np.tanh({0})", "np.arctan({0})", "np.exp(-np.abs({0}))", "np.exp(-({0})**2)",
    "1.0/(1.0 + ({0})**2)", "np.sqrt(1.0 + ({0})**2)", "np.log1p(({0})**2)", "np.arcsinh({0})", "np.hypot({0}, 1.5)",
    "np.logaddexp({0}, 0.0)", "np.cbrt({0} + 20.0)", "np.exp(np.clip({0}, -3.0, 2.0))",
    "1.0/np.cosh(np.clip({0}, -9, 9))",
    "np.float_power(np.abs({0}) + 0.5, 1.5)", "np.square({0})", "np.expm1(np.minimum({0}, 1.0))",
    "np.power(2.0, np.maximum(-4.0, np.minimum({0}, 2.0)))", "np.reciprocal(2.0 + np.sin({0}))",
]  # fmt: skip
JOINED = [
    "{0} + {1}", "{0} - {1}", "{0}*{1}", "({0})/(1.5 + ({1})**2)", "np.where(x > 2.0, {0}, {1})",
    "np.where(W < 1.0, {0}, 0.0) + {1}", "({0})*(x < 1.0) + ({1})*(x >= 1.0)", "np.maximum({0}, {1})",
    "np.select([x < 1.0, x < 3.0], [{0}, {1}], 0.25)", "sum(t*({0}) for t in TABLE) - {1}",
    "np.arctan2({0}, 2.0 + np.abs({1}))", "np.add({0}, np.multiply({1}, W))", "({0}) % 7.5 + {1}",
    "np.polyval([0.1, a, b], {0}/9.0) + {1}",
]  # fmt: skip
LEAVES = [
    "a", "b", "c", "x", "a*x", "b*x", "c*x", "x - b", "W", "x**2", "0.7", "2", "W*a", "x[::-1]", "x.mean()",
    "np.sqrt(x)", "-a", "x/(x.max() - x.min())", "np.arange(len(x))/len(x)", "np.interp(x, [0, 4], [1, 0])",
    "TABLE[1]*b",
    "np.log(x)", "1.0*(x > 1.5)", "a*np.ones_like(x)", "b + np.zeros(len(x))",
]  # fmt: skip
STATEMENTS = [
    "y += {0}", "y -= 0.5*({0})", "y *= 1.5", "z = y; y += {0}; y = y + 0.1*z", "y = y/2.0; y -= {0}",
    "for i in range(3):\n        y = y + ({0})/(i + 1)", "y[:] = y + ({0})", "y = y.copy(); y += {0}",
    "u = x*1.0; u += 1.0; y = y + u*({0})", "y = np.where(y > 1.0, y, {0})", "t = {0}; y = y + t*t/(1.0 + t*t)",
    "y //= 1.0; y = y*0.0 + ({0})", "u = x.copy(); u[::2] = 0.5; y = y + u*({0})",
]  # fmt: skip


@st.composite
def expressions(draw, depth=3):
    kind = draw(st.integers(0, 5)) if depth else 0
    if kind <= 1:
        return draw(st.sampled_from(LEAVES))
    if kind <= 3:
        return draw(st.sampled_from(BOUNDED)).format(draw(expressions(depth=depth - 1)))
    form = draw(st.sampled_from(JOINED))
    return "(" + form.format(draw(expressions(depth=depth - 1)), draw(expressions(depth=depth - 1))) + ")"


@st.composite
def models(draw, first="y = a*np.ones_like(x)*({0})", leave_out=()):
    """The text of a function of x, a, b, c."""
    lines = [first.format(draw(expressions()))]
    statements = [s for s in STATEMENTS if not any(part in s for part in leave_out)]
    for _ in range(draw(st.integers(0, 3))):
        lines.append(draw(st.sampled_from(statements)).format(draw(expressions(depth=2))))
    body = "".join(f"    {line}\n" for line in lines)
    return f"def model(x, a, b, c):\n{body}    return y + 0.0*x\n"


KINKS = ("np.maximum", "np.minimum", "np.clip", "np.abs")  # methods may end at one, at other ones for other paths
JUMPS = ("%", "//", "y > 1.0")  # jumps at places that depend on parameters: no method finds the minimum there
# No two alike and none at zero: kinks are there.
parameters = st.tuples(*[st.floats(-2.0, 2.0).map(lambda v, k=k: round(v, 2) + k) for k in (0.0137, 0.0031, -0.0071)])


def made(text):
    scope = {"np": np, "W": W, "TABLE": TABLE}
    exec(text, scope)
    return scope["model"]


def values(f, p):
    with np.errstate(all="ignore"):
        try:
            return np.asarray(f(X, *map(float, p)), dtype=float)
        except (TypeError, ValueError):  # NumPy subtracts no truth values, for example
            assume(False)


def central(f, p, h):
    """Derivatives by Richardson's extrapolation of central differences, and how far they may be off."""
    columns, errors = [], []
    for j in range(len(p)):
        e = np.eye(len(p))[j]
        coarse, fine = ((values(f, p + k * e) - values(f, p - k * e)) / (2 * k) for k in (2 * h, h))
        columns.append((4 * fine - coarse) / 3)
        errors.append(np.abs(fine - coarse))
    return np.stack(columns, 1), np.stack(errors, 1)


@EXAMPLES
@given(models(), st.lists(parameters, min_size=3, max_size=3))
def test_recorded_values_and_derivatives_are_those_of_the_function(text, points):
    f = made(text)
    found, _ = _recording.recorded(f, X, [1.0, 0.7, -0.4], list("abc"), M)
    if found is None:
        return
    model, columns, _ = found
    for point in points:
        p = np.array(point)
        expected = values(f, p)
        ours = _core.evaluate(model, columns, p, M)
        size = np.max(np.abs(expected), where=np.isfinite(expected), initial=1.0)
        np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-12 * size)
        J, (reference, error) = _core.jacobian(model, columns, p, M), central(f, p, 1e-4)
        scale = 1.0 + np.abs(reference) + size
        # At kinks (abs, where, max, %) differences know no derivative.
        smooth = error < 1e-3 * scale
        assert np.all((np.abs(J - reference) < 1e-6 * scale + 5 * error) | ~smooth), text
        assert smooth.mean() > 0.5


def test_most_random_models_are_recorded():
    """Otherwise the tests here would say little."""
    counts = []

    @settings(EXAMPLES, max_examples=100)
    @given(models())
    def count(text):
        counts.append(_recording.recorded(made(text), X, [1.0, 0.7, -0.4], list("abc"), M)[0] is not None)

    count()
    assert np.mean(counts) > 0.6


def data(f, truth, seed):
    exact = values(f, truth)
    assume(np.isfinite(exact).all() and np.ptp(exact) > 1e-3 and np.max(np.abs(exact)) < 1e4)
    return exact + 0.02 * np.ptp(exact) * np.random.default_rng(seed).normal(size=M)


def well_posed(f, p, y):
    J, _ = central(f, p, 1e-4)
    assume(np.isfinite(J).all())
    s = np.linalg.svd(J / np.maximum(np.linalg.norm(J, axis=0), 1e-300), compute_uv=False)
    assume(np.all(np.linalg.norm(J, axis=0) > 1e-2) and s[-1] > 1e-3 * s[0])


@pytest.mark.filterwarnings("ignore")
@EXAMPLES
@given(models("y = a*x + b*np.cos(2*x) + c*np.sin(3*x) + {0}", JUMPS), parameters, st.integers(0, 99))
def test_recorded_called_and_scipy_agree(text, truth, seed):
    assume(not any(jump in text for jump in JUMPS))
    f = made(text)
    y = data(f, truth, seed)
    start = np.array(truth) + 0.02
    well_posed(f, start, y)
    fits = [curve_fit(f, X, y, start, max_nfev=500), curve_fit(f, X, y, start, max_nfev=500, jac="3-point")]
    assert fits[1].engine == "callback"
    reference = scipy.optimize.least_squares(
        lambda p: values(f, p) - y, start, jac="3-point", ftol=1e-14, xtol=1e-14, gtol=1e-14, max_nfev=500
    )
    for r in fits:
        # The cost it reports is the cost of the function at the parameters it reports.
        assert r.cost == pytest.approx(0.5 * np.sum((values(f, r.popt) - y) ** 2), rel=1e-8, abs=1e-14)
        if r.success and reference.success and not any(kink in text for kink in KINKS):
            near = np.linalg.norm(r.popt - reference.x) < 0.1 * (1 + np.linalg.norm(reference.x))
            if near:  # else another minimum; of those there may be many
                assert r.cost <= reference.cost * (1 + 1e-4) + 1e-12, (text, r.engine)


# -- properties that hold for every model; checked on families whose fits are well posed

FAMILIES = {
    "decay": (lambda x, a, b, c: a * np.exp(-b * x) + c, "a*exp(-b*x) + c"),
    "peak": (lambda x, a, b, c: a * np.exp(-0.5 * ((x - 1.5 * b) / (0.4 + c**2)) ** 2), None),
    "sine": (lambda x, a, b, c: a * np.sin(b * x) + c, "a*sin(b*x) + c"),
    "ratio": (lambda x, a, b, c: a * x / (0.5 + b * b * x) + c, "a*x/(0.5 + b*b*x) + c"),
    "pieces": (lambda x, a, b, c: np.where(x < 2.0, a * x + c, b * x**0.5), "where(x < 2, a*x + c, b*x**0.5)"),
}
families = st.sampled_from(sorted(FAMILIES))
truths = st.tuples(st.floats(0.5, 3.0), st.floats(0.6, 1.5), st.floats(0.2, 1.0))


@st.composite
def problems(draw):
    name, truth, seed = draw(families), np.array(draw(truths)), draw(st.integers(0, 99))
    f = FAMILIES[name][0]
    called = draw(st.booleans())
    y = f(X, *truth) + 0.02 * np.random.default_rng(seed).normal(size=M)
    options = {"jac": "3-point"} if called else {}
    return name, f, y, truth * 1.05, options


def agree(one, other, rtol=1e-5):
    error = np.maximum(one.perr, 1e-12)
    assert np.all(np.abs(one.popt - other.popt) < 1e-3 * error + 1e-9), (one.popt, other.popt, error)
    np.testing.assert_allclose(one.pcov, other.pcov, rtol=1e-3, atol=1e-9 * np.max(np.abs(one.pcov)))


@FEW
@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_count(problem, random):
    _, f, y, start, options = problem
    order = list(range(M))
    random.shuffle(order)
    agree(curve_fit(f, X, y, start, **options), curve_fit(f, X[order], y[order], start, **options))


@FEW
@given(problems(), st.sampled_from([1e-6, 0.25, 3.0, 1e5]))
def test_scaling_y(problem, s):
    name, f, y, start, options = problem
    # The parameters that y is proportional to, of each family.
    linear = {"decay": "ac", "peak": "a", "sine": "ac", "ratio": "ac", "pieces": "abc"}[name]
    factors = np.array([s if n in linear else 1.0 for n in "abc"])
    one, other = curve_fit(f, X, y, start, **options), curve_fit(f, X, s * y, factors * start, **options)
    np.testing.assert_allclose(other.popt / factors, one.popt, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(other.perr / factors, one.perr, rtol=1e-3)


@FEW
@given(problems(), st.sampled_from([1e-6, 0.25, 3.0, 1e5]))
def test_scaling_x_and_parameters(problem, s):
    _, f, y, start, options = problem
    one = curve_fit(f, X, y, start, **options)
    other = curve_fit(lambda x, *p: f(x / s, *p), X * s, y, start, **options)
    agree(one, other)
    scaled = curve_fit(lambda x, a, b, c: f(x, a / s, b * s, c), X, y, start * [s, 1 / s, 1], **options)
    np.testing.assert_allclose(scaled.popt / [s, 1 / s, 1], one.popt, rtol=1e-4, atol=1e-6)


@pytest.mark.filterwarnings("ignore::nlsq.OptimizeWarning")
@FEW
@given(problems(), st.integers(0, 2), st.floats(0.5, 1.2))
def test_fixing_is_substituting(problem, at, value):
    _, f, y, start, options = problem
    held = curve_fit(f, X, y, start, fixed={"abc"[at]: value}, max_nfev=400, **options)

    def rest(x, *p):
        return f(x, *p[:at], value, *p[at:])

    alone = curve_fit(rest, X, y, np.delete(start, at), max_nfev=400, **options)
    assume(held.success and alone.success)
    assert held.popt[at] == value and held.perr[at] == 0.0
    np.testing.assert_allclose(held.cost, alone.cost, rtol=1e-6)
    np.testing.assert_allclose(np.delete(held.perr, at), alone.perr, rtol=1e-2)
    assert (held.dof, alone.dof) == (M - held.rank, M - alone.rank)
    same = curve_fit(f, X, y, np.insert(np.delete(start, at), at, value), fixed=["abc"[at]], max_nfev=400, **options)
    np.testing.assert_array_equal(same.popt, held.popt)


@FEW
@given(problems())
def test_inactive_bounds_change_nothing(problem):
    _, f, y, start, options = problem
    free = curve_fit(f, X, y, start, **options)
    room = 2.0 + np.abs(free.popt)
    agree(free, curve_fit(f, X, y, start, bounds=(free.popt - 9 * room, free.popt + 9 * room), **options))
    agree(free, curve_fit(f, X, y, start, bounds={"a": (None, free.popt[0] + 50)}, **options))


@FEW
@given(problems())
def test_rows_twice_are_rows_of_weight_root_two(problem):
    _, f, y, start, options = problem
    sigma = 0.05 * W
    twice = curve_fit(f, np.r_[X, X], np.r_[y, y], start, sigma=np.r_[sigma, sigma], absolute_sigma=True, **options)
    weighted = curve_fit(f, X, y, start, sigma=sigma / np.sqrt(2.0), absolute_sigma=True, **options)
    agree(twice, weighted)
    assert twice.chi2 == pytest.approx(weighted.chi2, rel=1e-6)


@FEW
@given(problems(), st.sampled_from([1e-3, 0.5, 20.0]))
def test_scaling_sigma(problem, s):
    _, f, y, start, options = problem
    one = curve_fit(f, X, y, start, sigma=W, absolute_sigma=True, **options)
    other = curve_fit(f, X, y, start, sigma=s * W, absolute_sigma=True, **options)
    np.testing.assert_allclose(other.perr, s * one.perr, rtol=1e-4)
    relative = [curve_fit(f, X, y, start, sigma=k * W, **options) for k in (1.0, s)]
    agree(*relative)
    np.testing.assert_allclose(relative[0].popt, one.popt, rtol=1e-5, atol=1e-7)
    diagonal = curve_fit(f, X, y, start, sigma=np.diag(W**2), absolute_sigma=True, **options)
    agree(one, diagonal)


@FEW
@given(problems())
def test_formulas_are_functions(problem):
    name, f, y, start, _ = problem
    text = FAMILIES[name][1]
    assume(text is not None)
    names = curve_fit(text, X, y, start).names
    order = ["abc".index(n) for n in names]
    one, other = curve_fit(f, X, y, start), curve_fit(text, X, y, start[order])
    np.testing.assert_allclose(other.popt, one.popt[order], rtol=1e-7)
    np.testing.assert_allclose(other.pcov, one.pcov[np.ix_(order, order)], rtol=1e-5)


@pytest.mark.filterwarnings("ignore::nlsq.OptimizeWarning")
@FEW
@given(problems(), st.sampled_from(["soft_l1", "huber", "cauchy", "arctan"]), st.floats(0.01, 2.0))
def test_losses_are_those_of_scipy(problem, loss, f_scale):
    _, f, y, start, options = problem
    y = y + np.where(np.arange(M) % 16 == 5, 0.5, 0.0)
    ours = curve_fit(f, X, y, start, loss=loss, f_scale=f_scale, **options)
    assume(ours.success and ours.rank == 3)
    theirs = scipy.optimize.least_squares(
        lambda p: f(X, *p) - y, ours.popt, loss=loss, f_scale=f_scale, ftol=1e-14, xtol=1e-14, gtol=1e-14, jac="3-point"
    )
    assert ours.cost <= theirs.cost * (1 + 1e-6) + 1e-12
