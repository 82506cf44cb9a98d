# SPDX-License-Identifier: MIT
"""Models of curve_fit_many: those that look at x, capture arrays, are formulas, built in, of JAX, or called."""

import functools
import os
import pathlib
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
from many import K, M, X, assert_like_single, black_decay, decay, decays, line

from nlsq import curve_fit, curve_fit_many, functions

W = np.linspace(0.5, 1.5, M)


def own_x():
    """Each set has its own x; sets 0, 6 and 11 have the same."""
    x = np.tile(X, (K, 1))
    x[1] *= 1.5
    x[5] *= 0.7
    x[8] = X[::-1]
    return x


def lines(seed=4):
    return line(X, 2.0, 1.0) + np.random.default_rng(seed).standard_normal((K, M))


LOOKS = {
    "mean": lambda x, a, b: a * (x - x.mean()) + b,
    "maximum": lambda x, a, b: a * x / x.max() + b,
    "minimum": lambda x, a, b: a * (x - np.min(x)) + b,
    "branch by the maximum": lambda x, a, b: a * x + b if x.max() > 5 else a * x * x + b,
    "branch by the mean": lambda x, a, b: a * x + b if x.mean() < 1.5 else a * x * x + b,
    "branch by the range": lambda x, a, b: a * x + b if np.ptp(x) > 5 else a * x * x + b,
    "branch by the order": lambda x, a, b: a * x + b if x[0] < x[-1] else a * x * x + b,
    "branch by one value of one set": lambda x, a, b: a * x + b if x[3] != 0.7 * X[3] else a * x * x + b,
    "cumulative sum": lambda x, a, b: a * np.cumsum(x) + b,
    "differences": lambda x, a, b: a * np.gradient(x) + b * x,
    "the first": lambda x, a, b: a * (x - x[0]) + b,
    "kept aside": lambda x, a, b, kept=X: a * (x if np.array_equal(x, kept) else x**2) + b,
}


@pytest.mark.parametrize("name", LOOKS)
def test_models_that_look_at_x(name):
    """With an x for all they run in lanes; with one each they must not be taken for what they are for the first."""
    f, x, y = LOOKS[name], own_x(), lines()
    p0 = [1.0, 1.0]
    shared = curve_fit_many(f, X, y, p0)
    assert_like_single(shared, f, lambda i: X, lambda i: y[i], lambda i: {"p0": p0})
    r = curve_fit_many(f, x, y, p0)
    assert_like_single(r, f, lambda i: x[i], lambda i: y[i], lambda i: {"p0": p0})
    assert r.engine == "callback" and r.trace_note


def test_looking_at_one_of_several_variables():
    x, y = own_x(), lines()
    f = lambda v, a, b: a * v[0] / v[0].max() + b * v[1]  # noqa: E731
    assert_like_single(curve_fit_many(f, (x, W), y), f, lambda i: np.stack([x[i], W]), lambda i: y[i])
    g = lambda v, a, b: a * v[0] + b * v[1] / v[1].max()  # noqa: E731
    r = curve_fit_many(g, (x, W), y)
    assert r.engine == "lanes"  # the second is the same for all
    assert_like_single(r, g, lambda i: np.stack([x[i], W]), lambda i: y[i])


HARMLESS = {
    "length": lambda x, a, b: a * x + b * np.ones(len(x)),
    "where": lambda x, a, b: np.where(x > 1.0, a * x, b),
    "captured array": lambda x, a, b: a * x * W + b,
    "captured array equal to the first x": lambda x, a, b: a * x * X + b,
    "asks for the type": lambda x, a, b: a * x + b if isinstance(x, np.ndarray) else x,
    "asarray": lambda x, a, b: a * np.asarray(x, dtype=float) + b,
    "no x": lambda x, a, b: a + b * W,
}


@pytest.mark.parametrize("name", HARMLESS)
def test_models_that_do_not(name):
    f, x, y = HARMLESS[name], own_x(), lines()
    for given, of in ((X, lambda i: X), (x, lambda i: x[i])):
        r = curve_fit_many(f, given, y)
        assert r.engine == "lanes", r.trace_note
        assert_like_single(r, f, of, lambda i: y[i])


def test_captured_arrays_may_change_between_calls():
    y, weights = lines(), W.copy()
    f = lambda x, a, b: a * x * weights + b  # noqa: E731
    curve_fit_many(f, X, y)
    weights *= 2.0
    assert_like_single(curve_fit_many(f, X, y), f, lambda i: X, lambda i: y[i])


def test_captured_arrays_with_masks_and_black_boxes():
    y, mask = lines(), np.random.default_rng(6).random((K, M)) > 0.3
    f = lambda x, a, b: np.array([float(a) * v + float(b) for v in x]) * W  # noqa: E731
    r = curve_fit_many(f, X, y, mask=mask)
    assert r.engine == "callback" and np.array_equal(r.n, mask.sum(axis=1))
    np.testing.assert_allclose(r.popt, curve_fit_many(lambda x, a, b: (a * x + b) * W, X, y, mask=mask).popt, 1e-7)


def test_formulas_over_x_and_over_named_variables():
    y, x = decays(), own_x()
    r = curve_fit_many("a*exp(-b*x) + c", X, y)
    assert r.names == ["a", "b", "c"] and np.array_equal(r.popt, curve_fit_many("a*exp(-b*t) + c", {"t": X}, y).popt)
    assert_like_single(r, decay, lambda i: X, lambda i: y[i])
    y = lines()
    r = curve_fit_many("a*t + b*z", {"t": x, "z": W, "unused": W}, y)
    assert_like_single(r, lambda v, a, b: a * v[0] + b * v[1], lambda i: np.stack([x[i], W]), lambda i: y[i])
    automatic = curve_fit_many("a*t + b*z", {"t": x, "z": W}, y, p0="auto")
    np.testing.assert_allclose(automatic.popt, r.popt, 1e-9)
    np.testing.assert_allclose(curve_fit_many("level", X, y).popt[:, 0], y.mean(axis=1), 1e-12)


def test_built_in_models_start_from_the_data():
    rng = np.random.default_rng(7)
    x, mu = np.linspace(0, 10, 60), rng.uniform(3, 7, (3, 5, 1))
    y = functions.gaussian(x, 3.0, 0.0, 0.8) * 0 + 3 * np.exp(-((x - mu) ** 2) / (2 * 0.8**2))
    y += 0.05 * rng.standard_normal(y.shape)
    r = curve_fit_many(functions.gaussian, x, y, p0="auto")
    assert r.engine == "lanes" and r.ok.all() and np.abs(r.params["mu"] - mu[..., 0]).max() < 0.1
    assert_like_single(r, functions.gaussian, lambda i: x, lambda i: y[i], lambda i: {"p0": "auto"})
    y[0, 0, :3] = np.nan
    assert curve_fit_many(functions.gaussian, x, y, p0="auto", nan_policy="omit").ok.all()


class Callable:
    def __call__(self, x, a, b):
        return a * x + b


CALLABLES = {
    "object": Callable(),
    "partial": functools.partial(lambda x, a, b, s: a * x * s + b, s=2.0),
    "vectorize": np.vectorize(lambda x, a, b: a * x + b),
}


@pytest.mark.parametrize("name", CALLABLES)
def test_other_callables(name):
    f, y, p0 = CALLABLES[name], lines(), [1.0, 1.0]
    assert_like_single(curve_fit_many(f, X, y, p0), f, lambda i: X, lambda i: y[i], lambda i: {"p0": p0})


def test_star_parameters():
    r = curve_fit_many(lambda x, *p: p[0] * x + p[1], X, lines(), p0=[1, 1])
    assert r.names == ["p0", "p1"] and r.engine == "lanes"
    each = curve_fit_many(lambda x, *p: p[0] * x + p[1], X, lines(), p0=np.ones((K, 2)))
    assert np.array_equal(each.popt, r.popt)


def test_jax():
    jax = pytest.importorskip("jax")
    import jax.numpy as jnp

    y, x = decays(), own_x() + 0.01
    f = jax.jit(lambda x, a, b, c: a * jnp.exp(-b * x) + c)
    for given, of in ((X, lambda i: X), (x, lambda i: x[i])):
        r = curve_fit_many(f, given, y, [2.0, 1.0, 0.5])
        assert r.engine == "lanes", r.trace_note
        assert_like_single(r, decay, of, lambda i: y[i], lambda i: {"p0": [2.0, 1.0, 0.5]})
    scaled = lambda x, a, b: a * x / jnp.max(x) + b  # noqa: E731
    r = curve_fit_many(scaled, x[:3], y[:3])
    assert r.engine == "callback"
    np.testing.assert_allclose(r.popt[:, 0], curve_fit_many(line, x[:3], y[:3]).popt[:, 0] * x[:3].max(axis=1), 1e-6)


def test_a_model_that_keeps_what_it_was_recorded_with():
    kept = {}

    def f(x, a, b):
        return a * x + b * kept.setdefault("square", x**2)

    with pytest.raises(TypeError, match="the model keeps parameters of one call"):
        curve_fit_many(f, own_x(), lines())


def test_a_model_that_fails_for_some_data_alone():
    def f(x, a, b):
        if float(a) < 0:
            raise ValueError("a < 0")
        return np.array([float(a) * v + float(b) for v in x])

    starts = np.ones((3, 2))
    starts[1, 0] = -1.0
    r = curve_fit_many(f, X, 2 * X + np.ones((3, 1)), starts)
    assert r.ok.tolist() == [True, False, True]


def test_chunks_come_as_they_are_asked_for():
    drawn = []

    def chunks():
        for seed in range(5):
            drawn.append(seed)
            yield decays((7,), seed=seed)

    results = curve_fit_many(decay, X, chunks())
    assert drawn == []
    first = next(results)
    assert drawn == [0] and np.array_equal(first.popt, curve_fit_many(decay, X, decays((7,), seed=0)).popt)
    assert [r.shape for r in results] == [(7,)] * 4


def test_memory_is_that_of_a_chunk():
    import tracemalloc

    x = np.linspace(0, 3, 16)

    def chunks(count):
        for _ in range(count):
            yield np.tile(decays((100,), x), (40, 1))

    def peak(count):
        tracemalloc.start()
        fits = sum(len(r.popt) for r in curve_fit_many(decay, x, chunks(count), [2.5, 1.5, 0.5]))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return fits, most

    peak(2)
    (_, few), (fits, many) = peak(3), peak(12)
    assert fits == 48_000 and many < 1.2 * few < 12e6


@pytest.mark.parametrize("f", [decay, black_decay], ids=["recorded", "called"])
def test_ctrl_c_and_errors_in_progress_end_the_fits(f):
    y = np.tile(decays(), (300, 1))

    def interrupt(done, of):
        signal.raise_signal(signal.SIGINT)

    def fail(done, of):
        raise RuntimeError("enough")

    with pytest.raises(KeyboardInterrupt):
        curve_fit_many(f, X, y, progress=interrupt)
    with pytest.raises(RuntimeError, match="enough"):
        curve_fit_many(f, X, y, progress=fail)
    assert curve_fit_many(f, X, y[:2]).ok.all()


@pytest.mark.parametrize("f", [decay, black_decay], ids=["recorded", "called"])
def test_progress(f):
    seen = []
    curve_fit_many(f, X, decays((40,)), progress=lambda done, of: seen.append((done, of)))
    assert seen == sorted(seen) and seen[0] == (0, 40) and seen[-1] == (40, 40)


def test_from_threads():
    y = np.tile(decays(), (100, 1))
    expected, found = curve_fit_many(decay, X, y).popt, {}

    def work(i):
        found[i] = curve_fit_many(decay, X, y[i:]).popt

    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(found[i], expected[i:]) for i in range(6))


def test_fits_within_progress():
    y, inner = np.tile(decays(), (100, 1)), []
    curve_fit_many(decay, X, y, progress=lambda done, of: inner.append(curve_fit_many(decay, X, y[:40]).popt))
    assert len(inner) >= 2 and np.array_equal(inner[0], curve_fit_many(decay, X, y[:40]).popt)


FORK = """
import multiprocessing
import numpy as np
from many import X, decay, decays
from nlsq import curve_fit_many
y = np.tile(decays(), (100, 1))
expected = curve_fit_many(decay, X, y)  # the threads of this process are not in its children
with multiprocessing.get_context("fork").Pool(2) as pool:
    parts = pool.starmap_async(curve_fit_many, [(decay, X, y[i:]) for i in range(2)]).get(timeout=60)
print(all(np.array_equal(part.popt, expected.popt[i:]) for i, part in enumerate(parts)))
"""


def test_from_forked_processes():
    """In a process of its own: other packages here may have threads that do not bear a fork."""
    here = pathlib.Path(__file__).parent
    paths = os.pathsep.join([str(here), *sys.path])
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, env=environment)
    assert done.stdout == "True\n", done.stderr


def test_from_processes():
    joblib = pytest.importorskip("joblib")
    y = decays((40,))
    parts = joblib.Parallel(n_jobs=2)(joblib.delayed(curve_fit_many)(decay, X, y[i::2]) for i in range(2))
    for i, part in enumerate(parts):
        assert np.array_equal(part.popt, curve_fit_many(decay, X, y[i::2]).popt) and part.ok.all()


def test_code_that_cannot_look_at_x_needs_no_probes():
    from nlsq import _core

    x = np.linspace(0.1, 4.0, 30)
    xs = x + np.linspace(0.0, 0.3, 6)[:, None]

    def plain(t, a, b):
        return a * np.exp(-b * t)

    def looks(t, a, b):
        return a * np.exp(-b * t) / t.max()

    for f, trusted in ((plain, True), (looks, False)):
        ys = np.array([f(t, 2.0, 1.3) for t in xs]) + 0.01 * np.cos(40.0 * xs)
        for _ in range(2):
            many = curve_fit_many(f, xs, ys)
        assert _core.is_trusted(f, ["a", "b"]) is trusted
        for i in range(6):
            one = curve_fit(f, xs[i], ys[i])
            np.testing.assert_allclose(many.popt[i], one.popt, atol=1e-8 * one.perr.max())
    assert not _core.is_trusted(len, ["a"])


def test_dates_are_days_since_the_first_of_them():
    days = np.arange(20.0)
    dates = np.datetime64("2024-03-01") + np.arange(20)
    y = np.stack([1.0 + 2.0 * np.exp(-days / 5.0), 2.0 + 3.0 * np.exp(-days / 4.0)]) + 0.01 * np.cos(7.0 * days)

    def f(x, a, b, c):
        return a + b * np.exp(-x / c)

    wanted = curve_fit_many(f, days, y, [1.0, 1.0, 5.0])
    assert wanted.x_note is None
    for x in (dates, dates.tolist(), np.stack([dates, dates])):
        found = curve_fit_many(f, x, y, [1.0, 1.0, 5.0])
        assert np.array_equal(found.popt, wanted.popt) and found.x_note == "x is in days since 2024-03-01"
    found = curve_fit_many("a + b*exp(-x/c)", dates, y, [1.0, 1.0, 5.0])
    np.testing.assert_allclose(found.popt, wanted.popt, rtol=1e-9)
    table = {"t": np.tile(dates, 2), "y": y.ravel(), "well": np.repeat(["A", "B"], 20)}
    found = curve_fit_many("a + b*exp(-t/c)", data=table, y="y", by="well", p0=[1.0, 1.0, 5.0])
    np.testing.assert_allclose(found.popt, wanted.popt, rtol=1e-9)
    assert found.x_note == "t is in days since 2024-03-01"
    own = curve_fit_many(f, np.stack([dates, dates + np.timedelta64(2, "D")]), y, [1.0, 1.0, 5.0])  # days since the first of all
    np.testing.assert_allclose(own.popt[1, 1], wanted.popt[1, 1] * np.exp(2.0 / wanted.popt[1, 2]), rtol=1e-6)
