# SPDX-License-Identifier: MIT
"""Arguments of least_squares by position, and models with data in LeastSquares."""

import numpy as np
import pytest
import scipy.optimize

from nlsq import LeastSquares, least_squares

X = np.linspace(0.0, 4.0, 40)
Y = 2.5 * np.exp(-1.3 * X) + 0.5 + 0.02 * np.cos(11.0 * X)


def residuals(p):
    return p[0] * np.exp(-p[1] * X) + p[2] - Y


def model(x, a, b, c):
    return a * np.exp(-b * x) + c


def test_arguments_by_position_are_in_scipys_order():
    bounds = ([0.0, 0.0, 0.0], [5.0, 5.0, 0.3])
    ours = least_squares(residuals, [1, 1, 0.1], None, bounds, "dogbox", 1e-10, 1e-10, 1e-10, "jac", "soft_l1", 0.1)
    theirs = scipy.optimize.least_squares(residuals, [1, 1, 0.1], "2-point", bounds, "dogbox", 1e-10, 1e-10, 1e-10, "jac",
                                          "soft_l1", 0.1)  # fmt: skip
    np.testing.assert_allclose(ours.x, theirs.x, rtol=1e-5)
    assert ours.cost == pytest.approx(theirs.cost, rel=1e-9)
    with pytest.raises(TypeError, match="multiple values.*bounds"):
        least_squares(residuals, [1, 1, 0.1], None, bounds, bounds=bounds)
    with pytest.raises(TypeError, match="at most 21 positional"):
        least_squares(residuals, [1, 1, 0.1], *[None] * 30)


def test_results_say_how_derivatives_were_made():
    assert least_squares(residuals, [1, 1, 1]).jacobian_mode == "fwd"
    called = least_squares(lambda p: residuals([float(v) for v in p]), [1, 1, 1])
    assert called.engine == "callback" and called.jacobian_mode == called.derivative_order == "2-point"
    by_user = least_squares(residuals, [1, 1, 1], lambda p: np.stack(
        [np.exp(-p[1] * X), -p[0] * X * np.exp(-p[1] * X), np.ones_like(X)], 1))  # fmt: skip
    assert by_user.jacobian_mode == "user"


def test_a_model_with_data():
    plain = least_squares(residuals, [1, 1, 1])
    solver = LeastSquares()
    r = solver.least_squares(model, [1, 1, 1], xdata=X, ydata=Y)
    np.testing.assert_allclose(r.x, plain.x, rtol=1e-12)
    mask = X < 3.0
    some = solver.least_squares(model, [1, 1, 1], xdata=X, ydata=Y, data_mask=mask)
    np.testing.assert_allclose(some.x, scipy.optimize.curve_fit(model, X[mask], Y[mask], [1, 1, 1])[0], rtol=1e-5)
    assert r.engine == some.engine == "interpreter"
    for bad in ({"xdata": X}, {"ydata": Y}, {"data_mask": mask}):
        with pytest.raises(TypeError):
            solver.least_squares(model, [1, 1, 1], **bad)
    with pytest.raises(ValueError, match="data_mask has shape"):
        solver.least_squares(model, [1, 1, 1], xdata=X, ydata=Y, data_mask=mask[:5])
