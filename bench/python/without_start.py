# SPDX-License-Identifier: MIT
"""Fits without a start: which have their best minimum, and how long they take, beside a fit from ones and SciPy.

usage: without_start.py [--draws N] [--all] [NAME…]

A row a fit that is missed (with --all: every one): cost relative to that from the true parameters of SciPy, of a fit from
ones, and of the search. A last line for the ordinary and the hard ones with the counts and the times."""

import argparse
import pathlib
import sys
import time
import warnings

import numpy as np

import nlsq

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "python"))

import starts_gallery as gallery  # noqa: E402

sys.path.pop(0)
SAME = 1.001


def scipy_cost(case, x, y):
    """Half the sum of squares that SciPy's curve_fit ends at without p0; inf where it raises."""
    from scipy.optimize import curve_fit

    try:
        popt, _ = curve_fit(case.f, x, y)
        return 0.5 * float(np.sum((case.f(x, *popt) - y) ** 2))
    except (RuntimeError, ValueError):
        return np.inf


def cost_of(case, x, y, **options):
    """(cost, seconds) of a warm fit."""
    try:
        nlsq.curve_fit(case.f, x, y, **options)
        began = time.perf_counter()
        cost = nlsq.curve_fit(case.f, x, y, **options).cost
        return cost, time.perf_counter() - began
    except ValueError:
        return np.inf, np.nan


def study(cases, draws, shown):
    """Costs relative to the truth's, columns SciPy, ones, search; seconds of the search."""
    relative, seconds = [], []
    for case in cases:
        for draw in range(draws):
            x, y = case.data(draw)
            best, _ = cost_of(case, x, y, p0=[float(p) for p in case.true])
            found, took = cost_of(case, x, y)
            row = np.array([scipy_cost(case, x, y), cost_of(case, x, y, starts="ones")[0], found]) / best
            if shown or not row[2] <= SAME:
                print(f"{case.name:28s}{len(x):8d} {row[0]:12.4g} {row[1]:12.4g} {row[2]:12.4g} {1e3 * took:9.2f} ms")
            relative.append(row)
            seconds.append(took)
    return np.array(relative), np.array(seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=1)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    print(f"{'':28s}{'rows':>8s} {'scipy':>12s} {'ones':>12s} {'search':>12s}")
    for title, cases in (("ordinary", gallery.ORDINARY), ("hard", gallery.HARD)):
        chosen = [c for c in cases if not arguments.names or any(name in c.name for name in arguments.names)]
        if not chosen:
            continue
        relative, seconds = study(chosen, arguments.draws, arguments.all)
        scipy, ones, search = (relative <= SAME).sum(axis=0)
        print(
            f"{title}: of {len(relative)} best minima SciPy {scipy}, ones {ones}, search {search}; "
            f"worse than ones {np.sum(relative[:, 2] > relative[:, 1] * (1 + 1e-6))}; "
            f"median {1e3 * np.nanmedian(seconds):.2f} ms, slowest {1e3 * np.nanmax(seconds):.1f} ms"
        )


if __name__ == "__main__":
    main()
