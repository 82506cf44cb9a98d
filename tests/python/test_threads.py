# SPDX-License-Identifier: MIT
"""Fits in threads, in forked and in spawned processes, and fits that are interrupted."""

import _thread
import copy
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from fits import decay, decay_data

import nlsq
from nlsq import CurveFit, StopOptimization, curve_fit, least_squares

X, Y = decay_data(m=300)


def black_box(x, a, b, c):
    return decay(x, float(a), b, c)


def tasks(kind, n):
    """(model, x, y, options) of n fits."""
    rng = np.random.default_rng(4)
    models = {
        "decay": decay,
        "gauss": lambda x, a, b, c: a * np.exp(-(((x - b) / c) ** 2)),
        "sine": lambda x, a, b, c: a * np.sin(b * x) + c,
        "black box": black_box,
        "text": "a*exp(-b*x) + c",
        "captured": lambda x, a, b, c: a * np.exp(-b * x) * captured + c,
    }
    captured = np.linspace(1.0, 1.1, len(X))
    names = {"same": ["decay"], "black box": ["black box"], "mixed": list(models)}[kind]
    out = []
    for i in range(n):
        f = models[names[i % len(names)]]
        options = {"sigma": np.linspace(1, 2, len(X))} if i % 3 == 0 else {}
        if i % 5 == 0:
            options["bounds"] = ([0, 0, -1], [9, 9, 9])
        out.append((f, X, Y + 0.02 * rng.normal(size=len(X)), options))
    return out


def run(task):
    f, x, y, options = task
    result = curve_fit(f, x, y, [1.5, 1.0, 0.8], max_nfev=60, **options)
    return result.popt.tobytes() + result.pcov.tobytes()


@pytest.mark.filterwarnings("ignore::nlsq.OptimizeWarning")
@pytest.mark.parametrize("kind", ["same", "black box", "mixed"])
def test_200_fits_in_threads_give_the_same_bits(kind):
    work = tasks(kind, 200)
    expected = [run(task) for task in work]
    nlsq.clear_cache()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(run, work)) == expected


def test_fits_of_many_rows_in_threads():
    x, y = decay_data(m=60_000)
    expected = [curve_fit(decay, x, y + i, [1.5, 1.0, 0.8]).popt.tobytes() for i in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda i: curve_fit(decay, x, y + i, [1.5, 1.0, 0.8]).popt.tobytes(), range(4)))
        threads = list(pool.map(lambda t: curve_fit(decay, x, y, [1.5, 1.0, 0.8], threads=t).popt.tobytes(), [1, 2, 3]))
    assert found == expected and set(threads) == {expected[0]}


def test_one_object_in_many_threads():
    fitter = CurveFit(decay, p0=[1.5, 1.0, 0.8])
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: fitter.fit(X, Y), range(100)))
    assert len({r.popt.tobytes() for r in results}) == 1


def test_the_cache_may_be_cleared_meanwhile():
    expected = curve_fit(decay, X, Y, [1.5, 1.0, 0.8]).popt.tobytes()
    stop = threading.Event()

    def clear():
        while not stop.is_set():
            nlsq.clear_cache()
            nlsq.get_cache_stats()

    other = threading.Thread(target=clear)
    other.start()
    try:
        with ThreadPoolExecutor(4) as pool:
            found = set(pool.map(lambda _: curve_fit(decay, X, Y, [1.5, 1.0, 0.8]).popt.tobytes(), range(100)))
    finally:
        stop.set()
        other.join()
    assert found == {expected}


def test_fits_within_a_fit():
    def outer(x, a, b):
        inner = curve_fit(lambda x, s: s * x, x, (a + b) * x, [1.0]).popt[0]
        return float(inner) * x + b

    result = curve_fit(outer, X, 3.0 * X + 1.0, [1.0, 1.0])
    np.testing.assert_allclose(result.popt, [2.0, 1.0], rtol=1e-5)


def test_an_error_in_one_thread_is_its_own():
    def broken(x, a, b, c):
        raise ZeroDivisionError("mine")

    def one(i):
        try:
            return curve_fit(broken if i % 2 else decay, X, Y, [1.5, 1.0, 0.8]).popt.tobytes()
        except ZeroDivisionError as error:
            return str(error)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one, range(60)))
    assert set(found[1::2]) == {"mine"} and len(set(found[::2])) == 1


# -- processes

FORK = """
import os, sys, warnings, threading, numpy as np
warnings.simplefilter("ignore", DeprecationWarning)
from nlsq import curve_fit
def f(x, a, b, c): return a*np.exp(-b*x) + c
def g(x, a, b, c): return f(x, float(a), b, c)
x = np.linspace(0, 4, 100_000)
y = f(x, 2.5, 1.3, 0.5) + 0.01*np.sin(1e5*x)
before = [curve_fit(m, x, y, [1, 1, 1], threads=2).popt for m in (f, g)]
stop = False
def busy():
    while not stop: curve_fit(f, x, y, [1, 1, 1], threads=2)
other = threading.Thread(target=busy); {start}
for _ in range(5):
    pid = os.fork()
    if pid == 0:
        try:
            after = [curve_fit(m, x, y, [1, 1, 1], threads=2).popt for m in (f, g)]
            same = all(np.array_equal(a, b) for a, b in zip(before, after))
            fresh = curve_fit(lambda x, a, b: a*x + b, x, 2*x + 1, [1, 1], threads=2).popt
            os._exit(0 if same and np.allclose(fresh, [2, 1]) else 3)
        except BaseException:
            os._exit(4)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status == 0, status
stop = True
{join}
assert np.array_equal(curve_fit(f, x, y, [1, 1, 1], threads=2).popt, before[0])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.parametrize("busy", [False, True])
def test_fits_after_fork(busy):
    code = FORK.format(start="other.start()" if busy else "", join="other.join()" if busy else "")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def fit_elsewhere(fitter):
    result = fitter.fit(X, Y)
    return result, fitter


def test_spawned_processes_and_pickles():
    fitter = CurveFit(decay, p0=[1.5, 1.0, 0.8], method="trf")
    here = fitter.fit(X, Y)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        there, returned = pool.map(fit_elsewhere, [fitter])[0]
    np.testing.assert_array_equal(there.popt, here.popt)
    np.testing.assert_array_equal(there.pcov, here.pcov)
    assert returned.f is decay and returned.defaults == fitter.defaults
    np.testing.assert_allclose(there.predict(X[:3]), here.predict(X[:3]), rtol=1e-12)
    for twin in (copy.copy(fitter), copy.deepcopy(fitter), pickle.loads(pickle.dumps(fitter))):
        np.testing.assert_array_equal(twin.fit(X, Y).popt, here.popt)
    text = pickle.loads(pickle.dumps(CurveFit("a*exp(-b*x) + c", p0=[1.5, 1.0, 0.8])))
    np.testing.assert_array_equal(text.fit(X, Y).popt, here.popt)


# -- interruption

LONG_X = np.linspace(0.0, 4.0, 5_000_000)
LONG_Y = np.exp(-LONG_X) + 0.1 * np.sin(1e7 * LONG_X)


def eight(x, *p):
    return sum(p[k] * np.exp(-p[k + 1] * x) for k in range(0, len(p), 2))


def eight_called(x, *p):
    return eight(x, *map(float, p))


START = [v for k in range(8) for v in (0.3, 0.2 * 1.7**k)]


def interrupted(call, after):
    """Seconds from the signal to the end of the call."""
    sent = []

    def handler(*_):
        sent.append(time.perf_counter())
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, after)
    start = time.perf_counter()
    try:
        with pytest.raises(KeyboardInterrupt):
            call()
        return time.perf_counter() - start - after
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers")
@pytest.mark.parametrize("after", [0.3, 0.6])
def test_ctrl_c_ends_a_long_fit(after):
    tight = dict(ftol=0.0, xtol=0.0, gtol=0.0, max_nfev=100_000)
    seconds = interrupted(lambda: curve_fit(eight, LONG_X, LONG_Y, START, **tight), after)
    print(f"recorded: {seconds:.3f} s after the signal")  # one pass over the rows; the fit would take minutes
    assert seconds < 10
    x, y = LONG_X[::100], LONG_Y[::100]
    seconds = interrupted(lambda: curve_fit(eight_called, x, y, START, **tight), after)
    print(f"called: {seconds:.3f} s after the signal")
    assert seconds < 10
    np.testing.assert_allclose(curve_fit(decay, X, Y, [1.5, 1.0, 0.8]).success, True)


def test_interrupt_main():
    def later():
        time.sleep(0.3)
        _thread.interrupt_main()

    start = time.perf_counter()
    other = threading.Thread(target=later)
    other.start()
    with pytest.raises(KeyboardInterrupt):
        while time.perf_counter() < start + 60:
            curve_fit(eight, LONG_X[::10], LONG_Y[::10], START, ftol=0.0, xtol=0.0, gtol=0.0, max_nfev=100_000)
    assert time.perf_counter() - start < 30.0
    other.join()


@pytest.mark.parametrize("f", [decay, black_box])
@pytest.mark.parametrize("way", ["True", "StopOptimization"])
def test_a_callback_stops_the_fit(f, way):
    seen = []

    def callback(iteration, cost, params, info):
        seen.append(params)
        if iteration == 2:
            if way == "True":
                return True
            raise StopOptimization("enough")
        return None

    result = curve_fit(f, X, Y, [9.0, 0.2, 4.0], callback=callback)
    assert len(seen) == 2 and result.status == -2 and not result.success
    np.testing.assert_array_equal(result.popt, seen[-1])


def test_threads_of_least_squares():
    def residuals(p):
        return p[0] * np.exp(-p[1] * X) + p[2] - Y

    expected = least_squares(residuals, [1.5, 1.0, 0.8]).x.tobytes()
    with ThreadPoolExecutor(8) as pool:
        assert {r.x.tobytes() for r in pool.map(lambda _: least_squares(residuals, [1.5, 1.0, 0.8]), range(50))} == {
            expected
        }


# -- numbers of threads, environment, locks


@pytest.mark.parametrize("threads", [2**31, 2**40, 10**30])
def test_a_number_of_threads_beyond_ints_is_refused(threads):
    from nlsq import _core, curve_fit_many

    calls = [
        lambda: curve_fit(decay, X, Y, [1.5, 1.0, 0.8], threads=threads),
        lambda: curve_fit(black_box, X, Y, [1.5, 1.0, 0.8], threads=threads),
        lambda: least_squares(lambda p: p - 1.0, [0.0], threads=threads),
        lambda: curve_fit_many(decay, X, np.stack([Y, Y]), p0=[1.5, 1.0, 0.8], threads=threads),
        lambda: curve_fit(decay, X, Y, [1.5, 1.0, 0.8]).bootstrap(10, threads=threads),
        lambda: _core.curve_fit(*_core.trace(decay, X, True, X, ["a", "b", "c"], len(X))[:2], Y, None,
                                [1.5, 1.0, 0.8], threads=threads),
    ]  # fmt: skip
    for call in calls[:5]:
        with pytest.raises(ValueError, match=f"threads must be .* not {threads}"):
            call()


def test_many_threads_are_no_more_than_help():
    assert curve_fit(decay, X, Y, [1.5, 1.0, 0.8], threads=2**31 - 1).success
    x, y = decay_data(m=300_000)
    one = curve_fit(decay, x, y, [1.5, 1.0, 0.8], threads=1)
    many = curve_fit(decay, x, y, [1.5, 1.0, 0.8], threads=2**31 - 1)
    assert one.popt.tobytes() == many.popt.tobytes()


def run_program(code, timeout=60, **environment):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=timeout,
                          env={**os.environ, **environment})  # fmt: skip


def test_a_variable_beyond_ints_is_refused_by_name():
    code = "import nlsq\nnlsq.curve_fit('a*x + b', [1., 2, 3, 4], [1., 3, 5, 7.1], [1, 1])"
    done = run_program(code, NLSQ_NUM_THREADS="4294967298")
    assert done.returncode == 1 and "ValueError: NLSQ_NUM_THREADS='4294967298'" in done.stderr


# A fit's threads once read the environment that Python was changing.
ENVIRONMENT = """
import os, threading, numpy as np, nlsq
x = np.linspace(0, 4, 200_000)
y = 2*np.exp(-x) + 0.01*np.sin(1e5*x)
stop = False
def change():
    k = 0
    while not stop:
        k += 1
        for i in range(200): os.environ[f"FILLER_{i}"] = "v" * (k % 50 + i)
        for i in range(200): del os.environ[f"FILLER_{i}"]
other = threading.Thread(target=change); other.start()
try:
    for _ in range(60):
        nlsq.curve_fit("a*exp(-b*x) + c", x, y, [1, 1, 1], threads=2)
        nlsq.curve_fit_many("a*exp(-b*x) + c", x[:50], np.tile(y[:50], (300, 1)), p0=[1, 1, 1], threads=2)
finally:
    stop = True
    other.join()
"""


def test_the_environment_may_change_during_fits():
    done = run_program(ENVIRONMENT, timeout=120)
    assert done.returncode == 0, done.stderr


# Making a weak reference may collect garbage, whose destructors may fit.
COLLECTED = """
import gc, numpy as np, nlsq
x = np.linspace(0, 4, 30)
y = 2*np.exp(-x)
make = "def f{i}(x, a, b): return a*np.exp(-b*x) + {i}*0"
class Fits:
    def __init__(self): self.me = self
    def __del__(self): nlsq.curve_fit(known, x, y, [1.0, 1.0])
space = {"np": np}
exec("def known(x, a, b): return a*np.exp(-b*x)", space)
known = space["known"]
for _ in range(3): nlsq.curve_fit(known, x, y, [1.0, 1.0])
gc.set_threshold(1)
for i in range(1100):
    exec(make.format(i=i), space)
    if i % 20 == 0: Fits()
    f = space.pop(f"f{i}")
    nlsq.curve_fit(f, x, y, [1.0, 1.0])
    nlsq.curve_fit(f, x, y, [1.0, 1.0])
nlsq.clear_cache()
"""


def test_destructors_may_fit_while_a_record_is_kept():
    done = run_program(COLLECTED, timeout=120)
    assert done.returncode == 0, done.stderr


# -- slow models

SLOW_X = 1.0 + np.arange(300_000) % 1000 / 100.0
SLOW_Y = 1.0 / SLOW_X + 0.01 * np.sin(np.arange(300_000))


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers")
@pytest.mark.parametrize("rows", [3000, 300_000])
@pytest.mark.parametrize("after", [0.2, 0.7])
@pytest.mark.filterwarnings("ignore:.*at its bound", "ignore:residuals go together")  # of fits that ended before
def test_ctrl_c_ends_a_fit_of_a_slow_model_within_a_pass(rows, after):
    tight = dict(ftol=0.0, xtol=0.0, gtol=0.0, max_nfev=100_000, bounds=(0.0, np.inf))
    formula = "a*polygamma(1, x + b) + c*polygamma(2, x + d) + g*polygamma(3, x + h)"

    def fits():
        while True:
            curve_fit(formula, SLOW_X[:rows], SLOW_Y[:rows], [1.0, 0.5, 0.1, 0.5, 0.1, 0.5], **tight)

    seconds = min(interrupted(fits, after) for _ in range(2))  # the machine may be busy
    print(f"{seconds:.3f} s after the signal")
    assert seconds < 0.3


def test_values_of_several_outputs_are_read_as_what_they_are(monkeypatch):
    from nlsq import _core

    calls = []
    engine = _core.curve_fit
    monkeypatch.setattr(_core, "curve_fit", lambda *a, **k: calls.append(a) or engine(*a, **k))
    least_squares(lambda p: np.array([p[0] - 1.0, p[1] - 2.0, p[0] * p[1] - 2.5]), [1.5, 1.5])
    several = [a for a in calls if a[0].outputs == 3]
    assert several
    model, columns, y, *rest = several[0]
    assert engine(model, columns, y, *rest).success
    for wrong in (np.zeros(3, dtype=np.float32), np.zeros(2), np.zeros(4)):
        with pytest.raises(TypeError, match="y must be a float64 array of the 3 outputs"):
            engine(model, columns, wrong, *rest)
