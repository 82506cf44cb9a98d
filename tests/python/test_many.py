# SPDX-License-Identifier: MIT
"""curve_fit_many: shapes, starts, bounds, points that are left out; every fit is that of curve_fit alone."""

import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from many import K, M, X, assert_like_single, black_decay, decay, decays, line

from nlsq import curve_fit_many

ENGINES = pytest.mark.parametrize("f", [decay, black_decay], ids=["recorded", "called"])


def own_x(seed=2):
    return X * np.random.default_rng(seed).uniform(0.8, 1.2, (K, 1))


@ENGINES
def test_rows_are_data_sets(f):
    y = decays()
    r = curve_fit_many(f, X, y)
    assert r.shape == (K,) and r.popt.shape == r.perr.shape == (K, 3) and r.pcov.shape == (K, 3, 3)
    assert r.names == ["a", "b", "c"] and r.engine == ("lanes" if f is decay else "callback")
    assert r.success.all() and r.ok.all() and (r.n == M).all() and (r.nfev > 0).all()
    assert_like_single(r, f, lambda i: X, lambda i: y[i])


def test_a_stack_of_images_gives_images():
    y = decays((3, 2, 2))
    r = curve_fit_many(decay, X, y)
    assert r.popt.shape == (3, 2, 2, 3) and r.cost.shape == (3, 2, 2)
    assert r.params["b"].shape == r.stderr["b"].shape == (3, 2, 2)
    assert_like_single(r, decay, lambda i: X, lambda i: y[i])
    assert np.array_equal(r.popt.reshape(12, 3), curve_fit_many(decay, X, y.reshape(12, M)).popt)


@ENGINES
def test_each_set_with_its_own_x(f):
    x = own_x()
    y = np.stack([decays((1,), xi, seed=i)[0] for i, xi in enumerate(x)])
    assert_like_single(curve_fit_many(f, x, y), f, lambda i: x[i], lambda i: y[i])


def test_own_x_of_a_stack_of_images():
    x = own_x().reshape(3, 4, M)
    y = decay(x, 2.5, 1.3, 0.5) + 0.05 * np.random.default_rng(5).standard_normal(x.shape)
    r = curve_fit_many(decay, x, y)
    assert r.popt.shape == (3, 4, 3)
    assert_like_single(r, decay, lambda i: x[i], lambda i: y[i])


def plane(xz, a, b, c):
    return a * xz[0] + b * xz[1] + c


def test_several_variables_shared_stacked_and_own():
    rng = np.random.default_rng(3)
    z, own = rng.uniform(-1, 1, M), own_x()
    y = 2.0 * X - z + 0.1 * rng.standard_normal((K, M))
    shared = curve_fit_many(plane, (X, z), y)
    assert_like_single(shared, plane, lambda i: np.stack([X, z]), lambda i: y[i])
    assert np.array_equal(shared.popt, curve_fit_many(plane, np.stack([X, z]), y).popt)
    r = curve_fit_many(plane, (own, z), y)
    assert r.engine == "lanes"
    assert_like_single(r, plane, lambda i: np.stack([own[i[0]], z]), lambda i: y[i])
    swapped = curve_fit_many(lambda zx, a, b, c: plane((zx[1], zx[0]), a, b, c), (z, own), y)
    np.testing.assert_allclose(swapped.popt, r.popt, 1e-10)


@ENGINES
def test_starts_one_each_by_name_and_automatic(f):
    y = decays()
    each = np.column_stack([np.linspace(2, 3, K), np.linspace(1, 2, K), np.full(K, 0.3)])
    for p0, one in (([2.0, 1.0, 0.5], lambda i: [2.0, 1.0, 0.5]), (each, lambda i: each[i]),
                    ({"b": 2.0}, lambda i: {"b": 2.0}), ("auto", lambda i: "auto"),
                    ({"a": 2.0, "b": each[:, 1]}, lambda i: {"a": 2.0, "b": each[i][1]})):  # fmt: skip
        r = curve_fit_many(f, X, y, p0=p0)
        assert_like_single(r, f, lambda i: X, lambda i: y[i], lambda i, one=one: {"p0": one(i)})


@ENGINES
def test_bounds_one_each_and_by_name(f):
    y = decays()
    top = np.linspace(0.2, 0.6, K)
    low, high = np.zeros((K, 3)), np.column_stack([np.full(K, 9.0), np.full(K, 9.0), top])
    for bounds in ((low, high), (0, high), {"a": (0, 9), "b": (0, 9.0), "c": (0, top)},
                   {"a": (0, 9), "b": (0, 9), "c": (low[:, 0], top)}):  # fmt: skip
        r = curve_fit_many(f, X, y, bounds=bounds)
        assert_like_single(r, f, lambda i: X, lambda i: y[i], lambda i: {"bounds": (0, high[i])})
        assert np.array_equal(r.at_bound, np.isclose(r.popt[:, 2], top, rtol=0, atol=1e-9)) and r.at_bound.any()
    r = curve_fit_many(f, X, y, bounds={"c": (0, 0.4)})
    assert_like_single(r, f, lambda i: X, lambda i: y[i], lambda i: {"bounds": {"c": (0, 0.4)}})
    with pytest.warns(UserWarning, match="moved inside: a = 50"):
        curve_fit_many(f, X, y, [50.0, 1.0, 0.0], bounds=(0, 9))


@ENGINES
def test_fixed_by_value_by_name_and_each(f):
    y = decays()
    c = np.linspace(0.1, 0.9, K)
    starts = np.column_stack([np.full(K, 2.0), np.ones(K), c])
    everyone = curve_fit_many(f, X, y, fixed={"c": 0.5})
    assert (everyone.popt[:, 2] == 0.5).all() and (everyone.perr[:, 2] == 0.0).all()
    assert_like_single(everyone, f, lambda i: X, lambda i: y[i], lambda i: {"fixed": {"c": 0.5}})
    for options in ({"p0": starts, "fixed": "c"}, {"p0": starts, "fixed": {"c": None}},
                    {"p0": [2.0, 1.0, 7.0], "fixed": {"c": c}}):  # fmt: skip
        r = curve_fit_many(f, X, y, **options)
        assert np.array_equal(r.popt[:, 2], c)
        assert_like_single(r, f, lambda i: X, lambda i: y[i], lambda i: {"p0": starts[i], "fixed": "c"})
    all_held = curve_fit_many(f, X, y, starts, fixed=["a", "b", "c"])
    assert np.array_equal(all_held.popt, starts)
    np.testing.assert_allclose(all_held.rss, np.sum((decay(X, *starts.T[:, :, None]) - y) ** 2, axis=1), 1e-12)


@ENGINES
@pytest.mark.parametrize("absolute", [False, True])
def test_sigma_a_number_a_row_and_each_with_points_left_out(f, absolute):
    y, rng = decays(), np.random.default_rng(4)
    each = rng.uniform(0.02, 0.1, (K, M))
    each[rng.random((K, M)) < 0.2] = np.inf
    for sigma in (0.05, each[0], each, each.astype(np.float32)):
        r = curve_fit_many(f, X, y, sigma=sigma, absolute_sigma=absolute)
        one = np.broadcast_to(np.asarray(sigma, dtype=float), (K, M))
        assert_like_single(r, f, lambda i: X, lambda i: y[i],
                           lambda i, one=one: {"sigma": one[i], "absolute_sigma": absolute})  # fmt: skip
    assert np.array_equal(r.n, np.isfinite(each).sum(axis=1))


@ENGINES
def test_masks_and_masked_arrays(f):
    y = decays((3, 4))
    mask = np.random.default_rng(5).random(y.shape) > 0.2
    spoiled = np.where(mask, y, np.nan)
    r = curve_fit_many(f, X, spoiled, mask=mask)
    assert np.array_equal(r.n, mask.sum(axis=-1))
    assert_like_single(r, f, lambda i: X, lambda i: y[i], lambda i: {"data_mask": mask[i]})
    for other in (curve_fit_many(f, X, np.ma.masked_array(spoiled, ~mask)),
                  curve_fit_many(f, X, y, mask=mask.astype(int)),
                  curve_fit_many(f, X, spoiled, mask=mask, nan_policy="raise")):  # fmt: skip
        assert np.array_equal(other.popt, r.popt) and np.array_equal(other.pcov, r.pcov)
    for_all = curve_fit_many(f, X, y, mask=X < 3.0)
    np.testing.assert_allclose(for_all.popt, curve_fit_many(f, X[X < 3], y[..., X < 3]).popt, 1e-7)


@ENGINES
def test_what_is_not_finite_and_nan_policies(f):
    y, bad = decays(), np.zeros(K, dtype=bool)
    y[2, 3], y[5, 0], y[7] = np.nan, np.inf, np.nan
    bad[[2, 5, 7]] = True
    r = curve_fit_many(f, X, y)
    assert np.array_equal(r.status == -1, bad) and np.array_equal(~r.ok, bad)
    assert np.array_equal(np.isnan(r.popt).all(axis=1), bad) and np.isnan(r.pcov[bad]).all()
    assert r.message(2).startswith("nothing to fit")
    good = curve_fit_many(f, X, y[~bad])
    assert np.array_equal(good.popt, r.popt[~bad])  # whatever the neighbours are
    omitted = curve_fit_many(f, X, y, nan_policy="omit")
    assert np.flatnonzero(~omitted.ok).tolist() == [7] and omitted.n[[2, 5, 7]].tolist() == [M - 1, M - 1, 0]
    assert_like_single(curve_fit_many(f, X, y[[2, 5]], nan_policy="omit"), f, lambda i: X, lambda i: y[[2, 5][i[0]]],
                       lambda i: {"nan_policy": "omit"}, near=1e-8 if f is decay else 1e-6)  # fmt: skip
    with pytest.raises(ValueError, match=r"ydatas is nan at point 3 of the data set \[2\]"):
        curve_fit_many(f, X, y, nan_policy="raise")
    x = np.where(np.arange(M) == 4, np.nan, X)
    assert (curve_fit_many(f, x, y[:2], nan_policy="omit").n == M - 1).all()
    assert (curve_fit_many(f, x, y[:2]).status == -1).all()


@ENGINES
def test_sets_that_cannot_be_fitted_are_flagged_and_only_those(f):
    y = decays()
    mask, sigma = np.ones((K, M), dtype=bool), np.full((K, M), 0.05)
    y[1] = 2.0
    mask[3] = False
    mask[4, 2:] = False
    sigma[6, 5] = -1.0
    starts = np.ones((K, 3))
    starts[8, 1] = np.nan
    r = curve_fit_many(f, X, y, starts, sigma=sigma, mask=mask)
    assert np.flatnonzero(~r.ok).tolist() == [1, 3, 4, 6, 8]
    assert np.flatnonzero(~r.success).tolist() == [3, 6, 8]
    assert np.flatnonzero(r.undetermined & ~r.success).tolist() == [] and r.undetermined[4]
    assert "all values of the response are the same" in r.message(1)
    assert "do not determine" in r.message(4)
    good = [0, 2, 5, 7, 9, 10, 11]
    assert np.array_equal(r.popt[good], curve_fit_many(f, X, y[good], starts[good], sigma=sigma[good]).popt)


KINDS = ["float32", "list", "integers", "memmap", "transposed", "big-endian", "object", "backwards"]


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_arrays(kind, tmp_path):
    y, x = decays(), X
    if kind == "float32":
        given = plain = y.astype(np.float32)
        x = X.astype(np.float32)
    elif kind == "list":
        given, plain, x = y.tolist(), y, X.tolist()
    elif kind == "integers":
        given = plain = np.round(100 * y).astype(np.int32)
        x = np.arange(M)
    elif kind == "memmap":
        np.save(tmp_path / "y.npy", y)
        given, plain = np.load(tmp_path / "y.npy", mmap_mode="r"), y
    elif kind == "transposed":
        given, plain = np.asfortranarray(y), y
    elif kind == "big-endian":
        given, plain = y.astype(">f8"), y
    elif kind == "object":
        given, plain = y.astype(object), y
    else:
        given, plain = y[::-1, ::-1], y[::-1, ::-1].copy()
    f, p0 = (line, None) if kind == "integers" else (decay, [2.0, 1.0, 0.5])
    assert_like_single(curve_fit_many(f, x, given, p0), f, lambda i: x, lambda i: plain[i], lambda i: {"p0": p0})


OPTIONS = [
    {"method": "lm"},
    {"method": "dogbox"},
    {"loss": "soft_l1", "f_scale": 0.1},
    {"ftol": 1e-12, "xtol": 1e-12, "gtol": 1e-12},
    {"jacobian_mode": "rev"},
]


@pytest.mark.parametrize("options", OPTIONS)
@ENGINES
def test_options_of_curve_fit(f, options):
    y = decays()
    assert_like_single(curve_fit_many(f, X, y, **options), f, lambda i: X, lambda i: y[i], lambda i: options)


@ENGINES
def test_limits(f):
    y = decays()
    assert (curve_fit_many(f, X, y, max_nfev=2).status == 0).all()
    assert np.array_equal(curve_fit_many(f, X, y, maxfev=2).popt, curve_fit_many(f, X, y, max_nfev=2).popt)
    r = curve_fit_many(f, X, np.tile(y, (400, 1)), time_limit=1e-9)
    assert (r.status == -2).all() and np.isnan(r.popt).all() and r.message(0) == "not begun: the time was up, or it was stopped"


@given(k=st.integers(1, 70), m=st.integers(3, 40), threads=st.integers(1, 3), seed=st.integers(0, 99))
def test_a_fit_does_not_depend_on_its_neighbours(k, m, threads, seed):
    x = np.linspace(0, 3, m)
    y = decays((k,), x, seed)
    r = curve_fit_many(decay, x, y, [2.5, 1.5, 0.5], threads=threads)
    for i in {0, k // 2, k - 1}:
        alone = curve_fit_many(decay, x, y[i : i + 1], [2.5, 1.5, 0.5], threads=1)
        assert np.array_equal(alone.popt[0], r.popt[i], equal_nan=True)
        assert np.array_equal(alone.pcov[0], r.pcov[i], equal_nan=True) and alone.status[0] == r.status[i]


KIND = st.sampled_from(["none", "one", "each"])


@settings(max_examples=200)
@given(st.integers(0, 999), st.integers(12, 40), KIND, KIND, KIND, KIND, KIND, st.booleans(), st.booleans(), st.booleans())
def test_options_together(seed, m, x_kind, starts, sigma, mask, bounds, fixed, absolute, nan):
    """Every option, for all sets or one each, beside every other."""
    rng, k = np.random.default_rng(seed), 6
    x = np.linspace(0.1, 3, m) * (rng.uniform(0.9, 1.1, (k, 1)) if x_kind == "each" else 1.0)
    truth = rng.uniform(1, 2, (3, k, 1))
    y = decay(x, *truth) + 0.02 * rng.standard_normal((k, m))
    each = {
        "p0": (starts, rng.uniform(1, 2, (k, 3))),
        "sigma": (sigma, rng.uniform(0.01, 0.05, (k, m))),
        "mask": (mask, rng.permuted(np.tile(np.arange(m) % 5 != 3, (k, 1)), axis=1)),
        "upper": (bounds, rng.uniform(2, 6, (k, 3))),
    }
    values = {name: v if kind == "each" else v[0] for name, (kind, v) in each.items() if kind != "none"}
    of = lambda name, i: values[name][i] if each[name][0] == "each" else values[name]  # noqa: E731
    options = {name: values[name] for name in ("p0", "sigma", "mask") if name in values}
    if "upper" in values:
        options["bounds"] = (0.0, values["upper"])
    if fixed:
        options["fixed"] = {"c": truth[2, :, 0]}
    if nan:
        y[1, 2] = np.nan
        options["nan_policy"] = "omit"

    def options_of(i):
        i = i[0]
        single = {name: of(name, i) for name in ("p0", "sigma") if name in values}
        kept = of("mask", i) if "mask" in values else np.ones(m, dtype=bool)
        single["data_mask"] = kept & np.isfinite(y[i])
        if "upper" in values:
            single["bounds"] = (0.0, of("upper", i))
        return {**single, "absolute_sigma": absolute, **({"fixed": {"c": truth[2, i, 0]}} if fixed else {})}

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of starts that are moved inside
        r = curve_fit_many(decay, x, y, absolute_sigma=absolute, **options)
    assert_like_single(r, decay, lambda i: x if x.ndim == 1 else x[i], lambda i: np.nan_to_num(y[i]), options_of, 1e-7)


def test_long_sets():
    x = np.linspace(0, 4, 3000)
    y = decays((3,), x)
    r = curve_fit_many(decay, x, y)
    assert r.engine == "interpreter"  # long enough to fill vectors by themselves
    assert_like_single(r, decay, lambda i: x, lambda i: y[i], lambda i: {"progressive": False})


def test_results_unpack_pickle_and_become_tables():
    y = decays((3, 4))
    r = curve_fit_many(decay, X, y)
    popt, pcov = r
    assert popt is r.popt and pcov is r.pcov
    again = pickle.loads(pickle.dumps(r))
    assert again.names == r.names and np.array_equal(again.popt, r.popt) and np.array_equal(again.ok, r.ok)
    assert again.message((0, 1)) == r.message((0, 1)) and repr(again) == repr(r)
    assert repr(r).startswith("<CurveFitManyResult: 3 × 4 fits of a, b, c; none failed; lanes, ")
    table = r.to_dict()
    assert " ".join(table) == "i0 i1 n a a_stderr b b_stderr c c_stderr rss status message"
    assert {len(column) for column in table.values()} == {12}
    assert table["i1"].tolist() == [0, 1, 2, 3] * 3 and np.array_equal(table["b"], r.popt[..., 1].ravel())
    assert table["message"][5] == r.message((1, 1))


def test_without_covariances_and_without_sets():
    y = decays()
    r = curve_fit_many(decay, X, y, pcov=False)
    assert r.pcov is None and np.array_equal(r.perr, curve_fit_many(decay, X, y).perr)
    none = curve_fit_many(decay, X, y[:0])
    assert none.popt.shape == (0, 3) and none.pcov.shape == (0, 3, 3) and none.success.shape == (0,)
    assert "0 fits" in repr(none) and len(none.to_dict()["message"]) == 0
