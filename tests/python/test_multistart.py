# SPDX-License-Identifier: MIT
"""Fits from many starts: the best minimum, the list of all, the same for the same seed."""

import numpy as np
import pytest

import nlsq
from nlsq._fits.multistart import SAMPLERS, samples, starts_of

X = np.linspace(0.0, 10.0, 200)
BOUNDS = ([0.0, 0.0, -4.0, -5.0], [5.0, 8.0, 4.0, 5.0])


def wave(x, a, w, p, c):
    return a * np.sin(w * x + p) + c


def black_box(x, a, w, p, c):
    return wave(x, float(a), float(w), float(p), float(c))


Y = wave(X, 2.0, 3.3, 0.5, 1.0) + 0.1 * np.random.default_rng(1).normal(size=X.size)
FAR = [1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_finds_what_one_start_does_not(sampler):
    alone = nlsq.curve_fit(wave, X, Y, FAR)
    best = nlsq.curve_fit(wave, X, Y, FAR, bounds=BOUNDS, n_starts=64, sampler=sampler)
    assert alone.cost > 50.0 * best.cost
    np.testing.assert_allclose(best.popt, [2.0, 3.3, 0.5, 1.0], atol=5.0 * best.perr.max())
    again = nlsq.curve_fit(wave, X, Y, FAR, bounds=BOUNDS, n_starts=64, sampler=sampler)
    assert np.array_equal(best.popt, again.popt)
    costs = [found["cost"] for found in best.minima]
    assert costs == sorted(costs) and len(costs) > 3
    assert abs(costs[0] - best.cost) <= 1e-9 * best.cost
    assert sum(found["hits"] for found in best.minima) == best.multistart_diagnostics["n_starts_successful"] <= 64


@pytest.mark.filterwarnings("ignore:the data do not determine")
def test_minima_say_what_speaks_against_them():
    best = nlsq.curve_fit(wave, X, Y, FAR, bounds=BOUNDS, n_starts=64)
    assert best.minima[0]["health"] == "good" and {"popt", "cost", "hits", "health"} == set(best.minima[0])
    line = nlsq.curve_fit(lambda x, a, b, c: a * b * x + c, X, 3.0 * X + 1.0, [1, 1, 1], n_starts=20)
    assert line.minima[0]["health"] == "undetermined"


def test_the_same_bits_for_any_number_of_threads():
    one, three = (nlsq.curve_fit(wave, X, Y, FAR, bounds=BOUNDS, n_starts=500, threads=t) for t in (1, 3))
    assert np.array_equal(one.popt, three.popt) and np.array_equal(one.pcov, three.pcov)
    for a, b in zip(one.minima, three.minima, strict=True):
        assert np.array_equal(a["popt"], b["popt"]) and (a["cost"], a["hits"]) == (b["cost"], b["hits"])


def test_the_result_is_that_of_one_fit():
    best = nlsq.curve_fit(wave, X, Y, FAR, bounds=BOUNDS, n_starts=64)
    alone = nlsq.curve_fit(wave, X, Y, best.minima[0]["popt"], bounds=BOUNDS)
    assert np.array_equal(best.popt, alone.popt) and np.array_equal(best.pcov, alone.pcov)


def test_the_given_start_is_among_them():
    near = nlsq.curve_fit(wave, X, Y, [2.0, 3.3, 0.5, 1.0])
    kept = nlsq.curve_fit(wave, X, Y, [2.0, 3.3, 0.5, 1.0], n_starts=3, seed=7)
    np.testing.assert_allclose(kept.popt, near.popt, atol=1e-6 * near.perr.min())
    starts = starts_of([1.0, 2.0], None, None, [False, True], 50, "lhs", False, 1.0, 0)
    assert np.array_equal(starts[0], [1.0, 2.0])
    assert np.all(starts[:, 1] == 2.0)  # fixed
    assert starts[:, 0].min() < -0.9 and starts[:, 0].max() > 2.9  # 2·max(|p0|, 1) about it


def test_black_boxes_too():
    best = nlsq.curve_fit(black_box, X, Y, FAR, bounds=BOUNDS, n_starts=30)
    assert best.engine == "callback"
    assert best.cost < 1.0


def test_the_other_names():
    assert nlsq.curve_fit(wave, X, Y, FAR, multistart=True).multistart_diagnostics[
        "n_starts_configured"] == 10  # fmt: skip
    assert nlsq.curve_fit(wave, X, Y, FAR, global_search=True).multistart_diagnostics[
        "n_starts_configured"] == 20  # fmt: skip
    assert nlsq.curve_fit(wave, X, Y, FAR, multistart=False, n_starts=10).multistart_diagnostics[
        "bypassed"]  # fmt: skip


def test_works_with_weights_and_losses_and_formulas():
    sigma = np.full(X.size, 0.1)
    for more in (dict(sigma=sigma, absolute_sigma=True), dict(loss="soft_l1", f_scale=0.1), dict(fixed={"c": 1.0})):
        best = nlsq.curve_fit(wave, X, Y, FAR, bounds=BOUNDS, n_starts=64, **more)
        assert abs(best.popt[1] - 3.3) < 0.01, more
    best = nlsq.curve_fit("a*sin(w*t+p)+c", data={"t": X, "y": Y}, y="y", p0=FAR, bounds=BOUNDS, n_starts=64)
    assert abs(best.params["w"].value - 3.3) < 0.01


def test_a_start_that_is_not_finite_stops_nobody():
    def root(x, a, b):
        return a * np.sqrt(x - b)

    x = np.linspace(1.0, 5.0, 40)
    best = nlsq.curve_fit(root, x, root(x, 2.0, 0.5), [1.0, 0.0], n_starts=40, center_on_p0=False)
    np.testing.assert_allclose(best.popt, [2.0, 0.5], rtol=1e-6)
    assert best.multistart_diagnostics["n_starts_successful"] < 40


def test_points_fill_the_cube():
    for sampler in SAMPLERS:
        points = samples(sampler, 64, 3, 5)
        assert points.shape == (64, 3) and points.min() >= 0.0 and points.max() < 1.0
        assert abs(points.mean() - 0.5) < 0.03
    cells = np.sort((samples("lhs", 20, 2, 1) * 20).astype(int), axis=0)
    assert np.array_equal(cells[:, 0], np.arange(20)) and np.array_equal(cells[:, 1], np.arange(20))


def test_nonsense_is_named():
    for more, words in (
        (dict(n_starts=-1), "n_starts must be a whole number of at least 0"),
        (dict(n_starts=5, sampler="lhx"), "sampler must be one of lhs, sobol, halton"),
        (dict(n_starts=5, scale_factor=0.0), "scale_factor must be a number above 0"),
        (dict(n_starts=5, seed=1.5), "seed must be a whole number"),
    ):
        with pytest.raises((TypeError, ValueError), match=words):
            nlsq.curve_fit(wave, X, Y, FAR, **more)
