# SPDX-License-Identifier: MIT
"""Measures what docs/performance.md and README's first screen show, writes the page and draws the plots.

Everything is measured in this process, ours and SciPy's in turn, medians; answers are compared before they are timed.

usage: python bench/python/performance_page.py [--quick] [--out docs]
"""

import argparse
import os
import pathlib
import platform

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import scipy  # noqa: E402
import scipy.optimize  # noqa: E402

import nlsq  # noqa: E402
import nlsq.scipy  # noqa: E402
from first_screen import measure as measure_first_screen  # noqa: E402
from many_fits import compare, decay, decays, spot, spots  # noqa: E402
from nlsq import _core  # noqa: E402
from turns import MODELS, in_turns, problem  # noqa: E402

# What the README of NLSQ 0.3 gives for its fits on a GPU, in milliseconds.
GPU_OF_NLSQ = {10_000: 2.0, 100_000: 3.0, 1_000_000: 8.0, 10_000_000: 55.0}


def against_scipy(rows, seconds):
    """name -> (ours, SciPy's) in microseconds."""
    found = {}
    for name in MODELS:
        model, x, y, p0 = problem(name, rows)
        ours, theirs = (fit(model, x, y, p0) for fit in (nlsq.scipy.curve_fit, scipy.optimize.curve_fit))
        assert np.max(np.abs(ours[0] - theirs[0]) / np.sqrt(np.diag(theirs[1]))) < 1e-2, (name, rows)
        found[name] = in_turns([lambda: nlsq.scipy.curve_fit(model, x, y, p0),
                               lambda: scipy.optimize.curve_fit(model, x, y, p0)], seconds, turns=3)  # fmt: skip
    return found


def progressive(rows, seconds):
    """name -> (with a sample first, without) in microseconds and passes over all rows."""
    found = {}
    for name in MODELS:
        model, x, y, p0 = problem(name, rows)
        all_rows = {"progressive": False, "precision": "double"}
        on, off = nlsq.curve_fit(model, x, y, p0), nlsq.curve_fit(model, x, y, p0, **all_rows)
        assert np.max(np.abs(on.popt - off.popt) / off.perr) < 1e-2
        times = in_turns([lambda: nlsq.curve_fit(model, x, y, p0),
                         lambda: nlsq.curve_fit(model, x, y, p0, **all_rows)], seconds)  # fmt: skip
        found[name] = (*times, on.nfev, off.nfev)
    return found


def mixed(rows, seconds):
    """name -> (with passes in float32, without) in microseconds, those passes, and all passes of both."""
    found = {}
    for name in MODELS:
        model, x, y, p0 = problem(name, rows)
        ways = [{"precision": way, "progressive": False} for way in ("mixed", "double")]
        on, off = (nlsq.curve_fit(model, x, y, p0, **way) for way in ways)
        assert np.max(np.abs(on.popt - off.popt) / off.perr) < 1e-5
        times = in_turns([lambda: nlsq.curve_fit(model, x, y, p0, **ways[0]),
                         lambda: nlsq.curve_fit(model, x, y, p0, **ways[1])], seconds)  # fmt: skip
        found[name] = (*times, on.nfev_float32, on.nfev, off.nfev)
    return found


def growth(sizes, seconds):
    """Nanoseconds a row of the exponential, by rows."""
    found = []
    for rows in sizes:
        model, x, y, p0 = problem("exponential", rows)
        found.append(1e3 * in_turns([lambda: nlsq.curve_fit(model, x, y, p0)], seconds)[0] / rows)
    return found


def growth_in_parameters(counts, rows, seconds):
    """Microseconds of one pass over sums of Gaussians, by the number of parameters."""
    found = []
    for n in counts:
        peaks = n // 3
        x = np.linspace(0.0, peaks, rows)

        def model(x, *p):
            return sum(p[i] * np.exp(-(((x - p[i + 1]) / p[i + 2]) ** 2)) for i in range(0, len(p), 3))

        truth = np.array([v for k in range(peaks) for v in (1.0 + 0.1 * k, k + 0.5, 0.4)])
        y = model(x, *truth) + 0.01 * np.random.default_rng(n).standard_normal(rows)
        r = nlsq.curve_fit(model, x, y, truth * 1.01, threads=1, progressive=False)
        taken = in_turns([lambda: nlsq.curve_fit(model, x, y, truth * 1.01, threads=1, progressive=False)], seconds)[0]
        found.append(taken / r.nfev)
    return found


def plot(path, x, y, labels):
    figure, axes = plt.subplots(figsize=(5.2, 3.2), layout="constrained")
    axes.loglog(x, y, "o-", color="#1f6f8b")
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    axes.grid(True, which="both", alpha=0.25)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def spelled(us):
    return f"{us:.1f} µs" if us < 100 else f"{us:.0f} µs" if us < 1000 else f"{us / 1e3:.1f} ms" if us < 1e5 else f"{us / 1e3:.0f} ms"  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rows and less time, to try the script")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2] / "docs")
    options = parser.parse_args()
    seconds = 0.1 if options.quick else 1.0
    most = 100_000 if options.quick else 10_000_000
    sizes = [n for n in (100, 1000, 10_000, 100_000, 1_000_000, 10_000_000) if n <= most]
    images = options.out / "images"
    images.mkdir(parents=True, exist_ok=True)

    table = {rows: against_scipy(rows, seconds if rows < 1e7 else 0.0) for rows in sizes}
    samples = {rows: progressive(rows, seconds) for rows in sizes if rows >= 10_000}
    singles = {rows: mixed(rows, seconds) for rows in (2_000, 4_000, 8_000, 100_000)}
    places = [n for n in (1_000, 10_000, 100_000, 1_000_000, 10_000_000, 30_000_000) if n <= 3 * most]
    by_rows = growth(places, seconds)
    counts = [3, 6, 9, 15, 30, 60, 90]
    by_parameters = growth_in_parameters(counts, 2_000, seconds / 2)
    count = 20_000 if options.quick else 1_000_000
    many = {
        "spots of 5 × 5 pixels, 5 parameters": compare("spots", spot, spots, count, 5),
        "decays of 50 points, 3 parameters": compare("decays", decay, decays, count, 5),
    }
    measure_first_screen(options.quick, images / "first_screen.svg")
    plot(images / "growth_rows.svg", places, by_rows, ("rows", "nanoseconds a row, whole fit"))
    plot(images / "growth_parameters.svg", counts, by_parameters, ("parameters", "microseconds a pass, 2,000 rows"))

    processor = next((line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                      if line.startswith("model name")), platform.machine())  # fmt: skip
    lines = [
        "# Performance", "",
        "Written by `make performance`; every figure is a median, two sides in turns in one process, and answers are compared",
        f"before they are timed. nlsq {nlsq.__version__}, NumPy {np.__version__}, SciPy {scipy.__version__}; {processor},",
        f"{os.cpu_count()} cores, {_core.chosen_isa()}. `make perf` holds the working tree against a commit.", "",
        "## Hot fits from Python", "",
        "`nlsq.scipy.curve_fit` and `scipy.optimize.curve_fit` on the same NumPy function, data and start: time, and how much",
        "less that is than SciPy's.", "",
        "| rows | " + " | ".join(MODELS) + " |", "|---:" * (len(MODELS) + 1) + "|",
    ]  # fmt: skip
    for rows, row in table.items():
        cells = [f"{spelled(ours)}, {theirs / ours:.0f}×" for ours, theirs in row.values()]
        lines.append(f"| {rows:,} | " + " | ".join(cells) + " |")
    lines += ["", "## Against the figures of NLSQ on a GPU", "",
              "The README of NLSQ 0.3 gives the times below for a GPU; beside them the exponential here, on this processor.", "",
              "| rows | NLSQ, GPU | nlsq, CPU |", "|---:|---:|---:|"]  # fmt: skip
    for rows, theirs in GPU_OF_NLSQ.items():
        if rows in table:
            lines.append(f"| {rows:,} | {theirs:.0f} ms | {spelled(table[rows]['exponential'][0])} |")
    lines += ["", "## Beginning on a sample", "",
              "With and without [a sample first](adr/0005-progressive-fits.md): time, passes over all rows.", "",
              "| rows | " + " | ".join(MODELS) + " |", "|---:" * (len(MODELS) + 1) + "|"]  # fmt: skip
    for rows, row in samples.items():
        cells = [f"{spelled(on)} / {spelled(off)}, {a} / {b}" for on, off, a, b in row.values()]
        lines.append(f"| {rows:,} | " + " | ".join(cells) + " |")
    lines += ["", "## Single precision on the way", "",
              "With and without [passes in float32](adr/0007-mixed-precision.md), no sample: time, float32 passes of all passes,",
              "passes without. By default it is on from 4,000 to 6,143 rows and, where no sample leads, from 16,384 to 131,072. The cubic",
              "is linear in its parameters.", "",
              "| rows | " + " | ".join(MODELS) + " |", "|---:" * (len(MODELS) + 1) + "|"]  # fmt: skip
    for rows, row in singles.items():
        cells = [f"{spelled(on)} / {spelled(off)}, {a} of {b} / {c}" for on, off, a, b, c in row.values()]
        lines.append(f"| {rows:,} | " + " | ".join(cells) + " |")
    lines += ["", "## Many fits at once", "",
              "Data sets of a model given as a Python function, with covariances: fits a second of `curve_fit_many`, and how",
              "many times those of a loop over SciPy's. Gpufit's own figure for such spots is 3.0 million a second on a GPU,",
              "in single precision and without errors.", "",
              "| data | fits a second | |", "|---|---:|---:|"]  # fmt: skip
    for name, (theirs, ours) in many.items():
        lines.append(f"| {name} | {1e-6 / ours:.2f} million | {theirs / ours:,.0f}× |")
    lines += ["", "## Growth", "",
              "The exponential from 1,000 rows on, and sums of Gaussians from one to thirty.", "",
              "![time a row](images/growth_rows.svg) ![time a pass](images/growth_parameters.svg)", ""]  # fmt: skip
    (options.out / "performance.md").write_text("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
