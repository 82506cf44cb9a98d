# SPDX-License-Identifier: MIT
"""Every model of the gallery gives the answer that SciPy gives, by the path that is expected."""

import numpy as np
import pytest
import scipy.optimize

from nlsq import curve_fit

from gallery import GALLERY, M


@pytest.mark.parametrize("entry", GALLERY, ids=lambda e: e.name)
def test_answer_and_path(entry):
    rng = np.random.default_rng(5)
    p_true = np.asarray(entry.p0) * 1.1
    x = np.asarray(entry.x) if isinstance(entry.x, list) else entry.x
    with np.errstate(invalid="ignore"):
        exact = np.asarray(entry.f(x, *p_true), dtype=float)
    y = np.broadcast_to(exact, (M,)) + 0.01 * rng.normal(size=M)
    result = curve_fit(entry.f, entry.x, y, entry.p0)
    assert result.engine == ("interpreter" if entry.path == "traced" else "callback"), result.trace_note
    if entry.path == "called":
        assert result.trace_note

    def residuals(p):
        with np.errstate(invalid="ignore"):
            return np.asarray(entry.f(x, *p), dtype=float) - y

    reference = scipy.optimize.least_squares(residuals, entry.p0, ftol=1e-14, xtol=1e-14, gtol=1e-14, jac="3-point")
    ours = 0.5 * np.sum(residuals(result.popt) ** 2)
    assert ours <= reference.cost * (1 + 1e-7) + 1e-15
    if np.linalg.matrix_rank(reference.jac) == len(entry.p0):
        error = np.sqrt(np.diag(np.linalg.inv(reference.jac.T @ reference.jac)) * 2 * reference.cost / (M - len(p_true)))
        assert np.all(np.abs(result.popt - reference.x) <= 1e-3 * error)
        np.testing.assert_allclose(result.perr, error, rtol=1e-4)


def test_the_gallery_is_large_enough():
    assert len(GALLERY) >= 40
