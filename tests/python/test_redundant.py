# SPDX-License-Identifier: MIT
"""Redundant parameters change nothing that is determined, neither the curve nor its errors."""

import pickle

import numpy as np
import pytest

import nlsq
import nlsq.scipy

X = np.linspace(0.1, 3.0, 60)
NOISE = 0.02 * np.random.default_rng(3).normal(size=60)
DECAY = 3.0 * np.exp(-0.7 * X) + NOISE
LINE = 2.0 * X + 1.0 + NOISE
PEAK = 2.0 * np.exp(-((X - 1.5) ** 2) / (2 * 0.5**2)) + NOISE


def decay(x, a, c):
    return a * np.exp(-c * x)


def line(x, a, c):
    return a * x + c


def peak(x, a, m, s):
    return a * np.exp(-((x - m) ** 2) / (2 * s**2))


# (model, without the redundancy, y, start, {place: place without}, rank)
FAMILIES = {
    "product": (lambda x, a, b, c: a * b * np.exp(-c * x), decay, DECAY, [1.0, 1.2, 1.0], {2: 1}, 2),
    "sum": (lambda x, a, b, c: (a + b) * np.exp(-c * x), decay, DECAY, [1.0, 1.2, 1.0], {2: 1}, 2),
    "exponent": (lambda x, a, b, c: a * np.exp(b - c * x), decay, DECAY, [1.0, 0.5, 1.0], {2: 1}, 2),
    "shift": (lambda x, a, b, c: a * np.exp(-c * (x - b)), decay, DECAY, [1.0, 0.5, 1.0], {2: 1}, 2),
    "slope": (lambda x, a, b, c: a * b * x + c, line, LINE, [1.0, 1.2, 1.0], {2: 1}, 2),
    "column twice": (lambda x, a, b, c: a * x + b * (2 * x) + c, line, LINE, [1.0, 1.2, 1.0], {2: 1}, 2),
    "no effect": (lambda x, a, b, c: a * x + 0 * b + c, line, LINE, [1.0, 1.2, 1.0], {0: 0, 2: 1}, 2),
    "peak": (
        lambda x, a, b, m, s: a * b * np.exp(-((x - m) ** 2) / (2 * s**2)),
        peak, PEAK, [1.0, 1.2, 1.3, 0.7], {2: 1, 3: 2}, 3,
    ),
}  # fmt: skip
pytestmark = pytest.mark.filterwarnings("ignore")


def black_box(f):
    return lambda x, *p: np.array([float(v) for v in f(x, *p)])


def starts(p0, count=5):
    for seed in range(count):
        yield np.array(p0) * np.exp(0.2 * np.random.default_rng(seed).normal(size=len(p0)))


@pytest.fixture(params=FAMILIES)
def family(request):
    return FAMILIES[request.param]


@pytest.mark.parametrize("called", [False, True])
@pytest.mark.parametrize("method", ["trf", "lm", "dogbox"])
def test_what_is_determined_is_that_of_the_model_without(family, method, called):
    f, g, y, p0, places, rank = family
    best = nlsq.curve_fit(g, X, y, p0=[1.0, 1.0, 0.7][: g.__code__.co_argcount - 1], method=method)
    value, error = (1e-5, 1e-4) if called else (1e-8, 1e-8)
    std = best.predict([0.5, 2.5, 5.0], return_std=True)[1]
    for start in starts(p0):
        r = nlsq.curve_fit(black_box(f) if called else f, X, y, p0=start, method=method)
        assert r.rank == rank and r.dof == best.dof and r.cost == pytest.approx(best.cost, rel=1e-7 if called else 1e-10)
        for i, j in places.items():
            assert r.popt[i] == pytest.approx(best.popt[j], rel=value)
            assert r.perr[i] == pytest.approx(best.perr[j], rel=error)
        assert np.isinf(np.delete(r.perr, list(places))).all()
        np.testing.assert_allclose(r.predict([0.5, 2.5, 5.0], return_std=True)[1], std, rtol=error)


def test_a_callers_jacobian_and_sigma_are_as_good():
    def jac(x, a, b, c):
        e = np.exp(-c * x)
        return np.stack([b * e, a * e, -a * b * x * e], axis=1)

    f, g, y, p0, *_ = FAMILIES["product"]
    sigma = 0.02 * (1.0 + X)
    best = nlsq.curve_fit(g, X, y, p0=[1.0, 1.0], sigma=sigma, absolute_sigma=True)
    for start in starts(p0):
        r = nlsq.curve_fit(black_box(f), X, y, p0=start, sigma=sigma, absolute_sigma=True, jac=jac, xtol=1e-14,
                           ftol=1e-14, gtol=1e-14)  # fmt: skip
        assert r.rank == 2 and r.perr[2] == pytest.approx(best.perr[1], rel=1e-8)
        assert r.reduced_chi2 == pytest.approx(best.reduced_chi2, rel=1e-8)


def test_many_fits_are_as_good(family):
    f, g, y, p0, places, _ = family
    ys = np.stack([y, 1.1 * y, y + 0.01 * X])
    start = [1.0, 1.0, 0.7][: g.__code__.co_argcount - 1]
    best, r = nlsq.curve_fit_many(g, X, ys, p0=start), nlsq.curve_fit_many(f, X, ys, p0=p0)
    for i, j in places.items():
        np.testing.assert_allclose(r.popt[:, i], best.popt[:, j], rtol=1e-8)
        np.testing.assert_allclose(r.perr[:, i], best.perr[:, j], rtol=1e-8)
    assert np.isinf(np.delete(r.perr, list(places), axis=1)).all()


def test_a_result_keeps_what_it_knows_of_its_curve(tmp_path):
    f, _, y, p0, *_ = FAMILIES["product"]
    r = nlsq.curve_fit(f, X, y, p0=p0)
    errors = r.predict([1.0, 2.0], return_std=True)[1]
    assert np.isfinite(errors).all()
    for kept in (_pickled(r), _saved(r, tmp_path)):
        np.testing.assert_allclose(kept.predict([1.0, 2.0], return_std=True)[1], errors, rtol=1e-12)
    low, high = r.confidence_band([1.0, 2.0])
    assert np.isfinite(low).all() and np.isfinite(high).all()


def _pickled(r):
    formula = nlsq.curve_fit("a*b*exp(-c*x)", X, DECAY, p0=[1.0, 1.2, 1.0])
    return pickle.loads(pickle.dumps(formula))


def _saved(r, folder):
    r.save(folder / "r.npz")
    return nlsq.CurveFitResult.load(folder / "r.npz", model=FAMILIES["product"][0])


def test_where_the_data_say_nothing_the_curve_is_unknown():
    def kink(x, a, b, c):
        return a + b * x + c * np.maximum(x - 4.0, 0.0)

    errors = nlsq.curve_fit(kink, X, LINE, p0=[1.0, 1.0, 1.0]).predict([1.0, 3.9, 5.0], return_std=True)[1]
    assert np.isfinite(errors[:2]).all() and np.isinf(errors[2])


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("called", [False, True])
@pytest.mark.parametrize("method", ["trf", "lm", "dogbox"])
def test_scipys_covariance_is_inf_where_nothing_is_determined(family, method, called):
    f, g, y, p0, places, rank = family
    _, best = nlsq.scipy.curve_fit(g, X, y, p0=[1.0, 1.0, 0.7][: g.__code__.co_argcount - 1])
    with pytest.warns(nlsq.scipy.OptimizeWarning, match="could not be estimated"):
        _, pcov = nlsq.scipy.curve_fit(black_box(f) if called else f, X, y, p0=p0, method=method)
    known = list(places)
    assert np.isinf(np.delete(np.diag(pcov), known)).all()
    if method == "lm":  # as SciPy
        assert np.isinf(pcov).all()
        return
    redundant = (60 - rank) / (60 - len(p0))  # SciPy's M - n
    expected = best[np.ix_(list(places.values()), list(places.values()))] * redundant
    np.testing.assert_allclose(pcov[np.ix_(known, known)], expected, rtol=1e-3 if called else 1e-6)
