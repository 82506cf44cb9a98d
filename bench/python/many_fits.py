# SPDX-License-Identifier: MIT
"""Many fits by curve_fit_many, held against a loop over scipy.optimize.curve_fit in the same process, on the same data,
from the same starts, the model one Python function for both. Answers are compared before anything is timed.

Spots: a two-dimensional Gaussian of five parameters on 5 × 5 pixels, signal to noise 10, starts off by up to 20 %, as
in the benchmark of Gpufit (Przybylski et al., Scientific Reports 7, 15722, 2017). Decays: 50 points, three parameters.
Then ten fits against ten single ones, and ten million fits that come in chunks.

usage: python bench/python/many_fits.py [--quick]
"""

import argparse
import os
import resource
import statistics
import time
import warnings

import numpy as np
import scipy.optimize

from nlsq import curve_fit, curve_fit_many

SINGLE = 2_000  # fits of the loop
PUBLISHED = """elsewhere: Gpufit on a GPU 3.0 million spots/s (published; single precision, no standard errors),
           Cpufit on one core 96,000/s (published), 106,000/s (measured on a machine of this kind)"""
PIXELS = np.stack(np.meshgrid(np.arange(5.0), np.arange(5.0))).reshape(2, 25)
TIMES = np.linspace(0.0, 4.0, 50)


def spot(xy, height, x0, y0, s, level):
    x, y = xy
    return height * np.exp(-((x - x0) ** 2 + (y - y0) ** 2) / (2 * s**2)) + level


def decay(t, a, b, c):
    return a * np.exp(-b * t) + c


def spots(k, seed=1):
    """x, ydatas, starts."""
    rng = np.random.default_rng(seed)
    centre, width = rng.uniform(1.6, 2.4, (2, k)), rng.uniform(0.9, 1.1, k)
    truth = np.column_stack([np.full(k, 10.0), *centre, width, np.full(k, 2.0)])
    y = spot(PIXELS, *truth.T[:, :, None])
    y += rng.standard_normal(y.shape, dtype=np.float32)  # 10 / 1
    return PIXELS, y, truth * rng.uniform(0.8, 1.2, truth.shape)


def decays(k, seed=2, t=TIMES):
    rng = np.random.default_rng(seed)
    truth = np.column_stack([rng.uniform(2, 3, k), rng.uniform(1, 2, k), rng.uniform(0, 1, k)])
    y = decay(t, *truth.T[:, :, None])
    y += 0.05 * rng.standard_normal(y.shape, dtype=np.float32)
    return t, y, truth * rng.uniform(0.8, 1.2, truth.shape)


def median_seconds(work, repeats):
    """(wall time, time of all cores): on a machine with other work to do the second is what a fit costs."""
    taken, busy = [], []
    for _ in range(repeats):
        began, cpu = time.perf_counter(), time.process_time()
        work()
        taken.append(time.perf_counter() - began)
        busy.append(time.process_time() - cpu)
    return np.array([statistics.median(taken), statistics.median(busy)])


def scipy_loop(f, x, y, starts):
    return [scipy.optimize.curve_fit(f, x, data, start) for data, start in zip(y, starts)]


def compare(name, f, make, many, repeats):
    """Seconds of a fit in a loop over SciPy's, and of one of many here, after their answers were compared."""
    x, y, starts = make(many)
    few = slice(0, SINGLE)
    result = curve_fit_many(f, x, y[few], starts[few])
    assert result.engine == "lanes" and result.success.mean() > 0.999
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = scipy_loop(f, x, y[few], starts[few])
    popt = np.array([p for p, _ in theirs])
    rss = np.array([np.sum((f(x, *p) - data) ** 2) for p, data in zip(popt, y[few])])
    same = np.abs(result.rss - rss) <= 1e-6 * rss
    near = np.abs(np.abs(result.popt) - np.abs(popt)) <= 1e-3 * result.perr  # a width may come out negative
    assert same.mean() > 0.99 and near[same].mean() > 0.999, (same.mean(), near[same].mean())
    errors = np.array([np.sqrt(np.diag(C)) for _, C in theirs])
    assert np.quantile(np.abs(result.perr / errors - 1)[same], 0.99) < 1e-3
    better = (result.rss < rss * (1 - 1e-6)).mean(), (rss < result.rss * (1 - 1e-6)).mean()

    loop_wall, loop_cpu = loop = median_seconds(lambda: scipy_loop(f, x, y[few], starts[few]), 3) / SINGLE
    ours = median_seconds(lambda: curve_fit_many(f, x, y, starts), repeats) / many
    one_thread = median_seconds(lambda: curve_fit_many(f, x, y, starts, threads=1), max(1, repeats // 2)) / many
    print(f"\n{name}: {len(y[0])} points, {len(starts[0])} parameters, {many:,} fits, errors and covariances included")
    print(f"  same minimum as SciPy in {same.mean():.2%}, a better one in {better[0]:.2%}, a worse in {better[1]:.2%}")
    print(f"  {'':16}    fits/s   µs each       core µs")
    print(f"  SciPy, a loop  {1 / loop_wall:11,.0f} {1e6 * loop_wall:9.3f} {'':6} {1e6 * loop_cpu:9.3f}")
    for what, (wall, cpu) in (("curve_fit_many", ours), ("on one thread", one_thread)):
        against = f"{loop_wall / wall:5,.0f}×", f"{loop_cpu / cpu:5,.0f}×"
        print(f"  {what:14} {1 / wall:11,.0f} {1e6 * wall:9.3f} {against[0]} {1e6 * cpu:9.3f} {against[1]}")
    return loop_wall, ours[0]


def ten_fits(repeats):
    print("\nten fits against ten single ones, hot, µs")
    for name, f, (x, y, starts) in (("spots", spot, spots(10)), ("decays", decay, decays(10))):
        p0 = starts.mean(axis=0).tolist()
        single, many = [], []
        for _ in range(repeats):
            single.append(median_seconds(lambda: [curve_fit(f, x, data, p0) for data in y], 5)[0])
            many.append(median_seconds(lambda: curve_fit_many(f, x, y, p0), 5)[0])
        single, many = (1e6 * statistics.median(taken) for taken in (single, many))
        print(f"  {name:8s} ten by curve_fit {single:7.1f}   curve_fit_many {many:7.1f}   ({many / single:.2f} of it)")


def resident():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def stream(total, chunk):
    """Fits that come in chunks: the memory is that of one."""
    t = np.linspace(0.0, 4.0, 16)
    _, y, _ = decays(chunk, t=t)
    rng = np.random.default_rng(3)

    def chunks():
        for _ in range(total // chunk):
            yield y[rng.permutation(chunk)]

    next(curve_fit_many(decay, t, chunks(), [2.5, 1.5, 0.5]))
    before, most, fits, b = resident(), 0.0, 0, 0.0
    began = time.perf_counter()
    for result in curve_fit_many(decay, t, chunks(), [2.5, 1.5, 0.5]):
        fits += int(result.ok.sum())
        b += result.params["b"].sum()
        most = max(most, resident() - before)
    seconds = time.perf_counter() - began
    one = (y.nbytes + sum(a.nbytes for a in (result.popt, result.perr, result.pcov, result.cost))) / 2**20
    print(f"\n{total:,} decays of 16 points in chunks of {chunk:,}: {seconds:.1f} s, {total / seconds:,.0f} fits/s "
          f"(making the data included), {fits:,} good, mean b {b / total:.4f}")  # fmt: skip
    print(f"  memory {most:.0f} MB more than before at most; a chunk and its result are {one:.0f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the fits")
    quick = parser.parse_args().quick
    print(f"{len(os.sched_getaffinity(0))} cores; medians; the making of NumPy's arrays of results included")
    many = 100_000 if quick else 1_000_000
    compare("spots", spot, spots, many, 3 if quick else 5)
    print(f"  {PUBLISHED}")
    compare("decays", decay, decays, many, 3 if quick else 5)
    ten_fits(20 if quick else 100)
    stream(10 * many, 100_000)


if __name__ == "__main__":
    main()
