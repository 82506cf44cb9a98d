# SPDX-License-Identifier: MIT
"""The tests notice when a fit returns something slightly wrong: spoiled results (mutants.py) must make them fail."""

import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent
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
    ("curve_fit_many", "popt", "test_many.py"),
    ("curve_fit_many", "pcov", "test_many.py"),
    ("curve_fit_many", "perr", "test_many.py"),
    ("curve_fit_many", "cost", "test_many.py"),
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


def outcomes(arguments):
    """What mutants.py prints for each argument."""
    pytest.importorskip("scipy")
    command = [sys.executable, str(HERE / "mutants.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parents[1])
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_way_of_spoiling_alone_is_not_noticed():
    arguments = list(dict.fromkeys(f"{target} none {tests}" for target, _, tests in MUTANTS))
    assert outcomes(arguments) == [f"{argument} 0 False" for argument in arguments]


def test_spoiled_results_are_noticed():
    arguments = [" ".join(mutant) for mutant in MUTANTS]
    assert outcomes(arguments) == [f"{argument} 1 True" for argument in arguments]


def test_spoiled_statistics_are_noticed():
    arguments = [f"result {name} test_result_statistics.py" for name in MEMBERS]
    assert outcomes(arguments) == [f"{argument} 1 True" for argument in arguments]
