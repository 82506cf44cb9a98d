# SPDX-License-Identifier: MIT
"""Global fits: shared parameters, long tables with an index column, bad input."""

import numpy as np
import pytest

import nlsq


def peak(x, amp, cen, width):
    return amp * np.exp(-0.5 * ((x - cen) / width) ** 2)


@pytest.fixture
def sets():
    rng = np.random.default_rng(3)
    x = np.linspace(-4, 4, 60)
    amps, centres = [1.0, 2.0, 0.7], [-0.5, 0.2, 0.9]
    ys = np.array([peak(x, a, c, 0.8) + 0.02 * rng.standard_normal(60) for a, c in zip(amps, centres)])
    return x, ys


def by_hand(x, ys, **options):
    """The same as one function of all data."""
    k = len(ys)
    at = np.repeat(np.arange(k), len(x))

    def model(x, *p):
        return sum(np.where(at == i, peak(x, p[2 * i], p[2 * i + 1], p[-1]), 0.0) for i in range(k))

    return nlsq.curve_fit(model, np.tile(x, k), ys.ravel(), p0=[1.0, 0.0] * k + [1.0], **options)


@pytest.mark.parametrize("linear_solver", ["dense", "sparse"])
def test_a_shared_width_is_the_problem_written_out(sets, linear_solver):
    x, ys = sets
    r = nlsq.fit_together([(peak, x, y) for y in ys], share=["width"], linear_solver=linear_solver)
    hand = by_hand(x, ys)
    order = [r.names.index(name) for i in range(3) for name in (f"amp[{i}]", f"cen[{i}]")] + [r.names.index("width")]
    assert r.success and r.linear_solver == linear_solver
    np.testing.assert_allclose(r.popt[order], hand.popt, rtol=1e-8)
    np.testing.assert_allclose(r.pcov[np.ix_(order, order)], hand.pcov, rtol=1e-6, atol=1e-12)
    assert r.dof == hand.dof and r.chi2 == pytest.approx(hand.chi2, rel=1e-10)
    assert r.aic == pytest.approx(hand.aic, rel=1e-10)
    np.testing.assert_allclose(r[1].predict(), peak(x, *r[1].popt), rtol=1e-12)
    np.testing.assert_allclose(r[1].residuals, ys[1] - r[1].predict())
    assert r.params["width"].stderr == r[0]["width"].stderr == r.perr[r.names.index("width")]
    np.testing.assert_allclose(r.covariance(["width", "amp[0]"])[0, 0], r.params["width"].stderr ** 2)


def test_sets_have_models_and_names_of_their_own():
    t = np.linspace(0, 6, 60)
    rise, fall = 2 * (1 - np.exp(-0.8 * t)), 1.5 * np.exp(-0.8 * t)
    problem = nlsq.Problem()
    problem.add(lambda t, top, k: top * (1 - np.exp(-k * t)), t, rise + 0.01 * np.sin(37 * t), share="k", name="rise")
    problem.add("start*exp(-k*t)", {"t": t}, fall - 0.01 * np.sin(31 * t), share=["k"], name="fall")
    r = problem.fit()
    assert r.names == ["top", "k", "start"] and r.params["k"].value == pytest.approx(0.8, abs=0.01)
    assert r["fall"]["start"].value == pytest.approx(1.5, abs=0.02)
    assert "rise" in repr(r["rise"])


def test_many_sets_share_with_curve_fit_many(sets):
    x, ys = sets
    r = nlsq.curve_fit_many(peak, x, ys, share=["width"])
    together = nlsq.fit_together([(peak, x, y) for y in ys], share=["width"])
    np.testing.assert_allclose(r.popt, together.popt, rtol=1e-9)
    table = {"x": np.tile(x, 3), "v": ys.ravel(), "name": np.repeat(["a", "b", "c"], len(x))}
    r = nlsq.curve_fit_many("amp*exp(-0.5*((x-cen)/width)^2)", data=table, y="v", by="name", share="width")
    assert r.params["amp[b]"].value == pytest.approx(together.params["amp[1]"].value, rel=1e-8)


def test_starts_bounds_and_fixed_values_are_for_all_sets_or_one_each(sets):
    x, ys = sets
    pair = {"red": (peak, x, ys[0]), "blue": (peak, x, ys[1])}
    with pytest.warns(match="'amp.blue.' is at its bound"):
        r = nlsq.fit_together(pair, share="width", p0={"amp": [1.1, 1.4], "cen": 0.0, "width": 1},
                              bounds={"amp": (0, 1.5), "width": (0.1, None)}, fixed={"cen[blue]": 0.2})  # fmt: skip
    assert r.params["amp[blue]"].value == pytest.approx(1.5) and r.params["amp[blue]"].at_bound == 1
    assert r.params["cen[blue]"].fixed and r.params["cen[blue]"].value == 0.2
    assert not r.params["cen[red]"].fixed


def test_ties_priors_and_derived_quantities_of_global_fits(sets):
    x, ys = sets
    r = nlsq.fit_together([(peak, x, y) for y in ys], share="width", tie={"amp[1]": "2*amp[0]"},
                          prior={"width": (0.8, 0.001)}, derive={"ratio": "amp[2]/amp[0]"})  # fmt: skip
    assert r.params["amp[1]"].value == pytest.approx(2 * r.params["amp[0]"].value)
    assert r.tied == {"amp[1]": "2*amp[0]"} and r.n_priors == 1
    assert r.derived["ratio"].stderr > 0


def test_an_index_column_of_texts_names_its_elements():
    rng = np.random.default_rng(5)
    t = np.sort(rng.uniform(0, 100, 90))
    tel = rng.choice(["HARPS", "HIRES", "UCLES"], 90)
    offset = {"HARPS": 3.0, "HIRES": -5.0, "UCLES": 20.0}
    v = 12 * np.sin(2 * np.pi * t / 17.3 + 0.4) + np.array([offset[name] for name in tel]) + rng.standard_normal(90)
    r = nlsq.curve_fit("v = K*sin(2*pi*t/P + phi) + offset[tel]", data={"t": t, "v": v, "tel": tel},
                       p0={"P": 17.3, "K": 10.0, "phi": 0.0, "offset": 0.0})  # fmt: skip
    assert r.success
    for name, value in offset.items():
        assert abs(r.params[f"offset[{name}]"].value - value) < 5 * r.params[f"offset[{name}]"].stderr
    np.testing.assert_allclose(r[0].residuals, v - r[0].predict())
    tied = nlsq.curve_fit("v = K*sin(2*pi*t/P + phi) + offset[tel]", data={"t": t, "v": v, "tel": tel},
                          p0={"P": 17.3, "K": 10.0, "phi": 0.0, "offset": [1, 2, 3]},
                          tie={"offset[HIRES]": "offset[HARPS] - 8"})  # fmt: skip
    assert tied.params["offset[HIRES]"].value == pytest.approx(tied.params["offset[HARPS]"].value - 8)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda s: nlsq.fit_together(s, share=["widht"]), "no model has a parameter 'widht' .did you mean 'width'"),
        (lambda s: nlsq.fit_together(s, share="width", p0={"amp": [1, 2]}), "amp has 2 values for 3 parameters"),
        (lambda s: nlsq.fit_together(s, share="width", fixed={"amp[7]": 1}), "no parameter 'amp.7.'"),
        (lambda s: nlsq.fit_together(s, share="width", linear_solver="fast"), "linear_solver"),
        (lambda s: nlsq.Problem().fit(), "no data set"),
        (lambda s: nlsq.Problem().add(*s[0], name="a").add(*s[1], name="a"), "called 'a'"),
    ],
)
def test_what_makes_no_sense_is_named(sets, call, text):
    x, ys = sets
    with pytest.raises(ValueError, match=text):
        call([(peak, x, y) for y in ys])


def test_indices_are_whole_numbers_without_gaps():
    x = np.arange(12.0)
    table = {"x": x, "y": x, "g": np.repeat([0.0, 1.0, 2.0], 4)}
    for change, text in (((5, 1.5), "holds 1.5 in row 6"), ((0, -1.0), "holds -1 in row 1")):
        bad = {**table, "g": table["g"].copy()}
        bad["g"][change[0]] = change[1]
        with pytest.raises(ValueError, match=text):
            nlsq.curve_fit("y = a[g]*x", data=bad)
    gap = {**table, "g": np.where(table["g"] == 1.0, 2.0, table["g"])}
    with pytest.raises(ValueError, match=r"no row has 1 in the index column 'g'.*a\[1\]"):
        nlsq.curve_fit("y = a[g]*x", data=gap)
    assert nlsq.curve_fit("y = a[g]*x", data=gap, fixed={"a[1]": 0.0}).success
