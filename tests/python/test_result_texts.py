# SPDX-License-Identifier: MIT
"""A result as one line, a table, a report and a picture."""

import numpy as np
import pytest
from fits import decay, decay_data, fit, line

from nlsq import curve_fit


def test_repr_is_one_short_line():
    x = np.linspace(0.0, 4.0, 9)
    text = repr(fit(x=x, y=decay(x, 2.5, 1.3, 0.5) + 0.01 * (-1.0) ** np.arange(9)))
    assert text == (
        "CurveFitResult(a = 2.505 ± 0.012, b = 1.310 ± 0.016, c = 0.5032 ± 0.0068, R² = 0.999855, converged)"
    )
    many = fit(lambda x, *p: sum(c * np.cos(k * x) for k, c in enumerate(p)), p0=[0.0] * 9, names="abcdefghi")
    assert "3 more" in repr(many) and len(repr(many)) < 300 and str(many) == repr(many)


def test_html_is_a_small_table():
    x = np.linspace(0.0, 1.0, 5)
    r = fit(line, x, 2.0 * x + 1.0 + 0.1 * (-1.0) ** np.arange(5), names=("<a>", "b"), p0=(1.0, 1.0))
    assert r._repr_html_() == (
        "<table><thead><tr><th>parameter</th><th>value ± standard error</th><th></th></tr></thead>"
        "<tbody><tr><td>&lt;a&gt;</td><td>2.00 ± 0.16</td><td></td></tr>"
        "<tr><td>b</td><td>1.020 ± 0.098</td><td></td></tr></tbody></table>"
        "<p>converged; R² = 0.981162, χ²/dof = 0.016, 5 values</p>"
    )


def test_summary_prints_the_report(capsys):
    r = fit()
    assert r.summary() is None
    printed = capsys.readouterr().out
    assert printed == r.report() + "\n" and "Goodness of fit" in printed
    assert "90 % interval" in r.report(0.9)


@pytest.fixture
def pyplot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    yield plt
    plt.close("all")


def test_plot_draws_data_curve_band_and_residuals(pyplot, tmp_path):
    r = fit(sigma=np.full(50, 0.05))
    figure, (upper, lower) = r.plot()
    assert len(upper.lines) == 1 and len(lower.collections) == 1
    assert [t.get_text() for t in upper.get_legend().get_texts()] == ["data", "fit", "95 % confidence"]
    figure.savefig(tmp_path / "fit.png")
    figure, ax = r.plot(show_residuals=False, show_confidence=False, marker="x", label="counts")
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["counts", "fit"]


def dose_fit():
    dose = np.geomspace(1e-9, 1e-3, 25)
    y = 100.0 / (1.0 + 3e-7 / dose) + np.cos(np.arange(25.0))
    return curve_fit(lambda d, top, ec: top / (1.0 + ec / d), dose, y, [90.0, 1e-6])


def test_plot_of_doses_is_logarithmic_by_itself(pyplot):
    _, (upper, lower) = dose_fit().plot()
    assert (upper.get_xscale(), upper.get_yscale(), lower.get_xscale(), lower.get_yscale()) == (
        "log", "linear", "log", "linear")  # fmt: skip
    grid = upper.lines[0].get_xdata()
    np.testing.assert_allclose(grid[1:] / grid[:-1], grid[1] / grid[0])
    x = np.geomspace(1.0, 1e4, 30)
    _, (upper, _) = curve_fit(lambda x, a, b: a * x**b, x, 2e-3 * x**1.5, [1e-3, 1.0]).plot()
    assert (upper.get_xscale(), upper.get_yscale()) == ("log", "log")
    assert fit().plot()[1][0].get_xscale() == "linear"


@pytest.mark.parametrize("log, scales", [("none", ("linear", "linear")), ("y", ("linear", "log")), ("xy", ("log", "log"))])
def test_plot_takes_scales(pyplot, log, scales):
    _, (upper, _) = dose_fit().plot(log=log)
    assert (upper.get_xscale(), upper.get_yscale()) == scales
    with pytest.raises(ValueError, match="log must be 'x', 'y', 'xy' or 'none', not 'both'"):
        dose_fit().plot(log="both")


def test_plot_into_axes_of_ones_own(pyplot):
    r = fit()
    figure, axes = pyplot.subplots(2)
    assert r.plot(ax=axes)[1] == tuple(axes)
    figure, ax = pyplot.subplots()
    assert r.plot(ax=ax) == (figure, ax)


def test_plot_of_models_that_only_know_their_data_and_of_surfaces(pyplot):
    x, y = decay_data()
    w = np.linspace(1.0, 2.0, 50)
    fit(lambda x, a, b, c: decay(x, a, b, c) * w, x, y * w).plot()
    xy = np.stack([x, x[::-1] ** 2])
    surface = fit(lambda v, a, b: a * v[0] + b * v[1], xy, 2.0 * xy[0] - xy[1], p0=(1.0, 1.0))
    _, (upper, lower) = surface.plot()
    assert lower.get_xlabel() == "prediction"
