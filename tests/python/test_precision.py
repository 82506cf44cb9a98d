# SPDX-License-Identifier: MIT
"""precision= of curve_fit: where passes are in single precision, and that no answer shows it."""

import pickle

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_differential import JUMPS, KINKS, made, models, parameters

import nlsq
import nlsq.scipy

ROWS = 4000
X = np.linspace(0.0, 4.0, ROWS)
START = [1.0, 1.0, 1.0]


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


Y = decay(X, 2.5, 1.3, 0.5) + 0.05 * np.random.default_rng(3).normal(size=ROWS)


@pytest.fixture(autouse=True)
def vectors_and_the_usual_fold(monkeypatch):
    monkeypatch.delenv("NLSQ_FOLD", raising=False)
    if nlsq.curve_fit(decay, X, Y, START)._outcome.result.isa == "portable":
        pytest.skip("no vectors")


@pytest.mark.parametrize("precision", ["auto", "measure", "mixed"])
def test_the_answer_is_that_of_double_precision(precision):
    r = nlsq.curve_fit(decay, X, Y, START, precision=precision)
    double = nlsq.curve_fit(decay, X, Y, START, precision="double")
    assert double.precision == "float64" and double.nfev_float32 == 0
    assert r["precision"] == r.precision and (r.precision == "mixed") == (r.nfev_float32 > 0)
    if precision != "measure":
        assert r.precision == "mixed" and 0 < r.nfev_float32 < r.nfev
    np.testing.assert_allclose(r.popt, double.popt, rtol=1e-9)
    np.testing.assert_allclose(r.pcov, double.pcov, rtol=1e-7)
    again = pickle.loads(pickle.dumps(r))
    assert (again.precision, again.nfev_float32) == (r.precision, r.nfev_float32)


@pytest.mark.parametrize("options", [
    {"jac": "2-point"}, {"loss": "soft_l1"}, {"p0": [2.5, 1.3, 0.5]}, {"precision": "double"},
])  # fmt: skip
def test_what_is_in_double_precision_throughout(options):
    r = nlsq.curve_fit(decay, X, Y, **{"p0": START, **options})
    assert r.success and r.precision == "float64" and r.nfev_float32 == 0


def test_few_rows_are_in_double_precision():
    r = nlsq.curve_fit(decay, X[::4].copy(), Y[::4].copy(), START)
    assert r.precision == "float64"
    assert nlsq.curve_fit(decay, X[::4].copy(), Y[::4].copy(), START, precision="mixed").precision == "mixed"


def test_scipys_interface_gives_scipys_answer():
    import scipy.optimize

    popt, pcov = nlsq.scipy.curve_fit(decay, X, Y, START)
    theirs, their_cov = scipy.optimize.curve_fit(decay, X, Y, START, ftol=1e-14, xtol=1e-14)
    np.testing.assert_allclose((popt - theirs) / np.sqrt(np.diag(their_cov)), 0.0, atol=1e-4)
    np.testing.assert_allclose(pcov, their_cov, rtol=1e-4)


def test_other_words_are_refused():
    with pytest.raises(ValueError, match="precision must be one of auto, double, measure, mixed, not 'singel'"):
        nlsq.curve_fit(decay, X, Y, precision="singel")


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=200)
@given(models("y = a*x + b*np.cos(2*x) + c*np.sin(3*x) + {0}", JUMPS), parameters, st.integers(0, 99))
def test_random_models_end_where_double_precision_leads(text, truth, seed):
    # W is an array of other rows; steps and kinks make minima of their own.
    assume("W" not in text and not any(word in text for word in (*JUMPS, *KINKS)))
    f = made(text)
    x = np.linspace(-2.0, 2.0, 3_000)
    with np.errstate(all="ignore"):
        exact = f(x, *truth)
    assume(np.isfinite(exact).all() and np.ptp(exact) < 1e6)
    y = exact + 0.05 * np.random.default_rng(seed).normal(size=x.size)
    start = [v + 0.1 for v in truth]
    on, off = (nlsq.curve_fit(f, x, y, start, precision=p) for p in ("mixed", "double"))
    assume(off.success and off.rank == 3 and off.condition < 1e6)
    assert on.success
    if on.precision == "float64":
        assert np.array_equal(on.popt, off.popt)
    # Where there are two minima the way may lead to the other one, but never to none.
    if on.cost == pytest.approx(off.cost, rel=1e-7):
        np.testing.assert_allclose((on.popt - off.popt) / off.perr, 0.0, atol=1e-5)
    else:
        assert on.cost <= off.cost * (1.0 + 1e-9)
