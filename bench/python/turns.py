# SPDX-License-Identifier: MIT
"""The curves that benches fit, and timing in turns.

Both sides are asked how fast they are when hot, so they run in turns of some 50 ms, and the first call of a turn is not
counted: it finds the caches, and the threads of the other side, as that left them.
"""

import itertools
import statistics
import time

import numpy as np

TURN = 0.05  # seconds
LEAST = 3  # calls a turn that count

MODELS = {
    "exponential": (lambda x, a, b, c: a * np.exp(-b * x) + c, (2.5, 1.3, 0.5), (1.0, 1.0, 1.0)),
    "Gaussian": (lambda x, a, m, s: a * np.exp(-((x - m) ** 2) / (2 * s**2)), (3.0, 2.0, 0.6), (2.0, 1.7, 0.9)),
    "cubic": (lambda x, a, b, c, d: a + x * (b + x * (c + x * d)), (1.0, -2.0, 0.5, 0.1), (1.0, 1.0, 1.0, 1.0)),
    "sinusoid": (lambda x, a, w, p, c: a * np.sin(w * x + p) + c, (2.0, 3.0, 0.5, 1.0), (1.5, 2.9, 0.3, 0.5)),
}


def problem(name, rows):
    """model, x, y, p0: noise of 0.1 on `rows` places from 0 to 4."""
    model, true, p0 = MODELS[name]
    x = np.linspace(0.0, 4.0, rows)
    return model, x, model(x, *true) + 0.1 * np.random.default_rng(rows).standard_normal(rows), p0


def in_turns(fits, seconds, turns=1):
    """Median microseconds of each function: so many turns at least, and until the seconds are over."""
    times = [[] for _ in fits]
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or turns > 0:
        for fit, taken in zip(fits, times):
            fit()
            turn_ends = time.perf_counter() + TURN
            for count in itertools.count(1):
                began = time.perf_counter()
                fit()
                ended = time.perf_counter()
                taken.append(1e6 * (ended - began))
                if ended > turn_ends and count >= LEAST:
                    break
        turns -= 1
    return [statistics.median(taken) for taken in times]
