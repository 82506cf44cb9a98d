# SPDX-License-Identifier: MIT
"""Ten programs that end while they fit; the first argument names one, and each says "ready" when it is about to.

They are run by test_process_end.py, which looks at how they ended.
"""

import atexit
import os
import signal
import sys
import threading
import time

import numpy as np

import nlsq
import nlsq.scipy

LONG = dict(ftol=0.0, xtol=0.0, gtol=0.0, max_nfev=1_000_000)


def model(x, a, b, c):
    return a * np.exp(-b * x) + c


def called(x, a, b, c):
    return model(x, float(a), b, c)


def data(m):
    x = np.linspace(0.0, 4.0, m)
    return x, model(x, 2.5, 1.3, 0.5) + 0.01 * np.sin(1e5 * x)


def fits(f, m, **options):
    """Fits for ever."""
    x, y = data(m)
    while True:
        nlsq.curve_fit(f, x, y, [1.0, 1.0, 1.0], **options)


def start(work, *arguments, daemon=True, **options):
    thread = threading.Thread(target=work, args=arguments, kwargs=options, daemon=daemon)
    thread.start()
    return thread


def callbacks():
    x, y = data(200)
    while True:
        nlsq.curve_fit(model, x, y, [1.0, 1.0, 1.0], callback=lambda **_: None)


def residual_fits():
    x, y = data(50_000)
    while True:
        nlsq.scipy.least_squares(lambda p: (float(p[0]) * np.exp(-p[1] * x) + p[2]) - y, [1.0, 1.0, 1.0])


def traces():
    x, y = data(60)
    while True:
        k = float(time.perf_counter())
        nlsq.curve_fit(lambda x, a, b: np.where(x > 1, a * x, b) * k / k, x, y, [1.0, 1.0])
        nlsq.curve_fit(lambda x, a, b: a * x.reshape(6, 10).ravel()[::1] + b, x, y, [1.0, 1.0])


def many():
    x, y = data(50)
    while True:
        nlsq.curve_fit_many(model, x, np.tile(y, (2000, 1)), p0=[1.0, 1.0, 1.0], progress=lambda *_: None)


def logged():
    from nlsq import _core

    _core.set_log(lambda level, line: None)
    fits(model, 20_000)


def ready():
    print("ready", flush=True)


def daemon_threads():
    """Threads of every kind fit while the interpreter ends."""
    start(fits, model, 100)
    start(fits, model, 300_000, threads=2)
    start(fits, called, 200)
    start(fits, called, 100_000)
    for work in (callbacks, residual_fits, traces, many, logged):
        start(work)
    time.sleep(0.4)
    ready()


def sigterm():
    start(fits, model, 300_000)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
    ready()
    fits(model, 300_000, threads=2)


def sigint():
    start(fits, called, 100_000)
    ready()
    fits(model, 300_000)


def fork_in_a_thread():
    """A child is forked by one thread while another fits, fits itself on threads of its own, and ends."""
    x, y = data(200_000)
    expected = nlsq.curve_fit(model, x, y, [1.0, 1.0, 1.0], threads=2).popt
    start(fits, model, 300_000, threads=2)
    outcome = []

    def forks():
        for _ in range(5):
            pid = os.fork()
            if pid == 0:
                same = np.array_equal(nlsq.curve_fit(model, x, y, [1.0, 1.0, 1.0], threads=2).popt, expected)
                os._exit(0 if same else 3)
            outcome.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

    start(forks, daemon=False).join()
    assert outcome == [0] * 5, outcome
    ready()


def spawned():
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    worker = context.Process(target=fits, args=(model, 300_000), daemon=True)
    worker.start()
    start(fits, model, 300_000)
    time.sleep(1.5)
    ready()  # the worker is ended by the parent's exit


def hard_exit():
    start(fits, model, 300_000, threads=2)
    start(fits, called, 1000)
    time.sleep(0.2)
    ready()
    os._exit(5)


def exit_in_a_callback():
    start(fits, model, 300_000)
    x, y = data(300_000)
    ready()
    nlsq.curve_fit(model, x, y, [1.0, 1.0, 1.0], callback=lambda **_: sys.exit(6), progressive=False)


def error_in_a_callback():
    x, y = data(300_000)

    def fail(**_):
        raise ZeroDivisionError("mine")

    def failing():
        while True:
            try:
                nlsq.curve_fit(model, x, y, [1.0, 1.0, 1.0], callback=fail, progressive=False)
            except ZeroDivisionError:
                pass

    start(failing)
    start(failing)
    ready()
    nlsq.curve_fit(called, x, y, [1.0, 1.0, 1.0], callback=fail)


def fits_at_exit():
    """Handlers of the exit fit, too, with other threads at work."""
    x, y = data(100_000)

    def last():
        assert nlsq.curve_fit(model, x, y, [1.0, 1.0, 1.0], threads=2, **LONG).nfev > 0
        assert nlsq.curve_fit(called, x[:100], y[:100], [1.0, 1.0, 1.0]).success
        ready()

    LONG["max_nfev"] = 50
    atexit.register(last)
    start(fits, model, 300_000, threads=2)
    start(callbacks)


def called_models():
    for _ in range(4):
        start(fits, called, 30)
        start(residual_fits)
    time.sleep(0.2)
    ready()


if __name__ == "__main__":
    {f.__name__: f for f in (daemon_threads, sigterm, sigint, fork_in_a_thread, spawned, hard_exit, exit_in_a_callback,
                             error_in_a_callback, fits_at_exit, called_models)}[sys.argv[1]]()  # fmt: skip
