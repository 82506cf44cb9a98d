# SPDX-License-Identifier: MIT
"""result.explain() and auto_select_algorithm: the plan of a fit in words."""

import numpy as np
import pytest

import nlsq


def model(x, a, b, c):
    return a * np.exp(-b * x) + c


X = np.linspace(0, 4, 200)
Y = model(X, 2.5, 1.3, 0.5)


def test_a_fit_tells_its_path():
    text = nlsq.curve_fit(model, X, Y, p0=(1, 1, 1)).explain()
    for part in ("3 parameters, 200 rows", "engine       interpreter", "method       trf", "ns a pass", "instructions"):
        assert part in text


def test_a_called_function_says_why_it_is_called():
    def called(x, a, b):
        return float(a) * x + float(b)

    text = nlsq.curve_fit(called, X, 2 * X + 1, p0=(1, 1)).explain()
    assert "callback" in text
    assert "Not recorded:" in text


def test_a_sparse_fit_and_a_stored_one_tell_too(tmp_path):
    r = nlsq.curve_fit(model, X, Y, p0=(1, 1, 1))
    r.save(tmp_path / "r.nlsq")
    assert nlsq.CurveFitResult.load(tmp_path / "r.nlsq").explain()


def test_auto_select_algorithm_reports_the_plan():
    found = nlsq.auto_select_algorithm(model, X, Y, p0=(1, 1, 1))
    assert found["algorithm"] == "trf"
    assert not found["use_bounds"]
    assert "200 rows" in found["explanation"]
    assert nlsq.auto_select_algorithm("a*exp(-b*x)", X, Y)["algorithm"] == "trf"
    r = nlsq.curve_fit(model, X, Y, p0=(1, 1, 1), method=found["algorithm"], loss=found["loss"], ftol=found["ftol"])
    assert r.success


def test_auto_select_algorithm_checks_its_arguments():
    with pytest.raises(ValueError, match="prioritize"):
        nlsq.auto_select_algorithm(model, X, Y, user_preferences={"prioritize": "luck"})
    with pytest.raises(ValueError, match="p0"):
        nlsq.auto_select_algorithm(lambda x, *p: p[0] * x, X, Y)
