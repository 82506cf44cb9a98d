# SPDX-License-Identifier: MIT
"""A result as a dictionary, a pair, an object that is stored, and a text."""

import copy
import json
import pickle
import subprocess
import sys
import time

import numpy as np
import pytest
from fits import decay, decay_data, fit, line

from nlsq._optimize import OptimizeResult, OptimizeWarning, optimize_warning
from nlsq._result import CurveFitResult

KEYS = [
    "x", "popt", "pcov", "perr", "cost", "fun", "jac", "grad", "optimality", "active_mask", "nfev", "njev",
    "nfev_subsample", "progressive", "nit",
    "status", "success", "message", "model", "xdata", "ydata", "engine", "trace_note", "jacobian_mode",
    "jacobian_mode_source", "derivative_order", "warnings",
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
        "from nlsq import _engine\n"
        "from nlsq._result import CurveFitResult\n"
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


def test_one_changed_value_or_a_new_order_is_noticed():
    x, y = decay_data(30_000)
    r = fit(x=x, y=y)
    y[12_345] += 1e-9
    with pytest.raises(ValueError, match="ydata"):
        _ = r.residuals
    r = fit(x=x, y=y)
    y.sort()
    with pytest.raises(ValueError, match="ydata"):
        _ = r.residuals


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
    from nlsq._changes import snapshot

    a = layout(np.arange(400_000.0))
    before = snapshot(a)
    assert before == snapshot(a)
    a += 1.0
    assert before != snapshot(a)
    assert snapshot([1.0]) is None and snapshot(np.array([{}] * 10_000)) is None


# -- copies and storage


def test_copies():
    x, y = decay_data()
    r = fit(x=x, y=y)
    r.note = [1]
    shallow, deep = copy.copy(r), copy.deepcopy(r)
    assert shallow.note is r.note and deep.note == [1] and deep.note is not r.note
    expected = r.predictions.copy()
    y[:] = 0.0
    with pytest.raises(ValueError, match="ydata"):
        _ = shallow.residuals
    np.testing.assert_array_equal(deep.predictions, expected)
    assert deep.fun.shape == (50,)


def test_a_pickle_keeps_everything_and_predicts():
    r = fit(sigma=np.full(50, 0.05))
    r.note = "mine"
    s = pickle.loads(pickle.dumps(r))
    assert isinstance(s, CurveFitResult) and s.note == "mine" and s.model is decay
    same_numbers(r, s)
    xnew = np.array([0.1, 9.0])
    for ours, theirs in zip(s.predict(xnew, return_std=True), r.predict(xnew, return_std=True)):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    np.testing.assert_allclose(s.jac, r.jac, rtol=1e-12)
    assert s.report() == r.report()
    assert pickle.loads(pickle.dumps(s)).report() == r.report()


def test_a_pickled_lambda_leaves_its_values():
    r = fit(lambda x, a, b, c: decay(x, a, b, c))
    s = pickle.loads(pickle.dumps(r))
    same_numbers(r, s)
    np.testing.assert_allclose(s.confidence_band(), r.confidence_band(), rtol=1e-12)
    for needs_model in (lambda: s.predict(np.array([1.0])), lambda: s.jac):
        with pytest.raises(ValueError, match="needs the model"):
            needs_model()


def same_numbers(r, s):
    for name in ("popt", "pcov", "perr", "x", "fun", "active_mask", "predictions", "residuals", "correlation"):
        np.testing.assert_allclose(getattr(s, name), getattr(r, name), rtol=1e-12, atol=1e-15, err_msg=name)
    for name in ("cost", "nfev", "status", "message", "success", "aic", "bic", "dof", "rank", "engine", "warnings",
                 "trace_note", "jacobian_mode"):  # fmt: skip
        assert getattr(s, name) == getattr(r, name), name
    assert list(s.keys()) == list(r.keys())
    assert repr(s.params) == repr(r.params)
    np.testing.assert_allclose(s.confidence_intervals(0.9), r.confidence_intervals(0.9), rtol=1e-12)
    assert s.report() == r.report() and repr(s) == repr(r)


def test_a_file_keeps_everything_and_executes_nothing(tmp_path):
    r = fit(lambda x, a, b, c: decay(x, a, b, c), sigma=np.full(50, 0.05))
    path = tmp_path / "fit.nlsq"
    r.save(path)
    s = CurveFitResult.load(path)
    same_numbers(r, s)
    assert "90 %" in s.report(0.9)
    with pytest.raises(ValueError, match="model=f"):
        s.predict(np.array([1.0]))
    with_model = CurveFitResult.load(str(path), model=decay)
    for ours, theirs in zip(with_model.predict(np.array([1.0]), True), r.predict(np.array([1.0]), True)):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    with np.load(path, allow_pickle=False) as archive:
        assert "popt" in archive.files


def test_undetermined_fits_are_stored_too(tmp_path):
    x = np.array([0.0, 1.0])
    r = fit(line, x, np.array([1.0, 3.0]), p0=(1.0, 1.0))
    r.save(tmp_path / "fit")
    s = CurveFitResult.load(tmp_path / "fit", model=line)
    assert np.all(np.isinf(s.perr)) and s.warnings == r.warnings
    data = json.loads(r.to_json())
    assert data["parameters"]["a"]["stderr"] is None and data["covariance"][0][0] is None


def test_json_is_the_commands(tmp_path):
    r = fit()
    data = json.loads(r.to_json(tmp_path / "fit.json", level=0.9))
    assert json.loads((tmp_path / "fit.json").read_text(encoding="utf-8")) == data == r.to_dict(0.9)
    assert data["schema"] == 1 and data["parameter_order"] == ["a", "b", "c"] and data["level"] == 0.9
    a = data["parameters"]["a"]
    assert (a["value"], a["stderr"], a["fixed"], a["at_bound"]) == (r.popt[0], r.perr[0], False, False)
    assert a["ci95"] == r.confidence_intervals()[0].tolist() and a["ci"] == r.confidence_intervals(0.9)[0].tolist()
    assert data["covariance"] == r.pcov.tolist()
    assert data["model"] == "decay" and data["success"] is True and data["r_squared"] == r.r_squared
    assert "ci" not in r.to_dict()["parameters"]["a"]


# -- texts and the picture


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


def test_positions_are_those_of_the_pair():
    result = fit()
    assert result[0] is result.popt and result[1] is result.pcov and result[-1] is result.pcov
    with pytest.raises(KeyError):
        result[2]
    assert 0 not in result and list(result.keys())[0] == "x"
