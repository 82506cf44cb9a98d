# SPDX-License-Identifier: MIT
"""Results, warnings and exceptions are copied, pickled and sent to other processes, with SciPy imported or not."""

import json
import pathlib
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest
from pickled import KINDS, P0, X, Y, difference, undetermined

import nlsq
import nlsq.scipy


@pytest.fixture(scope="module")
def wrong():
    program = pathlib.Path(__file__).with_name("pickled.py")
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("kind", KINDS)
def test_copies_and_pickles(wrong, kind):
    assert wrong[kind] == []


def test_classes_are_scipys_and_can_be_found_by_name():
    import scipy.optimize as so

    for value in (nlsq.curve_fit("a*x + b", X, Y, [1, 1]), nlsq.scipy.least_squares(lambda p: p - 1.0, [0.0])):
        assert isinstance(value, so.OptimizeResult) and isinstance(value, nlsq.OptimizeResult)
        assert pickle.loads(pickle.dumps(type(value))) is type(value)
    warning = undetermined(nlsq)
    assert isinstance(warning, so.OptimizeWarning) and isinstance(warning, nlsq.OptimizeWarning)
    with warnings.catch_warnings(), pytest.raises(so.OptimizeWarning):
        warnings.simplefilter("error", so.OptimizeWarning)
        nlsq.scipy.curve_fit(lambda x, a, b: a + b + 0 * x, X, Y)


def test_a_class_of_ones_own_keeps_working():
    import scipy.optimize as so

    class Mine(nlsq.CurveFitResult):
        __slots__ = ()

        def twice(self):
            return 2 * self.popt

    made = Mine({"popt": np.ones(2), "pcov": np.eye(2)})
    assert isinstance(made, Mine) and isinstance(made, so.OptimizeResult)
    assert made.twice().tolist() == [2.0, 2.0]


def test_a_pickle_is_read_where_there_is_no_scipy():
    import scipy.optimize  # noqa: F401

    sent = [nlsq.scipy.least_squares(lambda p: p - 1.0, [0.0]), undetermined(nlsq), nlsq.curve_fit("a*x", X, Y, [1.0])]
    program = (
        "import sys, pickle; sys.modules['scipy'] = None\n"
        "a, b, c = pickle.loads(sys.stdin.buffer.read())\n"
        "import nlsq\n"
        "assert type(a) is nlsq.OptimizeResult and type(b) is nlsq.OptimizeWarning and type(c) is nlsq.CurveFitResult\n"
    )
    done = subprocess.run([sys.executable, "-c", program], input=pickle.dumps(sent), capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_by_reference_pickles_of_other_packages():
    cloudpickle = pytest.importorskip("cloudpickle")
    joblib = pytest.importorskip("joblib")
    import scipy.optimize  # noqa: F401

    results = [nlsq.curve_fit("a*exp(-b*x) + c", X, Y, P0), nlsq.scipy.least_squares(lambda p: p - 1.0, [0.0])]
    for result in results:
        assert difference(result, pickle.loads(cloudpickle.dumps(result))) is None
    for sent, back in zip(results, joblib.Parallel(n_jobs=2)(joblib.delayed(dict.copy)(r) for r in results)):
        assert all(np.array_equal(sent[k], back[k]) for k in ("x", "cost") if k in back)
