# SPDX-License-Identifier: MIT
"""Fits that are wrong are told, fits that are right are not: a part of bench/python/judgement.py, and what is judged."""

import logging
import pathlib
import sys
import warnings

import numpy as np
import pytest

from nlsq import _core, curve_fit

pytest.importorskip("scipy.stats")
ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "python"))
import judgement  # noqa: E402

sys.path.pop(0)


def ids(*arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [issue.id for issue in curve_fit(*arguments, **options).issues]


@pytest.mark.parametrize("kind", judgement.RIGHT, ids=lambda kind: kind.__name__)
def test_right_fits_are_silent(kind):
    """One alarm in 1,000 at most; of 500 fits one by chance."""
    fits, found, _ = judgement.false_alarms(kind, 500, seed=3)
    assert fits > 490 and sum(found.values()) <= 1, found


def test_wrong_fits_are_told():
    """Of 200 that converged at 1.5 times the least cost or beyond 95 % have an issue."""
    told = {kind.__name__: judgement.wrong_fits(kind, 40)[:2] for kind in judgement.WRONG}
    assert sum(n for n, _ in told.values()) == 200
    assert sum(flagged for _, flagged in told.values()) >= 190, told


def wrong_curve(m=100):
    x = np.linspace(0, 10, m)
    return x, judgement.two_decays(x, 3, 2.0, 2, 0.2) + 0.05 * np.random.default_rng(1).standard_normal(m)


def test_it_is_said_once_and_in_words():
    x, y = wrong_curve()
    with pytest.warns(UserWarning, match="residuals go together in the order of 'x'") as seen:
        r = curve_fit(judgement.one_decay, x, y, p0=(5, 1))
    assert len(seen) == 1 and r.issues[0].values.keys() == {"z", "correlation"}


def test_models_that_are_called_are_judged_too():
    x, y = wrong_curve()
    calls = []

    def called(x, a, b):
        calls.append(1)
        return judgement.one_decay(np.asarray(x, dtype=float), float(a), float(b))

    assert ids(called, x, y, p0=(5, 1)) == ["correlated-residuals"]
    assert ids(called, x, y, p0=(5, 1), sigma=np.full(100, 0.05)) == ["correlated-residuals"]
    right = judgement.two_decays(x, 3, 2.0, 0, 1) + 0.05 * np.random.default_rng(2).standard_normal(100)
    assert ids(called, x, right, p0=(5, 1)) == []


def test_a_covariance_matrix_as_sigma_is_judged_by_whitened_residuals():
    m = 80
    x = np.linspace(0, 4, m)
    C = 0.04 * 0.8 ** np.abs(np.subtract.outer(np.arange(m), np.arange(m)))
    y = judgement.decay(x, 2.5, 1.3, 0.5) + np.linalg.cholesky(C) @ np.random.default_rng(1).standard_normal(m)
    assert ids(judgement.decay, x, y, sigma=C) == []
    assert ids(judgement.decay, x, y) == ["correlated-residuals"]


def test_images_formulas_and_shapes():
    grid = np.mgrid[0:20, 0:30].astype(float)
    y = judgement.spot(grid, 3, 10, 15, 4, 1) + 0.1 * np.random.default_rng(1).standard_normal((20, 30))
    assert ids(judgement.spot, grid, y, p0=(3, 10, 15, 4, 1)) == []
    assert ids(lambda g, a, b, c: a + b * g[0] + c * g[1], grid, y) == ["correlated-residuals"]
    x, y = wrong_curve()
    assert ids("a*exp(-b*x)", {"x": x}, y, p0=(5, 1)) == ["correlated-residuals"]


def test_a_step_acts_in_jumps():
    x = np.linspace(0, 10, 50)
    y = np.where(x < 6, 1.0, 3.0) + 0.1 * np.random.default_rng(1).standard_normal(50)
    r = ids(lambda x, low, high, at: np.where(x < at, low, high), x, y, p0=(1, 3, 6.0))
    assert r == ["jumps"]
    y = np.floor(x) + 0.01 * np.random.default_rng(1).standard_normal(50)
    assert ids(lambda x, a, at: a * np.floor(x + 0 * at), x, y, p0=(1, 1.0)) == ["no-effect"]


def test_nlsq_scipy_raises_none_of_it_and_logs(caplog):
    from nlsq.scipy import curve_fit as scipys

    x, y = wrong_curve()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        popt, _ = scipys(judgement.one_decay, x, y, p0=(5, 1))
        with caplog.at_level(logging.INFO, "nlsq"):
            again, *_ = scipys(judgement.one_decay, x, y, p0=(5, 1), full_output=True)
    np.testing.assert_allclose(popt, again, rtol=1e-8)
    assert any("correlated-residuals" in line for line in caplog.messages)


def test_every_id_has_a_section_and_those_with_a_picture_have_one():
    page = (ROOT / "docs" / "issues.md").read_text("utf-8")
    for id_, _ in _core.issue_kinds():
        assert f"\n## {id_}\n" in page, id_
    for name in {part.split(")")[0] for part in page.split("](images/")[1:]}:
        assert (ROOT / "docs" / "images" / name).is_file(), name
