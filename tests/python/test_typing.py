# SPDX-License-Identifier: MIT
"""Type hints and stubs: what type checkers and editors see of the package."""

import inspect
import pathlib
import subprocess
import sys

import pytest

import nlsq
from nlsq import _types

ROOT = pathlib.Path(__file__).parents[2]
PACKAGE = ROOT / "python" / "nlsq"


def test_the_stub_of_the_core_is_the_checked_in_one(tmp_path):
    pytest.importorskip("nanobind.stubgen")
    made = tmp_path / "_core.pyi"
    command = [sys.executable, "-m", "nanobind.stubgen", "-q", "-m", "nlsq._core", "-o", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    assert made.read_text() == (PACKAGE / "_core.pyi").read_text(), "make stubs, and commit python/nlsq/_core.pyi"


def test_the_package_says_that_it_has_types():
    assert (PACKAGE / "py.typed").exists()


def test_mypy_reads_a_program(tmp_path):
    pytest.importorskip("mypy")
    sample = pathlib.Path(__file__).parent / "typing_sample.py"
    options = ["--strict", "--no-error-summary", "--cache-dir", str(tmp_path)]
    command = [sys.executable, "-m", "mypy", *options, str(sample)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout + done.stderr == "" and done.returncode == 0


def test_the_typed_keywords_are_those_there_are():
    from nlsq._compat import OF_CURVE_FIT
    from nlsq._curve_fit import _KNOWN

    known = {*_KNOWN, *OF_CURVE_FIT, "maxfev"}
    assert {*_types.FitOptions.__annotations__, "full_output", "return_eval"} == known
    from nlsq._many import _KNOWN as of_many

    positional = {"f", "xdata", "ydatas", "p0", "sigma", "absolute_sigma", "bounds", "dim"}
    assert {*_types.ManyOptions.__annotations__, *positional} == {*of_many, "maxfev"}
    from nlsq._least_squares import _DEFAULTS

    assert {*_types.LeastSquaresOptions.__annotations__, "jac"} == set(_DEFAULTS)


@pytest.mark.parametrize("name", nlsq.__all__)
def test_public_functions_say_what_they_return(name):
    value = getattr(nlsq, name)
    if inspect.isfunction(value):
        assert "return" in value.__annotations__
