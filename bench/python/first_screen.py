# SPDX-License-Identifier: MIT
"""The chart of README's first screen: three jobs, and how long each takes here and with other packages.

The three run in turns in this process, answers are compared before anything is timed, and bars are medians. Loops over
262,144 pixels are a loop over 1,000 of them times 262.144. What NLSQ claims is the figure of its README for a GPU.

usage: python bench/python/first_screen.py [--quick] [--out docs/images/first_screen.svg]
"""

import argparse
import math
import pathlib

import lmfit
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import scipy.integrate  # noqa: E402
import scipy.optimize  # noqa: E402

import nlsq  # noqa: E402
import nlsq.scipy  # noqa: E402
from many_fits import decay  # noqa: E402
from turns import in_turns, problem  # noqa: E402

CLAIM = 8e-3  # seconds of NLSQ for 10⁶ rows on a GPU, of its README
PIXELS, POINTS, LOOP = 512 * 512, 32, 1_000
CLAIMED = "NLSQ on a GPU, says its README"
COLOURS = {"nlsq": "#1f6f8b", "SciPy": "#b0b7bf", "lmfit": "#d2d7dc", CLAIMED: "#e6c07b"}


def agree(answers):
    for answer in answers[1:]:
        np.testing.assert_allclose(answer, answers[0], rtol=1e-3)


def one_large_fit(rows, seconds):
    """Seconds by package: the exponential, a NumPy function."""
    model, x, y, p0 = problem("exponential", rows)
    theirs = lmfit.Model(model)
    start = theirs.make_params(**dict(zip("abc", p0)))
    fits = [lambda: nlsq.curve_fit(model, x, y, p0).popt,
            lambda: scipy.optimize.curve_fit(model, x, y, p0)[0],
            lambda: np.array([*theirs.fit(y, start, x=x).best_values.values()])]  # fmt: skip
    agree([fit() for fit in fits])
    found = dict(zip(COLOURS, (1e-6 * us for us in in_turns(fits, seconds))))
    return found | ({CLAIMED: CLAIM} if rows == 1_000_000 else {})


def an_image(pixels, seconds):
    """Seconds by package: a decay of 32 points a pixel, with its covariance."""
    t = np.linspace(0.0, 4.0, POINTS)
    rng = np.random.default_rng(4)
    truth = np.column_stack([rng.uniform(2, 3, pixels), rng.uniform(1, 2, pixels), rng.uniform(0, 1, pixels)])
    stack = decay(t, *truth.T[:, :, None]) + 0.05 * rng.standard_normal((pixels, POINTS))
    p0 = (2.5, 1.5, 0.5)
    theirs = lmfit.Model(decay, independent_vars=["t"])
    start = theirs.make_params(**dict(zip("abc", p0)))
    few = stack[: min(LOOP, pixels)]
    fits = [lambda: nlsq.curve_fit_many(decay, t, stack, p0).popt[: len(few)],
            lambda: [scipy.optimize.curve_fit(decay, t, y, p0)[0] for y in few],
            lambda: [[*theirs.fit(y, start, t=t).best_values.values()] for y in few]]  # fmt: skip
    answers = [np.asarray(fit()) for fit in fits]
    for other in answers[1:]:
        assert np.mean(np.all(np.abs(other - answers[0]) < 1e-3 * (1.0 + np.abs(other)), axis=1)) > 0.99
    ours, *loops = (1e-6 * us for us in in_turns(fits, seconds))
    return dict(zip(COLOURS, [ours, *(s * pixels / len(few) for s in loops)]))


def a_model_that_is_called(seconds):
    """Seconds by package: a reaction A → B → C by solve_ivp, 40 points, two rates; nothing can be recorded."""
    t = np.linspace(0.0, 8.0, 40)

    def product(t, k1, k2):
        rates = lambda _, s: (-k1 * s[0], k1 * s[0] - k2 * s[1])  # noqa: E731
        return scipy.integrate.solve_ivp(rates, (0.0, 8.0), (1.0, 0.0), t_eval=t, rtol=1e-8, atol=1e-10).y[1]

    y = product(t, 0.9, 0.35) + 0.01 * np.random.default_rng(5).standard_normal(t.size)
    p0 = (0.5, 0.5)
    theirs = lmfit.Model(product)
    start = theirs.make_params(k1=p0[0], k2=p0[1])
    fits = [lambda: nlsq.scipy.curve_fit(product, t, y, p0)[0],
            lambda: scipy.optimize.curve_fit(product, t, y, p0)[0],
            lambda: [*theirs.fit(y, start, t=t).best_values.values()]]  # fmt: skip
    agree([np.asarray(fit()) for fit in fits])
    return dict(zip(COLOURS, (1e-6 * us for us in in_turns(fits, seconds))))


def spelled(seconds):
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}" if seconds < 100 * size else f"{seconds / size:.0f} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def times_as_long(ratio):
    return f"{ratio:,.0f}×" if ratio >= 10.0 else f"{ratio:.1f}×"


def draw(jobs, path):
    """Bars by job and package on one logarithmic axis of seconds."""
    rows = sum(len(times) for times in jobs.values()) + len(jobs)
    figure, axes = plt.subplots(figsize=(9.2, 0.29 * rows + 0.6), layout="constrained")
    every = [seconds for times in jobs.values() for seconds in times.values()]
    left = 10.0 ** (math.floor(math.log10(min(every))) - 0.3)
    names = left / 1.2  # where names end
    ends = left / 150.0  # where the picture begins
    place = 0
    for job, times in jobs.items():
        axes.text(ends, place, job, va="center", weight="bold", fontsize=10)
        place += 1
        for name, seconds in times.items():
            axes.barh(place, seconds - left, left=left, height=0.74, color=COLOURS[name])
            more = "" if name == "nlsq" else f"   {times_as_long(seconds / times['nlsq'])}"
            axes.text(seconds * 1.12, place, spelled(seconds) + more, va="center", fontsize=9)
            axes.text(names, place, name, va="center", ha="right", fontsize=9)
            place += 1
    axes.text(left, place, "time, logarithmic; × of the time of nlsq", va="center", fontsize=8, color="#606970")
    axes.set_xscale("log")
    axes.set_xlim(ends, 30.0 * max(every))
    axes.set_ylim(place + 0.5, -0.7)
    axes.axis("off")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def measure(quick, path):
    """Measures the jobs, draws the chart; job: {package: seconds}."""
    seconds = 0.2 if quick else 3.0
    pixels = 4_096 if quick else PIXELS
    rows = 10_000 if quick else 1_000_000
    jobs = {
        f"One fit of {rows:,} rows, three parameters": one_large_fit(rows, seconds),
        f"{pixels:,} pixels of {POINTS} points, three parameters each, with covariances": an_image(pixels, seconds),
        "A model that is called: a differential equation, 40 points, two parameters": a_model_that_is_called(seconds),
    }
    draw(jobs, path)
    return jobs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rows and less time, to try the script")
    parser.add_argument("--out", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parents[2] / "docs/images/first_screen.svg")  # fmt: skip
    options = parser.parse_args()
    for job, times in measure(options.quick, options.out).items():
        print(job, {name: spelled(s) for name, s in times.items()}, sep="\n  ")


if __name__ == "__main__":
    main()
