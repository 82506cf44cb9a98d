# SPDX-License-Identifier: MIT
"""Results that are built of entries somebody has: CurveFitResult({...}) and OptimizeResult({...})."""

import copy
import pickle

import numpy as np
import pytest
from fits import decay, decay_data

from nlsq import CurveFitResult, OptimizeResult, curve_fit

X, Y = decay_data()
SIGMA = 0.03 + 0.02 * X
NUMBERS = "r_squared adj_r_squared rmse mae aic aicc bic rss chi2 reduced_chi2 dof cost".split()
CASES = {
    "plain": {},
    "sigma": {"sigma": SIGMA},
    "absolute sigma": {"sigma": SIGMA, "absolute_sigma": True},
    "left out": {"sigma": np.where(np.arange(50) % 7 == 3, np.inf, SIGMA)},
    "matrix": {"sigma": np.diag(SIGMA**2) + 1e-4},
}


def entries_of(fit, **more):
    return {"popt": fit.popt, "pcov": fit.pcov, "model": decay, "xdata": X, "ydata": Y, **more}


@pytest.mark.parametrize("name", CASES)
def test_everything_that_the_entries_allow(name):
    options = CASES[name]
    fit = curve_fit(decay, X, Y, **options)
    for made in (CurveFitResult(entries_of(fit, **options)), CurveFitResult(**entries_of(fit, **options))):
        popt, pcov = made
        assert np.array_equal(popt, fit.popt) and np.array_equal(pcov, fit.pcov) and np.array_equal(made.x, popt)
        for number in NUMBERS:
            assert getattr(made, number) == pytest.approx(getattr(fit, number), rel=1e-9), number
        assert made.names == ["a", "b", "c"] and made.params["a"].stderr == pytest.approx(fit.perr[0])
        there = np.array([0.5, 5.0])
        for ours, theirs in (
            (made.perr, fit.perr), (made.predictions, fit.predictions), (made.residuals, fit.residuals),
            (made.confidence_intervals(0.9), fit.confidence_intervals(0.9)), (made.jac, fit.jac),
            (made.predict(there), fit.predict(there)), (made.correlation, fit.correlation),
            (made.confidence_band(there), fit.confidence_band(there)),
            (made.prediction_interval(), fit.prediction_interval()),
            (made.prediction_interval(there), fit.prediction_interval(there)),
        ):  # fmt: skip
            np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-12)


def test_the_keys_are_what_is_there():
    fit = curve_fit(decay, X, Y)
    made = CurveFitResult(entries_of(fit, note="mine", success=False))
    assert made.note == "mine" and made.success is False and "converged" in repr(made)
    assert list(made.keys()) == [
        "x", "popt", "pcov", "perr", "cost", "fun", "jac", "grad", "success", "model", "xdata", "ydata", "note",
    ]  # fmt: skip
    made.nfev = 7
    assert made["nfev"] == 7 and "nfev" in made.keys()
    np.testing.assert_allclose(made.fun, fit.fun, atol=1e-12)
    np.testing.assert_allclose(made.grad, fit.grad, atol=1e-9)


@pytest.mark.parametrize(
    "entries, name, words",
    [
        ({"x": [1.0, 2.0]}, "r_squared", "made of entries without model and xdata and ydata"),
        ({"x": [1.0, 2.0]}, "pcov", "no entry 'pcov'"),
        ({"x": [1.0, 2.0]}, "nfev", "no entry 'nfev'"),
        ({"x": [1.0, 2.0, 3.0], "model": decay}, "predictions", "without xdata"),
        ({"x": [1.0, 2.0, 3.0], "model": decay, "xdata": X}, "residuals", "without ydata"),
        ({}, "predictions", "without popt and model and xdata"),
        ({"popt": [1.0]}, "condition", "without condition"),
    ],
)
def test_what_is_missing_is_named(entries, name, words):
    made = CurveFitResult(entries)
    with pytest.raises(AttributeError, match=words):
        getattr(made, name)
    assert repr(made).startswith("CurveFitResult(")


def test_predictions_need_no_ydata():
    made = CurveFitResult(x=[2.0, 1.0, 0.5], model=decay, xdata=X)
    np.testing.assert_allclose(made.predictions, decay(X, 2.0, 1.0, 0.5))
    grids = CurveFitResult(x=[2.0, 1.0, 0.5], model=decay, xdata=X.reshape(10, 5), ydata=Y.reshape(10, 5))
    assert grids.predictions.shape == grids.residuals.shape == (10, 5)


@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy, lambda r: pickle.loads(pickle.dumps(r)), CurveFitResult])
def test_copies(twin):
    fit = curve_fit(decay, X, Y)
    for made in (CurveFitResult(entries_of(fit, note=3)), CurveFitResult({"x": [1.0]}), fit):
        same = twin(made)
        assert type(same).__name__ == "CurveFitResult" and list(same.keys()) == list(made.keys())
        assert repr(same) == repr(made) and np.array_equal(same.popt, made.popt)


def test_a_made_result_reports(capsys):
    fit = curve_fit(decay, X, Y)
    CurveFitResult(entries_of(fit)).summary()
    printed = capsys.readouterr().out
    assert "r_squared" in printed and f"{fit.popt[0]:.6g}"[:6] in printed
    CurveFitResult({"popt": [1.0, 2.0]}).summary()
    assert "p1  2" in capsys.readouterr().out


def test_a_made_result_as_plain_values(tmp_path):
    fit = curve_fit(decay, X, Y)
    made = CurveFitResult(entries_of(fit))
    ours, theirs = made.to_dict(0.9), fit.to_dict(0.9)
    assert ours.keys() == theirs.keys() and ours["nfev"] is None and ours["engine"] == "callback"
    for name in ("covariance", "rss", "dof", "aic", "r_squared"):
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-9)
    assert ours["parameter_order"] == theirs["parameter_order"]
    assert ours["parameters"]["b"]["ci"] == pytest.approx(theirs["parameters"]["b"]["ci"])
    with pytest.raises(TypeError, match="pickle it"):
        made.save(tmp_path / "fit")


def test_optimize_results_of_mappings():
    import scipy.optimize

    for made in (OptimizeResult({"x": 1}), OptimizeResult(x=1), OptimizeResult([("x", 1)]), OptimizeResult({}, x=1)):
        assert made.x == 1 and made == {"x": 1} and repr(made) == " x: 1"
    assert OptimizeResult(scipy.optimize.OptimizeResult(x=1)).x == 1
    theirs = scipy.optimize.least_squares(lambda p: p - 1.0, [0.0])
    assert CurveFitResult(theirs).popt == pytest.approx(1.0) and CurveFitResult(theirs).nfev == theirs.nfev


ATTRIBUTES = """
x cost fun jac grad optimality active_mask nfev njev nit status success message all_times sparsity_detected model xdata
ydata pcov cache_stats multistart_diagnostics popt diagnostics predictions residuals r_squared adj_r_squared rmse mae
aic bic confidence_intervals prediction_interval confidence_band plot summary
""".split()


def test_every_attribute_of_nlsqs_results_is_there():
    r = curve_fit(decay, X, Y)
    for name in ATTRIBUTES:
        assert hasattr(r, name), name
    assert r.diagnostics is None and r.multistart_diagnostics["bypassed"] is True
    assert r.sparsity_detected == {"detected": False, "ratio": 0.0, "solver": "dense", "n_residuals": 50, "n_params": 3}
    assert set(r.all_times) == {"compile", "fit"} and r.all_times["fit"] > 0.0


@pytest.mark.parametrize(
    "name, words",
    [
        ("rsquared", "did you mean 'r_squared'"), ("redchi", "instead: r.reduced_chi2"), ("covar", "instead: r.pcov"),
        ("gradient_health_report", "instead: r.optimality"), ("best_fit", "instead: r.predictions"),
        ("banana", "a fit's result has no 'banana'$"), ("_banana", "a fit's result has no '_banana'$"),
    ],
)  # fmt: skip
def test_other_names_are_told(name, words):
    with pytest.raises(AttributeError, match=words):
        getattr(curve_fit(decay, X, Y), name)
