# SPDX-License-Identifier: MIT
"""Type hints and stubs: what type checkers and editors see of the package."""

import inspect
import pathlib
import subprocess
import sys

import pytest

import nlsq
from nlsq._base import option_types as _types

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
    from nlsq._fits.nlsq_arguments import OF_CURVE_FIT
    from nlsq._fits.options import KNOWN as _KNOWN

    known = {*_KNOWN, *OF_CURVE_FIT, "maxfev"}
    assert {*_types.FitOptions.__annotations__, "full_output", "return_eval"} == known
    from nlsq._many.curve_fit_many import _KNOWN as of_many

    positional = {"f", "xdata", "ydatas", "p0", "sigma", "absolute_sigma", "bounds", "dim"}
    assert {*_types.ManyOptions.__annotations__, *positional} == {*of_many, "maxfev"}
    from nlsq._fits.least_squares import _DEFAULTS

    assert {*_types.LeastSquaresOptions.__annotations__, "jac"} == set(_DEFAULTS)


@pytest.mark.parametrize("name", nlsq.__all__)
def test_public_functions_say_what_they_return(name):
    value = getattr(nlsq, name)
    if inspect.isfunction(value):
        assert "return" in value.__annotations__


def shown(function):
    """(by position, by keyword alone) of what inspect and help() show: name: default."""
    found = inspect.signature(function).parameters.values()
    kinds = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    return tuple({p.name: p.default for p in found if p.kind is kind} for kind in kinds)


@pytest.mark.parametrize("function, first", [
    (nlsq.curve_fit, ["f", "xdata", "ydata"]), (nlsq.fit, ["f", "xdata", "ydata"]),
    (nlsq.curve_fit_large, ["f", "xdata", "ydata"]), (nlsq.CurveFit.fit, ["self", "xdata", "ydata"]),
    (nlsq.CurveFit().fit, ["xdata", "ydata"]), (nlsq.CurveFit.curve_fit, ["self", "f", "xdata", "ydata"]),
])  # fmt: skip
def test_the_arguments_of_curve_fit_are_shown(function, first):
    from nlsq._fits.nlsq_arguments import OF_CURVE_FIT
    from nlsq._fits.options import DEFAULTS as _DEFAULTS, POSITIONAL as _POSITIONAL

    positional, keywords = shown(function)
    assert list(positional) == [*first, *_POSITIONAL]
    everything = {*positional, *keywords} - set(first)
    assert everything | OF_CURVE_FIT == {*_types.FitOptions.__annotations__, "full_output", "return_eval"}
    for name, value in {**positional, **keywords}.items():
        if name in _DEFAULTS:
            assert value is _DEFAULTS[name]


def test_the_arguments_of_the_others_are_shown():
    from nlsq._fits.least_squares import _DEFAULTS

    for function, more in ((nlsq.least_squares, set()), (nlsq.LeastSquares().least_squares, {"xdata", "ydata", "data_mask"})):
        positional, keywords = shown(function)
        assert list(positional)[:4] == ["fun", "x0", "jac", "bounds"]
        assert {*positional, *keywords} == {"fun", "x0", *_DEFAULTS} | more
        assert all((positional | keywords)[name] is value for name, value in _DEFAULTS.items())
    positional, keywords = shown(nlsq.curve_fit_many)
    assert {*positional, *keywords} == {*_types.ManyOptions.__annotations__, "f", "xdata", "ydatas", "p0", "sigma",
                                        "absolute_sigma", "bounds", "dim"}  # fmt: skip


def line(x, a, b):
    return a * x + b


X, Y = [0.0, 1.0, 2.0, 3.0, 4.0], [1.0, 2.9, 5.2, 6.8, 9.1]
CALLS = {
    nlsq.curve_fit: lambda **options: nlsq.curve_fit(line, X, Y, **options).popt,
    nlsq.curve_fit_many: lambda **options: nlsq.curve_fit_many(line, X, [Y], **options).popt,
    nlsq.least_squares: lambda **options: nlsq.least_squares(lambda p: [p[0] - 1, 2 * p[1]], [0, 0], **options).x,
}


@pytest.mark.parametrize("function", CALLS)
def test_defaults_that_are_shown_are_those_that_hold(function):
    positional, keywords = shown(function)
    for name, value in {**positional, **keywords}.items():
        if value is not inspect.Parameter.empty and name not in ("xdata", "ydata", "ydatas"):
            assert CALLS[function](**{name: value}).tolist() == CALLS[function]().tolist(), name


@pytest.mark.parametrize("name", ["curve_fit", "least_squares"])
def test_scipys_functions_show_what_scipys_do(name):
    import nlsq.scipy

    optimize = pytest.importorskip("scipy.optimize")
    assert list(inspect.signature(getattr(nlsq.scipy, name)).parameters) == list(
        inspect.signature(getattr(optimize, name)).parameters)  # fmt: skip


def test_help_shows_the_arguments(capsys):
    help(nlsq.curve_fit)
    text = capsys.readouterr().out
    assert "nan_policy=None" in text and "jacobian_mode=None" in text and "*args" not in text.partition("Fits f")[0]
