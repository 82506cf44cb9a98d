# SPDX-License-Identifier: MIT
"""Copies, pickles, files and plain values of a result."""

import copy
import json
import pickle

import numpy as np
import pytest
from fits import decay, decay_data, fit, line

from nlsq._results.result import CurveFitResult


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


class Evil:
    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize("kind", ["npz", "npy", "pickle", "other"])
def test_a_file_of_objects_is_refused_and_never_unpickled(tmp_path, kind):
    evil = Evil()
    Evil.path = tmp_path / "owned"
    objects = np.array([evil, evil], dtype=object)
    path = tmp_path / "result.npz"
    with open(path, "wb") as file:
        if kind == "npz":
            np.savez(file, text=objects, xdata=objects)
        elif kind == "npy":
            np.save(file, objects, allow_pickle=True)
        elif kind == "pickle":
            pickle.dump(evil, file)
        else:
            np.save(file, np.arange(3.0))
    with pytest.raises(ValueError, match="is no result that save"):
        CurveFitResult.load(path, lambda x, a: a * x)
    assert not Evil.path.exists()


@pytest.mark.parametrize("write", [lambda r, *a, **k: r.save(*a, **k), lambda r, *a, **k: r.to_json(*a, **k)], ids=["save", "json"])
def test_files_that_are_no_results_are_not_replaced_unasked(tmp_path, write):
    r, data, link = fit(), tmp_path / "data.csv", tmp_path / "link"
    data.write_text("x,y\n1,2\n")
    data.chmod(0o640)
    link.symlink_to(data)
    for path in (data, str(link), tmp_path / ".." / tmp_path.name / "data.csv"):
        with pytest.raises(FileExistsError, match="overwrite=True"):
            write(r, path)
    assert data.read_text() == "x,y\n1,2\n" and sorted(p.name for p in tmp_path.iterdir()) == ["data.csv", "link"]
    with pytest.raises(IsADirectoryError):
        write(r, tmp_path)
    write(r, link, overwrite=True)
    whole = data.read_bytes()
    assert link.is_symlink() and data.stat().st_mode & 0o777 == 0o640
    write(r, data)  # a result of ours
    assert len(data.read_bytes()) == len(whole)
    (tmp_path / "empty").touch()
    write(r, tmp_path / "empty")
    write(r, "/dev/null")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data.csv", "empty", "link"]


def test_a_disk_that_is_full_leaves_the_saved_result(tmp_path, monkeypatch):
    r, path = fit(), tmp_path / "fit.npz"
    r.save(path)
    whole = path.read_bytes()

    def full(*names):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space"):
        r.save(path)
    assert path.read_bytes() == whole and [p.name for p in tmp_path.iterdir()] == ["fit.npz"]
