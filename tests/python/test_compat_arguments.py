# SPDX-License-Identifier: MIT
"""Arguments of NLSQ without a meaning here: silence, one warning that says why, or an error that says what to use."""

import pickle
import warnings

import numpy as np
import pytest
from fits import decay, decay_data

import nlsq
from nlsq import CurveFit, curve_fit
from nlsq._fits import nlsq_arguments as _compat
from nlsq._fits.options import POSITIONAL as _POSITIONAL

X, Y = decay_data()
EXPECTED = curve_fit(decay, X, Y).popt

QUIET = [
    dict(stability=False), dict(solver="auto"), dict(solver=None), dict(batch_size=None), dict(rescale_data=True),
    dict(max_jacobian_elements_for_svd=10_000_000), dict(flength=100), dict(use_dynamic_sizing=True),
    dict(compute_diagnostics=False), dict(diagnostics_level="basic", diagnostics_config=None), dict(tr_solver="exact"),
    dict(tr_options={}), dict(fallback=False, max_fallback_attempts=10, fallback_verbose=False),
    dict(auto_bounds=False, bounds_safety_factor=10.0), dict(multistart=False, n_starts=10, sampler="lhs"),
    dict(global_search=False, center_on_p0=True, scale_factor=1.0), dict(cmaes_config=None), dict(workflow="auto"),
    dict(preset="fast"), dict(workflow=None, preset=None), dict(method="hybrid_streaming"), dict(checkpoint_dir=None),
    dict(goal=None), dict(memory_limit_gb=None, chunk_size=None, size_threshold=1_000_000),
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
    "diagnostics_config": ({}, "rank, condition, correlation and warnings"),
    "fallback": (True, "best point with success False"),
    "auto_bounds": (True, "never imposed"),
    "goal": ("quality", "ftol, xtol and gtol"),
    "memory_limit_gb": (4.0, "whatever the number of rows"),
    "show_progress": (True, "ProgressBar()"),
    "checkpoint_dir": ("/tmp/runs", "checkpoints are planned"),
    "warmup_iterations": (300, "every pass is over all rows"),
    "cmaes_config": ({"seed": 1}, "many starts stand in for CMA-ES"),
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
        (dict(workflow="quality"), ValueError, "workflow must be one of auto, standard"),
        (dict(workflow=3), ValueError, "workflow must be one of auto, standard"),
        (dict(method="cmaess"), ValueError, "method must be one of trf, lm, dogbox, varpro, auto, not 'cmaess'"),
        (dict(maxiter=100, max_nfev=50), TypeError, "max_nfev, maxfev, maxiter are names of one argument"),
        (dict(maxiter=0), ValueError, "max_nfev must"),
        (dict(solver="svdd"), ValueError, "solver must be one of auto, svd, cg, lsqr, minibatch, not 'svdd' (did you"),
        (dict(goal="nonsense"), ValueError, "goal must be one of fast, robust, global, memory_efficient, quality"),
        (dict(stability="on"), ValueError, "stability must be one of auto, check"),
        (dict(tr_solver="svd"), ValueError, "tr_solver must be one of exact, lsmr, sparse"),
        (dict(diagnostics_level="most"), ValueError, "diagnostics_level must be one of basic, full"),
        (dict(preset="fastest"), ValueError, "preset must be one of fast, large"),
        (dict(sampler="nonsense"), ValueError, "sampler must be one of lhs"),
        (dict(compute_diagnostics="yes"), TypeError, "compute_diagnostics must be True or False"),
        (dict(args=(1,)), TypeError, "'args'; give further arguments of f by lambda x, *p: f(x, *p, more)"),
        (dict(enable_stability=True), TypeError, "unexpected keyword argument 'enable_stability'"),
    ],
    ids=str,
)
def test_what_would_be_another_fit_is_refused(options, error, words):
    with pytest.raises(error) as caught:
        curve_fit(decay, X, Y, **options)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "options, starts",
    [(dict(workflow="auto_global"), 10), (dict(workflow="hpc", run_id=None), 10), (dict(workflow="cmaes-global"), 50),
     (dict(preset="robust"), 50), (dict(preset="global"), 200), (dict(method="multi-start"), 10), (dict(method="cmaes"), 50),
     (dict(workflow="auto_global", n_starts=7), 7), (dict(preset="fast", multistart=True), 10),
     (dict(workflow="auto_global", preset="global"), 200)],
    ids=str,
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:.*is not there yet", "ignore:.*is auto_global here")
def test_searches_are_fits_from_many_starts(options, starts):
    r = curve_fit(decay, X, Y, **options)
    assert r.multistart_diagnostics["n_starts_evaluated"] == starts and r.minima[0]["hits"] >= 1
    np.testing.assert_allclose(r.popt, EXPECTED, rtol=1e-6)
    fitter = {name: value for name, value in options.items() if name != "multistart"}
    if fitter == options:
        assert CurveFit(decay, **options).fit(X, Y).multistart_diagnostics["n_starts_evaluated"] == starts


def test_a_search_that_stands_in_says_so_once(monkeypatch):
    monkeypatch.setattr(_compat, "_said", set())
    with pytest.warns(UserWarning) as seen:
        for _ in range(2):
            curve_fit(decay, X, Y, method="cmaes")
            curve_fit(decay, X, Y, workflow="hpc")
    assert sorted(str(w.message).partition(":")[0] for w in seen) == [
        "method='cmaes' is not there yet", "workflow='hpc' is auto_global here"]  # fmt: skip
    assert {w.filename for w in seen} == {__file__}


def test_maxiter_is_max_nfev():
    with pytest.warns(UserWarning, match="did not converge"):
        cut = curve_fit(decay, X, Y, [9.0, 9.0, 9.0], maxiter=2)
    assert cut.nfev == 2 and not cut.success
    assert CurveFit(decay, max_nfev=1).fit(X, Y, maxiter=200).success


def test_curve_fit_large_is_curve_fit():
    import inspect

    r = nlsq.curve_fit_large(decay, X, Y, [1, 1, 1], memory_limit_gb=None, size_threshold=10, auto_size_detection=True)
    np.testing.assert_array_equal(r.popt, EXPECTED)
    assert list(inspect.signature(nlsq.curve_fit_large).parameters)[3:9] == list(_POSITIONAL[:6])
    with pytest.raises(TypeError, match="enable_sampling"):
        nlsq.curve_fit_large(decay, X, Y, enable_sampling=True)


def test_diagnostics_where_they_are_asked_for():
    assert curve_fit(decay, X, Y).diagnostics is None
    r = curve_fit(decay, X, Y, compute_diagnostics=True)
    report = r.diagnostics
    assert report.status == "HEALTHY" and report.health_score == 1.0 and report.all_issues == []
    s = np.linalg.svd(r.jac, compute_uv=False)
    np.testing.assert_allclose(report.identifiability.condition_number, (s[0] / s[-1]) ** 2)
    assert report.identifiability.numerical_rank == 3 and "rank 3 of 3" in report.summary()
    assert pickle.loads(pickle.dumps(r)).diagnostics.to_dict() == report.to_dict()
    with pytest.warns(UserWarning, match="do not determine"):
        poor = curve_fit(lambda x, a, b, c: (a + b) * x + c, X, Y, compute_diagnostics=True).diagnostics
    assert poor.status == "CRITICAL" and [i.code for i in poor.all_issues][0] == "IDENT-001" and poor.health_score < 0.7
    close = curve_fit(lambda x, a, b: a * x + b * (x + 1e-3 * x**2), X, Y, compute_diagnostics=True).diagnostics
    assert {i.code for i in close.all_issues} >= {"CORR-001"} and close.identifiability.highly_correlated_pairs[0][:2] == (0, 1)


def test_timeit_gives_five_values():
    popt, pcov, result, after, copies = curve_fit(decay, X, Y, timeit=True)
    np.testing.assert_array_equal(popt, EXPECTED)
    assert result.pcov is pcov and after >= 0.0 and copies == 0.0


@pytest.mark.parametrize("name", ["update_flength", "pad_fit_data", "ls", "cache", "logger", "flength"])
def test_attributes_of_nlsqs_objects_say_what_to_use(name):
    with pytest.raises(AttributeError, match=f"CurveFit has no {name}: "):
        getattr(CurveFit(decay), name)
    assert not hasattr(CurveFit(), "banana")


def test_columns_by_name_go_with_formulas():
    with pytest.raises(TypeError, match="names of columns go with a formula"):
        curve_fit(decay, "t", "y", data={"t": X, "y": Y})


def test_a_loss_that_is_a_function_is_for_least_squares():
    with pytest.raises(TypeError, match="nlsq.least_squares takes functions"):
        curve_fit(decay, X, Y, loss=lambda z: np.stack([z, z**0, 0 * z]))
