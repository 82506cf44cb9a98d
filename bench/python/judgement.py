# SPDX-License-Identifier: MIT
"""How often fits that are right are warned of, and fits that are wrong are not: the tables of docs/adr/0011.

False alarms: data of models that are right, with noise of many kinds, fitted from near the truth. Wrong fits: ends that
converged with 24 rows or more at 1.5 times the least cost or beyond: other minima, a model that lacks something,
runaways, jumps, frequencies mistaken.

usage: python bench/python/judgement.py [--sets N]
"""

import argparse
import warnings

import numpy as np
from simulation_study import cases, decay, dose, line, michaelis_menten, peak, sine

import nlsq

JUDGED = {"correlated-residuals", "periodic-residuals", "lack-of-fit", "no-better-than-mean", "runaway", "flat-place"}
LEAST_RATIO = 1.5  # of a wrong fit's cost to the least
FEW_ROWS = 24


def quietly(*arguments, **options):
    """A fit whose warnings are in its result alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return nlsq.curve_fit(*arguments, **options)


# -- right fits


def spot(xy, height, x0, y0, s, level):
    x, y = xy
    return height * np.exp(-((x - x0) ** 2 + (y - y0) ** 2) / (2 * s**2)) + level


def near(rng, truth):
    truth = np.array(truth, dtype=float)
    return truth * (1.0 + 0.05 * rng.uniform(-1, 1, truth.size))


def simulation(rng, i):
    """The models, places and noise of docs/simulation.md."""
    all_cases = cases()
    case = all_cases[i % len(all_cases)]
    y = case.model(case.x, *case.truth) + case.noise * rng.standard_normal(case.x.size)
    return case.model, case.x, y, near(rng, case.truth), {}


def poisson_peak(rng, i, weighted=False):
    """Counts of a peak on a background, 0.3 to 300 a channel."""
    x = np.linspace(0.0, 10.0, int(rng.choice([40, 60, 120, 400])))
    level = 10.0 ** rng.uniform(-0.5, 2.5)
    truth = (level * 10.0 ** rng.uniform(0.3, 1.5), rng.uniform(3, 7), rng.uniform(0.5, 1.5), level)
    y = rng.poisson(peak(x, *truth)).astype(float)
    return peak, x, y, near(rng, truth), {"sigma": np.sqrt(np.maximum(y, 1.0))} if weighted else {}


def weighted_poisson_peak(rng, i):
    """The same with sigma = sqrt(max(y, 1))."""
    return poisson_peak(rng, i, True)


def proportional(rng, i):
    """Noise of 2 to 20 % of the value, over up to four decades, unweighted."""
    x = np.linspace(0.0, rng.uniform(2.0, 7.0), int(rng.choice([24, 50, 100, 300])))
    truth = (10.0 ** rng.uniform(-2, 4), 1.3, 0.0)
    clean = decay(x, *truth)
    return decay, x, clean * (1.0 + 10.0 ** rng.uniform(-1.7, -0.7) * rng.standard_normal(x.size)), near(rng, truth), {}


def replicates(rng, i):
    """2 to 6 values at each of 8 to 30 places, in the order of their values as often as not."""
    places, each = int(rng.choice([8, 12, 30])), int(rng.integers(3, 7))
    x = np.repeat(np.linspace(-3, 3, places), each)
    truth = (1.0, 5.0, 0.3, 1.6)
    clean = dose(x, *truth)
    size = 0.2 if i % 3 else 0.1 * clean
    y = clean + size * rng.standard_normal(x.size)
    if i % 2:
        y = np.sort(y.reshape(places, each), axis=1).ravel()
    return dose, x, y, truth, {}


def rounded(rng, i):
    """A response rounded to 0.1 to 30 standard deviations, in steps that are decimal or not; exact ones, too."""
    case = cases()[2 * int(rng.integers(0, 6))]
    x = np.linspace(case.x.min(), case.x.max(), int(rng.choice([24, 60, 200])))
    clean = case.model(x, *case.truth)
    noise = 10.0 ** rng.uniform(-4, -1.3)
    kind = i % 4
    if kind == 0:
        step = noise * 10.0 ** rng.uniform(-1, 1.5)
        y = step * np.round((clean + noise * rng.standard_normal(x.size)) / step)
    elif kind == 1:
        y = np.round(clean + noise * rng.standard_normal(x.size), int(rng.integers(1, 5)))
    elif kind == 2:
        y = np.array([float(f"{v:.{int(rng.integers(3, 4))}g}") for v in clean + 0.1 * noise * rng.standard_normal(x.size)])
    else:
        y = clean if rng.random() < 0.5 else clean.astype(np.float32).astype(float)
    return case.model, x, y, near(rng, case.truth), {}


def image(rng, i):
    """Spots on 10 by 10 to 40 by 50 pixels, normal noise or counts."""
    rows, columns = (int(v) for v in (rng.integers(10, 41), rng.integers(10, 51)))
    grid = np.mgrid[0:rows, 0:columns].reshape(2, -1).astype(float)
    truth = (10.0 ** rng.uniform(0.5, 2.5), rows / 2, columns / 2, 0.2 * min(rows, columns), 10.0 ** rng.uniform(-0.5, 1))
    clean = spot(grid, *truth)
    y = rng.poisson(clean).astype(float) if i % 2 else clean + 0.2 * truth[0] * rng.standard_normal(clean.size)
    return spot, grid, y, near(rng, truth), {}


def unsorted(rng, i):
    """Places at random and in no order, with gaps, heavy tails (Student's t of 2 degrees of freedom) as often as not."""
    m = int(rng.choice([24, 40, 100, 500]))
    x = rng.uniform(0, 4, m) ** (1.0 + rng.random())
    f, truth = [(decay, (2.5, 1.3, 0.5)), (peak, (3.0, 2.0, 0.5, 1.0)), (sine, (2.0, 3.0, 0.5, 1.0)), (line, (2, 1))][i % 4]
    noise = rng.standard_normal(m) if i % 8 < 4 else rng.standard_t(2, m)
    return f, x, f(x, *truth) + 0.2 * noise, truth, {}


def little_signal(rng, i):
    """Noise with hardly any signal, and none at all."""
    x = np.linspace(0, 4, int(rng.choice([24, 60, 200])))
    f, truth = [(decay, (1.0, 1.3, 0.5)), (peak, (1.0, 2.0, 0.5, 1.0)), (sine, (1.0, 3.0, 0.5, 1.0)),
                (michaelis_menten, (1.0, 1.0))][i % 4]  # fmt: skip
    signal = 0.0 if i % 3 == 0 else 0.3
    return f, x, signal * f(x, *truth) + rng.standard_normal(x.size), truth, {}


RIGHT = [simulation, poisson_peak, weighted_poisson_peak, proportional, replicates, rounded, image, unsorted, little_signal]


def false_alarms(kind, sets, seed=1):
    """(fits, {id: how many false alarms}, fits that ran away and are told so) of data that the model is right for."""
    found, fits, away = {}, 0, 0
    for i in range(sets):
        rng = np.random.default_rng([seed, i])
        f, x, y, p0, options = kind(rng, i)
        try:
            r = quietly(f, x, y, p0=p0, **options)
        except ValueError:
            continue
        fits += 1
        ids = {issue.id for issue in r.issues} & JUDGED
        if ids & {"runaway", "flat-place"} and np.any(r.perr > 1e3 * np.abs(r.popt)):
            away, ids = away + 1, ids - {"runaway", "flat-place"}
        for id_ in ids:
            found[id_] = found.get(id_, 0) + 1
    return fits, found, away


# -- wrong fits: (model, x, y, start, (model, start) of the best fit)


def two_peaks(x, a, m, s, b, n, t):
    return a * np.exp(-((x - m) ** 2) / (2 * s**2)) + b * np.exp(-((x - n) ** 2) / (2 * t**2))


def one_peak(x, a, m, s):
    return a * np.exp(-((x - m) ** 2) / (2 * s**2))


def two_decays(x, a, b, c, d):
    return a * np.exp(-b * x) + c * np.exp(-d * x)


def one_decay(x, a, b):
    return a * np.exp(-b * x)


def damped(x, a, g, w, p):
    return a * np.exp(-g * x) * np.sin(w * x + p)


def wave(x, a, w, p):
    return a * np.sin(w * x + p)


def langmuir(x, q, b):
    return q * b * x / (1 + b * x)


def plateau(x, a, b, c):
    return a - b * np.exp(-c * x)


def logistic(x, a, b, c):
    return a / (1 + np.exp(-b * (x - c)))


def step(x, low, high, at):
    return np.where(x < at, low, high)


def lorentz(x, a, m, s):
    return a / (1 + ((x - m) / s) ** 2)


def hill(x, v, k, n):
    return v * x**n / (k**n + x**n)


def rows_of(rng):
    """24 to 300, what is narrow has some rows."""
    return int(rng.choice([24, 30, 40, 60, 80, 100, 150, 200, 300]))


def noise_of(rng, clean):
    return clean + 10.0 ** rng.uniform(-2, -0.7) * np.std(clean) * rng.standard_normal(clean.size)


def other_minimum(rng, i):
    m = rows_of(rng)
    x = np.linspace(0, 10, m) if i % 2 else np.sort(rng.uniform(0, 10, m))
    f, truth, start = [
        (damped, (2.0, 0.15, rng.uniform(1.0, 3.0), 0.3), (1.0, 0.1, rng.uniform(0.5, 6.0), 0.0)),
        (two_peaks, (3.0, 3.0, 0.7, 2.0, 6.0, 1.0), (1.0, rng.uniform(0, 10), 1.0, 1.0, rng.uniform(0, 10), 1.0)),
        (wave, (2.0, rng.uniform(1.0, 4.0), 0.5), (1.0, rng.uniform(0.5, 7.0), 0.0)),
        (one_peak, (3.0, rng.uniform(2, 8), 0.8), (1.0, rng.uniform(0, 10), rng.uniform(0.2, 3.0))),
    ][i % 4]
    return f, x, noise_of(rng, f(x, *truth)), start, (f, truth)


def wrong_model(rng, i):
    x = np.linspace(0.02, 10, rows_of(rng))
    best, truth, f, start = [
        (two_decays, (3.0, 1.5, 2.0, rng.uniform(0.1, 0.3)), one_decay, (5.0, 1.0)),
        (two_peaks, (3.0, 3.5, 0.8, rng.uniform(1, 3), 6.5, 1.0), one_peak, (3.0, 4.0, 1.0)),
        (lorentz, (3.0, 5.0, rng.uniform(0.6, 1.2)), one_peak, (3.0, 5.0, 1.0)),
        (hill, (3.0, 3.0, rng.uniform(2, 4)), langmuir, (3.0, 0.3)),
        (decay, (2.5, rng.uniform(0.3, 1.0), 0.5), line, (1.0, 1.0)),
        (sine, (1.0, rng.uniform(1.0, 3.0), 0.3, 2.0), line, (0.0, 2.0)),
    ][i % 6]
    return f, x, noise_of(rng, best(x, *truth)), start, (best, truth)


def runaway(rng, i):
    f, truth, x = [
        (langmuir, (rng.uniform(100, 500), rng.uniform(0.02, 0.2)), np.linspace(5, 150, rows_of(rng))),
        (plateau, (823.5, 50.0, rng.uniform(0.5, 4)), np.linspace(0, 4, rows_of(rng))),
        (logistic, (rng.uniform(50, 500), 1.0, rng.uniform(20, 60)), np.linspace(0, 80, rows_of(rng))),
        (one_peak, (3.0, rng.uniform(50, 550), rng.uniform(25, 60)), np.linspace(0, 600, rows_of(rng))),
    ][i % 4]
    start = 10.0 ** rng.uniform(-1, 1, len(truth))
    return f, x, noise_of(rng, f(x, *truth)), start, (f, truth)


def jump(rng, i):
    x = np.linspace(0, 10, rows_of(rng))
    truth = (1.0, rng.uniform(2, 4), rng.uniform(2, 8))
    start = (0.5, 2.0, rng.uniform(0.5, 9.5))
    return step, x, noise_of(rng, step(x, *truth)), start, (step, truth)


def mistaken_frequency(rng, i):
    """Sines near and beyond the Nyquist frequency, at even places and at random ones."""
    m = int(rng.choice([40, 60, 100, 200]))
    x = np.arange(m) / 1.0 if i % 2 else np.sort(rng.uniform(0, m, m))
    truth = (2.0, rng.uniform(1.2, 3.0), 0.5)
    return wave, x, noise_of(rng, wave(x, *truth)), (1.0, truth[1] * rng.uniform(0.6, 1.4), 0.0), (wave, truth)


WRONG = [other_minimum, wrong_model, runaway, jump, mistaken_frequency]


def wrong_fits(kind, count, seed=2):
    """(wrong fits, how many of them have an issue, those without as (i, ratio of costs, result)) of the first `count`."""
    fits, flagged, silent, i = 0, 0, [], -1
    while fits < count and i < 200 * count:
        i += 1
        rng = np.random.default_rng([seed, i])
        f, x, y, start, (best, truth) = kind(rng, i)
        try:
            r = quietly(f, x, y, p0=start)
        except ValueError:
            continue
        ratio = r.cost / (best_cost(best, x, y, truth) + 1e-300)
        if not r.success or ratio < LEAST_RATIO:
            continue
        fits += 1
        flagged += bool(r.issues)
        if not r.issues:
            silent.append((i, ratio, r))
    return fits, flagged, silent


def best_cost(best, x, y, truth):
    """The least cost from the truth; of a step that of the truth itself."""
    if best is step:
        low = x < truth[2]
        return 0.5 * sum(np.sum((y[w] - y[w].mean()) ** 2) for w in (low, ~low))
    return quietly(best, x, y, p0=truth).cost


def first_line(kind):
    return kind.__doc__.split("\n")[0] if kind.__doc__ else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=20000, help="fits of each kind of data")
    parser.add_argument("--wrong", type=int, default=200, help="wrong fits of each kind")
    options = parser.parse_args()
    print("| data that the model is right for | fits | false alarms | ran away |\n|---|---|---|---|")
    all_fits = all_alarms = 0
    for kind in RIGHT:
        fits, found, away = false_alarms(kind, options.sets)
        all_fits, all_alarms = all_fits + fits, all_alarms + sum(found.values())
        alarms = ', '.join(f'{n} {i}' for i, n in found.items()) or 0
        print(f"| {kind.__name__.replace('_', ' ')} | {fits:,} | {alarms} | {away} |", flush=True)
    print(f"| all | {all_fits:,} | {all_alarms} | |")
    print("\n| wrong fits | fits | flagged |\n|---|---|---|")
    for kind in WRONG:
        fits, flagged, silent = wrong_fits(kind, options.wrong)
        print(f"| {kind.__name__.replace('_', ' ')} | {fits} | {flagged} |", flush=True)
        for i, ratio, r in silent[:10]:
            print("   silent:", i, f"{ratio:.2f}", len(r.ydata), r)


if __name__ == "__main__":
    main()
