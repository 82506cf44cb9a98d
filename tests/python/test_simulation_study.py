# SPDX-License-Identifier: MIT
"""Intervals hold the truth as often as they say, and p-values are uniform: 10,000 data sets of each of six models."""

import pathlib
import sys

import numpy as np
import pytest

from nlsq import curve_fit_many

stats = pytest.importorskip("scipy.stats")
ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "python"))

from simulation_study import CURVED, SETS, cases, page, study  # noqa: E402

sys.path.pop(0)
CASES = cases()
RESULTS = {}


@pytest.mark.parametrize("at", range(len(CASES)), ids=[f"{case.name}, noise {case.noise}" for case in CASES])
def test_intervals_and_p_values(at):
    """94 to 96 % for near-linear parameters: five times the spread by chance. Curved ones are bounded, too."""
    found = RESULTS[at] = study(CASES[at])
    curved = np.abs(found.skewness) > CURVED
    assert found.failed <= 2
    for shares in (found.t, found.z):
        assert np.all((shares[~curved] > 0.94) & (shares[~curved] < 0.96)), shares
        assert np.all((shares > 0.90) & (shares < 0.97)), shares
    assert np.all(np.abs(found.ratio[~curved] - 1.0) < 0.1) and np.all(np.abs(found.bias[~curved]) < 0.2)
    assert found.uniform > 1e-3
    if at % 2 == 0:  # the low noise of each model
        assert not curved.any()


def test_wrong_sigma_is_noticed():
    """The test of p-values is one: with a sigma 2 % too large they are not uniform."""
    case = CASES[2]
    y = case.model(case.x, *case.truth) + case.noise * np.random.default_rng(0).standard_normal((SETS, len(case.x)))
    r = curve_fit_many(case.model, case.x, y, case.truth, sigma=1.02 * case.noise, absolute_sigma=True)
    p = stats.chi2.sf(2.0 * r.cost, len(case.x) - 3)
    assert stats.kstest(p, "uniform").pvalue < 1e-6


def test_the_page_has_every_model():
    text = (ROOT / "docs" / "simulation.md").read_text("utf-8")
    for case in CASES:
        assert f"| {case.name} | {len(case.x)} | {case.noise} |" in text
    if len(RESULTS) == len(CASES):
        again = page([(case, RESULTS[at]) for at, case in enumerate(CASES)], SETS)
        assert again.splitlines()[:18] == text.splitlines()[:18] and len(again.splitlines()) == len(text.splitlines())
