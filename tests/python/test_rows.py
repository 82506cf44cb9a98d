# SPDX-License-Identifier: MIT
"""Rows that are not in memory: the bits of the same arrays, whatever they come from; models and files that cannot serve."""

import os

import numpy as np
import pytest

import nlsq
from nlsq import Rows, curve_fit

N = 200_123


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(1)
    x = np.linspace(0, 4, N)
    y = 2.5 * np.exp(-1.3 * x) + 0.5 + 0.05 * rng.normal(size=N)
    sigma = np.where(np.arange(N) % 1000 == 5, np.inf, 0.05)
    return x, y, sigma


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


def same(a, b):
    assert np.array_equal(a.popt, b.popt)
    assert np.array_equal(a.pcov, b.pcov)
    assert a.cost == b.cost
    assert a.nfev == b.nfev


@pytest.mark.parametrize("order", ["C", "F"])
def test_files_have_the_bits_of_arrays(data, tmp_path, order):
    np.save(tmp_path / "d.npy", np.asarray(np.column_stack(data), order=order))
    rows = Rows.from_files(tmp_path / "d.npy", "x", "y", "s", columns=["x", "y", "s"])
    assert (rows.rows, rows.x, rows.y, rows.sigma) == (N, ["x"], "y", "s")
    x, y, sigma = data
    for options in ({}, {"p0": [1, 1, 1]}, {"loss": "huber", "f_scale": 0.05, "p0": [1, 1, 1]},
                    {"method": "dogbox", "bounds": ([0, 0, 0], [9, 9, 9])}, {"absolute_sigma": True, "threads": 1}):  # fmt: skip
        same(curve_fit(decay, rows, **options), curve_fit(decay, x, y, sigma=sigma, **options))
    same(curve_fit("a*exp(-b*x)+c", rows), curve_fit("a*exp(-b*x)+c", x, y, sigma=sigma))


def test_texts_and_several_files(data, tmp_path):
    x, y, _ = data
    x, y = x[:3000], y[:3000]
    for k, part in enumerate((slice(0, 1000), slice(1000, 3000))):
        np.savetxt(tmp_path / f"p{k}.csv", np.column_stack([x[part], y[part]]), fmt="%.17g", delimiter=",", header="x,y",
                   comments="")  # fmt: skip
    rows = Rows.from_files(str(tmp_path / "p*.csv"), scratch=tmp_path)
    same(curve_fit(decay, rows), curve_fit(decay, x, y))
    assert sorted(os.listdir(tmp_path)) == ["p0.csv", "p1.csv"]


def test_raw_numbers(data, tmp_path):
    x, y, _ = data
    np.column_stack([x, y]).tofile(tmp_path / "d.bin")
    rows = Rows.from_files(tmp_path / "d.bin", raw={"x": "<f8", "y": "<f8"})
    same(curve_fit(decay, rows), curve_fit(decay, x, y))


def test_batches_of_every_kind(data):
    x, y, sigma = data
    whole = curve_fit(decay, x, y)
    cuts = [slice(k, k + 30_011) for k in range(0, N, 30_011)]
    same(curve_fit(decay, Rows.from_batches((x[c], y[c]) for c in cuts)), whole)
    same(curve_fit(decay, Rows.from_batches([{"x": x[c], "y": y[c], "z": x[c]} for c in cuts])), whole)
    with_sigma = Rows.from_batches(((x[c], y[c], sigma[c]) for c in cuts), sigma="sigma")
    same(curve_fit(decay, with_sigma), curve_fit(decay, x, y, sigma=sigma))

    class Batch:  # of Arrow's look
        def __init__(self, cut):
            self.columns_of = {"x": x[cut], "y": y[cut]}

        column_names = ("x", "y")

        def __getitem__(self, name):
            return self.columns_of[name]

    class Dataset:
        def to_batches(self):
            return (Batch(c) for c in cuts)

    same(curve_fit(decay, Rows.from_batches(Dataset())), whole)
    with pytest.raises(ValueError, match="there is none"):
        Rows.from_batches([])
    with pytest.raises(ValueError, match="different lengths"):
        Rows.from_batches([{"x": x[:3], "y": y[:2]}])
    with pytest.raises(OSError, match="nowhere"):
        Rows.from_batches([(x, y)], scratch="/nowhere")


def test_arrow_and_pandas(data):
    pa = pytest.importorskip("pyarrow")
    pd = pytest.importorskip("pandas")
    x, y, _ = data
    whole = curve_fit(decay, x, y)
    same(curve_fit(decay, Rows.from_batches(pa.table({"x": x, "y": y}))), whole)
    same(curve_fit(decay, Rows.from_batches(pd.DataFrame({"x": x, "y": y}))), whole)


def test_mapped_arrays_are_read_from_their_file(data, tmp_path):
    x, y, sigma = data
    for name, values in {"x": x, "y": y, "s": sigma}.items():
        np.save(tmp_path / f"{name}.npy", values)
    mapped = [np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in "xys"]
    whole = curve_fit(decay, x, y, sigma=sigma)
    same(curve_fit(decay, Rows.from_arrays(*mapped)), whole)
    same(curve_fit(decay, Rows.from_arrays(mapped[0][10:-10], mapped[1][10:-10])), curve_fit(decay, x[10:-10], y[10:-10]))
    limit = 3e6 / 2**30
    same(nlsq.curve_fit_large(decay, mapped[0], mapped[1], sigma=mapped[2], memory_limit_gb=limit), whole)
    same(nlsq.fit_large_dataset(decay, x, y, memory_limit_gb=limit, sigma=sigma), whole)
    same(nlsq.LargeDatasetFitter(limit).fit(decay, x, y, [1, 1, 1]), curve_fit(decay, x, y, [1, 1, 1]))
    same(nlsq.LargeDatasetFitter().fit(decay, x, y), curve_fit(decay, x, y))


def test_several_columns_of_x(data):
    x, y, _ = data
    u = np.cos(x)
    plane = lambda x, a, b, c: a * x[0] + b * x[1] + c  # noqa: E731
    rows = Rows.from_batches([{"x": x, "u": u, "y": y}], x=["x", "u"])
    same(curve_fit(plane, rows), curve_fit(plane, np.array([x, u]), y))
    same(curve_fit("y = a*x + b*u + c", rows), curve_fit("y = a*x + b*u + c", data={"x": x, "u": u, "y": y}))


def test_models_that_use_x_as_a_whole_are_refused(data):
    rows = Rows.from_batches([data[:2]])
    for model in (lambda x, a, b: a * (x - x.mean()) + b, lambda x, a, b: a * x / len(x) + b,
                  lambda x, a, b: a * x[0] + b * x):  # fmt: skip
        with pytest.raises(ValueError, match="each row by itself|recorded"):
            curve_fit(model, rows)
    with pytest.raises(ValueError, match="recorded|none of the source"):
        curve_fit(lambda x, a, b: a * np.interp(x, [0, 1], [0, 2]) + b, rows)
    with pytest.raises(ValueError, match="each row by itself"):  # x itself where the first rows are
        curve_fit(lambda x, a, b: a * np.interp(x, [0, 1], [0, 1]) + b, rows)


def test_results_say_that_the_rows_are_not_there(data):
    x, y, _ = data
    r = curve_fit(decay, Rows.from_batches([(x, y)]))
    assert np.allclose(r.predict(x[:5]), decay(x[:5], *r.popt))
    assert "a = " in r.report() or "a " in r.report()
    for attribute in ("residuals", "predictions"):
        with pytest.raises((AttributeError, ValueError), match="not in memory"):
            getattr(r, attribute)


def test_arguments(data, tmp_path):
    rows = Rows.from_batches([data[:2]])
    with pytest.raises(TypeError, match="the source says what y is"):
        curve_fit(decay, rows, data[1])
    with pytest.raises(ValueError, match="sigma of a source"):
        curve_fit(decay, rows, sigma=data[2])
    with pytest.raises(ValueError, match="there is no column 'z'"):
        Rows.from_batches([data[:2]], x="x").__class__(rows._core, "z", "y")
    np.save(tmp_path / "d.npy", np.column_stack(data))
    with pytest.raises(ValueError, match="y must name the response"):
        Rows.from_files(tmp_path / "d.npy", columns=["a", "b", "c"])
    with pytest.raises(ValueError, match="no such file"):
        Rows.from_files(tmp_path / "e.npy")


def test_a_file_that_is_cut_short_is_an_error(data, tmp_path):
    np.save(tmp_path / "d.npy", np.column_stack(data[:2]))
    rows = Rows.from_files(tmp_path / "d.npy", columns=["x", "y"])
    os.truncate(tmp_path / "d.npy", 1_000_000)
    with pytest.raises(OSError, match="cut short"):
        curve_fit(decay, rows)
