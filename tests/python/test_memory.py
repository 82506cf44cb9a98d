# SPDX-License-Identifier: MIT
"""estimate_memory_requirements, and memory_limit of curve_fit."""

import math
import os
import subprocess
import sys

import numpy as np
import pytest

import nlsq

X = np.linspace(0.0, 4.0, 50_000)
Y = 2.5 * np.exp(-1.3 * X) + 0.5 + 0.05 * np.sin(37.0 * np.arange(len(X)))


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


def called(x, a, b, c):
    return a * np.exp(-b * x) + math.floor(c)  # which no recorded value has


def test_a_model_is_known_as_function_and_as_formula():
    r = nlsq.estimate_memory_requirements(len(X), 3, decay)
    assert r == nlsq.estimate_memory_requirements(len(X), 3, "y = a*exp(-b*x) + c")
    assert (r.n_points, r.n_params, r.engine) == (len(X), 3, "interpreter")
    assert r.data_bytes == 16 * len(X)
    assert 0 < r.working_bytes <= r.most_bytes
    total = r.data_bytes + r.working_bytes
    assert r.memory_per_point_bytes == total / len(X)
    assert r.safety_factor == 1.05
    assert r.total_memory_estimate_gb == 1.05 * total / 2**30
    assert (r.recommended_chunk_size, r.n_chunks) == (len(X), 1)
    assert r.sample_rows == 1024


def test_many_rows_need_little_beside_the_data():
    r = nlsq.estimate_memory_requirements(10**9, 3, decay)
    assert r.data_bytes == 16 * 10**9
    assert r.working_bytes < 32 * 2**20


def test_without_a_model_an_ordinary_one_is_assumed():
    known, any_ = (nlsq.estimate_memory_requirements(len(X), 3, *model) for model in ((decay,), ()))
    assert any_.engine is None
    assert any_.safety_factor == 1.2
    assert any_.working_bytes == pytest.approx(known.working_bytes, rel=0.5)
    assert any_.total_memory_estimate_gb > known.total_memory_estimate_gb


def test_functions_that_are_called_store_their_jacobian():
    rows, more = 10**5, 10**6
    less, much = (nlsq.estimate_memory_requirements(m, 3, called) for m in (rows, more))
    assert less.engine == much.engine == "callback"
    growth = (much.working_bytes - less.working_bytes) / (more - rows)
    assert growth >= 8 * 4  # the Jacobian and the residuals
    recorded = [nlsq.estimate_memory_requirements(m, 3, decay).working_bytes for m in (rows, more)]
    assert recorded[1] - recorded[0] < more - rows


CALLED = """
import sys
import numpy as np
import nlsq
def most():  # bytes of this program so far; what rusage has is that of its parent where that is larger
    with open("/proc/self/status") as status:
        return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))
def model(x, a, b, c):
    values = np.multiply(x, -float(b))  # one array of its own
    np.exp(values, out=values)
    values *= a
    values += c
    return values
rows = int(sys.argv[1])
x = np.linspace(0.0, 4.0, rows)
y = model(x, 2.5, 1.3, 0.5) + 0.01 * np.sin(1e5 * x)
nlsq.curve_fit(model, x[:100], y[:100], [2.0, 1.0, 0.5])
try:
    with open("/proc/self/clear_refs", "w") as peak:
        peak.write("5")  # the peak is what is in use now, whatever was before
except OSError:
    sys.exit(75)
before = most()
r = nlsq.curve_fit(model, x, y, [2.0, 1.0, 0.5])
after = most()
assert r.engine == "callback"
print(after - before, nlsq.estimate_memory_requirements(rows, 3, model).working_bytes)
"""


def test_what_a_called_model_takes_is_what_was_said():
    rows = 2_000_000
    # Large arrays are the system's, one by one, so that what is freed is gone.
    environment = {**os.environ, "MALLOC_MMAP_THRESHOLD_": str(2**20)}
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", CALLED, str(rows)], capture_output=True, text=True,
                          env=environment)  # fmt: skip
    if done.returncode == 75:
        pytest.skip("the peak of memory cannot be reset here")
    assert done.returncode == 0, done.stderr
    taken, said = map(int, done.stdout.split())
    assert taken - 8 * rows == pytest.approx(said, rel=0.03)  # without the array that the model makes


@pytest.mark.parametrize("limit", [2**20, "1M", "1 MiB", np.int64(2**20)])
def test_a_limit_is_kept(limit):
    free = nlsq.curve_fit(decay, X, Y, [1, 1, 1])
    kept = nlsq.curve_fit(decay, X, Y, [1, 1, 1], memory_limit=limit)
    assert kept.success
    assert np.all(np.abs(kept.popt - free.popt) < 1e-3 * free.perr)


def test_a_search_from_many_starts_takes_a_limit_and_a_precision():
    x, y = X[::100], Y[::100]
    r = nlsq.curve_fit(decay, x, y, [1, 1, 1], n_starts=4, memory_limit="1M", precision="double")
    assert r.success and r.precision == "float64"


def test_the_least_limit_is_named():
    least = nlsq.estimate_memory_requirements(len(X), 3, decay).minimum_bytes
    assert nlsq.curve_fit(decay, X, Y, [1, 1, 1], memory_limit=least).success
    with pytest.raises(ValueError, match="memory_limit: .* is too little; this fit needs at least"):
        nlsq.curve_fit(decay, X, Y, [1, 1, 1], memory_limit=least - 1)


def test_a_called_function_that_needs_more_is_refused():
    x, y = X[:1000], Y[:1000]
    options = {"p0": [1, 1, 1], "jac": "2-point"}
    least = nlsq.estimate_memory_requirements(1000, 3, called).minimum_bytes
    assert nlsq.curve_fit(decay, x, y, memory_limit=least, **options).engine == "callback"
    with pytest.raises(ValueError, match="calls the model as it is"):
        nlsq.curve_fit(decay, x, y, memory_limit=least - 1, **options)


@pytest.mark.parametrize(
    "limit, error", [("much", ValueError), (0, ValueError), (-1, ValueError), (1.5, TypeError), ([1], TypeError)]
)
def test_what_is_no_limit(limit, error):
    with pytest.raises(error, match="memory_limit"):
        nlsq.curve_fit(decay, X, Y, memory_limit=limit)


def test_what_is_no_problem():
    for arguments in ((0, 3), (10, 0), (10, 3, 5), (10, 2, decay), ("many", 3)):
        with pytest.raises((TypeError, ValueError)):
            nlsq.estimate_memory_requirements(*arguments)
    with pytest.raises(ValueError):
        nlsq.estimate_memory_requirements(10, 2, "a*exp(-b*x) + c")
