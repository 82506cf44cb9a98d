# SPDX-License-Identifier: MIT
"""Callbacks see every step, can end a fit at its best point, and are closed."""

import io
import sys

import numpy as np
import pytest
from fits import decay, fit

from nlsq import callbacks
from nlsq.callbacks import CallbackBase, CallbackChain, EarlyStopping, IterationLogger, ProgressBar, StopOptimization


def black_box(x, a, b, c):
    return decay(x, float(a), float(b), float(c))


def watched(callback, f=decay, **options):
    return fit(f, callback=callbacks.adapt(callback), **options)


@pytest.mark.parametrize("f", [decay, black_box])
def test_every_step_is_seen(f):
    seen = []

    def watch(iteration, cost, params, info):
        seen.append((iteration, cost, params, info))

    r = watched(watch, f)
    assert [s[0] for s in seen] == list(range(1, len(seen) + 1)) and len(seen) >= 3
    costs = [s[1] for s in seen]
    assert costs == sorted(costs, reverse=True) and costs[-1] == pytest.approx(r.cost, rel=1e-6)
    assert all(type(s[2]) is np.ndarray and s[2].shape == (3,) for s in seen)
    assert len({id(s[2]) for s in seen}) == len(seen)
    info = seen[1][3]
    assert set(info) == {"nfev", "step_norm", "gradient_norm", "actual_reduction"}
    assert info["actual_reduction"] == costs[0] - costs[1] and seen[0][3]["actual_reduction"] is None
    assert info["nfev"] >= 2 and info["step_norm"] > 0


def stop_by_exception(iteration, cost, params, info):
    if iteration == 2:
        raise StopOptimization("enough")


def stop_by_true(iteration, cost, params, info):
    return iteration == 2


@pytest.mark.parametrize("f", [decay, black_box])
@pytest.mark.parametrize("stop", [stop_by_exception, stop_by_true])
def test_a_callback_ends_the_fit_at_the_best_point(f, stop):
    seen = []

    def watch(iteration, cost, params, info):
        seen.append(params)
        return stop(iteration, cost, params, info)

    r = watched(watch, f)
    assert len(seen) == 2
    assert (r.status, r.success, r.nit) == (-2, False, 2)
    assert "callback" in r.message
    np.testing.assert_array_equal(r.popt, seen[-1])
    assert "stopped" in repr(r)


@pytest.mark.parametrize("answer", [False, None, 1.5, np.ones(3), "yes", 1])
def test_only_true_itself_stops(answer):
    assert watched(lambda **_: answer).success


@pytest.mark.parametrize("f", [decay, black_box])
def test_other_exceptions_reach_the_caller(f):
    def broken(**_):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        watched(broken, f)


def test_the_reason_is_kept():
    adapter = callbacks.adapt(stop_by_exception)
    fit(callback=adapter)
    assert adapter.reason == "enough"
    with pytest.raises(TypeError, match="callable"):
        callbacks.adapt(3)


def test_early_stopping_waits_for_its_patience(capsys):
    stopper = EarlyStopping(patience=2, min_delta=0.1)
    calls = [(1, 5.0), (2, 4.0), (3, 3.95), (4, 3.8), (5, 3.75)]
    for iteration, cost in calls:
        stopper(iteration=iteration, cost=cost, params=None, info={})
    assert (stopper.best_cost, stopper.wait) == (3.8, 1)
    with pytest.raises(StopOptimization, match="2 steps"):
        stopper(iteration=6, cost=3.75, params=None, info={})
    assert "Stopped at step 6" in capsys.readouterr().out
    stopper(iteration=1, cost=9.0, params=None, info={})  # the next fit
    assert (stopper.best_cost, stopper.wait) == (9.0, 0)
    for wrong in ({"patience": 0}, {"min_delta": -1.0}):
        with pytest.raises(ValueError):
            EarlyStopping(**wrong)


def test_early_stopping_ends_a_fit():
    r = watched(EarlyStopping(patience=1, min_delta=1e3, verbose=False))
    assert r.status == -2 and r.nit == 2


def test_the_logger_writes_a_line_a_step(tmp_path, capsys):
    out = io.StringIO()
    logger = IterationLogger(file=out, log_params=True)
    r = watched(logger)
    logger.close()
    lines = out.getvalue().splitlines()
    steps = [line for line in lines if line.startswith("Iter ")]
    assert len(steps) == r.nit and steps[0].startswith("Iter    1 | Cost ")
    assert [part.split()[0] for part in steps[0].split(" | ")] == ["Iter", "Cost", "Grad", "NFev", "Time", "Params"]
    assert lines[0] == "=" * 80 and lines[-1].startswith("Total time")

    with IterationLogger(tmp_path / "log.txt") as to_file:
        watched(to_file)
    assert "Iter    1" in (tmp_path / "log.txt").read_text()
    watched(IterationLogger())
    assert "Iter    1" in capsys.readouterr().out


def test_the_progress_bar_counts_evaluations():
    out = io.StringIO()
    with ProgressBar(max_nfev=20, desc="Fit", file=out) as bar:
        watched(bar)
    assert "Fit" in out.getvalue() and "/20" in out.getvalue()


def test_the_progress_bar_needs_no_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    out = io.StringIO()
    bar = ProgressBar(max_nfev=20, file=out)
    r = watched(bar)
    bar.close()
    assert out.getvalue().startswith("\rOptimizing: ") and out.getvalue().endswith("\n")
    assert f"{r.nit}/20 evaluations" in out.getvalue()


class Recorder(CallbackBase):
    def __init__(self, answer=None):
        self.answer, self.calls, self.closed = answer, 0, 0

    def __call__(self, iteration, cost, params, info):
        self.calls += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def close(self):
        self.closed += 1


@pytest.mark.parametrize("answer", [True, StopOptimization("x")])
def test_a_chain_shows_a_step_to_all_before_it_stops(answer):
    first, second = Recorder(answer), Recorder()
    chain = CallbackChain(first, second)
    r = watched(chain)
    assert r.status == -2 and (first.calls, second.calls) == (1, 1)
    callbacks.adapt(chain).close()
    assert (first.closed, second.closed) == (1, 1)


def test_the_base_class_asks_for_a_call():
    with pytest.raises(NotImplementedError, match="CallbackBase"):
        CallbackBase()(iteration=1, cost=0.0, params=None, info={})
    callbacks.close(lambda: None)
