# SPDX-License-Identifier: MIT
"""`import nlsq` is light: it loads nothing that a fit does not need."""

import ast
import pathlib
import subprocess
import sys

import pytest

import nlsq

ROOT = pathlib.Path(__file__).parents[2]
# What some module here once used, and what only some fits use.
HEAVY = {
    "scipy", "jax", "dask", "distributed", "xarray", "pandas", "matplotlib", "tqdm", "statistics", "random", "decimal", "fractions", "json", "dis",
    "html", "importlib.metadata", "nlsq.scipy", "nlsq._scipy.curve_fit", "nlsq._scipy.least_squares",
    "nlsq._fits.least_squares", "nlsq.functions", "nlsq.callbacks", "nlsq._compat.names", "nlsq._results.store",
    "nlsq._results.plot", "nlsq._results.show",
    "numpy.ma", "nlsq._engine.called", "nlsq._engine.memory",
}  # fmt: skip
# What models need that do more with arrays than ufuncs.
OF_ARRAYS = {f"nlsq._tracing.{name}" for name in ("allowed_functions", "row_items", "blocks", "broadcast", "joined")}
FIT = """
import numpy as np
x = np.linspace(0.0, 4.0, 50)
r = nlsq.curve_fit(lambda x, a, b: a * np.exp(-b * x), x, np.exp(-x) + 0.01 * np.cos(9.0 * x))
r.popt, r.pcov, r.success
"""


def new_modules(code, before=""):
    """What code loads beyond NumPy and `before`, in a process of its own."""
    script = f"import sys, numpy\n{before}\nold = set(sys.modules)\n{code}\nprint(*sorted(set(sys.modules) - old))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_loads_only_the_core():
    assert new_modules("import nlsq") - {"atexit"} == {"nlsq", "nlsq._core"}


def test_numpy_is_loaded_by_the_first_fit_and_not_before():
    code = "import nlsq, sys; assert 'numpy' not in sys.modules; nlsq.curve_fit; assert 'numpy' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_fit_loads_nothing_heavy():
    loaded = new_modules("import nlsq" + FIT)
    assert "nlsq._engine.fit" in loaded
    assert not {m for m in loaded if m in HEAVY | OF_ARRAYS or m.partition(".")[0] in HEAVY}


def test_threads_load_what_their_models_need_at_once():
    code = """
import threading
import numpy as np
x = np.linspace(0.1, 4.0, 50)
models = [
    lambda x, a, b: np.where(x > 1.0, a, b * x),
    lambda x, a, b: np.concatenate([a * x[:20], b * x[20:]]),
    lambda x, a, b: (np.array([a, b])[:, None] * x).sum(axis=0) + a,
    lambda x, a, b: np.cumsum(a * x) + b,
] * 2
ready, engines = threading.Barrier(len(models)), [None] * len(models)
def fit(i):
    ready.wait()
    engines[i] = nlsq.curve_fit(models[i], x, models[i](x, 1.5, 0.5)).engine
threads = [threading.Thread(target=fit, args=(i,)) for i in range(len(models))]
[t.start() for t in threads]
[t.join() for t in threads]
assert engines == ["interpreter", "interpreter", "interpreter", "callback"] * 2, engines
"""
    assert new_modules("import nlsq" + code) >= OF_ARRAYS | {"nlsq._engine.called"}


def test_a_second_use_loads_nothing():
    assert not new_modules(FIT, before="import nlsq" + FIT)


@pytest.mark.parametrize("name", [*nlsq.__all__, "result", "scipy"])
def test_every_public_name_is_there(name):
    assert getattr(nlsq, name) is not None
    assert name in dir(nlsq)


@pytest.mark.parametrize("path", sorted((ROOT / "python" / "nlsq").rglob("*.py")), ids=lambda path: path.stem)
def test_modules_import_numpy_and_each_other_alone(path):
    allowed = {"numpy", "nlsq", *sys.stdlib_module_names}
    for node in ast.parse(path.read_text("utf-8")).body:
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) else []
        assert not [name for name in names if name.partition(".")[0] not in allowed]


def test_a_checkout_without_the_program_says_so():
    done = subprocess.run([sys.executable, "-m", "nlsq", "--version"], capture_output=True, text=True)
    assert done.stdout.startswith("nlsq ") if done.returncode == 0 else "make build" in done.stderr


def test_the_lists_of_names_agree():
    assert {*nlsq._LAZY, *nlsq._MODULES, "clear_cache", "get_cache_stats"} == {*nlsq.__all__, "result", "scipy"}
    assert {*nlsq.__all__, "result", "scipy"} <= set(dir(nlsq))
    assert nlsq.fit is nlsq.curve_fit


def test_the_version_is_the_file():
    assert nlsq.__version__ == (ROOT / "VERSION").read_text().strip()
