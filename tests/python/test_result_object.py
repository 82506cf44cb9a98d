# SPDX-License-Identifier: MIT
"""A result as a dictionary and a pair, and data that were changed since the fit."""

import copy
import pickle
import subprocess
import sys
import time

import numpy as np
import pytest
from fits import decay, decay_data, fit

from nlsq import curve_fit
from nlsq._base.optimize import OptimizeResult, OptimizeWarning, optimize_warning
from nlsq._results.result import CurveFitResult

KEYS = [
    "x", "popt", "pcov", "perr", "cost", "fun", "jac", "grad", "optimality", "active_mask", "nfev", "njev",
    "nfev_subsample", "attempts", "start_source", "progressive", "precision", "nfev_float32", "nit",
    "status", "success", "message", "model", "xdata", "ydata", "engine", "device", "trace_note", "jacobian_mode",
    "jacobian_mode_source", "derivative_order", "warnings", "issues",
    "cache_stats", "all_times", "sparsity_detected", "multistart_diagnostics", "infodict",
]  # fmt: skip


# -- dictionary and pair


def test_it_unpacks_as_popt_and_pcov():
    r = fit()
    popt, pcov = r
    assert popt is r.popt is r["popt"] is r.x and pcov is r["pcov"]
    assert [len(part) for part in (list(r), tuple(r))] == [2, 2]


def test_keys_are_known_before_anything_is_computed():
    r = fit()
    assert list(r.keys()) == KEYS and len(r) == len(KEYS)
    assert "fun" in r and "banana" not in r
    assert dict.__len__(r) == 0


def test_entries_are_computed_when_reached():
    r = fit()
    found = {key: value for key, value in r.items()}
    assert list(found) == KEYS
    assert found["fun"] is r.fun and found["model"] is decay
    assert list(dict(r)) == KEYS and list({**r}) == KEYS and list(r.copy()) == KEYS
    assert type(r.copy()) is dict
    assert len(list(r.values())) == len(KEYS)


def test_attributes_and_keys_are_the_same_and_can_be_added_and_removed():
    r = fit()
    r.note = "mine"
    assert r["note"] == "mine" and list(r.keys())[-1] == "note" and r.get("note") == "mine"
    del r["note"], r["jac"]
    assert "jac" not in r and "jac" not in list(r.keys()) and len(r) == len(KEYS) - 1
    assert r.get("jac") is None and r.pop("jac", 7) == 7
    with pytest.raises(KeyError):
        r["jac"]
    with pytest.raises(AttributeError, match="jac"):
        _ = r.jac
    jac = r["jac"] = np.ones((50, 3))
    assert r.jac is jac and list(r.keys()) == KEYS
    assert r.pop("cost") > 0 and "cost" not in r
    r.update(cost=2.0)
    assert list(r.keys()) == KEYS and r.pop("cost") == 2.0
    with pytest.raises(KeyError):
        del r["cost"]
    with pytest.raises(AttributeError, match="rsquared"):
        _ = r.rsquared
    assert {"fun", "r_squared", "predict"} <= set(dir(r))
    assert (r | {"new": 1})["new"] == 1


def test_statistics_are_attributes_but_no_keys():
    r = fit()
    assert "r_squared" not in r and r.r_squared > 0.9


def test_status_is_scipys():
    r = fit()
    assert r.success is True and r.status in (1, 2, 3, 4) and r.message
    assert r.nfev >= r.njev >= r.nit >= 1
    assert r.active_mask.tolist() == [0, 0, 0]
    assert set(r.infodict) == {"nfev", "fvec", "cache_stats"} and r.infodict["fvec"] is r.fun
    assert set(r.cache_stats) >= {"hit", "compile_time_ms", "hit_rate"}


def test_parameters_by_name():
    r = fit(p0=(1.0, 1.0, 0.1), lower=[0.0, -np.inf, 0.0], upper=[10.0, np.inf, 0.2])
    assert list(r.params) == ["a", "b", "c"] == [p.name for p in r.params.values()]
    c = r.params["c"]
    assert c == r.params.c == r.params[2]
    assert (c.value, c.stderr) == (r.popt[2], r.perr[2]) and c.at_bound == 1 and not c.fixed
    assert r.active_mask.tolist() == [0, 0, 1]
    assert c.bounds == (0.0, 0.2) and r.params.b.bounds == (-np.inf, np.inf)
    assert pickle.loads(pickle.dumps(r)).params == r.params == copy.deepcopy(r).params
    assert "at a bound" in repr(r.params)
    with pytest.raises(AttributeError, match="a, b, c"):
        _ = r.params.d
    with pytest.raises(KeyError):
        r.params["d"]


def test_it_is_scipys_result_once_scipy_is_there():
    import scipy.optimize

    r = fit()
    assert isinstance(r, CurveFitResult) and isinstance(r, OptimizeResult)
    assert isinstance(r, scipy.optimize.OptimizeResult)
    assert issubclass(optimize_warning(), OptimizeWarning)
    assert issubclass(optimize_warning(), scipy.optimize.OptimizeWarning)
    assert optimize_warning() is optimize_warning()


def test_a_fit_imports_neither_scipy_nor_matplotlib():
    program = (
        "import sys, numpy as np\n"
        "from nlsq._engine import fit as _engine\n"
        "from nlsq._results.result import CurveFitResult\n"
        "x = np.arange(5.0)\n"
        "r = CurveFitResult(_engine.fit(lambda x, a: a * x, x, 2 * x, [1.0]))\n"
        "r.confidence_intervals(), r.report(), repr(r), r._repr_html_(), r.to_json()\n"
        "print([m for m in ('scipy', 'matplotlib', 'tqdm', 'pandas') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_own_optimize_result_reads_like_scipys():
    import scipy.optimize

    ours, theirs = OptimizeResult(x=1, message="m"), scipy.optimize.OptimizeResult(x=1, message="m")
    assert ours.x == 1 and dir(ours) == dir(theirs) == ["message", "x"]
    ours.y = 2
    assert ours["y"] == 2 and repr(ours).splitlines() == [" message: 'm'", "       x: 1", "       y: 2"]
    assert repr(OptimizeResult()) == "OptimizeResult()"
    with pytest.raises(AttributeError):
        _ = ours.z


def test_a_result_costs_next_to_nothing_until_asked():
    x, y = decay_data(100)
    outcome = fit(x=x, y=y)._outcome
    copy_time = _best(lambda: (x.tobytes(), y.tobytes(), dict()))
    assert _best(lambda: CurveFitResult(outcome)) < 100 * copy_time  # 4 to 6 times; thousands, were all computed


def _best(action, rounds=20, repeats=200):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(repeats):
            action()
        times.append(time.perf_counter() - start)
    return min(times)


# -- data changed since the fit


@pytest.mark.parametrize("name", ["xdata", "ydata", "sigma"])
@pytest.mark.parametrize("m", [50, 20_000, 300_000])
def test_changed_data_is_named_instead_of_mixed(name, m):
    x, y = decay_data(m)
    sigma = np.full(m, 0.05)
    r = fit(x=x, y=y, sigma=sigma)
    array = {"xdata": x, "ydata": y, "sigma": sigma}[name]
    array *= 1.5
    with pytest.raises(ValueError, match=f"{name} was changed in place"):
        _ = r.fun
    if name != "sigma":
        with pytest.raises(ValueError, match=f"{name} was changed in place"):
            _ = r.residuals
    array /= 1.5
    assert r.popt.shape == (3,) and r.r_squared > 0.9


@pytest.mark.parametrize("m", [5_000, 30_000, 131_071, 131_072, 1_500_000])
def test_one_changed_value_or_a_new_order_is_noticed(m):
    x, y = decay_data(m)
    r = fit(x=x, y=y)
    for row in (0, 1, m // 3, m - 2, m - 1):
        old = y[row]
        y[row] = np.nextafter(old, 9.0)
        with pytest.raises(ValueError, match="ydata"):
            r._unchanged()
        y[row] = old
        r._unchanged()
    for first, second in ((3, 35), (3, 3 + 4096), (1, m - 1)):
        if first + 4096 > m:
            continue
        y[[first, second]] = y[[second, first]]
        with pytest.raises(ValueError, match="ydata"):
            r._unchanged()
        y[[first, second]] = y[[second, first]]
    r._unchanged()
    y.sort()
    with pytest.raises(ValueError, match="ydata"):
        _ = r.residuals


@pytest.mark.parametrize("make", [
    lambda v: v, lambda v: v.astype(np.float32), lambda v: np.repeat(v, 2)[::2], lambda v: np.round(100 * v).astype(int),
    lambda v: v[::-1], lambda v: np.stack([v, v], axis=1)[:, 0], lambda v: np.asfortranarray(v),
], ids=["plain", "float32", "strided", "int", "reversed", "column", "fortran"])  # fmt: skip
@pytest.mark.parametrize("m", [20_000, 200_000])
def test_every_kind_of_array_is_watched(make, m):
    x, y = decay_data(m)
    x, y = make(x), make(y)
    r = curve_fit(lambda x, a, b: a + b * x, x, y)
    a, b = r.popt
    residuals = y.astype(float) - (a + b * x.astype(float))
    for name, array, kept in (("xdata", x, r.xdata), ("ydata", y, r.ydata)):
        for row in (0, m // 2 + 1, m - 1):
            old = array[row]
            array[row] = old + 1
            if np.may_share_memory(kept, array):
                with pytest.raises(ValueError, match=name):
                    r._unchanged()
            else:  # the result has a copy
                np.testing.assert_allclose(r.residuals, residuals, atol=1e-5)
            array[row] = old
            r._unchanged()


def test_grids_and_frames_are_watched():
    side = 400
    u, v = np.meshgrid(np.linspace(0, 1, side), np.linspace(0, 1, side))
    xy = np.stack([u.ravel(), v.ravel()])
    z = 2.0 * xy[0] + np.exp(-xy[1])
    r = curve_fit(lambda xy, a, b: a * xy[0] + np.exp(-b * xy[1]), xy, z)
    xy[1, 77_777] += 1e-12
    with pytest.raises(ValueError, match="xdata"):
        r._unchanged()


def test_what_was_read_before_the_change_stays():
    x, y = decay_data()
    r = fit(x=x, y=y)
    residuals = r.residuals.copy()
    y[:] = 0.0
    np.testing.assert_array_equal(r.residuals, residuals)


def test_arrays_the_model_captured_count_as_they_were_at_the_fit():
    x, y = decay_data()
    w = np.ones_like(x)
    r = fit(lambda x, a, b, c: decay(x, a, b, c) * w, x, y * w)
    assert r.engine == "interpreter"
    w[3] = 2.0
    np.testing.assert_allclose(r.predictions, decay(x, *r.popt), rtol=1e-12)


def test_pandas_data_is_watched():
    pandas = pytest.importorskip("pandas")
    x, y = decay_data()
    series = pandas.Series(x)
    r = fit(x=series, y=y)
    series.iloc[3] = 9.0
    with pytest.raises(ValueError, match="xdata"):
        _ = r.predictions


@pytest.mark.parametrize("layout", [lambda a: a[::2], lambda a: np.asfortranarray(a.reshape(100, -1)), np.array])
def test_any_layout_can_be_watched(layout):
    from nlsq._results.changes import snapshot

    a = layout(np.arange(400_000.0))
    before = snapshot(a)
    assert before == snapshot(a)
    a += 1.0
    assert before != snapshot(a)
    assert snapshot([1.0]) is None and snapshot(np.array([{}] * 10_000)) is None


def test_positions_are_those_of_the_pair():
    result = fit()
    assert result[0] is result.popt and result[1] is result.pcov and result[-1] is result.pcov
    popt, pcov = result[:2]
    assert popt is result.popt and pcov is result.pcov and result[1:] == (pcov,)
    with pytest.raises(KeyError):
        result[2]
    assert 0 not in result and list(result.keys())[0] == "x"
