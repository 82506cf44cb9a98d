# SPDX-License-Identifier: MIT
"""Simulates what docs/simulation.md shows, and writes it: 10,000 data sets of each of six models at two noise levels,
fitted by one call of curve_fit_many each. How often do 95 % intervals hold the truth, and are the p-values of chi
square uniform, as they are for a model that is right?

usage: python bench/python/simulation_study.py [--out docs/simulation.md]
"""

import argparse
import pathlib
from typing import NamedTuple

import numpy as np
from scipy import stats

import nlsq

SETS = 10_000
CURVED = 0.25  # skewness of the estimates above which a parameter counts as curved


class Case(NamedTuple):
    """A model, its truth, where it is measured, the noise; starts are the truth changed by up to 20 %. seed: of the
    noise, no two cases alike."""

    name: str
    model: object
    truth: tuple
    x: np.ndarray
    noise: float
    seed: int


def line(x, a, b):
    return a * x + b


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


def peak(x, height, mu, s, level):
    return height * np.exp(-((x - mu) ** 2) / (2 * s**2)) + level


def dose(x, bottom, top, log_ec50, slope):
    return bottom + (top - bottom) / (1 + np.exp(-slope * (x - log_ec50)))


def sine(x, amplitude, frequency, phase, level):
    return amplitude * np.sin(frequency * x + phase) + level


def michaelis_menten(x, vmax, km):
    return vmax * x / (km + x)


def cases():
    doses, rates = np.repeat(np.linspace(-3, 3, 13), 2), np.repeat([0.25, 0.5, 1.0, 2.0, 4.0, 8.0], 4)
    designs = [
        ("line", line, (2.0, 1.0), np.linspace(0, 4, 12), (0.1, 1.0)),
        ("exponential decay", decay, (2.5, 1.3, 0.5), np.linspace(0, 4, 40), (0.02, 0.4)),
        ("Gaussian peak", peak, (3.0, 2.0, 0.5, 1.0), np.linspace(0, 4, 40), (0.05, 0.5)),
        ("four-parameter logistic", dose, (1.0, 5.0, 0.3, 1.6), doses, (0.05, 0.4)),
        ("sine", sine, (2.0, 3.0, 0.5, 1.0), np.linspace(0, 4, 30), (0.1, 0.5)),
        ("Michaelis–Menten", michaelis_menten, (3.0, 1.2), rates, (0.05, 0.7)),
    ]
    flat = [(name, f, truth, x, noise) for name, f, truth, x, levels in designs for noise in levels]
    return [Case(*design, seed) for seed, design in enumerate(flat, 1)]


class Found(NamedTuple):
    """Of a case: per parameter the share of 95 % intervals that hold the truth (t: errors from the scatter; z: from
    the known sigma), the bias and the usual standard error over the spread, the skewness of the estimates; of
    all sets the p-value of the test that the p-values of chi square are uniform."""

    names: list
    t: np.ndarray
    z: np.ndarray
    bias: np.ndarray
    ratio: np.ndarray
    skewness: np.ndarray
    uniform: float
    failed: int


def study(case, sets=SETS):
    rng = np.random.default_rng(case.seed)
    truth, m, n = np.array(case.truth), len(case.x), len(case.truth)
    y = case.model(case.x, *case.truth) + case.noise * rng.standard_normal((sets, m))
    starts = truth * rng.uniform(0.8, 1.2, (sets, n))
    known = nlsq.curve_fit_many(case.model, case.x, y, starts, sigma=case.noise, absolute_sigma=True)
    scaled = nlsq.curve_fit_many(case.model, case.x, y, starts, pcov=False)
    good = known.ok & scaled.ok
    off = np.abs(known.popt[good] - truth)
    z = np.mean(off <= stats.norm.ppf(0.975) * known.perr[good], axis=0)
    t = np.mean(np.abs(scaled.popt[good] - truth) <= stats.t.ppf(0.975, m - n) * scaled.perr[good], axis=0)
    low, high = np.quantile(known.popt[good], stats.norm.cdf([-2, 2]), axis=0)
    spread = (high - low) / 4  # as of a normal distribution, whatever the tails
    p_values = stats.chi2.sf(2.0 * known.cost[good], m - n)
    return Found(
        known.names, t, z,
        (np.median(known.popt[good], axis=0) - truth) / spread, np.median(known.perr[good], axis=0) / spread,
        stats.skew(known.popt[good]), stats.kstest(p_values, "uniform").pvalue, int(np.sum(~good)),
    )  # fmt: skip


HEAD = """# A simulation study

Do standard errors and intervals hold what they promise? {sets:,} data sets of each of six models at two levels of
normal noise, {total:,} fits with a known `sigma` and as many with errors from the scatter, by `curve_fit_many` from
starts off by up to 20 %. Written by `python bench/python/simulation_study.py`; a test repeats it.

- **t, %**: how often the 95 % interval `popt ± t·perr`, the errors from the scatter of the residuals (the default),
  holds the truth. By chance alone these figures spread by ±0.2.
- **z, %**: the same for `popt ± 1.96·perr` with `sigma` known and `absolute_sigma=True`.
- **bias**: the median of the estimates minus the truth, in units of their spread, which is a quarter of the range of
  the middle 95.4 % of them: the standard deviation of a normal distribution, and finite for any.
- **error/spread**: the median of the standard errors over that spread.
- **skewness** of the estimates. Standard errors are those of the model's tangent; where the model bends within its
  errors, estimates are skewed, and no symmetric interval is exact. Above {curved} a parameter is called curved here,
  the others near-linear.
- **χ²**: the Kolmogorov–Smirnov p-value of the hypothesis that the p-values of the fits are uniform.

| model | points | noise | parameter | t, % | z, % | bias | error/spread | skewness | | χ² | failed |
|---|---|---|---|---|---|---|---|---|---|---|---|
"""
FOOT = """
Of {near} near-linear parameters, t intervals hold the truth in {low:.1f} to {high:.1f} % of the data sets. The {curved}
curved ones keep {curved_low:.1f} to {curved_high:.1f} %. Where that matters, fit a parameter in which the model is
straighter (the logarithm of a rate or of a half-saturation), or measure where it is determined.
"""


def page(results, sets):
    rows, near, curved = [], [], []
    for case, found in results:
        for i, name in enumerate(found.names):
            is_curved = abs(found.skewness[i]) > CURVED
            (curved if is_curved else near).append(100 * found.t[i])
            row = [case.name, len(case.x), case.noise] if i == 0 else ["", "", ""]
            row += [name, f"{100 * found.t[i]:.1f}", f"{100 * found.z[i]:.1f}", f"{found.bias[i]:+.3f}"]
            row += [f"{found.ratio[i]:.3f}", f"{found.skewness[i]:+.2f}", "curved" if is_curved else ""]
            row += [f"{found.uniform:.2f}", found.failed] if i == 0 else ["", ""]
            rows.append("| " + " | ".join(str(cell) for cell in row) + " |")
    foot = FOOT.format(near=len(near), low=min(near), high=max(near), curved=len(curved),
                       curved_low=min(curved), curved_high=max(curved))  # fmt: skip
    return HEAD.format(sets=sets, total=sets * len(results), curved=CURVED) + "\n".join(rows) + "\n" + foot


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("docs/simulation.md"))
    arguments = parser.parse_args()
    results = [(case, study(case)) for case in cases()]
    arguments.out.write_text(page(results, SETS), encoding="utf-8")
    print(f"wrote {arguments.out}")


if __name__ == "__main__":
    main()
