# SPDX-License-Identifier: MIT
"""Fits of Dask's collections: the bits of the same arrays in memory, for any chunks and workers, also when one dies."""

import gc
import os
import signal
import weakref

import numpy as np
import pytest

import nlsq

pytest.importorskip("dask", reason="dask is not installed")
pytest.importorskip("distributed", reason="dask.distributed is not installed")
import dask  # noqa: E402
import dask.array as da  # noqa: E402
from distributed import Client, LocalCluster  # noqa: E402

import nlsq.dask  # noqa: E402
from nlsq._cluster import partitions  # noqa: E402
from nlsq._cluster.rows import Holders  # noqa: E402

pytestmark = pytest.mark.filterwarnings("default")

ROWS = 400_123
X = np.linspace(0.0, 4.0, ROWS)
NOISE = 0.1 * np.random.default_rng(5).normal(size=ROWS)
Y = 2.5 * np.exp(-1.3 * X) + 0.5 + NOISE
P0 = [1.0, 1.0, 1.0]


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


def chunked(array, rows):
    return da.from_array(array, chunks=rows)


def bits(result):
    return result.popt.tobytes(), result.pcov.tobytes(), result.cost, result.nfev, result.r_squared


@pytest.fixture(scope="module")
def in_memory():
    return bits(nlsq.curve_fit(decay, X, Y, p0=P0))


@pytest.fixture(scope="module")
def client():
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0") as cluster:
        with Client(cluster) as client:
            yield client


@pytest.mark.parametrize("rows", [ROWS, 100_000, 131_072, 99_991])
def test_any_chunks_give_the_bits_of_memory(in_memory, rows):
    with dask.config.set(scheduler="threads"):
        assert bits(nlsq.dask.curve_fit(decay, chunked(X, rows), chunked(Y, rows), p0=P0)) == in_memory


def test_chunks_below_a_leaf_are_read_together(in_memory):
    with dask.config.set(scheduler="threads"):
        r = nlsq.dask.curve_fit(decay, chunked(X, 2000), chunked(Y, 2000), p0=P0)
    assert bits(r) == in_memory
    assert r.xdata.traffic[-1][2] == 2  # tasks


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_any_number_of_workers_gives_the_bits_of_memory(in_memory, client, workers):
    client.cluster.scale(workers)
    client.wait_for_workers(workers)
    r = nlsq.dask.curve_fit(decay, chunked(X, 30_011), chunked(Y, 30_011), p0=P0)
    assert bits(r) == in_memory
    leaves = -(-ROWS // 4096)
    for sent, received, tasks in r.xdata.traffic:
        # A triangle of 4 columns, and 40 bytes a leaf in the first pass: moments of the response.
        assert received <= tasks * (2 * np.log2(leaves) * 10 * 8 + 250) + 40 * leaves
        assert sent <= tasks * 2000


def test_a_worker_that_is_killed_is_survived(monkeypatch):
    rows, killed = 1_300_000, []
    x = da.linspace(0.0, 4.0, rows, chunks=100_003)
    y = 2.5 * da.exp(-1.3 * x) + 0.5 + 0.1 * da.sin(1e12 * x)
    expected = bits(nlsq.curve_fit(decay, x.compute(scheduler="threads"), y.compute(scheduler="threads"), p0=P0))
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0") as cluster:
        with Client(cluster) as client:
            pids = client.run(os.getpid)
            ask = Holders.ask

            def ask_and_kill(self, request):
                if len(self.traffic) == 1:
                    killed.append(next(iter(pids.values())))
                    os.kill(killed[0], signal.SIGKILL)
                return ask(self, request)

            monkeypatch.setattr(Holders, "ask", ask_and_kill)
            assert bits(nlsq.dask.curve_fit(decay, *client.persist([x, y]), p0=P0)) == expected
    assert len(killed) == 1


@pytest.mark.parametrize("options", [
    {"loss": "soft_l1", "f_scale": 0.1},
    {"bounds": ([0, 0, 0], [9, 9, 9]), "method": "dogbox"},
    {"method": "lm", "progressive": False},
    {"p0": None},
    {"fixed": {"c": 0.5}},
])  # fmt: skip
def test_options_do_what_they_do_in_memory(options):
    options = {"p0": P0, **options}
    with dask.config.set(scheduler="threads"):
        there = nlsq.dask.curve_fit(decay, chunked(X, 70_001), chunked(Y, 70_001), **options)
    assert bits(there) == bits(nlsq.curve_fit(decay, X, Y, **options))


def test_uncertainties_and_masked_rows():
    sigma = np.where(np.arange(ROWS) % 1000 == 7, np.inf, 0.05 + 0.01 * np.cos(X))
    with dask.config.set(scheduler="threads"):
        there = nlsq.dask.curve_fit(decay, chunked(X, 70_001), chunked(Y, 70_001), p0=P0, sigma=chunked(sigma, 99_999))
        number = nlsq.dask.curve_fit(decay, chunked(X, 70_001), chunked(Y, 70_001), P0, 0.1, True)
    assert bits(there) == bits(nlsq.curve_fit(decay, X, Y, p0=P0, sigma=sigma))
    assert bits(number) == bits(nlsq.curve_fit(decay, X, Y, p0=P0, sigma=0.1, absolute_sigma=True))


def test_formulas_and_several_columns():
    z = np.cos(X)
    y = 2.0 * X + 3.0 * z + 1.0 + NOISE
    plane = lambda x, a, b, c: a * x[0] + b * x[1] + c  # noqa: E731
    xs = np.stack([X, z])
    expected = bits(nlsq.curve_fit(plane, xs, y, p0=P0))
    with dask.config.set(scheduler="threads"):
        both = nlsq.dask.curve_fit(plane, da.from_array(xs, chunks=(1, 90_000)), chunked(y, 90_000), p0=P0)
        pair = nlsq.dask.curve_fit(plane, (chunked(X, 50_000), chunked(z, 60_000)), chunked(y, 90_000), p0=P0)
        formula = nlsq.dask.curve_fit("a*exp(-b*x)+c", chunked(X, 90_000), chunked(Y, 90_000), p0=P0)
    assert bits(both) == bits(pair) == expected
    assert bits(formula) == bits(nlsq.curve_fit("a*exp(-b*x)+c", X, Y, p0=P0))


def frame_of(parts):
    pandas = pytest.importorskip("pandas")
    frames = pytest.importorskip("dask.dataframe")
    return frames.from_delayed([dask.delayed(pandas.DataFrame)(part) for part in parts], meta=pandas.DataFrame(parts[0]).iloc[:0],
                               verify_meta=False)  # fmt: skip


def cut(cuts, **columns):
    return [dict(zip(columns, values)) for values in zip(*(np.split(values, cuts) for values in columns.values()))]


def test_data_frames_may_be_cut_anywhere(in_memory):
    frame = frame_of(cut([5, 100_000, 100_000, 350_001], t=X, y=Y))  # the third part is empty
    with dask.config.set(scheduler="threads"):
        by_name = nlsq.dask.curve_fit(decay, data=frame, x="t", y="y", p0=P0)
        series = nlsq.dask.curve_fit(decay, frame["t"], frame["y"], p0=P0)
        formula = nlsq.dask.curve_fit("y = a*exp(-b*t)+c", data=frame, p0=P0)
    assert bits(by_name) == bits(series) == in_memory
    assert formula.popt.tobytes() == in_memory[0]


def test_few_rows_are_fitted_here():
    with dask.config.set(scheduler="threads"):
        few = nlsq.dask.curve_fit(decay, chunked(X[:50_000], 7000), chunked(Y[:50_000], 7000), p0=P0)
        very_few = nlsq.dask.curve_fit(decay, chunked(X[::200], 500), chunked(Y[::200], 500), p0=P0)
    assert bits(few) == bits(nlsq.curve_fit(decay, X[:50_000], Y[:50_000], p0=P0))
    assert bits(very_few) == bits(nlsq.curve_fit(decay, X[::200], Y[::200], p0=P0))


def test_arrays_that_came_over_the_wire_may_begin_at_any_byte():
    raw = np.frombuffer(b"x" + X.tobytes(), dtype=np.uint8)[1:].view(np.float64)
    assert not raw.flags.aligned
    where = (0, ["x", "y"], [None, None])
    x, y = partitions.columns_of([[raw, Y[::-1]]], where)
    assert x.flags.aligned and y.flags.c_contiguous and np.array_equal(x, X) and np.array_equal(y, Y[::-1])


def test_nothing_of_a_fit_stays_when_its_result_is_gone():
    with dask.config.set(scheduler="threads"):
        r = nlsq.dask.curve_fit(decay, chunked(X, 100_000), chunked(Y, 100_000), p0=P0)
    holders = weakref.ref(r.xdata._holders)
    del r
    gc.collect()
    assert holders() is None


def fails(match, *args, error=ValueError, **options):
    with dask.config.set(scheduler="threads"), pytest.raises(error, match=match):
        nlsq.dask.curve_fit(*args, **{"p0": P0, **options})


def test_what_is_wrong_is_named():
    x, y = chunked(X, 100_000), chunked(Y, 100_000)
    fails("compute_chunk_sizes", decay, x[x > 1], y[x > 1])
    fails("different lengths: 400122 of x, 400123 of y", decay, x[1:], y)
    fails("y must be an array or a column of Dask, not list", decay, x, [1.0], error=TypeError)
    fails("x holds <U32", decay, x.astype(str), y, error=TypeError)
    bad = Y.copy()
    bad[300_000] = np.nan
    fails("response is nan at index 300000", decay, x, chunked(bad, 100_000))
    bad = X.copy()
    bad[300_000] = np.inf
    fails("column 'x' is inf at index 300000", decay, chunked(bad, 100_000), y)
    sigma = np.ones(ROWS)
    sigma[200_000] = -1.0
    fails("sigma: the value at index 200000 is negative", decay, x, y, sigma=chunked(sigma, 100_000))


def test_what_is_wrong_with_a_partition_is_named():
    parts = cut([100_000, 200_000], t=X, y=Y)
    fails("no column 'z'.*the columns are t, y", decay, data=frame_of(parts), x="z", y="y")
    renamed = [*parts[:2], {"u": parts[2]["t"], "y": parts[2]["y"]}]
    fails("partition 2 has no column 't'; it has u, y", decay, data=frame_of(renamed), x="t", y="y")
    mixed = [*parts[:2], {**parts[2], "t": parts[2]["t"].astype(np.float32)}]
    fails("partition 2: t holds float32 where the first one holds float64", decay, data=frame_of(mixed), x="t", y="y",
          error=TypeError)  # fmt: skip
    texts = [*parts[:2], {**parts[2], "t": parts[2]["t"].astype(str)}]
    fails("partition 2: t holds", decay, data=frame_of(texts), x="t", y="y", error=TypeError)
    empty = [{name: values[:0] for name, values in part.items()} for part in parts]
    fails("no rows: all of its partitions are empty", decay, data=frame_of(empty), x="t", y="y")


def test_a_cluster_without_workers_is_named():
    with LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=":0") as cluster, Client(cluster, set_as_default=False) as c:
        with pytest.raises(RuntimeError, match="no workers"):
            nlsq.dask.curve_fit(decay, chunked(X, 100_000), chunked(Y, 100_000), p0=P0, client=c)


def test_rows_that_change_between_passes_are_noticed():
    calls = []

    def changing(block):
        calls.append(len(block))
        return block + 1e-9 * len(calls)

    y = chunked(Y, 200_000).map_blocks(changing, dtype=float, meta=np.array(()))
    fails("not what they were", decay, chunked(X, 200_000), y, error=OSError)


def test_many_fits_of_a_chunked_array():
    t = np.linspace(0.0, 3.0, 20)
    a = np.linspace(1.0, 3.0, 7 * 6).reshape(7, 6, 1)
    ydatas = a * np.exp(-1.2 * t) + 0.3 + 0.01 * np.cos(40.0 * t + a)
    expected = nlsq.curve_fit_many(decay, t, ydatas, p0=P0)
    there = nlsq.dask.curve_fit_many(decay, t, da.from_array(ydatas, chunks=(3, 4, 7)), p0=P0)
    assert there.popt.chunks == ((3, 3, 1), (4, 2), (3,))
    done = there.compute(scheduler="threads")
    for name in ("popt", "perr", "pcov", "cost", "status", "success", "nfev", "n", "rss"):
        assert np.array_equal(getattr(done, name), getattr(expected, name)), name
        lazily = getattr(there, name).compute(scheduler="threads")
        assert np.array_equal(lazily, getattr(expected, name)), name
    starts = np.broadcast_to(P0, (7, 6, 3)) * a
    each = nlsq.dask.curve_fit_many(decay, t, da.from_array(ydatas, chunks=(3, 4, 20)), starts).compute(scheduler="threads")
    assert np.array_equal(each.popt, nlsq.curve_fit_many(decay, t, ydatas, p0=starts).popt)
    with pytest.raises(TypeError, match="array of Dask, not ndarray"):
        nlsq.dask.curve_fit_many(decay, t, ydatas)
