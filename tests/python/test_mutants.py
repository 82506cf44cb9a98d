# SPDX-License-Identifier: MIT
"""The tests notice when a fit returns something slightly wrong: spoiled results (mutants.py) must make them fail."""

import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent
# They look at the line that a warning points to, which is the plugin's.
LINES = "not test_covariance_that_cannot_be_estimated and not test_tolerances_below_epsilon_are_told"
MUTANTS = [
    # (what is spoiled, how, the tests that must notice)
    ("scipy.curve_fit", "popt", "test_scipy_curve_fit.py"),
    ("scipy.curve_fit", "pcov", "test_scipy_curve_fit.py"),
    ("scipy.curve_fit", "fvec", "test_scipy_curve_fit.py"),
    ("curve_fit", "popt", "test_reference.py"),
    ("curve_fit", "pcov", "test_reference.py"),
    ("curve_fit", "perr", "test_reference.py"),
    ("curve_fit", "jac", "test_reference.py"),
    ("curve_fit", "cost", "test_reference.py"),
    ("curve_fit", "fvec", "test_reference.py"),
    ("least_squares", "popt", "test_reference.py"),
    ("least_squares", "jac", "test_reference.py"),
    ("least_squares", "cost", "test_reference.py"),
    ("least_squares", "fvec", "test_reference.py"),
    ("scipy.least_squares", "popt", "test_scipy_least_squares.py"),
    ("scipy.least_squares", "fvec", "test_scipy_least_squares.py"),
    ("scipy.least_squares", "cost", "test_scipy_least_squares.py"),
]
# Of results, all 0.1 % too large.
MEMBERS = """
predictions residuals predict confidence_intervals confidence_band prediction_interval correlation r_squared
adj_r_squared rmse mae aic aicc bic rss chi2 reduced_chi2 p_value
""".split()


def run(target, mutation, tests):
    """(exit status, output) of tests on spoiled results; 1 means that a test failed."""
    env = {**os.environ, "NLSQ_MUTANT": f"{target} {mutation}"}
    env["PYTHONPATH"] = os.pathsep.join([str(HERE), *filter(None, [env.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "mutants", "-p", "no:cacheprovider", "-k", LINES]
    command.append(str(HERE / tests))
    done = subprocess.run(command, env=env, capture_output=True, text=True, cwd=HERE.parents[1])
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("target, mutation, tests", MUTANTS, ids=[" ".join(m[:2]) for m in MUTANTS])
def test_spoiled_results_are_noticed(target, mutation, tests):
    pytest.importorskip("scipy")
    status, output = run(target, mutation, tests)
    assert status == 1, output
    assert "AssertionError" in output


def test_spoiled_statistics_are_noticed():
    pytest.importorskip("scipy")
    command = [sys.executable, str(HERE / "mutants.py"), str(HERE / "test_result_statistics.py"), "none", *MEMBERS, "none"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parents[1])
    expected = ["none 0 False", *(f"{name} 1 True" for name in MEMBERS), "none 0 False"]
    assert done.stdout.splitlines() == expected, done.stdout + done.stderr


@pytest.mark.parametrize("target, tests", dict.fromkeys((target, tests) for target, _, tests in MUTANTS))
def test_the_way_of_spoiling_alone_is_not_noticed(target, tests):
    pytest.importorskip("scipy")
    status, output = run(target, "none", tests)
    assert status == 0, output
