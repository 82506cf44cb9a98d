# SPDX-License-Identifier: MIT
"""The packages of nlsq: what is found by a name in a string is there, and pickles of the time before them are read."""

import pickle
import subprocess
import sys

import numpy as np
import pytest

import nlsq
from nlsq._compat import old_modules
from nlsq._results import late
from nlsq._tracing import dispatch

X = np.linspace(0.0, 4.0, 30)
Y = 2.0 * np.exp(-X) + 0.02 * np.random.default_rng(3).standard_normal(30)


@pytest.mark.parametrize("name", [*dispatch._MODULES, *dispatch._found])
def test_every_operation_is_in_its_module(name):
    assert callable(dispatch.operation(name))
    assert nlsq._operation(name) is dispatch.operation(name)


@pytest.mark.parametrize("name", late._PLACES)
def test_what_is_bound_late_is_there(name):
    assert callable(late.function(name))


@pytest.mark.parametrize(("module", "name"), [(m, n) for m, names in old_modules._PICKLED.items() for n in names])
def test_a_class_is_found_where_old_pickles_look_for_it(module, name):
    found = pickle.loads(f"cnlsq.{module}\n{name}\n.".encode())
    assert callable(found) and found.__name__ == name


def test_a_result_pickled_before_is_read():
    r = nlsq.curve_fit("a*exp(-b*x)", X, Y, [1.0, 1.0])
    text = pickle.dumps(r, 0)
    for now, then in ((b"nlsq._results.result", b"nlsq._store"), (b"nlsq._results.scipy_classes", b"nlsq._scipy_classes"),
                      (b"nlsq._models.formulas", b"nlsq._formulas")):  # fmt: skip
        text = text.replace(now, then)
    assert b"_models" not in text and b"_results" not in text
    again = pickle.loads(text)
    assert again.popt.tolist() == r.popt.tolist() and again.predict(1.0) == r.predict(1.0)


def test_the_core_alone_records_without_a_first_fit():
    code = ("import numpy as np; from nlsq import _core; x = np.arange(5.0);"
            "print(_core.trace(lambda x, a: a * x, x, True, x, ['a'], 5)[0].parameters)")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['a']"
