# SPDX-License-Identifier: MIT
"""Fits on a cluster of two workers of one thread on this machine: the same bits as in memory, what travels a pass, times; and
many fits of a chunked image, beside xarray's own loop.

    PYTHONPATH=python python bench/python/cluster.py [ROWS [PIXELS_A_SIDE]]
"""

import sys
import time
import warnings

import numpy as np

import nlsq
import nlsq.dask
import nlsq.xarray

CHUNK = 1_000_003
P0 = [1.0, 1.0, 1.0]


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


def seconds(action):
    began = time.perf_counter()
    result = action()
    return time.perf_counter() - began, result


def bits(r):
    return r.popt.tobytes(), r.pcov.tobytes(), r.cost


def rows_of_a_cluster(client, rows):
    import dask.array as da
    from distributed import wait

    x = da.linspace(0.0, 4.0, rows, chunks=CHUNK)
    y = 2.5 * da.exp(-1.3 * x) + 0.5 + 0.1 * da.random.default_rng(3).normal(size=rows, chunks=CHUNK)
    x, y = client.persist([x, y])
    wait([x, y])
    expected = nlsq.curve_fit(decay, *map(np.array, client.gather(client.compute([x, y]))), p0=P0)
    for _ in range(3):
        took, r = seconds(lambda: nlsq.dask.curve_fit(decay, x, y, p0=P0))
        same = "the same bits" if bits(r) == bits(expected) else "OTHER BITS"
        print(f"{rows:,} rows in chunks of {CHUNK:,}: {took:.2f} s, {r.nfev} passes and {r.nfev_subsample} on less, {same}")
    for sent, received, tasks in r.xdata.traffic:
        print(f"  a pass: {tasks} tasks, {sent:,} bytes sent, {received:,} received")
    print(f"  rows that this process got: {r.xdata.fetched:,} bytes (shared leaves, sample)")


def pixels_of_a_cluster(client, side):
    import xarray
    from distributed import wait

    t = np.linspace(0.0, 3.0, 20)
    rng = np.random.default_rng(1)
    values = rng.uniform(1.0, 3.0, (side, side, 1)) * np.exp(-1.3 * t) + 0.3 + 0.01 * rng.normal(size=(side, side, 20))
    plain = xarray.DataArray(values, dims=("row", "column", "time"), coords={"time": t})
    chunked = plain.chunk({"row": max(1, side // 8)}).persist()
    wait(chunked)
    chunked.isel(row=slice(0, 2)).nlsq.fit("time", decay).compute()
    here = plain.nlsq.fit("time", decay)
    best = 0.0
    for _ in range(3):
        took, fits = seconds(lambda: chunked.nlsq.fit("time", decay).compute())
        best = max(best, side * side / took)
        assert np.array_equal(fits.curvefit_coefficients, here.curvefit_coefficients)
    few = chunked.isel(row=slice(0, 2))
    took, _ = seconds(lambda: few.curvefit("time", decay).compute())
    print(f"{side * side:,} pixels x 20 points: {best:,.0f} fits/s, xarray's own loop {2 * side / took:,.0f}")


def main():
    from distributed import Client, LocalCluster

    warnings.simplefilter("ignore")
    rows = int(float(sys.argv[1])) if len(sys.argv) > 1 else 10_000_000
    side = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0") as cluster, Client(cluster) as client:
        rows_of_a_cluster(client, rows)
        pixels_of_a_cluster(client, side)


if __name__ == "__main__":
    main()
