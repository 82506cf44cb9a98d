# SPDX-License-Identifier: MIT
"""Watching a fit and ending it early.

A callback is called after every accepted step as ``callback(iteration=, cost=, params=, info=)``: iteration counts from
1, params is an array of its own, info has nfev, step_norm, gradient_norm and actual_reduction (None at the first).
If it returns True or raises StopOptimization the fit ends at the best point so far, with status -2 and success False.
Any other exception goes through to the caller of the fit. ``close()`` is called at the end.
"""

import sys
import time
from collections.abc import Callable

import numpy as np

from nlsq._base.errors import StopOptimization

__all__ = ["CallbackBase", "CallbackChain", "EarlyStopping", "IterationLogger", "ProgressBar", "StopOptimization"]


class CallbackBase:
    """A callback with an end; use it in a ``with`` block or let the fit close it."""

    def __call__(self, iteration: int, cost: float, params: np.ndarray, info: dict) -> bool | None:
        """True ends the fit."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(iteration, cost, params, info)")

    def close(self) -> None:
        """Called once the fit is over."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class ProgressBar(CallbackBase):
    """A progress bar by tqdm, or without it one line on stderr that is rewritten.

    max_nfev : evaluations at which the bar is full (None: it only counts).  desc : text before it.  Further keywords
    go to tqdm.
    """

    def __init__(self, max_nfev: int | None = None, desc: str = "Optimizing", **tqdm_kw):
        self.max_nfev, self.desc, self.tqdm_kw = max_nfev, desc, tqdm_kw
        self._bar = None
        self._last = 0

    def __call__(self, iteration, cost, params, info):
        if self._bar is None:
            self._bar = self._open()
        nfev = info.get("nfev") or iteration
        self._bar.set_postfix_str(f"cost {cost:.6g}", refresh=False)
        self._bar.update(max(0, nfev - self._last))
        self._last = nfev

    def _open(self):
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return _PlainBar(self.desc, self.max_nfev, self.tqdm_kw.get("file"))
        return tqdm(total=self.max_nfev, desc=self.desc, unit="nfev", **self.tqdm_kw)

    def close(self):
        """Ends the line; the bar starts anew at the next fit."""
        if self._bar is not None:
            self._bar.close()
        self._bar, self._last = None, 0


class _PlainBar:
    """What is used of tqdm, as one rewritten line."""

    def __init__(self, desc, total, file, unit="evaluations"):
        self.desc, self.total, self.file, self.unit = desc, total, sys.stderr if file is None else file, unit
        self.done, self.note = 0, ""

    def set_postfix_str(self, note, refresh=True):
        self.note = note

    def update(self, n):
        self.done += n
        of = "" if self.total is None else f"/{self.total}"
        print(f"\r{self.desc}: {self.done}{of} {self.unit}{self.note and ', ' + self.note}", end="", file=self.file, flush=True)

    def close(self):
        print(file=self.file, flush=True)


def count_bar(desc):
    """(a function of (done, of), what ends it): a bar by tqdm, or one rewritten line."""
    bar = None

    def show(done, of):
        nonlocal bar
        if bar is None:
            try:
                from tqdm.auto import tqdm

                bar = tqdm(total=of, desc=desc, unit="fit")
            except ImportError:
                bar = _PlainBar(desc, of, None, "fits")
        bar.update(done - getattr(bar, "done" if isinstance(bar, _PlainBar) else "n"))

    return show, lambda: bar is None or bar.close()


class IterationLogger(CallbackBase):
    """One line a step: ``Iter 3 | Cost 1.234567e+00 | Grad 1.2e-03 | NFev 4 | Time 0.01s``.

    filename : written to (mode "w" or "a"), else ``file``, else standard output.  log_params : the parameters too.
    """

    def __init__(self, filename=None, mode: str = "w", log_params: bool = False, file=None):
        self.log_params = log_params
        self._owned = None if filename is None else open(filename, mode, encoding="utf-8")  # noqa: SIM115
        self._file = file
        self._start = None

    @property
    def _out(self):
        return self._owned or self._file or sys.stdout

    def __call__(self, iteration, cost, params, info):
        if self._start is None:
            self._start = time.perf_counter()
            print("=" * 80, "Iterations", "=" * 80, sep="\n", file=self._out)
        gradient = info.get("gradient_norm")
        parts = [
            f"Iter {iteration:4d}",
            f"Cost {cost:.6e}",
            f"Grad {'-' if gradient is None else format(gradient, '.3e')}",
            f"NFev {info.get('nfev', 0):4d}",
            f"Time {time.perf_counter() - self._start:.2f}s",
        ]
        if self.log_params:
            parts.append("Params [" + ", ".join(f"{p:.6g}" for p in params) + "]")
        print(" | ".join(parts), file=self._out, flush=True)

    def close(self):
        """Writes the last line and closes a file opened by name."""
        if self._start is not None:
            elapsed = time.perf_counter() - self._start
            print("=" * 80, f"Total time {elapsed:.2f}s", sep="\n", file=self._out, flush=True)
            self._start = None
        if self._owned is not None:
            self._owned.close()
            self._owned = None


class EarlyStopping(CallbackBase):
    """Ends the fit once the cost has not fallen by more than min_delta for ``patience`` steps in a row.

    min_delta is in the units of the cost. best_cost and wait tell where it is.
    """

    def __init__(self, patience: int = 10, min_delta: float = 1e-6, verbose: bool = True):
        if patience < 1:
            raise ValueError(f"patience is {patience}; it must be 1 or more")
        if not min_delta >= 0.0:
            raise ValueError(f"min_delta is {min_delta}; it must not be negative")
        self.patience, self.min_delta, self.verbose = patience, min_delta, verbose
        self.best_cost, self.wait = np.inf, 0

    def __call__(self, iteration, cost, params, info):
        if iteration == 1:
            self.best_cost, self.wait = np.inf, 0
        if cost < self.best_cost - self.min_delta:
            self.best_cost, self.wait = cost, 0
            return
        self.wait += 1
        if self.wait >= self.patience:
            if self.verbose:
                print(f"Stopped at step {iteration}: no gain of {self.min_delta:g} in {self.patience} steps")
            raise StopOptimization(f"no gain of more than {self.min_delta:g} in {self.patience} steps")


class CallbackChain(CallbackBase):
    """Calls several callbacks in turn. All of them see every step; the fit ends if one asks for it."""

    def __init__(self, *callbacks: Callable):
        self.callbacks = list(callbacks)

    def __call__(self, iteration, cost, params, info):
        stop = None
        for callback in self.callbacks:
            try:
                if callback(iteration=iteration, cost=cost, params=params, info=info) is True:
                    stop = stop or StopOptimization("a callback returned True")
            except StopOptimization as asked:
                stop = stop or asked
        if stop is not None:
            raise stop

    def close(self):
        """Closes each."""
        for callback in self.callbacks:
            close(callback)


def close(callback) -> None:
    """Calls callback.close() if it has one."""
    end = getattr(callback, "close", None)
    if callable(end):
        end()


class _Adapter:
    """A user's callback as the core calls it; ``reason`` says afterwards why it ended the fit."""

    __slots__ = ("callback", "reason", "_cost")

    def __init__(self, callback):
        self.callback, self.reason, self._cost = callback, None, None

    def __call__(self, iteration, nfev, cost, step_norm, optimality, parameters):
        if iteration == 1:  # also of a second attempt
            self._cost = None
        info = {
            "nfev": nfev,
            "step_norm": step_norm,
            "gradient_norm": optimality,
            "actual_reduction": None if self._cost is None else self._cost - cost,
        }
        self._cost = cost
        try:
            answer = self.callback(iteration=iteration, cost=cost, params=parameters, info=info)
        except StopOptimization as asked:
            self.reason = str(asked) or "StopOptimization"
            return True
        # Only True itself stops a fit: a callback may return its cost or an array by accident.
        if answer is True or (isinstance(answer, np.bool_) and bool(answer)):
            self.reason = "the callback returned True"
            return True
        return False

    def close(self):
        close(self.callback)


def adapt(callback: Callable) -> _Adapter:
    """callback(iteration=, cost=, params=, info=) as the core's (iteration, nfev, cost, step_norm, optimality, p).

    Call ``close()`` of what is returned once the fit is over, also after an exception.
    """
    if not callable(callback):
        raise TypeError(f"callback must be callable, not {type(callback).__name__}")
    return _Adapter(callback)
