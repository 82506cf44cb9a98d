# SPDX-License-Identifier: MIT
"""SciPy's own tests against nlsq.scipy, in a process of their own (foreign/run_scipy_suite.py)."""

import pathlib
import subprocess
import sys

import pytest


def test_scipys_own_tests_pass():
    pytest.importorskip("scipy.optimize.tests.test_minpack")
    script = pathlib.Path(__file__).parent / "foreign" / "run_scipy_suite.py"
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    assert "tests of SciPy pass" in done.stdout
