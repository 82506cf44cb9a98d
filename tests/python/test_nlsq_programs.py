# SPDX-License-Identifier: MIT
"""Small programs as users of NLSQ write them, each in a process of its own: imports, words and results they rely on."""

import subprocess
import sys

import pytest

DATA = """
import numpy as np
rng = np.random.default_rng(3)
x = np.linspace(0.0, 5.0, 200)
y = 2.5 * np.exp(-1.3 * x) + 0.5 + 0.01 * rng.normal(size=x.size)
truth = np.array([2.5, 1.3, 0.5])
def model(x, a, b, c):
    return a * np.exp(-b * x) + c
def right(p):
    return bool(np.all(np.abs(np.asarray(p) - truth) < 0.05))
"""

PROGRAMS = {
    "fit with a workflow": """
from nlsq import fit
popt, pcov = fit(model, x, y, p0=[1.0, 1.0, 0.0], workflow="auto")
assert right(popt) and pcov.shape == (3, 3)
""",
    "a global workflow with bounds": """
from nlsq import fit
r = fit(model, x, y, p0=[1.0, 0.5, 0.0], workflow="auto_global", bounds=([0, 0, -1], [10, 5, 1]), n_starts=12)
assert right(r.popt) and r.multistart_diagnostics["n_starts_evaluated"] == 12
""",
    "a workflow for a cluster": """
import warnings
from nlsq import fit
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    popt, _ = fit(model, x, y, workflow="hpc", bounds=([0, 0, -1], [10, 5, 1]), checkpoint_dir="runs", run_id="a", seed=1)
assert right(popt) and 1 <= len(seen) <= 3 and all("checkpoint" in str(w.message) for w in seen)
""",
    "the core's fit": """
from nlsq.core.minpack import CurveFit, curve_fit, fit
import nlsq
assert curve_fit is nlsq.curve_fit and fit is nlsq.fit and CurveFit is nlsq.CurveFit
assert right(CurveFit().curve_fit(model, x, y, p0=[1, 1, 1])["popt"])
assert right(fit(model, x, y, workflow="auto_global", bounds=([0, 0, 0], [9, 9, 9]))["x"])
""",
    "flat modules of 0.3": """
from nlsq.minpack import CurveFit, curve_fit
from nlsq.least_squares import LeastSquares, jacobian_mode_selector
import nlsq, inspect
assert callable(nlsq.least_squares) and inspect.isfunction(nlsq.least_squares)
assert right(nlsq.least_squares(lambda p: model(x, *p) - y, [1.0, 1.0, 1.0]).x)
assert right(LeastSquares().least_squares(lambda p: model(x, *p) - y, [1.0, 1.0, 1.0]).x)
assert jacobian_mode_selector(3, 200)[0] == "fwd" and jacobian_mode_selector(200, 3)[0] == "rev"
assert jacobian_mode_selector(200, 3, "fwd") == ("fwd", "fwd was asked for")
""",
    "the module before the function": """
import nlsq.least_squares
from nlsq import least_squares
from nlsq.core.least_squares import LeastSquares
import nlsq, pickle
assert least_squares is nlsq.least_squares is pickle.loads(pickle.dumps(nlsq.least_squares))
assert LeastSquares is nlsq.LeastSquares and right(least_squares(lambda p: model(x, *p) - y, [1.0, 1.0, 1.0]).x)
""",
    "functions of the core": """
from nlsq.core.functions import exponential_decay, gaussian
from nlsq import curve_fit, functions
assert exponential_decay is functions.exponential_decay
assert right(curve_fit(exponential_decay, x, y, p0="auto").popt)
""",
    "the names of the core": """
from nlsq.core import CurveFit, LeastSquares, curve_fit, functions
import nlsq.core
assert nlsq.core.functions is nlsq.functions and right(curve_fit(model, x, y).popt)
""",
    "who chose the mode": """
import os
os.environ.pop("NLSQ_JACOBIAN_MODE", None)
from nlsq.config import get_jacobian_mode, set_jacobian_mode
from nlsq import curve_fit
assert get_jacobian_mode() == ("auto", "auto-default")
set_jacobian_mode("rev")
assert get_jacobian_mode() == ("rev", "environment variable")
r = curve_fit(model, x, y)
assert (r.jacobian_mode, r.jacobian_mode_source) == ("rev", "environment")
try:
    set_jacobian_mode("reverse")
except ValueError as error:
    assert "auto, fwd, rev" in str(error)
else:
    raise SystemExit("accepted")
""",
    "the mode of the settings file": """
import json, os, pathlib, tempfile
os.environ.pop("NLSQ_JACOBIAN_MODE", None)
home = tempfile.mkdtemp()
os.environ["HOME"] = home
pathlib.Path(home, ".nlsq").mkdir()
pathlib.Path(home, ".nlsq", "config.json").write_text(json.dumps({"jacobian_mode": "fwd"}))
from nlsq.config import get_jacobian_mode
assert get_jacobian_mode() == ("fwd", "config file")
""",
    "double precision": """
from nlsq.config import enable_x64, is_x64_enabled
enable_x64()
assert is_x64_enabled() is True
from nlsq import curve_fit
assert curve_fit(model, x.astype("f4"), y.astype("f4")).popt.dtype == np.float64
""",
    "iterations are limited": """
import warnings
from nlsq import curve_fit
assert right(curve_fit(model, x, y, maxiter=500).popt)
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    assert not curve_fit(model, x, y, [9.0, 9.0, 9.0], maxiter=2).success
assert any("did not converge" in str(w.message) for w in seen)
""",
    "hybrid streaming": """
import warnings
from nlsq import curve_fit
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    r = curve_fit(model, x, y, p0=[1, 1, 1], method="hybrid_streaming", verbose=0)
    assert not seen
    curve_fit(model, x, y, p0=[1, 1, 1], method="hybrid_streaming", warmup_iterations=200, gauss_newton_tol=1e-8)
assert right(r.popt) and len(seen) == 2 and all("every pass is over all rows" in str(w.message) for w in seen)
""",
    "presets": """
from nlsq import fit
for preset, starts in (("robust", 50), ("global", 200)):
    r = fit(model, x, y, preset=preset, bounds=([0, 0, 0], [9, 9, 9]))
    assert right(r.popt) and r.multistart_diagnostics["n_starts_configured"] == starts
assert right(fit(model, x, y, preset="fast").popt)
""",
    "jax.numpy, a callback and a summary": """
try:
    import jax.numpy as jnp
except ImportError:
    raise SystemExit(0)
import io, contextlib
from nlsq import CurveFit, EarlyStopping
def f(x, a, b, c):
    return a * jnp.exp(-b * x) + c
seen = []
r = CurveFit(flength=256).curve_fit(f, x, y, p0=[1.0, 1.0, 1.0], callback=lambda iteration, cost, params, info: seen.append(cost))
out = io.StringIO()
with contextlib.redirect_stdout(out):
    r.summary()
assert right(r.popt) and seen and "2.5" in out.getvalue()
""",
    "many rows under NLSQ's names": """
from nlsq import curve_fit_large
X = np.tile(x, 500)
popt, pcov = curve_fit_large(model, X, np.tile(y, 500), p0=[1.0, 1.0, 1.0], memory_limit_gb=None, chunk_size=None)
assert right(popt)
""",
    "a module that is not there": """
for name, word in (("nlsq.streaming_optimizer", "planned"), ("nlsq.smart_cache", "get_cache_stats"), ("nlsq.caching", "cache"),
                   ("nlsq.stability", "r.rank"), ("nlsq.algorithm_selector", "method='auto'")):
    try:
        __import__(name)
    except ModuleNotFoundError as error:
        assert word in str(error), (name, str(error))
    else:
        raise SystemExit(name)
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_of_an_nlsq_user_runs(name, tmp_path):
    done = subprocess.run([sys.executable, "-c", DATA + PROGRAMS[name]], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
