# SPDX-License-Identifier: MIT
"""Finite differences: equal to SciPy's approx_derivative to the last bit, wherever SciPy has an answer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlsq._scipy.differences import Differences, epsilon_of, group_columns

numdiff = pytest.importorskip("scipy.optimize._numdiff")
sparse = pytest.importorskip("scipy.sparse")

STRUCTURE = np.array([[1, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1], [0, 0, 1]])


def function(x):
    return np.array([x[0] ** 2 * x[1], np.sin(x[2]), x[0] + np.cos(x[1]), x[1] * x[2], x[2] ** 3])


parameter = st.one_of(st.just(0.0), st.floats(-1e4, 1e4), st.floats(-1e-6, 1e-6))
room = st.one_of(st.just(np.inf), st.just(0.0), st.floats(1e-12, 1.0))


@settings(max_examples=200, deadline=None)
@given(
    x=st.tuples(parameter, parameter, parameter),
    below=st.tuples(room, room, room),
    above=st.tuples(room, room, room),
    method=st.sampled_from(["2-point", "3-point", "cs"]),
    rel_step=st.sampled_from([None, 1e-3, 1e-20, [1e-4, 1e-5, 1e-6]]),
    kind=st.sampled_from([None, np.asarray, sparse.csr_array, sparse.csc_matrix]),
)
def test_equals_scipy(x, below, above, method, rel_step, kind):
    x = np.array(x)
    lower, upper = x - below, x + above
    upper = np.where(upper <= lower, lower + 1.0, upper)
    structure = None if kind is None else kind(STRUCTURE)
    step = None if rel_step is None else np.asarray(rel_step)
    ours = Differences(function, method, step, lower, upper, structure)(x, function(x), np.dtype(float))
    theirs = numdiff.approx_derivative(
        function, x, method, rel_step=step, bounds=(lower, upper), sparsity=structure, f0=function(x)
    )
    assert type(ours) is type(theirs)
    if kind is not None:
        ours, theirs = ours.toarray(), theirs.toarray()
    np.testing.assert_array_equal(ours, theirs)


def test_points_stay_inside_the_bounds():
    rng = np.random.default_rng(3)
    for _ in range(300):
        x = rng.normal(size=3)
        lower, upper = x - 10.0 ** rng.integers(-12, 1, 3), x + 10.0 ** rng.integers(-12, 1, 3)

        def inside(p, lower=lower, upper=upper):
            assert np.all((p >= lower) & (p <= upper))
            return function(p)

        for method in ("2-point", "3-point"):
            Differences(inside, method, None, lower, upper)(x, function(x), np.dtype(float))


def test_steps_of_narrow_types():
    assert epsilon_of(np.dtype("f4")) == np.finfo("f4").eps
    assert epsilon_of(np.dtype("i4")) == epsilon_of(np.dtype("f8")) == np.finfo("f8").eps
    narrow = lambda x: (x**2).astype(np.float32)  # noqa: E731
    J = Differences(narrow, "2-point", None, np.full(1, -np.inf), np.full(1, np.inf))(
        np.array([3.0]), narrow(np.array([3.0])).astype(float), np.dtype("f4"))  # fmt: skip
    assert J == pytest.approx(6.0, rel=1e-3)
    assert J.dtype == np.float64


def test_columns_of_a_group_share_no_row():
    rng = np.random.default_rng(1)
    for _ in range(30):
        structure = rng.random((12, 9)) < 0.2
        groups = group_columns(structure)
        assert np.array_equal(groups, group_columns(sparse.csr_array(structure)))
        for group in range(groups.max() + 1):
            assert structure[:, groups == group].sum(axis=1).max() <= 1


def test_a_band_needs_as_many_evaluations_as_its_width():
    n = 50
    band = sparse.diags_array([np.ones(n - 1), np.ones(n), np.ones(n - 1)], offsets=[-1, 0, 1])
    tridiagonal = lambda x: x**2 + np.r_[0, x[:-1]] + np.r_[x[1:], 0]  # noqa: E731
    unbounded = np.full(n, np.inf)
    for method, each in (("2-point", 1), ("3-point", 2), ("cs", 1)):
        d = Differences(tridiagonal, method, None, -unbounded, unbounded, band)
        x = np.linspace(1, 2, n)
        J = d(x, tridiagonal(x), np.dtype(float))
        assert d.evaluations == 3 * each
        np.testing.assert_allclose(J.toarray().diagonal(), 2 * x, rtol=1e-7)


def test_the_mapper_sees_every_point():
    seen = []

    def mapper(function, points):
        points = list(points)
        seen.append(len(points))
        return [function(p) for p in points]

    d = Differences(function, "3-point", None, np.full(3, -np.inf), np.full(3, np.inf), mapper=mapper)
    d(np.ones(3), function(np.ones(3)), np.dtype(float))
    assert seen == [6]
