# SPDX-License-Identifier: MIT
"""What a user types in the first hour, as it is typed."""

import json
import logging
import os
import subprocess
import sys

import numpy as np
import pytest

import nlsq
from nlsq import CurveFit, clear_cache, curve_fit, get_cache_stats

X = np.linspace(0.0, 4.0, 200)
Y = 2.5 * np.exp(-1.3 * X) + 0.5 + 0.02 * np.random.default_rng(3).normal(size=200)
P0 = [2.0, 1.0, 0.0]


def model(x, a, b, c):
    return a * np.exp(-b * x) + c


def source_of(result):
    return result._outcome.result.jacobian_mode_source


def test_two_values():
    popt, pcov = curve_fit(model, X, Y, p0=P0)
    assert popt.shape == (3,) and pcov.shape == (3, 3)
    np.testing.assert_allclose(popt, [2.5, 1.3, 0.5], atol=0.05)
    perr = np.sqrt(np.diag(pcov))
    assert np.all(perr > 0) and np.all(perr < 0.05)
    np.testing.assert_allclose(model(X, *popt), Y, atol=0.1)


def test_two_values_are_those_of_scipy():
    import scipy.optimize

    for options in ({}, {"sigma": np.linspace(1, 2, 200)}, {"bounds": ([0, 0, 0], [3, 2, 1])}):
        ours, theirs = curve_fit(model, X, Y, p0=P0, **options), scipy.optimize.curve_fit(model, X, Y, P0, **options)
        np.testing.assert_allclose(ours[0] if isinstance(ours, tuple) else ours.popt, theirs[0], rtol=1e-6)
        np.testing.assert_allclose(ours.pcov, theirs[1], rtol=1e-4)


def test_three_values_and_the_statistics_of_the_cache(capsys):
    clear_cache()
    popt, pcov, infodict = curve_fit(model, X, Y, p0=P0, full_output=True)
    stats = infodict["cache_stats"]
    assert stats["hit"] is False and stats["compile_time_ms"] > 0.0 and stats["hit_rate"] == 0.0
    popt, pcov, infodict = curve_fit(model, X, Y, p0=P0, full_output=True)
    print(infodict["cache_stats"]["hit"], infodict["cache_stats"]["compile_time_ms"])
    print(f"{infodict['cache_stats']['hit_rate']:.0%}")
    assert capsys.readouterr().out == "True 0.0\n50%\n"
    np.testing.assert_allclose(infodict["fvec"], model(X, *popt) - Y, atol=1e-12)
    assert infodict["nfev"] >= 2


def test_a_result_of_the_first_hour_can_be_printed(capsys):
    result = curve_fit(model, X, Y, p0=P0)
    print(result)
    result.summary()
    print(f"{result.r_squared:.4f} {result.rmse:.4f}", result.params["a"].value, result.params.b.stderr)
    assert "converged" in capsys.readouterr().out
    low, high = result.confidence_band(np.linspace(0, 5, 7))
    assert np.all(low < high)


def test_three_fits_compile_once():
    clear_cache()
    fitter = CurveFit(model)
    first, second, third = (fitter.fit(X, Y, p0=P0) for _ in range(3))
    assert [r.cache_stats["hit"] for r in (first, second, third)] == [False, True, True]
    assert second.cache_stats["compile_time_ms"] == 0.0
    np.testing.assert_array_equal(first.popt, third.popt)
    again = curve_fit(lambda x, amplitude, rate, offset: amplitude * np.exp(-rate * x) + offset, X, Y, p0=P0)
    by_text = [curve_fit("a*exp(-b*x) + c", X, Y, p0=P0) for _ in range(2)][1]
    same_names = curve_fit(lambda x, a, b, c: a * np.exp(-b * x) + c, X, Y, p0=P0)
    assert same_names.cache_stats["hit"] and by_text.cache_stats["hit"]
    np.testing.assert_array_equal(first.popt, again.popt)
    np.testing.assert_array_equal(first.popt, by_text.popt)
    stats = get_cache_stats()
    assert stats["hits"] >= 4 and stats["size"] >= 1 and 0.0 < stats["hit_rate"] < 1.0


def test_a_changed_constant_is_never_stale():
    clear_cache()
    for shift in (0.0, 1.0, 0.0, 2.0):
        result = CurveFit(lambda x, a, b, c: a * np.exp(-b * x) + c + shift).fit(X, Y, p0=P0)  # noqa: B023
        np.testing.assert_allclose(result.popt[2] + shift, curve_fit(model, X, Y, p0=P0).popt[2], rtol=1e-6)


def test_the_cache_can_be_switched_off_and_on():
    from nlsq import _core

    expected = curve_fit(model, X, Y, p0=P0).popt
    _core.configure_cache(enable=False)
    try:
        np.testing.assert_array_equal(curve_fit(model, X, Y, p0=P0).popt, expected)
    finally:
        _core.configure_cache(enable=True)


# -- the order of derivation, set in four ways

PROBE = """
import json, numpy as np, nlsq
x = np.linspace(0, 4, 50)
r = nlsq.curve_fit(lambda x, a, b: a*np.exp(-b*x), x, np.exp(-x), [2.0, 2.0]{argument})
b = nlsq.curve_fit(lambda x, a, b: float(a)*np.exp(-b*x), x, np.exp(-x), [2.0, 2.0]{argument})
print(json.dumps([r.jacobian_mode, r._outcome.result.jacobian_mode_source, b._outcome.result.jacobian_mode_source]))
"""


@pytest.mark.parametrize(
    "argument, environment, file, expected",
    [
        ("", None, None, ["fwd", "default"]),
        ("", None, {"jacobian_mode": "rev"}, ["rev", "config"]),
        ("", "fwd", {"jacobian_mode": "rev"}, ["fwd", "environment"]),
        (", jacobian_mode='rev'", "fwd", {"jacobian_mode": "fwd"}, ["rev", "argument"]),
    ],
)
def test_four_ways_to_set_the_jacobian_mode(argument, environment, file, expected, tmp_path):
    env = {k: v for k, v in os.environ.items() if k != "NLSQ_JACOBIAN_MODE"}
    env["HOME"] = str(tmp_path)
    if environment:
        env["NLSQ_JACOBIAN_MODE"] = environment
    if file:
        (tmp_path / ".nlsq").mkdir()
        (tmp_path / ".nlsq" / "config.json").write_text(json.dumps(file))
    run = subprocess.run(
        [sys.executable, "-c", PROBE.format(argument=argument)], env=env, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    mode, source, source_of_black_box = json.loads(run.stdout)
    assert [mode, source] == expected
    assert source_of_black_box == source


@pytest.mark.parametrize("mode", ["fwd", "rev", "auto"])
def test_the_mode_changes_no_digit_that_counts(mode, monkeypatch):
    monkeypatch.delenv("NLSQ_JACOBIAN_MODE", raising=False)
    result = curve_fit(model, X, Y, p0=P0, jacobian_mode=mode)
    ran = "fwd" if mode == "auto" else mode  # fewer parameters than residuals
    assert (result.jacobian_mode, source_of(result)) == (ran, "argument")
    np.testing.assert_allclose(result.popt, curve_fit(model, X, Y, p0=P0).popt, rtol=1e-9)
    monkeypatch.setenv("NLSQ_JACOBIAN_MODE", mode)
    result = curve_fit(model, X, Y, p0=P0)
    assert (result.jacobian_mode, source_of(result)) == (ran, "environment")


# -- the log

def test_one_line_a_fit_at_debug_level(caplog, monkeypatch):
    monkeypatch.delenv("NLSQ_JACOBIAN_MODE", raising=False)
    with caplog.at_level(logging.DEBUG, logger="nlsq"):
        curve_fit(model, X, Y, p0=P0, jacobian_mode="fwd")
        curve_fit(lambda x, a: float(a) * x, X, Y)
    first, second = (record.getMessage() for record in caplog.records)
    assert first == (
        "jacobian_mode=fwd source=argument derivatives=forward engine=interpreter parameters=3 residuals=200"
    )
    assert "engine=callback parameters=1 residuals=200" in second
    assert {(r.name, r.levelname) for r in caplog.records} == {("nlsq", "DEBUG")}
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="nlsq"):
        curve_fit(model, X, Y, p0=P0)
    assert not caplog.records


def test_nlsq_itself_does_not_import_logging():
    code = (
        "import sys, numpy as np\nbefore = 'logging' in sys.modules\nimport nlsq\nx = np.arange(9.0)\n"
        "nlsq.curve_fit(lambda x, a: a*x, x, 2*x)\nassert before or 'logging' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# -- the same model in jax.numpy

def test_numpy_and_jax_agree():
    jax = pytest.importorskip("jax")
    import jax.numpy as jnp

    flags = (jax.config.jax_enable_x64, jnp.ones(1).dtype)
    with_jax = curve_fit(lambda x, a, b, c: a * jnp.exp(-b * x) + c, X, Y, p0=P0)
    jitted = curve_fit(jax.jit(lambda x, a, b, c: a * jnp.exp(-b * x) + c), X, Y, p0=P0)
    expected = curve_fit(model, X, Y, p0=P0)
    np.testing.assert_allclose(with_jax.popt, expected.popt, rtol=1e-9)
    np.testing.assert_allclose(jitted.popt, expected.popt, rtol=1e-9)
    np.testing.assert_allclose(with_jax.pcov, expected.pcov, rtol=1e-6)
    assert with_jax.engine == jitted.engine == "interpreter"
    assert (jax.config.jax_enable_x64, jnp.ones(1).dtype) == flags


def test_the_doc_string_of_the_package_is_true():
    assert "popt, pcov = curve_fit(lambda x, a, b: a * np.exp(-b * x), x, y)" in nlsq.__doc__
    x = np.linspace(0, 2, 20)
    y = 3.0 * np.exp(-0.5 * x)
    popt, pcov = curve_fit(lambda x, a, b: a * np.exp(-b * x), x, y)
    np.testing.assert_allclose(popt, [3.0, 0.5])


def test_verbose_prints_the_end_and_the_steps(capsys):
    x = np.linspace(0, 4, 50)
    y = 2 * np.exp(-x) + 0.3 + 0.01 * np.cos(7 * x)
    curve_fit(lambda x, a, b, c: a * np.exp(-b * x) + c, x, y, verbose=1)
    told = capsys.readouterr().out
    assert told.count("\n") == 1 and "converged" in told and "evaluations" in told
    curve_fit(lambda x, a, b, c: a * np.exp(-b * x) + c, x, y, verbose=2)
    assert "Iter    1 | Cost" in capsys.readouterr().out
    with pytest.raises(ValueError, match="verbose must be 0, 1 or 2"):
        curve_fit(lambda x, a: a * x, x, y, verbose=3)
