# SPDX-License-Identifier: MIT
"""Ties, priors and derived quantities against the same problem written out by hand."""

import numpy as np
import pytest

import nlsq


@pytest.fixture
def peaks():
    x = 0.1 * np.arange(120)
    y = 3 * np.exp(-(((x - 3) / 0.8) ** 2)) + 1.6 * np.exp(-(((x - 7) / 1.6) ** 2)) + 0.05 * np.sin(17 * np.arange(120))
    return x, y


def two(x, h, c, w, k, d, v):
    return h * np.exp(-(((x - c) / w) ** 2)) + k * np.exp(-(((x - d) / v) ** 2))


START = [2.0, 2.8, 1.0, 1.0, 7.2, 1.5]


def test_a_tie_is_the_problem_with_its_expression_written_out(peaks, capsys):
    x, y = peaks
    tied = nlsq.curve_fit(two, x, y, p0=START, tie={"v": "2*w"})
    hand = nlsq.curve_fit(lambda x, h, c, w, k, d: two(x, h, c, w, k, d, 2 * w), x, y, p0=START[:5])
    assert tied.names == list("hcwkdv") and tied.tied == {"v": "2*w"}
    np.testing.assert_allclose(tied.popt[:5], hand.popt, rtol=1e-10)
    np.testing.assert_allclose(tied.pcov[:5, :5], hand.pcov, rtol=1e-8)
    assert tied.popt[5] == 2 * tied.popt[2] and tied.perr[5] == pytest.approx(2 * hand.perr[2], rel=1e-10)
    assert tied.dof == hand.dof and tied.aic == pytest.approx(hand.aic, rel=1e-12)
    np.testing.assert_allclose(tied.predict(), hand.predict(), rtol=1e-9)
    np.testing.assert_allclose(tied.predict(x, return_std=True)[1], hand.predict(x, return_std=True)[1], rtol=1e-8)
    tied.summary()
    shown = capsys.readouterr().out
    assert "= 2*w" in shown and "w and v" not in shown  # their correlation is no news


def test_ties_add_parameters_that_have_a_start(peaks):
    x, y = peaks
    r = nlsq.curve_fit(two, x, y, p0=dict(zip("hcwd", [2, 2.8, 1, 7.2]), ratio=0.5), tie={"v": "2*w", "k": "ratio*h"})
    assert r.names[-1] == "ratio" and len(r.popt) == 7
    assert r.params["k"].value == pytest.approx(r.params["ratio"].value * r.params["h"].value, rel=1e-12)
    np.testing.assert_allclose(r.residuals, y - two(x, *r.popt[:6]), atol=1e-12)


def test_a_prior_is_one_more_row(peaks):
    x, y = peaks
    both = np.append(x, np.inf)

    def with_row(x, h, c, w, k, d, v):
        return np.where(np.isinf(x), w, two(np.where(np.isinf(x), 0.0, x), h, c, w, k, d, v))

    r = nlsq.curve_fit(two, x, y, p0=START, sigma=0.04, prior={"w": (0.9, 0.01)}, absolute_sigma=True)
    hand = nlsq.curve_fit(with_row, both, np.append(y, 0.9), p0=START, sigma=np.append(np.full(120, 0.04), 0.01),
                          absolute_sigma=True, check_finite=False, nan_policy="propagate")  # fmt: skip
    np.testing.assert_allclose(r.popt, hand.popt, rtol=1e-9)
    np.testing.assert_allclose(r.perr, hand.perr, rtol=1e-8)
    assert r.n_priors == 1 and r.dof == hand.dof
    assert r.chi2 == pytest.approx(hand.chi2, rel=1e-10) and r.aic == pytest.approx(hand.aic, rel=1e-10)


def test_derived_quantities_have_errors_and_a_covariance(peaks):
    x, y = peaks
    r = nlsq.curve_fit(two, x, y, p0=START, derive={"area": "h*w*sqrt(pi)", "fwhm": "2*sqrt(log(2))*w"})
    g = np.sqrt(np.pi) * np.array([r.popt[2], 0, r.popt[0], 0, 0, 0])
    f = 2 * np.sqrt(np.log(2)) * np.eye(6)[2]
    assert r.derived["area"].stderr == pytest.approx(np.sqrt(g @ r.pcov @ g), rel=1e-10)
    np.testing.assert_allclose(r.derived_cov, [[g @ r.pcov @ g, g @ r.pcov @ f], [f @ r.pcov @ g, f @ r.pcov @ f]])
    assert str(r.derived["fwhm"]).startswith("fwhm = ")


def test_formulas_take_them_too(peaks):
    x, y = peaks
    r = nlsq.curve_fit("h*exp(-((x-c)/w)^2)", x, y, prior={"c": (3.0, 0.1)}, derive={"area": "h*w"})
    assert r.success and r.n_priors == 1 and r.derived["area"].value == pytest.approx(r.popt[0] * r.popt[2])


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"tie": {"w": "v", "v": "w"}}, ValueError, "tied to each other"),
        ({"tie": {"q": "v"}}, ValueError, "no parameter 'q'"),
        ({"tie": {"w": 2}}, TypeError, "tie: w must be an expression"),
        ({"tie": {"w": "2*v"}, "fixed": {"w": 1.0}}, ValueError, "fixed as well"),
        ({"tie": "w=2"}, TypeError, "tie must be a dict"),
        ({"prior": {"w": 2}}, TypeError, "prior: w must be a pair"),
        ({"prior": {"w": (1, 0)}}, ValueError, "above 0"),
        ({"derive": {"a": "hh"}}, ValueError, "'hh'"),
        ({"tie": {"v": "2*w"}, "n_starts": 3}, ValueError, "n_starts"),
        ({"tie": {"v": "2*w"}, "jac": "2-point"}, ValueError, "recorded"),
    ],
)
def test_what_makes_no_sense_is_named(peaks, arguments, error, text):
    with pytest.raises(error, match=text):
        nlsq.curve_fit(two, *peaks, p0=START, **arguments)
