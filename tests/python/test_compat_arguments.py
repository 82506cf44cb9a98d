# SPDX-License-Identifier: MIT
"""Arguments of NLSQ that have no meaning here: silence, one warning that says why, or an error that says what to use."""

import warnings

import numpy as np
import pytest
from fits import decay, decay_data

import nlsq
from nlsq import CurveFit, _compat, curve_fit

X, Y = decay_data()
EXPECTED = curve_fit(decay, X, Y).popt

QUIET = [
    dict(stability=False), dict(solver="auto"), dict(solver=None), dict(batch_size=None), dict(rescale_data=True),
    dict(max_jacobian_elements_for_svd=10_000_000), dict(flength=100), dict(use_dynamic_sizing=True),
    dict(compute_diagnostics=False), dict(diagnostics_level="basic", diagnostics_config=None), dict(tr_solver="exact"),
    dict(tr_options={}), dict(fallback=False, max_fallback_attempts=10, fallback_verbose=False),
    dict(auto_bounds=False, bounds_safety_factor=10.0), dict(multistart=False, n_starts=10, sampler="lhs"),
    dict(global_search=False, center_on_p0=True, scale_factor=1.0), dict(cmaes_config=None), dict(workflow="auto"),
    dict(preset="fast"), dict(goal=None), dict(memory_limit_gb=None, chunk_size=None, size_threshold=1_000_000),
]  # fmt: skip


@pytest.mark.parametrize("options", QUIET, ids=str)
def test_what_asks_for_nothing_is_taken_silently(options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(curve_fit(decay, X, Y, **options).popt, EXPECTED)
        np.testing.assert_array_equal(nlsq.fit(decay, X, Y, **options).popt, EXPECTED)


WITHOUT_EFFECT = {
    "stability": ("auto", "nan_policy='omit'"),
    "solver": ("svd", "n by n triangle"),
    "tr_solver": ("lsmr", "n by n triangle"),
    "batch_size": (1000, "whatever the number of rows"),
    "compute_diagnostics": (True, "rank, condition, correlation and warnings"),
    "fallback": (True, "best point with success False"),
    "auto_bounds": (True, "never imposed"),
    "goal": ("quality", "ftol, xtol and gtol"),
    "memory_limit_gb": (4.0, "whatever the number of rows"),
    "show_progress": (True, "ProgressBar()"),
}


@pytest.mark.parametrize("name", WITHOUT_EFFECT)
def test_what_has_no_effect_says_so_once(name, monkeypatch):
    monkeypatch.setattr(_compat, "_said", set())
    value, words = WITHOUT_EFFECT[name]
    with pytest.warns(UserWarning) as seen:
        for _ in range(3):
            np.testing.assert_array_equal(curve_fit(decay, X, Y, **{name: value}).popt, EXPECTED)
    assert len(seen) == 1 and seen[0].filename == __file__
    assert str(seen[0].message).startswith(f"{name}={value!r} has no effect: ") and words in str(seen[0].message)


@pytest.mark.parametrize("name", ["enable_stability", "enable_recovery", "enable_overflow_check", "stability"])
def test_of_an_object_too(name, monkeypatch):
    monkeypatch.setattr(_compat, "_said", set())
    with pytest.warns(UserWarning, match=f"{name}=True has no effect") as seen:
        fitter = CurveFit(decay, flength=200, **{name: True})
        np.testing.assert_array_equal(fitter.fit(X, Y).popt, EXPECTED)
    assert len(seen) == 1 and seen[0].filename == __file__


@pytest.mark.parametrize(
    "options, error, words",
    [
        (dict(multistart=True, n_starts=5), TypeError, "multistart=True asks for a search over many starts"),
        (dict(global_search=True), TypeError, "several p0, keeping the least r.cost"),
        (dict(workflow="auto_global"), TypeError, "workflow='auto_global' asks for a search"),
        (dict(workflow="quality"), ValueError, "workflow must be one of auto, standard"),
        (dict(preset="robust"), TypeError, "preset='robust' asks for a search"),
        (dict(cmaes_config={"seed": 1}), TypeError, "cmaes_config={'seed': 1} asks for a search"),
        (dict(method="cmaes"), ValueError, "method='cmaes': it is planned, not there yet"),
        (dict(method="multi-start"), ValueError, "several p0, keeping the least r.cost"),
        (dict(solver="svdd"), ValueError, "solver must be one of auto, svd, cg, lsqr, minibatch, not 'svdd' (did you"),
        (dict(args=(1,)), TypeError, "'args'; give further arguments of f by lambda x, *p: f(x, *p, more)"),
        (dict(enable_stability=True), TypeError, "unexpected keyword argument 'enable_stability'"),
    ],
    ids=str,
)
def test_what_would_be_another_fit_is_refused(options, error, words):
    with pytest.raises(error) as caught:
        curve_fit(decay, X, Y, **options)
    assert words in str(caught.value)
